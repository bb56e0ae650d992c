"""What a register's drawer was over or short, and what was put in and taken out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connector.ledger.cash import read_activities, read_cash_session, with_reasons
from connector.ledger.invariants import cash_disagreements
from connector.ledger.nodes import UnreadableFact

ZONE = ZoneInfo("America/New_York")
STORE = {"id": "gid://shopify/Location/1", "name": "Store"}


def usd(amount: Any) -> dict[str, str]:
    return {"amount": str(amount), "currencyCode": "USD"}


def adjustment(number: int, amount: str, at: str = "2026-11-02T18:00:00Z") -> dict[str, Any]:
    return {"id": f"gid://shopify/CashTrackingAdjustment/{number}", "time": at, "note": None, "cash": usd(amount)}


def session(**more: Any) -> dict[str, Any]:
    return {
        "id": "gid://shopify/CashTrackingSession/8",
        "registerName": "Front",
        "openingTime": "2026-11-02T14:00:00Z",
        "closingTime": "2026-11-03T02:00:00Z",
        "closingNote": None,
        "location": STORE,
        "openingBalance": usd("200.0"),
        "expectedOpeningBalance": usd("200.0"),
        "closingBalance": usd("348.5"),
        "expectedClosingBalance": usd("350.0"),
        "totalDiscrepancy": usd("-1.5"),
        "totalCashSales": usd("180.0"),
        "totalCashRefunds": usd("-10.0"),
        "adjustments": [adjustment(1, "-20.0")],
    } | more


def test_a_closed_session_is_short_on_the_day_it_was_closed() -> None:
    found = read_cash_session(session(), ZONE, "USD")
    assert found
    assert (found.day, found.over_short, found.register) == (date(2026, 11, 2), Decimal("-1.50"), "Front")
    assert [m.amount for m in found.movements] == [Decimal("-20.00")]
    assert set(found.claimable) == {found.id, found.movements[0].id}
    assert cash_disagreements(found) == ()


def test_an_open_session_is_no_fact_yet() -> None:
    assert read_cash_session(session(closingTime=None, closingBalance=None), ZONE, "USD") is None


def test_what_was_missing_in_the_morning_counts_too() -> None:
    found = read_cash_session(session(openingBalance=usd("195.0"), totalDiscrepancy=usd("-6.5")), ZONE, "USD")
    assert found and found.over_short == Decimal("-6.50")


def test_the_first_session_of_a_register_expects_nothing() -> None:
    found = read_cash_session(session(expectedOpeningBalance=None), ZONE, "USD")
    assert found and found.over_short == Decimal("-1.50")


def test_a_session_that_is_right_leaves_nothing_to_post() -> None:
    found = read_cash_session(
        session(closingBalance=usd("350.0"), totalDiscrepancy=usd("0.0"), adjustments=[]), ZONE, "USD"
    )
    assert found and found.claimable == {}


def test_another_total_of_shopifys_is_named() -> None:
    found = read_cash_session(session(totalDiscrepancy=usd("-2.5")), ZONE, "USD")
    assert found
    (problem,) = cash_disagreements(found)
    assert (problem.name, problem.expected, problem.found) == ("Front", Decimal("-2.50"), Decimal("-1.50"))


def drawer(*activities: dict[str, Any]) -> dict[str, Any]:
    return {"id": "d", "name": "Drawer", "location": STORE, "balance": usd("1.0"), "cashActivities": list(activities)}


def activity(amount: str, code: dict[str, Any] | None, at: str = "2026-11-02T18:00:20Z", **more: Any) -> dict[str, Any]:
    return {
        "__typename": "CashAdjustmentActivity",
        "time": at,
        "cash": usd(amount),
        "note": "milk",
        "reasonCode": code,
    } | more


def test_paid_out_gets_the_reason_that_the_drawer_knows() -> None:
    activities = read_activities(
        drawer(
            activity("-20.0", {"__typename": "CashManagementDefaultReasonCode", "defaultCode": "PETTY_CASH"}),
            {"__typename": "CashCountActivity", "time": "2026-11-02T18:00:00Z", "cash": usd("-20.0")},
        ),
        "USD",
    )
    found = read_cash_session(session(), ZONE, "USD")
    assert found
    (movement,) = with_reasons(found, activities).movements
    assert (movement.reason, movement.note) == ("PETTY_CASH", "milk")


@pytest.mark.parametrize(
    "other",
    [
        activity("-21.0", {"customCode": "Window cleaner"}),
        activity("-20.0", {"customCode": "Window cleaner"}, at="2026-11-02T19:00:00Z"),
        activity("-20.0", None),
    ],
)
def test_another_drawers_movement_lends_no_reason(other: dict[str, Any]) -> None:
    found = read_cash_session(session(), ZONE, "USD")
    assert found
    assert with_reasons(found, read_activities(drawer(other), "USD")) == found


def test_one_activity_gives_one_reason() -> None:
    found = read_cash_session(session(adjustments=[adjustment(1, "-20.0"), adjustment(2, "-20.0")]), ZONE, "USD")
    assert found
    named = with_reasons(found, read_activities(drawer(activity("-20.0", {"systemCode": "CASH_PAYOUT"})), "USD"))
    assert sorted(m.reason for m in named.movements) == ["", "CASH_PAYOUT"]


def test_read_again_a_session_only_learns_reasons() -> None:
    found = read_cash_session(session(), ZONE, "USD")
    assert found
    again = replace(found, over_short=Decimal("9.00"), movements=(replace(found.movements[0], reason="PETTY_CASH"),))
    assert found.updated(again).over_short == found.over_short
    assert found.updated(again).movements[0].reason == "PETTY_CASH"
    assert found.updated(found) == found


def test_a_session_in_another_currency_is_named() -> None:
    with pytest.raises(UnreadableFact, match="Front"):
        read_cash_session(session(closingBalance={"amount": "1", "currencyCode": "EUR"}), ZONE, "USD")
