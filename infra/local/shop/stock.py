"""The goods on the shelves, what moves between the shops, and what is ordered from suppliers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any

from infra.local.shop.by_hand import counts
from infra.local.shop.listing import listed
from infra.local.shop.model import Location, Order, Variant, legacy_id
from infra.local.shop.nodes import Frame, Node, Rows, inventory_item_node, location_node
from infra.local.shop.world import World

AT_FIRST = 500
"""Of every variant in every shop, when the world begins."""

_CENT = Decimal("0.01")
_NAMES = ("available", "on_hand", "committed", "incoming", "damaged", "reserved", "safety_stock", "quality_control")


Move = tuple[datetime, int, int]
"""When, by how many the shelf changed, and by how many what is committed."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A shipment: for each variant how many were sent, accepted and rejected when it arrived."""

    id: str
    name: str
    sent_at: datetime
    received_at: datetime
    lines: tuple[tuple[Variant, int, int, int], ...]

    def received(self, at: datetime) -> bool:
        return self.received_at <= at


@dataclass(frozen=True, slots=True)
class Transfer:
    id: str
    name: str
    created_at: datetime
    origin: str
    origin_location: Location | None
    destination: Location
    lines: tuple[tuple[Variant, int], ...]
    deliveries: tuple[Delivery, ...]


@dataclass(frozen=True, slots=True)
class PurchaseOrder:
    """``lines``: variant, quantity, unit cost, tax in percent. Not ordered yet, it is a draft."""

    id: str
    name: str
    supplier: str
    created_at: datetime
    ordered_at: datetime | None
    destination: Location
    lines: tuple[tuple[Variant, int, Decimal, Decimal], ...]
    transfer: Transfer | None = None


