"""A shop's whole history, made from a seed: which orders there are, and what the books must show of them.

Every order is made from the seed and its own number alone, when it is asked for. A world of a hundred thousand orders
therefore takes no more memory than one of a hundred, but for an index of when which order changed.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from infra.local.shop.builder import OrderBuilder, Placing
from infra.local.shop.catalog import ANNEX, MAIN_STREET, ONLINE, Catalog, Ids, build_catalog
from infra.local.shop.model import ZERO, Customer, Intent, Order
from infra.local.shop.plan import Plan, days_of
from infra.local.shop.view import change_times

DEFAULT_SHOP = "harbor-goods.myshopify.com"
FIRST_NUMBER = 1001
_KEPT = 4_096
"""How many made orders are kept for the next time they are asked for."""

_SALE_SIDE = (
    *("sales", "returns", "discounts", "shipping", "tips", "gift_cards_sold", "duties", "additional_fees"),
    *("refund_adjustments", "cash_rounding", "not_mapped", "tax:", "channel_tax:"),
)


@dataclass(frozen=True, slots=True)
class Made:
    """An order with what the generator meant by it."""

    order: Order
    intents: tuple[Intent, ...]


class World:
    """``days`` are the business dates on which orders are placed, in order; they need not be neighbours."""

    def __init__(self, plan: Plan, seed: int, zone: ZoneInfo, currency: str, name: str) -> None:
        self.plan, self.seed, self.zone, self.currency, self.name = plan, seed, zone, currency, name
        self.made = lru_cache(_KEPT)(self._make)
        self._latest: tuple[int, list[tuple[int, int]], dict[Any, list[tuple[int, int]]]] = (-1, [], {})

    @property
    def days(self) -> tuple[date, ...]:
        return self.plan.days

    @property
    def opened(self) -> datetime:
        """When the shop was set up: a month before its first order."""
        return datetime.combine(self.days[0] - timedelta(days=30), datetime.min.time(), self.zone).astimezone(UTC)

    @cached_property
    def catalog(self) -> Catalog:
        return build_catalog(Ids(self.seed), self.opened)

    def __len__(self) -> int:
        return len(self.days) * self.plan.per_day

    def __iter__(self) -> Iterator[Order]:
        """All orders, oldest first."""
        return (self.made(index).order for index in range(len(self)))

    def order(self, gid: str, at: datetime) -> Order | None:
        """The order of that id, if it had been placed by then."""
        index = Ids.block_of(self.seed, gid) - 1
        made = self.made(index) if 0 <= index < len(self) else None
        return made.order if made and made.order.id == gid and made.order.created_at <= at else None

    def order_of(self, gid: str, at: datetime) -> Order | None:
        """The order that something (a refund, a line, a transaction) belongs to."""
        index = Ids.block_of(self.seed, gid) - 1
        made = self.made(index) if 0 <= index < len(self) else None
        return made.order if made and made.order.created_at <= at else None

    def updated(self, at: datetime) -> list[tuple[int, int]]:
        """(``updatedAt`` in epoch seconds, index) of all orders placed by ``at``, in that order."""
        moment = int(at.timestamp())
        return self._updated(bisect_right(self._all_changes, moment), moment)

    def chosen(self, what: Any, at: datetime, test: Callable[[tuple[int, int]], bool]) -> list[tuple[int, int]]:
        """Those of ``updated`` that pass the test, remembered under ``what`` while nothing changes."""
        everything = self.updated(at)
        kept = self._latest[2]
        if what not in kept:
            kept[what] = [key for key in everything if test(key)]
        return kept[what]

    def expected(self, until: datetime | None = None) -> dict[date, dict[str, Decimal]]:
        """What the books must show for what happened before ``until``: business day → bucket → amount.

        Summed from the intents, never from the records the shop gives out. The buckets are named as the tie-out's
        lines; sale-side amounts are positive when sold, money-side amounts when received. ``accounts_receivable`` is
        what the two sides differ by. No line is 0.00.
        """
        days: dict[date, dict[str, Decimal]] = {}
        for index in range(len(self)):
            for intent in self.made(index).intents:
                if until is None or intent.at < until:
                    day = days.setdefault(intent.at.astimezone(self.zone).date(), {})
                    day[intent.bucket] = day.get(intent.bucket, ZERO) + intent.amount
        for day in days.values():
            day["accounts_receivable"] = sum((_sold(bucket, amount) for bucket, amount in day.items()), ZERO)
        lines = {day: {k: v for k, v in buckets.items() if v} for day, buckets in sorted(days.items())}
        return {day: buckets for day, buckets in lines.items() if buckets}

    @cached_property
    def _changes(self) -> list[tuple[int, ...]]:
        return [tuple(sorted(int(t.timestamp()) for t in change_times(order))) for order in self]

    @cached_property
    def _all_changes(self) -> list[int]:
        return sorted(moment for moments in self._changes for moment in moments)

    def _updated(self, changes: int, moment: int) -> list[tuple[int, int]]:
        """Kept until the next change: while nothing changes, every page of a query reads the same list."""
        if self._latest[0] != changes:
            found = [
                (moments[bisect_right(moments, moment) - 1], index)
                for index, moments in enumerate(self._changes)
                if moments[0] <= moment
            ]
            self._latest = changes, sorted(found), {}
        return self._latest[1]

    def _make(self, index: int) -> Made:
        rng = random.Random(f"{self.seed}/{index}")
        slot = self.plan.slot(index, rng)
        location = {"Main Street": 0, "Annex": 1}.get(slot.place)
        region = rng.choice(ONLINE) if location is None else (MAIN_STREET, ANNEX)[location]
        placing = Placing(
            at=slot.at,
            zone=self.zone,
            days_left=slot.days_left,
            days_to_end=(self.days[-1] - slot.day).days,
            region=region,
            location=None if location is None else self.catalog.locations[location],
            customer=self._customer(rng, slot.odd_customer, walk_in=location is not None),
            must_have=None if slot.odd_variant is None else self.catalog.odd_variants[slot.odd_variant],
        )
        builder = OrderBuilder(Ids(self.seed, index + 1), rng, self.catalog, placing, slot.scenario.name)
        slot.scenario.run(builder)
        return Made(builder.build(FIRST_NUMBER + index), tuple(builder.intents))

    def _customer(self, rng: random.Random, odd: int | None, walk_in: bool) -> Customer | None:
        """At the till every third buyer gives no name."""
        if odd is not None:
            return self.catalog.odd_customers[odd]
        return None if walk_in and rng.random() < 0.34 else rng.choice(self.catalog.customers)


def build_world(
    days: int = 14,
    orders_per_day: int = 25,
    *,
    seed: int = 2026,
    start: date | None = None,
    zone: str = "America/New_York",
    currency: str = "USD",
    name: str = "Harbor Goods",
    wide: bool = False,
    also: tuple[str, ...] = (),
) -> World:
    """A world of ``days`` × ``orders_per_day`` orders; the same arguments give the same world.

    Without ``start`` the days are chosen around both nights of 2026 in which New York's clocks change: three days of
    March and the rest about 1 November (only those when there are fewer than seven). With it they follow each other.
    ``wide`` adds what is rarer, ``also`` what is never there unless asked for by name: see ``rare``.
    """
    place = ZoneInfo(zone)
    return World(Plan(days_of(days, start), orders_per_day, place, wide, also), seed, place, currency, name)


def _sold(bucket: str, amount: Decimal) -> Decimal:
    return amount if bucket.startswith(_SALE_SIDE) else -amount
