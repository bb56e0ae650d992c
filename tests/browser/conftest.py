"""Chromium looks at the pages inside the admin's frame. Shopify's admin and its CDN are played here, the app is real.

The admin is another origin (``https://admin.shopify.com``, answered by the test), so the frame, its
Content-Security-Policy and the way a session token takes are those of the real thing.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, BrowserContext, Frame, Page, Playwright, Route, sync_playwright

from tests.browser.site import Site, served

STUBS = Path(__file__).parent / "stubs"
POLARIS = Path(__file__).resolve().parents[2] / "infra" / "local" / "admin"
"""The stand-in elements, which the local admin uses too."""

SCREENSHOTS = Path(__file__).resolve().parents[2] / "build" / "screenshots"
ADMIN = "https://admin.shopify.com"
DESKTOP, PHONE = {"width": 1100, "height": 800}, {"width": 360, "height": 740}
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # The admin's address is not one of this machine, the app's is.
    "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests",
)
WAIT_MILLISECONDS = 15_000


@dataclass
class Admin:
    """A tab of the Shopify admin. ``frame`` is the app in it; ``complaints`` is what the browser had to object to."""

    page: Page
    site: Site
    complaints: list[str] = field(default_factory=list)
    _source: str = ""

    @property
    def frame(self) -> Frame:
        """The app's document; ask anew after every navigation."""
        inner = [frame for frame in self.page.frames if frame is not self.page.main_frame]
        return inner[0]

    def open(self, path: str = "/", locale: str = "en", **query: str) -> Frame:
        """The admin with the app at a path; returns when the app's scripts have run."""
        self._source = self.site.address(path, locale, **query)
        self.page.goto(f"{ADMIN}/store/test/apps/connector")
        return self.ready()

    def ready(self, path: str | None = None) -> Frame:
        """Waits for the app's document (at ``path``) to be there with its scripts run."""
        self.page.wait_for_function("() => frames.length > 0")
        frame = self.frame
        if path is not None:
            frame.wait_for_url(lambda url: urlsplit(url).path == urlsplit(self.site.url).path + path)
        frame.wait_for_load_state("load")
        return frame

    def route(self, route: Route) -> None:
        page = (STUBS / "admin.html").read_text(encoding="utf-8").replace("SOURCE", self._source.replace("&", "&amp;"))
        route.fulfill(status=200, content_type="text/html; charset=utf-8", body=page)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.fail("The browser tests need Chromium: apt-get install chromium, or name one in CHROMIUM.")
    started = playwright.chromium.launch(executable_path=path, args=list(FLAGS), headless=True)
    yield started
    started.close()


@pytest.fixture
def site() -> Iterator[Site]:
    """An installed shop that nobody has set up yet."""
    made = Site()
    made.install()
    with served(made) as running:
        yield running


AdminOf = Callable[..., Admin]


@pytest.fixture
def admin_of(browser: Browser) -> Iterator[AdminOf]:
    """``admin_of(site, phone=True, cdn=False)``: a tab of the admin with the app of that site."""
    contexts: list[BrowserContext] = []

    def opened(site: Site, *, phone: bool = False, cdn: bool = True) -> Admin:
        context = browser.new_context(viewport=PHONE if phone else DESKTOP, accept_downloads=True)
        context.set_default_timeout(WAIT_MILLISECONDS)
        contexts.append(context)
        page = context.new_page()
        admin = Admin(page, site)
        context.expose_function("tokenOfTheAdmin", site.token)
        context.route("**/*", lambda route: _unless_local(route, site))
        context.route(f"{ADMIN}/**", admin.route)
        context.route("https://cdn.shopify.com/**", lambda route: _cdn(route) if cdn else route.abort())
        page.on("console", lambda message: _note(admin, message))
        page.on("pageerror", lambda error: admin.complaints.append(f"uncaught: {error}"))
        return admin

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def admin(admin_of: AdminOf, site: Site) -> Admin:
    return admin_of(site)


def axe(page: Page | Frame) -> None:
    """axe-core finds nothing wrong with the app's document (WCAG 2.2 AA and its own best practices)."""
    page.wait_for_load_state("load")
    source = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
    page.evaluate(source)
    found: Any = page.evaluate("() => axe.run(document, { resultTypes: ['violations'] })")
    told = [
        f"{violation['id']} ({violation['impact']}): {violation['help']}: {node['html'][:200]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
    assert not told, "\n".join(told)


def fits(frame: Frame) -> None:
    """Nothing has to be scrolled sideways to be read."""
    wide = frame.evaluate("() => [document.documentElement.scrollWidth, innerWidth]")
    assert wide[0] <= wide[1], f"the page is {wide[0]} px wide in {wide[1]} px"


def screenshot(admin: Admin, name: str, language: str) -> Path:
    """The whole page as a picture in ``build/screenshots/<language>/``; on a phone its name ends so."""
    width = admin.page.viewport_size["width"] if admin.page.viewport_size else 0
    path = SCREENSHOTS / language / f"{name}{'-phone' if width == PHONE['width'] else ''}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    height = admin.frame.evaluate("() => document.documentElement.scrollHeight")
    admin.page.set_viewport_size({"width": width, "height": max(int(height) + 40, 400)})
    # A tall page is painted in its frame a moment after the window has grown.
    admin.frame.wait_for_function("height => innerHeight >= height", arg=min(int(height), 400))
    admin.frame.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    admin.page.screenshot(path=path)
    admin.page.set_viewport_size(PHONE if width == PHONE["width"] else DESKTOP)
    return path


def _cdn(route: Route) -> None:
    name = urlsplit(route.request.url).path.rpartition("/")[2]
    stub = next((place / name for place in (STUBS, POLARIS) if (place / name).exists()), None)
    if stub:
        route.fulfill(status=200, content_type="text/javascript; charset=utf-8", body=stub.read_text())
    else:
        route.abort()


def _unless_local(route: Route, site: Site) -> None:
    """The tests speak with nobody outside."""
    route.continue_() if route.request.url.startswith(site.origin) else route.abort()


def _note(admin: Admin, message: Any) -> None:
    if message.type in ("error", "warning"):
        admin.complaints.append(message.text)
