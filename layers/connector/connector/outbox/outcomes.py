"""What QuickBooks' answer to a write set does to each entry and list element in it.

Answers are matched by request id, never by position. What is not answered clearly is in doubt: an entry is looked for
by its Ref No., a list element by its name, before either is sent again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from connector.outbox import anchors, element_store, new_accounts, pace, repository, suspects
from connector.outbox.entries import Entry, EntryState, entry_id
from connector.outbox.lists import ListElement, ListState
from connector.outbox.message_sets import MessageSet
from connector.outbox.repository import Change, hold, move_write, post
from connector.outbox.turn import MOST_LOCKS, Taken, Turn, wait_until
from connector.quickbooks.answers import Answer, SetAnswer
from connector.quickbooks.status import Verdict, explain, reason
from connector.storage.syncs import moment

UNREADABLE = (
    "QuickBooks could not read this entry (0x80040400), so nothing of it was posted. "
    "It was set aside and the others were sent. Tell our support."
)
TWICE = (
    "QuickBooks has this entry twice (Ref No. {ref}). Delete one of the two there, then retry: "
    "the other one is kept, nothing new is posted."
)
_ONCE = 1
Answers = Mapping[str, Answer]


def take_write(turn: Turn, set_: MessageSet, answer: SetAnswer, *, in_time: bool = True) -> Taken:
    """Apply the answer to a write set: QuickBooks' own, or (not ``in_time``) the one it kept and gave when probed."""
    answers = {a.request_id: a for a in answer.answers}
    closing = []
    limit = pace.limit(turn.table, turn.shop)
    faster = pace.after_answer(limit, set_.size, (turn.now - moment(set_.sent_at)).total_seconds())
    if set_.suspect:
        closing.append(suspects.clear_write(turn.table, turn.shop, [*set_.entries, *set_.elements]))
    elif in_time and faster != limit:
        closing.append(pace.write(turn.shop, faster))
    posted = [answers[i] for i in set_.entries if i in answers and _is_done(answers[i])]
    closing += anchors.note_writes(turn.table, turn.shop, posted)
    made = {sk: answers[guid] for sk, guid in _guids(turn, set_).items() if guid in answers and _is_done(answers[guid])}
    closing += new_accounts.made_writes(turn.table, turn.shop, made)
    changes = partial(_changes, turn, set_, answers)
    return Taken(changes, closing, settles=set_.id, done=set_.size, posted=len(posted))


def _guids(turn: Turn, set_: MessageSet) -> dict[str, str]:
    """The request ids of the accounts in a set, by their sort keys."""
    accounts = [sk for sk in set_.elements if new_accounts.is_account(sk)]
    return {sk: e.guid for sk, e in element_store.get_many(turn.table, turn.shop, accounts).items()}


def take_unknown(turn: Turn, set_: MessageSet) -> Taken:
    """QuickBooks kept no answer to this set: whatever it holds may have been done, wholly or up to somewhere."""
    closing = [pace.write(turn.shop, pace.after_silence(pace.limit(turn.table, turn.shop)))]
    return Taken(partial(_changes, turn, set_, {}), closing, settles=set_.id)


def take_unreadable(turn: Turn, set_: MessageSet) -> Taken:
    """0x80040400: nothing was executed. A lone request is held, several are sent apart to find the one at fault."""
    ids = [*set_.elements, *set_.entries]
    if len(ids) == 1:
        changes = partial(_each, turn, set_, _hold_element, lambda entry: hold(entry, UNREADABLE))
        return Taken(changes, [suspects.clear_write(turn.table, turn.shop, ids)], settles=set_.id)
    changes = partial(_each, turn, set_, _missing_again, _ready_again)
    return Taken(changes, [suspects.cut_write(turn.table, turn.shop, ids)], settles=set_.id)


def _changes(turn: Turn, set_: MessageSet, answers: Answers) -> list[Change]:
    failed = {entry for entry in set_.entries if entry in answers and not _is_done(answers[entry])}
    element_change = partial(_element_change, answers=answers, now=turn.now)
    entry_change = partial(_entry_change, answers=answers, failed=failed, now=turn.now)
    entries = _entries(turn, set_)
    changes = _each(turn, set_, element_change, entry_change, entries)
    return [*changes, *_elements_to_find_again(turn, entries, answers), *_too_late(set_, entries, answers)]


