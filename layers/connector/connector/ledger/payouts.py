"""Shopify Payments: what was paid out to the bank, of which sales and fees it is made, and what is disputed.

A payout is one line on the bank statement. Its balance transactions say what it consists of: their net must add up to
the payout's (``invariants.payout_disagreements``); the payout's own transfer is not among them (``hideTransfers``).
Amounts are signed as they change the balance that Shopify holds for the shop: a charge is positive, its ``fee``
positive and taken off it, a refund negative.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from connector.ledger.business_day import business_day
from connector.ledger.facts import ZERO
from connector.ledger.nodes import Node, legacy_id, moment_of, money, reading, required, text, whole


class PayoutState(StrEnum):
    """Shopify's ``ShopifyPaymentsPayoutStatus``; only PAID is in the bank, FAILED and CANCELED never will be."""

    SCHEDULED = "SCHEDULED"
    IN_TRANSIT = "IN_TRANSIT"
    PAID = "PAID"
    FAILED = "FAILED"
    CANCELED = "CANCELED"
    UNKNOWN = "UNKNOWN"


class BalanceKind(StrEnum):
    """What a balance transaction means to the books; Shopify's own type, of which there are over a hundred, stays
    beside it. ``RESERVE`` and ``TRANSFER`` move money between the shop's own pots."""

    CHARGE = "CHARGE"
    REFUND = "REFUND"
    FEE = "FEE"
    DISPUTE = "DISPUTE"
    RESERVE = "RESERVE"
    TRANSFER = "TRANSFER"
    ADJUSTMENT = "ADJUSTMENT"


# By the beginning of Shopify's type, the longest that fits; everything else is an adjustment.
_KINDS = {
    "CHARGE": BalanceKind.CHARGE,
    "CHARGE_ADJUSTMENT": BalanceKind.ADJUSTMENT,
    "REFUND": BalanceKind.REFUND,
    "REFUND_ADJUSTMENT": BalanceKind.ADJUSTMENT,
    "CHARGEBACK": BalanceKind.DISPUTE,
    "CHARGEBACK_FEE": BalanceKind.FEE,
    "DISPUTE": BalanceKind.DISPUTE,
    "RESERVED_FUNDS": BalanceKind.RESERVE,
    "TRANSFER": BalanceKind.TRANSFER,
    "APPLICATION_FEE": BalanceKind.FEE,
    "ACH_BANK_FAILURE": BalanceKind.FEE,
    "MARKETPLACE_FEE": BalanceKind.FEE,
    "REFERRAL_FEE": BalanceKind.FEE,
    "STRIPE_FEE": BalanceKind.FEE,
}


@dataclass(frozen=True, slots=True)
class BalanceFact:
    """One balance transaction; ``net`` is what it adds to the payout. ``transaction`` joins it to an order's money."""

    id: str
    day: date
    happened_at: datetime
    kind: BalanceKind
    type: str
    amount: Decimal
    fee: Decimal
    net: Decimal
    order: str = ""
    order_name: str = ""
    transaction: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Payout:
    """One payout. ``net`` is negative when Shopify took money from the bank. ``day`` is when it was issued,
    ``returned_on`` the day on which one that had been on its way was first seen to have failed: Shopify dates it
    nowhere."""

    id: str
    legacy_id: str
    day: date
    issued_at: datetime
    state: PayoutState
    net: Decimal
    lines: tuple[BalanceFact, ...]
    trace_id: str = ""
    test: bool = False
    returned_on: date | None = None

    @property
    def claimable(self) -> dict[str, date]:
        """The payout once it is on its way. If the bank then never gets it, that is a fact of its own; one that is only
        known as failed moved nothing."""
        if self.test or self.state in _UNSETTLED or (self.returned and self.returned_on is None):
            return {}
        return {self.id: self.day} | ({self.return_id: self.returned_on} if self.returned_on else {})

    @property
    def return_id(self) -> str:
        return f"{self.id}#returned"

    @property
    def paid(self) -> bool:
        return self.state is PayoutState.PAID

    @property
    def returned(self) -> bool:
        """Whether the bank never got it: its money is still at Shopify and comes with a later payout."""
        return self.state in (PayoutState.FAILED, PayoutState.CANCELED)

    def total(self, kind: BalanceKind) -> Decimal:
        """The gross amount of one kind, before fees."""
        return sum((line.amount for line in self.lines if line.kind is kind), ZERO)

    @property
    def fees(self) -> Decimal:
        """Positive when Shopify took more than it gave back."""
        return sum((line.fee for line in self.lines), ZERO)

    @property
    def agrees(self) -> bool:
        """Whether its transactions come to its net, each being its amount less its fee."""
        nets = sum((line.net for line in self.lines), ZERO)
        return nets == self.net and all(line.amount - line.fee == line.net for line in self.lines)

    def updated(self, newer: Payout) -> Payout:
        """Until it is submitted to the bank everything may still change, afterwards only its state; and its
        transactions where they did not come to its net. One that has failed is never paid: Shopify makes a new one.
        """
        if self.state in _UNSETTLED:
            return newer
        if self.returned:
            return self
        known = self if self.agrees else newer
        back = (newer.returned_on or self.day) if newer.returned else None
        return replace(known, state=self.state if newer.state in _UNSETTLED else newer.state, returned_on=back)


