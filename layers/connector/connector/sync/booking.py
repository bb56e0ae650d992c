"""Orders into the books: each in its own documents or in its day's, by the mode it is in."""

from __future__ import annotations

from collections.abc import Sequence

from connector.accounting.policy import Mode, Policy
from connector.storage.table import Table
from connector.sync.build import build_orders
from connector.sync.summarise import add_orders


def book_orders(
    table: Table, shop: str, sync_id: str, legacy_ids: Sequence[str], policy: Policy, known: set[str] | None = None
) -> None:
    """Take in what is open of these orders. It may be repeated. ``known`` is what ``want`` keeps between calls."""
    first, second = (add_orders, build_orders) if policy.customer is Mode.SUMMARY else (build_orders, add_orders)
    others: set[str] = set()
    first(table, shop, sync_id, legacy_ids, policy, known, others)
    if others:
        second(table, shop, sync_id, sorted(others), policy, known)
