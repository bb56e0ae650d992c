"""Files of bulk operations: fetched to the last byte, put together from rows in any place, with nothing of ours."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from connector.shopify.bulk_document import bulk_query
from connector.shopify.bulk_download import ATTEMPTS, BeginAnew, Download, FileGone
from connector.shopify.bulk_rows import FileBroken, Spool, parts_for
from connector.shopify.errors import ShopifyUnavailable

URL = "https://storage.example/file?signature=s"
FILE = b"".join(b'{"id":"%d"}\n' % n for n in range(1000))


class Storage:
    """``breaks`` are the bytes after which connections end; with ``ranges`` it can begin in the middle of the file."""

    def __init__(self, *breaks: int, ranges: bool = True, says_length: bool = True) -> None:
        self.breaks, self.ranges, self.says_length = list(breaks), ranges, says_length
        self.requests: list[httpx.Request] = []

    def handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        asked = request.headers.get("Range")
        at = int(asked.removeprefix("bytes=").rstrip("-")) if asked and self.ranges else 0
        if asked and self.ranges and at >= len(FILE):
            return httpx.Response(416)
        rest = FILE[at:]
        until = self.breaks.pop(0) if self.breaks else len(rest)

        def content() -> Iterator[bytes]:
            yield rest[:until]
            if until < len(rest) and self.says_length:
                raise httpx.RemoteProtocolError("peer closed connection")

        headers = {"Content-Range": f"bytes {at}-{len(FILE) - 1}/{len(FILE)}"} if asked and self.ranges else {}
        return httpx.Response(206 if headers else 200, headers=headers, content=content())


def fetched(storage: Storage | Callable[[httpx.Request], httpx.Response], size: int | None = len(FILE)) -> list[bytes]:
    handle = storage.handle if isinstance(storage, Storage) else storage
    with httpx.Client(transport=httpx.MockTransport(handle)) as http:
        return list(Download(http, URL, lambda seconds: None, size).lines())


def test_a_file_that_breaks_off_is_taken_up_where_it_ended() -> None:
    storage = Storage(10, 0, 1, 3000, 7)
    assert fetched(storage) == FILE.splitlines()
    assert [r.headers.get("Range") for r in storage.requests[:4]] == [None, "bytes=10-", "bytes=10-", "bytes=11-"]


def test_an_end_that_looks_like_one_is_none_before_the_size_is_reached() -> None:
    assert fetched(Storage(4000, says_length=False)) == FILE.splitlines()


def test_a_storage_that_only_begins_at_the_beginning_makes_all_begin_anew() -> None:
    with pytest.raises(BeginAnew):
        fetched(Storage(4000, ranges=False))


def test_nothing_of_ours_goes_to_the_storage() -> None:
    storage = Storage(100)
    fetched(storage)
    for request in storage.requests:
        assert "authorization" not in request.headers and "x-shopify-access-token" not in request.headers
        assert str(request.url) == URL


def test_a_storage_that_is_away_for_good_is_said_to_be(waits: int = ATTEMPTS) -> None:
    calls: list[int] = []

    def busy(request: httpx.Request) -> httpx.Response:
        calls.append(1)
        return httpx.Response(503)

    with pytest.raises(ShopifyUnavailable):
        fetched(busy)
    assert len(calls) == waits


@pytest.mark.parametrize("status", [403, 404, 410])
def test_an_address_that_has_expired_is_not_asked_again(status: int) -> None:
    calls: list[int] = []

    def gone(request: httpx.Request) -> httpx.Response:
        calls.append(1)
        return httpx.Response(status)

    with pytest.raises(FileGone):
        fetched(gone)
    assert len(calls) == 1


def test_the_last_line_may_be_without_an_end() -> None:
    def one(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=b'{"id":"1"}\n{"id"')

    with httpx.Client(transport=httpx.MockTransport(one)) as http:
        download = Download(http, URL, lambda seconds: None)
        lines = [(line, download.whole) for line in download.lines()]
    assert lines == [(b'{"id":"1"}', True), (b'{"id"', False)]


# Rows.


def order(number: int, agreements: int = 2, refund: bool = False) -> list[dict[str, Any]]:
    """The rows of an order, as they would follow each other."""
    gid = f"gid://shopify/Order/{number}"
    total = {"shopMoney": {"amount": f"{agreements * 1.5:.2f}"}}
    refunds = [{"id": f"gid://shopify/Refund/{number}"}] if refund else []
    updated = f"2026-11-01T00:{number // 60:02d}:{number % 60:02d}Z"
    rows: list[dict[str, Any]] = [
        {"__typename": "Order", "id": gid, "updatedAt": updated, "currentTotalPriceSet": total, "refunds": refunds}
    ]
    for n in range(agreements):
        id_ = f"gid://shopify/SalesAgreement/{number}{n}"
        row = {"__typename": "OrderAgreement", "id": id_, "__parentId": gid, "reason": "ORDER"}
        if refund and n:
            row |= {"__typename": "RefundAgreement", "refund": {"id": f"gid://shopify/Refund/{number}"}}
        rows.append(row)
        for m, amount in enumerate(("1.00", "0.50")):
            sale = {"__typename": "ProductSale", "id": f"gid://shopify/Sale/{number}{n}{m}", "rate": 0.045}
            rows.append({**sale, "totalAmount": {"shopMoney": {"amount": amount}}, "__parentId": id_})
    return rows


def together(folder: Path, rows: list[dict[str, Any]], parts: int = 3) -> dict[str, dict[str, Any]]:
    spool = Spool(folder, parts, in_a_row=1)
    for row in rows:
        spool.add(json.dumps(row).encode())
    spool.close()
    assert spool.rows == len(rows)
    return {node["id"]: node for part in range(parts) for _, node in spool.part(part)}


def levels(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As without ``groupObjects``: all orders, then all agreements, then all sales."""
    depth = {"Order": 0, "OrderAgreement": 1, "RefundAgreement": 1}
    return sorted(rows, key=lambda row: depth.get(row["__typename"], 2))


