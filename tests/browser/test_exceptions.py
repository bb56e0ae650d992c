"""Exceptions: helped on their rows, one or many at once, and posted by the next update."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Frame, Locator, expect

from connector.app import roles, settings
from connector.outbox import company
from connector.outbox.entries import EntryState
from tests.browser.conftest import Admin, AdminOf, axe, fits
from tests.browser.lived_in import ACCOUNT_GONE, LivedIn, lived_in, reads_well, troubled
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
        troubled(shop)
        yield shop


def row(frame: Frame, entry_id: str) -> Locator:
    return frame.locator(f"tr[data-entry='{entry_id}']")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_what_waits_and_why(shop: LivedIn, admin_of: AdminOf, language: str, phone: bool) -> None:
    admin = admin_of(shop.site, phone=phone)
    frame = reads_well(admin, "/exceptions", "exceptions", language)
    expect(frame.locator("tr[data-entry]")).to_have_count(4)
    said = {
        "en": "It refers to an account, item or name that QuickBooks does not have",
        "da": "Den henviser til en konto, en vare eller et navn, som QuickBooks ikke har",
    }[language]
    expect(frame.get_by_text(said).first).to_be_visible()
    expect(frame.get_by_text("#5001").first).to_be_visible()
    frame.locator("[data-do=fix]").first.click()
    expect(frame.locator("form.fix").first).to_be_visible()
    axe(frame)
    fits(frame)


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_another_account_is_chosen_on_the_row_by_keyboard_and_the_entry_is_posted(
    own: LivedIn, admin_of: AdminOf, phone: bool
) -> None:
    entry = next(one for one in own.entries(EntryState.HELD) if one.kind == "SalesReceipt")
    admin = admin_of(own.site, phone=phone)
    frame = admin.open("/exceptions")
    button = row(frame, entry.id).get_by_role("button", name="Fix")
    button.focus()
    admin.page.keyboard.press("Enter")
    form = frame.locator("form[data-fix=account]")
    expect(form.get_by_label("Instead of")).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "true")
    form.get_by_label("Account", exact=True).fill("Nowhere")
    admin.page.keyboard.press("Enter")
    expect(form.get_by_text('QuickBooks has no account "Nowhere".')).to_be_visible()
    expect(form.get_by_label("Account", exact=True)).to_be_focused()
    form.get_by_label("Instead of").select_option("Sales")
    form.get_by_label("Account", exact=True).fill("Shipping Income")
    admin.page.keyboard.press("Enter")
    expect(row(frame, entry.id).locator("[data-state]")).to_have_text("Waits to be sent")
    expect(row(frame, entry.id)).to_be_focused()
    assert own.entry(entry.id).state is EntryState.READY
    own.update()
    own.update()
    assert own.entry(entry.id).state is EntryState.READ_BACK
    frame = admin.open("/exceptions")
    expect(row(frame, entry.id)).to_have_count(0)
    assert all("422" in complaint for complaint in admin.complaints)


@pytest.mark.parametrize("language", LANGUAGES)
def test_many_are_set_aside_with_one_reason(own: LivedIn, admin_of: AdminOf, language: str) -> None:
    held = own.entries(EntryState.HELD)
    texts = {"en": ("Set aside", "A reason is needed."), "da": ("Sæt til side", "Der kræves en begrundelse.")}[language]
    admin = admin_of(own.site)
    frame = admin.open("/exceptions", locale=language)
    for entry in held[:3]:
        row(frame, entry.id).get_by_role("checkbox").check()
    bulk = frame.locator("#bulk")
    expect(bulk).to_contain_text("3")
    axe(frame)
    bulk.get_by_role("button", name=texts[0]).click()
    dialog = frame.get_by_role("dialog")
    dialog.get_by_role("button", name=texts[0]).click()
    expect(dialog).to_contain_text(texts[1])
    dialog.get_by_role("textbox").fill("Bogført i hånden.")
    dialog.get_by_role("button", name=texts[0]).click()
    expect(dialog).to_be_hidden()
    for entry in held[:3]:
        expect(row(frame, entry.id).locator("[data-state]")).to_have_text(
            {"en": "Set aside", "da": "Sat til side"}[language]
        )
        assert own.entry(entry.id).reason == "Bogført i hånden."
    expect(bulk).to_be_hidden()
    assert own.entry(held[3].id).state is EntryState.HELD
    axe(frame)
    frame = admin.open("/exceptions", locale=language, state="ignored")
    expect(frame.get_by_text("Bogført i hånden.")).to_have_count(3)
    assert all("422" in complaint for complaint in admin.complaints)


def test_many_are_tried_again_and_each_that_can_not_be_says_why(own: LivedIn, admin_of: AdminOf) -> None:
    held = [one for one in own.entries(EntryState.HELD) if one.document]
    frame = admin_of(own.site).open("/exceptions", locale="da")
    for entry in held:
        row(frame, entry.id).get_by_role("checkbox").check()
    # Somebody else is faster with one of them.
    own.site.table.update(
        f"SHOP#{SHOP}", f"ENTRY#{held[0].id}", "SET #s = :s", names={"#s": "state"}, values={":s": "SENT"}
    )
    frame.locator("#bulk").get_by_role("button", name="Prøv igen").click()
    expect(row(frame, held[0].id)).to_contain_text("Kun en postering, der holdes tilbage")
    for entry in held[1:]:
        expect(row(frame, entry.id).locator("[data-state]")).to_have_text("Venter på at blive sendt")
        assert own.entry(entry.id).state is EntryState.READY
    expect(frame.locator("#notices")).to_contain_text("2 posteringer klaret.")


def test_a_closed_day_is_posted_on_the_first_open_day_for_many_at_once(own: LivedIn, admin_of: AdminOf) -> None:
    seen = company.profile(own.job.table, SHOP)
    assert seen is not None
    closing = own.job.world.days[-1]
    own.job.company.set(closing_date=closing.isoformat())
    company.store_profile(own.job.table, SHOP, replace(seen, closing_date=closing), own.site.clock())
    held = [one for one in own.entries(EntryState.HELD) if one.kind == "SalesReceipt"]
    frame = admin_of(own.site).open("/exceptions")
    for entry in held:
        row(frame, entry.id).get_by_role("checkbox").check()
    frame.locator("#bulk").get_by_role("button", name="Fix").click()
    dialog = frame.get_by_role("dialog")
    axe(frame)
    dialog.get_by_label("Post it on the first open day").check()
    dialog.get_by_role("button", name="Fix").click()
    for entry in held:
        expect(row(frame, entry.id).locator("[data-state]")).to_have_text("Waits to be sent")
        assert own.entry(entry.id).dated > closing


def test_a_lost_connection_leaves_the_row_as_it_was(own: LivedIn, admin_of: AdminOf) -> None:
    entry = own.hold(ACCOUNT_GONE)[0]
    frame = admin_of(own.site).open("/exceptions")
    own.site.away = True
    row(frame, entry.id).get_by_role("button", name="Try again").click()
    expect(frame.get_by_text("The connection was lost.")).to_be_visible()
    own.site.away = False
    frame.locator("#notices").get_by_role("button", name="Try again").click()
    expect(row(frame, entry.id).locator("[data-state]")).to_have_text("Waits to be sent")


def test_a_search_keeps_its_filter_and_finds_nothing_in_words(own: LivedIn, admin_of: AdminOf) -> None:
    frame = admin_of(own.site).open("/exceptions")
    frame.get_by_role("searchbox").fill("#5001")
    frame.get_by_role("button", name="Search").click()
    frame.wait_for_url("**q=*")
    expect(frame.locator("tr[data-entry]")).to_have_count(1)
    frame.get_by_role("link", name="Show all again").click()
    expect(frame.locator("tr[data-entry]")).to_have_count(4)
    frame.get_by_role("link", name="Undone").click()
    expect(frame.get_by_text("There is no such entry.")).to_be_visible()


def test_what_is_wrong_with_the_company_is_said_above_the_entries(own: LivedIn, admin_of: AdminOf) -> None:
    now = settings.read(own.job.table, SHOP)
    gone = replace(now, accounts={**now.accounts, "sales_income": "Sales 2025"})
    settings.store(own.job.table, SHOP, gone, "42", own.site.clock())
    frame = admin_of(own.site).open("/exceptions", locale="da")
    expect(frame.get_by_text('QuickBooks har ingen konto "Sales 2025".').first).to_be_visible()
    axe(frame)


def test_a_read_only_accountant_sees_all_and_has_no_buttons(own: LivedIn, admin: Admin, admin_of: AdminOf) -> None:
    known = {
        "41": {"role": roles.OWNER, "label": "Linda", "seen_at": "2026-01-01T00:00:00Z"},
        "42": {"role": roles.ACCOUNTANT, "label": "", "seen_at": "2026-01-02T00:00:00Z"},
    }
    own.job.table.put({"pk": f"SHOP#{SHOP}", "sk": "ROLES", "users": known, "given": True, "version": 1})
    frame = admin_of(own.site).open("/exceptions")
    expect(frame.locator("tr[data-entry]")).to_have_count(4)
    expect(frame.locator("tr[data-entry] button")).to_have_count(0)
    expect(frame.get_by_role("checkbox")).to_have_count(0)
    axe(frame)
