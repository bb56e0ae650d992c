"""Tie-out amounts by business day, kept as running sums.

Each change is one ``ADD`` inside the transaction that changes its source (a fact stored, an entry posted or read
back), so a sum can neither miss nor repeat an amount. Columns: ``shopify``, ``posted``, ``quickbooks``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from connector.storage import keys
from connector.storage.table import Table, update_write

COLUMNS = ("shopify", "posted", "quickbooks")


def add_write(shop: str, day: date, column: str, effect: Mapping[str, Decimal]) -> dict[str, Any]:
    """A transaction part that adds ``effect`` (amounts by tie-out line) to a column of ``day``."""
    names: dict[str, str] = {}
    values: dict[str, Any] = {}
    parts = []
    for i, (line, amount) in enumerate(sorted(effect.items())):
        names[f"#a{i}"] = f"{column}|{line}"
        values[f":a{i}"] = amount
        parts.append(f"#a{i} :a{i}")
    return update_write(keys.shop(shop), keys.day(day), "ADD " + ", ".join(parts), names=names, values=values)


def read(table: Table, shop: str, first: date, last: date) -> Iterator[tuple[date, dict[str, dict[str, Decimal]]]]:
    """(day, {column: {line: amount}}) for each day with any amount, in order."""
    for item in table.query(keys.shop(shop), first=keys.day(first), last=keys.day(last)):
        columns: dict[str, dict[str, Decimal]] = {column: {} for column in COLUMNS}
        for name, value in item.items():
            column, bar, line = name.partition("|")
            if bar:
                columns[column][line] = Decimal(value)
        yield date.fromisoformat(item["sk"].removeprefix("DAY#")), columns
