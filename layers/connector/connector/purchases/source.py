"""What every source of purchases answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from connector.ledger.nodes import UnreadableFact
from connector.ledger.purchases import Purchase
from connector.shopify.permissions import Missing


@dataclass(frozen=True, slots=True)
class PurchasesPage:
    """``unreadable`` are purchases that make no sense, each named; ``missing`` what the shop has not granted.

    ``cursor`` is None on the last page.
    """

    purchases: tuple[Purchase, ...]
    cursor: str | None = None
    unreadable: tuple[UnreadableFact, ...] = ()
    missing: tuple[Missing, ...] = ()


class PurchaseSource(Protocol):
    """Purchases of one shop, page by page, each whole. A source may give more than what changed, never less."""

    @property
    def name(self) -> str: ...

    def page(self, updated_since: datetime, cursor: str | None) -> PurchasesPage: ...