class Stock:
    def __init__(self, world: World) -> None:
        self.world = world

    @cached_property
    def _moves(self) -> dict[tuple[str, str], list[Move]]:
        """(variant, location) → what moved there, oldest first."""
        found: dict[tuple[str, str], list[Move]] = {}
        for order in self.world:
            for *where, move in () if order.test else self._of_order(order):
                found.setdefault((where[0], where[1]), []).append(move)
        for transfer in self.transfers:
            for delivery in transfer.deliveries:
                for variant, sent, accepted, _ in delivery.lines:
                    arrived = found.setdefault((variant.id, transfer.destination.id), [])
                    arrived.append((delivery.received_at, accepted, 0))
                    if transfer.origin_location:
                        left = found.setdefault((variant.id, transfer.origin_location.id), [])
                        left.append((delivery.sent_at, -sent, 0))
        for counted in counts(self.world):
            place = self.world.catalog.locations[counted.location]
            found.setdefault((self._goods[counted.product].id, place.id), []).append((counted.at, counted.units, 0))
        return {where: sorted(moves) for where, moves in found.items()}

    @property
    def _goods(self) -> list[Variant]:
        return [variant for variant in self.world.catalog.variants if variant.unit_cost is not None]

    def found(self) -> Iterator[tuple[datetime, Variant, int]]:
        """What is in stock, or is not, without a sale, a purchase or a transfer: counted, or rejected on arrival."""
        for counted in counts(self.world):
            yield counted.at, self._goods[counted.product], counted.units
        for transfer in self.transfers:
            for delivery in transfer.deliveries if transfer.origin_location else ():
                yield from ((delivery.received_at, line[0], -line[3]) for line in delivery.lines if line[3])

    def _of_order(self, order: Order) -> Iterator[tuple[str, str, Move]]:
        """Goods are committed when they are sold, and leave the shelf when they are sent."""
        place = (order.retail_location or self.world.catalog.locations[0]).id
        variants = {line.id: line.variant.id for line in order.line_items if line.variant}
        sent = order.fulfilled_at
        waiting: dict[str, int] = {}
        for agreement in order.agreements:
            for sale in agreement.sales:
                if sale.line_type != "PRODUCT" or sale.of not in variants or not sale.quantity:
                    continue
                variant = variants[sale.of]
                if sent and agreement.happened_at >= sent:
                    yield variant, place, (agreement.happened_at, -sale.quantity, 0)
                else:
                    waiting[variant] = waiting.get(variant, 0) + sale.quantity
                    yield variant, place, (agreement.happened_at, 0, sale.quantity)
        if sent:
            yield from ((variant, place, (sent, -count, -count)) for variant, count in waiting.items())

    def counts(self, variant: Variant, place: Location, at: datetime) -> tuple[int, int]:
        """How many are on hand, and how many of them are committed to orders that were not sent yet."""
        moves = [move for move in self._moves.get((variant.id, place.id), ()) if move[0] <= at]
        return AT_FIRST + sum(move[1] for move in moves), sum(move[2] for move in moves)

    def available(self, variant: Variant, at: datetime) -> int:
        """In all shops together."""
        places = () if variant.is_gift_card else self.world.catalog.locations
        counted = (self.counts(variant, place, at) for place in places)
        return sum(on_hand - committed for on_hand, committed in counted)

    def levels(self, variant: Variant, frame: Frame) -> Rows:
        places = () if variant.is_gift_card else self.world.catalog.locations
        return Rows(places, lambda place: self._level(variant, place, frame))

    def _level(self, variant: Variant, place: Location, frame: Frame) -> Node:
        item, where = legacy_id(variant.inventory_item_id), legacy_id(place.id)

        def quantities(names: list[str]) -> list[Node]:
            on_hand, committed = self.counts(variant, place, frame.at)
            known = dict.fromkeys(_NAMES, 0)
            known |= {"available": on_hand - committed, "on_hand": on_hand, "committed": committed}
            return [
                {
                    "id": f"gid://shopify/InventoryQuantity/{where}-{item}-{name}",
                    "name": name,
                    "quantity": known[name],
                    "updatedAt": None,
                }
                for name in names
                if name in known
            ]

        moved = [move[0] for move in self._moves.get((variant.id, place.id), ()) if move[0] <= frame.at]
        return {
            "__typename": "InventoryLevel",
            "id": f"gid://shopify/InventoryLevel/{where}?inventory_item_id={item}",
            "isActive": True,
            "updatedAt": max(moved, default=variant.updated_at),
            "location": lambda: location_node(place),
            "quantities": quantities,
        }

    @cached_property
    def transfers(self) -> list[Transfer]:
        """One from shop to shop of which a piece broke on the way, a supplier's that came whole in two parts, one that
        came short."""
        main, annex = self.world.catalog.locations
        first, second, third = self._goods[:3]
        broken = 1 if len(self.world.days) > 2 else 0
        return [
            self._transfer(1, main.name, main, annex, ((first, 20),), (((first, 20, 20 - broken, broken),),)),
            self._transfer(
                2,
                "Northwind Mills",
                None,
                main,
                ((second, 60), (third, 24)),
                (((second, 40, 40, 0),), ((second, 20, 20, 0), (third, 24, 24, 0))),
            ),
            self._transfer(3, "Åkerblad & Co: Ceramics", None, annex, ((third, 30),), (((third, 18, 15, 3),),)),
        ]

    @cached_property
    def purchase_orders(self) -> list[PurchaseOrder]:
        main, annex = self.world.catalog.locations
        _, whole, short = self.transfers
        draft = tuple((variant, 12) for variant, _ in whole.lines)
        return [
            self._order(1, "Northwind Mills", main, whole.lines, Decimal("0"), whole),
            self._order(2, "Åkerblad & Co: Ceramics", annex, short.lines, Decimal("8.875"), short),
            self._order(3, "Northwind Mills", main, draft, Decimal("0"), None),
        ]

    def bought(self, until: datetime) -> Iterator[tuple[datetime, str, Decimal]]:
        """What the books must show of the purchase orders: when, line of the tie-out, amount. The suppliers are owed
        for what was accepted, and for the tax on it."""
        for order in self.purchase_orders:
            costs = {variant.id: (cost, tax) for variant, _, cost, tax in order.lines}
            for delivery in order.transfer.deliveries if order.transfer else ():
                if delivery.received_at >= until:
                    continue
                for variant, _, accepted, _ in delivery.lines:
                    cost, percent = costs[variant.id]
                    goods = (cost * accepted).quantize(_CENT, ROUND_HALF_UP)
                    tax = (goods * percent / 100).quantize(_CENT, ROUND_HALF_UP)
                    yield delivery.received_at, "purchases", goods
                    yield delivery.received_at, "purchase_tax", tax
                    yield delivery.received_at, "accounts_payable", -goods - tax

    def _transfer(
        self,
        number: int,
        origin: str,
        origin_location: Location | None,
        destination: Location,
        lines: tuple[tuple[Variant, int], ...],
        parts: tuple[tuple[tuple[Variant, int, int, int], ...], ...],
    ) -> Transfer:
        begun = self._time(0, 9) + timedelta(minutes=number)
        deliveries = tuple(
            Delivery(
                id=f"gid://shopify/InventoryShipment/{81_000_000 + number * 1_000 + part}",
                name=f"#T{number:04d}-{part + 1}",
                sent_at=begun + timedelta(hours=3 + part),
                received_at=self._time(min(part + 1, len(self.world.days) - 1), 10) + timedelta(minutes=number),
                lines=found,
            )
            for part, found in enumerate(parts)
        )
        gid = f"gid://shopify/InventoryTransfer/{80_000_000 + number * 32_768}"
        return Transfer(gid, f"#T{number:04d}", begun, origin, origin_location, destination, lines, deliveries)

    def _order(
        self,
        number: int,
        supplier: str,
        destination: Location,
        lines: tuple[tuple[Variant, int], ...],
        tax: Decimal,
        transfer: Transfer | None,
    ) -> PurchaseOrder:
        created = self._time(0, 8) + timedelta(minutes=number)
        gid = f"gid://shopify/InventoryPurchaseOrder/{90_000_000 + number * 32_768}"
        priced = tuple((variant, quantity, variant.unit_cost or Decimal(0), tax) for variant, quantity in lines)
        ordered = created + timedelta(minutes=30) if transfer else None
        return PurchaseOrder(gid, f"#PO{number:04d}", supplier, created, ordered, destination, priced, transfer)

    def _time(self, day: int, hour: int) -> datetime:
        return datetime.combine(self.world.days[day], time(hour), self.world.zone).astimezone(UTC)


