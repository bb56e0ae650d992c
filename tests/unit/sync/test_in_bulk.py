"""Large windows by bulk operations: the same books as by pages, whatever becomes of operations and files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from connector.ledger.orders import read_order
from connector.shopify import finishes
from connector.shopify.bulk_orders import BulkOrders
from connector.shopify.errors import ShopifyUnavailable
from connector.sync import in_bulk
from connector.sync.context import Sizes
from connector.sync.prepare import ShopifyOrders, run
from infra.local.shop import BulkFault, Fault
from infra.local.shop.bulk import KEPT_SECONDS
from tests.fakes.preparation import NEW_YORK, SHOP
from tests.fakes.shop_over_http import AFTERWARDS, ShopOverHttp, shop_over_http
from tests.unit.sync.bulk_reading import (
    BULK,
    RUN,
    access,
    expected,
    finish,
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


def test_many_orders_come_by_bulk_operations_and_make_the_same_books(shop: ShopOverHttp) -> None:
    read_all(shop)
    assert of_orders(shop.preparation) == world().expected(AFTERWARDS)
    assert shop.asked(RUN) >= 3
    pages = shop.asked("query OrdersPage")
    assert pages == 3, "one to see what is withheld, one for what changed meanwhile, one for the count of the stock"


@pytest.mark.parametrize("mode", ["detailed", "summary"])
def test_a_whole_preparation_by_bulk_operations(mode: str) -> None:
    with shop_over_http(small_world(), BULK, mode) as shop:
        shop.preparation.sync(AFTERWARDS)
        assert of_orders(shop.preparation) == small_world().expected(AFTERWARDS)
        assert shop.preparation.shopify() == shop.preparation.documented()


def test_a_bulk_order_is_read_as_its_page_is(shop: ShopOverHttp) -> None:
    long_ago = datetime(2026, 1, 1, tzinfo=UTC)
    source, paged, cursor = ShopifyOrders(shop.client()), {}, None
    while True:
        nodes, cursor = source.page(long_ago, cursor)
        paged |= {node["id"]: node for node in nodes}
        if cursor is None:
            break
    orders = shop.bulk()
    operation = orders.look(orders.start(long_ago, None, (), None).id)
    assert operation is not None
    spool = orders.fetch(operation, shop.folder, lambda: False)
    found = {node["id"]: node for number in range(spool.parts) for node in orders.part(spool, number)}
    for path in shop.folder.iterdir():
        path.unlink()
    assert list(found) != [] and found.keys() == paged.keys()
    for id_, node in found.items():
        assert read_order(node, NEW_YORK) == read_order(paged[id_], NEW_YORK)
    assert any(fact.refund for node in found.values() for fact in read_order(node, NEW_YORK).money)


def test_few_orders_come_by_pages(shop: ShopOverHttp) -> None:
    shop.sizes = Sizes(bulk_from=len(world()) + 1)
    read_all(shop)
    assert shop.asked(RUN) == 0


def test_the_same_window_twice_changes_nothing(shop: ShopOverHttp) -> None:
    read_all(shop)
    written = shop.preparation.table.written_items
    shop.preparation.sync(AFTERWARDS)
    assert made(shop.preparation) == expected(world())
    assert shop.preparation.table.written_items - written <= 7, "the sync, its marks, and the pages of the stock count"


def test_where_shopify_does_not_tell_how_many_the_first_pages_decide(
    shop: ShopOverHttp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BulkOrders, "count", lambda *_, **__: None)
    shop.sizes = Sizes(bulk_from=40)
    read_all(shop)
    assert shop.asked(RUN) == 1


def test_at_most_five_run_at_once(shop: ShopOverHttp) -> None:
    shop.sizes = Sizes(bulk_from=1, in_one=8)
    shop.shop.bulk.seconds = 100
    running: list[int] = []
    plain = shop.shop.bulk.run

    def counted(*arguments: Any) -> Any:
        answer = plain(*arguments)
        operations = shop.shop.bulk.operations.values()
        running.append(sum(o.completed is None for o in map(shop.shop.bulk.refreshed, operations)))
        return answer

    shop.shop.bulk.run = counted  # type: ignore[method-assign]
    read_all(shop)
    assert len(running) > 7
    assert max(running) == 5


def test_places_taken_by_others_are_waited_for(shop: ShopOverHttp) -> None:
    shop.shop.bulk.seconds = 400
    others = "{ orders { edges { node { id name } } } }"
    granted = access(shop)
    for _ in range(5):
        shop.shop.bulk.run(others, False, granted, 10)
    began = shop.clock.seconds
    read_all(shop)
    assert shop.clock.seconds - began >= 800


def test_places_that_never_get_free_are_not_waited_for_forever(shop: ShopOverHttp) -> None:
    shop.shop.bulk.seconds = 1e9
    for _ in range(5):
        shop.shop.bulk.run("{ orders { edges { node { id name } } } }", False, access(shop), 10)
    read_all(shop)


def test_the_webhook_of_its_end_is_looked_up_where_shopify_is_not_asked() -> None:
    looks = {}
    for told in (False, True):
        with reading(small_world(), Sizes(bulk_from=1)) as shop:
            shop.shop.bulk.seconds = 64  # it ends right behind one of the looks at which Shopify is asked
            state = state_where(shop, lambda state: state["bulk"]["slices"] and state["bulk"]["slices"][0]["id"])
            began = shop.clock.seconds
            while state["how"] == in_bulk.BULK:
                operation = state["bulk"]["slices"] and state["bulk"]["slices"][0]["id"]
                if told and operation and shop.clock.seconds - began >= 64:
                    payload = {"admin_graphql_api_id": operation, "status": "completed"}
                    finishes.note(shop.preparation.table, SHOP, payload, shop.clock.now())
                state = run("read", state, shop.context())
                shop.clock.sleep(state["wait_seconds"])
            looks[told] = shop.clock.seconds - began
    assert looks[True] < looks[False] <= 64 + 4 * 15


# Operations that come to nothing, or to a part.


@pytest.mark.parametrize("status", ["FAILED", "CANCELED"])
@pytest.mark.parametrize("cut", [False, True])
def test_of_a_broken_operation_the_complete_part_is_used_and_the_rest_asked_for_again(status: str, cut: bool) -> None:
    for rows in (None, 1, 90, 260, 333):
        with reading(world(), Sizes(bulk_from=1)) as shop:
            shop.shop.bulk.faults.append(BulkFault(status, "TIMEOUT" if status == "FAILED" else None, rows, cut))
            read_all(shop)
            _, again = shop.shop.bulk.operations.values()
            assert (again.roots < len(world())) is (rows is not None and rows >= 260), "less is asked for again"


def test_an_operation_that_breaks_again_and_again_leaves_the_window_to_pages(shop: ShopOverHttp) -> None:
    shop.shop.bulk.faults += [BulkFault() for _ in range(100)]
    read_all(shop)
    assert shop.asked("query OrdersPage") > 3


def test_an_operation_that_does_not_come_any_further_is_ended(shop: ShopOverHttp) -> None:
    shop.shop.bulk.seconds = 1e9
    read_all(shop)
    assert shop.asked("bulkOperationCancel") >= 4


def test_a_query_that_shopify_does_not_run_is_asked_with_less_or_not_in_bulk(shop: ShopOverHttp) -> None:
    """Refunds' transactions stand below their agreements in our query; a shop that minds gets it without."""
    plain = shop.shop.bulk.run

    def refuses(query: str, *rest: Any) -> Any:
        if query.count("transactions {") > 1:
            return {"bulkOperation": None, "userErrors": [{"field": [], "message": "No.", "code": "INVALID"}]}
        return plain(query, *rest)

    shop.shop.bulk.run = refuses  # type: ignore[method-assign]
    read_all(shop)
    assert shop.asked("RefundTransactionsPage") > 0
    assert len(shop.shop.bulk.operations) > 1


