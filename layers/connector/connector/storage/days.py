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

MOST_LINES = 350
"""DynamoDB takes expressions of up to 4 kB (Amazon DynamoDB Developer Guide, "Quotas"), and ``#349 :349, `` is
eleven of them."""


def add_write(shop: str, day: date, column: str, effect: Mapping[str, Decimal]) -> dict[str, Any]:
    """A transaction part that adds ``effect`` (amounts by tie-out line) to a column of ``day``.

    Raises ``ValueError`` for more than ``MOST_LINES`` lines; ``add_writes`` takes any number.
    """
    if len(effect) > MOST_LINES:
        raise ValueError(f"{len(effect)} lines do not fit into one write")
    return _add(shop, keys.day(day), column, effect)


def add_writes(shop: str, day: date, column: str, effect: Mapping[str, Decimal]) -> list[dict[str, Any]]:
    """The same for any number of lines, also none: those that fit nowhere else go to further items of the day."""
    lines = sorted(effect.items())
    parts = [dict(lines[start : start + MOST_LINES]) for start in range(0, len(lines), MOST_LINES)]
    return [_add(shop, f"{keys.day(day)}#{i}" if i else keys.day(day), column, part) for i, part in enumerate(parts)]


def _add(shop: str, sk: str, column: str, effect: Mapping[str, Decimal]) -> dict[str, Any]:
    names: dict[str, str] = {}
    values: dict[str, Any] = {}
    for i, (line, amount) in enumerate(sorted(effect.items())):
        names[f"#{i}"] = f"{column}|{line}"
        values[f":{i}"] = amount
    parts = (f"#{i} :{i}" for i in range(len(names)))
    return update_write(keys.shop(shop), sk, "ADD " + ", ".join(parts), names=names, values=values)


def read(table: Table, shop: str, first: date, last: date) -> Iterator[tuple[date, dict[str, dict[str, Decimal]]]]:
    """(day, {column: {line: amount}}) for each day with any amount, in order."""
    if first > last:
        return
    found: date | None = None
    columns: dict[str, dict[str, Decimal]] = {}
    for item in table.query(keys.shop(shop), first=keys.day(first), last=keys.day(last) + "#~"):
        day = date.fromisoformat(item["sk"].split("#")[1])
        if found is not None and day != found:
            yield found, columns
        if day != found:
            found, columns = day, {column: {} for column in COLUMNS}
        for name, value in item.items():
            column, bar, line = name.partition("|")
            if bar:
                columns[column][line] = columns[column].get(line, Decimal("0.00")) + Decimal(value)
    if found is not None:
        yield found, columns
