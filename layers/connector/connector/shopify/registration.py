"""Our registration with Shopify: what identifies the app, and what it asks a shop for."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

API_VERSION = "2026-10"

SCOPES = ("read_orders", "read_all_orders", "read_customers", "read_products", "read_inventory", "read_locations")
"""What every install grants. ``read_all_orders``: without it a refund made today of an order older than 60 days can't
be seen."""

OPTIONAL_SCOPES: Mapping[str, str] = {
    "read_shopify_payments_payouts": "payouts with their fees",
    "read_shopify_payments_accounts": "payouts with their fees",
    "read_shopify_payments_disputes": "chargebacks",
    "read_cash_tracking": "cash differences of the registers",
    "read_gift_cards": "gift cards",
    "read_gift_card_transactions": "gift cards",
    "read_store_credit_accounts": "store credit",
    "read_store_credit_account_transactions": "store credit",
    "read_returns": "fees for returns",
    "read_payment_terms": "payment terms of orders",
    "read_inventory_transfers": "stock transfers with what was received",
    "read_inventory_shipments": "stock transfers with what was received",
    "read_inventory_shipments_received_items": "stock transfers with what was received",
    "read_inventory_purchase_orders": "purchase orders",
}
"""What the merchant may grant later (App Bridge, ``shopify.scopes.request``), and what can't be read without it."""


@dataclass(frozen=True, slots=True)
class ShopifyApp:
    """``old_secret`` is still accepted on what Shopify signed while the secret is being rotated."""

    api_key: str
    api_secret: str = field(repr=False)
    old_secret: str = field(default="", repr=False)
    origin_template: str = "https://{shop}"
    scopes: tuple[str, ...] = SCOPES

    @property
    def secrets(self) -> tuple[str, ...]:
        """Newest first; never an empty one, which would verify anybody's signature."""
        return tuple(secret for secret in (self.api_secret, self.old_secret) if secret)


def from_environment(environ: Mapping[str, str], secret: Callable[[str], str]) -> ShopifyApp:
    """From ``SHOPIFY_…`` variables; where ``SHOPIFY_SECRET_ARN`` is set, the credentials are in that secret.

    ``secret`` gets its text (JSON with the same names) from Secrets Manager. Raises ``ValueError`` when they are empty:
    with an empty secret anybody could sign.
    """
    arn = environ.get("SHOPIFY_SECRET_ARN", "")
    credentials: Mapping[str, str] = json.loads(secret(arn)) if arn else environ
    app = ShopifyApp(
        api_key=credentials.get("SHOPIFY_API_KEY", ""),
        api_secret=credentials.get("SHOPIFY_API_SECRET", ""),
        old_secret=credentials.get("SHOPIFY_API_SECRET_OLD", ""),
        origin_template=environ.get("SHOPIFY_ORIGIN_TEMPLATE") or "https://{shop}",
    )
    if not app.api_key or not app.api_secret:
        raise ValueError("SHOPIFY_API_KEY and SHOPIFY_API_SECRET are not set")
    return app
