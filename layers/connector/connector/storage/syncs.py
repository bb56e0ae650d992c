"""Syncs: one run of preparation for a window of time, with what it made.

Counts and amounts by document type are added in the transactions that make the documents, so they can't drift.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import islice
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


def set_missing(table: Table, shop: str, sync_id: str, missing: Sequence[Mapping[str, Any]]) -> None:
    """What the shop has not granted, each ``{"topic", "scopes", "words"}``: on the sync, and as the latest known."""
    for sk in (keys.sync(sync_id), keys.INTEGRATION):
        with suppress(ConditionFailed):
            names, values = {"#missing": "missing"}, {":missing": list(missing)}
            table.update(keys.shop(shop), sk, "SET #missing = :missing", "attribute_exists(pk)", names, values)


def add_missing(table: Table, shop: str, sync_id: str, missing: Sequence[Mapping[str, Any]]) -> None:
    """What Shopify has refused besides; each topic once."""
    known = (table.get(keys.shop(shop), keys.sync(sync_id)) or {}).get("missing", [])
    topics = {one["topic"] for one in known}
    new = [one for one in missing if one["topic"] not in topics]
    if new:
        set_missing(table, shop, sync_id, [*known, *new])


def latest_missing(table: Table, shop: str) -> list[dict[str, Any]]:
    """What the last sync that looked had to do without."""
    return list((table.get(keys.shop(shop), keys.INTEGRATION) or {}).get("missing", []))


def made_write(shop: str, sync_id: str, made: Mapping[str, tuple[int, Decimal]]) -> dict[str, Any]:
    """A transaction part: this sync made so many more documents over so much, by kind."""
    return _counted(shop, sync_id, [], made)


def read_write(
    shop: str, sync_id: str, orders: int, facts: int, made: Mapping[str, tuple[int, Decimal]] | None = None
) -> dict[str, Any]:
    """A transaction part: this sync stored ``facts`` new facts of ``orders`` orders, and ``made`` documents of them."""
    return _counted(shop, sync_id, [("orders", orders), ("facts", facts)], made or {})


def _counted(
    shop: str, sync_id: str, read: Sequence[tuple[str, int]], made: Mapping[str, tuple[int, Decimal]]
) -> dict[str, Any]:
    added: list[tuple[str, int | Decimal]] = [*read]
    for kind, (count, amount) in sorted(made.items()):
        added += [(f"count|{kind}", count), (f"amount|{kind}", amount)]
    return update_write(
        keys.shop(shop),
        keys.sync(sync_id),
        "ADD " + ", ".join(f"#{n} :{n}" for n in range(len(added))),
        names={f"#{n}": name for n, (name, _) in enumerate(added)},
        values={f":{n}": value for n, (_, value) in enumerate(added)},
    )


def get(table: Table, shop: str, sync_id: str) -> dict[str, Any] | None:
    item = table.get(keys.shop(shop), keys.sync(sync_id))
    return _view(item) if item else None


def newest(table: Table, shop: str, limit: int = 50, *, before: str = "") -> Iterator[dict[str, Any]]:
    """The newest first; with ``before`` (an id) those that are older than it."""
    if not before:
        found = table.query(keys.shop(shop), "SYNC#", newest_first=True, limit=limit)
    else:
        last = keys.sync(before)
        older = table.query(keys.shop(shop), first=keys.sync(""), last=last, newest_first=True, limit=limit + 1)
        found = islice((item for item in older if item["sk"] != last), limit)
    for item in found:
        yield _view(item)


def set_undo(table: Table, shop: str, sync_id: str, asked: int, repost: bool, now: datetime) -> None:
    """Remember that an undo was asked for, of so many entries, for its progress."""
    table.update(
        keys.shop(shop),
        keys.sync(sync_id),
        "SET undo_asked = :asked, undo_repost = :repost, undo_at = :now",
        "attribute_exists(pk)",
        values={":asked": asked, ":repost": repost, ":now": stamp(now)},
    )


def _view(item: Mapping[str, Any] | Item) -> dict[str, Any]:
    documents: dict[str, dict[str, Any]] = {}
    for name, value in item.items():
        what, bar, kind = name.partition("|")
        if bar and what in ("count", "amount"):
            documents.setdefault(kind, {})[what] = int(value) if what == "count" else f"{Decimal(value):.2f}"
    plain = ("id", "trigger", "state", "window_end", "from", "to", "orders", "facts", "changed_at", "reason", "note")
    missing = list(item.get("missing", []))
    undo = {"at": item.get("undo_at", ""), "asked": item.get("undo_asked", 0), "repost": item.get("undo_repost", False)}
    return {name: item.get(name, "") for name in plain} | {"documents": documents, "missing": missing, "undo": undo}
