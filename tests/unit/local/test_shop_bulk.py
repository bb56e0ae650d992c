"""The stand-in shop's bulk operations, from the mutation to the file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import parse, validate

from infra.local.shop import BulkFault, Fault, Shop, ShopServer, World, build_world
from infra.local.shop.api import shop_schema
from infra.local.shop.bulk import KEPT_SECONDS
from infra.local.shop.projection import Projection

SCOPES = ("read_orders", "read_all_orders", "read_customers", "read_products", "read_locations")
AFTERWARDS = datetime(2026, 12, 1, tzinfo=UTC)
RUN = """mutation ($query: String!, $grouped: Boolean!) { bulkOperationRunQuery(query: $query, groupObjects: $grouped) {
  bulkOperation { id status url } userErrors { field message code } } }"""
LOOK = """query ($id: ID!) { bulkOperation(id: $id) {
  id status errorCode objectCount rootObjectCount fileSize url partialDataUrl completedAt } }"""
ORDERS = """{ orders(sortKey: UPDATED_AT) { edges { node { __typename id name
  agreements { edges { node { __typename id
    sales { edges { node { __typename id totalAmount { shopMoney { amount } } } } } } } }
  lineItems { edges { node { __typename id title } } } } } } }"""


class Clock:
    seconds = 1_800_000_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(world: World, clock: Clock) -> Iterator[ShopServer]:
    with ShopServer(Shop(world, now=AFTERWARDS, clock=clock)) as server:
        yield server


@pytest.fixture
def shop(server: ShopServer) -> Shop:
    return server.shop


def run(shop: Shop, query: str = ORDERS, grouped: bool = False, scopes: tuple[str, ...] = SCOPES) -> dict[str, Any]:
    answer = shop.query({"query": RUN, "variables": {"query": query, "grouped": grouped}}, scopes)
    return answer["data"]["bulkOperationRunQuery"]


def look(shop: Shop, gid: str) -> dict[str, Any]:
    return shop.query({"query": LOOK, "variables": {"id": gid}}, SCOPES)["data"]["bulkOperation"]


def started(shop: Shop, **how: Any) -> str:
    begun = run(shop, **how)
    assert begun["userErrors"] == []
    assert begun["bulkOperation"]["status"] == "CREATED"
    return begun["bulkOperation"]["id"]


def rows(url: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in httpx.get(url).raise_for_status().text.splitlines()]


def test_a_bulk_operation_runs_and_its_file_has_every_row(shop: Shop, clock: Clock) -> None:
    shop.bulk.seconds = 30
    gid = started(shop)
    assert look(shop, gid)["status"] == "RUNNING"
    clock.seconds += 30
    done = look(shop, gid)
    assert (done["status"], done["errorCode"], done["rootObjectCount"]) == ("COMPLETED", None, "350")
    found = rows(done["url"])
    assert len(found) == int(done["objectCount"])
    orders = list(shop.world)
    for name, ids in {
        "Order": {o.id for o in orders},
        "LineItem": {line.id for o in orders for line in o.line_items},
        "Sale": {sale.id for o in orders for a in o.agreements for sale in a.sales},
        "Agreement": {a.id for o in orders for a in o.agreements},
    }.items():
        assert {row["id"] for row in found if row["__typename"].endswith(name)} == ids


def test_children_stand_after_but_not_beside_their_parents(shop: Shop) -> None:
    found = rows(look(shop, started(shop))["url"])
    places = {row["id"]: place for place, row in enumerate(found)}
    away = [place - places[row["__parentId"]] for place, row in enumerate(found) if "__parentId" in row]
    assert min(away) > 1
    assert {row["__typename"] for row in found if "__parentId" not in row} == {"Order"}


def test_grouped_objects_follow_their_parents(shop: Shop) -> None:
    found = rows(look(shop, started(shop, grouped=True))["url"])
    assert [row["__typename"] for row in found[:3]] == ["Order", "OrderAgreement", found[2]["__typename"]]
    assert found[1]["__parentId"] == found[0]["id"]
    assert found[2]["__parentId"] == found[1]["id"]


def test_the_rows_are_those_of_the_paged_query(shop: Shop) -> None:
    query = "orders%s { nodes { id name updatedAt customer { displayName } totalPriceSet { shopMoney { amount } } } }"
    paged = shop.query({"query": "{ " + query % "(first: 250)" + " }"}, SCOPES)["data"]["orders"]["nodes"]
    found = rows(look(shop, started(shop, query="{ " + query % "" + " }"))["url"])
    assert found[:250] == paged


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("{ shop { name } }", "at least one connection"),
        ("{ orders { edges { node { id } }", "Syntax Error"),
        ("{ orders { edges { node { colour } } } }", "colour"),
        ('{ node(id: "gid://shopify/Order/1") { id } }', "node"),
        ("query ($q: String) { orders(query: $q) { edges { node { id } } } }", "without variables"),
        ("{ orders { edges { node { refunds { id transactions { edges { node { id } } } } } } } }", "within a list"),
        ("{ orders { edges { node { name lineItems { edges { node { id } } } } } } }", "must select the 'id'"),
        (
            "{ orders { edges { node { id a: lineItems { nodes { id } } b: lineItems { nodes { id } } c: lineItems "
            "{ nodes { id } } d: lineItems { nodes { id } } e: lineItems { nodes { id } } } } } }",
            "more than 5 connections",
        ),
    ],
)
def test_what_can_t_run_in_bulk_is_refused(shop: Shop, query: str, says: str) -> None:
    refusal = run(shop, query)
    assert refusal["bulkOperation"] is None
    assert refusal["userErrors"][0]["code"] == "INVALID"
    assert says in refusal["userErrors"][0]["message"]


def test_five_may_run_at_once(shop: Shop, clock: Clock) -> None:
    shop.bulk.seconds = 10
    for _ in range(5):
        started(shop)
    assert run(shop)["userErrors"][0]["code"] == "LIMIT_REACHED"
    running = '{ bulkOperations(first: 9, query: "status:running") { nodes { id } } }'
    assert len(shop.query({"query": running}, SCOPES)["data"]["bulkOperations"]["nodes"]) == 5
    clock.seconds += 10
    started(shop)


def test_a_field_without_its_scope_fails_the_whole_operation(shop: Shop) -> None:
    query = "{ orders { edges { node { id staffMember { id } } } } }"
    done = look(shop, started(shop, query=query))
    assert (done["status"], done["errorCode"], done["url"]) == ("FAILED", "ACCESS_DENIED", None)


def test_withheld_customers_fail_it_too(shop: Shop) -> None:
    shop.withheld = frozenset({"Order.customer"})
    done = look(shop, started(shop, query="{ orders { edges { node { id customer { id } } } } }"))
    assert (done["status"], done["errorCode"]) == ("FAILED", "ACCESS_DENIED")


def test_a_failed_operation_may_leave_part_of_its_rows(shop: Shop) -> None:
    shop.bulk.faults.append(BulkFault(error_code="TIMEOUT", rows=120))
    done = look(shop, started(shop))
    assert (done["status"], done["errorCode"], done["url"]) == ("FAILED", "TIMEOUT", None)
    assert len(rows(done["partialDataUrl"])) == 120


def test_a_partial_file_may_end_in_the_middle_of_a_row(shop: Shop) -> None:
    shop.bulk.faults.append(BulkFault(rows=3, cut=True))
    text = httpx.get(look(shop, started(shop))["partialDataUrl"]).text
    assert len(text.splitlines()) == 3
    with pytest.raises(ValueError, match=r"Unterminated|Expecting|delimiter"):
        json.loads(text.splitlines()[-1])


def test_an_operation_can_be_cancelled_and_no_finished_one(shop: Shop) -> None:
    shop.bulk.seconds = 60
    gid = started(shop)
    cancel = {
        "query": """mutation ($id: ID!) { bulkOperationCancel(id: $id) {
          bulkOperation { status } userErrors { message } } }""",
        "variables": {"id": gid},
    }
    begun = shop.query(cancel, SCOPES)["data"]["bulkOperationCancel"]
    assert begun == {"bulkOperation": {"status": "CANCELING"}, "userErrors": []}
    assert look(shop, gid)["status"] == "CANCELED"
    assert "cannot be canceled" in shop.query(cancel, SCOPES)["data"]["bulkOperationCancel"]["userErrors"][0]["message"]


def test_a_file_s_address_is_good_for_seven_days_and_needs_its_signature(shop: Shop, clock: Clock) -> None:
    gid = started(shop)
    url = look(shop, gid)["url"]
    assert httpx.get(url[:-1] + "0").status_code in (403, 200 if url.endswith("0") else 403)
    clock.seconds += KEPT_SECONDS
    assert look(shop, gid)["status"] == "EXPIRED"
    assert look(shop, gid)["url"] is None
    assert httpx.get(url).status_code == 403


def test_nothing_found_is_no_file(shop: Shop) -> None:
    query = "{ orders(query: \"updated_at:>='2027-01-01T00:00:00Z'\") { edges { node { id } } } }"
    done = look(shop, started(shop, query=query))
    assert (done["status"], done["objectCount"], done["url"]) == ("COMPLETED", "0", None)


def test_a_download_may_end_in_the_middle(shop: Shop) -> None:
    url = look(shop, started(shop))["url"]
    shop.faults.append(Fault("truncate", on="download"))
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(url)
    assert httpx.get(url).status_code == 200


def test_a_large_world_is_read_beside_the_requests(clock: Clock) -> None:
    with ShopServer(Shop(build_world(2, 50), now=AFTERWARDS, clock=clock)) as server:
        shop = server.shop
        shop.bulk.small = 10
        gid = started(shop)
        shop.bulk.operations[gid].worker.join(30)
        assert look(shop, gid)["rootObjectCount"] == "100"


def test_the_contract_s_bulk_queries_are_answered(contracts: Path, shop: Shop) -> None:
    everything = (*SCOPES, "read_users", "read_returns", "read_companies", "read_payment_terms", "read_inventory")
    for name in ("orders_bulk", "orders_ledger_bulk", "returns_bulk"):
        query = (contracts / "graphql" / f"{name}.graphql").read_text()
        assert not validate(shop_schema(), parse(query)), name
        assert Projection(shop_schema(), parse(query)).problem() is None
        assert look(shop, started(shop, query=query, scopes=everything))["status"] == "COMPLETED"
