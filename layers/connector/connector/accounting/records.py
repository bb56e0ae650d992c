"""A transaction as QuickBooks itself shows it, in plain words: what the tie-out's ``quickbooks`` column is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class PostedLine:
    """A line as printed on the form; ``account`` only where QuickBooks names one (deposits, journal entries)."""

    item_list_id: str
    item_name: str
    amount: Decimal
    account: str = ""
    quantity: Decimal | None = None
    line_id: str = ""


@dataclass(frozen=True, slots=True)
class PostedApplied:
    """A transaction this one settles, and by how much."""

    txn_id: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PostedRecord:
    """``kind`` is our document kind (``SalesReceipt``, …), ``account`` the full name of the account its total goes
    to or comes from (deposit-to, refund-from, A/R); ``total`` is QuickBooks' own. ``closed`` is an order's."""

    kind: str
    txn_id: str
    edit_sequence: str
    ref_number: str
    guid: str
    day: date
    total: Decimal
    lines: tuple[PostedLine, ...] = ()
    account: str = ""
    applied: tuple[PostedApplied, ...] = ()
    memo: str = ""
    closed: bool = False
