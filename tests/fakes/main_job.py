"""The main job in one process: the stand-in shop's days prepared, posted through the endpoint, read back.

No HTTP, no GraphQL, no AWS: the same code as on the stack with a table in memory, a hundred times faster.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from connector.outbox import connection
from connector.sync.context import Context
from connector.web_connector.endpoint import Endpoint
from infra.local import proof
from infra.local.company import DEMO_ACCOUNTS, Company
from infra.local.demo import ACCOUNTS_OF_TENDERS, account_of
from infra.local.shop import World
from infra.local.shop.by_hand import in_all, valued_by_quickbooks
from infra.local.web_connector import Run, WebConnector
from tests.fakes.preparation import SHOP, Preparation
from tests.fakes.shop_in_process import ShopInProcess
from tests.fakes.world_orders import WorldOrders

_TOKEN = "correct-horse-battery"
_CHEAP = 2
_AT_NIGHT = time(2)


class MainJob:
    """``mode`` is that of the customers, ``modes`` are those of ``inventory`` and ``vendor``. ``now`` is what the
    endpoint's clock says."""

    def __init__(self, world: World, mode: str, page_size: int = 40, **modes: str) -> None:
        self.world = world
        self.now = self.night_after(0)
        self.source = WorldOrders(world, self.now, page_size)
        self._nights_by_amount: set[date] = set()
        self.shop = ShopInProcess(world, self.now)
        self.preparation = Preparation(self.source, mode, start=world.days[0], context=self._context)
        self.preparation.settings(
            modes={"customer": mode, "inventory": "detailed", "vendor": "summary", **modes},
            accounts={key: name for key, name in DEMO_ACCOUNTS.items() if key != "cash"},
            tenders={gateway: DEMO_ACCOUNTS[key] for gateway, key in ACCOUNTS_OF_TENDERS.items()},
        )
        self.table = self.preparation.table
        self.company = Company(clock=lambda: self.now.timestamp())
        self.runs: list[Run] = []
        self._endpoint = Endpoint(self.table, lambda: self.now)
        connection.create_token(self.table, SHOP, _TOKEN, self.now, cost=_CHEAP)
        known = connection.read(self.table, SHOP) or {}
        self._web_connector = WebConnector(
            self._call,
            self.company,
            str(known["user_name"]),
            _TOKEN,
            "{" + connection.OWNER_ID.upper() + "}",
            "{" + str(known["file_id"]).upper() + "}",
            sleep=lambda seconds: None,
        )
        self.update()

    def night_after(self, day: int) -> datetime:
        """When the ``day``-th day of the world is synced."""
        following = self.world.days[day] + timedelta(days=1)
        return datetime.combine(following, _AT_NIGHT, self.world.zone).astimezone(UTC)

    def live_through(self) -> None:
        """Every night: prepare what happened, then one update of the Web Connector."""
        for day in range(len(self.world.days)):
            self.prepare(day)
            self.update()

    def prepare(self, day: int) -> None:
        self.now = self.source.now = self.shop.shop.now = self.night_after(day)
        if self.preparation.modes["inventory"] == "summary":
            self._nights_by_amount.add(self.now.astimezone(self.world.zone).date())
        self.preparation.sync(self.now)

    def update(self) -> Run:
        run = self._web_connector.update()
        if not run.ok:
            raise AssertionError(f"{run.status_text}: {run.log[-3:]}")
        self.runs.append(run)
        return run

    @property
    def round_trips(self) -> int:
        return sum(run.round_trips for run in self.runs)

    def faults(self) -> list[str]:
        """What the demo's proof finds wrong with the books."""
        expected = self._expected()
        valued = valued_by_quickbooks(self.shop.shop.ledgers, self.night_after(-1), self._by_amount)
        return proof.faults(self.preparation.report(), expected, self.company.trial_balance(), account_of, valued)

    def expected(self, line: str) -> Decimal:
        by_day = self._expected().values()
        return sum((lines.get(line, Decimal()) for lines in by_day), Decimal())

    def _by_amount(self, night: date) -> bool:
        return night in self._nights_by_amount

    def _expected(self) -> dict[date, dict[str, Decimal]]:
        return in_all(self.shop.shop.ledgers, self.night_after(-1), self._by_amount)

    def _context(self) -> Context:
        return Context(
            self.table,
            lambda shop: self.preparation.source,
            lambda: self.preparation.end,
            lambda: self.preparation.remaining(),
            admin_of=lambda shop: self.shop.client(),
        )

    def _call(self, operation: str, **parameters: Any) -> Any:
        self.now += timedelta(seconds=1)
        return self._endpoint.call(operation, {name: str(value) for name, value in parameters.items()})
