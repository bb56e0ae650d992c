"""Products' variants, and what is in stock of them where."""

from __future__ import annotations

from datetime import datetime

from connector.shopify.client import AdminClient
from connector.shopify.paging import Node, Page, page, rest, run_page, since

VARIANTS = 100
ITEMS, LEVELS = 50, 10
MORE_LEVELS = 100


def variants_page(client: AdminClient, updated_since: datetime | None, cursor: str | None) -> Page:
    """Variants changed at or after ``updated_since``; None reads all of them."""
    query = since("updated_at", updated_since) if updated_since else ""
    variables = {"first": VARIANTS, "after": cursor, "query": query}
    return page(client, "products", lambda: run_page(client, "variants_page", variables)["productVariants"])


def inventory_levels_page(client: AdminClient, cursor: str | None) -> Page:
    """Inventory items, each with ``inventoryLevels`` as a whole list. A snapshot needs all pages: an item whose stock
    changed does not count as changed itself."""

    def read() -> Node:
        variables = {"first": ITEMS, "after": cursor, "levels": LEVELS}
        connection: Node = run_page(client, "inventory_levels_page", variables)["inventoryItems"]
        return connection | {
            "nodes": [item | {"inventoryLevels": _levels(client, item)} for item in connection["nodes"]]
        }

    return page(client, "inventory", read)


def _levels(client: AdminClient, item: Node) -> list[Node]:
    variables = {"id": item["id"], "first": MORE_LEVELS}
    path = ("inventoryItem", "inventoryLevels")
    return rest(client, item["inventoryLevels"], "inventory_item_levels_page", path, variables)
