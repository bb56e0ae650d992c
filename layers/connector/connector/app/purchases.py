"""Purchases as people bring and see them: files that are read, and what the books have of each purchase."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from connector.app import settings
from connector.app.errors import Conflict, Fault, Unprocessable
from connector.app.services import Services
from connector.ledger.purchases import Purchase, PurchaseState
from connector.outbox import repository
from connector.outbox.entries import Entry, entry_id
from connector.purchases.csv_columns import COLUMNS, WrongColumns, guess
from connector.purchases.csv_import import CsvImport, read_csv
from connector.purchases.tables import Formats, UnreadableFile, read_table
from connector.storage import facts, keys
from connector.storage.facts import FactRecord, Topic
from connector.storage.orders import BEFORE_THE_BOOKS
from connector.storage.syncs import moment
from connector.sync.topics.purchases import store_imported

MOST = 100
"""Purchases a page, and shown of a file."""

_MOST_READ = 1_000
"""Records looked at for one page; the next page goes on behind them."""

STATES = ("draft", "ordered", "partly_received", "received")
ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class File:
    """A file as it came, and how it is to be read; ``columns`` (field → header) is guessed where it is None."""

    data: bytes
    formats: Formats
    columns: Mapping[str, str] | None
    currency: str


# Files.


def look(services: Services, shop: str, file: File) -> dict[str, Any]:
    """What a file would give, and what is wrong with it; nothing is stored. Raises ``Unprocessable``."""
    try:
        found = _read(services, shop, file)
    except WrongColumns as error:
        headers = read_table(file.data, file.formats).headers
        columns = dict(guess(headers) if file.columns is None else file.columns)
        return _answer((), columns, headers) | {"column_problems": list(error.problems)}
    headers = read_table(file.data, file.formats).headers
    answer = _answer(found.purchases, found.columns, headers)
    return answer | {"problems": _problems(found), "purchases": [_plain(p) for p in found.purchases[:MOST]]}


def store(services: Services, shop: str, file: File) -> dict[str, Any]:
    """Store the purchases of a file; the next sync books them. The same file again changes nothing.

    Raises ``Unprocessable``, and ``Conflict`` as long as nobody has said when the books begin.
    """
    begin = _books_begin(services, shop)
    try:
        found = _read(services, shop, file)
    except WrongColumns as error:
        raise Unprocessable(
            [Fault("columns", _sentence(one), "Choose its column.") for one in error.problems]
        ) from error
    changed = store_imported(services.table, shop, found.purchases, _currency(services, shop), begin)
    return _answer(found.purchases, found.columns, ()) | {"problems": _problems(found), "stored": changed}


def _read(services: Services, shop: str, file: File) -> CsvImport:
    today = services.clock().astimezone(ZoneInfo(services.time_zone(shop))).date()
    try:
        return read_csv(file.data, file.formats, file.currency or _currency(services, shop), today, file.columns)
    except UnreadableFile as error:
        raise Unprocessable([Fault("csv", str(error), "Choose a file of comma-separated values.")]) from error


def _currency(services: Services, shop: str) -> str:
    profile = services.installations.profile(shop)
    return profile.currency if profile else ""


def _books_begin(services: Services, shop: str) -> date:
    chosen = settings.read(services.table, shop).start_date
    if chosen:
        return chosen
    integration = services.table.get(keys.shop(shop), keys.INTEGRATION)
    if not integration:
        raise Conflict("The integration has not been started.", "Start it first, or choose when the books begin.")
    started: datetime = moment(integration["started_at"])
    return started.astimezone(ZoneInfo(services.time_zone(shop))).date()


def _answer(purchases: Iterable[Purchase], columns: Mapping[str, str], headers: Iterable[str]) -> dict[str, Any]:
    found = list(purchases)
    return {
        "headers": list(headers),
        "columns": dict(columns),
        "fields": [{"name": name, "required": column.required} for name, column in COLUMNS.items()],
        "column_problems": [],
        "problems": [],
        "purchases": [],
        "count": len(found),
        "lines": sum(len(purchase.lines) for purchase in found),
    }


def _problems(found: CsvImport) -> list[dict[str, Any]]:
    """By the line of the file; a purchase with one is left out whole."""
    return [{"row": bad.number, "purchase": bad.purchase, "problem": _sentence(bad.reason)} for bad in found.bad_rows]


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


# What there is.


def page(
    services: Services, shop: str, states: frozenset[str], text: str, after: str
) -> tuple[list[dict[str, Any]], str]:
    """Purchases in any of ``states`` (empty: all) whose number or supplier has ``text``, and where the next page
    begins (empty behind the last)."""
    found: list[FactRecord] = []
    last = ""
    for read, record in enumerate(facts.listed(services.table, shop, Topic.PURCHASE, after=after), 1):
        purchase: Purchase = record.fact
        last = purchase.id
        said = f"{purchase.number} {purchase.supplier}".casefold()
        if (not states or state_of(purchase) in states) and text.casefold() in said:
            found.append(record)
        if len(found) == MOST or read == _MOST_READ:
            break
    else:
        last = ""
    return [_view(record, _documents(services, record)) for record in found], last


def state_of(purchase: Purchase) -> str:
    if purchase.receipts:
        return "partly_received" if purchase.open_units else "received"
    return "draft" if purchase.state is PurchaseState.DRAFT else "ordered"


def _documents(services: Services, record: FactRecord) -> list[Entry]:
    wanted = [key for key in dict.fromkeys(record.claims.values()) if key != BEFORE_THE_BOOKS]
    ids = [entry_id(record.shop, key) for key in wanted]
    found = repository.get_many(services.table, record.shop, ids, bare=True).values()
    return sorted(found, key=lambda entry: entry.order_by)


def _view(record: FactRecord, documents: Iterable[Entry]) -> dict[str, Any]:
    entries = list(documents)
    owed = [-entry.amount if entry.kind == "VendorCredit" else entry.amount for entry in entries if _is_bill(entry)]
    return _plain(record.fact) | {
        "billed_amount": f"{sum(owed, ZERO):.2f}",
        "waits_for": record.problem,
        "documents": [
            {
                "id": entry.id,
                "kind": entry.kind,
                "ref_number": entry.ref_number,
                "day": entry.day.isoformat(),
                "amount": f"{entry.amount:.2f}",
                "state": entry.state.value,
                "reason": entry.reason,
            }
            for entry in entries
        ],
    }


def _is_bill(entry: Entry) -> bool:
    return entry.kind in ("Bill", "ItemReceipt", "VendorCredit")


def _plain(purchase: Purchase) -> dict[str, Any]:
    """Amounts are decimal strings in the purchase's currency; empty where a cost is missing."""
    received = [receipt.amount for receipt in purchase.receipts]
    known = [amount for amount in received if amount is not None]
    return {
        "id": purchase.id,
        "number": purchase.number,
        "supplier": purchase.supplier,
        "source": purchase.source,
        "state": state_of(purchase),
        "day": purchase.day.isoformat(),
        "currency": purchase.currency,
        "ordered_units": sum(line.quantity for line in purchase.lines),
        "ordered_amount": _amount(purchase.ordered_amount),
        "received_units": sum(line.quantity for receipt in purchase.receipts for line in receipt.lines),
        "received_amount": _amount(sum(known, ZERO) if len(known) == len(received) else None),
        "charges": _amount(sum((charge.amount for charge in purchase.charges), ZERO)),
        "invoice_number": purchase.invoice_number,
        "due_day": purchase.due_day.isoformat() if purchase.due_day else "",
    }


def _amount(value: Decimal | None) -> str:
    return "" if value is None else f"{value:.2f}"


def known_states(text: str) -> frozenset[str]:
    """The states of a query, with commas between. Raises ``Unprocessable`` for one that is none."""
    wanted = [name.strip().lower() for name in text.split(",") if name.strip()]
    unknown: Iterator[str] = (name for name in wanted if name not in STATES)
    faults = [
        Fault("state", f'"{name}" is not a state of a purchase.', f"Use {', '.join(STATES)}.") for name in unknown
    ]
    if faults:
        raise Unprocessable(faults)
    return frozenset(wanted)
