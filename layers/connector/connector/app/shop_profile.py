"""The shop's profile asked for again: when Shopify says that it has changed, and before every preparation."""

from __future__ import annotations

from aws_lambda_powertools import Logger

from connector.app import integration
from connector.shopify import profiles
from connector.shopify.client import AdminClient
from connector.storage.table import Table

logger = Logger(child=True)


def refresh(table: Table, client: AdminClient) -> profiles.ShopProfile:
    """What the shop says of itself now, stored. Raises ``ShopifyError``; then what is stored stays.

    A schedule without a zone of its own is in the shop's: after a change it is made anew with the next load of the
    page, as after a change of the settings.
    """
    before = profiles.find(table, client.shop)
    now = profiles.store(table, client.shop, client.run("shop", {})["shop"])
    if before is not None and before.time_zone != now.time_zone:
        logger.info("a shop's time zone has changed", extra={"shop": client.shop, "time_zone": now.time_zone})
        integration.outdate_schedule(table, client.shop)
    return now
