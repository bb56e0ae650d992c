"""What follows when QuickBooks gave no answer to a set: an HRESULT, or a text nobody can read.

A parse error proves that nothing was executed (design §5.5). After anything else the outcome of a write set is
unknown: it stays outstanding and the next session begins with the probe. Reading sets do no harm: they are asked for
again, smaller if their size or one of their records may have been the cause.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from connector.outbox import company, element_store, message_sets, outcomes, pace, recovery, repository, undoing
from connector.outbox.lists import ListState
from connector.outbox.message_sets import MessageSet, SetKind
from connector.outbox.repository import Change, hold
from connector.outbox.turn import Taken, Turn
from connector.quickbooks.session_errors import HresultMeaning, SessionTrouble

GARBLED = "The answer of QuickBooks could not be read. What was sent is looked for in QuickBooks at the next update."
_NO_QUESTION = "QuickBooks can't read our question about this entry. Look for it there. Tell our support."


def take_hresult(turn: Turn, set_: MessageSet, meaning: HresultMeaning) -> Taken:
    """The Web Connector brought an HRESULT in place of an answer."""
    text = f"{meaning.words} {meaning.advice} ({meaning.code})"
    if meaning.kind is not SessionTrouble.PARSE:
        return _ended(_shrink_writes(turn, set_), text)
    if set_.kind is SetKind.WRITE:
        taken = outcomes.take_unreadable(turn, set_)
        # A suspect set was expected to fail: the search goes on at once.
        return taken if set_.suspect else _ended(taken, text)
    if set_.kind is SetKind.UNDO:
        return _ended(undoing.take_unknown(turn, set_), text)
    if set_.kind is SetKind.PROBE:
        about = message_sets.get(turn.table, turn.shop, set_.about)
        return recovery.take_unknown(turn, about) if about else Taken()
    return _ended(_TAKES.get(set_.kind, _nothing)(turn, set_), text)


def take_garbled(turn: Turn, set_: MessageSet) -> Taken:
    """The answer is no qbXML. A write set's is kept by QuickBooks, so it is probed for in the next session."""
    if set_.kind in (*message_sets.CHANGING, SetKind.PROBE):
        return _ended(_shrink_writes(turn, set_), GARBLED)
    return _ended(_TAKES.get(set_.kind, _nothing)(turn, set_), GARBLED)


def _ended(taken: Taken, text: str) -> Taken:
    return replace(taken, ends=True, text=text)


def _shrink_writes(turn: Turn, set_: MessageSet) -> Taken:
    if set_.kind is SetKind.WRITE:
        smaller = pace.after_silence(pace.limit(turn.table, turn.shop))
        turn.table.transact([pace.write(turn.shop, smaller)])
    return Taken()


def _nothing(turn: Turn, set_: MessageSet) -> Taken:
    return Taken()


def _without_lists(turn: Turn, set_: MessageSet) -> Taken:
    """Posting must not wait for lists that QuickBooks can't give: they are asked for again when they are old."""
    company.put_off(turn.table, turn.shop, turn.now)
    return Taken()


def _smaller(turn: Turn, set_: MessageSet) -> Taken:
    turn.table.transact([pace.shrink_reads_write(turn.shop, set_.kind, set_.size)])
    return Taken()


def _smaller_or_hold(turn: Turn, set_: MessageSet) -> Taken:
    """A question about a single one that QuickBooks can't read will never be answered."""
    if set_.size > 1:
        return _smaller(turn, set_)
    return Taken(lambda: _holds(turn, set_))


def _holds(turn: Turn, set_: MessageSet) -> list[Change]:
    entries = repository.get_many(turn.table, turn.shop, set_.entries).values()
    elements = element_store.get_many(turn.table, turn.shop, set_.elements).values()
    return [
        *(hold(entry, _NO_QUESTION) for entry in entries if entry.state.value == "DOUBTFUL"),
        *(
            Change(element_store.move_write(element, ListState.HELD, reason=_NO_QUESTION))
            for element in elements
            if element.state is ListState.WANTED
        ),
    ]


_TAKES: dict[SetKind, Callable[[Turn, MessageSet], Taken]] = {
    SetKind.LISTS: _without_lists,
    SetKind.FIND: _smaller_or_hold,
    SetKind.LOOK_UP: _smaller_or_hold,
    SetKind.READ_BACK: _smaller,
}
