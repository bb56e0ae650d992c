"""What snapshots of the stock are made of and compared by: pages of them, and what orders have taken since.

A snapshot of a large shop takes several invocations, so its pages are kept until it is whole. What orders take from the
stock is kept with the notes of reading, in the very transaction that stores the facts: each note is counted by one
snapshot, so that a sale that was found late counts too, and none twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from connector.ledger.facts import SaleFact
from connector.ledger.stock import ItemStock, Shelves, Sold, sold_of
from connector.storage import controls, keys
from connector.storage.codec import pack, unpack
from connector.storage.syncs import moment, stamp
from connector.storage.table import ConditionFailed, Table

NOTES_REACH_BACK = timedelta(days=13)
"""For how long what was sold can still be told: the notes of reading are kept for fourteen days."""

_PAGES_KEPT = timedelta(days=2)
_MOVED, _BEGUN = "#moved", "#begun"


def packed(sales: Iterable[SaleFact]) -> bytes:
    """What they take from the stock, for the note of reading; empty if nothing."""
    rows = [(sold.variant, sold.units, stamp(sold.happened_at)) for sold in sold_of(sales)]
    return pack(rows) if rows else b""


def sold_since(table: Table, shop: str, taken_at: datetime) -> list[Sold]:
    """What orders have taken since the snapshot before that of ``taken_at``.

    Asked again for the same snapshot it is the same, also if more has been read in between: that is the next one's.
    """
    pk, at = keys.shop(shop), stamp(taken_at)
    closed = (table.get(pk, keys.STOCK) or {}).get("counted_at") == at
    found: list[Sold] = []
    for item in table.query(pk, "READ#"):
        if "sold" in item and _counts(table, item, at, closed):
            rows = unpack(bytes(item["sold"]), list[tuple[str, int, str]])
            found += [Sold(variant, units, moment(when)) for variant, units, when in rows]
    if not closed:
        table.update(pk, keys.STOCK, "SET counted_at = :at", values={":at": at})
    return found


def _counts(table: Table, item: dict[str, Any], at: str, closed: bool) -> bool:
    if item.get("counted") or closed:
        return bool(item.get("counted") == at)
    free = "attribute_exists(pk) AND attribute_not_exists(counted)"
    try:
        table.update(item["pk"], item["sk"], "SET counted = :at", free, values={":at": at})
    except ConditionFailed:
        return False
    return True


# Pages of a snapshot that is being read.


def keep_page(table: Table, shop: str, taken_at: datetime, number: int, found: Sequence[ItemStock]) -> None:
    _keep(table, shop, keys.stock_read(stamp(taken_at), "levels", number), taken_at, pack(list(found)))


def keep_later(table: Table, shop: str, taken_at: datetime, number: int, found: Sequence[Sold]) -> None:
    """Sales from after the snapshot's time that it may show already."""
    _keep(table, shop, keys.stock_read(stamp(taken_at), "later", number), taken_at, pack(list(found)))


def _keep(table: Table, shop: str, sk: str, taken_at: datetime, body: bytes) -> None:
    table.put({"pk": keys.shop(shop), "sk": sk, "body": body, "ttl": int((taken_at + _PAGES_KEPT).timestamp())})


def pages(table: Table, shop: str, taken_at: datetime, count: int) -> Iterator[ItemStock]:
    """What the first ``count`` pages hold; an item that stands on two is as the later one says."""
    bodies = _kept(table, shop, taken_at, "levels", count)
    yield from {one.item: one for body in bodies for one in unpack(body, list[ItemStock])}.values()


def later(table: Table, shop: str, taken_at: datetime, count: int) -> Iterator[Sold]:
    yield from (sold for body in _kept(table, shop, taken_at, "later", count) for sold in unpack(body, list[Sold]))


def _kept(table: Table, shop: str, taken_at: datetime, what: str, count: int) -> list[bytes]:
    wanted = [(keys.shop(shop), keys.stock_read(stamp(taken_at), what, n)) for n in range(count)]
    bodies = {item["sk"]: bytes(item["body"]) for item in table.batch_get(wanted)}
    return [bodies[sk] for _, sk in wanted]


# Snapshots.


def rows_of(shelves: Shelves) -> dict[tuple[str, str], int]:
    """As ``controls.take_snapshot`` keeps them; the beginning and what was counted of movements are rows too."""
    rows = dict(shelves.units)
    rows |= {(key, _MOVED): units for key, units in shelves.moved.items()}
    return rows | {(stamp(shelves.begun_at), _BEGUN): 0}


def last_taken_at(table: Table, shop: str) -> datetime | None:
    taken_at = (table.get(keys.shop(shop), keys.STOCK) or {}).get("taken_at")
    return moment(taken_at) if taken_at else None


def last(table: Table, shop: str) -> tuple[datetime, Shelves] | None:
    """(when it was taken, the last settled snapshot); None before the first."""
    found = controls.last_snapshot(table, shop)
    return (found[0], shelves_of(found[1])) if found else None


def shelves_of(rows: dict[tuple[str, str], int]) -> Shelves:
    begun = next(moment(text) for text, what in rows if what == _BEGUN)
    return Shelves(
        {place: units for place, units in rows.items() if place[1] not in (_MOVED, _BEGUN)},
        {key: units for (key, what), units in rows.items() if what == _MOVED},
        begun,
    )
