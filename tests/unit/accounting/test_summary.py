"""A day in one document: it comes to 0.00, and the days of a shop come to what its facts say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.accounting.costs import costs_by_day
from connector.accounting.documents import CreditMemo, Invoice, JournalEntry, SalesReceipt
from connector.accounting.effects import Effect, add, balanced, effect_of_document, effects_by_day
from connector.accounting.outcome import Unmappable
from connector.accounting.policy import Mode, Policy, SummaryForm
from connector.accounting.recognition import due
from connector.accounting.summary import Part, SummaryKey, merge, posting_key, summary_document, summary_parts
from connector.ledger.facts import ZERO, OrderFacts, SaleFact, SaleKind
from tests.unit.accounting.shop_orders import POLICY, Story, day, money, part_of, stories

SUMMARY = replace(POLICY, customer=Mode.SUMMARY, inventory=Mode.SUMMARY)


def days_of(orders: Sequence[OrderFacts], policy: Policy) -> dict[SummaryKey, Part]:
    parts: dict[SummaryKey, Part] = {}
    for facts in orders:
        found = summary_parts(facts, frozenset(), policy)
        assert not isinstance(found, Unmappable)
        for key, part in found.items():
            parts[key] = merge(parts[key], part) if key in parts else part
    return parts


def documents(orders: Sequence[OrderFacts], policy: Policy = SUMMARY) -> list[SalesReceipt | Invoice | CreditMemo]:
    found = (summary_document(k, p, policy, f"D-{i}") for i, (k, p) in enumerate(days_of(orders, policy).items()))
    return [document for document in found if document is not None]


def printed(document: SalesReceipt | Invoice | CreditMemo) -> dict[str, Decimal]:
    return {line.item.name: line.amount for line in document.lines}


def lines_total(document: SalesReceipt | Invoice | CreditMemo) -> Decimal:
    return sum((line.amount for line in document.lines), ZERO)


def costs(sales: Sequence[SaleFact], policy: Policy) -> dict[date, Effect]:
    """What the goods cost, where QuickBooks keeps no stock of them."""
    return costs_by_day(sales) if policy.inventory is Mode.SUMMARY else {}


SHOPS = st.integers(1, 4).flatmap(lambda count: st.tuples(*(stories(number=1001 + i) for i in range(count))))


@given(SHOPS, st.sampled_from(Mode), st.sampled_from(SummaryForm))
@settings(max_examples=120)
def test_the_documents_of_a_day_do_exactly_what_the_shops_facts_did(
    shop: tuple[Story, ...], inventory: Mode, form: SummaryForm
) -> None:
    policy = replace(SUMMARY, inventory=inventory, summary_as=form)
    orders = [story.facts() for story in shop]
    posted: dict[date, Effect] = {}
    carried: list[str] = []
    for key, part in days_of(orders, policy).items():
        document = summary_document(key, part, policy, "D260302-01")
        carried += part.facts
        if document is None:
            continue
        assert balanced(effect_of_document(document))
        assert lines_total(document) >= ZERO
        if isinstance(document, SalesReceipt | JournalEntry):
            assert lines_total(document) == ZERO
        posted[key.day] = add(posted.get(key.day, {}), effect_of_document(document))
    expected: dict[date, Effect] = {}
    ids: list[str] = []
    for facts in orders:
        sales, moved = due(facts, frozenset(), policy)
        ids += [f.id for f in (*sales, *moved)]
        for on, effect in (*effects_by_day(sales, moved).items(), *costs(sales, policy).items()):
            expected[on] = add(expected.get(on, {}), effect)
    assert sorted(carried) == sorted(ids)
    assert {d: e for d, e in posted.items() if e} == {d: e for d, e in expected.items() if e}


@given(stories(), st.data())
@settings(max_examples=60)
def test_supplements_bring_a_day_to_the_same_balance(story: Story, data: st.DataObject) -> None:
    facts = story.facts()
    ids = [f.id for f in (*facts.sales, *facts.money)]
    known = data.draw(st.sets(st.sampled_from(ids)))
    claimed: frozenset[str] = frozenset()
    total: Effect = {}
    for read in (part_of(facts, known), facts):
        parts = summary_parts(read, claimed, SUMMARY)
        assert not isinstance(parts, Unmappable)
        for key, part in parts.items():
            assert not claimed & set(part.facts)
            claimed |= set(part.facts)
            document = summary_document(key, part, SUMMARY, "D260302-01")
            total = add(total, effect_of_document(document)) if document else total
    done = part_of(facts, claimed)
    expected: Effect = {}
    for effect in (*effects_by_day(done.sales, done.money).values(), *costs(done.sales, SUMMARY).values()):
        expected = add(expected, effect)
    assert total == expected


def test_a_day_with_a_card_a_gift_card_and_cash_comes_to_nothing() -> None:
    card = Story(1001).sell(0, "100.00", discount="10.00", tax="5.00").pay(0, "shopify_payments", "95.00")
    gift = Story(1002).sell(0, "30.00").pay(0, "gift_card", "30.00")
    cash = Story(1003).sell(0, "9.98").pay(0, "cash", "9.98", "0.02")
    (receipt,) = documents([card.facts(), gift.facts(), cash.facts()])
    assert isinstance(receipt, SalesReceipt)
    assert lines_total(receipt) == ZERO
    assert printed(receipt) == {
        "Shopify Sales": money("139.98"),
        "Shopify Discount": money("-10.00"),
        "Shopify State Tax 6.25%": money("4.00"),
        "Shopify City Tax 1%": money("1.00"),
        "Shopify Cash Rounding": money("0.02"),
        "Tender Shopify Payments": money("-95.00"),
        "Tender Cash": money("-10.00"),
        "Shopify Gift Card Redeemed": money("-30.00"),
        "Shopify Cost of Goods Sold": money("-28.50"),
        "Shopify Stock Sold": money("28.50"),
    }
    assert receipt.customer.name == "Shopify Customer"


def test_on_a_day_when_refunds_win_the_tenders_turn_positive() -> None:
    story = Story().sell(0, "80.00").pay(0, "shopify_payments", "80.00")
    story.give_back(1, "80.00", ("shopify_payments", "80.00"))
    first, second = documents([story.facts()])
    assert printed(second) == {
        "Shopify Returns": money("-80.00"),
        "Tender Shopify Payments": money("80.00"),
        "Shopify Cost of Goods Sold": money("9.50"),
        "Shopify Stock Sold": money("-9.50"),
    }
    assert (first.day, second.day) == (day(0), day(1))
    assert isinstance(second, SalesReceipt)


def test_each_location_and_channel_has_its_own_document() -> None:
    orders = [
        Story(1001 + i, location=location, channel=channel).sell(0, "10.00").pay(0, "cash", "10.00").facts()
        for i, (location, channel) in enumerate([("1", "pos"), ("2", "pos"), (None, "web"), ("1", "pos")])
    ]
    found = documents(orders)
    assert sorted((d.location.name if d.location else "", len(d.lines)) for d in found) == [
        ("", 4),
        ("Store 1", 4),
        ("Store 2", 4),
    ]


def test_sales_captured_the_next_day_are_an_invoice_and_then_a_credit_on_account() -> None:
    paid = Story(1001).sell(0, "40.00").pay(0, "paypal", "40.00")
    late = Story(1002).sell(0, "50.00").pay(1, "shopify_payments", "50.00")
    found = documents([paid.facts(), late.facts()])
    assert [(type(d).__name__, d.day, lines_total(d)) for d in found] == [
        ("SalesReceipt", day(0), money("0.00")),
        ("Invoice", day(0), money("50.00")),
        ("CreditMemo", day(1), money("50.00")),
    ]
    assert printed(found[2]) == {"Tender Shopify Payments": money("50.00")}


def test_with_detailed_inventory_goods_are_grouped_by_item_and_returns_bring_stock_back() -> None:
    detailed = replace(SUMMARY, inventory=Mode.DETAILED)
    story = Story().sell(0, "20.00", "20.00").pay(0, "cash", "40.00").give_back(0, "20.00", ("cash", "20.00"))
    (receipt,) = documents([story.facts()], detailed)
    stock = [(line.quantity, line.amount) for line in receipt.lines if line.item.name == "SHIRT-M"]
    assert stock == [(Decimal(2), money("40.00")), (Decimal(-1), money("0.00"))]
    assert printed(receipt)["Shopify Returns"] == money("-20.00")


def test_an_unpaid_unfulfilled_order_waits_without_a_problem() -> None:
    assert summary_parts(Story(fulfilled=False).sell(0, "10.00").facts(), frozenset(), SUMMARY) == {}


def test_a_sale_of_unknown_kind_is_named_with_its_amount_and_holds_the_order() -> None:
    story = Story().sell(0, "10.00").add(0, SaleKind.UNKNOWN, "2.50").pay(0, "cash", "12.50")
    problem = summary_parts(story.facts(), frozenset(), SUMMARY)
    assert isinstance(problem, Unmappable)
    assert "#1001" in problem.reason and "2.50" in problem.reason
    assert problem.amount == money("12.50")


def test_posting_keys_tell_days_places_channels_and_supplements_apart() -> None:
    keys = [SummaryKey(day(d), place, ch) for d in (0, 1) for place in ("", "gid://x/1") for ch in ("web", "pos")]
    assert len({posting_key(key, n) for key in keys for n in (1, 2)}) == 16


@pytest.mark.parametrize("name", ["Store 1", "Renamed"])
def test_a_renamed_location_stays_the_same_document(name: str) -> None:
    assert SummaryKey(day(0), "gid://x/1", "pos", name) == SummaryKey(day(0), "gid://x/1", "pos", "Store 1")
