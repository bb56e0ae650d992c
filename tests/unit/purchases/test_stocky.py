"""Stocky as it documented itself: its headers, its pages, its waits, and JSON that is not quite one."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from connector.ledger.nodes import UnreadableFact
from connector.ledger.purchases import ChargeKind, PurchaseState
from connector.purchases.stocky import (
    ATTEMPTS,
    Stocky,
    StockyPurchases,
    StockyRefused,
    StockyUnavailable,
    StockyUnreadable,
)
from connector.purchases.stocky_records import read_stocky_order

ZONE = ZoneInfo("Europe/Copenhagen")
FRIDAY = date(2026, 11, 6)
NOW = datetime(2026, 11, 6, 8, 0, tzinfo=UTC)
Answers = Callable[..., Stocky]


class Server:
    """Answers in the order they were scripted."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.waits: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

    def stocky(self, **more: Any) -> Stocky:
        http = httpx.Client(transport=httpx.MockTransport(self))
        return Stocky("a.myshopify.com", "secret-key", http, sleep=self.waits.append, clock=lambda: NOW, **more)


def orders(*records: dict[str, Any]) -> dict[str, Any]:
    return {"purchase_orders": list(records)}


def item(number: int = 4, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "sku": "LAMP-1",
        "inventory_item_id": 37791,
        "product_title": "Lamp",
        "variant_title": "Brass",
        "quantity": 10,
        "status": "not delivered",
        "cost_price": "12.5",
        "supplier_cost_price": "12.5",
        "received_at": None,
        "updated_at": "09/02/2021 00:23",
    } | more


def record(number: int = 2, *items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "number": 1000 + number,
        "invoice_number": None,
        "created_at": "2026-11-01T09:00:00.000Z",
        "ordered_at": "2026-11-01T23:30:00.000Z",
        "payment_due_on": None,
        "supplier_name": "Nordic Lamps",
        "supplier_id": "1",
        "currency": "DKK",
        "shopify_receive_location_id": 3491,
        "paid": False,
        "adjustments": 0.00,
        "adjustments_local": 0.00,
        "shipping": 19.00,
        "shipping_local": 19.00,
        "invoice_date": None,
        "purchase_items": list(items) or [item()],
    } | more


def test_every_call_carries_the_shop_and_the_key_to_stockys_own_address_only() -> None:
    server = Server(orders())
    server.stocky(origin="https://stocky.example/").test()
    (request,) = server.requests
    assert str(request.url) == "https://stocky.example/api/v2/purchase_orders.json?limit=1"
    assert request.headers["Store-Name"] == "a.myshopify.com"
    assert request.headers["Authorization"] == "API KEY=secret-key"
    assert "secret-key" not in repr(server.stocky())


def test_pages_go_on_behind_the_last_id_until_nothing_comes() -> None:
    server = Server({"suppliers": [{"id": 3}, {"id": "2"}]}, {"suppliers": [{"id": 7}]}, {"suppliers": []})
    found = server.stocky().records("suppliers", datetime(2026, 11, 1, 12, tzinfo=UTC))
    assert [one["id"] for one in found] == ["2", 3, 7]
    assert [request.url.params["since_id"] for request in server.requests] == ["0", "3", "7"]
    assert {request.url.params["updated_since"] for request in server.requests} == {"2026-11-01T12:00:00Z"}


def test_a_server_that_ignores_since_id_is_not_read_for_ever() -> None:
    server = Server(*[{"suppliers": [{"id": 1}, {"id": 2}]}] * 2)
    assert [one["id"] for one in server.stocky().records("suppliers")] == [1, 2]


@pytest.mark.parametrize(
    ("retry_after", "wait"),
    [("7", 7.0), ("2.5", 2.5), ("Fri, 06 Nov 2026 08:00:12 GMT", 12.0), ("soon", 1.0), ("", 1.0), ("9999", 60.0)],
)
def test_a_wait_that_stocky_asks_for_is_kept(retry_after: str, wait: float) -> None:
    server = Server(httpx.Response(429, headers={"Retry-After": retry_after}), orders())
    server.stocky().test()
    assert server.waits == [wait]


def test_a_stocky_that_does_not_answer_is_given_up_after_some_attempts() -> None:
    server = Server(httpx.ConnectError("no"), *[httpx.Response(503)] * (ATTEMPTS - 1))
    with pytest.raises(StockyUnavailable, match="503"):
        server.stocky().test()
    assert len(server.waits) == ATTEMPTS - 1


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (httpx.Response(401), "does not accept the API key"),
        (httpx.Response(410), "switched off"),
        (httpx.Response(302, headers={"Location": "https://www.shopify.com"}), "switched off"),
        (httpx.Response(418), "418"),
    ],
)
def test_what_no_retry_changes_is_said_in_plain_words(answer: httpx.Response, words: str) -> None:
    server = Server(answer)
    with pytest.raises(StockyRefused, match=words) as raised:
        server.stocky().test()
    assert "secret-key" not in str(raised.value)
    assert len(server.requests) == 1


@pytest.mark.parametrize("key", ["\u2022\u2022\u2022", "k\u00e9y", "key\nX-Other: 1", "key\x00"])
def test_a_key_that_no_header_can_carry_is_refused_and_never_sent(key: str) -> None:
    """A masked key, pasted, must not end every sync."""
    server = Server()
    with pytest.raises(StockyRefused, match="does not accept"):
        replace(server.stocky(), key=key).test()
    assert server.requests == []


