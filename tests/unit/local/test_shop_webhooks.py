"""What the stand-in shop sends of its own accord."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from infra.local.shop import Shop, World
from infra.local.shop.access import Access
from infra.local.shop.tokens import Grant, Registration


class _App(BaseHTTPRequestHandler):
    status = 200
    heard: list[tuple[dict[str, str], bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).heard.append((dict(self.headers), body))
        self.send_response(self.status)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def app() -> Iterator[tuple[str, type[_App]]]:
    handler = type("App", (_App,), {"heard": []})
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/webhooks/shopify", handler
    server.shutdown()
    server.server_close()


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world, app=Registration("key", "hush", scopes=("read_orders",)))


def test_a_webhook_is_signed_over_its_very_bytes(shop: Shop, app: tuple[str, type[_App]]) -> None:
    url, handler = app
    assert shop.webhook("shop/redact").post(url) == 200
    headers, body = handler.heard[0]
    assert (
        headers["X-Shopify-Hmac-Sha256"] == base64.b64encode(hmac.new(b"hush", body, hashlib.sha256).digest()).decode()
    )
    assert headers["X-Shopify-Topic"] == "shop/redact"
    assert headers["X-Shopify-Shop-Domain"] == shop.domain
    assert json.loads(body)["shop_domain"] == shop.domain


def test_a_delivery_can_be_repeated_with_the_same_ids(shop: Shop, app: tuple[str, type[_App]]) -> None:
    url, handler = app
    delivery = shop.webhook("app/uninstalled")
    delivery.post(url)
    delivery.post(url)
    ids = {headers["X-Shopify-Webhook-Id"] for headers, _ in handler.heard}
    assert (len(handler.heard), len(ids)) == (2, 1)
    assert shop.webhook("app/uninstalled").headers["X-Shopify-Webhook-Id"] not in ids


@pytest.mark.parametrize("status", [302, 401, 500])
def test_anything_but_2xx_is_a_failure(shop: Shop, app: tuple[str, type[_App]], status: int) -> None:
    url, handler = app
    handler.status = status
    assert shop.webhook("shop/redact").post(url) == status


def test_a_customer_s_webhook_names_their_orders(shop: Shop) -> None:
    body = json.loads(shop.webhook("customers/redact").body)
    named = set(body["orders_to_redact"])
    bought = [o for o in shop.world if o.customer and o.customer.id.endswith(f"/{body['customer']['id']}")]
    assert {int(o.id.rpartition("/")[2]) for o in bought} == named


def test_an_event_carries_the_payload_without_a_signature(shop: Shop) -> None:
    delivery = shop.webhook("customers/data_request")
    event = delivery.event()
    assert event["detail"]["payload"] == json.loads(delivery.body)
    assert event["detail"]["metadata"]["X-Shopify-Topic"] == "customers/data_request"
    assert "X-Shopify-Hmac-Sha256" not in event["detail"]["metadata"]


def test_a_finished_bulk_operation_is_told_in_lower_case(shop: Shop) -> None:
    access = Access(frozenset({"read_orders"}))
    shop.bulk.run("{ orders { edges { node { id } } } }", False, access, len(shop.world))
    body = json.loads(shop.webhook("bulk_operations/finish").body)
    assert (body["status"], body["error_code"], body["type"]) == ("completed", None, "query")


def test_an_uninstall_voids_the_tokens_and_tells_the_app(shop: Shop) -> None:
    given = shop.tokens.access_token(
        {
            "client_id": "key",
            "client_secret": "hush",
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "subject_token": shop.session_token(),
            "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
            "requested_token_type": "urn:shopify:params:oauth:token-type:offline-access-token",
            "expiring": "1",
        }
    )[1]
    assert isinstance(shop.tokens.check(given["access_token"]), Grant)
    assert shop.uninstall().topic == "app/uninstalled"
    assert not isinstance(shop.tokens.check(given["access_token"]), Grant)
