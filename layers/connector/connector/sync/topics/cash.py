"""Cash sessions of Shopify POS: counted over or short, paid in and out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from connector.accounting.cash import (
    effect_of_movement,
    effect_of_over_short,
    movement_entry,
    over_short_entry,
    title_of,
)
from connector.accounting.documents import Draft, JournalEntry
from connector.accounting.effects import effect_of_document
from connector.accounting.items import Unmapped
from connector.accounting.outcome import Unmappable
from connector.accounting.policy import Policy
from connector.ledger.cash import (
    CashActivity,
    CashMovement,
    CashSession,
    read_activities,
    read_cash_session,
    with_reasons,
)
from connector.ledger.facts import ZERO
from connector.ledger.invariants import cash_disagreements
from connector.ledger.nodes import each
from connector.quickbooks.names import MOST_PER_ORDER
from connector.shopify.cash import cash_drawers_page, cash_sessions_page
from connector.shopify.permissions import Missing
from connector.storage.facts import FactRecord
from connector.storage.facts import Topic as FactTopic
from connector.sync.topics import checks, storing
from connector.sync.topics.posting_keys import posting_key
from connector.sync.topics.topic import Booked, Books, Number, PageRead, Reading, Topic

_KIND = "JournalEntry"
_SESSION = "cash session"


# Reading.


def _page(reading: Reading, cursor: str | None) -> PageRead:
    """Sessions closed since; their movements' reasons are with the drawers, which are only asked for when needed."""
    found = cash_sessions_page(reading.client, reading.since, cursor)
    sessions, unreadable = each(found.nodes, partial(read_cash_session, zone=reading.zone, currency=reading.currency))
    closed = [session for session in sessions if session.closed_at < reading.window.end]
    activities, denied = _activities(reading, [s for s in closed if any(not m.reason for m in s.movements)])
    closed = [with_reasons(session, activities) for session in closed]
    storing.store(reading, BOOKS, closed)
    storing.hold_unreadable(reading, unreadable)
    storing.release_readable(reading, _SESSION, (session.id for session in sessions))
    checks.hold(reading, (s.id for s in closed), (one for s in closed for one in cash_disagreements(s)))
    return PageRead(found.cursor, tuple(filter(None, (found.missing, denied))))


def _activities(reading: Reading, sessions: Sequence[CashSession]) -> tuple[list[CashActivity], Missing | None]:
    if not sessions:
        return [], None
    found: list[CashActivity] = []
    since, cursor = min(session.opened_at for session in sessions), None
    while True:
        drawers = cash_drawers_page(reading.client, since, cursor)
        read, _ = each(drawers.nodes, partial(read_activities, currency=reading.currency))
        found += [activity for of_drawer in read for activity in of_drawer]
        cursor = drawers.cursor
        if cursor is None:
            return found, drawers.missing


# Booking.


def _documents(record: FactRecord, policy: Policy, number: Number) -> Booked:
    """The first Ref No. is that of what was over or short, the following are the movements', in Shopify's order."""
    session: CashSession = record.fact
    drafts: list[Draft] = []
    problems: list[Unmapped] = []

    def add(part: str, place: int, document: Callable[[], JournalEntry]) -> None:
        if part not in record.unclaimed:
            return
        try:
            made = document()
        except Unmapped as error:
            problems.append(error)
            return
        key = posting_key(FactTopic.CASH, session.id, _KIND, place)
        drafts.append(Draft(key, made, (part,), _title(record), effect_of_document(made)))

    add(session.id, 1, lambda: over_short_entry(session, policy, number(1)))
    for place, moved in enumerate(session.movements, 2):
        add(moved.id, place, partial(_movement, session, moved, policy, number, place))
    if not problems:
        return Booked(tuple(drafts))
    reasons = "; ".join(dict.fromkeys(error.reason for error in problems))
    waiting = sum((error.amount for error in problems), ZERO)
    return Booked(tuple(drafts), Unmappable(f"{_title(record)}: {reasons}", waiting))


def _movement(session: CashSession, moved: CashMovement, policy: Policy, number: Number, place: int) -> JournalEntry:
    if place > MOST_PER_ORDER:
        why = f"it has more than {MOST_PER_ORDER - 1} movements; enter the rest in QuickBooks"
        raise Unmapped(why, abs(moved.amount))
    return movement_entry(session, moved, policy, number(place))


def _effect(fact: Any, part: str) -> dict[str, Decimal]:
    session: CashSession = fact
    if part == session.id:
        return effect_of_over_short(session)
    return effect_of_movement(next(m for m in session.movements if m.id == part))


def _title(record: FactRecord) -> str:
    session: CashSession = record.fact
    title = title_of(session)
    return f"{title[:1].upper()}{title[1:]}, {session.day}"


BOOKS = Books(
    facts=FactTopic.CASH,
    documents=_documents,
    effects=storing.by_part(_effect),
    title=_title,
    letter="T",
)
CASH = Topic("cash", _page, (BOOKS,))
