"""Over many snapshots, whatever else happens in between, adjustments come to exactly what was adjusted."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from connector.ledger.stock import ItemStock, Movement, Shelves, Sold, StockAdjustment, found_since, shelves

ZONE = ZoneInfo("America/New_York")
BEGIN = datetime(2026, 3, 2, 7, tzinfo=UTC)
ITEMS, PLACES = ("i1", "i2", "i3"), ("store", "depot")
VARIANTS = {f"v{item}": item for item in ITEMS}

PLACE = st.sampled_from([(item, place) for item in ITEMS for place in PLACES])
EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("sold"), PLACE, st.integers(1, 5)),
        st.tuples(st.just("back"), PLACE, st.integers(1, 5)),
        st.tuples(st.just("received"), PLACE, st.integers(1, 9)),
        st.tuples(st.just("transferred"), st.sampled_from(ITEMS), st.integers(1, 5)),
        st.tuples(st.just("adjusted"), PLACE, st.integers(-4, 4)),
        st.tuples(st.just("untracked"), st.sampled_from(ITEMS), st.just(0)),
        st.tuples(st.just("sync"), st.booleans(), st.just(0)),
    ),
    max_size=40,
)


class Shop:
    """``unknown`` are sales that Shopify knows and no sync has read; ``told`` those read since the last snapshot."""

    def __init__(self) -> None:
        self.now, self.end = BEGIN, BEGIN
        self.levels = {(item, place): 100 for item in ITEMS for place in PLACES}
        self.changed = dict.fromkeys(ITEMS, BEGIN)
        self.tracked = set(ITEMS)
        self.unknown: list[Sold] = []
        self.told: list[Sold] = []
        self.moved: dict[str, Movement] = {}
        self.before: Shelves | None = None
        self.meant: Counter[str] = Counter()
        self.found: Counter[str] = Counter()
        self.adjustments: list[StockAdjustment] = []

    def move(self, item: str, place: str, units: int) -> None:
        self.levels[item, place] += units
        self.changed[item] = self.now

    def sell(self, item: str, place: str, units: int) -> None:
        self.move(item, place, -units)
        self.unknown.append(Sold(f"v{item}", units, self.now))

    def paper(self, key: str, item: str, place: str, units: int) -> None:
        self.move(item, place, units)
        so_far = self.moved[key].units if key in self.moved else 0
        self.moved[key] = Movement(key, item, place, so_far + units)

    def happens(self, kind: str, where: Any, units: int) -> None:
        self.now += timedelta(minutes=7)
        match kind:
            case "sold":
                self.sell(*where, units)
            case "back":
                self.sell(*where, -units)
            case "received":
                self.paper(f"receipt {where}", *where, units)
            case "transferred":
                self.paper(f"{where} sent", where, "store", -units)
                self.paper(f"{where} come", where, "depot", units)
            case "adjusted":
                self.move(*where, units)
                self.meant[where[0]] += units if self.before else 0
            case "untracked":
                self.tracked ^= {where}
            case "sync":
                self.sync(late=where)

    def sync(self, late: bool) -> None:
        """``late``: the snapshot is read after more has been sold, which the window's end leaves out."""
        self.end = self.now + timedelta(seconds=1)
        told = [sold for sold in self.unknown if sold.happened_at < self.end]
        self.unknown = []
        if late:
            self.now += timedelta(minutes=7)
            self.sell("i1", "store", 2)
            self.sell("i2", "depot", -1)
        self.snapshot(told)

    def snapshot(self, told: list[Sold]) -> None:
        found = [
            ItemStock(i, {place: self.levels[i, place] for place in PLACES}, self.changed[i])
            for i in ITEMS
            if i in self.tracked
        ]
        known: Any = {"sold": told, "movements": list(self.moved.values()), "items": VARIANTS}
        after = shelves(found, self.end, self.before, later=self.unknown, **known)
        if self.before is not None:
            self.adjustments += found_since(self.before, after, self.end, ZONE, costs={}, **known)
        self.before = after


@given(EVENTS)
def test_only_what_was_adjusted_is_found_and_all_of_it(events: list[tuple[str, Any, int]]) -> None:
    shop = Shop()
    shop.happens("sync", False, 0)
    for event in events:
        shop.happens(*event)
    shop.tracked = set(ITEMS)
    shop.happens("sync", False, 0)
    for one in shop.adjustments:
        shop.found[one.item] += one.quantity
    assert {i: n for i, n in shop.found.items() if n} == {i: n for i, n in shop.meant.items() if n}


@given(EVENTS.map(lambda events: [event for event in events if event[0] != "adjusted"]))
def test_nothing_is_found_where_nothing_was_adjusted(events: list[tuple[str, Any, int]]) -> None:
    shop = Shop()
    shop.happens("sync", False, 0)
    for event in events:
        shop.happens(*event)
        assert _cancels(shop.adjustments)
    shop.happens("sync", False, 0)
    assert _cancels(shop.adjustments)


def _cancels(adjustments: list[StockAdjustment]) -> bool:
    """Per item and day 0: Shopify does not say where a sale took its goods from, so places may be mistaken."""
    sums: Counter[tuple[str, str]] = Counter()
    for one in adjustments:
        sums[one.item, one.id.partition("#")[2]] += one.quantity
    return not any(sums.values())
