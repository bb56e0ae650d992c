"""An order's documents in QuickBooks that are still open: invoices and credit memos that money has not settled,
payments that settle nothing yet, sales orders that are not invoiced."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from connector.accounting.documents import Applied, ListRef
from connector.ledger.facts import ZERO

INVOICE, CREDIT_MEMO, PAYMENT, SALES_ORDER = "Invoice", "CreditMemo", "ReceivePayment", "SalesOrder"


@dataclass(frozen=True, slots=True)
class OpenDocument:
    """``open`` is what is left to settle; ``customer`` is whom it was made out to, whoever the order's is now.

    ``ref_number`` and ``content`` are a sales order's: its lines, to see whether the order is still the same.
    """

    key: str
    kind: str
    day: date
    open: Decimal
    customer: ListRef
    refund: str | None = None
    ref_number: str = ""
    content: str = ""


def candidates(
    documents: Iterable[OpenDocument], kind: str, customer: ListRef, refund: str | None = None
) -> list[OpenDocument]:
    """Those of a kind that one payment or refund can settle, best first: QuickBooks settles only the same customer's.

    The refund's own credit memo comes first, then the oldest. The first one's customer decides.
    """
    found = [d for d in documents if d.kind == kind]
    found.sort(key=lambda d: (d.refund != refund if refund else False, d.customer.key != customer.key, d.day))
    return [d for d in found if d.customer.key == found[0].customer.key]


def settle(found: Iterable[OpenDocument], amount: Decimal) -> list[Applied]:
    """``amount`` spread over documents, each up to what is open; what is too much stays unapplied."""
    applied = []
    for document in found:
        part = min(document.open, amount)
        if part > ZERO:
            applied.append(Applied(document.key, part))
            amount -= part
    return applied


def after_settling(documents: Iterable[OpenDocument], applied: Iterable[Applied]) -> list[OpenDocument]:
    """The documents that are still open then."""
    paid = {part.document: part.amount for part in applied}
    left = [replace(d, open=d.open - paid.get(d.key, ZERO)) for d in documents]
    return [d for d in left if d.open > ZERO]
