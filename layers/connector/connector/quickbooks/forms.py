"""Our documents as qbXML add requests.

Element order is the schema's (qbXML 13.0, US). Lines carry Quantity and Amount, never Rate, so that QuickBooks has
nothing to round; every line carries a sales tax code, because without one QuickBooks picks it.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from lxml import etree

from connector.accounting.documents import (
    Conditions,
    CreditCardRefund,
    CreditMemo,
    Document,
    Invoice,
    JournalEntry,
    Line,
    ListRef,
    ReceivePayment,
    SalesOrder,
    SalesOrderClosing,
    SalesReceipt,
)
from connector.quickbooks import bank_forms, purchase_forms, stock_forms
from connector.quickbooks.elements import (
    NotPostedYet,
    RenderContext,
    amount,
    put,
    put_guid,
    put_name,
    put_reference,
    put_returned,
    quantity,
)
from connector.quickbooks.text import clean

MEMO_LIMIT = 4095
QUICKBOOKS_NAMES = {
    "SalesReceipt": "SalesReceipt",
    "Invoice": "Invoice",
    "CreditMemo": "CreditMemo",
    "ReceivePayment": "ReceivePayment",
    "CreditCardRefund": "ARRefundCreditCard",
    "SalesOrder": "SalesOrder",
    "SalesOrderClosing": "SalesOrder",
    "JournalEntry": "JournalEntry",
    "Deposit": "Deposit",
    "PurchaseOrder": "PurchaseOrder",
    "Bill": "Bill",
    "ItemReceipt": "ItemReceipt",
    "VendorCredit": "VendorCredit",
    "InventoryAdjustment": "InventoryAdjustment",
}
"""Our document kinds and the names qbXML builds its messages from."""

CHANGES = frozenset({"SalesOrderClosing"})
"""Kinds that change a transaction and make none of their own."""

_PO_NUMBER = 25
_TOTALS = {
    "Invoice": "Subtotal",
    "JournalEntry": "",
    "InventoryAdjustment": "",
    "Deposit": "DepositTotal",
    "Bill": "AmountDue",
    "VendorCredit": "CreditAmount",
}
_WITHOUT_NUMBER = frozenset({"Deposit"})

_sub = etree.SubElement


def render_document(document: Document, guid: str, context: RenderContext, macro: str = "") -> etree._Element:
    """The ``…AddRq`` (or ``…ModRq``) of a document; ``guid`` becomes its ExternalGUID, ``macro`` names its TxnID to be.

    Raises NotPostedYet when it settles a transaction without TxnID, NotCents for amounts with fractions of cents.
    """
    kind = type(document).__name__
    name = QUICKBOOKS_NAMES[kind]
    verb = "Mod" if kind in CHANGES else "Add"
    request = etree.Element(f"{name}{verb}Rq")
    add = _sub(request, f"{name}{verb}")
    if macro:
        add.set("defMacro", f"TxnID:{macro}")
    _WRITERS[kind](add, document, guid, context)
    total = _TOTALS.get(kind, "TotalAmount")
    number = "" if kind in _WITHOUT_NUMBER else "RefNumber"
    put_returned(request, *filter(None, ("TxnID", "EditSequence", number, total, "ExternalGUID")))
    return request


def _head(add: etree._Element, document: Any, context: RenderContext) -> None:
    put_reference(add, "CustomerRef", context.reference(document.customer))
    if document.location is not None and context.use_classes:
        put_reference(add, "ClassRef", context.reference(document.location))


def _dated(add: etree._Element, document: Any) -> None:
    put(add, "TxnDate", document.day.isoformat())
    put(add, "RefNumber", clean(document.ref_number))


def _receivable(add: etree._Element, context: RenderContext) -> None:
    put_name(add, "ARAccountRef", context.receivable_account)


def _optional(add: etree._Element, tag: str, ref: ListRef | None, context: RenderContext) -> None:
    if ref is not None:
        put_reference(add, tag, context.reference(ref))


def _tax_and_memo(add: etree._Element, document: Any, context: RenderContext) -> None:
    if context.line_tax_code:
        put_reference(add, "ItemSalesTaxRef", context.reference(document.tax_item))
    put(add, "Memo", clean(document.memo, MEMO_LIMIT))
    put(add, "IsToBePrinted", "false")


def _lines(add: etree._Element, tag: str, lines: tuple[Line, ...], context: RenderContext) -> None:
    tax_code = context.line_tax_code
    for line in lines:
        element = _sub(add, tag)
        put_reference(element, "ItemRef", context.reference(line.item))
        put(element, "Desc", clean(line.description, MEMO_LIMIT))
        if line.quantity is not None:
            _sub(element, "Quantity").text = quantity(line.quantity)
        _sub(element, "Amount").text = amount(line.amount)
        put_name(element, "SalesTaxCodeRef", tax_code)
        put_name(element, "OverrideItemAccountRef", line.account_override)


def _agreed(add: etree._Element, agreed: Conditions, context: RenderContext) -> None:
    put(add, "PONumber", clean(agreed.po_number, _PO_NUMBER))
    _optional(add, "TermsRef", agreed.terms, context)
    put(add, "DueDate", agreed.due_day.isoformat() if agreed.due_day else "")
    put(add, "ShipDate", agreed.ship_day.isoformat() if agreed.ship_day else "")


def _settle(
    add: etree._Element, tag: str, amount_tag: str, parts: list[tuple[str, Decimal]], context: RenderContext
) -> None:
    for key, part in parts:
        element = _sub(add, tag)
        _settled(element, key, context)
        put(element, amount_tag, amount(part))


def _settled(parent: etree._Element, key: str, context: RenderContext, tag: str = "TxnID") -> None:
    txn_id = context.txn_id(key)
    if not txn_id:
        raise NotPostedYet(f"{key} has not been posted yet")
    if txn_id.startswith("TxnID:"):
        _sub(parent, tag).set("useMacro", txn_id)
    else:
        put(parent, tag, txn_id)


def _sales_receipt(add: etree._Element, document: SalesReceipt, guid: str, context: RenderContext) -> None:
    _head(add, document, context)
    _dated(add, document)
    _optional(add, "PaymentMethodRef", document.payment_method, context)
    _tax_and_memo(add, document, context)
    put_name(add, "DepositToAccountRef", document.deposit_to)
    put_guid(add, guid, context)
    _lines(add, "SalesReceiptLineAdd", document.lines, context)


def _invoice(add: etree._Element, document: Invoice, guid: str, context: RenderContext) -> None:
    _head(add, document, context)
    _receivable(add, context)
    _dated(add, document)
    _agreed(add, document.conditions, context)
    _tax_and_memo(add, document, context)
    put_guid(add, guid, context)
    order = _real_txn_id(document.sales_order, context) if document.sales_order else ""
    put(add, "LinkToTxnID", order)
    for part in document.credits:
        credit = _sub(add, "SetCredit")
        _settled(credit, part.document, context, "CreditTxnID")
        put(credit, "AppliedAmount", amount(part.amount))
    if not order:
        _lines(add, "InvoiceLineAdd", document.lines, context)


def _real_txn_id(key: str, context: RenderContext) -> str:
    """Where qbXML takes no macro. Empty if QuickBooks will never have it. Raises NotPostedYet."""
    txn_id = context.txn_id(key)
    if txn_id is None or txn_id.startswith("TxnID:"):
        raise NotPostedYet(f"{key} has not been posted yet")
    return txn_id


def _sales_order(add: etree._Element, document: SalesOrder, guid: str, context: RenderContext) -> None:
    _head(add, document, context)
    _dated(add, document)
    _agreed(add, document.conditions, context)
    _tax_and_memo(add, document, context)
    put_guid(add, guid, context)
    _lines(add, "SalesOrderLineAdd", document.lines, context)


def _sales_order_closing(add: etree._Element, document: SalesOrderClosing, guid: str, context: RenderContext) -> None:
    """Its lines are not named, so they stay as they are."""
    put(add, "TxnID", _real_txn_id(document.sales_order, context))
    put(add, "EditSequence", context.edit_sequence(document.sales_order) or "")
    put(add, "IsManuallyClosed", "true")
    put(add, "Memo", clean(document.memo, MEMO_LIMIT))


def _journal_entry(add: etree._Element, document: JournalEntry, guid: str, context: RenderContext) -> None:
    """QuickBooks has no memo for the whole of it, so each line carries it."""
    _dated(add, document)
    put_guid(add, guid, context)
    for line in document.lines:
        element = _sub(add, "JournalDebitLine" if line.amount >= 0 else "JournalCreditLine")
        put_name(element, "AccountRef", line.account)
        put(element, "Amount", amount(abs(line.amount)))
        put(element, "Memo", clean(f"{document.memo}: {line.description}" if line.description else document.memo))
        _optional(element, "EntityRef", line.name, context)
        if line.location is not None and context.use_classes:
            put_reference(element, "ClassRef", context.reference(line.location))


def _credit_memo(add: etree._Element, document: CreditMemo, guid: str, context: RenderContext) -> None:
    _head(add, document, context)
    _receivable(add, context)
    _dated(add, document)
    _tax_and_memo(add, document, context)
    put_guid(add, guid, context)
    _lines(add, "CreditMemoLineAdd", document.lines, context)


def _receive_payment(add: etree._Element, document: ReceivePayment, guid: str, context: RenderContext) -> None:
    put_reference(add, "CustomerRef", context.reference(document.customer))
    _receivable(add, context)
    _dated(add, document)
    put(add, "TotalAmount", amount(document.amount))
    _optional(add, "PaymentMethodRef", document.payment_method, context)
    put(add, "Memo", clean(document.memo, MEMO_LIMIT))
    put_name(add, "DepositToAccountRef", document.deposit_to)
    put_guid(add, guid, context)
    parts = [(part.document, part.amount) for part in document.further]
    if document.applied:
        parts.insert(0, (document.invoice, document.applied))
    _settle(add, "AppliedToTxnAdd", "PaymentAmount", parts, context)
    if not parts:
        # An overpayment stays on the customer's account; QuickBooks must not spread it over other invoices.
        put(add, "IsAutoApply", "false")


def _credit_card_refund(add: etree._Element, document: CreditCardRefund, guid: str, context: RenderContext) -> None:
    put_reference(add, "CustomerRef", context.reference(document.customer))
    put_name(add, "RefundFromAccountRef", document.refund_from)
    _receivable(add, context)
    _dated(add, document)
    _optional(add, "PaymentMethodRef", document.payment_method, context)
    put(add, "Memo", clean(document.memo, MEMO_LIMIT))
    put_guid(add, guid, context)
    further = [(part.document, part.amount) for part in document.further]
    rest = document.amount - sum(part for _, part in further)
    parts = [(document.credit_memo, rest), *further] if rest or not further else further
    _settle(add, "RefundAppliedToTxnAdd", "RefundAmount", parts, context)


_WRITERS: dict[str, Callable[[etree._Element, Any, str, RenderContext], None]] = {
    "SalesReceipt": _sales_receipt,
    "Invoice": _invoice,
    "CreditMemo": _credit_memo,
    "ReceivePayment": _receive_payment,
    "CreditCardRefund": _credit_card_refund,
    "SalesOrder": _sales_order,
    "SalesOrderClosing": _sales_order_closing,
    "JournalEntry": _journal_entry,
    "Deposit": bank_forms.deposit,
    "PurchaseOrder": purchase_forms.purchase_order,
    "Bill": purchase_forms.bill,
    "ItemReceipt": purchase_forms.item_receipt,
    "VendorCredit": purchase_forms.vendor_credit,
    "InventoryAdjustment": stock_forms.inventory_adjustment,
}
