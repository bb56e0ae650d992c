"""Purchases: in all modes, read in any pieces and with modes changed in between, the books are what arrived."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.accounting.documents import Draft
from connector.accounting.effects import Effect, add, balanced, document_total, effect_of_document
from connector.accounting.policy import ACCOUNT_KEYS, Mode, Policy, ReceiveAs
from connector.accounting.purchase_documents import (
    Bill,
    ExpenseLine,
    ItemLine,
    ItemReceipt,
    PurchaseOrder,
    VendorCredit,
)
from connector.accounting.purchases import Booking, effect_of_part, purchase_documents
from connector.ledger.facts import ZERO, Product
from connector.ledger.purchases import (
    Arrived,
    Charge,
    ChargeKind,
    Purchase,
    PurchaseLine,
    PurchaseState,
    cost_of,
    due,
)

DAY = date(2026, 11, 2)
ACCOUNTS = {key: key for key in ACCOUNT_KEYS}
DETAILED = Policy(ACCOUNTS, vendor=Mode.DETAILED, purchase_orders=True)
SUMMARY = replace(DETAILED, vendor=Mode.SUMMARY)
POLICIES = [
    Policy(ACCOUNTS, inventory=inventory, vendor=vendor, receive_as=receive_as, purchase_orders=orders)
    for inventory in Mode
    for vendor in Mode
    for receive_as in ReceiveAs
    for orders in (True, False)
]
SHIRT = Product("gid://shopify/ProductVariant/1", "SH-1", "Shirt", "Blue")
MUG = Product("gid://shopify/ProductVariant/2", "MUG", "Mug")


def purchase(*lines: PurchaseLine, **more: object) -> Purchase:
    usual = PurchaseLine("l1", "i1", "SH-1", "Shirt", 10, Decimal("9.50"), "Blue", product=SHIRT)
    made = Purchase(
        "po1", "shopify", "#PO1", "Acme Apparel", "USD", DAY, PurchaseState.ORDERED, lines or (usual,), DAY, home="USD"
    )
    return due(replace(made, **more))  # type: ignore[arg-type]


def arrived(units: int, line: str = "l1", day: date = DAY) -> Arrived:
    return Arrived(f"shipment-{line}", line, units, day)


class Bookkeeping:
    """What sync does with a purchase: readings, and documents of what nothing carries yet."""

    def __init__(self) -> None:
        self.purchase: Purchase | None = None
        self.claims: dict[str, str] = {}
        self.drafts: list[Draft] = []
        self.problem = ""

    def read(self, newer: Purchase) -> None:
        self.purchase = self.purchase.updated(newer) if self.purchase else newer

    def book(self, policy: Policy) -> list[Draft]:
        assert self.purchase
        order = self.claims.get(self.purchase.id, "")
        made, problem = purchase_documents(
            Booking(
                purchase=self.purchase,
                open_parts=frozenset(self.purchase.claimable) - self.claims.keys(),
                numbers=frozenset(int(key.rpartition("|")[2]) for key in self.claims.values()),
                purchase_order=order if order.startswith("PurchaseOrder|") else "",
                policy=policy,
                ref_number=lambda number: f"PO1-{number}",
                key=lambda kind, number: f"{kind}|{number}",
            )
        )
        for draft in made:
            for part in draft.facts:
                assert part not in self.claims, "a fact is in two documents"
                self.claims[part] = draft.key
        self.drafts += made
        self.problem = problem.reason if problem else ""
        return list(made)

    def facts(self, parts: set[str] | None = None) -> Effect:
        assert self.purchase
        total: Effect = {}
        for part in self.purchase.claimable if parts is None else parts:
            total = add(total, effect_of_part(self.purchase, part))
        return total

    def documents(self) -> Effect:
        total: Effect = {}
        for draft in self.drafts:
            assert draft.effect == effect_of_document(draft.document)
            assert balanced(draft.effect)
            total = add(total, draft.effect)
        return total


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[Purchase, Policy]]:
    """Readings of one purchase, each with the policy it is booked by."""
    costs = draw(st.lists(st.decimals("0.00", "99.999", places=3), min_size=1, max_size=3))
    lines = tuple(
        PurchaseLine(f"l{n}", f"i{n}", f"S{n}", f"Thing {n}", draw(st.integers(1, 30)), cost, product=product)
        for n, (cost, product) in enumerate(zip(costs, (SHIRT, MUG, SHIRT), strict=False))
    )
    tax = draw(st.sampled_from((None, Decimal("8.875"))))
    lines = tuple(replace(line, tax_percent=tax) for line in lines)
    found = []
    seen = DAY
    for _ in range(draw(st.integers(1, 5))):
        seen += timedelta(days=draw(st.integers(0, 3)))
        came = tuple(
            arrived(draw(st.integers(0, 35)), line.id, min(DAY + timedelta(days=draw(st.integers(0, 4))), seen))
            for line in lines
        )
        charges = tuple(
            Charge(kind, draw(st.decimals(low, high, places=2)))
            for kind, low, high in (
                (ChargeKind.FREIGHT, "0.00", "50.00"),
                (ChargeKind.DISCOUNT, "-80.00", "0.00"),
                (ChargeKind.ADJUSTMENT, "-9.00", "9.00"),
            )
            if draw(st.booleans())
        )
        read = purchase(*lines, arrived=came, stated_charges=charges, seen_on=seen)
        found.append((read, draw(st.sampled_from(POLICIES))))
    return found


@settings(max_examples=400)
@given(histories())
def test_the_documents_are_what_arrived_and_what_came_on_top_of_it(history: list[tuple[Purchase, Policy]]) -> None:
    books = Bookkeeping()
    for read, policy in history:
        books.read(read)
        books.book(policy)
        assert books.problem == ""
        assert books.documents() == books.facts()
        assert books.book(policy) == []
    assert books.purchase
    open_ = set(books.purchase.claimable) - books.claims.keys()
    assert open_ <= {books.purchase.id}, "only an order of which nothing has come waits"
    numbers = [draft.document.ref_number for draft in books.drafts]
    assert len(numbers) == len(set(numbers))
    assert len([d for d in books.drafts if isinstance(d.document, PurchaseOrder)]) <= 1
    assert all(document_total(draft.document) >= ZERO for draft in books.drafts)


@settings(max_examples=200)
@given(histories())
def test_stock_moves_by_what_arrived_where_quickbooks_keeps_it(history: list[tuple[Purchase, Policy]]) -> None:
    books = Bookkeeping()
    policy = history[0][1]
    policy = replace(policy, inventory=Mode.DETAILED)
    for read, _ in history:
        books.read(read)
        books.book(policy)
    assert books.purchase
    moved: dict[str, Decimal] = {}
    for draft in books.drafts:
        sign = -1 if isinstance(draft.document, VendorCredit) else 1
        for line in draft.document.lines if not isinstance(draft.document, PurchaseOrder) else ():
            if isinstance(line, ItemLine):
                moved[line.item.key] = moved.get(line.item.key, ZERO) + sign * line.quantity
    came: dict[str, Decimal] = {}
    for receipt in books.purchase.receipts:
        for one in receipt.lines:
            key = "variant:1" if one.line in ("l0", "l2") else "variant:2"
            came[key] = came.get(key, ZERO) + one.quantity
    assert {key: units for key, units in moved.items() if units} == {key: units for key, units in came.items() if units}


def test_what_is_ordered_is_a_purchase_order_and_each_arrival_a_bill_of_its_day() -> None:
    books = Bookkeeping()
    books.read(purchase())
    (order,) = books.book(DETAILED)
    assert isinstance(order.document, PurchaseOrder)
    assert order.document.vendor.name == "Acme Apparel"
    assert [(line.quantity, line.amount) for line in order.document.lines] == [(10, Decimal("95.00"))]
    later = DAY + timedelta(days=3)
    books.read(purchase(arrived=(arrived(4, day=later),), seen_on=later))
    (bill,) = books.book(DETAILED)
    assert isinstance(bill.document, Bill)
    assert (bill.document.day, bill.document.purchase_order, bill.after) == (later, order.key, (order.key,))
    (line,) = bill.document.items
    assert (line.ordered, line.so_far, line.quantity, line.amount) == ("l1", 4, 4, Decimal("38.00"))
    assert line.item.key == "variant:1"


def test_a_purchase_that_came_whole_before_it_was_seen_needs_no_purchase_order() -> None:
    books = Bookkeeping()
    books.read(purchase(arrived=(arrived(10),)))
    (bill,) = books.book(DETAILED)
    assert isinstance(bill.document, Bill)
    assert bill.document.purchase_order == ""
    assert set(bill.facts) == {"po1", "po1#receipt1"}


@pytest.mark.parametrize("policy", [SUMMARY, replace(DETAILED, purchase_orders=False)], ids=["summary", "switched-off"])
def test_without_purchase_orders_the_order_waits_for_its_first_bill(policy: Policy) -> None:
    books = Bookkeeping()
    books.read(purchase())
    assert books.book(policy) == []
    assert books.problem == ""
    books.read(purchase(arrived=(arrived(4),)))
    (bill,) = books.book(policy)
    assert set(bill.facts) == {"po1", "po1#receipt1"}
    # Detailed from now on: what was ordered is not shown a second time.
    books.read(purchase(arrived=(arrived(7),)))
    (second,) = books.book(DETAILED)
    assert isinstance(second.document, Bill)
    assert second.document.purchase_order == ""


def test_a_purchase_with_a_purchase_order_goes_on_with_its_vendor() -> None:
    books = Bookkeeping()
    books.read(purchase())
    books.book(DETAILED)
    books.read(purchase(arrived=(arrived(4),)))
    (bill,) = books.book(replace(SUMMARY, inventory=Mode.SUMMARY))
    assert isinstance(bill.document, Bill)
    assert bill.document.vendor.name == "Acme Apparel"


def test_the_summary_has_one_vendor_and_one_amount_with_order_and_supplier_in_the_memo() -> None:
    books = Bookkeeping()
    books.read(purchase(arrived=(arrived(4),), invoice_number="INV-7"))
    (bill,) = books.book(replace(SUMMARY, inventory=Mode.SUMMARY))
    assert isinstance(bill.document, Bill)
    assert bill.document.vendor.name == "Shopify Vendor"
    assert bill.document.memo == "Shopify purchase order #PO1, Acme Apparel, invoice INV-7"
    assert bill.document.lines == (ExpenseLine("inventory_asset", Decimal("38.00"), "purchases", "4 units received"),)


def test_goods_are_item_receipts_by_the_setting_and_other_charges_stay_bills() -> None:
    policy = replace(DETAILED, receive_as=ReceiveAs.ITEM_RECEIPT)
    books = Bookkeeping()
    books.read(purchase(arrived=(arrived(10),)))
    (receipt,) = books.book(policy)
    assert isinstance(receipt.document, ItemReceipt)
    later = DAY + timedelta(days=5)
    freight = (Charge(ChargeKind.FREIGHT, Decimal("12.00")),)
    books.read(purchase(arrived=(arrived(10),), stated_charges=freight, seen_on=later))
    (bill,) = books.book(policy)
    assert isinstance(bill.document, Bill)
    assert bill.document.lines == (ExpenseLine("freight_in", Decimal("12.00"), "freight_in", "Freight"),)


def test_what_goes_back_is_a_vendor_credit() -> None:
    books = Bookkeeping()
    books.read(purchase(arrived=(arrived(10),)))
    books.book(DETAILED)
    later = DAY + timedelta(days=2)
    books.read(purchase(arrived=(arrived(8),), seen_on=later))
    (credit,) = books.book(DETAILED)
    assert isinstance(credit.document, VendorCredit)
    assert (credit.document.day, document_total(credit.document)) == (later, Decimal("19.00"))
    assert credit.effect == {"purchases": Decimal("-19.00"), "accounts_payable": Decimal("19.00")}


def test_what_came_whole_needs_no_purchase_order_when_its_shipments_can_not_be_seen_any_more() -> None:
    books = Bookkeeping()
    books.read(purchase(arrived=(arrived(10),)))
    books.read(purchase())
    (bill,) = books.book(DETAILED)
    assert isinstance(bill.document, Bill)
    assert books.documents() == books.facts()


def test_two_shipments_of_a_day_receive_a_line_of_the_order_once() -> None:
    books = Bookkeeping()
    books.read(purchase())
    books.book(DETAILED)
    shipments = [Arrived(f"s{n}", "l1", units, DAY) for n, units in enumerate((4, 3, 5))]
    books.read(purchase(arrived=tuple(shipments)))
    (bill,) = books.book(DETAILED)
    assert isinstance(bill.document, Bill)
    lines = [(line.ordered, line.quantity, line.so_far, line.amount) for line in bill.document.items]
    # The third shipment is beyond what was ordered: it is a line of its own, which no order has.
    assert lines == [("l1", 7, 7, Decimal("66.50")), ("l1", 5, 12, Decimal("47.50"))]
    assert books.documents() == books.facts()


def test_what_comes_again_after_it_went_back_is_not_received_of_the_order_twice() -> None:
    books = Bookkeeping()
    books.read(purchase())
    books.book(DETAILED)
    for days, units in enumerate((10, 8, 10)):
        books.read(purchase(arrived=(arrived(units),), seen_on=DAY + timedelta(days=days)))
        (made,) = books.book(DETAILED)
    assert isinstance(made.document, Bill)
    (line,) = made.document.items
    assert (line.quantity, line.so_far) == (2, 12)


def test_what_waits_for_the_cost_of_one_line_waits_with_the_others_amount() -> None:
    without = PurchaseLine("l2", "i2", "MUG", "Mug", 5, None, product=MUG)
    usual = purchase().lines[0]
    found = purchase(usual, without, arrived=(arrived(10), arrived(5, "l2")))
    parts = frozenset(found.claimable)
    booking = Booking(found, parts, frozenset(), "", SUMMARY, str, lambda kind, number: f"{kind}|{number}")
    made, problem = purchase_documents(booking)
    assert made == () and problem is not None
    assert problem.amount == Decimal("95.00")


def test_freight_without_an_account_holds_its_bill_and_nothing_else() -> None:
    accounts = {key: name for key, name in ACCOUNTS.items() if key != "freight_in"}
    policy = replace(DETAILED, accounts=accounts)
    books = Bookkeeping()
    freight = (Charge(ChargeKind.FREIGHT, Decimal("12.00")),)
    later = DAY + timedelta(days=1)
    both = (arrived(4), Arrived("second", "l1", 3, later))
    books.read(purchase(arrived=both, stated_charges=freight, seen_on=later))
    made = books.book(policy)
    assert [type(draft.document) for draft in made] == [PurchaseOrder, Bill]
    assert made[1].document.day == later
    assert books.problem == "#PO1: no QuickBooks account is chosen for freight in"
    (held,) = books.book(DETAILED)
    assert held.document.day == DAY
    assert books.documents() == books.facts()


def test_goods_without_a_cost_wait_until_it_is_entered() -> None:
    without = PurchaseLine("l1", "i1", "SH-1", "Shirt", 10, None, product=SHIRT)
    books = Bookkeeping()
    books.read(purchase(without, arrived=(arrived(10),)))
    assert books.book(DETAILED) == []
    assert books.problem == "#PO1: no cost is known of 10 × SH-1; enter it, then sync again"
    assert books.facts() == {}
    books.read(purchase(replace(without, unit_cost=Decimal("2.00")), arrived=(arrived(10),)))
    (bill,) = books.book(DETAILED)
    assert document_total(bill.document) == Decimal("20.00")
    assert books.documents() == books.facts()


def test_a_line_that_is_no_product_of_the_shops_waits_where_stock_is_kept() -> None:
    unknown = PurchaseLine("l1", "i1", "NOPE", "Boxes", 10, Decimal("1.00"))
    books = Bookkeeping()
    books.read(purchase(unknown, arrived=(arrived(10),)))
    assert books.book(DETAILED) == []
    assert books.problem == "#PO1: the shop has no product (or more than one) for NOPE Boxes"
    (bill,) = books.book(replace(DETAILED, inventory=Mode.SUMMARY))
    assert document_total(bill.document) == Decimal("10.00")


def test_another_currency_is_held_with_its_amount_in_words() -> None:
    books = Bookkeeping()
    books.read(purchase(currency="EUR"))
    assert books.book(DETAILED) == []
    assert books.problem == ""
    books.read(purchase(currency="EUR", arrived=(arrived(10),)))
    assert books.book(DETAILED) == []
    assert books.problem.startswith("#PO1: Acme Apparel is owed EUR 95.00, and the books are in USD.")
    assert books.facts() == {}


def test_a_due_day_before_the_bill_is_left_out() -> None:
    books = Bookkeeping()
    books.read(purchase(arrived=(arrived(10),), due_day=DAY + timedelta(days=30)))
    (bill,) = books.book(DETAILED)
    assert isinstance(bill.document, Bill)
    assert bill.document.due_day == DAY + timedelta(days=30)
    late = Bookkeeping()
    late.read(purchase(arrived=(arrived(10),), due_day=DAY - timedelta(days=1)))
    (bill,) = late.book(DETAILED)
    assert isinstance(bill.document, Bill)
    assert bill.document.due_day is None


def test_costs_add_up_over_parts() -> None:
    line = PurchaseLine("l1", "i1", "SH-1", "Shirt", 3, Decimal("0.333"), product=SHIRT)
    books = Bookkeeping()
    for units in (1, 2, 3):
        books.read(purchase(line, arrived=(arrived(units),), seen_on=DAY + timedelta(days=units)))
        books.book(SUMMARY)
    assert books.facts()["purchases"] == cost_of(line, 3)
