"""A Sales Order that was undone is made anew while its order waits; deposits and settled documents stay in order."""

from __future__ import annotations

from typing import Any

import pytest

from connector.outbox.entries import EntryState
from connector.sync import undo
from tests.fakes.main_job import MainJob
from tests.fakes.nodes import Node, agreement, order, sale, transaction
from tests.fakes.preparation import SHOP
from tests.unit.sync.test_sales_orders import Books as AllBooks
from tests.unit.sync.test_sales_orders import ordered


class Books(AllBooks):
    """Of the hand-made orders alone."""

    def __init__(self, edition: str = "Premier") -> None:
        super().__init__(edition)
        self.job.preparation.context = None


def undo_everything(job: MainJob, *, repost: bool = True, sync_id: str = "") -> dict[str, undo.Judged]:
    judged = undo.judge(job.table, SHOP, undo.entries_of(job.table, SHOP, sync_id), None)
    undo.start(job.table, SHOP, judged, repost=repost)
    for _ in range(4):
        job.update()
    return {one.entry.kind: one for one in judged}


def sales_orders(books: Books) -> list[tuple[str, str]]:
    return [(form.ref, form.body.get("IsManuallyClosed", "false")) for form in books.forms("SalesOrder")]


def test_a_sales_order_of_a_waiting_order_comes_again_under_its_number() -> None:
    books = Books()
    books.night(ordered(books))
    assert [number for number, _ in sales_orders(books)] == ["9-S1"]
    undo_everything(books.job)
    assert books.forms("SalesOrder") == []
    books.night()
    assert sales_orders(books) == [("9-S1", "false")]
    assert books.differences() == {"not_yet_posted": "108.00"}
    books.night(ordered(books, updated=2, fulfilled=True))
    assert books.differences() == {}
    (placed,) = books.forms("SalesOrder")
    made_of = books.company.store.rows("SELECT DISTINCT ordered FROM filled")
    assert [txn_id for (txn_id,) in made_of] == [placed.txn_id]


def test_without_repost_it_stays_away_until_it_is_asked_for_and_the_invoice_goes_without_it() -> None:
    books = Books()
    books.night(ordered(books))
    undo_everything(books.job, repost=False)
    books.night()
    assert books.forms("SalesOrder") == []
    books.night(ordered(books, updated=2, fulfilled=True))
    assert books.differences() == {}
    assert [form.ref for form in books.forms("Invoice")] == ["9"]


def test_sales_order_and_deposit_undone_together_come_again_together() -> None:
    books = Books()
    books.night(ordered(books))
    deposit = transaction("1", books.at(1), "40.00")
    books.night(ordered(books, deposit, updated=1))
    undo_everything(books.job)
    assert books.job.company.transactions() == []
    books.night()
    assert [one.kind for one in books.job.company.transactions()] == ["SalesOrder", "ReceivePayment"]
    books.night(ordered(books, deposit, updated=3, fulfilled=True))
    assert books.differences() == {}
    (invoice,) = books.forms("Invoice")
    credits_ = books.company.store.rows("SELECT cents FROM settlement WHERE debit = ?", (invoice.txn_id,))
    assert [cents for (cents,) in credits_] == [4000]


def test_a_sales_order_before_a_deposit_that_stays_is_kept() -> None:
    books = Books()
    books.night(ordered(books))
    first = {item["id"] for item in books.job.table.query(f"SHOP#{SHOP}", "SYNC#")}
    books.night(ordered(books, transaction("1", books.at(1), "40.00"), updated=1))
    (sync_id,) = first
    judged = undo_everything(books.job, sync_id=sync_id)
    assert judged["SalesOrder"].action == undo.KEEP and "ReceivePayment" in judged["SalesOrder"].why
    assert len(books.forms("SalesOrder")) == 1


def test_an_invoice_undone_opens_its_sales_order_again_or_gets_another() -> None:
    books = Books()
    books.night(ordered(books))
    before = {item["id"] for item in books.job.table.query(f"SHOP#{SHOP}", "SYNC#")}
    books.night(ordered(books, updated=1, fulfilled=True))
    (second,) = {item["id"] for item in books.job.table.query(f"SHOP#{SHOP}", "SYNC#")} - before
    undo_everything(books.job, sync_id=second)
    assert books.forms("Invoice") == []
    books.night()
    assert books.differences() == {}
    assert len(books.forms("Invoice")) == 1


def test_an_order_that_was_closed_as_cancelled_is_undone_with_its_closing() -> None:
    books = Books()
    books.night(ordered(books))
    back = agreement("11", books.at(1), sale("11", "-108.00", action="RETURN", quantity=-2), refund="5")
    books.night(ordered(books, updated=1, agreements=[back], cancelledAt=books.at(1)))
    undo_everything(books.job)
    assert books.job.company.transactions() == []
    books.night()
    assert books.job.company.transactions() == []
    assert books.differences() == {}


# What has been deposited.


def process(books: Books, request: str) -> str:
    head = '<?xml version="1.0"?><?qbxml version="13.0"?><QBXML><QBXMLMsgsRq onError="continueOnError">'
    return books.company.process(f"{head}{request}</QBXMLMsgsRq></QBXML>")


def deposit(books: Books, txn_id: str) -> None:
    answer = process(
        books,
        "<DepositAddRq><DepositAdd><TxnDate>2026-11-20</TxnDate><DepositToAccountRef><FullName>Checking</FullName>"
        f"</DepositToAccountRef><DepositLineAdd><PaymentTxnID>{txn_id}</PaymentTxnID></DepositLineAdd>"
        "</DepositAdd></DepositAddRq>",
    )
    assert 'statusCode="0"' in answer, answer


def paid(books: Books, amount: str, number: int = 9) -> Node:
    placed = agreement(str(number), books.at(0), sale(str(number), amount))
    return order(number, [placed], [transaction(str(number), books.at(0), amount)], updated=books.at(0, 16))


def to_undeposited_funds(books: Books) -> None:
    books.job.preparation.settings(tenders={"default": "Undeposited Funds"})


@pytest.mark.parametrize("kind", ["SalesReceipt", "ReceivePayment"])
def test_what_somebody_has_deposited_is_not_touched(kind: str) -> None:
    books = Books("Pro")
    to_undeposited_funds(books)
    node: Any = (
        paid(books, "30.00") if kind == "SalesReceipt" else ordered(books, transaction("1", books.at(0), "40.00"))
    )
    books.night(node, paid(books, "12.00", 10))
    (entry,) = [one for one in books.job.preparation.entries() if one.kind == kind and one.title == "#9" and one.txn_id]
    deposit(books, entry.txn_id)
    undo_everything(books.job)
    kept = {one.title: one for one in books.job.preparation.entries()}
    assert kept["#9"].state is EntryState.READ_BACK, kept["#9"].state
    assert kept["#9"].undo
    assert kept["#10"].state is EntryState.REPOST
    assert {one.kind for one in books.job.company.transactions()} == {kind, "Deposit"}