def test_json_that_lacks_a_colon_or_has_a_comma_too_many_is_understood() -> None:
    text = json.dumps(orders(record())).replace('"paid": false', '"paid" false').replace("]}", ",]}", 1)
    with pytest.raises(ValueError):
        json.loads(text)
    server = Server(httpx.Response(200, text="\ufeff" + text), orders())
    (found,) = server.stocky().records("purchase_orders")
    assert found["paid"] is False and found["purchase_items"][0]["cost_price"] == "12.5"


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html>Sign in</html>"),
        httpx.Response(200, json={"orders": []}),
        httpx.Response(200, json={"purchase_orders": ["x"]}),
        httpx.Response(200, json={"purchase_orders": [{"number": 1}]}),
        httpx.Response(200, text='{"purchase_orders": ['),
    ],
)
def test_what_is_no_list_of_records_is_never_taken_for_an_empty_one(answer: httpx.Response) -> None:
    with pytest.raises(StockyUnreadable):
        list(Server(answer).stocky().records("purchase_orders"))


def test_a_list_without_its_name_is_a_list() -> None:
    assert list(Server([{"id": 1}], []).stocky().records("suppliers")) == [{"id": 1}]


def test_an_order_becomes_a_purchase_on_the_shops_days() -> None:
    found = read_stocky_order(record(), ZONE, "DKK", FRIDAY)
    assert (found.id, found.number, found.supplier) == ("stocky:2", "1002", "Nordic Lamps")
    assert (found.day, found.state) == (date(2026, 11, 2), PurchaseState.ORDERED)
    assert (found.location_id, found.lines[0].item) == (
        "gid://shopify/Location/3491",
        "gid://shopify/InventoryItem/37791",
    )
    assert found.ordered_amount == Decimal("125.00") and found.receipts == ()
    assert read_stocky_order(record(ordered_at=None), ZONE, "DKK", FRIDAY).state is PurchaseState.DRAFT


@pytest.mark.parametrize(
    ("received", "day"),
    [
        ({"received_at": "2026-11-04T23:30:00.000Z"}, date(2026, 11, 5)),
        ({"received_at": "04/11/2026 09:15"}, date(2026, 11, 4)),
        ({"status": "Delivered"}, FRIDAY),
    ],
)
def test_what_has_arrived_is_a_receipt_with_its_freight(received: dict[str, Any], day: date) -> None:
    found = read_stocky_order(record(2, item(4, **received), item(5)), ZONE, "DKK", FRIDAY)
    assert [(r.day, r.amount) for r in found.receipts] == [(day, Decimal("125.00"))]
    assert [(c.kind, c.amount, c.day) for c in found.charges] == [(ChargeKind.FREIGHT, Decimal("19.00"), day)]


def test_a_negative_adjustment_is_a_discount() -> None:
    found = read_stocky_order(record(adjustments=-5, shipping=0, invoice_date="2026-11-03"), ZONE, "DKK", FRIDAY)
    assert [(c.kind, c.amount) for c in found.charges] == [(ChargeKind.DISCOUNT, Decimal("-5.00"))]


def test_an_order_in_another_currency_is_taken_in_the_shops_where_stocky_knows_it() -> None:
    euro = {"currency": "EUR", "shipping": 10, "shipping_local": "74.6", "invoice_date": "2026-11-03"}
    found = read_stocky_order(record(2, item(cost_price="93.25"), **euro), ZONE, "DKK", FRIDAY)
    assert (found.currency, found.note, found.lines[0].unit_cost) == ("DKK", "EUR order", Decimal("93.25"))
    assert [c.amount for c in found.charges] == [Decimal("74.60")]
    unknown = read_stocky_order(record(2, item(cost_price=None), **euro), ZONE, "DKK", FRIDAY)
    assert (unknown.currency, unknown.lines[0].unit_cost) == ("EUR", Decimal("12.5"))
    assert [c.amount for c in unknown.charges] == [Decimal("10.00")]


def test_freight_that_stocky_knows_in_the_suppliers_currency_only_is_not_taken_for_the_shops() -> None:
    euro = {"currency": "EUR", "shipping": 10, "shipping_local": None, "invoice_date": "2026-11-03"}
    found = read_stocky_order(record(2, item(cost_price="93.25"), **euro), ZONE, "DKK", FRIDAY)
    assert found.currency == "EUR"
    assert [c.amount for c in found.charges] == [Decimal("10.00")]
    free = read_stocky_order(record(2, item(cost_price="93.25"), **euro | {"shipping": 0}), ZONE, "DKK", FRIDAY)
    assert free.currency == "DKK"


@pytest.mark.parametrize(
    "broken",
    [record(purchase_items=None), record(2, item(quantity=1.5)), record(2, item(quantity=None)), record(shipping="x")],
)
def test_an_order_that_makes_no_sense_is_named_and_the_others_are_read(broken: dict[str, Any]) -> None:
    with pytest.raises(UnreadableFact, match="1002"):
        read_stocky_order(broken, ZONE, "DKK", FRIDAY)
    server = Server(orders(broken, record(3)), orders())
    source = StockyPurchases(server.stocky(), ZONE, "DKK", FRIDAY)
    found = source.page(NOW, None)
    assert ([p.number for p in found.purchases], [u.name for u in found.unreadable]) == (["1003"], ["1002"])
    assert found.cursor == "3" and source.page(NOW, found.cursor).cursor is None
