"""Making a customer nobody: names, e-mail addresses and phone numbers go, what the books are made of stays.

What stays: order numbers, days, amounts, facts, entries and their numbers in QuickBooks, and Shopify's id of the
customer, which is what tells that two documents are one customer's. Every write is refused if somebody else has changed
the item meanwhile, and is then tried again on what is there now.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from enum import Enum, auto
from functools import partial

from connector.accounting.documents import ListKind
from connector.app.privacy_notes import without
from connector.app.privacy_people import Person, anonymous
from connector.app.privacy_search import (
    AUDIT,
    CASH,
    DISPUTES,
    ENTRIES,
    LISTS,
    ORDERS,
    REQUESTS,
    SETS,
    STORED_VALUE,
)
from connector.outbox import element_store, message_sets, repository, wanting
from connector.outbox.lists import ListElement, ListState
from connector.outbox.message_sets import SetKind
from connector.quickbooks.names import fit_name
from connector.quickbooks.records import ListRecord
from connector.storage import facts, keys, orders
from connector.storage.codec import pack, unpack
from connector.storage.facts import Topic
from connector.storage.orders import OrderRecord
from connector.storage.table import ConditionFailed, Table

ATTEMPTS = 5
_MOST_NAMES = 20
_NOTHING = gzip.compress(b"", mtime=0)


class Outcome(Enum):
    """LATER: QuickBooks has been asked something about it and has not answered yet."""

    DONE = auto()
    LATER = auto()


def anonymise(table: Table, shop: str, sk: str, person: Person) -> Outcome:
    """What is held under ``sk`` names the person no more. Raises ``ConditionFailed`` if others keep changing it."""
    if sk == person.element:
        handle: Handler = _element
    else:
        handle = next(handler for place, handler in HANDLERS.items() if sk.startswith(place))
    for attempt in range(ATTEMPTS):
        try:
            return handle(table, shop, sk, person)
        except ConditionFailed:
            if attempt == ATTEMPTS - 1:
                raise
    raise AssertionError("not reached")


Handler = Callable[[Table, str, str, Person], Outcome]


def _order(table: Table, shop: str, sk: str, person: Person) -> Outcome:
    for record in orders.get_many(table, shop, [sk.removeprefix(ORDERS)]).values():
        changed: OrderRecord = replace(
            record,
            facts=anonymous(record.facts, person),
            open_documents=anonymous(record.open_documents, person),
            problem=person.unnamed(record.problem),
            unreadable=person.unnamed(record.unreadable),
        )
        if changed != record:
            table.transact([changed.write()])
    return Outcome.DONE


def _entry(table: Table, shop: str, sk: str, person: Person) -> Outcome:
    """A document that waits to be posted names its customer by the list element, so nothing of the posting changes."""
    entry = repository.get(table, shop, sk.removeprefix(ENTRIES))
    if entry is None:
        return Outcome.DONE
    changed = replace(
        entry,
        document=without(anonymous(entry.document, person), person),
        reason=person.unnamed(entry.reason),
        title=person.unnamed(entry.title),
        undo=person.unnamed(entry.undo),
    )
    if changed != entry:
        new, old = changed.to_item(), entry.to_item()
        table.update(
            keys.shop(shop),
            sk,
            "SET body = :body, reason = :reason, title = :title, #undo = :undo",
            "body = :old_body AND reason = :old_reason",
            names={"#undo": "undo"},
            values={
                ":body": new["body"],
                ":reason": new["reason"],
                ":title": new["title"],
                ":undo": new["undo"],
                ":old_body": old["body"],
                ":old_reason": old["reason"],
            },
        )
    return Outcome.DONE


def _fact(topic: Topic, table: Table, shop: str, sk: str, person: Person) -> Outcome:
    """Gift cards and cash may be noted with a name. What is known of them is not read anew, so the name stays away."""
    for record in facts.get_many(table, shop, topic, [sk.removeprefix(keys.fact(topic, ""))]).values():
        changed = replace(record, fact=without(record.fact, person), problem=person.unnamed(record.problem))
        if changed != record:
            table.transact(changed.writes())
    return Outcome.DONE


def _dispute(table: Table, shop: str, sk: str, person: Person) -> Outcome:
    """It is the order's, by its number, which stays; it names nobody."""
    return Outcome.DONE


