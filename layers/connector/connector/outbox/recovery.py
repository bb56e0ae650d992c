"""After a lost answer: ask QuickBooks what it kept, then look for what is still in doubt (design §5.3).

A write is never sent again blindly, not even as the identical bytes: QuickBooks may have died inside the set with the
first requests carried out and no answer kept. Probing changes nothing; looking up by Ref No. and comparing our
ExternalGUID settles each entry by itself: found once is adopted, not found is sent again in another set, found twice
is held for the merchant.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import islice
from typing import Any

from lxml import etree

from connector.accounting.documents import SalesOrderClosing
from connector.accounting.effects import is_as_posted
from connector.accounting.records import PostedRecord
from connector.outbox import message_sets, outcomes, pace, repository, undoing
from connector.outbox.entries import Entry, EntryState
from connector.outbox.message_sets import MessageSet, SetKind
from connector.outbox.outcomes import TWICE
from connector.outbox.repository import Change, hold, move_write, post
from connector.outbox.turn import Prepared, Taken, Turn, named_answers
from connector.quickbooks import messages, queries
from connector.quickbooks.answers import Answer, SetAnswer
from connector.quickbooks.records import UnreadableRecord
from connector.quickbooks.status import Verdict, explain

AT_A_TIME = 100
MOST_PROBES = 4
"""Probes without a readable answer before entries are looked up one by one instead."""

MOST_LOOK_UPS = 5
"""Times QuickBooks may fail to answer where an entry is, before a person is asked."""


def prepare_probe(turn: Turn) -> Prepared | None:
    """A probe for the write set that another session left without an outcome."""
    left = message_sets.outstanding(turn.table, turn.shop)
    if left is None:
        return None
    set_id, probes = str(left["set_id"]), int(left.get("probes", 0))
    about = message_sets.get(turn.table, turn.shop, set_id)
    if probes >= MOST_PROBES and about is not None:
        settle(turn, take_unknown(turn, about))
        return None
    count = message_sets.probe_write(turn.shop, set_id)
    return Prepared(turn.message_set(SetKind.PROBE, messages.probe(set_id), about=set_id), [count])


def settle(turn: Turn, taken: Taken) -> None:
    """Write what an answer, or its absence, leads to. Repeated after a broken-off call, it does what is left."""

    def build() -> tuple[Sequence[Change], Sequence[dict[str, Any]]]:
        changes = taken.changes()
        left = message_sets.outstanding(turn.table, turn.shop) if taken.settles else None
        if left is None or left["set_id"] != taken.settles:
            return changes, []
        return changes, [message_sets.settle_write(turn.shop, taken.settles), *taken.closing]

    repository.commit(turn.table, turn.shop, build)


def take_probe(turn: Turn, set_: MessageSet, answer: SetAnswer) -> Taken:
    """A kept answer is applied as if it had come in time. Any set status (600, 9001, 9002, 9004, 9005) or nothing
    inside means that there is none."""
    about = message_sets.get(turn.table, turn.shop, set_.about)
    left = message_sets.outstanding(turn.table, turn.shop)
    if about is None or left is None or left["set_id"] != about.id:
        return Taken()  # settled meanwhile, by its late answer
    if not answer.set_status and answer.answers and answer.new_message_set_id in ("", about.id):
        if about.kind is SetKind.UNDO:
            return undoing.take_deletions(turn, about, answer)
        return outcomes.take_write(turn, about, answer, in_time=False)
    return take_unknown(turn, about)


def take_unknown(turn: Turn, about: MessageSet) -> Taken:
    """QuickBooks kept no answer to this set, whatever it holds."""
    return undoing.take_unknown(turn, about) if about.kind is SetKind.UNDO else outcomes.take_unknown(turn, about)


def prepare_look_up(turn: Turn) -> Prepared | None:
    """One query for each entry in doubt: only so does "not found" mean this one and no other."""
    most = pace.read_limit(turn.table, turn.shop, SetKind.LOOK_UP, AT_A_TIME)
    entries = list(islice(repository.waiting(turn.table, turn.shop, EntryState.DOUBTFUL), most))
    if not entries:
        return None
    requests = [(str(n), _query(entry)) for n, entry in enumerate(entries)]
    return Prepared(turn.reading_set(SetKind.LOOK_UP, requests, entries=tuple(entry.id for entry in entries)))


def _query(entry: Entry) -> etree._Element:
    if entry.ref_number:
        return queries.look_up(entry.kind, [entry.ref_number])
    # Only deposits have no Ref No.: all of their day are looked through.
    return queries.look_up_deposits(entry.dated)


def take_look_up(turn: Turn, set_: MessageSet, answer: SetAnswer) -> Taken:
    named = named_answers(set_, answer)
    answers = {entry: named[str(n)] for n, entry in enumerate(set_.entries) if str(n) in named}
    return Taken(partial(_changes, turn, set_, answers), done=0)


def _changes(turn: Turn, set_: MessageSet, answers: dict[str, Answer]) -> list[Change]:
    entries = repository.get_many(turn.table, turn.shop, set_.entries).values()
    return [_settled(entry, answers.get(entry.id)) for entry in entries if entry.state is EntryState.DOUBTFUL]


def _settled(entry: Entry, answer: Answer | None) -> Change:
    found = _same_as(entry, answer) if answer is not None else None
    if found is None:
        if entry.attempts >= MOST_LOOK_UPS:
            return hold(entry, "QuickBooks doesn't say whether it has this entry. Look for it there, then retry.")
        return Change(move_write(entry, EntryState.DOUBTFUL, attempts=entry.attempts + 1))
    if isinstance(entry.document, SalesOrderClosing) and len(found) == 1 and not found[0].closed:
        # The sales order is there and still open; it may have been changed by somebody since it was posted.
        edit_sequence = found[0].edit_sequence
        return Change(move_write(entry, EntryState.READY, set_id="", txn_id="", edit_sequence=edit_sequence, reason=""))
    if not found:
        return Change(move_write(entry, EntryState.READY, set_id="", txn_id="", edit_sequence="", reason=""))
    if len(found) > 1:
        twice = TWICE.format(ref=entry.ref_number or entry.title)
        return hold(entry, twice, candidates=[record.txn_id for record in found])
    return post(entry, found[0].txn_id, found[0].edit_sequence)


def _same_as(entry: Entry, answer: Answer) -> Sequence[PostedRecord] | None:
    """The records in the answer that are this entry; None if the answer doesn't say."""
    if explain(answer).verdict not in (Verdict.DONE, Verdict.NOT_FOUND):
        return None
    try:
        records = [queries.read_record(element) for element in answer.records]
    except UnreadableRecord:
        return None
    ours = [record for record in records if record.guid == entry.guid]
    return ours or [record for record in records if not record.guid and _looks_like(entry, record)]


def _looks_like(entry: Entry, record: PostedRecord) -> bool:
    """Without an ExternalGUID the Ref No., date and amount have to agree, or a deposit's date, memo and amount."""
    if entry.document is None or record.day != entry.dated or not is_as_posted(entry.document, record):
        return False
    if entry.ref_number:
        return record.ref_number == entry.ref_number
    return record.memo == entry.document.memo