def test_a_shop_that_runs_nothing_in_bulk_is_read_by_pages(shop: ShopOverHttp) -> None:
    no = {"bulkOperation": None, "userErrors": [{"field": [], "message": "No.", "code": "INVALID"}]}
    shop.shop.bulk.run = lambda *_: no  # type: ignore[method-assign]
    read_all(shop)


@pytest.mark.parametrize("seconds", [KEPT_SECONDS - 1, KEPT_SECONDS + 1])
def test_a_file_that_has_expired_is_asked_for_anew(shop: ShopOverHttp, seconds: int) -> None:
    """The execution stood still for a week between the operation's end and the download."""
    state = state_where(shop, lambda state: state["bulk"] and all(part["id"] for part in state["bulk"]["slices"]))
    before = len(shop.shop.bulk.operations)
    for operation in shop.shop.bulk.operations.values():
        shop.shop.bulk.refreshed(operation)
    shop.clock.sleep(seconds)
    finish(shop, state)
    assert made(shop.preparation) == expected(world())
    assert (len(shop.shop.bulk.operations) > before) is (seconds > KEPT_SECONDS)


def test_an_operation_shopify_knows_nothing_of_is_replaced(shop: ShopOverHttp) -> None:
    state = state_where(shop, lambda state: state["bulk"] and all(part["id"] for part in state["bulk"]["slices"]))
    shop.shop.bulk.operations.clear()
    finish(shop, state)
    assert made(shop.preparation) == expected(world())


