"""Purchase documents as qbXML."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from connector.accounting.documents import ListKind, ListRef
from connector.accounting.purchase_documents import Bill, ExpenseLine, ItemLine, PurchaseOrder, VendorCredit
from connector.quickbooks.elements import NotPostedYet, Reference, RenderContext
from connector.quickbooks.forms import render_document
from connector.quickbooks.rules import faults

GUID = "2f6f3a0e-3c69-4c5e-9d7b-0c0d1e2f3a4b"
ACME = ListRef(ListKind.VENDOR, "vendor:name:acme", "Acme Apparel")
SHIRT = ListRef(ListKind.ITEM, "variant:1", "SHIRT-M")
STORE = ListRef(ListKind.CLASS, "class:1", "Main Street")
GOODS = ItemLine(SHIRT, "Inventory Asset", Decimal(4), Decimal("38.00"), "purchases", "Shirt", STORE, "l1", 4)
FREIGHT = ExpenseLine("Freight In", Decimal("12.50"), "freight_in", "Freight", STORE)
BILL = Bill(
    ACME,
    "Accounts Payable",
    date(2026, 3, 5),
    "PO501-2",
    "Purchase order #PO501",
    (FREIGHT,),
    (GOODS,),
    date(2026, 4, 4),
    "PurchaseOrder|1",
)
CONTEXT = RenderContext(
    reference=lambda ref: Reference(full_name=ref.name),
    txn_id={"PurchaseOrder|1": "1A2B-1", "PurchaseOrder|2": "TxnID:E2", "PurchaseOrder|3": ""}.get,
    order_line=lambda key, line: "1A2C-1" if line.ordered == "l1" else "",
)


def test_goods_name_the_line_they_were_ordered_with_instead_of_an_item() -> None:
    request = render_document(BILL, GUID, CONTEXT)
    assert faults(request) == ()
    (bill,) = request.iterfind("BillAdd")
    assert [child.tag for child in bill] == [
        "VendorRef",
        "APAccountRef",
        "TxnDate",
        "DueDate",
        "RefNumber",
        "Memo",
        "ExternalGUID",
        "ExpenseLineAdd",
        "ItemLineAdd",
    ]
    (line,) = bill.iterfind("ItemLineAdd")
    assert [child.tag for child in line] == ["Desc", "Quantity", "Amount", "ClassRef", "LinkToTxn"]
    assert (line.findtext("Quantity"), line.findtext("Amount")) == ("4", "38.00")
    assert (line.findtext("LinkToTxn/TxnID"), line.findtext("LinkToTxn/TxnLineID")) == ("1A2B-1", "1A2C-1")
    assert bill.findtext("ExpenseLineAdd/Amount") == "12.50"
    assert "AmountDue" in [e.text for e in request.iterfind("IncludeRetElement")]


def test_goods_of_an_order_that_quickbooks_will_never_have_name_their_item() -> None:
    for alone in (replace(BILL, purchase_order=""), replace(BILL, purchase_order="PurchaseOrder|3")):
        (line,) = render_document(alone, GUID, CONTEXT).iterfind("BillAdd/ItemLineAdd")
        assert line.findtext("ItemRef/FullName") == "SHIRT-M"
        assert line.find("LinkToTxn") is None


@pytest.mark.parametrize("order", ["PurchaseOrder|2", "PurchaseOrder|4"])
def test_an_order_must_have_been_posted_before_its_lines_are_received(order: str) -> None:
    with pytest.raises(NotPostedYet):
        render_document(replace(BILL, purchase_order=order), GUID, CONTEXT)


def test_a_purchase_order_has_its_class_at_the_head_and_never_a_rate() -> None:
    order = PurchaseOrder(ACME, STORE, date(2026, 3, 2), "PO501", "Purchase order #PO501", (GOODS,))
    request = render_document(order, GUID, CONTEXT)
    assert faults(request) == ()
    assert request.findtext("PurchaseOrderAdd/ClassRef/FullName") == "Main Street"
    (line,) = request.iterfind("PurchaseOrderAdd/PurchaseOrderLineAdd")
    assert [child.tag for child in line] == ["ItemRef", "Desc", "Quantity", "Amount"]


def test_a_vendor_credit_links_to_nothing_and_leaves_out_classes_where_they_are_off() -> None:
    credit = VendorCredit(ACME, "Accounts Payable", date(2026, 3, 9), "PO501-3", "", (), (GOODS,))
    request = render_document(credit, GUID, replace(CONTEXT, use_classes=False))
    assert faults(request) == ()
    assert request.find(".//ClassRef") is None
    assert request.find(".//LinkToTxn") is None
    assert "CreditAmount" in [e.text for e in request.iterfind("IncludeRetElement")]
