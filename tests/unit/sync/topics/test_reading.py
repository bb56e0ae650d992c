"""The topics behind the orders: each read whole or named, none of them in the way of the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from connector.shopify.errors import GraphQLFailed, ShopifyRefused, ShopifyUnavailable
from connector.shopify.permissions import TOPICS as SCOPES
from connector.shopify.permissions import Missing
from connector.storage import keys, syncs
from connector.storage.syncs import moment
from connector.sync.context import Context
from connector.sync.topics import reading
from connector.sync.topics.topic import PageRead, Reading, Topic
from connector.sync.window import OVERLAP, Window, backfill, day_begins, incremental
from tests.fakes.memory_table import MemoryTable
from tests.fakes.payments_shop import PaymentsShop
from tests.fakes.preparation import NEW_YORK, SHOP

BEGIN = date(2026, 3, 1)
END = datetime(2026, 3, 5, 7, tzinfo=UTC)
LACK = Missing("cash", ("read_cash_tracking",), "Not read: cash.")


@dataclass
class Told:
    """A topic of ``pages`` pages; ``faults`` are raised by its next requests, one each (None: none)."""

    name: str
    pages: int = 1
    faults: list[Exception | None] = field(default_factory=list)
    missing: tuple[Missing, ...] = ()
    look_back: timedelta = timedelta()
    due: bool = True
    asked: list[tuple[datetime, str | None]] = field(default_factory=list)

    def page(self, asked: Reading, cursor: str | None) -> PageRead:
        self.asked.append((asked.since, cursor))
        fault = self.faults.pop(0) if self.faults else None
        if fault is not None:
            raise fault
        number = int(cursor or 0) + 1
        return PageRead(str(number) if number < self.pages else None, self.missing)

    @property
    def topic(self) -> Topic:
        return Topic(self.name, self.page, look_back=self.look_back, is_due=lambda _: self.due)


class Shop:
    """One shop's table, and what a sync of it reads."""

    def __init__(self) -> None:
        self.table: Any = MemoryTable()
        self.shop = PaymentsShop()
        self.remaining: Callable[[], float] = lambda: 900.0
        self.table.put({"pk": keys.shop(SHOP), "sk": keys.PROFILE, "currency": "USD"})
        self.table.put({"pk": keys.shop(SHOP), "sk": keys.INTEGRATION, "state": "STARTED"})

    def context(self) -> Context:
        return Context(
            self.table,
            lambda shop: None,  # type: ignore[arg-type, return-value]
            lambda: END,
            lambda: self.remaining(),
            admin_of=lambda shop: self.shop,  # type: ignore[arg-type, return-value]
        )

    def step(self, state: dict[str, Any], *topics: Told, window: Window | None = None) -> dict[str, Any]:
        window = window or incremental(BEGIN, None, END, NEW_YORK)
        return reading.step(state, self.context(), window, NEW_YORK, tuple(told.topic for told in topics))

    def sync(self, *topics: Told, window: Window | None = None, **state: Any) -> dict[str, Any]:
        """All its steps; how often it waited is in ``waits``."""
        syncs.create(self.table, SHOP, "s1", trigger="schedule", window_end=END)
        now = {"shop": SHOP, "sync_id": "s1", "incremental": True, "wait_seconds": 0} | state
        waits = 0
        for _ in range(100):
            now = self.step(now, *topics, window=window)
            waits += bool(now["wait_seconds"])
            if not now["more"]:
                return now | {"waits": waits}
        raise AssertionError("it never ends")

    @property
    def note(self) -> str:
        return str((self.table.get(keys.shop(SHOP), keys.sync("s1")) or {})["note"])

    def mark(self, name: str) -> str | None:
        return (self.table.get(keys.shop(SHOP), keys.INTEGRATION) or {}).get(f"until|{name}")


@pytest.fixture
def shop() -> Shop:
    return Shop()


def test_all_topics_are_read_to_their_ends_one_after_the_other(shop: Shop) -> None:
    first, second = Told("payouts", pages=3), Told("cash", pages=2)
    shop.sync(first, second)
    assert [cursor for _, cursor in first.asked] == [None, "1", "2"]
    assert [cursor for _, cursor in second.asked] == [None, "1"]
    assert shop.mark("payouts") == shop.mark("cash") == "2026-03-05T07:00:00Z"


def test_the_next_sync_goes_on_where_this_one_ended_and_looks_back_as_far_as_records_change(shop: Shop) -> None:
    told = Told("payouts", look_back=timedelta(days=14))
    shop.sync(told)
    assert told.asked[-1][0] == day_begins(BEGIN, NEW_YORK) - timedelta(days=14)
    shop.sync(told)
    assert told.asked[-1][0] == END - OVERLAP - timedelta(days=14)


def test_books_that_begin_earlier_now_are_read_from_there(shop: Shop) -> None:
    told = Told("payouts")
    shop.sync(told)
    earlier = incremental(BEGIN - timedelta(days=30), None, END, NEW_YORK)
    shop.sync(told, window=earlier)
    assert told.asked[-1][0] == day_begins(BEGIN - timedelta(days=30), NEW_YORK)
    shop.sync(told, window=earlier)
    assert told.asked[-1][0] == END - OVERLAP


