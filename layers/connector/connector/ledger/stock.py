"""Stock that changed without a sale, a purchase or a transfer: counted, damaged, given away.

The Admin API of 2026-10 has no history of inventory (``inventoryHistory`` is unstable only). So two snapshots are
compared, and what the known movements do not explain is an adjustment. A snapshot holds what is *unsold*: on hand less
committed, since a sale takes its goods out of the books when it is made and not when the parcel leaves.

Limits: an adjustment carries no reason and no time of its own, only the day of the later snapshot; two opposite ones
between two snapshots leave nothing; and goods that come back with a refund but not into stock show as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from connector.ledger.business_day import business_day
from connector.ledger.facts import Product, SaleFact
from connector.ledger.nodes import Node, Unclear, count, moment_of, reading, required, unit_cost, whole

Place = tuple[str, str]
"""(inventory item, location); a movement whose location is not known has an empty one, or ``BACK`` if goods came back:
what went at one location and came back at another is two movements, not none."""

BACK = "back"

Snapshot = Mapping[Place, int]
Moves = Mapping[Place, int]
Items = Mapping[str, str]
"""The inventory item of a variant."""


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


@dataclass(frozen=True, slots=True)
class StockCount:
    """Adjustments of one location found by one snapshot, as many as a document takes; ``products`` are the variants of
    their inventory items, as far as the shop has them."""

    id: str
    day: date
    location_id: str
    location: str
    lines: tuple[StockAdjustment, ...]
    products: Mapping[str, Product] = field(default_factory=dict)

    @property
    def claimable(self) -> dict[str, date]:
        return {line.id: line.day for line in self.lines}

    def updated(self, newer: StockCount) -> StockCount:
        return self


@dataclass(frozen=True, slots=True)
class ItemStock:
    """What is unsold of an inventory item, by location. ``changed_at`` is when Shopify last moved any of it."""

    item: str
    levels: Mapping[str, int]
    changed_at: datetime | None = None
    unit_cost: Decimal | None = None


def read_item_stock(node: Node, currency: str) -> ItemStock | None:
    """None for an item that is not tracked. ``inventoryLevels`` is a complete list. Raises ``UnreadableFact``."""
    levels = read_levels(node)
    if not node.get("tracked"):
        return None
    with reading("inventory item", node, "sku"):
        changed = [moment_of(level, "updatedAt") for level in node["inventoryLevels"]]
        return ItemStock(
            item=required(node, "id"),
            levels={location: units for (_, location), units in levels.items()},
            changed_at=max(changed, default=None),
            unit_cost=unit_cost(node.get("unitCost"), currency),
        )


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


def sold_units(sold: Iterable[Sold], items: Items) -> dict[Place, int]:
    """What sales and returns move. Their location is not known."""
    moves: dict[Place, int] = {}
    for sale in sold:
        if item := items.get(sale.variant):
            place = (item, "" if sale.units > 0 else BACK)
            moves[place] = moves.get(place, 0) - sale.units
    return moves


def sold_of(sales: Iterable[SaleFact]) -> Iterator[Sold]:
    """The sales that move stock."""
    for sale in sales:
        if sale.product and sale.product.variant_id and sale.quantity:
            yield Sold(sale.product.variant_id, sale.quantity, sale.happened_at)


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


# A snapshot as it is compared with the next one.


@dataclass(frozen=True, slots=True)
class Shelves:
    """``units`` are the unsold ones. What of each movement of goods on their way has been counted is kept with them
    (``moved``, by the movement's key), and since when stock is compared at all (``begun_at``)."""

    units: Snapshot
    moved: Mapping[str, int]
    begun_at: datetime


@dataclass(frozen=True, slots=True)
class Sold:
    """Units of a variant that left with a sale, or came back with a return (negative)."""

    variant: str
    units: int
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class Movement:
    """What has been sent from or come to a location so far under one ``key`` of Shopify's or a supplier's papers."""

    key: str
    item: str
    location: str
    units: int


def moves_between(
    before: Shelves, moved: Mapping[str, int], sold: Iterable[Sold], movements: Iterable[Movement], items: Items
) -> dict[Place, int]:
    """What is known to have moved since ``before``: ``sold`` are the sales that became known since, and of each
    movement it is what has come (``moved``) beyond what was counted then."""
    moves = sold_units((sale for sale in sold if sale.happened_at >= before.begun_at), items)
    for movement in movements:
        place = (movement.item, movement.location)
        come = moved.get(movement.key, 0) - before.moved.get(movement.key, 0)
        moves[place] = moves.get(place, 0) + come
    return moves


def shelves(
    found: Iterable[ItemStock],
    at: datetime,
    before: Shelves | None,
    *,
    later: Iterable[Sold],
    sold: Iterable[Sold],
    movements: Iterable[Movement],
    items: Items,
) -> Shelves:
    """What was unsold at ``at``, from what is unsold now; without ``before`` it is the beginning.

    ``later`` are sales from then on: those that an item's last change can already show are put back. Of ``sold``, which
    will not be told again, those from then on are taken out already. An item that Shopify does not track any more is
    not compared: it stays as it was, moved by what is known.
    """
    movements, sold = tuple(movements), tuple(sold)
    stock = {one.item: one for one in found}
    units = {(item, location): count for item, one in stock.items() for location, count in one.levels.items()}
    for sale in later:
        one = stock.get(items.get(sale.variant, ""))
        if one and one.changed_at and at <= sale.happened_at <= one.changed_at:
            units[one.item, ""] = units.get((one.item, ""), 0) + sale.units
    for sale in sold:
        item = items.get(sale.variant, "")
        if item in stock and sale.happened_at >= at:
            units[item, ""] = units.get((item, ""), 0) - sale.units
    moved = {movement.key: movement.units for movement in movements}
    if before is None:
        return Shelves(units, moved, at)
    gone = {place: count for place, count in before.units.items() if place[0] not in stock}
    items_gone = {item for item, _ in gone}
    since = moves_between(before, moved, sold, movements, items)
    return Shelves(
        together(units, gone, {place: count for place, count in since.items() if place[0] in items_gone}),
        moved,
        before.begun_at,
    )


def found_since(
    before: Shelves,
    after: Shelves,
    at: datetime,
    zone: ZoneInfo,
    *,
    sold: Iterable[Sold],
    movements: Iterable[Movement],
    items: Items,
    costs: Mapping[str, Decimal | None],
) -> tuple[StockAdjustment, ...]:
    """The adjustments between two snapshots, of the items that both times or at the later one were tracked."""
    known = {item for item, _ in after.units}
    moves = moves_between(before, after.moved, sold, movements, items)
    moves = {place: count for place, count in moves.items() if place[0] in known}
    return adjustments(before.units, after.units, moves, at, zone, costs)


def _negative(moves: Moves) -> dict[Place, int]:
    return {place: -units for place, units in moves.items()}


def _set_off(differences: Mapping[str, int]) -> dict[str, int]:
    """The differences of an item, those without a location spread over the ones that they explain.

    As many units as went and came back somewhere explain what is missing at one location and too much at another.
    """
    left = dict(differences)
    went, back = left.pop("", 0), left.pop(BACK, 0)
    anywhere = went + back
    for location in sorted(left, key=lambda name: (-abs(left[name]), name)):
        if left[location] * anywhere < 0:
            taken = min(abs(left[location]), abs(anywhere)) * (1 if anywhere > 0 else -1)
            left[location] += taken
            anywhere -= taken
    pairs = min(went, -back) if went > 0 > back else 0
    missing = sum(-units for units in left.values() if units < 0)
    beyond = sum(units for units in left.values() if units > 0)
    for sign in (-1, 1):
        open_ = min(pairs, missing, beyond)
        for location in sorted(left, key=lambda name: (-abs(left[name]), name)):
            taken = min(open_, max(sign * left[location], 0))
            left[location] -= sign * taken
            open_ -= taken
    return left | {"": anywhere}
