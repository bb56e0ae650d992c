"""The frame that every page stands in: both languages, a phone, the keyboard, old tokens, Shopify's scripts missing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from connector.storage import days, syncs
from connector.storage.syncs import SyncState
from tests.browser.conftest import Admin, AdminOf, axe, fits, screenshot
from tests.browser.site import Site

LANGUAGES = ("en", "da")
HEADINGS = {"en": "Connection to QuickBooks", "da": "Forbindelse til QuickBooks"}


@pytest.fixture
def lived_in(site: Site) -> Site:
    """A day's sync, and a day that does not tie out."""
    table, day = site.table, date(2026, 11, 1)
    syncs.create(table, site.shop, "s1", trigger="manual", window_end=site.clock())
    syncs.set_state(table, site.shop, "s1", SyncState.DONE, site.clock())
    table.transact([syncs.made_write(site.shop, "s1", {"SalesReceipt": (3, Decimal("12345.50"))})])
    sold = {"sales": Decimal("12345.50"), "tax:Moms 25%": Decimal("3086.38")}
    table.transact([days.add_write(site.shop, day, "shopify", sold)])
    return site


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_home_reads_well(lived_in: Site, admin_of: AdminOf, language: str, phone: bool) -> None:
    admin = admin_of(lived_in, phone=phone)
    frame = admin.open(locale=language)
    assert frame.get_by_role("heading", name=HEADINGS[language]).is_visible()
    assert frame.evaluate("() => document.documentElement.lang") == language
    axe(frame)
    fits(frame)
    screenshot(admin, "home", language)
    assert admin.complaints == []


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_without_shopifys_scripts_a_page_can_still_be_read_and_walked(
    lived_in: Site, admin_of: AdminOf, phone: bool
) -> None:
    admin = admin_of(lived_in, phone=phone, cdn=False)
    frame = admin.open()
    assert frame.get_by_role("heading", name="QuickBooks Desktop Connector").is_visible()
    assert frame.get_by_role("navigation", name="Pages of the app").get_by_role("link", name="Home").is_visible()
    axe(frame)
    fits(frame)
    screenshot(admin, "home-plain", "en")


def test_the_admin_shows_the_menu_and_its_links_lead_to_the_pages(admin: Admin) -> None:
    admin.open(locale="da")
    admin.page.get_by_role("navigation", name="Admin").get_by_role("button", name="Hjem").click()
    # A link in the admin has no token to take along: the page fetches one and comes back, in the same language.
    admin.page.wait_for_function("() => true")
    frame = admin.ready("/")
    frame.get_by_role("heading", name="Forbindelse til QuickBooks").wait_for()
    assert admin.complaints == []


def test_the_keyboard_alone_skips_to_the_content_and_follows_a_link(site: Site, admin_of: AdminOf) -> None:
    admin = admin_of(site, cdn=False)
    frame = admin.open()
    frame.locator("body").evaluate("body => { body.tabIndex = -1; body.focus(); }")
    admin.page.keyboard.press("Tab")
    assert frame.evaluate("() => document.activeElement.className") == "skip"
    assert frame.locator(".skip").evaluate("link => link.getBoundingClientRect().top") >= 0
    admin.page.keyboard.press("Enter")
    assert frame.evaluate("() => document.activeElement.id") == "content"
    frame.locator(".skip").focus()
    admin.page.keyboard.press("Tab")
    assert frame.evaluate("() => document.activeElement.textContent") == "Home"
    outline = frame.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_a_link_of_ours_takes_a_token_along_and_leaves_none_in_the_address(site: Site, admin: Admin) -> None:
    frame = admin.open("/nowhere")
    assert frame.get_by_text("There is no such page.").is_visible()
    site.calls.clear()
    frame.get_by_role("main").get_by_role("link", name="Home").click()
    admin.ready("/").get_by_role("heading", name="Last sync").wait_for()
    assert _documents(site) == [("GET", "/", 200)]
    admin.frame.wait_for_function("() => !location.search.includes('id_token')")
    assert "shop=" in admin.frame.url and "locale=en" in admin.frame.url


def _documents(site: Site) -> list[tuple[str, str, int]]:
    """What was asked for beside files of ours and the page's own looks at the API."""
    return [call for call in site.calls if not call[1].startswith(("/static/", "/api/"))]


def test_a_session_token_that_has_grown_old_is_replaced_once(site: Site, admin: Admin) -> None:
    frame = admin.open("/audit")  # a page that asks for nothing by itself
    site.stale = 1
    site.calls.clear()
    told = frame.evaluate(
        "async () => (await import(document.querySelector('script[type=module]').src"
        ".replace('page.js', 'api.js'))).get('settings')"
    )
    assert told["version"] == 0
    assert site.calls == [("GET", "/api/settings", 401), ("GET", "/api/settings", 200)]


def test_an_old_token_in_the_address_heals_by_way_of_app_bridge(site: Site, admin: Admin) -> None:
    site.stale = 1
    admin.open()
    admin.ready("/").get_by_role("heading", name="Last sync").wait_for()
    assert _documents(site) == [("GET", "/", 302), ("GET", "/session", 200), ("GET", "/", 200)]
    assert admin.complaints == []


def test_the_browser_refuses_what_the_policy_does_not_allow(site: Site, admin: Admin) -> None:
    frame = admin.open()
    frame.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.broken = 1';"
        " document.body.append(s); }"
    )
    assert frame.evaluate("() => window.broken") is None
    assert any("Content Security Policy" in complaint for complaint in admin.complaints)
