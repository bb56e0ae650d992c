"""As a new user would, from the desk of ``make local``: install, set up, sync, tie out, undo it all.

What runs is the deployed template on the local stack, with the stand-in shop, company and Web Connector. The app is a
page of its own here, not a frame; what the admin's frame demands is tested by the other browser tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from connector.accounting.policy import REQUIRED_ACCOUNTS
from connector.app.texts.words import Words
from infra.local import stack, trying
from infra.local.company import DEMO_ACCOUNTS
from infra.local.demo import Scene, Size
from infra.local.door import Desk
from tests.browser.conftest import DESKTOP, SCREENSHOTS
from tests.browser.keyboard import press, walk_to
from tests.integration.processes import free_port

# One stack at a time on a machine.
pytestmark = pytest.mark.xdist_group("stack")

SIZE = Size(days=2, orders=4, mode="detailed")
SLOW = 60_000
"""Milliseconds for what the stack works on behind the page; a cold function of it takes seconds."""

NEW_ACCOUNT = "Shopify Sales"
EN, DA = (Words(language, ZoneInfo("UTC")) for language in ("en", "da"))


@dataclass
class Tab:
    """The browser's tab with the app, and the office beside it."""

    page: Page
    scene: Scene
    desk: Desk
    office: trying.Office
    complaints: list[str] = field(default_factory=list)
    taken: int = 0

    def at(self, path: str) -> Page:
        """The app's page at a path, once its scripts have run."""
        stage = urlsplit(self.scene.running.url).path
        self.page.wait_for_url(lambda url: urlsplit(url).path == stage + path, timeout=SLOW, wait_until="load")
        return self.page

    def follow(self, name: str, path: str) -> Page:
        """A link or a menu entry of ours."""
        self.page.get_by_role("link", name=name, exact=True).first.click()
        return self.at(path)

    def button(self, name: str, within: Locator | None = None) -> Locator:
        return (within or self.page).get_by_role("button", name=name, exact=True)

    def update(self) -> None:
        """The Web Connector polls once, until nothing is left for it."""
        self.office.update()
        assert "error" not in self.desk.said.lower(), self.desk.said

    def picture(self, name: str) -> None:
        self.taken += 1
        path = SCREENSHOTS / "whole-way" / f"{self.taken:02}-{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=path, full_page=True)


@pytest.fixture
def tab(tmp_path: Path, browser: Browser) -> Iterator[Tab]:
    if any(not (stack.ROOT / name).exists() for name in (".venv-ministack/bin/python", ".venv-sam/bin/sam")):
        pytest.skip("the local stack's environments are missing: make setup")
    with trying.set_up(tmp_path / "local", free_port(), SIZE) as (scene, desk, office):
        context = browser.new_context(viewport=DESKTOP, accept_downloads=True)
        context.set_default_timeout(SLOW)
        opened = Tab(context.new_page(), scene, desk, office)
        opened.page.on("console", lambda message: _note(opened, message.type, message.text))
        opened.page.on("pageerror", lambda error: _note(opened, "error", f"uncaught: {error}"))
        expect.set_options(timeout=SLOW)
        yield opened
        expect.set_options(timeout=5_000)
        with suppress(Exception):
            context.close()


def _note(tab: Tab, kind: str, text: str) -> None:
    if kind in ("error", "warning"):
        tab.complaints.append(f"{urlsplit(tab.page.url).path}: {text}")


def test_from_install_to_a_green_tie_out_and_back(tab: Tab) -> None:
    _open(tab)
    _connect(tab)
    _map_accounts(tab)
    _with_the_keyboard_alone(tab)
    _preview(tab)
    _start(tab)
    sync = _sync_now(tab)
    _ties_out(tab)
    _undo(tab, sync)
    _in_danish(tab)
    assert tab.complaints == []


def _open(tab: Tab) -> None:
    """The desk's link opens a tab like the admin's; opening installs."""
    tab.page.goto(f"{tab.desk.url}/app?locale=en")
    page = tab.at("/")
    expect(page.get_by_role("heading", level=1)).to_have_text(EN("app.name"))
    tab.picture("home-installed")
    tab.follow(EN("home.go_on"), "/setup/start")
    tab.picture("start")
    tab.follow(EN("start.begin"), "/setup/tax")
    tab.picture("tax")
    tab.follow(EN("tax.later"), "/setup/connect")


def _connect(tab: Tab) -> None:
    page = tab.page
    tab.button(EN("connect.generate")).click()
    token = page.locator("#token")
    expect(token).to_be_visible()
    with page.expect_download() as download:
        page.locator("#qwc").click()
    assert download.value.suggested_filename.endswith(".qwc")
    desk = page.context.new_page()
    desk.goto(tab.desk.url)
    desk.get_by_label("App token").fill(token.inner_text())
    desk.get_by_role("button", name="Connect").click()
    expect(desk.locator("pre")).not_to_have_text("Not connected yet.")
    desk.close()
    expect(page.locator("#light .light")).to_have_attribute("data-tone", "success")
    expect(page.locator("[data-fact=name]")).to_have_text(tab.scene.company.preferences.company_name)
    expect(page.locator("[data-fact=lists_read_said]")).not_to_have_text(EN("connect.lists_not_read"))
    tab.picture("connected")
    tab.follow(EN("wizard.next"), "/setup/mapping")


