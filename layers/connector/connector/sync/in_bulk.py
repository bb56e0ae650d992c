"""Reading a large window by bulk operations, a few at a time, each over a slice of the times at which orders changed.

A step does one thing and returns what stands in the state: slices are fixed before their operations are started, and an
operation that a killed worker had started is found again by its query. A file is stored part by part; how many parts
are done is in the state. What was stored before is found and not written twice.

An order that changes while the operations run leaves its slice. So when all are done, what changed since the first of
them was started is read by pages, which have no upper end. A shop whose operations come to nothing is read by pages.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from connector.shopify import finishes
from connector.shopify.bulk import BulkBusy, BulkRefused, Operation, Stage
from connector.shopify.bulk_download import FileGone
from connector.shopify.bulk_orders import LEFT_OUT_IN_TURN, REFUND_TRANSACTIONS, BulkOrders
from connector.shopify.bulk_rows import FileBroken, Spool
from connector.shopify.errors import ShopifyUnavailable
from connector.storage.syncs import moment, stamp
from connector.sync.context import Context
from connector.sync.slices import next_slice
from connector.sync.window import OVERLAP

State = dict[str, Any]
Store = Callable[[list[dict[str, Any]]], object]

UNDECIDED, PAGES, BULK = "", "pages", "bulk"

STALLED = timedelta(hours=1)
"""An operation that has found nothing more for so long is ended; Shopify itself ends stalled ones, some time."""

WAITS = (2, 5, 10)
"""Seconds before the first looks."""

LATER_WAITS = ((480, 15), (0, 60))
"""Then (until which look, seconds; 0 is for ever). An execution's history has room for 25,000 events, nine a look."""

ASKED_EVERY = 4
"""At which of the later looks Shopify is asked without its webhook having told: that may be lost."""

MOST_LOOKS_FOR_ROOM = 200
"""When all places are taken by others for so long (some 50 minutes), the window is read by pages."""

_CLOCKS_DIFFER = timedelta(minutes=5)
_FOLDER = "bulk-operation-"
_LEFT_BEHIND_SECONDS = 3_600


@dataclass(slots=True)
class Slice:
    """Orders changed from ``first`` on, before ``last`` (empty: no end). ``id`` is its operation's, once it has one.

    It was started without the first ``without`` fields that are to be left out. ``parts`` of its file are stored.
    If the file broke off, orders changed from ``missing`` on were not whole in those parts. ``tries`` have not come any
    further. ``objects`` is what the operation had found at the time ``moved``.
    """

    first: str
    last: str
    id: str = ""
    without: int = 0
    parts: int = 0
    missing: str = ""
    tries: int = 0
    objects: int = -1
    moved: str = ""

    def begin_again(self, first: str = "") -> None:
        """Another operation; ``first`` is where it may begin if something was won."""
        self.tries = 0 if first > self.first else self.tries + 1
        self.first = max(first, self.first)
        self.id, self.parts, self.missing, self.objects, self.moved = "", 0, "", -1, ""


@dataclass(slots=True)
class Reading:
    """``next`` is where the part without slices begins (empty: there is none). ``without`` are fields left out.

    ``oldest`` is when the first operation was started, by Shopify's clock.
    """

    next: str
    planned: str
    without: list[str]
    slices: list[Slice] = field(default_factory=list)
    oldest: str = ""
    looks: int = 0


class _Hopeless(Exception):
    """Bulk operations do not work here."""


def choose(state: State, context: Context, first: datetime) -> State:
    """How the window is read: by bulk operations if there is much of it. Undecided where Shopify does not tell."""
    if context.bulk_of is None or state["cursor"] is not None:
        return state | {"how": PAGES}
    count = context.bulk_of(state["shop"]).count(first, limit=context.sizes.bulk_from)
    if count is None:
        return state | {"how": UNDECIDED, "since": stamp(first)}
    return begin(state, context, first) if count >= context.sizes.bulk_from else state | {"how": PAGES}


