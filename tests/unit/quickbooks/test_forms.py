"""Documents and list elements as qbXML."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from lxml import etree

from connector.accounting.documents import (
    Applied,
    CreditCardRefund,
    Invoice,
    ItemDetail,
    ItemType,
    Line,
    ListKind,
    ListRef,
    ReceivePayment,
    SalesReceipt,
)
from connector.quickbooks.elements import NotCents, NotPostedYet, Reference, RenderContext, amount, quantity
from connector.quickbooks.forms import render_document
from connector.quickbooks.list_requests import NoItemDetail, render_list_add

GUID = "2f6f3a0e-3c69-4c5e-9d7b-0c0d1e2f3a4b"
CONTEXT = RenderContext(
    reference=lambda ref: Reference(full_name=ref.name),
    txn_id={"order:1001": "1A2B-1", "order:1002": "TxnID:E2"}.get,
)
JANE = ListRef(ListKind.CUSTOMER, "customer:7001", "Jane Doe")
SHIRT = ListRef(ListKind.ITEM, "variant:1", "SHIRT-M")
ZERO_TAX = ListRef(ListKind.SALES_TAX_ITEM, "tax:zero", "Shopify Tax 0%")
ONLINE = ListRef(ListKind.CLASS, "class:1", "Online Store")
RECEIPT = SalesReceipt(
    customer=JANE,
    location=ONLINE,
    day=date(2024, 3, 5),
    ref_number="1001",
    memo="Shopify #1001",
    payment_method=None,
    deposit_to="Shopify Clearing",
    total_bucket="tender:shopify_payments",
    tax_item=ZERO_TAX,
    lines=(
        Line(SHIRT, Decimal("25.00"), "sales", "T-shirt “M”", Decimal("2.000")),
        Line(SHIRT, Decimal("-2.5"), "discounts", account_override="Discounts"),
    ),
)
INVOICE = Invoice(JANE, None, date(2024, 3, 5), "1002", "Shopify #1002", ZERO_TAX, RECEIPT.lines)
PAYMENT = ReceivePayment(
    JANE, date(2024, 3, 6), "1001-P1", "", None, "Clearing", "tender:x", Decimal("50"), "order:1001", Decimal("30")
)
REFUND = CreditCardRefund(
    JANE, date(2024, 3, 6), "1001-F1", "", None, "Clearing", "tender:x", Decimal("20"), "order:1001"
)


def _tree(element: etree._Element) -> str:
    return etree.tostring(element, encoding="unicode")


def test_a_receipt_lines_up_as_quickbooks_wants_it() -> None:
    add = render_document(RECEIPT, GUID, CONTEXT)[0]

    assert [child.tag for child in add] == [
        "CustomerRef",
        "ClassRef",
        "TxnDate",
        "RefNumber",
        "ItemSalesTaxRef",
        "Memo",
        "IsToBePrinted",
        "DepositToAccountRef",
        "ExternalGUID",
        "SalesReceiptLineAdd",
        "SalesReceiptLineAdd",
    ]
    assert add.findtext("ExternalGUID") == f"{{{GUID}}}"


def test_a_line_carries_quantity_and_amount_never_a_rate_and_always_a_tax_code() -> None:
    lines = render_document(RECEIPT, GUID, CONTEXT)[0].findall("SalesReceiptLineAdd")

    assert [(line.findtext("Quantity"), line.findtext("Amount")) for line in lines] == [("2", "25.00"), (None, "-2.50")]
    assert [line.findtext("SalesTaxCodeRef/FullName") for line in lines] == ["Non", "Non"]
    assert [line.find("Rate") for line in lines] == [None, None]
    assert lines[1].findtext("OverrideItemAccountRef/FullName") == "Discounts"


def test_switched_off_features_are_not_mentioned() -> None:
    plain = replace(CONTEXT, line_tax_code="", use_classes=False, include_guid=False)

    text = _tree(render_document(RECEIPT, GUID, plain)[0])

    for word in ("SalesTax", "ClassRef", "ExternalGUID"):
        assert word not in text


def test_a_list_id_wins_over_a_name() -> None:
    known = replace(CONTEXT, reference=lambda ref: Reference("80000001-1", ref.name))

    assert (
        _tree(render_document(RECEIPT, GUID, known)[0][0]) == "<CustomerRef><ListID>80000001-1</ListID></CustomerRef>"
    )


def test_a_payment_settles_its_invoices_by_txn_id_or_by_macro() -> None:
    payment = replace(PAYMENT, further=(Applied("order:1002", Decimal("20")),))

    applied = render_document(payment, GUID, CONTEXT)[0].findall("AppliedToTxnAdd")

    assert [_tree(element) for element in applied] == [
        "<AppliedToTxnAdd><TxnID>1A2B-1</TxnID><PaymentAmount>30.00</PaymentAmount></AppliedToTxnAdd>",
        '<AppliedToTxnAdd><TxnID useMacro="TxnID:E2"/><PaymentAmount>20.00</PaymentAmount></AppliedToTxnAdd>',
    ]


def test_money_that_settles_nothing_is_not_spread_over_other_invoices() -> None:
    add = render_document(replace(PAYMENT, applied=Decimal("0.00")), GUID, CONTEXT)[0]

    assert add.findtext("IsAutoApply") == "false"
    assert add.find("AppliedToTxnAdd") is None


def test_a_refund_is_shared_out_to_the_cent() -> None:
    refund = replace(REFUND, further=(Applied("order:1002", Decimal("7.50")),))

    parts = [e.text for e in render_document(refund, GUID, CONTEXT).iter("RefundAmount")]

    assert parts == ["12.50", "7.50"]


def test_what_is_settled_must_be_posted_first() -> None:
    with pytest.raises(NotPostedYet):
        render_document(replace(PAYMENT, invoice="order:9999"), GUID, CONTEXT)


def test_an_invoice_may_name_its_transaction_for_others_of_the_set() -> None:
    add = render_document(INVOICE, GUID, replace(CONTEXT, receivable_account="A/R"), macro="E2")[0]

    assert add.get("defMacro") == "TxnID:E2"
    assert add.findtext("ARAccountRef/FullName") == "A/R"


def test_fractions_of_a_cent_are_refused_rather_than_rounded() -> None:
    assert [amount(Decimal(text)) for text in ("1", "0", "-0", "-2.5", "1.20")] == [
        "1.00",
        "0.00",
        "0.00",
        "-2.50",
        "1.20",
    ]
    with pytest.raises(NotCents):
        amount(Decimal("1.005"))


def test_a_quantity_has_at_most_five_decimals_and_no_zeros_at_the_end() -> None:
    assert [quantity(Decimal(text)) for text in ("2.000", "0.50000", "1E+2", "0", "-3.123456")] == [
        "2",
        "0.5",
        "100",
        "0",
        "-3.12346",
    ]


def test_an_inventory_item_brings_its_accounts_barcode_and_descriptions() -> None:
    item = ItemDetail(
        ItemType.INVENTORY, "Sales", "COGS", "Stock", "T-shirt M", "SHIRT-M", "0123456789012", Decimal("9.5")
    )
    with_barcodes = replace(CONTEXT, use_barcodes=True)

    add = render_list_add(replace(SHIRT, item=item), "SHIRT-M", GUID, with_barcodes)[0]

    assert [child.tag for child in add] == [
        "Name",
        "BarCode",
        "ManufacturerPartNumber",
        "SalesTaxCodeRef",
        "SalesDesc",
        "IncomeAccountRef",
        "PurchaseDesc",
        "PurchaseCost",
        "COGSAccountRef",
        "AssetAccountRef",
        "ExternalGUID",
    ]
    assert add.findtext("BarCode/BarCodeValue") == "0123456789012"


def test_an_item_of_which_nothing_is_known_is_not_added() -> None:
    with pytest.raises(NoItemDetail):
        render_list_add(SHIRT, "SHIRT-M", GUID, CONTEXT)


def test_the_tax_item_is_at_zero_percent_and_needs_no_agency() -> None:
    add = render_list_add(ZERO_TAX, "Shopify Tax 0%", GUID, CONTEXT)[0]

    assert add.findtext("TaxRate") == "0"
    assert add.find("TaxVendorRef") is None
