"""The demo's proof: it must see every kind of wrong books."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from decimal import Decimal

import pytest

from infra.local.demo import Size, account_of
from infra.local.proof import faults
from infra.local.stack import StackError

DAY = date(2026, 11, 1)
EXPECTED = {
    DAY: {
        "sales": Decimal("100.00"),
        "tax:State Tax 4%": Decimal("4.00"),
        "channel_tax:State Tax 6.25%": Decimal("6.00"),
        "gift_cards_sold": Decimal("50.00"),
        "tender:shopify_payments": Decimal("125.00"),
        "tender:cash": Decimal("15.00"),
        "gift_cards_redeemed": Decimal("20.00"),
    }
}
TRIAL_BALANCE = [
    ("Sales", "Income", Decimal("0.00"), Decimal("100.00")),
    ("Sales Tax Collected", "OtherCurrentLiability", Decimal("0.00"), Decimal("4.00")),
    ("Gift Cards Outstanding", "OtherCurrentLiability", Decimal("0.00"), Decimal("30.00")),
    ("Shopify Clearing", "OtherCurrentAsset", Decimal("119.00"), Decimal("0.00")),
    ("Cash on Hand", "Bank", Decimal("15.00"), Decimal("0.00")),
    ("Cost of Goods Sold", "CostOfGoodsSold", Decimal("40.00"), Decimal("0.00")),
    ("Inventory Asset", "OtherCurrentAsset", Decimal("0.00"), Decimal("40.00")),
]


def _line(name: str, amount: str, **others: str) -> dict[str, str]:
    return {"line": name, "shopify": amount, "posted": amount, "quickbooks": amount, "difference": "0.00"} | others


@pytest.fixture
def report() -> dict:
    lines = [_line(name, str(amount)) for name, amount in EXPECTED[DAY].items()]
    return {"days": [{"date": "2026-11-01", "lines": lines}], "total": {"lines": deepcopy(lines)}, "open": []}


def test_right_books_are_right(report: dict) -> None:
    assert faults(report, EXPECTED, TRIAL_BALANCE, account_of) == []


def test_a_cent_missing_in_quickbooks_is_seen_on_its_day_even_when_the_total_hides_it(report: dict) -> None:
    report["days"][0]["lines"][0] = _line("sales", "100.00", quickbooks="99.99", difference="0.01")
    (fault,) = faults(report, EXPECTED, TRIAL_BALANCE, account_of)
    assert fault.startswith("2026-11-01 sales: Shopify 100.00")


def test_what_was_not_posted_is_seen_though_the_difference_is_said_to_be_nothing(report: dict) -> None:
    report["total"]["lines"][0] = _line("sales", "100.00", posted="0.00", quickbooks="0.00")
    assert len(faults(report, EXPECTED, TRIAL_BALANCE, account_of)) == 1


def test_a_sale_that_the_connector_never_saw_is_seen(report: dict) -> None:
    """Then Shopify's column itself is wrong, and the tie-out is all zeros."""
    for part in (report["days"][0], report["total"]):
        part["lines"] = [line for line in part["lines"] if line["line"] != "tender:cash"]
    (fault,) = faults(report, EXPECTED, TRIAL_BALANCE, account_of)
    assert fault == "2026-11-01 tender:cash: the shop had 15.00, the tie-out says 0.00"


def test_an_amount_on_the_wrong_account_is_seen_by_the_companys_own_books(report: dict) -> None:
    moved = [("Checking", *row[1:]) if row[0] == "Cash on Hand" else row for row in TRIAL_BALANCE]
    assert faults(report, EXPECTED, moved, account_of) == [
        "Cash on Hand stands at 0.00, by the shop it must be 15.00",
        "Checking stands at 15.00, by the shop it must be 0.00",
    ]


def test_a_trial_balance_that_does_not_balance_is_seen(report: dict) -> None:
    unbalanced = TRIAL_BALANCE[:-1]
    assert "the trial balance does not balance" in faults(report, EXPECTED, unbalanced, account_of)[0]


def test_empty_books_prove_nothing() -> None:
    empty = {"days": [], "total": {"lines": []}, "open": []}
    assert len(faults(empty, {}, [], account_of)) == 2


def test_an_exception_is_no_proof(report: dict) -> None:
    report["open"] = [{"day": "2026-11-01", "title": "#1001", "amount": "9.00", "reason": "no account for duties"}]
    assert faults(report, EXPECTED, TRIAL_BALANCE, account_of) == ["open: 2026-11-01 #1001 9.00: no account for duties"]


def test_the_size_comes_from_the_environment() -> None:
    assert Size.of({}) == Size(14, 25, "detailed")
    assert Size.of({"DAYS": "3", "ORDERS": "", "MODE": "Summary"}) == Size(3, 25, "summary")


@pytest.mark.parametrize("environment", [{"DAYS": "0"}, {"ORDERS": "many"}, {"MODE": "both"}])
def test_a_size_that_is_none_is_refused(environment: dict[str, str]) -> None:
    with pytest.raises(StackError):
        Size.of(environment)
