"""Gift cards and store credit: what the shop owes its customers, as far as no order says it.

A card that is sold is a sale (``GIFT_CARD``), one that pays for an order is a transaction (gateway ``gift_card``); both
are the order's facts. Left for here is what changes the liability outside of orders: cards issued by hand, credits and
debits of a card, cash paid out, a card that is deactivated, store credit given or taken by hand, or expired.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from connector.ledger.business_day import business_day
from connector.ledger.facts import ZERO, MoneyFact
from connector.ledger.nodes import Node, Unclear, moment_of, money, reading, required, text, whole


class StoredValueKind(StrEnum):
    ISSUED = "ISSUED"
    CREDITED = "CREDITED"
    DEBITED = "DEBITED"
    CASHED_OUT = "CASHED_OUT"
    DEACTIVATED = "DEACTIVATED"
    EXPIRED = "EXPIRED"


GIFT_CARD, STORE_CREDIT = "gift_card", "store_credit"
SAME_MOVEMENT = timedelta(minutes=15)
"""How far apart a card's transaction and the order's transaction of the same payment may be recorded."""

_CARD_TRANSACTIONS = {
    "GiftCardCreditTransaction": (StoredValueKind.CREDITED, 1),
    "GiftCardDebitTransaction": (StoredValueKind.DEBITED, -1),
    "GiftCardCashOutTransaction": (StoredValueKind.CASHED_OUT, -1),
}
_CREDIT_TRANSACTIONS = {
    "StoreCreditAccountCreditTransaction": (StoredValueKind.CREDITED, 1),
    "StoreCreditAccountDebitTransaction": (StoredValueKind.DEBITED, -1),
    "StoreCreditAccountDebitRevertTransaction": (StoredValueKind.CREDITED, 1),
    "StoreCreditAccountExpirationTransaction": (StoredValueKind.EXPIRED, -1),
}
_BY_HAND = "ADJUSTMENT"


@dataclass(frozen=True, slots=True)
class StoredValueFact:
    """One change of what is owed; ``amount`` is positive when the shop owes more. ``holder`` is the card or account.

    ``of`` is GIFT_CARD or STORE_CREDIT; ``label`` what a person knows the card by (``…8KQ2``).
    """

    id: str
    day: date
    happened_at: datetime
    of: str
    kind: StoredValueKind
    amount: Decimal
    holder: str
    label: str = ""
    note: str = ""

    @property
    def claimable(self) -> dict[str, date]:
        return {self.id: self.day}

    def updated(self, newer: StoredValueFact) -> StoredValueFact:
        return self


def read_gift_card(node: Node, zone: ZoneInfo, currency: str) -> tuple[StoredValueFact, ...]:
    """What happened to a card that may be outside of orders, oldest first; ``outside_orders`` says what really is.

    ``transactions`` is a complete list, or null without the permission for it: then only issuing and deactivating are
    seen. Raises ``UnreadableFact``.
    """
    with reading("gift card", node, "lastCharacters", "initialValue"):
        card = required(node, "id")
        label = f"…{text(node, 'lastCharacters')}"

        def fact(id_: str, moment: datetime, kind: StoredValueKind, amount: Decimal, note: str = "") -> StoredValueFact:
            day = business_day(moment, zone)
            return StoredValueFact(id_, day, moment, GIFT_CARD, kind, amount, card, label, note)

        facts = []
        if not node.get("order"):
            issued = money(node, "initialValue", currency)
            created = moment_of(node, "createdAt")
            facts.append(fact(f"{card}#issued", created, StoredValueKind.ISSUED, issued, text(node, "note")))
        for transaction in whole(node, "transactions") if node.get("transactions") is not None else ():
            kind, sign = _kind(_CARD_TRANSACTIONS, transaction)
            amount = sign * abs(money(transaction, "amount", currency))
            moment = moment_of(transaction, "processedAt")
            facts.append(fact(required(transaction, "id"), moment, kind, amount, text(transaction, "note")))
        if node.get("deactivatedAt"):
            left = money(node, "balance", currency)
            moment = moment_of(node, "deactivatedAt")
            facts.append(fact(f"{card}#deactivated", moment, StoredValueKind.DEACTIVATED, -left))
        return tuple(sorted((f for f in facts if f.amount), key=lambda f: (f.happened_at, f.id)))


def read_store_credit(node: Node, zone: ZoneInfo, currency: str) -> tuple[StoredValueFact, ...]:
    """What happened to a store credit account outside of orders: by hand, or by expiring.

    The rest is in the orders' transactions (gateway ``shopify_store_credit``). Raises ``UnreadableFact``.
    """
    with reading("store credit account", node, "id", "balance"):
        account = required(node, "id")
        facts = []
        for transaction in whole(node, "transactions"):
            kind, sign = _kind(_CREDIT_TRANSACTIONS, transaction)
            if transaction.get("event") != _BY_HAND and kind is not StoredValueKind.EXPIRED:
                continue
            moment = moment_of(transaction, "createdAt")
            # An expiration has no id of its own.
            id_ = transaction.get("id") or f"{account}#{kind.lower()}#{moment.isoformat()}"
            amount = sign * abs(money(transaction, "amount", currency))
            day = business_day(moment, zone)
            facts.append(StoredValueFact(id_, day, moment, STORE_CREDIT, kind, amount, account, text(node, "owner")))
        return tuple(sorted((f for f in facts if f.amount), key=lambda f: (f.happened_at, f.id)))


def outside_orders(facts: Iterable[StoredValueFact], money_facts: Iterable[MoneyFact]) -> tuple[StoredValueFact, ...]:
    """``facts`` without those that are the other side of an order's payment or refund: see ``explained``."""
    facts = tuple(facts)
    known = explained(facts, money_facts)
    return tuple(fact for fact in facts if fact.id not in known)


def explained(facts: Iterable[StoredValueFact], money_facts: Iterable[MoneyFact]) -> dict[str, MoneyFact]:
    """The changes of cards (ids) that are the other side of an order's payment or refund, with that.

    A card's transaction does not name its order. It is taken for one's when the same amount moved by gift card within
    ``SAME_MOVEMENT``, each payment explaining one transaction, the nearest first.
    """
    payments = {m.id: m for m in money_facts if m.gateway == GIFT_CARD}
    pairs = sorted(
        (abs(fact.happened_at - payment.happened_at), fact.happened_at, fact.id, payment.id)
        for fact in facts
        for payment in payments.values()
        if _may_be(fact, payment)
    )
    found: dict[str, MoneyFact] = {}
    for _, _, fact_id, payment_id in pairs:
        if fact_id not in found and payment_id in payments:
            found[fact_id] = payments.pop(payment_id)
    return found


def _may_be(fact: StoredValueFact, payment: MoneyFact) -> bool:
    """What the shop receives by gift card the card loses."""
    moved = fact.kind in (StoredValueKind.CREDITED, StoredValueKind.DEBITED) and fact.of == GIFT_CARD
    near = abs(fact.happened_at - payment.happened_at) <= SAME_MOVEMENT
    return moved and near and fact.amount == -payment.amount


def liability(facts: Iterable[StoredValueFact]) -> Decimal:
    """By how much they change what the shop owes."""
    return sum((fact.amount for fact in facts), ZERO)


def _kind(kinds: dict[str, tuple[StoredValueKind, int]], node: Node) -> tuple[StoredValueKind, int]:
    name = text(node, "__typename")
    if name not in kinds:
        raise Unclear(f"it has a transaction of an unknown kind, {name or 'without a name'}")
    return kinds[name]
