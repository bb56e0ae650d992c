"""Privacy requests and what is known of people besides their orders: notes, memos, disputes, roles."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from connector.app import audit, privacy_erasure, privacy_search
from connector.app.services import Services
from connector.ledger.cash import CashMovement, CashSession
from connector.ledger.payouts import Dispute
from connector.ledger.stored_value import GIFT_CARD, StoredValueFact, StoredValueKind
from connector.outbox import message_sets
from connector.outbox.entries import Entry
from connector.storage import keys
from connector.storage.facts import FactRecord, Topic, get_many, store
from tests.fakes.preparation import SHOP
from tests.unit.app.bookkeeping import Bookkeeping


@pytest.fixture
def books(services: Services) -> Bookkeeping:
    made = Bookkeeping(services)
    made.live(0, 1)
    return made


def _noted(books: Bookkeeping, said: str) -> tuple[CashSession, Any]:
    """A drawer's day with ``said`` in everything that somebody may write there, and a posted entry made of it."""
    entry = next(e for e in books.job.preparation.entries() if e.kind == "JournalEntry" and e.txn_id)
    now = books.job.now
    movements = (
        CashMovement("gid://shopify/CashTrackingAdjustment/1", entry.day, now, Decimal("-9.00"), f"for {said}"),
        CashMovement("gid://shopify/CashTrackingAdjustment/2", entry.day, now, Decimal("-8.00"), "Stamps", said),
        CashMovement("gid://shopify/CashTrackingAdjustment/3", entry.day, now, Decimal("-7.00"), "Stamps"),
    )
    session = CashSession(
        "gid://shopify/CashTrackingSession/1",
        entry.day,
        now,
        now,
        "Till 1",
        "",
        "",
        Decimal("-1.00"),
        movements,
        note=f"{said} came back",
    )
    claims = dict.fromkeys(session.claimable, entry.key)
    books.table.transact(FactRecord(SHOP, Topic.CASH, session, claims).writes())
    document = replace(entry.document, memo=f"Shopify POS register Till 1: paid out (for {said})")
    noted = replace(entry, document=document)
    books.table.put(noted.to_item())
    return session, noted


def test_what_was_noted_at_a_cash_drawer_is_reported_and_forgotten(books: Bookkeeping) -> None:
    """However it is written: people do not type names as Shopify has them."""
    session, noted = _noted(books, books.customer.display_name.strip().upper())
    before = books.books()
    books.ask("customers/data_request", id="w1")
    report = books.view("w1")["report"]
    assert [(one["amount"], one["note"]) for one in report["cash_drawers"]] == [
        ("", session.note),
        ("-9.00", session.movements[0].note),
        ("-8.00", session.movements[1].reason),
    ]
    assert [one["memo"] for one in report["documents"] if one["memo"]] == [noted.document.memo]
    books.ask("customers/redact", id="w2")
    there = books.view("w2")["outcome"]["quickbooks"]
    assert noted.ref_number in {one["number"] for one in there["documents"]}
    assert books.traces() == set()
    assert books.books() == before
    record = get_many(books.table, SHOP, Topic.CASH, [session.id])[session.id]
    assert (record.fact.note, record.fact.movements[0].note) == ("the customer came back", "for the customer")
    assert record.fact.movements[2] == session.movements[2]
    # Read again as Shopify still has it, it stays as it is.
    assert store(books.table, SHOP, Topic.CASH, [session], lambda day: True) == 0


def test_a_name_that_only_a_later_entry_tells_is_looked_for_in_those_before_it(books: Bookkeeping) -> None:
    """The person had another name when it was posted; entries are gone through in no order of time."""
    _, noted = _noted(books, "Maiden Name")
    books.table.delete(keys.shop(SHOP), keys.entry(noted.id))
    books.table.put(replace(noted, id="0").to_item())
    posted = next(e for e in books.job.preparation.entries() if _customer_of(e) == f"customer:{books.id}")
    document: Any = posted.document
    named = replace(document, customer=replace(document.customer, name="Maiden Name"))
    books.table.put(replace(posted, document=named).to_item())
    books.ask("customers/redact")
    assert books.traces(["Maiden Name"]) == set()


