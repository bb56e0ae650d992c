"""Shopify's purchase orders with what arrived of them, and what can't be seen said by name."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from connector.purchases.shopify_orders import ShopifyPurchaseOrders
from connector.purchases.source import PurchaseSource
from connector.shopify.client import AdminClient
from tests.unit.shopify.conftest import Shopify
from tests.unit.shopify.test_fact_pages import GRAPHQL, data, denied, granted, page

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
FRIDAY = date(2026, 11, 6)
ITEM = {"id": "gid://shopify/InventoryItem/1", "sku": "SHIRT-M"}


def source(client: AdminClient, **more: Any) -> PurchaseSource:
    return ShopifyPurchaseOrders(client, ZoneInfo("Europe/Copenhagen"), FRIDAY, **more)


def ordered(number: int, units: int) -> dict[str, Any]:
    cost = {"amount": "8.5", "currencyCode": "DKK"}
    return {"id": f"line{number}", "title": "Shirt", "totalQuantity": units, "unitCost": cost, "inventoryItem": ITEM}


def order(number: int, lines: Any, **more: Any) -> dict[str, Any]:
    return {
        "id": f"po{number}",
        "name": f"#PO{number}",
        "status": "ORDERED",
        "currency": "DKK",
        "dateCreated": "2026-11-02T10:00:00Z",
        "orderedAt": "2026-11-02T10:00:00Z",
        "origin": {"supplierName": "Acme"},
        "destination": None,
        "lineItems": lines,
    } | more


def shipped(accepted: int) -> dict[str, Any]:
    line = {"id": f"x{accepted}", "quantity": 10, "acceptedQuantity": accepted, "rejectedQuantity": 0}
    return {
        "id": f"s{accepted}",
        "name": "#T1-1",
        "status": "PARTIALLY_RECEIVED",
        "dateShipped": None,
        "dateReceived": "2026-11-03T10:00:00Z",
        "lineItems": page(line | {"inventoryItem": ITEM}),
    }


def linked(*transfers: str, following: str | None = None) -> httpx.Response:
    nodes = page(*({"id": transfer, "name": transfer} for transfer in transfers), following=following)
    return data(inventoryPurchaseOrder={"id": "po1", "transfers": nodes})


def test_an_order_comes_whole_with_what_its_shipments_accepted(client: AdminClient, shopify: Shopify) -> None:
    shopify.will(
        GRAPHQL,
        data(inventoryPurchaseOrders=page(order(1, page(ordered(1, 10), following="l")), following="next")),
        data(inventoryPurchaseOrder={"id": "po1", "lineItems": page(ordered(2, 5))}),
        linked("t1", following="t"),
        linked("t2"),
        data(inventoryTransfer={"shipments": page(shipped(4))}),
        data(inventoryTransfer={"shipments": page(shipped(6))}),
    )
    found = source(client).page(SINCE, None)
    (purchase,) = found.purchases
    assert [line.quantity for line in purchase.lines] == [10, 5]
    (receipt,) = purchase.receipts
    assert (receipt.day, receipt.amount) == (date(2026, 11, 3), Decimal("85.00"))
    assert (found.cursor, found.missing, found.unreadable) == ("next", (), ())


def test_without_the_permission_for_transfers_orders_are_read_and_that_is_said_once(
    client: AdminClient, shopify: Shopify
) -> None:
    shopify.will(
        GRAPHQL,
        data(inventoryPurchaseOrders=page(order(1, page(ordered(1, 10))), order(2, page(ordered(1, 10))))),
        denied("inventoryPurchaseOrder", "transfers"),
        granted("read_inventory_purchase_orders"),
        denied("inventoryPurchaseOrder", "transfers"),
        granted("read_inventory_purchase_orders"),
    )
    found = source(client).page(SINCE, None)
    assert [purchase.receipts for purchase in found.purchases] == [(), ()]
    (missing,) = found.missing
    assert missing.topic == "receipts" and "read_inventory_transfers" in missing.scopes


def test_without_any_permission_there_is_nothing_but_its_name(client: AdminClient, shopify: Shopify) -> None:
    shopify.will(GRAPHQL, denied("inventoryPurchaseOrders"), granted())
    found = source(client).page(SINCE, None)
    assert found.purchases == ()
    assert [missing.scopes for missing in found.missing] == [("read_inventory_purchase_orders",)]


def test_finished_orders_cost_no_further_calls(client: AdminClient, shopify: Shopify) -> None:
    shopify.will(GRAPHQL, data(inventoryPurchaseOrders=page(order(1, page(ordered(1, 10))))))
    assert source(client, finished={"po1"}.__contains__).page(SINCE, None).purchases == ()
    assert len(shopify.requests) == 1


def test_one_order_that_makes_no_sense_keeps_none_of_the_others_away(client: AdminClient, shopify: Shopify) -> None:
    shopify.will(
        GRAPHQL,
        data(inventoryPurchaseOrders=page(order(1, page(), currency=None), order(2, page()))),
        linked(),
        linked(),
    )
    found = source(client).page(SINCE, None)
    assert [purchase.number for purchase in found.purchases] == ["#PO2"]
    assert [problem.name for problem in found.unreadable] == ["#PO1"]
