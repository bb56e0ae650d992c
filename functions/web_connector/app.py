"""GET/POST /quickbooks and GET /support: the SOAP endpoint of QuickBooks' Web Connector."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from connector.storage.table import Table
from connector.web_connector.endpoint import Endpoint
from connector.web_connector.http import Services, body_of, handle

logger = Logger(service="web_connector")
metrics = Metrics(service="web_connector")


@cache
def endpoint() -> Endpoint:
    return Endpoint(Table(boto3.client("dynamodb"), os.environ["TABLE_NAME"]), lambda: datetime.now(UTC))


def services(request: dict[str, Any]) -> Services:
    """The template cannot name the API's id to the functions that the API itself names; a request knows it."""
    url = os.environ.get("PUBLIC_URL", "")
    url = url.replace("{api_id}", request.get("apiId", "")).replace("{stage}", request.get("stage", ""))
    return Services(endpoint(), url.rstrip("/"), _note)


def _note(operation: str, error: BaseException) -> None:
    """The kind of failure, never its text: that may hold customers' data or a token."""
    metrics.add_metric(name="WebConnectorFailures", unit=MetricUnit.Count, value=1)
    logger.error("call failed", operation=operation, error=type(error).__name__)


@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    request = event.get("requestContext") or {}
    answer = handle(
        event.get("httpMethod", ""),
        event.get("path", ""),
        event.get("queryStringParameters") or {},
        event.get("headers") or {},
        body_of(event.get("body"), bool(event.get("isBase64Encoded"))),
        services(request),
        (request.get("identity") or {}).get("sourceIp") or "",
    )
    return {
        "statusCode": answer.status,
        "headers": dict(answer.headers),
        "body": answer.body.decode("utf-8"),
        "isBase64Encoded": False,
    }
