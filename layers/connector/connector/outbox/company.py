"""The connected company as last read: its profile and its lists, kept for the pages and for the next message.

A list is stored in parts under a generation; readers see the new generation only when it is complete. Of the lists that
can be long only what changed is asked for, from their watermark on; what was deleted is noticed when all is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from connector.quickbooks.limits import capacity, overflow_day
from connector.quickbooks.profile import CompanyProfile
from connector.quickbooks.records import ListRecord
from connector.storage import keys
from connector.storage.codec import pack, unpack
from connector.storage.syncs import moment, stamp
from connector.storage.table import Table, put_write

FRESH_FOR = timedelta(hours=12)
WHOLE_EVERY = timedelta(days=6)
"""With a reading every half day and a day off now and then, everything is read at least once a week."""

OVERLAP = timedelta(minutes=1)
"""Time stamps have whole seconds, and something may have been saved while a page was made."""

PART = 500
"""Elements stored in an item: some 20 kB."""

PLAIN_LISTS = ("accounts", "classes", "sales_tax_codes", "payment_methods", "sales_tax_items")
PAGED_LISTS = ("customers", "vendors", "items")
LISTS = PLAIN_LISTS + PAGED_LISTS
_PROFILE = keys.company_list("profile")
_STATE = keys.company_list("state")


def profile(table: Table, shop: str) -> CompanyProfile | None:
    """None as long as the company has never been seen."""
    item = table.get(keys.shop(shop), _PROFILE)
    return unpack(item["body"], CompanyProfile) if item else None


def store_profile(table: Table, shop: str, seen: CompanyProfile, now: datetime) -> None:
    table.put({"pk": keys.shop(shop), "sk": _PROFILE, "body": pack(seen), "read_at": stamp(now)})


def state(table: Table, shop: str) -> dict[str, Any]:
    """``read_at`` and ``generation`` of the lists, ``counts`` of those that are paged, their ``marks`` (watermarks).

    ``whole_at`` is when the last complete reading of everything began.
    """
    return table.get(keys.shop(shop), _STATE) or {}


def is_stale(state: Mapping[str, Any], now: datetime) -> bool:
    """Whether the lists have to be read: never read, too old, or asked for since."""
    read_at = state.get("read_at", "")
    if not read_at or state.get("wanted_at", "") > max(state.get("whole_at", ""), state.get("put_off_at", "")):
        return True
    return now - moment(read_at) > FRESH_FOR


def changes_since(state: Mapping[str, Any], now: datetime) -> dict[str, str]:
    """From when on each long list is to be asked for; empty if all has to be read as if for the first time."""
    whole_at = state.get("whole_at", "")
    if not whole_at or state.get("wanted_at", "") > whole_at or now - moment(whole_at) > WHOLE_EVERY:
        return {}
    return {name: mark for name, mark in state.get("marks", {}).items() if mark}


def watermark(modified: Sequence[str], now: datetime) -> str:
    """From when on to ask next, given the times of the elements read; empty if nothing usable follows from them.

    It goes without the offset, that is in the computer's own time: QuickBooks tells a wrong one in summer. A time that
    is still to come (a clock was wrong) would hide every change until then.
    """
    newest = max((text[:19] for text in modified if text), default="")
    try:
        found = datetime.fromisoformat(newest).replace(tzinfo=None)
    except ValueError:
        return ""
    if found > now.replace(tzinfo=None) + timedelta(days=1):
        return ""
    return (found - OVERLAP).isoformat(timespec="seconds")


def want_lists(table: Table, shop: str, now: datetime) -> None:
    """The lists are wanted as they are now: the next contact reads all of them."""
    table.update(keys.shop(shop), _STATE, "SET wanted_at = :now", values={":now": stamp(now)})


def put_off(table: Table, shop: str, now: datetime) -> None:
    """QuickBooks could not give the lists: the old ones are kept until they would be read again anyway."""
    table.update(keys.shop(shop), _STATE, "SET read_at = :now, put_off_at = :now", values={":now": stamp(now)})


def store_part(table: Table, shop: str, name: str, generation: str, part: int, records: Sequence[ListRecord]) -> None:
    table.put(
        {
            "pk": keys.shop(shop),
            "sk": f"{keys.company_list(name)}#{generation}#{part:05d}",
            "body": pack(records),
            "count": len(records),
        }
    )


def added_write(shop: str, name: str, generation: str, record: ListRecord) -> dict[str, Any]:
    """A transaction part: readers see an element that was just made; the next reading of the list replaces it."""
    sk = f"{keys.company_list(name)}#{generation}#new-{record.list_id}"
    return put_write({"pk": keys.shop(shop), "sk": sk, "body": pack((record,)), "count": 1})


def merge(table: Table, shop: str, name: str, changes: str, generation: str) -> int:
    """Store the list readers see, with the elements stored under ``changes`` over it, as ``generation``; its size.

    Doing it again, even after ``complete``, changes nothing.
    """
    merged = {record.list_id: record for record in records(table, shop, name)}
    merged |= {record.list_id: record for record in _stored(table, shop, name, changes)}
    everything = list(merged.values())
    for start in range(0, len(everything), PART):
        store_part(table, shop, name, generation, start // PART, everything[start : start + PART])
    return len(everything)


def complete(
    table: Table,
    shop: str,
    generation: str,
    now: datetime,
    counts: Mapping[str, int],
    marks: Mapping[str, str] | None = None,
    whole_at: str = "",
) -> None:
    """Let readers see the lists of ``generation`` and forget all others.

    ``whole_at`` is given where everything was read, and not only what changed. ``counts`` are the sizes of lists,
    "names" being names of every kind; the first ones ever are kept, to see growth.
    """
    table.update(
        keys.shop(shop),
        _STATE,
        "SET generation = :generation, read_at = :now, #counts = :counts, marks = :marks,"
        " first_counts = if_not_exists(first_counts, :counts), first_at = if_not_exists(first_at, :now)"
        + (", whole_at = :whole" if whole_at else ""),
        names={"#counts": "counts"},
        values={
            ":generation": generation,
            ":now": stamp(now),
            ":counts": dict(counts),
            ":marks": dict(marks or {}),
            **({":whole": whole_at} if whole_at else {}),
        },
    )
    for name in LISTS:
        for item in list(table.query(keys.shop(shop), f"{keys.company_list(name)}#")):
            if f"#{generation}#" not in item["sk"]:
                table.delete(item["pk"], item["sk"])


def records(table: Table, shop: str, name: str) -> Iterator[ListRecord]:
    """A list's elements as last read; nothing if it never was."""
    generation = state(table, shop).get("generation", "")
    if generation:
        yield from _stored(table, shop, name, generation)


