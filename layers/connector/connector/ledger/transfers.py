"""Goods on the way: transfers between the shop's own locations, and the shipments by which purchases arrive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from connector.ledger.business_day import business_day
from connector.ledger.nodes import Node, count, moment, moment_of, reading, required, text, unit_cost, whole


@dataclass(frozen=True, slots=True)
class ShipmentLine:
    """``quantity`` was sent; of it ``accepted`` went into stock and ``rejected`` did not."""

    id: str
    item: str
    sku: str
    quantity: int
    accepted: int
    rejected: int
    unit_cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Shipment:
    id: str
    name: str
    state: str
    sent_at: datetime | None
    received_at: datetime | None
    lines: tuple[ShipmentLine, ...]

    @property
    def sent(self) -> bool:
        return self.sent_at is not None or self.received_at is not None


@dataclass(frozen=True, slots=True)
class TransferLine:
    id: str
    item: str
    sku: str
    title: str
    quantity: int
    shipped: int


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transfer as it is now. ``shipments`` is None without the permission to see them.

    It moves no money, and no stock in a company that keeps one stock of an item: nothing of it is to be claimed.
    """

    id: str
    name: str
    day: date
    state: str
    origin_id: str
    origin: str
    destination_id: str
    destination: str
    lines: tuple[TransferLine, ...]
    shipments: tuple[Shipment, ...] | None = None

    @property
    def claimable(self) -> dict[str, date]:
        return {}

    def updated(self, newer: Transfer) -> Transfer:
        return newer


def read_transfer(node: Node, zone: ZoneInfo, currency: str) -> Transfer:
    """``lineItems`` and each shipment's are complete lists; ``shipments`` too, or absent. Raises ``UnreadableFact``."""
    with reading("transfer", node):
        origin, destination = node.get("origin") or {}, node.get("destination") or {}
        shipments = node.get("shipments")
        return Transfer(
            id=required(node, "id"),
            name=text(node, "name"),
            day=business_day(moment_of(node, "dateCreated"), zone),
            state=text(node, "status"),
            origin_id=_location(origin),
            origin=text(origin, "name"),
            destination_id=_location(destination),
            destination=text(destination, "name"),
            lines=tuple(_line(line) for line in whole(node, "lineItems")),
            shipments=None if shipments is None else read_shipments(node, currency),
        )


def read_shipments(node: Node, currency: str) -> tuple[Shipment, ...]:
    """The shipments of a transfer node. Raises ``UnreadableFact``."""
    with reading("shipment", node):
        return tuple(_shipment(shipment, currency) for shipment in whole(node, "shipments"))


def _shipment(node: Node, currency: str) -> Shipment:
    sent, received = node.get("dateShipped"), node.get("dateReceived")
    return Shipment(
        id=required(node, "id"),
        name=text(node, "name"),
        state=text(node, "status"),
        sent_at=moment(sent) if sent else None,
        received_at=moment(received) if received else None,
        lines=tuple(_shipment_line(line, currency) for line in whole(node, "lineItems")),
    )


def _shipment_line(node: Node, currency: str) -> ShipmentLine:
    item = node.get("inventoryItem") or {}
    return ShipmentLine(
        id=required(node, "id"),
        item=item.get("id") or "",
        sku=item.get("sku") or "",
        quantity=count(node, "quantity"),
        accepted=count(node, "acceptedQuantity"),
        rejected=count(node, "rejectedQuantity"),
        unit_cost=unit_cost(item.get("unitCost"), currency),
    )


def _line(node: Node) -> TransferLine:
    item = node.get("inventoryItem") or {}
    return TransferLine(
        id=required(node, "id"),
        item=item.get("id") or "",
        sku=item.get("sku") or "",
        title=text(node, "title"),
        quantity=count(node, "totalQuantity"),
        shipped=count(node, "shippedQuantity"),
    )


def _location(snapshot: Node) -> str:
    """The location behind a snapshot; it may have been deleted since."""
    return (snapshot.get("location") or {}).get("id") or ""


def moved(transfer: Transfer) -> Iterator[tuple[str, str, int]]:
    """(item, location, units) that a transfer has moved so far: out of its origin, into its destination."""
    yield from ((item, location, units) for _, item, location, units in movements(transfer))


def movements(transfer: Transfer) -> Iterator[tuple[str, str, str, int]]:
    """The same with a key for each line of a shipment and each end of it.

    What the destination rejected of the shop's own goods has arrived too: that it is not in stock there is a loss of
    its own. What it rejected of a supplier's was never the shop's.
    """
    for shipment in transfer.shipments or ():
        for line in shipment.lines:
            if shipment.sent and transfer.origin_id:
                yield f"{line.id}#sent", line.item, transfer.origin_id, -line.quantity
            if arrived := line.accepted + (line.rejected if transfer.origin_id else 0):
                yield f"{line.id}#arrived", line.item, transfer.destination_id, arrived
