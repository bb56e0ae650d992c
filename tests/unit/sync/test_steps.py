"""The steps themselves: what they refuse, what they say when they fail, where summary days end."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from moto import mock_aws

from connector.accounting.policy import Policy
from connector.accounting.summary import SummaryKey
from connector.outbox.entries import EntryState
from connector.shopify.errors import ShopifyUnavailable
from connector.storage import keys, syncs
from connector.storage.orders import get_many
from connector.storage.syncs import SyncState
from connector.storage.table import ConditionFailed
from connector.sync import summarise
from connector.sync.context import Context
from connector.sync.prepare import NotStarted, run
from connector.sync.summarise import reference_of
from tests.fakes.memory_table import MemoryTable
from tests.fakes.moto_table import moto_table
from tests.fakes.nodes import ListedOrders, paid_order
from tests.fakes.preparation import SHOP, Preparation

NIGHT = datetime(2026, 3, 11, 6, tzinfo=UTC)
DAY = date(2026, 3, 10)


def context(table: MemoryTable, source: object = None) -> Context:
    return Context(table, lambda shop: source, lambda: NIGHT, lambda: 900.0)  # type: ignore[arg-type, return-value]


def test_a_shop_that_has_not_started_is_refused_and_nothing_is_written() -> None:
    table = MemoryTable()
    event = {"shop": SHOP, "scheduled_time": "2026-03-11T06:00:00Z"}
    with pytest.raises(NotStarted):
        run("plan", event, context(table))
    run("fail", event | {"error": {"Error": "NotStarted"}}, context(table))
    assert table.writes <= 1
    assert list(table.query(keys.shop(SHOP))) == []


def test_a_failed_sync_says_why_in_words_and_its_window_is_read_again() -> None:
    preparation = Preparation(ListedOrders(paid_order(1, "2026-03-10T15:00:00Z")))
    event = {"shop": SHOP, "scheduled_time": "2026-03-11T06:00:00Z"}
    state = run("plan", event, context(preparation.table))
    cause = json.dumps({"errorMessage": "Shopify is away.", "errorType": "ShopifyUnavailable", "stackTrace": ["/var"]})
    run("fail", state | {"error": {"Error": "Retryable", "Cause": cause}}, context(preparation.table))
    sync = syncs.get(preparation.table, SHOP, "20260311T060000Z")
    assert sync is not None
    assert (sync["state"], sync["reason"]) == (SyncState.FAILED, "Retryable: Shopify is away.")
    preparation.sync(NIGHT + timedelta(days=1))
    assert len(preparation.entries()) == 1


def test_a_sync_says_what_it_made() -> None:
    preparation = Preparation(ListedOrders(*(paid_order(n, "2026-03-10T15:00:00Z") for n in range(1, 4))))
    preparation.sync(NIGHT)
    sync = syncs.get(preparation.table, SHOP, "20260311T060000Z")
    assert sync is not None
    assert (sync["state"], sync["orders"], sync["facts"]) == (SyncState.DONE, 3, 6)
    assert sync["documents"] == {"SalesReceipt": {"count": 3, "amount": "324.00"}}


def test_nothing_is_recorded_of_a_sync_that_never_was() -> None:
    table = MemoryTable()
    with pytest.raises(ConditionFailed):
        syncs.set_state(table, SHOP, "nothing", SyncState.DONE, NIGHT)


def test_what_shopify_hides_without_the_permission_is_said() -> None:
    preparation = Preparation(ListedOrders())
    preparation.table.put({"pk": keys.shop(SHOP), "sk": keys.INSTALLATION, "scope": "read_orders,read_products"})
    preparation.sync(NIGHT)
    preparation.sync(NIGHT + timedelta(days=1))
    first, second = (syncs.get(preparation.table, SHOP, f"2026031{n}T060000Z") for n in (1, 2))
    assert first is not None and second is not None
    assert "before 2026-01-10 are hidden" in first["note"], "the books begin on 1 January"
    assert "before 2026-01-11 are hidden" in second["note"]
    preparation.settings(start_date=date(2026, 3, 1))
    preparation.sync(NIGHT + timedelta(days=2))
    third = syncs.get(preparation.table, SHOP, "20260313T060000Z")
    assert third is not None
    assert third["note"] == ""


def test_a_shop_that_goes_away_in_the_middle_of_its_pages_is_read_on_from_there() -> None:
    class Flaky:
        def __init__(self) -> None:
            self.asked: list[str | None] = []

        def page(self, updated_since: datetime, cursor: str | None) -> tuple[list[dict], str | None]:
            self.asked.append(cursor)
            if len(self.asked) == 2:
                raise ShopifyUnavailable("away")
            return [paid_order(len(self.asked), "2026-03-10T15:00:00Z")], None if cursor else "second"

    source = Flaky()
    preparation = Preparation(source)
    state = run("plan", {"shop": SHOP, "scheduled_time": "2026-03-11T06:00:00Z"}, context(preparation.table))
    state = run("read", state, context(preparation.table, source))
    assert (state["more"], state["cursor"]) == (True, "second")
    assert state["wait_seconds"] > 0
    state = run("read", state, context(preparation.table, source))
    assert (state["more"], state["wait_seconds"]) == (False, 0)
    assert source.asked == [None, "second", "second"]
    assert len(preparation.records()) == 2


@pytest.mark.parametrize("mode", ["detailed", "summary"])
def test_what_runs_in_memory_runs_on_dynamodb(mode: str) -> None:
    """Every expression of a preparation and of the tie-out, as moto's DynamoDB reads it."""
    nodes = [paid_order(n, "2026-03-10T15:00:00Z") for n in range(1, 4)]
    duty = paid_order(4, "2026-03-10T15:00:00Z")
    duty["agreements"][0]["sales"][0] |= {"lineType": "DUTY", "__typename": "DutySale"}
    bad = paid_order(5, "2026-03-10T15:00:00Z", currencyCode="EUR")
    source = ListedOrders(*nodes, duty, bad)
    in_memory = Preparation(source, mode, without=("duties",))
    with mock_aws():
        on_moto = Preparation(source, mode, without=("duties",), table=moto_table())
        for preparation in (in_memory, on_moto):
            preparation.sync(NIGHT)
            preparation.sync(NIGHT)
        assert on_moto.everything() == in_memory.everything()
        assert on_moto.report() == in_memory.report()
        assert len(on_moto.report()["open"]) == 2


