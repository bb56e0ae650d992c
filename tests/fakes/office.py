"""A shop with entries to post, its QuickBooks company and its Web Connector, all in one process.

What tests of the outbox and the endpoint start from: a clock that stands still unless moved, random bytes that repeat
from run to run, entries made as the preparation makes them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from connector.accounting import buckets
from connector.accounting.documents import (
    CreditCardRefund,
    CreditMemo,
    Document,
    Draft,
    Invoice,
    ItemDetail,
    ItemType,
    Line,
    ListKind,
    ListRef,
    ReceivePayment,
    SalesReceipt,
)
from connector.accounting.effects import add, effect_of_document
from connector.outbox import connection, repository
from connector.outbox.entries import Entry, EntryState
from connector.outbox.wanting import list_refs, want
from connector.storage import days, keys
from connector.storage.table import put_write
from connector.sync.documents import entry_of
from connector.web_connector.endpoint import Endpoint
from infra.local.company import Company
from infra.local.web_connector import FaultPlan, Run, WebConnector
from tests.fakes.memory_table import MemoryTable

SHOP = "lindas-books.myshopify.com"
TOKEN = "correct-horse-battery"
DAY = date(2026, 3, 5)
START = datetime(2026, 3, 6, 7, 0, tzinfo=UTC)
CHEAP = 2
"""scrypt's cost in tests: a sign-in takes no time."""

ZERO_TAX = ListRef(
    ListKind.SALES_TAX_ITEM, "tax:zero", "Shopify Tax 0%", item=ItemDetail(ItemType.SALES_TAX, description="Sales Tax")
)
SALES = ListRef(ListKind.ITEM, "item:sales", "Shopify Sales", item=ItemDetail(ItemType.OTHER_CHARGE, account="Sales"))
CARD = ListRef(ListKind.PAYMENT_METHOD, "payment_method:shopify_payments", "Shopify Payments")
TENDER = buckets.TENDER_PREFIX + "shopify_payments"


def customer(number: int, name: str = "") -> ListRef:
    return ListRef(ListKind.CUSTOMER, f"customer:{7000 + number}", name or f"Customer {number}")


def receipt(number: int, amount: str = "10.00", day: date = DAY, who: ListRef | None = None, lines: int = 1) -> Draft:
    """A paid order as a Sales Receipt."""
    share = Decimal(amount) / lines
    return _draft(
        f"order:{number}",
        SalesReceipt(
            customer=who or customer(number % 20),
            location=None,
            day=day,
            ref_number=str(1000 + number),
            memo=f"Shopify #{1000 + number}",
            payment_method=CARD,
            deposit_to="Shopify Clearing",
            total_bucket=TENDER,
            tax_item=ZERO_TAX,
            lines=tuple(Line(SALES, share, buckets.SALES, quantity=Decimal(1)) for _ in range(lines)),
        ),
        f"#{1000 + number}",
    )


def invoice_and_payment(number: int, amount: str = "30.00", day: date = DAY) -> list[Draft]:
    who, ref, key = customer(number % 20), str(1000 + number), f"order:{number}"
    lines = (Line(SALES, Decimal(amount), buckets.SALES, quantity=Decimal(1)),)
    invoice = Invoice(who, None, day, ref, f"Shopify #{ref}", ZERO_TAX, lines)
    payment = ReceivePayment(
        who,
        day,
        f"{ref}-P1",
        f"Shopify #{ref}",
        CARD,
        "Shopify Clearing",
        TENDER,
        Decimal(amount),
        key,
        Decimal(amount),
    )
    return [_draft(key, invoice, f"#{ref}"), _draft(f"{key}:payment", payment, f"#{ref}", after=(key,))]


def credit_and_refund(number: int, amount: str = "4.00", day: date = DAY) -> list[Draft]:
    who, ref, key = customer(number % 20), f"{1000 + number}-R1", f"refund:{number}"
    lines = (Line(SALES, Decimal(amount), buckets.RETURNS, quantity=Decimal(1)),)
    memo = CreditMemo(who, None, day, ref, f"Shopify #{ref}", ZERO_TAX, lines)
    money = CreditCardRefund(
        who, day, f"{1000 + number}-F1", f"Shopify #{ref}", CARD, "Shopify Clearing", TENDER, Decimal(amount), key
    )
    return [_draft(key, memo, f"#{ref}"), _draft(f"{key}:money", money, f"#{ref}", after=(key,))]


