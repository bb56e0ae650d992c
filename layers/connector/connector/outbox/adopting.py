"""Adopting: before something is posted for the first time, it is looked for in QuickBooks under its Ref No.

A bookkeeper may have typed the last weeks by hand, or another program posted them. Documents dated up to the day the
integration was started (or that a person named) are looked for first: the same reference, date and amount is adopted
and never posted; the same reference on another day or over another amount is held, for a person to decide.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date
from itertools import islice

from connector.accounting.bank_documents import Deposit
from connector.accounting.effects import is_as_posted
from connector.accounting.records import PostedRecord
from connector.outbox import repository
from connector.outbox.entries import Entry, EntryState
from connector.outbox.message_sets import MessageSet, SetKind
from connector.outbox.repository import Change, move_write
from connector.outbox.turn import Prepared, Taken, Turn, named_answers
from connector.quickbooks import queries
from connector.quickbooks.answers import Answer, SetAnswer
from connector.quickbooks.forms import CHANGES
from connector.quickbooks.records import UnreadableRecord
from connector.quickbooks.status import Verdict, explain
from connector.storage import keys
from connector.storage.syncs import stamp
from connector.storage.table import ConditionFailed, Table

AT_A_TIME = 400
MOST_LOOKED_AT = 3_000
GIVEN_UP = "adopting_given_up"
"""In the session's memory: QuickBooks didn't answer, so what is left is looked for in the next session."""

OTHER = (
    "QuickBooks has a {kind} {ref} already, but {what}. Adopt that one if it is this sale, or retry to post this one "
    "beside it."
)

ALIKE = (
    "QuickBooks has a deposit of {total:.2f} to {account} on {day} already. Adopt that one if it is this payout, or "
    "retry to post this one beside it."
)


def want(table: Table, shop: str, until: date) -> None:
    """Documents dated up to ``until`` are looked for before they are posted. An earlier day changes nothing."""
    with suppress(ConditionFailed):
        table.update(
            keys.shop(shop),
            keys.ADOPT,
            "SET last_day = :day",
            "attribute_not_exists(last_day) OR last_day < :day",
            values={":day": until.isoformat()},
        )


def until(table: Table, shop: str) -> str:
    """The last day whose documents are looked for first; empty if none are."""
    return str((table.get(keys.shop(shop), keys.ADOPT) or {}).get("last_day", ""))


def is_to_be_looked_for(entry: Entry, last_day: str) -> bool:
    return not entry.looked_at and entry.kind not in CHANGES and entry.dated.isoformat() <= last_day


def is_any(turn: Turn) -> bool:
    return not turn.refusal and any(True for _ in _waiting(turn))


def prepare(turn: Turn) -> Prepared | None:
    if turn.refusal or turn.memory.get(GIVEN_UP):
        return None
    entries = list(islice(_waiting(turn), AT_A_TIME))
    by_kind: dict[str, list[Entry]] = {}
    for entry in entries:
        by_kind.setdefault(entry.kind, []).append(entry)
    requests = []
    for kind, some in by_kind.items():
        numbers = [entry.ref_number for entry in some if entry.ref_number]
        if numbers:
            requests.append((kind, queries.look_up(kind, numbers)))
        else:
            spread = [entry.dated for entry in some]
            requests.append((kind, queries.look_up_deposits(min(spread), max(spread))))
    if not requests:
        return None
    return Prepared(turn.reading_set(SetKind.ADOPT, requests, entries=tuple(entry.id for entry in entries)))


def _waiting(turn: Turn) -> Iterator[Entry]:
    last_day = until(turn.table, turn.shop)
    if last_day:
        ready = islice(repository.waiting(turn.table, turn.shop, EntryState.READY), MOST_LOOKED_AT)
        yield from (entry for entry in ready if is_to_be_looked_for(entry, last_day))


def take(turn: Turn, set_: MessageSet, answer: SetAnswer) -> Taken:
    found = {kind: records for kind, a in named_answers(set_, answer).items() if (records := _records(a)) is not None}
    entries = repository.get_many(turn.table, turn.shop, set_.entries)
    silent = any(entry.kind not in found for entry in entries.values())

    def changes() -> list[Change]:
        now = repository.get_many(turn.table, turn.shop, set_.entries).values()
        return [
            _decided(turn, entry, found[entry.kind])
            for entry in now
            if entry.state is EntryState.READY and entry.kind in found
        ]

    return Taken(changes, memory={**turn.memory, GIVEN_UP: silent})


def _records(answer: Answer) -> list[PostedRecord] | None:
    """None if the answer doesn't say. Of many asked for, those found are in it."""
    if explain(answer).verdict not in (Verdict.DONE, Verdict.NOT_FOUND):
        return None
    try:
        return [queries.read_record(element) for element in answer.records]
    except UnreadableRecord:
        return None


def _decided(turn: Turn, entry: Entry, records: Sequence[PostedRecord]) -> Change:
    there = [record for record in records if _is_named_so(entry, record)]
    same = [record for record in there if _is_the_same(entry, record)]
    looked_at = stamp(turn.now)
    if not there and (alike := _deposits_alike(entry, records)):
        candidates = [record.txn_id for record in alike]
        reason = ALIKE.format(total=alike[0].total, account=alike[0].account, day=alike[0].day.isoformat())
        fields = {"reason": reason, "held_by": "", "not_before": "", "candidates": candidates}
        return Change(move_write(entry, EntryState.HELD, looked_at=looked_at, **fields))
    if not there:
        return Change(move_write(entry, EntryState.READY, looked_at=looked_at))
    if len(same) == 1:
        return _adopted(entry, same[0], looked_at)
    candidates = [record.txn_id for record in there]
    fields = {"reason": _words(entry, there), "held_by": "", "not_before": "", "candidates": candidates}
    return Change(move_write(entry, EntryState.HELD, looked_at=looked_at, **fields))


def _is_named_so(entry: Entry, record: PostedRecord) -> bool:
    if entry.ref_number:
        return record.ref_number == entry.ref_number
    return _is_the_same(entry, record) and entry.document is not None and record.memo == entry.document.memo


def _deposits_alike(entry: Entry, records: Sequence[PostedRecord]) -> list[PostedRecord]:
    """Deposits have no Ref No.: one typed by hand has the day, the bank account and the total of the payout."""
    document = entry.document
    if not isinstance(document, Deposit):
        return []
    into = document.deposit_to.casefold()
    return [record for record in records if _is_the_same(entry, record) and record.account.casefold() == into]


def _is_the_same(entry: Entry, record: PostedRecord) -> bool:
    document = entry.document
    return document is not None and record.day == entry.dated and is_as_posted(document, record)


def _adopted(entry: Entry, record: PostedRecord, looked_at: str) -> Change:
    write = move_write(
        entry,
        EntryState.POSTED,
        txn_id=record.txn_id,
        edit_sequence=record.edit_sequence,
        looked_at=looked_at,
        # Ours that was lost is ours; anybody else's is only adopted, and never deleted by an undo.
        candidates=[] if record.guid == entry.id else [record.txn_id],
        reason="",
    )
    return Change(write, entry.day, "posted", entry.effect)


def _words(entry: Entry, there: Sequence[PostedRecord]) -> str:
    if len(there) > 1:
        what = f"{len(there)} of them"
    else:
        (one,) = there
        what = f"of {one.day.isoformat()} over {one.total:.2f}"
    return OTHER.format(kind=entry.kind, ref=entry.ref_number, what=what)
