"""The rows of a bulk operation's file, put together to orders again, with as much memory for many as for a few.

Without ``groupObjects`` (false by default since 2026-01) children stand anywhere behind their parents. So the rows are
dealt out to parts on disk as they come, an order and all below it to the same part; then each part is put together by
itself. Only which id is of which order is kept in memory. A part on disk is packed: a thousand orders are some 4 MB of
rows and 0.4 MB on disk, so that the 512 MB of a Lambda's own disk are enough for any slice; no other store is needed.

A file that breaks off (of a failed operation) is complete up to a point: the rows of one connection keep their order,
so when a sale has come, those of the orders before its own have come too. As kinds of agreements may be worked off one
after the other, an order is only taken if each of its agreements has sales and they add up to Shopify's total of it.
"""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import msgspec

from connector.shopify.errors import ShopifyError

Node = dict[str, Any]

ORDERS_A_PART = 400
MOST_PARTS = 64
"""A part being written has a quarter of a megabyte of its own."""

_ORDER = "gid://shopify/Order/"
_TRANSACTION = "OrderTransaction"
_AGREEMENTS = "agreements"
_decode = msgspec.json.Decoder(float_hook=Decimal).decode


class FileBroken(ShopifyError):
    """A file that is not what it should be: a row that can't be read, or whose parent is missing."""


class _Id(msgspec.Struct):
    id: str


class _Head(msgspec.Struct):
    """What is to be known of a row before it is put away."""

    id: str
    kind: str = msgspec.field(name="__typename", default="")
    parent: str | None = msgspec.field(name="__parentId", default=None)
    updated: str = msgspec.field(name="updatedAt", default="")
    refund: _Id | None = None
    refunds: list[_Id] | None = None


_head = msgspec.json.Decoder(_Head).decode