def _customer_of(entry: Entry) -> str:
    return str(entry.document.customer.key) if hasattr(entry.document, "customer") else ""


def test_the_bytes_of_a_memo_are_forgotten_as_well(books: Bookkeeping) -> None:
    """Also where nothing else of the person was sent with it."""
    _, noted = _noted(books, books.customer.display_name.strip())
    sent = next(
        s for s in books.table.query(keys.shop(SHOP), "SET#") if noted.id in s["entries"] and s["kind"] == "WRITE"
    )
    alone = {**sent, "sk": keys.message_set("alone"), "id": "alone", "entries": [noted.id], "elements": []}
    books.table.put(alone)
    books.ask("customers/redact")
    set_ = message_sets.get(books.table, SHOP, "alone")
    assert set_ is not None and set_.body == b""


def test_why_an_entry_could_not_be_undone_may_name_the_person(books: Bookkeeping) -> None:
    name = books.customer.display_name.strip()
    entry = next(e for e in books.job.preparation.entries() if e.kind == "JournalEntry")
    books.table.put(replace(entry, undo=f'QuickBooks says that "{name}" is in use.').to_item())
    books.ask("customers/redact")
    after = next(e for e in books.job.preparation.entries() if e.id == entry.id)
    assert after == replace(entry, undo='QuickBooks says that "the customer" is in use.')


def test_notes_about_others_are_left_alone_and_not_reported(books: Bookkeeping) -> None:
    name = books.customer.display_name.strip()
    session, noted = _noted(books, f"{name}sen")
    fact = StoredValueFact(
        "gid://shopify/X/2",
        noted.day,
        books.job.now,
        GIFT_CARD,
        StoredValueKind.ISSUED,
        Decimal("5.00"),
        "a",
        "…8kq2",
        f"{name}sen",
    )
    books.table.transact(FactRecord(SHOP, Topic.STORED_VALUE, fact).writes())
    books.ask("customers/data_request", id="w1")
    report = books.view("w1")["report"]
    assert report["cash_drawers"] == report["gift_cards_and_store_credit"] == []
    assert f"{name}sen" not in json.dumps(report, ensure_ascii=False)
    books.ask("customers/redact", id="w2")
    assert get_many(books.table, SHOP, Topic.CASH, [session.id])[session.id].fact == session
    assert get_many(books.table, SHOP, Topic.STORED_VALUE, [fact.id])[fact.id].fact == fact


def test_disputes_of_the_person_s_orders_are_in_the_report_and_no_others(books: Bookkeeping) -> None:
    records = books.job.preparation.records().values()
    theirs = next(r for r in records if r.facts.order.customer and r.facts.order.customer.legacy_id == books.id)
    other = next(r for r in records if not r.facts.order.customer or r.facts.order.customer.legacy_id != books.id)
    for number, record in enumerate((theirs, other), 1):
        order = record.facts.order
        id_, amount = f"gid://shopify/ShopifyPaymentsDispute/{number}", Decimal("12.00")
        dispute = Dispute(
            id_, books.job.world.days[0], "LOST", "CHARGEBACK", amount, order.id, order.name, "FRAUDULENT"
        )
        books.table.transact(FactRecord(SHOP, Topic.DISPUTE, dispute).writes())
    books.ask("customers/data_request")
    (found,) = books.view()["report"]["disputes"]
    assert (found["order"], found["amount"], found["reason"]) == (theirs.facts.order.name, "12.00", "FRAUDULENT")


def test_a_role_keeps_the_name_of_its_user_in_the_log_too(books: Bookkeeping) -> None:
    """Who works for the shop may also buy there; the books' log goes on saying who was given what."""
    details = {"role": "bookkeeper", "label": books.customer.display_name}
    audit.note(books.table, SHOP, books.job.now, "42", "user.role", "43", details)
    books.ask("customers/redact")
    (line,) = audit.newest(books.table, SHOP)
    assert line["details"] == details


def test_every_place_that_is_searched_can_be_made_anonymous() -> None:
    assert set(privacy_search.PLACES) == privacy_erasure.HANDLERS.keys()
