"""A shop with a week behind it: prepared, posted and read back by its company, with a few things that went wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from playwright.sync_api import Frame, expect

from connector.app import audit
from connector.outbox import release, repository
from connector.outbox.entries import Entry, EntryState
from connector.shopify.registration import OPTIONAL_SCOPES, SCOPES
from connector.storage import syncs
from connector.sync import problems
from infra.local.shop import build_world
from tests.browser.conftest import Admin, axe, fits, screenshot
from tests.browser.site import Site, served
from tests.browser.talking_shop import TalkingShop
from tests.fakes.main_job import MainJob
from tests.fakes.preparation import SHOP

START = date(2026, 3, 24)
ACCOUNT_GONE = (
    "It refers to an account, item or name that QuickBooks does not have, or that is inactive there. QuickBooks says: "
    'There is an invalid reference to QuickBooks Account "Sales 2025". (3140) Check the account mapping, and make the '
    "account or item active again."
)
NO_ACCOUNT = "#5001: no QuickBooks account is chosen for duties"
MISSING = {
    "topic": "gift_cards",
    "scopes": ["read_gift_cards"],
    "words": "Not read: gift cards. The shop has not granted read_gift_cards.",
}


@dataclass
class LivedIn:
    """``job`` goes on with its company and Web Connector; ``site`` is the app over the same table."""

    job: MainJob
    site: Site

    def entries(self, *states: EntryState) -> list[Entry]:
        return list(self.job.preparation.entries(*states))

    def entry(self, entry_id: str) -> Entry:
        found = repository.get(self.job.table, SHOP, entry_id)
        assert found is not None
        return found

    def hold(self, reason: str, count: int = 1) -> list[Entry]:
        """Documents of the last sync that QuickBooks refuses, receipts first."""
        ready = sorted(self.entries(EntryState.READY), key=lambda entry: entry.kind != "SalesReceipt")[:count]
        for entry in ready:
            change = repository.hold(entry, reason)
            repository.commit(self.job.table, SHOP, lambda change=change: ([change], []))  # type: ignore[misc]
        return ready

    def update(self) -> None:
        """One update of the Web Connector, a quarter of an hour later."""
        self.job.now = self.site.clock() + timedelta(minutes=15)
        self.job.update()
        self.site.clock.now = self.job.now

    def last_sync(self) -> str:
        return next(str(one["id"]) for one in syncs.newest(self.job.table, SHOP))


@contextmanager
def lived_in(days: int = 2, orders: int = 6, mode: str = "detailed") -> Iterator[LivedIn]:
    """All days but the last are in QuickBooks; the last one's documents are ready to be sent."""
    job = MainJob(build_world(days=days, orders_per_day=orders, seed=3, start=START), mode)
    for day in range(days):
        if day:
            job.update()
        job.prepare(day)
    talking = TalkingShop(granted=tuple(s for s in (*SCOPES, *OPTIONAL_SCOPES) if "gift_card" not in s))
    site = Site(shop=SHOP, table=job.table, currency="USD", time_zone="America/New_York", shopify=talking)
    site.clock.now = job.now
    site.install()
    with served(site) as running:
        yield LivedIn(job, running)


def troubled(shop: LivedIn) -> None:
    """Of everything that can be seen a little: held, set aside, waiting, not granted, noted."""
    table, day = shop.job.table, shop.job.world.days[-1]
    shop.hold(ACCOUNT_GONE, 3)
    last = shop.last_sync()
    unmapped = problems.exception(
        SHOP,
        problems.key_of("5001"),
        title="#5001",
        day=day,
        sync_id=last,
        reason=NO_ACCOUNT,
        amount=Decimal("48.20"),
        effect={"duties": Decimal("48.20")},
    )
    table.put(unmapped.to_item())
    aside = shop.entries(EntryState.READY)[0]
    aside_because = "Entered by hand on 1 April."
    release.ignore(table, SHOP, aside.id, aside_because)
    details = {"title": aside.title, "reason": aside_because}
    audit.note(table, SHOP, shop.job.now, "42", "entry.ignore", aside.id, details)
    syncs.set_missing(table, SHOP, last, [MISSING])


def reads_well(admin: Admin, path: str, name: str, language: str, **query: str) -> Frame:
    """The page without a fault for axe or the browser, not too wide, and as a picture."""
    frame = admin.open(path, locale=language, **query)
    assert frame.evaluate("() => document.documentElement.lang") == language
    expect(frame.get_by_role("main")).to_be_visible()
    axe(frame)
    fits(frame)
    screenshot(admin, name, language)
    assert admin.complaints == []
    return frame
