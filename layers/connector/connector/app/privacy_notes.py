"""What people write as they like, in which somebody may be named: notes of gift cards and cash drawers, and the memos
made of them.

All other texts that are kept are Shopify's, QuickBooks' or ours (titles, codes, names of orders, registers, products),
or name a business (suppliers, accounts) or one of the shop's own people (roles).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from connector.accounting.documents import JournalEntry
from connector.app.privacy_people import Person
from connector.ledger.cash import CashMovement, CashSession
from connector.ledger.stored_value import StoredValueFact

T = TypeVar("T")

_FIELDS: Mapping[type[Any], tuple[str, ...]] = {
    StoredValueFact: ("label", "note"),
    CashSession: ("note",),
    CashMovement: ("note", "reason"),
    # Of cash movements; other documents' memos are made of numbers and names of orders and suppliers.
    JournalEntry: ("memo",),
}


def names(value: Any, person: Person) -> bool:
    """Whether a fact's or a document's notes name the person."""
    return any(person.is_named_in(note) for note in notes(value))


def notes(value: Any) -> Iterator[str]:
    for name in _FIELDS.get(type(value), ()):
        yield getattr(value, name)
    if isinstance(value, CashSession):
        for movement in value.movements:
            yield from notes(movement)


def without(value: T, person: Person) -> T:
    """``value`` with the person's words taken out of its notes. Nothing else of it changes."""
    changed: Any = value
    new: dict[str, Any] = {name: person.unnamed(getattr(value, name)) for name in _FIELDS.get(type(value), ())}
    if isinstance(value, CashSession):
        new["movements"] = tuple(without(movement, person) for movement in value.movements)
    if new:
        changed = replace(changed, **new)
    result: T = changed
    return result
