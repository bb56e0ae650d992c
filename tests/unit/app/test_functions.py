"""The functions themselves, loaded as Lambda loads them, with an account of AWS that is made up."""

from __future__ import annotations

import base64
import hashlib
import hmac
import importlib.util
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from connector.app.preparing import Retryable
from tests.unit.app.conftest import SHOP, get_event, session_token, signed_query

FUNCTIONS = Path(__file__).resolve().parents[3] / "functions"
SECRET = "a-secret-of-thirty-two-characters"


@pytest.fixture(scope="module")
def account() -> Iterator[dict[str, str]]:
    """A table, a key, a queue and the secret with Shopify's credentials."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        patch.setenv("AWS_DEFAULT_REGION", "eu-north-1")
        boto3.client("dynamodb").create_table(
            TableName="connector",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "gsi1pk", "gsi1sk")
            ],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "gsi1",
                    "KeySchema": [
                        {"AttributeName": "gsi1pk", "KeyType": "HASH"},
                        {"AttributeName": "gsi1sk", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                }
            ],
        )
        credentials = {"SHOPIFY_API_KEY": "our-api-key", "SHOPIFY_API_SECRET": SECRET, "SHOPIFY_API_SECRET_OLD": ""}
        environment = {
            "TABLE_NAME": "connector",
            "KEY_ID": boto3.client("kms").create_key()["KeyMetadata"]["KeyId"],
            "PUBLIC_URL": "https://{api_id}.example/{stage}",
            "SHOPIFY_API_KEY": "",
            "SHOPIFY_API_SECRET": "",
            "SHOPIFY_SECRET_ARN": boto3.client("secretsmanager").create_secret(
                Name="shopify", SecretString=json.dumps(credentials)
            )["ARN"],
            "WEBHOOKS_QUEUE_URL": boto3.client("sqs").create_queue(QueueName="webhooks")["QueueUrl"],
            "SCHEDULE_GROUP": "shops",
            "POWERTOOLS_SERVICE_NAME": "connector",
        }
        for name, value in environment.items():
            patch.setenv(name, value)
        yield environment


def function(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"function_{name}", FUNCTIONS / name / "app.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def context() -> Any:
    return SimpleNamespace(
        function_name="f",
        memory_limit_in_mb=512,
        invoked_function_arn="arn:aws:lambda:eu-north-1:1:function:f",
        aws_request_id="r",
        get_remaining_time_in_millis=lambda: 100_000,
    )


def test_install_redirects_with_credentials_from_the_secret(account: Any, context: Any) -> None:
    answer = function("install").handler(get_event("/auth/install", signed_query(datetime.now(UTC))), context)
    assert answer["statusCode"] == 302
    assert "client_id=our-api-key" in answer["headers"]["Location"]


def test_app_answers_the_api_and_the_pages(account: Any, context: Any) -> None:
    handler = function("app").handler
    assert handler(get_event("/api/settings"), context)["statusCode"] == 401
    token = session_token(datetime.now(UTC))
    refused = handler(get_event("/api/settings", headers={"Authorization": f"Bearer {token}"}), context)
    assert refused["statusCode"] == 403
    page = handler(get_event("/"), context)
    assert page["statusCode"] == 200 and page["headers"]["Content-Type"].startswith("text/html")


def test_webhooks_travel_over_the_queue_and_are_carried_out(account: Any, context: Any) -> None:
    module, body = function("webhooks"), b'{"current": ["read_orders"]}'
    digest = base64.b64encode(hmac.new(SECRET.encode(), body, hashlib.sha256).digest()).decode()
    event = {
        "headers": {"X-Shopify-Topic": "orders/create", "X-Shopify-Shop-Domain": SHOP, "X-Shopify-Webhook-Id": "w1"},
        "body": body.decode(),
        "isBase64Encoded": False,
    }
    assert module.handler(event, context)["statusCode"] == 401
    event["headers"]["X-Shopify-Hmac-Sha256"] = digest
    assert module.handler(event, context)["statusCode"] == 200
    (message,) = boto3.client("sqs").receive_message(QueueUrl=account["WEBHOOKS_QUEUE_URL"])["Messages"]
    good = {"messageId": "m1", "body": message["Body"]}
    bad = {"messageId": "m2", "body": "not json"}
    assert module.work({"Records": [good, bad]}, context) == {"batchItemFailures": [{"itemIdentifier": "m2"}]}
    metadata = {"X-Shopify-Topic": "orders/create", "X-Shopify-Shop-Domain": SHOP, "X-Shopify-Webhook-Id": "e1"}
    delivered = {"detail-type": "shopifyWebhook", "detail": {"metadata": metadata, "payload": {"id": 1}}}
    assert module.handler(delivered, context) == {}
    (message,) = boto3.client("sqs").receive_message(QueueUrl=account["WEBHOOKS_QUEUE_URL"])["Messages"]
    assert module.work({"Records": [{"messageId": "m3", "body": message["Body"]}]}, context) == {
        "batchItemFailures": []
    }
    assert boto3.client("dynamodb").get_item(
        TableName="connector", Key={"pk": {"S": f"SHOP#{SHOP}"}, "sk": {"S": "WEBHOOK#e1"}}
    )["Item"]


def test_upkeep_says_what_it_did(account: Any, context: Any) -> None:
    done = function("upkeep").handler({"source": "aws.events", "detail-type": "Scheduled Event"}, context)
    assert done == {"renewed": 0, "not_renewed": 0, "requests_done": 0, "requests_left": 0}


def test_a_webhook_that_cannot_be_queued_is_sent_again_by_shopify(
    account: Any, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = function("webhooks")

    def away(text: str) -> None:
        raise ConnectionError

    monkeypatch.setattr(module, "send", away)
    digest = base64.b64encode(hmac.new(SECRET.encode(), b"{}", hashlib.sha256).digest()).decode()
    event = {"headers": {"X-Shopify-Shop-Domain": SHOP, "X-Shopify-Hmac-Sha256": digest}, "body": "{}"}
    assert module.handler(event, context)["statusCode"] == 503
    metadata = {"X-Shopify-Topic": "shop/update", "X-Shopify-Shop-Domain": SHOP}
    with pytest.raises(ConnectionError):  # nobody would send it again if this were an answer
        module.handler({"detail-type": "shopifyWebhook", "detail": {"metadata": metadata, "payload": {}}}, context)


def test_the_queue_is_not_waited_for_longer_than_shopify_waits(account: Any) -> None:
    config = function("webhooks").QUEUE
    once = config.connect_timeout + config.read_timeout
    assert once * config.retries["total_max_attempts"] < 5


def test_prepare_runs_a_step_and_says_what_can_be_tried_again(
    account: Any, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = function("prepare").handler
    state = {"shop": SHOP, "scheduled_time": "2026-11-02T02:00:00Z", "trigger": "schedule"}
    with pytest.raises(Exception, match="not been started") as caught:
        handler({"step": "plan", "state": state}, context)
    assert type(caught.value).__name__ == "NotStarted"
    monkeypatch.setenv("TABLE_NAME", "away")
    with pytest.raises(Retryable, match="ResourceNotFound"):
        function("prepare").handler({"step": "plan", "state": state}, context)
