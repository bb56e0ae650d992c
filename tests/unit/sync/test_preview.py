"""A preview is what the sync then posts, to the byte, and leaves nothing behind."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from connector.outbox.entries import Entry
from connector.storage import keys
from connector.sync.context import Context
from connector.sync.preview import Asked, TooMuch, entries_of, preview
from infra.local.shop import build_world
from tests.fakes.main_job import MainJob
from tests.fakes.nodes import ListedOrders, paid_order
from tests.fakes.preparation import SHOP, Preparation

NIGHT = datetime(2026, 3, 11, 6, tzinfo=UTC)


def context(job: Any, now: datetime) -> Context:
    preparation = getattr(job, "preparation", job)
    admin = (lambda shop: job.shop.client()) if isinstance(job, MainJob) else None
    return Context(preparation.table, lambda shop: preparation.source, lambda: now, lambda: 900.0, admin_of=admin)


def as_posted(entries: list[Entry]) -> list[tuple[Any, ...]]:
    """All of an entry but which sync made it."""
    return [tuple(v for k, v in entry.to_item().items() if k != "sync_id") for entry in entries]


@pytest.mark.parametrize("mode", ["detailed", "summary"])
def test_every_nights_preview_is_what_the_sync_makes(mode: str) -> None:
    job = MainJob(build_world(days=4, orders_per_day=12, seed=5), mode)
    for day in range(4):
        night = job.night_after(day)
        job.source.now = job.shop.shop.now = night
        before = job.preparation.everything()
        known = {entry.id for entry in job.preparation.entries()}
        shown = entries_of(job.table, context(job, night), Asked(SHOP))
        assert job.preparation.everything() == before
        job.prepare(day)
        made = [entry for entry in job.preparation.entries() if entry.id not in known]
        # A preview counts no stock: that would be reading the whole catalogue.
        made = [entry for entry in made if entry.kind != "InventoryAdjustment"]
        assert as_posted(shown) == as_posted(made)
        assert made


@pytest.mark.parametrize("mode", ["detailed", "summary"])
def test_the_accounts_of_the_preview_are_those_of_the_trial_balance_afterwards(mode: str) -> None:
    job = MainJob(build_world(days=1, orders_per_day=25, seed=2), mode)
    night = job.source.now = job.shop.shop.now = job.night_after(0)
    shown = preview(context(job, night), Asked(SHOP))
    assert Decimal() < sum(Decimal(one["debit"]) for one in shown["accounts"])
    assert sum(Decimal(one["debit"]) for one in shown["accounts"]) == sum(
        Decimal(one["credit"]) for one in shown["accounts"]
    )
    job.live_through()
    books = {line[0]: line[2] - line[3] for line in (tuple(one) for one in _trial(job))}
    of_stock = {"Inventory Asset", "Cost of Goods Sold"}  # what goods cost QuickBooks works out by itself
    for one in (row for row in shown["accounts"] if row["account"] not in of_stock):
        assert books.get(one["account"], Decimal()) == Decimal(one["debit"]) - Decimal(one["credit"]), one


def _trial(job: MainJob) -> list[tuple[str, str, Decimal, Decimal]]:
    return [(line.account, line.type, line.debit, line.credit) for line in job.company.trial_balance()]


def test_chosen_days_are_shown_before_the_integration_is_started() -> None:
    orders = [paid_order(1, "2026-03-09T15:00:00Z"), paid_order(2, "2026-03-10T15:00:00Z")]
    preparation = Preparation(ListedOrders(*orders))
    preparation.table.delete(f"SHOP#{SHOP}", keys.INTEGRATION)
    items = preparation.everything()
    shown = preview(context(preparation, NIGHT), Asked(SHOP, date(2026, 3, 10), date(2026, 3, 10)))
    assert (shown["from"], shown["to"]) == ("2026-03-10", "2026-03-10")
    (entry,) = shown["entries"]
    assert (entry["kind"], entry["day"], entry["state"]) == ("SalesReceipt", "2026-03-10", "READY")
    assert sum(Decimal(line["amount"]) for line in entry["lines"]) == Decimal(entry["amount"])
    assert [one["count"] for one in shown["totals"]] == [1]
    assert preparation.everything() == items


def test_what_can_not_be_mapped_is_shown_with_its_reason() -> None:
    duty = paid_order(4, "2026-03-10T15:00:00Z")
    duty["agreements"][0]["sales"][0] |= {"lineType": "DUTY", "__typename": "DutySale"}
    preparation = Preparation(ListedOrders(duty), without=("duties",))
    shown = preview(context(preparation, NIGHT), Asked(SHOP))
    assert shown["entries"] == []
    assert len(shown["exceptions"]) == 1 and shown["exceptions"][0]["reason"]


def test_too_much_is_said_and_not_waited_for() -> None:
    preparation = Preparation(ListedOrders(paid_order(1, "2026-03-09T15:00:00Z")))
    with pytest.raises(TooMuch):
        preview(context(preparation, NIGHT), Asked(SHOP, is_late=lambda: True))
