"""What Shopify sends of its own accord: signed webhooks over HTTPS, and the same as EventBridge events.

Sources: Shopify, "Webhooks: deliver through HTTPS" and "… through Amazon EventBridge", "Privacy law compliance". The
signature is base64 of HMAC-SHA256 over the very bytes of the body; a delivery answered by anything but 2xx has failed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from infra.local.shop.model import legacy_id
from infra.local.shop.nodes import shop_id

if TYPE_CHECKING:
    from infra.local.shop.shop import Shop

API_VERSION = "2026-10"
_TIMEOUT_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Webhook:
    """One delivery: to be posted as it is, or once more with the same ids (``again``)."""

    topic: str
    headers: dict[str, str]
    body: bytes

    def post(self, url: str) -> int:
        """The status of the answer; Shopify waits five seconds for it and follows no redirect."""
        request = urllib.request.Request(url, self.body, self.headers, method="POST")
        try:
            with _OPENER.open(request, timeout=_TIMEOUT_SECONDS) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refusal:
            return refusal.code

    def event(self, source: str = "aws.partner/shopify.com/1/books") -> dict[str, Any]:
        """The same as an EventBridge event, which nobody needs to sign."""
        metadata = {name: value for name, value in self.headers.items() if name != "X-Shopify-Hmac-Sha256"}
        return {
            "version": "0",
            "id": self.headers["X-Shopify-Event-Id"],
            "source": source,
            "detail-type": "shopifyWebhook",
            "time": self.headers["X-Shopify-Triggered-At"],
            "detail": {"payload": json.loads(self.body), "metadata": metadata},
        }


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirect)


def webhook(shop: Shop, topic: str, payload: Mapping[str, Any] | None = None, **headers: str) -> Webhook:
    """A delivery of that topic, its payload made up from the world unless given; ``headers`` replace by full name."""
    found = _PAYLOADS[topic](shop) if payload is None else payload
    body = json.dumps(found, separators=(",", ":"), ensure_ascii=False).encode()
    digest = hmac.new(shop.app.secret.encode(), body, hashlib.sha256).digest()
    moment = datetime.fromtimestamp(shop.clock(), UTC)
    return Webhook(
        topic,
        {
            "Content-Type": "application/json",
            "X-Shopify-Topic": topic,
            "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
            "X-Shopify-Shop-Domain": shop.domain,
            "X-Shopify-API-Version": API_VERSION,
            "X-Shopify-Webhook-Id": str(uuid.uuid4()),
            "X-Shopify-Event-Id": str(uuid.uuid4()),
            "X-Shopify-Triggered-At": f"{moment:%Y-%m-%dT%H:%M:%S.%f}000Z",
            **headers,
        },
        body,
    )


def _customer_of(shop: Shop) -> dict[str, Any]:
    customer = next(order.customer for order in shop.world if order.customer and order.customer.email)
    return {"id": legacy_id(customer.id), "email": customer.email, "phone": customer.phone}


def _about_customer(shop: Shop, orders: str) -> dict[str, Any]:
    customer = _customer_of(shop)
    bought = [o for o in shop.world if o.customer and legacy_id(o.customer.id) == customer["id"]]
    return {
        "shop_id": legacy_id(shop_id(shop.domain)),
        "shop_domain": shop.domain,
        "customer": customer,
        orders: [legacy_id(order.id) for order in bought],
    }


def _shop_itself(shop: Shop) -> dict[str, Any]:
    return {"shop_id": legacy_id(shop_id(shop.domain)), "shop_domain": shop.domain}


_PAYLOADS: dict[str, Callable[[Shop], dict[str, Any]]] = {
    "customers/data_request": lambda shop: _about_customer(shop, "orders_requested") | {"data_request": {"id": 9_999}},
    "customers/redact": lambda shop: _about_customer(shop, "orders_to_redact"),
    "shop/redact": _shop_itself,
    "app/uninstalled": lambda shop: {
        "id": legacy_id(shop_id(shop.domain)),
        "name": shop.world.name,
        "domain": shop.domain,
        "myshopify_domain": shop.domain,
        "iana_timezone": shop.world.zone.key,
    },
    "app/scopes_update": lambda shop: {
        "id": legacy_id(shop_id(shop.domain)),
        "previous": list(shop.app.scopes),
        "current": list(shop.tokens.app.scopes),
        "updated_at": datetime.fromtimestamp(shop.clock(), UTC).isoformat(),
    },
    "bulk_operations/finish": lambda shop: shop.bulk.finished(list(shop.bulk.operations)[-1]),
}
