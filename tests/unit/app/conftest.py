"""The app over a table in memory, a shop that answers as scripted, a scheduler and a state machine that remember."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest
from botocore.exceptions import ClientError

from connector.app import api, install, pages
from connector.app.preparations import Preparations
from connector.app.schedules import Schedules
from connector.app.services import Services
from connector.outbox import company
from connector.quickbooks.records import ListRecord
from connector.shopify.installations import Installations
from connector.shopify.registration import ShopifyApp
from connector.shopify.tokens import TokenResponse
from connector.storage.vault import SealBroken
from tests.fakes.memory_table import MemoryTable

SHOP = "northern-lights.myshopify.com"
OTHER = "southern-cross.myshopify.com"
USER = "42"
ACCOUNTS = {
    "sales_income": "Sales",
    "shipping_income": "Shipping Income",
    "discounts": "Discounts Given",
    "refunds": "Returns and Refunds",
    "sales_tax": "Shopify Sales Tax",
    "tips": "Tips Payable",
    "gift_cards": "Gift Cards Outstanding",
    "cash_rounding": "Cash Rounding",
    "cost_of_goods_sold": "Cost of Goods Sold",
    "inventory_asset": "Inventory Asset",
    "clearing": "Shopify Clearing",
    "bank": "Checking",
    "payment_fees": "Merchant Fees",
    "accounts_receivable": "Accounts Receivable",
    "accounts_payable": "Accounts Payable",
}
TYPES = {
    "Sales": "Income",
    "Shipping Income": "Income",
    "Discounts Given": "Income",
    "Returns and Refunds": "Income",
    "Shopify Sales Tax": "OtherCurrentLiability",
    "Tips Payable": "OtherCurrentLiability",
    "Gift Cards Outstanding": "OtherCurrentLiability",
    "Cash Rounding": "OtherExpense",
    "Cost of Goods Sold": "CostOfGoodsSold",
    "Inventory Asset": "OtherCurrentAsset",
    "Shopify Clearing": "Bank",
    "Cash on Hand": "OtherCurrentAsset",
    "Checking": "Bank",
    "Merchant Fees": "Expense",
    "Accounts Receivable": "AccountsReceivable",
    "Accounts Payable": "AccountsPayable",
    "Estimates": "NonPosting",
}


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **time: float) -> None:
        self.now += timedelta(**time)


class PlainVault:
    """Seals for a shop and a purpose, without any secrecy."""

    def seal(self, shop: str, purpose: str, text: str) -> bytes:
        return base64.b64encode(json.dumps([shop, purpose, text]).encode())

    def open(self, shop: str, purpose: str, sealed: bytes) -> str:
        found_shop, found_purpose, text = json.loads(base64.b64decode(sealed))
        if (found_shop, found_purpose) != (shop, purpose):
            raise SealBroken
        return str(text)


@dataclass
class Scheduler:
    """EventBridge Scheduler's schedules by name. ``failing`` is how many calls still fail."""

    schedules: dict[str, dict[str, Any]] = field(default_factory=dict)
    failing: int = 0

    def create_schedule(self, **schedule: Any) -> None:
        self._may_fail()
        if schedule["Name"] in self.schedules:
            raise _error("ConflictException")
        self.schedules[schedule["Name"]] = schedule

    def update_schedule(self, **schedule: Any) -> None:
        self._may_fail()
        if schedule["Name"] not in self.schedules:
            raise _error("ResourceNotFoundException")
        self.schedules[schedule["Name"]] = schedule

    def delete_schedule(self, Name: str, GroupName: str) -> None:
        self._may_fail()
        if Name not in self.schedules:
            raise _error("ResourceNotFoundException")
        del self.schedules[Name]

    def only(self) -> dict[str, Any]:
        (schedule,) = self.schedules.values()
        return schedule

    def _may_fail(self) -> None:
        if self.failing:
            self.failing -= 1
            raise _error("InternalServerException")


@dataclass
class StateMachine:
    started: list[dict[str, Any]] = field(default_factory=list)
    failing: bool = False

    def start_execution(self, **arguments: Any) -> None:
        if self.failing:
            raise _error("StateMachineDoesNotExist")
        if arguments["name"] in [one["name"] for one in self.started]:
            raise _error("ExecutionAlreadyExists")
        self.started.append(arguments)


def _error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": code}}, "call")


@dataclass
class Shopify:
    """Answers by path in the order scripted; a shop that is not scripted has its profile to give."""

    script: dict[str, list[Any]] = field(default_factory=dict)
    requests: list[httpx.Request] = field(default_factory=list)

    def will(self, path: str, *answers: Any) -> None:
        self.script.setdefault(path, []).extend(answers)

    def handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answers = self.script.get(request.url.path)
        if not answers:
            shop = {"name": "Northern Lights", "currencyCode": "DKK", "ianaTimezone": "Europe/Copenhagen"}
            assert request.url.path.endswith("/graphql.json"), request.url
            return httpx.Response(200, json={"data": {"shop": shop}})
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def table() -> MemoryTable:
    return MemoryTable()


@pytest.fixture
def scheduler() -> Scheduler:
    return Scheduler()


@pytest.fixture
def machine() -> StateMachine:
    return StateMachine()


@pytest.fixture
def shopify() -> Shopify:
    return Shopify()


@pytest.fixture
def services(
    table: MemoryTable, clock: Clock, scheduler: Scheduler, machine: StateMachine, shopify: Shopify
) -> Iterator[Services]:
    vault: Any = PlainVault()
    app = ShopifyApp("our-api-key", "a-secret-of-thirty-two-characters", "an-old-secret-of-thirty-two-chars")
    with httpx.Client(transport=httpx.MockTransport(shopify.handle)) as http:
        kept: Any = table
        yield Services(
            table=kept,
            vault=vault,
            app=app,
            http=http,
            installations=Installations(
                kept, vault, app, http, clock, sleep=lambda seconds: clock.forward(seconds=seconds)
            ),
            schedules=Schedules(lambda: scheduler, "shops", "arn:role", "arn:machine"),
            preparations=Preparations(lambda: machine, "arn:machine"),
            clock=clock,
            public_url="https://{api_id}.example/{stage}",
        )


