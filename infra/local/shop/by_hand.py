"""What the shop's people do besides orders, and what the books must show of it: cards given away, credit, the till.

Each day has its event as far as the world has that many days. As with orders, what was meant stands here; the records
that the shop gives out are made elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from infra.local.shop.model import ZERO

if TYPE_CHECKING:
    from infra.local.shop.ledgers import Ledgers
    from infra.local.shop.world import World

CARD = "gid://shopify/GiftCard/5300000000000"
CARD_VALUE = Decimal("40.00")


@dataclass(frozen=True, slots=True)
class ByHand:
    """``kind`` is the record's in Shopify; ``amount`` is positive when the shop owes more."""

    at: datetime
    kind: str
    amount: Decimal
    id: str

    @property
    def counter(self) -> str:
        return "cash_paid_out" if self.kind == "GiftCardCashOutTransaction" else "goodwill"


_CARD_DAYS = (
    ("issued", CARD_VALUE),
    ("GiftCardCreditTransaction", Decimal("10.00")),
    ("GiftCardDebitTransaction", Decimal("-5.00")),
    ("GiftCardCashOutTransaction", Decimal("-15.00")),
    ("deactivated", Decimal("-30.00")),
)
_CREDIT_DAYS = (
    ("StoreCreditAccountCreditTransaction", Decimal("25.00")),
    ("StoreCreditAccountDebitTransaction", Decimal("-4.50")),
    ("StoreCreditAccountExpirationTransaction", Decimal("-20.50")),
)


def card_events(world: World) -> list[ByHand]:
    """One card: given away, topped up, corrected, partly paid out, and at last deactivated."""
    return _events(world, _CARD_DAYS, 10, 5_310_000_000_000)


def credit_events(world: World) -> list[ByHand]:
    """One customer's store credit."""
    return _events(world, _CREDIT_DAYS, 11, 5_320_000_000_000)


def _events(world: World, days: tuple[tuple[str, Decimal], ...], hour: int, number: int) -> list[ByHand]:
    return [
        ByHand(_at(world, day, hour), kind, amount, str(number + place))
        for place, (day, (kind, amount)) in enumerate(zip(world.days, days, strict=False))
    ]


def _at(world: World, day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), world.zone).astimezone(UTC)


_COUNTS = ((1, 3, 0, -2), (1, 4, 1, 1), (2, 3, 1, -1), (3, 5, 0, 4))
"""Day of the world, number of the product (of those with a unit cost), number of the location, units."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Units that were found (positive) or are missing on a shelf. ``product`` counts those that have a unit cost."""

    at: datetime
    product: int
    location: int
    units: int


def counts(world: World) -> list[Counted]:
    """Not on the first day, when stock is seen for the first time, nor on the last, which is looked at too late."""
    days = world.days
    return [Counted(_at(world, days[d], 15), p, place, n) for d, p, place, n in _COUNTS if d + 1 < len(days)]


ByAmount = Callable[[date], bool]
"""Whether stock is kept by amount, not by QuickBooks, in the night that a business day begins with."""


def in_all(ledgers: Ledgers, until: datetime, by_amount: ByAmount) -> dict[date, dict[str, Decimal]]:
    """``World.expected`` with what happened before ``until`` besides the orders.

    A sync every night finds what the day before has changed in the stock.
    """
    world = ledgers.world
    days = {day: dict(lines) for day, lines in world.expected(until).items()}
    stock = [found for found in _stock(ledgers) if by_amount(_day(ledgers, found[0]))]
    for at, line, amount in (*_lines(ledgers, until), *stock):
        if at < until:
            of_day = days.setdefault(_day(ledgers, at), {})
            of_day[line] = of_day.get(line, ZERO) + amount
    found = {day: {line: amount for line, amount in lines.items() if amount} for day, lines in sorted(days.items())}
    return {day: lines for day, lines in found.items() if lines}


def valued_by_quickbooks(ledgers: Ledgers, until: datetime, by_amount: ByAmount) -> dict[str, Decimal]:
    """What adjustments come to where QuickBooks keeps the stock: here its average cost is always the unit cost."""
    found: dict[str, Decimal] = {}
    for at, line, amount in _stock(ledgers):
        if at < until and not by_amount(_day(ledgers, at)):
            found[line] = found.get(line, ZERO) + amount
    return found


def _day(ledgers: Ledgers, at: datetime) -> date:
    return at.astimezone(ledgers.world.zone).date()


def _lines(ledgers: Ledgers, until: datetime) -> Iterator[tuple[datetime, str, Decimal]]:
    for owed, events in (
        ("gift_cards_outside", card_events(ledgers.world)),
        ("store_credit_outside", credit_events(ledgers.world)),
    ):
        for event in events:
            yield event.at, owed, event.amount
            yield event.at, event.counter, event.amount if event.counter == "cash_paid_out" else -event.amount
    for session in ledgers.till.sessions:
        if session.closed < until:
            yield session.closed, "cash_drawer", session.discrepancy + session.taken_out
            yield session.closed, "cash_over_short", session.discrepancy
            yield session.closed, "cash_moved", -session.taken_out
    yield from ledgers.payments.meant(until)
    yield from ledgers.stock.bought(until)


def _stock(ledgers: Ledgers) -> Iterator[tuple[datetime, str, Decimal]]:
    for at, variant, units in ledgers.stock.found():
        worth = units * (variant.unit_cost or ZERO)
        following = at + timedelta(days=1)
        yield following, "stock_adjusted", worth
        yield following, "stock_adjustments", -worth
