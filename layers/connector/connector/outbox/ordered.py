"""Entries that are made of an order in QuickBooks: invoices of a Sales Order, goods received of a Purchase Order.

QuickBooks receives goods by the lines of a Purchase Order, and only its own record of the order names those lines. So
they are kept when the order is read back, and a bill waits for that. An order posts nothing: where QuickBooks will not
have it, or not with the lines it was posted with, the goods are received without it.
"""

from __future__ import annotations

from collections.abc import Callable

from connector.accounting.documents import Document, Invoice, ListRef
from connector.accounting.purchase_documents import Bill, ItemLine, ItemReceipt, PurchaseOrder
from connector.accounting.records import PostedRecord
from connector.outbox.entries import Entry, EntryState


def order_of(entry: Entry) -> str:
    """The posting key of the order an entry is made of; empty for others."""
    if isinstance(entry.document, Invoice):
        return entry.document.sales_order
    return entry.document.purchase_order if isinstance(entry.document, Bill | ItemReceipt) else ""


def is_awaited(entry: Entry, order: Entry) -> bool:
    """Whether the lines of a Purchase Order that is posted are still to be read."""
    return isinstance(entry.document, Bill | ItemReceipt) and order.state is not EntryState.READ_BACK


def lines_of(document: Document, record: PostedRecord, list_id: Callable[[ListRef], str]) -> tuple[str, ...]:
    """The TxnLineIDs of a Purchase Order's lines; none if somebody closed it, or its lines are not (or no longer) those
    it was posted with."""
    if not isinstance(document, PurchaseOrder) or record.closed or len(record.lines) != len(document.lines):
        return ()
    pairs = list(zip(document.lines, record.lines, strict=True))
    if any(line.quantity != found.quantity or list_id(line.item) != found.item_list_id for line, found in pairs):
        return ()
    return tuple(found.line_id for _, found in pairs)


def line_of(order: Entry | None, line: ItemLine) -> str:
    """The TxnLineID by which ``line`` is received; empty if it was not ordered so, or more has come than was."""
    if order is None or not isinstance(order.document, PurchaseOrder) or not order.order_lines:
        return ""
    for ordered, line_id in zip(order.document.lines, order.order_lines, strict=True):
        if ordered.ordered == line.ordered:
            fits = ordered.item.key == line.item.key and line.so_far <= ordered.quantity
            return line_id if fits else ""
    return ""
