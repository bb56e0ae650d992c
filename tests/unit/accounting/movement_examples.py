"""Cards, cash and stock outside of orders on the page "What becomes what"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal

from connector.accounting.cash import movement_entry, over_short_entry
from connector.accounting.documents import Document
from connector.accounting.policy import Mode
from connector.accounting.stock import adjust
from connector.accounting.stock_documents import AdjustedLine
from connector.accounting.stored_value import stored_value_entry
from connector.ledger.cash import CashMovement, CashSession
from connector.ledger.facts import Product
from connector.ledger.stock import StockAdjustment, StockCount
from connector.ledger.stored_value import GIFT_CARD, StoredValueFact, StoredValueKind
from tests.unit.accounting.shop_orders import POLICY

DAY, AT = date(2026, 3, 2), datetime(2026, 3, 2, 22, tzinfo=UTC)
STOCK = replace(POLICY, inventory=Mode.DETAILED)
BY_AMOUNT = replace(POLICY, inventory=Mode.SUMMARY)
STORE = "gid://shopify/Location/7"


@dataclass(frozen=True, slots=True)
class MovementExample:
    title: str
    documents: Callable[[], list[Document]]


def _card() -> list[Document]:
    kinds = ((StoredValueKind.ISSUED, "25.00"), (StoredValueKind.CASHED_OUT, "-5.00"))
    facts = [
        StoredValueFact(f"f{n}", DAY, AT, GIFT_CARD, kind, Decimal(amount), "card", "…8kq2")
        for n, (kind, amount) in enumerate(kinds)
    ]
    return [stored_value_entry(fact, POLICY, number) for fact, number in zip(facts, ("GC-8kq2", "G1X3"), strict=True)]


def _drawer() -> list[Document]:
    taken = CashMovement("m1", DAY, AT, Decimal("-12.50"), "Stamps", "PETTY_CASH")
    session = CashSession("s1", DAY, AT, AT, "Front", STORE, "Main Street", Decimal("-0.35"), (taken,))
    return [over_short_entry(session, POLICY, "T1X3"), movement_entry(session, taken, POLICY, "T1X3-2")]


def _count() -> list[Document]:
    product = Product("gid://shopify/ProductVariant/1", "MUG-BLUE", "Mug", unit_cost=Decimal("4.00"))
    lines = (StockAdjustment("a1", DAY, "i1", STORE, -2, Decimal("4.00")),)
    count = StockCount("c1", DAY, STORE, "Main Street", lines, {"i1": product})
    made = [adjust(count, count.claimable, policy, "A1X3").document for policy in (STOCK, BY_AMOUNT)]
    return [document for document in made if document is not None]


MOVEMENTS = (
    MovementExample("Gift card given away, and a rest of it paid out", _card),
    MovementExample("Drawer short, and stamps paid from it", _drawer),
    MovementExample("Stock counted: two are missing", _count),
)


def adjusted_line(line: AdjustedLine) -> str:
    return f"    {line.item.name}: {line.quantity:+} against {line.account}"