def _entries(turn: Turn, set_: MessageSet) -> list[Entry]:
    """As they are now, without their documents."""
    return list(repository.get_many(turn.table, turn.shop, set_.entries, bare=True).values())


def _each(
    turn: Turn,
    set_: MessageSet,
    of_element: Callable[[ListElement], Change | None],
    of_entry: Callable[[Entry], Change | None],
    entries: Iterable[Entry] | None = None,
) -> list[Change]:
    """The changes of what still waits for this set's outcome."""
    elements = element_store.get_many(turn.table, turn.shop, set_.elements).values()
    entries = _entries(turn, set_) if entries is None else entries
    changes: Iterable[Change | None] = [
        *(of_element(e) for e in elements if e.set_id == set_.id and e.state is ListState.SENT),
        *(of_entry(e) for e in entries if e.set_id == set_.id and e.state in _UNSETTLED),
    ]
    return [change for change in changes if change is not None]


_UNSETTLED = frozenset({EntryState.SENT, EntryState.DOUBTFUL})
"""A late answer settles what has been given up for doubtful meanwhile."""


def _is_done(answer: Answer) -> bool:
    return explain(answer).verdict is Verdict.DONE


def _too_late(set_: MessageSet, entries: Iterable[Entry], answers: Answers) -> list[Change]:
    """QuickBooks posted what had been looked for in vain: adopted if it was not sent again, else remembered as a
    second one, so that it is never passed over in silence."""
    changes = []
    for entry in entries:
        answer = answers.get(entry.id)
        if entry.set_id == set_.id or answer is None or not _is_done(answer) or answer.record_id == entry.txn_id:
            continue
        if entry.state in (EntryState.READY, EntryState.DOUBTFUL):
            changes.append(post(entry, answer.record_id, answer.edit_sequence))
        elif entry.state is EntryState.SENT and not entry.twin:
            changes.append(Change(move_write(entry, entry.state, twin=answer.record_id)))
        elif entry.state in (EntryState.POSTED, EntryState.READ_BACK) and not entry.twin:
            twice = TWICE.format(ref=entry.ref_number or entry.title)
            changes.append(Change(move_write(entry, entry.state, twin=answer.record_id, reason=twice)))
    return changes


# Entries.


def _entry_change(entry: Entry, *, answers: Answers, failed: set[str], now: datetime) -> Change | None:
    answer = answers.get(entry.id)
    if answer is None:
        return _doubt(entry)
    if not _is_done(answer) and any(entry_id(entry.shop, key) in failed for key in entry.after):
        # It failed because what it settles failed in the same set; that one's fate decides.
        return _ready_again(entry)
    rule = _ENTRY_RULES.get(explain(answer).verdict, _refused)
    return rule(entry, answer, now)


def _posted(entry: Entry, answer: Answer, now: datetime) -> Change | None:
    if entry.twin and entry.twin != answer.record_id:
        return hold(entry, TWICE.format(ref=entry.ref_number or entry.title))
    return post(entry, answer.record_id, answer.edit_sequence)


def _doubt(entry: Entry, *_: Any) -> Change | None:
    if entry.state is EntryState.DOUBTFUL:
        return None
    return Change(move_write(entry, EntryState.DOUBTFUL))


def _ready_again(entry: Entry, *_: Any) -> Change | None:
    return Change(move_write(entry, EntryState.READY, set_id="", not_before=""))


def _later(entry: Entry, answer: Answer, now: datetime) -> Change | None:
    attempts = entry.attempts + 1
    if attempts >= MOST_LOCKS:
        return hold(entry, reason(answer))
    return Change(
        move_write(
            entry,
            EntryState.READY,
            set_id="",
            attempts=attempts,
            reason=reason(answer),
            not_before=wait_until(now, entry.attempts),
        )
    )


def _once_more(entry: Entry, answer: Answer, now: datetime) -> Change | None:
    """Stale: looked up once, which reads its EditSequence again."""
    if entry.attempts >= _ONCE:
        return _refused(entry, answer, now)
    return Change(move_write(entry, EntryState.DOUBTFUL, attempts=entry.attempts + 1))


