"""A payout is what its balance transactions come to, or the difference is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.ledger.facts import ZERO
from connector.ledger.invariants import payout_disagreements
from connector.ledger.nodes import UnreadableFact
from connector.ledger.payouts import (
    BalanceKind,
    PayoutState,
    balance_kind,
    by_type,
    read_dispute,
    read_payout,
)

ZONE = ZoneInfo("America/New_York")
PAYOUT = "gid://shopify/ShopifyPaymentsPayout/90"


def usd(amount: Any, currency: str = "USD") -> dict[str, str]:
    return {"amount": str(amount), "currencyCode": currency}


def line(number: int, type_: str, amount: str, fee: str = "0.0", **more: Any) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/ShopifyPaymentsBalanceTransaction/{number}",
        "type": type_,
        "test": False,
        "transactionDate": "2026-11-03T15:00:00Z",
        "sourceOrderTransactionId": None,
        "adjustmentReason": None,
        "amount": usd(amount),
        "fee": usd(fee),
        "net": usd(Decimal(amount) - Decimal(fee)),
        "associatedOrder": None,
        "associatedPayout": {"id": PAYOUT, "status": "PAID"},
    } | more


def payout(net: str, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": PAYOUT,
        "legacyResourceId": "90",
        "issuedAt": "2026-11-05T02:00:00Z",
        "status": "PAID",
        "transactionType": "DEPOSIT",
        "externalTraceId": "TR-1",
        "net": usd(net),
        "balanceTransactions": list(lines),
    } | more


def test_a_deposit_is_charges_less_refunds_less_fees_on_the_shops_day() -> None:
    charge = line(
        1,
        "CHARGE",
        "100.00",
        "3.20",
        sourceOrderTransactionId="555",
        associatedOrder={"id": "gid://shopify/Order/42", "name": "#1001"},
    )
    found = read_payout(payout("86.80", charge, line(2, "REFUND", "-10.00")), ZONE, "USD")
    assert found.day == date(2026, 11, 4)  # 21:00 in New York
    assert (found.net, found.fees) == (Decimal("86.80"), Decimal("3.20"))
    assert found.total(BalanceKind.CHARGE) == Decimal("100.00")
    assert found.total(BalanceKind.REFUND) == Decimal("-10.00")
    assert (found.lines[0].order_name, found.lines[0].transaction) == ("#1001", "gid://shopify/OrderTransaction/555")
    assert payout_disagreements(found) == ()
    assert found.claimable == {PAYOUT: found.day}


def test_a_day_of_refunds_is_taken_from_the_bank_whichever_sign_shopify_writes() -> None:
    for net in ("-30.00", "30.00"):
        node = payout(net, line(1, "REFUND", "-30.00"), transactionType="WITHDRAWAL")
        found = read_payout(node, ZONE, "USD")
        assert found.net == Decimal("-30.00")
        assert payout_disagreements(found) == ()


def test_dispute_reserve_and_adjustments_stand_apart_under_shopifys_own_names() -> None:
    found = read_payout(
        payout(
            "31.00",
            line(1, "CHARGE", "100.00", "3.00"),
            line(2, "DISPUTE_WITHDRAWAL", "-40.00", "15.00", adjustmentReason="disputed"),
            line(3, "RESERVED_FUNDS", "-10.00"),
            line(4, "SHIPPING_LABEL", "-6.00"),
            line(5, "A_TYPE_OF_NEXT_YEAR", "5.00"),
        ),
        ZONE,
        "USD",
    )
    assert payout_disagreements(found) == ()
    kinds = [one.kind for one in found.lines]
    adjustment = BalanceKind.ADJUSTMENT
    assert kinds == [BalanceKind.CHARGE, BalanceKind.DISPUTE, BalanceKind.RESERVE, adjustment, adjustment]
    assert by_type(one for one in found.lines if one.kind is adjustment) == {
        "SHIPPING_LABEL": Decimal("-6.00"),
        "A_TYPE_OF_NEXT_YEAR": Decimal("5.00"),
    }


def test_a_net_that_is_not_the_payouts_is_named_and_nothing_is_forced() -> None:
    found = read_payout(payout("97.01", line(1, "CHARGE", "100.00", "3.00")), ZONE, "USD")
    (problem,) = payout_disagreements(found)
    assert (problem.expected, problem.found) == (Decimal("97.01"), Decimal("97.00"))
    assert problem.difference == Decimal("-0.01")


def test_a_transaction_whose_net_is_not_amount_less_fee_is_named() -> None:
    odd = line(1, "CHARGE", "100.00", "3.00", net=usd("96.00"))
    problems = payout_disagreements(read_payout(payout("96.00", odd), ZONE, "USD"))
    assert [problem.subject for problem in problems] == [odd["id"]]


def test_other_payouts_transactions_and_the_transfer_itself_are_not_of_it() -> None:
    other = line(2, "CHARGE", "70.00", associatedPayout={"id": "gid://shopify/ShopifyPaymentsPayout/91"})
    pending = line(3, "CHARGE", "60.00", associatedPayout={"id": None, "status": "PENDING"})
    transfer = line(4, "TRANSFER", "-50.00")
    found = read_payout(payout("50.00", line(1, "CHARGE", "50.00"), other, pending, transfer), ZONE, "USD")
    assert [one.id for one in found.lines] == ["gid://shopify/ShopifyPaymentsBalanceTransaction/1"]


def test_a_payout_that_the_bank_declines_is_a_fact_of_its_own() -> None:
    on_its_way = read_payout(payout("10.00", line(1, "CHARGE", "10.00"), status="IN_TRANSIT"), ZONE, "USD")
    failed = on_its_way.updated(read_payout(payout("10.00", status="FAILED"), ZONE, "USD"))
    assert failed.state is PayoutState.FAILED and failed.returned
    assert failed.lines == on_its_way.lines  # what it consists of was final when it was submitted
    assert set(on_its_way.claimable) != set(failed.claimable)


def test_the_return_has_a_day_of_its_own_and_a_failed_payout_is_never_paid() -> None:
    on_its_way = read_payout(payout("10.00", line(1, "CHARGE", "10.00"), status="IN_TRANSIT"), ZONE, "USD")
    seen = date(2026, 11, 9)
    failed = on_its_way.updated(replace(read_payout(payout("10.00", status="FAILED"), ZONE, "USD"), returned_on=seen))
    assert failed.claimable == {PAYOUT: on_its_way.day, f"{PAYOUT}#returned": seen}
    later = replace(failed, returned_on=date(2026, 11, 12))
    assert failed.updated(later) == failed
    assert failed.updated(on_its_way) == failed
    assert read_payout(payout("10.00", status="CANCELED"), ZONE, "USD").claimable == {}


def test_what_did_not_agree_may_be_corrected_and_what_agreed_stays() -> None:
    wrong = read_payout(payout("97.01", line(1, "CHARGE", "100.00", "3.00")), ZONE, "USD")
    right = read_payout(payout("97.00", line(1, "CHARGE", "100.00", "3.00")), ZONE, "USD")
    assert not wrong.agrees and right.agrees
    assert wrong.updated(right) == right
    assert right.updated(wrong) == right


def test_before_it_is_submitted_a_payout_may_still_grow() -> None:
    planned = read_payout(payout("10.00", line(1, "CHARGE", "10.00"), status="SCHEDULED"), ZONE, "USD")
    assert planned.claimable == {}
    sent = read_payout(payout("30.00", line(1, "CHARGE", "10.00"), line(2, "CHARGE", "20.00")), ZONE, "USD")
    assert planned.updated(sent) == sent


def test_test_payouts_never_post() -> None:
    assert read_payout(payout("10.00", line(1, "CHARGE", "10.00", test=True)), ZONE, "USD").claimable == {}


@pytest.mark.parametrize(
    "change",
    [
        {"issuedAt": None},
        {"issuedAt": "2026-11-05T02:00:00"},
        {"net": usd("10.00", "EUR")},
        {"net": usd("10.005")},
        {"balanceTransactions": {"nodes": []}},
        {"balanceTransactions": [line(1, "CHARGE", "NaN")]},
        {"balanceTransactions": [line(1, "CHARGE", "1.00", type=None)]},
    ],
)
def test_a_payout_that_makes_no_sense_is_named(change: dict[str, Any]) -> None:
    with pytest.raises(UnreadableFact) as raised:
        read_payout(payout("10.00") | change, ZONE, "USD")
    assert (raised.value.what, raised.value.id) == ("payout", PAYOUT)


def test_no_type_of_charge_is_taken_for_another() -> None:
    assert balance_kind("CHARGE") is BalanceKind.CHARGE
    assert balance_kind("CHARGE_ADJUSTMENT") is BalanceKind.ADJUSTMENT
    assert balance_kind("CHARGEBACK_FEE_REFUND") is balance_kind("CHARGEBACK_FEE") is BalanceKind.FEE
    assert balance_kind("CHARGEBACK_HOLD") is BalanceKind.DISPUTE
    assert balance_kind("REFUND_FAILURE") is BalanceKind.REFUND
    assert balance_kind("TRANSFER_FAILURE") is BalanceKind.TRANSFER
    assert balance_kind("CHARGED_LATER") is BalanceKind.ADJUSTMENT


def test_a_dispute_explains_the_money_that_left_with_the_balance() -> None:
    found = read_dispute(
        {
            "id": "gid://shopify/ShopifyPaymentsDispute/4",
            "status": "LOST",
            "type": "CHARGEBACK",
            "initiatedAt": "2026-11-03T02:00:00Z",
            "finalizedOn": "2026-11-20",
            "amount": usd("40.0"),
            "order": {"id": "gid://shopify/Order/42", "name": "#1001"},
            "reasonDetails": {"reason": "FRAUDULENT"},
        },
        ZONE,
        "USD",
    )
    assert (found.day, found.closed_on, found.claimable) == (date(2026, 11, 2), date(2026, 11, 20), {})


cents = st.decimals("-99999.99", "99999.99", places=2)


@given(st.lists(st.tuples(st.sampled_from(["CHARGE", "REFUND", "ADJUSTMENT", "DISPUTE_REVERSAL"]), cents, cents)))
def test_fees_and_kinds_split_the_net_without_losing_a_cent(parts: list[tuple[str, Decimal, Decimal]]) -> None:
    lines = [line(n, type_, str(amount), str(fee)) for n, (type_, amount, fee) in enumerate(parts)]
    net = sum((amount - fee for _, amount, fee in parts), ZERO)
    found = read_payout(payout(str(net), *lines), ZONE, "USD")
    assert payout_disagreements(found) == ()
    assert sum((found.total(kind) for kind in BalanceKind), ZERO) - found.fees == net
