"""A shop whose days are posted, and whose best customer asks for privacy."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from connector.app import privacy, webhooks
from connector.app.privacy_people import Person
from connector.app.services import Services
from connector.outbox.lists import ListElement
from connector.storage import keys
from infra.local.shop import build_world
from infra.local.shop.model import Order, legacy_id
from tests.fakes.main_job import MainJob
from tests.fakes.preparation import SHOP
from tests.unit.app.conftest import minute


class Bookkeeping:
    """A shop's first days, posted; its best customer; and what privacy requests are carried out with."""

    def __init__(self, services: Services, days: int = 4, mode: str = "detailed") -> None:
        self.job = MainJob(build_world(days=days, orders_per_day=15), mode)
        self.table: Any = self.job.table
        self.services = replace(services, table=self.table, clock=lambda: self.job.now)
        self.customer, self.orders = self._best()

    def live(self, *days: int) -> None:
        for day in days:
            self.job.prepare(day)
            self.job.update()

    def _best(self) -> tuple[Any, list[Order]]:
        """Who bought most often, with a name, an address and a number to be forgotten."""
        bought: dict[str, list[Order]] = {}
        for order in self.job.world:
            if order.customer and order.customer.email and order.customer.phone:
                bought.setdefault(order.customer.id, []).append(order)
        orders = max(bought.values(), key=len)
        return orders[0].customer, orders

    @property
    def id(self) -> str:
        return str(legacy_id(self.customer.id))

    @property
    def words(self) -> list[str]:
        return [self.customer.display_name.strip(), self.customer.email, self.customer.phone]

    @property
    def element(self) -> ListElement:
        item = self.table.get(keys.shop(SHOP), Person(self.id).element)
        assert item is not None
        return ListElement.from_item(item)

    def ask(self, topic: str, id: str = "w1", customer: Any = None) -> None:
        payload = {"customer": {"id": self.id if customer is None else customer}}
        delivery = {"topic": topic, "shop": SHOP, "id": id, "triggered_at": "", "payload": payload}
        webhooks.carry_out(json.dumps(delivery), self.services, minute)

    def view(self, id: str = "w1") -> dict[str, Any]:
        return next(one for one in privacy.views(self.table, SHOP) if one["id"] == id)

    def traces(self, words: Iterable[str] | None = None) -> set[tuple[str, str]]:
        """(sort key, word) of whatever in the table still has one of the words."""
        wanted = [word.lower() for word in (self.words if words is None else words)]
        return {
            (sk, word)
            for partition in self.table._partitions.values()
            for sk, item in partition.items()
            for text in texts(item)
            for word in wanted
            if word in text.lower()
        }

    def books(self) -> dict[str, Any]:
        """What must not change: every amount, day and number."""
        entries = {
            e.id: (
                e.kind,
                e.key,
                e.day,
                e.amount,
                e.effect,
                e.found,
                e.facts,
                e.ref_number,
                e.txn_id,
                e.state,
                lines(e),
            )
            for e in self.job.preparation.entries()
        }
        orders = {
            legacy: (r.facts.sales, r.facts.money, r.claims, r.counters, r.facts.order.name, r.reference)
            for legacy, r in self.job.preparation.records().items()
        }
        return {"entries": entries, "orders": orders, "report": self.job.preparation.report()["total"]}


def lines(entry: Any) -> Any:
    """What is on each line: amount, tie-out line, and the item or account."""
    return [
        (line.amount, getattr(line, "bucket", ""), line.item.key if hasattr(line, "item") else line.account)
        for line in getattr(entry.document, "lines", ())
    ]


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield str(name)
            yield from texts(part)
    elif isinstance(value, list | tuple | set):
        for part in value:
            yield from texts(part)
    elif isinstance(value, bytes):
        with suppress(OSError):
            raw = gzip.decompress(value).decode("utf-8", "replace")
            yield raw
            with suppress(ValueError):
                yield from texts(json.loads(raw))
    elif isinstance(value, str):
        yield value
