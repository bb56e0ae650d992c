"""sendRequestXML: the next message for QuickBooks, stored before it is handed out (design §5.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from connector.outbox import message_sets, posting, reading_lists, turns
from connector.outbox.turn import Prepared, Turn
from connector.quickbooks.answers import UnreadableAnswer
from connector.quickbooks.profile import CompanyProfile, read_hcp
from connector.storage.syncs import moment
from connector.storage.table import ConditionFailed
from connector.web_connector import sessions
from connector.web_connector.desk import Desk
from connector.web_connector.introduction import introduce
from connector.web_connector.sessions import ENDED, Session, State

NO_OP = "NoOp"
"""Makes the Web Connector call getLastError, and if that says NoOp too, wait five seconds and ask again."""

MOST_PAUSES = 24
PAUSE_FOR = timedelta(minutes=1)
"""A record QuickBooks has locked is waited for within the run if its next attempt is no farther away."""

REPLACED = "This update was replaced by a newer one."
_TROUBLE = "The connector could not prepare the next message. It is tried again at the next update."
_ATTEMPTS = 6
_LONGEST_PATH = 1_000


def send_request(desk: Desk, arguments: Mapping[str, str]) -> str:
    """qbXML, "NoOp", or "" with a text in getLastError; never null."""
    for _ in range(_ATTEMPTS):
        session = sessions.load(desk.table, arguments["ticket"])
        if session is None or session.state in ENDED:
            return ""
        try:
            return _send(desk, session, arguments)
        except ConditionFailed:
            continue
    return ""


def _send(desk: Desk, session: Session, arguments: Mapping[str, str]) -> str:
    if sessions.current_ticket(desk.table, session.shop) != session.ticket:
        return _end(desk, session, REPLACED)
    session = sessions.heard(session, desk.now)
    if session.state is State.AWAITING:
        return _again(desk, session)
    if session.state is State.OPENED:
        profile = _profile(arguments["strHCPResponse"])
        session = replace(session, company_file=arguments["strCompanyFileName"][:_LONGEST_PATH])
        if profile is None:
            return _hand_out(desk, session, reading_lists.prepare_profile(desk.turn(session)))
        session = introduce(desk, session, profile)
        if session.state in ENDED:
            return _end(desk, session, session.text)
    return _next(desk, session)


def _next(desk: Desk, session: Session) -> str:
    turn = desk.turn(session)
    prepared = turns.prepare_next(turn)
    if prepared is None and pauses(session, turn):
        waiting = replace(session, state=State.READY, pauses=session.pauses + 1, text=NO_OP)
        sessions.save(desk.table, waiting)
        return NO_OP
    return _hand_out(desk, session, prepared or turns.prepare_idle(turn))


def pauses(session: Session, turn: Turn) -> bool:
    """Whether something locked comes due so soon that the run should wait for it."""
    if session.pauses >= MOST_PAUSES or turn.refusal:
        return False
    due = posting.next_due(turn)
    return bool(due) and moment(due) - turn.now <= PAUSE_FOR


def _hand_out(desk: Desk, session: Session, prepared: Prepared) -> str:
    """The set, its entries' new state and the session's are one transaction; only then it is answered."""
    set_ = prepared.message_set
    awaiting = replace(session, state=State.AWAITING, set_id=set_.id, text="")
    desk.table.transact(
        [
            *message_sets.store_writes(set_, desk.now),
            *prepared.writes,
            sessions.save_write(awaiting),
            sessions.counts_write(awaiting),
        ]
    )
    return set_.body.decode("ascii")


def _again(desk: Desk, session: Session) -> str:
    """The answer to the same question got lost on its way: the same bytes, and nothing else changes."""
    set_ = message_sets.get(desk.table, session.shop, session.set_id)
    if set_ is None:
        return _end(desk, session, _TROUBLE)
    sessions.save(desk.table, session)
    return set_.body.decode("ascii")


def _end(desk: Desk, session: Session, text: str) -> str:
    sessions.save(desk.table, replace(session, state=State.CLOSING, text=text))
    return ""


def _profile(hcp: str) -> CompanyProfile | None:
    """The company as the Web Connector describes it in the first call of a run; None if it doesn't."""
    if not hcp.strip():
        return None
    try:
        profile = read_hcp(hcp)
    except UnreadableAnswer:
        return None
    return profile if profile.product or profile.company_name or profile.data else None
