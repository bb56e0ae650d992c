"""Shopify Payments: what was charged and refunded by card, the fees on it, disputes, and the payouts to the bank.

Every business day's balance transactions are paid out two days later. The net of a payout is the sum of the nets of its
balance transactions (without the transfer itself); when it is negative, the money is withdrawn from the bank.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property

from infra.local.shop.builder import CARD
from infra.local.shop.fees import fee_of
from infra.local.shop.model import ZERO, Order, Transaction, legacy_id, total
from infra.local.shop.world import World

DISPUTE_FEE = Decimal("15.00")
PAYOUT_DAYS = 2

SUMMARY = {
    "CHARGE": "charges",
    "REFUND": "refundsFee",
    "RESERVED_FUNDS": "reservedFunds",
    "RESERVED_FUNDS_REVERSAL": "reservedFunds",
}
"""Which part of a payout's summary a type counts in; all others are adjustments."""

LINES = {
    "CHARGE": "payout_clearing",
    "REFUND": "payout_clearing",
    "DISPUTE_WITHDRAWAL": "chargebacks",
    "DISPUTE_REVERSAL": "chargebacks",
    "RESERVED_FUNDS": "reserve",
    "RESERVED_FUNDS_REVERSAL": "reserve",
    "ADJUSTMENT": "payout_adjustments",
}
"""Where the books must show a type's amounts: they leave that account for the bank."""


@dataclass(frozen=True, slots=True)
class BalanceTransaction:
    """``amount`` is positive when it is for the merchant; ``fee`` is what is kept of it."""

    id: str
    type: str
    source_type: str
    source_id: int
    at: datetime
    amount: Decimal
    fee: Decimal
    payout: str
    order: Order | None = None
    transaction: Transaction | None = None
    reason: str | None = None

    @property
    def net(self) -> Decimal:
        return self.amount - self.fee


@dataclass(frozen=True, slots=True)
class Payout:
    id: str
    day: date
    scheduled_at: datetime
    issued_at: datetime
    net: Decimal
    parts: tuple[BalanceTransaction, ...]

    def status(self, at: datetime) -> str:
        if at < self.issued_at:
            return "SCHEDULED"
        return "IN_TRANSIT" if at < self.issued_at + timedelta(days=1) else "PAID"

    @property
    def transfer(self) -> BalanceTransaction:
        """The payout as it leaves the balance."""
        number = legacy_id(self.id)
        gid = f"gid://shopify/ShopifyPaymentsBalanceTransaction/{number + 1}"
        return BalanceTransaction(gid, "TRANSFER", "TRANSFER", number, self.issued_at, -self.net, ZERO, self.id)


@dataclass(frozen=True, slots=True)
class Dispute:
    id: str
    order: Order
    amount: Decimal
    initiated_at: datetime
    finalized_at: datetime | None
    won: bool


