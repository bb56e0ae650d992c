"""Drift: what somebody changed or deleted in QuickBooks after it was proven, found by the next run.

QuickBooks is asked what was modified and what was deleted since the last time. What is ours and not as it was read
back counts as unproven and is read back again: its row then says what differs, or that it is gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from lxml import etree

from connector.accounting.effects import negative
from connector.outbox import read_back, repository
from connector.outbox.entries import Entry, EntryState
from connector.outbox.message_sets import MessageSet, SetKind
from connector.outbox.repository import Change, move_write
from connector.outbox.turn import Prepared, Taken, Turn, named_answers
from connector.quickbooks import queries
from connector.quickbooks.answers import Answer, SetAnswer, plain_guid, value
from connector.quickbooks.forms import QUICKBOOKS_NAMES
from connector.quickbooks.status import Verdict, explain
from connector.storage import keys
from connector.storage.syncs import moment, stamp
from connector.storage.table import ConditionFailed

EVERY = timedelta(hours=6)
OVERLAP = timedelta(minutes=30)
"""The computer's clock and ours may differ, and a transaction may be saved a little after its time."""

PAGE = 500
MOST_DELETED = 1_000
SCANNED_AT_A_TIME = 4_000
_FIRST, _LAST = "ENTRY#", "ENTRY$"
_DELETED = "deleted"

ASKING = "drift"
"""In the session's memory: since when, and the iterators of kinds with more pages."""


def is_any(turn: Turn) -> bool:
    item = _item(turn)
    return item is not None and _is_old(item, turn.now + OVERLAP - EVERY)


def prepare(turn: Turn) -> Prepared | None:
    """The first pages, the next ones, or the look through our entries for what was deleted."""
    item = _item(turn)
    if item is None:
        return None
    if item.get(_DELETED) and _scan(turn, item):
        return read_back.prepare(turn)
    asking = turn.memory.get(ASKING)
    if asking:
        iterators: Mapping[str, str] = asking["iterators"]
        requests = [(kind, queries.modified(kind, asking["since"], i, page=PAGE)) for kind, i in iterators.items()]
    elif _is_old(item, turn.now - EVERY):
        since = str(item["since"])
        requests = [(kind, queries.modified(kind, since, page=PAGE)) for kind in _kinds()]
        requests.append((_DELETED, queries.deleted(_kinds(), since)))
    else:
        return None
    return Prepared(turn.reading_set(SetKind.DRIFT, requests, notes={"at": stamp(turn.now)})) if requests else None


def take(turn: Turn, set_: MessageSet, answer: SetAnswer) -> Taken:
    item = _item(turn) or {}
    asking = dict(turn.memory.get(ASKING) or {"since": item.get("since", ""), "at": set_.notes["at"]})
    seen: dict[str, str] = {}
    iterators: dict[str, str] = {}
    for kind, one in named_answers(set_, answer).items():
        if explain(one).verdict not in (Verdict.DONE, Verdict.NOT_FOUND):
            continue  # an edition without this kind of transaction has none that changed
        if kind == _DELETED:
            _remember_deleted(turn, one.records)
            continue
        seen |= {plain_guid(value(r, "ExternalGUID")): value(r, "EditSequence") for r in one.records}
        iterators |= _more(kind, one)
    if iterators:
        memory = {**turn.memory, ASKING: {**asking, "iterators": iterators}}
    else:
        memory = {name: kept for name, kept in turn.memory.items() if name != ASKING}
        _done(turn, moment(asking["at"]))
    seen.pop("", None)
    return Taken(partial(_changes, turn, seen), memory=memory or {ASKING: None})


def _more(kind: str, answer: Answer) -> dict[str, str]:
    return {kind: answer.iterator_id} if answer.iterator_remaining else {}


def _changes(turn: Turn, seen: Mapping[str, str]) -> list[Change]:
    entries = repository.get_many(turn.table, turn.shop, list(seen)).values()
    return [
        _unproven(entry)
        for entry in entries
        if entry.state is EntryState.READ_BACK and entry.edit_sequence != seen[entry.id]
    ]


def _unproven(entry: Entry) -> Change:
    """It counts as posted, and as proven again once it is read back."""
    write = move_write(entry, EntryState.POSTED, found={})
    return Change(write, entry.day, "quickbooks", negative(entry.found))


def _kinds() -> list[str]:
    return list(dict.fromkeys(QUICKBOOKS_NAMES.values()))


# What is kept between runs.


def _item(turn: Turn) -> dict[str, Any] | None:
    return turn.table.get(keys.shop(turn.shop), keys.DRIFT)


def _is_old(item: Mapping[str, Any], moment_: datetime) -> bool:
    return bool(item["since"] <= stamp(moment_))


def begin(turn: Turn) -> None:
    """Something has just been proven: from now on it may drift. Said again it changes nothing."""
    if _item(turn) is None:
        item = {"pk": keys.shop(turn.shop), "sk": keys.DRIFT, "since": stamp(turn.now - OVERLAP)}
        with suppress(ConditionFailed):
            turn.table.put(item, "attribute_not_exists(pk)")


def _done(turn: Turn, at: datetime) -> None:
    turn.table.update(keys.shop(turn.shop), keys.DRIFT, "SET since = :since", values={":since": stamp(at - OVERLAP)})


# Deleted ones: QuickBooks names their TxnIDs only, so our entries are looked through, some thousands at a time.


def _remember_deleted(turn: Turn, records: Iterable[etree._Element]) -> None:
    ids = list(dict.fromkeys(value(record, "TxnID") for record in records))[:MOST_DELETED]
    if ids:
        turn.table.update(
            keys.shop(turn.shop),
            keys.DRIFT,
            "SET deleted = :ids, scanned = :first",
            values={":ids": ids, ":first": _FIRST},
        )


def _scan(turn: Turn, item: Mapping[str, Any]) -> bool:
    """Whether any of ours was among them."""
    gone = frozenset(item[_DELETED])
    begin = str(item["scanned"])
    page = list(turn.table.query(keys.shop(turn.shop), first=begin, last=_LAST, limit=SCANNED_AT_A_TIME))
    ids = [i["id"] for i in page if i["txn_id"] in gone and i["state"] == EntryState.READ_BACK.value]

    def build() -> tuple[list[Change], list[dict[str, Any]]]:
        entries = repository.get_many(turn.table, turn.shop, ids).values()
        return [_unproven(entry) for entry in entries if entry.state is EntryState.READ_BACK], []

    if ids:
        repository.commit(turn.table, turn.shop, build)
    if len(page) < SCANNED_AT_A_TIME:
        turn.table.update(keys.shop(turn.shop), keys.DRIFT, "REMOVE deleted, scanned")
    else:
        behind = page[-1]["sk"] + "#"
        turn.table.update(keys.shop(turn.shop), keys.DRIFT, "SET scanned = :next", values={":next": behind})
    return bool(ids)
