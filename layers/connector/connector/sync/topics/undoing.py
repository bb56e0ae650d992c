"""Undone documents of topics: their facts become free to be posted again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from connector.accounting.effects import add, negative
from connector.outbox import repository
from connector.outbox.entries import Entry, EntryState, entry_id
from connector.storage import days, facts, keys
from connector.storage.facts import FactRecord, Topic
from connector.storage.orders import BEFORE_THE_BOOKS
from connector.storage.table import ConditionFailed, Table, delete_write
from connector.sync import problems
from connector.sync.topics.booking import all_books, problem_key
from connector.sync.topics.posting_keys import fact_of
from connector.sync.topics.storing import OUTSIDE, effects_of

_TOGETHER = 50
"""Entries freed in one transaction, of which DynamoDB takes 100 parts (Amazon DynamoDB Developer Guide, "Quotas")."""

_UNDER_WAY = frozenset({EntryState.UNDO, EntryState.UNDO_SENT, EntryState.DELETED})


def free_facts(
    table: Table, shop: str, waiting: Sequence[Entry], begin: date | None, must_stop: Callable[[], bool]
) -> int:
    """Free the parts that ``waiting`` (all in REPOST) carried; returns how many records had any.

    A record of which something is still to be deleted in QuickBooks is left for the next time. Parts from before
    ``begin`` leave the books instead.
    """
    by_record: dict[tuple[Topic, str], list[Entry]] = {}
    for entry in waiting:
        if (record_id := fact_of(entry)) is not None:
            by_record.setdefault(record_id, []).append(entry)
    freed = 0
    for (topic, id_), entries in by_record.items():
        if must_stop():
            break
        found = 0
        for start in range(0, len(entries), _TOGETHER):
            record = facts.get_many(table, shop, topic, [id_]).get(id_)
            if record is not None:
                found = max(found, _free(table, record, entries[start : start + _TOGETHER], begin))
        freed += found
    return freed


def _free(table: Table, record: FactRecord, entries: Sequence[Entry], begin: date | None) -> int:
    carrying = set(record.claims.values()) - OUTSIDE
    known = repository.get_many(table, record.shop, [entry_id(record.shop, key) for key in carrying])
    if any(entry.state in _UNDER_WAY for entry in known.values()):
        return 0
    freed = record
    for entry in entries:
        freed = freed.released(entry.key)
    outside = {part for part, day in freed.unclaimed.items() if begin and day < begin and part in record.claims}
    freed, said = _said_anew(table, freed)
    freed = replace(freed, claims={**freed.claims, **dict.fromkeys(outside, BEFORE_THE_BOOKS)})
    writes = [*freed.writes(), *said, *_amounts(record, entries, outside)]
    # The entry goes: the same part gets the same posting key and Ref No. again.
    writes += [_forget(entry) for entry in entries]
    try:
        table.transact(writes)
    except ConditionFailed:
        return 0
    return 1


def _said_anew(table: Table, record: FactRecord) -> tuple[FactRecord, list[dict[str, Any]]]:
    """What was said of the rest of the record goes with it, and is said again if it is still so. What a person has set
    aside stays aside: they are asked about what comes to it now."""
    pk, sk = keys.shop(record.shop), keys.entry(entry_id(record.shop, problem_key(record)))
    known = table.get(pk, sk) if record.problem else None
    if known and problems.is_aside(known):
        return record, []
    return replace(record, problem=""), [delete_write(pk, sk)] if known else []


def _forget(entry: Entry) -> dict[str, Any]:
    return delete_write(
        keys.shop(entry.shop),
        keys.entry(entry.id),
        "#state = :was",
        names={"#state": "state"},
        values={":was": entry.state.value},
    )


def entries_of_facts(table: Table, shop: str, entries: Iterable[Entry]) -> list[Entry]:
    """All entries of the records that ``entries`` are of, also those that other syncs made."""
    wanted: dict[Topic, dict[str, None]] = {}
    for entry in entries:
        if (found := fact_of(entry)) is not None:
            wanted.setdefault(found[0], {})[found[1]] = None
    ids: set[str] = set()
    for topic, records in wanted.items():
        for record in facts.get_many(table, shop, topic, list(records)).values():
            ids |= {entry_id(shop, key) for key in set(record.claims.values()) - OUTSIDE}
    return list(repository.get_many(table, shop, sorted(ids)).values())


def _amounts(record: FactRecord, entries: Sequence[Entry], outside: set[str]) -> list[dict[str, Any]]:
    """What no longer counts as Shopify's: parts out of the books, and amounts that only their documents told."""
    books = next(one for one in all_books() if one.facts is record.topic)
    gone: dict[date, dict[str, Decimal]] = {}
    if books.effects is None:
        for entry in entries:
            gone[entry.day] = add(gone.get(entry.day, {}), entry.effect)
    for day, effect in effects_of(books, record, outside).items():
        gone[day] = add(gone.get(day, {}), effect)
    return [w for day, effect in gone.items() for w in days.add_writes(record.shop, day, "shopify", negative(effect))]
