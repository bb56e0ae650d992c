"""List elements in the table: finding those that wait, and moving them from one state to another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from connector.outbox.lists import ListElement, ListState
from connector.storage import keys
from connector.storage.table import Table, put_write

_PAGE = 100


def get_many(table: Table, shop: str, sort_keys: Sequence[str]) -> dict[str, ListElement]:
    """By sort key; those that don't exist are left out."""
    items = table.batch_get([(keys.shop(shop), sk) for sk in sort_keys])
    return {item["sk"]: ListElement.from_item(item) for item in items}


def waiting(table: Table, shop: str, state: ListState, limit: int = 0) -> Iterator[ListElement]:
    """Elements in ``state``, taxes and classes first. The index may lag; what has moved on since is left out."""
    found = _waiting(table, shop, state)
    return islice(found, limit) if limit else found


def _waiting(table: Table, shop: str, state: ListState) -> Iterator[ListElement]:
    rows = table.index(keys.list_elements_queue(shop), f"{state.value}#")
    while page := list(islice(rows, _PAGE)):
        items = table.batch_get([(pk, sk) for pk, sk, _ in page])
        yield from (ListElement.from_item(item) for item in items if item["state"] == state.value)


def is_any(table: Table, shop: str, state: ListState) -> bool:
    """Whether an element is in ``state``, as far as the index knows."""
    return any(True for _ in table.index(keys.list_elements_queue(shop), f"{state.value}#", limit=1))


def count(table: Table, shop: str, state: ListState, limit: int) -> int:
    return sum(1 for _ in table.index(keys.list_elements_queue(shop), f"{state.value}#", limit=limit))


def move_write(element: ListElement, to: ListState, **fields: Any) -> dict[str, Any]:
    """A transaction part that moves ``element``, refused if it has moved since it was read."""
    moved = replace(element, state=to, **fields)
    return put_write(
        moved.to_item(),
        "#state = :was AND set_id = :was_in AND #name = :name",
        names={"#state": "state", "#name": "name"},
        values={":was": element.state.value, ":was_in": element.set_id, ":name": element.name},
    )
