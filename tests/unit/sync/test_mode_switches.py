"""All combinations of modes, and every switch from one to another in the middle: nothing twice, nothing lost."""

from __future__ import annotations

import itertools
from decimal import Decimal
from functools import cache

import pytest

from connector.outbox.entries import EntryState
from infra.local.shop.world import World, build_world
from tests.fakes.main_job import MainJob

MODES = ("detailed", "summary")
COMBINATIONS = list(itertools.product(MODES, repeat=3))
SWITCHES = list(itertools.permutations(COMBINATIONS, 2))
Combination = tuple[str, str, str]


@cache
def world() -> World:
    return build_world(days=4, orders_per_day=5)


def choose(job: MainJob, combination: Combination, **more: str) -> None:
    customer, inventory, vendor = combination
    job.preparation.settings(modes={"customer": customer, "inventory": inventory, "vendor": vendor}, **more)


def night(job: MainJob, day: int) -> None:
    job.prepare(day)
    job.update()


def check(job: MainJob) -> None:
    """The books are the shop's to the cent, and each fact stands in one entry."""
    assert job.faults() == []
    entries = job.preparation.entries()
    assert {entry.state for entry in entries} == {EntryState.READ_BACK}
    facts = [fact for entry in entries for fact in entry.facts]
    assert len(facts) == len(set(facts))
    numbers = [entry.ref_number for entry in entries if entry.kind not in ("SalesOrderClosing", "Deposit")]
    assert len(numbers) == len(set(numbers))


def costs(job: MainJob) -> Decimal:
    lines = job.preparation.report()["total"]["lines"]
    return sum((Decimal(line["posted"]) for line in lines if line["line"] == "cost_of_goods_sold"), Decimal())


@pytest.mark.parametrize("form", ["sales_receipt", "journal_entry"])
@pytest.mark.parametrize("combination", COMBINATIONS, ids="-".join)
def test_every_combination_of_modes_ties_out(combination: Combination, form: str) -> None:
    if form == "journal_entry" and combination[2] == "detailed":
        pytest.skip("the vendor mode does not change what is sold")
    job = MainJob(world(), combination[0])
    choose(job, combination, summary_as=form)
    job.live_through()
    check(job)
    # Without stock in QuickBooks the cost is posted by amount, else QuickBooks does it itself.
    assert bool(costs(job)) == (combination[1] == "summary")


@pytest.mark.parametrize("switch", SWITCHES, ids=lambda switch: "-to-".join("".join(m[0] for m in c) for c in switch))
def test_a_switch_in_the_middle_counts_nothing_twice_and_loses_nothing(
    switch: tuple[Combination, Combination],
) -> None:
    before, after = switch
    job = MainJob(world(), before[0])
    choose(job, before)
    night(job, 0)
    night(job, 1)
    choose(job, after)
    night(job, 2)
    night(job, 3)
    check(job)
