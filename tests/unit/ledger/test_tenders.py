"""Tender transactions control the orders' transactions, day by day and order by order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from connector.ledger.facts import MoneyFact, MoneyKind
from connector.ledger.invariants import tender_disagreements
from connector.ledger.tenders import TenderFact, control_totals, read_tender

ZONE = ZoneInfo("America/New_York")
DAY = date(2026, 11, 2)
ORDER = "gid://shopify/Order/42"


def node(number: int, amount: str, method: str = "credit_card", currency: str = "USD", **more: Any) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/TenderTransaction/{number}",
        "processedAt": "2026-11-03T02:30:00Z",
        "paymentMethod": method,
        "remoteReference": "ch_1",
        "test": False,
        "amount": {"amount": amount, "currencyCode": currency},
        "order": {"id": ORDER, "name": "#1001"},
    } | more


def tender(*arguments: Any, **more: Any) -> TenderFact:
    found = read_tender(node(*arguments, **more), ZONE)
    assert found
    return found


def received(number: int, amount: str, gateway: str = "shopify_payments", rounding: str = "0.00") -> MoneyFact:
    moment = datetime(2026, 11, 2, 20, 0, tzinfo=UTC)
    kind = MoneyKind.SALE if Decimal(amount) > 0 else MoneyKind.CHANGE
    return MoneyFact(f"t{number}", DAY, moment, kind, gateway, Decimal(amount), Decimal(rounding))


def test_the_day_is_the_shops_and_test_transactions_are_none() -> None:
    assert tender(1, "55.0").day == DAY
    assert read_tender(node(1, "55.0", test=True), ZONE) is None


def test_control_totals_are_by_day_and_method_each_transaction_once() -> None:
    tenders = [tender(1, "55.0"), tender(2, "20.0", "cash"), tender(3, "-2.4", "cash"), tender(1, "55.0")]
    tenders.append(tender(4, "9.0", currency="EUR"))
    assert control_totals(tenders, "USD") == {
        DAY: {"credit_card": Decimal("55.00"), "cash": Decimal("17.60"), "credit_card (EUR)": Decimal("9.00")}
    }


def test_cash_with_change_agrees_with_one_tender() -> None:
    money = {ORDER: [received(1, "20.00", "cash"), received(2, "-2.40", "cash")]}
    assert tender_disagreements(DAY, [tender(1, "17.6", "cash")], money, "USD") == ()


def test_rounded_cash_agrees_with_or_without_its_rounding() -> None:
    money = {ORDER: [received(1, "17.58", "cash", "0.02")]}
    for amount in ("17.58", "17.60"):
        assert tender_disagreements(DAY, [tender(1, amount, "cash")], money, "USD") == ()


def test_gift_cards_and_store_credit_are_no_tenders() -> None:
    money = {ORDER: [received(1, "30.00"), received(2, "25.00", "gift_card")]}
    assert tender_disagreements(DAY, [tender(1, "30.0"), tender(2, "25.0", "gift_card")], money, "USD") == ()


def test_money_that_only_one_of_them_has_is_named_with_its_order() -> None:
    (missing,) = tender_disagreements(DAY, [], {ORDER: [received(1, "55.00")]}, "USD")
    assert (missing.subject, missing.expected, missing.found) == (ORDER, Decimal("55.00"), Decimal("0.00"))
    (unknown,) = tender_disagreements(DAY, [tender(1, "55.0")], {}, "USD")
    assert (unknown.name, unknown.difference) == ("#1001", Decimal("55.00"))


def test_other_days_and_other_currencies_are_not_compared() -> None:
    later = replace(received(1, "55.00"), day=date(2026, 11, 3))
    assert tender_disagreements(DAY, [], {ORDER: [later]}, "USD") == ()
    assert tender_disagreements(DAY, [tender(1, "50.0", currency="EUR")], {ORDER: [received(1, "55.00")]}, "USD") == ()
