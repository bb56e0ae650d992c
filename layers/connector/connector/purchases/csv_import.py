"""Purchases from a file: Stocky's export, or any table with a row for each ordered line.

Idempotent: a purchase is known by its number and supplier, its lines by what they are of, so a file imported again,
or a newer export of it, changes only what has changed. Every bad row is named, and a purchase with one is left out
whole: half a bill is worse than none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import TypeVar

from connector.ledger.nodes import CENT
from connector.ledger.purchases import Arrived, Charge, ChargeKind, Purchase, PurchaseLine, PurchaseState, due
from connector.purchases import tables
from connector.purchases.csv_columns import COLUMNS, checked, guess
from connector.purchases.source import PurchasesPage
from connector.purchases.tables import Decimals, Formats, Row, decimals_of, read_table

SOURCE = "csv"
T = TypeVar("T")

_ARRIVED = frozenset({"received", "delivered", "complete", "completed", "closed", "modtaget"})
_LONGEST = 60
_DRAFT = frozenset({"draft", "kladde"})
_CHARGES = (("freight", ChargeKind.FREIGHT), ("discount", ChargeKind.DISCOUNT), ("adjustment", ChargeKind.ADJUSTMENT))
_AMOUNTS = ("cost", *(field for field, _ in _CHARGES))


@dataclass(frozen=True, slots=True)
class BadRow:
    """Why a row of the file can't be used; ``number`` is its line in the file, ``purchase`` what it belongs to."""

    number: int
    reason: str
    purchase: str = ""


@dataclass(frozen=True, slots=True)
class CsvImport:
    """What a file gives. ``columns`` is the mapping that was used; ``PurchaseSource`` in one page."""

    purchases: tuple[Purchase, ...]
    bad_rows: tuple[BadRow, ...]
    columns: Mapping[str, str]

    @property
    def name(self) -> str:
        return SOURCE

    def page(self, updated_since: datetime, cursor: str | None) -> PurchasesPage:
        return PurchasesPage(self.purchases)


def read_csv(
    data: bytes, formats: Formats, currency: str, seen_on: date, columns: Mapping[str, str] | None = None
) -> CsvImport:
    """The purchases of a file; ``columns`` (field → header) is guessed where it is None.

    ``currency`` is the shop's, for a file that names none; ``seen_on`` the business day of the import. Raises
    ``UnreadableFile`` and ``WrongColumns``.
    """
    table = read_table(data, formats)
    chosen = checked(guess(table.headers) if columns is None else columns, table.headers)
    if formats.decimals is Decimals.GUESS:
        amounts = (row.cells.get(chosen[field], "") for row in table.rows for field in _AMOUNTS if field in chosen)
        formats = replace(formats, decimals=decimals_of(amounts))
    bad: list[BadRow] = []
    orders: dict[tuple[str, str], list[_Line]] = {}
    for row in table.rows:
        line = _Line(row, chosen, formats)
        number, supplier = line.text("number"), line.text("supplier")
        if not number or not supplier:
            bad.append(
                BadRow(row.number, f"the {'supplier' if number else 'number of the purchase'} is missing", number)
            )
            continue
        orders.setdefault((number, supplier.casefold()), []).append(line)
    purchases = []
    for (number, _), lines in orders.items():
        faults = [BadRow(line.number, reason, number) for line in lines for reason in line.faults()]
        if not faults:
            faults = [BadRow(lines[0].number, reason, number) for reason in _contradictions(lines)]
        if not faults:
            purchases.append(due(_purchase(lines, currency, seen_on)))
        bad += faults
    return CsvImport(tuple(purchases), tuple(sorted(bad, key=lambda row: row.number)), chosen)


