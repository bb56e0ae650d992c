"""Gift cards and store credit that change outside of orders: a journal entry each, on its day.

What the shop owes stands against what was given up for it: *discounts*, since giving a card away for nothing is a
discount on what will be bought with it. What is taken back, expires or is deactivated gives the same account back its
own. Only cash that is paid out for a card leaves the drawer.
"""

from __future__ import annotations

from decimal import Decimal

from connector.accounting.buckets import CASH_PAID_OUT, GIFT_CARDS_OUTSIDE, GOODWILL, STORE_CREDIT_OUTSIDE
from connector.accounting.documents import JournalEntry
from connector.accounting.items import account, tender_account
from connector.accounting.movements import Side, movement
from connector.accounting.policy import Policy
from connector.ledger.stored_value import GIFT_CARD, StoredValueFact, StoredValueKind

CASH = "cash"
_WORDS = {
    StoredValueKind.ISSUED: "issued by hand",
    StoredValueKind.CREDITED: "credited by hand",
    StoredValueKind.DEBITED: "debited by hand",
    StoredValueKind.CASHED_OUT: "paid out in cash",
    StoredValueKind.DEACTIVATED: "deactivated",
    StoredValueKind.EXPIRED: "expired",
}


def effect_of_stored_value(fact: StoredValueFact) -> dict[str, Decimal]:
    """What is owed rises by the amount; goodwill is what the shop gave up for it, negative like a discount."""
    owed = GIFT_CARDS_OUTSIDE if fact.of == GIFT_CARD else STORE_CREDIT_OUTSIDE
    if fact.kind is StoredValueKind.CASHED_OUT:
        return {owed: fact.amount, CASH_PAID_OUT: fact.amount}
    return {owed: fact.amount, GOODWILL: -fact.amount}


def stored_value_entry(fact: StoredValueFact, policy: Policy, ref_number: str) -> JournalEntry:
    """Raises ``Unmapped`` if no account is chosen for it."""
    sides = [
        Side(
            bucket,
            amount,
            tender_account(CASH, amount, policy) if bucket == CASH_PAID_OUT else account(bucket, amount, policy),
        )
        for bucket, amount in effect_of_stored_value(fact).items()
    ]
    return movement(fact.day, ref_number, f"Shopify {_lowered(title_of(fact))} {_WORDS[fact.kind]}", sides)


def title_of(fact: StoredValueFact) -> str:
    """Never whose it is: a name would outlive the customer's wish to be forgotten."""
    return f"Gift card {fact.label}" if fact.of == GIFT_CARD else "Store credit"


def _lowered(title: str) -> str:
    return title[:1].lower() + title[1:]
