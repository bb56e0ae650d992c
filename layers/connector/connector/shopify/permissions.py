"""What the books lack without a permission: optional scopes, in words for the merchant.

A reader of an optional topic never fails for want of a scope: it answers what is ``Missing``, and the page says so.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from connector.shopify.client import AdminClient
from connector.shopify.registration import OPTIONAL_SCOPES

_PAYMENTS = ("read_shopify_payments_accounts", "read_shopify_payments_payouts")
_SHIPMENTS = ("read_inventory_transfers", "read_inventory_shipments", "read_inventory_shipments_received_items")


@dataclass(frozen=True, slots=True)
class Missing:
    """``topic`` can't be read; ``scopes`` are those that the shop has not granted, ``words`` say what that means.

    Without ``scopes`` all are granted and Shopify refuses nevertheless: the shop's plan lacks it, or Shopify has not
    approved the app for it.
    """

    topic: str
    scopes: tuple[str, ...]
    words: str


# topic → the scopes it needs
TOPICS: dict[str, tuple[str, ...]] = {
    "payouts": _PAYMENTS,
    "disputes": (*_PAYMENTS, "read_shopify_payments_disputes"),
    "gift_cards": ("read_gift_cards", "read_gift_card_transactions"),
    "store_credit": ("read_store_credit_accounts", "read_store_credit_account_transactions"),
    "cash": ("read_cash_tracking",),
    "returns": ("read_returns",),
    "payment_terms": ("read_payment_terms",),
    "transfers": _SHIPMENTS,
    "purchase_orders": ("read_inventory_purchase_orders",),
    "receipts": ("read_inventory_purchase_orders", *_SHIPMENTS),
    "tenders": ("read_orders",),
    "products": ("read_products", "read_inventory"),
    "inventory": ("read_inventory", "read_locations"),
}


def granted_scopes(client: AdminClient) -> frozenset[str]:
    """What the shop has granted; ``write_x`` allows reading too."""
    scopes = client.run("access_scopes", {})["currentAppInstallation"]["accessScopes"]
    handles = {scope["handle"] for scope in scopes}
    return frozenset(handles | {f"read_{handle[6:]}" for handle in handles if handle.startswith("write_")})


def missing(topic: str, granted: Collection[str]) -> Missing | None:
    """What ``topic`` lacks; None if all of its scopes are granted."""
    lacking = tuple(scope for scope in TOPICS[topic] if scope not in granted)
    if not lacking:
        return None
    return Missing(topic, lacking, f"Not read: {_what(topic, lacking)}. The shop has not granted {_listed(lacking)}.")


def all_missing(granted: Collection[str]) -> tuple[Missing, ...]:
    """For the page: everything that the books do without at this shop."""
    return tuple(lack for topic in TOPICS if (lack := missing(topic, granted)))


def refused(topic: str, granted: Collection[str]) -> Missing:
    """What ``topic`` lacks when Shopify has denied it."""
    what = _what(topic, TOPICS[topic])
    why = f"Not read: {what}. Shopify does not show it to the app, though the shop has granted access."
    return missing(topic, granted) or Missing(topic, (), why)


def _what(topic: str, scopes: Collection[str]) -> str:
    things = dict.fromkeys(OPTIONAL_SCOPES[scope] for scope in scopes if scope in OPTIONAL_SCOPES)
    return _listed(things) if things else topic.replace("_", " ")


def _listed(scopes: Collection[str]) -> str:
    *first, last = scopes
    return f"{', '.join(first)} and {last}" if first else last
