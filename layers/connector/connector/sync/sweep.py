"""The weekly sweep: agreements that no change of their order has led to.

An order's ``updatedAt`` should move with each of its agreements, and orders should be found by it; nothing promises
that. So once a week the newest agreements of two months' orders are compared with what is stored, and orders with one
that is not known are read again. What only happened after the window's end, or before the books begin, is not missed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connector.shopify.client import AdminClient
from connector.shopify.newest_agreements import NewestAgreements, newest_agreements_page
from connector.shopify.orders import PAGE_SIZE, orders_of
from connector.storage.orders import get_many
from connector.storage.table import Table
from connector.sync.context import Context
from connector.sync.window import Window, day_begins

State = dict[str, Any]

ORDERS_OF = timedelta(days=60)
"""How old an order may be to be looked at."""


def step(
    state: State,
    context: Context,
    client: AdminClient,
    window: Window,
    zone: ZoneInfo,
    store: Callable[[list[dict[str, Any]]], object],
) -> State:
    """Page by page until all are looked at (``cursor`` is None then) or this invocation's time ends."""
    cursor, books_begin = state["cursor"], day_begins(window.books_begin, zone)
    while True:
        newest, cursor = newest_agreements_page(client, window.end - ORDERS_OF, cursor)
        missed = _missed(context.table, state["shop"], newest, books_begin, window.end)
        for start in range(0, len(missed), PAGE_SIZE):
            store(orders_of(client, missed[start : start + PAGE_SIZE]))
        if cursor is None or context.must_stop():
            return state | {"cursor": cursor}


def _missed(table: Table, shop: str, newest: Iterable[NewestAgreements], first: datetime, end: datetime) -> list[str]:
    wanted: dict[str, set[str]] = {}
    for order in newest:
        due = {id_ for id_, at in order.agreements if first <= at < end}
        if due:
            wanted[order.legacy_id] = due
    for legacy_id, record in get_many(table, shop, list(wanted)).items():
        wanted[legacy_id] -= {sale.agreement for sale in record.facts.sales}
    return [legacy_id for legacy_id, due in wanted.items() if due]
