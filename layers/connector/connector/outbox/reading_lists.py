"""Reading the company: its profile when the Web Connector didn't bring it, and its lists page by page.

An iterator lives only as long as QuickBooks' session, so where it stands is kept in our session's memory: a session
that ends in the middle leaves nothing behind, and the next one starts again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lxml import etree

from connector.outbox import company
from connector.outbox.connection import OWNER_ID
from connector.outbox.message_sets import MessageSet, SetKind
from connector.outbox.turn import Prepared, Taken, Turn, named_answers
from connector.quickbooks import list_requests, queries
from connector.quickbooks.answers import Answer, SetAnswer
from connector.quickbooks.records import read_list_record
from connector.quickbooks.status import Verdict, explain
from connector.storage.syncs import stamp

PAGE = 500
"""Elements a page: with the few fields asked for about 200 kB, so that 14,500 names take 30 round trips."""

READING = "reading_lists"
"""In the session's memory: generation, iterators by list, how many parts are stored, and what was asked for."""

ABANDONED = "abandoned_iterators"
"""In the session's memory: iterators nobody goes on with, by list."""

_PAGED: Mapping[str, Callable[..., etree._Element]] = {
    "customers": queries.customers,
    "vendors": queries.vendors,
    "items": queries.items,
}
_PAGED_QUERIES = {"customers": "Customer", "vendors": "Vendor", "items": "Item"}
_NAMES = "names"
_ITEMS = "all_items"
"""How many items there are, where only the changed ones are read."""
_REFUSED = "lists_refused"


def prepare_profile(turn: Turn) -> Prepared:
    """Asks for what the Web Connector sends with the first call of a run, where it didn't."""
    return Prepared(turn.reading_set(SetKind.PROFILE, queries.company_profile("{" + OWNER_ID + "}")))


def prepare_lists(turn: Turn) -> Prepared | None:
    """All lists from the start (long ones from their watermark), or the next pages of those not at their end."""
    reading = turn.memory.get(READING)
    if reading:
        since = reading["since"]
        requests = [
            (name, _PAGED[name](iterator, page=PAGE, since=since.get(name, "")))
            for name, iterator in reading["iterators"].items()
        ]
        return Prepared(turn.reading_set(SetKind.LISTS, requests))
    if not may_read(turn):
        return None
    since = company.changes_since(company.state(turn.table, turn.shop), turn.now)
    requests = list_requests.company_lists_requests()
    requests += [(name, render(page=PAGE, since=since.get(name, ""))) for name, render in _PAGED.items()]
    requests.append((_NAMES, queries.count("Entity")))
    if since:
        requests.append((_ITEMS, queries.count("Item")))
    return Prepared(turn.reading_set(SetKind.LISTS, requests, notes={"since": since, "began": stamp(turn.now)}))


def prepare_stop(turn: Turn) -> Prepared | None:
    """Ends the iterators that were given up in this session."""
    abandoned: Mapping[str, str] = turn.memory.get(ABANDONED) or {}
    requests = [(name, queries.stop(_PAGED_QUERIES[name], iterator)) for name, iterator in abandoned.items()]
    return Prepared(turn.reading_set(SetKind.STOP, requests)) if requests else None


def take_stopped(turn: Turn, set_: MessageSet, answer: SetAnswer) -> Taken:
    """Whatever QuickBooks says to it: an iterator it doesn't know is gone too."""
    return Taken(memory={**turn.memory, ABANDONED: {}})


def may_read(turn: Turn) -> bool:
    """Whether the lists are old, and QuickBooks has not refused them in this session."""
    return not turn.memory.get(_REFUSED) and company.is_stale(company.state(turn.table, turn.shop), turn.now)


def take_lists(turn: Turn, set_: MessageSet, answer: SetAnswer) -> Taken:
    """Store what came; when the last page is there, readers see all of it. A lost iterator starts all over once."""
    memory = dict(turn.memory)
    reading = memory.pop(READING, None) or {
        "generation": turn.new_id()[:8],
        "parts": 0,
        "iterators": {},
        "counts": {},
        "since": set_.notes.get("since", {}),
        "marks": set_.notes.get("since", {}),
        "began": set_.notes.get("began", ""),
    }
    iterators: dict[str, str] = {}
    counts: dict[str, Any] = dict(reading["counts"])
    marks: dict[str, str] = dict(reading["marks"])
    parts = int(reading["parts"])
    answers = named_answers(set_, answer)
    for name, a in answers.items():
        verdict = explain(a).verdict
        if verdict is Verdict.ITERATOR_LOST or verdict not in (Verdict.DONE, Verdict.NOT_FOUND):
            # Asked for again in the next run, from the old watermarks; what was read before is still shown.
            memory |= {_REFUSED: True, ABANDONED: _left_open(reading["iterators"], answers)}
            return Taken(memory=memory, text=f"{name}: {a.message}")
        if name in (_NAMES, _ITEMS):
            counts[name] = a.ret_count or 0
            continue
        parts += 1
        counts[name] = int(counts.get(name, 0)) + len(a.records)
        records = [read_list_record(element) for element in a.records]
        stored_as = _changes(reading["generation"]) if name in reading["since"] else reading["generation"]
        company.store_part(turn.table, turn.shop, name, stored_as, parts, records)
        if name in _PAGED:
            newest = company.watermark([record.modified for record in records], turn.now)
            marks[name] = max(newest, marks.get(name, ""))
        if a.iterator_remaining:
            iterators[name] = a.iterator_id
    if iterators:
        memory[READING] = {**reading, "parts": parts, "iterators": iterators, "counts": counts, "marks": marks}
    else:
        _complete(turn, reading, counts, marks)
    return Taken(memory=memory, done=1)


def _complete(turn: Turn, reading: Mapping[str, Any], counts: dict[str, Any], marks: Mapping[str, str]) -> None:
    generation, since = str(reading["generation"]), reading["since"]
    for name in since:
        counts[name] = company.merge(turn.table, turn.shop, name, _changes(generation), generation)
    # Deleted ones are still among the merged.
    counts["items"] = counts.pop(_ITEMS, counts.get("items", 0))
    whole_at = "" if since else str(reading["began"])
    company.complete(turn.table, turn.shop, generation, turn.now, counts, marks, whole_at)


def _changes(generation: str) -> str:
    """Where the changed elements wait until all have come."""
    return f"{generation}-changes"


def _left_open(before: Mapping[str, str], answers: Mapping[str, Answer]) -> dict[str, str]:
    """The iterators QuickBooks still keeps: those with more pages, and those whose page it could not make."""
    left = dict(before)
    for name, a in answers.items():
        if a.iterator_remaining and a.iterator_id:
            left[name] = a.iterator_id
        elif explain(a).verdict in (Verdict.DONE, Verdict.NOT_FOUND, Verdict.ITERATOR_LOST):
            left.pop(name, None)
    return left
