"""Stock that nobody sold, bought or moved is an adjustment, whatever else happened between two snapshots."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.ledger.facts import Product, SaleFact, SaleKind
from connector.ledger.nodes import UnreadableFact
from connector.ledger.stock import (
    BACK,
    StockAdjustment,
    adjustments,
    read_levels,
    sold_of,
    sold_units,
    together,
)
from connector.ledger.transfers import Transfer, moved, read_transfer

ZONE = ZoneInfo("America/New_York")
AT = datetime(2026, 11, 3, 7, 0, tzinfo=UTC)
SHIRT, STORE, DEPOT = "gid://shopify/InventoryItem/1", "gid://shopify/Location/1", "gid://shopify/Location/2"


def changed(before: dict[Any, int], after: dict[Any, int], moves: dict[Any, int]) -> dict[str, int]:
    return {a.location: a.quantity for a in adjustments(before, after, moves, AT, ZONE)}


def level(location: str, on_hand: int, committed: int) -> dict[str, Any]:
    quantities = [{"name": "on_hand", "quantity": on_hand}, {"name": "committed", "quantity": committed}]
    return {"location": {"id": location}, "quantities": quantities}


def test_a_snapshot_holds_what_is_unsold() -> None:
    item = {"id": SHIRT, "tracked": True, "inventoryLevels": [level(STORE, 10, 3), level(DEPOT, 0, 2)]}
    assert read_levels(item) == {(SHIRT, STORE): 7, (SHIRT, DEPOT): -2}
    assert read_levels(item | {"tracked": False}) == {}


def test_a_quantity_that_is_missing_is_not_taken_for_zero() -> None:
    item = {"id": SHIRT, "sku": "S", "tracked": True, "inventoryLevels": [level(STORE, 10, 3)]}
    item["inventoryLevels"][0]["quantities"].pop()
    with pytest.raises(UnreadableFact):
        read_levels(item)


def test_sold_goods_are_no_adjustment_wherever_they_came_from() -> None:
    assert (
        changed({(SHIRT, STORE): 10, (SHIRT, DEPOT): 5}, {(SHIRT, STORE): 8, (SHIRT, DEPOT): 5}, {(SHIRT, ""): -2})
        == {}
    )


def test_broken_goods_are_an_adjustment_where_they_broke() -> None:
    (found,) = adjustments(
        {(SHIRT, STORE): 10}, {(SHIRT, STORE): 7}, {(SHIRT, ""): -2}, AT, ZONE, {SHIRT: Decimal("9.50")}
    )
    assert found == StockAdjustment(
        id=f"{SHIRT}@1#2026-11-03T07:00:00+00:00",
        day=date(2026, 11, 3),
        item=SHIRT,
        location=STORE,
        quantity=-1,
        unit_cost=Decimal("9.50"),
    )


def test_goods_that_came_back_but_not_into_stock_are_written_off() -> None:
    assert changed({(SHIRT, STORE): 10}, {(SHIRT, STORE): 10}, {(SHIRT, ""): 1}) == {"": -1}


def test_a_new_product_with_stock_is_an_adjustment_and_one_that_is_gone_too() -> None:
    assert changed({}, {(SHIRT, STORE): 4}, {}) == {STORE: 4}
    assert changed({(SHIRT, STORE): 4}, {}, {}) == {STORE: -4}


def sold(quantity: int | None, variant: str | None = "v1", returned: bool = False) -> SaleFact:
    product = Product(variant, "S", "Shirt")
    zero = Decimal("0.00")
    return SaleFact(
        "s", AT.date(), AT, "a", "ORDER", None, SaleKind.PRODUCT, returned, quantity, zero, zero, (), product=product
    )


def test_sales_and_returns_move_stock_by_shopifys_signed_quantity() -> None:
    sales = [sold(2), sold(-1, returned=True), sold(0), sold(None), sold(1, None), sold(1, "unknown")]
    assert sold_units(sold_of(sales), {"v1": SHIRT}) == {(SHIRT, ""): -2, (SHIRT, BACK): 1}


def transfer(status: str, *lines: tuple[int, int, int], shipments: bool = True) -> Transfer:
    """Of each line so many were sent, accepted and rejected."""
    shipment = {
        "id": "gid://shopify/InventoryShipment/1",
        "name": "#T1-1",
        "status": "IN_TRANSIT",
        "dateShipped": "2026-11-02T10:00:00Z",
        "dateReceived": None,
        "lineItems": [
            {"id": f"l{n}", "quantity": q, "acceptedQuantity": a, "rejectedQuantity": r, "inventoryItem": {"id": SHIRT}}
            for n, (q, a, r) in enumerate(lines)
        ],
    }
    return read_transfer(
        {
            "id": "gid://shopify/InventoryTransfer/1",
            "name": "#T1",
            "status": status,
            "dateCreated": "2026-11-02T03:00:00Z",
            "origin": {"name": "Depot", "location": {"id": DEPOT}},
            "destination": {"name": "Store", "location": {"id": STORE}},
            "lineItems": [
                {"id": "t1", "title": "Shirt", "totalQuantity": 5, "shippedQuantity": 5, "inventoryItem": {"id": SHIRT}}
            ],
        }
        | ({"shipments": [shipment]} if shipments else {}),
        ZONE,
        "USD",
    )


def moves_of(one: Transfer) -> dict[Any, int]:
    return together(*({(item, location): units} for item, location, units in moved(one)))


def test_goods_on_the_way_are_neither_lost_nor_found() -> None:
    sent = transfer("IN_PROGRESS", (5, 0, 0))
    assert sent.day == date(2026, 11, 1) and sent.claimable == {}
    assert changed({(SHIRT, DEPOT): 9}, {(SHIRT, DEPOT): 4}, moves_of(sent)) == {}
    arrived = transfer("TRANSFERRED", (5, 5, 0))
    assert changed({(SHIRT, DEPOT): 9}, {(SHIRT, DEPOT): 4, (SHIRT, STORE): 5}, moves_of(arrived)) == {}
    assert arrived.claimable == {}


def test_what_the_destination_rejects_is_a_loss_there() -> None:
    arrived = transfer("TRANSFERRED", (5, 3, 2))
    assert changed({(SHIRT, DEPOT): 9}, {(SHIRT, DEPOT): 4, (SHIRT, STORE): 3}, moves_of(arrived)) == {STORE: -2}


def test_without_the_permission_for_shipments_a_transfer_is_still_known() -> None:
    unseen = transfer("IN_PROGRESS", shipments=False)
    assert unseen.shipments is None and moves_of(unseen) == {}
    assert unseen.updated(transfer("IN_PROGRESS", (5, 0, 0))).shipments


places = st.tuples(st.sampled_from(["a", "b"]), st.sampled_from(["x", "y", "z"]))
anywhere = st.tuples(st.sampled_from(["a", "b"]), st.sampled_from(["", "x", "y"]))
units = st.integers(-9, 9)


@given(st.dictionaries(places, units), st.dictionaries(places, units), st.dictionaries(anywhere, units))
def test_per_item_adjustments_are_the_difference_less_what_was_moved(
    before: dict[Any, int], after: dict[Any, int], moves: dict[Any, int]
) -> None:
    found = adjustments(before, after, moves, AT, ZONE)
    for item in ("a", "b"):
        difference = sum(units for (of, _), units in after.items() if of == item)
        difference -= sum(units for of in (before, moves) for (name, _), units in of.items() if name == item)
        assert sum(a.quantity for a in found if a.item == item) == difference
    assert all(a.quantity for a in found)
    assert len({a.id for a in found}) == len(found)


@given(st.dictionaries(places, units), st.dictionaries(places, st.integers(-5, 0)))
def test_sales_alone_never_make_an_adjustment(before: dict[Any, int], sold_where: dict[Any, int]) -> None:
    moves = together(*({(item, ""): n} for (item, _), n in sold_where.items()))
    assert adjustments(before, together(before, sold_where), moves, AT, ZONE) == ()
