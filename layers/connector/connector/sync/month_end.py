"""The month-end pack: what a bookkeeper files with the month, from the same sums as the tie-out.

Tie-out of the month and of each day, tax by title and rate, what gift cards and store credit are owed, everything that
is not posted with its reason, what is in QuickBooks otherwise than it was posted, and the clearing accounts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from connector.accounting.buckets import (
    CHANNEL_TAX_PREFIX,
    GIFT_CARDS_OUTSIDE,
    GIFT_CARDS_REDEEMED,
    GIFT_CARDS_SOLD,
    STORE_CREDIT_OUTSIDE,
    STORE_CREDIT_REDEEMED,
    TAX_PREFIX,
    TENDER_PREFIX,
)
from connector.accounting.policy import Policy
from connector.outbox import repository
from connector.outbox.entries import Entry, EntryState
from connector.storage import days, keys
from connector.storage.table import Table
from connector.sync.clearing import explained
from connector.sync.tie_out import report

ZERO = Decimal("0.00")
_EARLIEST = date(2000, 1, 1)
_UNSENT = (EntryState.READY, EntryState.DOUBTFUL, EntryState.DRAFT)
_COLUMNS = ("shopify", "quickbooks")

LIABILITIES: tuple[tuple[str, tuple[tuple[str, str, int], ...]], ...] = (
    (
        "Gift cards",
        (
            ("Sold", GIFT_CARDS_SOLD, 1),
            ("Redeemed", GIFT_CARDS_REDEEMED, -1),
            ("Given, less taken back", GIFT_CARDS_OUTSIDE, 1),
        ),
    ),
    (
        "Store credit",
        (("Redeemed, less given", STORE_CREDIT_REDEEMED, -1), ("Given by hand, less taken", STORE_CREDIT_OUTSIDE, 1)),
    ),
)
"""What is owed: each with the tie-out lines that raise (1) or lower (-1) it."""


_FIRST_YEAR, _LAST_YEAR = 1901, 2999
"""QuickBooks has no days before; the calendar's last month has none behind it to reckon from."""


def month_of(text: str) -> tuple[date, date]:
    """``2026-03`` as its first and last day. Raises ``ValueError``."""
    first = date.fromisoformat(f"{text}-01")
    if not _FIRST_YEAR <= first.year <= _LAST_YEAR:
        raise ValueError(f"{text} has no books")
    following = (first + timedelta(days=31)).replace(day=1)
    return first, following - timedelta(days=1)


def month_end(table: Table, shop: str, first: date, last: date, policy: Policy) -> dict[str, Any]:
    """The pack of the days ``first`` to ``last``; amounts are decimal strings."""
    proof = report(table, shop, first, last)
    lines = proof["total"]["lines"]
    return {
        "from": proof["from"],
        "to": proof["to"],
        "is_proven": not any(Decimal(line["difference"]) for line in lines),
        "tie_out": lines,
        "days": [_day(one) for one in proof["days"]],
        "payouts": proof["payouts"],
        "taxes": _taxes(lines),
        "liabilities": _liabilities(table, shop, first, last),
        "open": [*proof["open"], *_unsent(table, shop, first, last)],
        "notes": _notes(table, shop, first, last),
        "clearing": explained(table, shop, policy.accounts, clearing_accounts(policy), last),
    }


def clearing_accounts(policy: Policy) -> list[str]:
    """The accounts money waits on until a payout: the clearing account, and those of single tenders."""
    return list(dict.fromkeys(name for name in (policy.accounts.get("clearing", ""), *policy.tenders.values()) if name))


def _day(one: Mapping[str, Any]) -> dict[str, str]:
    """A day in one row: what came in by tenders, as Shopify and as QuickBooks have it, and what differs on any line."""
    sums = dict.fromkeys(_COLUMNS, ZERO)
    differs = ZERO
    for line in one["lines"]:
        differs += abs(Decimal(line["difference"]))
        if line["line"].startswith(TENDER_PREFIX):
            for column in _COLUMNS:
                sums[column] += Decimal(line[column])
    return {"date": one["date"], **{c: f"{a:.2f}" for c, a in sums.items()}, "difference": f"{differs:.2f}"}


def _taxes(lines: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    found = []
    for line in lines:
        for prefix, owed_by in ((TAX_PREFIX, "shop"), (CHANNEL_TAX_PREFIX, "sales channel")):
            if line["line"].startswith(prefix):
                label = line["line"].removeprefix(prefix)
                amounts = {name: line[name] for name in (*_COLUMNS, "difference")}
                found.append({"tax": label, "owed_by": owed_by, **amounts})
    return found


def _liabilities(table: Table, shop: str, first: date, last: date) -> list[dict[str, Any]]:
    """From what the books had before the month to what they have after it, by Shopify's facts and by QuickBooks."""
    before = _sums(table, shop, _EARLIEST, first - timedelta(days=1))
    within = _sums(table, shop, first, last)
    rolled = []
    for name, parts in LIABILITIES:
        row: dict[str, Any] = {"liability": name, "changes": []}
        for column in _COLUMNS:
            opening = sum((sign * before[column].get(line, ZERO) for _, line, sign in parts), ZERO)
            change = sum((sign * within[column].get(line, ZERO) for _, line, sign in parts), ZERO)
            row[f"opening_{column}"] = f"{opening:.2f}"
            row[f"closing_{column}"] = f"{opening + change:.2f}"
        for words, line, sign in parts:
            amounts = {column: f"{sign * within[column].get(line, ZERO) + ZERO:.2f}" for column in _COLUMNS}
            row["changes"].append({"what": words, **amounts})
        rolled.append(row)
    return rolled


def _sums(table: Table, shop: str, first: date, last: date) -> dict[str, dict[str, Decimal]]:
    sums: dict[str, dict[str, Decimal]] = {column: {} for column in days.COLUMNS}
    for _, columns in days.read(table, shop, first, last):
        for column, effect in columns.items():
            for line, amount in effect.items():
                sums[column][line] = sums[column].get(line, ZERO) + amount
    return sums


def _unsent(table: Table, shop: str, first: date, last: date) -> list[dict[str, Any]]:
    """What only waits for the next update of the Web Connector."""
    found = (entry for state in _UNSENT for entry in repository.waiting(table, shop, state))
    return [
        _row(entry) | {"reason": entry.reason or "It waits for the next update of the Web Connector."}
        for entry in found
        if first <= entry.day <= last
    ]


def _notes(table: Table, shop: str, first: date, last: date) -> list[dict[str, Any]]:
    """What is in QuickBooks otherwise than it was posted, or dated otherwise than the sale."""
    found = []
    begin, end = first.isoformat(), last.isoformat()
    for item in table.query(keys.shop(shop), "ENTRY#"):
        if item["state"] == EntryState.READ_BACK.value and begin <= item["day"] <= end:
            entry = Entry.from_item(item)
            said = [entry.reason, entry.undo]
            if entry.dated != entry.day:
                said.append(f"It is dated {entry.dated.isoformat()} in QuickBooks: the books were closed.")
            if any(said):
                found.append(_row(entry) | {"reason": " ".join(filter(None, said))})
    return sorted(found, key=lambda row: (row["day"], row["title"]))


def _row(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "title": entry.title,
        "day": entry.day.isoformat(),
        "amount": f"{entry.amount:.2f}",
        "kind": entry.kind,
        "state": entry.state.value,
    }
