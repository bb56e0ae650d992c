"""What a preparation writes: at most three items an order, and what is written with others stays exactly its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Any

import pytest

from connector.accounting.policy import ACCOUNT_KEYS
from connector.outbox.entries import EntryState
from connector.quickbooks.names import fallback_reference
from connector.storage import keys, syncs
from connector.storage.orders import noted
from connector.storage.table import TRANSACTION_LIMIT, ConditionFailed
from infra.local.shop.world import World, build_world
from tests.fakes.memory_table import MemoryTable
from tests.fakes.nodes import ListedOrders, agreement, money, order, paid_order, sale, transaction
from tests.fakes.preparation import NEW_YORK, SHOP, Killed, Preparation
from tests.fakes.world_orders import WorldOrders

MOST_AN_ORDER = 3
MODES = ("detailed", "summary")
NIGHT = datetime(2026, 3, 11, 6, tzinfo=UTC)
SYNC = "20260311T060000Z"
AT = "2026-03-10T15:00:00Z"


@cache
def world() -> World:
    """Refunds, several tenders, deposits, edits: every scenario of the stand-in shop. The second night has the first
    day's orders too, as far as they went on."""
    return build_world(days=2, orders_per_day=500)


class Counting(MemoryTable):
    """Knows the sort keys of each transaction."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.transactions: list[list[str]] = []

    def transact(self, writes: Any) -> None:
        writes = list(writes)
        super().transact(writes)
        items = (arguments.get("Item") or arguments["Key"] for write in writes for arguments in write.values())
        self.transactions.append([item["sk"] for item in items])

    def of_orders(self) -> Iterator[list[str]]:
        yield from (sks for sks in self.transactions if any(sk.startswith("ORDER#") for sk in sks))


@pytest.mark.parametrize("mode", MODES)
def test_at_most_three_items_are_written_an_order_from_reading_to_entries(mode: str) -> None:
    preparation = Preparation(WorldOrders(world(), NIGHT), mode, table=Counting())
    for day in world().days:
        night = datetime.combine(day + timedelta(days=1), time(2), NEW_YORK).astimezone(UTC)
        preparation.source = WorldOrders(world(), night)
        before = preparation.table.written_items
        state = preparation.sync(night)
        sync = syncs.get(preparation.table, SHOP, state["sync_id"])
        assert sync is not None
        written = preparation.table.written_items - before
        assert sync["orders"] > 450
        assert written <= MOST_AN_ORDER * sync["orders"], f"{written / sync['orders']:.2f} an order, {day}"


def test_an_order_its_entries_and_its_number_are_written_together_and_once() -> None:
    nodes = [paid_order(n, AT) for n in range(1001, 1039)]
    preparation = Preparation(ListedOrders(*nodes), table=Counting())
    preparation.sync(NIGHT)
    (sks,) = preparation.table.of_orders()
    kinds = [sk.split("#")[0] for sk in sks]
    assert (kinds.count("ORDER"), kinds.count("ENTRY"), kinds.count("REF")) == (38, 38, 1)
    assert [ids for _, ids in noted(preparation.table, SHOP, SYNC, left=True)] == [[]]
    assert sorted(ids for _, found in noted(preparation.table, SHOP, SYNC) for ids in found) == sorted(
        node["legacyResourceId"] for node in nodes
    )


@pytest.mark.parametrize("mode", MODES)
def test_what_fits_into_no_transaction_goes_in_several(mode: str) -> None:
    """Each order is an Invoice with two payments: four items."""
    nodes = [
        order(
            n,
            [agreement(f"{n}", AT, sale(f"{n}", "30.00"))],
            [transaction(f"{n}{i}", f"2026-03-10T1{6 + i}:00:00Z", "10.00", gateway=f"g{i}") for i in range(2)],
        )
        for n in range(1001, 1041)
    ]
    preparation = Preparation(ListedOrders(*nodes), mode, table=Counting())
    preparation.sync(NIGHT)
    assert max(map(len, preparation.table.transactions)) <= TRANSACTION_LIMIT
    assert len(list(preparation.table.of_orders())) > 1
    assert not any(record.unclaimed for record in preparation.records().values())
    preparation.post_all()
    assert preparation.differences() == {}


def test_an_order_too_large_beside_its_documents_is_stored_first_and_built_then() -> None:
    """Fifty documents over fifty days: with the days' sums more than a transaction takes."""
    first = datetime(2026, 1, 5, 15, tzinfo=UTC)
    moments = [(first + timedelta(days=n)).strftime("%Y-%m-%dT%H:%M:%SZ") for n in range(50)]
    long = order(
        40,
        [agreement(f"4{n}", at, sale(f"4{n}", "1.00")) for n, at in enumerate(moments)],
        [transaction(f"4{n}", at, "1.00") for n, at in enumerate(moments)],
    )
    preparation = Preparation(ListedOrders(long, paid_order(41, AT)), table=Counting())
    preparation.sync(NIGHT)
    assert len([e for e in preparation.entries(EntryState.READY) if e.key.split(":")[1] == "40"]) == 50
    assert [ids for _, ids in noted(preparation.table, SHOP, SYNC, left=True) if ids] == [["40"]]
    preparation.post_all()
    assert preparation.differences() == {}


