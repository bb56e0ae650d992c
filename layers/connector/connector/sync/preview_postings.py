"""What a document will do on QuickBooks' accounts: debits and credits, as a bookkeeper reads them before posting.

Accounts are those of the mapping. An item that QuickBooks has already keeps the account it has there. What QuickBooks
works out by itself (cost of goods sold and stock of an inventory item, at its own average cost) is not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from connector.accounting.bank_documents import Deposit
from connector.accounting.documents import (
    CreditCardRefund,
    CreditMemo,
    Document,
    Invoice,
    JournalEntry,
    Line,
    ReceivePayment,
    SalesReceipt,
)
from connector.accounting.purchase_documents import Bill, ItemLine, ItemReceipt, VendorCredit

ZERO = Decimal("0.00")
Posting = tuple[str, Decimal]
"""(full name of an account, amount): a debit, or a credit if it is negative."""

Accounts = Mapping[str, str]


def postings(document: Document, accounts: Accounts) -> list[Posting]:
    """By account, in the order they first come; together 0.00. Empty for what posts nothing, such as a Sales Order."""
    write = _WRITERS.get(type(document))
    if write is None:
        return []
    sums: dict[str, Decimal] = {}
    for account, amount in write(document, accounts):
        sums[account] = sums.get(account, ZERO) + amount
    return [(account, amount) for account, amount in sums.items() if amount]


def account_of(line: Line | ItemLine) -> str:
    """Where a line with an item goes; the item's name if only QuickBooks knows its account."""
    if isinstance(line, ItemLine):
        return line.account
    item = line.item.item
    return line.account_override or (item.account if item else "") or f"Account of item {line.item.name}"


def _receipt(document: SalesReceipt, accounts: Accounts) -> Iterable[Posting]:
    yield document.deposit_to, _total(document.lines)
    yield from _lines(document.lines, -1)


def _invoice(document: Invoice, accounts: Accounts) -> Iterable[Posting]:
    yield accounts.get("accounts_receivable", ""), _total(document.lines)
    yield from _lines(document.lines, -1)


def _credit_memo(document: CreditMemo, accounts: Accounts) -> Iterable[Posting]:
    yield accounts.get("accounts_receivable", ""), -_total(document.lines)
    yield from _lines(document.lines, 1)


def _payment(document: ReceivePayment, accounts: Accounts) -> Iterable[Posting]:
    yield document.deposit_to, document.amount
    yield accounts.get("accounts_receivable", ""), -document.amount


def _refund(document: CreditCardRefund, accounts: Accounts) -> Iterable[Posting]:
    yield accounts.get("accounts_receivable", ""), document.amount
    yield document.refund_from, -document.amount


def _journal(document: JournalEntry, accounts: Accounts) -> Iterable[Posting]:
    for line in document.lines:
        yield line.account, line.amount


def _deposit(document: Deposit, accounts: Accounts) -> Iterable[Posting]:
    yield document.deposit_to, sum((line.amount for line in document.lines), ZERO)
    for line in document.lines:
        yield line.account, -line.amount


def _received(document: Bill | ItemReceipt, accounts: Accounts) -> Iterable[Posting]:
    yield from ((line.account, line.amount) for line in document.lines)
    yield document.payable, -sum((line.amount for line in document.lines), ZERO)


def _vendor_credit(document: VendorCredit, accounts: Accounts) -> Iterable[Posting]:
    yield document.payable, sum((line.amount for line in document.lines), ZERO)
    yield from ((line.account, -line.amount) for line in document.lines)


def _total(lines: Iterable[Line]) -> Decimal:
    return sum((line.amount for line in lines), ZERO)


def _lines(lines: Iterable[Line], sign: int) -> Iterable[Posting]:
    for line in lines:
        yield account_of(line), sign * line.amount


_WRITERS: Mapping[type, Callable[[Any, Accounts], Iterable[Posting]]] = {
    SalesReceipt: _receipt,
    Invoice: _invoice,
    CreditMemo: _credit_memo,
    ReceivePayment: _payment,
    CreditCardRefund: _refund,
    JournalEntry: _journal,
    Bill: _received,
    ItemReceipt: _received,
    VendorCredit: _vendor_credit,
    Deposit: _deposit,
}
"""Documents that post. A new kind of document is shown with its lines until it has a row here."""