@pytest.fixture
def installed(services: Services, clock: Clock) -> str:
    """The shop with tokens and a profile in Europe/Copenhagen."""
    for shop in (SHOP, OTHER):
        pair = TokenResponse("access-1", "refresh-1", clock() + timedelta(days=30), None, "read_orders")
        services.installations.save(shop, pair)
        node = {"name": shop.partition(".")[0], "currencyCode": "DKK", "ianaTimezone": "Europe/Copenhagen"}
        services.installations.save_profile(shop, node)
    return SHOP


@pytest.fixture
def connected(services: Services, installed: str) -> str:
    """The shop whose Web Connector has read the company's accounts and classes."""
    accounts = [listed(name, "Account", kind) for name, kind in TYPES.items()]
    accounts.append(listed("Old Sales", "Account", "Income", is_active=False))
    company.store_part(services.table, SHOP, "accounts", "g1", 0, accounts)
    company.store_part(
        services.table, SHOP, "classes", "g1", 0, [listed("Copenhagen", "Class"), listed("Aarhus", "Class")]
    )
    company.complete(services.table, SHOP, "g1", services.clock(), {"names": 20})
    return SHOP


def listed(name: str, kind: str, account_type: str = "", is_active: bool = True) -> ListRecord:
    return ListRecord(
        list_id=f"8000-{name}",
        edit_sequence="1",
        name=name.rsplit(":", 1)[-1],
        full_name=name,
        is_active=is_active,
        type=kind,
        account_type=account_type,
    )


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def faults(self) -> dict[str, str]:
        """Problem by key."""
        return {fault["key"]: fault["problem"] for fault in self.json["errors"]}


Call = Callable[..., Answer]


@pytest.fixture
def call(services: Services, clock: Clock) -> Call:
    """The API as a page calls it: ``call("PUT", "/api/settings", {...})``."""

    def called(
        method: str,
        path: str,
        body: Any = None,
        *,
        shop: str = SHOP,
        token: str | None = None,
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        bearer = session_token(clock(), shop) if token is None else token
        event = {
            "httpMethod": method,
            "path": path,
            "resource": "/api/{proxy+}",
            "pathParameters": {"proxy": path.removeprefix("/api/")},
            "headers": {"authorization": f"Bearer {bearer}", **(headers or {})},
            "queryStringParameters": query,
            "multiValueQueryStringParameters": query and {name: [value] for name, value in query.items()},
            "body": body if isinstance(body, str) or body is None else json.dumps(body),
            "isBase64Encoded": False,
            "requestContext": {"apiId": "api1", "stage": "live"},
        }
        return answer_of(api.handle(event, services))

    return called


def session_token(
    now: datetime, shop: str = SHOP, secret: str = "a-secret-of-thirty-two-characters", **claims: Any
) -> str:
    seconds = int(now.timestamp())
    kept = {
        "iss": f"https://{shop}/admin",
        "dest": f"https://{shop}",
        "aud": "our-api-key",
        "sub": USER,
        "exp": seconds + 60,
        "nbf": seconds,
        "iat": seconds,
    } | claims
    return jwt.encode(kept, secret, "HS256")


def get_event(path: str, query: dict[str, str] | None = None, headers: dict[str, str] | None = None) -> dict[str, Any]:
    return {
        "httpMethod": "GET",
        "path": path,
        "headers": headers or {},
        "multiValueQueryStringParameters": {name: [value] for name, value in (query or {}).items()} or None,
        "body": None,
        "requestContext": {"apiId": "api1", "stage": "live"},
    }


@pytest.fixture
def visit(services: Services) -> Call:
    """A page as a browser gets it."""
    return lambda path, query=None: answer_of(pages.handle(get_event(path, query), services))


@pytest.fixture
def install_call(services: Services) -> Call:
    return lambda path, query=None, headers=None: answer_of(install.handle(get_event(path, query, headers), services))


def minute() -> float:
    """Time left for a webhook."""
    return 60.0


def signed_query(now: datetime, secret: str = "a-secret-of-thirty-two-characters", **parameters: str) -> dict[str, str]:
    query = {"shop": SHOP, "timestamp": str(int(now.timestamp()))} | parameters
    message = "&".join(f"{name}={value}" for name, value in sorted(query.items()))
    return query | {"hmac": hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()}


def answer_of(event: dict[str, Any]) -> Answer:
    assert event["isBase64Encoded"] is False
    return Answer(event["statusCode"], {name.lower(): value for name, value in event["headers"].items()}, event["body"])


@pytest.fixture
def everything(table: MemoryTable) -> Callable[[], dict[tuple[str, str], Any]]:
    """Every item of the table."""
    return lambda: {
        (pk, sk): item for pk, partition in table._partitions.items() for sk, item in dict(partition).items()
    }


def settings_document(**changes: Any) -> dict[str, Any]:
    """A complete settings document."""
    return {
        "accounts": dict(ACCOUNTS),
        "tenders": {"shopify_payments": "Shopify Clearing", "cash": "Cash on Hand", "default": "Shopify Clearing"},
        "modes": {"customer": "detailed", "inventory": "summary", "vendor": "summary"},
        "schedule": {"mode": "automatic", "time_of_day": "02:30", "time_zone": "Europe/Copenhagen"},
        "start_date": "2026-11-01",
    } | changes
