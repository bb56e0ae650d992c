"""A shop that moves, renames itself or changes its currency between two preparations, or in the middle of one."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from connector.outbox.entries import EntryState
from connector.shopify import profiles
from connector.storage import keys, syncs
from connector.storage.orders import all_facts
from connector.storage.syncs import SyncState
from connector.sync.prepare import run
from connector.sync.shop_now import OtherCurrency
from infra.local.shop import queries
from tests.fakes.nodes import ListedOrders, agreement, order, paid_order, refund, sale, transaction
from tests.fakes.preparation import SHOP, Preparation
from tests.fakes.shop_over_http import AFTERWARDS, ShopOverHttp
from tests.unit.sync.bulk_reading import PAGES_ONLY, made, reading, small_world

NIGHT = datetime(2026, 3, 11, 6, tzinfo=UTC)
NEXT_NIGHT = datetime(2026, 3, 12, 6, tzinfo=UTC)
LATE = "2026-03-11T03:30:00Z"
"""The evening of the 10th in New York, the noon of the 11th in Tokyo."""


@cache
def undisturbed() -> dict[str, Any]:
    with reading(small_world(), PAGES_ONLY) as shop:
        shop.preparation.sync(AFTERWARDS)
        return made(shop.preparation)


@cache
def undisturbed_records() -> dict[str, Any]:
    with reading(small_world(), PAGES_ONLY) as shop:
        shop.preparation.sync(AFTERWARDS)
        return shop.preparation.records()


def read_all(shop: ShopOverHttp) -> None:
    shop.preparation.sync(AFTERWARDS)
    assert made(shop.preparation) == undisturbed()


@pytest.fixture
def shop() -> Iterator[ShopOverHttp]:
    with reading(small_world(), PAGES_ONLY) as shop:
        yield shop


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the stand-in shop says of itself, besides."""
    changes: dict[str, Any] = {}
    plain = queries.shop_node
    monkeypatch.setattr(queries, "shop_node", lambda shop: plain(shop) | changes)
    return changes


def moves(preparation: Preparation, zone: str) -> None:
    profile = preparation.table.get(keys.shop(SHOP), keys.PROFILE)
    preparation.table.put(profile | {"time_zone": zone})


def stored_days(preparation: Preparation) -> dict[str, date]:
    return {fact.id: fact.day for record in preparation.records().values() for fact in all_facts(record.facts)}


def test_every_preparation_knows_the_shop_as_it_is_now(shop: ShopOverHttp, says: dict[str, Any]) -> None:
    says.update(name="Harbour Goods", contactEmail="new@example.com")
    read_all(shop)
    profile = profiles.find(shop.preparation.table, SHOP)
    assert profile and (profile.name, profile.email) == ("Harbour Goods", "new@example.com")
    assert shop.asked("query Shop {") == 1


@dataclass
class SaysNothing:
    """Only the question for the profile comes to nothing."""

    kind: str
    status: int = 500
    retry_after: str = ""

    def takes(self, door: str, body: str) -> bool:
        return "query Shop {" in body


@pytest.mark.parametrize(("kind", "status"), [("status", 402), ("status", 503), ("throttled", 200), ("drop", 0)])
def test_a_profile_that_can_not_be_read_stops_nothing(shop: ShopOverHttp, kind: str, status: int) -> None:
    shop.shop.faults.append(SaysNothing(kind, status))  # type: ignore[arg-type]
    read_all(shop)


def test_a_profile_with_a_hole_stops_nothing(shop: ShopOverHttp, says: dict[str, Any]) -> None:
    says["name"] = ""
    read_all(shop)


