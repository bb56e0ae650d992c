"""A summary day as a Journal Entry: the accounts of its lines, debited or credited, with no item and no stock moved."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from connector.accounting.buckets import ACCOUNTS_RECEIVABLE, is_money_side
from connector.accounting.documents import JournalEntry, JournalLine, ListRef
from connector.accounting.items import WALK_IN, account
from connector.accounting.lines import Posting, owed
from connector.accounting.policy import Policy
from connector.ledger.facts import ZERO


def journal_entry(
    day: date, ref_number: str, memo: str, postings: Iterable[Posting], place: ListRef | None, policy: Policy
) -> JournalEntry:
    """Debits first. What the postings leave to be paid stands on Accounts Receivable, in the name of one customer:
    QuickBooks takes such a line only with a name. Lines of 0.00 are left out, so there may be none at all.

    Raises ``Unmapped`` where there is something to be paid and no account is chosen for it.
    """
    postings = tuple(postings)
    lines = [
        JournalLine(line.item.item.account, debit, line.bucket, line.item.name, place)
        for line in postings
        if line.item.item is not None and (debit := _debit(line.bucket, line.amount))
    ]
    balance = owed(postings)
    if balance:
        receivable = account(ACCOUNTS_RECEIVABLE, balance, policy)
        lines.append(JournalLine(receivable, balance, ACCOUNTS_RECEIVABLE, "on account", place, WALK_IN))
    debits = [line for line in lines if line.amount > ZERO]
    return JournalEntry(day, ref_number, memo, (*debits, *(line for line in lines if line.amount < ZERO)))


def _debit(bucket: str, amount: Decimal) -> Decimal:
    return amount if is_money_side(bucket) else -amount
