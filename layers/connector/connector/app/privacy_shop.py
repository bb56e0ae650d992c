"""Erasing a shop, 48 hours after it left: everything under its key, and what leads to it from outside.

What was posted stays in the merchant's QuickBooks, which is the merchant's. Sessions of the Web Connector that sent
nothing, states of installs and counts of failed sign-ins are not found by the shop; they name no customer and expire
by themselves within the month Shopify allows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import TypeVar

from connector.app.schedules import Schedules
from connector.outbox import connection
from connector.storage import keys
from connector.storage.table import TRANSACTION_LIMIT, Table, delete_write

T = TypeVar("T")

SPARE_SECONDS = 3.0
_USER, _TICKET = "USER", "TICKET"


def erase(table: Table, schedules: Schedules, shop: str, request: str, remaining: Callable[[], float]) -> bool:
    """Whether all is gone. ``request``, the sort key of the order to do so, goes last: a process may die anywhere."""
    schedules.remove(shop)
    known = connection.read(table, shop)
    if known:
        _delete_user(table, shop, known["user_name"])
    # Its items may be large, so they are read as they are deleted, never all at once.
    items = (item for item in table.query(keys.shop(shop)) if item["sk"] != request)
    for group in _groups(items):
        # Tickets first: they are found by these items only.
        keys_ = [(keys.ticket(ticket), _TICKET) for ticket in {item["ticket"] for item in group if item.get("ticket")}]
        keys_ += [(item["pk"], item["sk"]) for item in group]
        for part in _groups(iter(keys_)):
            table.transact([delete_write(pk, sk) for pk, sk in part])
        if remaining() < SPARE_SECONDS:
            return False
    table.delete(keys.shop(shop), request)
    return True


def _delete_user(table: Table, shop: str, name: str) -> None:
    user = table.get(keys.user(name), _USER)
    if user and user["shop"] == shop:
        table.delete(keys.user(name), _USER)


def _groups(values: Iterator[T]) -> Iterator[list[T]]:
    while group := list(islice(values, TRANSACTION_LIMIT)):
        yield group