def begin(state: State, context: Context, first: datetime) -> State:
    """Everything that changed from ``first`` on by bulk operations."""
    assert context.bulk_of is not None
    withheld = context.bulk_of(state["shop"]).withheld(first)
    reading = Reading(stamp(first), stamp(context.clock()), withheld)
    return state | {"how": BULK, "bulk": asdict(reading), "cursor": None, "more": True, "wait_seconds": 0}


def step(state: State, context: Context, store: Store) -> State:
    """One thing after the other; ``store`` takes orders as they are read."""
    assert context.bulk_of is not None
    reading = _reading(state["bulk"])
    work = _Work(state["shop"], reading, context, context.bulk_of(state["shop"]), store)
    try:
        moved = work.plan() or work.start() or work.look()
        if not (moved or reading.slices or reading.next):
            return _by_pages(state, moment(reading.oldest or reading.planned) - OVERLAP)
        wait = work.wait(moved)
    except _Hopeless:
        work.cancel()
        return _by_pages(state, min(moment(part.first) for part in reading.slices))
    return state | {"bulk": asdict(reading), "more": True, "wait_seconds": wait}


def cancel(state: State, context: Context) -> None:
    """The sync has failed: its operations need not go on and take others' places."""
    if context.bulk_of is not None and state.get("bulk"):
        source = context.bulk_of(state["shop"])
        _Work(state["shop"], _reading(state["bulk"]), context, source, lambda orders: None).cancel()


def _by_pages(state: State, since: datetime) -> State:
    rest = {"how": PAGES, "bulk": None, "cursor": None, "wait_seconds": 0}
    return state | rest | {"since": stamp(since), "more": True}


def _reading(state: Mapping[str, Any]) -> Reading:
    return Reading(**{**state, "slices": [Slice(**part) for part in state["slices"]]})