# Summary days.


def test_a_day_that_goes_on_after_its_sync_gets_a_numbered_supplement() -> None:
    preparation = Preparation(ListedOrders(paid_order(1, "2026-03-10T15:00:00Z")), "summary")
    preparation.sync(datetime(2026, 3, 10, 18, tzinfo=UTC))
    preparation.source = ListedOrders(paid_order(2, "2026-03-10T20:00:00Z"))
    preparation.sync(NIGHT)
    assert [(e.day, e.ref_number) for e in preparation.entries()] == [(DAY, "D260310-01"), (DAY, "D260310-02")]
    assert len({e.key for e in preparation.entries()}) == 2
    preparation.post_all()
    assert preparation.differences() == {}


def test_a_day_too_large_for_one_document_goes_on_in_a_supplement(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summarise, "LARGEST_DRAFT", 800)
    monkeypatch.setattr(summarise, "ORDERS_A_TRANSACTION", 10)
    nodes = [paid_order(n * 7919, "2026-03-10T15:00:00Z") for n in range(1, 121)]
    preparation = Preparation(ListedOrders(*nodes), "summary")
    preparation.sync(NIGHT)
    entries = preparation.entries()
    assert len(entries) > 2
    facts = [fact for entry in entries for fact in entry.facts]
    assert len(facts) == len(set(facts)) == 240
    assert len({entry.ref_number for entry in entries}) == len(entries)
    preparation.post_all()
    assert preparation.differences() == {}


def test_summary_numbers_of_a_day_are_readable_and_never_the_same() -> None:
    numbers = [reference_of(DAY, n) for n in range(1, 1036)]
    assert numbers[:2] == ["D260310-01", "D260310-02"]
    assert numbers[99] == "D260310-A0"
    assert len(set(numbers)) == len(numbers)
    assert max(map(len, numbers)) <= 11
    with pytest.raises(ValueError, match="no room"):
        reference_of(DAY, 1036)


def test_a_draft_that_another_run_has_finished_is_left_alone() -> None:
    table = MemoryTable()
    assert summarise._finish(table, SHOP, "s", SummaryKey(DAY, "", "web"), Policy({}), None) == 0
    assert table.writes == 0


def test_what_was_stored_before_a_field_existed_can_still_be_read() -> None:
    preparation = Preparation(ListedOrders(paid_order(1, "2026-03-10T15:00:00Z")))
    preparation.sync(NIGHT)
    item = preparation.table.get(keys.shop(SHOP), keys.order("1"))
    assert item is not None
    del item["unreadable"]
    preparation.table.put(item)
    assert get_many(preparation.table, SHOP, ["1"])["1"].unreadable == ""
    assert preparation.entries(EntryState.READY)
