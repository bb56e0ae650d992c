"""Bulk operations: started by a mutation, run beside everything else, fetched as a file of JSON lines.

Source: Shopify, "Perform bulk operations with the GraphQL Admin API" (2026-01 and later): five at once for each app and
shop; statuses and error codes as in the schema; the file's address is good for seven days.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from infra.local.shop.access import Access
from infra.local.shop.api import checked, needed_scopes, shop_schema
from infra.local.shop.nodes import Node
from infra.local.shop.projection import Projection

AT_ONCE = 5
KEPT_SECONDS = 7 * 24 * 3_600
_SMALL = 2_000
"""Worlds up to this many orders are read at once, within the request; larger ones in a thread of their own."""

_RUNNING = ("CREATED", "RUNNING", "CANCELING")


@dataclass
class BulkFault:
    """How the next operation ends instead: ``FAILED`` (with ``error_code``) or ``CANCELED`` by Shopify.

    ``rows`` is how many lines its partial file has; None is none at all. ``cut`` leaves the last of them unfinished.
    """

    status: str = "FAILED"
    error_code: str | None = "INTERNAL_SERVER_ERROR"
    rows: int | None = None
    cut: bool = False


@dataclass
class Operation:
    id: str
    query: str
    created: float
    scopes: tuple[str, ...]
    grouped: bool
    file: Path
    status: str = "CREATED"
    error_code: str | None = None
    completed: float | None = None
    objects: int = 0
    roots: int = 0
    fault: BulkFault | None = None
    worker: threading.Thread | None = None
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def partial(self) -> bool:
        return self.status in ("FAILED", "CANCELED") and self.objects > 0


class BulkOperations:
    """The bulk operations of one shop. ``seconds`` is how long each runs at least, by ``clock``.

    ``roots`` gives the query's root functions for scopes, as of the moment it is called.
    """

    def __init__(self, clock: Callable[[], float], roots: Callable[[tuple[str, ...]], Mapping[str, Any]]) -> None:
        self.clock, self.roots = clock, roots
        self.seconds = 0.0
        self.small = _SMALL
        self.faults: list[BulkFault] = []
        self.address = "http://127.0.0.1"
        """What the files' addresses begin with."""
        self.operations: dict[str, Operation] = {}
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def run(self, query: str, grouped: bool, access: Access, orders: int) -> Node:
        """``bulkOperationRunQuery``."""
        document, faults = checked(query)
        if document is None or faults:
            return _refused("INVALID", "; ".join(str(fault["message"]) for fault in faults))
        projection = Projection(shop_schema(), document)
        problem = projection.problem()
        if problem:
            return _refused("INVALID", problem)
        if sum(self.refreshed(o).status in _RUNNING for o in list(self.operations.values())) >= AT_ONCE:
            return _refused("LIMIT_REACHED", "Bulk operations limit reached. Please try again later.")
        operation = self._new(query, grouped, tuple(access.scopes))
        if any(access.refusal(path, needed_scopes()) for path in projection.paths()):
            operation.fault = BulkFault("FAILED", "ACCESS_DENIED")
        work = (projection, self.roots(operation.scopes), operation)
        if orders > self.small:
            operation.worker = threading.Thread(target=self._write, args=work, daemon=True)
            operation.worker.start()
        else:
            self._write(*work)
        return {"bulkOperation": self.node(operation), "userErrors": []}

    def cancel(self, gid: str) -> Node:
        """``bulkOperationCancel``: it takes until the next look before it has stopped."""
        operation = self.operations.get(gid)
        if operation is None:
            return {"bulkOperation": None, "userErrors": [_error(["id"], "Bulk operation does not exist")]}
        if self.refreshed(operation).status not in _RUNNING:
            message = f"A bulk operation cannot be canceled when it is {operation.status.lower()}"
            return {"bulkOperation": self.node(operation), "userErrors": [_error(["id"], message)]}
        operation.status = "CANCELING"
        operation.stop.set()
        return {"bulkOperation": self.node(operation), "userErrors": []}

    def get(self, gid: str) -> Node | None:
        operation = self.operations.get(gid)
        return self.node(self.refreshed(operation)) if operation else None

    def refreshed(self, operation: Operation) -> Operation:
        """Its status as of now."""
        now = self.clock()
        working = operation.worker is not None and operation.worker.is_alive()
        if operation.status in _RUNNING and not working:
            if operation.status == "CANCELING":
                self._end(operation, "CANCELED", None)
            elif now >= operation.created + self.seconds:
                fault = operation.fault
                self._end(operation, *((fault.status, fault.error_code) if fault else ("COMPLETED", None)))
            else:
                operation.status = "RUNNING"
        elif operation.status == "CREATED":
            operation.status = "RUNNING"
        elif operation.completed is not None and now >= operation.completed + KEPT_SECONDS:
            operation.status = "EXPIRED"
        return operation

    def file(self, name: str, signature: str) -> Path | None:
        """The file behind an address, while it is good."""
        for operation in self.operations.values():
            if operation.file.name == name and signature == _signature(operation.id):
                self.refreshed(operation)
                good = operation.status == "COMPLETED" or operation.partial
                return operation.file if good and operation.file.exists() else None
        return None

    def finished(self, gid: str) -> dict[str, Any]:
        """The body of the ``bulk_operations/finish`` webhook."""
        node = self.get(gid) or {}
        return {
            "admin_graphql_api_id": gid,
            "status": node["status"].lower(),
            "error_code": node["errorCode"] and node["errorCode"].lower(),
            "type": "query",
            "created_at": node["createdAt"].isoformat(),
            "completed_at": node["completedAt"] and node["completedAt"].isoformat(),
        }

    def node(self, operation: Operation) -> Node:
        address = f"{self.address}/bulk/{operation.file.name}?signature={_signature(operation.id)}"
        complete = operation.status == "COMPLETED" and operation.objects > 0
        running = operation.status in _RUNNING and operation.worker is None
        return {
            "__typename": "BulkOperation",
            "id": operation.id,
            "type": "QUERY",
            "status": operation.status,
            "errorCode": operation.error_code,
            "createdAt": _moment(operation.created),
            "completedAt": None if operation.completed is None else _moment(operation.completed),
            "objectCount": 0 if running else operation.objects,
            "rootObjectCount": 0 if running else operation.roots,
            "fileSize": operation.file.stat().st_size if complete else None,
            "url": address if complete else None,
            "partialDataUrl": address if operation.partial else None,
            "query": operation.query,
        }

    def _new(self, query: str, grouped: bool, scopes: tuple[str, ...]) -> Operation:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="bulk-")
        number = 4_100_000_000_000 + len(self.operations) * 32_768
        gid = f"gid://shopify/BulkOperation/{number}"
        file = Path(self._folder.name) / f"bulk-{number}.jsonl"
        operation = Operation(gid, query, self.clock(), scopes, grouped, file)
        operation.fault = self.faults.pop(0) if self.faults else None
        self.operations[gid] = operation
        return operation

    def _write(self, projection: Projection, root: Mapping[str, Any], operation: Operation) -> None:
        fault = operation.fault
        most = None if fault is None else fault.rows or 0
        with operation.file.open("w", encoding="utf-8") as file:
            for row, first in projection.lines(root, operation.grouped):
                if operation.stop.is_set() or (most is not None and operation.objects >= most):
                    break
                text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
                last = fault is not None and fault.cut and operation.objects + 1 == most
                file.write(text[: len(text) // 2] if last else text + "\n")
                operation.objects += 1
                operation.roots += first

    def _end(self, operation: Operation, status: str, error_code: str | None) -> None:
        operation.status, operation.error_code, operation.completed = status, error_code, self.clock()


def _refused(code: str, message: str) -> Node:
    return {"bulkOperation": None, "userErrors": [_error(["query"], message) | {"code": code}]}


def _error(path: list[str], message: str) -> Node:
    return {"field": path, "message": message}


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


def _signature(gid: str) -> str:
    return hashlib.sha256(f"signed {gid}".encode()).hexdigest()[:24]
