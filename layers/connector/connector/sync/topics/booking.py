"""Facts of the topics into the books: every part that no entry carries yet becomes a document, or an exception.

A record, its new entries and what the sync says it made are one transaction. A record whose parts can't be documents is
held with its amount and its reason; all others flow.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from connector.accounting.effects import add, negative
from connector.accounting.outcome import Unmappable
from connector.accounting.policy import Policy
from connector.outbox.entries import Entry, EntryState, entry_id
from connector.outbox.wanting import list_refs, want
from connector.quickbooks.names import base_reference, reference
from connector.storage import days, facts, keys, references
from connector.storage.facts import NEVER_POSTED, FactRecord
from connector.storage.table import ConditionFailed, Table, delete_write, fits, put_write
from connector.sync import problems
from connector.sync.build import made_writes
from connector.sync.documents import entry_of
from connector.sync.topics.registry import TOPICS
from connector.sync.topics.storing import effects_of
from connector.sync.topics.topic import Booked, Books, Topic

_ATTEMPTS = 5
_BASES = 20
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def all_books(topics: Sequence[Topic] = TOPICS) -> list[Books]:
    return [books for topic in topics for books in topic.books]


def book(
    table: Table, shop: str, sync_id: str, policy: Policy, position: str = "", known: set[str] | None = None
) -> Iterator[str]:
    """Make the documents of all open facts from behind ``position`` on; gives the position after each record.

    It may be repeated. ``known`` is what ``want`` keeps between calls.
    """
    begun, _, after = position.partition("|")
    for index, books in enumerate(all_books()):
        if index < int(begun or 0):
            continue
        start = after if str(index) == begun else ""
        for place, id_ in facts.open_facts(table, shop, books.facts, after=start):
            _book(table, shop, sync_id, books, id_, policy, known)
            yield f"{index}|{place}"


def _book(
    table: Table, shop: str, sync_id: str, books: Books, id_: str, policy: Policy, known: set[str] | None
) -> None:
    for attempt in range(_ATTEMPTS):
        record = facts.get_many(table, shop, books.facts, [id_]).get(id_)
        if record is None or not record.unclaimed:
            return
        told = _told(table, record)
        aside = told if told and _is_aside(told) else None
        if told and not aside and not record.problem.startswith(told.reason):
            record = replace(record, problem=told.reason)  # a person had it tried again: its reason is said anew
        effect = _open_effect(record, books)
        stays = aside is not None and aside.state is EntryState.IGNORED and aside.effect == effect
        if stays and (effect or books.effects is None):
            return
        record = _with_reference(table, record, books)
        if aside is not None and not stays:
            booked = Booked(problem=Unmappable(problems.REOPENED, problems.amount_of(effect)))
        else:
            booked = books.documents(books.completed(table, record), policy, partial(reference, record.reference, ""))
        if stays:
            # Of no amount that the books know (another currency, no cost): only its words tell what came to it.
            if booked.problem is None or problems.said_of(booked.problem) == record.problem:
                return
            booked = Booked(problem=booked.problem, kind=booked.kind)
        want(table, shop, [ref for draft in booked.drafts for ref in list_refs(draft.document)], known)
        writes, is_all = _fitting(record, booked, sync_id, books)
        if not writes:
            return
        try:
            table.transact(writes)
        except ConditionFailed:
            if attempt == _ATTEMPTS - 1:
                raise
            continue
        if not is_all:
            _book(table, shop, sync_id, books, id_, policy, known)
        return


def _fitting(record: FactRecord, booked: Booked, sync_id: str, books: Books) -> tuple[list[dict[str, Any]], bool]:
    """The transaction, and whether it has all documents: a register that was left open has very many."""
    drafts = booked.drafts
    while True:
        entries = [entry_of(record.shop, sync_id, draft) for draft in drafts]
        writes = _writes(record, replace(booked, drafts=drafts), entries, sync_id, books)
        if fits(writes) or len(drafts) <= 1:
            return writes, len(drafts) == len(booked.drafts)
        drafts = drafts[: len(drafts) // 2]


def _writes(
    record: FactRecord, booked: Booked, entries: Sequence[Entry], sync_id: str, books: Books
) -> list[dict[str, Any]]:
    said = problems.said_of(booked.problem)
    if not entries and not booked.moot and said == record.problem:
        return []
    done = record.claimed({part: draft.key for draft in booked.drafts for part in draft.facts})
    done = done.claimed(dict.fromkeys(booked.moot, NEVER_POSTED))
    done = replace(done, problem=said)
    writes = done.writes()
    if entries:
        writes += references.take_writes(record.shop, {record.reference: problem_key(record)})
    writes += [put_write(entry.to_item(), "attribute_not_exists(pk)") for entry in entries]
    writes += made_writes(record.shop, sync_id, entries)
    by_day: dict[date, Mapping[str, Decimal]] = {
        day: negative(effect) for day, effect in effects_of(books, record, booked.moot).items()
    }
    for entry in entries if books.effects is None else ():
        by_day[entry.day] = add(by_day.get(entry.day, {}), entry.effect)
    writes += [w for day, effect in by_day.items() for w in days.add_writes(record.shop, day, "shopify", effect)]
    if booked.problem and done.unclaimed:
        writes.append(put_write(_exception(done, booked.problem, sync_id, books, booked.kind).to_item()))
    elif record.problem:
        writes.append(delete_write(keys.shop(record.shop), keys.entry(entry_id(record.shop, problem_key(record)))))
    return writes


def _exception(record: FactRecord, problem: Unmappable, sync_id: str, books: Books, kind: str) -> Entry:
    return problems.exception(
        record.shop,
        problem_key(record),
        title=books.title(record),
        day=min(record.unclaimed.values()),
        sync_id=sync_id,
        reason=problem.reason,
        amount=problem.amount,
        effect=_open_effect(record, books),
        kind=kind or _kind(record),
    )


def problem_key(record: FactRecord) -> str:
    """The posting key of the exception of a record, and the owner of its Ref Nos."""
    return f"{_kind(record)}:{record.id}"


def _kind(record: FactRecord) -> str:
    """``Stored Value``: what an exception about such a record is called."""
    return record.topic.value.replace("_", " ").title()


def _open_effect(record: FactRecord, books: Books) -> dict[str, Decimal]:
    """What its parts that nothing carries do to the tie-out lines."""
    effect: dict[str, Decimal] = {}
    for of_day in effects_of(books, record, record.unclaimed).values():
        effect = add(effect, of_day)
    return effect


def _told(table: Table, record: FactRecord) -> Entry | None:
    """The record's exception as it is stored."""
    if not record.problem:
        return None
    found = table.get(keys.shop(record.shop), keys.entry(entry_id(record.shop, problem_key(record))))
    return Entry.from_item(found) if found else None


def _is_aside(told: Entry) -> bool:
    """Whether a person has set it aside, which is final for what it was about (as with orders)."""
    return told.state is EntryState.IGNORED or told.reason == problems.REOPENED


# Ref Nos.


def _with_reference(table: Table, record: FactRecord, books: Books) -> FactRecord:
    """The record with the beginning of its Ref Nos.: a name it would like if it is usable and free, else a made one."""
    if record.reference:
        return record
    wishes = [base for name in books.names(record) if (base := base_reference(name))]
    wishes += [_made(books.letter, record.id, attempt) for attempt in range(_BASES)]
    owners = references.owners(table, record.shop, wishes)
    mine = problem_key(record)
    base = next(base for base in wishes if owners.get(base.upper(), mine) == mine)
    return replace(record, reference=base)


def _made(letter: str, id_: str, attempt: int) -> str:
    """``B7K2Q0ZX``: eight characters that are the same whenever they are made."""
    number = int.from_bytes(hashlib.blake2b(f"{attempt}|{id_}".encode(), digest_size=8).digest(), "big")
    digits = ""
    for _ in range(7):
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return f"{letter}{digits}"
