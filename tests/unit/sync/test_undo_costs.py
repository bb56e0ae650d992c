"""What goods cost, by amount, stays right whichever of its sales and its journal entry is undone and posted anew."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from connector.accounting.summary import COST
from connector.outbox import read_back
from connector.outbox.entries import Entry, EntryState
from connector.sync import undo
from connector.sync.undo_repost import free
from infra.local.shop import build_world
from tests.fakes.main_job import MainJob
from tests.fakes.preparation import SHOP

COSTS = ("Cost of Goods Sold", "Inventory Asset")
BY_AMOUNT = {"customer": "detailed", "inventory": "summary", "vendor": "summary"}


def a_job(seed: int = 4) -> MainJob:
    job = MainJob(build_world(days=3, orders_per_day=12, seed=seed), "detailed")
    job.preparation.context = None  # orders alone: payouts and the like are not what this is about
    job.preparation.settings(modes=BY_AMOUNT)
    job.live_through()
    assert job.preparation.differences() == {}
    assert costs(job)[COSTS[0]]
    return job


def costs(job: MainJob) -> dict[str, Decimal]:
    """Debits less credits of the two accounts, in QuickBooks itself."""
    balance = {name: debit - credit for name, _, debit, credit in job.company.trial_balance()}
    return {name: balance.get(name, Decimal()) for name in COSTS}


def is_cost(entry: Entry) -> bool:
    return f":{COST}:" in entry.key


def entries_of(job: MainJob) -> list[Entry]:
    return undo.entries_of(job.table, SHOP)


def changed_by_hand(job: MainJob, entry: Entry) -> None:
    """As if a drift had been found: it stays whatever is asked for."""
    job.table.put(replace(entry, reason=read_back.CHANGED).to_item())


def undo_all(job: MainJob, *, repost: bool = True) -> list[undo.Judged]:
    judged = undo.judge(job.table, SHOP, entries_of(job), None)
    undo.start(job.table, SHOP, judged, repost=repost)
    for _ in range(30):
        job.update()
        if not {EntryState.UNDO, EntryState.DELETED, EntryState.POSTED} & {e.state for e in job.preparation.entries()}:
            return judged
    raise AssertionError("the undo does not end")


def post_anew(job: MainJob) -> None:
    for _ in range(2):
        job.prepare(2)
        job.update()
        job.update()
    assert job.preparation.differences() == {}


def test_all_of_it_undone_and_posted_anew_costs_the_same() -> None:
    job = a_job()
    before = costs(job)
    undo_all(job)
    assert not any(costs(job).values())
    post_anew(job)
    assert costs(job) == before


def test_sales_posted_anew_beside_their_kept_journal_entry_cost_nothing_twice() -> None:
    job = a_job()
    before = costs(job)
    kept = [entry for entry in entries_of(job) if is_cost(entry)]
    for entry in kept:
        changed_by_hand(job, entry)
    judged = undo_all(job)
    assert {one.entry.key for one in judged if one.action == undo.KEEP} == {entry.key for entry in kept}
    assert costs(job) == before
    post_anew(job)
    assert costs(job) == before


@pytest.mark.parametrize("kept", [1, 5])
def test_a_journal_entry_made_anew_has_the_costs_of_the_sales_that_stayed(kept: int) -> None:
    job = a_job()
    before = costs(job)
    sales = [entry for entry in entries_of(job) if entry.kind == "SalesReceipt"]
    for entry in sales[:kept]:
        changed_by_hand(job, entry)
    judged = undo_all(job)
    assert any(one.action == undo.KEEP for one in judged)
    assert not costs(job)[COSTS[0]]
    post_anew(job)
    assert costs(job) == before


def test_the_journal_entry_alone_is_made_anew() -> None:
    job = a_job()
    before = costs(job)
    judged = undo.judge(job.table, SHOP, [entry for entry in entries_of(job) if is_cost(entry)], None)
    undo.start(job.table, SHOP, judged, repost=True)
    for _ in range(3):
        job.update()
    assert not costs(job)[COSTS[0]]
    post_anew(job)
    assert costs(job) == before


def test_without_repost_both_stay_named_and_can_be_freed_one_after_the_other() -> None:
    job = a_job()
    before = costs(job)
    undo_all(job, repost=False)
    job.prepare(2)
    job.update()
    assert not any(costs(job).values())
    for wanted in (is_cost, lambda entry: not is_cost(entry)):
        some = [entry for entry in entries_of(job) if wanted(entry) and entry.state is EntryState.UNDONE]
        undo.start(job.table, SHOP, undo.judge(job.table, SHOP, some, None), repost=True)
        job.prepare(2)
        job.update()
        job.update()
    post_anew(job)
    assert costs(job) == before


def test_under_detailed_inventory_afterwards_quickbooks_own_costs_take_over() -> None:
    """What was by amount goes with the sales; nothing of it is left beside what QuickBooks works out by itself."""
    job = a_job()
    undo_all(job)
    job.preparation.settings(modes={**BY_AMOUNT, "inventory": "detailed"})
    post_anew(job)
    made: list[Any] = [entry for entry in entries_of(job) if is_cost(entry) and entry.state is EntryState.READ_BACK]
    assert made == []


def test_sales_from_before_a_later_beginning_take_their_cost_with_them() -> None:
    job = a_job()
    undo_all(job)
    begin = job.world.days[1]
    free(job.table, SHOP, begin)
    job.preparation.settings(start_date=begin)
    post_anew(job)
    sales = [entry for entry in entries_of(job) if undo.order_of(entry) or is_cost(entry)]
    posted = [entry for entry in sales if entry.state is EntryState.READ_BACK]
    assert min(entry.day for entry in posted) == begin
    assert costs(job)[COSTS[0]]
