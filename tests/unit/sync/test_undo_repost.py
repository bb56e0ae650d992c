"""What was undone may be posted anew: the books are as if nothing had happened, or as the settings are now."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from connector.outbox.entries import EntryState
from connector.sync import undo
from connector.sync.undo_repost import free
from infra.local.shop import build_world
from tests.fakes.main_job import MainJob
from tests.fakes.preparation import SHOP


def a_job(mode: str, days: int = 3, seed: int = 4) -> MainJob:
    job = MainJob(build_world(days=days, orders_per_day=12, seed=seed), mode)
    job.live_through()
    assert job.faults() == []
    return job


def undo_sync(job: MainJob, sync_id: str, *, repost: bool) -> list[undo.Judged]:
    judged = undo.judge(job.table, SHOP, undo.entries_of(job.table, SHOP, sync_id), None)
    undo.start(job.table, SHOP, judged, repost=repost)
    for _ in range(30):
        job.update()
        if not {EntryState.UNDO, EntryState.DELETED, EntryState.POSTED} & {e.state for e in job.preparation.entries()}:
            return judged
    raise AssertionError("the undo does not end")


def sync_ids(job: MainJob) -> list[str]:
    return sorted(item["id"] for item in job.table.query(f"SHOP#{SHOP}", "SYNC#"))


def refs(job: MainJob) -> Counter[Any]:
    """What posts: a Sales Order is only there as long as its order waits."""
    posted = (one for one in job.company.transactions() if one.kind != "SalesOrder")
    return Counter((one.kind, one.ref_number, one.day, one.total) for one in posted)


def posting(found: Counter[Any]) -> dict[Any, int]:
    return {one: count for one, count in found.items() if one[0] != "SalesOrder"}


@pytest.mark.parametrize("mode", ["detailed", "summary"])
def test_all_syncs_undone_and_posted_anew_give_the_same_books(mode: str) -> None:
    job = a_job(mode)
    before = refs(job)
    for sync_id in reversed(sync_ids(job)):
        judged = undo_sync(job, sync_id, repost=True)
        assert {one.action for one in judged} <= {undo.DELETE, undo.WITHDRAW, undo.DONE}, judged
    assert job.company.transactions() == []
    job.prepare(2)
    job.update()
    job.update()
    assert job.faults() == []
    if mode == "detailed":
        # What has been invoiced since needs no Sales Order any more.
        assert posting(refs(job)) == posting(before)
    else:
        # A day's supplements are one document now.
        assert len(refs(job)) <= len(before)


def test_the_last_sync_alone_posted_anew_continues_the_orders_it_is_about() -> None:
    job = a_job("detailed", seed=6)
    last = sync_ids(job)[-1]
    judged = undo_sync(job, last, repost=True)
    assert {one.action for one in judged} == {undo.DELETE}
    job.prepare(2)
    for _ in range(3):
        job.update()
    assert job.faults() == []
    assert EntryState.HELD not in {entry.state for entry in job.preparation.entries()}


def test_an_earlier_sync_keeps_what_a_later_one_continues() -> None:
    job = a_job("detailed", seed=6)
    first = sync_ids(job)[0]
    judged = undo.judge(job.table, SHOP, undo.entries_of(job.table, SHOP, first), None)
    kept = [one for one in judged if one.action == undo.KEEP]
    reasons = ("comes after it and stays", "Its money was paid out")
    assert kept and all(any(words in one.why for words in reasons) for one in kept)
    assert len(kept) < len(judged)


@pytest.mark.parametrize("mode", ["detailed", "summary"])
def test_without_repost_nothing_is_posted_again_until_it_is_asked_for(mode: str) -> None:
    job = a_job(mode)
    ids = sync_ids(job)
    for sync_id in reversed(ids):
        undo_sync(job, sync_id, repost=False)
    job.prepare(2)
    job.update()
    assert job.company.transactions() == []
    for sync_id in ids:
        judged = undo.judge(job.table, SHOP, undo.entries_of(job.table, SHOP, sync_id), None)
        undo.start(job.table, SHOP, judged, repost=True)
    job.prepare(2)
    for _ in range(3):
        job.update()
    assert job.faults() == []


def test_the_mode_may_have_changed_in_between() -> None:
    job = a_job("detailed")
    for sync_id in reversed(sync_ids(job)):
        undo_sync(job, sync_id, repost=True)
    job.preparation.settings(modes={"customer": "summary", "inventory": "detailed", "vendor": "summary"})
    job.prepare(2)
    for _ in range(3):
        job.update()
    assert job.faults() == []
    posted = [entry.key for entry in job.preparation.entries(EntryState.READ_BACK)]
    assert {key.partition(":")[0] for key in posted if "|" not in key} == {"Summary"}


def test_facts_from_before_a_later_beginning_leave_the_books() -> None:
    job = a_job("detailed")
    for sync_id in reversed(sync_ids(job)):
        undo_sync(job, sync_id, repost=True)
    begin = job.world.days[1]
    free(job.table, SHOP, begin)
    assert min(day for day, effect in job.preparation.shopify().items() if effect) >= begin
    job.preparation.settings(start_date=begin)
    job.prepare(2)
    for _ in range(3):
        job.update()
    assert job.preparation.differences() == {}
    assert min(entry.day for entry in job.preparation.entries() if entry.document) >= begin
