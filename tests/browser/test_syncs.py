"""Syncs: started, seen to get on without loading the page, looked into, and taken back to the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from connector.outbox import company
from connector.outbox.entries import EntryState
from connector.storage import syncs
from connector.storage.syncs import SyncState
from tests.browser.conftest import Admin, AdminOf, axe
from tests.browser.lived_in import LivedIn, lived_in, reads_well, troubled
from tests.fakes.preparation import SHOP

LANGUAGES = ("en", "da")


@pytest.fixture(scope="module")
def shop() -> Iterator[LivedIn]:
    with lived_in() as shop:
        troubled(shop)
        yield shop


@pytest.fixture
def own() -> Iterator[LivedIn]:
    """A shop to change."""
    with lived_in() as shop:
        yield shop


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_syncs_and_one_of_them(shop: LivedIn, admin_of: AdminOf, language: str, phone: bool) -> None:
    admin = admin_of(shop.site, phone=phone)
    frame = reads_well(admin, "/syncs", "syncs", language)
    expect(frame.get_by_role("row")).to_have_count(3)
    frame = reads_well(admin, f"/syncs/{shop.last_sync()}", "sync", language)
    expect(frame.get_by_text("America/New_York")).to_be_visible()
    expect(frame.get_by_text("#5001").first).to_be_visible()
    reason = {
        "en": "No QuickBooks account is chosen for duties",
        "da": "Der er ikke valgt en QuickBooks-konto til told",
    }
    expect(frame.get_by_text(reason[language].partition(" ")[2])).to_be_visible()


def test_a_sync_is_started_and_seen_to_end(own: LivedIn, admin_of: AdminOf) -> None:
    admin = admin_of(own.site)
    frame = admin.open("/syncs")
    frame.get_by_role("button", name="Sync now").click()
    frame.wait_for_url("**/syncs/2026*")
    sync_id = own.last_sync()
    assert [one["name"] for one in own.site.machine.started]
    expect(frame.get_by_role("progressbar")).to_have_attribute("value", "0")
    frame.evaluate("() => { window.same = true; }")
    syncs.set_state(own.job.table, SHOP, sync_id, SyncState.READING, own.site.clock())
    own.job.table.transact([syncs.read_write(SHOP, sync_id, 12, 40)])
    expect(frame.get_by_text("12 orders read, 40 new facts")).to_be_visible()
    expect(frame.locator("#sync-state")).to_have_text("Reading from Shopify")
    assert frame.evaluate("() => window.same") is True
    syncs.set_state(own.job.table, SHOP, sync_id, SyncState.DONE, own.site.clock())
    expect(frame.locator("#sync-state")).to_have_text("Prepared")
    expect(frame.get_by_role("progressbar")).to_have_count(0)
    assert admin.complaints == []


def test_the_list_shows_a_running_sync_get_on_without_loading(own: LivedIn, admin_of: AdminOf) -> None:
    syncs.create(own.job.table, SHOP, "20260399T000000Z-run", trigger="manual", window_end=own.site.clock())
    frame = admin_of(own.site).open("/syncs")
    row = frame.locator("tr[data-running]")
    expect(row).to_contain_text("Waiting to begin")
    frame.evaluate("() => { window.same = true; }")
    own.job.table.transact([syncs.made_write(SHOP, "20260399T000000Z-run", {"SalesReceipt": (7, Decimal("70.00"))})])
    syncs.set_state(own.job.table, SHOP, "20260399T000000Z-run", SyncState.DONE, own.site.clock())
    row = frame.locator("tr[data-sync='20260399T000000Z-run']")
    expect(row).to_contain_text("Prepared")
    expect(row.locator("[data-made]")).to_have_text("7")
    expect(frame.locator("tr[data-running]")).to_have_count(0)
    assert frame.evaluate("() => window.same") is True


def test_a_failed_sync_says_why(own: LivedIn, admin_of: AdminOf) -> None:
    table, failed, now = own.job.table, "20260399T000000Z-bad", own.site.clock()
    syncs.create(table, SHOP, failed, trigger="manual", window_end=now)
    syncs.set_state(table, SHOP, failed, SyncState.FAILED, now, reason="ShopifyUnavailable: 503")
    frame = admin_of(own.site).open(f"/syncs/{failed}", locale="da")
    expect(frame.get_by_text("Shopify svarede ikke eller afviste forespørgslen.")).to_be_visible()
    axe(frame)


def test_earlier_days_are_asked_for_with_each_fault_beside_its_field(own: LivedIn, admin_of: AdminOf) -> None:
    frame = admin_of(own.site).open("/syncs")
    expect(frame.get_by_text("more than 60 days ago")).to_be_visible()
    frame.get_by_label("From").fill("2026-03-20")
    frame.get_by_label("To", exact=False).last.fill("2026-03-01")
    frame.get_by_role("button", name="Sync these days").click()
    expect(frame.get_by_text("The range ends before it begins.")).to_be_visible()
    frame.get_by_label("To", exact=False).last.fill("2026-03-22")
    frame.get_by_role("button", name="Sync these days").click()
    frame.wait_for_url("**/syncs/2026*")
    expect(frame.get_by_text("By hand, for chosen days")).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sync_is_undone_to_the_end(own: LivedIn, admin_of: AdminOf, language: str) -> None:
    own.update()
    own.update()
    table, made = own.job.table, own.last_sync()
    before = len(own.job.company.transactions())
    admin = admin_of(own.site)
    frame = admin.open(f"/syncs/{made}", locale=language)
    texts = {
        "en": ("Undo this sync", "Undo", "are deleted in QuickBooks", "and done."),
        "da": ("Tilbagefør synkroniseringen", "Tilbagefør", "slettes i QuickBooks", "og gennemført."),
    }[language]
    frame.get_by_role("button", name=texts[0]).press("Enter")
    dialog = frame.get_by_role("dialog")
    expect(dialog.get_by_text(texts[2]).first).to_be_visible()
    axe(frame)
    assert syncs.get(table, SHOP, made)["undo"]["at"] == ""  # type: ignore[index]
    dialog.get_by_role("button", name=texts[1], exact=True).click()
    bar = frame.locator("#undo-progress")
    expect(bar).to_have_attribute("value", "0")
    axe(frame)
    for _ in range(6):
        own.update()
    expect(frame.get_by_text(texts[3])).to_be_visible(timeout=20_000)
    assert {entry.state for entry in own.entries() if entry.sync_id == made} <= {
        EntryState.UNDONE,
        EntryState.READ_BACK,
    }
    assert len(own.job.company.transactions()) < before
    assert admin.complaints == []


def test_what_stays_is_said_with_its_reason_before_anything_is_undone(own: LivedIn, admin_of: AdminOf) -> None:
    own.update()
    own.update()
    profile = company.profile(own.job.table, SHOP)
    assert profile is not None
    closed = replace(profile, closing_date=own.job.world.days[-1])
    company.store_profile(own.job.table, SHOP, closed, own.site.clock())
    frame = admin_of(own.site).open(f"/syncs/{own.last_sync()}", locale="da")
    frame.get_by_role("button", name="Tilbagefør synkroniseringen").click()
    dialog = frame.get_by_role("dialog")
    expect(dialog.get_by_text("bliver stående").first).to_be_visible()
    expect(dialog.get_by_text("Bøgerne er lukket til og med").first).to_be_visible()
    expect(dialog.get_by_role("button", name="Tilbagefør", exact=True)).to_be_disabled()


def test_older_syncs_are_a_page_further(own: LivedIn, admin_of: AdminOf) -> None:
    begin = own.site.clock() - timedelta(days=100)
    for number in range(60):
        at = begin + timedelta(hours=number)
        syncs.create(own.job.table, SHOP, f"{at:%Y%m%dT%H%M%SZ}", trigger="manual", window_end=at)
        syncs.set_state(own.job.table, SHOP, f"{at:%Y%m%dT%H%M%SZ}", SyncState.DONE, at)
    admin: Admin = admin_of(own.site)
    frame = admin.open("/syncs")
    expect(frame.locator("tr[data-sync]")).to_have_count(50)
    frame.get_by_role("link", name="Older").click()
    frame.wait_for_url("**before=*")
    expect(frame.locator("tr[data-sync]")).to_have_count(12)
    expect(frame.get_by_role("link", name="Newest")).to_be_visible()