def _lost_reference(entry: Entry, answer: Answer, now: datetime) -> Change | None:
    """Something it names is gone, perhaps with a restored backup: its list elements are found anew, once."""
    if entry.attempts >= _ONCE:
        return _refused(entry, answer, now)
    return Change(move_write(entry, EntryState.READY, set_id="", attempts=entry.attempts + 1, reason=reason(answer)))


def _refused(entry: Entry, answer: Answer, now: datetime) -> Change | None:
    return hold(entry, reason(answer))


_ENTRY_RULES: dict[Verdict, Callable[[Entry, Answer, datetime], Change | None]] = {
    Verdict.DONE: _posted,
    Verdict.UNCLEAR: _doubt,
    Verdict.NOT_FOUND: _doubt,
    Verdict.NOT_PROCESSED: _ready_again,
    Verdict.LOCKED: _later,
    Verdict.BUSY: _later,
    Verdict.STALE: _once_more,
    Verdict.BAD_REFERENCE: _lost_reference,
}
"""What a verdict does to an entry; any other holds it with the reason."""


def _elements_to_find_again(turn: Turn, entries: Iterable[Entry], answers: Answers) -> list[Change]:
    """The list elements of entries that named something QuickBooks doesn't have (3120, 3140), to be found by name."""
    lost = [e for e in entries if e.id in answers and explain(answers[e.id]).verdict is Verdict.BAD_REFERENCE]
    needs = sorted({sk for entry in lost if entry.attempts <= _ONCE for sk in entry.needs})
    elements = element_store.get_many(turn.table, turn.shop, needs).values()
    return [
        Change(element_store.move_write(element, ListState.WANTED, list_id="", set_id=""))
        for element in elements
        if element.state is ListState.KNOWN
    ]


# List elements.


def _element_change(element: ListElement, *, answers: Answers, now: datetime) -> Change | None:
    answer = answers.get(element.guid)
    if answer is None:
        return _find(element)
    rule = _ELEMENT_RULES.get(explain(answer).verdict, _element_refused)
    return rule(element, answer, now)


def _known(element: ListElement, answer: Answer, now: datetime) -> Change:
    return Change(know_write(element, answer.record_id, answer.edit_sequence))


def know_write(element: ListElement, list_id: str, edit_sequence: str) -> dict[str, Any]:
    return element_store.move_write(
        element,
        ListState.KNOWN,
        list_id=list_id,
        edit_sequence=edit_sequence,
        set_id="",
        reason="",
        clashed=False,
        not_before="",
        reactivate=False,
    )


def _find(element: ListElement, *_: Any) -> Change:
    return Change(element_store.move_write(element, ListState.WANTED, set_id=""))


def _find_owner(element: ListElement, *_: Any) -> Change:
    return Change(element_store.move_write(element, ListState.WANTED, set_id="", clashed=True))


def _missing_again(element: ListElement, *_: Any) -> Change:
    return Change(element_store.move_write(element, ListState.MISSING, set_id="", not_before=""))


def _add_later(element: ListElement, answer: Answer, now: datetime) -> Change:
    attempts = element.attempts + 1
    if attempts >= MOST_LOCKS:
        return _element_refused(element, answer, now)
    return Change(
        element_store.move_write(
            element,
            ListState.MISSING,
            set_id="",
            attempts=attempts,
            not_before=wait_until(now, element.attempts),
        )
    )


def _element_refused(element: ListElement, answer: Answer, now: datetime) -> Change:
    return Change(element_store.move_write(element, ListState.HELD, set_id="", reason=reason(answer)))


def _hold_element(element: ListElement) -> Change:
    return Change(element_store.move_write(element, ListState.HELD, set_id="", reason=UNREADABLE))


_ELEMENT_RULES: dict[Verdict, Callable[[ListElement, Answer, datetime], Change]] = {
    Verdict.DONE: _known,
    Verdict.UNCLEAR: _find,
    Verdict.NOT_FOUND: _find,
    Verdict.STALE: _find,
    Verdict.NAME_TAKEN: _find_owner,
    Verdict.NOT_PROCESSED: _missing_again,
    Verdict.LOCKED: _add_later,
    Verdict.BUSY: _add_later,
}
"""What a verdict does to a list element being added; any other holds it with the reason."""
