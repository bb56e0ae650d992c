"""Exceptions fixed on their row, up to the transaction in QuickBooks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from connector.accounting.documents import SalesReceipt
from connector.app import audit, entries_fixing
from connector.app.entries_fixing import Person
from connector.app.errors import Conflict, Unprocessable
from connector.outbox import repository
from connector.outbox.entries import Entry, EntryState
from connector.sync.tie_out import report
from tests.fakes.desk import person_in
from tests.fakes.office import CARD, SHOP, Office, customer, receipt


@pytest.fixture
def office() -> Office:
    office = Office()
    office.update()
    return office


@pytest.fixture
def person(office: Office) -> Person:
    return person_in(office)


def process(office: Office, request: str) -> str:
    head = '<?xml version="1.0"?><?qbxml version="13.0"?><QBXML><QBXMLMsgsRq onError="continueOnError">'
    return office.company.process(f"{head}{request}</QBXMLMsgsRq></QBXML>")


def held(office: Office, draft: Any) -> Entry:
    entry = office.entry(draft)
    assert entry.state is EntryState.HELD, entry.state
    return entry


def make_inactive_customer(office: Office, name: str) -> None:
    answer = process(
        office,
        f"<CustomerAddRq><CustomerAdd><Name>{name}</Name><IsActive>false</IsActive></CustomerAdd></CustomerAddRq>",
    )
    assert 'statusCode="0"' in answer, answer


def test_an_entry_in_a_closed_period_is_posted_on_the_first_open_day(office: Office, person: Person) -> None:
    draft = receipt(1)
    office.add([draft])
    office.company.set(closing_date="2026-03-31")
    office.update()
    entry = held(office, draft)
    assert "closed up to 2026-03-31" in entry.reason
    assert "first_open_day" in entries_fixing.view(person, entry)["fixes"]
    entries_fixing.fix(person, entry.id, {"fix": "first_open_day"})
    office.update()
    posted = office.entry(draft)
    assert posted.state is EntryState.READ_BACK
    assert (posted.day, posted.dated) == (date(2026, 3, 5), date(2026, 4, 1))
    assert [str(one.day) for one in office.company.transactions("SalesReceipt")] == ["2026-04-01"]
    assert office.ties_out()
    assert [line["what"] for line in audit.newest(office.table, SHOP)] == ["entry.fix.first_open_day"]


def test_an_open_day_has_no_first_open_day(office: Office, person: Person) -> None:
    draft = receipt(1)
    office.add([draft])
    office.company.set(closing_date="2026-03-31")
    office.update()
    office.company.set(closing_date="")
    office.pass_time(hours=1)
    office.add([receipt(2)])
    office.update()
    with pytest.raises(Conflict):
        entries_fixing.fix(person, held(office, draft).id, {"fix": "first_open_day"})


def test_an_inactive_customer_is_made_active_and_its_receipt_posted(office: Office, person: Person) -> None:
    make_inactive_customer(office, "Customer 1")
    draft = receipt(1)
    office.add([draft, receipt(2)])
    office.update()
    entry = held(office, draft)
    assert "inactive" in entry.reason
    assert office.entry(receipt(2)).state is EntryState.READ_BACK
    entries_fixing.fix(person, entry.id, {"fix": "reactivate"})
    office.update()
    office.update()
    assert office.entry(draft).state is EntryState.READ_BACK
    assert office.ties_out()
    assert "<IsActive>true</IsActive>" in process(
        office, "<CustomerQueryRq><FullName>Customer 1</FullName></CustomerQueryRq>"
    )


def test_a_lost_answer_to_the_reactivation_does_no_harm(office: Office, person: Person) -> None:
    make_inactive_customer(office, "Customer 1")
    draft = receipt(1)
    office.add([draft])
    office.update()
    entries_fixing.fix(person, held(office, draft).id, {"fix": "reactivate"})
    office.company.die_after(1)
    office.update()
    office.company.lose_stored_answers()
    for _ in range(3):
        office.pass_time(minutes=15)
        office.update()
    assert office.entry(draft).state is EntryState.READ_BACK
    assert len(office.company.transactions()) == 1


def test_an_inactive_customer_may_get_another_name_instead(office: Office, person: Person) -> None:
    make_inactive_customer(office, "Customer 1")
    draft = receipt(1)
    office.add([draft])
    office.update()
    entry = held(office, draft)
    for wrong in ("", "a:b", "x" * 42):
        with pytest.raises(Unprocessable):
            entries_fixing.fix(person, entry.id, {"fix": "rename", "name": wrong})
    entries_fixing.fix(person, entry.id, {"fix": "rename", "name": "Customer 1 (web)"})
    office.update()
    assert office.entry(draft).state is EntryState.READ_BACK
    assert 'statusCode="0"' in process(
        office, "<CustomerQueryRq><FullName>Customer 1 (web)</FullName></CustomerQueryRq>"
    )


def test_another_account_is_chosen_for_a_receipt_whose_account_does_not_exist(office: Office, person: Person) -> None:
    draft = receipt(1)
    assert isinstance(draft.document, SalesReceipt)
    draft = replace(draft, document=replace(draft.document, deposit_to="No Such Bank", payment_method=CARD))
    office.add([draft])
    office.update()
    office.update()
    entry = held(office, draft)
    assert "No Such Bank" in entries_fixing.view(person, entry)["accounts"]
    for wrong in ("", "Nowhere", "Sales"):
        with pytest.raises(Unprocessable):
            entries_fixing.fix(person, entry.id, {"fix": "account", "from": "No Such Bank", "to": wrong})
    entries_fixing.fix(person, entry.id, {"fix": "account", "from": "No Such Bank", "to": "shopify clearing"})
    office.update()
    assert office.entry(draft).state is EntryState.READ_BACK
    assert office.ties_out()


def test_what_is_set_aside_stays_named_in_the_tie_out_and_can_be_taken_up_again(office: Office, person: Person) -> None:
    office.company.set(closing_date="2026-03-31")
    draft = receipt(1, "25.00")
    office.add([draft])
    office.update()
    entry = held(office, draft)
    with pytest.raises(Unprocessable):
        entries_fixing.ignore(person, entry.id, {"reason": " "})
    entries_fixing.ignore(person, entry.id, {"reason": "Typed by hand"})
    office.update()
    found = report(office.table, SHOP, date(2026, 3, 1), date(2026, 3, 31))["open"]
    assert [(one["state"], one["reason"], one["amount"]) for one in found] == [("IGNORED", "Typed by hand", "25.00")]
    office.company.set(closing_date="")
    office.update()
    entries_fixing.retry(person, entry.id)
    office.update()
    assert office.entry(draft).state is EntryState.READ_BACK


def test_many_are_tried_again_at_once_and_each_answers_for_itself(office: Office, person: Person) -> None:
    office.company.set(closing_date="2026-03-31")
    drafts = [receipt(1), receipt(2)]
    office.add(drafts)
    office.update()
    ids = [held(office, draft).id for draft in drafts]
    results = entries_fixing.each(
        [*ids, "nothing"], lambda one: entries_fixing.fix(person, one, {"fix": "first_open_day"})
    )
    assert [one.get("state") or one["problem"] for one in results] == ["READY", "READY", "There is no such entry."]
    with pytest.raises(Unprocessable):
        entries_fixing.each([], lambda one: entries_fixing.retry(person, one))


def test_of_two_found_one_is_chosen(office: Office, person: Person) -> None:
    draft = receipt(1)
    office.add([draft])
    office.update()
    posted = office.entry(draft)
    held_again = replace(posted, state=EntryState.READY, txn_id="", found={})
    office.table.put(held_again.to_item())
    office.table.transact([repository.hold(held_again, "two", candidates=["1-1", posted.txn_id]).write])
    with pytest.raises(Unprocessable):
        entries_fixing.fix(person, posted.id, {"fix": "adopt", "txn_id": "9-9"})
    adopted = entries_fixing.fix(person, posted.id, {"fix": "adopt", "txn_id": posted.txn_id})
    assert (adopted.state, adopted.txn_id) == (EntryState.POSTED, posted.txn_id)


def test_a_customer_of_the_shop_keeps_its_name_to_itself(office: Office, person: Person) -> None:
    make_inactive_customer(office, "Customer 1")
    draft = receipt(1)
    office.add([draft, receipt(2, who=customer(2))])
    office.update()
    with pytest.raises(Unprocessable):
        entries_fixing.fix(person, held(office, draft).id, {"fix": "rename", "name": "Customer 2"})


def test_only_what_a_fix_asks_for_is_written_into_the_audit_log(office: Office, person: Person) -> None:
    """A request may have 256 kB; for each of two hundred entries they would be kept again."""
    draft = receipt(1)
    office.add([draft])
    office.company.set(closing_date="2026-03-31")
    office.update()
    entry = held(office, draft)
    given = {"fix": "first_open_day", "name": "n" * 10_000, "anything": "x" * 10_000, "": "y"}
    entries_fixing.fix(person, entry.id, given)
    (line,) = audit.newest(office.table, SHOP)
    assert line["details"].keys() <= {"title", "ref_number", "name"}
    assert len(str(line["details"])) < 1_000
