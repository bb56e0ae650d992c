"""Purchases in QuickBooks: goods are received of their Purchase Order's lines, and without it where that can't be."""

from __future__ import annotations

from decimal import Decimal

import pytest

from connector.accounting.records import PostedLine, PostedRecord
from connector.outbox import ordered
from connector.outbox.entries import EntryState
from connector.outbox.repository import move_write
from connector.sync import undo
from infra.local.company.registers import Posted
from infra.local.web_connector import Fault
from tests.fakes.office import DAY, SHOP, Office
from tests.fakes.purchasing import VENDOR, bill, goods, purchase, purchase_order, vendor_credit


@pytest.fixture
def office() -> Office:
    office = Office()
    office.update()
    return office


def of_kind(office: Office, kind: str) -> list[Posted]:
    return office.company.transactions(kind)


def received(office: Office) -> list[str]:
    """How many of each line of the Purchase Order have come, by the company's own record of it."""
    (order,) = of_kind(office, "PurchaseOrder")
    filled = office.company.store.rows(
        "SELECT line, sum(quantity) FROM filled WHERE ordered = ? GROUP BY line", (order.txn_id,)
    )
    units = dict(filled)
    return [f"{units.get(line['TxnLineID'], 0) / 100000:g}" for _, line in order.body["lines"]]


def run_until_quiet(office: Office) -> None:
    for _ in range(15):
        office.pass_time(hours=1)
        office.update()
        if not {"UNDO", "UNDO_SENT", "DELETED", "POSTED", "READY"} & office.states().keys():
            return
    raise AssertionError(office.states())


def test_goods_are_received_of_the_purchase_order_line_by_line(office: Office) -> None:
    office.add(purchase(1))
    office.update()
    assert office.states() == {"READ_BACK": 4}
    assert received(office) == ["10", "10"]
    assert office.ties_out()
    assert office.columns()["quickbooks"]["accounts_payable"] == Decimal("-190.50")


def test_a_bill_stands_on_the_stock_its_charges_and_accounts_payable(office: Office) -> None:
    office.add([purchase_order(1), bill(1)])
    office.update()
    (posted,) = of_kind(office, "Bill")
    sums: dict[str, Decimal] = {}
    for account, amount in posted.postings:
        sums[account] = sums.get(account, Decimal(0)) + amount
    assert sums == {
        "Inventory Asset": Decimal("76.00"),
        "Freight In": Decimal("5.00"),
        "Accounts Payable": Decimal("-81.00"),
    }
    assert posted.name == "Acme Apparel"


def test_a_bill_waits_until_its_purchase_order_is_read_back_and_not_for_ever(office: Office) -> None:
    order, goods_came = purchase_order(1), bill(1)
    office.add([order, goods_came])
    entry = office.entry(order)
    office.table.transact([move_write(entry, EntryState.IGNORED, reason="Not wanted.")])
    office.update()
    assert office.entry(goods_came).state is EntryState.READ_BACK
    assert of_kind(office, "PurchaseOrder") == []
    (posted,) = of_kind(office, "Bill")
    assert [line["ItemRef"]["FullName"] for tag, line in posted.body["lines"] if tag == "ItemLineRet"] == [
        "SKU-1",
        "SKU-6",
    ]


def test_more_than_was_ordered_is_received_without_the_order(office: Office) -> None:
    office.add([purchase_order(1, units=3), bill(1, units=4, so_far=4)])
    office.update()
    assert office.states() == {"READ_BACK": 2}
    assert received(office) == ["0", "0"]
    assert office.ties_out()


def test_a_lost_answer_to_a_bill_posts_it_once(office: Office) -> None:
    office.add(purchase(1))
    for number in range(1, 12):
        office.update(faults={number: Fault.LOSE_CALL})
        office.pass_time(minutes=20)
    run_until_quiet(office)
    assert office.states() == {"READ_BACK": 4}
    assert len(office.company.transactions()) == 4
    assert received(office) == ["10", "10"]


def lines_of(*lines: PostedLine, closed: bool = False) -> tuple[str, ...]:
    order = purchase_order(1).document
    record = PostedRecord("PurchaseOrder", "1-1", "1", "PO1", "", DAY, Decimal("190.00"), lines, closed=closed)
    return ordered.lines_of(order, record, lambda ref: {goods(1).key: "A", goods(6).key: "B"}[ref.key])


def test_lines_that_somebody_changed_in_quickbooks_are_not_received_against() -> None:
    first = PostedLine("A", "SKU-1", Decimal("95.00"), quantity=Decimal(10), line_id="L1")
    second = PostedLine("B", "SKU-6", Decimal("95.00"), quantity=Decimal(10), line_id="L2")
    assert lines_of(first, second) == ("L1", "L2")
    assert lines_of(first, second, closed=True) == ()
    assert lines_of(second, first) == ()
    assert lines_of(first) == ()
    assert lines_of(first, PostedLine("B", "SKU-6", Decimal("9.50"), quantity=Decimal(1), line_id="L2")) == ()


def test_an_item_receipt_that_became_a_bill_in_quickbooks_is_still_there(office: Office) -> None:
    office.add([purchase_order(1), bill(1, receipt=True)])
    office.update()
    (receipt,) = of_kind(office, "ItemReceipt")
    db = office.company.store.db
    body = office.company.store.txn(receipt.txn_id)
    assert body is not None
    db.execute("UPDATE txn SET kind = 'Bill', modified = modified + 3600 WHERE txn_id = ?", (receipt.txn_id,))
    db.execute("UPDATE txn SET body = replace(body, 'TotalAmount', 'AmountDue') WHERE txn_id = ?", (receipt.txn_id,))
    office.pass_time(hours=8)
    office.update()
    entry = office.entry(bill(1, receipt=True))
    assert (entry.state, entry.reason) == (EntryState.READ_BACK, "")
    assert office.ties_out()
    # It is somebody's bill now: an undo leaves it, and the order it was received of.
    undo.start(
        office.table, SHOP, undo.judge(office.table, SHOP, office.entries(EntryState.READ_BACK), None), repost=False
    )
    run_until_quiet(office)
    assert office.entry(bill(1, receipt=True)).undo == "A bill was made of it in QuickBooks."
    assert len(of_kind(office, "Bill")) == 1


def test_an_undo_takes_back_the_bills_and_then_their_order(office: Office) -> None:
    office.add(purchase(1))
    office.update()
    undo.start(
        office.table, SHOP, undo.judge(office.table, SHOP, office.entries(EntryState.READ_BACK), None), repost=False
    )
    run_until_quiet(office)
    assert office.states() == {"UNDONE": 4}
    assert office.company.transactions() == []


def test_vendors_share_their_names_with_customers(office: Office) -> None:
    office.add([vendor_credit(1)])
    request = (
        '<?xml version="1.0"?><?qbxml version="13.0"?><QBXML><QBXMLMsgsRq onError="continueOnError">'
        f"<CustomerAddRq><CustomerAdd><Name>{VENDOR.name}</Name></CustomerAdd></CustomerAddRq></QBXMLMsgsRq></QBXML>"
    )
    office.company.process(request)
    office.update()
    (credit,) = of_kind(office, "VendorCredit")
    assert credit.name.startswith("Acme Apparel #")
    assert office.ties_out()
