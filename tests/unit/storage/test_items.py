"""What is written to DynamoDB comes back as it was."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from connector.accounting.documents import ItemDetail, ItemType, Line, ListKind, ListRef, SalesReceipt
from connector.outbox.entries import Entry, EntryState
from connector.storage.table import from_wire, to_wire

CUSTOMER = ListRef(ListKind.CUSTOMER, "default", "Shopify Customer")
SHIPPING = ListRef(
    ListKind.ITEM, "special:shipping", "Shopify Shipping", item=ItemDetail(ItemType.OTHER_CHARGE, "Shipping")
)


def receipt() -> SalesReceipt:
    return SalesReceipt(
        customer=CUSTOMER,
        location=None,
        day=date(2026, 3, 8),
        ref_number="1001",
        memo="Shopify order #1001",
        payment_method=None,
        deposit_to="Shopify Clearing",
        total_bucket="tender:shopify_payments",
        tax_item=ListRef(ListKind.SALES_TAX_ITEM, "tax:zero", "Shopify Tax 0%"),
        lines=(Line(SHIPPING, Decimal("4.99"), "shipping"),),
    )


def test_an_entry_survives_storage_to_the_cent() -> None:
    entry = Entry(
        id="e1",
        shop="a.myshopify.com",
        kind="SalesReceipt",
        key="SalesReceipt:1:1",
        title="#1001",
        day=date(2026, 3, 8),
        order_by="2026-03-08#1",
        state=EntryState.READY,
        document=receipt(),
        facts=("gid://shopify/Sale/1",),
        effect={"shipping": Decimal("4.99")},
        amount=Decimal("4.99"),
    )
    assert Entry.from_item(from_wire(to_wire(entry.to_item()))) == entry


def test_only_waiting_entries_are_in_the_index() -> None:
    base = {
        "id": "e1",
        "shop": "s",
        "kind": "SalesReceipt",
        "key": "k",
        "title": "",
        "day": date(2026, 3, 8),
        "order_by": "1",
        "document": receipt(),
    }
    assert "gsi1pk" in Entry(state=EntryState.READY, **base).to_item()
    assert "gsi1pk" not in Entry(state=EntryState.READ_BACK, **base).to_item()
