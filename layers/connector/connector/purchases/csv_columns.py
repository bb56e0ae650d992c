"""Which column of a file of purchases is which: by the merchant's choice, else by how other programs name them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """``of_order`` columns say something of the whole purchase and stand on each of its rows."""

    required: bool
    of_order: bool
    names: tuple[str, ...]


COLUMNS: dict[str, Column] = {
    "number": Column(True, True, ("po number", "purchase order", "purchase order number", "po", "order number",
                                  "number", "reference", "indkøbsordre", "ordrenummer")),
    "supplier": Column(True, True, ("supplier", "supplier name", "vendor", "vendor name", "company", "leverandør")),
    "sku": Column(False, False, ("sku", "variant sku", "item sku", "product sku", "varenummer")),
    "barcode": Column(False, False, ("barcode", "upc", "ean", "stregkode")),
    "title": Column(False, False, ("product title", "product", "title", "item", "description", "name", "produkt")),
    "variant": Column(False, False, ("variant title", "variant", "option")),
    "supplier_sku": Column(False, False, ("supplier sku", "supplier code", "supplier product code", "mpn")),
    "quantity": Column(True, False, ("quantity ordered", "ordered quantity", "quantity", "qty", "ordered",
                                     "qty ordered", "antal", "bestilt")),
    "received": Column(False, False, ("quantity received", "received quantity", "received", "qty received",
                                      "received qty", "delivered", "modtaget")),
    "cost": Column(False, False, ("cost price", "unit cost", "cost", "cost per unit", "price", "unit price",
                                  "supplier cost price", "kostpris", "pris")),
    "tax_percent": Column(False, False, ("tax rate", "tax %", "tax percent", "vat %", "moms %")),
    "status": Column(False, False, ("status", "state", "po status", "order status")),
    "ordered_on": Column(False, True, ("ordered at", "order date", "ordered on", "date ordered", "date", "created at",
                                       "po date", "ordredato", "dato")),
    "received_on": Column(False, False, ("received at", "received on", "date received", "received date",
                                         "delivery date", "modtaget den")),
    "invoice_number": Column(False, True, ("invoice number", "invoice", "invoice no", "fakturanummer")),
    "invoice_on": Column(False, True, ("invoice date", "fakturadato")),
    "due_on": Column(False, True, ("payment due on", "payment due", "due date", "forfaldsdato")),
    "currency": Column(False, True, ("currency", "currency code", "valuta")),
    "location": Column(False, True, ("location", "destination", "receive location", "ship to", "lokation")),
    "freight": Column(False, True, ("shipping", "freight", "shipping cost", "delivery cost", "fragt")),
    "discount": Column(False, True, ("discount", "discount amount", "total discount", "rabat")),
    "adjustment": Column(False, True, ("adjustments", "adjustment", "other costs", "additional costs")),
}  # fmt: skip


class WrongColumns(ValueError):
    """The mapping can't work; ``problems`` names each fault, for the merchant."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


def guess(headers: Sequence[str]) -> dict[str, str]:
    """Field → header, for those that can be told; every header is used once, the first fitting name wins."""
    left = {_plain(header): header for header in reversed(headers) if header}
    found: dict[str, str] = {}
    for field, column in COLUMNS.items():
        for name in column.names:
            if name in left:
                found[field] = left.pop(name)
                break
    return found


def checked(columns: Mapping[str, str], headers: Sequence[str]) -> dict[str, str]:
    """The mapping without its empty entries. Raises ``WrongColumns``."""
    chosen = {field: header for field, header in columns.items() if header}
    problems = [f"there is no field {field}" for field in chosen if field not in COLUMNS]
    problems += [f"the file has no column {header!r}" for header in chosen.values() if header not in headers]
    problems += [
        f"no column is chosen for {field.replace('_', ' ')}"
        for field, column in COLUMNS.items()
        if column.required and field not in chosen
    ]
    if not {"sku", "barcode", "title"} & set(chosen):
        problems.append("no column says which product a row is about (SKU, barcode or title)")
    if problems:
        raise WrongColumns(problems)
    return chosen


def _plain(header: str) -> str:
    return re.sub(r"[^\w%]+", " ", header.lower()).replace("_", " ").strip()