def _element(table: Table, shop: str, sk: str, person: Person) -> Outcome:
    """The name it was known by stays reserved, as a hash: nobody else's documents may end up at this customer."""
    item = table.get(keys.shop(shop), sk)
    element = ListElement.from_item(item) if item else None
    if element is None or (element.ref == anonymous(element.ref, person) and not person.is_named_in(element.name)):
        return Outcome.DONE
    if element.state is ListState.SENT:
        return Outcome.LATER
    for renamed in _renamed(element, person):
        state = ListState.KNOWN if element.state is ListState.KNOWN else ListState.WANTED
        move = element_store.move_write(
            element, state, ref=renamed.ref, name=renamed.name, attempt=renamed.attempt, clashed=False, reason=""
        )
        try:
            table.transact([move, wanting.reserve_write(renamed)])
            return Outcome.DONE
        except ConditionFailed:
            if table.get(keys.shop(shop), sk) != item:
                raise
    raise wanting.NoFreeName(f"no free name was found for {element.ref.kind} {element.ref.key}")


def _renamed(element: ListElement, person: Person) -> Iterator[ListElement]:
    for attempt in range(_MOST_NAMES):
        name = fit_name(ListKind.CUSTOMER, person.placeholder, person.key, attempt)
        yield replace(element, ref=anonymous(element.ref, person), name=name, attempt=attempt)


def _set(table: Table, shop: str, sk: str, person: Person) -> Outcome:
    """The bytes of a message set are kept for whoever asks for them again, until its outcome is known."""
    set_ = message_sets.get(table, shop, sk.removeprefix(SETS))
    if set_ is None or not set_.body:
        return Outcome.DONE
    outstanding = message_sets.outstanding(table, shop) or {}
    settled = set_.answered is not None or set_.kind is SetKind.WRITE
    if outstanding.get("set_id") == set_.id or not settled:
        return Outcome.LATER
    table.update(keys.shop(shop), sk, "SET body = :nothing", "attribute_exists(pk)", values={":nothing": _NOTHING})
    return Outcome.DONE


def _list_part(table: Table, shop: str, sk: str, person: Person) -> Outcome:
    """Our copy of QuickBooks' customers; it is read again, and then says what QuickBooks says."""
    item = table.get(keys.shop(shop), sk)
    known = table.get(keys.shop(shop), person.element)
    list_id = known["list_id"] if known else ""
    if item is None or not list_id:
        return Outcome.DONE
    records = unpack(bytes(item["body"]), tuple[ListRecord, ...])
    changed = tuple(
        replace(record, name=person.placeholder, full_name=person.placeholder) if record.list_id == list_id else record
        for record in records
    )
    if changed != records:
        values = {":new": pack(changed), ":old": bytes(item["body"])}
        table.update(keys.shop(shop), sk, "SET body = :new", "body = :old", values=values)
    return Outcome.DONE


def _request(table: Table, shop: str, sk: str, person: Person) -> Outcome:
    """What was collected for the person earlier."""
    table.update(keys.shop(shop), sk, "REMOVE report", "attribute_exists(pk)")
    return Outcome.DONE


def _audit_line(table: Table, shop: str, sk: str, person: Person) -> Outcome:
    """Who did what stays; a reason may have been given with a name."""
    item = table.get(keys.shop(shop), sk)
    if item is not None:
        details = {
            name: person.unnamed(value) if isinstance(value, str) else value for name, value in item["details"].items()
        }
        table.update(keys.shop(shop), sk, "SET details = :new", "attribute_exists(pk)", values={":new": details})
    return Outcome.DONE


HANDLERS: Mapping[str, Handler] = {
    ORDERS: _order,
    ENTRIES: _entry,
    STORED_VALUE: partial(_fact, Topic.STORED_VALUE),
    CASH: partial(_fact, Topic.CASH),
    DISPUTES: _dispute,
    LISTS: _list_part,
    SETS: _set,
    REQUESTS: _request,
    AUDIT: _audit_line,
}
