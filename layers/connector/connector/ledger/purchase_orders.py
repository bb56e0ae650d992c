"""Shopify's own purchase orders (Admin API 2026-10, ``inventoryPurchaseOrders``) as purchases.

They say what was ordered at what cost, but nothing of freight, discounts or what has arrived; that is in the shipments
of the transfers linked to them.
"""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from connector.ledger.business_day import business_day
from connector.ledger.nodes import Node, Unclear, count, decimal, moment_of, reading, required, text, whole
from connector.ledger.purchases import Purchase, PurchaseLine, PurchaseState, arrange, due
from connector.ledger.transfers import Shipment, read_shipments

SOURCE = "shopify"


def read_purchase_order(node: Node, zone: ZoneInfo, seen_on: date) -> Purchase:
    """A purchase order with ``lineItems`` and ``transfers`` as whole lists, each transfer with ``shipments``.

    ``transfers`` is None where they may not be seen: then nothing has arrived as far as we know. Raises
    ``UnreadableFact``.
    """
    with reading("purchase order", node):
        id_, currency = required(node, "id"), required(node, "currency")
        ordered = "orderedAt" if node.get("orderedAt") else "dateCreated"
        destination = node.get("destination") or {}
        lines = tuple(_line(line, currency) for line in whole(node, "lineItems"))
        shipments = [s for t in node.get("transfers") or () for s in read_shipments(t, currency)]
        purchase = Purchase(
            id=id_,
            source=SOURCE,
            number=text(node, "name"),
            supplier=text(node.get("origin") or {}, "supplierName"),
            currency=currency,
            day=business_day(moment_of(node, ordered), zone),
            state=PurchaseState.DRAFT if node.get("status") == "DRAFT" else PurchaseState.ORDERED,
            lines=lines,
            seen_on=seen_on,
            location_id=(destination.get("location") or {}).get("id") or "",
            location=text(destination, "name"),
            arrived=arrange(lines, (a for shipment in shipments for a in _arrivals(shipment, zone))),
        )
    return due(purchase)


def _line(node: Node, currency: str) -> PurchaseLine:
    item, cost, tax = node.get("inventoryItem") or {}, node.get("unitCost"), node.get("taxPercent")
    if cost and cost["currencyCode"] != currency:
        raise Unclear(f"a line is in {cost['currencyCode']}, the order in {currency}")
    return PurchaseLine(
        id=required(node, "id"),
        item=item.get("id") or "",
        sku=item.get("sku") or "",
        title=text(node, "title"),
        quantity=count(node, "totalQuantity"),
        unit_cost=decimal(cost["amount"]) if cost else None,
        variant_title=text(node, "variantTitle"),
        supplier_sku=text(node, "supplierSku"),
        tax_percent=decimal(tax) if tax is not None else None,
    )


def _arrivals(shipment: Shipment, zone: ZoneInfo) -> list[tuple[str, str, int, date | None, str]]:
    day = _day(shipment.received_at, zone)
    return [(line.id, line.item, line.accepted, day, shipment.name) for line in shipment.lines if line.accepted]


def _day(moment: datetime | None, zone: ZoneInfo) -> date | None:
    return business_day(moment, zone) if moment else None
