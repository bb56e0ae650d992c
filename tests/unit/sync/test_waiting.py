"""Orders that wait are named with their amounts and why; orders whose account QuickBooks lost wait and come back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from connector.accounting.policy import ACCOUNT_KEYS, REQUIRED_ACCOUNTS
from connector.app.accounts import Chart
from connector.outbox import company
from connector.outbox.entries import EntryState
from connector.quickbooks.profile import CompanyProfile, Edition
from connector.quickbooks.records import ListRecord
from connector.storage.table import Table
from connector.sync.tie_out import NEXT_SYNC
from tests.fakes.nodes import ListedOrders, agreement, order, paid_order, sale, transaction
from tests.fakes.preparation import SHOP, Preparation

MODES = ("detailed", "summary")
AT = "2026-03-10T15:00:00Z"
NIGHT = datetime(2026, 3, 11, 6, tzinfo=UTC)
NEXT_NIGHT = datetime(2026, 3, 12, 6, tzinfo=UTC)
TYPES = {
    "accounts_receivable": "AccountsReceivable",
    "accounts_payable": "AccountsPayable",
    "cost_of_goods_sold": "CostOfGoodsSold",
    "inventory_asset": "OtherCurrentAsset",
    "clearing": "Bank",
    "bank": "Bank",
}


def unpaid(number: int, amount: str, *paid: str, **more: Any) -> Any:
    moved = [transaction(f"{number}{i}", AT, part) for i, part in enumerate(paid)]
    return order(number, [agreement(str(number), AT, sale(str(number), amount))], moved, fulfilled=False, **more)


def test_the_parts_of_what_is_not_yet_posted_are_named_with_their_reasons() -> None:
    preparation = Preparation(ListedOrders(unpaid(1, "30.00"), unpaid(2, "50.00", "20.00"), paid_order(3, AT)))
    preparation.sync(NIGHT)
    preparation.post_all()
    waiting = preparation.report()["waiting"]
    assert [(one["title"], one["amount"], one["day"]) for one in waiting] == [
        ("#1", "30.00", "2026-03-10"),
        ("#2", "50.00", "2026-03-10"),
    ]
    assert "neither paid nor fulfilled" in waiting[0]["why"] and "no Sales Orders" in waiting[0]["why"]
    assert "partly paid and not fulfilled" in waiting[1]["why"]
    assert preparation.differences() == {"not_yet_posted": "80.00"}
    seen = CompanyProfile(edition=Edition.PREMIER)
    company.store_profile(preparation.table, SHOP, seen, NIGHT)
    assert "no Sales Orders" not in preparation.report()["waiting"][0]["why"]


def test_what_the_settings_hold_for_fulfilment_says_so_and_what_is_due_is_posted_next() -> None:
    preparation = Preparation(ListedOrders(unpaid(1, "30.00", "30.00")), "summary", recognise="at_fulfilment")
    preparation.sync(NIGHT)
    (held,) = preparation.report()["waiting"]
    assert held["why"] == "It is not fulfilled yet; by the settings a sale is posted then."
    preparation.settings(recognise="at_sale")
    assert preparation.report()["waiting"][0]["why"] == NEXT_SYNC
    preparation.source = ListedOrders()
    preparation.sync(NEXT_NIGHT)
    preparation.post_all()
    assert preparation.report()["waiting"] == [] and preparation.differences() == {}


def test_only_days_asked_for_are_named() -> None:
    preparation = Preparation(ListedOrders(unpaid(1, "30.00")))
    preparation.sync(NIGHT)
    assert preparation.report(date(2026, 3, 11), date(2026, 3, 31))["waiting"] == []


def chart(table: Table, *changed: ListRecord) -> None:
    """The company's accounts as read: each key's own, but for what is ``changed``."""
    named = {one.full_name: one for one in changed}
    records = []
    for key in ACCOUNT_KEYS:
        plain = ListRecord("Account", f"8-{key}", key, key, account_type=TYPES.get(key, "Income"))
        found = named.get(key, plain)
        if found.name:
            records.append(found)
    company.store_part(table, SHOP, "accounts", "g1", 1, records)
    company.complete(table, SHOP, "g1", NIGHT, {"names": 1, "items": 1})


GONE = ListRecord("Account", "", "", "sales_income")
INACTIVE = ListRecord("Account", "8-x", "sales_income", "sales_income", account_type="Income", is_active=False)
RETYPED = ListRecord("Account", "8-x", "sales_income", "sales_income", account_type="NonPosting")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("changed", "words"),
    [(GONE, "QuickBooks has no account"), (INACTIVE, "is inactive in QuickBooks"), (RETYPED, "is of type Non-Posting")],
)
def test_an_account_that_went_after_it_was_chosen_holds_what_needs_it_until_it_is_back(
    mode: str, changed: ListRecord, words: str
) -> None:
    preparation = Preparation(ListedOrders(paid_order(1, AT, "30.00", "0.00")), mode)
    chart(preparation.table, changed)
    preparation.sync(NIGHT)
    (held,) = preparation.entries()
    assert (held.kind, held.state, f"{held.amount:.2f}") == ("Order", EntryState.HELD, "30.00")
    assert words in held.reason
    chart(preparation.table)
    preparation.source = ListedOrders()
    preparation.sync(NEXT_NIGHT)
    assert [entry.state for entry in preparation.entries()] == [EntryState.READY]
    preparation.post_all()
    assert preparation.differences() == {}


def test_an_account_no_document_needs_stops_nothing() -> None:
    preparation = Preparation(ListedOrders(paid_order(1, AT)))
    chart(preparation.table, replace(GONE, full_name="payment_fees"))
    preparation.sync(NIGHT)
    assert {entry.state for entry in preparation.entries()} == {EntryState.READY}


def test_every_required_key_refuses_an_account_of_a_type_that_takes_no_postings() -> None:
    known = Chart([{"full_name": "Estimates", "type": "NonPosting"}])
    for key in REQUIRED_ACCOUNTS:
        assert known.faults("accounts", {key: "Estimates"}), key
    income = Chart([{"full_name": "Sales", "type": "Income"}])
    refused = {key for key in REQUIRED_ACCOUNTS if income.faults("accounts", {key: "Sales"})}
    assert refused == TYPES.keys()
