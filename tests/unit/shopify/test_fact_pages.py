"""Readers of the other facts: whole lists, sensible searches, and what is missing said by name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from connector.shopify import cash, catalog, payouts, stored_value, tenders, transfers
from connector.shopify.client import AdminClient
from connector.shopify.errors import GraphQLFailed
from connector.shopify.paging import Page
from connector.shopify.permissions import all_missing, missing
from connector.shopify.registration import OPTIONAL_SCOPES, SCOPES
from tests.unit.shopify.conftest import Shopify

GRAPHQL = "/admin/api/2026-10/graphql.json"
SINCE = datetime(2026, 11, 1, 5, 0, tzinfo=UTC)


def page(*nodes: Any, following: str | None = None) -> dict[str, Any]:
    return {"pageInfo": {"hasNextPage": following is not None, "endCursor": following}, "nodes": list(nodes)}


def data(**fields: Any) -> httpx.Response:
    return httpx.Response(200, json={"data": fields})


def denied(*path: Any, data: Any = None) -> httpx.Response:
    error = {"message": "Access denied", "path": list(path), "extensions": {"code": "ACCESS_DENIED"}}
    return httpx.Response(200, json={"data": data, "errors": [error]})


def granted(*handles: str) -> httpx.Response:
    return data(currentAppInstallation={"id": "a", "accessScopes": [{"handle": handle} for handle in handles]})


def variables(shopify: Shopify) -> list[dict[str, Any]]:
    return [body["variables"] for body in shopify.bodies()]


def account(**connections: Any) -> dict[str, Any]:
    return {"shopifyPaymentsAccount": {"id": "acc", **connections}}


def test_a_payout_comes_with_all_its_transactions_and_none_of_others(client: AdminClient, shopify: Shopify) -> None:
    mine, other = {"associatedPayout": {"id": "p1"}}, {"associatedPayout": {"id": "p2"}}
    shopify.will(
        GRAPHQL,
        data(**account(payouts=page({"id": "p1", "legacyResourceId": "77"}, following="more"))),
        data(**account(balanceTransactions=page({"id": "b1", **mine}, {"id": "b2", **other}, following="b"))),
        data(**account(balanceTransactions=page({"id": "b3", **mine}, {"id": "b4", "associatedPayout": {"id": None}}))),
    )
    found = payouts.payouts_page(client, SINCE, "from here")
    assert [t["id"] for t in found.nodes[0]["balanceTransactions"]] == ["b1", "b3"]
    assert (found.cursor, found.missing) == ("more", None)
    asked = variables(shopify)
    assert (asked[0]["query"], asked[0]["after"]) == ("issued_at:>='2026-11-01T05:00:00Z'", "from here")
    assert [(a["query"], a["after"]) for a in asked[1:]] == [
        ("payments_transfer_id:77", None),
        ("payments_transfer_id:77", "b"),
    ]


def test_a_shop_without_shopify_payments_has_no_payouts_and_misses_nothing(
    client: AdminClient, shopify: Shopify
) -> None:
    shopify.will(GRAPHQL, data(shopifyPaymentsAccount=None))
    assert payouts.payouts_page(client, SINCE, None) == Page([])


EVERY_TOPIC: list[tuple[str, Callable[[AdminClient], Page], tuple[str, ...]]] = [
    ("payouts", lambda c: payouts.payouts_page(c, SINCE, None), ("shopifyPaymentsAccount",)),
    ("disputes", lambda c: payouts.disputes_page(c, SINCE, None), ("shopifyPaymentsAccount", "disputes")),
    ("gift_cards", lambda c: stored_value.gift_cards_page(c, SINCE, None), ("giftCards",)),
    ("store_credit", lambda c: stored_value.store_credit_page(c, SINCE, None), ("customers",)),
    ("cash", lambda c: cash.cash_sessions_page(c, SINCE, None), ("cashTrackingSessions",)),
    ("cash", lambda c: cash.cash_drawers_page(c, SINCE, None), ("cashDrawers",)),
    ("transfers", lambda c: transfers.transfers_page(c, SINCE, None), ("inventoryTransfers",)),
    ("tenders", lambda c: tenders.tenders_page(c, SINCE, SINCE, None), ("tenderTransactions",)),
    ("products", lambda c: catalog.variants_page(c, None, None), ("productVariants",)),
    ("inventory", lambda c: catalog.inventory_levels_page(c, None), ("inventoryItems",)),
]


@pytest.mark.parametrize(("topic", "read", "path"), EVERY_TOPIC, ids=[".".join(path) for _, _, path in EVERY_TOPIC])
@pytest.mark.parametrize("nulled", [None, {}], ids=["all is null", "only the field is null"])
def test_a_topic_that_is_denied_names_the_scopes_that_are_missing(
    client: AdminClient, shopify: Shopify, topic: str, read: Any, path: tuple[str, ...], nulled: Any
) -> None:
    partial = None if nulled is None else {path[0]: None}
    shopify.will(GRAPHQL, denied(*path, data=partial), granted())
    found = read(client)
    assert (found.nodes, found.cursor) == ([], None)
    assert found.missing and found.missing.topic == topic
    assert found.missing.scopes and all(scope in found.missing.words for scope in found.missing.scopes)


def test_what_is_granted_and_refused_nevertheless_is_said_too(client: AdminClient, shopify: Shopify) -> None:
    shopify.will(GRAPHQL, denied("cashDrawers"), granted("read_cash_tracking"))
    found = cash.cash_drawers_page(client, SINCE, None)
    assert found.missing and found.missing.scopes == ()
    assert "though the shop has granted access" in found.missing.words


def test_other_errors_are_not_taken_for_a_missing_permission(client: AdminClient, shopify: Shopify) -> None:
    broken = {"message": "Field 'cashDrawerz' doesn't exist", "extensions": {"code": "undefinedField"}}
    shopify.will(GRAPHQL, httpx.Response(200, json={"errors": [broken]}))
    with pytest.raises(GraphQLFailed):
        cash.cash_drawers_page(client, SINCE, None)


def test_writing_includes_reading_and_nothing_is_missing_where_all_is_granted() -> None:
    assert missing("cash", {"read_cash_tracking"}) is None
    assert all_missing({*SCOPES, *OPTIONAL_SCOPES}) == ()
    assert {lack.topic for lack in all_missing(SCOPES)} >= {"payouts", "cash", "purchase_orders", "receipts"}


def test_a_page_that_is_too_dear_is_asked_for_in_smaller_ones(client: AdminClient, shopify: Shopify) -> None:
    dear = {"message": "too dear", "extensions": {"code": "MAX_COST_EXCEEDED"}}
    shopify.will(GRAPHQL, httpx.Response(200, json={"errors": [dear]}), data(productVariants=page({"id": "v1"})))
    assert catalog.variants_page(client, SINCE, None).nodes == [{"id": "v1"}]
    assert [v["first"] for v in variables(shopify)] == [catalog.VARIANTS, catalog.VARIANTS // 2]


def card(number: int, updated: str, transactions: Any) -> dict[str, Any]:
    return {"id": f"c{number}", "updatedAt": updated, "transactions": transactions}


def test_gift_cards_are_read_back_to_the_first_that_did_not_change(client: AdminClient, shopify: Shopify) -> None:
    shopify.will(
        GRAPHQL,
        data(
            giftCards=page(
                card(1, "2026-11-02T00:00:00Z", page({"id": "t1"}, following="t")),
                card(2, "2026-10-31T00:00:00Z", page()),
                following="older still",
            )
        ),
        data(giftCard={"id": "c1", "transactions": page({"id": "t2"})}),
    )
    found = stored_value.gift_cards_page(client, SINCE, None)
    assert [(c["id"], [t["id"] for t in c["transactions"]]) for c in found.nodes] == [("c1", ["t1", "t2"])]
    assert found.cursor is None


def test_gift_cards_whose_transactions_are_denied_are_read_and_that_is_said(
    client: AdminClient, shopify: Shopify
) -> None:
    cards = page(card(1, "2026-11-02T00:00:00Z", None))
    answer = denied("giftCards", "nodes", 0, "transactions", data={"giftCards": cards})
    shopify.will(GRAPHQL, answer, granted("read_gift_cards"))
    found = stored_value.gift_cards_page(client, SINCE, None)
    assert found.nodes[0]["transactions"] is None
    assert found.missing and found.missing.scopes == ("read_gift_card_transactions",)


def test_store_credit_accounts_come_whole_however_many_there_are(client: AdminClient, shopify: Shopify) -> None:
    accounts = page({"id": "a1", "transactions": page({"id": "t1"}, following="t")}, following="a")
    shopify.will(
        GRAPHQL,
        data(customers=page({"id": "c1", "storeCreditAccounts": accounts}, following="next")),
        data(customer={"id": "c1", "storeCreditAccounts": page({"id": "a2", "transactions": page()})}),
        data(storeCreditAccount={"id": "a1", "transactions": page({"id": "t2"})}),
    )
    found = stored_value.store_credit_page(client, None, None)
    assert [(a["id"], [t["id"] for t in a["transactions"]]) for a in found.nodes] == [("a1", ["t1", "t2"]), ("a2", [])]
    assert found.cursor == "next"
    assert variables(shopify)[0]["query"] == ""


def test_a_cash_session_comes_with_all_its_adjustments(client: AdminClient, shopify: Shopify) -> None:
    shopify.will(
        GRAPHQL,
        data(cashTrackingSessions=page({"id": "s1", "adjustments": page({"id": "a1"}, following="a")})),
        data(cashTrackingSession={"id": "s1", "adjustments": page({"id": "a2"})}),
    )
    (session,) = cash.cash_sessions_page(client, SINCE, None).nodes
    assert [a["id"] for a in session["adjustments"]] == ["a1", "a2"]
    assert variables(shopify)[0]["query"] == "closing_time:>='2026-11-01T05:00:00Z'"


def test_a_drawer_is_read_back_as_far_as_asked_and_no_further(client: AdminClient, shopify: Shopify) -> None:
    first = page({"time": "2026-11-02T10:00:00Z"}, {"time": "2026-11-01T06:00:00Z"}, following="older")
    second = page({"time": "2026-11-01T05:00:00Z"}, {"time": "2026-11-01T04:59:59Z"}, following="much older")
    shopify.will(
        GRAPHQL,
        data(cashDrawers=page({"id": "d1", "cashActivities": first})),
        data(cashDrawer={"id": "d1", "cashActivities": second}),
    )
    (drawer,) = cash.cash_drawers_page(client, SINCE, None).nodes
    assert [a["time"][11:16] for a in drawer["cashActivities"]] == ["10:00", "06:00", "05:00"]


def test_a_record_that_is_gone_in_between_is_no_whole_list(client: AdminClient, shopify: Shopify) -> None:
    shopify.will(
        GRAPHQL,
        data(inventoryItems=page({"id": "i1", "inventoryLevels": page({"id": "l1"}, following="l")})),
        data(inventoryItem=None),
    )
    with pytest.raises(GraphQLFailed, match="gone"):
        catalog.inventory_levels_page(client, None)


def shipment(number: int, lines: Any) -> dict[str, Any]:
    return {"id": f"s{number}", "lineItems": lines}


def test_a_transfer_comes_with_all_lines_and_shipments(client: AdminClient, shopify: Shopify) -> None:
    shopify.will(
        GRAPHQL,
        data(inventoryTransfers=page({"id": "t1", "lineItems": page({"id": "l1"}, following="l")})),
        data(inventoryTransfer={"id": "t1", "lineItems": page({"id": "l2"})}),
        data(inventoryTransfer={"shipments": page(shipment(1, page({"id": "x1"}, following="x")), following="s")}),
        data(inventoryShipment={"id": "s1", "lineItems": page({"id": "x2"})}),
        data(inventoryTransfer={"shipments": page(shipment(2, None))}),
    )
    found = transfers.transfers_page(client, SINCE, None)
    (transfer,) = found.nodes
    assert [line["id"] for line in transfer["lineItems"]] == ["l1", "l2"]
    assert [(s["id"], [x["id"] for x in s["lineItems"]]) for s in transfer["shipments"]] == [
        ("s1", ["x1", "x2"]),
        ("s2", []),
    ]
    assert found.missing is None


def test_a_transfer_whose_shipments_are_denied_is_read_and_that_is_said(client: AdminClient, shopify: Shopify) -> None:
    shopify.will(
        GRAPHQL,
        data(inventoryTransfers=page({"id": "t1", "lineItems": page()})),
        denied("inventoryTransfer", "shipments"),
        granted("read_inventory_transfers"),
        granted("read_inventory_transfers"),
    )
    found = transfers.transfers_page(client, SINCE, None)
    assert found.nodes[0]["shipments"] is None
    assert found.missing and "read_inventory_shipments" in found.missing.scopes


def test_tenders_are_asked_for_by_whole_days(client: AdminClient, shopify: Shopify) -> None:
    shopify.will(GRAPHQL, data(tenderTransactions=page({"id": "t1"})))
    last = datetime(2026, 11, 2, 5, 0, tzinfo=UTC)
    assert tenders.tenders_page(client, SINCE, last, None).nodes == [{"id": "t1"}]
    asked = "processed_at:>='2026-11-01T05:00:00Z' AND processed_at:<'2026-11-02T05:00:00Z'"
    assert variables(shopify)[0]["query"] == asked
