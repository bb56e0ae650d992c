"""The month-end pack as CSV for a spreadsheet, and as a page to print."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

Row = list[str]
_UNSAFE = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes a text that begins so for a formula (OWASP, "CSV Injection")."""

_TEXTS = frozenset({"title", "reason", "tax", "account", "line", "kind"})
_OPEN = ("day", "title", "kind", "state", "amount", "reason")

SECTIONS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Tie-out", "tie_out", ("line", "shopify", "posted", "quickbooks", "difference")),
    ("Days", "days", ("date", "shopify", "quickbooks", "difference")),
    ("Tax by title and rate", "taxes", ("tax", "owed_by", "shopify", "quickbooks", "difference")),
    ("Gift cards and store credit", "roll_forward", ("liability", "what", "shopify", "quickbooks")),
    ("Not posted", "open", _OPEN),
    ("In QuickBooks otherwise", "notes", _OPEN),
    ("Clearing accounts", "clearing_rows", ("account", "since", "title", "amount")),
)
"""Heading, where its rows are, and its columns."""


def sections(pack: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...], list[Row]]]:
    """(heading, columns, rows) in the order of the pack; all of them, also the empty ones."""
    flat = {**pack, "roll_forward": list(_roll_forward(pack)), "clearing_rows": list(_clearing(pack))}
    for heading, name, columns in SECTIONS:
        yield heading, columns, [[str(row.get(column, "")) for column in columns] for row in flat[name]]


def as_csv(shop: str, pack: Mapping[str, Any]) -> str:
    """With a byte order mark, without which Excel reads no UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["Month-end pack", shop, pack["from"], pack["to"]])
    writer.writerow(["Everything ties out", "yes" if pack["is_proven"] else "no"])
    for heading, columns, rows in sections(pack):
        writer.writerow([])
        writer.writerow([heading])
        writer.writerow(_words(columns))
        writer.writerows(_safe(columns, row) for row in rows)
    return "\ufeff" + out.getvalue()


def as_page(shop: str, pack: Mapping[str, Any]) -> str:
    """A page of its own, without scripts or anything from elsewhere, so that it can be kept and printed."""
    tables = [
        {"heading": heading, "columns": _words(columns), "numbers": _numbers(columns), "rows": rows}
        for heading, columns, rows in sections(pack)
    ]
    return str(_template().render(shop=shop, pack=pack, tables=tables))


@cache
def _template() -> Template:
    loader = FileSystemLoader(Path(__file__).parent / "templates")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.get_template("month_end.html")


def _roll_forward(pack: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    for row in pack["liabilities"]:
        name = row["liability"]
        for when in ("opening", "closing"):
            if when == "closing":
                yield from ({"liability": name, **change} for change in row["changes"])
            amounts = {column: row[f"{when}_{column}"] for column in ("shopify", "quickbooks")}
            yield {"liability": name, "what": when.capitalize(), **amounts}


def _clearing(pack: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    for account in pack["clearing"]:
        yield from ({"account": account["account"], **one} for one in account["open"])
        yield {"account": account["account"], "title": "Balance", "amount": account["balance"]}


def _words(columns: Iterable[str]) -> Row:
    return [column.replace("_", " ").capitalize() for column in columns]


def _numbers(columns: Iterable[str]) -> list[bool]:
    return [column in ("shopify", "posted", "quickbooks", "difference", "amount") for column in columns]


def _safe(columns: Iterable[str], row: Row) -> Row:
    return [
        f"'{cell}" if column in _TEXTS and cell.startswith(_UNSAFE) else cell
        for column, cell in zip(columns, row, strict=True)
    ]