def parts_for(orders: int) -> int:
    return min(max(-(-orders // ORDERS_A_PART), 1), MOST_PARTS)


class Spool:
    """Deals rows out to ``parts`` files in ``folder``: as many orders that follow each other as are ``in_a_row`` to the
    first part, then to the next one. Orders that changed together are stored with fewest writes together."""

    def __init__(self, folder: Path, parts: int, in_a_row: int = 0) -> None:
        self.folder, self.parts = folder, parts
        self._in_a_row = in_a_row or ORDERS_A_PART
        self.rows = 0
        self._order_of: dict[str, int] = {}
        self._kind_of: dict[str, str] = {}
        self._updated: list[str] = []
        self._last: dict[str, int] = {}
        self._last_row = -1
        self._in_order = True
        self._open = ExitStack()
        self._files = [self._open.enter_context(self._written(n)) for n in range(parts)]

    @property
    def orders(self) -> int:
        return len(self._updated)

    def oldest_missing(self, numbers: Iterable[int]) -> str:
        """``updatedAt`` of the first of these orders; empty if the file is not in that order."""
        in_order = self._in_order and self._updated == sorted(self._updated)
        return self._updated[min(numbers)] if in_order else ""

    def changed_before(self, moment: datetime) -> int:
        """How many orders of the file changed before ``moment``."""
        return sum(datetime.fromisoformat(text.replace("Z", "+00:00")) < moment for text in self._updated)

    def add(self, line: bytes) -> None:
        """Raises ``FileBroken`` for what is no row."""
        try:
            head = _head(line)
        except msgspec.DecodeError as error:
            raise FileBroken(f"row {self.rows + 1} can't be read: {error}") from error
        self.rows += 1
        number = self._number(head)
        if number is None:
            self._in_order = False
            self._put_aside(line)
        else:
            self._deal(line, number)

    def close(self) -> None:
        """All rows are in. Raises ``FileBroken`` if a parent never came."""
        waiting, missing = self._aside(), 0
        while len(waiting) != missing:
            missing, still = len(waiting), []
            for line in waiting:
                number = self._number(_head(line))
                if number is None:
                    still.append(line)
                else:
                    self._deal(line, number)
            waiting = still
        self._open.close()
        if waiting:
            raise FileBroken(f"{len(waiting)} rows belong to nothing in the file")

    def discard(self) -> None:
        self._open.close()

    def part(self, number: int) -> Iterator[tuple[int, Node]]:
        """The orders of a part, put together, each with its number in the file."""
        with gzip.open(self._path(number), "rb") as file:
            orders = _together(file)
        for place, order in enumerate(orders):
            row, within = divmod(place, self._in_a_row)
            yield (row * self.parts + number) * self._in_a_row + within, order

    def has_whole(self, number: int, order: Node) -> bool:
        """Whether an order of a file that broke off has all that is below it."""
        last_sold = max((last for kind, last in self._last.items() if kind != _AGREEMENTS), default=0)
        if not self._in_order or number >= last_sold or number == self._last_row:
            return False
        sales = [agreement["sales"] for agreement in order["agreements"]]
        try:
            total = sum((_amount(sale["totalAmount"]) for part in sales for sale in part), Decimal(0))
            return bool(sales) and all(sales) and total == _amount(order["currentTotalPriceSet"])
        except (KeyError, TypeError, InvalidOperation):
            return False

    def _number(self, head: _Head) -> int | None:
        """Of the order that a row belongs to; None if its parent has not come yet."""
        if head.parent is None:
            number = self._order_of.setdefault(head.id, len(self._updated))
            if number == len(self._updated):
                self._updated.append(head.updated)
            self._order_of |= {refund.id: number for refund in head.refunds or ()}
            return number
        found = self._order_of.get(head.parent)
        if found is None:
            return None
        if head.parent.startswith(_ORDER):
            self._order_of[head.id] = found
            self._kind_of[head.id] = sys.intern(head.kind)
            self._follow(_AGREEMENTS, found)
        elif head.kind != _TRANSACTION:
            self._follow(self._kind_of.get(head.parent, ""), found)
        return found

    def _follow(self, connection: str, number: int) -> None:
        if number < self._last.get(connection, 0):
            self._in_order = False
        self._last[connection] = number

    def _deal(self, line: bytes, number: int) -> None:
        self._last_row = number
        self._files[number // self._in_a_row % self.parts].write(line + b"\n")

    def _written(self, number: int) -> gzip.GzipFile:
        return gzip.GzipFile(self._path(number), "wb", compresslevel=1)

    def _path(self, number: int | str) -> Path:
        return self.folder / f"part-{number}.jsonl.gz"

    def _put_aside(self, line: bytes) -> None:
        with self._path("aside").open("ab") as file:
            file.write(line + b"\n")

    def _aside(self) -> list[bytes]:
        path = self._path("aside")
        return path.read_bytes().splitlines() if path.exists() else []


def _together(lines: Iterable[bytes]) -> list[Node]:
    """Orders with their agreements, those with their sales, refunds with the ids of their transactions.

    What comes twice (an order that changed while the file was written) counts once, as it came last.
    """
    orders: dict[str, Node] = {}
    below: dict[str, dict[str, Node]] = {}
    agreements: dict[str, Node] = {}
    for line in lines:
        row = _decode(line)
        parent = row.pop("__parentId", None)
        if parent is None:
            orders[row["id"]] = row
        else:
            below.setdefault(parent, {})[row["id"]] = row
            if parent.startswith(_ORDER):
                agreements[row["id"]] = row
    linked = {
        (row.get("refund") or {}).get("id"): _of(below, id_, transactions=True) for id_, row in agreements.items()
    }
    for order in orders.values():
        order["agreements"] = list(below.get(order["id"], {}).values())
        for agreement in order["agreements"]:
            agreement["sales"] = _of(below, agreement["id"], transactions=False)
        for refund in order.get("refunds") or ():
            found = [*linked.get(refund["id"], ()), *_of(below, refund["id"], transactions=True)]
            refund["transactions"] = [{"id": row["id"]} for row in found]
    return list(orders.values())


def _amount(bag: Any) -> Decimal:
    return Decimal(bag["shopMoney"]["amount"])


def _of(below: dict[str, dict[str, Node]], parent: str, *, transactions: bool) -> list[Node]:
    rows = below.get(parent, {}).values()
    return [row for row in rows if (row.get("__typename") == _TRANSACTION) is transactions]
