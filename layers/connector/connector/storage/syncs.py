"""Syncs: one run of preparation for a window of time, with what it made.

Counts and amounts by document type are added in the transactions that make the documents, so they can't drift.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from connector.storage import keys
from connector.storage.table import ConditionFailed, Item, Table, update_write


class SyncState(StrEnum):
    QUEUED = "QUEUED"
    READING = "READING"
    PREPARING = "PREPARING"
    DONE = "DONE"
    FAILED = "FAILED"


def stamp(moment: datetime) -> str:
    """``2026-03-08T07:00:00Z``: how moments are stored and sent."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)


def create(
    table: Table,
    shop: str,
    sync_id: str,
    *,
    trigger: str,
    window_end: datetime,
    first: str = "",
    last: str = "",
    note: str = "",
) -> bool:
    """Record a sync; False if it is there already (the same event delivered twice)."""
    item = {
        "pk": keys.shop(shop),
        "sk": keys.sync(sync_id),
        "id": sync_id,
        "shop": shop,
        "trigger": trigger,
        "state": SyncState.QUEUED.value,
        "window_end": stamp(window_end),
        "from": first,
        "to": last,
        "orders": 0,
        "facts": 0,
        "note": note,
    }
    try:
        table.put(item, "attribute_not_exists(pk)")
    except ConditionFailed:
        return False
    return True


def set_state(table: Table, shop: str, sync_id: str, state: SyncState, now: datetime, reason: str = "") -> None:
    """Raises ``ConditionFailed`` for a sync that was never recorded."""
    table.update(
        keys.shop(shop),
        keys.sync(sync_id),
        "SET #state = :state, changed_at = :now, reason = :reason",
        "attribute_exists(pk)",
        names={"#state": "state"},
        values={":state": state.value, ":now": stamp(now), ":reason": reason},
    )


def add_note(table: Table, shop: str, sync_id: str, note: str) -> None:
    """One more sentence for the sync's page; said once, also if it is said again."""
    item = table.get(keys.shop(shop), keys.sync(sync_id)) or {}
    said = str(item.get("note", ""))
    if item and note not in said:
        text = f"{said} {note}".strip()
        table.update(
            keys.shop(shop), keys.sync(sync_id), "SET note = :note", "attribute_exists(pk)", values={":note": text}
        )


def made_write(shop: str, sync_id: str, made: Mapping[str, tuple[int, Decimal]]) -> dict[str, Any]:
    """A transaction part: this sync made so many more documents over so much, by kind."""
    names: dict[str, str] = {}
    values: dict[str, Any] = {}
    for i, (kind, (count, amount)) in enumerate(sorted(made.items())):
        names |= {f"#c{i}": f"count|{kind}", f"#a{i}": f"amount|{kind}"}
        values |= {f":c{i}": count, f":a{i}": amount}
    parts = ", ".join(f"#{what}{i} :{what}{i}" for i in range(len(made)) for what in "ca")
    return update_write(keys.shop(shop), keys.sync(sync_id), f"ADD {parts}", names=names, values=values)


def read_write(shop: str, sync_id: str, orders: int, facts: int) -> dict[str, Any]:
    """A transaction part: this sync stored ``facts`` new facts of ``orders`` orders."""
    return update_write(
        keys.shop(shop),
        keys.sync(sync_id),
        "ADD orders :orders, facts :facts",
        values={":orders": orders, ":facts": facts},
    )


def get(table: Table, shop: str, sync_id: str) -> dict[str, Any] | None:
    item = table.get(keys.shop(shop), keys.sync(sync_id))
    return _view(item) if item else None


def newest(table: Table, shop: str, limit: int = 50) -> Iterator[dict[str, Any]]:
    for item in table.query(keys.shop(shop), "SYNC#", newest_first=True, limit=limit):
        yield _view(item)


def _view(item: Mapping[str, Any] | Item) -> dict[str, Any]:
    documents: dict[str, dict[str, Any]] = {}
    for name, value in item.items():
        what, bar, kind = name.partition("|")
        if bar and what in ("count", "amount"):
            documents.setdefault(kind, {})[what] = int(value) if what == "count" else f"{Decimal(value):.2f}"
    plain = ("id", "trigger", "state", "window_end", "from", "to", "orders", "facts", "changed_at", "reason", "note")
    return {name: item.get(name, "") for name in plain} | {"documents": documents}
