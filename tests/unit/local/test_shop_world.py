"""The world behind the stand-in shop: everything promised is in it, and it obeys Shopify's arithmetic."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.local.shop import World, build_world
from infra.local.shop.catalog import ODD_NAMES
from infra.local.shop.model import Order, total
from infra.local.shop.rare import RARE
from infra.local.shop.scenarios import SCENARIOS

NEW_YORK = ZoneInfo("America/New_York")
SALE_SIDE = (
    "sales",
    "returns",
    "discounts",
    "shipping",
    "tips",
    "gift_cards_sold",
    "refund_adjustments",
    "cash_rounding",
)
SALE_SIDE += ("duties", "additional_fees", "not_mapped", "tax:", "channel_tax:")


def sold(order: Order) -> Decimal:
    return total(sale.total for agreement in order.agreements for sale in agreement.sales)


def paid(order: Order) -> Decimal:
    return total(t.sign * t.amount for t in order.transactions)


def test_the_default_world_is_fourteen_days_of_twenty_five_orders(world: World) -> None:
    assert len(world) == 350
    assert len(world.days) == 14
    local = [order.created_at.astimezone(NEW_YORK).date() for order in world]
    assert Counter(local) == dict.fromkeys(world.days, 25)


def test_both_nights_of_the_clock_change_are_among_its_days(world: World) -> None:
    assert {date(2026, 3, 8), date(2026, 11, 1)} <= set(world.days)
    hours = [o.created_at.astimezone(NEW_YORK) for o in world if o.created_at.astimezone(NEW_YORK).date().day in (1, 8)]
    twice = [h for h in hours if h.date() == date(2026, 11, 1) and h.hour == 1]
    assert {h.utcoffset() for h in twice} == {timedelta(hours=-4), timedelta(hours=-5)}
    spring = sorted(h for h in hours if h.date() == date(2026, 3, 8) and h.hour < 5)
    assert [f"{h:%H:%M}" for h in spring] == ["00:00", "01:01", "01:59", "03:01"]


def test_orders_stand_on_both_sides_of_midnight(world: World) -> None:
    clock = {f"{order.created_at.astimezone(NEW_YORK):%H:%M:%S}" for order in world}
    assert {"00:00:00", "23:59:58"} <= clock


def test_every_scenario_place_and_odd_name_is_in_it(world: World) -> None:
    assert {order.scenario for order in world} == {scenario.name for scenario in SCENARIOS}
    places = Counter(order.retail_location.name if order.retail_location else order.source_name for order in world)
    assert places.keys() == {"Main Street", "Harbor & Pier: Annex", "web"}
    names = {(o.customer.first_name, o.customer.last_name) for o in world if o.customer}
    assert set(ODD_NAMES) <= names
    assert any(o.customer is None for o in world)
    sold_variants = {line.variant.id for o in world for line in o.line_items if line.variant and not o.test}
    assert {variant.id for variant in world.catalog.odd_variants} <= sold_variants


def test_a_wide_world_has_what_is_rare_too() -> None:
    world = build_world(days=8, orders_per_day=12, wide=True)
    assert {scenario.name for scenario in (*SCENARIOS, *RARE)} == {order.scenario for order in world}


def test_a_sale_of_a_type_unknown_is_there_only_when_asked_for() -> None:
    world = build_world(2, 18, also=("sale_of_unknown_type",))
    assert any("not_mapped" in lines for lines in world.expected().values())
    assert not any("not_mapped" in lines for lines in build_world(2, 18, wide=True).expected().values())


def test_numbers_and_ids_grow_with_time_and_are_never_used_twice(world: World) -> None:
    orders = list(world)
    assert [o.number for o in orders] == list(range(1001, 1351))
    assert [o.created_at for o in orders] == sorted(o.created_at for o in orders)
    ids = [o.id for o in orders]
    ids += [thing.id for o in orders for thing in (*o.line_items, *o.agreements, *o.transactions, *o.refunds)]
    ids += [sale.id for o in orders for a in o.agreements for sale in a.sales]
    assert len(ids) == len(set(ids))


def test_a_payment_of_a_midnight_order_may_fall_on_the_next_day(world: World) -> None:
    days = {
        (o.created_at.astimezone(NEW_YORK).date(), t.processed_at.astimezone(NEW_YORK).date())
        for o in world
        for t in o.transactions
        if t.kind == "SALE"
    }
    assert any(placed != paid for placed, paid in days)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**9), days=st.integers(1, 9), per_day=st.integers(1, 14), wide=st.booleans())
def test_every_order_is_whole(seed: int, days: int, per_day: int, wide: bool) -> None:
    world = build_world(days, per_day, seed=seed, wide=wide)
    for order in world:
        assert order.transactions or order.scenario == "sold_for_nothing"
        for transaction in order.transactions:
            assert transaction.amount > 0
            if transaction.gateway == "cash":
                assert (transaction.amount + transaction.rounding) % Decimal("0.05") == 0
        assert sold(order) == paid(order), order.scenario
        for refund in order.refunds:
            given = total(t.amount for t in order.transactions if t.refund_id == refund.id)
            assert given == refund.total
        returned = {line.id: 0 for line in order.line_items}
        for sale in (s for a in order.agreements for s in a.sales if s.of in returned):
            returned[sale.of] += sale.quantity or 0
        assert all(quantity >= 0 for quantity in returned.values())


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10**9), wide=st.booleans())
def test_what_is_expected_balances_on_every_day(seed: int, wide: bool) -> None:
    for lines in build_world(4, 12, seed=seed, wide=wide).expected().values():
        sale_side = total(amount for line, amount in lines.items() if line.startswith(SALE_SIDE))
        assert sale_side == total(amount for line, amount in lines.items() if not line.startswith(SALE_SIDE))


def test_what_is_expected_grows_with_the_days_and_ends_with_nothing_owed(world: World) -> None:
    whole = world.expected()
    noon = datetime(2026, 11, 1, 17, tzinfo=UTC)
    half = world.expected(noon)
    assert all(whole[day] == half[day] for day in half if day < date(2026, 11, 1))
    assert max(half) == date(2026, 11, 1)
    assert half[date(2026, 11, 1)] != whole[date(2026, 11, 1)]
    assert total(lines.get("accounts_receivable", Decimal(0)) for lines in whole.values()) == 0


def test_test_orders_are_expected_nowhere(world: World) -> None:
    assert any(order.test for order in world)
    assert not any("tender:bogus" in lines for lines in world.expected().values())


def test_the_same_arguments_give_the_same_world() -> None:
    one, other = build_world(2, 9, seed=5), build_world(2, 9, seed=5)
    assert list(one) == list(other)
    assert list(one) != list(build_world(2, 9, seed=6))


def test_an_order_of_a_big_world_is_made_without_the_others() -> None:
    world = build_world(25, 4_000)
    assert len(world) == 100_000
    last = world.made(99_999).order
    assert last.name == "#101000"
    assert world.made.cache_info().misses == 1
    assert world.order(last.id, last.created_at) == last
    assert world.order(last.id, last.created_at - timedelta(seconds=1)) is None


@pytest.mark.parametrize(
    "gid", ["gid://shopify/Order/1", "gid://shopify/Order/x", "", "gid://shopify/Order/9999999999999999"]
)
def test_there_is_no_order_of_a_foreign_id(world: World, gid: str) -> None:
    assert world.order(gid, datetime(2027, 1, 1, tzinfo=UTC)) is None
