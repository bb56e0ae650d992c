"""Reading the stand-in shop by bulk operations or by pages, as far as stored facts: what the tests of it share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from connector.shopify.registration import SCOPES
from connector.shopify.tokens import TokenEndpoint
from connector.storage import keys
from connector.sync.context import Sizes
from connector.sync.prepare import run
from infra.local.shop import World, build_world
from infra.local.shop.access import Access
from tests.fakes.preparation import SHOP, Preparation
from tests.fakes.shop_over_http import AFTERWARDS, ShopOverHttp, shop_over_http

RUN = "bulkOperationRunQuery"
PAGES_ONLY = Sizes(bulk_from=1_000_000)
BULK = Sizes(bulk_from=1, in_one=25)
WAYS = {"pages": PAGES_ONLY, "bulk": BULK}


@cache
def world() -> World:
    """Every scenario of the stand-in shop, also the rare ones, at least once."""
    return build_world(days=8, orders_per_day=12, wide=True)


@cache
def small_world() -> World:
    return build_world(days=3, orders_per_day=15)


@cache
def expected(of: World) -> dict[str, Any]:
    with reading(of, PAGES_ONLY) as shop:
        shop.preparation.sync(AFTERWARDS)
        assert shop.asked(RUN) == 0
        assert shop.preparation.shopify() == of.expected(AFTERWARDS)
        return made(shop.preparation)


def made(preparation: Preparation) -> dict[str, Any]:
    """All that was stored, without when, and without what is said of controls that came to nothing."""
    return preparation.everything(but=frozenset({"changed_at", "note"}))


@contextmanager
def reading(of: World, sizes: Sizes, **more: Any) -> Iterator[ShopOverHttp]:
    """Only as far as stored facts; what becomes of them is the same for all."""
    with shop_over_http(of, sizes, **more) as shop:
        shop.preparation.steps = ("plan", "read", "finish")
        yield shop


def read_all(shop: ShopOverHttp) -> None:
    shop.preparation.sync(AFTERWARDS)
    assert made(shop.preparation) == expected(shop.shop.world)
    assert list(shop.folder.iterdir()) == []


def fresh_pair(shop: ShopOverHttp) -> Any:
    return TokenEndpoint(shop.app, shop.http).for_session_token(SHOP, shop.shop.session_token(), shop.clock.now())


def access(shop: ShopOverHttp) -> Access:
    return Access(frozenset(SCOPES))


def state_where(shop: ShopOverHttp, reached: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    state: dict[str, Any] = {"shop": SHOP, "scheduled_time": "2026-12-01T07:00:00Z"}
    state = run("plan", state, shop.context())
    while not (state.get("bulk") and reached(state)):
        state = run("read", state, shop.context())
    return state


def finish(shop: ShopOverHttp, state: dict[str, Any]) -> None:
    for step in ("read", "finish"):
        while True:
            state = run(step, state, shop.context())
            shop.clock.sleep(state.get("wait_seconds", 0))
            if not state["more"]:
                break
    assert shop.preparation.table.get(keys.shop(SHOP), keys.INTEGRATION)["read_until"]  # type: ignore[index]
