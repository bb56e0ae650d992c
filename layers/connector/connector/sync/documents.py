"""Drafts become entries: checked against qbXML's rules, their list elements named, put in posting order."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from connector.accounting.buckets import BANK
from connector.accounting.documents import Document, Draft, Invoice, JournalEntry
from connector.accounting.effects import document_total, is_money_side
from connector.outbox.entries import Entry, EntryState, entry_id
from connector.outbox.wanting import list_refs, sk_of
from connector.quickbooks.elements import QbxmlError, Reference, RenderContext
from connector.quickbooks.forms import render_document
from connector.quickbooks.names import fit_name
from connector.quickbooks.rules import faults

# Within a day: what is sold before what is given back, and money after the document it settles.
_ORDER = {
    "SalesOrder": 0,
    "PurchaseOrder": 0,
    "SalesReceipt": 1,
    "JournalEntry": 1,
    "Bill": 1,
    "ItemReceipt": 1,
    "Invoice": 2,
    "ReceivePayment": 3,
    "CreditMemo": 4,
    "VendorCredit": 4,
    "CreditCardRefund": 5,
    "SalesOrderClosing": 6,
    "InventoryAdjustment": 6,
    "Deposit": 7,
}


def entry_of(shop: str, sync_id: str, draft: Draft) -> Entry:
    """The entry of a draft: READY, or HELD with the reason if QuickBooks could not accept it.

    The list elements it ``needs`` are for the caller to ask for (``outbox.wanting.want``).
    """
    document = draft.document
    id_ = entry_id(shop, draft.key)
    found = _faults(document, id_)
    return Entry(
        id=id_,
        shop=shop,
        kind=draft.kind,
        key=draft.key,
        title=draft.title,
        day=document.day,
        order_by=f"{document.day.isoformat()}#{_ORDER[draft.kind]}#{draft.key}",
        state=EntryState.HELD if found else EntryState.READY,
        document=document,
        facts=draft.facts,
        effect=dict(draft.effect),
        after=draft.after,
        needs=tuple(dict.fromkeys(sk_of(ref) for ref in list_refs(document))),
        sync_id=sync_id,
        ref_number=document.ref_number,
        amount=amount_of(draft),
        reason="; ".join(found),
    )


def amount_of(draft: Draft) -> Decimal:
    """The figure a person knows the document by: its total, for a balanced day what was taken in, for a journal entry
    of the bank what moved there."""
    document = draft.document
    total = document_total(document)
    if isinstance(document, JournalEntry) and BANK in draft.effect:
        return draft.effect[BANK]
    if total == 0 or isinstance(document, JournalEntry):
        taken = (amount for bucket, amount in draft.effect.items() if is_money_side(bucket))
        return sum(taken, Decimal("0.00")) or total
    return total


def _faults(document: Document, guid: str) -> tuple[str, ...]:
    if isinstance(document, Invoice) and document.sales_order:
        # Its lines are sent only if QuickBooks will not have the sales order.
        document = replace(document, sales_order="")
    try:
        return faults(render_document(document, guid, _PREVIEW))
    except QbxmlError as error:
        return (str(error),)


# Names as they will look; the real ones are decided when the list elements are asked for.
_PREVIEW = RenderContext(
    reference=lambda ref: Reference(full_name=fit_name(ref.kind, ref.name, ref.key)),
    txn_id=lambda key: "1-1",
    edit_sequence=lambda key: "1",
)