_FIELDS = {"id": lambda node: legacy_id(node["id"]), "status": lambda node: node["status"]}


def stock_roots(stock: Stock, frame: Frame) -> dict[str, Any]:
    at = frame.at

    def transfers() -> list[Transfer]:
        return [transfer for transfer in stock.transfers if transfer.created_at <= at]

    def shipments() -> list[Delivery]:
        return [delivery for transfer in transfers() for delivery in transfer.deliveries if delivery.sent_at <= at]

    def orders() -> list[PurchaseOrder]:
        return [order for order in stock.purchase_orders if order.created_at <= at]

    def one(things: Any, make: Any) -> Any:
        return lambda context, id: next((make(thing, frame) for thing in things() if thing.id == id), None)

    def many(things: Any, make: Any) -> Any:
        return listed(things, lambda thing: make(thing, frame), _FIELDS, frame.zone)

    return {
        "inventoryTransfer": one(transfers, transfer_node),
        "inventoryTransfers": many(transfers, transfer_node),
        "inventoryShipment": one(shipments, shipment_node),
        "inventoryShipments": many(shipments, shipment_node),
        "inventoryPurchaseOrder": one(orders, purchase_order_node),
        "inventoryPurchaseOrders": many(orders, purchase_order_node),
    }


def transfer_node(transfer: Transfer, frame: Frame) -> Node:
    sent = [delivery for delivery in transfer.deliveries if delivery.sent_at <= frame.at]
    received = sum(
        n for d in sent if d.received(frame.at) for _, _, accepted, rejected in d.lines for n in (accepted, rejected)
    )
    whole = sum(quantity for _, quantity in transfer.lines)
    status = "TRANSFERRED" if received >= whole else "IN_PROGRESS" if sent else "READY_TO_SHIP"
    return {
        "__typename": "InventoryTransfer",
        "id": transfer.id,
        "name": transfer.name,
        "referenceName": None,
        "status": status,
        "dateCreated": transfer.created_at,
        "note": None,
        "tags": [],
        "totalQuantity": whole,
        "receivedQuantity": received,
        "origin": _place(transfer.origin, transfer.origin_location),
        "destination": _place(transfer.destination.name, transfer.destination),
        "lineItems": lambda **_: Rows(range(len(transfer.lines)), lambda n: _transfer_line(transfer, n, sent, frame)),
        "shipments": lambda **_: Rows(sent, lambda delivery: shipment_node(delivery, frame)),
    }