def test_an_older_window_run_again_takes_no_mark_back(shop: Shop) -> None:
    told = Told("payouts")
    shop.sync(told)
    shop.sync(told, window=incremental(BEGIN, None, END - timedelta(days=2), NEW_YORK))
    assert moment(str(shop.mark("payouts"))) == END


def test_a_backfill_reads_its_own_days_and_moves_no_mark(shop: Shop) -> None:
    told = Told("payouts", look_back=timedelta(days=14))
    days = backfill(date(2026, 2, 1), date(2026, 2, 10), END, NEW_YORK, BEGIN)
    shop.sync(told, window=days, incremental=False)
    assert told.asked == [(day_begins(date(2026, 2, 1), NEW_YORK) - timedelta(days=14), None)]
    assert shop.mark("payouts") is None


@pytest.mark.parametrize("fault", [GraphQLFailed("page", ["no"]), ShopifyRefused(403, "forbidden")])
def test_a_topic_that_shopify_refuses_is_named_and_the_others_go_on(shop: Shop, fault: Exception) -> None:
    broken, whole = Told("gift_cards", faults=[fault]), Told("cash")
    shop.sync(broken, whole)
    assert len(broken.asked) == 1
    assert "Not read this time: gift cards." in shop.note
    assert shop.mark("gift_cards") is None and shop.mark("cash")


def test_a_topic_that_does_not_answer_is_tried_three_times_and_then_waits_for_the_next_sync(shop: Shop) -> None:
    gone = ShopifyUnavailable("Shopify did not answer.")
    silent, whole = Told("payouts", faults=[gone] * 3), Told("cash")
    ended = shop.sync(silent, whole)
    assert len(silent.asked) == reading.TRIES and ended["waits"] == reading.TRIES - 1
    assert "Not read this time: payouts." in shop.note
    assert shop.mark("payouts") is None and shop.mark("cash")
    shop.sync(silent, whole)
    assert silent.asked[-1][0] == day_begins(BEGIN, NEW_YORK)
    assert shop.mark("payouts")


def test_an_answer_in_between_begins_the_tries_anew(shop: Shop) -> None:
    gone = ShopifyUnavailable("Shopify did not answer.")
    told = Told("payouts", pages=3, faults=[gone, gone, None, gone, gone, None, None])
    shop.sync(told)
    assert [cursor for _, cursor in told.asked] == [None, None, None, "1", "1", "1", "2"]
    assert shop.mark("payouts") and shop.note == ""


def test_one_that_fails_in_the_middle_is_read_again_from_its_beginning(shop: Shop) -> None:
    told = Told("payouts", pages=3, faults=[None, GraphQLFailed("page", ["the cursor is too old"])])
    shop.sync(told)
    assert shop.mark("payouts") is None
    shop.sync(told)
    assert [cursor for _, cursor in told.asked] == [None, "1", None, "1", "2"]
    assert shop.mark("payouts")


def test_what_is_denied_is_named_on_the_sync_and_leaves_no_hole(shop: Shop) -> None:
    told = Told("cash", pages=2, missing=(LACK,))
    shop.sync(told)
    assert shop.mark("cash") is None
    assert "cash" in {one["topic"] for one in syncs.latest_missing(shop.table, SHOP)}
    told.missing = ()
    shop.sync(told)
    assert told.asked[-1][0] == day_begins(BEGIN, NEW_YORK)
    assert shop.mark("cash")


def test_a_denial_on_an_early_page_counts_for_the_whole_topic(shop: Shop) -> None:
    told = Told("cash", pages=2, missing=(LACK,))
    shop.remaining = lambda: 0.0
    state = shop.step({"shop": SHOP, "sync_id": "s1", "incremental": True, "wait_seconds": 0}, told)
    told.missing = ()
    shop.step(state, told)
    assert shop.mark("cash") is None


def test_all_that_the_shop_has_not_granted_is_named_whatever_was_read(shop: Shop) -> None:
    shop.sync(Told("payouts"))
    missing = {one["topic"]: one for one in syncs.latest_missing(shop.table, SHOP)}
    assert missing.keys() == SCOPES.keys()
    assert missing["payouts"]["scopes"] == list(SCOPES["payouts"])
    assert "payouts with their fees" in missing["payouts"]["words"]


def test_what_is_not_due_is_left_alone(shop: Shop) -> None:
    told = Told("products", due=False)
    shop.sync(told)
    assert told.asked == [] and shop.mark("products") is None


def test_stopped_after_every_page_it_reads_each_once(shop: Shop) -> None:
    first, second = Told("payouts", pages=4), Told("cash", pages=3)
    shop.remaining = lambda: 10.0
    shop.sync(first, second)
    assert [cursor for _, cursor in (*first.asked, *second.asked)] == [None, "1", "2", "3", None, "1", "2"]
    assert shop.mark("payouts") and shop.mark("cash")
