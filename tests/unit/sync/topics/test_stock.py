"""Stock that could not be booked when it was counted."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from connector.ledger.catalog import Variant
from connector.ledger.facts import Product
from connector.ledger.stock import StockAdjustment, StockCount
from connector.outbox.entries import EntryState
from connector.storage import catalog, facts
from connector.storage.facts import Topic
from tests.fakes.payments_shop import PaymentsShop, night, preparing
from tests.fakes.preparation import SHOP

DAY = date(2026, 3, 2)
STORE = "gid://shopify/Location/7"
MUG = Product("gid://shopify/ProductVariant/1", "MUG", "Mug", unit_cost=Decimal("4.00"))


@pytest.mark.parametrize("inventory", ["summary", "detailed"])
def test_what_had_no_cost_or_product_is_booked_once_it_has(inventory: str) -> None:
    preparation = preparing(PaymentsShop([]))
    preparation.settings(modes={**preparation.modes, "inventory": inventory})
    counted = StockCount("c1", DAY, STORE, "Store", (StockAdjustment("a1", DAY, "i1", STORE, -2),))
    facts.store(preparation.table, SHOP, Topic.STOCK, [counted], lambda day: True)
    preparation.sync(night(0))
    (held,) = preparation.entries()
    assert held.state is EntryState.HELD and held.document is None
    at = datetime(2026, 3, 3, tzinfo=UTC)
    catalog.store(preparation.table, SHOP, [Variant(str(MUG.variant_id), "1", "i1", MUG, updated_at=at)])
    preparation.sync(night(1))
    (made,) = preparation.entries()
    assert made.kind == {"summary": "JournalEntry", "detailed": "InventoryAdjustment"}[inventory]
    assert made.state is EntryState.READY
    if inventory == "summary":
        assert preparation.shopify() == {
            DAY: {"stock_adjusted": Decimal("-8.00"), "stock_adjustments": Decimal("8.00")}
        }
