"""The Admin API client: throttled, retried, refused, denied; never redirected, never endless."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from connector.shopify.client import ATTEMPTS, AdminClient
from connector.shopify.errors import FieldsDenied, GraphQLFailed, NeedsMerchant, ShopifyRefused, ShopifyUnavailable
from tests.unit.shopify.conftest import SHOP, Clock, Shopify

GRAPHQL = "/admin/api/2026-10/graphql.json"
TOKEN = "/admin/oauth/access_token"


def answer(status: int = 200, headers: dict[str, str] | None = None, **body: Any) -> httpx.Response:
    return httpx.Response(status, headers=headers, json=body)


def throttled(requested: int, available: int, rate: int) -> httpx.Response:
    status = {"maximumAvailable": 2000, "currentlyAvailable": available, "restoreRate": rate}
    return answer(
        errors=[{"message": "Throttled", "extensions": {"code": "THROTTLED"}}],
        extensions={"cost": {"requestedQueryCost": requested, "actualQueryCost": None, "throttleStatus": status}},
    )


def denied(*path: Any) -> dict[str, Any]:
    return {"message": f"Access denied for {path[-1]}", "path": list(path), "extensions": {"code": "ACCESS_DENIED"}}


def test_a_document_of_ours_is_sent_with_the_shop_s_token_and_money_comes_back_exact(
    client: AdminClient, shopify: Shopify
) -> None:
    shopify.will(GRAPHQL, httpx.Response(200, content=b'{"data": {"shop": {"name": "A", "rate": 0.10}}}'))
    data = client.run("shop", {"x": 1})
    (request,) = shopify.requests
    assert str(request.url) == f"https://{SHOP}{GRAPHQL}"
    assert request.headers["X-Shopify-Access-Token"] == "access-1"
    assert json.loads(request.content)["query"].startswith("query Shop {")
    assert json.loads(request.content)["variables"] == {"x": 1}
    assert data["shop"]["rate"] == Decimal("0.10")


def test_a_throttled_document_waits_until_the_bucket_holds_its_cost(
    client: AdminClient, shopify: Shopify, waits: list[float]
) -> None:
    shopify.will(GRAPHQL, throttled(900, 100, 100), throttled(900, 850, 100), answer(data={"shop": {}}))
    assert client.run("shop", {}) == {"shop": {}}
    assert waits == [8.0, 0.5]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_status_that_passes_is_retried_with_growing_waits(
    client: AdminClient, shopify: Shopify, waits: list[float], status: int
) -> None:
    shopify.will(GRAPHQL, httpx.Response(status), httpx.Response(status, text="<html>"), answer(data={"shop": {}}))
    client.run("shop", {})
    assert waits == [0.5, 1.0]


def test_retry_after_is_obeyed_in_seconds_and_as_a_date_and_cut_when_it_is_long(
    client: AdminClient, shopify: Shopify, waits: list[float], clock: Clock
) -> None:
    date = format_datetime(clock() + timedelta(seconds=7), usegmt=True)
    shopify.will(
        GRAPHQL,
        answer(429, {"Retry-After": "2.0"}),
        answer(503, {"Retry-After": date}),
        answer(429, {"Retry-After": "3600"}),
        answer(429, {"Retry-After": "later"}),
        answer(data={"shop": {}}),
    )
    client.run("shop", {})
    assert waits == [2.0, 7.0, 60.0, 4.0]


def test_a_broken_connection_is_retried_and_at_last_given_up(
    client: AdminClient, shopify: Shopify, waits: list[float]
) -> None:
    shopify.will(GRAPHQL, *[httpx.ReadTimeout("slow")] * ATTEMPTS)
    with pytest.raises(ShopifyUnavailable, match="ReadTimeout"):
        client.run("shop", {})
    assert len(shopify.requests) == ATTEMPTS
    assert len(waits) == ATTEMPTS - 1


def test_shopify_s_own_error_inside_an_answer_is_retried(client: AdminClient, shopify: Shopify) -> None:
    broken = answer(errors=[{"message": "Internal error", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}])
    shopify.will(GRAPHQL, broken, answer(data={"shop": {}}))
    assert client.run("shop", {}) == {"shop": {}}


@pytest.mark.parametrize(
    ("status", "words"), [(402, "frozen"), (403, "scope"), (404, "no such shop"), (423, "locked"), (301, "301")]
)
def test_a_refusal_is_not_retried_and_says_what_it_means(
    client: AdminClient, shopify: Shopify, status: int, words: str
) -> None:
    shopify.will(GRAPHQL, httpx.Response(status, headers={"Location": "https://evil.example/"}))
    with pytest.raises(ShopifyRefused, match=words):
        client.run("shop", {})
    assert len(shopify.requests) == 1


def test_a_token_that_shopify_refuses_is_replaced_once(client: AdminClient, shopify: Shopify) -> None:
    fresh = answer(access_token="access-2", refresh_token="refresh-2", expires_in=3600, scope="read_orders")
    shopify.will(GRAPHQL, httpx.Response(401), answer(data={"shop": {}}))
    shopify.will(TOKEN, fresh)
    client.run("shop", {})
    tokens = [request.headers.get("X-Shopify-Access-Token") for request in shopify.requests]
    assert tokens == ["access-1", None, "access-2"]


def test_a_second_refusal_of_the_token_is_final(client: AdminClient, shopify: Shopify) -> None:
    fresh = answer(access_token="access-2", refresh_token="refresh-2", expires_in=3600, scope="read_orders")
    shopify.will(GRAPHQL, httpx.Response(401), httpx.Response(401))
    shopify.will(TOKEN, fresh)
    with pytest.raises(ShopifyRefused, match="access token"):
        client.run("shop", {})


def test_a_token_expires_in_the_middle_of_the_pages(client: AdminClient, shopify: Shopify, clock: Clock) -> None:
    shopify.will(GRAPHQL, answer(data={"shop": {}}), answer(data={"shop": {}}))
    shopify.will(
        TOKEN, answer(access_token="access-2", refresh_token="refresh-2", expires_in=3600, scope="read_orders")
    )
    client.run("shop", {})
    clock.forward(minutes=56)
    client.run("shop", {})
    assert shopify.requests[-1].headers["X-Shopify-Access-Token"] == "access-2"


def test_without_a_refresh_token_the_merchant_is_asked_for(client: AdminClient, shopify: Shopify, clock: Clock) -> None:
    shopify.will(TOKEN, answer(400, error="invalid_grant"))
    clock.forward(hours=2)
    with pytest.raises(NeedsMerchant, match="open the app"):
        client.run("shop", {})


def test_errors_name_the_document_and_shopify_s_words(client: AdminClient, shopify: Shopify) -> None:
    shopify.will(
        GRAPHQL, answer(errors=[{"message": "Field 'x' doesn't exist", "extensions": {"code": "undefinedField"}}])
    )
    with pytest.raises(GraphQLFailed, match="shop: Field 'x' doesn't exist") as caught:
        client.run("shop", {})
    assert caught.value.codes == {"undefinedField"}


@pytest.mark.parametrize("body", [b"", b"not json", b"[]", b'{"data": null}', b"{}"])
def test_an_answer_without_data_is_never_taken_for_an_empty_shop(
    client: AdminClient, shopify: Shopify, body: bytes
) -> None:
    shopify.will(GRAPHQL, httpx.Response(200, content=body))
    with pytest.raises(GraphQLFailed):
        client.run("shop", {})


def test_a_denied_field_is_an_error_that_names_it(client: AdminClient, shopify: Shopify) -> None:
    data = {"orders": {"nodes": [{"agreements": None}, {"agreements": None}]}}
    errors = [denied("orders", "nodes", 0, "agreements"), denied("orders", "nodes", 1, "agreements")]
    shopify.will(GRAPHQL, answer(data=data, errors=errors))
    with pytest.raises(FieldsDenied) as caught:
        client.run("orders_page", {}, optional={"customer"})
    assert caught.value.fields == ["orders.nodes.agreements"]


def test_a_field_we_can_do_without_stays_null_and_is_remembered_by_name(client: AdminClient, shopify: Shopify) -> None:
    data = {"orders": {"nodes": [{"customer": None}]}}
    shopify.will(GRAPHQL, answer(data=data, errors=[denied("orders", "nodes", 0, "customer")]))
    assert client.run("orders_page", {}, optional={"customer"}) == data
    assert client.denied == {"orders.nodes.customer"}


def test_no_token_is_ever_part_of_an_error(client: AdminClient, shopify: Shopify) -> None:
    shopify.will(GRAPHQL, *[httpx.ConnectError("cannot reach access-1")] * ATTEMPTS)
    with pytest.raises(ShopifyUnavailable) as caught:
        client.run("shop", {})
    assert "access-1" not in str(caught.value)
