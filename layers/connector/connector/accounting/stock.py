"""Stock that was counted, damaged or given away: found or missing without a sale, a purchase or a transfer.

Detailed inventory: an Inventory Adjustment, whose units QuickBooks values at its own average cost. Summary inventory: a
journal entry by amount, the units times Shopify's unit cost, what was found apart from what is missing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from connector.accounting.buckets import STOCK_ADJUSTED, STOCK_ADJUSTMENTS
from connector.accounting.documents import JournalEntry, ListRef
from connector.accounting.items import account, describe, location_class, variant_item
from connector.accounting.movements import Side, movement
from connector.accounting.policy import Mode, Policy
from connector.accounting.stock_documents import AdjustedLine, InventoryAdjustment
from connector.ledger.facts import ZERO
from connector.ledger.stock import StockAdjustment, StockCount


@dataclass(frozen=True, slots=True)
class Adjusted:
    """``document`` carries ``parts``; ``moot`` are worth nothing by Shopify's cost, ``left`` can't be booked because of
    ``reason``."""

    document: InventoryAdjustment | JournalEntry | None
    parts: tuple[str, ...]
    moot: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    reason: str = ""


def adjust(counted: StockCount, open_: Collection[str], policy: Policy, ref_number: str) -> Adjusted:
    """The document of the lines in ``open_`` that can be booked. Raises ``Unmapped`` where no account is chosen."""
    lines = [line for line in counted.lines if line.id in open_]
    if policy.inventory is Mode.DETAILED:
        return _by_units(counted, lines, policy, ref_number)
    return _by_amount(counted, lines, policy, ref_number)


def _by_units(counted: StockCount, lines: list[StockAdjustment], policy: Policy, ref_number: str) -> Adjusted:
    against = account(STOCK_ADJUSTMENTS, ZERO, policy)
    known = [line for line in lines if _is_named(counted, line)]
    left = [line for line in lines if not _is_named(counted, line)]
    adjusted = tuple(
        AdjustedLine(
            variant_item(product, _value(line), policy),
            Decimal(line.quantity),
            against,
            describe(product),
        )
        for line in known
        if (product := counted.products[line.item])
    )
    place = _location(counted, policy)
    document = InventoryAdjustment(against, place, counted.day, ref_number, _memo(counted), adjusted)
    return Adjusted(
        document if adjusted else None,
        tuple(line.id for line in known),
        left=tuple(line.id for line in left),
        reason=_unnamed(left),
    )


def _by_amount(counted: StockCount, lines: list[StockAdjustment], policy: Policy, ref_number: str) -> Adjusted:
    known = [line for line in lines if line.unit_cost is not None]
    left = [line for line in lines if line.unit_cost is None]
    worth = [line for line in known if _value(line)]
    sides = [
        side
        for value in (_sum(worth, 1), _sum(worth, -1))
        if value
        for side in (
            Side(STOCK_ADJUSTED, value, account(STOCK_ADJUSTED, value, policy)),
            Side(STOCK_ADJUSTMENTS, -value, account(STOCK_ADJUSTMENTS, value, policy)),
        )
    ]
    document = movement(counted.day, ref_number, _memo(counted), sides, _location(counted, policy)) if sides else None
    reason = f"no unit cost is known in Shopify for {_units(left)} of its stock" if left else ""
    worthless = tuple(line.id for line in known if not _value(line))
    return Adjusted(document, tuple(one.id for one in worth), worthless, tuple(one.id for one in left), reason)


def value_of(counted: StockCount, open_: Collection[str]) -> Decimal:
    """What the lines in ``open_`` are worth by Shopify's cost, found and missing alike."""
    return sum((abs(_value(line)) for line in counted.lines if line.id in open_), ZERO)


def title_of(counted: StockCount) -> str:
    return f"Stock of {counted.location or 'an unknown location'}, {counted.day}"


def _value(line: StockAdjustment) -> Decimal:
    return ((line.unit_cost or ZERO) * line.quantity).quantize(ZERO)


def _sum(lines: list[StockAdjustment], sign: int) -> Decimal:
    return sum((_value(line) for line in lines if line.quantity * sign > 0), ZERO)


def _is_named(counted: StockCount, line: StockAdjustment) -> bool:
    product = counted.products.get(line.item)
    return product is not None and bool(product.variant_id)


def _unnamed(left: list[StockAdjustment]) -> str:
    return f"the shop has no product for {_units(left)} of its stock" if left else ""


def _units(lines: list[StockAdjustment]) -> str:
    count = sum(abs(line.quantity) for line in lines)
    return f"{count} unit" if count == 1 else f"{count} units"


def _memo(counted: StockCount) -> str:
    return f"Shopify stock count, {counted.location}" if counted.location else "Shopify stock count"


def _location(counted: StockCount, policy: Policy) -> ListRef | None:
    return location_class(counted.location_id, counted.location, "", policy)
