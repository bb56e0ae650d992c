"""Inventory transfers with all their lines, and their shipments with what was accepted."""

from __future__ import annotations

from datetime import datetime

from connector.shopify.client import AdminClient
from connector.shopify.errors import GraphQLFailed
from connector.shopify.paging import ACCESS_DENIED, Node, Page, next_cursor, page, rest, run_page, since
from connector.shopify.permissions import Missing, granted_scopes, refused

TRANSFERS, LINES = 25, 20
SHIPMENTS, SHIPMENT_LINES = 20, 30
MORE_LINES = 100


def transfers_page(client: AdminClient, created_since: datetime, cursor: str | None) -> Page:
    """Transfers created at or after ``created_since`` with ``lineItems`` and ``shipments`` as whole lists.

    Shopify has no search for changed ones: read back as far as goods may be on their way. Without the permission for
    shipments those are None.
    """

    def read() -> Node:
        query = since("created_at", created_since)
        variables = {"first": TRANSFERS, "after": cursor, "query": query, "lines": LINES}
        connection: Node = run_page(client, "transfers_page", variables)["inventoryTransfers"]
        whole = [_complete(client, transfer) for transfer in connection["nodes"]]
        denied = any(transfer["shipments"] is None for transfer in whole)
        return connection | {
            "nodes": whole,
            "missing": refused("transfers", granted_scopes(client)) if denied else None,
        }

    return page(client, "transfers", read)


def _complete(client: AdminClient, transfer: Node) -> Node:
    variables = {"id": transfer["id"], "first": MORE_LINES}
    path = ("inventoryTransfer", "lineItems")
    lines = rest(client, transfer["lineItems"], "transfer_lines_page", path, variables)
    shipments, _ = shipments_of(client, transfer["id"], "transfers")
    return transfer | {"lineItems": lines, "shipments": shipments}


def shipments_of(client: AdminClient, transfer_id: str, topic: str) -> tuple[list[Node] | None, Missing | None]:
    """A transfer's shipments, each with ``lineItems`` as a whole list; None and what is missing if they are denied."""
    found: list[Node] = []
    cursor: str | None = None
    try:
        while True:
            variables = {"id": transfer_id, "first": SHIPMENTS, "after": cursor, "lines": SHIPMENT_LINES}
            transfer = run_page(client, "transfer_shipments_page", variables)["inventoryTransfer"]
            if transfer is None:
                raise GraphQLFailed("transfer_shipments_page", [f"{transfer_id} is gone"])
            connection = transfer["shipments"]
            found += [shipment | {"lineItems": _lines(client, shipment)} for shipment in connection["nodes"]]
            cursor = next_cursor(connection)
            if cursor is None:
                return found, None
    except GraphQLFailed as error:
        if ACCESS_DENIED not in error.codes:
            raise
        return None, refused(topic, granted_scopes(client))


def _lines(client: AdminClient, shipment: Node) -> list[Node]:
    if shipment["lineItems"] is None:
        return []
    variables = {"id": shipment["id"], "first": MORE_LINES}
    path = ("inventoryShipment", "lineItems")
    return rest(client, shipment["lineItems"], "shipment_lines_page", path, variables)
