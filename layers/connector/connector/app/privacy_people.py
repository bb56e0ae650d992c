"""A customer as the privacy requests mean one: by Shopify's id, and by the words that name the person.

What bookkeeping must keep of a customer (amounts, days, order numbers, which documents are whose) hangs on the id.
The words (name, e-mail, phone) are what is handed out on request, and what is forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

import msgspec

from connector.accounting.documents import ListKind, ListRef
from connector.ledger.facts import Customer
from connector.storage import keys

T = TypeVar("T")

SHORTEST_WORD = 3
"""Characters: what is shorter names nobody, and stands in every text."""

SOMEBODY = "the customer"


@dataclass(frozen=True)
class Person:
    """``id`` is Shopify's numeric id; ``words`` are the person's names, e-mail addresses and phone numbers."""

    id: str
    words: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The customer's key among the list elements."""
        return f"customer:{self.id}"

    @property
    def element(self) -> str:
        """The sort key of the customer's list element."""
        return keys.list_element(ListKind.CUSTOMER, self.key)

    @property
    def placeholder(self) -> str:
        """The name of a customer whose name Shopify withholds (``accounting.items.customer``)."""
        return f"Customer {self.id}"

    @cached_property
    def marks(self) -> tuple[bytes, ...]:
        """One of these stands in the packed JSON of everything that is about the person."""
        words = (word for word in self.words if len(word) >= SHORTEST_WORD)
        texts = (msgspec.json.encode(word)[1:-1] for word in words)
        return (f'"{self.key}"'.encode(), f'"legacy_id":"{self.id}"'.encode(), *texts)

    def is_named_in(self, text: str) -> bool:
        return bool(self._pattern and self._pattern.search(text))

    def unnamed(self, text: str) -> str:
        """``text`` without the person's words."""
        return self._pattern.sub(SOMEBODY, text) if self._pattern else text

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        words = sorted((word for word in self.words if len(word) >= SHORTEST_WORD), key=len, reverse=True)
        if not words:
            return None
        return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, words)) + r")(?!\w)", re.IGNORECASE)


def concerns(value: Any, person: Person) -> bool:
    """Whether ``value`` (facts, a document, …) is about the person."""
    return any(_is(part, person) or _is_buyer(part, person) for part in _parts(value))


def words_in(value: Any, person: Person) -> set[str]:
    """The words by which ``value`` (facts, a document, …) names the person."""
    found: set[str] = set()
    for part in _parts(value):
        if _is_buyer(part, person):
            found |= {part.name, f"{part.first_name} {part.last_name}".strip(), part.email, part.phone}
        elif _is(part, person):
            detail = part.customer
            found.add(part.name)
            if detail:
                found |= {f"{detail.first_name} {detail.last_name}".strip(), detail.email, detail.phone}
    return found - {"", person.placeholder}


def anonymous(value: T, person: Person) -> T:
    """``value`` with the person's id alone where the person was. Nothing else of it changes."""
    changed: Any = value
    if isinstance(value, Customer):
        if value.legacy_id == person.id:
            changed = Customer(value.id, value.legacy_id, "")
    elif isinstance(value, ListRef):
        if _is(value, person):
            changed = replace(value, name=person.placeholder, customer=None)
    elif is_dataclass(value) and not isinstance(value, type):
        parts = {field.name: getattr(value, field.name) for field in fields(value) if field.init}
        new = {name: anonymous(part, person) for name, part in parts.items()}
        if any(new[name] is not part for name, part in parts.items()):
            changed = replace(value, **new)
    elif isinstance(value, tuple):
        members = tuple(anonymous(part, person) for part in value)
        if any(new is not old for new, old in zip(members, value, strict=True)):
            changed = members
    result: T = changed
    return result


def _is_buyer(value: Any, person: Person) -> bool:
    return isinstance(value, Customer) and value.legacy_id == person.id


def _is(value: Any, person: Person) -> bool:
    return isinstance(value, ListRef) and value.kind is ListKind.CUSTOMER and value.key == person.key


def _parts(value: Any) -> Iterable[Any]:
    yield value
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _parts(getattr(value, field.name))
    elif isinstance(value, tuple):
        for part in value:
            yield from _parts(part)
