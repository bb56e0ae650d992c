"""What somebody changes or deletes in QuickBooks afterwards comes to light in the next run."""

from __future__ import annotations

from decimal import Decimal

import pytest

from connector.outbox.entries import EntryState
from infra.local.web_connector import Fault
from tests.fakes.office import Office, invoice_and_payment, receipt


def proven_office() -> Office:
    office = Office()
    office.update()
    office.add([receipt(n) for n in range(1, 6)] + invoice_and_payment(7))
    office.update()
    assert office.ties_out() and office.states() == {"READ_BACK": 7}
    office.pass_time(hours=1)
    return office


def process(office: Office, request: str) -> None:
    head = '<?xml version="1.0"?><?qbxml version="13.0"?><QBXML><QBXMLMsgsRq onError="continueOnError">'
    answer = office.company.process(f"{head}{request}</QBXMLMsgsRq></QBXML>")
    assert 'statusCode="0"' in answer, answer


def change(office: Office, number: int, what: str) -> None:
    entry = office.entry(receipt(number))
    process(
        office,
        f"<SalesReceiptModRq><SalesReceiptMod><TxnID>{entry.txn_id}</TxnID>"
        f"<EditSequence>{entry.edit_sequence}</EditSequence>{what}</SalesReceiptMod></SalesReceiptModRq>",
    )


def delete(office: Office, number: int) -> None:
    txn_id = office.entry(receipt(number)).txn_id
    process(office, f"<TxnDelRq><TxnDelType>SalesReceipt</TxnDelType><TxnID>{txn_id}</TxnID></TxnDelRq>")


def test_a_changed_one_is_read_again_and_says_so() -> None:
    office = proven_office()
    change(office, 1, "<Memo>Somebody was here</Memo>")
    change(office, 2, "<TxnDate>2026-02-28</TxnDate>")
    office.pass_time(hours=23)
    office.update()
    assert office.entry(receipt(1)).reason == "It was changed in QuickBooks after it was posted."
    assert "on 2026-02-28 instead of 2026-03-05" in office.entry(receipt(2)).reason
    assert office.entry(receipt(3)).reason == ""
    assert office.states() == {"READ_BACK": 7}
    assert office.ties_out()


def test_a_changed_amount_is_in_the_tie_out() -> None:
    office = proven_office()
    item = "<SalesReceiptLineMod><TxnLineID>-1</TxnLineID><ItemRef><FullName>Shopify Sales</FullName></ItemRef>"
    change(office, 1, f"{item}<Amount>12.00</Amount></SalesReceiptLineMod>")
    office.pass_time(hours=23)
    office.update()
    columns = office.columns()
    assert columns["quickbooks"]["sales"] - columns["posted"]["sales"] == Decimal("2.00")
    assert "QuickBooks has it with 12.00 instead of 10.00" in office.entry(receipt(1)).reason


def test_a_deleted_one_is_held_and_can_be_posted_again() -> None:
    office = proven_office()
    delete(office, 4)
    office.pass_time(hours=23)
    office.update()
    gone = office.entry(receipt(4))
    assert gone.state is EntryState.HELD and "doesn't have this entry any more" in gone.reason
    columns = office.columns()
    assert columns["posted"] == columns["quickbooks"] != columns["shopify"]
    assert sum(1 for entry in office.entries() if entry.state is EntryState.READ_BACK) == 6


def test_a_run_finds_nothing_where_nothing_was_touched_and_a_quiet_shop_is_not_asked_all_day() -> None:
    office = proven_office()
    assert office.update().round_trips == 0
    office.pass_time(hours=22)
    office.update()
    assert {entry.reason for entry in office.entries()} == {""}
    assert office.update().round_trips == 0


@pytest.mark.parametrize("number", range(2, 12))
def test_a_lost_answer_only_delays_it(number: int) -> None:
    office = proven_office()
    change(office, 1, "<Memo>Somebody was here</Memo>")
    delete(office, 4)
    office.pass_time(hours=23)
    office.update(faults={number: Fault.LOSE_CALL})
    for _ in range(3):
        office.pass_time(hours=13)
        office.update()
    assert office.entry(receipt(1)).reason == "It was changed in QuickBooks after it was posted."
    assert office.entry(receipt(4)).state is EntryState.HELD
    columns = office.columns()
    assert columns["posted"] == columns["quickbooks"]


def test_many_changes_come_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    from connector.outbox import drifting

    monkeypatch.setattr(drifting, "PAGE", 2)
    monkeypatch.setattr(drifting, "SCANNED_AT_A_TIME", 2)
    office = proven_office()
    for number in (1, 2, 3):
        change(office, number, "<Memo>Somebody was here</Memo>")
    delete(office, 5)
    office.pass_time(hours=23)
    office.update()
    office.pass_time(hours=13)
    office.update()
    changed = [n for n in range(1, 6) if office.entry(receipt(n)).reason.startswith("It was changed")]
    assert changed == [1, 2, 3]
    assert office.entry(receipt(5)).state is EntryState.HELD
