"""What a shop says of itself at the beginning of a preparation: its business days and its books are kept by it."""

from __future__ import annotations

from contextlib import suppress
from zoneinfo import ZoneInfo

from aws_lambda_powertools import Logger

from connector.app import shop_profile
from connector.shopify import profiles
from connector.shopify.errors import ShopifyError
from connector.storage import keys
from connector.storage.table import ConditionFailed, Item, Table
from connector.sync.context import Context

logger = Logger(child=True)


class OtherCurrency(Exception):
    """The shop sells in another currency now than its books are kept in."""


def asked(context: Context, shop: str) -> profiles.ShopProfile | None:
    """The shop's profile, as Shopify says it now if it can be asked; None for a shop that never installed the app."""
    known = profiles.find(context.table, shop)
    if known is None or context.admin_of is None:
        return known
    try:
        return shop_profile.refresh(context.table, context.admin_of(shop))
    except ShopifyError as error:  # where it is more than that, reading the orders says so
        logger.warning("a shop's profile could not be read", extra={"shop": shop, "why": str(error)})
        return known


def books_zone(table: Table, shop: str, integration: Item, profile: profiles.ShopProfile) -> ZoneInfo:
    """The shop's zone when its books were begun, which says when their first day was, wherever the shop is now."""
    if not integration.get("books_zone"):
        with suppress(ConditionFailed):  # reset meanwhile
            table.update(
                keys.shop(shop),
                keys.INTEGRATION,
                "SET books_zone = :zone",
                "attribute_exists(pk)",
                values={":zone": profile.time_zone},
            )
    return ZoneInfo(integration.get("books_zone") or profile.time_zone)


def refuse_other_currency(profile: profiles.ShopProfile) -> None:
    """Raises ``OtherCurrency`` rather than to read amounts of two currencies into one company."""
    if not profile.other_currency:
        return
    raise OtherCurrency(
        f"the shop sells in {profile.other_currency} now, and its books are kept in {profile.currency}. Nothing is "
        f"read until it sells in {profile.currency} again, or the integration is reset and a company that keeps its "
        f"books in {profile.other_currency} is connected"
    )