def test_a_worker_that_dies_before_any_write_leaves_no_order_without_its_entries() -> None:
    """Facts and entries are one write: at any moment an order's facts are either unknown or in its entries."""
    nodes = [paid_order(n, AT, name=f"#{n % 3}") for n in range(1001, 1011)]
    alone = Preparation(ListedOrders(*nodes))
    begin = alone.table.writes
    alone.sync(NIGHT)
    for number in range(begin + 1, alone.table.writes + 1):
        preparation = Preparation(ListedOrders(*nodes))
        preparation.patient = False

        def die(n: int, at: int = number) -> None:
            if n == at:
                raise Killed

        preparation.table.before_write = die
        with pytest.raises(Killed):
            preparation.sync(NIGHT)
        preparation.table.before_write = None
        carried = {fact for entry in preparation.entries() for fact in entry.facts}
        claimed = {fact for record in preparation.records().values() for fact in record.claims}
        assert carried == claimed
        assert not any(record.unclaimed for record in preparation.records().values())
        preparation.sync(NIGHT)
        assert preparation.everything() == alone.everything()


# Ref Nos.


def numbers(preparation: Preparation) -> dict[str, str]:
    """Ref Nos. of the documents by the order's legacy id."""
    return {entry.key.split(":")[1]: entry.ref_number for entry in preparation.entries() if entry.document}


def test_two_orders_of_one_name_in_one_transaction() -> None:
    nodes = [paid_order(n, AT, name=name) for n, name in ((21, "#ab7"), (22, "#AB7"), (23, "aB7"))]
    preparation = Preparation(ListedOrders(*nodes), table=Counting())
    preparation.sync(NIGHT)
    assert len(list(preparation.table.of_orders())) == 1
    assert numbers(preparation) == {"21": "ab7", "22": fallback_reference("22"), "23": fallback_reference("23")}


def test_two_preparations_at_the_same_time_with_an_order_of_one_name_each() -> None:
    """The other one runs through before one write after another of this one."""
    just_changed = "2026-03-11T05:59:00Z"
    mine, theirs = (paid_order(n, AT, name="#1001", updated=just_changed) for n in (31, 32))
    more = [paid_order(n, AT) for n in range(1002, 1008)]
    alone = Preparation(ListedOrders(mine, *more))
    begin = alone.table.writes
    alone.sync(NIGHT)
    for number in range(begin + 1, alone.table.writes + 1):
        preparation = Preparation(ListedOrders(mine, *more))

        def other(n: int, preparation: Preparation = preparation, at: int = number) -> None:
            if n == at:
                preparation.table.before_write = None
                preparation.source, source = ListedOrders(theirs), preparation.source
                preparation.sync(NIGHT, sync_id="manual", trigger="manual")
                preparation.source = source

        preparation.table.before_write = other
        preparation.sync(NIGHT)
        preparation.sync(NIGHT + timedelta(days=1))
        found = numbers(preparation)
        assert len(set(found.values())) == len(found) == 8, number
        assert "1001" in (found["31"], found["32"])
        assert len({record.reference for record in preparation.records().values()}) == 8


def test_an_order_that_is_held_does_not_keep_the_number_it_has_not_taken() -> None:
    sales = [sale("511", "60.00"), sale("512", "12.50", line_type="DUTY", quantity=None)]
    held = order(51, [agreement("51", AT, *sales)], [transaction("51", AT, "72.50")], name="#1001")
    preparation = Preparation(ListedOrders(held), without=("duties",))
    preparation.sync(NIGHT)
    assert len(preparation.entries(EntryState.HELD)) == 1
    preparation.source = ListedOrders(paid_order(52, AT, name="#1001", updated="2026-03-11T06:30:00Z"))
    preparation.sync(NIGHT + timedelta(hours=1))
    assert numbers(preparation) == {"52": "1001"}
    preparation.settings(accounts={key: key for key in ACCOUNT_KEYS})
    preparation.sync(NIGHT + timedelta(hours=2))
    assert numbers(preparation) == {"51": fallback_reference("51"), "52": "1001"}


def test_an_order_goes_on_with_its_number_without_taking_it_again() -> None:
    first = paid_order(61, AT, name="#1001")
    preparation = Preparation(ListedOrders(first), table=Counting())
    preparation.sync(NIGHT)
    later = "2026-03-11T15:00:00Z"
    first["agreements"].append(agreement("612", later, sale("612", "5.00")))
    first["transactions"].append(transaction("612", later, "5.00"))
    first |= {"updatedAt": later, "currentTotalPriceSet": money("113.00")}
    preparation.sync(NIGHT + timedelta(days=1))
    assert sorted(entry.ref_number for entry in preparation.entries()) == ["1001", "1001-2"]
    assert [sum(sk.startswith("REF#") for sk in sks) for sks in preparation.table.of_orders()] == [1, 0]


def test_orders_with_names_too_long_for_a_ref_number_need_no_item_for_it() -> None:
    nodes = [paid_order(6220698876432 + n, AT, name=f"HARBOR-{n}") for n in range(1001, 1011)]
    preparation = Preparation(ListedOrders(*nodes))
    preparation.sync(NIGHT)
    assert len(set(numbers(preparation).values())) == 10
    assert list(preparation.table.query(keys.shop(SHOP), "REF#")) == []


def test_an_order_that_others_change_all_the_time_ends_the_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """With its facts unread, as it must not be taken for done."""
    preparation = Preparation(ListedOrders(paid_order(71, AT)))
    transact = preparation.table.transact

    def refused(writes: Any) -> None:
        writes = list(writes)
        if any(write.get("Put", {}).get("Item", {}).get("sk") == keys.order("71") for write in writes):
            raise ConditionFailed("somebody was faster")
        transact(writes)

    monkeypatch.setattr(preparation.table, "transact", refused)
    with pytest.raises(ConditionFailed):
        preparation.sync(NIGHT)
    monkeypatch.undo()
    preparation.sync(NIGHT)
    preparation.post_all()
    assert preparation.differences() == {}
