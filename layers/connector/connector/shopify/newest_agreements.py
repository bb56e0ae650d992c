"""The newest sales agreements of many orders, and nothing else of them: cheap enough for two months of orders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from connector.shopify.client import AdminClient
from connector.shopify.paging import next_cursor, since

ORDERS = 250
AGREEMENTS = 3


@dataclass(frozen=True, slots=True)
class NewestAgreements:
    """``agreements`` are (id, when it happened) of an order's newest ones, newest first."""

    legacy_id: str
    agreements: tuple[tuple[str, datetime], ...]


def newest_agreements_page(
    client: AdminClient, created_since: datetime, cursor: str | None
) -> tuple[list[NewestAgreements], str | None]:
    """Of orders created at or after ``created_since``, oldest first, but for test orders; and the next cursor."""
    variables = {
        "first": ORDERS,
        "after": cursor,
        "query": since("created_at", created_since),
        "agreements": AGREEMENTS,
    }
    connection = client.run("newest_agreements_page", variables)["orders"]
    found = [
        NewestAgreements(
            str(node["legacyResourceId"]),
            tuple((one["id"], datetime.fromisoformat(one["happenedAt"])) for one in node["agreements"]["nodes"]),
        )
        for node in connection["nodes"]
        if not node["test"]
    ]
    return found, next_cursor(connection)
