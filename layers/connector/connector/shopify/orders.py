"""A shop's orders, page by page, each complete: all its agreements, sales, transactions and refunds.

Connections come out as plain lists. Sizes are chosen so that a page stays below the 1,000 points that Shopify
allows one document (Shopify, API rate limits; the test of the documents counts them).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from connector.shopify.client import AdminClient
from connector.shopify.errors import GraphQLFailed

PAGE_SIZE = 40
AGREEMENTS, SALES, REFUND_TRANSACTIONS = 4, 10, 5
"""What an order brings along on its page; few orders have more, and theirs is fetched order by order."""

MORE_AGREEMENTS, THEIR_SALES = 5, 20
MORE_SALES = 100
MORE_REFUND_TRANSACTIONS = 50

_OPTIONAL = frozenset({"customer", "purchasingEntity", "paymentTerms", "fee"})
"""Shopify withholds protected customer data from apps it has not approved, and what a shop has given no permission
for; the books work without."""

Node = dict[str, Any]


@dataclass(frozen=True, slots=True)
class OrdersPage:
    """``cursor`` is None on the last page. ``denied`` names fields that stayed null for lack of access."""

    orders: list[Node]
    cursor: str | None
    denied: tuple[str, ...] = ()


def orders_page(client: AdminClient, updated_since: datetime, cursor: str | None, size: int = PAGE_SIZE) -> OrdersPage:
    """Orders changed at or after ``updated_since``, oldest change first.

    There is no upper bound: an order that changes while the pages are read moves to the end and is read again.
    """
    return _page(client, updated_since_query(updated_since), cursor, size)


def orders_of(client: AdminClient, legacy_ids: Sequence[str]) -> list[Node]:
    """These orders as they are now, at most a page of them; one that is gone is left out."""
    search, found, cursor = " OR ".join(f"id:{legacy_id}" for legacy_id in legacy_ids), [], None
    while True:
        page = _page(client, search, cursor, PAGE_SIZE)
        found += page.orders
        cursor = page.cursor
        if cursor is None:
            return found


def updated_since_query(moment: datetime) -> str:
    return f"updated_at:>='{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}'"


def _page(client: AdminClient, search: str, cursor: str | None, size: int) -> OrdersPage:
    connection = _first_page(client, search, cursor, size)
    orders = [_complete(client, node) for node in connection["nodes"]]
    return OrdersPage(orders, _next(connection), tuple(sorted(client.denied)))


def _first_page(client: AdminClient, search: str, cursor: str | None, size: int) -> Node:
    while True:
        variables = {
            "first": size,
            "after": cursor,
            "query": search,
            "agreements": AGREEMENTS,
            "sales": SALES,
            "refundTransactions": REFUND_TRANSACTIONS,
        }
        try:
            connection: Node = client.run("orders_page", variables, optional=_OPTIONAL)["orders"]
            return connection
        except GraphQLFailed as error:
            if "MAX_COST_EXCEEDED" not in error.codes or size == 1:
                raise
        size //= 2


def _complete(client: AdminClient, order: Node) -> Node:
    edges = _all_agreements(client, order)
    previous: str | None = None
    agreements = []
    for edge in edges:
        agreement = edge["node"]
        agreements.append(agreement | {"sales": _all_sales(client, order["id"], agreement, previous)})
        previous = edge["cursor"]
    refunds = [refund | {"transactions": _all_refund_transactions(client, refund)} for refund in order["refunds"]]
    return order | {"agreements": agreements, "refunds": refunds}


def _all_agreements(client: AdminClient, order: Node) -> list[Node]:
    connection = order["agreements"]
    edges = list(connection["edges"])
    while (cursor := _next(connection)) is not None:
        connection = _agreements(client, order["id"], MORE_AGREEMENTS, cursor, THEIR_SALES, None)
        edges += connection["edges"]
    return edges


def _all_sales(client: AdminClient, order_id: str, agreement: Node, previous: str | None) -> list[Node]:
    """The sales of one agreement, which is asked for as the first one after ``previous`` (a cursor)."""
    connection = agreement["sales"]
    sales = list(connection["nodes"])
    while (cursor := _next(connection)) is not None:
        edges = _agreements(client, order_id, 1, previous, MORE_SALES, cursor)["edges"]
        if [edge["node"]["id"] for edge in edges] != [agreement["id"]]:
            raise GraphQLFailed("order_agreements_page", [f"{agreement['id']} is not where it was"])
        connection = edges[0]["node"]["sales"]
        sales += connection["nodes"]
    return sales


def _agreements(
    client: AdminClient, order_id: str, first: int, after: str | None, sales: int, sales_after: str | None
) -> Node:
    variables = {"id": order_id, "first": first, "after": after, "sales": sales, "salesAfter": sales_after}
    order = client.run("order_agreements_page", variables, optional=_OPTIONAL)["order"]
    if order is None:
        raise GraphQLFailed("order_agreements_page", [f"{order_id} is gone"])
    connection: Node = order["agreements"]
    return connection


def _all_refund_transactions(client: AdminClient, refund: Node) -> list[Node]:
    connection = refund["transactions"]
    transactions = list(connection["nodes"])
    while (cursor := _next(connection)) is not None:
        variables = {"id": refund["id"], "first": MORE_REFUND_TRANSACTIONS, "after": cursor}
        found = client.run("refund_transactions_page", variables)["refund"]
        if found is None:
            raise GraphQLFailed("refund_transactions_page", [f"{refund['id']} is gone"])
        connection = found["transactions"]
        transactions += connection["nodes"]
    return transactions


def _next(connection: Node) -> str | None:
    page = connection["pageInfo"]
    return page["endCursor"] if page["hasNextPage"] else None