@dataclass(frozen=True, slots=True)
class _Work:
    shop: str
    reading: Reading
    context: Context
    source: BulkOrders
    store: Store

    def plan(self) -> bool:
        """Fix as many slices as may run at once."""
        reading, sizes = self.reading, self.context.sizes
        planned = len(reading.slices)
        while reading.next and len(reading.slices) < sizes.at_once:
            last = next_slice(self.source, moment(reading.next), self.context.clock(), sizes.in_one)
            reading.slices.append(Slice(reading.next, stamp(last) if last else ""))
            reading.next = stamp(last) if last else ""
        return len(reading.slices) > planned

    def start(self) -> bool:
        """An operation for every slice without one, as long as there is room."""
        reading = self.reading
        started = False
        for part in reading.slices:
            if part.id:
                continue
            not_before = None if part.tries else moment(reading.planned) - _CLOCKS_DIFFER
            last = moment(part.last) if part.last else None
            try:
                operation = self.source.start(moment(part.first), last, reading.without, not_before)
            except BulkBusy:
                break
            except BulkRefused as error:
                if REFUND_TRANSACTIONS in reading.without:
                    raise _Hopeless from error
                reading.without.append(REFUND_TRANSACTIONS)
                return True
            part.id, part.without, started = operation.id, len(reading.without), True
            part.moved = stamp(self.context.clock())
            created = stamp(operation.created_at)
            reading.oldest = min(reading.oldest or created, created)
        return started

    def look(self) -> bool:
        """At the running operations, until one of them has come to something."""
        for part in self.reading.slices:
            if not part.id or not self._may_have_ended(part):
                continue
            if self._come_to_something(part, self.source.look(part.id)):
                if part.tries > self.context.sizes.tries:
                    raise _Hopeless
                return True
        return False

    def wait(self, moved: bool) -> int:
        reading = self.reading
        looks = reading.looks
        reading.looks = 0 if moved else looks + 1
        if looks >= MOST_LOOKS_FOR_ROOM and not any(part.id for part in reading.slices):
            raise _Hopeless
        if moved:
            return 0
        later = next(seconds for until, seconds in LATER_WAITS if not until or looks < until)
        return WAITS[looks] if looks < len(WAITS) else later

    def cancel(self) -> None:
        for part in self.reading.slices:
            if part.id:
                self.source.cancel(part.id)

    def _may_have_ended(self, part: Slice) -> bool:
        """Whether Shopify is to be asked now: the hint of its webhook is only looked up."""
        asked = self.reading.looks < len(WAITS) or self.reading.looks % ASKED_EVERY == 0
        return asked or finishes.noted(self.context.table, self.shop, part.id)

    def _come_to_something(self, part: Slice, operation: Operation | None) -> bool:
        if operation is None or operation.stage is Stage.GONE:
            part.begin_again()
        elif operation.stage is Stage.RUNNING:
            self._watch(part, operation)
            return False
        elif operation.error_code == "ACCESS_DENIED":
            if part.without == len(self.reading.without):
                self._leave_out_more()
            part.id = ""
        elif operation.stage is Stage.BROKEN and not operation.url:
            part.begin_again()
        else:
            self._take(part, operation)
        return True

    def _watch(self, part: Slice, operation: Operation) -> None:
        now = self.context.clock()
        if operation.objects != part.objects:
            part.objects, part.moved = operation.objects, stamp(now)
        elif now - moment(part.moved) > STALLED:
            self.source.cancel(operation.id)
            part.moved = stamp(now)

    def _leave_out_more(self) -> None:
        without = self.reading.without
        left = [group for group in LEFT_OUT_IN_TURN if not set(group) <= set(without)]
        if not left:
            raise _Hopeless
        without.extend(path for path in left[0] if path not in without)

    def _take(self, part: Slice, operation: Operation) -> None:
        """Store the operation's orders; of one that broke off, those that are whole, and ask for the rest again."""
        before = part.parts
        try:
            finished = self._store_file(part, operation)
        except (FileGone, FileBroken):
            part.begin_again()
            return
        except ShopifyUnavailable:
            if part.parts == before:
                raise
            return
        if finished and operation.stage is Stage.DONE:
            self.reading.slices.remove(part)
        elif finished:
            part.begin_again(part.missing)

    def _store_file(self, part: Slice, operation: Operation) -> bool:
        """False if this invocation's time ended first."""
        clear(self.context.folder)
        with TemporaryDirectory(prefix=_FOLDER, dir=self.context.folder) as folder:
            spool = self.source.fetch(operation, Path(folder), self.context.must_stop)
            for number in range(part.parts, spool.parts):
                if operation.stage is Stage.DONE:
                    self.store(list(self.source.part(spool, number)))
                else:
                    self._store_broken(part, *self.source.broken_part(spool, number))
                part.parts = number + 1
                if part.parts < spool.parts and self.context.must_stop():
                    return False
            if part.missing and not self._is_oldest(part, spool):
                part.missing = ""
        return True

    def _is_oldest(self, part: Slice, spool: Spool) -> bool:
        """Whether really nothing of before ``missing`` is missing: Shopify counts no more orders than were there."""
        missing = moment(part.missing)
        there = self.source.count(moment(part.first), missing)
        return there is not None and there <= spool.changed_before(missing)

    def _store_broken(self, part: Slice, whole: list[dict[str, Any]], missing: str) -> None:
        self.store(whole)
        if missing:
            missing = stamp(moment(missing))
            part.missing = min(part.missing or missing, missing)


def clear(folder: Path) -> None:
    """Remove what workers that were killed have left behind; the next one on the same machine may need the room."""
    for left in folder.glob(f"{_FOLDER}*"):
        try:
            if time.time() - left.stat().st_mtime > _LEFT_BEHIND_SECONDS:
                shutil.rmtree(left, ignore_errors=True)
        except FileNotFoundError:
            continue
