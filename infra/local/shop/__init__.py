"""A stand-in for a Shopify shop: a seeded world of orders, the Admin API over it, and OAuth.

It knows nothing of the app that asks it.
"""

from __future__ import annotations

from infra.local.shop.bulk import BulkFault
from infra.local.shop.server import ShopServer
from infra.local.shop.shop import Fault, Shop
from infra.local.shop.world import World, build_world

__all__ = ["BulkFault", "Fault", "Shop", "ShopServer", "World", "build_world"]