def _map_accounts(tab: Tab) -> None:
    """Income goes to an account that is made from here; what nothing was suggested for is chosen from the list."""
    page = tab.page
    income = page.locator('[name="accounts.sales_income"]')
    tab.button(EN("mapping.create")).click()
    dialog = page.get_by_role("dialog")
    dialog.locator('[name="for"]').select_option("accounts.sales_income")
    dialog.locator('[name="name"]').fill(NEW_ACCOUNT)
    tab.button(EN("mapping.create_confirm"), dialog).click()
    expect(income).to_have_value(NEW_ACCOUNT)
    expect(page.locator("#waiting-accounts")).to_contain_text(NEW_ACCOUNT)
    tab.update()
    expect(page.locator("#waiting-accounts")).to_be_empty()
    for key in REQUIRED_ACCOUNTS:
        choose = page.locator(f'[name="accounts.{key}"]')
        if not choose.input_value():
            choose.click()
            choose.press_sequentially(DEMO_ACCOUNTS[key])
            page.get_by_role("option", name=DEMO_ACCOUNTS[key]).first.click()
    expect(page.locator("#mapped")).to_have_js_property("value", len(REQUIRED_ACCOUNTS))
    tab.picture("mapping")
    tab.button(EN("wizard.save_next")).click()
    tab.at("/setup/schedule")


def _with_the_keyboard_alone(tab: Tab) -> None:
    """But for the day, whose parts a browser wants typed within a second each."""
    page = tab.page
    page.locator('[name="start_date"]').fill(tab.scene.world.days[0].isoformat())
    walk_to(tab, page.locator('[name="schedule.mode"]:checked'))
    page.keyboard.press("ArrowUp")
    expect(page.locator("#next-run")).to_contain_text(tab.scene.world.zone.key)
    page.keyboard.press("ArrowDown")
    expect(page.locator('[name="schedule.mode"]:checked')).to_have_value("manual")
    tab.picture("schedule")
    press(tab, tab.button(EN("wizard.save_next")))
    tab.at("/setup/modes")
    expect(page.locator('[name="modes.customer"]:checked')).to_have_value("detailed")
    tab.picture("modes")
    press(tab, tab.button(EN("wizard.save_next")))
    tab.at("/setup/purchases")
    press(tab, tab.button(EN("purchase_setup.grant")))
    expect(page.locator("#access .light")).to_have_attribute("data-tone", "success")
    tab.picture("purchases")
    press(tab, tab.button(EN("wizard.save_next")))
    tab.at("/setup/preview")


def _preview(tab: Tab) -> None:
    page = tab.page
    expect(page.locator('[name="from"]')).to_have_value(tab.scene.world.days[-1].isoformat())
    sums = page.get_by_role("table", name=EN("preview_js.accounts")).get_by_role("row").last.get_by_role("cell")
    expect(sums).to_have_count(2)
    debit, credit = sums.all_inner_texts()
    assert debit == credit != ""
    tab.picture("preview")


def _start(tab: Tab) -> None:
    page = tab.page
    tab.follow(EN("wizard.next"), "/setup/finish")
    tab.button(EN("finish.start")).click()
    dialog = page.get_by_role("dialog")
    tab.picture("before-the-start")
    tab.button(EN("finish.start"), dialog).click()
    expect(page.get_by_role("heading", name=EN("finish.started_heading"))).to_be_visible()
    tab.picture("started")


def _sync_now(tab: Tab) -> str:
    """Its path. The page follows the sync by itself; then the Web Connector fetches what it made."""
    page = tab.page
    tab.follow(EN("nav.syncs"), "/syncs")
    tab.button(EN("syncs.now")).click()
    page.wait_for_url("**/syncs/*")
    expect(page.locator("#sync-state")).to_be_visible()
    tab.picture("sync-running")
    expect(page.locator("#sync-state")).to_have_text(EN("sync_state.DONE"))
    tab.update()
    page.reload()
    tab.picture("sync-posted")
    return urlsplit(page.url).path.removeprefix(urlsplit(tab.scene.running.url).path)


def _ties_out(tab: Tab) -> None:
    page = tab.page
    tab.follow(EN("nav.tie_out"), "/tie-out")
    expect(page.get_by_text(EN("home.ties"))).to_be_visible()
    lines = page.get_by_role("table", name=EN("home.tie_out_caption")).locator("tbody tr")
    cells = [row.locator("td").all_inner_texts() for row in lines.all()]
    assert cells
    assert all(shopify == posted == quickbooks for shopify, posted, quickbooks, _ in cells), cells
    assert {difference for *_, difference in cells} == {"0.00"}
    assert any(shopify != "0.00" for shopify, *_ in cells)
    tab.picture("tie-out")


def _undo(tab: Tab, sync: str) -> None:
    """What is taken back is shown before, and is gone only when QuickBooks says so."""
    page = tab.page
    tab.follow(EN("nav.syncs"), "/syncs")
    page.locator("#syncs tbody a").first.click()
    tab.at(sync)
    tab.button(EN("undo.button")).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("#undo-preview summary").first).to_be_visible()
    tab.picture("undo-preview")
    before = len(tab.scene.company.transactions())
    assert before
    tab.button(EN("undo.confirm"), dialog).click()
    expect(page.get_by_role("heading", name=EN("undo.progress"))).to_be_visible()
    tab.update()
    expect(page.locator("#sync")).to_have_attribute("data-left", "0")
    assert tab.scene.company.transactions() == []
    tab.picture("undone")


def _in_danish(tab: Tab) -> None:
    tab.page.goto(f"{tab.desk.url}/app?locale=da")
    page = tab.at("/")
    expect(page.locator("html")).to_have_attribute("lang", "da")
    expect(page.get_by_role("heading", level=1)).to_have_text(DA("app.name"))
    tab.picture("home-da")
