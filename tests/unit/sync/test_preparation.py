"""Whole preparations over the stand-in shop's world: every fact once, every entry once, whatever happens between."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Any

import pytest

from connector.outbox.entries import EntryState
from connector.storage.orders import BEFORE_THE_BOOKS
from infra.local.shop.world import World, build_world
from tests.fakes.memory_table import MemoryTable
from tests.fakes.preparation import NEW_YORK, Killed, Preparation
from tests.fakes.world_orders import WorldOrders

MODES = ("detailed", "summary")
LATER = datetime(2026, 12, 1, 7, tzinfo=UTC)
"""Long after all that happens in the world."""


@cache
def world() -> World:
    """Both nights of a clock change, every scenario of the stand-in shop at least once."""
    return build_world(days=7, orders_per_day=8)


@cache
def orders(now: datetime = LATER, page_size: int = 15) -> WorldOrders:
    return WorldOrders(world(), now, page_size)


@cache
def expected(mode: str) -> dict[str, Any]:
    preparation = Preparation(orders(), mode)
    preparation.sync(LATER)
    return preparation.everything()


def nights() -> list[datetime]:
    """02:00 of the night after each of the world's days."""
    mornings = (datetime.combine(day + timedelta(days=1), time(2), NEW_YORK) for day in world().days)
    return [moment.astimezone(UTC) for moment in mornings]


@pytest.mark.parametrize("mode", MODES)
def test_every_fact_is_in_the_tie_out_and_in_a_document_to_the_cent(mode: str) -> None:
    preparation = Preparation(orders(), mode)
    preparation.sync(LATER)
    assert preparation.shopify() == world().expected(LATER)
    assert preparation.documented() == world().expected(LATER)
    assert not any(record.unclaimed for record in preparation.records().values())
    assert {entry.state for entry in preparation.entries()} == {EntryState.READY}
    preparation.post_all()
    assert preparation.differences() == {}


@pytest.mark.parametrize("mode", MODES)
def test_a_fact_is_carried_by_the_entry_that_its_order_says(mode: str) -> None:
    preparation = Preparation(orders(), mode)
    preparation.sync(LATER)
    carried = [(fact, entry.key) for entry in preparation.entries() for fact in entry.facts]
    assert len({fact for fact, _ in carried}) == len(carried)
    claims = {fact: key for record in preparation.records().values() for fact, key in record.claims.items()}
    made = {entry.key for entry in preparation.entries()}
    # a summary of nothing but 0.00 has no entry
    assert {fact: key for fact, key in claims.items() if key in made} == dict(carried)


@pytest.mark.parametrize("mode", MODES)
def test_night_by_night_comes_to_the_same_as_all_at_once(mode: str) -> None:
    preparation = Preparation(orders(), mode)
    for night in nights():
        preparation.source = WorldOrders(world(), night + timedelta(minutes=7), 15)
        preparation.sync(night)
        assert preparation.shopify() == world().expected(night)
        preparation.post_all()
        assert set(preparation.differences()) <= {"not_yet_posted"}
    preparation.source = orders()
    preparation.sync(LATER)
    preparation.post_all()
    assert preparation.shopify() == preparation.documented() == world().expected(LATER)
    assert preparation.differences() == {}


@pytest.mark.parametrize("mode", MODES)
def test_the_same_event_twice_changes_nothing(mode: str) -> None:
    preparation = Preparation(orders(), mode)
    preparation.sync(LATER)
    written = preparation.table.written_items
    preparation.sync(LATER)
    assert preparation.everything() == expected(mode)
    # only the sync's own state is written again: made, reading, preparing, read until, done
    assert preparation.table.written_items - written <= 5


@pytest.mark.parametrize("mode", MODES)
def test_a_backfill_over_days_that_are_there_changes_nothing(mode: str) -> None:
    preparation = Preparation(orders(), mode)
    preparation.sync(LATER)
    first, last = world().days[0].isoformat(), world().days[-1].isoformat()
    preparation.sync(LATER, **{"sync_id": "backfill", "from": first, "to": last})
    made = preparation.everything()
    sync = made.pop("SYNC#backfill")
    assert (sync["orders"], sync["facts"]) == (0, 0)
    assert made == expected(mode)


@pytest.mark.parametrize("mode", MODES)
def test_backfills_in_any_order_come_to_the_same_books(mode: str) -> None:
    preparation = Preparation(orders(), mode, start=LATER.date())
    preparation.sync(LATER)
    assert preparation.shopify() == {}
    for n, day in enumerate(random.Random(7).sample(world().days, len(world().days))):
        preparation.sync(LATER, **{"sync_id": f"backfill-{n}", "from": day.isoformat(), "to": day.isoformat()})
    preparation.post_all()
    assert preparation.shopify() == preparation.documented() == world().expected(LATER)
    assert preparation.differences() == {}
    claims = [claim for record in preparation.records().values() for claim in record.claims.values()]
    assert BEFORE_THE_BOOKS not in claims


