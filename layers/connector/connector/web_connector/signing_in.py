"""authenticate: who calls, whether there is anything to do, and whether it may be done from this computer."""

from __future__ import annotations

from dataclasses import replace

from connector.outbox import connection, health, message_sets, turns
from connector.storage.syncs import stamp
from connector.storage.table import ConditionFailed
from connector.web_connector import sessions
from connector.web_connector.desk import Desk
from connector.web_connector.sessions import Session, State

NOT_VALID = "nvu"
NO_WORK = "none"
BUSY = "busy"
OPEN_FILE = ""
"""Use the company file that is open in QuickBooks."""

_ATTEMPTS = 5


def authenticate(desk: Desk, user_name: str, token: str) -> list[str]:
    """[ticket, what to do]. Wrong user, wrong token and disabled shop get the same answer."""
    shop = connection.sign_in(desk.table, user_name, token, desk.now)
    if shop is None:
        return ["", NOT_VALID]
    connection.called(desk.table, shop, desk.now)
    for _ in range(_ATTEMPTS):
        try:
            return _admit(desk, shop)
        except ConditionFailed:
            continue
    return [sessions.new_ticket(desk.random_bytes), BUSY]


def _admit(desk: Desk, shop: str) -> list[str]:
    session = _new_session(desk, shop)
    outstanding = message_sets.outstanding(desk.table, shop) or {}
    if outstanding and _is_being_worked_on(desk, str(outstanding["ticket"])):
        health.report(desk.table, shop, "two_computers", desk.now)
        return [session.ticket, BUSY]
    turn = desk.turn(session)
    if not turns.is_any_due(turn):
        return [session.ticket, NO_WORK]
    session = replace(session, total=turns.work_left(turn))
    desk.table.transact(sessions.open_writes(session, str(outstanding.get("set_id", ""))))
    return [session.ticket, OPEN_FILE]


def _new_session(desk: Desk, shop: str) -> Session:
    """What was refused in the company as last seen is not worth opening QuickBooks for."""
    now = stamp(desk.now)
    ticket = sessions.new_ticket(desk.random_bytes)
    refused = desk.refusal(shop)
    return Session(ticket, shop, State.OPENED, now, heard_at=now, source=desk.source, refusal=refused)


def _is_being_worked_on(desk: Desk, ticket: str) -> bool:
    """Whether QuickBooks on another computer may be carrying out the outstanding set at this moment."""
    sender = sessions.load(desk.table, ticket)
    return sender is not None and sessions.is_elsewhere(sender, desk.source, desk.now)
