"""Finding everything that is held of a customer, in the shop's partition, a stretch at a time.

Nothing is indexed by customer, because nothing else asks for it: the orders, entries, facts and message sets of the
shop are gone through once, in this order, since what an order says of a person is looked for in all that comes after.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from connector.accounting.documents import JournalEntry
from connector.app.privacy_notes import names
from connector.app.privacy_people import Person, concerns, words_in
from connector.ledger.cash import CashSession
from connector.ledger.payouts import Dispute
from connector.ledger.stored_value import StoredValueFact
from connector.outbox.entries import Entry
from connector.outbox.lists import ListElement
from connector.storage import keys, orders
from connector.storage.codec import pack, text_of, unpack
from connector.storage.table import Item, Table

SPARE_SECONDS = 3.0
LOOK_AT_THE_CLOCK = 50
"""Every so many items."""

ORDERS, ENTRIES = "ORDER#", "ENTRY#"
STORED_VALUE, CASH, DISPUTES = "FACT#stored_value#", "FACT#cash#", "FACT#dispute#"
LISTS, SETS, REQUESTS, AUDIT = "COMPANY#customers#", "SET#", "PRIVACY#", "AUDIT#"
PLACES = (ORDERS, ENTRIES, STORED_VALUE, CASH, DISPUTES, LISTS, SETS, REQUESTS, AUDIT)
_NOTED = {STORED_VALUE: StoredValueFact, CASH: CashSession}
_FREE_TEXTS = ("reason", "problem", "unreadable", "title", "undo")
_A_USER = "user.role"
"""The audit line of a role: the name in it is that of one of the shop's own people."""


@dataclass(slots=True)
class Found:
    """How far a request has come: ``at`` is the last sort key looked at, ``keys`` those of what is held.

    Of these the first ``erased`` have been made anonymous, some of them only ``later``. ``again`` says that entries
    have told words which those before them were not searched for.
    """

    words: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    at: str = ""
    complete: bool = False
    again: bool = False
    erased: int = 0
    later: bool = False

    def packed(self) -> bytes:
        return pack(self)

    def of(self, place: str) -> list[str]:
        return [sk for sk in self.keys if sk.startswith(place)]


def found_in(packed: bytes | None) -> Found:
    return unpack(bytes(packed), Found) if packed else Found()


def search(table: Table, shop: str, customer: str, found: Found, remaining: Callable[[], float]) -> Found:
    """Goes on where ``found`` ends, until all has been looked at or the time is over (``complete`` says which)."""
    person = _begin(table, shop, customer, found)
    for looked_at, item in enumerate(_items(table, shop, found.at)):
        if _is_about(item, person, found):
            if item["sk"] not in found.keys:
                found.keys.append(item["sk"])
            words = _words(item, person) - set(found.words)
            if words:
                found.words += sorted(words)
                found.again |= item["sk"].startswith(ENTRIES)
                person = Person(customer, tuple(found.words))
        found.at = item["sk"]
        if looked_at % LOOK_AT_THE_CLOCK == 0 and remaining() < SPARE_SECONDS:
            return found
    if found.again:
        found.again, found.at = False, ENTRIES
        return search(table, shop, customer, found, remaining)
    found.complete = True
    return found


def _begin(table: Table, shop: str, customer: str, found: Found) -> Person:
    person = Person(customer, tuple(found.words))
    if found.at:
        return person
    item = table.get(keys.shop(shop), person.element)
    if item is None:
        return person
    element = ListElement.from_item(item)
    found.keys.append(person.element)
    found.words += sorted(words_in(element.ref, person) | ({element.name} - {person.placeholder}))
    return Person(customer, tuple(found.words))


def _items(table: Table, shop: str, after: str) -> Iterator[Item]:
    begun = next((number for number, place in enumerate(PLACES) if after.startswith(place)), 0)
    for place in PLACES[begun:]:
        first = after if after.startswith(place) else place
        for item in table.query(keys.shop(shop), first=first, last=f"{place}~"):
            if item["sk"] != after:
                yield item


def _is_about(item: Item, person: Person, found: Found) -> bool:
    sk = item["sk"]
    if sk.startswith(SETS):
        theirs = {person.element, *(key.removeprefix(ENTRIES) for key in found.of(ENTRIES))}
        return not theirs.isdisjoint([*item["elements"], *item["entries"]])
    if sk.startswith(REQUESTS):
        return item.get("customer") == person.id and "report" in item
    if sk.startswith(AUDIT):
        return item["what"] != _A_USER and person.is_named_in(str(item["details"]))
    if sk.startswith(DISPUTES):
        # It names nobody, only the order.
        dispute = unpack(bytes(item["body"]), Dispute)
        return keys.order(dispute.order.rpartition("/")[2]) in found.keys
    if any(person.is_named_in(str(item.get(name, ""))) for name in _FREE_TEXTS):
        return True
    if type_ := next((noted for place, noted in _NOTED.items() if sk.startswith(place)), None):
        # One that is stored in several parts is looked at where it is put together.
        return item["chunks"] > 1 or names(unpack(bytes(item["body"]), type_), person)
    text = text_of(bytes(item["body"])) if "body" in item else b""
    if sk.startswith(ENTRIES) and item["kind"] == JournalEntry.__name__ and names(_content(item), person):
        return True
    if not any(mark in text for mark in person.marks):
        return False
    # An order may have the customer's number, another customer the name.
    return concerns(_content(item), person) if sk.startswith((ORDERS, ENTRIES)) else True


def _words(item: Item, person: Person) -> set[str]:
    """Documents name the person as the order did when they were made, which may have been otherwise than now."""
    return words_in(_content(item), person)


def _content(item: Item) -> Any:
    if item["sk"].startswith(ORDERS):
        record = orders.of_item(item)
        return record.facts, record.open_documents
    return Entry.from_item(item).document if item["sk"].startswith(ENTRIES) else None
