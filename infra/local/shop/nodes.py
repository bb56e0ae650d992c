"""People, places and goods as the Admin API shows them, and what all views are made of.

A view is a dictionary of the GraphQL type's fields. A value that is costly or leads back is a function (its parameters
are the field's own arguments); a connection is ``Rows``. A field that is missing is a fault of ours, never null.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from infra.local.shop.model import Address, Customer, Location, Variant, legacy_id

if TYPE_CHECKING:
    from infra.local.shop.ledgers import Ledgers

Node = dict[str, Any]


VENDOR = "Harbor Goods"


@dataclass(frozen=True, slots=True)
class Rows:
    """A connection's rows: ``make`` gives the node of a key, ``cursor`` what its place is known by.

    ``keys`` are sorted by what ``cursor`` gives of them. Without ``cursor`` a row is known by its number.
    """

    keys: Sequence[Any]
    make: Callable[[Any], Node]
    cursor: Callable[[Any], list[Any]] | None = None

    def __iter__(self) -> Iterator[Node]:
        return (self.make(key) for key in self.keys)


@dataclass(frozen=True, slots=True)
class Frame:
    """How a shop shows things: as of when, and in which money. ``presentment`` is other money and its rate.

    ``ledgers`` are the shop's other books, for what a view shows of them.
    """

    at: datetime
    currency: str
    zone: ZoneInfo
    ledgers: Ledgers
    presentment: tuple[str, Decimal] | None = None

    def money(self, amount: Decimal) -> Node:
        return {"amount": amount, "currencyCode": self.currency}

    def bag(self, amount: Decimal) -> Node:
        money = self.money(amount)
        if self.presentment is None:
            return {"shopMoney": money, "presentmentMoney": money}
        currency, rate = self.presentment
        shown = (amount * rate).quantize(amount, ROUND_HALF_UP)
        return {"shopMoney": money, "presentmentMoney": {"amount": shown, "currencyCode": currency}}


def shop_id(domain: str) -> str:
    return f"gid://shopify/Shop/{sum(domain.encode()) + 60_000_000_000}"


def customer_node(customer: Customer, frame: Frame, address: Address | None = None) -> Node:
    return {
        "__typename": "Customer",
        "id": customer.id,
        "legacyResourceId": legacy_id(customer.id),
        "displayName": customer.display_name,
        "firstName": customer.first_name,
        "lastName": customer.last_name,
        "state": "DISABLED",
        "taxExempt": False,
        "tags": [],
        "createdAt": customer.created_at,
        "updatedAt": lambda: frame.ledgers.credits.changed(customer, frame.at),
        "defaultEmailAddress": customer.email and {"emailAddress": customer.email},
        "defaultPhoneNumber": customer.phone and {"phoneNumber": customer.phone},
        "defaultAddress": address and address_node(address),
        "storeCreditAccounts": lambda **_: frame.ledgers.credits.accounts_of(customer, frame),
    }


def address_node(address: Address) -> Node:
    return {
        "__typename": "MailingAddress",
        "id": f"gid://shopify/MailingAddress/{sum(address.address1.encode()) + 40_000}",
        "name": address.name,
        "company": None,
        "address1": address.address1,
        "address2": None,
        "city": address.city,
        "provinceCode": address.province_code,
        "zip": address.zip,
        "countryCodeV2": address.country_code,
        "phone": address.phone,
    }


def location_node(location: Location) -> Node:
    address = location.address
    return {
        "__typename": "Location",
        "id": location.id,
        "legacyResourceId": legacy_id(location.id),
        "name": location.name,
        "isActive": True,
        "isFulfillmentService": False,
        "fulfillsOnlineOrders": True,
        "hasActiveInventory": True,
        "address": {
            "address1": address.address1,
            "address2": None,
            "city": address.city,
            "provinceCode": address.province_code,
            "zip": address.zip,
            "countryCode": address.country_code,
            "phone": address.phone,
        },
    }


def product_node(variant: Variant) -> Node:
    return {
        "__typename": "Product",
        "id": variant.product_id,
        "title": variant.product_title,
        "vendor": VENDOR,
        "productType": "Gift Card" if variant.is_gift_card else "Goods",
        "status": "ACTIVE",
        "isGiftCard": variant.is_gift_card,
        "handle": "".join(c if c.isascii() and c.isalnum() else "-" for c in variant.product_title.lower()).strip("-"),
    }


def variant_node(variant: Variant, frame: Frame) -> Node:
    name = variant.product_title if variant.title == "Default Title" else f"{variant.product_title} - {variant.title}"
    return {
        "__typename": "ProductVariant",
        "id": variant.id,
        "legacyResourceId": legacy_id(variant.id),
        "displayName": name,
        "title": variant.title,
        "sku": variant.sku,
        "barcode": variant.barcode,
        "price": variant.price,
        "compareAtPrice": None,
        "taxable": variant.taxable,
        "inventoryPolicy": "CONTINUE" if variant.is_gift_card else "DENY",
        "inventoryQuantity": lambda: frame.ledgers.stock.available(variant, frame.at),
        "updatedAt": variant.updated_at,
        "product": lambda: product_node(variant),
        "inventoryItem": lambda: inventory_item_node(variant, frame),
    }


def inventory_item_node(variant: Variant, frame: Frame) -> Node:
    return {
        "__typename": "InventoryItem",
        "id": variant.inventory_item_id,
        "legacyResourceId": legacy_id(variant.inventory_item_id),
        "sku": variant.sku,
        "tracked": not variant.is_gift_card,
        "requiresShipping": not variant.is_gift_card,
        "updatedAt": variant.updated_at,
        "unitCost": None if variant.unit_cost is None else frame.money(variant.unit_cost),
        "inventoryLevels": lambda **_: frame.ledgers.stock.levels(variant, frame),
    }
