"""Purchases: what was ordered from whom, what has arrived of it, and what came on top of the goods.

A purchase order is as it is now and may change; what it makes due does not. ``Receipt`` and ``ChargeFact`` are those
facts: sources say how much has arrived *so far* and what freight comes to *now*, and each reading adds the difference
as a fact of its own day. A quantity or charge that is taken back is a negative one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from connector.ledger.facts import ZERO, Product
from connector.ledger.nodes import CENT


class PurchaseState(StrEnum):
    """DRAFT orders are nobody's business yet."""

    DRAFT = "DRAFT"
    ORDERED = "ORDERED"


class ChargeKind(StrEnum):
    """What stands on a supplier's bill besides goods; a DISCOUNT is negative."""

    FREIGHT = "FREIGHT"
    DISCOUNT = "DISCOUNT"
    ADJUSTMENT = "ADJUSTMENT"
    TAX = "TAX"


@dataclass(frozen=True, slots=True)
class PurchaseLine:
    """One ordered line; ``unit_cost`` in the purchase's currency, None where nobody has entered one.

    ``product`` is the shop's own, looked up by ``item``, ``sku`` or ``barcode`` when the line is booked.
    """

    id: str
    item: str
    sku: str
    title: str
    quantity: int
    unit_cost: Decimal | None
    variant_title: str = ""
    supplier_sku: str = ""
    tax_percent: Decimal | None = None
    barcode: str = ""
    product: Product | None = None


@dataclass(frozen=True, slots=True)
class Arrived:
    """What has arrived so far under one ``key`` of the source's (a line of a shipment); ``day`` when it first did.

    ``line`` is the ordered line it belongs to, empty for goods that nobody ordered.
    """

    key: str
    line: str
    quantity: int
    day: date | None = None
    item: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Charge:
    """Freight and the like as the source states it now."""

    kind: ChargeKind
    amount: Decimal
    title: str = ""


@dataclass(frozen=True, slots=True)
class ReceivedLine:
    """Units that arrived, at the cost they had then; ``amount`` is None as long as no cost is known."""

    key: str
    line: str
    quantity: int
    amount: Decimal | None
    item: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What arrived of one purchase on one day."""

    id: str
    day: date
    lines: tuple[ReceivedLine, ...]

    @property
    def amount(self) -> Decimal | None:
        amounts = [line.amount for line in self.lines]
        return None if None in amounts else sum((a for a in amounts if a is not None), ZERO)


@dataclass(frozen=True, slots=True)
class ChargeFact:
    """A charge, or the change of one, that a bill must carry."""

    id: str
    day: date
    kind: ChargeKind
    amount: Decimal
    title: str = ""


@dataclass(frozen=True, slots=True)
class Purchase:
    """One purchase order with all it has made due so far. Amounts are in ``currency``, which need not be the shop's.

    ``seen_on`` is the business day it was read on; ``number`` is what people call it; ``home`` is the shop's currency
    where that is known.
    """

    id: str
    source: str
    number: str
    supplier: str
    currency: str
    day: date
    state: PurchaseState
    lines: tuple[PurchaseLine, ...]
    seen_on: date
    supplier_id: str = ""
    location_id: str = ""
    location: str = ""
    arrived: tuple[Arrived, ...] = ()
    stated_charges: tuple[Charge, ...] = ()
    invoice_number: str = ""
    invoice_day: date | None = None
    due_day: date | None = None
    paid: bool = False
    note: str = ""
    home: str = ""
    receipts: tuple[Receipt, ...] = field(default=())
    charges: tuple[ChargeFact, ...] = field(default=())

    @property
    def claimable(self) -> dict[str, date]:
        """The order itself, once it is one, and all that it has made due."""
        order = {self.id: self.day} if self.state is PurchaseState.ORDERED else {}
        receipts = {receipt.id: receipt.day for receipt in self.receipts}
        return order | receipts | {charge.id: charge.day for charge in self.charges}

    @property
    def is_foreign(self) -> bool:
        """Whether its amounts are in another currency than the shop's books."""
        return bool(self.home) and self.currency != self.home

    @property
    def ordered_amount(self) -> Decimal | None:
        costs = [cost_of(line, line.quantity) for line in self.lines]
        return None if None in costs else sum((c for c in costs if c is not None), ZERO)

    @property
    def open_units(self) -> int:
        """Ordered and not arrived."""
        come: dict[str, int] = {}
        for arrived in self.arrived:
            come[arrived.line] = come.get(arrived.line, 0) + arrived.quantity
        return sum(max(line.quantity - come.get(line.id, 0), 0) for line in self.lines)

    def updated(self, newer: Purchase) -> Purchase:
        """As ``newer``, with what it makes due beyond what is known already."""
        return replace(due(newer, self), seen_on=self.seen_on)


def due(read: Purchase, known: Purchase | None = None) -> Purchase:
    """``read`` with its receipts and charges; those of ``known`` stay as they are, but for costs nobody knew then.

    What is known for the first time falls on the day it arrived, what changes later on the day that was seen. What a
    source no longer mentions has not gone back: only a smaller figure takes something back.
    """
    before = _costed(read, known.receipts) if known else ()
    receipts = before + _receipts(read, before)
    charges = known.charges if known else ()
    if receipts or read.invoice_day:
        charges += _charges(read, charges, receipts, receipts[len(before) :])
    return replace(read, receipts=receipts, charges=charges)