def test_facts_keep_the_day_they_were_stored_with_and_new_ones_have_the_new_zone_s() -> None:
    first, second = paid_order(1, LATE), paid_order(2, "2026-03-12T03:30:00Z")
    preparation = Preparation(ListedOrders(first))
    preparation.sync(NIGHT)
    moves(preparation, "Asia/Tokyo")
    refunded = agreement("1R", "2026-03-11T20:00:00Z", sale("1R", "-10.00", action="RETURN"), refund="1")
    back = transaction("1B", "2026-03-11T20:00:00Z", "10.00", kind="REFUND")
    changed = order(
        1,
        [*first["agreements"], refunded],
        [*first["transactions"], back],
        refunds=[refund("1", "2026-03-11T20:00:00Z", "1B")],
    )
    preparation.source = ListedOrders(changed, second)
    preparation.sync(NEXT_NIGHT)
    days = stored_days(preparation)
    assert {days[fact["id"]] for fact in first["agreements"][0]["sales"]} == {date(2026, 3, 10)}
    assert days["gid://shopify/Sale/1R"] == days["gid://shopify/OrderTransaction/1B"] == date(2026, 3, 12)
    assert {days[fact["id"]] for fact in second["agreements"][0]["sales"]} == {date(2026, 3, 12)}
    once = preparation.everything()
    preparation.sync(NEXT_NIGHT)
    assert preparation.everything() == once
    preparation.post_all()
    assert preparation.differences() == {}


def test_what_was_before_the_books_does_not_come_into_them_because_the_shop_moved_east() -> None:
    """By the new zone its day would be the books' first: another bookkeeping has it already."""
    late = paid_order(1, LATE)
    preparation = Preparation(ListedOrders(late), start=date(2026, 3, 11))
    preparation.sync(NIGHT)
    assert preparation.shopify() == {}
    moves(preparation, "Asia/Tokyo")
    back = agreement("1R", "2026-03-11T20:00:00Z", sale("1R", "-10.00", action="RETURN"), refund="1")
    preparation.source = ListedOrders(order(1, [*late["agreements"], back], late["transactions"]))
    preparation.sync(NEXT_NIGHT)
    assert list(preparation.shopify()) == [date(2026, 3, 12)]


def test_a_shop_that_moves_in_the_middle_is_read_to_the_end_by_the_zone_it_began_with(shop: ShopOverHttp) -> None:
    shop.preparation.end = AFTERWARDS
    state: dict[str, Any] = {"shop": SHOP, "scheduled_time": "2026-12-01T07:00:00Z"}
    state = run("plan", state, shop.context())
    moves(shop.preparation, "Asia/Tokyo")
    for step in ("read", "finish"):
        while True:
            state = run(step, state, shop.context())
            shop.clock.sleep(state.get("wait_seconds", 0))
            if not state["more"]:
                break
    assert made(shop.preparation) == undisturbed()


def test_another_currency_is_refused_in_plain_words_and_nothing_is_read(
    shop: ShopOverHttp, says: dict[str, Any]
) -> None:
    says["currencyCode"] = "EUR"
    with pytest.raises(OtherCurrency, match="sells in EUR now, and its books are kept in USD") as refused:
        shop.preparation.sync(AFTERWARDS)
    assert shop.preparation.records() == {} and shop.asked("query OrdersPage") == 0
    error = {"Error": "OtherCurrency", "Cause": str(refused.value)}
    run("fail", {"shop": SHOP, "scheduled_time": "2026-12-01T07:00:00Z", "error": error}, shop.context())
    sync = syncs.get(shop.preparation.table, SHOP, "20261201T070000Z")
    assert sync and sync["state"] == SyncState.FAILED and "sells in EUR now" in sync["reason"]
    says.clear()
    shop.clock.sleep(60)
    shop.preparation.sync(datetime(2026, 12, 1, 7, 1, tzinfo=UTC))
    assert shop.preparation.records() == undisturbed_records()


def test_an_order_of_another_currency_is_named_and_never_added_to_the_books() -> None:
    """From before the shop changed its own, or from after it while its profile could not be read."""
    foreign = deepcopy(paid_order(2, LATE))
    foreign["currencyCode"] = "EUR"
    for money in _moneys(foreign):
        money["currencyCode"] = "EUR"
    preparation = Preparation(ListedOrders(paid_order(1, LATE), foreign))
    preparation.sync(NIGHT)
    (held,) = preparation.entries(EntryState.HELD)
    assert "it is in EUR, the shop's books are in USD" in held.reason
    assert held.amount == Decimal("108.00")
    assert preparation.records()["1"].in_the_books and not preparation.records()["2"].in_the_books
    preparation.post_all()
    assert preparation.differences() == {"not_mapped": "108.00"}


def _moneys(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        if "shopMoney" in node:
            yield node["shopMoney"]
        for part in node.values():
            yield from _moneys(part)
    elif isinstance(node, list):
        for part in node:
            yield from _moneys(part)
