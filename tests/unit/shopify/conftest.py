"""A table, a vault, a clock that stands still, and a shop that answers as scripted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import httpx
import pytest
from moto import mock_aws

from connector.shopify.client import AdminClient
from connector.shopify.installations import Installations
from connector.shopify.registration import ShopifyApp
from connector.shopify.tokens import TokenResponse
from connector.storage import keys
from connector.storage.table import Table
from connector.storage.vault import Vault

SHOP = "northern-lights.myshopify.com"


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass
class Shopify:
    """Answers in the order they were scripted, by path; keeps what it was asked."""

    script: dict[str, list[httpx.Response | BaseException | Callable[[httpx.Request], httpx.Response]]] = field(
        default_factory=dict
    )
    requests: list[httpx.Request] = field(default_factory=list)

    def will(self, path: str, *answers: Any) -> None:
        self.script.setdefault(path, []).extend(answers)

    def handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.script[request.url.path].pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer if isinstance(answer, httpx.Response) else answer(request)

    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(request.content) for request in self.requests]


@pytest.fixture(scope="module")
def aws() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        patch.setenv("AWS_DEFAULT_REGION", "eu-north-1")
        boto3.client("dynamodb").create_table(
            TableName="connector",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            AttributeDefinitions=[
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
            ],
        )
        yield


@pytest.fixture(scope="module")
def vault(aws: None) -> Vault:
    kms = boto3.client("kms")
    return Vault(kms, kms.create_key()["KeyMetadata"]["KeyId"])


@pytest.fixture
def table(aws: None) -> Iterator[Table]:
    """Empty at the end of every test."""
    client = boto3.client("dynamodb")
    yield Table(client, "connector")
    for item in client.scan(TableName="connector")["Items"]:
        client.delete_item(TableName="connector", Key={"pk": item["pk"], "sk": item["sk"]})


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shopify() -> Shopify:
    return Shopify()


@pytest.fixture
def app() -> ShopifyApp:
    return ShopifyApp("our-api-key", "new-secret", "old-secret")


@pytest.fixture
def http(shopify: Shopify) -> Iterator[httpx.Client]:
    with httpx.Client(transport=httpx.MockTransport(shopify.handle)) as client:
        yield client


@pytest.fixture
def installations(table: Table, vault: Vault, app: ShopifyApp, http: httpx.Client, clock: Clock) -> Installations:
    return Installations(table, vault, app, http, clock, sleep=lambda seconds: clock.forward(seconds=seconds))


@pytest.fixture
def pair(clock: Clock) -> TokenResponse:
    return TokenResponse(
        "access-1", "refresh-1", clock() + timedelta(hours=1), clock() + timedelta(days=90), "read_orders"
    )


@pytest.fixture
def installed(installations: Installations, pair: TokenResponse) -> str:
    installations.save(SHOP, pair)
    return SHOP


@pytest.fixture
def waits() -> list[float]:
    """The seconds that were slept instead of sleeping."""
    return []


@pytest.fixture
def client(
    installed: str,
    installations: Installations,
    app: ShopifyApp,
    http: httpx.Client,
    clock: Clock,
    waits: list[float],
) -> AdminClient:
    return AdminClient(installed, installations, app, http, sleep=waits.append, clock=clock, random=lambda: 0.0)


@pytest.fixture
def everything(table: Table) -> Callable[[], set[tuple[str, str]]]:
    """Every key of the table."""

    def read() -> set[tuple[str, str]]:
        items = table.client.scan(TableName=table.name, ConsistentRead=True)["Items"]
        return {(item["pk"]["S"], item["sk"]["S"]) for item in items}

    return read


@pytest.fixture
def stored(table: Table) -> Callable[[], dict[str, Any]]:
    return lambda: table.get(keys.shop(SHOP), keys.INSTALLATION) or {}
