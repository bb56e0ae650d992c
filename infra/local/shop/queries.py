"""What the root fields of the Admin API answer for a shop."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from infra.local.shop.api import Context
from infra.local.shop.listing import LazyRow, listed, searched
from infra.local.shop.model import Customer, Variant
from infra.local.shop.nodes import (
    Frame,
    Node,
    Rows,
    customer_node,
    inventory_item_node,
    location_node,
    shop_id,
    variant_node,
)
from infra.local.shop.search import Row
from infra.local.shop.view import order_node, refund_node

if TYPE_CHECKING:
    from infra.local.shop.shop import Shop

RECENT = timedelta(days=60)
"""How far back an app sees orders without ``read_all_orders``."""

_ORDER_FIELDS: dict[str, Callable[[Node], Any]] = {
    "created_at": lambda node: node["createdAt"],
    "processed_at": lambda node: node["processedAt"],
    "updated_at": lambda node: node["updatedAt"],
    "id": lambda node: node["legacyResourceId"],
    "name": lambda node: node["name"],
    "test": lambda node: str(node["test"]).lower(),
    "source_name": lambda node: node["sourceName"],
    "financial_status": lambda node: node["displayFinancialStatus"](),
    "fulfillment_status": lambda node: node["displayFulfillmentStatus"],
    "return_status": lambda node: node["returnStatus"],
    "status": lambda node: "cancelled" if node["cancelledAt"] else "open",
}


def roots(shop: Shop, scopes: tuple[str, ...]) -> dict[str, Callable[..., Any]]:
    """A function for each root field; its first parameter is the request's context."""
    world = shop.world
    frame = Frame(shop.at, world.currency, world.zone, ledgers=shop.ledgers)
    orders = _Orders(shop, frame, "read_all_orders" in scopes)
    catalog = world.catalog

    def one(things: Iterable[Any], make: Callable[[Any], Node]) -> Callable[..., Node | None]:
        return lambda context, id=None: next((make(thing) for thing in things if id in (thing.id, None)), None)

    variants = (*catalog.variants, catalog.gift_card)

    def item(v: Variant) -> Node:
        return inventory_item_node(v, frame)

    def variant(v: Variant) -> Node:
        return variant_node(v, frame)

    def customer(c: Customer) -> Node:
        return customer_node(c, frame)

    return {
        "shop": lambda context: shop_node(shop),
        "currentAppInstallation": lambda context: _installation(scopes),
        "order": lambda context, id: orders.node(id),
        "orders": orders.rows,
        "ordersCount": orders.count,
        "refund": lambda context, id: orders.refund(id),
        "bulkOperation": lambda context, id: shop.bulk.get(id),
        "bulkOperations": lambda context, query=None, **_: _bulk_operations(shop, context, query),
        "bulkOperationRunQuery": lambda context, query, groupObjects=False: shop.bulk.run(
            query, groupObjects, context.access, len(world)
        ),
        "bulkOperationCancel": lambda context, id: shop.bulk.cancel(id),
        "location": one(catalog.locations, location_node),
        "locations": listed(lambda: catalog.locations, location_node, {"name": _key("name")}, world.zone),
        "customer": one(catalog.customers, customer),
        "customers": listed(
            lambda: catalog.customers, customer, {"updated_at": lambda node: node["updatedAt"]()}, world.zone
        ),
        "productVariant": one(variants, variant),
        "productVariants": listed(lambda: variants, variant, _GOODS, world.zone),
        "inventoryItem": lambda context, id: next((item(v) for v in variants if v.inventory_item_id == id), None),
        "inventoryItems": listed(lambda: variants, item, _GOODS, world.zone),
        "node": lambda context, id: orders.node(id) or orders.refund(id) or shop.bulk.get(id),
        **shop.ledgers.roots(frame),
    }


def _key(name: str) -> Callable[[Node], Any]:
    return lambda node: node[name]


_GOODS = {"updated_at": _key("updatedAt"), "sku": _key("sku")}


