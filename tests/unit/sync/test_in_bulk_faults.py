"""Whatever happens to Shopify, its answers, tokens and our workers: by bulk operations or pages, nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from connector.shopify import bulk
from connector.shopify.bulk_orders import BulkOrders
from connector.shopify.errors import NeedsMerchant, ShopifyUnavailable
from connector.shopify.registration import SCOPES
from connector.sync import in_bulk
from connector.sync.context import Sizes
from connector.sync.prepare import run
from infra.local.shop import Fault, build_world
from tests.fakes.preparation import SHOP, Killed
from tests.fakes.shop_over_http import AFTERWARDS, ShopOverHttp
from tests.unit.sync.bulk_reading import (
    BULK,
    WAYS,
    fresh_pair,
    made,
    of_orders,
    read_all,
    reading,
    small_world,
    state_where,
    world,
)


@pytest.fixture
def shop() -> Iterator[ShopOverHttp]:
    with reading(world(), BULK) as shop:
        yield shop


# The Admin API.


FAULTS: dict[str, dict[str, Any]] = {
    "429 with seconds": {"kind": "status", "status": 429, "retry_after": "2.0"},
    "429 with a date": {"kind": "status", "status": 429, "retry_after": "Tue, 01 Dec 2026 07:00:30 GMT"},
    "THROTTLED": {"kind": "throttled"},
    "502": {"kind": "status", "status": 502},
    "dropped before": {"kind": "drop"},
    "dropped behind": {"kind": "drop_after"},
    "truncated": {"kind": "truncate"},
}


class AlwaysFirst(Fault):
    """Hits every request, and lets through what is asked right after: the same once more."""

    def takes(self, door: str, body: str) -> bool:
        if door == "token":
            return False
        self.times += 1
        return self.times % 2 == 0


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", FAULTS)
def test_whatever_shopify_answers_nothing_is_lost_and_nothing_repeated(name: str, way: str) -> None:
    with reading(small_world(), WAYS[way]) as shop:
        fault = AlwaysFirst(**FAULTS[name])
        shop.shop.faults.append(fault)
        read_all(shop)
        assert fault.times > 8


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("skip", [1, 2, 3, 5, 8])
def test_shopify_is_away_for_a_while_and_the_step_is_called_again(way: str, skip: int) -> None:
    """Longer than the client has patience for: as the state machine does, with what the last step returned."""
    with reading(small_world(), WAYS[way]) as shop:
        shop.shop.faults.append(Fault("status", status=503, times=12, skip=skip))
        shop.preparation.again_after = ShopifyUnavailable
        read_all(shop)


@dataclass
class Expires:
    """At the ``at``-th request the access token is not good any more."""

    shop: ShopOverHttp
    at: int
    kind: str = "none"
    seen: int = field(default=0)

    def takes(self, door: str, body: str) -> bool:
        if door == "graphql":
            self.seen += 1
            if self.seen == self.at:
                self.shop.shop.tokens.expire_access()
        return False


@pytest.mark.parametrize("way", WAYS)
def test_a_token_that_expires_at_any_request(way: str) -> None:
    for at in count(1, 3):
        with reading(small_world(), WAYS[way]) as shop:
            expires = Expires(shop, at)
            shop.shop.faults.append(expires)  # type: ignore[arg-type]
            read_all(shop)
            if expires.seen < at:
                assert at > 4
                return


@pytest.mark.parametrize("way", WAYS)
def test_an_app_that_was_removed_says_so(way: str) -> None:
    with reading(world(), WAYS[way]) as shop:
        shop.shop.uninstall()
        with pytest.raises(NeedsMerchant):
            shop.preparation.sync(AFTERWARDS)


@pytest.mark.parametrize("withheld", [{"Order.customer"}, {"Customer.firstName", "Customer.lastName"}])
@pytest.mark.parametrize("scopes", [SCOPES, (*SCOPES, "read_payment_terms")])
def test_customers_that_are_withheld_cost_no_fact(withheld: set[str], scopes: tuple[str, ...]) -> None:
    books = []
    for sizes in WAYS.values():
        with reading(world(), sizes, scopes=scopes) as shop:
            shop.shop.withheld = frozenset(withheld)
            shop.preparation.sync(AFTERWARDS)
            assert of_orders(shop.preparation) == world().expected(AFTERWARDS)
            assert all(o.status == "COMPLETED" for o in shop.shop.bulk.operations.values())
            books.append(made(shop.preparation))
    assert books[0] == books[1]


def test_what_no_order_shows_to_be_withheld_is_left_out_bit_by_bit(
    shop: ShopOverHttp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BulkOrders, "withheld", lambda *_: [])
    shop.shop.withheld = frozenset({"Order.customer"})
    shop.preparation.sync(AFTERWARDS)
    assert of_orders(shop.preparation) == world().expected(AFTERWARDS)
    states = [o.error_code for o in shop.shop.bulk.operations.values()]
    assert "ACCESS_DENIED" in states
    assert states[-1] is None


def test_without_any_access_it_says_what_is_missing(shop: ShopOverHttp) -> None:
    shop.shop.withheld = frozenset({"Order.transactions"})
    with pytest.raises(Exception, match="transactions"):
        shop.preparation.sync(AFTERWARDS)


# Workers.

EVERY = 5


@pytest.mark.parametrize("offset", range(EVERY))
def test_killed_before_any_write(shop: ShopOverHttp, offset: int) -> None:
    """Rarer from time to time: what a page's repetition writes again, whole and the same, must come to its end once."""
    apart = count(EVERY)
    due = shop.preparation.table.writes + offset + 1

    def kill(number: int) -> None:
        nonlocal due
        if number >= due:
            due = number + next(apart)
            raise Killed

    shop.preparation.table.before_write = kill
    read_all(shop)
    assert shop.preparation.kills >= 5


