"""A shop's preparation in one process: the steps called as the state machine calls them, over a table in memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from connector.accounting.effects import add
from connector.accounting.policy import ACCOUNT_KEYS
from connector.app import settings
from connector.outbox.entries import Entry, EntryState
from connector.storage import days, keys
from connector.storage.orders import OrderRecord, get_many
from connector.storage.syncs import stamp
from connector.storage.table import Table
from connector.sync.context import Context, OrdersSource
from connector.sync.prepare import run
from connector.sync.tie_out import report
from tests.fakes.memory_table import MemoryTable

SHOP = "harbor-goods.myshopify.com"
NEW_YORK = ZoneInfo("America/New_York")
FIRST, LAST = date(2020, 1, 1), date(2029, 12, 31)
_STEPS = 10_000

Effects = dict[date, dict[str, Decimal]]


class Killed(Exception):
    """The process died between two writes."""


class Preparation:
    """``source`` may be exchanged between two syncs, as the shop's orders go on."""

    def __init__(
        self,
        source: OrdersSource,
        mode: str = "detailed",
        *,
        table: MemoryTable | Table | None = None,
        start: date = date(2026, 1, 1),
        without: tuple[str, ...] = (),
        context: Callable[[], Context] | None = None,
        waited: Callable[[float], None] = lambda seconds: None,
        **more: Any,
    ) -> None:
        self.table: Any = table or MemoryTable()
        self.source = source
        self.remaining: Callable[[], float] = lambda: 900.0
        self.context, self.waited = context, waited
        """Where a step's context comes from, if not from ``source``; and who is told of the state machine's waits."""
        self.end = datetime(2026, 1, 1, tzinfo=UTC)
        self.tick: Callable[[], float] = lambda: 0.0
        """Seconds that have gone by since the end of the window, whenever it is asked for."""
        self.steps = ("plan", "read", "build", "finish")
        self.largest_state = 0
        self.kills = 0
        self.again_after: type[Exception] = Killed
        """What a step may end with besides, to be called again."""
        self.patient = True
        """Whether a step that is killed is called again, as the state machine does; else the sync ends there."""
        self.written: dict[str, int] = {}
        """Items written, by step."""
        self.table.put({"pk": keys.shop(SHOP), "sk": keys.PROFILE, "time_zone": "America/New_York", "currency": "USD"})
        started = {"state": "STARTED", "started_at": stamp(datetime(2026, 1, 1, 12, tzinfo=UTC))}
        self.table.put({"pk": keys.shop(SHOP), "sk": keys.INTEGRATION, **started})
        accounts = {key: key for key in ACCOUNT_KEYS if key not in without}
        modes = {"customer": mode, "inventory": "detailed", "vendor": "summary"}
        self.settings(accounts=accounts, modes=modes, start_date=start, **more)

    def settings(self, **changes: Any) -> None:
        now = settings.read(self.table, SHOP)
        settings.store(self.table, SHOP, replace(now, **changes), "user", datetime(2026, 1, 1, tzinfo=UTC))

    @property
    def modes(self) -> Mapping[str, str]:
        return settings.read(self.table, SHOP).modes

    def sync(self, end: datetime, **event: Any) -> dict[str, Any]:
        """A whole sync for what happened before ``end``; a step that is killed is called again with its state."""
        self.end = end
        state: dict[str, Any] = {"shop": SHOP, "scheduled_time": stamp(end), **event}
        plain = Context(self.table, lambda shop: self.source, lambda: end, lambda: self.remaining())
        for step in self.steps:
            for _ in range(_STEPS):
                state = self._step(step, state, self.context() if self.context else plain)
                self.waited(state.get("wait_seconds", 0))
                if step == "plan" or not state["more"]:
                    break
            else:
                raise AssertionError(f"{step} never ends")
        return state

    @property
    def now(self) -> datetime:
        return self.end + timedelta(seconds=self.tick())

    def _step(self, step: str, state: dict[str, Any], context: Context) -> dict[str, Any]:
        self.largest_state = max(self.largest_state, len(json.dumps(state)))
        for _ in range(_STEPS):
            before = self._written()
            try:
                return run(step, json.loads(json.dumps(state)), context)
            except (Killed, self.again_after):
                self.kills += 1
                if not self.patient:
                    raise
            finally:
                self.written[step] = self.written.get(step, 0) + self._written() - before
        raise AssertionError(f"{step} is killed for ever")

    def _written(self) -> int:
        return getattr(self.table, "written_items", 0)

    # What came of it.

    def records(self) -> dict[str, OrderRecord]:
        found = [item["sk"].removeprefix("ORDER#") for item in self.table.query(keys.shop(SHOP), "ORDER#")]
        return get_many(self.table, SHOP, found)

    def entries(self, *states: EntryState) -> list[Entry]:
        found = (Entry.from_item(item) for item in self.table.query(keys.shop(SHOP), "ENTRY#"))
        return sorted((e for e in found if not states or e.state in states), key=lambda e: e.order_by)

    def shopify(self) -> Effects:
        """The tie-out's ``shopify`` column by day, without lines that came to 0.00."""
        found = ((day, columns["shopify"]) for day, columns in days.read(self.table, SHOP, FIRST, LAST))
        return _without_zeros(dict(found))

    def documented(self) -> Effects:
        """What the documents made so far do, by day."""
        sums: Effects = {}
        for entry in self.entries():
            if entry.document is not None:
                sums[entry.day] = add(sums.get(entry.day, {}), entry.effect)
        return _without_zeros(sums)

    def post_all(self) -> None:
        """As if QuickBooks had taken every READY entry and read it back to the cent."""
        for entry in self.entries(EntryState.READY):
            for column in ("posted", "quickbooks"):
                writes = days.add_writes(SHOP, entry.day, column, entry.effect)
                if writes:
                    self.table.transact(writes)
            done = replace(entry, state=EntryState.READ_BACK, txn_id=f"T-{entry.id[:8]}")
            self.table.put(done.to_item())

    def report(self, first: date = FIRST, last: date = LAST) -> dict[str, Any]:
        return report(self.table, SHOP, first, last)

    def differences(self, first: date = FIRST, last: date = LAST) -> dict[str, str]:
        """The tie-out's total lines that do not come to 0.00."""
        lines = self.report(first, last)["total"]["lines"]
        return {line["line"]: line["difference"] for line in lines if line["difference"] != "0.00"}

    def everything(self, *, but: frozenset[str] = frozenset()) -> dict[str, Any]:
        """All that was made of the shop's facts, without what only counts attempts; ``but`` leaves attributes out."""
        made: dict[str, Any] = {}
        for legacy_id, record in self.records().items():
            made[keys.order(legacy_id)] = replace(record, version=0)
        for prefix in ("ENTRY#", "DAY#", "LIST#", "NAME#", "REF#", "SUMMARY#", "DRAFT#", "SYNC#", "INTEGRATION"):
            for item in self.table.query(keys.shop(SHOP), prefix):
                made[item["sk"]] = {k: v for k, v in item.items() if k not in but | {"version"}}
        return made


def _without_zeros(by_day: Mapping[date, Mapping[str, Decimal]]) -> Effects:
    plain = {day: {line: Decimal(a) for line, a in effect.items() if a} for day, effect in sorted(by_day.items())}
    return {day: effect for day, effect in plain.items() if effect}
