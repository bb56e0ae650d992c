"""An order's record: facts once, the newest header, what is from before the books."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from connector.ledger.facts import MoneyFact, MoneyKind, OrderFacts, OrderHeader
from connector.storage import orders
from connector.storage.orders import BEFORE_THE_BOOKS, OrderRecord, TooLarge, get_many, noted, open_orders
from connector.storage.table import ConditionFailed
from tests.fakes.memory_table import MemoryTable

SHOP = "a.myshopify.com"
AT = datetime(2026, 3, 8, 12, tzinfo=UTC)
HEADER = OrderHeader("gid://shopify/Order/1", "1", "#1", "USD", None, None, None, "web", True, False, False, AT)


def paid(id_: str, at: datetime = AT) -> MoneyFact:
    return MoneyFact(id_, at.date(), at, MoneyKind.SALE, "cash", Decimal("1.00"))


def facts(*money: MoneyFact, header: OrderHeader = HEADER) -> OrderFacts:
    return OrderFacts(header, (), money)


def test_a_fact_that_is_there_is_not_taken_again_and_new_ones_find_their_place() -> None:
    record = OrderRecord(SHOP, facts(paid("b", AT + timedelta(hours=2))))
    changed = replace(paid("b", AT + timedelta(hours=2)), amount=Decimal("9.00"))
    merged = record.with_facts(facts(changed, paid("a")))
    assert [(f.id, f.amount) for f in merged.facts.money] == [("a", Decimal("1.00")), ("b", Decimal("1.00"))]


def test_an_older_reading_does_not_take_the_header_back() -> None:
    newer = replace(HEADER, fulfilled=False, updated_at=AT + timedelta(hours=1))
    record = OrderRecord(SHOP, facts(paid("a"), header=newer))
    assert record.with_facts(facts(paid("a"))).facts.order == newer
    assert OrderRecord(SHOP, facts(paid("a"))).with_facts(facts(header=newer)).facts.order == newer


def test_facts_from_before_the_books_are_not_open_until_a_window_asks_for_them() -> None:
    record = OrderRecord(SHOP, facts()).with_facts(facts(paid("old"), paid("new")), frozenset({"old"}))
    assert record.claims == {"old": BEFORE_THE_BOOKS}
    assert [f.id for f in record.unclaimed] == ["new"]
    assert record.in_the_books == {"new"}
    asked = record.with_facts(facts(paid("old")))
    assert asked.in_the_books == {"old", "new"}
    # and what is in the books stays there
    assert asked.with_facts(facts(paid("old")), frozenset({"old"})) == asked


def test_a_record_that_somebody_else_has_stored_meanwhile_is_not_overwritten() -> None:
    table = MemoryTable()
    record = OrderRecord(SHOP, facts(paid("a")))
    table.transact([record.write()])
    with pytest.raises(ConditionFailed):
        table.transact([record.write()])
    (first,) = get_many(table, SHOP, ["1"]).values()
    table.transact([replace(first, claims={"a": "key"}).write()])
    with pytest.raises(ConditionFailed):
        table.transact([replace(first, reference="1").write()])
    (stored,) = get_many(table, SHOP, ["1", "2"]).values()
    assert stored == replace(first, claims={"a": "key"}, version=2)


def test_only_orders_with_open_facts_are_in_the_queue_oldest_day_first() -> None:
    table = MemoryTable()
    for number, day in ((1, 9), (2, 8), (3, 10)):
        header = replace(HEADER, legacy_id=str(number))
        fact = paid(f"f{number}", datetime(2026, 3, day, 12, tzinfo=UTC))
        table.transact([OrderRecord(SHOP, facts(fact, header=header)).write()])
    assert [legacy_id for _, legacy_id in open_orders(table, SHOP)] == ["2", "1", "3"]
    assert [legacy_id for _, legacy_id in open_orders(table, SHOP, until="2026-03-09")] == ["2", "1"]
    (position, first), *_ = open_orders(table, SHOP, limit=1)
    assert first == "2"
    assert [legacy_id for _, legacy_id in open_orders(table, SHOP, after=position)] == ["1", "3"]
    (record,) = get_many(table, SHOP, ["1"]).values()
    table.transact([replace(record, claims={"f1": "key"}).write()])
    assert [legacy_id for _, legacy_id in open_orders(table, SHOP)] == ["2", "3"]


def test_notes_of_reading_are_gone_through_once() -> None:
    table = MemoryTable()
    for n in range(7):
        record = OrderRecord(SHOP, facts(header=replace(HEADER, legacy_id=str(n))))
        table.transact([orders.note_write(SHOP, "s1", [record], 1), orders.note_write(SHOP, "s2", [record], 1)])
    seen, position = [], ""
    while found := list(noted(table, SHOP, "s1", after=position, limit=2)):
        position = found[-1][0]
        seen += [legacy_id for _, ids in found for legacy_id in ids]
    assert seen == [str(n) for n in range(7)]


def test_an_order_grows_with_its_facts_only() -> None:
    table = MemoryTable()
    table.transact([OrderRecord(SHOP, facts(paid("a"))).write()])
    sizes = set()
    for n in range(20):
        (record,) = get_many(table, SHOP, ["1"]).values()
        header = replace(HEADER, updated_at=AT + timedelta(days=n))
        write = record.with_facts(facts(paid("a"), header=header)).write()
        sizes.add(len(write["Put"]["Item"]["body"]))
        table.transact([write])
    assert max(sizes) - min(sizes) < 10


def test_an_order_beyond_an_items_size_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "MOST_BYTES", 100)
    with pytest.raises(TooLarge):
        OrderRecord(SHOP, facts(paid("a"))).write()


def test_dates_come_back_as_business_days() -> None:
    table = MemoryTable()
    table.transact([OrderRecord(SHOP, facts(paid("a"))).write()])
    (record,) = get_many(table, SHOP, ["1"]).values()
    assert record.facts.money[0].day == date(2026, 3, 8)
