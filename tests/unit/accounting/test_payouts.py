"""A payout in the books is what the bank statement says, and nothing of it is lost on the way."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.accounting import buckets
from connector.accounting.bank_documents import Deposit
from connector.accounting.documents import JournalEntry
from connector.accounting.effects import (
    add,
    balanced,
    document_total,
    effect_of_document,
    effect_of_record,
)
from connector.accounting.items import Unmapped
from connector.accounting.payouts import effect_of_payout, effect_of_return, memo_of, payout_document, return_document
from connector.accounting.policy import ACCOUNT_KEYS, Policy
from connector.accounting.records import PostedLine, PostedRecord
from connector.ledger.facts import ZERO
from connector.ledger.payouts import Payout, PayoutState
from tests.fakes.payouts import DAY, payout, payouts

POLICY = Policy(accounts={key: key for key in ACCOUNT_KEYS})


def document(of: Payout, policy: Policy = POLICY) -> Deposit | JournalEntry | None:
    return payout_document(of, policy, "B1")


def lines_of(of: Payout, policy: Policy = POLICY) -> list[tuple[str, Decimal, str]]:
    made = document(of, policy)
    assert made is not None
    return [(line.account, line.amount, line.description) for line in made.lines]


def record_of(made: Deposit, **changes: object) -> PostedRecord:
    posted = tuple(PostedLine("", "", line.amount, line.account) for line in made.lines)
    record = PostedRecord("Deposit", "1-1", "1", "", "", made.day, document_total(made), posted, made.deposit_to)
    return replace(record, **changes)  # type: ignore[arg-type]


def test_charges_and_refunds_leave_the_clearing_account_and_fees_are_a_line_of_their_own() -> None:
    paid = payout(("CHARGE", "100.00", "3.20"), ("CHARGE", "20.00", "0.88"), ("REFUND", "-10.00", "0.00"))
    made = document(paid)
    assert isinstance(made, Deposit)
    assert (made.day, made.deposit_to, document_total(made)) == (DAY, "bank", Decimal("105.92"))
    assert lines_of(paid) == [
        ("clearing", Decimal("120.00"), "Payments"),
        ("clearing", Decimal("-10.00"), "Refunds"),
        ("payment_fees", Decimal("-4.08"), "Fees"),
    ]
    assert made.memo == "Shopify payout 90 TR-90"


def test_the_money_comes_from_where_the_payments_went() -> None:
    card = replace(POLICY, tenders={"shopify_payments": "Card Clearing", "default": "Other"})
    assert lines_of(payout(("CHARGE", "5.00", "0.00")), card)[0][0] == "Card Clearing"
    default = replace(POLICY, tenders={"default": "Other"})
    assert lines_of(payout(("CHARGE", "5.00", "0.00")), default)[0][0] == "Other"


def test_disputes_adjustments_and_a_reserve_stand_apart() -> None:
    mixed = payout(
        ("CHARGE", "500.00", "14.80"),
        ("DISPUTE_WITHDRAWAL", "-40.00", "15.00"),
        ("SHIPPING_LABEL", "-6.00", "0.00"),
        ("TAX_ADJUSTMENT_CREDIT", "2.00", "0.00"),
        ("SHIPPING_LABEL", "-4.00", "0.00"),
        ("RESERVED_FUNDS", "-100.00", "0.00"),
        ("STRIPE_FEE", "-1.20", "0.00"),
    )
    assert lines_of(mixed) == [
        ("clearing", Decimal("500.00"), "Payments"),
        ("payment_fees", Decimal("-31.00"), "Fees"),
        ("chargebacks", Decimal("-40.00"), "Disputes and chargebacks"),
        ("payout_adjustments", Decimal("-10.00"), "Shipping label"),
        ("payout_adjustments", Decimal("2.00"), "Tax adjustment credit"),
        ("clearing", Decimal("-100.00"), "Reserve held or released by Shopify"),
    ]


def test_a_reserve_stays_on_the_clearing_account_until_it_is_released() -> None:
    held = document(payout(("CHARGE", "300.00", "0.00"), ("RESERVED_FUNDS", "-100.00", "0.00")))
    released = document(payout(("RESERVED_FUNDS_REVERSAL", "100.00", "0.00")))
    assert held is not None and released is not None
    off = [sum((line.amount for line in made.lines if line.account == "clearing"), ZERO) for made in (held, released)]
    assert off == [Decimal("200.00"), Decimal("100.00")]
    both = add(effect_of_document(held), effect_of_document(released))
    assert buckets.RESERVE not in both and both[buckets.BANK] == Decimal("300.00")


def test_what_is_taken_from_the_bank_is_a_journal_entry() -> None:
    made = document(payout(("REFUND", "-30.00", "0.00"), ("CHARGE", "10.00", "0.59")))
    assert isinstance(made, JournalEntry)
    assert [(line.account, line.amount) for line in made.lines] == [
        ("clearing", Decimal("30.00")),
        ("payment_fees", Decimal("0.59")),
        ("clearing", Decimal("-10.00")),
        ("bank", Decimal("-20.59")),
    ]
    assert made.ref_number == "B1"


def test_a_payout_of_nothing_still_moves_what_it_is_made_of() -> None:
    made = document(payout(("CHARGE", "10.00", "0.00"), ("REFUND", "-10.00", "0.00")))
    assert isinstance(made, JournalEntry)
    assert {line.account for line in made.lines} == {"clearing"}
    assert document(payout()) is None


def test_a_payout_waits_as_a_whole_for_the_account_of_one_of_its_lines() -> None:
    policy = Policy(accounts={key: key for key in ACCOUNT_KEYS if key != "chargebacks"})
    with pytest.raises(Unmapped) as raised:
        document(payout(("CHARGE", "90.00", "0.00"), ("DISPUTE_WITHDRAWAL", "-40.00", "15.00")), policy)
    assert raised.value.amount == Decimal("40.00")
    assert "chargebacks" in raised.value.reason
    assert document(payout(("CHARGE", "90.00", "3.00")), policy) is not None


def test_one_that_the_bank_sends_back_is_on_the_clearing_account_again() -> None:
    failed = replace(payout(("CHARGE", "100.00", "3.00")), state=PayoutState.FAILED, returned_on=date_after(3))
    made = return_document(failed, POLICY, "B1-2")
    assert made is not None and made.day == date_after(3)
    assert [(line.account, line.amount) for line in made.lines] == [
        ("clearing", Decimal("97.00")),
        ("bank", Decimal("-97.00")),
    ]
    again = document(payout(("TRANSFER_FAILURE", "97.00", "0.00")))
    assert again is not None
    assert buckets.PAYOUT_TRANSFERS not in add(effect_of_document(made), effect_of_document(again))


def date_after(days: int) -> object:
    from datetime import timedelta

    return DAY + timedelta(days=days)


def test_figures_that_disagree_leave_the_gap_visible() -> None:
    effect = effect_of_payout(payout(("CHARGE", "100.00", "3.00"), net="97.01"))
    assert effect[buckets.NOT_MAPPED] == Decimal("0.01")
    assert balanced(effect)


@given(payouts())
def test_the_document_is_the_bank_line_and_does_what_shopify_says(found: Payout) -> None:
    made = document(found)
    effect = effect_of_payout(found)
    assert balanced(effect)
    if made is None:
        assert effect == {}
        return
    assert effect_of_document(made) == effect
    assert effect.get(buckets.BANK, ZERO) == found.net
    assert buckets.NOT_MAPPED not in effect
    if isinstance(made, Deposit):
        assert document_total(made) == found.net > ZERO
    else:
        assert found.net <= ZERO
        assert sum((line.amount for line in made.lines), ZERO) == ZERO


@given(payouts(), st.decimals("-999.99", "999.99", places=2))
def test_shopifys_figures_balance_also_when_they_are_wrong(found: Payout, off: Decimal) -> None:
    assert balanced(effect_of_payout(replace(found, net=found.net + off)))


@given(payouts())
def test_a_return_undoes_the_bank_line_and_nothing_else(found: Payout) -> None:
    failed = replace(found, state=PayoutState.FAILED, returned_on=found.day)
    made = return_document(failed, POLICY, "B1-2")
    assert effect_of_return(failed) == (effect_of_document(made) if made else {})
    assert add(effect_of_payout(failed), effect_of_return(failed)).get(buckets.BANK, ZERO) == ZERO
    assert balanced(effect_of_return(failed))


@given(payouts())
def test_quickbooks_own_record_is_read_as_it_was_meant(found: Payout) -> None:
    made = document(found)
    if isinstance(made, Deposit):
        assert effect_of_record(made, record_of(made)) == effect_of_document(made)


def test_what_somebody_changed_in_the_deposit_is_unexplained() -> None:
    made = document(payout(("CHARGE", "100.00", "3.00")))
    assert isinstance(made, Deposit)
    on_another = (PostedLine("", "", Decimal("100.00"), "clearing"), PostedLine("", "", Decimal("-3.00"), "Rent"))
    cases = [
        record_of(made, lines=on_another),
        record_of(made, account="Savings"),
        record_of(made, total=Decimal("97.01")),
        record_of(made, lines=()),
    ]
    for record in cases:
        effect = effect_of_record(made, record)
        assert balanced(effect) and buckets.UNEXPLAINED in effect


def test_the_memo_names_the_payout_also_without_a_trace() -> None:
    assert memo_of(payout(("CHARGE", "1.00", "0.00"), trace_id="")) == "Shopify payout 90"
