"""Of every kind of document: what somebody else has posted is adopted, another amount or two of them are not."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from connector.accounting import buckets
from connector.accounting.documents import Draft, Invoice, JournalEntry, JournalLine, Line, SalesOrder
from connector.accounting.effects import document_total, effect_of_document
from connector.outbox import adopting
from connector.outbox.entries import EntryState
from tests.fakes.office import (
    DAY,
    SALES,
    SHOP,
    ZERO_TAX,
    Office,
    credit_and_refund,
    customer,
    invoice_and_payment,
    receipt,
)

TWO = Decimal(2)


def journal(number: int, amount: str = "40.00") -> Draft:
    cost = Decimal(amount)
    lines = (
        JournalLine("Cost of Goods Sold", cost, buckets.COST_OF_GOODS_SOLD),
        JournalLine("Inventory Asset", -cost, buckets.INVENTORY),
    )
    return _draft(f"journal:{number}", JournalEntry(DAY, f"D260305-{number:02d}", "Shopify cost of goods", lines))


def sales_order(number: int, amount: str = "40.00") -> Draft:
    lines = (Line(SALES, Decimal(amount), buckets.SALES, quantity=Decimal(1)),)
    ref = f"{1000 + number}-S1"
    return _draft(f"sales order:{number}", SalesOrder(customer(1), None, DAY, ref, f"Shopify #{ref}", ZERO_TAX, lines))


def _draft(key: str, document: Any) -> Draft:
    return Draft(key, document, (), f"#{key}", effect_of_document(document))


def twice_the_amount(draft: Draft) -> Draft:
    document: Any = draft.document
    if isinstance(document, Invoice | SalesOrder) or hasattr(document, "tax_item"):
        lines = tuple(replace(line, amount=line.amount * TWO) for line in document.lines)
        document = replace(document, lines=lines)
    elif isinstance(document, JournalEntry):
        document = replace(document, lines=tuple(replace(line, amount=line.amount * TWO) for line in document.lines))
    elif hasattr(document, "applied"):
        document = replace(document, amount=document.amount * TWO, applied=document.applied * TWO)
    else:
        document = replace(document, amount=document.amount * TWO)
    return replace(draft, document=document, effect=effect_of_document(document))


KINDS: dict[str, Callable[[], list[Draft]]] = {
    "SalesReceipt": lambda: [receipt(1)],
    "Invoice": lambda: invoice_and_payment(2)[:1],
    "ReceivePayment": lambda: invoice_and_payment(2),
    "CreditMemo": lambda: credit_and_refund(3)[:1],
    "CreditCardRefund": lambda: credit_and_refund(3),
    "SalesOrder": lambda: [sales_order(4)],
    "JournalEntry": lambda: [journal(5)],
}
"""The documents that have to be there for one of a kind, which is the last of them."""


def posted_by_another(drafts: list[Draft], times: int = 1) -> Office:
    """A shop that knows nothing of these documents, though its company has them."""
    other = Office()
    for _ in range(times):
        other = _office(other)
        other.update()
        other.add(drafts)
        other.update()
        assert other.states() == {"READ_BACK": len(drafts)}, [e.reason for e in other.entries()]
    _forget_guids(other)
    office = _office(other)
    office.update()
    adopting.want(office.table, SHOP, office.now.date())
    return office


def _office(before: Office) -> Office:
    """A fresh shop over the same company: its .qwc is the same, its message sets are not."""
    office = Office(company=before.company)
    office.now = before.now
    office.random = Random(before.random.getrandbits(32))
    return office


def _forget_guids(office: Office) -> None:
    """Another program gives no ExternalGUID, or its own."""
    store = office.company.store
    for txn_id, body in store.rows("SELECT txn_id, body FROM txn"):
        known = {name: value for name, value in json.loads(body).items() if name != "ExternalGUID"}
        store.db.execute("UPDATE txn SET body = ? WHERE txn_id = ?", (json.dumps(known), txn_id))


def count(office: Office) -> int:
    return len(office.company.transactions())


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_reference_date_and_amount_is_adopted(kind: str) -> None:
    drafts = KINDS[kind]()
    assert drafts[-1].kind == kind
    office = posted_by_another(drafts)
    before = count(office)
    office.add(drafts)
    office.update()
    assert count(office) == before
    entry = office.entry(drafts[-1])
    assert entry.state is EntryState.READ_BACK and entry.candidates == (entry.txn_id,), entry.reason
    columns = office.columns()
    assert columns["posted"] == columns["shopify"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_reference_over_another_amount_is_held(kind: str) -> None:
    drafts = KINDS[kind]()
    office = posted_by_another(drafts)
    before = count(office)
    wanted = [*drafts[:-1], twice_the_amount(drafts[-1])]
    office.add(wanted)
    office.update()
    assert count(office) == before
    entry = office.entry(wanted[-1])
    assert entry.state is EntryState.HELD and len(entry.candidates) == 1
    assert entry.document is not None
    assert f"over {document_total(entry.document) / TWO:.2f}" in entry.reason


@pytest.mark.parametrize("kind", ["SalesReceipt", "Invoice", "CreditMemo", "SalesOrder", "JournalEntry"])
def test_two_of_the_same_are_for_a_person_to_choose_from(kind: str) -> None:
    drafts = KINDS[kind]()
    office = posted_by_another(drafts, times=2)
    before = count(office)
    assert before == 2
    office.add(drafts)
    office.update()
    assert count(office) == before
    entry = office.entry(drafts[-1])
    assert entry.state is EntryState.HELD and len(entry.candidates) == 2
    assert "2 of them" in entry.reason
