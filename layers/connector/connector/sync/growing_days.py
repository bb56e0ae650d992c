"""Drafts of summary documents while they grow: one a day, location and channel, numbered when it is complete."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from connector.accounting.summary import Part, SummaryKey, merge
from connector.storage import keys
from connector.storage.codec import pack, unpack
from connector.storage.table import Item, Table, put_write


@dataclass(frozen=True, slots=True)
class GrowingDay:
    """A draft as stored: what it is for, what is in it, under which number of its day, location and channel."""

    key: SummaryKey
    part: Part
    number: int
    version: int = 0


def grow_writes(table: Table, shop: str, parts: Mapping[SummaryKey, Part]) -> list[dict[str, Any]]:
    """Transaction parts that add to the drafts, refused if one of them has grown in between."""
    drafts = ((open_draft(table, shop, key), part) for key, part in parts.items())
    return [draft_write(shop, replace(found, part=merge(found.part, part))) for found, part in drafts]


def open_draft(table: Table, shop: str, key: SummaryKey) -> GrowingDay:
    """The day's draft, or a new one under the next number."""
    found = draft(table, shop, key)
    if found:
        return found
    numbers = table.get(keys.shop(shop), keys.summary_numbers(key.day)) or {}
    return GrowingDay(key, Part(), number=int(numbers.get(series(key), 0)) + 1)


def draft(table: Table, shop: str, key: SummaryKey) -> GrowingDay | None:
    item = table.get(keys.shop(shop), keys.summary_draft(key.day, key.location, key.channel))
    return growing(item) if item else None


def growing(item: Item) -> GrowingDay:
    return replace(unpack(item["body"], GrowingDay), version=item["version"])


def draft_write(shop: str, draft: GrowingDay) -> dict[str, Any]:
    item = {
        "pk": keys.shop(shop),
        "sk": keys.summary_draft(draft.key.day, draft.key.location, draft.key.channel),
        "body": pack(draft),
        "version": draft.version + 1,
    }
    if draft.version:
        return put_write(item, "version = :version", values={":version": draft.version})
    return put_write(item, "attribute_not_exists(pk)")


def series(key: SummaryKey) -> str:
    return f"series|{key.location}|{key.channel}"
