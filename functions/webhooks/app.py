"""Shopify's webhooks: ``handler`` verifies and queues them, ``work`` carries out what is on the queue."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools import Logger

from connector.app import deliveries
from connector.app.credentials import lasting, registration
from connector.app.errors import Fault, faults_response
from connector.shopify.webhooks import is_event

logger = Logger()
app = lasting(registration, os.environ)


@cache
def queue() -> Any:
    return boto3.client("sqs")


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
    try:
        return deliveries.accept(event, app().secrets, send).to_event()
    except Exception:
        logger.exception("a webhook could not be queued")
        return faults_response([Fault("", "Please send it again.")], 503).to_event()


@logger.inject_lambda_context(clear_state=True)
def work(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Messages of the queue; or one event as EventBridge delivers it, which is tried again if this raises."""
    from connector.app import webhooks

    if is_event(event):
        webhooks.carry_out(json.dumps(event), services(), _share(context, 1))
        return {}
    failed = []
    records = event["Records"]
    for number, record in enumerate(records):
        try:
            webhooks.carry_out(record["body"], services(), _share(context, len(records) - number))
        except Exception:
            logger.exception("a webhook could not be carried out", extra={"message_id": record["messageId"]})
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
