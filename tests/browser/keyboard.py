"""As somebody without a mouse does it."""

from __future__ import annotations

from typing import Protocol

from playwright.sync_api import Locator, Page, expect


class Tab(Protocol):
    page: Page


def walk_to(tab: Tab, wanted: Locator, most: int = 90) -> None:
    """By the tabulator."""
    expect(wanted).to_be_visible()
    for _ in range(most):
        if wanted.evaluate("(one) => one === document.activeElement"):
            return
        tab.page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {wanted}")


def press(tab: Tab, wanted: Locator) -> None:
    walk_to(tab, wanted)
    tab.page.keyboard.press("Enter")
