"""Bulk operations that Shopify says have ended: a hint, which lets whoever waits for one look at once.

The webhook may be lost or late, so nobody may wait for it alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from connector.storage import keys
from connector.storage.table import Table

_KEPT = timedelta(days=7)
"""As long as Shopify keeps the file."""


def note(table: Table, shop: str, payload: Mapping[str, Any], now: datetime) -> None:
    """``payload`` is that of ``bulk_operations/finish``; the id is all that is relied upon."""
    operation = payload.get("admin_graphql_api_id")
    if isinstance(operation, str) and operation:
        status = str(payload.get("status") or "").upper()
        table.put(
            {
                "pk": keys.shop(shop),
                "sk": keys.bulk_finish(operation),
                "status": status,
                "ttl": int((now + _KEPT).timestamp()),
            }
        )


def noted(table: Table, shop: str, operation: str) -> bool:
    """Whether Shopify has said that the operation (its ``gid``) has ended."""
    return table.get(keys.shop(shop), keys.bulk_finish(operation)) is not None
