"""Reading the stand-in shop by bulk operations or by pages, as far as stored facts: what the tests of it share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from connector.accounting.effects import add, effects_by_day
from connector.shopify.registration import SCOPES
from connector.shopify.tokens import TokenEndpoint
from connector.storage import keys
from connector.sync.context import Sizes
from connector.sync.prepare import run
from infra.local.shop import World, build_world
from infra.local.shop.access import Access
from tests.fakes.preparation import SHOP, Effects, Preparation
from tests.fakes.shop_over_http import AFTERWARDS, ShopOverHttp, shop_over_http

RUN = "bulkOperationRunQuery"
OTHER_FACTS = ("FACT#", "FACTCHUNK#", "FACTDAY#", "VARIANT#", "ITEMOF#", "CODE#", "CARDPAID#", "STOCK#")
"""The facts of the topics that are read behind the orders."""

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
        assert of_orders(shop.preparation) == of.expected(AFTERWARDS)
        found = made(shop.preparation)
        topics = {sk.split("#")[1] for sk in found if sk.startswith("FACT#")}
        assert topics >= {"payout", "dispute", "stored_value", "cash", "transfer", "purchase"}
        return found


def made(preparation: Preparation) -> dict[str, Any]:
    """All that was stored, without when, and without what is said of controls that came to nothing.

    Which of two products of the same name has it alone depends on which was read first: list elements and their names
    are left out, what documents want of them is in the documents.
    """
    but = frozenset({"changed_at", "note"})
    found = {sk: item for sk, item in preparation.everything(but=but).items() if not sk.startswith(("LIST#", "NAME#"))}
    for prefix in OTHER_FACTS:
        for item in preparation.table.query(keys.shop(SHOP), prefix):
            found[item["sk"]] = {name: value for name, value in item.items() if name not in but | {"version"}}
    return found


def of_orders(preparation: Preparation) -> Effects:
    """The orders' part of the tie-out's ``shopify`` column by day: the other topics have theirs in it too."""
    sums: Effects = {}
    for record in preparation.records().values():
        sales = [fact for fact in record.facts.sales if fact.id in record.in_the_books]
        money = [fact for fact in record.facts.money if fact.id in record.in_the_books]
        for day, effect in effects_by_day(sales, money).items():
            sums[day] = add(sums.get(day, {}), effect)
    plain = {day: {line: amount for line, amount in effect.items() if amount} for day, effect in sums.items()}
    return {day: effect for day, effect in plain.items() if effect}


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
