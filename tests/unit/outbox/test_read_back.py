"""Only what QuickBooks shows counts in the tie-out. What is gone there is told, never posted again by itself."""

from __future__ import annotations

from decimal import Decimal

import pytest

from connector.outbox import anchors, connection, read_back, recheck, release
from connector.outbox.entries import EntryState
from connector.storage import keys
from tests.fakes.office import SHOP, Office, receipt


@pytest.fixture
def office() -> Office:
    made = Office()
    made.add([receipt(n) for n in range(5)])
    made.update()
    return made


def delete(office: Office, txn_id: str) -> None:
    office.company.process(
        '<?xml version="1.0"?><?qbxml version="13.0"?><QBXML><QBXMLMsgsRq onError="stopOnError">'
        f"<TxnDelRq><TxnDelType>SalesReceipt</TxnDelType><TxnID>{txn_id}</TxnID></TxnDelRq></QBXMLMsgsRq></QBXML>"
    )


def update_later(office: Office, hours: float = 13) -> None:
    office.pass_time(hours=hours)
    office.update()


def test_what_was_deleted_before_it_was_read_back_is_held(office: Office) -> None:
    office.add([receipt(7)])
    real = office.company.process

    def process(qbxml: str) -> str:
        answer = real(qbxml)
        if "SalesReceiptAddRq" in qbxml:
            office.company.process = real  # type: ignore[method-assign]
            delete(office, next(p.txn_id for p in office.company.transactions() if p.ref_number == "1007"))
        return answer

    office.company.process = process  # type: ignore[method-assign]
    update_later(office, 0.25)
    gone = office.entry(receipt(7))
    assert (gone.state, gone.reason) == (EntryState.HELD, read_back.GONE)
    columns = office.columns()
    assert columns["posted"] == columns["quickbooks"]
    assert columns["shopify"] != columns["posted"], "the tie-out shows it as open"
    # And it stays so until a person decides.
    update_later(office)
    assert office.entry(receipt(7)).state is EntryState.HELD
    release.retry(office.table, SHOP, gone.id)
    update_later(office)
    assert office.entry(receipt(7)).state is EntryState.READ_BACK
    assert office.ties_out()


def test_a_restored_backup_comes_to_light_and_nothing_is_posted_again_by_itself(office: Office) -> None:
    backup = office.company.backup()
    office.pass_time(minutes=15)
    office.add([receipt(n) for n in range(10, 14)])
    office.update()
    office.company.restore(backup)
    update_later(office)
    assert office.states() == {"READ_BACK": 5, "HELD": 4}
    assert len(office.company.transactions()) == 5
    assert office.columns()["quickbooks"] == office.columns()["posted"]
    for entry in office.entries(EntryState.HELD):
        release.retry(office.table, SHOP, entry.id)
    update_later(office, 0.25)
    assert office.states() == {"READ_BACK": 9}
    assert office.ties_out()


def test_books_without_anything_of_ours_are_not_written_until_a_person_says_so(office: Office) -> None:
    """The right file's name and mark, but from before the first entry."""
    office.add([receipt(7)])
    for posted in office.company.transactions():
        delete(office, posted.txn_id)
    run = office.update()
    assert not run.ok
    assert run.status_text == anchors.STRANGE
    assert not office.company.transactions()
    assert connection.view(office.table, SHOP, office.now)["health"]["state"] == "problem"
    anchors.confirm_company(office.table, SHOP)
    office.update()
    assert office.states() == {"READ_BACK": 1, "HELD": 5}


def test_a_company_moved_and_renamed_at_once_is_written_to_when_a_person_says_so(office: Office) -> None:
    """Its mark is ours, its name and place are not the ones we knew."""
    office.add([receipt(7)])
    office.company.set(company_name="A Better Name")
    run = office.update()
    assert not run.ok
    assert "A Better Name is open" in run.status_text and "confirm it in the app" in run.status_text
    before = len(office.company.transactions())
    anchors.confirm_company(office.table, SHOP)
    update_later(office)
    assert len(office.company.transactions()) == before + 1
    assert office.ties_out()


def test_a_single_deletion_does_not_stop_the_rest(office: Office) -> None:
    delete(office, office.entry(receipt(0)).txn_id)
    office.add([receipt(7)])
    update_later(office)
    assert office.entry(receipt(0)).state is EntryState.HELD
    assert office.states() == {"READ_BACK": 5, "HELD": 1}


def test_an_amount_changed_in_quickbooks_shows_in_the_tie_out() -> None:
    office = Office()
    office.add([receipt(1)])
    real = office.company.process
    office.company.process = lambda qbxml: (  # type: ignore[method-assign]
        real(qbxml).replace("10.00</", "11.00</") if "SalesReceiptQueryRq" in qbxml else real(qbxml)
    )
    office.update()
    assert office.columns()["quickbooks"]["sales"] == Decimal("11.00")
    assert office.columns()["posted"]["sales"] == Decimal("10.00")
    assert "11.00 instead of 10.00" in office.entry(receipt(1)).reason


def test_reading_everything_back_again_adds_nothing_twice(office: Office) -> None:
    before = office.columns()
    recheck.start(office.table, SHOP)
    office.update()
    assert office.columns() == before
    assert office.states() == {"READ_BACK": 5}
    assert not recheck.is_under_way(office.table, SHOP)


def test_a_recheck_of_many_goes_on_where_it_stopped(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recheck, "AT_A_TIME", 2)
    recheck.start(office.table, SHOP)
    recheck.advance(office.table, SHOP, office.now)
    assert office.states() == {"READ_BACK": 3, "POSTED": 2}
    for _ in range(3):
        recheck.advance(office.table, SHOP, office.now)
    assert office.states() == {"POSTED": 5}
    assert not recheck.is_under_way(office.table, SHOP)
    office.update()
    assert office.ties_out()


def test_an_answer_too_large_is_asked_for_in_smaller_parts(office: Office) -> None:
    office.add([receipt(n) for n in range(20, 60)])
    real = office.company.process

    def process(qbxml: str) -> str:
        if qbxml.count("<TxnID>") > 10 and "SalesReceiptQueryRq" in qbxml:
            return "<QBXML><QBXMLMsgsRs><SalesRec"
        return real(qbxml)

    office.company.process = process  # type: ignore[method-assign]
    for _ in range(4):
        office.pass_time(minutes=15)
        office.update()
    assert office.states() == {"READ_BACK": 45}
    assert office.ties_out()


def test_read_back_only_by_what_was_asked_in_this_set(office: Office) -> None:
    """A transaction that came back under another's TxnID is not taken for ours."""
    office.add([receipt(7)])
    real, entry_id = office.company.process, office.entry(receipt(7)).id

    def process(qbxml: str) -> str:
        answer = real(qbxml)
        if "SalesReceiptQueryRq" in qbxml:
            return answer.replace(entry_id, "00000000-0000-4000-8000-000000000000")
        return answer

    office.company.process = process  # type: ignore[method-assign]
    office.update()
    assert office.entry(receipt(7)).state is EntryState.HELD
    assert office.table.get(keys.shop(SHOP), keys.OUTSTANDING) is None
