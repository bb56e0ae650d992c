"""Facts other than orders: stored once, found while unclaimed, listed by day, whatever is read again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from moto import mock_aws

from connector.ledger.cash import CashMovement, CashSession
from connector.ledger.facts import Product
from connector.ledger.payouts import BalanceFact, BalanceKind, Dispute, Payout, PayoutState
from connector.ledger.purchases import Arrived, Purchase, PurchaseLine, PurchaseState, due
from connector.ledger.stock import StockAdjustment, StockCount
from connector.ledger.stored_value import StoredValueFact, StoredValueKind
from connector.ledger.transfers import Transfer
from connector.storage import controls, days, facts, keys
from connector.storage.facts import Topic
from connector.storage.orders import BEFORE_THE_BOOKS
from connector.storage.table import ConditionFailed, Table
from tests.fakes.memory_table import MemoryTable
from tests.fakes.moto_table import moto_table

SHOP = "northern-lights.myshopify.com"
DAY = date(2026, 11, 2)
AT = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
ALL = lambda day: True  # noqa: E731


@pytest.fixture
def table() -> Any:
    return MemoryTable()


def payout(number: int = 1, state: PayoutState = PayoutState.PAID, day: date = DAY, lines: int = 1) -> Payout:
    random = Random(number)
    found = tuple(
        BalanceFact(
            id=f"gid://shopify/ShopifyPaymentsBalanceTransaction/{random.getrandbits(60)}",
            day=day,
            happened_at=AT,
            kind=BalanceKind.CHARGE,
            type="CHARGE",
            amount=Decimal("10.00"),
            fee=Decimal("0.30"),
            net=Decimal("9.70"),
            transaction=f"gid://shopify/OrderTransaction/{random.getrandbits(60)}",
        )
        for _ in range(lines)
    )
    return Payout(f"gid://shopify/ShopifyPaymentsPayout/{number}", str(number), day, AT, state, Decimal("9.70"), found)


def purchase(units: int = 4, seen_on: date = DAY) -> Purchase:
    line = PurchaseLine("l1", "i1", "S", "Shirt", 10, Decimal("2.50"))
    arrived = (Arrived("s1", "l1", units, DAY),)
    state = PurchaseState.ORDERED
    return due(Purchase("po", "test", "#PO1", "Acme", "USD", DAY, state, (line,), seen_on, arrived=arrived))


EVERY_KIND: dict[Topic, Any] = {
    Topic.PAYOUT: payout(),
    Topic.DISPUTE: Dispute("d1", DAY, "WON", "INQUIRY", Decimal("5.00"), "o1", "#1001", "GENERAL"),
    Topic.STORED_VALUE: StoredValueFact("g1", DAY, AT, "gift_card", StoredValueKind.ISSUED, Decimal("50.00"), "c1"),
    Topic.CASH: CashSession(
        "s1", DAY, AT, AT, "Front", "l1", "Store", Decimal("-1.50"), (CashMovement("m1", DAY, AT, Decimal("-20.00")),)
    ),
    Topic.TRANSFER: Transfer("t1", "#T1", DAY, "TRANSFERRED", "l1", "Depot", "l2", "Store", (), None),
    Topic.STOCK: StockCount(
        "l1@1",
        DAY,
        "l1",
        "Store",
        (StockAdjustment("a1", DAY, "i1", "l1", -1, Decimal("9.50")),),
        {"i1": Product("v1", "S-1", "Shirt")},
    ),
    Topic.PURCHASE: purchase(),
}


def store(table: Any, topic: Topic, *what: Any, **more: Any) -> int:
    return facts.store(table, SHOP, topic, what, more.pop("belongs", ALL), **more)


def open_ids(table: Any, topic: Topic) -> list[str]:
    return [id_ for _, id_ in facts.open_facts(table, SHOP, topic)]


def test_there_is_an_example_of_every_topic() -> None:
    assert set(EVERY_KIND) == set(Topic)


@pytest.mark.parametrize("topic", Topic)
def test_a_fact_comes_back_as_it_was_and_again_is_nothing_new(table: Any, topic: Topic) -> None:
    fact = EVERY_KIND[topic]
    assert store(table, topic, fact) == 1
    assert store(table, topic, fact) == 0
    record = facts.get_many(table, SHOP, topic, [fact.id])[fact.id]
    assert (record.fact, record.version) == (fact, 1)
    assert [r.fact for r in facts.by_day(table, SHOP, topic, DAY, DAY)] == [fact]
    assert open_ids(table, topic) == ([fact.id] if fact.claimable else [])


def test_what_is_claimed_is_no_longer_found_and_what_is_released_is_again(table: Any) -> None:
    session = EVERY_KIND[Topic.CASH]
    store(table, Topic.CASH, session)
    record = facts.get_many(table, SHOP, Topic.CASH, ["s1"])["s1"]
    table.transact(record.claimed({"s1": "cash:s1"}).writes())
    record = facts.get_many(table, SHOP, Topic.CASH, ["s1"])["s1"]
    assert set(record.unclaimed) == {"m1"} and open_ids(table, Topic.CASH) == ["s1"]
    table.transact(record.claimed({"m1": "cash:s1"}).writes())
    assert open_ids(table, Topic.CASH) == []
    record = facts.get_many(table, SHOP, Topic.CASH, ["s1"])["s1"]
    table.transact(record.released("cash:s1").writes())
    assert open_ids(table, Topic.CASH) == ["s1"]


def test_a_part_is_never_in_two_entries(table: Any) -> None:
    store(table, Topic.CASH, EVERY_KIND[Topic.CASH])
    record = facts.get_many(table, SHOP, Topic.CASH, ["s1"])["s1"].claimed({"s1": "first"})
    assert record.claimed({"s1": "first"}) == record
    with pytest.raises(ValueError, match="s1"):
        record.claimed({"s1": "second"})


def test_of_two_that_claim_at_once_one_is_refused(table: Any) -> None:
    store(table, Topic.PAYOUT, payout())
    record = facts.get_many(table, SHOP, Topic.PAYOUT, [payout().id])[payout().id]
    table.transact(record.claimed({payout().id: "a"}).writes())
    with pytest.raises(ConditionFailed):
        table.transact(record.claimed({payout().id: "b"}).writes())


def test_a_payout_that_fails_after_it_was_posted_is_open_again(table: Any) -> None:
    store(table, Topic.PAYOUT, payout(state=PayoutState.IN_TRANSIT))
    record = facts.get_many(table, SHOP, Topic.PAYOUT, [payout().id])[payout().id]
    table.transact(record.claimed({payout().id: "deposit:1"}).writes())
    assert store(table, Topic.PAYOUT, payout(state=PayoutState.FAILED)) == 1
    record = facts.get_many(table, SHOP, Topic.PAYOUT, [payout().id])[payout().id]
    assert set(record.unclaimed) == {f"{payout().id}#returned"}
    assert record.claims[payout().id] == "deposit:1"
    assert open_ids(table, Topic.PAYOUT) == [payout().id]


def test_more_of_a_purchase_is_a_new_part_and_the_old_claims_stay(table: Any) -> None:
    store(table, Topic.PURCHASE, purchase(4))
    record = facts.get_many(table, SHOP, Topic.PURCHASE, ["po"])["po"]
    table.transact(record.claimed(dict.fromkeys(record.unclaimed, "bill:1")).writes())
    assert store(table, Topic.PURCHASE, purchase(4, date(2026, 11, 5))) == 0
    assert store(table, Topic.PURCHASE, purchase(10, date(2026, 11, 6))) == 1
    record = facts.get_many(table, SHOP, Topic.PURCHASE, ["po"])["po"]
    assert record.unclaimed == {"po#receipt2": date(2026, 11, 6)}


def test_parts_from_before_the_books_are_kept_and_never_found_until_a_backfill_wants_them(table: Any) -> None:
    early, late = payout(1, day=date(2026, 10, 31)), payout(2, day=DAY)
    store(table, Topic.PAYOUT, early, late, belongs=lambda day: day >= DAY)
    assert open_ids(table, Topic.PAYOUT) == [late.id]
    record = facts.get_many(table, SHOP, Topic.PAYOUT, [early.id])[early.id]
    assert record.claims == {early.id: BEFORE_THE_BOOKS}
    assert store(table, Topic.PAYOUT, early, belongs=ALL) == 1
    assert set(open_ids(table, Topic.PAYOUT)) == {early.id, late.id}
    assert store(table, Topic.PAYOUT, early, belongs=lambda day: day >= DAY) == 0
    assert early.id in open_ids(table, Topic.PAYOUT)


def test_days_are_listed_in_order_and_a_planned_payout_moves_with_its_day(table: Any) -> None:
    planned = payout(1, PayoutState.SCHEDULED, date(2026, 11, 2))
    store(table, Topic.PAYOUT, planned, payout(2, day=date(2026, 11, 3)), payout(3, day=date(2026, 12, 1)))
    store(table, Topic.PAYOUT, replace(planned, day=date(2026, 11, 4), state=PayoutState.PAID))
    found = facts.by_day(table, SHOP, Topic.PAYOUT, date(2026, 11, 1), date(2026, 11, 30))
    assert [(r.fact.day.day, r.fact.legacy_id) for r in found] == [(3, "2"), (4, "1")]
    assert list(facts.by_day(table, SHOP, Topic.PAYOUT, DAY, DAY)) == []


def test_open_facts_go_on_from_a_position_and_end_at_a_day(table: Any) -> None:
    store(table, Topic.PAYOUT, *(payout(n, day=date(2026, 11, n)) for n in range(1, 6)))
    first, *_ = facts.open_facts(table, SHOP, Topic.PAYOUT, limit=1)
    rest = facts.open_facts(table, SHOP, Topic.PAYOUT, after=first[0], until="2026-11-04")
    assert [position[:10] for position, _ in rest] == ["2026-11-02", "2026-11-03", "2026-11-04"]


def test_what_the_caller_adds_is_written_with_the_change_and_only_then(table: Any) -> None:
    def also(changes: Any) -> list[Any]:
        effect = {"payouts": sum(c.after.fact.net for c in changes if c.before is None)}
        return [days.add_write(SHOP, DAY, "shopify", effect)]

    for _ in range(2):
        store(table, Topic.PAYOUT, payout(1), payout(2), also=also)
    ((_, columns),) = days.read(table, SHOP, DAY, DAY)
    assert columns["shopify"] == {"payouts": Decimal("19.40")}


def test_another_run_in_between_is_noticed_and_nothing_is_lost(table: Any) -> None:
    store(table, Topic.PURCHASE, purchase(4))
    interrupted = []

    def also(changes: Any) -> list[Any]:
        if not interrupted:
            interrupted.append(True)
            record = facts.get_many(table, SHOP, Topic.PURCHASE, ["po"])["po"]
            table.transact(record.claimed({"po": "order:1"}).writes())
        return []

    store(table, Topic.PURCHASE, purchase(10, date(2026, 11, 6)), also=also)
    record = facts.get_many(table, SHOP, Topic.PURCHASE, ["po"])["po"]
    assert record.claims == {"po": "order:1"}
    assert set(record.unclaimed) == {"po#receipt1", "po#receipt2"}


def test_a_fact_stored_twice_in_one_reading_is_its_last_state(table: Any) -> None:
    assert store(table, Topic.PAYOUT, payout(state=PayoutState.SCHEDULED), payout()) == 1
    assert facts.get_many(table, SHOP, Topic.PAYOUT, [payout().id])[payout().id].fact.state is PayoutState.PAID


@pytest.fixture
def moto() -> Iterator[Table]:
    with mock_aws():
        yield moto_table()


def test_a_payout_of_twenty_thousand_charges_fits_into_dynamodb(moto: Table) -> None:
    large = payout(lines=20_000)
    assert store(moto, Topic.PAYOUT, payout(2), large, payout(3)) == 3
    item = moto.get(keys.shop(SHOP), keys.fact(Topic.PAYOUT, large.id))
    assert item and item["chunks"] > 1
    assert facts.get_many(moto, SHOP, Topic.PAYOUT, [large.id])[large.id].fact == large
    assert store(moto, Topic.PAYOUT, large) == 0


def test_tender_totals_are_replaced_as_a_whole_and_never_by_an_older_reading(table: Any) -> None:
    morning, night = datetime(2026, 11, 3, 2, tzinfo=UTC), datetime(2026, 11, 4, 2, tzinfo=UTC)
    controls.save_tenders(table, SHOP, DAY, {"cash": Decimal("10.00")}, morning)
    controls.save_tenders(table, SHOP, DAY, {"cash": Decimal("12.00"), "paypal": Decimal("5.00")}, night)
    controls.save_tenders(table, SHOP, DAY, {"cash": Decimal("10.00")}, morning)
    assert list(controls.tenders(table, SHOP, DAY, DAY)) == [
        (DAY, {"cash": Decimal("12.00"), "paypal": Decimal("5.00")})
    ]
    assert list(controls.tenders(table, SHOP, date(2026, 11, 3), DAY)) == []


def test_a_snapshot_counts_once_it_is_settled_and_taken_again_it_is_the_same(table: Any) -> None:
    assert controls.last_snapshot(table, SHOP) is None
    many = {(f"i{n}", "l1"): n for n in range(controls.PLACES_AN_ITEM + 5)}
    assert controls.take_snapshot(table, SHOP, AT, lambda: many) == many
    assert controls.last_snapshot(table, SHOP) is None
    assert controls.take_snapshot(table, SHOP, AT, lambda: {("i1", "l1"): 99}) == many
    controls.settle_snapshot(table, SHOP, AT)
    assert controls.last_snapshot(table, SHOP) == (AT, many)


def test_the_last_snapshot_stays_until_the_next_is_settled_and_an_older_one_never_replaces_it(table: Any) -> None:
    later = AT.replace(day=3)
    for at, units in ((AT, 3), (later, 4)):
        controls.take_snapshot(table, SHOP, at, lambda units=units: {("i1", "l1"): units})  # type: ignore[misc]
        controls.settle_snapshot(table, SHOP, at)
    controls.take_snapshot(table, SHOP, AT, lambda: {("i1", "l1"): 9})
    controls.settle_snapshot(table, SHOP, AT)
    assert controls.last_snapshot(table, SHOP) == (later, {("i1", "l1"): 4})
    parts = list(table.query(keys.shop(SHOP), "STOCK#2026-11-03"))
    assert ["ttl" in part for part in parts] == [False]


def test_the_parts_of_a_superseded_snapshot_go_away(table: Any) -> None:
    for at in (AT, AT.replace(day=3)):
        controls.take_snapshot(table, SHOP, at, lambda: {("i1", "l1"): 3})
        controls.settle_snapshot(table, SHOP, at)
    assert ["ttl" in part for part in table.query(keys.shop(SHOP), "STOCK#")] == [True, False]
