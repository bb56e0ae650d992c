"""The set-up, step by step as a merchant goes through it: what each step shows, checks and remembers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Frame, expect

from connector.accounting.policy import REQUIRED_ACCOUNTS
from connector.app import integration, settings
from connector.app.texts.words import Words
from connector.outbox import company, connection
from connector.storage import syncs
from infra.local.company import DEMO_ACCOUNTS, Company
from infra.local.shop import Shop, build_world
from tests.browser.conftest import Admin, AdminOf, axe, fits, screenshot
from tests.browser.keyboard import press, walk_to
from tests.browser.office_pc import OfficePc
from tests.browser.site import Site, served
from tests.browser.talking_shop import ShopOfAWorld, TalkingShop
from tests.fakes.preparation import SHOP

LANGUAGES = ("en", "da")
PATIENCE = 15_000
"""Milliseconds: the page looks again every five seconds."""

STEPS = ("start", "tax", "connect", "mapping", "schedule", "modes", "purchases", "preview", "finish")


@pytest.fixture
def site() -> Iterator[Site]:
    """An installed shop that says of itself what it is asked, and that nobody has set up yet."""
    made = Site(shopify=TalkingShop())
    made.install()
    with served(made) as running:
        yield running


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_every_step_reads_well(site: Site, admin_of: AdminOf, language: str, phone: bool) -> None:
    site.connect()
    admin = admin_of(site, phone=phone)
    for step in STEPS:
        frame = admin.open(f"/setup/{step}", locale=language)
        axe(frame)
        fits(frame)
        screenshot(admin, f"setup-{step}", language)
    assert admin.complaints == []


@pytest.fixture
def real_shop() -> Iterator[Site]:
    """A shop with a day of orders behind it."""
    world = build_world(days=2, orders_per_day=4, seed=3, start=date(2026, 3, 24))
    now = datetime.combine(world.days[-1] + timedelta(days=1), time(15), world.zone).astimezone(UTC)
    shop = Shop(world, domain=SHOP, now=now, restore_rate=1e9)
    made = Site(shop=SHOP, currency="USD", time_zone=world.zone.key, shopify=ShopOfAWorld(shop))
    made.clock.now = now
    made.install()
    with served(made) as running:
        yield running


def choose_accounts(admin: Admin, frame: Frame) -> None:
    """Fills what nothing was suggested for, with the list that opens under the field."""
    for key in REQUIRED_ACCOUNTS:
        field = frame.locator(f'[name="accounts.{key}"]')
        if field.input_value():
            continue
        walk_to(admin, field)
        admin.page.keyboard.type(DEMO_ACCOUNTS[key][:8])
        expect(field).to_have_attribute("aria-expanded", "true")
        admin.page.keyboard.press("ArrowDown")
        admin.page.keyboard.press("Enter")
        assert field.input_value()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_whole_way_with_the_keyboard_alone(real_shop: Site, admin_of: AdminOf, language: str) -> None:
    site, admin = real_shop, admin_of(real_shop)
    say = Words(language, ZoneInfo("UTC"))
    pc = OfficePc(site)
    admin.open("/setup", locale=language)
    frame = admin.ready("/setup/start")
    press(admin, frame.get_by_role("link", name=say("start.begin"), exact=True))
    frame = admin.ready("/setup/tax")
    press(admin, frame.get_by_role("link", name=say("tax.later"), exact=True))
    frame = admin.ready("/setup/connect")
    press(admin, frame.get_by_role("button", name=say("connect.generate"), exact=True))
    token = frame.locator("#token")
    expect(token).to_be_visible()
    assert pc.update(token.inner_text()).ok
    expect(frame.locator("#light .light")).to_have_attribute("data-tone", "success", timeout=PATIENCE)
    expect(frame.locator("[data-fact=name]")).to_have_text(pc.company.preferences.company_name)
    axe(frame)
    screenshot(admin, "setup-connected", language)
    press(admin, frame.get_by_role("link", name=say("wizard.next"), exact=True))
    frame = admin.ready("/setup/mapping")
    choose_accounts(admin, frame)
    screenshot(admin, "setup-mapped", language)
    press(admin, frame.get_by_role("button", name=say("wizard.save_next"), exact=True))
    frame = admin.ready("/setup/schedule")
    walk_to(admin, frame.get_by_label(say("timing.manual"), exact=True))
    admin.page.keyboard.press("ArrowUp")
    expect(frame.locator("#next-run")).to_contain_text("America/New_York")
    press(admin, frame.get_by_role("button", name=say("wizard.save_next"), exact=True))
    frame = admin.ready("/setup/modes")
    press(admin, frame.get_by_role("button", name=say("wizard.save_next"), exact=True))
    frame = admin.ready("/setup/purchases")
    press(admin, frame.get_by_role("button", name=say("wizard.save_next"), exact=True))
    frame = admin.ready("/setup/preview")
    table = frame.get_by_role("table", name=say("preview_js.accounts"))
    expect(table).to_be_visible()
    total = table.get_by_role("row").last.get_by_role("cell")
    assert total.nth(0).inner_text() == total.nth(1).inner_text() != ""
    axe(frame)
    screenshot(admin, "setup-previewed", language)
    press(admin, frame.get_by_role("link", name=say("wizard.next"), exact=True))
    frame = admin.ready("/setup/finish")
    press(admin, frame.get_by_role("button", name=say("finish.start"), exact=True))
    dialog = frame.get_by_role("dialog")
    axe(frame)
    press(admin, dialog.get_by_role("button", name=say("finish.start"), exact=True))
    expect(frame.get_by_role("heading", name=say("finish.started_heading"))).to_be_visible()
    frame = admin.ready("/setup/finish")
    axe(frame)
    screenshot(admin, "setup-started", language)
    assert integration.find(site.services.table, SHOP).started
    press(admin, frame.get_by_role("button", name=say("finish.sync_now"), exact=True))
    frame.wait_for_url("**/syncs/*")
    (sync,) = syncs.newest(site.services.table, SHOP)
    admin.ready(f"/syncs/{sync['id']}")
    assert admin.complaints == []


def test_coming_back_goes_on_where_somebody_left_off(real_shop: Site, admin_of: AdminOf) -> None:
    admin = admin_of(real_shop)
    frame = admin.open("/setup/start")
    frame.get_by_role("link", name="Begin", exact=True).click()
    frame = admin.ready("/setup/tax")
    frame.get_by_role("link", name="Go on, check later").click()
    admin.ready("/setup/connect")
    again = admin_of(real_shop)
    again.open("/setup", locale="da")
    frame = again.ready("/setup/connect")
    expect(frame.get_by_role("navigation", name="Trin i opsætningen")).to_contain_text("Trin 3 af 9 · 1 udført")


def test_a_token_is_shown_once_and_another_one_is_asked_about(site: Site, admin: Admin) -> None:
    frame = admin.open("/setup/connect")
    frame.get_by_role("button", name="Generate app token").click()
    expect(frame.locator("#token-shown")).to_be_focused()
    token = frame.locator("#token").inner_text()
    assert len(token) == 24
    frame = admin.open("/setup/connect")
    assert token not in frame.content()
    frame.get_by_role("button", name="Generate a new token").click()
    dialog = frame.get_by_role("dialog", name="Generate a new token")
    expect(dialog).to_contain_text("The old token stops working at once")
    axe(frame)
    dialog.get_by_role("button", name="Cancel").click()
    expect(frame.locator("#token-shown")).to_be_hidden()


def test_a_token_that_is_too_short_is_refused_beside_its_field(site: Site, admin: Admin) -> None:
    frame = admin.open("/setup/connect", locale="da")
    frame.get_by_label("Token", exact=True).fill("kort")
    frame.get_by_role("button", name="Gem token").click()
    expect(frame.locator('[data-error-of="token"]')).to_contain_text("dette har 4")
    axe(frame)
    frame.get_by_label("Token", exact=True).fill("a-token-that-quickbooks-made")
    frame.get_by_role("button", name="Gem token").click()
    expect(frame.get_by_text("Tokenet er sat.")).to_be_visible()


def test_the_file_for_the_web_connector_is_downloaded(site: Site, admin: Admin) -> None:
    frame = admin.open("/setup/connect")
    with admin.page.expect_download() as waiting:
        frame.get_by_role("button", name="Download shopify-quickbooks.qwc").click()
    file = waiting.value
    assert file.suggested_filename == "shopify-quickbooks.qwc"
    assert b"<QBWCXML>" in file.path().read_bytes()


def test_the_tax_preferences_are_checked_and_the_item_is_made_for_me(real_shop: Site, admin_of: AdminOf) -> None:
    site, admin = real_shop, admin_of(real_shop)
    pc = OfficePc(site)
    token = connection.create_token(site.services.table, SHOP, None, site.clock())
    frame = admin.open("/setup/tax")
    expect(frame.locator("#tax")).to_contain_text("QuickBooks has not been seen yet.")
    assert pc.update(token).ok
    expect(frame.locator("#tax .light")).to_have_attribute("data-tone", "success", timeout=PATIENCE)
    frame.get_by_role("button", name="Create the 0 % item for me").click()
    expect(frame.get_by_text("Added at the next update", exact=True)).to_be_visible()
    axe(frame)
    assert pc.update(token).ok
    expect(frame.get_by_text("In QuickBooks", exact=True)).to_be_visible(timeout=PATIENCE)


def test_another_company_is_named_and_nothing_is_posted_to_it(real_shop: Site, admin_of: AdminOf) -> None:
    site, admin = real_shop, admin_of(real_shop)
    pc = OfficePc(site)
    token = connection.create_token(site.services.table, SHOP, None, site.clock())
    assert pc.update(token).ok
    company.want_lists(site.services.table, SHOP, site.clock())
    OfficePc(site, Company(clock=lambda: site.clock().timestamp(), company_name="Other Books Inc")).update(token)
    frame = admin.open("/setup/connect", locale="da")
    expect(frame.locator("#light .light")).to_have_attribute("data-tone", "critical", timeout=PATIENCE)
    expect(frame.locator("#light")).to_contain_text("Den åbne virksomhed er ikke den, butikken hører til")
    frame.get_by_text("Er det den forkerte virksomhed?").click()
    axe(frame)
    screenshot(admin, "setup-other-company", "da")
    frame.get_by_role("button", name="Dette er den rigtige virksomhed").click()
    dialog = frame.get_by_role("dialog")
    dialog.get_by_label(f"Skriv {SHOP}").fill("noget andet")
    dialog.get_by_role("button", name="Dette er den rigtige virksomhed").click()
    expect(dialog.locator('[data-error-of="confirm"]')).to_contain_text("ikke butikkens domæne")
    dialog.get_by_label(f"Skriv {SHOP}").fill(SHOP)
    dialog.get_by_role("button", name="Dette er den rigtige virksomhed").click()
    expect(dialog).to_be_hidden()
    expect(frame.locator("#light .light")).to_have_attribute("data-tone", "success", timeout=PATIENCE)


def test_a_day_without_sales_offers_the_day_before(real_shop: Site, admin_of: AdminOf) -> None:
    site, admin = real_shop, admin_of(real_shop)
    now = settings.read(site.services.table, SHOP)
    accounts = {key: name for key, name in DEMO_ACCOUNTS.items() if key != "cash"}
    settings.store(site.services.table, SHOP, replace(now, accounts=accounts), "42", site.clock())
    frame = admin.open("/setup/preview", day="2026-03-20")
    expect(frame.get_by_role("heading", name="Nothing happened on this day.")).to_be_visible()
    axe(frame)
    frame.get_by_role("button", name="The day before").click()
    expect(frame.get_by_label("Business day")).to_have_value("2026-03-19")
    frame.get_by_label("Business day").fill("2026-03-24")
    frame.get_by_role("button", name="Show", exact=True).click()
    entry = frame.locator("details.entry").first
    expect(entry).to_be_visible()
    entry.locator("summary").click()
    expect(entry.get_by_role("columnheader", name="Debit")).to_be_visible()
    axe(frame)
    screenshot(admin, "setup-entry", "en")


def test_the_start_names_what_is_missing_and_where_it_is_put_right(site: Site, admin: Admin) -> None:
    frame = admin.open("/setup/finish")
    expect(frame.get_by_role("button", name="Start integration")).to_be_disabled()
    frame.get_by_role("listitem").get_by_role("link", name="Account mapping", exact=True).click()
    admin.ready("/setup/mapping")