class _Orders:
    def __init__(self, shop: Shop, frame: Frame, all_orders: bool) -> None:
        self.world, self.frame = shop.world, frame
        self.since = None if all_orders else frame.at - RECENT

    def node(self, gid: str) -> Node | None:
        order = self.world.order(gid, self.frame.at)
        return order_node(order, self.frame) if order and self._visible(order.created_at) else None

    def refund(self, gid: str) -> Node | None:
        order = self.world.order_of(gid, self.frame.at)
        return refund_node(order, gid, self.frame) if order and self._visible(order.created_at) else None

    def rows(self, context: Context, query: str | None = None, sortKey: str = "PROCESSED_AT", **_: Any) -> Rows:
        test = searched(context, query, _ORDER_FIELDS, self.world.zone)
        found = self.world.chosen(query, self.frame.at, lambda key: test(self._row(key)))
        if self.since is not None:
            found = [key for key in found if self._visible(self.world.made(key[1]).order.created_at)]
        if sortKey == "UPDATED_AT":
            return Rows(found, self._make, list)
        return Rows(sorted(found, key=lambda key: key[1]), self._make, lambda key: [key[1]])

    def count(self, context: Context, query: str | None = None, limit: int | None = 10_000) -> Node:
        found = len(self.rows(context, query).keys)
        over = limit is not None and found > limit
        return {"count": limit if over else found, "precision": "AT_LEAST" if over else "EXACT"}

    def _row(self, key: tuple[int, int]) -> Row:
        updated = {"updated_at": datetime.fromtimestamp(key[0], UTC)}
        return LazyRow(_ORDER_FIELDS, lambda: self._make(key), updated)

    def _make(self, key: tuple[int, int]) -> Node:
        return order_node(self.world.made(key[1]).order, self.frame)

    def _visible(self, created: datetime) -> bool:
        return self.since is None or created >= self.since


def _bulk_operations(shop: Shop, context: Context, query: str | None) -> Rows:
    fields = {"status": _key("status"), "created_at": _key("createdAt")}
    test = searched(context, query, fields, shop.world.zone)
    nodes = [shop.bulk.node(shop.bulk.refreshed(o)) for o in shop.bulk.operations.values()]
    return Rows([node for node in nodes if test(LazyRow(fields, partial(dict, node)))], lambda node: node)


def shop_node(shop: Shop) -> Node:
    name = shop.domain.partition(".")[0]
    plus = shop.restore_rate >= 1_000
    return {
        "__typename": "Shop",
        "id": shop_id(shop.domain),
        "name": shop.world.name,
        "myshopifyDomain": shop.domain,
        "email": f"owner@{name}.example.com",
        "contactEmail": f"books@{name}.example.com",
        "currencyCode": shop.world.currency,
        "ianaTimezone": shop.world.zone.key,
        "taxesIncluded": False,
        "taxShipping": True,
        "enabledPresentmentCurrencies": [shop.world.currency],
        "orderNumberFormatPrefix": "#",
        "orderNumberFormatSuffix": "",
        "plan": {"publicDisplayName": "Plus" if plus else "Basic", "partnerDevelopment": False, "shopifyPlus": plus},
        "shopAddress": {
            "id": "gid://shopify/ShopAddress/7001",
            "address1": "12 Main St",
            "address2": None,
            "city": "New York",
            "provinceCode": "NY",
            "zip": "10001",
            "countryCodeV2": "US",
            "phone": None,
            "company": shop.world.name,
        },
        "primaryDomain": {
            "id": "gid://shopify/Domain/8001",
            "host": f"{name}.example.com",
            "url": f"https://{name}.example.com",
        },
    }


def _installation(scopes: tuple[str, ...]) -> Node:
    return {
        "__typename": "AppInstallation",
        "id": "gid://shopify/AppInstallation/9001",
        "accessScopes": [{"handle": scope} for scope in scopes],
        "activeSubscriptions": [],
    }