def test_an_operation_whose_worker_was_killed_is_found_again(
    shop: ShopOverHttp, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = bulk.start

    def killed(*arguments: Any) -> Any:
        plain(*arguments)
        raise Killed

    monkeypatch.setattr(bulk, "start", killed)
    read_all(shop)
    queries = [o.query for o in shop.shop.bulk.operations.values()]
    assert len(queries) == len(set(queries)) >= 3


def test_an_invocation_without_time_goes_on_with_the_next_part(
    shop: ShopOverHttp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connector.shopify.bulk_rows.ORDERS_A_PART", 4)
    looks = count()
    shop.preparation.remaining = lambda: 900.0 if next(looks) % 3 else 10.0
    read_all(shop)
    assert shop.preparation.largest_state < 3_000


def test_what_killed_workers_left_on_disk_is_removed(shop: ShopOverHttp) -> None:
    import os

    left = shop.folder / "bulk-operation-left"
    left.mkdir()
    (left / "part-0.jsonl.gz").write_bytes(b"x")
    os.utime(left, (1, 1))
    read_all(shop)


def test_a_sync_that_fails_ends_its_operations(shop: ShopOverHttp) -> None:
    state = state_where(shop, lambda state: state["bulk"] and all(part["id"] for part in state["bulk"]["slices"]))
    shop.shop.bulk.seconds = 1e9
    run("fail", state | {"error": {"Error": "States.Timeout"}}, shop.context())
    assert shop.asked("bulkOperationCancel") == len(state["bulk"]["slices"])


# While the shop goes on.


def test_orders_that_change_while_operations_run_are_read_as_they_are_then() -> None:
    """Sold after the slices were fixed, or moved out of one by a change: all that was before the end is there."""
    lively = build_world(days=3, orders_per_day=40, start=datetime(2026, 6, 1, tzinfo=UTC).date())
    end = datetime(2026, 6, 3, 15, 0, tzinfo=UTC)
    with reading(lively, Sizes(bulk_from=1, in_one=20, at_once=2)) as shop:
        shop.clock.seconds = end.timestamp()
        shop.installations.save(SHOP, fresh_pair(shop))
        shop.shop.now = None
        shop.shop.bulk.seconds = 2 * 3_600
        in_bulk_stalled, in_bulk.STALLED = in_bulk.STALLED, timedelta(days=1)
        try:
            shop.preparation.sync(end)
        finally:
            in_bulk.STALLED = in_bulk_stalled
        assert shop.clock.seconds - end.timestamp() > 4 * 3_600
        assert of_orders(shop.preparation) == lively.expected(end)