def test_a_part_that_is_not_in_the_order_of_changes_is_asked_for_again_whole() -> None:
    """As if the operation did not mind its sort key: orders changed earlier may stand behind the end."""
    with reading(world(), Sizes(bulk_from=1)) as shop:
        plain = shop.shop.bulk.roots

        def by_number(scopes: tuple[str, ...]) -> dict[str, Any]:
            roots = dict(plain(scopes))
            orders = roots["orders"]
            roots["orders"] = lambda query=None, sortKey="", **more: orders(query=query, **more)
            return roots

        shop.shop.bulk.roots = by_number
        shop.shop.bulk.faults.append(BulkFault(rows=333))
        read_all(shop)
        _, again = shop.shop.bulk.operations.values()
        assert again.roots >= len(world()) - 1


# Files.


@pytest.mark.parametrize("kind", ["drop", "truncate", "drop_after"])
@pytest.mark.parametrize("times", [1, 4])
def test_downloads_that_break_off(shop: ShopOverHttp, kind: str, times: int) -> None:
    shop.shop.faults.append(Fault(kind, on="download", times=times))
    read_all(shop)


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_file_store_that_is_away(shop: ShopOverHttp, status: int) -> None:
    shop.shop.faults.append(Fault("status", on="download", status=status, times=20, retry_after="1"))
    with pytest.raises(ShopifyUnavailable):
        shop.preparation.sync(AFTERWARDS)
    shop.shop.faults.clear()
    shop.preparation.sync(AFTERWARDS)
    assert made(shop.preparation) == expected(world())


def test_a_file_that_is_not_to_be_had_is_asked_for_anew(shop: ShopOverHttp) -> None:
    shop.shop.faults.append(Fault("status", on="download", status=403))
    read_all(shop)


def test_a_file_with_rows_missing_is_not_taken_for_the_whole(shop: ShopOverHttp) -> None:
    """Cut at the end of a row, with a length that fits: only the number of rows tells."""
    plain = shop.shop.bulk.file
    cuts = iter([True, True, False, True])

    def shorter(name: str, signature: str) -> Any:
        path = plain(name, signature)
        if path is None or not next(cuts, False):
            return path
        short = path.with_suffix(".short")
        short.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
        return short

    shop.shop.bulk.file = shorter  # type: ignore[method-assign]
    plain_node = shop.shop.bulk.node
    shop.shop.bulk.node = lambda o: plain_node(o) | {"fileSize": None}  # type: ignore[method-assign]
    read_all(shop)
