"""Which part of a shop's history a sync is about.

The window ends at the time the schedule meant, never at the wall clock, so a sync can be run again and finds the same.
It begins where the last one ended, less an overlap: Shopify's ``updated_at`` may be set a little before the order can
be found by it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from connector.ledger.facts import OrderFacts
from connector.storage.orders import Fact, all_facts

OVERLAP = timedelta(minutes=15)
SWEEP = timedelta(days=8)
"""Once a week everything of the last week is read again, in case an order was found too late by ``updated_at``."""

HISTORY_LIMIT = timedelta(days=60)
"""How far back Shopify shows orders to an app without ``read_all_orders`` (Shopify, access scopes)."""


@dataclass(frozen=True, slots=True)
class Window:
    """Facts that happened before ``end`` on the days ``first`` to ``last`` (shop's business days) belong to it.

    Orders are read from ``updated_since`` on, without an upper bound: an order changed after ``end`` may still hold
    facts from before it. Facts from before ``books_begin`` that no window asked for are another bookkeeping's, and so
    are orders in another ``currency`` (empty: any) than the books'. ``begin_at`` is the moment that the first day began
    at when the books were begun: a shop that has moved since calls some hours of the eve by that day's name.
    """

    updated_since: datetime
    end: datetime
    first: date
    last: date
    books_begin: date
    currency: str = ""
    begin_at: datetime | None = None

    def of(self, facts: OrderFacts) -> tuple[OrderFacts, frozenset[str]]:
        """The facts of an order to keep, and the ids of those among them that are from before the books."""
        sales = tuple(f for f in facts.sales if self._has(f) or self._is_before(f))
        money = tuple(f for f in facts.money if self._has(f) or self._is_before(f))
        kept = replace(facts, sales=sales, money=money)
        return kept, frozenset(f.id for f in all_facts(kept) if not self._has(f))

    def _has(self, fact: Fact) -> bool:
        return fact.happened_at < self.end and self.first <= fact.day <= self.last and not self._is_eve(fact)

    def _is_before(self, fact: Fact) -> bool:
        return fact.day < self.books_begin or self._is_eve(fact)

    def _is_eve(self, fact: Fact) -> bool:
        return self.begin_at is not None and fact.happened_at < self.begin_at and fact.day >= self.books_begin


def incremental(books_begin: date, read_until: datetime | None, end: datetime, zone: ZoneInfo) -> Window:
    """From where the last sync ended (or the day the books begin) to ``end``."""
    since = day_begins(books_begin, zone)
    if read_until:
        since = max(since, read_until - (SWEEP if a_week_ended(read_until, end, zone) else OVERLAP))
    return Window(since, end, books_begin, end.astimezone(zone).date(), books_begin)


def backfill(first: date, last: date, end: datetime, zone: ZoneInfo, books_begin: date) -> Window:
    """The business days ``first`` to ``last``, whole."""
    until = min(end, day_begins(last + timedelta(days=1), zone))
    return Window(day_begins(first, zone), until, first, last, books_begin)


def day_begins(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a business day, also where the clocks change at midnight."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def days(first: date, last: date) -> Iterable[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


def a_week_ended(before: datetime, now: datetime, zone: ZoneInfo) -> bool:
    """Whether a Monday has begun in between."""
    weeks = [moment.astimezone(zone).isocalendar()[:2] for moment in (before, now)]
    return weeks[0] != weeks[1]
