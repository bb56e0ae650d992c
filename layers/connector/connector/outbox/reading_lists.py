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

PAGE = 500
"""Elements a page: with the few fields asked for about 200 kB, so that 14,500 names take 30 round trips."""

READING = "reading_lists"
"""In the session's memory: generation, iterators by list, and how many parts are stored."""

_PAGED: Mapping[str, Callable[..., etree._Element]] = {
    "customers": queries.customers,
    "vendors": queries.vendors,
    "items": queries.items,
}
_NAMES = "names"
_REFUSED = "lists_refused"


def prepare_profile(turn: Turn) -> Prepared:
    """Asks for what the Web Connector sends with the first call of a run, where it didn't."""
    return Prepared(turn.reading_set(SetKind.PROFILE, queries.company_profile("{" + OWNER_ID + "}")))


def prepare_lists(turn: Turn) -> Prepared | None:
    """All lists from the start, or the next pages of those that are not at their end."""
    reading = turn.memory.get(READING)
    if reading:
        requests = [(name, _PAGED[name](iterator, page=PAGE)) for name, iterator in reading["iterators"].items()]
        return Prepared(turn.reading_set(SetKind.LISTS, requests))
    if not may_read(turn):
        return None
    requests = list_requests.company_lists_requests()
    requests += [(name, render(page=PAGE)) for name, render in _PAGED.items()]
    requests.append((_NAMES, queries.count("Entity")))
    return Prepared(turn.reading_set(SetKind.LISTS, requests))


def may_read(turn: Turn) -> bool:
    """Whether the lists are old, and QuickBooks has not refused them in this session."""
    return not turn.memory.get(_REFUSED) and company.is_stale(company.state(turn.table, turn.shop), turn.now)


def take_lists(turn: Turn, set_: MessageSet, answer: SetAnswer) -> Taken:
    """Store what came; when the last page is there, readers see all of it. A lost iterator starts all over once."""
    memory = dict(turn.memory)
    reading = memory.pop(READING, None) or {"generation": turn.new_id()[:8], "parts": 0, "counts": {}}
    iterators: dict[str, str] = {}
    counts: dict[str, Any] = dict(reading["counts"])
    parts = int(reading["parts"])
    for name, a in named_answers(set_, answer).items():
        verdict = explain(a).verdict
        if verdict is Verdict.ITERATOR_LOST or verdict not in (Verdict.DONE, Verdict.NOT_FOUND):
            # Asked for again in the next run; what was read before is still shown.
            return Taken(memory={**memory, _REFUSED: True}, text=f"{name}: {a.message}")
        if name == _NAMES:
            counts[_NAMES] = a.ret_count or 0
            continue
        parts += 1
        counts[name] = int(counts.get(name, 0)) + len(a.records)
        _store(turn, name, a, reading["generation"], parts)
        if a.iterator_remaining:
            iterators[name] = a.iterator_id
    if iterators:
        memory[READING] = {
            "generation": reading["generation"],
            "parts": parts,
            "iterators": iterators,
            "counts": counts,
        }
    else:
        company.complete(turn.table, turn.shop, reading["generation"], turn.now, counts)
    return Taken(memory=memory, done=1)


def _store(turn: Turn, name: str, answer: Answer, generation: str, part: int) -> None:
    records = [read_list_record(element) for element in answer.records]
    company.store_part(turn.table, turn.shop, name, generation, part, records)
