"""The audit log: who, when, what; newest first, the older ones a page further."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from connector.app import audit
from tests.browser.conftest import AdminOf
from tests.browser.lived_in import LivedIn, lived_in, reads_well
from tests.fakes.preparation import SHOP

LANGUAGES = ("en", "da")


@pytest.fixture(scope="module")
def shop() -> Iterator[LivedIn]:
    with lived_in() as shop:
        table, now = shop.job.table, shop.site.clock()
        for number in range(60):
            details = {"title": f"#{1000 + number}", "reason": "Entered by hand."}
            audit.note(table, SHOP, now - timedelta(hours=number), "42", "entry.ignore", "e", details)
        audit.note(
            table, SHOP, now + timedelta(hours=1), "77", "sync.undo", shop.last_sync(), {"repost": True, "delete": 3}
        )
        yield shop


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_who_did_what_and_when(shop: LivedIn, admin_of: AdminOf, language: str, phone: bool) -> None:
    frame = reads_well(admin_of(shop.site, phone=phone), "/audit", "audit", language)
    first = frame.locator("tbody tr").first
    told = {
        "en": ("Sync undone", "Shopify user 77", "You"),
        "da": ("Synkronisering tilbageført", "Shopify-bruger 77", "Dig"),
    }
    expect(first).to_contain_text(told[language][0])
    expect(first).to_contain_text(told[language][1])
    expect(frame.locator("tbody tr").nth(1)).to_contain_text(told[language][2])


def test_older_lines_are_a_page_further_and_none_is_lost(shop: LivedIn, admin_of: AdminOf) -> None:
    admin = admin_of(shop.site)
    frame = admin.open("/audit")
    expect(frame.locator("tbody tr")).to_have_count(50)
    frame.get_by_role("link", name="Older").press("Enter")
    frame.wait_for_url("**before=*")
    expect(frame.locator("tbody tr")).to_have_count(11)
    expect(frame.get_by_text("#1059")).to_be_visible()
    frame.get_by_role("link", name="Newest").click()
    expect(frame.locator("tbody tr")).to_have_count(50)
    assert admin.complaints == []
