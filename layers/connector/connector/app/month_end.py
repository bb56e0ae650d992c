"""The month-end pack as CSV for a spreadsheet, and as a page to print, in the language of whoever files it.

A spreadsheet gets amounts and days as it reads them (1234.50, 2026-11-30), a page as the language writes them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from connector.app.texts.catalogue import ENGLISH
from connector.app.texts.words import Words

Row = list[str]
_UNSAFE = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes a text that begins so for a formula (OWASP, "CSV Injection")."""

_NUMBERS = frozenset({"shopify", "posted", "quickbooks", "difference", "amount"})
_DAYS = frozenset({"day", "date", "since"})
_OPEN = ("day", "title", "kind", "state", "amount", "reason")

SECTIONS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("tie_out", "tie_out", ("line", "shopify", "posted", "quickbooks", "difference")),
    ("days", "days", ("date", "shopify", "quickbooks", "difference")),
    ("payouts", "payouts", ("day", "title", "state", "shopify", "posted", "quickbooks", "difference")),
    ("taxes", "taxes", ("tax", "owed_by", "shopify", "quickbooks", "difference")),
    ("liabilities", "roll_forward", ("liability", "what", "shopify", "quickbooks")),
    ("open", "open", _OPEN),
    ("notes", "notes", _OPEN),
    ("clearing", "clearing_rows", ("account", "since", "title", "amount")),
)
"""Heading (a key of texts), where its rows are, and its columns."""


@dataclass(frozen=True, slots=True)
class Section:
    """``columns`` are headings and whether they hold numbers; ``rows`` are for a spreadsheet, ``shown`` for a page."""

    heading: str
    columns: tuple[tuple[str, bool], ...]
    rows: list[Row]
    shown: list[Row]


def english() -> Words:
    return Words(ENGLISH, ZoneInfo("UTC"))


def sections(pack: Mapping[str, Any], words: Words) -> Iterator[Section]:
    """In the order of the pack; all of them, also the empty ones."""
    flat = {**pack, "roll_forward": list(_roll_forward(pack)), "clearing_rows": list(_clearing(pack))}
    for heading, name, columns in SECTIONS:
        rows = [{column: str(row.get(column, "")) for column in columns} for row in flat[name]]
        yield Section(
            words(f"month_end.section_{heading}"),
            tuple((words(f"month_end.column_{column}"), column in _NUMBERS) for column in columns),
            [[_safe(column, _said(column, text, words)) for column, text in row.items()] for row in rows],
            [[_written(column, text, words) for column, text in row.items()] for row in rows],
        )


def as_csv(shop: str, pack: Mapping[str, Any], words: Words | None = None) -> str:
    """With a byte order mark, without which Excel reads no UTF-8."""
    words = words or english()
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([words("month_end.name"), shop, pack["from"], pack["to"]])
    writer.writerow([words("month_end.ties_out"), words("month_end.yes" if pack["is_proven"] else "month_end.no")])
    for section in sections(pack, words):
        writer.writerow([])
        writer.writerow([section.heading])
        writer.writerow([heading for heading, _ in section.columns])
        writer.writerows(section.rows)
    return "\ufeff" + out.getvalue()


def as_page(shop: str, pack: Mapping[str, Any], words: Words | None = None) -> str:
    """A page of its own, without scripts or anything from elsewhere, so that it can be kept and printed."""
    words = words or english()
    return str(_template().render(shop=shop, pack=pack, tables=list(sections(pack, words)), words=words))


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


def _said(column: str, text: str, words: Words) -> str:
    """In the language, where it is something that we say."""
    told = _SAID.get(column)
    return told(words, text) if told and text else text


_SAID: Mapping[str, Callable[[Words, str], str]] = {
    "line": lambda words, text: words.line(text),
    "kind": lambda words, text: words(f"document.{text}"),
    "state": lambda words, text: words(f"entry_state.{text}"),
    **dict.fromkeys(("title", "reason", "owed_by", "liability", "what"), lambda words, text: words.sentence(text)),
}


def _written(column: str, text: str, words: Words) -> str:
    if column in _NUMBERS and text:
        return words.amount(text)
    if column in _DAYS and text:
        return words.day(text)
    return _said(column, text, words)


def _safe(column: str, cell: str) -> str:
    return f"'{cell}" if column not in _NUMBERS and cell.startswith(_UNSAFE) else cell