def test_children_away_from_their_parents_come_together(tmp_path: Path) -> None:
    rows = [row for n in range(1, 30) for row in order(n)]
    near = together(_folder(tmp_path, "near"), rows)
    far = together(_folder(tmp_path, "far"), levels(rows))
    assert near == far
    assert len(near) == 29
    (first, second) = near["gid://shopify/Order/7"]["agreements"]
    assert [sale["id"] for sale in first["sales"]] == ["gid://shopify/Sale/700", "gid://shopify/Sale/701"]
    assert "__parentId" not in second and second["sales"][0]["rate"] == Decimal("0.045")


def test_even_children_before_their_parents(tmp_path: Path) -> None:
    rows = [row for n in range(1, 30) for row in order(n, refund=n % 3 == 0)]
    mixed = random.Random(3).sample(rows, len(rows))

    def plain(found: dict[str, Any]) -> dict[str, set[str]]:
        return {
            id_: {sale["id"] for agreement in node["agreements"] for sale in agreement["sales"]}
            for id_, node in found.items()
        }

    assert plain(together(_folder(tmp_path, "a"), rows)) == plain(together(_folder(tmp_path, "b"), mixed))


@pytest.mark.parametrize("parent", ["agreement", "refund"])
def test_refunds_get_their_transactions_whichever_the_file_calls_their_parent(tmp_path: Path, parent: str) -> None:
    rows = order(1, refund=True)
    above = "gid://shopify/SalesAgreement/11" if parent == "agreement" else "gid://shopify/Refund/1"
    rows.append({"__typename": "OrderTransaction", "id": "gid://shopify/OrderTransaction/9", "__parentId": above})
    (node,) = together(tmp_path, rows).values()
    assert node["refunds"] == [
        {"id": "gid://shopify/Refund/1", "transactions": [{"id": "gid://shopify/OrderTransaction/9"}]}
    ]
    assert [len(agreement["sales"]) for agreement in node["agreements"]] == [2, 2]


def test_an_order_that_comes_twice_counts_once_as_it_came_last(tmp_path: Path) -> None:
    rows = [*order(1, agreements=1), *order(2), *order(1, agreements=2)]
    found = together(tmp_path, rows)
    assert len(found) == 2
    assert [len(a["sales"]) for a in found["gid://shopify/Order/1"]["agreements"]] == [2, 2]


def test_a_row_whose_parent_is_missing_is_no_row_to_be_dropped(tmp_path: Path) -> None:
    with pytest.raises(FileBroken, match="belong to nothing"):
        together(tmp_path, order(1)[1:])
    with pytest.raises(FileBroken, match="can't be read"):
        Spool(_folder(tmp_path, "x"), 1).add(b'{"id": ')


def test_of_a_file_that_broke_off_only_whole_orders_are_taken(tmp_path: Path) -> None:
    """Cut at every row, kind by kind of agreement: what is called whole has all its sales."""
    rows = [row for n in range(1, 9) for row in order(n, refund=n % 2 == 0)]
    kinds = {row["id"]: row["__typename"] for row in rows}
    ordered = sorted(levels(rows), key=lambda row: kinds.get(row.get("__parentId", ""), "") == "RefundAgreement")
    taken = set()
    for cut in range(len(ordered) + 1):
        spool = Spool(_folder(tmp_path, str(cut)), 2, in_a_row=1)
        for row in ordered[:cut]:
            spool.add(json.dumps(row).encode())
        spool.close()
        for part in range(2):
            for number, node in spool.part(part):
                if spool.has_whole(number, node):
                    taken.add(cut)
                    assert [len(agreement["sales"]) for agreement in node["agreements"]] == [2, 2]
    assert taken and min(taken) > len(rows) // 2


@pytest.mark.parametrize("in_a_row", [1, 2, 3, 20])
def test_orders_that_follow_each_other_stay_together_and_keep_their_numbers(tmp_path: Path, in_a_row: int) -> None:
    spool = Spool(tmp_path, 3, in_a_row)
    for n in range(1, 17):
        for row in order(n):
            spool.add(json.dumps(row).encode())
    spool.close()
    parts = [[number for number, _ in spool.part(part)] for part in range(3)]
    assert sorted(number for part in parts for number in part) == list(range(16))
    assert parts[0][:in_a_row] == list(range(min(in_a_row, 16)))
    ids = {number: node["id"] for part in range(3) for number, node in spool.part(part)}
    assert [ids[n] for n in range(16)] == [order(n)[0]["id"] for n in range(1, 17)]


def test_as_many_parts_as_keep_each_of_them_small() -> None:
    assert [parts_for(n) for n in (0, 1, 400, 401, 10_000, 10**7)] == [1, 1, 1, 2, 25, 64]


def _folder(above: Path, name: str) -> Path:
    folder = above / name
    folder.mkdir()
    return folder


# The query.


def test_a_field_is_left_out_with_what_has_nothing_left_in_it() -> None:
    whole = bulk_query("orders_bulk", "id:1")
    without = bulk_query("orders_bulk", "id:1", ["orders.nodes.customer.defaultEmailAddress.emailAddress"])
    assert "defaultEmailAddress" in whole and "defaultPhoneNumber" in without
    assert "defaultEmailAddress" not in without and without.count("{") == whole.count("{") - 1 == without.count("}")
    assert "customer" not in bulk_query("orders_bulk", "id:1", ["orders.customer"])
    assert 'query: "id:1"' in without
