"""Home: the state at a glance, and the light that turns by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from connector.app import settings
from connector.outbox import connection
from connector.storage import keys
from tests.browser.conftest import Admin, AdminOf
from tests.browser.lived_in import LivedIn, lived_in, reads_well, troubled
from tests.browser.site import Site
from tests.fakes.preparation import SHOP

LANGUAGES = ("en", "da")


@pytest.fixture(scope="module")
def shop() -> Iterator[LivedIn]:
    with lived_in() as shop:
        troubled(shop)
        yield shop


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_home_of_a_shop_in_daily_use(shop: LivedIn, admin_of: AdminOf, language: str, phone: bool) -> None:
    frame = reads_well(admin_of(shop.site, phone=phone), "/", "home", language)
    told = {"en": ("Needs attention", "read_gift_cards", "4 entries"), "da": ("Kræver handling", "gavekort", "4 post")}
    for text in told[language]:
        expect(frame.get_by_text(text).first).to_be_visible()
    expect(frame.get_by_role("progressbar")).to_have_count(2)


@pytest.mark.parametrize("language", LANGUAGES)
def test_before_the_start_home_is_a_checklist(site: Site, admin_of: AdminOf, language: str) -> None:
    frame = reads_well(admin_of(site), "/", "home-new", language)
    expect(frame.locator(".checklist li")).to_have_count(9)
    expect(
        frame.get_by_role("link", name={"en": "Go on with the set-up", "da": "Fortsæt opsætningen"}[language])
    ).to_be_visible()


def test_the_light_turns_green_without_loading_the_page(site: Site, admin: Admin) -> None:
    connection.create_token(site.table, site.shop, None, site.clock(), cost=2)
    frame = admin.open()
    light = frame.locator("#connection .light")
    expect(light).to_have_attribute("data-tone", "warning")
    expect(frame.get_by_text("The Web Connector has not called yet.")).to_be_visible()
    frame.evaluate("() => { window.same = true; }")
    connection.called(site.table, site.shop, site.clock())
    # The page looks again as soon as it is seen.
    frame.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    expect(light).to_have_attribute("data-tone", "success")
    expect(frame.locator("#last-contact")).to_have_text("2 Nov 2026 10:00")
    assert frame.evaluate("() => window.same") is True


def test_the_next_run_is_said_in_the_shops_time(site: Site, admin: Admin) -> None:
    chosen = settings.Schedule("automatic", "02:30", "")
    settings.store(site.table, site.shop, replace(settings.Settings(), schedule=chosen), "42", site.clock())
    begun = {"state": "STARTED", "started_at": "2026-11-01T08:00:00Z"}
    site.table.put({"pk": keys.shop(site.shop), "sk": keys.INTEGRATION, **begun})
    frame = admin.open()
    expect(frame.get_by_text("Next sync: 3 Nov 2026 02:30, within 15 minutes (Europe/Copenhagen).")).to_be_visible()
    expect(frame.locator(".checklist")).to_have_count(0)


def test_nothing_of_another_shop_is_shown(shop: LivedIn, admin_of: AdminOf) -> None:
    other = Site(shop="southern-cross.myshopify.com", table=shop.job.table, currency="EUR", time_zone="Europe/Paris")
    other.clock.now = shop.job.now + timedelta(hours=1)
    other.install()
    for path in ("/", "/syncs", "/exceptions", "/tie-out", "/month-end", "/purchases", "/audit", "/reset"):
        answer = other.answer("GET", f"/live{path}?{other.address(path).partition('?')[2]}", {}, "")
        assert answer["statusCode"] == 200 and SHOP not in answer["body"] and "#10" not in answer["body"], path
    answer = other.answer("GET", f"/live/syncs/{shop.last_sync()}?{other.address('/').partition('?')[2]}", {}, "")
    assert answer["statusCode"] == 404
