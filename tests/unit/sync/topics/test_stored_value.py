"""Which change of a gift card is an order's payment, however its pages come."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from connector.ledger.facts import MoneyFact, MoneyKind
from connector.ledger.stored_value import GIFT_CARD, StoredValueFact, StoredValueKind
from connector.storage import card_payments
from connector.sync.context import Context
from connector.sync.topics.stored_value import _outside_orders
from connector.sync.topics.topic import Reading
from connector.sync.window import Window
from tests.fakes.memory_table import MemoryTable
from tests.fakes.preparation import SHOP

AT = datetime(2026, 5, 6, 16, tzinfo=UTC)
DAY = date(2026, 5, 6)


def reading(table: MemoryTable) -> Reading:
    context = Context(table, lambda shop: None, lambda: AT, lambda: 900.0)  # type: ignore[arg-type, return-value]
    window = Window(AT - timedelta(days=1), AT + timedelta(days=1), DAY, DAY + timedelta(days=1), DAY)
    return Reading(context, SHOP, "s1", window, ZoneInfo("America/New_York"), "USD", AT, True, False)


def payment(table: MemoryTable, id_: str, amount: str, minutes: int = 0, day: date = DAY) -> None:
    kind = MoneyKind.SALE if Decimal(amount) > 0 else MoneyKind.REFUND
    fact = MoneyFact(id_, day, AT + timedelta(minutes=minutes), kind, GIFT_CARD, Decimal(amount))
    table.transact([card_payments.write(SHOP, fact)])


def change(id_: str, amount: str, minutes: int = 0, day: date = DAY) -> StoredValueFact:
    kind = StoredValueKind.CREDITED if Decimal(amount) > 0 else StoredValueKind.DEBITED
    return StoredValueFact(id_, day, AT + timedelta(minutes=minutes), GIFT_CARD, kind, Decimal(amount), f"card {id_}")


def outside(table: MemoryTable, *changes: StoredValueFact) -> list[str]:
    return [fact.id for fact in _outside_orders(reading(table), list(changes))]


@pytest.mark.parametrize(
    ("paid", "moved", "minutes", "explained"),
    [("20.00", "-20.00", 1, True), ("-20.00", "20.00", -2, True), ("20.00", "20.00", 0, False),
     ("20.00", "-20.01", 0, False), ("20.00", "-20.00", 16, False)],
)  # fmt: skip
def test_the_same_amount_at_the_same_time_is_the_orders(paid: str, moved: str, minutes: int, explained: bool) -> None:
    table = MemoryTable()
    payment(table, "m1", paid)
    assert outside(table, change("c1", moved, minutes)) == ([] if explained else ["c1"])


def test_one_payment_explains_one_change_also_across_pages_and_syncs() -> None:
    table = MemoryTable()
    payment(table, "m1", "20.00")
    assert outside(table, change("c1", "-20.00")) == []
    assert outside(table, change("c2", "-20.00")) == ["c2"]
    assert outside(table, change("c1", "-20.00"), change("c2", "-20.00")) == ["c2"]
    payment(table, "m2", "20.00", 3)
    assert outside(table, change("c1", "-20.00"), change("c2", "-20.00")) == []


def test_a_payment_shortly_before_midnight_explains_a_change_of_the_next_day() -> None:
    table = MemoryTable()
    payment(table, "m1", "20.00", day=DAY - timedelta(days=1))
    assert outside(table, change("c1", "-20.00", 2)) == []


def test_years_of_a_card_ask_only_for_the_days_around_its_changes() -> None:
    table = MemoryTable()
    payment(table, "m1", "20.00")
    old = StoredValueFact(
        "old", date(2020, 1, 1), AT.replace(year=2020), GIFT_CARD, StoredValueKind.DEBITED, Decimal("-20.00"), "card"
    )
    asked: list[tuple[date, date]] = []
    between = card_payments.between

    def watched(table: MemoryTable, shop: str, first: date, last: date) -> object:
        asked.append((first, last))
        return between(table, shop, first, last)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(card_payments, "between", watched)
        assert outside(table, old, change("c1", "-20.00")) == ["old"]
    assert [(last - first).days for first, last in asked] == [2, 2]
