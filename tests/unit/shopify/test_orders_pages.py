"""Orders come complete: what does not fit on a page is fetched order by order, and nothing is taken for the whole."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from connector.shopify.client import AdminClient
from connector.shopify.errors import FieldsDenied, GraphQLFailed
from connector.shopify.orders import PAGE_SIZE, orders_page, updated_since_query
from connector.shopify.shops import read_locations
from tests.unit.shopify.conftest import Shopify

GRAPHQL = "/admin/api/2026-10/graphql.json"
SINCE = datetime(2026, 11, 1, 5, 0, tzinfo=UTC)


def page(*nodes: Any, following: str | None = None) -> dict[str, Any]:
    return {"pageInfo": {"hasNextPage": following is not None, "endCursor": following}, "nodes": list(nodes)}


def edges(*pairs: tuple[str, Any], following: str | None = None) -> dict[str, Any]:
    return {
        "pageInfo": {"hasNextPage": following is not None, "endCursor": following},
        "edges": [{"cursor": cursor, "node": node} for cursor, node in pairs],
    }


def agreement(number: int, *sales: str, following: str | None = None) -> dict[str, Any]:
    return {"id": f"agreement {number}", "sales": page(*({"id": sale} for sale in sales), following=following)}


def order(agreements: dict[str, Any], *refunds: Any) -> dict[str, Any]:
    return {"id": "order 1", "agreements": agreements, "refunds": list(refunds)}


def data(**fields: Any) -> httpx.Response:
    return httpx.Response(200, json={"data": fields})


def ids(nodes: list[dict[str, Any]]) -> list[str]:
    return [node["id"] for node in nodes]


def test_a_page_asks_for_what_changed_since_and_hands_on_the_cursor(client: AdminClient, shopify: Shopify) -> None:
    shopify.will(GRAPHQL, data(orders=page(order(edges(("a", agreement(1, "s1")))), following="next")))
    found = orders_page(client, SINCE, "from here")
    (body,) = shopify.bodies()
    assert body["variables"]["query"] == "updated_at:>='2026-11-01T05:00:00Z'" == updated_since_query(SINCE)
    assert (body["variables"]["first"], body["variables"]["after"]) == (PAGE_SIZE, "from here")
    assert found.cursor == "next"
    assert ids(found.orders[0]["agreements"][0]["sales"]) == ["s1"]


def test_the_last_page_has_no_cursor(client: AdminClient, shopify: Shopify) -> None:
    shopify.will(GRAPHQL, data(orders=page()))
    assert orders_page(client, SINCE, None).cursor is None


def test_more_agreements_and_more_sales_than_a_page_holds_are_all_there(client: AdminClient, shopify: Shopify) -> None:
    """Two agreements on the page, a third behind it; the second has sales in three parts."""
    first = edges(("a", agreement(1, "s1")), ("b", agreement(2, "s2", following="after s2")), following="b")
    shopify.will(
        GRAPHQL,
        data(orders=page(order(first))),
        data(order={"id": "order 1", "agreements": edges(("c", agreement(3, "s5")))}),
        data(order={"id": "order 1", "agreements": edges(("b", agreement(2, "s3", following="after s3")))}),
        data(order={"id": "order 1", "agreements": edges(("b", agreement(2, "s4")))}),
    )
    (whole,) = orders_page(client, SINCE, None).orders
    assert [ids(one["sales"]) for one in whole["agreements"]] == [["s1"], ["s2", "s3", "s4"], ["s5"]]
    asked = [body["variables"] for body in shopify.bodies()[1:]]
    assert [(one["first"], one["after"], one["salesAfter"]) for one in asked] == [
        (5, "b", None),
        (1, "a", "after s2"),
        (1, "a", "after s3"),
    ]


def test_an_agreement_that_is_no_longer_where_it_was_is_an_error_not_a_gap(
    client: AdminClient, shopify: Shopify
) -> None:
    shopify.will(
        GRAPHQL,
        data(orders=page(order(edges(("a", agreement(1, "s1", following="after s1")))))),
        data(order={"id": "order 1", "agreements": edges(("a", agreement(9, "s9")))}),
    )
    with pytest.raises(GraphQLFailed, match="agreement 1 is not where it was"):
        orders_page(client, SINCE, None)


def test_all_transactions_of_a_refund_are_there(client: AdminClient, shopify: Shopify) -> None:
    refund = {"id": "refund 1", "transactions": page({"id": "t1"}, following="after t1")}
    shopify.will(
        GRAPHQL,
        data(orders=page(order(edges(), refund))),
        data(refund={"id": "refund 1", "transactions": page({"id": "t2"})}),
    )
    (whole,) = orders_page(client, SINCE, None).orders
    assert ids(whole["refunds"][0]["transactions"]) == ["t1", "t2"]


def test_a_page_that_is_too_dear_is_asked_for_in_halves(client: AdminClient, shopify: Shopify) -> None:
    dear = httpx.Response(200, json={"errors": [{"message": "too dear", "extensions": {"code": "MAX_COST_EXCEEDED"}}]})
    shopify.will(GRAPHQL, dear, dear, data(orders=page()))
    orders_page(client, SINCE, None)
    assert [body["variables"]["first"] for body in shopify.bodies()] == [40, 20, 10]


def test_customers_that_shopify_withholds_stop_nothing_and_are_named(client: AdminClient, shopify: Shopify) -> None:
    denied = {
        "message": "not approved",
        "path": ["orders", "nodes", 0, "customer", "displayName"],
        "extensions": {"code": "ACCESS_DENIED"},
    }
    orders = page(order(edges()) | {"customer": None})
    shopify.will(GRAPHQL, httpx.Response(200, json={"data": {"orders": orders}, "errors": [denied]}))
    found = orders_page(client, SINCE, None)
    assert len(found.orders) == 1
    assert found.denied == ("orders.nodes.customer.displayName",)


def test_money_that_shopify_withholds_stops_everything(client: AdminClient, shopify: Shopify) -> None:
    denied = {"message": "no", "path": ["orders", "nodes", 0, "transactions"], "extensions": {"code": "ACCESS_DENIED"}}
    shopify.will(GRAPHQL, httpx.Response(200, json={"data": {"orders": page()}, "errors": [denied]}))
    with pytest.raises(FieldsDenied):
        orders_page(client, SINCE, None)


def test_all_locations_are_read(client: AdminClient, shopify: Shopify) -> None:
    shopify.will(GRAPHQL, data(locations=page({"id": "l1"}, following="x")), data(locations=page({"id": "l2"})))
    assert ids(read_locations(client)) == ["l1", "l2"]
