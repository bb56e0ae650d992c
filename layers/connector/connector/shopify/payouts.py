"""Shopify Payments: payouts with all their balance transactions, and disputes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any

from connector.shopify.client import AdminClient
from connector.shopify.errors import GraphQLFailed
from connector.shopify.paging import Node, Page, next_cursor, page, run_page, since

PAYOUTS = 10
"""At a time: a large shop's payout has thousands of balance transactions, which are read with it."""

BALANCE_TRANSACTIONS = 100
DISPUTES = 50


def payouts_page(
    client: AdminClient,
    issued_since: datetime,
    cursor: str | None,
    known: Callable[[Sequence[Node]], Collection[str]] = lambda nodes: (),
) -> Page:
    """Payouts issued at or after ``issued_since``, oldest first, each with ``balanceTransactions`` as a whole list.

    ``known`` says of which (ids) the transactions are not needed any more: their list is empty.

    Read some days back: a payout changes its state for days after it was issued, and Shopify has no search for that.
    Nothing where the shop does not use Shopify Payments.
    """
    variables = {"first": PAYOUTS, "after": cursor, "query": since("issued_at", issued_since)}

    def read() -> Node | None:
        connection = _of_account(client, "payouts_page", variables, "payouts")
        if connection is None:
            return None
        enough = known(connection["nodes"])
        nodes = [
            payout | {"balanceTransactions": [] if payout["id"] in enough else _transactions(client, payout)}
            for payout in connection["nodes"]
        ]
        return connection | {"nodes": nodes}

    return page(client, "payouts", read)


def disputes_page(client: AdminClient, initiated_since: datetime, cursor: str | None) -> Page:
    variables = {"first": DISPUTES, "after": cursor, "query": since("initiated_at", initiated_since)}
    return page(client, "disputes", lambda: _of_account(client, "disputes_page", variables, "disputes"))


def _transactions(client: AdminClient, payout: Node) -> list[Node]:
    query = f"payments_transfer_id:{payout['legacyResourceId']}"
    variables: dict[str, Any] = {"first": BALANCE_TRANSACTIONS, "after": None, "query": query}
    found: list[Node] = []
    while True:
        connection = _of_account(client, "balance_transactions_page", variables, "balanceTransactions")
        if connection is None:
            raise GraphQLFailed("balance_transactions_page", ["the Shopify Payments account is gone"])
        # A page of another payout's means that the search was not understood; those are left out one by one.
        found += [t for t in connection["nodes"] if (t["associatedPayout"] or {}).get("id") == payout["id"]]
        variables["after"] = next_cursor(connection)
        if variables["after"] is None:
            return found


def _of_account(client: AdminClient, document: str, variables: Node, name: str) -> Node | None:
    account = run_page(client, document, variables)["shopifyPaymentsAccount"]
    connection: Node | None = account and account[name]
    return connection
