"""The month-end pack says what the tie-out says, rolls liabilities forward and names every open amount."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from connector.app import settings
from connector.app.month_end import as_csv, as_page
from connector.outbox import release
from connector.outbox.entries import EntryState
from connector.storage import days
from connector.sync.month_end import month_end, month_of
from infra.local.company import DEMO_ACCOUNTS
from infra.local.shop import build_world
from tests.fakes.main_job import MainJob
from tests.fakes.preparation import SHOP


@pytest.fixture(scope="module")
def job() -> MainJob:
    job = MainJob(build_world(days=6, orders_per_day=15, seed=3, start=date(2026, 3, 28)), "detailed")
    job.live_through()
    assert job.faults() == []
    return job


def pack_of(job: MainJob, month: str) -> dict[str, Any]:
    policy = settings.policy_of(settings.read(job.table, SHOP))
    return month_end(job.table, SHOP, *month_of(month), policy)


def total(rows: list[dict[str, str]], column: str) -> Decimal:
    return sum((Decimal(row[column]) for row in rows), Decimal())


def test_months_end_where_they_do() -> None:
    assert month_of("2026-02") == (date(2026, 2, 1), date(2026, 2, 28))
    assert month_of("2026-12") == (date(2026, 12, 1), date(2026, 12, 31))
    for wrong in ("2026-13", "2026", "", "März"):
        with pytest.raises(ValueError):
            month_of(wrong)


def test_a_proven_month_has_each_day_and_every_tax(job: MainJob) -> None:
    march, april = pack_of(job, "2026-03"), pack_of(job, "2026-04")
    assert march["is_proven"] and april["is_proven"]
    assert [one["date"] for one in march["days"]] == [f"2026-03-{day}" for day in (28, 29, 30, 31)]
    assert {one["difference"] for one in march["days"]} == {"0.00"}
    assert march["taxes"] and all(row["shopify"] == row["quickbooks"] for row in march["taxes"])
    shown = [line for line in march["tie_out"] if line["line"].startswith(("tax:", "channel_tax:"))]
    assert total(march["taxes"], "shopify") == total(shown, "shopify")


def test_what_is_owed_rolls_from_one_month_into_the_next(job: MainJob) -> None:
    march, april = pack_of(job, "2026-03"), pack_of(job, "2026-04")
    for before, after in zip(march["liabilities"], april["liabilities"], strict=True):
        assert before["opening_shopify"] == "0.00"
        assert before["closing_shopify"] == after["opening_shopify"]
        for row in (before, after):
            change = sum((Decimal(one["shopify"]) for one in row["changes"]), Decimal())
            assert Decimal(row["opening_shopify"]) + change == Decimal(row["closing_shopify"])
    gift_cards = april["liabilities"][0]
    account = DEMO_ACCOUNTS["gift_cards"]
    books = {line.account: line.credit - line.debit for line in job.company.trial_balance()}
    assert Decimal(gift_cards["closing_quickbooks"]) == books.get(account, Decimal())


def test_the_clearing_accounts_come_to_their_balance_and_name_what_is_on_them(job: MainJob) -> None:
    april = pack_of(job, "2026-04")
    books = {line.account: line.debit - line.credit for line in job.company.trial_balance()}
    assert {one["account"] for one in april["clearing"]} >= {DEMO_ACCOUNTS["clearing"]}
    for account in april["clearing"]:
        assert Decimal(account["balance"]) == books.get(account["account"], Decimal())
        assert total(account["open"], "amount") == Decimal(account["balance"])
        assert all(one["title"] and Decimal(one["amount"]) for one in account["open"])


def test_what_is_set_aside_waits_or_differs_is_named_with_its_reason() -> None:
    job = MainJob(build_world(days=2, orders_per_day=10, seed=3, start=date(2026, 3, 28)), "detailed")
    job.prepare(0)
    first, second = job.preparation.entries(EntryState.READY)[:2]
    release.ignore(job.table, SHOP, first.id, "=typed by hand")
    pack = pack_of(job, "2026-03")
    assert not pack["is_proven"]
    named = {one["id"]: one["reason"] for one in pack["open"]}
    assert named[first.id] == "=typed by hand"
    assert named[second.id] == "It waits for the next update of the Web Connector."
    for _ in range(2):
        job.update()
    pack = pack_of(job, "2026-03")
    assert [one["id"] for one in pack["open"] if one["state"] == "IGNORED"] == [first.id]
    read = next(e for e in job.preparation.entries(EntryState.READ_BACK) if e.kind == "SalesReceipt")
    later = replace(read, document=replace(read.document, day=date(2026, 4, 1)))  # type: ignore[type-var]
    job.table.put(later.to_item())
    assert [one["reason"] for one in pack_of(job, "2026-03")["notes"]] == [
        "It is dated 2026-04-01 in QuickBooks: the books were closed."
    ]


def test_the_csv_and_the_page_hold_all_of_it_and_no_formula(job: MainJob) -> None:
    pack = pack_of(job, "2026-03")
    pack["open"] = [
        {"day": "2026-03-30", "title": "=1+1", "kind": "Order", "state": "HELD", "amount": "-5.00", "reason": "<b>&"}
    ]
    rows = list(csv.reader(io.StringIO(as_csv(SHOP, pack).removeprefix("\ufeff"))))
    assert ["Everything ties out", "yes"] in rows
    assert ["2026-03-30", "'=1+1", "Order without a document", "Held", "-5.00", "<b>&"] in rows
    for heading in ("Tie-out", "Days", "Tax by title and rate", "Gift cards and store credit", "Clearing accounts"):
        assert [heading] in rows
    page = as_page(SHOP, pack)
    assert "&lt;b&gt;&amp;" in page and "<b>&" not in page
    assert "Month-end pack" in page and "<script" not in page


def test_an_empty_month_is_proven_and_has_nothing_open(job: MainJob) -> None:
    pack = pack_of(job, "2025-01")
    assert pack["is_proven"] and not pack["days"] and not pack["open"] and not pack["taxes"]
    assert set(days.COLUMNS) >= {"shopify", "quickbooks"}
