"""Everything a shop has here, to take along: settings, entries, facts and the tie-out, as tables in parts.

A part is at most what a Lambda function may answer; whoever asks puts the parts one behind the other. Days are those of
the books.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from itertools import islice
from typing import Any

from connector.app.entries import view as entry_view
from connector.ledger.facts import MoneyFact, SaleFact
from connector.storage import days, keys, orders
from connector.storage.table import Table

MOST_ROWS = 5_000
MOST_READ = 1_000
"""Items looked at for one part: an order's may have hundreds of rows, most have a few."""

Row = list[str]
Found = Iterator[tuple[str, list[Row]]]
"""For each item read, where the next part goes on behind it, and its rows (none where it is of other days)."""

_ENTRY = ("day", "kind", "title", "ref_number", "amount", "state", "txn_id", "reason", "sync_id", "id")
_FACT = ("day", "order", "fact", "kind", "title", "quantity", "gross", "discount", "tax", "total", "gateway", "id")
_LINE = ("day", "line", "shopify", "posted", "quickbooks")
_UNSAFE = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes a text that begins so for a formula (OWASP, "CSV Injection")."""


def part(table: Table, shop: str, what: str, first: date, last: date, after: str) -> tuple[str, str]:
    """A part as CSV, headed only if it is the first, and where the next one goes on (empty behind the last)."""
    columns, read = WHAT[what]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    if not after:
        writer.writerow(columns)
    count = 0
    for number, (place, rows) in enumerate(islice(read(table, shop, first, last, after), MOST_READ), 1):
        writer.writerows(rows)
        count += len(rows)
        if count >= MOST_ROWS or number == MOST_READ:
            return out.getvalue(), place
    return out.getvalue(), ""


def _entries(table: Table, shop: str, first: date, last: date, after: str) -> Found:
    for item in _behind(table, shop, keys.entry(""), after):
        inside = first.isoformat() <= item["day"] <= last.isoformat()
        yield item["id"], [_safe(entry_view(item), _ENTRY)] if inside else []


def _facts(table: Table, shop: str, first: date, last: date, after: str) -> Found:
    for item in _behind(table, shop, keys.order(""), after):
        record = orders.of_item(item)
        facts = (fact for fact in orders.all_facts(record.facts) if first <= fact.day <= last)
        yield record.legacy_id, [_safe(_fact(record.facts.order.name, fact), _FACT) for fact in facts]


def _fact(order: str, fact: SaleFact | MoneyFact) -> dict[str, str]:
    common = {"day": fact.day.isoformat(), "order": order, "id": fact.id, "kind": fact.kind.value}
    if isinstance(fact, MoneyFact):
        return common | {"fact": "payment", "gateway": fact.gateway, "total": f"{fact.amount:.2f}"}
    return common | {
        "fact": "return" if fact.returned else "sale",
        "title": fact.title,
        "quantity": "" if fact.quantity is None else str(fact.quantity),
        "gross": f"{fact.gross:.2f}",
        "discount": f"{fact.discount:.2f}",
        "tax": f"{sum(tax.amount for tax in fact.taxes):.2f}",
        "total": f"{fact.total:.2f}",
    }


def _tie_out(table: Table, shop: str, first: date, last: date, after: str) -> Found:
    """The sums as they are kept, without what the tie-out's page sets apart of them."""
    for day, columns in days.read(table, shop, max(first, date.fromisoformat(after)) if after else first, last):
        if day.isoformat() == after:
            continue
        names = sorted({line for effect in columns.values() for line in effect})
        rows = [{"line": name, **{c: f"{columns[c].get(name, 0):.2f}" for c in days.COLUMNS}} for name in names]
        yield day.isoformat(), [_safe({"day": day.isoformat(), **row}, _LINE) for row in rows]


def _behind(table: Table, shop: str, prefix: str, after: str) -> Iterator[dict[str, Any]]:
    first, last = f"{prefix}{after}~" if after else prefix, f"{prefix}~"
    # A range that ends before it begins DynamoDB refuses; of ours none does, of what is asked for it may.
    return table.query(keys.shop(shop), first=first, last=last) if first <= last else iter(())


_PLAIN = frozenset({"gross", "discount", "tax", "total", "amount", "shopify", "posted", "quickbooks", "quantity"})


def _safe(row: Mapping[str, Any], columns: tuple[str, ...]) -> Row:
    cells = [(column, str(row.get(column, ""))) for column in columns]
    return [f"'{text}" if column not in _PLAIN and text.startswith(_UNSAFE) else text for column, text in cells]


WHAT: Mapping[str, tuple[tuple[str, ...], Callable[[Table, str, date, date, str], Found]]] = {
    "entries": (_ENTRY, _entries),
    "facts": (_FACT, _facts),
    "tie-out": (_LINE, _tie_out),
}
