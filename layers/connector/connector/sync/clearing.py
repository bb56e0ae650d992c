"""The clearing accounts explained: what is still on them, each open amount named by the order or payout it is from.

Computed from what was posted and read back. An order's sale brings money onto the account, its refund and the payout
take it off again; what of an order comes to 0.00 is not named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from connector.outbox.entries import Entry, EntryState
from connector.storage import keys
from connector.storage.table import Table
from connector.sync.preview_postings import postings

ZERO = Decimal("0.00")
_THERE = frozenset({EntryState.POSTED.value, EntryState.READ_BACK.value})
Part = tuple[str, str, Decimal]
"""(account, what it is about, amount): a debit, or a credit if it is negative."""

PARTS: dict[type, Callable[[Entry, Mapping[str, str]], Iterable[Part]]] = {}
"""Documents whose lines belong to other titles than their own, such as a payout that clears many orders: how they
spread over them. Without a row here a document is about its own title."""


def explained(
    table: Table, shop: str, accounts: Mapping[str, str], clearing: Iterable[str], until: date
) -> list[dict[str, Any]]:
    """Per account of ``clearing``: ``balance`` on the evening of ``until`` and in ``open`` what it is made of."""
    wanted = {name.casefold(): name for name in clearing if name}
    sums: dict[str, dict[str, Decimal]] = {name: {} for name in wanted.values()}
    since: dict[tuple[str, str], date] = {}
    for entry in _posted(table, shop, until):
        for account, about, amount in _parts(entry, accounts):
            name = wanted.get(account.casefold())
            if name is None:
                continue
            sums[name][about] = sums[name].get(about, ZERO) + amount
            since.setdefault((name, about), entry.dated)
            since[name, about] = min(since[name, about], entry.dated)
    return [
        {
            "account": name,
            "balance": f"{sum(about.values(), ZERO):.2f}",
            "open": [
                {"title": title, "since": since[name, title].isoformat(), "amount": f"{amount:.2f}"}
                for title, amount in sorted(about.items(), key=lambda pair: (since[name, pair[0]], pair[0]))
                if amount
            ],
        }
        for name, about in sorted(sums.items())
    ]


def _posted(table: Table, shop: str, until: date) -> Iterator[Entry]:
    for item in table.query(keys.shop(shop), "ENTRY#"):
        if item["state"] in _THERE and item["day"] <= until.isoformat():
            entry = Entry.from_item(item)
            if entry.document is not None and entry.dated <= until:
                yield entry


def _parts(entry: Entry, accounts: Mapping[str, str]) -> Iterable[Part]:
    if entry.document is None:
        return []
    spread = PARTS.get(type(entry.document))
    if spread is not None:
        return spread(entry, accounts)
    return [(account, entry.title, amount) for account, amount in postings(entry.document, accounts)]
