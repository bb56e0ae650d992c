"""The tie-out by day, payout and month, the clearing accounts, and the month-end pack."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import AdminOf
from tests.browser.lived_in import LivedIn, lived_in, reads_well, troubled

LANGUAGES = ("en", "da")
DAYS = {"from": "2026-03-01", "to": "2026-04-01"}


@pytest.fixture(scope="module")
def shop() -> Iterator[LivedIn]:
    with lived_in(days=3) as shop:
        troubled(shop)
        yield shop


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_days_payouts_month_and_clearing(shop: LivedIn, admin_of: AdminOf, language: str, phone: bool) -> None:
    admin = admin_of(shop.site, phone=phone)
    frame = reads_well(admin, "/tie-out", "tie-out", language, **DAYS)
    expect(frame.locator("svg rect")).to_have_count(6)
    frame.locator("figure summary").click()
    expect(frame.locator("figure table tbody tr")).to_have_count(3)
    expect(frame.get_by_text("#5001").first).to_be_visible()
    reads_well(admin, "/tie-out", "tie-out-payouts", language, part="payouts", **DAYS)
    frame = reads_well(admin, "/tie-out", "tie-out-month", language, part="month", month="2026-03")
    expect(frame.get_by_text({"en": "March 2026", "da": "marts 2026"}[language]).first).to_be_visible()
    frame = reads_well(admin, "/tie-out", "tie-out-clearing", language, part="clearing")
    expect(frame.get_by_role("heading", name="Shopify Clearing")).to_be_visible()


def test_a_day_is_looked_into_and_its_differences_name_who_makes_them(shop: LivedIn, admin_of: AdminOf) -> None:
    admin = admin_of(shop.site)
    frame = admin.open("/tie-out", **DAYS)
    last = shop.job.world.days[-1]
    frame.get_by_role("link", name=f"{last.day} Mar 2026").click()
    frame.wait_for_url("**day=*")
    expect(frame.get_by_role("heading", name=f"Tie-out: {last.day} Mar 2026")).to_be_visible()
    expect(frame.locator("tr.off").first).to_be_visible()
    frame.get_by_role("link", name="Back to all days").click()
    expect(frame.get_by_role("heading", name="Day by day")).to_be_visible()
    assert admin.complaints == []


def test_other_days_are_asked_for_and_a_wrong_range_is_said(shop: LivedIn, admin_of: AdminOf) -> None:
    frame = admin_of(shop.site).open("/tie-out")
    frame.get_by_role("textbox", name="From").fill("2026-03-27")
    frame.get_by_role("textbox", name="To").fill("2026-03-20")
    frame.get_by_role("button", name="Show").click()
    expect(frame.get_by_text("The range ends before it begins.")).to_be_visible()
    frame.get_by_role("textbox", name="From").fill("2026-03-01")
    frame.get_by_role("button", name="Show").click()
    frame.wait_for_url("**from=2026-03-01**")
    expect(frame.get_by_text("Nothing was sold in this time.")).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_month_end_pack_is_read_downloaded_and_printed(shop: LivedIn, admin_of: AdminOf, language: str) -> None:
    admin = admin_of(shop.site)
    frame = reads_well(admin, "/month-end", "month-end", language, month="2026-03")
    told = {
        "en": ("Download CSV", "Download page", "Month-end pack", "Tax by title and rate"),
        "da": ("Hent CSV", "Hent side", "Månedsafslutning", "Moms efter titel og sats"),
    }[language]
    with admin.page.expect_download() as saved:
        frame.get_by_role("button", name=told[0]).click()
    assert saved.value.suggested_filename == "month-end-2026-03.csv"
    text = Path(saved.value.path()).read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0][0] == told[2] and [told[3]] in rows
    with admin.page.expect_download() as saved:
        frame.get_by_role("button", name=told[1]).click()
    page = Path(saved.value.path()).read_text(encoding="utf-8")
    assert f"<h1>{told[2]}</h1>" in page and told[3] in page
    frame.evaluate("() => { window.print = () => { window.printed = true; }; }")
    frame.get_by_role("button", name={"en": "Print", "da": "Udskriv"}[language]).click()
    assert frame.evaluate("() => window.printed") is True
