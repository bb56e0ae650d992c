"""Which order is placed when, where, by whom, and what will happen to it.

The plan makes sure that every scenario, every odd name and every hard minute of the clock is in the world once; all
else is left to chance.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from infra.local.shop.catalog import ODD_NAMES, ODD_VARIANTS
from infra.local.shop.rare import RARE, SCENARIOS_BY_NAME
from infra.local.shop.scenarios import SCENARIOS, Scenario, simple

SPRING, AUTUMN = date(2026, 3, 8), date(2026, 11, 1)
"""The days of 2026 on which the United States move their clocks, at 2:00 at night."""

OPENS, CLOSES = 8, 20
"""Local hours between which all but the midnight orders are placed."""

_PLACES = ("Main Street", "Annex", "web")


def days_of(count: int, start: date | None) -> tuple[date, ...]:
    if start is not None:
        return tuple(start + timedelta(days=n) for n in range(count))
    spring = 3 if count >= 7 else 0
    autumn = count - spring
    first = AUTUMN - timedelta(days=min(autumn // 3, 5))
    march = (SPRING + timedelta(days=n - 1) for n in range(spring))
    return (*march, *(first + timedelta(days=n) for n in range(autumn)))


@dataclass(frozen=True, slots=True)
class Slot:
    """One order to be. ``odd_customer`` and ``odd_variant`` are indexes into the catalogue's odd ones."""

    at: datetime
    day: date
    place: str
    days_left: int
    scenario: Scenario
    odd_customer: int | None
    odd_variant: int | None


@dataclass
class Plan:
    days: tuple[date, ...]
    per_day: int
    zone: ZoneInfo
    wide: bool = False
    also: tuple[str, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    _claims: dict[int, Scenario] = field(default_factory=dict)
    _customers: dict[int, int] = field(default_factory=dict)
    _variants: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.scenarios = (*SCENARIOS, *(RARE if self.wide else ()), *(SCENARIOS_BY_NAME[name] for name in self.also))
        self._hard = [self._hard_times(day) for day in range(len(self.days))]
        self._left = [self._days_left(day) for day in range(len(self.days))]
        free = [index for index in self._by_day() if not self._hard_time(index)]
        # What needs the most later days chooses first, among the earliest days that are left.
        for scenario in sorted(self.scenarios, key=lambda s: -s.days):
            index = next((i for i in free if self.days_left(i // self.per_day) >= scenario.days), None)
            if index is not None:
                free.remove(index)
                self._claims[index] = scenario
        # The rest of the slots take the odd names, one each.
        self._customers = dict(zip(free, range(len(ODD_NAMES) + 1), strict=False))
        self._variants = dict(zip(reversed(free), range(len(ODD_VARIANTS)), strict=False))

    def days_left(self, day: int) -> int:
        """How many days follow without a gap."""
        return self._left[day]

    def _days_left(self, day: int) -> int:
        last = day
        while last + 1 < len(self.days) and self.days[last + 1] - self.days[last] == timedelta(days=1):
            last += 1
        return last - day

    def slot(self, index: int, rng: random.Random) -> Slot:
        day = index // self.per_day
        hard = self._hard_time(index)
        odd_customer, odd_variant = self._customers.get(index), self._variants.get(index)
        plain = odd_customer is not None or odd_variant is not None
        scenario = self._claims.get(index) or (_SIMPLE if plain else self._chance(rng, day, hard is not None))
        return Slot(
            at=hard or self._plain_time(index, rng),
            day=self.days[day],
            place=self._place(index, scenario, rng),
            days_left=self.days_left(day),
            scenario=scenario,
            odd_customer=odd_customer,
            odd_variant=odd_variant,
        )

    def _by_day(self) -> Iterator[int]:
        """All slots: the first of each day, then the second of each day, …"""
        for place in range(self.per_day):
            for day in range(len(self.days)):
                yield day * self.per_day + place

    def _hard_times(self, day: int) -> tuple[list[datetime], list[datetime]]:
        """The hardest minutes of a day: those of its early morning, and those before midnight, as UTC."""
        at = self.days[day]
        midnight = self._utc(at, time())
        # About two at night, where that hour is missing or comes twice: the same local minute an hour apart in autumn.
        night = [midnight + timedelta(minutes=minutes) for minutes in (61, 121, 119) if self._clock_changes(at)]
        early = [midnight, *night][: self.per_day // 3]
        # Two seconds are not enough for every payment: some money comes the day after its sale.
        before = timedelta(seconds=2 if self._days_left(day) else 20)
        late = [self._utc(at + timedelta(days=1), time()) - before][: self.per_day // 4]
        return sorted(early), late

    def _hard_time(self, index: int) -> datetime | None:
        day, place = divmod(index, self.per_day)
        early, late = self._hard[day]
        if place < len(early):
            return early[place]
        from_end = place - (self.per_day - len(late))
        return late[from_end] if from_end >= 0 else None

    def _plain_time(self, index: int, rng: random.Random) -> datetime:
        """Each slot has its share of the opening hours, so later numbers are later orders."""
        day, place = divmod(index, self.per_day)
        share = (CLOSES - OPENS) * 3600 / self.per_day
        second = int((place + rng.random()) * share)
        return self._utc(self.days[day], time(OPENS)) + timedelta(seconds=second)

    def _clock_changes(self, day: date) -> bool:
        length = self._utc(day + timedelta(days=1), time()) - self._utc(day, time())
        return length != timedelta(days=1)

    def _utc(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone).astimezone(UTC)

    def _chance(self, rng: random.Random, day: int, instant: bool) -> Scenario:
        left = self.days_left(day)
        possible = [s for s in self.scenarios if s.days <= left and (s.instant or not instant)]
        return rng.choices(possible, [s.weight for s in possible])[0]

    def _place(self, index: int, scenario: Scenario, rng: random.Random) -> str:
        places = {"pos": _PLACES[:2], "web": _PLACES[2:]}.get(scenario.where, _PLACES)
        # Turn by turn for what is in the world once, so that no place is left out by chance.
        return places[index % len(places)] if index in self._claims else rng.choice(places)


_SIMPLE = next(scenario for scenario in SCENARIOS if scenario.run is simple)


def moments(days: Iterable[date], zone: ZoneInfo, hour: int) -> list[datetime]:
    """That local hour of the day after each of ``days``, as UTC: when a nightly sync would run."""
    return [datetime.combine(d + timedelta(days=1), time(hour), zone).astimezone(UTC) for d in days]
