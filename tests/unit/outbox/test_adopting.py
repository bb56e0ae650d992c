"""What is in QuickBooks already is adopted, not doubled; what only looks like it is for a person to decide."""

from __future__ import annotations

from datetime import date

from connector.app import entries_fixing
from connector.outbox import adopting
from connector.outbox.entries import EntryState
from connector.sync import undo
from infra.local.web_connector import Fault
from tests.fakes.desk import person_in
from tests.fakes.office import SHOP, Office, invoice_and_payment, receipt


def an_office(until: date = date(2026, 3, 6)) -> Office:
    office = Office()
    office.update()
    adopting.want(office.table, SHOP, until)
    return office


def typed_by_hand(office: Office, ref: str, day: str = "2026-03-05", amount: str = "10.00") -> None:
    head = '<?xml version="1.0"?><?qbxml version="13.0"?><QBXML><QBXMLMsgsRq onError="continueOnError">'
    answer = office.company.process(
        f"{head}<ItemServiceAddRq><ItemServiceAdd><Name>By hand {ref}{day}</Name><SalesOrPurchase>"
        "<AccountRef><FullName>Sales</FullName></AccountRef></SalesOrPurchase></ItemServiceAdd></ItemServiceAddRq>"
        f"<SalesReceiptAddRq><SalesReceiptAdd><TxnDate>{day}</TxnDate><RefNumber>{ref}</RefNumber>"
        "<DepositToAccountRef><FullName>Shopify Clearing</FullName></DepositToAccountRef>"
        f"<SalesReceiptLineAdd><ItemRef><FullName>By hand {ref}{day}</FullName></ItemRef><Amount>{amount}</Amount>"
        "<SalesTaxCodeRef><FullName>Non</FullName></SalesTaxCodeRef></SalesReceiptLineAdd>"
        "</SalesReceiptAdd></SalesReceiptAddRq></QBXMLMsgsRq></QBXML>"
    )
    assert answer.count('statusCode="0"') == 2, answer


def refs(office: Office) -> list[str]:
    return sorted(str(one.ref_number) for one in office.company.transactions())


def test_the_same_reference_date_and_amount_is_adopted() -> None:
    office = an_office()
    typed_by_hand(office, "1001")
    office.add([receipt(1), receipt(2)])
    office.update()
    assert refs(office) == ["1001", "1002"]
    adopted = office.entry(receipt(1))
    assert (adopted.state, adopted.reason[:30]) == (EntryState.READ_BACK, "It was in QuickBooks before an")
    assert office.entry(receipt(2)).state is EntryState.READ_BACK
    # QuickBooks' own line is not one of ours: the tie-out says so instead of believing it.
    columns = office.columns()
    assert columns["posted"] == columns["shopify"]
    assert columns["quickbooks"]["tender:shopify_payments"] == columns["posted"]["tender:shopify_payments"]
    assert columns["quickbooks"]["unexplained"] == 10


def test_the_same_reference_over_another_amount_is_held_and_may_be_adopted_or_posted_beside_it() -> None:
    office = an_office()
    typed_by_hand(office, "1001", amount="9.99")
    typed_by_hand(office, "1002", day="2026-03-04")
    office.add([receipt(1), receipt(2)])
    office.update()
    assert refs(office) == ["1001", "1002"]
    first, second = office.entry(receipt(1)), office.entry(receipt(2))
    assert "of 2026-03-05 over 9.99" in first.reason and "of 2026-03-04 over 10.00" in second.reason
    person = person_in(office)
    assert "adopt" in entries_fixing.view(person, first)["fixes"]
    entries_fixing.fix(person, first.id, {"fix": "adopt", "txn_id": first.candidates[0]})
    entries_fixing.retry(person, second.id)
    office.update()
    assert refs(office) == ["1001", "1002", "1002"]
    assert office.states() == {"READ_BACK": 2}


def test_later_documents_are_posted_without_a_look() -> None:
    office = an_office(until=date(2026, 3, 4))
    typed_by_hand(office, "1001")
    office.add([receipt(1)])
    office.update()
    assert refs(office) == ["1001", "1001"]


def test_many_are_looked_for_in_one_round_trip_and_payments_find_their_adopted_or_new_invoice() -> None:
    office = an_office()
    drafts = [draft for n in range(1, 30) for draft in invoice_and_payment(n)]
    office.add(drafts)
    plain = Office()
    plain.update()
    plain.add(drafts)
    trips, usual = office.update().round_trips, plain.update().round_trips
    assert trips == usual + 1
    assert office.ties_out() and office.states() == {"READ_BACK": 58}


def test_a_lost_answer_is_asked_for_again_and_nothing_is_posted_unseen() -> None:
    for number in range(2, 12):
        office = an_office()
        typed_by_hand(office, "1001")
        office.add([receipt(1), receipt(2)])
        office.update(faults={number: Fault.LOSE_CALL})
        for _ in range(3):
            office.pass_time(minutes=20)
            office.update()
        assert refs(office) == ["1001", "1002"]
        assert office.states() == {"READ_BACK": 2}


def test_what_was_adopted_is_not_deleted_by_an_undo() -> None:
    office = an_office()
    typed_by_hand(office, "1001")
    office.add([receipt(1), receipt(2)])
    office.update()
    judged = undo.judge(office.table, SHOP, undo.entries_of(office.table, SHOP, "sync-1"), None)
    assert [(one.entry.ref_number, one.action) for one in judged] == [("1001", undo.KEEP), ("1002", undo.DELETE)]
    undo.start(office.table, SHOP, judged, repost=False)
    for _ in range(3):
        office.update()
    assert refs(office) == ["1001"]
