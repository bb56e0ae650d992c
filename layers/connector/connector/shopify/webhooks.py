"""Shopify's webhooks as they come in: by HTTPS, signed, or as events of EventBridge, whose bus vouches for Shopify.

Nothing here needs more than the standard library: a webhook must be answered in well under five seconds, also by a
process that has just been started.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from connector.shopify.domains import shop_domain
from connector.shopify.signatures import same

LONGEST_BODY = 2 * 1024 * 1024
"""Bytes. Our topics have some hundred bytes; a customer's list of orders may be long."""

LONGEST_ID = 128
MOST_ORDERS = 2_000
"""Of a list of orders: what goes on must fit into a message of the queue. A customer's orders are found without it."""

_ABOUT_A_CUSTOMER = ("customer.id", "data_request.id", "orders_requested", "orders_to_redact")
KEPT: Mapping[str, tuple[str, ...]] = {
    "customers/data_request": _ABOUT_A_CUSTOMER,
    "customers/redact": _ABOUT_A_CUSTOMER,
    "shop/redact": (),
    "app/uninstalled": (),
    "app/scopes_update": ("current",),
    "bulk_operations/finish": ("admin_graphql_api_id", "status", "error_code", "type", "completed_at"),
    "shop/update": (),
}
"""Our topics, and what of each payload goes on: nobody's name, address or number is passed on or kept."""

_SHOP_FIELDS = ("myshopify_domain", "shop_domain")
"""Where a payload names its shop. The signature covers the body alone: the header must agree with it."""

_EVENT = "shopifyWebhook"


class UnreadableWebhook(Exception):
    """Signed, and no sense in it. ``str`` says what is wrong."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """``id`` is the same in every repetition of a delivery; without Shopify's own, it is made of its event's and the
    topic, since one event may be told under several topics. ``triggered_at`` is ISO in UTC, empty when unknown."""

    topic: str
    shop: str
    id: str
    triggered_at: str
    payload: dict[str, Any]


def verify_hmac(raw_body: bytes, header: str, secrets: Iterable[str]) -> bool:
    """``header`` is ``X-Shopify-Hmac-Sha256``; ``raw_body`` the bytes as they came, before any parsing."""
    found = False
    for secret in secrets:
        digest = hmac.new(secret.encode(), raw_body, hashlib.sha256).digest()
        found |= same(base64.b64encode(digest).decode(), header or "")
    return found


def header(headers: Mapping[str, str], name: str) -> str:
    """Webhooks' headers begin with ``X-Shopify-``; those of Shopify's newer events with ``shopify-``.

    The names of ``headers`` are in lower case.
    """
    return headers.get(f"x-shopify-{name}") or headers.get(f"shopify-{name}") or ""


def delivery(headers: Mapping[str, str], body: bytes) -> Delivery:
    """What was delivered. Raises ``UnreadableWebhook``, ``InvalidShop``."""
    if len(body) > LONGEST_BODY:
        raise UnreadableWebhook("The webhook is too large.")
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UnreadableWebhook("The webhook is not JSON.") from error
    if not isinstance(payload, dict):
        # Shopify's are objects. Other texts that the same secret signs (queries) could pass for a text or a number.
        raise UnreadableWebhook("The webhook is not a JSON object.")
    shop = shop_domain(header(headers, "shop-domain"))
    if any(payload[name] != shop for name in _SHOP_FIELDS if name in payload):
        raise UnreadableWebhook("The webhook names another shop than the one it is said to come from.")
    topic = header(headers, "topic").lower()
    return Delivery(
        topic=topic,
        shop=shop,
        id=_id(headers, topic)[:LONGEST_ID],
        triggered_at=_moment(header(headers, "triggered-at")),
        payload=_kept(payload, KEPT.get(topic, ())),
    )


def is_event(message: Mapping[str, Any]) -> bool:
    """Whether EventBridge delivers it."""
    return message.get("detail-type") == _EVENT


def delivery_of_event(message: Mapping[str, Any]) -> Delivery:
    """What EventBridge delivers: the headers as ``metadata``, the body as ``payload``. Raises as ``delivery`` does."""
    detail = message.get("detail")
    if not isinstance(detail, dict) or not isinstance(metadata := detail.get("metadata"), dict):
        raise UnreadableWebhook("The event does not say what it is about.")
    headers = {str(name).lower(): str(value) for name, value in metadata.items()}
    return delivery(headers, json.dumps(detail.get("payload")).encode())


def _id(headers: Mapping[str, str], topic: str) -> str:
    event = header(headers, "event-id")
    return header(headers, "webhook-id") or (f"{event}|{topic}" if event else "")


def _kept(payload: Mapping[str, Any], paths: Iterable[str]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for path in paths:
        name, _, part = path.partition(".")
        value = payload.get(name)
        if part:
            value = value.get(part) if isinstance(value, dict) else None
        if value is None or (isinstance(value, list) and len(value) > MOST_ORDERS):
            continue
        kept[name] = {part: value} if part else value
    return kept


def _moment(text: str) -> str:
    """To the second, as everything is kept. Shopify writes nanoseconds."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        return ""
