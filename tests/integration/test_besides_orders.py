"""What a shop does besides orders, through the whole job: cards given away, store credit, the till, stock counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from connector.outbox.entries import Entry, EntryState
from connector.shopify.registration import OPTIONAL_SCOPES, SCOPES
from connector.storage import facts, keys
from connector.storage.facts import Topic
from connector.sync import undo
from infra.local.company import DEMO_ACCOUNTS
from infra.local.shop import World, build_world
from infra.local.shop.by_hand import card_events, credit_events
from tests.fakes.main_job import MainJob
from tests.fakes.preparation import FIRST, LAST, SHOP, Killed

MODES = ("detailed", "summary")
STOCK = ("stock_adjusted", "stock_adjustments")
LINES = {
    *("gift_cards_outside", "store_credit_outside", "goodwill", "cash_paid_out"),
    *("cash_drawer", "cash_over_short", "cash_moved"),
}


def world(seed: int = 7) -> World:
    return build_world(days=6, orders_per_day=12, seed=seed, start=date(2026, 5, 4))


def lines(job: MainJob) -> set[str]:
    return {line["line"] for day in job.preparation.report()["days"] for line in day["lines"]}


def records(job: MainJob, topic: Topic) -> Iterator[Any]:
    return facts.by_day(job.table, SHOP, topic, FIRST, LAST)


def of_stock(job: MainJob) -> list[Entry]:
    return [entry for entry in job.preparation.entries() if entry.key.split("|")[1:2] == ["stock"]]


def meant(job: MainJob, since: datetime) -> Counter[str]:
    """Units by inventory item that the shop's people found or missed, since stock was first looked at."""
    found: Counter[str] = Counter()
    for at, variant, units in job.shop.shop.ledgers.stock.found():
        found[variant.inventory_item_id] += units if at > since else 0
    return found


def found(job: MainJob) -> Counter[str]:
    units: Counter[str] = Counter()
    for record in records(job, Topic.STOCK):
        for line in record.fact.lines:
            units[line.item] += line.quantity
    return units


def without_zeros(units: Counter[str]) -> dict[str, int]:
    return {item: count for item, count in units.items() if count}


@pytest.mark.parametrize("modes", list(product(MODES, repeat=3)), ids="-".join)
def test_all_of_it_ties_out_in_every_mode(modes: tuple[str, str, str]) -> None:
    customer, inventory, vendor = modes
    job = MainJob(world(), customer, inventory=inventory, vendor=vendor)
    job.live_through()
    assert job.faults() == []
    assert {entry.state for entry in job.preparation.entries()} == {EntryState.READ_BACK}
    assert lines(job) >= LINES | (set(STOCK) if inventory == "summary" else set())
    kinds = {entry.kind for entry in of_stock(job)}
    assert kinds == {"JournalEntry" if inventory == "summary" else "InventoryAdjustment"}
    before = job.company.transactions()
    job.prepare(len(job.world.days) - 1)
    assert job.update().round_trips == 0 and job.company.transactions() == before


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_cards_that_paid_for_orders_are_the_orders_business(seed: int) -> None:
    job = MainJob(build_world(days=6, orders_per_day=25, seed=seed), "summary")
    job.live_through()
    posted = {r.id for r in records(job, Topic.STORED_VALUE) if r.fact.day >= job.world.days[0]}
    assert len(posted) == len(card_events(job.world)) + len(credit_events(job.world))
    assert any(item.get("change") for item in job.table.query(keys.shop(SHOP), "CARDPAID#"))
    assert job.faults() == []


def test_units_are_what_was_counted_however_late_the_shelves_are_read() -> None:
    """What is sold between the window's end and the reading shows on the shelves, and in no order that was read."""
    job = MainJob(world(), "detailed")
    for day in range(len(job.world.days)):
        night = job.night_after(day)
        job.now = night
        job.source.now = job.shop.shop.now = night + timedelta(hours=11)
        job.preparation.sync(night)
        job.update()
    last = night + timedelta(hours=11)
    job.source.now = job.shop.shop.now = last
    job.preparation.sync(last)
    assert without_zeros(found(job)) == without_zeros(meant(job, job.night_after(0) + timedelta(hours=11)))
    assert not any(entry.reason for entry in of_stock(job))


def test_a_snapshot_that_is_broken_off_at_every_page_is_the_same_one() -> None:
    whole, broken = MainJob(world(), "detailed"), MainJob(world(), "detailed")
    broken.preparation.remaining = lambda: 0.0
    for job in (whole, broken):
        for day in range(3):
            job.prepare(day)
    assert [r.fact for r in records(whole, Topic.STOCK)] == [r.fact for r in records(broken, Topic.STOCK)]
    assert any(True for _ in records(whole, Topic.STOCK))


