"""Gift cards and store credit, as far as no order says it: two topics of Shopify, one kind of fact.

A change of a card that an order's payment explains is that order's. Orders are read before, up to the window's end; a
change so near to it that the payment may lie behind it is left for the next sync.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any

from connector.accounting.documents import Draft
from connector.accounting.effects import effect_of_document
from connector.accounting.items import Unmapped
from connector.accounting.outcome import Unmappable
from connector.accounting.policy import Policy
from connector.accounting.stored_value import effect_of_stored_value, stored_value_entry, title_of
from connector.ledger.facts import SaleKind
from connector.ledger.nodes import Node, each
from connector.ledger.stored_value import (
    GIFT_CARD,
    SAME_MOVEMENT,
    StoredValueFact,
    StoredValueKind,
    explained,
    read_gift_card,
    read_store_credit,
)
from connector.shopify.stored_value import gift_cards_page, store_credit_page
from connector.storage import card_payments, keys
from connector.storage.facts import FactRecord
from connector.storage.facts import Topic as FactTopic
from connector.storage.orders import get_many
from connector.sync.topics import storing
from connector.sync.topics.posting_keys import posting_key
from connector.sync.topics.topic import Booked, Books, Number, PageRead, Reading, Topic

_KIND = "JournalEntry"
_CARD, _ACCOUNT = "gift card", "store credit account"
_BY_ORDERS = (StoredValueKind.CREDITED, StoredValueKind.DEBITED, StoredValueKind.DEACTIVATED)
"""Changes of a card that may be an order's: a payment, a refund onto it, a sold card that was given back."""


# Reading.


def _gift_cards(reading: Reading, cursor: str | None) -> PageRead:
    found = gift_cards_page(reading.client, reading.since, cursor)
    facts, unreadable = each(found.nodes, partial(read_gift_card, zone=reading.zone, currency=reading.currency))
    settled = reading.window.end - SAME_MOVEMENT
    given_back = set(_given_back(reading, found.nodes))
    ours = [
        fact
        for of_card in facts
        for fact in of_card
        if fact.happened_at < (settled if fact.kind in _BY_ORDERS else reading.window.end) and fact.id not in given_back
    ]
    storing.store(reading, BOOKS, _outside_orders(reading, ours))
    storing.hold_unreadable(reading, unreadable)
    storing.release_readable(reading, _CARD, (of_card[0].holder for of_card in facts if of_card))
    return PageRead(found.cursor, (found.missing,) if found.missing else ())


def _outside_orders(reading: Reading, facts: list[StoredValueFact]) -> list[StoredValueFact]:
    """Those that no order's payment explains."""
    changes = {f.id: f for f in facts if f.kind in (StoredValueKind.CREDITED, StoredValueKind.DEBITED)}
    if not changes:
        return facts
    table, shop = reading.context.table, reading.shop
    payments = [p for first, last in _spans(changes.values()) for p in card_payments.between(table, shop, first, last)]
    known = {p.change for p in payments if p.change}
    free = [p.money for p in payments if not p.change]
    known |= card_payments.explain(table, shop, explained((f for id_, f in changes.items() if id_ not in known), free))
    return [fact for fact in facts if fact.id not in known]


def _spans(facts: Iterable[StoredValueFact]) -> Iterator[tuple[date, date]]:
    """Business days around the facts', neighbours together: a page of old cards is spread over years."""
    one_day = timedelta(days=1)
    first = last = None
    for day in sorted({fact.day for fact in facts}):
        if first is not None and last is not None and day - one_day <= last + one_day:
            last = day + one_day
            continue
        if first is not None and last is not None:
            yield first, last
        first, last = day - one_day, day + one_day
    if first is not None and last is not None:
        yield first, last


def _given_back(reading: Reading, nodes: Iterable[Node]) -> Iterator[str]:
    """The deactivations of sold cards whose order has given the money back: the order says so already."""
    sold = {
        node["id"]: str(node["order"]["id"]).rpartition("/")[2]
        for node in nodes
        if node.get("deactivatedAt") and (node.get("order") or {}).get("id")
    }
    records = get_many(reading.context.table, reading.shop, sorted(set(sold.values())))
    for card, legacy_id in sold.items():
        record = records.get(legacy_id)
        if record and any(s.kind is SaleKind.GIFT_CARD and s.returned for s in record.facts.sales):
            yield f"{card}#deactivated"


def _store_credit(reading: Reading, cursor: str | None) -> PageRead:
    """Customers that changed; once a week all of them, since Shopify does not promise that credit changes them."""
    every = reading.sweep or not _was_read_whole(reading)
    found = store_credit_page(reading.client, None if every else reading.since, cursor)
    facts, unreadable = each(found.nodes, partial(read_store_credit, zone=reading.zone, currency=reading.currency))
    ours = [fact for of_account in facts for fact in of_account if fact.happened_at < reading.window.end]
    storing.store(reading, BOOKS, ours)
    storing.hold_unreadable(reading, unreadable)
    storing.release_readable(reading, _ACCOUNT, (of_account[0].holder for of_account in facts if of_account))
    return PageRead(found.cursor, (found.missing,) if found.missing else ())


def _was_read_whole(reading: Reading) -> bool:
    integration = reading.context.table.get(keys.shop(reading.shop), keys.INTEGRATION) or {}
    return STORE_CREDIT.until in integration


# Booking.


def _documents(record: FactRecord, policy: Policy, number: Number) -> Booked:
    fact: StoredValueFact = record.fact
    if not record.unclaimed:
        return Booked()
    try:
        document = stored_value_entry(fact, policy, number(1))
    except Unmapped as error:
        return Booked(problem=Unmappable(f"{title_of(fact)}: {error.reason}", abs(fact.amount)))
    key = posting_key(FactTopic.STORED_VALUE, fact.id, _KIND, 1)
    return Booked((Draft(key, document, (fact.id,), title_of(fact), effect_of_document(document)),))


def _effect(fact: Any, part: str) -> dict[str, Any]:
    return effect_of_stored_value(fact)


def _names(record: FactRecord) -> tuple[str, ...]:
    """``GC-8KQ2`` by the card's last characters, where it is still free."""
    fact: StoredValueFact = record.fact
    return (f"GC-{fact.label.strip('…')}",) if fact.of == GIFT_CARD else ()


BOOKS = Books(
    facts=FactTopic.STORED_VALUE,
    documents=_documents,
    effects=storing.by_part(_effect),
    title=lambda record: title_of(record.fact),
    letter="G",
    names=_names,
)
GIFT_CARDS = Topic("gift_cards", _gift_cards, (BOOKS,), look_back=timedelta(hours=1))
STORE_CREDIT = Topic("store_credit", _store_credit)
"""Its facts are booked with those of gift cards."""
