"""Preview: the exact entries a sync would post, and nothing stored.

The steps of the preparation run as they are, over a table that keeps what they write in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from connector.app import settings
from connector.outbox.entries import Entry
from connector.storage import keys
from connector.storage.syncs import stamp
from connector.storage.table import Table
from connector.sync.context import Context
from connector.sync.prepare import run
from connector.sync.preview_postings import account_of, postings
from connector.sync.preview_table import PreviewTable

STEPS = ("plan", "read", "build")
"""Those of the state machine that lead to entries, in its order."""

SYNC_ID = "preview"


class TooMuch(Exception):
    """The days asked for hold more than can be prepared while somebody waits."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Business days ``first`` to ``last``; without them what the next sync would take. ``is_late`` ends the wait."""

    shop: str
    first: date | None = None
    last: date | None = None
    is_late: Callable[[], bool] = lambda: False


def preview(context: Context, asked: Asked) -> dict[str, Any]:
    """``{"from", "to", "entries", "exceptions", "accounts", "totals"}``; amounts are decimal strings.

    Works before the integration is started too. Raises ``TooMuch`` when ``asked.is_late()``.
    """
    now = context.clock()
    scratch = PreviewTable(context.table)
    if not scratch.get(keys.shop(asked.shop), keys.INTEGRATION):
        item = {"pk": keys.shop(asked.shop), "sk": keys.INTEGRATION, "state": "PREVIEW", "started_at": stamp(now)}
        scratch.put(item)
    window = _prepare(replace(context, table=scratch, bulk_of=None, compares=False), asked, now)
    entries = _entries(scratch)
    accounts = settings.policy_of(settings.read(scratch, asked.shop)).accounts
    made = [_view(entry, accounts) for entry in entries if entry.document is not None]
    return {
        "from": window["first"],
        "to": window["last"],
        "entries": made,
        "exceptions": [_exception(entry) for entry in entries if entry.document is None or entry.reason],
        "accounts": _accounts(made),
        "totals": _totals(entries),
    }


def _prepare(context: Context, asked: Asked, now: datetime) -> dict[str, Any]:
    """Runs the steps; the window they were about."""
    days = {"from": asked.first.isoformat(), "to": asked.last.isoformat()} if asked.first and asked.last else {}
    state: dict[str, Any] = {
        "shop": asked.shop,
        "sync_id": SYNC_ID,
        "scheduled_time": stamp(now),
        "trigger": SYNC_ID,
        **days,
    }
    for step in STEPS:
        while True:
            state = run(step, state, context)
            if asked.is_late():
                raise TooMuch("There is more in these days than can be shown at once.")
            if step == "plan" or not state["more"]:
                break
            if state.get("wait_seconds"):
                raise TooMuch("Shopify asks us to wait.")
    return dict(state["window"])


def _entries(scratch: PreviewTable) -> list[Entry]:
    found = [Entry.from_item(item) for item in scratch.written("ENTRY#") if scratch.is_new(item)]
    return sorted(found, key=lambda entry: entry.order_by)


def entries_of(table: Table, context: Context, asked: Asked) -> list[Entry]:
    """The entries themselves, for comparing them with what a sync makes."""
    scratch = PreviewTable(table)
    _prepare(replace(context, table=scratch, bulk_of=None, compares=False), asked, context.clock())
    return _entries(scratch)


def _view(entry: Entry, accounts: Any) -> dict[str, Any]:
    document: Any = entry.document
    moved = postings(document, accounts)
    customer = getattr(document, "customer", None) or getattr(document, "vendor", None)
    return {
        "id": entry.id,
        "kind": entry.kind,
        "title": entry.title,
        "day": entry.day.isoformat(),
        "ref_number": entry.ref_number,
        "memo": document.memo,
        "name": customer.name if customer else "",
        "amount": f"{entry.amount:.2f}",
        "state": entry.state.value,
        "reason": entry.reason,
        "lines": [_line(line) for line in getattr(document, "lines", ())],
        "postings": [_posting(account, amount) for account, amount in moved],
    }


def _line(line: Any) -> dict[str, str]:
    item = getattr(line, "item", None)
    quantity = getattr(line, "quantity", None)
    return {
        "item": item.name if item else "",
        "account": account_of(line) if item else line.account,
        "description": line.description,
        "quantity": f"{quantity.normalize():f}" if quantity is not None else "",
        "amount": f"{line.amount:.2f}",
    }


def _posting(account: str, amount: Decimal) -> dict[str, str]:
    return {
        "account": account,
        "debit": f"{amount:.2f}" if amount > 0 else "",
        "credit": f"{-amount:.2f}" if amount < 0 else "",
    }


def _exception(entry: Entry) -> dict[str, str]:
    return {
        "title": entry.title,
        "day": entry.day.isoformat(),
        "amount": f"{entry.amount:.2f}",
        "reason": entry.reason,
    }


def _accounts(made: Iterable[dict[str, Any]]) -> list[dict[str, str]]:
    """Debits and credits of all entries by account; both come to the same."""
    sums: dict[str, list[Decimal]] = {}
    for entry in made:
        for row in entry["postings"]:
            sides = sums.setdefault(row["account"], [Decimal("0.00"), Decimal("0.00")])
            sides[0] += Decimal(row["debit"] or 0)
            sides[1] += Decimal(row["credit"] or 0)
    return [
        {"account": account, "debit": f"{debit:.2f}", "credit": f"{credit:.2f}"}
        for account, (debit, credit) in sorted(sums.items())
    ]


def _totals(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """How many of each kind over how much, as the sync will say it."""
    sums: dict[str, tuple[int, Decimal]] = {}
    for entry in entries:
        count, amount = sums.get(entry.kind, (0, Decimal("0.00")))
        sums[entry.kind] = (count + 1, amount + entry.amount)
    return [{"kind": kind, "count": n, "amount": f"{amount:.2f}"} for kind, (n, amount) in sorted(sums.items())]
