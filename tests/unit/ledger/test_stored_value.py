"""What the shop owes its customers changes outside of orders too: each time once, never what an order says already."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.ledger.facts import MoneyFact, MoneyKind
from connector.ledger.nodes import UnreadableFact
from connector.ledger.stored_value import (
    StoredValueFact,
    StoredValueKind,
    liability,
    outside_orders,
    read_gift_card,
    read_store_credit,
)

ZONE = ZoneInfo("America/New_York")
CARD = "gid://shopify/GiftCard/5"


def usd(amount: Any) -> dict[str, str]:
    return {"amount": str(amount), "currencyCode": "USD"}


def moved(number: int, kind: str, amount: str, at: str = "2026-11-03T15:00:00Z") -> dict[str, Any]:
    id_ = f"gid://shopify/{kind}/{number}"
    return {"__typename": kind, "id": id_, "processedAt": at, "note": None, "amount": usd(amount)}


def card(*transactions: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": CARD,
        "lastCharacters": "8kq2",
        "createdAt": "2026-11-02T04:30:00Z",
        "updatedAt": "2026-11-03T15:00:00Z",
        "deactivatedAt": None,
        "note": "for the staff party",
        "initialValue": usd("50.0"),
        "balance": usd("30.0"),
        "order": {"id": "gid://shopify/Order/42"},
        "transactions": list(transactions),
    } | more


def payment(number: int, amount: str, at: str, gateway: str = "gift_card") -> MoneyFact:
    moment = datetime.fromisoformat(at)
    return MoneyFact(f"t{number}", moment.date(), moment, MoneyKind.SALE, gateway, Decimal(amount))


def test_a_card_issued_by_hand_is_owed_from_its_day_on_and_a_sold_one_is_the_orders() -> None:
    (issued,) = read_gift_card(card(order=None), ZONE, "USD")
    assert (issued.kind, issued.amount, issued.day) == (StoredValueKind.ISSUED, Decimal("50.00"), date(2026, 11, 1))
    assert issued.label == "…8kq2" and issued.note == "for the staff party"
    assert read_gift_card(card(), ZONE, "USD") == ()


@pytest.mark.parametrize("written", ["20.0", "-20.0"])
def test_a_debit_lowers_what_is_owed_whichever_sign_shopify_writes(written: str) -> None:
    (debit,) = read_gift_card(card(moved(1, "GiftCardDebitTransaction", written)), ZONE, "USD")
    assert (debit.kind, debit.amount) == (StoredValueKind.DEBITED, Decimal("-20.00"))


def test_a_deactivated_card_is_owed_no_more() -> None:
    found = read_gift_card(card(deactivatedAt="2026-11-04T12:00:00Z"), ZONE, "USD")
    assert [(f.kind, f.amount) for f in found] == [(StoredValueKind.DEACTIVATED, Decimal("-30.00"))]
    assert read_gift_card(card(deactivatedAt="2026-11-04T12:00:00Z", balance=usd("0.0")), ZONE, "USD") == ()


def test_without_the_permission_for_transactions_the_rest_is_still_seen() -> None:
    (issued,) = read_gift_card(card(order=None, transactions=None), ZONE, "USD")
    assert issued.kind is StoredValueKind.ISSUED


def test_a_payment_with_a_card_is_the_orders_and_a_debit_by_hand_is_not() -> None:
    facts = read_gift_card(
        card(
            moved(1, "GiftCardDebitTransaction", "20.0", "2026-11-03T15:00:00Z"),
            moved(2, "GiftCardDebitTransaction", "20.0", "2026-11-03T15:20:00Z"),
        ),
        ZONE,
        "USD",
    )
    (by_hand,) = outside_orders(facts, [payment(1, "20.00", "2026-11-03T15:00:02+00:00")])
    assert by_hand.id.endswith("/2")


def test_a_refund_onto_a_card_is_the_orders() -> None:
    facts = read_gift_card(card(moved(1, "GiftCardCreditTransaction", "20.0")), ZONE, "USD")
    assert outside_orders(facts, [payment(1, "-20.00", "2026-11-03T15:00:02+00:00")]) == ()


def test_other_money_of_the_same_amount_explains_nothing() -> None:
    facts = read_gift_card(card(moved(1, "GiftCardDebitTransaction", "20.0")), ZONE, "USD")
    others = [
        payment(1, "20.00", "2026-11-03T15:00:00+00:00", gateway="cash"),
        payment(2, "20.00", "2026-11-03T18:00:00+00:00"),
        payment(3, "19.99", "2026-11-03T15:00:00+00:00"),
        payment(4, "-20.00", "2026-11-03T15:00:00+00:00"),
    ]
    assert outside_orders(facts, others) == facts


def account(*transactions: dict[str, Any]) -> dict[str, Any]:
    return {"id": "gid://shopify/StoreCreditAccount/3", "balance": usd("10.0"), "transactions": list(transactions)}


def credit(kind: str, event: str, amount: str, **more: Any) -> dict[str, Any]:
    made = {"__typename": f"StoreCreditAccount{kind}Transaction", "event": event, "amount": usd(amount)}
    return made | {"createdAt": "2026-11-03T03:00:00Z", "id": f"gid://shopify/{kind}/{amount}"} | more


def test_store_credit_by_hand_and_expired_counts_and_what_orders_did_does_not() -> None:
    expired = credit("Expiration", "ADJUSTMENT", "-5.0")
    del expired["id"]
    found = read_store_credit(
        account(
            credit("Credit", "ADJUSTMENT", "25.0"),
            credit("Credit", "ORDER_REFUND", "12.0"),
            credit("Debit", "ORDER_PAYMENT", "-8.0"),
            credit("DebitRevert", "ORDER_CANCELLATION", "8.0"),
            credit("Debit", "ADJUSTMENT", "-10.0"),
            expired,
        ),
        ZONE,
        "USD",
    )
    assert {(f.kind, f.amount) for f in found} == {
        (StoredValueKind.CREDITED, Decimal("25.00")),
        (StoredValueKind.DEBITED, Decimal("-10.00")),
        (StoredValueKind.EXPIRED, Decimal("-5.00")),
    }
    assert liability(found) == Decimal("10.00")
    assert len({f.id for f in found}) == 3
    assert {f.day for f in found} == {date(2026, 11, 2)}


@pytest.mark.parametrize(
    "broken",
    [
        lambda: read_gift_card(card(moved(1, "GiftCardLoan", "1.0")), ZONE, "USD"),
        lambda: read_gift_card(card(transactions={"nodes": []}), ZONE, "USD"),
        lambda: read_gift_card(card(order=None, initialValue={"amount": "5", "currencyCode": "EUR"}), ZONE, "USD"),
        lambda: read_store_credit(account(credit("Loan", "ADJUSTMENT", "1.0")), ZONE, "USD"),
    ],
)
def test_what_makes_no_sense_is_named(broken: Any) -> None:
    with pytest.raises(UnreadableFact):
        broken()


moments = st.integers(0, 3600).map(lambda s: datetime(2026, 11, 3, 15, tzinfo=UTC) + timedelta(seconds=s))
amounts = st.sampled_from([Decimal(5), Decimal(10), Decimal(20)])


@given(st.lists(st.tuples(moments, amounts), max_size=8), st.lists(st.tuples(moments, amounts), max_size=8))
def test_no_payment_explains_two_movements_and_no_movement_is_invented(debits: Any, payments: Any) -> None:
    facts = [
        StoredValueFact(f"d{n}", at.date(), at, "gift_card", StoredValueKind.DEBITED, -amount, CARD)
        for n, (at, amount) in enumerate(debits)
    ]
    money = [
        MoneyFact(f"m{n}", at.date(), at, MoneyKind.SALE, "gift_card", amount)
        for n, (at, amount) in enumerate(payments)
    ]
    left = outside_orders(facts, money)
    assert set(left) <= set(facts)
    assert len(facts) - len(left) <= len(money)
    for amount in (Decimal(5), Decimal(10), Decimal(20)):
        explained = sum(f.amount == -amount for f in facts) - sum(f.amount == -amount for f in left)
        assert explained <= sum(m.amount == amount for m in money)
