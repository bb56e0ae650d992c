"""Entries in the table: finding those that wait, and every move from one state to another.

A move is conditional on the state and set it starts from, so two processes can't both make it. What an entry adds to
the tie-out is written in the transaction of the move.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from connector.accounting.effects import add, negative
from connector.outbox.entries import WAITING_STATES, Entry, EntryState
from connector.storage import days, keys
from connector.storage.table import TRANSACTION_LIMIT, ConditionFailed, Table, update_write

_PAGE = 100
_ATTEMPTS = 6


class NotAllowed(Exception):
    """The entry is not in a state in which this can be done; the text says which."""


def get(table: Table, shop: str, entry_id: str) -> Entry | None:
    item = table.get(keys.shop(shop), keys.entry(entry_id))
    return Entry.from_item(item) if item else None


def get_many(table: Table, shop: str, entry_ids: Sequence[str], *, bare: bool = False) -> dict[str, Entry]:
    """By id; those that don't exist are left out. ``bare`` ones come without document and facts, which costs less."""
    items = table.batch_get([(keys.shop(shop), keys.entry(entry_id)) for entry_id in entry_ids])
    return {item["id"]: Entry.from_item(item, bare=bare) for item in items}


def waiting(table: Table, shop: str, state: EntryState, *, after: str = "", page_size: int = _PAGE) -> Iterator[Entry]:
    """Entries in ``state`` in posting order, read ``page_size`` at a time. The index may lag; what has moved on since
    is left out."""
    for page in _pages(table.index(keys.entries_queue(shop, state.value), after=after), page_size):
        items = table.batch_get([(pk, sk) for pk, sk, _ in page])
        yield from (Entry.from_item(item) for item in items if item["state"] == state.value)


def is_any(table: Table, shop: str, *states: EntryState) -> bool:
    """Whether an entry is in one of ``states``, as far as the index knows."""
    return any(True for state in states for _ in table.index(keys.entries_queue(shop, state.value), limit=1))


def count(table: Table, shop: str, state: EntryState, limit: int) -> int:
    """How many are in ``state`` by the index, at most ``limit``."""
    return sum(1 for _ in table.index(keys.entries_queue(shop, state.value), limit=limit))


def _pages(rows: Iterable[tuple[str, str, str]], size: int) -> Iterator[list[tuple[str, str, str]]]:
    page: list[tuple[str, str, str]] = []
    for row in rows:
        page.append(row)
        if len(page) == size:
            yield page
            page = []
    if page:
        yield page


@dataclass(frozen=True, slots=True)
class Change:
    """A transaction part with what it adds to a column of a day's tie-out."""

    write: dict[str, Any]
    day: date | None = None
    column: str = ""
    effect: Mapping[str, Decimal] = field(default_factory=dict)


def move_write(entry: Entry, to: EntryState, **fields: Any) -> dict[str, Any]:
    """A transaction part that moves ``entry``, refused if it has moved since it was read. ``fields`` change with it."""
    values = {"state": to.value, **fields}
    names = {f"#f{i}": name for i, name in enumerate(values)}
    sets = [f"#f{i} = :f{i}" for i in range(len(values))]
    parameters: dict[str, Any] = {f":f{i}": value for i, value in enumerate(values.values())}
    removes = ""
    if to in WAITING_STATES:
        sets += ["gsi1pk = :queue", "gsi1sk = :position"]
        parameters |= {":queue": keys.entries_queue(entry.shop, to.value), ":position": entry.order_by}
    else:
        removes = " REMOVE gsi1pk, gsi1sk"
    return update_write(
        keys.shop(entry.shop),
        keys.entry(entry.id),
        "SET " + ", ".join(sets) + removes,
        "#f0 = :was AND set_id = :was_in",
        names=names,
        values=parameters | {":was": entry.state.value, ":was_in": entry.set_id},
    )


def post(entry: Entry, txn_id: str, edit_sequence: str) -> Change:
    """QuickBooks has it: under this TxnID it counts as posted."""
    write = move_write(
        entry,
        EntryState.POSTED,
        txn_id=txn_id,
        edit_sequence=edit_sequence,
        reason="",
        held_by="",
        not_before="",
    )
    return Change(write, entry.day, "posted", entry.effect)


def unpost(entry: Entry, to: EntryState, reason: str) -> Change:
    """QuickBooks has it no more: what it counted as posted is taken back."""
    return Change(move_write(entry, to, reason=reason), entry.day, "posted", negative(entry.effect))


def read_back(
    entry: Entry, edit_sequence: str, effect: Mapping[str, Decimal], reason: str = "", **fields: Any
) -> Change:
    """Found in QuickBooks, where its own amounts have ``effect``."""
    fields |= {"edit_sequence": edit_sequence, "found": dict(effect), "reason": reason}
    write = move_write(entry, EntryState.READ_BACK, **fields)
    return Change(write, entry.day, "quickbooks", effect)


def hold(entry: Entry, reason: str, held_by: str = "", candidates: Sequence[str] = ()) -> Change:
    """It waits for a person, or for ``held_by`` (the sort key of an element or entry) to be helped by one, who may
    choose one of ``candidates`` (TxnIDs)."""
    fields = {"reason": reason, "held_by": held_by, "not_before": "", "candidates": list(candidates)}
    return Change(move_write(entry, EntryState.HELD, **fields))


def commit(table: Table, shop: str, build: Callable[[], tuple[Sequence[Change], Sequence[dict[str, Any]]]]) -> None:
    """Write the changes ``build`` gives, and its closing writes with the last of them.

    More than a transaction takes go in several, so a process may die with some done: ``build`` is called again after
    every refusal and must then give only what is left to do. Raises ConditionFailed if that never comes to an end.
    """
    for attempt in range(_ATTEMPTS):
        changes, closing = build()
        try:
            for writes in _transactions(shop, changes, closing):
                table.transact(writes)
            return
        except ConditionFailed:
            if attempt == _ATTEMPTS - 1:
                raise


def _transactions(
    shop: str, changes: Sequence[Change], closing: Sequence[dict[str, Any]]
) -> Iterator[list[dict[str, Any]]]:
    """Changes with their days' sums. DynamoDB takes an item only once in a transaction, so a day has one write."""
    room = TRANSACTION_LIMIT - len(closing)
    writes: list[dict[str, Any]] = []
    sums: dict[date, tuple[str, dict[str, Decimal]]] = {}
    for change in changes:
        day = change.day if change.effect else None
        other_column = day in sums and sums[day][0] != change.column
        new_day = day is not None and day not in sums
        if other_column or len(writes) + len(sums) + 1 + new_day > room:
            yield writes + _sum_writes(shop, sums)
            writes, sums = [], {}
        writes.append(change.write)
        if day is not None:
            sums[day] = (change.column, add(sums.get(day, ("", {}))[1], change.effect))
    if writes or closing:
        yield [*writes, *_sum_writes(shop, sums), *closing]


def _sum_writes(shop: str, sums: Mapping[date, tuple[str, dict[str, Decimal]]]) -> list[dict[str, Any]]:
    return [days.add_write(shop, day, column, effect) for day, (column, effect) in sums.items() if effect]
