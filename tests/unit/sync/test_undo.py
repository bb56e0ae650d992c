"""A sync is undone in QuickBooks: only what nobody touched, in the right order, proven, whatever gets lost."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.outbox.entries import EntryState
from connector.storage.days import COLUMNS
from connector.sync import undo
from connector.sync.tie_out import report
from infra.local.web_connector import Fault
from tests.fakes.office import SHOP, Office, credit_and_refund, invoice_and_payment, receipt


def posted_office(seed: int = 1) -> Office:
    office = Office(seed=seed)
    office.update()
    office.add([receipt(1), *invoice_and_payment(2), *credit_and_refund(3), receipt(4)])
    office.update()
    assert office.states() == {"READ_BACK": 6}
    return office


def judged(office: Office, closing: date | None = None) -> dict[str, undo.Judged]:
    found = undo.judge(office.table, SHOP, undo.entries_of(office.table, SHOP, "sync-1"), closing)
    return {one.entry.key: one for one in found}


def start(office: Office, repost: bool = False, closing: date | None = None) -> None:
    undo.start(office.table, SHOP, judged(office, closing).values(), repost=repost)


def run_until_quiet(office: Office) -> None:
    for _ in range(15):
        office.pass_time(hours=1)
        office.update()
        if not {"UNDO", "UNDO_SENT", "DELETED", "POSTED"} & office.states().keys():
            return
    raise AssertionError(office.states())


def no_amounts(office: Office) -> bool:
    columns = office.columns()
    return not any(columns["posted"].values()) and not any(columns["quickbooks"].values())


def process(office: Office, request: str) -> str:
    head = '<?xml version="1.0"?><?qbxml version="13.0"?><QBXML><QBXMLMsgsRq onError="continueOnError">'
    return office.company.process(f"{head}{request}</QBXMLMsgsRq></QBXML>")


def test_a_whole_sync_is_gone_and_the_tie_out_names_what_is_not_posted_any_more() -> None:
    office = posted_office()
    assert {one.action for one in judged(office).values()} == {undo.DELETE}
    start(office)
    run_until_quiet(office)
    assert office.company.transactions() == []
    assert office.states() == {"UNDONE": 6}
    assert no_amounts(office)
    named = report(office.table, SHOP, date(2026, 3, 1), date(2026, 3, 31))["open"]
    assert {one["state"] for one in named} == {"UNDONE"} and len(named) == 6
    # And the books are known again in the next session.
    office.add([receipt(9)])
    office.pass_time(hours=13)
    assert office.update().ok
    assert office.entry(receipt(9)).state is EntryState.READ_BACK


def test_what_was_changed_in_quickbooks_stays_and_counts_as_it_is_now() -> None:
    office = posted_office()
    entry = office.entry(receipt(1))
    answer = process(
        office,
        f"<SalesReceiptModRq><SalesReceiptMod><TxnID>{entry.txn_id}</TxnID>"
        f"<EditSequence>{entry.edit_sequence}</EditSequence><Memo>By hand</Memo></SalesReceiptMod></SalesReceiptModRq>",
    )
    assert 'statusCode="0"' in answer, answer
    start(office)
    run_until_quiet(office)
    kept = office.entry(receipt(1))
    assert (kept.state, kept.undo) == (EntryState.READ_BACK, "It was changed in QuickBooks since it was posted.")
    assert [str(one.ref_number) for one in office.company.transactions()] == ["1001"]
    columns = office.columns()
    assert {k: v for k, v in columns["posted"].items() if v} == {k: v for k, v in columns["quickbooks"].items() if v}


def test_what_drifted_before_the_undo_was_asked_for_is_not_touched() -> None:
    office = posted_office()
    entry = office.entry(receipt(1))
    process(
        office,
        f"<SalesReceiptModRq><SalesReceiptMod><TxnID>{entry.txn_id}</TxnID>"
        f"<EditSequence>{entry.edit_sequence}</EditSequence><Memo>By hand</Memo></SalesReceiptMod></SalesReceiptModRq>",
    )
    office.pass_time(hours=23)
    office.update()
    found = judged(office)[entry.key]
    assert (found.action, found.why) == (undo.KEEP, "It was changed in QuickBooks after it was posted.")


def test_an_invoice_that_somebody_received_a_payment_for_stays() -> None:
    office = Office()
    office.update()
    invoice, _ = invoice_and_payment(2)
    office.add([invoice])
    office.update()
    txn_id = office.entry(invoice).txn_id
    answer = process(
        office,
        "<ReceivePaymentAddRq><ReceivePaymentAdd><CustomerRef><FullName>Customer 2</FullName></CustomerRef>"
        "<TxnDate>2026-03-06</TxnDate><TotalAmount>30.00</TotalAmount>"
        f"<AppliedToTxnAdd><TxnID>{txn_id}</TxnID><PaymentAmount>30.00</PaymentAmount></AppliedToTxnAdd>"
        "</ReceivePaymentAdd></ReceivePaymentAddRq>",
    )
    assert 'statusCode="0"' in answer, answer
    start(office)
    run_until_quiet(office)
    kept = office.entry(invoice)
    assert kept.state is EntryState.READ_BACK and "was applied to it" in kept.undo
    assert len(office.company.transactions("Invoice")) == 1


def test_what_is_before_the_closing_date_is_not_touched_and_the_preview_says_why() -> None:
    office = posted_office()
    found = judged(office, date(2026, 3, 31))
    assert {(one.action, one.why) for one in found.values()} == {
        (undo.KEEP, "The books are closed up to 2026-03-31 in QuickBooks.")
    }
    assert {one["action"] for one in undo.views(found.values())} == {"keep"}
    # Closed after the preview: QuickBooks refuses, and it stays.
    start(office)
    office.company.set(closing_date="2026-03-31")
    run_until_quiet(office)
    assert len(office.company.transactions()) == 6
    assert {entry.state for entry in office.entries()} == {EntryState.READ_BACK}
    assert office.ties_out()


def test_what_is_not_sent_yet_is_withdrawn() -> None:
    office = Office()
    office.update()
    office.add([receipt(1)])
    assert [one.action for one in judged(office).values()] == [undo.WITHDRAW]
    start(office)
    office.update()
    assert office.company.transactions() == []
    assert office.states() == {"UNDONE": 1}


def test_what_may_or_may_not_be_in_quickbooks_is_looked_for() -> None:
    office = Office()
    office.update()
    office.add([receipt(1), receipt(2)])
    office.company.die_after(9)
    office.update(faults={6: Fault.LOSE_CALL})
    for entry in office.entries():
        if entry.state is EntryState.SENT:
            break
    office.company.lose_stored_answers()
    office.pass_time(minutes=20)
    start(office)
    run_until_quiet(office)
    start(office)
    run_until_quiet(office)
    assert office.company.transactions() == []
    assert no_amounts(office)


def test_a_deleted_one_that_a_restored_backup_brings_back_is_deleted_again() -> None:
    office = posted_office()
    backup = office.company.backup()
    start(office)
    run_until_quiet(office)
    office.company.restore(backup)
    assert {entry.state for entry in office.entries()} == {EntryState.UNDONE}
    # Undone is undone: the page shows nothing posted, and what came back is for the merchant, who restored it.
    assert no_amounts(office)


calls = st.integers(2, 14)
faults = st.one_of(
    st.tuples(st.just("call"), calls, st.sampled_from(list(Fault))),
    st.tuples(st.just("die"), st.integers(0, 6), st.booleans()),
    st.tuples(st.just("forgotten"), calls),
    st.tuples(st.just("refuse"), st.sampled_from([1000, 3175, 3180, 3231]), st.integers(1, 4)),
)


def apply_fault(office: Office, fault: tuple[Any, ...]) -> None:
    kind, *details = fault
    if kind == "call":
        office.update(faults={details[0]: details[1]})
    elif kind == "die":
        office.company.die_after(details[0])
        office.update()
        if details[1]:
            office.company.lose_stored_answers()
    elif kind == "forgotten":
        office.update(faults={details[0]: Fault.LOSE_CALL})
        office.company.lose_stored_answers()
    else:
        text = "The transaction could not be locked. It is in use by another user."
        office.company.faults.refuse("TxnDelRq", details[0], text, details[1])
        office.update()
        for refusal in office.company.faults._refusals:
            refusal.times = 0


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(schedule=st.lists(faults, max_size=3), seed=st.integers(0, 999))
def test_whatever_gets_lost_everything_is_undone_once_and_counted_right(
    schedule: list[tuple[Any, ...]], seed: int
) -> None:
    office = posted_office(seed)
    start(office)
    for fault in schedule:
        office.pass_time(minutes=15)
        apply_fault(office, fault)
    office.company.faults.session = ""
    run_until_quiet(office)
    assert office.company.transactions() == []
    assert office.states() == {"UNDONE": 6}
    assert no_amounts(office)
    assert set(office.columns()) == set(COLUMNS)
