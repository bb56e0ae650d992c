"""What goods cost, when their sales are made free to be posted anew.

With detailed customers, and no stock kept in QuickBooks, the cost of a day's goods is a journal entry of its own that
carries no facts. One rule keeps it right, whichever of the two is undone: what the day's journal entries and its
growing draft come to is what the goods cost of all sales that documents carry. So sales that become free take their
cost out of the draft, and a journal entry that is gone puts its cost back into it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from connector.accounting.costs import costs_in
from connector.accounting.documents import ItemType, JournalEntry
from connector.accounting.lines import Posting, posting
from connector.accounting.policy import Mode, Policy
from connector.accounting.summary import COST, Part, SummaryKey, cost_parts
from connector.outbox.entries import Entry
from connector.storage.orders import OrderRecord

_LOCATION = "gid://shopify/Location/"


def taken_out(record: OrderRecord, undone: Iterable[Entry], policy: Policy) -> dict[SummaryKey, Part]:
    """What the sales carried by ``undone`` documents of an order cost, negative, by day."""
    by_amount = {entry.key for entry in undone if not _moves_stock(entry.document)}
    sales = [sale for sale in record.facts.sales if record.claims.get(sale.id) in by_amount]
    parts = cost_parts(record.facts.order, sales, _as_booked(policy))
    return {key: replace(part, postings=tuple(_negative(p) for p in part.postings)) for key, part in parts.items()}


def put_back(entry: Entry, policy: Policy) -> dict[SummaryKey, Part]:
    """What a day's journal entry of costs comes to; nothing for any other document."""
    document = entry.document
    if not isinstance(document, JournalEntry) or f":{COST}:" not in entry.key:
        return {}
    location = document.lines[0].location if document.lines else None
    place = entry.key.split(":")[2]
    key = SummaryKey(entry.day, f"{_LOCATION}{place}" if place != "-" else "", COST, location.name if location else "")
    costs = costs_in(entry.effect)
    return {key: Part((), tuple(posting(line, amount, _as_booked(policy)) for line, amount in costs.items()))}


def _as_booked(policy: Policy) -> Policy:
    """The mode may have changed since, and an account gone: what is taken out must be what was put in."""
    return replace(policy, inventory=Mode.SUMMARY, unusable={})


def _moves_stock(document: Any) -> bool:
    """Under detailed inventory goods are stock items, and QuickBooks itself knows what they cost."""
    details = (line.item.item for line in getattr(document, "lines", ()) if hasattr(line, "item"))
    return any(detail is not None and detail.type is ItemType.INVENTORY for detail in details)


def _negative(line: Posting) -> Posting:
    return replace(line, amount=-line.amount)
