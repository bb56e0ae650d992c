"""Payouts of Shopify Payments, and the disputes that explain some of their lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from connector.accounting.documents import Document, Draft
from connector.accounting.effects import add, effect_of_document, negative
from connector.accounting.items import Unmapped
from connector.accounting.outcome import Unmappable
from connector.accounting.payouts import effect_of_payout, effect_of_return, payout_document, return_document
from connector.accounting.policy import Policy
from connector.ledger.invariants import payout_disagreements
from connector.ledger.nodes import BROKEN, Node, UnreadableFact, each, moment_of
from connector.ledger.payouts import Dispute, Payout, PayoutState, read_dispute, read_payout
from connector.shopify.payouts import disputes_page, payouts_page
from connector.storage import facts
from connector.storage.facts import FactRecord
from connector.storage.facts import Topic as FactTopic
from connector.sync.controls import KIND as CHECK
from connector.sync.topics import storing
from connector.sync.topics.posting_keys import posting_key
from connector.sync.topics.topic import Booked, Books, Effects, Number, PageRead, Reading, Topic

_STATES_CHANGE = timedelta(days=14)
"""How long after it was issued a payout may still be paid or fail. Shopify has no search for changes of payouts."""

_DISPUTES_LAST = timedelta(days=120)
"""How long after a payment its customer may dispute it with most banks; a decision takes weeks more."""

_PAYOUT, _DISPUTE = "payout", "dispute"


# Reading.


def _page(reading: Reading, cursor: str | None) -> PageRead:
    """Payouts that are only planned may still change in every way: they are read when they are on their way."""

    def known(nodes: Sequence[Node]) -> frozenset[str]:
        records = facts.get_many(reading.context.table, reading.shop, FactTopic.PAYOUT, [n["id"] for n in nodes])
        final = {id_ for id_, record in records.items() if record.fact.agrees}
        return frozenset(final | {n["id"] for n in nodes if _is_planned(n) or _is_later(n, reading)})

    found = payouts_page(reading.client, reading.since, cursor, known)
    wanted = [node for node in found.nodes if not _is_planned(node) and not _is_later(node, reading)]
    payouts, unreadable = each(wanted, lambda node: _read(reading, node))
    storing.store(reading, BOOKS, _settled(reading, payouts))
    storing.hold_unreadable(reading, unreadable)
    storing.release_readable(reading, _PAYOUT, (payout.id for payout in payouts))
    # Oldest first: behind one that was issued after the window there are only such.
    following = None if any(_is_later(node, reading) for node in found.nodes) else found.cursor
    return PageRead(following, (found.missing,) if found.missing else ())


def _is_planned(node: Node) -> bool:
    return node.get("status") == PayoutState.SCHEDULED


def _is_later(node: Node, reading: Reading) -> bool:
    """What has no readable date is not: its exception says so."""
    try:
        return moment_of(node, "issuedAt") >= reading.window.end
    except BROKEN:
        return False


def _read(reading: Reading, node: Node) -> Payout:
    payout = read_payout(node, reading.zone, reading.currency)
    if payout.state is PayoutState.UNKNOWN:
        why = f"its status {node.get('status')} is not known to the connector"
        raise UnreadableFact(_PAYOUT, payout.id, payout.legacy_id, why, payout.net)
    return replace(payout, returned_on=max(payout.day, _today(reading))) if payout.returned else payout


def _settled(reading: Reading, payouts: Sequence[Payout]) -> list[Payout]:
    """One from before the books that is only known as failed comes back to nothing that is in them."""
    outside = [one.id for one in payouts if one.returned and not reading.belongs(one.day)]
    known = facts.get_many(reading.context.table, reading.shop, FactTopic.PAYOUT, outside) if outside else {}
    moot = set(outside) - known.keys()
    return [replace(one, returned_on=None) if one.id in moot else one for one in payouts]


def _today(reading: Reading) -> date:
    """The last business day that the sync is about."""
    return (reading.window.end - timedelta(microseconds=1)).astimezone(reading.zone).date()


def _disputes_page(reading: Reading, cursor: str | None) -> PageRead:
    found = disputes_page(reading.client, reading.since, cursor)
    disputes, unreadable = each(found.nodes, lambda node: read_dispute(node, reading.zone, reading.currency))
    begun: list[Dispute] = [dispute for dispute in disputes if dispute.day <= _today(reading)]
    facts.store(reading.context.table, reading.shop, FactTopic.DISPUTE, begun, reading.belongs)
    storing.hold_unreadable(reading, unreadable)
    storing.release_readable(reading, _DISPUTE, (dispute.id for dispute in disputes))
    return PageRead(found.cursor, (found.missing,) if found.missing else ())


# Booking.


def _documents(record: FactRecord, policy: Policy, number: Number) -> Booked:
    payout: Payout = record.fact
    open_ = record.unclaimed
    if payout.returned and payout.id in open_ and payout.return_id in open_:
        return Booked(moot=(payout.id, payout.return_id))
    if payout.id in open_ and (found := payout_disagreements(payout)):
        return Booked(problem=Unmappable(" ".join(one.words for one in found), abs(payout.net)), kind=CHECK)
    drafts: list[Draft] = []
    moot: list[str] = []
    try:
        if payout.id in open_:
            made: Document | None = payout_document(payout, policy, number(1))
            drafts += _draft(record, payout.id, 1, made)
            moot += [] if made else [payout.id]
        if payout.return_id in open_:
            made = return_document(payout, policy, number(2))
            drafts += _draft(record, payout.return_id, 2, made, _entry_of(record, drafts))
            moot += [] if made else [payout.return_id]
    except Unmapped as error:
        what = f" ({error.amount:.2f})" if error.amount else ""
        problem = Unmappable(f"{_title(record)}: {error.reason}{what}", abs(payout.net) or error.amount)
        return Booked(tuple(drafts), problem, tuple(moot))
    return Booked(tuple(drafts), moot=tuple(moot))


def _draft(
    record: FactRecord, part: str, number: int, document: Document | None, after: tuple[str, ...] = ()
) -> list[Draft]:
    if document is None:
        return []
    key = posting_key(FactTopic.PAYOUT, record.id, type(document).__name__, number)
    return [Draft(key, document, (part,), _title(record), effect_of_document(document), after)]


def _entry_of(record: FactRecord, drafts: Sequence[Draft]) -> tuple[str, ...]:
    """The posting key of the payout's own document, which its return comes after."""
    claim = drafts[0].key if drafts else record.claims.get(record.id, "")
    return (claim,) if claim and claim not in storing.OUTSIDE else ()


def _effects(before: FactRecord | None, after: FactRecord) -> Effects:
    """Also where Shopify corrects a payout that did not agree with itself."""
    total = _counted(after)
    for day, effect in (_counted(before) if before else {}).items():
        total[day] = add(total.get(day, {}), negative(effect))
    return {day: effect for day, effect in total.items() if effect}


def _counted(record: FactRecord) -> dict[date, dict[str, Decimal]]:
    payout: Any = record.fact
    total: dict[date, dict[str, Decimal]] = {}
    for part in storing.in_the_books(record):
        effect = effect_of_payout(payout) if part == payout.id else effect_of_return(payout)
        day = payout.claimable[part]
        total[day] = add(total.get(day, {}), effect)
    return total


def _title(record: FactRecord) -> str:
    return f"Payout {record.fact.legacy_id}"


BOOKS = Books(facts=FactTopic.PAYOUT, documents=_documents, effects=_effects, title=_title, letter="B")
PAYOUTS = Topic("payouts", _page, (BOOKS,), look_back=_STATES_CHANGE)
DISPUTES = Topic("disputes", _disputes_page, look_back=_DISPUTES_LAST)
