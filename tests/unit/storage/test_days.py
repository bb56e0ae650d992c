"""Running sums of the tie-out, by day and column."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from connector.storage import days
from tests.fakes.memory_table import MemoryTable

SHOP = "a.myshopify.com"
FIRST, SECOND = date(2026, 3, 8), date(2026, 3, 9)


def test_amounts_add_up_by_day_and_column() -> None:
    table = MemoryTable()
    table.transact([days.add_write(SHOP, SECOND, "shopify", {"sales": Decimal("10.10")})])
    table.transact([days.add_write(SHOP, FIRST, "shopify", {"sales": Decimal("1.00"), "tax:A|B": Decimal("0.07")})])
    table.transact([days.add_write(SHOP, FIRST, "posted", {"sales": Decimal("0.50")})])
    table.transact([days.add_write(SHOP, FIRST, "posted", {"sales": Decimal("0.50")})])
    assert list(days.read(table, SHOP, FIRST, SECOND)) == [
        (
            FIRST,
            {
                "shopify": {"sales": Decimal("1.00"), "tax:A|B": Decimal("0.07")},
                "posted": {"sales": Decimal("1.00")},
                "quickbooks": {},
            },
        ),
        (SECOND, {"shopify": {"sales": Decimal("10.10")}, "posted": {}, "quickbooks": {}}),
    ]
    assert [day for day, _ in days.read(table, SHOP, FIRST, FIRST)] == [FIRST]
    assert list(days.read(table, SHOP, SECOND, FIRST)) == []
    assert list(days.read(table, "b.myshopify.com", FIRST, SECOND)) == []


def test_a_day_with_more_lines_than_one_write_takes() -> None:
    table = MemoryTable()
    effect = {f"tax:Town {n}": Decimal(n) / 100 for n in range(1, 801)}
    for _ in range(2):
        table.transact(days.add_writes(SHOP, FIRST, "shopify", effect))
    table.transact(days.add_writes(SHOP, SECOND, "shopify", {"sales": Decimal("1.00")}))
    found = dict(days.read(table, SHOP, FIRST, FIRST))
    assert found[FIRST]["shopify"] == {line: amount * 2 for line, amount in effect.items()}
    assert [day for day, _ in days.read(table, SHOP, FIRST, SECOND)] == [FIRST, SECOND]
    assert days.add_writes(SHOP, FIRST, "shopify", {}) == []
    with pytest.raises(ValueError, match="do not fit"):
        days.add_write(SHOP, FIRST, "shopify", effect)
