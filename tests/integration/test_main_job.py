"""The main job over generated shops, in one process: whatever the shop's days hold, the books agree with them."""

from __future__ import annotations

from datetime import date

import pytest

from connector.outbox.entries import EntryState
from infra.local.shop import build_world
from tests.fakes.main_job import MainJob

SEEDS = (1, 2, 3)


@pytest.mark.parametrize("mode", ["detailed", "summary"])
@pytest.mark.parametrize("seed", SEEDS)
def test_every_shops_days_tie_out_to_the_cent(seed: int, mode: str) -> None:
    job = MainJob(build_world(days=5, orders_per_day=20, seed=seed), mode)
    job.live_through()
    assert job.faults() == []
    assert {entry.state for entry in job.preparation.entries()} == {EntryState.READ_BACK}


@pytest.mark.parametrize("mode", ["detailed", "summary"])
def test_a_second_sync_of_the_same_night_and_a_second_update_change_nothing(mode: str) -> None:
    job = MainJob(build_world(days=3, orders_per_day=12, start=date(2026, 5, 4)), mode)
    job.live_through()
    before = job.company.transactions()
    job.prepare(2)
    assert job.update().round_trips == 0
    assert job.company.transactions() == before
    assert job.faults() == []


def test_both_modes_leave_the_same_balances_but_for_the_cost_of_goods() -> None:
    """Summary books no cost of goods; everything else of the trial balance is the same to the cent."""
    balances = []
    for mode in ("detailed", "summary"):
        job = MainJob(build_world(days=4, orders_per_day=15), mode)
        job.live_through()
        balances.append(
            {
                row.account: row.debit - row.credit
                for row in job.company.trial_balance()
                if row.account not in ("Cost of Goods Sold", "Inventory Asset") and row.debit != row.credit
            }
        )
    assert balances[0] == balances[1]
