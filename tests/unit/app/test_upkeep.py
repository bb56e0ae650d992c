"""The hourly upkeep: chains of tokens that would break, privacy requests that had to wait; one shop stops no other."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from connector.app import privacy, upkeep, webhooks
from connector.app.services import Services
from connector.storage import keys
from tests.unit.app.conftest import OTHER, SHOP, Clock, Shopify

TOKEN = "/admin/oauth/access_token"
LONG = lambda: 300.0  # noqa: E731


def fresh(number: int) -> httpx.Response:
    pair = {"access_token": f"a{number}", "refresh_token": f"r{number}", "expires_in": 3600, "scope": "read_orders"}
    return httpx.Response(200, json=pair)


def test_shops_that_nothing_was_read_from_for_a_month_get_new_tokens(
    services: Services, installed: str, shopify: Shopify, clock: Clock
) -> None:
    clock.forward(days=29)
    assert upkeep.run(services, LONG)["renewed"] == 0
    clock.forward(days=2)
    shopify.will(TOKEN, fresh(2), fresh(2))
    assert upkeep.run(services, LONG) == {"renewed": 2, "not_renewed": 0, "requests_done": 0, "requests_left": 0}
    assert upkeep.run(services, LONG)["renewed"] == 0
    assert [request.url.host for request in shopify.requests] == [SHOP, OTHER]


def test_a_shop_that_can_not_be_reached_waits_a_day_and_keeps_no_other_waiting(
    services: Services, installed: str, shopify: Shopify, clock: Clock
) -> None:
    clock.forward(days=31)
    frozen = httpx.Response(402, json={"errors": "Unavailable Shop"})
    shopify.will(TOKEN, frozen, fresh(2))
    assert upkeep.run(services, LONG)["renewed"] == 1
    assert upkeep.run(services, LONG)["renewed"] == 0
    clock.forward(days=1)
    shopify.will(TOKEN, fresh(2))
    assert upkeep.run(services, LONG)["renewed"] == 1


def test_a_chain_that_is_broken_is_not_tried_for_ever(
    services: Services, installed: str, shopify: Shopify, clock: Clock
) -> None:
    clock.forward(days=31)
    shopify.will(TOKEN, *[httpx.Response(400, json={"error": "invalid_grant"})] * 2)
    assert upkeep.run(services, LONG)["not_renewed"] == 2
    clock.forward(days=31)
    assert upkeep.run(services, LONG)["not_renewed"] == 0


def test_what_the_time_does_not_allow_is_done_the_next_hour(
    services: Services, installed: str, shopify: Shopify, clock: Clock
) -> None:
    clock.forward(days=31)
    shopify.will(TOKEN, fresh(2), fresh(2))
    left = iter([130.0, 110.0])
    assert upkeep.run(services, lambda: next(left, 110.0))["renewed"] == 1
    assert upkeep.run(services, LONG)["renewed"] == 1


def waiting(services: Services, shop: str, id_: str, clock: Clock) -> None:
    payload = {"customer": {"id": 7}}
    privacy.receive(services, webhooks.Delivery("customers/redact", shop, id_, "", payload))


def test_requests_that_waited_are_carried_out_though_one_before_them_fails(
    services: Services, installed: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting(services, SHOP, "w1", clock)
    clock.forward(minutes=1)
    waiting(services, OTHER, "w2", clock)
    really = privacy.work_on

    def fails(services: Services, shop: str, *rest: Any) -> bool:
        if shop == SHOP:
            raise ConnectionError
        return really(services, shop, *rest)

    monkeypatch.setattr(privacy, "work_on", fails)
    assert upkeep.run(services, LONG) == {"renewed": 0, "not_renewed": 0, "requests_done": 1, "requests_left": 1}
    assert [one["state"] for one in privacy.views(services.table, OTHER)] == ["DONE"]
    clock.forward(days=24)
    with pytest.raises(upkeep.NearlyDue, match="w1"):
        upkeep.run(services, LONG)


def test_a_webhook_s_share_of_the_time_is_short_and_the_upkeep_ends_what_it_began(
    services: Services, installed: str, clock: Clock
) -> None:
    payload = {"customer": {"id": 7}}
    message = {"topic": "customers/redact", "shop": SHOP, "id": "w1", "triggered_at": "", "payload": payload}
    services.table.put({"pk": keys.shop(SHOP), "sk": "SET#1", "elements": [], "entries": []})
    webhooks.carry_out(json.dumps(message), services, lambda: 1.0)
    assert services.table.get(keys.shop(SHOP), keys.webhook("w1"))
    assert [one["state"] for one in privacy.views(services.table, SHOP)] == ["OPEN"]
    assert upkeep.run(services, LONG)["requests_done"] == 1
    (done,) = privacy.views(services.table, SHOP)
    assert (done["state"], done["outcome"]["quickbooks"]["holds_the_customer"]) == ("DONE", False)
    assert done["due_at"] == (clock() + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