class _Line:
    """One row, by field."""

    def __init__(self, row: Row, columns: Mapping[str, str], formats: Formats) -> None:
        self.number = row.number
        self._cells = {field: row.cells.get(header, "") for field, header in columns.items()}
        self._formats = formats

    def text(self, field: str) -> str:
        return self._cells.get(field, "")

    def day(self, field: str) -> date | None:
        return self._read(field, partial(tables.day, dates=self._formats.dates))

    def decimal(self, field: str) -> Decimal | None:
        return self._read(field, partial(tables.number, decimals=self._formats.decimals))

    def units(self, field: str) -> int | None:
        """Raises ``ValueError`` for a part of a unit."""
        value = self.decimal(field)
        if value is not None and value != value.to_integral_value():
            raise ValueError(f"{self.text(field)!r} is not a whole number of units")
        return None if value is None else int(value)

    def _read(self, field: str, read: Callable[[str], T]) -> T | None:
        text = self.text(field)
        return read(text) if text else None

    @property
    def of(self) -> str:
        """What the row is a line of, for its key."""
        return next(filter(None, map(self.text, ("sku", "barcode", "supplier_sku", "title"))), "")

    @property
    def arrived(self) -> int:
        """An own column counts; without one the status of the row does."""
        received = self.units("received")
        if received is not None:
            return received
        status = self.text("status").casefold() in _ARRIVED
        return (self.units("quantity") or 0) if status or self.text("received_on") else 0

    def faults(self) -> list[str]:
        checks: dict[str, Callable[[str], object]] = {
            **dict.fromkeys(("quantity", "received"), self.units),
            **dict.fromkeys(("tax_percent", *_AMOUNTS), self.decimal),
            **dict.fromkeys(("ordered_on", "received_on", "invoice_on", "due_on"), self.day),
        }
        found = []
        for field, check in checks.items():
            try:
                value = check(field)
                if field in dict(_CHARGES) and isinstance(value, Decimal) and value != value.quantize(CENT):
                    found.append(f"{field}: {self.text(field)!r} has fractions of a cent")
                if field in ("quantity", "received", "cost") and isinstance(value, int | Decimal) and value < 0:
                    found.append(f"{field}: {self.text(field)!r} is negative")
            except ValueError as error:
                found.append(f"{field.replace('_', ' ')}: {error}")
        if not self.text("quantity"):
            found.append("the quantity is missing")
        if not self.of:
            found.append("nothing says which product it is about")
        return found


def _contradictions(lines: list[_Line]) -> list[str]:
    """What stands differently on the rows of one purchase, though it can be said only once of it."""
    return [
        f"the rows of the purchase have different values for {field.replace('_', ' ')}: {', '.join(sorted(values))}"
        for field, column in COLUMNS.items()
        if column.of_order and field != "supplier"
        if len(values := {line.text(field) for line in lines} - {""}) > 1
    ]


def _purchase(lines: list[_Line], currency: str, seen_on: date) -> Purchase:
    def said(field: str) -> _Line:
        return next((line for line in lines if line.text(field)), lines[0])

    number, supplier = lines[0].text("number"), lines[0].text("supplier")
    id_ = f"csv:{_named(number)}:{_named(supplier.casefold())}"
    ordered = _ordered_lines(id_, lines)
    invoice_day = said("invoice_on").day("invoice_on")
    arrived = tuple(
        Arrived(one.id, one.id, line.arrived, line.day("received_on"))
        for one, line in zip(ordered, lines, strict=True)
        if line.arrived
    )
    draft = all(line.text("status").casefold() in _DRAFT for line in lines) and not arrived
    return Purchase(
        id=id_,
        source=SOURCE,
        number=number,
        supplier=supplier,
        currency=(said("currency").text("currency") or currency).upper(),
        day=said("ordered_on").day("ordered_on") or invoice_day or seen_on,
        state=PurchaseState.DRAFT if draft else PurchaseState.ORDERED,
        lines=ordered,
        seen_on=seen_on,
        location=said("location").text("location"),
        arrived=arrived,
        stated_charges=tuple(
            Charge(kind, -abs(amount) if kind is ChargeKind.DISCOUNT else amount)
            for field, kind in _CHARGES
            if (amount := (said(field).decimal(field) or Decimal(0)).quantize(CENT))
        ),
        invoice_number=said("invoice_number").text("invoice_number"),
        invoice_day=invoice_day,
        due_day=said("due_on").day("due_on"),
    )


def _named(text: str) -> str:
    """Short enough for a key, and without the bar that parts keys."""
    if len(text) <= _LONGEST and "|" not in text:
        return text
    return f"{text[:_LONGEST].replace('|', '/')}~{hashlib.blake2b(text.encode(), digest_size=6).hexdigest()}"


def _ordered_lines(order: str, lines: list[_Line]) -> tuple[PurchaseLine, ...]:
    """A product that stands on several rows is counted through, so that each row keeps its key."""
    seen: dict[str, int] = {}
    found = []
    for line in lines:
        seen[line.of] = seen.get(line.of, 0) + 1
        found.append(
            PurchaseLine(
                id=f"{order}#{line.of}" + (f"#{seen[line.of]}" if seen[line.of] > 1 else ""),
                item="",
                sku=line.text("sku"),
                title=line.text("title") or line.of,
                quantity=line.units("quantity") or 0,
                unit_cost=line.decimal("cost"),
                variant_title=line.text("variant"),
                supplier_sku=line.text("supplier_sku"),
                tax_percent=line.decimal("tax_percent"),
                barcode=line.text("barcode"),
            )
        )
    return tuple(found)
