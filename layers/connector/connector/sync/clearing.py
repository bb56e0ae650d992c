"""The clearing accounts explained: what is still on them, each open amount named by the order or payout it is from.

Computed from what was posted and read back. An order's sale brings money onto the account, its refund and the payout
take it off again; what of an order comes to 0.00 is not named. A payout is spread over the orders it paid out, as
Shopify's balance transactions name them, and over the days where those are in a day's document.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from connector.outbox.entries import Entry, EntryState
from connector.storage import keys
from connector.storage.orders import get_many
from connector.storage.table import Table
from connector.sync.payouts import Moved, is_of_payout, moved
from connector.sync.preview_postings import postings

ZERO = Decimal("0.00")
_THERE = frozenset({EntryState.POSTED.value, EntryState.READ_BACK.value})
_SUMMARY = "Summary:"
_BATCH = 100
_Place = tuple[str, str]
"""(account, what an amount on it is about)."""


def explained(
    table: Table, shop: str, accounts: Mapping[str, str], clearing: Iterable[str], until: date
) -> list[dict[str, Any]]:
    """Per account of ``clearing``: ``balance`` on the evening of ``until`` and in ``open`` what it is made of."""
    wanted = {name.casefold(): name for name in clearing if name}
    sums: dict[str, dict[str, Decimal]] = {name: {} for name in wanted.values()}
    since: dict[tuple[str, str], date] = {}
    paid_out: dict[tuple[str, str], list[tuple[Moved, date]]] = {}
    summaries: dict[str, str] = {}

    def count(name: str, about: str, amount: Decimal, day: date) -> None:
        sums[name][about] = sums[name].get(about, ZERO) + amount
        since[name, about] = min(since.get((name, about), day), day)

    for entry in _posted(table, shop, until):
        if entry.key.startswith(_SUMMARY):
            summaries[entry.key] = entry.title
        for one in _parts(table, entry, accounts):
            name = wanted.get(one.account.casefold())
            if name is None:
                continue
            count(name, one.about, one.amount, entry.dated)
            if one.order:
                paid_out.setdefault((name, one.about), []).append((one, entry.dated))
    open_ = [(place, one, day) for place, some in paid_out.items() if sums[place[0]][place[1]] for one, day in some]
    if summaries:
        for (name, about), one, day, title in _of_summaries(table, shop, open_, summaries):
            count(name, about, -one.amount, day)
            count(name, title, one.amount, day)
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


def _parts(table: Table, entry: Entry, accounts: Mapping[str, str]) -> Iterable[Moved]:
    if entry.document is None:
        return []
    if is_of_payout(entry):
        return moved(table, entry)
    return [Moved(account, entry.title, amount) for account, amount in postings(entry.document, accounts)]


def _of_summaries(
    table: Table, shop: str, paid_out: Sequence[tuple[_Place, Moved, date]], summaries: Mapping[str, str]
) -> Iterator[tuple[_Place, Moved, date, str]]:
    """Those of ``paid_out`` whose sale is in a day's document, with its title: there the order has no amount of its
    own that the payout could clear."""
    for start in range(0, len(paid_out), _BATCH):
        some = paid_out[start : start + _BATCH]
        legacy_ids = list(dict.fromkeys(_legacy_id(one.order) for _, one, _ in some))
        claims = {record.facts.order.id: record.claims for record in get_many(table, shop, legacy_ids).values()}
        for place, one, day in some:
            title = summaries.get(claims.get(one.order, {}).get(one.transaction, ""))
            if title is not None:
                yield place, one, day, title


def _legacy_id(gid: str) -> str:
    return gid.rpartition("/")[2]
