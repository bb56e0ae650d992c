"""An order's business day: which money belongs to which sales.

Sales are taken agreement by agreement in the order they were made, money in the order it came. Where they meet to the
cent the sales are paid; what is left over is owed. Money given back is matched to its refund by Shopify's own link.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from connector.accounting.buckets import LIABILITY_GATEWAYS
from connector.ledger.facts import ZERO, MoneyFact, MoneyKind, SaleFact


@dataclass(frozen=True, slots=True)
class Agreement:
    """The sales of one agreement on one day."""

    sales: tuple[SaleFact, ...]

    @property
    def total(self) -> Decimal:
        return sum((sale.total for sale in self.sales), ZERO)

    @property
    def refund(self) -> str | None:
        return self.sales[0].refund


@dataclass(frozen=True, slots=True)
class Money:
    """Money of one gateway: a payment with its change, or what a refund gave back through it."""

    facts: tuple[MoneyFact, ...]

    @property
    def gateway(self) -> str:
        return self.facts[0].gateway

    @property
    def refund(self) -> str | None:
        return self.facts[0].refund

    @property
    def amount(self) -> Decimal:
        """What it settles of the customer's account; positive when received."""
        return sum((fact.amount for fact in self.facts), ZERO)

    @property
    def rounding(self) -> Decimal:
        return sum((fact.rounding for fact in self.facts), ZERO)

    @property
    def moved(self) -> Decimal:
        return self.amount + self.rounding


@dataclass(frozen=True, slots=True)
class Paid:
    """Agreements that the money with them pays to the cent."""

    agreements: tuple[Agreement, ...]
    money: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class Refunded:
    """An agreement that gives back, and the money given back for it the same day."""

    agreement: Agreement
    money: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class OrderDay:
    """``owed`` are the agreements without (all of) their money; ``received`` and ``given`` the money without sales."""

    paid: tuple[Paid, ...] = ()
    refunded: tuple[Refunded, ...] = ()
    owed: tuple[Agreement, ...] = ()
    received: tuple[Money, ...] = ()
    given: tuple[Money, ...] = ()


@dataclass(slots=True)
class _Open:
    agreements: list[Agreement] = field(default_factory=list)
    money: list[Money] = field(default_factory=list)

    def settled(self) -> bool:
        return self.balance == ZERO

    @property
    def balance(self) -> Decimal:
        """What is still to be paid of the agreements taken in so far."""
        return sum((a.total for a in self.agreements), ZERO) - sum((m.amount for m in self.money), ZERO)


def match_day(sales: Iterable[SaleFact], money: Iterable[MoneyFact]) -> OrderDay:
    """Match the facts of one order and one day; every fact comes out in exactly one place."""
    agreements = _agreements(sales)
    received, given = _received(money)
    refunds = {m.refund for m in given if m.refund}
    direct = [a for a in agreements if a.total < 0 and a.refund in refunds]
    refunded = tuple(Refunded(a, tuple(m for m in given if m.refund == a.refund)) for a in _one_per_refund(direct))
    taken = {id(r.agreement) for r in refunded}
    linked = {r.agreement.refund for r in refunded}
    paid, rest = _meet([a for a in agreements if id(a) not in taken], received)
    return OrderDay(
        paid, refunded, tuple(rest.agreements), tuple(rest.money), tuple(m for m in given if m.refund not in linked)
    )


def _agreements(sales: Iterable[SaleFact]) -> list[Agreement]:
    by_agreement: dict[str, list[SaleFact]] = {}
    for sale in sales:
        by_agreement.setdefault(sale.agreement, []).append(sale)
    return [Agreement(tuple(group)) for group in by_agreement.values()]


def _one_per_refund(agreements: Iterable[Agreement]) -> list[Agreement]:
    """Shopify makes one agreement a refund; should there be two, the first takes the money."""
    first: dict[str | None, Agreement] = {}
    for agreement in agreements:
        first.setdefault(agreement.refund, agreement)
    return list(first.values())


def _received(money: Iterable[MoneyFact]) -> tuple[list[Money], list[Money]]:
    """(received, given): change goes with the cash it is change of; refunds are one per refund and gateway."""
    received: list[list[MoneyFact]] = []
    given: dict[tuple[str | None, str], list[MoneyFact]] = {}
    for fact in money:
        if fact.kind is MoneyKind.CHANGE and (cash := _last_of(received, fact.gateway)) is not None:
            cash.append(fact)
        elif fact.moved > 0:
            received.append([fact])
        else:
            given.setdefault((fact.refund, fact.gateway), []).append(fact)
    return [Money(tuple(facts)) for facts in received], [Money(tuple(facts)) for facts in given.values()]


def _last_of(received: Sequence[list[MoneyFact]], gateway: str) -> list[MoneyFact] | None:
    return next((facts for facts in reversed(received) if facts[0].gateway == gateway), None)


def _meet(agreements: Sequence[Agreement], received: Sequence[Money]) -> tuple[tuple[Paid, ...], _Open]:
    paid: list[Paid] = []
    open_ = _Open()
    coming = list(received)
    for agreement in agreements:
        open_.agreements.append(agreement)
        while open_.balance > ZERO and coming:
            open_.money.append(coming.pop(0))
        if open_.settled():
            paid.append(Paid(tuple(open_.agreements), tuple(open_.money)))
            open_ = _Open()
    open_.money += coming
    return tuple(paid), open_


def main_tender(moved: dict[str, Decimal]) -> str | None:
    """The gateway that brought most; None when no money came that an account could receive."""
    received = {g: a for g, a in moved.items() if a > ZERO and g not in LIABILITY_GATEWAYS}
    return max(received, key=lambda gateway: received[gateway], default=None)
