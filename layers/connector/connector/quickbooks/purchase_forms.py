"""Purchase documents as qbXML; the element order is the schema's (qbXML 13.0, US).

Goods that were ordered are received line by line: a line with LinkToTxn names the line of the Purchase Order instead of
an item (OSR, ItemLineAdd), with the units and the amount that came. LinkToTxnID at the head would receive all that is
still open, at the order's own prices.
"""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from connector.accounting.list_elements import ListRef
from connector.accounting.purchase_documents import (
    Bill,
    ExpenseLine,
    ItemLine,
    ItemReceipt,
    PurchaseOrder,
    VendorCredit,
)
from connector.quickbooks.elements import (
    NotPostedYet,
    RenderContext,
    amount,
    put,
    put_guid,
    put_name,
    put_reference,
    quantity,
)
from connector.quickbooks.text import clean

MEMO_LIMIT = 4095

_sub = etree.SubElement


def purchase_order(add: etree._Element, document: PurchaseOrder, guid: str, context: RenderContext) -> None:
    put_reference(add, "VendorRef", context.reference(document.vendor))
    _class(add, document.location, context)
    put(add, "TxnDate", document.day.isoformat())
    put(add, "RefNumber", clean(document.ref_number))
    put(add, "Memo", clean(document.memo, MEMO_LIMIT))
    put(add, "IsToBePrinted", "false")
    put_guid(add, guid, context)
    for line in document.lines:
        element = _sub(add, "PurchaseOrderLineAdd")
        put_reference(element, "ItemRef", context.reference(line.item))
        put(element, "Desc", clean(line.description, MEMO_LIMIT))
        put(element, "Quantity", quantity(line.quantity))
        put(element, "Amount", amount(line.amount))


def bill(add: etree._Element, document: Bill, guid: str, context: RenderContext) -> None:
    _payable(add, document, context)
    put(add, "DueDate", document.due_day.isoformat() if document.due_day else "")
    _rest(add, document, guid, context)
    _items(add, document.items, document.purchase_order, context)


def item_receipt(add: etree._Element, document: ItemReceipt, guid: str, context: RenderContext) -> None:
    _payable(add, document, context)
    _rest(add, document, guid, context)
    _items(add, document.items, document.purchase_order, context)


def vendor_credit(add: etree._Element, document: VendorCredit, guid: str, context: RenderContext) -> None:
    _payable(add, document, context)
    _rest(add, document, guid, context)
    _items(add, document.items, "", context)


def _payable(add: etree._Element, document: Bill | ItemReceipt | VendorCredit, context: RenderContext) -> None:
    put_reference(add, "VendorRef", context.reference(document.vendor))
    put_name(add, "APAccountRef", document.payable)
    put(add, "TxnDate", document.day.isoformat())


def _rest(add: etree._Element, document: Bill | ItemReceipt | VendorCredit, guid: str, context: RenderContext) -> None:
    put(add, "RefNumber", clean(document.ref_number))
    put(add, "Memo", clean(document.memo, MEMO_LIMIT))
    put_guid(add, guid, context)
    for line in document.expenses:
        _expense(add, line, context)


def _expense(add: etree._Element, line: ExpenseLine, context: RenderContext) -> None:
    element = _sub(add, "ExpenseLineAdd")
    put_name(element, "AccountRef", line.account)
    put(element, "Amount", amount(line.amount))
    put(element, "Memo", clean(line.description, MEMO_LIMIT))
    _class(element, line.location, context)


def _items(add: etree._Element, lines: Iterable[ItemLine], order: str, context: RenderContext) -> None:
    order_id = _order_id(order, context)
    for line in lines:
        element = _sub(add, "ItemLineAdd")
        ordered = context.order_line(order, line) if order_id and line.ordered else ""
        if not ordered:
            put_reference(element, "ItemRef", context.reference(line.item))
        put(element, "Desc", clean(line.description, MEMO_LIMIT))
        put(element, "Quantity", quantity(line.quantity))
        put(element, "Amount", amount(line.amount))
        _class(element, line.location, context)
        if ordered:
            link = _sub(element, "LinkToTxn")
            put(link, "TxnID", order_id)
            put(link, "TxnLineID", ordered)


def _order_id(order: str, context: RenderContext) -> str:
    """The TxnID of the Purchase Order; empty if there is none, or QuickBooks will never have it."""
    if not order:
        return ""
    txn_id = context.txn_id(order)
    if txn_id is None or txn_id.startswith("TxnID:"):
        raise NotPostedYet(f"{order} has not been posted yet")
    return txn_id


def _class(parent: etree._Element, location: ListRef | None, context: RenderContext) -> None:
    if location is not None and context.use_classes:
        put_reference(parent, "ClassRef", context.reference(location))
