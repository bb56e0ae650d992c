"""What is held of a customer, as the merchant hands it on: in plain words and figures, a document of JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any, TypeVar

from connector.app.privacy_people import Person
from connector.app.privacy_search import CASH, DISPUTES, ENTRIES, ORDERS, SETS, STORED_VALUE, Found
from connector.ledger.cash import CashSession
from connector.ledger.facts import Customer
from connector.ledger.payouts import Dispute
from connector.ledger.stored_value import StoredValueFact
from connector.outbox import company, element_store, repository
from connector.outbox.entries import Entry
from connector.outbox.lists import ListState
from connector.storage import facts, orders
from connector.storage.facts import Topic
from connector.storage.orders import OrderRecord
from connector.storage.table import Table

T = TypeVar("T")

_TOGETHER = 100
_TOPICS = {STORED_VALUE: Topic.STORED_VALUE, CASH: Topic.CASH, DISPUTES: Topic.DISPUTE}

NOTHING_THERE = "QuickBooks has been given nothing of this customer."
IN_QUICKBOOKS = (
    "QuickBooks holds a record of this customer and the documents named here. They are the books' own and are not "
    "reached from Shopify: open one of the documents in QuickBooks and from it the customer."
)
TO_ERASE_THERE = (
    "What QuickBooks was given before is still there. Open one of the documents named here in QuickBooks, from it the "
    "customer, and clear name, address, e-mail and phone as far as your duties of keeping books allow. Where a memo "
    "names the customer, write it anew. The documents themselves must stay."
)


def report(table: Table, shop: str, person: Person, found: Found) -> dict[str, Any]:
    """Everything that ``found`` leads to."""
    records = list(_orders(table, shop, found))
    entries = list(_entries(table, shop, found))
    return {
        "customer": _customer(person, records),
        "orders": [_order(record, person) for record in records],
        "documents": [_document(entry, person) for entry in entries],
        "gift_cards_and_store_credit": [_card(fact) for fact in _facts(table, shop, found, STORED_VALUE)],
        "cash_drawers": [note for session in _facts(table, shop, found, CASH) for note in _cash_notes(session, person)],
        "disputes": [_dispute(fact) for fact in _facts(table, shop, found, DISPUTES)],
        "copies_of_messages_to_quickbooks": len(found.of(SETS)),
        "quickbooks": quickbooks(table, shop, person, entries, IN_QUICKBOOKS),
    }


def quickbooks(table: Table, shop: str, person: Person, entries: Iterable[Entry], hint: str) -> dict[str, Any]:
    """What QuickBooks holds: the customer's record, and the documents by which it is found there."""
    element = element_store.get_many(table, shop, [person.element]).get(person.element)
    known = element is not None and element.state is ListState.KNOWN
    posted = [_document(entry, person) for entry in entries if entry.txn_id]
    seen = company.profile(table, shop)
    return {
        "holds_the_customer": known,
        "company": seen.company_name if seen else "",
        "name": element.name if element and known else "",
        "documents": posted,
        "hint": hint if known or posted else NOTHING_THERE,
    }


def entries_of(table: Table, shop: str, found: Found) -> list[Entry]:
    return list(_entries(table, shop, found))


def _orders(table: Table, shop: str, found: Found) -> Iterable[OrderRecord]:
    for group in _groups([sk.removeprefix(ORDERS) for sk in found.of(ORDERS)]):
        yield from orders.get_many(table, shop, group).values()


def _entries(table: Table, shop: str, found: Found) -> Iterable[Entry]:
    for group in _groups([sk.removeprefix(ENTRIES) for sk in found.of(ENTRIES)]):
        yield from repository.get_many(table, shop, group).values()


def _customer(person: Person, records: Sequence[OrderRecord]) -> dict[str, Any]:
    """All that the orders say, newest first: a customer may have moved to another address meanwhile."""
    newest = sorted(records, key=lambda record: record.facts.order.updated_at, reverse=True)
    said = [c for record in newest if (c := record.facts.order.customer) and c.legacy_id == person.id]
    return {
        "id": person.id,
        "names": _once(_name(customer) for customer in said),
        "emails": _once(customer.email for customer in said),
        "phones": _once(customer.phone for customer in said),
        "other_words": sorted(set(person.words) - {part for c in said for part in (_name(c), c.email, c.phone)}),
    }


def _name(customer: Customer) -> str:
    return customer.name or f"{customer.first_name} {customer.last_name}".strip()


def _once(values: Iterable[str]) -> list[str]:
    return [value for value in dict.fromkeys(values) if value]


def _order(record: OrderRecord, person: Person) -> dict[str, Any]:
    sales, order = record.facts.sales, record.facts.order
    customer = order.customer if order.customer and order.customer.legacy_id == person.id else None
    return {
        "order": order.name,
        "id": order.legacy_id,
        "day": _day(min((sale.day for sale in sales), default=None)),
        "sales": str(sum((sale.total for sale in sales), Decimal("0.00"))),
        "currency": order.currency,
        "lines": [{"day": _day(s.day), "title": s.title, "quantity": s.quantity, "total": str(s.total)} for s in sales],
        "payments": [{"day": _day(m.day), "by": m.gateway, "amount": str(m.amount)} for m in record.facts.money],
        "company": order.company,
        "name": _name(customer) if customer else "",
        "email": customer.email if customer else "",
        "phone": customer.phone if customer else "",
    }


def _document(entry: Entry, person: Person) -> dict[str, Any]:
    memo = entry.document.memo if entry.document is not None else ""
    return {
        "document": entry.kind,
        "number": entry.ref_number,
        "day": _day(entry.day),
        "amount": str(entry.amount),
        "about": entry.title,
        "memo": memo if person.is_named_in(memo) else "",
        "state": entry.state.value,
        "in_quickbooks": bool(entry.txn_id),
    }


def _facts(table: Table, shop: str, found: Found, place: str) -> Iterable[Any]:
    topic = _TOPICS[place]
    for group in _groups([sk.removeprefix(place) for sk in found.of(place)]):
        yield from (record.fact for record in facts.get_many(table, shop, topic, group).values())


def _card(fact: StoredValueFact) -> dict[str, str]:
    return {"day": _day(fact.day), "amount": str(fact.amount), "note": fact.note}


def _cash_notes(session: CashSession, person: Person) -> Iterable[dict[str, str]]:
    """Only what was written about the person: a drawer's day is many people's."""
    if person.is_named_in(session.note):
        yield {"day": _day(session.day), "amount": "", "note": session.note}
    for moved in session.movements:
        note = " ".join(text for text in (moved.reason, moved.note) if person.is_named_in(text))
        if note:
            yield {"day": _day(moved.day), "amount": str(moved.amount), "note": note}


def _dispute(fact: Dispute) -> dict[str, str]:
    return {
        "day": _day(fact.day),
        "order": fact.order_name,
        "amount": str(fact.amount),
        "type": fact.type,
        "reason": fact.reason,
        "state": fact.status,
    }


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _groups(values: Sequence[T]) -> Iterable[list[T]]:
    rest = iter(values)
    while group := list(islice(rest, _TOGETHER)):
        yield group