def _receipts(read: Purchase, known: Sequence[Receipt]) -> tuple[Receipt, ...]:
    lines = {line.id: line for line in read.lines}
    before = _sums((line.key, line.quantity) for receipt in known for line in receipt.lines)
    spent = _costs(known)
    arrived_so_far = _sums((line.line, line.quantity) for receipt in known for line in receipt.lines)
    by_day: dict[date, list[ReceivedLine]] = {}
    for arrived in read.arrived:
        units = arrived.quantity - before.get(arrived.key, 0)
        if not units:
            continue
        day = read.seen_on if arrived.key in before else arrived.day or read.seen_on
        so_far = arrived_so_far.get(arrived.line, 0) + units
        cost = cost_of(lines.get(arrived.line), so_far)
        amount = None if cost is None else cost - spent.get(arrived.line, ZERO)
        if amount is not None:
            spent[arrived.line] = spent.get(arrived.line, ZERO) + amount
        arrived_so_far[arrived.line] = so_far
        line = ReceivedLine(arrived.key, arrived.line, units, amount, arrived.item, arrived.reference)
        by_day.setdefault(day, []).append(line)
    first = len(known) + 1
    return tuple(
        Receipt(f"{read.id}#receipt{number}", day, tuple(by_day[day]))
        for number, day in enumerate(sorted(by_day), first)
    )


def _costed(read: Purchase, known: Sequence[Receipt]) -> tuple[Receipt, ...]:
    """What had no cost when it arrived gets what it costs by now, if that has been entered since."""
    lines = {line.id: line for line in read.lines}
    units: dict[str, int] = {}
    spent: dict[str, Decimal] = {}
    found = []
    for receipt in known:
        costed = []
        for line in receipt.lines:
            units[line.line] = units.get(line.line, 0) + line.quantity
            amount = line.amount
            if amount is None and (cost := cost_of(lines.get(line.line), units[line.line])) is not None:
                amount = cost - spent.get(line.line, ZERO)
            spent[line.line] = spent.get(line.line, ZERO) + (amount or ZERO)
            costed.append(replace(line, amount=amount))
        found.append(replace(receipt, lines=tuple(costed)))
    return tuple(found)


def _charges(
    read: Purchase, known: Sequence[ChargeFact], receipts: Sequence[Receipt], new: Sequence[Receipt]
) -> tuple[ChargeFact, ...]:
    stated: dict[tuple[ChargeKind, str], Decimal] = {}
    for charge in (*read.stated_charges, *_taxes(read, receipts)):
        key = charge.kind, charge.title
        stated[key] = stated.get(key, ZERO) + charge.amount
    known_before = {(fact.kind, fact.title) for fact in known}
    for fact in known:
        key = fact.kind, fact.title
        stated[key] = stated.get(key, ZERO) - fact.amount
    first_day = read.invoice_day or min((receipt.day for receipt in receipts), default=read.seen_on)
    changed_day = max((receipt.day for receipt in new), default=read.seen_on)
    differences = [(key, amount) for key, amount in stated.items() if amount]
    return tuple(
        ChargeFact(
            id=f"{read.id}#charge{number}",
            day=changed_day if (kind, title) in known_before else first_day,
            kind=kind,
            amount=amount,
            title=title,
        )
        for number, ((kind, title), amount) in enumerate(differences, len(known) + 1)
    )


def _taxes(read: Purchase, receipts: Sequence[Receipt]) -> list[Charge]:
    """The tax on what has arrived so far, at the rates of the ordered lines."""
    spent = _costs(receipts)
    tax = sum(
        (
            (spent.get(line.id, ZERO) * line.tax_percent / 100).quantize(CENT, ROUND_HALF_UP)
            for line in read.lines
            if line.tax_percent
        ),
        ZERO,
    )
    return [Charge(ChargeKind.TAX, tax)] if tax else []


def cost_of(line: PurchaseLine | None, units: int) -> Decimal | None:
    """What so many units of a line cost, in cents; None where no cost is known.

    A part of a line costs what the units so far cost less what those before did, so that parts add up to the whole.
    """
    if line is None or line.unit_cost is None:
        return None
    return (line.unit_cost * units).quantize(CENT, ROUND_HALF_UP) + ZERO


def _costs(receipts: Iterable[Receipt]) -> dict[str, Decimal]:
    spent: dict[str, Decimal] = {}
    for receipt in receipts:
        for line in receipt.lines:
            spent[line.line] = spent.get(line.line, ZERO) + (line.amount or ZERO)
    return spent


def _sums(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for key, units in pairs:
        sums[key] = sums.get(key, 0) + units
    return sums


def arrange(
    lines: Sequence[PurchaseLine], arrivals: Iterable[tuple[str, str, int, date | None, str]]
) -> tuple[Arrived, ...]:
    """Arrivals (key, inventory item, units, day, reference) set on the ordered lines of their item.

    An item ordered on several lines fills them one after the other; what goes beyond the order stays on the last.
    """
    room = {line.id: line.quantity for line in lines}
    found = []
    for key, item, units, day, reference in arrivals:
        fitting = [line.id for line in lines if line.item == item and item]
        if not fitting:
            found.append(Arrived(key, "", units, day, item, reference))
            continue
        for line in fitting:
            taken = units if line == fitting[-1] else min(room[line], units)
            if taken:
                found.append(Arrived(f"{key}@{line}", line, taken, day, item, reference))
                room[line] -= taken
                units -= taken
    return tuple(found)
