"""What a bookkeeper finds in QuickBooks of stock that was counted: the Inventory Adjustment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from connector.accounting.list_elements import ListRef

_ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class AdjustedLine:
    """Units of an item that were found (positive) or are missing. ``amount`` is QuickBooks' business: it values units
    at the item's own average cost."""

    item: ListRef
    quantity: Decimal
    account: str
    description: str = ""
    amount: Decimal = _ZERO


@dataclass(frozen=True, slots=True)
class InventoryAdjustment:
    """Units against ``account``, for ``location`` (a class), of which QuickBooks takes one a document."""

    account: str
    location: ListRef | None
    day: date
    ref_number: str
    memo: str
    lines: tuple[AdjustedLine, ...]
