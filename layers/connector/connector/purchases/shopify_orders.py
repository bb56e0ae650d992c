"""Shopify's purchase orders with what has arrived of them.

Shopify has no search for changed purchase orders, so all are read; those that are finished are passed over before
their transfers are asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from connector.ledger.nodes import each
from connector.ledger.purchase_orders import SOURCE, read_purchase_order
from connector.purchases.source import PurchasesPage
from connector.shopify.client import AdminClient
from connector.shopify.errors import GraphQLFailed
from connector.shopify.paging import ACCESS_DENIED, Node, Page, page, rest, run_page
from connector.shopify.permissions import Missing, granted_scopes, refused
from connector.shopify.transfers import shipments_of

ORDERS, LINES = 20, 30
MORE_LINES, TRANSFERS = 100, 50


def _never(order_id: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class ShopifyPurchaseOrders:
    """``seen_on`` is the business day of the reading; ``finished`` says of an id that nothing of it will change."""

    client: AdminClient
    zone: ZoneInfo
    seen_on: date
    finished: Callable[[str], bool] = _never

    @property
    def name(self) -> str:
        return SOURCE

    def page(self, updated_since: datetime, cursor: str | None) -> PurchasesPage:
        """``updated_since`` plays no part: Shopify can't search for it."""
        found = self._nodes(cursor)
        missing = [found.missing]
        nodes = []
        for node in found.nodes:
            transfers, lacking = self._transfers(node["id"])
            nodes.append(node | {"transfers": transfers})
            missing.append(lacking)
        purchases, unreadable = each(nodes, lambda node: read_purchase_order(node, self.zone, self.seen_on))
        named = tuple(dict.fromkeys(lack for lack in missing if lack))
        return PurchasesPage(tuple(purchases), found.cursor, tuple(unreadable), named)

    def _nodes(self, cursor: str | None) -> Page:
        def read() -> Node:
            variables = {"first": ORDERS, "after": cursor, "lines": LINES}
            connection: Node = run_page(self.client, "purchase_orders_page", variables)["inventoryPurchaseOrders"]
            open_ = [node for node in connection["nodes"] if not self.finished(node["id"])]
            return connection | {"nodes": [node | {"lineItems": self._lines(node)} for node in open_]}

        return page(self.client, "purchase_orders", read)

    def _lines(self, node: Node) -> list[Node]:
        variables = {"id": node["id"], "first": MORE_LINES}
        path = ("inventoryPurchaseOrder", "lineItems")
        return rest(self.client, node["lineItems"], "purchase_order_lines_page", path, variables)

    def _transfers(self, order_id: str) -> tuple[list[Node] | None, Missing | None]:
        """The transfers linked to an order, each with its shipments; None and what is missing if they are denied."""
        variables = {"id": order_id, "first": TRANSFERS, "after": None}
        document = "purchase_order_transfers_page"
        try:
            order = run_page(self.client, document, variables)["inventoryPurchaseOrder"]
            if order is None:
                raise GraphQLFailed(document, [f"{order_id} is gone"])
            path = ("inventoryPurchaseOrder", "transfers")
            transfers = rest(self.client, order["transfers"], document, path, variables)
        except GraphQLFailed as error:
            if ACCESS_DENIED not in error.codes:
                raise
            return None, refused("receipts", granted_scopes(self.client))
        found: list[Node] = []
        for transfer in transfers:
            shipments, missing = shipments_of(self.client, transfer["id"], "receipts")
            if shipments is None:
                return None, missing
            found.append(transfer | {"shipments": shipments})
        return found, None