def test_a_backfill_and_a_late_sale_count_once() -> None:
    """A backfill between two nights reads sales before the night's sync does: they stay the next snapshot's."""
    job = MainJob(world(), "detailed")
    for day in range(len(job.world.days)):
        if day:
            job.now = job.source.now = job.shop.shop.now = job.night_after(day) - timedelta(hours=6)
            text = job.world.days[day].isoformat()
            event = {"from": text, "to": text, "trigger": "manual", "sync_id": f"backfill-{day}"}
            job.preparation.sync(job.now, **event)
        job.prepare(day)
        job.update()
    assert without_zeros(found(job)) == without_zeros(meant(job, job.night_after(0)))
    assert job.faults() == []


def test_without_transfers_stock_is_not_compared_and_the_sync_says_so() -> None:
    job = MainJob(world(), "detailed")
    scopes = (*SCOPES, *(scope for scope in OPTIONAL_SCOPES if "transfers" not in scope))
    job.shop.scopes = scopes
    for day in range(3):
        job.prepare(day)
    assert not list(records(job, Topic.STOCK)) and not list(records(job, Topic.TRANSFER))
    (_, _, sync) = job.table.query(keys.shop(SHOP), "SYNC#")
    assert "transfers" in {one["topic"] for one in sync["missing"]}


def test_transfers_need_no_entry_and_stay_open_for_none() -> None:
    job = MainJob(world(), "detailed")
    job.live_through()
    assert list(records(job, Topic.TRANSFER))
    assert not list(facts.open_facts(job.table, SHOP, Topic.TRANSFER))


def test_petty_cash_waits_for_its_account_and_flows_once_it_has_one() -> None:
    job = MainJob(world(), "detailed")
    accounts = {key: name for key, name in DEMO_ACCOUNTS.items() if key != "cash"}
    chosen = accounts.pop("petty_cash")
    job.preparation.settings(accounts=accounts)
    for day in range(4):
        job.prepare(day)
        job.update()
    held = job.preparation.entries(EntryState.HELD)
    assert held and all("petty cash" in entry.reason and entry.kind == "Cash" for entry in held)
    report = job.preparation.report()["total"]["lines"]
    assert any(line["line"] == "cash_moved" and line["difference"] != "0.00" for line in report)
    assert any(line["line"] == "cash_over_short" and line["difference"] == "0.00" for line in report)
    job.preparation.settings(accounts={**accounts, "petty_cash": chosen})
    for day in range(4, len(job.world.days)):
        job.prepare(day)
        job.update()
    assert job.faults() == []


def test_a_register_that_shopify_itself_counts_otherwise_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    job = MainJob(world(), "detailed")
    session = job.shop.shop.ledgers.till.sessions[0]
    real = job.shop.shop.query

    def wrong(body: Any, scopes: Any) -> Any:
        answer = real(body, scopes)
        for node in ((answer.get("data") or {}).get("cashTrackingSessions") or {}).get("nodes", ()):
            if node["id"] == session.id and node["totalDiscrepancy"]:
                node["totalDiscrepancy"]["amount"] = "9.99"
        return answer

    monkeypatch.setattr(job.shop.shop, "query", wrong)
    for day in (0, 1, 1):
        job.prepare(day)
    (check,) = [entry for entry in job.preparation.entries(EntryState.HELD) if entry.kind == "Check"]
    assert "9.99" in check.reason and not check.effect
    assert session.id in {record.id for record in records(job, Topic.CASH)}


def test_undone_entries_of_a_night_are_posted_again_by_the_next() -> None:
    job = MainJob(world(), "detailed")
    for day in range(3):
        job.prepare(day)
        job.update()
    judged = undo.judge(job.table, SHOP, undo.entries_of(job.table, SHOP), None)
    undo.start(job.table, SHOP, judged, repost=True)
    for _ in range(4):
        job.update()
    assert not job.company.transactions()
    for day in range(3, len(job.world.days)):
        job.prepare(day)
        job.update()
    assert job.faults() == []


def test_a_process_that_dies_before_any_write_counts_the_same_stock() -> None:
    """It dies again and again, each time a write later than the time before; the step is called with its state."""
    whole, killed = MainJob(world(), "detailed"), MainJob(world(), "detailed")
    for job in (whole, killed):
        job.prepare(0)
        job.prepare(1)
    gap, left = 1, 1

    def dies(number: int) -> None:
        nonlocal gap, left
        left -= 1
        if left == 0:
            gap += 1
            left = gap
            raise Killed

    killed.table.before_write = dies
    killed.prepare(2)
    killed.table.before_write = None
    whole.prepare(2)
    assert killed.preparation.kills > 10
    for topic in (Topic.STOCK, Topic.STORED_VALUE, Topic.CASH, Topic.TRANSFER):
        assert [r.fact for r in records(killed, topic)] == [r.fact for r in records(whole, topic)]
    assert killed.preparation.shopify() == whole.preparation.shopify()
    assert [e.document for e in killed.preparation.entries()] == [e.document for e in whole.preparation.entries()]