_UNSETTLED = frozenset({PayoutState.SCHEDULED, PayoutState.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Dispute:
    """A customer's bank claims a payment back. Its money moves with the balance; this only explains it."""

    id: str
    day: date
    status: str
    type: str
    amount: Decimal
    order: str
    order_name: str
    reason: str
    closed_on: date | None = None

    @property
    def claimable(self) -> dict[str, date]:
        return {}

    def updated(self, newer: Dispute) -> Dispute:
        return newer


def read_payout(node: Node, zone: ZoneInfo, currency: str) -> Payout:
    """A payout with ``balanceTransactions`` as a complete list.

    Transactions of other payouts in it are left out. Raises ``UnreadableFact``, also for another currency than the
    shop's books are in.
    """
    with reading("payout", node, "issuedAt", "net"):
        issued_at = moment_of(node, "issuedAt")
        id_ = required(node, "id")
        net = money(node, "net", currency)
        if node.get("transactionType") == "WITHDRAWAL":
            net = -abs(net)
        transactions = [t for t in whole(node, "balanceTransactions") if _of_payout(t, id_)]
        lines = sorted(
            (_balance(t, zone, currency) for t in transactions), key=lambda line: (line.happened_at, line.id)
        )
        return Payout(
            id=id_,
            legacy_id=str(node.get("legacyResourceId") or legacy_id(id_)),
            day=business_day(issued_at, zone),
            issued_at=issued_at,
            state=_state(text(node, "status")),
            net=net,
            lines=tuple(lines),
            trace_id=text(node, "externalTraceId"),
            test=any(t.get("test") for t in transactions),
        )


def _of_payout(node: Node, payout: str) -> bool:
    """A search on a field that Shopify does not know is no search: then all payouts' transactions come."""
    return (node.get("associatedPayout") or {}).get("id") == payout and node.get("type") != "TRANSFER"


def _state(value: str) -> PayoutState:
    return PayoutState(value) if value in PayoutState.__members__ else PayoutState.UNKNOWN


def _balance(node: Node, zone: ZoneInfo, currency: str) -> BalanceFact:
    happened_at = moment_of(node, "transactionDate")
    order = node.get("associatedOrder") or {}
    source = node.get("sourceOrderTransactionId")
    return BalanceFact(
        id=required(node, "id"),
        day=business_day(happened_at, zone),
        happened_at=happened_at,
        kind=balance_kind(required(node, "type")),
        type=node["type"],
        amount=money(node, "amount", currency),
        fee=money(node, "fee", currency),
        net=money(node, "net", currency),
        order=order.get("id") or "",
        order_name=order.get("name") or "",
        transaction=f"gid://shopify/OrderTransaction/{source}" if source else "",
        reason=text(node, "adjustmentReason"),
    )


def balance_kind(type_: str) -> BalanceKind:
    """What a type means; one that Shopify adds later is an adjustment, and stands under its own name."""
    fitting = [known for known in _KINDS if type_ == known or type_.startswith(f"{known}_")]
    return _KINDS[max(fitting, key=len)] if fitting else BalanceKind.ADJUSTMENT


def read_dispute(node: Node, zone: ZoneInfo, currency: str) -> Dispute:
    """Raises ``UnreadableFact``."""
    with reading("dispute", node, "id", "amount"):
        order = node.get("order") or {}
        final = node.get("finalizedOn")
        return Dispute(
            id=required(node, "id"),
            day=business_day(moment_of(node, "initiatedAt"), zone),
            status=text(node, "status"),
            type=text(node, "type"),
            amount=money(node, "amount", currency),
            order=order.get("id") or "",
            order_name=order.get("name") or "",
            reason=text(node.get("reasonDetails") or {}, "reason"),
            closed_on=_final_day(final, zone),
        )


def _final_day(value: str | None, zone: ZoneInfo) -> date | None:
    """``finalizedOn`` is a date in some records and a moment in others."""
    if not value:
        return None
    found = datetime.fromisoformat(value)
    return business_day(found, zone) if found.tzinfo else found.date()


def by_type(lines: Iterable[BalanceFact]) -> dict[str, Decimal]:
    """The gross amounts by Shopify's own type: one line each on the deposit for what is neither sale nor refund."""
    totals: dict[str, Decimal] = {}
    for line in lines:
        totals[line.type] = totals.get(line.type, ZERO) + line.amount
    return {name: amount for name, amount in totals.items() if amount}
