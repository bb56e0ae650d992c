"""Entries as pages and the API show them, without opening their documents."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

from connector.accounting.documents import DOCUMENT_TYPES
from connector.app.accounts import Chart
from connector.outbox import company
from connector.outbox.entries import WAITING_STATES, EntryState
from connector.outbox.finding import INACTIVE
from connector.outbox.lists import ListState
from connector.quickbooks.list_requests import UNCHANGEABLE
from connector.storage import keys
from connector.storage.table import Table
from connector.sync.problems import REOPENED

EXCEPTIONS = EntryState.HELD
MOST = 200
"""Entries a page."""

_MOST_READ = 2000
"""Items looked at for one page when the state asked for is in no queue; the next page goes on behind them."""

_PLAIN = (
    "id", "kind", "title", "day", "state", "ref_number", "txn_id", "edit_sequence", "sync_id", "reason", "undo",
)  # fmt: skip
_SKIPPED = re.compile(r"[0-9]{1,9}")
_SEARCHED = ("title", "ref_number", "reason", "txn_id")
_BATCH = 100
_UNCHANGEABLE = tuple(keys.list_element(kind, "") for kind in UNCHANGEABLE)
# One character behind "#" in ASCII: the end of everything that starts with "ENTRY#".
_END = "ENTRY$"


def in_state(table: Table, shop: str, state: EntryState) -> Iterator[dict[str, Any]]:
    """Entries that wait in ``state``, in posting order."""
    found = iter(table.index(keys.entries_queue(shop, state)))
    while batch := list(islice(found, _BATCH)):
        for item in table.batch_get([(pk, sk) for pk, sk, _ in batch]):
            if item["state"] == state:
                yield view(item)


@dataclass(frozen=True, slots=True)
class Fixable:
    """What of the company decides which fixes an entry is offered: the closing date, and accounts that are inactive."""

    closing: date | None = None
    inactive: frozenset[str] = frozenset()


def fixable(table: Table, shop: str) -> Fixable:
    seen = company.profile(table, shop)
    return Fixable(seen.closing_date if seen else None, Chart(company.accounts(table, shop)).inactive())


def page(
    table: Table, shop: str, states: frozenset[EntryState], text: str, after: str
) -> tuple[list[dict[str, Any]], str]:
    """Entries in any of ``states`` (empty: all) that contain ``text``, and where the next page begins (or empty).

    Each with the ``fixes`` it is offered.
    """
    found, following = _page(table, shop, states, text, after)
    known = fixable(table, shop)
    items = {item["id"]: item for item in table.batch_get([(keys.shop(shop), keys.entry(e["id"])) for e in found])}
    return [e | {"fixes": offered(items[e["id"]], known) if e["id"] in items else []} for e in found], following


def _page(
    table: Table, shop: str, states: frozenset[EntryState], text: str, after: str
) -> tuple[list[dict[str, Any]], str]:
    if len(states) == 1 and states <= WAITING_STATES:
        matching = (entry for entry in in_state(table, shop, next(iter(states))) if _contains(entry, text))
        skipped = int(after) if _SKIPPED.fullmatch(after) else 0
        found = list(islice(matching, skipped, skipped + MOST + 1))
        return found[:MOST], str(skipped + MOST) if len(found) > MOST else ""
    found = []
    behind = f"{keys.entry(after)}~" if after else keys.entry("")
    for read, item in enumerate(table.query(keys.shop(shop), first=behind, last=_END), 1):
        entry = view(item)
        if (not states or entry["state"] in states) and _contains(entry, text):
            found.append(entry)
        if len(found) == MOST or read == _MOST_READ:
            return found, entry["id"]
    return found, ""


def held_list_elements(table: Table, shop: str) -> list[dict[str, str]]:
    """Customers, items and the like that QuickBooks refused; the entries that need them wait."""
    places = [(pk, sk) for pk, sk, _ in table.index(keys.list_elements_queue(shop), prefix=f"{ListState.HELD}#")]
    return [
        {"id": item["sk"].removeprefix("LIST#"), "name": item["name"], "state": item["state"], "reason": item["reason"]}
        for item in table.batch_get(places)
        if item["state"] == ListState.HELD
    ]


def view(item: Mapping[str, Any]) -> dict[str, Any]:
    """Amounts are decimal strings."""
    return {name: item.get(name, "") for name in _PLAIN} | {"amount": f"{Decimal(item['amount']):.2f}"}


def offered(item: Mapping[str, Any], known: Fixable) -> list[str]:
    """The names of what can be done about an entry, see ``entries_fixing``."""
    state = EntryState(item["state"])
    if state is EntryState.IGNORED:
        return ["retry"]
    if state is not EntryState.HELD:
        return ["ignore"] if state is EntryState.READY else []
    if item["kind"] not in DOCUMENT_TYPES:
        return ["retry", "ignore"] if item["reason"] == REOPENED else ["ignore"]
    found = ["retry", "ignore", "account"]
    if str(item.get("held_by", "")).startswith("LIST#"):
        found.append("rename")
    held_by, closing = str(item.get("held_by", "")), known.closing
    inactive = INACTIVE in item["reason"] and not held_by.startswith(_UNCHANGEABLE)
    if inactive or any(f'"{name}"' in item["reason"] for name in known.inactive):
        found.append("reactivate")
    if closing and item["day"] <= closing.isoformat():
        found.append("first_open_day")
    if item.get("candidates"):
        found.append("adopt")
    return found


def _contains(entry: Mapping[str, Any], text: str) -> bool:
    return not text or any(text.lower() in str(entry[name]).lower() for name in _SEARCHED)
