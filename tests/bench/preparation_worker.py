"""One whole preparation, measured: ``python -m tests.bench.preparation_worker ORDERS TABLE SHOP``.

The steps are called one after the other in this process, as one Lambda after the other would be. Waits of the state
machine are not counted: they are the stand-in's time to make the orders. Control totals are left out: the stand-in goes
through all of its orders for every page of tender transactions.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx

from connector.shopify.bulk_orders import BulkOrders
from connector.shopify.client import AdminClient
from connector.shopify.installations import Installations
from connector.shopify.registration import ShopifyApp
from connector.shopify.tokens import TokenEndpoint
from connector.storage.syncs import get, stamp
from connector.sync.context import Context, Sizes
from connector.sync.prepare import ShopifyOrders, run
from tests.bench.preparation_table import RemoteTable
from tests.fakes.plain_vault import PlainVault
from tests.fakes.preparation import SHOP, Preparation

END = datetime(2026, 12, 1, 7, tzinfo=UTC)
_LONGEST_WAIT = 1.0
_LAMBDA_SECONDS = 300.0


class Measured:
    def __init__(self, table: RemoteTable) -> None:
        self.table = table
        self.seconds: dict[str, float] = {}
        self.writes = 0
        self.longest = 0.0
        self.began = 0.0

    def remaining(self) -> float:
        """Of the time that a Lambda has (``template.yaml``)."""
        return _LAMBDA_SECONDS - (time.perf_counter() - self.began)

    def step(self, name: str, state: dict[str, Any], context: Context) -> dict[str, Any]:
        written, began = self.table.written_items, time.perf_counter()
        self.began = began
        state = run(name, json.loads(json.dumps(state)), context)
        spent = time.perf_counter() - began
        self.longest = max(self.longest, spent)
        self.seconds[name] = self.seconds.get(name, 0.0) + spent
        self.writes += self.table.written_items - written
        return state


def main() -> None:
    orders, table = int(sys.argv[1]), RemoteTable(sys.argv[2])
    origin, shop, session_token = json.loads(sys.argv[3])
    assert shop == SHOP
    Preparation(None, table=table, start=date(2026, 1, 1))  # type: ignore[arg-type]
    measured = Measured(table)
    with httpx.Client(timeout=60) as http, tempfile.TemporaryDirectory() as folder:
        app = ShopifyApp("local-api-key", "local-api-secret", origin_template=origin)
        installations = Installations(table, PlainVault(), app, http, lambda: datetime.now(UTC))  # type: ignore[arg-type]
        installations.save(shop, TokenEndpoint(app, http).for_session_token(shop, session_token, datetime.now(UTC)))

        def client(_: str) -> AdminClient:
            return AdminClient(shop, installations, app, http)

        context = Context(
            table=table,  # type: ignore[arg-type]
            orders_of=lambda name: ShopifyOrders(client(name)),
            clock=lambda: END,
            remaining_seconds=measured.remaining,
            bulk_of=lambda name: BulkOrders(client(name), http, time.sleep),
            sizes=Sizes(bulk_from=1),
            folder=Path(folder),
        )
        state: dict[str, Any] = {"shop": shop, "scheduled_time": stamp(END)}
        for step in ("plan", "read", "build", "finish"):
            while True:
                state = measured.step(step, state, context)
                time.sleep(min(state.get("wait_seconds", 0), _LONGEST_WAIT))
                if step == "plan" or not state["more"]:
                    break
    sync = get(table, shop, state["sync_id"])  # type: ignore[arg-type]
    assert sync and sync["orders"] >= orders * 0.97, sync  # test orders are none
    print(json.dumps(_report(measured)))


def _report(measured: Measured) -> dict[str, float]:
    return {
        "read_seconds": measured.seconds["read"],
        "build_seconds": measured.seconds["build"],
        "writes": measured.writes,
        "longest_step": measured.longest,
        "peak_mb": _peak_mb(),
    }


def _peak_mb() -> float:
    """The most memory this process had. ``ru_maxrss`` would have what the process had that started it."""
    try:
        (line,) = (one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith("VmHWM:"))
    except OSError:  # not Linux: bytes there
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
