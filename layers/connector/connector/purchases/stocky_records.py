"""A purchase order of Stocky's (API v2) as a purchase.

Stocky keeps amounts twice: in the supplier's currency and, with ``_local`` or as ``cost_price``, in the shop's. The
books take the shop's; where an order in another currency has none, it stays in its own currency and waits for a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from connector.ledger.business_day import business_day
from connector.ledger.nodes import Unclear, cents, decimal, reading, required, whole
from connector.ledger.purchases import Arrived, Charge, ChargeKind, Purchase, PurchaseLine, PurchaseState, due

SOURCE = "stocky"
Record = dict[str, Any]

_ARRIVED = frozenset({"delivered", "received", "complete", "completed"})
_ITEM = "gid://shopify/InventoryItem/"
_LOCATION = "gid://shopify/Location/"
_DAY_FIRST = ("%d/%m/%Y %H:%M", "%d/%m/%Y")


def read_stocky_order(record: Record, zone: ZoneInfo, currency: str, seen_on: date) -> Purchase:
    """Raises ``UnreadableFact``."""
    with reading("Stocky purchase order", record | {"id": str(record.get("id")), "name": _text(record, "number")}):
        id_ = f"stocky:{required(record, 'id')}"
        theirs = _text(record, "currency") or currency
        items = whole(record, "purchase_items")
        local = theirs == currency or (
            all(item.get("cost_price") is not None for item in items)
            # Freight of another currency must not be taken for the shop's.
            and all(
                record.get(f"{name}_local") is not None for name in ("shipping", "adjustments") if _any(record, name)
            )
        )
        lines = tuple(_line(id_, item, local) for item in items)
        ordered = record.get("ordered_at") or record.get("generated_at") or record.get("created_at")
        location = record.get("shopify_receive_location_id")
        purchase = Purchase(
            id=id_,
            source=SOURCE,
            number=_text(record, "number") or _text(record, "sequential_id"),
            supplier=_text(record, "supplier_name"),
            supplier_id=_text(record, "supplier_id"),
            currency=currency if local else theirs,
            day=_day(ordered, zone) or seen_on,
            state=PurchaseState.ORDERED if record.get("ordered_at") else PurchaseState.DRAFT,
            lines=lines,
            seen_on=seen_on,
            location_id=f"{_LOCATION}{location}" if location else "",
            arrived=tuple(
                Arrived(line.id, line.id, line.quantity, _day(item.get("received_at"), zone), line.item)
                for line, item in zip(lines, items, strict=True)
                if _has_arrived(item)
            ),
            stated_charges=_charges(record, local and theirs != currency),
            invoice_number=_text(record, "invoice_number"),
            invoice_day=_day(record.get("invoice_date"), zone),
            due_day=_day(record.get("payment_due_on"), zone),
            paid=bool(record.get("paid")),
            note=f"{theirs} order" if local and theirs != currency else "",
        )
    return due(purchase)


def _any(record: Record, name: str) -> bool:
    return bool(cents(record.get(name) or 0))


def _line(order: str, item: Mapping[str, Any], local: bool) -> PurchaseLine:
    costs = ("cost_price", "supplier_cost_price") if local else ("supplier_cost_price",)
    cost = next((item[name] for name in costs if item.get(name) is not None), None)
    quantity = decimal(required(item, "quantity"))
    if quantity != quantity.to_integral_value():
        raise Unclear(f"{quantity} units of {_text(item, 'sku')} are not whole")
    number = item.get("inventory_item_id")
    return PurchaseLine(
        id=f"{order}#{required(item, 'id')}",
        item=f"{_ITEM}{number}" if number else "",
        sku=_text(item, "sku"),
        title=_text(item, "product_title"),
        quantity=int(quantity),
        unit_cost=None if cost is None else decimal(cost),
        variant_title=_text(item, "variant_title"),
    )


def _has_arrived(item: Mapping[str, Any]) -> bool:
    return bool(item.get("received_at")) or _text(item, "status").strip().lower() in _ARRIVED


def _charges(record: Record, local: bool) -> tuple[Charge, ...]:
    """``shipping`` is freight; ``adjustments`` are whatever else changes the total, a discount when negative."""

    def amount(name: str) -> Decimal:
        value = record.get(f"{name}_local") if local else record.get(name)
        return cents(value if value is not None else record.get(name) or 0)

    adjustments = amount("adjustments")
    other = ChargeKind.DISCOUNT if adjustments < 0 else ChargeKind.ADJUSTMENT
    charges = (Charge(ChargeKind.FREIGHT, amount("shipping")), Charge(other, adjustments))
    return tuple(charge for charge in charges if charge.amount)


def _day(value: Any, zone: ZoneInfo) -> date | None:
    """Stocky writes moments in ISO, and some as ``dd/mm/yyyy hh:mm`` of the shop's clock."""
    if not value:
        return None
    text = str(value)
    for form in _DAY_FIRST:
        try:
            return datetime.strptime(text, form).replace(tzinfo=zone).date()
        except ValueError:
            continue
    found = datetime.fromisoformat(text)
    return business_day(found, zone) if found.tzinfo else found.date()


def _text(record: Mapping[str, Any], name: str) -> str:
    value = record.get(name)
    return "" if value is None else str(value)
