"""Stock that changed without a sale, a purchase or a transfer: counted, damaged, given away.

The Admin API of 2026-10 has no history of inventory (``inventoryHistory`` is unstable only). So two snapshots are
compared, and what the known movements do not explain is an adjustment. A snapshot holds what is *unsold*: on hand less
committed, since a sale takes its goods out of the books when it is made and not when the parcel leaves.

Limits: an adjustment carries no reason and no time of its own, only the day of the later snapshot; two opposite ones
between two snapshots leave nothing; and goods that come back with a refund but not into stock show as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from connector.ledger.business_day import business_day
from connector.ledger.facts import SaleFact
from connector.ledger.nodes import Node, Unclear, count, reading, required, whole

Place = tuple[str, str]
"""(inventory item, location); a movement whose location is not known has an empty one."""

Snapshot = Mapping[Place, int]
Moves = Mapping[Place, int]


@dataclass(frozen=True, slots=True)
class StockAdjustment:
    """Units that appeared (positive) or went without a movement that we know; ``location`` may be empty."""

    id: str
    day: date
    item: str
    location: str
    quantity: int
    unit_cost: Decimal | None = None

    @property
    def claimable(self) -> dict[str, date]:
        return {self.id: self.day}

    def updated(self, newer: StockAdjustment) -> StockAdjustment:
        return self


def read_levels(node: Node) -> dict[Place, int]:
    """The unsold units of an inventory item by location; ``inventoryLevels`` is a complete list.

    Nothing for an item that is not tracked. Raises ``UnreadableFact``.
    """
    with reading("inventory item", node, "sku"):
        item = required(node, "id")
        if not node.get("tracked"):
            return {}
        levels: dict[Place, int] = {}
        for level in whole(node, "inventoryLevels"):
            quantities = {q["name"]: count(q, "quantity") for q in level["quantities"]}
            if "on_hand" not in quantities or "committed" not in quantities:
                raise Unclear("Shopify does not say what is on hand and committed of it")
            levels[item, required(level["location"], "id")] = quantities["on_hand"] - quantities["committed"]
        return levels


def sold_units(sales: Iterable[SaleFact], items: Mapping[str, str]) -> dict[Place, int]:
    """What sales and returns move; ``items`` gives the inventory item of a variant. Their location is not known."""
    moves: dict[Place, int] = {}
    for sale in sales:
        item = items.get(sale.product.variant_id or "") if sale.product else None
        if item and sale.quantity:
            moves[item, ""] = moves.get((item, ""), 0) - sale.quantity
    return moves


def together(*parts: Moves) -> dict[Place, int]:
    """All movements as one."""
    total: dict[Place, int] = {}
    for part in parts:
        for place, units in part.items():
            total[place] = total.get(place, 0) + units
    return total


def adjustments(
    before: Snapshot,
    after: Snapshot,
    moves: Moves,
    at: datetime,
    zone: ZoneInfo,
    costs: Mapping[str, Decimal | None] | None = None,
) -> tuple[StockAdjustment, ...]:
    """What changed between two snapshots without being moved; ``at`` is when the later one was taken.

    Per item the adjustments add up to the difference less the movements. Movements of unknown location are set off
    where the stock changed that way; what is left of them stands without a location.
    """
    differences = together(after, _negative(before), _negative(moves))
    by_item: dict[str, dict[str, int]] = {}
    for (item, location), units in differences.items():
        by_item.setdefault(item, {})[location] = units
    day = business_day(at, zone)
    return tuple(
        StockAdjustment(
            id=f"{item}@{location.rpartition('/')[2]}#{at.isoformat()}",
            day=day,
            item=item,
            location=location,
            quantity=units,
            unit_cost=(costs or {}).get(item),
        )
        for item, differences_of in sorted(by_item.items())
        for location, units in sorted(_set_off(differences_of).items())
        if units
    )


def _negative(moves: Moves) -> dict[Place, int]:
    return {place: -units for place, units in moves.items()}


def _set_off(differences: Mapping[str, int]) -> dict[str, int]:
    """The differences of an item, those without a location spread over the ones that they explain."""
    left = dict(differences)
    anywhere = left.pop("", 0)
    for location in sorted(left, key=lambda name: (-abs(left[name]), name)):
        if left[location] * anywhere < 0:
            taken = min(abs(left[location]), abs(anywhere)) * (1 if anywhere > 0 else -1)
            left[location] += taken
            anywhere -= taken
    return left | {"": anywhere}
