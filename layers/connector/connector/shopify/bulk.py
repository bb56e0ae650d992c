"""Bulk operations: queries that Shopify runs beside everything else and answers with a file.

Source: Shopify, "Perform bulk operations with the GraphQL Admin API" (2026-01 and later): up to five at once for an app
and shop, done within ten days, their files kept for seven. ``objectCount`` and the like are numbers as text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from connector.shopify.client import AdminClient
from connector.shopify.errors import GraphQLFailed, ShopifyError
from connector.shopify.paging import since

AT_ONCE = 5
"""How many bulk queries of one app a shop runs at a time."""

_LISTED = 50
_BUSY = frozenset({"LIMIT_REACHED", "OPERATION_IN_PROGRESS"})

Node = dict[str, Any]


class BulkRefused(ShopifyError):
    """Shopify does not run this query in bulk; asking again changes nothing."""


class BulkBusy(ShopifyError):
    """As many operations are running as Shopify allows; there is room when one of them is done."""


class Stage(Enum):
    """What there is to do about an operation: wait, take its file, or start another."""

    RUNNING = "running"
    DONE = "done"
    BROKEN = "broken"
    GONE = "gone"


_STAGES = {
    "CREATED": Stage.RUNNING,
    "RUNNING": Stage.RUNNING,
    "CANCELING": Stage.RUNNING,
    "COMPLETED": Stage.DONE,
    "FAILED": Stage.BROKEN,
    "CANCELED": Stage.BROKEN,
    "EXPIRED": Stage.GONE,
}


@dataclass(frozen=True, slots=True)
class Operation:
    """``url`` is the file, or of a broken operation the part there is; None is no file (nothing was found).

    ``objects`` are the lines of the file, ``roots`` those of the first level; ``size`` is in bytes, None if not said.
    """

    id: str
    status: str
    created_at: datetime
    error_code: str = ""
    objects: int = 0
    roots: int = 0
    size: int | None = None
    url: str | None = None

    @property
    def stage(self) -> Stage:
        """A status that Shopify may add later is waited for: it changes, or the operation is found stalled."""
        return _STAGES.get(self.status, Stage.RUNNING)


def start(client: AdminClient, query: str) -> Operation:
    """Raises ``BulkBusy``, ``BulkRefused``, and what the client raises."""
    try:
        answer = client.run("bulk_run", {"query": query})["bulkOperationRunQuery"]
    except GraphQLFailed as error:
        raise BulkRefused(f"The bulk operation was not started: {error}") from error
    errors = answer.get("userErrors") or []
    if any(error.get("code") in _BUSY for error in errors):
        raise BulkBusy("; ".join(error["message"] for error in errors))
    if errors or not answer.get("bulkOperation"):
        raise BulkRefused("; ".join(error["message"] for error in errors) or "no operation was started")
    return _operation(answer["bulkOperation"])


def look(client: AdminClient, id_: str) -> Operation | None:
    """As it is now; None if Shopify does not know it any more."""
    node = client.run("bulk_operation", {"id": id_})["bulkOperation"]
    return _operation(node) if node else None


def started_before(client: AdminClient, query: str, moment: datetime) -> Operation | None:
    """A usable operation of exactly this query, started at or after ``moment``: by a worker that ended before it could
    say so."""
    nodes = client.run("bulk_operations", {"first": _LISTED, "query": since("created_at", moment)})
    for node in nodes["bulkOperations"]["nodes"]:
        found = _operation(node)
        if node["query"] == query and found.stage in (Stage.RUNNING, Stage.DONE) and found.created_at >= moment:
            return found
    return None


def cancel(client: AdminClient, id_: str) -> None:
    """Asks for the end of an operation; one that has ended stays as it is."""
    client.run("bulk_cancel", {"id": id_})


def orders_count(client: AdminClient, search: str, limit: int | None) -> int | None:
    """How many orders ``search`` finds, at most ``limit``; None where Shopify does not tell."""
    try:
        counted = client.run("orders_count", {"query": search, "limit": limit})["ordersCount"]
    except GraphQLFailed:
        return None
    return int(counted["count"]) if counted else None


def _operation(node: Node) -> Operation:
    size = node.get("fileSize")
    return Operation(
        id=node["id"],
        status=node["status"],
        created_at=datetime.fromisoformat(node["createdAt"].replace("Z", "+00:00")),
        error_code=node.get("errorCode") or "",
        objects=int(node.get("objectCount") or 0),
        roots=int(node.get("rootObjectCount") or 0),
        size=int(size) if size else None,
        url=node.get("url") or node.get("partialDataUrl"),
    )
