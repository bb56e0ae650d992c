"""Reading everything back again, after a backup was restored or when a person asks for it.

Entries that had been read back count as posted but not as found until QuickBooks shows them again. A shop may have
very many, so they are taken a few hundred at a time, and how far that came is kept.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from connector.accounting.effects import negative
from connector.outbox import company, repository
from connector.outbox.entries import Entry, EntryState
from connector.outbox.repository import Change, move_write
from connector.storage import keys
from connector.storage.table import Table, put_write

AT_A_TIME = 300
_FIRST, _LAST = "ENTRY#", "ENTRY$"


def start_write(shop: str) -> dict[str, Any]:
    """A transaction part: from now on everything is read back again."""
    return put_write({"pk": keys.shop(shop), "sk": keys.RECHECK, "next": _FIRST})


def start(table: Table, shop: str) -> None:
    table.transact([start_write(shop)])


def is_under_way(table: Table, shop: str) -> bool:
    return table.get(keys.shop(shop), keys.RECHECK) is not None


def advance(table: Table, shop: str, now: datetime) -> None:
    """Set the next few hundred entries back to posted; nothing to do if no recheck is under way.

    A restored backup has older lists too, so with the first of them all lists are wanted.
    """
    item = table.get(keys.shop(shop), keys.RECHECK)
    if item is None:
        return
    begin = str(item["next"])
    if begin == _FIRST:
        company.want_lists(table, shop, now)
    page = list(table.query(keys.shop(shop), first=begin, last=_LAST, limit=AT_A_TIME))
    ids = [found["id"] for found in page]

    def build() -> tuple[list[Change], list[dict[str, Any]]]:
        entries = repository.get_many(table, shop, ids).values()
        return [_unfound(entry) for entry in entries if entry.state is EntryState.READ_BACK], []

    repository.commit(table, shop, build)
    if len(page) < AT_A_TIME:
        table.delete(keys.shop(shop), keys.RECHECK)
    else:
        table.update(keys.shop(shop), keys.RECHECK, "SET #next = :next", names={"#next": "next"},
                     values={":next": page[-1]["sk"] + "#"})  # fmt: skip


def _unfound(entry: Entry) -> Change:
    write = move_write(entry, EntryState.POSTED, found={})
    return Change(write, entry.day, "quickbooks", negative(entry.found))
