"""The tie-out's QuickBooks column comes from QuickBooks' own amounts; what does not fit is named, never hidden."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from connector.accounting.detailed import detailed_documents
from connector.accounting.documents import Draft
from connector.accounting.effects import balanced, effect_of_record
from connector.accounting.policy import Mode
from connector.accounting.records import PostedLine, PostedRecord
from connector.ledger.facts import SaleKind
from connector.quickbooks.names import reference
from tests.unit.accounting.shop_orders import POLICY, Story, money
from tests.unit.accounting.test_detailed_properties import as_quickbooks_shows_it

IDS = lambda ref: f"ID-{ref.key}"  # noqa: E731


def drafts(story: Story) -> tuple[Draft, ...]:
    policy = replace(POLICY, inventory=Mode.SUMMARY)
    return detailed_documents(story.facts(), frozenset(), policy, partial(reference, "1001"), {}, ()).drafts


@pytest.fixture
def receipt() -> Draft:
    story = Story().sell(0, "100.00", discount="10.00").add(0, SaleKind.SHIPPING, "6.90")
    (draft,) = drafts(story.pay(0, "shopify_payments", "90.00").pay(0, "cash", "6.90"))
    return draft


def shown(draft: Draft) -> PostedRecord:
    record = as_quickbooks_shows_it(draft)
    lines = (replace(line, item_list_id=f"ID-{line.item_list_id}") for line in record.lines)
    return replace(record, lines=tuple(lines))


def test_a_record_as_posted_has_the_documents_effect(receipt: Draft) -> None:
    assert effect_of_record(receipt.document, shown(receipt), IDS) == receipt.effect


def test_lines_in_another_order_are_found_by_their_item(receipt: Draft) -> None:
    record = shown(receipt)
    assert effect_of_record(receipt.document, replace(record, lines=record.lines[::-1]), IDS) == receipt.effect


def test_an_amount_changed_in_quickbooks_shows_on_its_line(receipt: Draft) -> None:
    record = shown(receipt)
    first = replace(record.lines[0], amount=money("99.00"))
    changed = replace(record, lines=(first, *record.lines[1:]), total=record.total - 1)
    effect = effect_of_record(receipt.document, changed, IDS)
    assert effect["sales"] == money("99.00")
    assert effect["tender:shopify_payments"] == money("89.00")
    assert "unexplained" not in effect and balanced(effect)


def test_tax_computed_by_quickbooks_is_unexplained(receipt: Draft) -> None:
    record = shown(receipt)
    effect = effect_of_record(receipt.document, replace(record, total=record.total + 5), IDS)
    assert effect["unexplained"] == money("5.00")
    assert balanced(effect)


def test_a_line_added_by_hand_is_unexplained(receipt: Draft) -> None:
    record = shown(receipt)
    extra = PostedLine("ID-other", "Gift wrap", money("2.00"))
    changed = replace(record, lines=(*record.lines, extra), total=record.total + 2)
    effect = effect_of_record(receipt.document, changed, IDS)
    assert effect["unexplained"] == money("2.00")
    assert effect["sales"] == receipt.effect["sales"]
    assert balanced(effect)


def test_money_on_another_account_than_sent_is_not_on_the_tenders_line(receipt: Draft) -> None:
    effect = effect_of_record(receipt.document, replace(shown(receipt), account="Petty Cash"), IDS)
    assert "tender:shopify_payments" not in effect
    assert effect["unexplained"] == money("-90.00")
    assert balanced(effect)


def test_account_names_are_compared_without_regard_to_case(receipt: Draft) -> None:
    assert effect_of_record(receipt.document, replace(shown(receipt), account="CLEARING"), IDS) == receipt.effect


def test_payments_and_refunds_are_read_by_their_total() -> None:
    story = Story().sell(0, "50.00").pay(1, "paypal", "50.00").give_back(2, "20.00", ("paypal", "20.00"))
    for draft in drafts(story):
        assert effect_of_record(draft.document, shown(draft), IDS) == draft.effect
    payment = drafts(story)[1]
    less = effect_of_record(payment.document, replace(shown(payment), total=money("49.00")), IDS)
    assert less == {"tender:paypal": money("49.00"), "accounts_receivable": money("-49.00")}


def test_a_record_without_the_documents_lines_balances_all_the_same(receipt: Draft) -> None:
    effect = effect_of_record(receipt.document, replace(shown(receipt), lines=()), IDS)
    assert effect == {"tender:shopify_payments": money("90.00"), "unexplained": money("90.00")}
