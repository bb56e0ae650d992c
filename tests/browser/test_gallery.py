"""What pages are built of, on one page: without a fault for axe, with and without Polaris, and on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import ChoiceLoader, FileSystemLoader
from playwright.sync_api import expect

from connector.app.pages import frame as frames
from connector.app.pages import table
from tests.browser.conftest import AdminOf, axe, fits, screenshot
from tests.browser.site import Site


@pytest.fixture(autouse=True)
def gallery(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    page = frames.Page("/gallery", lambda visit: {"page_title": "Gallery"}, "gallery.html", "app.name", back="/")
    here = FileSystemLoader(Path(__file__).parent)
    monkeypatch.setattr(frames.templates(), "loader", ChoiceLoader([frames.templates().loader, here]))
    monkeypatch.setattr(table, "PAGES", (*table.PAGES, page))
    monkeypatch.setattr(table, "_MATCHERS", (*table._MATCHERS, (re.compile("/gallery"), page)))
    yield


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
@pytest.mark.parametrize("cdn", [True, False], ids=["polaris", "plain"])
def test_all_parts_are_sound(site: Site, admin_of: AdminOf, phone: bool, cdn: bool) -> None:
    admin = admin_of(site, phone=phone, cdn=cdn)
    frame = admin.open("/gallery")
    frame.locator("summary").click()
    axe(frame)
    fits(frame)
    screenshot(admin, "gallery" if cdn else "gallery-plain", "en")
    if cdn:
        assert admin.complaints == []


def test_a_question_keeps_the_focus_and_escape_ends_it(site: Site, admin_of: AdminOf) -> None:
    admin = admin_of(site)
    frame = admin.open("/gallery")
    frame.evaluate(
        """async () => {
  const { asks } = await import(document.querySelector('script[type=module]').src.replace('page.js', 'dialog.js'));
  const dialog = document.getElementById('sure-dialog');
  asks(document.getElementById('ask'), dialog, { send: async (values) => { window.sent = values; } });
}"""
    )
    frame.get_by_role("button", name="Ask").press("Enter")
    dialog = frame.get_by_role("dialog", name="Undo this sync?")
    expect(dialog).to_be_visible()
    axe(frame)
    admin.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(frame.get_by_role("button", name="Ask")).to_be_focused()
    frame.get_by_role("button", name="Ask").click()
    dialog.get_by_label("Type the shop's domain").fill("x")
    dialog.get_by_role("button", name="Undo").click()
    expect(dialog).to_be_hidden()
    assert frame.evaluate("() => window.sent") == {"confirm": "x"}
