"""The Web Connector's sessions, one ticket each, kept in the table between its calls.

| state | after | what may come |
|---|---|---|
| OPENED | authenticate | sendRequestXML with the company's own description |
| READY | an answer was taken | sendRequestXML |
| AWAITING | a set was sent | receiveResponseXML, or the same sendRequestXML again |
| CLOSING | 100 or a negative number was answered | closeConnection, or nothing |
| CLOSED | closeConnection, connectionError | nothing |

Source: QuickBooks Web Connector Programmer's Guide, chapters 5 and 8. One ticket per shop counts, the newest; an older
one gets nothing more to do, but the answer it may still bring is used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from connector.storage import keys
from connector.storage.syncs import moment, stamp
from connector.storage.table import Table, check_write, put_write

TICKET_BYTES = 24
"""192 random bits: tickets of other products were guessed and mixed tenants."""

BUSY_FOR = timedelta(minutes=10)
"""How long another computer waits for one that has a write set and is silent. A set takes about a minute; QuickBooks
may be slow or wait for a dialog box."""

_KEPT = timedelta(days=30)
_TICKET = "TICKET"


class State(StrEnum):
    OPENED = "OPENED"
    READY = "READY"
    AWAITING = "AWAITING"
    CLOSING = "CLOSING"
    CLOSED = "CLOSED"


ENDED = frozenset({State.CLOSING, State.CLOSED})


@dataclass(frozen=True, slots=True)
class Session:
    """``set_id`` is the set awaited, or the last one. ``told`` is the last number answered to receiveResponseXML.

    ``source`` is the address the calls come from, ``machine`` the computer's name once the company told it.
    ``done`` of ``total`` pieces of work are settled. ``text`` is what getLastError says.
    """

    ticket: str
    shop: str
    state: State
    opened_at: str
    heard_at: str
    source: str = ""
    machine: str = ""
    set_id: str = ""
    told: int = 0
    done: int = 0
    total: int = 0
    posted: int = 0
    pauses: int = 0
    text: str = ""
    refusal: str = ""
    company_file: str = ""
    memory: Mapping[str, Any] = field(default_factory=dict)
    version: int = 0

    def to_item(self, version: int) -> dict[str, Any]:
        fields = {name: getattr(self, name) for name in _FIELDS}
        ends = moment(self.opened_at) + _KEPT
        return {
            "pk": keys.ticket(self.ticket),
            "sk": _TICKET,
            **fields,
            "state": self.state.value,
            "memory": dict(self.memory),
            "version": version,
            "ttl": int(ends.timestamp()),
        }


_FIELDS = tuple(name for name in Session.__slots__ if name not in ("state", "memory", "version"))


def new_ticket(random_bytes: Callable[[int], bytes]) -> str:
    return random_bytes(TICKET_BYTES).hex()


def load(table: Table, ticket: str) -> Session | None:
    """The session of a ticket, whether it still counts or not; None for one that we never gave."""
    item = table.get(keys.ticket(ticket), _TICKET) if 0 < len(ticket) <= 2 * TICKET_BYTES else None
    if item is None:
        return None
    fields = {name: item[name] for name in _FIELDS}
    for name in ("told", "done", "total", "posted", "pauses"):
        fields[name] = int(fields[name])
    return Session(state=State(item["state"]), memory=item["memory"], version=int(item["version"]), **fields)


def current_ticket(table: Table, shop: str) -> str:
    """The ticket that counts; empty if there never was one."""
    item = table.get(keys.shop(shop), keys.SESSION)
    return str(item["ticket"]) if item else ""


def open_writes(session: Session, outstanding_id: str) -> list[dict[str, Any]]:
    """Transaction parts that make a session the one that counts.

    Refused if meanwhile another set than ``outstanding_id`` is on its way: then it has to be thought over again.
    """
    pk = keys.shop(session.shop)
    same = check_write(
        pk,
        keys.OUTSTANDING,
        "set_id = :id" if outstanding_id else "attribute_not_exists(pk)",
        values={":id": outstanding_id} if outstanding_id else None,
    )
    pointer = put_write({"pk": pk, "sk": keys.SESSION, "ticket": session.ticket, "opened_at": session.opened_at})
    return [put_write(session.to_item(1), "attribute_not_exists(pk)"), pointer, same]


def save_write(session: Session) -> dict[str, Any]:
    """A transaction part that stores a session, refused if another call stored it since it was loaded."""
    return put_write(session.to_item(session.version + 1), "version = :version", values={":version": session.version})


def counts_write(session: Session) -> dict[str, Any]:
    """A transaction part that does nothing but refuse the rest if the session does not count any more."""
    return check_write(keys.shop(session.shop), keys.SESSION, "ticket = :ticket", values={":ticket": session.ticket})


def save(table: Table, session: Session) -> Session:
    table.transact([save_write(session)])
    return replace(session, version=session.version + 1)


def heard(session: Session, now: datetime) -> Session:
    return replace(session, heard_at=stamp(now))


def is_elsewhere(session: Session, source: str, now: datetime) -> bool:
    """Whether another computer may be carrying out the set this session sent.

    The same computer starting anew proves that it is not: its Web Connector runs one update at a time.
    """
    if session.state in ENDED or now - moment(session.heard_at) > BUSY_FOR:
        return False
    return bool(source and session.source and source != session.source)


def is_other_machine(session: Session, machine: str, now: datetime) -> bool:
    """The same as ``is_elsewhere`` by the computer's name, which is known a call later."""
    if session.state in ENDED or now - moment(session.heard_at) > BUSY_FOR:
        return False
    return bool(machine and session.machine and machine != session.machine)
