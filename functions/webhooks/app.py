"""Shopify's webhooks: ``handler`` verifies and queues them, ``work`` carries out what is on the queue."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from botocore.config import Config

from connector.app import deliveries
from connector.app.credentials import lasting, registration
from connector.app.errors import Fault, faults_response
from connector.shopify.webhooks import is_event

QUEUE = Config(connect_timeout=1, read_timeout=1, retries={"total_max_attempts": 2})
"""Shopify waits five seconds, and comes again where the queue is away: to wait longer for it would be of no use."""

logger = Logger()
app = lasting(registration, os.environ)


@cache
def queue() -> Any:
    return boto3.client("sqs", config=QUEUE)


def _services(environ: Any) -> Any:
    from connector.app.services import build  # for those who carry out; to answer needs none of it

    return build(environ)


services = lasting(_services, os.environ)


def _share(context: Any, left: int) -> Callable[[], float]:
    """Seconds that one of the ``left`` messages may take, from now on."""
    end = time.monotonic() + context.get_remaining_time_in_millis() / 1000 / left
    return lambda: end - time.monotonic()


def send(text: str) -> None:
    queue().send_message(QueueUrl=os.environ["WEBHOOKS_QUEUE_URL"], MessageBody=text)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """What API Gateway passes on; or an event of Shopify's bus, which is delivered again if this raises."""
    if is_event(event):
        deliveries.accept_event(event, send)
        return {}
    try:
        return deliveries.accept(event, app().secrets, send).to_event()
    except Exception:
        logger.exception("a webhook could not be queued")
        return faults_response([Fault("", "Please send it again.")], 503).to_event()


@logger.inject_lambda_context(clear_state=True)
def work(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Messages of the queue."""
    from connector.app import webhooks

    failed = []
    records = event["Records"]
    for number, record in enumerate(records):
        try:
            webhooks.carry_out(record["body"], services(), _share(context, len(records) - number))
        except Exception:
            logger.exception("a webhook could not be carried out", extra={"message_id": record["messageId"]})
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
