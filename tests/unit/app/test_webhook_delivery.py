"""Webhooks: signed bytes go on the queue at once; what is on the queue is carried out once."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from connector.app import arrivals, deliveries, webhooks
from connector.app.services import Services
from connector.outbox import connection
from connector.shopify import finishes
from connector.shopify.errors import InvalidShop
from connector.shopify.registration import SCOPES
from connector.shopify.tokens import TokenResponse
from connector.shopify.webhooks import LONGEST_BODY, MOST_ORDERS, UnreadableWebhook
from connector.storage import keys
from tests.unit.app.conftest import (
    OTHER,
    SHOP,
    Call,
    Clock,
    Scheduler,
    Shopify,
    answer_of,
    minute,
    session_token,
    settings_document,
)

GRAPHQL = "/admin/api/2026-10/graphql.json"
SECRETS = ("a-secret-of-thirty-two-characters", "an-old-secret-of-thirty-two-chars")
Everything = Callable[[], Any]


def event(
    body: bytes, *, secret: str = SECRETS[0], encoded: bool = True, prefix: str = "X-Shopify-", **headers: str
) -> Any:
    digest = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
    given = {"Topic": "app/uninstalled", "Shop-Domain": SHOP, "Webhook-Id": "w1", "Hmac-Sha256": digest} | headers
    return {
        "headers": {f"{prefix}{name}": value for name, value in given.items()},
        "body": base64.b64encode(body).decode() if encoded else body.decode(),
        "isBase64Encoded": encoded,
    }


def accepted(given: Any) -> tuple[int, list[Any]]:
    queue: list[str] = []
    answer = answer_of(deliveries.accept(given, SECRETS, queue.append).to_event())
    return answer.status, [json.loads(text) for text in queue]


@pytest.mark.parametrize("encoded", [True, False])
@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("prefix", ["X-Shopify-", "x-shopify-", "shopify-"])
def test_a_signed_webhook_is_on_the_queue_when_it_is_answered(encoded: bool, secret: str, prefix: str) -> None:
    status, queue = accepted(event('{"name":"Ærø ☕"}'.encode(), secret=secret, encoded=encoded, prefix=prefix))
    assert status == 200
    assert queue == [{"topic": "app/uninstalled", "shop": SHOP, "id": "w1", "triggered_at": "", "payload": {}}]


def test_nobody_s_name_or_address_goes_on_the_queue() -> None:
    """A message lies on a queue, and in a dead letter queue for two weeks: only what is needed is in it."""
    about = {"id": 7, "email": "ida@example.com", "phone": "+4512345678"}
    body = {"shop_domain": SHOP, "customer": about, "orders_to_redact": [1, 2], "data_request": {"id": 9}}
    _, queue = accepted(event(json.dumps(body).encode(), Topic="customers/redact"))
    assert queue[0]["payload"] == {"customer": {"id": 7}, "orders_to_redact": [1, 2], "data_request": {"id": 9}}
    _, queue = accepted(event(json.dumps({"current": ["read_orders"], "id": 1}).encode(), Topic="app/scopes_update"))
    assert queue[0]["payload"] == {"current": ["read_orders"]}
    _, queue = accepted(event(b'{"email": "owner@example.com"}', Topic="orders/create"))
    assert queue[0]["payload"] == {}


def test_a_customer_with_very_many_orders_still_fits_into_a_message() -> None:
    body = {"customer": {"id": 7}, "orders_requested": list(range(MOST_ORDERS + 1))}
    status, queue = accepted(event(json.dumps(body).encode(), Topic="customers/data_request"))
    assert (status, queue[0]["payload"]) == (200, {"customer": {"id": 7}})


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2026-11-02T08:59:59.123456789Z", "2026-11-02T08:59:59Z"),
        ("2026-11-02T09:59:59+01:00", "2026-11-02T08:59:59Z"),
        ("yesterday", ""),
        ("", ""),
    ],
)
def test_when_it_was_triggered_is_kept_in_one_form(given: str, kept: str) -> None:
    _, queue = accepted(event(b"{}", **{"Triggered-At": given}))
    assert queue[0]["triggered_at"] == kept


@pytest.mark.parametrize(
    "change",
    [
        {"Hmac-Sha256": ""},
        {"Hmac-Sha256": "AAAA"},
        {"Hmac-Sha256": "☕"},
    ],
)
def test_an_unsigned_webhook_is_refused_with_401_and_not_queued(change: dict[str, str]) -> None:
    assert accepted(event(b"{}", **change)) == (401, [])
    assert accepted(event(b"{}", secret="nobody's")) == (401, [])
    given = event(b'{"a":1}')
    given["body"] = base64.b64encode(b'{"a":2}').decode()
    assert accepted(given) == (401, [])


@pytest.mark.parametrize(
    "given",
    [
        event(b"{}", **{"Shop-Domain": "evil.example"}),
        event(b"not json"),
        event(b""),
        event(b'"code=1&shop=southern-cross.myshopify.com"'),
        event(b"20261102"),
        event(b"null"),
        event(b'{"shop_domain": "southern-cross.myshopify.com"}'),
        event(b'{"myshopify_domain": "southern-cross.myshopify.com"}'),
        event(b'"' + b"x" * LONGEST_BODY + b'"'),
        event(b"{}") | {"body": "%%%"},
    ],
    ids=[
        "shop",
        "json",
        "nothing",
        "a query",
        "a number",
        "null",
        "another shop",
        "another shop too",
        "size",
        "encoding",
    ],
)
def test_a_signed_webhook_that_makes_no_sense_is_refused(given: Any) -> None:
    assert accepted(given) == (400, [])


def test_when_the_queue_is_away_shopify_is_not_told_it_is_done() -> None:
    def fails(text: str) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        deliveries.accept(event(b"{}"), SECRETS, fails)


def message(topic: str, payload: Any = None, *, id: str = "w1", shop: str = SHOP, triggered_at: str = "") -> str:
    return json.dumps({"topic": topic, "shop": shop, "id": id, "triggered_at": triggered_at, "payload": payload or {}})


def test_an_uninstall_takes_tokens_schedule_and_the_way_in(
    call: Call, connected: str, services: Services, scheduler: Scheduler, clock: Clock
) -> None:
    call("PUT", "/api/settings", settings_document())
    call("POST", "/api/integration/start")
    made = call("POST", "/api/connection/token", {}).json
    webhooks.carry_out(message("app/uninstalled"), services, minute)
    assert not services.installations.installed(SHOP)
    assert not scheduler.schedules
    assert connection.sign_in(services.table, made["user_name"], made["token"], clock()) is None
    assert call("GET", "/api/settings").status == 403
    assert services.table.get(keys.shop(SHOP), keys.SETTINGS)


def test_an_uninstall_that_comes_after_the_reinstall_is_history(
    services: Services, installed: str, clock: Clock
) -> None:
    before = (clock() - timedelta(minutes=1)).isoformat()
    webhooks.carry_out(message("app/uninstalled", triggered_at=before), services, minute)
    assert services.installations.installed(SHOP)


def test_a_repeated_delivery_is_carried_out_once(services: Services, installed: str, clock: Clock) -> None:
    webhooks.carry_out(message("app/uninstalled"), services, minute)
    pair = TokenResponse("access-2", "refresh-2", clock() + timedelta(hours=1), None, "read_orders")
    services.installations.save(SHOP, pair)
    webhooks.carry_out(message("app/uninstalled"), services, minute)
    assert services.installations.installed(SHOP)
    item = services.table.get(keys.shop(SHOP), keys.webhook("w1"))
    assert item is not None and item["ttl"] > int((clock() + timedelta(days=7)).timestamp())


def test_a_webhook_that_failed_is_not_taken_for_done(services: Services, installed: str, scheduler: Scheduler) -> None:
    scheduler.failing = 1
    with pytest.raises(Exception, match="InternalServer"):
        webhooks.carry_out(message("app/uninstalled"), services, minute)
    webhooks.carry_out(message("app/uninstalled"), services, minute)
    assert services.table.get(keys.shop(SHOP), keys.webhook("w1"))


def test_an_uninstall_is_not_outdated_by_a_refresh_that_was_under_way(
    services: Services, installed: str, clock: Clock
) -> None:
    clock.forward(days=40)
    reported = clock().isoformat()
    clock.forward(seconds=1)
    item = services.table.get(keys.shop(SHOP), keys.INSTALLATION) or {}
    services.table.put(item | {"token_at": clock().isoformat()})
    webhooks.carry_out(message("app/uninstalled", triggered_at=reported), services, minute)
    assert not services.installations.installed(SHOP)


def test_changed_scopes_are_kept_and_an_older_change_that_comes_late_is_not(
    services: Services, installed: str, clock: Clock
) -> None:
    first, second = ((clock() + timedelta(minutes=n)).isoformat() for n in (1, 2))
    webhooks.carry_out(
        message("app/scopes_update", {"current": ["read_orders", "read_returns"]}, id="w2", triggered_at=second),
        services,
        minute,
    )
    webhooks.carry_out(
        message("app/scopes_update", {"current": ["read_orders"]}, id="w1", triggered_at=first), services, minute
    )
    assert services.installations.granted(SHOP) == {"read_orders", "read_returns"}


def test_what_the_shop_has_not_granted_is_named(call: Call, services: Services, installed: str, clock: Clock) -> None:
    granted = [*SCOPES, "read_cash_tracking", "write_returns"]
    webhooks.carry_out(
        message("app/scopes_update", {"current": granted}, triggered_at=(clock() + timedelta(minutes=1)).isoformat()),
        services,
        minute,
    )
    access = call("GET", "/api/access").json
    assert {"read_cash_tracking", "read_returns"} <= set(access["granted"])
    missing = {one["topic"]: one for one in access["missing"]}
    assert missing["payouts"]["scopes"] == ["read_shopify_payments_accounts", "read_shopify_payments_payouts"]
    assert "payouts with their fees" in missing["payouts"]["words"]
    assert not {"cash", "returns", "products"} & set(missing)


def test_a_finished_bulk_operation_is_noted_for_whoever_waits_for_it(services: Services, installed: str) -> None:
    gid = "gid://shopify/BulkOperation/42"
    assert not finishes.noted(services.table, SHOP, gid)
    webhooks.carry_out(
        message("bulk_operations/finish", {"admin_graphql_api_id": gid, "status": "completed"}), services, minute
    )
    webhooks.carry_out(message("bulk_operations/finish", {"status": "completed"}, id="w2"), services, minute)
    assert finishes.noted(services.table, SHOP, gid)
    assert not finishes.noted(services.table, OTHER, gid)


def test_an_unknown_topic_is_no_fault(services: Services, installed: str) -> None:
    webhooks.carry_out(message("orders/create"), services, minute)


def bus_event(topic: str, payload: Any, **metadata: str) -> dict[str, Any]:
    said = {"X-Shopify-Topic": topic, "X-Shopify-Shop-Domain": SHOP, "X-Shopify-Webhook-Id": "e1"} | metadata
    return {"detail-type": "shopifyWebhook", "detail": {"metadata": said, "payload": payload}}


def test_the_same_is_done_for_what_eventbridge_delivers(services: Services, installed: str) -> None:
    queue: list[str] = []
    deliveries.accept_event(bus_event("app/uninstalled", {"id": 1, "email": "owner@example.com"}), queue.append)
    assert "owner@example.com" not in queue[0]
    webhooks.carry_out(queue[0], services, minute)
    assert not services.installations.installed(SHOP)
    assert services.table.get(keys.shop(SHOP), keys.webhook("e1"))


@pytest.mark.parametrize(
    "given",
    [
        {"detail-type": "shopifyWebhook"},
        {"detail-type": "shopifyWebhook", "detail": {"payload": {}}},
        bus_event("app/uninstalled", {"myshopify_domain": OTHER}),
        bus_event("app/uninstalled", {}, **{"X-Shopify-Shop-Domain": "evil.example"}),
    ],
    ids=["nothing", "no metadata", "another shop", "no shop"],
)
def test_an_event_that_makes_no_sense_is_not_taken_for_done(given: Any) -> None:
    """What raises lies with the dead letters in the end; what returned would be gone."""
    queue: list[str] = []
    with pytest.raises((UnreadableWebhook, InvalidShop)):
        deliveries.accept_event(given, queue.append)
    assert queue == []


def test_without_an_id_of_the_delivery_its_event_and_topic_tell_it_again() -> None:
    told = {"Webhook-Id": "", "Event-Id": "b-1"}
    _, queue = accepted(event(b"{}", **told))
    _, again = accepted(event(b"{}", **told))
    _, other = accepted(event(b"{}", Topic="shop/update", **told))
    assert queue[0]["id"] == again[0]["id"] == "b-1|app/uninstalled"
    assert other[0]["id"] == "b-1|shop/update"


def test_a_changed_shop_is_asked_what_it_is_now(
    services: Services, installed: str, shopify: Shopify, scheduler: Scheduler
) -> None:
    """The webhook may be late: its own figures are not taken."""
    now = {"name": "Nordlys", "currencyCode": "DKK", "ianaTimezone": "America/Nuuk", "plan": {"publicDisplayName": "P"}}
    shopify.will(GRAPHQL, httpx.Response(200, json={"data": {"shop": now}}))
    webhooks.carry_out(message("shop/update", {"name": "Old", "iana_timezone": "Asia/Tokyo"}), services, minute)
    profile = services.installations.profile(SHOP)
    assert profile and (profile.name, profile.time_zone, profile.plan) == ("Nordlys", "America/Nuuk", "P")


def test_a_schedule_without_a_zone_of_its_own_follows_with_the_next_load(
    call: Call, connected: str, services: Services, shopify: Shopify, scheduler: Scheduler, clock: Clock
) -> None:
    chosen = settings_document()
    chosen["schedule"].pop("time_zone", None)
    call("PUT", "/api/settings", chosen)
    call("POST", "/api/integration/start")
    assert scheduler.only()["ScheduleExpressionTimezone"] == "Europe/Copenhagen"
    now = {"name": "Nordlys", "currencyCode": "DKK", "ianaTimezone": "America/Nuuk"}
    shopify.will(GRAPHQL, httpx.Response(200, json={"data": {"shop": now}}))
    webhooks.carry_out(message("shop/update"), services, minute)
    arrivals.welcome(services, session_token(clock()))
    assert scheduler.only()["ScheduleExpressionTimezone"] == "America/Nuuk"


@pytest.mark.parametrize("answer", [httpx.Response(429), httpx.Response(402), httpx.ReadTimeout("slow")])
def test_a_changed_shop_that_does_not_answer_takes_no_other_message_s_time(
    services: Services, installed: str, shopify: Shopify, answer: Any
) -> None:
    """The next preparation asks anyway."""
    before = services.installations.profile(SHOP)
    shopify.will(GRAPHQL, answer)
    webhooks.carry_out(message("shop/update"), services, minute)
    assert len(shopify.requests) == 1
    webhooks.carry_out(message("shop/update", id="w2"), services, lambda: 6.0)
    assert len(shopify.requests) == 1
    assert services.installations.profile(SHOP) == before


def test_a_shop_that_is_gone_is_not_asked(services: Services, installed: str, shopify: Shopify) -> None:
    webhooks.carry_out(message("app/uninstalled"), services, minute)
    webhooks.carry_out(message("shop/update", id="w2"), services, minute)
    assert shopify.requests == []
