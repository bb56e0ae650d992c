"""Orders that are neither sent nor all paid, through to QuickBooks: shown, taken deposits for, invoiced or closed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from infra.local.company import Company
from infra.local.shop import build_world
from infra.local.web_connector import Run
from tests.fakes.main_job import MainJob
from tests.fakes.nodes import ListedOrders, Node, agreement, order, sale, transaction

BUYER = {"id": "gid://shopify/Customer/7001", "legacyResourceId": "7001", "displayName": "Jane Doe"}
TERMS = {"paymentTermsName": "Net 30", "paymentTermsType": "NET", "dueInDays": 30}


class Books:
    """A shop with hand-made orders, its company, and the nights between them."""

    def __init__(self, edition: str = "Premier") -> None:
        self.job = MainJob(build_world(days=6, orders_per_day=1), "detailed")
        self.job.preparation.context = None  # hand-made orders are all there is: no payouts, cards or cash of the world
        self.company: Company = self.job.company
        self.company.set(edition=edition)
        self.job.now += timedelta(hours=13)  # the lists and the profile are read again then
        self.job.update()
        self.nights = 0

    def at(self, day: int, hour: int = 15) -> str:
        return f"{self.job.world.days[day].isoformat()}T{hour:02d}:00:00Z"

    def night(self, *nodes: Node) -> Run:
        self.job.now = self.job.night_after(self.nights)
        self.nights += 1
        self.job.preparation.source = ListedOrders(*nodes)
        self.job.preparation.sync(self.job.now)
        return self.job.update()

    def differences(self) -> dict[str, str]:
        return self.job.preparation.differences()

    def kinds(self) -> list[tuple[str, str]]:
        entries = sorted(self.job.preparation.entries(), key=lambda e: e.order_by)
        return [(e.kind, e.state.value) for e in entries]

    def forms(self, kind: str) -> list[Any]:
        return self.company.store.txns("kind = ?", (kind,))


def ordered(books: Books, *transactions: Node, fulfilled: bool = False, updated: int = 0, **more: Any) -> Node:
    placed = agreement("9", books.at(0), sale("9", "100.00", quantity=2), sale("10", "8.00", line_type="SHIPPING"))
    return order(
        9,
        [placed, *more.pop("agreements", ())],
        transactions,
        fulfilled=fulfilled,
        updated=books.at(updated, 16),
        **{"customer": BUYER, **more},
    )


def test_an_order_becomes_a_sales_order_takes_a_deposit_and_is_invoiced_less_the_deposit() -> None:
    books = Books()
    business = {"poNumber": "PO-77", "paymentTerms": TERMS}
    books.night(ordered(books, **business))
    assert books.kinds() == [("SalesOrder", "READ_BACK")]
    assert books.differences() == {"not_yet_posted": "108.00"}
    deposit = transaction("1", books.at(1), "40.00")
    books.night(ordered(books, deposit, updated=1, **business))
    assert books.kinds()[1:] == [("ReceivePayment", "READ_BACK")]
    assert books.differences() == {"not_yet_posted": "108.00"}
    books.night(ordered(books, deposit, updated=2, fulfilled=True, **business))
    assert books.kinds() == [
        ("SalesOrder", "READ_BACK"),
        ("Invoice", "READ_BACK"),
        ("ReceivePayment", "READ_BACK"),
    ]
    assert books.differences() == {}
    (invoice,) = books.forms("Invoice")
    (placed,) = books.forms("SalesOrder")
    assert invoice.body["PONumber"] == placed.body["PONumber"] == "PO-77"
    assert invoice.body["TermsRef"]["FullName"] == "Net 30"
    assert invoice.body["DueDate"] == (books.job.world.days[0] + timedelta(days=30)).isoformat()
    made_of = books.company.store.rows("SELECT DISTINCT ordered FROM filled WHERE owner = ?", (invoice.txn_id,))
    assert [txn_id for (txn_id,) in made_of] == [placed.txn_id]
    credits_ = books.company.store.rows("SELECT cents FROM settlement WHERE debit = ?", (invoice.txn_id,))
    assert [cents for (cents,) in credits_] == [4000]
    rest = transaction("2", books.at(3), "68.00")
    books.night(ordered(books, deposit, rest, updated=3, fulfilled=True, **business))
    assert books.differences() == {}
    assert books.job.preparation.report()["open"] == []


def test_an_order_cancelled_before_payment_closes_its_sales_order() -> None:
    books = Books()
    books.night(ordered(books))
    back = agreement("11", books.at(1), sale("11", "-108.00", action="RETURN", quantity=-2), refund="5")
    cancelled = {"agreements": [back], "cancelledAt": books.at(1)}
    books.night(ordered(books, updated=1, **cancelled))
    assert books.kinds() == [("SalesOrder", "READ_BACK"), ("SalesOrderClosing", "READ_BACK")]
    assert books.forms("SalesOrder")[0].body["IsManuallyClosed"] == "true"
    assert books.differences() == {}


def test_an_order_that_is_paid_before_it_is_sent_is_invoiced_and_paid() -> None:
    books = Books()
    books.night(ordered(books))
    books.night(ordered(books, transaction("1", books.at(1), "108.00", kind="CAPTURE"), updated=1))
    assert [kind for kind, _ in books.kinds()] == ["SalesOrder", "Invoice", "ReceivePayment"]
    assert books.differences() == {}


def test_an_edited_order_has_its_sales_order_closed_and_another_made() -> None:
    books = Books()
    books.night(ordered(books))
    more = {"agreements": [agreement("12", books.at(1), sale("12", "20.00"))]}
    books.night(ordered(books, updated=1, **more))
    assert books.differences() == {"not_yet_posted": "128.00"}
    assert sorted(form.body.get("IsManuallyClosed", "false") for form in books.forms("SalesOrder")) == ["false", "true"]
    books.night(ordered(books, updated=2, fulfilled=True, **more))
    assert books.differences() == {}
    assert {form.body["IsManuallyClosed"] for form in books.forms("SalesOrder")} == {"true"}
    assert {state for _, state in books.kinds()} == {"READ_BACK"}


def test_quickbooks_pro_has_no_sales_orders_so_the_sale_waits_and_only_the_deposit_is_posted() -> None:
    books = Books("Pro")
    books.night(ordered(books, transaction("1", books.at(0, 17), "40.00"), updated=0))
    assert books.kinds() == [("ReceivePayment", "READ_BACK")]
    assert books.differences() == {"not_yet_posted": "108.00"}
    books.night(ordered(books, transaction("1", books.at(0, 17), "40.00"), updated=1, fulfilled=True))
    assert books.differences() == {}
    assert [kind for kind, _ in books.kinds()] == ["Invoice", "ReceivePayment"]


def test_an_invoice_does_not_wait_for_a_sales_order_that_quickbooks_refuses() -> None:
    books = Books()
    books.company.set(edition="Pro")  # unlike what the connector was told
    books.night(ordered(books))
    assert books.kinds() == [("SalesOrder", "HELD")]
    books.night(ordered(books, updated=1, fulfilled=True))
    assert ("Invoice", "READ_BACK") in books.kinds()
    assert books.differences() == {}


@pytest.mark.parametrize("lost", [0, 1])
def test_a_closing_whose_answer_was_lost_is_found_closed_and_not_sent_again(lost: int) -> None:
    """The company may have died before (0) or after (1) it was carried out."""
    books = Books()
    books.night(ordered(books))
    back = agreement("11", books.at(1), sale("11", "-108.00", action="RETURN", quantity=-2), refund="5")
    books.job.now = books.job.night_after(1)
    books.job.preparation.source = ListedOrders(ordered(books, updated=1, agreements=[back], cancelledAt=books.at(1)))
    books.job.preparation.sync(books.job.now)
    books.company.die_after(lost)
    books.job._web_connector.update()  # ends with what QuickBooks said when it died
    books.job.update()
    assert books.kinds()[1] == ("SalesOrderClosing", "READ_BACK")
    assert books.forms("SalesOrder")[0].body["IsManuallyClosed"] == "true"
