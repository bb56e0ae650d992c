"""Cash drawers of Shopify POS: what was counted over or short, and what was put into or taken out of them.

A movement without a sale has another side that Shopify does not name, only a reason. What goes to the bank or the safe,
or comes from there as a float, is the bank's; tips paid out are owed no more; all other reasons are petty cash, an
account that the merchant chooses before anything of it is posted.
"""

from __future__ import annotations

import re
from decimal import Decimal

from connector.accounting.buckets import CASH_DRAWER, CASH_MOVED, CASH_OVER_SHORT
from connector.accounting.documents import JournalEntry, ListRef
from connector.accounting.items import account, location_class, mapped_account, tender_account
from connector.accounting.movements import Side, movement
from connector.accounting.policy import Policy
from connector.ledger.cash import CashMovement, CashSession

CASH = "cash"
_ACCOUNTS_OF_REASONS = {"CASH_PICKUP": "bank", "FLOAT_SETUP": "bank", "TIP_PAYOUT": "tips"}
"""Shopify's own codes (Admin API, CashManagementDefaultReasonCodeEnum and CashManagementSystemReasonCodeEnum)."""

_OWN_WORDS_FOR_BANK = re.compile(r"\b(bank|deposit|safe|vault|float|pickup)\b", re.IGNORECASE)
"""In a reason that a shop has named itself."""


def effect_of_over_short(session: CashSession) -> dict[str, Decimal]:
    return {CASH_DRAWER: session.over_short, CASH_OVER_SHORT: session.over_short}


def effect_of_movement(moved: CashMovement) -> dict[str, Decimal]:
    return {CASH_DRAWER: moved.amount, CASH_MOVED: -moved.amount}


def over_short_entry(session: CashSession, policy: Policy, ref_number: str) -> JournalEntry:
    """Raises ``Unmapped`` if no account is chosen for it."""
    off = session.over_short
    sides = [
        Side(CASH_DRAWER, off, tender_account(CASH, off, policy)),
        Side(CASH_OVER_SHORT, off, account(CASH_OVER_SHORT, off, policy)),
    ]
    words = "over" if off > 0 else "short"
    memo = f"Shopify POS {title_of(session)}: {abs(off):.2f} {words}"
    return movement(session.day, ref_number, memo, sides, _location(session, policy))


def movement_entry(session: CashSession, moved: CashMovement, policy: Policy, ref_number: str) -> JournalEntry:
    """Raises ``Unmapped`` if no account is chosen for it."""
    sides = [
        Side(CASH_DRAWER, moved.amount, tender_account(CASH, moved.amount, policy)),
        Side(CASH_MOVED, -moved.amount, mapped_account(account_of_reason(moved.reason), moved.amount, policy)),
    ]
    why = " ".join(filter(None, (_said(moved.reason), f"({moved.note})" if moved.note else "")))
    memo = f"Shopify POS {title_of(session)}: paid {'in' if moved.amount > 0 else 'out'}{f', {why}' if why else ''}"
    return movement(moved.day, ref_number, memo, sides, _location(session, policy))


def account_of_reason(reason: str) -> str:
    """The key of the account on the other side of a movement."""
    if _OWN_WORDS_FOR_BANK.search(reason):
        return "bank"
    return _ACCOUNTS_OF_REASONS.get(reason, "petty_cash")


def title_of(session: CashSession) -> str:
    return f"register {session.register or session.location or session.id.rpartition('/')[2]}"


def _said(reason: str) -> str:
    """``PETTY_CASH`` as people write it; a shop's own reason as it is."""
    return reason.replace("_", " ").lower() if reason.isupper() else reason


def _location(session: CashSession, policy: Policy) -> ListRef | None:
    return location_class(session.location_id, session.location, "", policy)
