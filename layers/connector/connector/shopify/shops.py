"""What a shop says of itself: its profile and its locations."""

from __future__ import annotations

from typing import Any

from connector.shopify.client import AdminClient
from connector.shopify.installations import Installations
from connector.shopify.profiles import ShopProfile

_LOCATIONS = 100


def read_profile(client: AdminClient, installations: Installations) -> ShopProfile:
    """Asks the shop and stores the answer."""
    return installations.save_profile(client.shop, client.run("shop", {})["shop"])


def read_locations(client: AdminClient) -> list[dict[str, Any]]:
    """All locations, also those no longer active: old orders were made there."""
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        connection = client.run("locations", {"first": _LOCATIONS, "after": cursor})["locations"]
        found += connection["nodes"]
        if not connection["pageInfo"]["hasNextPage"]:
            return found
        cursor = connection["pageInfo"]["endCursor"]
