"""What the steps of a preparation work with; built once per invocation, replaced by fakes in tests."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from connector.purchases.stocky import Stocky
from connector.shopify.bulk import AT_ONCE
from connector.shopify.bulk_orders import BulkOrders
from connector.shopify.client import AdminClient
from connector.storage.table import Table


class OrdersSource(Protocol):
    """Shopify's orders of one shop, complete and page by page."""

    def page(self, updated_since: datetime, cursor: str | None) -> tuple[list[dict[str, Any]], str | None]:
        """(order nodes, cursor of the next page or None)."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """From how many orders on a window is read by bulk operations, how many orders are in one of them, how many run at
    once, and how often one is tried that does not come any further.

    A page of 40 orders costs some hundred points of the hundred that a shop on the standard plan gets back a second;
    a bulk operation takes some ten seconds, whatever is in it.
    """

    bulk_from: int = 1_000
    in_one: int = 10_000
    at_once: int = AT_ONCE
    tries: int = 3


@dataclass(frozen=True, slots=True)
class Context:
    """``remaining_seconds`` says how long this invocation may still run; steps stop well before.

    Without ``bulk_of`` everything is read by pages, without ``admin_of`` orders are all that is read. ``compares`` says
    whether Shopify's figures are swept and compared with its control totals. ``stocky_of`` is None for a shop without a
    key, and raises ``StockyError`` for one that can't be opened. ``folder`` takes the files of bulk
    operations while they are read.
    """

    table: Table
    orders_of: Callable[[str], OrdersSource]
    clock: Callable[[], datetime]
    remaining_seconds: Callable[[], float]
    bulk_of: Callable[[str], BulkOrders] | None = None
    admin_of: Callable[[str], AdminClient] | None = None
    sizes: Sizes = Sizes()
    folder: Path = field(default_factory=lambda: Path(tempfile.gettempdir()))
    compares: bool = True
    stocky_of: Callable[[str], Stocky | None] | None = None

    def must_stop(self) -> bool:
        return self.remaining_seconds() < 60
