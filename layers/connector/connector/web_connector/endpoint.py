"""The eleven operations, each call complete in itself: everything is in the table, and any process may take the next.

What each answer makes the Web Connector do: QuickBooks Web Connector Programmer's Guide, chapters 5, 7 and 8.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from secrets import token_bytes

from connector.outbox import connection, health
from connector.quickbooks.session_errors import hresult
from connector.storage.table import ConditionFailed, Table
from connector.web_connector import receiving, sending, sessions, signing_in
from connector.web_connector.desk import Desk
from connector.web_connector.operations import OPERATIONS, Value
from connector.web_connector.sessions import State

SERVER_VERSION = "1.0.0"
_FAILED = "The connector could not handle this call. Nothing is lost: it goes on at the next update. Try it again."
_UNKNOWN = "This update is not known any more. Start it again in the Web Connector."
_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Endpoint:
    """``clock`` gives aware UTC; ``random_bytes`` is cryptographically random, but for tests."""

    table: Table
    clock: Callable[[], datetime]
    random_bytes: Callable[[int], bytes] = token_bytes

    def call(self, operation: str, arguments: Mapping[str, str], source: str = "") -> Value:
        """The result of an operation; ``source`` is the caller's address where it is known.

        Raises KeyError for an operation that doesn't exist. Missing arguments count as empty.
        """
        given = {name: arguments.get(name) or "" for name in OPERATIONS[operation].parameters}
        desk = Desk(self.table, self.clock(), self.random_bytes, source)
        return _OPERATIONS[operation](desk, given)

    def excuse(self, operation: str, arguments: Mapping[str, str]) -> Value:
        """The answer to a call that failed on our side: one that ends the run with a text the person can read.

        A Fault would end it too, but with the Web Connector's own error number and no word of what to do.
        """
        desk = Desk(self.table, self.clock(), self.random_bytes)
        with suppress(Exception):  # the storage may be what failed; then getLastError fails too and is excused
            _changed(desk, arguments.get("ticket") or "", lambda session: replace(session, text=_FAILED))
        return _EXCUSES.get(operation, "")


def _server_version(desk: Desk, arguments: Mapping[str, str]) -> Value:
    return SERVER_VERSION


def _client_version(desk: Desk, arguments: Mapping[str, str]) -> Value:
    """Any version will do: a text here would stop the update or ask the person at the computer."""
    return ""


def _authenticate(desk: Desk, arguments: Mapping[str, str]) -> Value:
    return signing_in.authenticate(desk, arguments["strUserName"], arguments["strPassword"])


def _send_request(desk: Desk, arguments: Mapping[str, str]) -> Value:
    return sending.send_request(desk, arguments)


def _receive_response(desk: Desk, arguments: Mapping[str, str]) -> Value:
    return receiving.receive_response(desk, arguments)


def _connection_error(desk: Desk, arguments: Mapping[str, str]) -> Value:
    """QuickBooks could not be opened, after two attempts of the Web Connector's own. Never offers another file."""
    meaning = hresult(arguments["hresult"])
    text = f"{meaning.words} {meaning.advice} ({meaning.code})"

    def ended(session: sessions.Session) -> sessions.Session:
        return replace(sessions.heard(session, desk.now), state=State.CLOSED, text=text)

    session = _changed(desk, arguments["ticket"], ended)
    if session is not None:
        health.report_session(desk.table, session.shop, meaning, desk.now)
    return "done"


def _get_last_error(desk: Desk, arguments: Mapping[str, str]) -> Value:
    session = sessions.load(desk.table, arguments["ticket"])
    if session is None:
        return _UNKNOWN
    return session.text or _FAILED  # it asks after failures only: without a text even noting it failed


def _close_connection(desk: Desk, arguments: Mapping[str, str]) -> Value:
    """Nothing depends on it: it may never come, and comes for tickets that were never opened."""

    def closed(session: sessions.Session) -> sessions.Session:
        return replace(sessions.heard(session, desk.now), state=State.CLOSED)

    session = _changed(desk, arguments["ticket"], closed)
    if session is not None:
        connection.hung_up(desk.table, session.shop, desk.now)
    if session is None or not session.posted:
        return "OK"
    return f"OK: {session.posted} entries posted"


def _changed(
    desk: Desk, ticket: str, change: Callable[[sessions.Session], sessions.Session]
) -> sessions.Session | None:
    for _ in range(_ATTEMPTS):
        session = sessions.load(desk.table, ticket)
        if session is None:
            return None
        try:
            return sessions.save(desk.table, change(session))
        except ConditionFailed:
            continue
    return None


def _nothing_interactive(desk: Desk, arguments: Mapping[str, str]) -> Value:
    return ""


def _interactive_done(desk: Desk, arguments: Mapping[str, str]) -> Value:
    return "DONE"


_OPERATIONS: dict[str, Callable[[Desk, Mapping[str, str]], Value]] = {
    "serverVersion": _server_version,
    "clientVersion": _client_version,
    "authenticate": _authenticate,
    "sendRequestXML": _send_request,
    "receiveResponseXML": _receive_response,
    "connectionError": _connection_error,
    "getLastError": _get_last_error,
    "closeConnection": _close_connection,
    "getInteractiveURL": _nothing_interactive,
    "interactiveRejected": _nothing_interactive,
    "interactiveDone": _interactive_done,
}

_EXCUSES: dict[str, Value] = {
    "authenticate": ["", signing_in.BUSY],
    "receiveResponseXML": receiving.STOP,
    "connectionError": "done",
    "getLastError": _FAILED,
    "closeConnection": "OK",
    "interactiveDone": "DONE",
}
"""Where they are not empty. After -1 or an empty request the Web Connector asks getLastError."""
