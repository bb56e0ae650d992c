"""What the next message to QuickBooks is, and who reads the answer: one table, in the order of urgency.

First what is not known (a lost answer, the company, entries in doubt), then what has to be there for the rest (list
elements), then the writes, then the proof.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from connector.outbox import (
    adopting,
    anchors,
    drifting,
    element_store,
    finding,
    message_sets,
    outcomes,
    posting,
    read_back,
    reading_lists,
    recheck,
    recovery,
    release,
    repository,
    undoing,
)
from connector.outbox.connection import OWNER_ID
from connector.outbox.entries import EntryState
from connector.outbox.lists import ListState
from connector.outbox.message_sets import MessageSet, SetKind
from connector.outbox.turn import Prepared, Take, Taken, Turn
from connector.quickbooks import queries
from connector.quickbooks.answers import SetAnswer

RELEASED = "released"
"""In the session's memory: entries whose obstacle is gone have been brought back."""

_MOST_COUNTED = 2_000


@dataclass(frozen=True, slots=True)
class Step:
    """``prepare`` gives the set to send or None; ``is_due`` says as cheaply as possible whether it would."""

    prepare: Callable[[Turn], Prepared | None]
    is_due: Callable[[Turn], bool]


def _lists_due(turn: Turn) -> bool:
    if turn.memory.get(reading_lists.READING):
        return True
    return reading_lists.may_read(turn)


def _find_due(turn: Turn) -> bool:
    return element_store.is_any(turn.table, turn.shop, ListState.WANTED)


def _read_back_due(turn: Turn) -> bool:
    if turn.memory.get(read_back.GIVEN_UP):
        return False
    return repository.is_any(turn.table, turn.shop, EntryState.POSTED)


STEPS: tuple[Step, ...] = (
    # Probing harms no company, so it comes first. Then the books are looked at, before anything is concluded from
    # what is not in them.
    Step(recovery.prepare_probe, lambda turn: message_sets.outstanding(turn.table, turn.shop) is not None),
    Step(anchors.prepare, lambda turn: False),
    Step(reading_lists.prepare_stop, lambda turn: False),
    Step(reading_lists.prepare_lists, _lists_due),
    Step(recovery.prepare_look_up, lambda turn: repository.is_any(turn.table, turn.shop, EntryState.DOUBTFUL)),
    Step(undoing.prepare, undoing.is_any),
    Step(adopting.prepare, adopting.is_any),
    Step(finding.prepare, _find_due),
    Step(posting.prepare, posting.is_any),
    Step(read_back.prepare, _read_back_due),
    Step(drifting.prepare, drifting.is_any),
)


def prepare_next(turn: Turn) -> Prepared | None:
    """The next set to send, None when nothing can be sent now."""
    recheck.advance(turn.table, turn.shop, turn.now)
    if not turn.memory.get(RELEASED):
        release.release_held_by(turn.table, turn.shop)
    for step in STEPS:
        prepared = step.prepare(turn)
        if prepared is not None:
            return prepared
    return None


def prepare_idle(turn: Turn) -> Prepared:
    """A harmless question, for a run that turns out to have nothing to do: an empty answer would look like an error."""
    host = queries.company_profile("{" + OWNER_ID + "}")[:1]
    return Prepared(turn.reading_set(SetKind.IDLE, host))


def is_any_due(turn: Turn) -> bool:
    """Whether a run would find something to do."""
    if any(step.is_due(turn) for step in STEPS):
        return True
    return recheck.is_under_way(turn.table, turn.shop) or release.is_any_freed(turn.table, turn.shop)


def _take_nothing(turn: Turn, set_: MessageSet, answer: SetAnswer) -> Taken:
    return Taken()


def _take_read_back(turn: Turn, set_: MessageSet, answer: SetAnswer) -> Taken:
    drifting.begin(turn)
    return read_back.take(turn, set_, answer)


_TAKES: dict[SetKind, Take] = {
    SetKind.PROFILE: _take_nothing,
    SetKind.LISTS: reading_lists.take_lists,
    SetKind.STOP: reading_lists.take_stopped,
    SetKind.ANCHORS: anchors.take,
    SetKind.PROBE: recovery.take_probe,
    SetKind.LOOK_UP: recovery.take_look_up,
    SetKind.FIND: finding.take,
    SetKind.WRITE: outcomes.take_write,
    SetKind.READ_BACK: _take_read_back,
    SetKind.ADOPT: adopting.take,
    SetKind.DRIFT: drifting.take,
    SetKind.UNDO_CHECK: undoing.take_check,
    SetKind.UNDO: undoing.take_deletions,
    SetKind.UNDO_PROOF: undoing.take_proof,
    SetKind.IDLE: _take_nothing,
}


def take(turn: Turn, set_: MessageSet, answer: SetAnswer) -> Taken:
    """What the answer to ``set_`` leads to. The session keeps its memory where a step says nothing of it."""
    taken = _TAKES[set_.kind](turn, set_, answer)
    memory = dict(taken.memory or turn.memory)
    # Anything may have come free with this answer.
    memory[RELEASED] = set_.kind not in (SetKind.FIND, SetKind.WRITE, SetKind.LOOK_UP)
    return replace(taken, memory=memory)


def work_left(turn: Turn) -> int:
    """About how many pieces of work wait, for the progress bar: posting, then reading back, each entry."""
    table, shop = turn.table, turn.shop
    ready = repository.count(table, shop, EntryState.READY, _MOST_COUNTED)
    posted = repository.count(table, shop, EntryState.POSTED, _MOST_COUNTED)
    wanted = element_store.count(table, shop, ListState.WANTED, _MOST_COUNTED)
    missing = element_store.count(table, shop, ListState.MISSING, _MOST_COUNTED)
    undo = repository.count(table, shop, EntryState.UNDO, _MOST_COUNTED)
    return 2 * (ready + wanted + undo) + posted + missing
