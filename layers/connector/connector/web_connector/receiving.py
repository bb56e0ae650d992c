"""receiveResponseXML: what QuickBooks answered, applied once, however often it is brought.

An answer of a session that doesn't count any more is used all the same: it may be the one everybody looks for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from connector.outbox import health, message_sets, recovery, trouble, turns
from connector.outbox.message_sets import MessageSet, SetKind
from connector.outbox.turn import Taken, Turn
from connector.quickbooks.answers import SetAnswer, UnreadableAnswer, parse_answers
from connector.quickbooks.profile import read_hcp
from connector.quickbooks.session_errors import hresult
from connector.storage.table import ConditionFailed
from connector.web_connector import sessions
from connector.web_connector.desk import Desk
from connector.web_connector.introduction import introduce
from connector.web_connector.sending import REPLACED, pauses
from connector.web_connector.sessions import ENDED, Session, State

FINISHED = 100
STOP = -1
NOTHING_ASKED = "An answer came though nothing had been asked."
_NOT_DONE = 99
_ATTEMPTS = 6


def receive_response(desk: Desk, arguments: Mapping[str, str]) -> int:
    """0 to 99: go on; 100: all done; -1: stop and show getLastError."""
    answer = _parsed(arguments["response"])
    for _ in range(_ATTEMPTS):
        session = sessions.load(desk.table, arguments["ticket"])
        if session is None:
            return STOP
        try:
            return _receive(desk, session, arguments, answer)
        except ConditionFailed:
            continue
    return STOP


def _parsed(response: str) -> SetAnswer | None:
    if not response.strip():
        return None
    try:
        return parse_answers(response)
    except UnreadableAnswer:
        return None


def _receive(desk: Desk, session: Session, arguments: Mapping[str, str], answer: SetAnswer | None) -> int:
    set_ = _asked(desk, session, answer)
    if set_ is None:
        return _stop(desk, session, NOTHING_ASKED)
    if set_.answered is not None:
        return set_.answered
    counts = sessions.current_ticket(desk.table, session.shop) == session.ticket
    if not counts and set_.kind not in (*message_sets.CHANGING, SetKind.PROBE):
        return _stop(desk, session, REPLACED)
    turn = desk.turn(session)
    taken = _taken(turn, set_, arguments, answer)
    recovery.settle(turn, taken)
    session = sessions.heard(session, desk.now)
    if not counts:
        return _told(desk, replace(session, state=State.CLOSING, text=REPLACED), set_, STOP)
    if set_.kind is SetKind.PROFILE and answer is not None and session.state is State.AWAITING:
        session = introduce(desk, session, read_hcp(arguments["response"]))
    return _go_on(desk, session, set_, taken)


def _asked(desk: Desk, session: Session, answer: SetAnswer | None) -> MessageSet | None:
    """The set an answer belongs to: the awaited one, unless the answer itself says that it is another's."""
    awaited = message_sets.get(desk.table, session.shop, session.set_id)
    named = _named_set(answer)
    if not named or (awaited is not None and named in (awaited.id, awaited.about)):
        return awaited
    return message_sets.get(desk.table, session.shop, named) or awaited


def _named_set(answer: SetAnswer | None) -> str:
    if answer is None:
        return ""
    if answer.new_message_set_id:
        return answer.new_message_set_id
    first = answer.answers[0].request_id if answer.answers else ""
    set_id, dash, _ = first.partition("-")
    return set_id if dash and len(set_id) == 2 * message_sets.ID_BYTES else ""


def _taken(turn: Turn, set_: MessageSet, arguments: Mapping[str, str], answer: SetAnswer | None) -> Taken:
    if answer is not None:
        return turns.take(turn, set_, answer)
    if arguments["response"].strip() or not arguments["hresult"].strip():
        return trouble.take_garbled(turn, set_)
    meaning = hresult(arguments["hresult"])
    health.report_session(turn.table, turn.shop, meaning, turn.now)
    return trouble.take_hresult(turn, set_, meaning)


def _go_on(desk: Desk, session: Session, set_: MessageSet, taken: Taken) -> int:
    """What is left decides the answer, and it is 100 only when nothing is."""
    if taken.ends or session.state in ENDED:
        text = taken.text or session.text
        return _told(desk, replace(session, state=State.CLOSING, text=text), set_, STOP)
    session = replace(
        session,
        state=State.READY,
        done=session.done + taken.done,
        posted=session.posted + taken.posted,
        memory=taken.memory or session.memory,
        text=taken.text,
    )
    turn = desk.turn(session)
    # After an idle set there was nothing to send; if the index still says otherwise, the next run will see.
    if set_.kind is not SetKind.IDLE and (turns.is_any_due(turn) or pauses(session, turn)):
        return _told(desk, session, set_, _progress(session))
    return _told(desk, replace(session, state=State.CLOSING), set_, FINISHED)


def _progress(session: Session) -> int:
    """Never falls within a run and never reaches 100 while something is left."""
    share = 100 * session.done // max(session.total, session.done, 1)
    return min(_NOT_DONE, max(session.told, share))


def _told(desk: Desk, session: Session, set_: MessageSet, told: int) -> int:
    answered = message_sets.answered_write(set_, told, desk.now)
    desk.table.transact([sessions.save_write(replace(session, told=told)), answered])
    return told


def _stop(desk: Desk, session: Session, text: str) -> int:
    sessions.save(desk.table, replace(session, state=State.CLOSING, text=text))
    return STOP
