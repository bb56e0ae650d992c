"""Whose turn it is: tickets, computers, and the sessions between the calls."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from connector.outbox import identity
from connector.outbox.connection import OWNER_ID
from connector.quickbooks.profile import CompanyProfile
from connector.storage.syncs import stamp
from connector.storage.table import ConditionFailed
from connector.web_connector import sessions
from connector.web_connector.http import body_of
from connector.web_connector.sessions import BUSY_FOR, Session, State
from tests.fakes.memory_table import MemoryTable
from tests.fakes.office import SHOP, START

SESSION = Session("t" * 48, SHOP, State.AWAITING, stamp(START), heard_at=stamp(START), source="10.0.0.1")
OURS = "90a44fb5-33d9-4815-ac85-bc87a7e7d1eb"


def company(file_id: str = OURS, name: str = "Linda's Books", lock: str = "") -> CompanyProfile:
    data = {f"{OWNER_ID}/FileID": "{" + file_id.upper() + "}"} if file_id else {}
    return CompanyProfile(company_name=name, data=data | ({f"{OWNER_ID}/AppLock": lock} if lock else {}))


def test_a_session_is_the_same_after_the_table() -> None:
    table = MemoryTable()
    table.transact(sessions.open_writes(SESSION, ""))
    found = sessions.load(table, SESSION.ticket)
    assert found == replace(SESSION, version=1)
    assert sessions.current_ticket(table, SHOP) == SESSION.ticket


@pytest.mark.parametrize("ticket", ["", "unknown", "x" * 5_000, "TICKET#" + "t" * 48, "t" * 47 + "\x00"])
def test_a_ticket_we_never_gave_is_nobodys(ticket: str) -> None:
    table = MemoryTable()
    table.transact(sessions.open_writes(SESSION, ""))
    assert sessions.load(table, ticket) is None


def test_two_calls_at_once_cannot_both_go_on() -> None:
    table = MemoryTable()
    table.transact(sessions.open_writes(SESSION, ""))
    first = sessions.load(table, SESSION.ticket)
    assert first is not None
    sessions.save(table, replace(first, state=State.READY))
    with pytest.raises(ConditionFailed):
        sessions.save(table, replace(first, state=State.CLOSING))


def test_a_set_sent_meanwhile_stops_a_session_from_being_opened() -> None:
    table = MemoryTable()
    table.put({"pk": f"SHOP#{SHOP}", "sk": "OUTSTANDING", "set_id": "abc", "ticket": "other"})
    with pytest.raises(ConditionFailed):
        table.transact(sessions.open_writes(SESSION, ""))
    table.transact(sessions.open_writes(SESSION, "abc"))


@pytest.mark.parametrize(
    ("source", "after", "state", "elsewhere"),
    [
        ("10.0.0.2", timedelta(minutes=1), State.AWAITING, True),
        ("10.0.0.1", timedelta(minutes=1), State.AWAITING, False),
        ("", timedelta(minutes=1), State.AWAITING, False),
        ("10.0.0.2", BUSY_FOR + timedelta(seconds=1), State.AWAITING, False),
        ("10.0.0.2", timedelta(minutes=1), State.CLOSED, False),
    ],
)
def test_when_another_computer_is_at_work(source: str, after: timedelta, state: State, elsewhere: bool) -> None:
    sender = replace(SESSION, state=state)
    assert sessions.is_elsewhere(sender, source, START + after) is elsewhere


def test_the_machine_tells_computers_apart_behind_one_address() -> None:
    sender = replace(SESSION, machine="backoffice")
    assert identity.machine(company(lock="LOCKED:FRONTDESK:637")) == "frontdesk"
    assert sessions.is_other_machine(sender, "frontdesk", START)
    assert not sessions.is_other_machine(sender, "backoffice", START)
    assert not sessions.is_other_machine(sender, "", START)


SEEN = {"name": "Linda's Books", "file": r"C:\QB\Linda.QBW", "file_id": OURS}


@pytest.mark.parametrize(
    ("seen", "profile", "file", "is_ours"),
    [
        ({}, company(), r"C:\QB\Linda.QBW", True),
        ({}, company(file_id=""), r"C:\QB\Linda.QBW", True),
        ({}, company(file_id="00000000-0000-4000-8000-000000000000"), r"C:\QB\Linda.QBW", False),
        (SEEN, company(), r"c:\qb\LINDA.qbw", True),
        (SEEN, company(), r"D:\moved\Linda.QBW", True),
        (SEEN, company(name="Linda's New Books"), r"C:\QB\Linda.QBW", True),
        (SEEN, company(name="Somebody Else"), r"C:\QB\Else.QBW", False),
        (SEEN, company(file_id=""), r"C:\QB\Linda.QBW", False),
        (SEEN | {"file_id": ""}, company(file_id=""), r"C:\QB\Linda.QBW", True),
        (SEEN | {"file_id": ""}, company(file_id="", name="Somebody Else"), r"C:\QB\Else.QBW", False),
    ],
)
def test_whose_company_is_open(seen: dict[str, str], profile: CompanyProfile, file: str, is_ours: bool) -> None:
    connection = {"file_id": OURS, "company_seen": seen}
    assert (identity.stranger(connection, profile, file) == "") is is_ours


def test_bodies_as_api_gateway_hands_them_over() -> None:
    assert body_of("<x/>", False) == b"<x/>"
    assert body_of("PHgvPg==", True) == b"<x/>"
    assert body_of("no base64!", True) == b""
    assert body_of(None, False) == b""
    assert body_of("Zoë", False) == "Zoë".encode()
