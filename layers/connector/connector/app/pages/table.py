"""The pages there are, and which of them are in the menu."""

from __future__ import annotations

import re

from connector.app.pages import audit, exceptions, home, mapping, purchases, reset, settings, syncs, tie_out, wizard
from connector.app.pages.frame import Page

PAGES: tuple[Page, ...] = (
    *home.PAGES,
    *wizard.PAGES,
    *mapping.PAGES,
    *settings.PAGES,
    *syncs.PAGES,
    *exceptions.PAGES,
    *tie_out.PAGES,
    *purchases.PAGES,
    *audit.PAGES,
    *reset.PAGES,
)

_MENU = ("/", "/setup", "/syncs", "/exceptions", "/tie-out", "/purchases", "/mapping", "/settings", "/audit")
"""The order of the menu."""

_MATCHERS = tuple((re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]{1,255})", page.path)), page) for page in PAGES)


def found(path: str) -> tuple[Page, dict[str, str]] | None:
    """The page at a path, and the parameters in it."""
    for pattern, page in _MATCHERS:
        match = pattern.fullmatch(path)
        if match:
            return page, match.groupdict()
    return None


def menu() -> list[Page]:
    return sorted((page for page in PAGES if page.nav), key=lambda page: _MENU.index(page.path))
