"""Products: read so that purchases and stock are booked on the very items that sales use. They become no documents of
their own."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from connector.ledger.catalog import read_variant
from connector.ledger.nodes import each
from connector.shopify.catalog import variants_page
from connector.storage import catalog, keys
from connector.sync.topics import storing
from connector.sync.topics.topic import PageRead, Reading, Topic

_WHAT = "product variant"


def _page(reading: Reading, cursor: str | None) -> PageRead:
    """All variants until they were read whole, then those that changed."""
    found = variants_page(reading.client, _changed_since(reading), cursor)
    variants, unreadable = each(found.nodes, partial(read_variant, currency=reading.currency))
    catalog.store(reading.context.table, reading.shop, variants)
    storing.hold_unreadable(reading, unreadable)
    storing.release_readable(reading, _WHAT, (variant.id for variant in variants))
    return PageRead(found.cursor, (found.missing,) if found.missing else ())


def _changed_since(reading: Reading) -> datetime | None:
    return reading.since if reading.incremental and _was_read_whole(reading) else None


def _is_due(reading: Reading) -> bool:
    return reading.incremental or not _was_read_whole(reading)


def _was_read_whole(reading: Reading) -> bool:
    integration = reading.context.table.get(keys.shop(reading.shop), keys.INTEGRATION) or {}
    return PRODUCTS.until in integration


PRODUCTS = Topic("products", _page, is_due=_is_due)