def _draft(key: str, document: Document, title: str, after: tuple[str, ...] = ()) -> Draft:
    return Draft(key, document, (f"fact:{key}",), title, effect_of_document(document), after)


class Office:
    """Everything together. ``web_connector`` is the program on one computer; ``source`` tells computers apart."""

    def __init__(
        self,
        table: Any = None,
        company: Company | None = None,
        before_write: Callable[[int], None] | None = None,
        seed: int = 1,
    ) -> None:
        self.now = START
        self.random = Random(seed)
        self.table = table or MemoryTable(before_write)
        self.company = company or Company(clock=lambda: self.now.timestamp())
        self.endpoint = Endpoint(self.table, lambda: self.now, self.random_bytes)
        self.slept = 0.0
        connection.create_token(self.table, SHOP, TOKEN, self.now, self.random_bytes, CHEAP)
        self.connection = connection.read(self.table, SHOP) or {}

    def random_bytes(self, count: int) -> bytes:
        return self.random.randbytes(count)

    def pass_time(self, **parts: float) -> None:
        self.now += timedelta(**parts)

    def call(self, operation: str, source: str = "10.0.0.1", **parameters: Any) -> Any:
        return self.endpoint.call(operation, {name: str(value) for name, value in parameters.items()}, source)

    def add(self, drafts: Iterable[Draft]) -> list[Entry]:
        """Entries as the preparation makes them, and what Shopify says in the tie-out."""
        entries = [entry_of(SHOP, "sync-1", draft) for draft in drafts]
        for entry in entries:
            want(self.table, SHOP, tuple(dict.fromkeys(list_refs(entry.document))))
            writes = [put_write(entry.to_item(), "attribute_not_exists(pk)")]
            self.table.transact([*writes, *days.add_writes(SHOP, entry.day, "shopify", entry.effect)])
        return entries

    def web_connector(
        self, source: str = "10.0.0.1", faults: FaultPlan | None = None, company: Company | None = None
    ) -> WebConnector:
        def transport(operation: str, **parameters: Any) -> Any:
            self.pass_time(seconds=1)
            return self.call(operation, source, **parameters)

        return WebConnector(
            transport,
            company or self.company,
            str(self.connection["user_name"]),
            TOKEN,
            "{" + connection.OWNER_ID.upper() + "}",
            "{" + str(self.connection["file_id"]).upper() + "}",
            faults,
            sleep=lambda seconds: self.pass_time(seconds=seconds),
            computer=source,
        )

    def update(self, **arguments: Any) -> Run:
        return self.web_connector(**arguments).update()

    def entry(self, draft: Draft) -> Entry:
        from connector.outbox.entries import entry_id

        found = repository.get(self.table, SHOP, entry_id(SHOP, draft.key))
        assert found is not None
        return found

    def states(self) -> dict[str, int]:
        """How many entries are in each state."""
        counts: dict[str, int] = {}
        for item in self.table.query(keys.shop(SHOP), "ENTRY#"):
            counts[item["state"]] = counts.get(item["state"], 0) + 1
        return counts

    def entries(self, *states: EntryState) -> list[Entry]:
        items = self.table.query(keys.shop(SHOP), "ENTRY#")
        return [Entry.from_item(item) for item in items if not states or EntryState(item["state"]) in states]

    def columns(self) -> dict[str, dict[str, Decimal]]:
        """The tie-out's three columns over all days, without zeros."""
        total: dict[str, dict[str, Decimal]] = {column: {} for column in days.COLUMNS}
        for _, columns in days.read(self.table, SHOP, date(2020, 1, 1), date(2030, 1, 1)):
            for column, effect in columns.items():
                total[column] = add(total[column], effect)
        return total

    def ties_out(self) -> bool:
        columns = self.columns()
        return columns["shopify"] == columns["posted"] == columns["quickbooks"]
