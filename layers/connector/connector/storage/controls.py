"""Figures that a reading replaces as a whole: the day's tender totals, and the latest snapshot of the stock."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import islice

from connector.storage import keys
from connector.storage.codec import pack, unpack
from connector.storage.syncs import moment, stamp
from connector.storage.table import ConditionFailed, Table

PLACES_AN_ITEM = 4000
_SUPERSEDED = timedelta(days=7)


def save_tenders(table: Table, shop: str, day: date, totals: Mapping[str, Decimal], read_until: datetime) -> None:
    """The tender transactions of a business day by method, as far as they were read; an older reading changes nothing.

    ``read_until`` is where the reading's window ended: before the end of the day the totals are not whole yet.
    """
    item = {
        "pk": keys.shop(shop),
        "sk": keys.tenders_of_day(day),
        "totals": dict(totals),
        "read_until": stamp(read_until),
    }
    condition = "attribute_not_exists(pk) OR read_until <= :until"
    try:
        table.put(item, condition, values={":until": stamp(read_until)})
    except ConditionFailed:
        return


def tenders(table: Table, shop: str, first: date, last: date) -> Iterator[tuple[date, dict[str, Decimal]]]:
    """(day, totals by method) of the days that have been read, in order."""
    if first > last:
        return
    for item in table.query(keys.shop(shop), first=keys.tenders_of_day(first), last=keys.tenders_of_day(last)):
        day = date.fromisoformat(item["sk"].rpartition("#")[2])
        yield day, {method: Decimal(amount) for method, amount in item["totals"].items()}


def take_snapshot(
    table: Table, shop: str, taken_at: datetime, read: Callable[[], Mapping[tuple[str, str], int]]
) -> dict[tuple[str, str], int]:
    """Units by (inventory item, location), as ``read`` gives them; kept as the next snapshot until it is settled.

    Taken again for the same time it is the one that was kept, so that what is derived from it comes out the same.
    """
    marker = table.get(keys.shop(shop), keys.STOCK) or {}
    if marker.get("next_at") == stamp(taken_at):
        return _read(table, shop, marker["next_at"], marker["next_parts"])
    snapshot = dict(read())
    places = iter(sorted(snapshot.items()))
    parts = 0
    while group := list(islice(places, PLACES_AN_ITEM)):
        body = pack([(item, location, units) for (item, location), units in group])
        table.put({"pk": keys.shop(shop), "sk": keys.stock_part(stamp(taken_at), parts), "body": body})
        parts += 1
    values = {":at": stamp(taken_at), ":parts": parts}
    table.update(keys.shop(shop), keys.STOCK, "SET next_at = :at, next_parts = :parts", values=values)
    return snapshot


def settle_snapshot(table: Table, shop: str, taken_at: datetime) -> None:
    """What follows from the snapshot is stored: it is now the one that the next is compared with.

    The parts of the one before go away by themselves. Repeating it changes nothing.
    """
    before = table.get(keys.shop(shop), keys.STOCK) or {}
    try:
        table.update(
            keys.shop(shop),
            keys.STOCK,
            "SET taken_at = next_at, parts = next_parts",
            "next_at = :at AND (attribute_not_exists(taken_at) OR taken_at < :at)",
            values={":at": stamp(taken_at)},
        )
    except ConditionFailed:
        return
    if "taken_at" in before:
        _forget(table, shop, before["taken_at"], before["parts"], taken_at + _SUPERSEDED)


def last_snapshot(table: Table, shop: str) -> tuple[datetime, dict[tuple[str, str], int]] | None:
    """(when it was taken, the last settled snapshot); None before the first."""
    marker = table.get(keys.shop(shop), keys.STOCK) or {}
    if "taken_at" not in marker:
        return None
    return moment(marker["taken_at"]), _read(table, shop, marker["taken_at"], marker["parts"])


def _read(table: Table, shop: str, taken_at: str, parts: int) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for part in table.batch_get([(keys.shop(shop), keys.stock_part(taken_at, n)) for n in range(parts)]):
        for item, location, units in unpack(part["body"], list[tuple[str, str, int]]):
            found[item, location] = units
    return found


def _forget(table: Table, shop: str, taken_at: str, parts: int, when: datetime) -> None:
    for n in range(parts):
        table.update(
            keys.shop(shop),
            keys.stock_part(taken_at, n),
            "SET #ttl = :ttl",
            names={"#ttl": "ttl"},
            values={":ttl": int(when.timestamp())},
        )
