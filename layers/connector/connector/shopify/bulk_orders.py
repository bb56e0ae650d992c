"""A shop's orders by bulk operations: the same complete nodes as ``orders_page`` gives, many at a time.

What can't be in a bulk query are the transactions of ``refunds``: a connection in a list. They come below the refund's
sales agreement instead, where it is no list; where they don't (not every refund has an agreement of its own, and of a
broken file no more is trusted than must be), the refund is asked for alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from connector.shopify import bulk
from connector.shopify.bulk import BulkRefused, Operation, Stage
from connector.shopify.bulk_document import bulk_query, plain_path
from connector.shopify.bulk_download import BeginAnew, Download
from connector.shopify.bulk_rows import FileBroken, Spool, parts_for
from connector.shopify.client import AdminClient
from connector.shopify.errors import ShopifyError, ShopifyUnavailable
from connector.shopify.orders import MORE_REFUND_TRANSACTIONS, orders_page
from connector.shopify.paging import between, next_cursor, since

FETCHES = 5
"""How often a file is fetched from its beginning before it is given up."""

REFUND_TRANSACTIONS = "orders.agreements.refund.transactions"

_PERSONAL = ("displayName", "firstName", "lastName", "defaultEmailAddress", "defaultPhoneNumber")
LEFT_OUT_IN_TURN: tuple[tuple[str, ...], ...] = (
    ("orders.agreements.sales.fee",),
    tuple(f"orders.customer.{name}" for name in _PERSONAL),
    ("orders.customer",),
    ("orders.purchasingEntity",),
    ("orders.paymentTerms",),
)
"""What an operation that ended for lack of access is asked without, one group more each time, if no order has shown
what is withheld: what depends on what is in an order comes first."""

LOOKED_AT = 20
"""Orders that are to show what is withheld: not every one has a customer."""

_ROWS_BETWEEN_LOOKS = 5_000
_GIVEN_BACK = "REFUND"

Node = dict[str, Any]


class BulkOrders:
    """``sleep`` waits for Shopify, or raises ``ShopifyUnavailable`` where there is no time for it."""

    def __init__(self, client: AdminClient, http: httpx.Client, sleep: Callable[[float], None]) -> None:
        self._client, self._http, self._sleep = client, http, sleep

    def count(self, first: datetime, last: datetime | None = None, limit: int | None = None) -> int | None:
        """How many orders changed from ``first`` on (and before ``last``); None if Shopify does not tell."""
        return bulk.orders_count(self._client, _search(first, last), limit)

    def withheld(self, first: datetime) -> list[str]:
        """The fields that this shop does not show us, as some orders show: a bulk operation would fail by them."""
        denied = orders_page(self._client, first, None, size=LOOKED_AT).denied
        return sorted({f"orders.{plain_path(path).partition('.')[2]}" for path in denied})

    def start(
        self, first: datetime, last: datetime | None, without: Collection[str], not_before: datetime | None
    ) -> Operation:
        """An operation over the orders changed from ``first`` on, before ``last``.

        With ``not_before``, one that was started since then for the same is taken: a worker may have ended before it
        could tell. Raises ``BulkBusy``, ``BulkRefused``.
        """
        query = bulk_query("orders_bulk", _search(first, last), without)
        known = bulk.started_before(self._client, query, not_before) if not_before else None
        return known or bulk.start(self._client, query)

    def look(self, operation_id: str) -> Operation | None:
        return bulk.look(self._client, operation_id)

    def cancel(self, operation_id: str) -> None:
        """As a courtesy to the next operation: whatever is in the way of it is no matter."""
        with suppress(ShopifyError):
            bulk.cancel(self._client, operation_id)

    def fetch(self, operation: Operation, folder: Path, must_stop: Callable[[], bool]) -> Spool:
        """The file on disk, to be read part by part; of an operation that is not done, what there is.

        Raises ``FileGone``, ``FileBroken``, ``ShopifyUnavailable`` (also when there is no time to go on).
        """
        for _ in range(FETCHES):
            spool = Spool(folder, parts_for(operation.roots))
            try:
                self._fill(spool, operation, must_stop)
            except (BeginAnew, FileBroken):
                spool.discard()
                continue
            if operation.stage is not Stage.DONE or _is_all(spool, operation):
                return spool
        raise FileBroken("Shopify's file is not the whole of what it says was found.")

    def part(self, spool: Spool, number: int) -> Iterator[Node]:
        """The orders of a part, complete."""
        for _, order in spool.part(number):
            yield self._with_refund_transactions(order)

    def broken_part(self, spool: Spool, number: int) -> tuple[list[Node], str]:
        """Of a file that broke off the orders that are whole, and from which change on some are not (empty: unknown, or
        all are)."""
        whole, missing = [], []
        for place, order in spool.part(number):
            if spool.has_whole(place, order):
                for refund in order.get("refunds") or ():
                    refund["transactions"] = []
                whole.append(self._with_refund_transactions(order))
            else:
                missing.append(place)
        return whole, spool.oldest_missing(missing) if missing else ""

    def _fill(self, spool: Spool, operation: Operation, must_stop: Callable[[], bool]) -> None:
        if operation.url:
            size = operation.size if operation.stage is Stage.DONE else None
            download = Download(self._http, operation.url, self._sleep, size)
            for line in download.lines():
                if spool.rows % _ROWS_BETWEEN_LOOKS == _ROWS_BETWEEN_LOOKS - 1 and must_stop():
                    spool.discard()
                    raise ShopifyUnavailable("Shopify's file takes longer than this step has.")
                if download.whole or operation.stage is Stage.DONE:
                    spool.add(line)
        spool.close()

    def _with_refund_transactions(self, order: Node) -> Node:
        refunds = order.get("refunds") or []
        linked = {transaction["id"] for refund in refunds for transaction in refund["transactions"]}
        if any(t["kind"] == _GIVEN_BACK and t["id"] not in linked for t in order["transactions"]):
            for refund in refunds:
                if not refund["transactions"]:
                    refund["transactions"] = self._transactions_of(refund["id"])
        return order

    def _transactions_of(self, refund_id: str) -> list[Node]:
        """None for a refund that is gone since the file was written, with its order."""
        found: list[Node] = []
        cursor: str | None = None
        while True:
            variables = {"id": refund_id, "first": MORE_REFUND_TRANSACTIONS, "after": cursor}
            refund = self._client.run("refund_transactions_page", variables)["refund"]
            if refund is None:
                return found
            found += refund["transactions"]["nodes"]
            cursor = next_cursor(refund["transactions"])
            if cursor is None:
                return found


def _is_all(spool: Spool, operation: Operation) -> bool:
    return spool.rows >= operation.objects and spool.orders >= operation.roots


def _search(first: datetime, last: datetime | None) -> str:
    return between("updated_at", first, last) if last else since("updated_at", first)


__all__ = ["LEFT_OUT_IN_TURN", "REFUND_TRANSACTIONS", "BulkOrders", "BulkRefused"]