def _stored(table: Table, shop: str, name: str, generation: str) -> Iterator[ListRecord]:
    for item in table.query(keys.shop(shop), f"{keys.company_list(name)}#{generation}#"):
        yield from unpack(item["body"], tuple[ListRecord, ...])


def elements(table: Table, shop: str, name: str) -> list[dict[str, Any]]:
    """A list for the pages: ``full_name``, ``type`` and ``is_active``. Raises KeyError for a list we don't read."""
    if name not in LISTS:
        raise KeyError(name)
    # One that was changed by us since stands there twice, the newer one last.
    return [_view(record) for record in {record.list_id: record for record in records(table, shop, name)}.values()]


def accounts(table: Table, shop: str) -> list[dict[str, Any]]:
    return elements(table, shop, "accounts")


def _view(record: ListRecord) -> dict[str, Any]:
    return {
        "full_name": record.full_name,
        "type": record.account_type or record.type,
        "is_active": record.is_active,
        "list_id": record.list_id,
        "number": record.account_number,
    }


def limits(table: Table, shop: str, now: datetime) -> dict[str, dict[str, Any]]:
    """Per list that can run full ("names", "items"): ``used``, ``limit`` and ``full_on`` (a date, "" if not in sight).

    The forecast goes on as the lists grew since they were first read.
    """
    seen = profile(table, shop)
    kept = state(table, shop)
    if seen is None or "counts" not in kept:
        return {}
    most = capacity(seen)
    days = max(Decimal(1), Decimal((now - moment(kept["first_at"])).days))
    found = {}
    for name, limit in (("names", most.names), ("items", most.items)):
        used, first = int(kept["counts"].get(name, 0)), int(kept["first_counts"].get(name, 0))
        full_on = overflow_day(used, limit, Decimal(used - first) / days, now.date())
        found[name] = {"used": used, "limit": limit, "full_on": full_on.isoformat() if full_on else ""}
    return found
