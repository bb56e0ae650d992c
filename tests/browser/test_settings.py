"""Settings: schedule and modes, what a full list forbids, and who may do what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from connector.app import roles, settings
from connector.outbox import company
from connector.quickbooks.profile import CompanyProfile
from tests.browser.conftest import Admin, AdminOf, axe, fits, screenshot
from tests.browser.site import Site, served
from tests.browser.talking_shop import TalkingShop
from tests.unit.app.conftest import USER

LANGUAGES = ("en", "da")
OTHER_USER = "77"
FULL = CompanyProfile(country="US", company_name="Northern Lights Inc")


@pytest.fixture
def site() -> Iterator[Site]:
    """A connected shop with two users."""
    made = Site(shopify=TalkingShop())
    made.install()
    made.connect()
    for user in (USER, OTHER_USER):
        roles.note_seen(made.services.table, made.shop, user, made.clock())
        made.clock.forward(minutes=1)
    with served(made) as running:
        yield running


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_settings_read_well(site: Site, admin_of: AdminOf, language: str, phone: bool) -> None:
    admin = admin_of(site, phone=phone)
    frame = admin.open("/settings", locale=language)
    expect(frame.locator("[data-volume=customer]")).to_contain_text("412")
    axe(frame)
    fits(frame)
    screenshot(admin, "settings", language)
    assert admin.complaints == []


def test_the_next_run_follows_what_is_typed(site: Site, admin: Admin) -> None:
    frame = admin.open("/settings")
    said = frame.locator("#next-run")
    frame.get_by_label("Automatic", exact=True).check()
    expect(said).to_have_text(
        "Within 15 minutes of 02:00 Europe/Copenhagen; next 3 Nov 2026 02:00. "
        "On 28 Mar 2027 the clocks jump over this time: no sync runs that day, the next one takes its sales along."
    )
    frame.get_by_label("Time of day").fill("23:30")
    expect(said).to_have_text("Within 15 minutes of 23:30 Europe/Copenhagen; next 2 Nov 2026 23:30.")
    zone = frame.get_by_role("combobox", name="Time zone")
    zone.fill("New_Y")
    frame.get_by_role("option", name="America/New_York").click()
    expect(said).to_have_text("Within 15 minutes of 23:30 America/New_York; next 2 Nov 2026 23:30.")
    frame.get_by_role("button", name="Save", exact=True).first.click()
    expect(frame.get_by_text("Saved.")).to_be_visible()
    stored = settings.read(site.services.table, site.shop).schedule
    assert (stored.mode, stored.time_of_day, stored.time_zone) == ("automatic", "23:30", "America/New_York")


def test_one_page_saves_its_forms_one_after_the_other(site: Site, admin: Admin) -> None:
    frame = admin.open("/settings")
    for number in (0, 1):
        frame.get_by_role("button", name="Save", exact=True).nth(number).click()
        expect(frame.get_by_text("Saved.")).to_be_visible()
        expect(frame.locator("#status")).to_be_empty(timeout=9000)
    frame.get_by_label("Stocky API key").fill("a-key-of-stockys")
    frame.get_by_role("button", name="Save", exact=True).nth(2).click()
    expect(frame.get_by_text("Saved.")).to_be_visible()
    assert settings.read(site.services.table, site.shop).stocky_api_key
    assert "a-key-of-stockys" not in admin.open("/settings").content()


def test_a_newer_change_of_somebody_else_is_not_overwritten(site: Site, admin: Admin) -> None:
    frame = admin.open("/settings")
    now = settings.read(site.services.table, site.shop)
    settings.store(site.services.table, site.shop, replace(now, recognise="at_fulfilment"), "77", site.clock())
    frame.get_by_role("button", name="Save", exact=True).nth(1).click()
    expect(frame.get_by_text("The settings have been changed meanwhile.")).to_be_visible()
    assert settings.read(site.services.table, site.shop).recognise == "at_fulfilment"


def test_a_full_list_forbids_detailed_and_says_how_full_it_is(site: Site, admin: Admin) -> None:
    company.store_profile(site.services.table, site.shop, FULL, site.clock())
    company.complete(site.services.table, site.shop, "g1", site.clock(), {"names": 14_500, "items": 900})
    now = settings.read(site.services.table, site.shop)
    summary = replace(now, modes={**now.modes, "customer": "summary"})
    settings.store(site.services.table, site.shop, summary, USER, site.clock())
    frame = admin.open("/settings")
    customer = frame.get_by_role("group", name="Customer")
    expect(customer.get_by_label("Detailed", exact=True)).to_be_disabled()
    expect(customer).to_contain_text("The company has 14,500 of at most 14,500 names.")
    expect(frame.get_by_role("group", name="Inventory").get_by_label("Detailed", exact=True)).to_be_enabled()
    axe(frame)
    screenshot(admin, "settings-full", "en")


def test_the_owner_names_a_user_and_gives_a_role(site: Site, admin: Admin) -> None:
    frame = admin.open("/settings")
    other = frame.get_by_role("form", name=f"User {OTHER_USER}")
    other.get_by_label("Name").fill("Birthe")
    other.get_by_label("Role").select_option("accountant")
    other.get_by_role("button", name="Save").click()
    expect(frame.get_by_role("heading", name="Birthe")).to_be_visible()
    frame = admin.ready("/settings")
    assert roles.role_of(site.services.table, site.shop, OTHER_USER) == "accountant"
    mine = frame.get_by_role("form", name=f"User {USER}")
    mine.get_by_label("Role").select_option("bookkeeper")
    mine.get_by_role("button", name="Save").click()
    expect(mine.get_by_label("Role")).to_have_accessible_description(
        "The shop would have no owner. Make somebody else the owner first."
    )


def test_an_accountant_may_look_and_not_touch(site: Site, admin: Admin) -> None:
    roles.change(site.services.table, site.shop, USER, OTHER_USER, {"role": "owner"}, site.clock())
    roles.change(site.services.table, site.shop, OTHER_USER, USER, {"role": "accountant"}, site.clock())
    frame = admin.open("/settings", locale="da")
    expect(frame.get_by_text("Du kan se alt her, men ikke ændre noget.")).to_be_visible()
    expect(frame.get_by_role("button", name="Gem").first).to_be_disabled()
    expect(frame.get_by_text("Kun ejeren må ændre navne og roller.")).to_be_visible()
    axe(frame)
