"""What moves between accounts without a sale: a journal entry of a few sides, each on a tie-out line of its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from connector.accounting.buckets import is_money_side
from connector.accounting.documents import JournalEntry, JournalLine, ListRef
from connector.ledger.facts import ZERO


@dataclass(frozen=True, slots=True)
class Side:
    """``amount`` is the tie-out line's: positive where value comes, on a line of what is owed or earned where more is.

    ``account`` is the full name of a QuickBooks account.
    """

    bucket: str
    amount: Decimal
    account: str
    description: str = ""


def movement(
    day: date, ref_number: str, memo: str, sides: Iterable[Side], location: ListRef | None = None
) -> JournalEntry:
    """Debits first; sides of 0.00 are left out."""
    lines = [
        JournalLine(side.account, debit, side.bucket, side.description, location)
        for side in sides
        if (debit := side.amount if is_money_side(side.bucket) else -side.amount)
    ]
    debits = [line for line in lines if line.amount > ZERO]
    return JournalEntry(day, ref_number, memo, (*debits, *(line for line in lines if line.amount < ZERO)))
