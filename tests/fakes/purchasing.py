"""Drafts of purchases for tests of the outbox: a Purchase Order and the bills or receipts of its goods."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from connector.accounting import buckets
from connector.accounting.documents import Document, Draft, ItemDetail, ItemType, ListKind, ListRef
from connector.accounting.effects import effect_of_document
from connector.accounting.purchase_documents import (
    Bill,
    ExpenseLine,
    ItemLine,
    ItemReceipt,
    PurchaseOrder,
    VendorCredit,
)
from tests.fakes.office import DAY

VENDOR = ListRef(ListKind.VENDOR, "vendor:name:acme", "Acme Apparel")
PAYABLE, STOCK = "Accounts Payable", "Inventory Asset"


def goods(number: int) -> ListRef:
    detail = ItemDetail(ItemType.INVENTORY, "Sales", "Cost of Goods Sold", STOCK, f"Thing {number}", f"SKU-{number}")
    return ListRef(ListKind.ITEM, f"variant:{number}", f"SKU-{number}", item=detail)


def line(number: int, units: int, ordered: str = "", so_far: int = 0) -> ItemLine:
    cost = Decimal("9.50") * units
    return ItemLine(
        goods(number), STOCK, Decimal(units), cost, buckets.PURCHASES, f"Thing {number}", None, ordered, so_far
    )


def purchase_order(number: int, units: int = 10, day: date = DAY) -> Draft:
    lines = (line(number % 5, units, "l1"), line(number % 5 + 5, units, "l2"))
    document = PurchaseOrder(VENDOR, None, day, f"PO{number}", f"Purchase order {number}", lines)
    return _draft(f"PurchaseOrder:{number}", document, f"#PO{number}")


def bill(number: int, units: int = 4, so_far: int = 4, part: int = 2, day: date = DAY, receipt: bool = False) -> Draft:
    """Of units of both lines, with freight."""
    order = f"PurchaseOrder:{number}"
    items = (line(number % 5, units, "l1", so_far), line(number % 5 + 5, units, "l2", so_far))
    freight = (ExpenseLine("Freight In", Decimal("5.00"), buckets.FREIGHT_IN, "Freight"),)
    ref, memo = f"PO{number}-{part}", f"Purchase order {number}"
    document: Document
    if receipt:
        document = ItemReceipt(VENDOR, PAYABLE, day, ref, memo, freight, items, order)
    else:
        document = Bill(VENDOR, PAYABLE, day, ref, memo, freight, items, None, order)
    return _draft(f"{type(document).__name__}:{number}:{part}", document, f"#PO{number}", (order,))


def vendor_credit(number: int, units: int = 1, day: date = DAY) -> Draft:
    document = VendorCredit(
        VENDOR, PAYABLE, day, f"PO{number}-9", f"Purchase order {number}", (), (line(number % 5, units),)
    )
    return _draft(f"VendorCredit:{number}", document, f"#PO{number}")


def purchase(number: int) -> list[Draft]:
    """Ordered, received in two parts, one of them given back."""
    return [
        purchase_order(number),
        bill(number, 4, 4),
        bill(number, 6, 10, part=3, receipt=number % 2 == 0),
        vendor_credit(number),
    ]


def _draft(key: str, document: Document, title: str, after: tuple[str, ...] = ()) -> Draft:
    return Draft(key, document, (f"fact:{key}",), title, effect_of_document(document), after)
