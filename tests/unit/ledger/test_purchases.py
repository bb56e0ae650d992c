"""A purchase makes due what arrives of it, each unit once, on its day, and parts add up to the whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.ledger.facts import ZERO
from connector.ledger.nodes import UnreadableFact
from connector.ledger.purchase_orders import read_purchase_order
from connector.ledger.purchases import (
    Arrived,
    Charge,
    ChargeKind,
    Purchase,
    PurchaseLine,
    PurchaseState,
    arrange,
    due,
)

ZONE = ZoneInfo("America/New_York")
MONDAY, TUESDAY, FRIDAY = date(2026, 11, 2), date(2026, 11, 3), date(2026, 11, 6)
SHIRT, MUG = "gid://shopify/InventoryItem/1", "gid://shopify/InventoryItem/2"


def line(
    id_: str = "l1", quantity: int = 10, cost: str | None = "9.995", item: str = SHIRT, **more: Any
) -> PurchaseLine:
    return PurchaseLine(id_, item, "SHIRT-M", "Shirt", quantity, None if cost is None else Decimal(cost), **more)


def purchase(*lines: PurchaseLine, **more: Any) -> Purchase:
    given = {"seen_on": MONDAY, "state": PurchaseState.ORDERED} | more
    return Purchase("po", "test", "#PO1", "Acme", "USD", MONDAY, lines=lines or (line(),), **given)


def arrived(units: int, key: str = "s1", of: str = "l1", day: date | None = MONDAY) -> Arrived:
    return Arrived(key, of, units, day)


def test_a_shipment_that_arrives_in_two_parts_is_two_receipts_of_the_whole_amount() -> None:
    first = due(purchase(arrived=(arrived(3),)))
    second = first.updated(purchase(arrived=(arrived(10),), seen_on=FRIDAY))
    assert [(r.day, r.amount) for r in second.receipts] == [(MONDAY, Decimal("29.99")), (FRIDAY, Decimal("69.96"))]
    assert second.receipts[0] == first.receipts[0]
    assert second.open_units == 0
    assert set(second.claimable) == {"po", "po#receipt1", "po#receipt2"}


def test_read_again_nothing_is_due_twice() -> None:
    first = due(purchase(arrived=(arrived(3),), stated_charges=(Charge(ChargeKind.FREIGHT, Decimal("12.00")),)))
    again = purchase(arrived=(arrived(3),), stated_charges=first.stated_charges, seen_on=FRIDAY)
    assert first.updated(again) == first


def test_a_later_price_changes_no_receipt_but_the_next() -> None:
    first = due(purchase(line(cost="10.00"), arrived=(arrived(4),)))
    second = first.updated(purchase(line(cost="11.00"), arrived=(arrived(10),), seen_on=FRIDAY))
    assert first.receipts[0].amount == Decimal("40.00")
    assert sum(r.amount or ZERO for r in second.receipts) == Decimal("110.00")


def test_units_that_are_taken_back_are_a_receipt_less() -> None:
    first = due(purchase(line(cost="10.00"), arrived=(arrived(4),)))
    second = first.updated(purchase(line(cost="10.00"), arrived=(arrived(3),), seen_on=FRIDAY))
    assert (second.receipts[1].day, second.receipts[1].amount) == (FRIDAY, Decimal("-10.00"))


def test_what_a_source_no_longer_mentions_has_not_gone_back() -> None:
    first = due(purchase(arrived=(arrived(4),)))
    assert first.updated(purchase(seen_on=FRIDAY)).receipts == first.receipts


def test_goods_without_a_cost_and_goods_nobody_ordered_have_no_amount() -> None:
    found = due(purchase(line(cost=None), arrived=(arrived(4), arrived(1, "s2", ""))))
    assert [r.amount for r in found.receipts] == [None]
    assert found.ordered_amount is None


def test_freight_waits_for_the_goods_and_its_change_is_a_charge_of_its_own() -> None:
    freight = Charge(ChargeKind.FREIGHT, Decimal("12.00"))
    ordered = due(purchase(stated_charges=(freight,)))
    assert ordered.charges == ()
    came = ordered.updated(purchase(stated_charges=(freight,), arrived=(arrived(10, day=TUESDAY),), seen_on=TUESDAY))
    more = replace(freight, amount=Decimal("15.50"))
    changed = came.updated(purchase(stated_charges=(more,), arrived=(arrived(10, day=TUESDAY),), seen_on=FRIDAY))
    assert [(c.id, c.day, c.amount) for c in changed.charges] == [
        ("po#charge1", TUESDAY, Decimal("12.00")),
        ("po#charge2", FRIDAY, Decimal("3.50")),
    ]


def test_an_invoice_makes_charges_due_on_its_day() -> None:
    charges = (Charge(ChargeKind.FREIGHT, Decimal("12.00")), Charge(ChargeKind.DISCOUNT, Decimal("-5.00")))
    found = due(purchase(stated_charges=charges, invoice_day=TUESDAY))
    assert [(c.kind, c.day, c.amount) for c in found.charges] == [
        (ChargeKind.FREIGHT, TUESDAY, Decimal("12.00")),
        (ChargeKind.DISCOUNT, TUESDAY, Decimal("-5.00")),
    ]


def test_tax_grows_with_what_arrives() -> None:
    taxed = line(cost="10.00", tax_percent=Decimal(25))
    first = due(purchase(taxed, arrived=(arrived(4),)))
    second = first.updated(purchase(taxed, arrived=(arrived(10),), seen_on=FRIDAY))
    assert [(c.kind, c.day, c.amount) for c in second.charges] == [
        (ChargeKind.TAX, MONDAY, Decimal("10.00")),
        (ChargeKind.TAX, FRIDAY, Decimal("15.00")),
    ]


def test_a_draft_is_nobodys_business_until_it_is_ordered() -> None:
    assert due(purchase(state=PurchaseState.DRAFT)).claimable == {}


def test_an_item_on_two_lines_fills_one_after_the_other_and_too_much_stays_on_the_last() -> None:
    lines = (line("l1", 4), line("l2", 6))
    found = arrange(lines, [("s1", SHIRT, 5, MONDAY, ""), ("s2", SHIRT, 7, TUESDAY, ""), ("s3", MUG, 1, TUESDAY, "")])
    assert [(a.line, a.quantity) for a in found] == [("l1", 4), ("l2", 1), ("l2", 7), ("", 1)]


counts = st.lists(st.tuples(st.sampled_from(["s1", "s2"]), st.integers(0, 40)), min_size=1, max_size=8)


@given(counts, st.decimals("0", "99.9999", places=4))
def test_receipts_add_up_to_what_has_arrived_at_its_cost_whatever_the_steps(steps: Any, cost: Decimal) -> None:
    lines = (line(quantity=30, cost=str(cost), tax_percent=Decimal("12.5")),)
    known = due(purchase(*lines))
    so_far: dict[str, int] = {}
    for n, (key, units) in enumerate(steps):
        so_far[key] = units
        read = purchase(
            *lines,
            arrived=tuple(arrived(u, k, day=MONDAY) for k, u in so_far.items()),
            seen_on=MONDAY + timedelta(days=n),
        )
        known = known.updated(read)
        assert known.updated(read) == known
    units = sum(so_far.values())
    assert sum(one.quantity for r in known.receipts for one in r.lines) == units
    whole = (cost * units).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert sum((r.amount or ZERO for r in known.receipts), ZERO) == whole
    tax = (whole * Decimal("12.5") / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert sum((c.amount for c in known.charges), ZERO) == tax
    ids = [*(r.id for r in known.receipts), *(c.id for c in known.charges)]
    assert len(set(ids)) == len(ids)


def usd(amount: str, currency: str = "USD") -> dict[str, str]:
    return {"amount": amount, "currencyCode": currency}


def order_node(*accepted: int, **more: Any) -> dict[str, Any]:
    shipments = [
        {
            "id": f"gid://shopify/InventoryShipment/{n}",
            "name": f"#S{n}",
            "status": "RECEIVED",
            "dateShipped": None,
            "dateReceived": "2026-11-04T02:00:00Z",
            "lineItems": [
                {
                    "id": f"gid://shopify/InventoryShipmentLineItem/{n}",
                    "quantity": 10,
                    "acceptedQuantity": units,
                    "rejectedQuantity": 1,
                    "inventoryItem": {"id": SHIRT, "sku": "SHIRT-M"},
                }
            ],
        }
        for n, units in enumerate(accepted)
    ]
    return {
        "id": "gid://shopify/InventoryPurchaseOrder/1",
        "name": "#PO1",
        "status": "ORDERED",
        "currency": "USD",
        "dateCreated": "2026-11-01T10:00:00Z",
        "orderedAt": "2026-11-03T03:00:00Z",
        "origin": {"supplierName": "Acme"},
        "destination": {"name": "Depot", "location": {"id": "gid://shopify/Location/2"}},
        "lineItems": [
            {
                "id": "gid://shopify/InventoryPurchaseOrderLineItem/1",
                "title": "Shirt",
                "variantTitle": "M",
                "supplierSku": "A-1",
                "totalQuantity": 10,
                "taxPercent": "25.0",
                "unitCost": usd("8.5"),
                "inventoryItem": {"id": SHIRT, "sku": "SHIRT-M"},
            }
        ],
        "transfers": [{"id": "t", "name": "#T1", "shipments": shipments}],
    } | more


def test_shopifys_purchase_order_is_billed_for_what_its_shipments_accepted() -> None:
    found = read_purchase_order(order_node(4, 6), ZONE, FRIDAY)
    assert (found.number, found.supplier, found.day, found.location) == ("#PO1", "Acme", MONDAY, "Depot")
    (receipt,) = found.receipts
    assert (receipt.day, receipt.amount) == (TUESDAY, Decimal("85.00"))  # 21:00 in New York
    assert [one.reference for one in receipt.lines] == ["#S0", "#S1"]
    assert [(c.kind, c.amount) for c in found.charges] == [(ChargeKind.TAX, Decimal("21.25"))]


def test_without_the_permission_for_transfers_nothing_has_arrived_as_far_as_is_known() -> None:
    found = read_purchase_order(order_node(transfers=None), ZONE, FRIDAY)
    assert found.receipts == () and found.open_units == 10


def test_a_supplier_a_cost_and_a_destination_may_be_missing() -> None:
    node = order_node(origin=None, destination=None, orderedAt=None, status="A_NEW_ONE")
    node["lineItems"][0] |= {"unitCost": None, "taxPercent": None, "inventoryItem": None}
    found = read_purchase_order(node, ZONE, FRIDAY)
    assert (found.supplier, found.day, found.state) == ("", date(2026, 11, 1), PurchaseState.ORDERED)


@pytest.mark.parametrize(
    "change",
    [{"dateCreated": None, "orderedAt": None}, {"currency": None}, {"lineItems": {"nodes": []}}, {"currency": "EUR"}],
)
def test_a_purchase_order_that_makes_no_sense_is_named(change: dict[str, Any]) -> None:
    with pytest.raises(UnreadableFact, match="#PO1"):
        read_purchase_order(order_node(4) | change, ZONE, FRIDAY)
