"""Account mapping: found by typing, judged beside the field, kept when something goes wrong, told in its history."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Frame, Locator, expect

from connector.app import integration, roles, settings
from connector.outbox import company, new_accounts
from connector.storage import syncs
from connector.storage.syncs import SyncState
from tests.browser.conftest import Admin, AdminOf, axe, fits, screenshot
from tests.browser.site import Site, served
from tests.browser.talking_shop import TalkingShop
from tests.unit.app.conftest import ACCOUNTS, TYPES, USER, listed

LANGUAGES = ("en", "da")


@pytest.fixture
def site() -> Iterator[Site]:
    """A connected shop whose mapping was changed once by Birthe."""
    made = Site(shopify=TalkingShop())
    made.install()
    made.connect()
    table = made.services.table
    roles.note_seen(table, made.shop, USER, made.clock())
    roles.change(table, made.shop, USER, USER, {"label": "Birthe"}, made.clock())
    first = settings.store(
        table, made.shop, replace(settings.read(table, made.shop), accounts=ACCOUNTS), USER, made.clock()
    )
    made.clock.forward(hours=1)
    changed = replace(first, accounts={**ACCOUNTS, "bank": "Shopify Clearing"}, tenders={"cash": "Cash on Hand"})
    settings.store(table, made.shop, changed, USER, made.clock())
    with served(made) as running:
        yield running


def newest(frame: Frame) -> Locator:
    """The newest version in the history."""
    return frame.locator("#history tbody tr").first


def save(frame: Frame) -> None:
    frame.get_by_role("button", name="Save", exact=True).click()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_mapping_reads_well(site: Site, admin_of: AdminOf, language: str, phone: bool) -> None:
    admin = admin_of(site, phone=phone)
    frame = admin.open("/mapping", locale=language)
    expect(frame.get_by_role("combobox", name="Aarhus C")).to_be_visible()
    axe(frame)
    fits(frame)
    screenshot(admin, "mapping", language)
    assert admin.complaints == []


def test_an_account_is_found_by_a_part_of_its_name_or_its_type(site: Site, admin: Admin) -> None:
    frame = admin.open("/mapping")
    bank = frame.get_by_role("combobox", name="Bank account")
    bank.fill("check")
    expect(frame.get_by_role("option")).to_have_count(1)
    axe(frame)
    admin.page.keyboard.press("ArrowDown")
    admin.page.keyboard.press("Enter")
    expect(bank).to_have_value("Checking")
    expect(bank).to_have_attribute("aria-expanded", "false")
    receivable = frame.get_by_role("combobox", name="Accounts receivable")
    receivable.click()
    expect(frame.get_by_role("option")).to_have_text(["Accounts Receivable"])
    admin.page.keyboard.press("Escape")
    save(frame)
    expect(newest(frame)).to_contain_text("Shopify Clearing → Checking")
    assert settings.read(site.services.table, site.shop).accounts["bank"] == "Checking"


def test_without_scripts_the_browsers_own_list_offers_the_accounts(site: Site, admin: Admin) -> None:
    frame = admin.open("/mapping")
    options = frame.locator("#accounts-accountsreceivable option")
    assert [option.get_attribute("value") for option in options.all()] == ["Accounts Receivable"]


def test_what_is_wrong_stands_beside_the_field_and_nothing_is_stored(site: Site, admin: Admin) -> None:
    frame = admin.open("/mapping")
    before = settings.read(site.services.table, site.shop)
    sales, payable = (frame.locator(f'[name="accounts.{key}"]') for key in ("sales_income", "accounts_payable"))
    sales.fill("Salez")
    payable.fill("Checking")
    admin.page.keyboard.press("Escape")
    save(frame)
    expect(sales).to_be_focused()
    expect(frame.locator('[data-error-of="accounts.sales_income"]')).to_have_text(
        'QuickBooks has no account "Salez". Did you mean "Sales"?'
    )
    expect(frame.locator('[data-error-of="accounts.accounts_payable"]')).to_contain_text("does not fit here")
    axe(frame)
    screenshot(admin, "mapping-wrong", "en")
    assert settings.read(site.services.table, site.shop) == before


def test_the_count_follows_and_what_was_typed_survives_a_reload(site: Site, admin: Admin) -> None:
    frame = admin.open("/mapping")
    expect(frame.get_by_text("15 of 15 mapped")).to_be_visible()
    frame.locator('[name="accounts.tips"]').fill("")
    expect(frame.get_by_text("14 of 15 mapped")).to_be_visible()
    frame.locator('[name="accounts.duties"]').fill("Tips Payable")
    frame = admin.open("/mapping")
    expect(frame.get_by_text("What you typed earlier has been put back.")).to_be_visible()
    expect(frame.get_by_text("14 of 15 mapped")).to_be_visible()
    expect(frame.locator('[name="accounts.duties"]')).to_have_value("Tips Payable")


def test_an_account_is_created_in_quickbooks_from_here(site: Site, admin: Admin) -> None:
    frame = admin.open("/mapping")
    frame.get_by_role("button", name="Create an account in QuickBooks").click()
    dialog = frame.get_by_role("dialog")
    dialog.get_by_label("Use it for").select_option("accounts.duties")
    expect(dialog.get_by_label("Type")).to_have_value("OtherCurrentLiability")
    axe(frame)
    screenshot(admin, "mapping-create", "en")
    dialog.get_by_role("button", name="Create account").click()
    expect(dialog.get_by_label("Name")).to_have_accessible_description(
        "QuickBooks would not take this name. Use up to 31 characters, no colon."
    )
    dialog.get_by_label("Name").fill("Import Duties")
    dialog.get_by_role("button", name="Create account").click()
    expect(dialog).to_be_hidden()
    expect(frame.locator('[name="accounts.duties"]')).to_have_value("Import Duties")
    expect(frame.get_by_text("Import Duties is created at the next update")).to_be_visible()
    (wanted,) = new_accounts.wanted(site.services.table, site.shop)
    assert (wanted["full_name"], wanted["type"]) == ("Import Duties", "OtherCurrentLiability")
    made = [listed(name, "Account", kind) for name, kind in {**TYPES, "Import Duties": "OtherCurrentLiability"}.items()]
    company.store_part(site.services.table, site.shop, "accounts", "g2", 0, made)
    company.complete(site.services.table, site.shop, "g2", site.clock(), {"names": 20})


def test_gateways_and_locations_get_accounts_and_classes_of_their_own(site: Site, admin: Admin) -> None:
    frame = admin.open("/mapping")
    frame.get_by_label("Another gateway").fill("MobilePay 2.0")
    frame.get_by_role("button", name="Add", exact=True).click()
    frame.get_by_role("combobox", name="MobilePay 2.0").fill("Checking")
    frame.get_by_role("combobox", name="Aarhus C").fill("Aarhus")
    admin.page.keyboard.press("Escape")
    save(frame)
    expect(newest(frame)).to_contain_text("Payment MobilePay 2.0: Checking")
    stored = settings.read(site.services.table, site.shop)
    assert stored.tenders == {"cash": "Cash on Hand", "MobilePay 2.0": "Checking"}
    assert stored.classes == {"72": "Aarhus"}


def test_the_history_tells_who_changed_what_and_when(site: Site, admin: Admin) -> None:
    frame = admin.open("/mapping", locale="da")
    expect(newest(frame)).to_contain_text("Birthe")
    expect(newest(frame)).to_contain_text("Bankkonto: Checking → Shopify Clearing")
    expect(newest(frame)).to_contain_text("Betaling Kontanter: Cash on Hand")


def test_a_change_can_be_posted_anew_since_a_day(site: Site, admin: Admin) -> None:
    table, shop = site.services.table, site.shop
    assert integration.start(site.services, shop, USER).started
    for name, hours in (("s1", 48), ("s2", 1)):
        end = site.clock() - timedelta(hours=hours)
        syncs.create(table, shop, name, trigger="manual", window_end=end)
        syncs.set_state(table, shop, name, SyncState.DONE, end)
    frame = admin.open("/mapping")
    frame.get_by_label("Re-post since a day").check()
    frame.get_by_label("Since", exact=True).fill(f"{site.clock():%Y-%m-%d}")
    frame.locator('[name="accounts.bank"]').fill("Checking")
    admin.page.keyboard.press("Escape")
    save(frame)
    dialog = frame.get_by_role("dialog", name="Undo and post again?")
    expect(dialog.locator("#repost-list p")).to_have_count(1)
    axe(frame)
    dialog.get_by_role("button", name="Undo and post again").click()
    admin.ready("/syncs")
    undone = [(path, status) for method, path, status in site.calls if path.endswith("/undo")]
    assert undone == [("/api/syncs/s2/undo", 200), ("/api/syncs/s2/undo", 202)]


def test_a_lost_connection_and_an_old_token_cost_nothing(site: Site, admin: Admin) -> None:
    frame = admin.open("/mapping")
    frame.locator('[name="accounts.bank"]').fill("Checking")
    admin.page.keyboard.press("Escape")
    site.away = True
    save(frame)
    expect(frame.get_by_text("What you have typed is still here.")).to_be_visible()
    site.away, site.stale = False, 1
    frame.get_by_role("button", name="Try again").click()
    expect(frame.locator("#history")).to_contain_text("Shopify Clearing → Checking")
    assert settings.read(site.services.table, site.shop).accounts["bank"] == "Checking"
