"""What a bookkeeper would expect to find in QuickBooks, told order by order."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import partial

import pytest

from connector.accounting.detailed import Outcome, detailed_documents
from connector.accounting.documents import (
    CreditCardRefund,
    CreditMemo,
    Draft,
    Invoice,
    ItemType,
    ReceivePayment,
    SalesReceipt,
)
from connector.accounting.effects import document_total
from connector.accounting.policy import Mode
from connector.ledger.facts import MoneyKind, SaleKind
from connector.quickbooks.names import reference
from tests.unit.accounting.shop_orders import POLICY, SHIRT, Story, day, money, part_of

WITHOUT_STOCK = replace(POLICY, inventory=Mode.SUMMARY)


def outcome_of(story: Story, policy=WITHOUT_STOCK) -> Outcome:
    return detailed_documents(story.facts(), frozenset(), policy, partial(reference, "1001"), {}, ())


def documents(story: Story, policy=WITHOUT_STOCK) -> list:
    outcome = outcome_of(story, policy)
    assert outcome.problem is None
    return [draft.document for draft in outcome.drafts]


def printed(document) -> dict[str, Decimal]:
    return {line.item.name: line.amount for line in document.lines}


def told(document) -> tuple[str, object, Decimal]:
    return type(document).__name__, document.day, document_total(document)


def test_paid_order_becomes_a_sales_receipt_to_the_tenders_account() -> None:
    story = Story().sell(0, "100.00", discount="10.00", tax="5.63").add(0, SaleKind.SHIPPING, "6.90")
    (receipt,) = documents(story.pay(0, "shopify_payments", "102.53"))
    assert told(receipt) == ("SalesReceipt", day(0), money("102.53"))
    assert (receipt.ref_number, receipt.memo) == ("1001", "Shopify order #1001")
    assert (receipt.deposit_to, receipt.total_bucket) == ("Clearing", "tender:shopify_payments")
    assert (receipt.customer.name, receipt.payment_method.name) == ("Jane Doe", "Shopify Payments")
    assert printed(receipt) == {
        "Shopify Sales": money("100.00"),
        "Shopify Shipping": money("6.90"),
        "Shopify Discount": money("-10.00"),
        "Shopify State Tax 6.25%": money("4.50"),
        "Shopify City Tax 1%": money("1.13"),
    }


def test_split_tenders_are_lines_and_the_main_tender_gets_the_total() -> None:
    story = Story(fulfilled=False).sell(0, "80.00")
    story.pay(0, "gift_card", "30.00").pay(0, "shopify_payments", "45.00").pay(0, "cash", "5.00")
    (receipt,) = documents(story)
    assert document_total(receipt) == money("45.00")
    assert receipt.total_bucket == "tender:shopify_payments"
    assert printed(receipt) == {
        "Shopify Sales": money("80.00"),
        "Shopify Gift Card Redeemed": money("-30.00"),
        "Tender Cash": money("-5.00"),
    }
    accounts = {line.item.name: line.item.item.account for line in receipt.lines}
    assert accounts["Shopify Gift Card Redeemed"] == "Gift Cards"
    assert accounts["Tender Cash"] == "Cash on Hand"


def test_order_paid_by_gift_card_alone_is_a_receipt_of_nothing_that_lowers_the_liability() -> None:
    (receipt,) = documents(Story().sell(0, "20.00").pay(0, "gift_card", "20.00"))
    assert document_total(receipt) == money("0.00")
    assert receipt.payment_method is None
    assert outcome_of(Story().sell(0, "20.00").pay(0, "gift_card", "20.00")).drafts[0].effect == {
        "sales": money("20.00"),
        "gift_cards_redeemed": money("20.00"),
    }


def test_cash_with_change_and_rounding_is_what_stayed_in_the_drawer() -> None:
    story = Story().sell(0, "14.38").pay(0, "cash", "20.02", "-0.02").pay(0, "cash", "5.64", kind=MoneyKind.CHANGE)
    (receipt,) = documents(story)
    assert document_total(receipt) == money("14.36")
    assert receipt.deposit_to == "Cash on Hand"
    assert printed(receipt)["Shopify Cash Rounding"] == money("-0.02")


def test_gift_card_sold_tips_and_duties_are_liabilities_on_their_own_accounts() -> None:
    story = Story().sell(0, "50.00", kind=SaleKind.GIFT_CARD)
    story.add(0, SaleKind.TIP, "3.00").add(0, SaleKind.DUTY, "7.00").add(0, SaleKind.FEE, "2.00")
    (receipt,) = documents(story.pay(0, "paypal", "62.00"))
    accounts = {line.item.name: line.item.item.account for line in receipt.lines}
    assert accounts == {
        "Shopify Gift Card": "Gift Cards",
        "Shopify Tip": "Tips",
        "Shopify Duties": "Duties",
        "Shopify Additional Fee": "Additional Fees",
    }


def test_tax_the_marketplace_remits_is_not_our_liability() -> None:
    story = Story().sell(0, "100.00", tax="5.00", channel_liable=True).pay(0, "marketplace", "105.00")
    (draft,) = outcome_of(story).drafts
    accounts = {line.item.name: line.item.item.account for line in draft.document.lines}
    assert accounts["Channel State Tax 6.25%"] == "Clearing"
    assert "tax:State Tax 6.25%" not in draft.effect


def test_order_of_nothing_still_has_its_receipt() -> None:
    (receipt,) = documents(Story(fulfilled=False).sell(0, "25.00", discount="25.00"))
    assert told(receipt) == ("SalesReceipt", day(0), money("0.00"))


def test_order_with_250_lines_is_one_receipt() -> None:
    (receipt,) = documents(Story().sell(0, *["1.01"] * 250).pay(0, "cash", "252.50"))
    assert len(receipt.lines) == 250
    assert document_total(receipt) == money("252.50")


def test_capture_on_the_next_day_is_an_invoice_and_a_payment_on_its_own_day() -> None:
    story = Story(fulfilled=False).sell(0, "50.00").pay(1, "shopify_payments", "50.00", kind=MoneyKind.CAPTURE)
    invoice, payment = documents(story)
    assert told(invoice) == ("Invoice", day(0), money("50.00"))
    assert told(payment) == ("ReceivePayment", day(1), money("50.00"))
    assert (payment.invoice, payment.applied, payment.deposit_to) == ("Invoice:1001:1", money("50.00"), "Clearing")
    assert (invoice.ref_number, payment.ref_number) == ("1001", "1001-P1")
    assert outcome_of(story).open_documents == ()


def test_partly_paid_order_is_an_invoice_with_a_payment() -> None:
    story = Story().sell(0, "50.00").pay(0, "paypal", "20.00")
    invoice, payment = documents(story)
    assert (told(invoice), told(payment)) == (
        ("Invoice", day(0), money("50.00")),
        ("ReceivePayment", day(0), money("20.00")),
    )
    (left,) = outcome_of(story).open_documents
    assert (left.kind, left.open) == ("Invoice", money("30.00"))


def test_gift_card_part_of_an_unpaid_order_is_a_line_of_its_invoice() -> None:
    (invoice,) = documents(Story().sell(0, "50.00").pay(0, "gift_card", "20.00"))
    assert told(invoice) == ("Invoice", day(0), money("30.00"))
    assert printed(invoice)["Shopify Gift Card Redeemed"] == money("-20.00")


def test_unpaid_but_fulfilled_order_is_an_invoice() -> None:
    (invoice,) = documents(Story(fulfilled=True).sell(0, "50.00"))
    assert told(invoice) == ("Invoice", day(0), money("50.00"))


def test_unpaid_unfulfilled_order_waits_without_a_problem() -> None:
    outcome = outcome_of(Story(fulfilled=False).sell(0, "50.00"))
    assert (outcome.drafts, outcome.problem) == ((), None)


def test_order_cancelled_before_payment_stays_unposted_on_both_days() -> None:
    story = Story(fulfilled=False, cancelled=True).sell(0, "50.00").give_back(2, "50.00")
    assert outcome_of(story).drafts == ()


def test_an_order_held_until_fulfilment_is_posted_on_its_own_days_then() -> None:
    policy = replace(WITHOUT_STOCK, recognise="at_fulfilment")
    story = Story(fulfilled=False).sell(0, "50.00").pay(0, "paypal", "50.00")
    assert documents(story, policy) == []
    story.fulfilled = True
    (receipt,) = documents(story, policy)
    assert told(receipt) == ("SalesReceipt", day(0), money("50.00"))


def test_an_order_held_until_fulfilment_and_then_cancelled_is_posted() -> None:
    story = Story(fulfilled=False, cancelled=True).sell(0, "50.00").pay(0, "paypal", "50.00")
    story.give_back(1, "50.00", ("paypal", "50.00"))
    found = documents(story, replace(WITHOUT_STOCK, recognise="at_fulfilment"))
    assert [type(d) for d in found] == [SalesReceipt, CreditMemo, CreditCardRefund]


def test_partial_refund_on_a_later_day_becomes_a_credit_memo_on_its_own_day() -> None:
    story = Story().sell(0, "50.00", "30.00", tax="5.00").pay(0, "paypal", "85.00")
    story.give_back(3, "30.00", ("paypal", "31.50"), tax="1.50")
    receipt, memo, refund = documents(story)
    assert told(receipt) == ("SalesReceipt", day(0), money("85.00"))
    assert told(memo) == ("CreditMemo", day(3), money("31.50"))
    assert printed(memo) == {
        "Shopify Returns": money("30.00"),
        "Shopify State Tax 6.25%": money("1.20"),
        "Shopify City Tax 1%": money("0.30"),
    }
    assert told(refund) == ("CreditCardRefund", day(3), money("31.50"))
    assert (refund.refund_from, refund.credit_memo) == (
        "Paypal Clearing".replace("Paypal", "PayPal"),
        "CreditMemo:1001:1",
    )
    assert (memo.ref_number, refund.ref_number) == ("1001-R1", "1001-F1")
    assert outcome_of(story).open_documents == ()


def test_refund_to_two_tenders_is_one_credit_memo_and_a_refund_from_each_account() -> None:
    story = Story().sell(0, "50.00").pay(0, "shopify_payments", "25.00").pay(0, "cash", "25.00")
    story.give_back(0, "50.00", ("shopify_payments", "25.00"), ("cash", "25.00"))
    _receipt, memo, card, cash = documents(story)
    assert document_total(memo) == money("50.00")
    assert [(r.refund_from, r.amount) for r in (card, cash)] == [
        ("Clearing", money("25.00")),
        ("Cash on Hand", money("25.00")),
    ]


def test_refund_to_a_gift_card_is_a_line_of_the_credit_memo() -> None:
    story = Story().sell(0, "50.00").pay(0, "gift_card", "50.00").give_back(1, "20.00", ("gift_card", "20.00"))
    _, memo = documents(story)
    assert told(memo) == ("CreditMemo", day(1), money("0.00"))
    assert printed(memo) == {"Shopify Returns": money("20.00"), "Shopify Gift Card Redeemed": money("-20.00")}


def test_refund_to_store_credit_and_card_leaves_the_card_part_to_refund() -> None:
    story = Story().sell(0, "50.00").pay(0, "paypal", "50.00")
    story.give_back(1, "50.00", ("shopify_store_credit", "20.00"), ("paypal", "30.00"))
    _, memo, refund = documents(story)
    assert document_total(memo) == money("30.00")
    assert refund.amount == money("30.00")


def test_rounded_cash_refund_has_its_rounding_on_the_credit_memo() -> None:
    story = Story().sell(0, "9.98").pay(0, "cash", "9.98", "0.02").give_back(0, "9.98", ("cash", "9.98", "0.02"))
    _, memo, refund = documents(story)
    assert printed(memo) == {"Shopify Returns": money("9.98"), "Shopify Cash Rounding": money("0.02")}
    assert refund.amount == money("10.00")


def test_refund_of_money_without_goods_is_a_credit_memo_with_the_adjustment() -> None:
    story = Story().sell(0, "50.00").pay(0, "paypal", "50.00")
    story.give_back(2, "0", ("paypal", "0.75"), adjustment="-0.75")
    _, memo, refund = documents(story)
    assert printed(memo) == {"Shopify Refund Adjustment": money("0.75")}
    assert refund.amount == money("0.75")


def test_goods_back_today_and_their_money_tomorrow() -> None:
    story = Story().sell(0, "50.00").pay(0, "paypal", "50.00")
    story.give_back(1, "50.00", ("paypal", "50.00"), money_on=2)
    _, memo, refund = documents(story)
    assert (memo.day, refund.day) == (day(1), day(2))
    assert refund.credit_memo == "CreditMemo:1001:1"


def test_edit_paid_the_same_day_is_a_receipt_of_its_own() -> None:
    story = Story().sell(0, "50.00").pay(0, "paypal", "50.00")
    story.sell(2, "12.00", reason="ORDER_EDIT").pay(2, "paypal", "12.00")
    first, second = documents(story)
    assert [told(first), told(second)] == [
        ("SalesReceipt", day(0), money("50.00")),
        ("SalesReceipt", day(2), money("12.00")),
    ]
    assert second.ref_number == "1001-2"


def test_unpaid_edit_is_an_invoice_and_one_payment_settles_it_with_the_first() -> None:
    story = Story().sell(0, "50.00").sell(1, "12.00", reason="ORDER_EDIT").pay(2, "paypal", "62.00")
    first, second, payment = documents(story)
    assert [told(first), told(second)] == [
        ("Invoice", day(0), money("50.00")),
        ("Invoice", day(1), money("12.00")),
    ]
    assert (payment.invoice, payment.applied) == ("Invoice:1001:1", money("50.00"))
    assert [(part.document, part.amount) for part in payment.further] == [("Invoice:1001:2", money("12.00"))]


def test_exchange_for_something_dearer_is_a_receipt_of_the_difference() -> None:
    story = Story().sell(0, "50.00").pay(0, "paypal", "50.00")
    story.give_back(3, "50.00").sell(3, "70.00", reason="RETURN").pay(3, "paypal", "20.00")
    _, exchange = documents(story)
    assert told(exchange) == ("SalesReceipt", day(3), money("20.00"))
    assert printed(exchange) == {"Shopify Returns": money("-50.00"), "Shopify Sales": money("70.00")}


def test_overpayment_stays_on_the_customers_account() -> None:
    _invoice, payment = documents(Story().sell(0, "50.00").pay(1, "paypal", "55.00"))
    assert (payment.amount, payment.applied) == (money("55.00"), money("50.00"))


def test_rounding_of_cash_paid_later_is_on_account_so_that_the_invoice_is_settled() -> None:
    _invoice, rounding, payment = documents(Story().sell(0, "50.03").pay(1, "cash", "50.03", "0.02"))
    assert printed(rounding) == {"Shopify Cash Rounding": money("0.02")}
    assert payment.amount == money("50.05")
    assert payment.applied + payment.further[0].amount == payment.amount


def test_with_detailed_inventory_the_variant_is_a_stock_item_named_by_its_sku() -> None:
    (receipt,) = documents(Story().sell(0, "25.00").pay(0, "cash", "25.00"), POLICY)
    (line,) = receipt.lines
    assert (line.item.key, line.item.name, line.quantity) == ("variant:501", "SHIRT-M", Decimal(1))
    assert line.item.item.type is ItemType.INVENTORY
    assert (line.item.item.account, line.item.item.cogs_account, line.item.item.asset_account) == (
        "Sales Income",
        "Cost Of Goods Sold",
        "Inventory Asset",
    )
    assert (line.item.item.cost, line.item.item.barcode) == (SHIRT.unit_cost, SHIRT.barcode)


def test_returned_stock_comes_back_and_its_price_goes_to_the_refunds_account() -> None:
    story = Story().sell(0, "25.00").pay(0, "cash", "25.00").give_back(1, "25.00", ("cash", "25.00"))
    _, memo, _ = documents(story, POLICY)
    assert [(line.item.name, line.quantity, line.amount) for line in memo.lines] == [
        ("SHIRT-M", Decimal(1), money("0.00")),
        ("Shopify Returns", None, money("25.00")),
    ]
    assert memo.lines[1].item.item.account == "Refunds"
    assert all(line.bucket == "returns" for line in memo.lines)


def test_location_is_the_class_by_mapping_or_by_name() -> None:
    (receipt,) = documents(Story(location="1").sell(0, "10.00").pay(0, "cash", "10.00"))
    assert (receipt.location.key, receipt.location.name) == ("class:1", "Store 1")
    mapped = replace(WITHOUT_STOCK, classes={"Store 1": "Downtown"})
    (receipt,) = documents(Story(location="1").sell(0, "10.00").pay(0, "cash", "10.00"), mapped)
    assert receipt.location.name == "Downtown"


def test_walk_ins_share_one_customer() -> None:
    (receipt,) = documents(Story(customer=None).sell(0, "10.00").pay(0, "cash", "10.00"))
    assert (receipt.customer.key, receipt.customer.name) == ("customer:shopify", "Shopify Customer")


def test_a_payment_is_taken_on_the_invoices_customer_even_if_the_orders_was_erased_since() -> None:
    story = Story(fulfilled=True).sell(0, "50.00")
    first = outcome_of(story)
    claimed = frozenset(fact for draft in first.drafts for fact in draft.facts)
    story.pay(5, "paypal", "50.00").customer = None
    second = detailed_documents(
        story.facts(), claimed, WITHOUT_STOCK, partial(reference, "1001"), first.counters, first.open_documents
    )
    (payment,) = (draft.document for draft in second.drafts)
    assert payment.customer.key == "customer:7001"


def test_facts_before_the_start_date_are_left_to_the_old_books() -> None:
    policy = replace(WITHOUT_STOCK, start_date=day(2))
    story = Story().sell(0, "50.00").pay(0, "paypal", "50.00").give_back(3, "50.00", ("paypal", "50.00"))
    assert [type(d) for d in documents(story, policy)] == [CreditMemo, CreditCardRefund]


def test_sale_of_unknown_kind_is_an_exception_and_the_other_days_flow() -> None:
    story = Story().sell(0, "50.00").pay(0, "paypal", "50.00")
    story.sell(1, "10.00").add(1, SaleKind.UNKNOWN, "2.50").pay(1, "paypal", "12.50")
    story.give_back(2, "50.00", ("paypal", "50.00"))
    outcome = outcome_of(story)
    assert [told(draft.document) for draft in outcome.drafts] == [
        ("SalesReceipt", day(0), money("50.00")),
        ("CreditMemo", day(2), money("50.00")),
        ("CreditCardRefund", day(2), money("50.00")),
    ]
    assert "#1001" in outcome.problem.reason and "2.50" in outcome.problem.reason
    assert outcome.problem.amount == money("12.50")


def test_duty_without_an_account_waits_until_one_is_chosen() -> None:
    accounts = {key: name for key, name in POLICY.accounts.items() if key != "duties"}
    story = Story().sell(0, "50.00").add(0, SaleKind.DUTY, "7.00").pay(0, "paypal", "57.00")
    outcome = outcome_of(story, replace(WITHOUT_STOCK, accounts=accounts))
    assert outcome.drafts == ()
    assert "duties" in outcome.problem.reason and "7.00" in outcome.problem.reason
    assert outcome.counters == {}
    assert len(outcome_of(story).drafts) == 1


def test_money_for_sales_that_wait_waits_with_them() -> None:
    story = Story().sell(0, "50.00").add(0, SaleKind.UNKNOWN, "7.00").pay(1, "paypal", "57.00")
    outcome = outcome_of(story)
    assert outcome.drafts == ()
    assert outcome.problem is not None


def test_order_whose_reference_numbers_are_used_up_is_an_exception() -> None:
    story = Story().sell(0, "50.00").pay(0, "paypal", "50.00")
    outcome = detailed_documents(story.facts(), frozenset(), WITHOUT_STOCK, partial(reference, "1001"), {"": 99}, ())
    assert outcome.drafts == ()
    assert outcome.problem.amount == money("50.00")


def test_test_orders_never_post() -> None:
    facts = Story().sell(0, "50.00").pay(0, "bogus", "50.00").facts()
    test_order = replace(facts, order=replace(facts.order, test=True))
    assert detailed_documents(test_order, frozenset(), POLICY, partial(reference, "1"), {}, ()).drafts == ()


def test_a_second_run_over_the_same_facts_makes_nothing() -> None:
    story = Story().sell(0, "50.00").pay(1, "paypal", "30.00").give_back(2, "20.00")
    first = outcome_of(story)
    claimed = frozenset(fact for draft in first.drafts for fact in draft.facts)
    again = detailed_documents(
        story.facts(), claimed, WITHOUT_STOCK, partial(reference, "1001"), first.counters, first.open_documents
    )
    assert again.drafts == ()
    assert again.open_documents == first.open_documents


@pytest.mark.parametrize("cut", [1, 2, 3, 4])
def test_a_day_synced_in_the_middle_ends_the_same(cut: int) -> None:
    story = Story().sell(0, "50.00").pay(0, "paypal", "50.00").sell(0, "12.00").pay(0, "cash", "12.00")
    facts = story.facts()
    ids = [f.id for f in sorted((*facts.sales, *facts.money), key=lambda f: f.happened_at)]
    first = detailed_documents(part_of(facts, ids[:cut]), frozenset(), POLICY, partial(reference, "1001"), {}, ())
    claimed = frozenset(fact for draft in first.drafts for fact in draft.facts)
    second = detailed_documents(
        facts, claimed, POLICY, partial(reference, "1001"), first.counters, first.open_documents
    )
    drafts: tuple[Draft, ...] = (*first.drafts, *second.drafts)
    total: dict[str, Decimal] = {}
    for draft in drafts:
        for bucket, amount in draft.effect.items():
            total[bucket] = total.get(bucket, money("0")) + amount
    assert {b: a for b, a in total.items() if a} == {
        "sales": money("62.00"),
        "tender:paypal": money("50.00"),
        "tender:cash": money("12.00"),
    }
    assert all(isinstance(d.document, SalesReceipt | Invoice | ReceivePayment) for d in drafts)