def _transfer_line(transfer: Transfer, number: int, sent: list[Delivery], frame: Frame) -> Node:
    variant, quantity = transfer.lines[number]
    return {
        "__typename": "InventoryTransferLineItem",
        "id": f"gid://shopify/InventoryTransferLineItem/{legacy_id(transfer.id) + number + 1}",
        "title": variant.product_title,
        "totalQuantity": quantity,
        "shippedQuantity": sum(count for d in sent for v, count, _, _ in d.lines if v.id == variant.id),
        "inventoryItem": lambda: inventory_item_node(variant, frame),
    }


def shipment_node(delivery: Delivery, frame: Frame) -> Node:
    arrived = delivery.received(frame.at)
    accepted = sum(line[2] for line in delivery.lines) if arrived else 0
    rejected = sum(line[3] for line in delivery.lines) if arrived else 0
    return {
        "__typename": "InventoryShipment",
        "id": delivery.id,
        "name": delivery.name,
        "status": "RECEIVED" if arrived else "IN_TRANSIT",
        "barcode": None,
        "dateCreated": delivery.sent_at,
        "dateShipped": delivery.sent_at,
        "dateReceived": delivery.received_at if arrived else None,
        "lineItemTotalQuantity": sum(line[1] for line in delivery.lines),
        "totalAcceptedQuantity": accepted,
        "totalReceivedQuantity": accepted + rejected,
        "totalRejectedQuantity": rejected,
        "tracking": {"company": "Harbor Freight", "trackingNumber": f"HF{legacy_id(delivery.id)}", "arrivesAt": None},
        "lineItems": lambda **_: Rows(
            range(len(delivery.lines)), lambda n: _shipment_line(delivery, n, arrived, frame)
        ),
    }


def _shipment_line(delivery: Delivery, number: int, arrived: bool, frame: Frame) -> Node:
    variant, sent, accepted, rejected = delivery.lines[number]
    return {
        "__typename": "InventoryShipmentLineItem",
        "id": f"gid://shopify/InventoryShipmentLineItem/{legacy_id(delivery.id) * 10 + number}",
        "quantity": sent,
        "acceptedQuantity": accepted if arrived else 0,
        "rejectedQuantity": rejected if arrived else 0,
        "unreceivedQuantity": 0 if arrived else sent,
        "inventoryItem": lambda: inventory_item_node(variant, frame),
    }


def purchase_order_node(order: PurchaseOrder, frame: Frame) -> Node:
    ordered = order.ordered_at if order.ordered_at and order.ordered_at <= frame.at else None
    transfers = [order.transfer] if order.transfer and order.transfer.created_at <= frame.at else []
    return {
        "__typename": "InventoryPurchaseOrder",
        "id": order.id,
        "name": order.name,
        "status": "ORDERED" if ordered else "DRAFT",
        "currency": frame.currency,
        "dateCreated": order.created_at,
        "orderedAt": ordered,
        "archivedAt": None,
        "origin": {"supplierName": order.supplier},
        "destination": _place(order.destination.name, order.destination),
        "lineItems": lambda **_: Rows(range(len(order.lines)), lambda n: _order_line(order, n, frame)),
        "transfers": lambda **_: Rows(transfers, lambda transfer: transfer_node(transfer, frame)),
    }


def _order_line(order: PurchaseOrder, number: int, frame: Frame) -> Node:
    variant, quantity, cost, tax = order.lines[number]
    net = cost * quantity
    return {
        "__typename": "InventoryPurchaseOrderLineItem",
        "id": f"gid://shopify/InventoryPurchaseOrderLineItem/{legacy_id(order.id) + number + 1}",
        "title": variant.product_title,
        "variantTitle": variant.title,
        "supplierSku": f"S-{variant.sku}" if variant.sku else None,
        "totalQuantity": quantity,
        "taxPercent": tax,
        "unitCost": frame.money(cost),
        "subtotal": frame.money(net),
        "totalCost": frame.money((net * (1 + tax / 100)).quantize(Decimal("0.01"))),
        "inventoryItem": lambda: inventory_item_node(variant, frame),
    }


def _place(name: str, location: Location | None) -> Node:
    return {"name": name, "location": location and (lambda: location_node(location))}