class Payments:
    def __init__(self, world: World) -> None:
        self.world = world

    @cached_property
    def payouts(self) -> list[Payout]:
        """All that the world will see, oldest first."""
        days: dict[date, list[BalanceTransaction]] = {}
        for entry in self._entries:
            days.setdefault(entry.at.astimezone(self.world.zone).date(), []).append(entry)
        return [self._payout(number, day, days[day]) for number, day in enumerate(sorted(days))]

    @cached_property
    def disputes(self) -> list[Dispute]:
        """One that is lost and one that is won, if there are enough days for it."""
        chosen = [order for order, t in self._cards() if t.sign > 0 and t.amount > 20][3:60:24][:2]
        found = []
        for number, order in enumerate(chosen):
            begun = order.created_at + timedelta(days=1, hours=2)
            gid = f"gid://shopify/ShopifyPaymentsDispute/{legacy_id(order.id) + 5}"
            amount = next(t.amount for t in order.transactions if t.sign > 0 and t.gateway == CARD)
            found.append(Dispute(gid, order, amount, begun, begun + timedelta(days=2), won=number == 1))
        return found

    def meant(self, until: datetime) -> Iterator[tuple[datetime, str, Decimal]]:
        """(moment, line of the tie-out, amount) of the payouts that were on their way before ``until``."""
        for payout in self.payouts:
            if payout.issued_at < until:
                yield payout.issued_at, "bank", payout.net
                for part in payout.parts:
                    yield payout.issued_at, LINES[part.type], -part.amount
                    yield payout.issued_at, "payment_fees", part.fee

    def entries(self, at: datetime) -> list[BalanceTransaction]:
        """The balance transactions of until then, transfers among them, oldest first."""
        transfers = [payout.transfer for payout in self.payouts if payout.issued_at <= at]
        known = [part for payout in self.payouts for part in payout.parts if part.at <= at]
        return sorted((*known, *transfers), key=lambda entry: (entry.at, entry.id))

    @cached_property
    def by_id(self) -> dict[str, Payout]:
        return {payout.id: payout for payout in self.payouts}

    @cached_property
    def _entries(self) -> list[BalanceTransaction]:
        ordinary = [self._of_transaction(order, t) for order, t in self._cards()]
        return [*ordinary, *self._of_disputes(), *self._others(ordinary)]

    def _cards(self) -> Iterator[tuple[Order, Transaction]]:
        for order in self.world:
            if not order.test:
                yield from ((order, t) for t in order.transactions if t.gateway == CARD and t.sign)

    def _of_transaction(self, order: Order, t: Transaction) -> BalanceTransaction:
        kind = "CHARGE" if t.sign > 0 else "REFUND"
        number = legacy_id(t.id)
        gid = f"gid://shopify/ShopifyPaymentsBalanceTransaction/{number}"
        return BalanceTransaction(
            gid, kind, kind, number, t.processed_at, t.sign * t.amount, fee_of(t), "", order=order, transaction=t
        )

    def _of_disputes(self) -> Iterator[BalanceTransaction]:
        for dispute in self.disputes:
            number = legacy_id(dispute.id)
            taken = self._own(number + 1, "DISPUTE_WITHDRAWAL", "DISPUTE", dispute.initiated_at, -dispute.amount)
            yield replace(taken, fee=DISPUTE_FEE, order=dispute.order, source_id=number)
            if dispute.won and dispute.finalized_at:
                back = self._own(number + 2, "DISPUTE_REVERSAL", "DISPUTE", dispute.finalized_at, dispute.amount)
                yield replace(back, fee=-DISPUTE_FEE, order=dispute.order, source_id=number)

    def _others(self, ordinary: list[BalanceTransaction]) -> Iterator[BalanceTransaction]:
        """A reserve that is held and given back, a label, and a debit that makes one payout negative."""
        days = self.world.days
        if len(days) < 7:
            return
        yield self._own(71_001, "RESERVED_FUNDS", "ADJUSTMENT", self._noon(days[1]), Decimal("-100.00"))
        yield self._own(71_002, "RESERVED_FUNDS_REVERSAL", "ADJUSTMENT", self._noon(days[5]), Decimal("100.00"))
        label = self._own(71_003, "ADJUSTMENT", "ADJUSTMENT", self._noon(days[2]), Decimal("-4.20"))
        yield replace(label, reason="shipping_label")
        zone = self.world.zone
        net = total(e.net for e in ordinary if e.at.astimezone(zone).date() == days[6])
        debit = self._own(71_004, "ADJUSTMENT", "ADJUSTMENT", self._noon(days[6]), -net - Decimal("500.00"))
        yield replace(debit, reason="manual")

    def _own(self, number: int, kind: str, source: str, at: datetime, amount: Decimal) -> BalanceTransaction:
        gid = f"gid://shopify/ShopifyPaymentsBalanceTransaction/{number}"
        return BalanceTransaction(gid, kind, source, number, at, amount, ZERO, "")

    def _noon(self, day: date) -> datetime:
        return datetime.combine(day, time(12), self.world.zone).astimezone(UTC)

    def _payout(self, number: int, day: date, parts: list[BalanceTransaction]) -> Payout:
        gid = f"gid://shopify/ShopifyPaymentsPayout/{92_000_000_000 + number * 32_768}"
        scheduled = datetime.combine(day + timedelta(days=1), time(), self.world.zone).astimezone(UTC)
        issued = datetime.combine(day + timedelta(days=PAYOUT_DAYS), time(), UTC)
        owned = tuple(replace(part, payout=gid) for part in sorted(parts, key=lambda part: (part.at, part.id)))
        return Payout(gid, day, scheduled, max(issued, scheduled), total(part.net for part in owned), owned)