@pytest.mark.parametrize("mode", MODES)
def test_pages_out_of_order_and_orders_that_come_twice(mode: str) -> None:
    class Disorder:
        def page(self, updated_since: datetime, cursor: str | None) -> tuple[list[dict[str, Any]], str | None]:
            nodes = orders().all() + random.Random(2).sample(orders().all(), 20)
            random.Random(1).shuffle(nodes)
            start = int(cursor or 0)
            following = str(start + 15) if start + 15 < len(nodes) else None
            return nodes[start : start + 15], following

    preparation = Preparation(Disorder(), mode)
    preparation.sync(LATER)
    assert preparation.shopify() == preparation.documented() == world().expected(LATER)
    assert len(preparation.entries()) == len([sk for sk in expected(mode) if sk.startswith("ENTRY#")])


EVERY = 9


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("offset", range(EVERY))
def test_killed_before_any_write_and_repeated(mode: str, offset: int) -> None:
    """Over all offsets every write is once the first that is not made."""
    preparation = Preparation(orders(), mode)
    before = preparation.table.writes

    def kill(number: int) -> None:
        if (number - before) % EVERY == offset:
            raise Killed

    preparation.table.before_write = kill
    preparation.sync(LATER)
    assert preparation.kills > 3
    assert preparation.everything() == expected(mode)


@pytest.mark.parametrize("mode", MODES)
def test_killed_at_a_write_and_finished_by_the_next_night(mode: str) -> None:
    """An execution that fails for good leaves its window to the next one."""
    writes = Preparation(orders(), mode)
    start = writes.table.writes
    writes.sync(LATER)
    for number in range(start + 3, writes.table.writes, 23):
        preparation = Preparation(orders(), mode)
        preparation.table.before_write = _once(number, _kill)
        preparation.patient = False
        with pytest.raises(Killed):
            preparation.sync(LATER)
        preparation.sync(LATER + timedelta(days=1))
        assert preparation.shopify() == preparation.documented() == world().expected(LATER)
        assert not any(record.unclaimed for record in preparation.records().values())


@pytest.mark.parametrize("mode", MODES)
def test_two_preparations_at_the_same_time(mode: str) -> None:
    """A manual sync runs through in the middle of the scheduled one, at one write after another."""
    alone = Preparation(orders(), mode)
    start = alone.table.writes
    alone.sync(LATER)
    reading = range(start + 1, start + 10)
    for number in (*reading, *range(start + 10, alone.table.writes, 37)):
        preparation = Preparation(orders(), mode)

        def other(preparation: Preparation = preparation) -> None:
            preparation.sync(LATER, sync_id="manual", trigger="manual")

        preparation.table.before_write = _once(number, other)
        preparation.sync(LATER)
        assert preparation.shopify() == preparation.documented() == world().expected(LATER), number
        assert len(preparation.entries()) >= len([sk for sk in expected(mode) if sk.startswith("ENTRY#")])


@pytest.mark.parametrize("mode", MODES)
def test_an_invocation_without_time_does_one_piece_and_says_there_is_more(mode: str) -> None:
    preparation = Preparation(orders(), mode)
    preparation.remaining = lambda: 0.0
    preparation.sync(LATER)
    assert preparation.everything() == expected(mode)
    assert preparation.largest_state < 1_000


@pytest.mark.parametrize("mode", MODES)
def test_an_index_that_lags_hides_nothing_that_was_just_read(mode: str) -> None:
    preparation = Preparation(orders(), mode, table=MemoryTable(index_lag=100_000))
    preparation.sync(LATER)
    assert preparation.documented() == world().expected(LATER)
    assert preparation.everything() == expected(mode)


def test_changing_the_mode_counts_nothing_twice() -> None:
    preparation = Preparation(orders(), "detailed")
    for night, mode in zip(nights(), itertools.cycle(("detailed", "summary")), strict=False):
        preparation.settings(modes={"customer": mode, "inventory": "detailed", "vendor": "summary"})
        preparation.source = WorldOrders(world(), night + timedelta(minutes=7), 15)
        preparation.sync(night)
    preparation.source = orders()
    preparation.sync(LATER)
    preparation.post_all()
    assert preparation.differences() == {}
    assert preparation.documented() == world().expected(LATER)


def _once(number: int, act: Callable[[], None]) -> Callable[[int], None]:
    done: list[int] = []

    def before(n: int) -> None:
        if n == number and not done:
            done.append(n)
            act()

    return before


def _kill() -> None:
    raise Killed
