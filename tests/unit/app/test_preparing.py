"""A step's surroundings: waits that fit into the invocation, errors by the name the state machine retries."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from connector.app import preparing
from connector.app.preparing import Retryable, carry_out, context_of
from connector.app.services import Services, patience
from connector.shopify.errors import GraphQLFailed, NeedsMerchant, ShopifyUnavailable
from tests.unit.app.conftest import SHOP, Clock, Shopify

GRAPHQL = "/admin/api/2026-10/graphql.json"


def test_a_wait_that_does_not_fit_is_left_to_the_state_machine(
    services: Services, installed: str, shopify: Shopify, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(preparing.time, "sleep", slept.append)
    for remaining, waits in ((120.0, [20.0]), (45.0, [])):
        slept.clear()
        page = {"orders": {"pageInfo": {"hasNextPage": False, "endCursor": None}, "nodes": []}}
        busy = httpx.Response(429, headers={"Retry-After": "20"})
        shopify.script[GRAPHQL] = [busy, httpx.Response(200, json={"data": page})]
        context = context_of(services, lambda remaining=remaining: remaining)
        if waits:
            assert context.orders_of(SHOP).page(clock(), None) == ([], None)
        else:
            with pytest.raises(ShopifyUnavailable):
                context.orders_of(SHOP).page(clock(), None)
        assert slept == waits


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (ShopifyUnavailable("away"), Retryable),
        (NeedsMerchant("open the app"), NeedsMerchant),
        (GraphQLFailed("orders_page", ["no"]), GraphQLFailed),
        (KeyError("shop"), KeyError),
    ],
)
def test_only_what_may_pass_by_itself_is_retried(
    services: Services, monkeypatch: pytest.MonkeyPatch, error: Exception, raised: type[Exception]
) -> None:
    def fails(*_: Any) -> None:
        raise error

    monkeypatch.setattr(preparing, "run", fails)
    with pytest.raises(raised):
        carry_out({"step": "read", "state": {"shop": SHOP}}, services, lambda: 100.0)


def test_a_failure_reaches_the_step_that_records_it(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(preparing, "run", lambda step, state, context: seen.append((step, state)) or {})
    carry_out({"step": "fail", "state": {"shop": SHOP}, "error": {"Error": "E"}}, services, lambda: 100.0)
    assert seen == [("fail", {"shop": SHOP, "error": {"Error": "E"}})]


def test_a_person_waits_for_shopify_only_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("connector.app.services.time.sleep", slept.append)
    wait = patience(5.0)
    wait(3.0)
    wait(2.0)
    with pytest.raises(ShopifyUnavailable):
        wait(0.5)
    assert slept == [3.0, 2.0]
