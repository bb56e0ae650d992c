"""Whole generated shops in all combinations of modes, into QuickBooks and back: orders of every kind, and besides them
payouts, purchases, stock, gift cards and store credit by hand, and the till."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connector.outbox.entries import EntryState
from infra.local.shop.world import World, build_world
from tests.contract.qbxml_contract import Contract
from tests.fakes.generated_shops import COMBINATIONS, Combination
from tests.fakes.main_job import MainJob

SEEDS = (0, 1)
OF_NO_ORDER = {"Deposit", "JournalEntry", "Bill"}
"""Kinds of documents that come of other things than orders, in any combination of modes."""

by_combination = pytest.mark.parametrize("combination", COMBINATIONS, ids="-".join)


class Overheard(MainJob):
    """Keeps every message set as it was sent."""

    sent: tuple[str, ...] = ()

    def _call(self, operation: str, **parameters: Any) -> Any:
        answer = super()._call(operation, **parameters)
        if operation == "sendRequestXML":
            self.sent = (*self.sent, str(answer))
        return answer


def world(combination: Combination, seed: int, days: int = 4) -> World:
    number = 100 + len(COMBINATIONS) * seed + COMBINATIONS.index(combination)
    return build_world(days=days, orders_per_day=6, seed=number, wide=True)


def lived_through(combination: Combination, seed: int, days: int = 4) -> Overheard:
    customer, inventory, vendor = combination
    job = Overheard(world(combination, seed, days), customer, inventory=inventory, vendor=vendor)
    job.live_through()
    return job


@by_combination
@pytest.mark.parametrize("seed", SEEDS)
def test_everything_a_shop_does_ties_out_in_every_combination(combination: Combination, seed: int) -> None:
    job = lived_through(combination, seed)
    assert job.faults() == []
    entries = job.preparation.entries()
    assert {entry.state for entry in entries} == {EntryState.READ_BACK}
    assert {entry.kind for entry in entries} >= OF_NO_ORDER
    facts = [fact for entry in entries for fact in entry.facts]
    assert len(facts) == len(set(facts))
    numbers = [entry.ref_number.upper() for entry in entries if entry.ref_number and entry.kind != "SalesOrderClosing"]
    assert len(numbers) == len(set(numbers))


@by_combination
def test_every_message_set_as_it_was_sent_is_valid_by_intuits_schema(contracts: Path, combination: Combination) -> None:
    sent = [text for text in lived_through(combination, len(SEEDS), days=3).sent if text not in ("", "NoOp")]
    assert sum("AddRq" in text for text in sent) >= 2
    judge = Contract(contracts / "qbxml")
    assert [problem for text in sent for problem in judge.problems(text.encode())] == []
