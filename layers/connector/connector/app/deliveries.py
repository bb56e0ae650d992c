"""Webhooks arrive: what Shopify signed, or its event bus delivers, is put on the queue and answered at once.

Kept apart from what is done about them, so that the function which answers loads next to nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from connector.app.errors import Fault, faults_response
from connector.app.http import BadRequest, Response, json_response, raw_body
from connector.shopify.errors import InvalidShop
from connector.shopify.webhooks import UnreadableWebhook, delivery, delivery_of_event, header, verify_hmac


def accept(event: Mapping[str, Any], secrets: tuple[str, ...], send: Callable[[str], None]) -> Response:
    """``send`` puts a text on the queue. 200 only when it is there; 401 when Shopify did not sign the bytes."""
    headers = {str(name).lower(): str(value) for name, value in (event.get("headers") or {}).items()}
    try:
        body = raw_body(event)
        if not verify_hmac(body, header(headers, "hmac-sha256"), secrets):
            return faults_response([Fault("", "The webhook is not signed by Shopify (hmac).")], 401)
        message = json.dumps(asdict(delivery(headers, body)))
    except (BadRequest, UnreadableWebhook, InvalidShop) as error:
        return faults_response([Fault("", str(error))], 400)
    send(message)
    return json_response({})


def accept_event(event: Mapping[str, Any], send: Callable[[str], None]) -> None:
    """From Shopify's bus, which vouches for it. Raises as ``delivery`` does: then EventBridge keeps the event."""
    send(json.dumps(asdict(delivery_of_event(event))))
