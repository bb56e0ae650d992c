"""An order's facts as stored, and which entry carries each of them.

One item an order: a fact is stored once under its Shopify id and never changes; ``claims`` says which entry (by
posting key) carries it. An order with unclaimed facts is in the index of open orders.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from connector.accounting.open_documents import OpenDocument
from connector.ledger.facts import MoneyFact, OrderFacts, SaleFact
from connector.storage import keys
from connector.storage.codec import pack, unpack
from connector.storage.table import Table, put_write

BEFORE_THE_BOOKS = "before the books"
"""Claims a fact from before the books begin: kept so that the rest of its order is understood, never posted."""

MOST_BYTES = 380_000
"""Of an order's packed facts: a DynamoDB item has at most 400 kB (Amazon DynamoDB Developer Guide, "Quotas")."""

Fact = SaleFact | MoneyFact


def all_facts(facts: OrderFacts) -> tuple[Fact, ...]:
    both: list[Fact] = [*facts.sales, *facts.money]
    return tuple(both)


class TooLarge(Exception):
    """An order has more facts than one item takes."""


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """``version`` guards every write. ``reference`` is the order's Ref No. base once one is reserved.

    ``problem`` says why facts of it could not become documents, ``unreadable`` what of it could not be read at all,
    ``disagreement`` where Shopify's own figures of it do not fit together.
    """

    shop: str
    facts: OrderFacts
    claims: Mapping[str, str] = field(default_factory=dict)
    counters: Mapping[str, int] = field(default_factory=dict)
    open_documents: tuple[OpenDocument, ...] = ()
    reference: str = ""
    problem: str = ""
    unreadable: str = ""
    disagreement: str = ""
    version: int = 0

    @property
    def legacy_id(self) -> str:
        return self.facts.order.legacy_id

    @property
    def unclaimed(self) -> tuple[Fact, ...]:
        return tuple(f for f in all_facts(self.facts) if f.id not in self.claims)

    @property
    def unclaimed_sales(self) -> tuple[SaleFact, ...]:
        return tuple(f for f in self.facts.sales if f.id not in self.claims)

    @property
    def unclaimed_money(self) -> tuple[MoneyFact, ...]:
        return tuple(f for f in self.facts.money if f.id not in self.claims)

    @property
    def in_the_books(self) -> frozenset[str]:
        """Ids of the facts that count: all but those from before the books begin."""
        return frozenset(f.id for f in all_facts(self.facts) if self.claims.get(f.id) != BEFORE_THE_BOOKS)

    def with_facts(self, read: OrderFacts, before: frozenset[str] = frozenset()) -> OrderRecord:
        """The record with the newest header and the facts it did not have yet.

        ``before`` are the ids of facts from before the books; a fact that was one and is read without being one now
        has come into the books.
        """
        known = {f.id for f in all_facts(self.facts)}
        sales = (*self.facts.sales, *(f for f in read.sales if f.id not in known))
        money = (*self.facts.money, *(f for f in read.money if f.id not in known))
        order = read.order if read.order.updated_at >= self.facts.order.updated_at else self.facts.order
        inside = {f.id for f in all_facts(read)} - before
        claims = {fact: claim for fact, claim in self.claims.items() if claim != BEFORE_THE_BOOKS or fact not in inside}
        claims |= dict.fromkeys(before - known, BEFORE_THE_BOOKS)
        merged = OrderFacts(order, tuple(sorted(sales, key=_by_time)), tuple(sorted(money, key=_by_time)))
        return replace(self, facts=merged, claims=claims)

    def write(self) -> dict[str, Any]:
        """A transaction part that stores the record, refused if another run stored it in between.

        Raises ``TooLarge``.
        """
        body = pack(_Body(self.facts, dict(self.claims), dict(self.counters), self.open_documents))
        if len(body) > MOST_BYTES:
            raise TooLarge(f"{self.facts.order.name} has more lines than can be kept of one order")
        item: dict[str, Any] = {
            "pk": keys.shop(self.shop),
            "sk": keys.order(self.legacy_id),
            "name": self.facts.order.name,
            "body": body,
            "reference": self.reference,
            "problem": self.problem,
            "unreadable": self.unreadable,
            "disagreement": self.disagreement or None,
            "version": self.version + 1,
        }
        unclaimed = self.unclaimed
        if unclaimed:
            item["gsi1pk"] = keys.open_orders_queue(self.shop)
            item["gsi1sk"] = f"{min(f.day for f in unclaimed).isoformat()}#{self.legacy_id}"
        if self.version:
            return put_write(item, "version = :version", values={":version": self.version})
        return put_write(item, "attribute_not_exists(pk)")


def _by_time(fact: Fact) -> tuple[Any, str]:
    return fact.happened_at, fact.id


@dataclass(frozen=True, slots=True)
class _Body:
    facts: OrderFacts
    claims: dict[str, str]
    counters: dict[str, int]
    open_documents: tuple[OpenDocument, ...] = ()


def get_many(table: Table, shop: str, legacy_ids: Sequence[str]) -> dict[str, OrderRecord]:
    items = table.batch_get([(keys.shop(shop), keys.order(legacy_id)) for legacy_id in legacy_ids])
    records = (_record(shop, item) for item in items)
    return {record.legacy_id: record for record in records}


def of_item(item: Mapping[str, Any]) -> OrderRecord:
    """The record of an item that was read with others of its partition."""
    return _record(item["pk"].removeprefix(keys.shop("")), item)


def open_orders(
    table: Table, shop: str, *, after: str = "", until: str = "", limit: int = 0
) -> Iterator[tuple[str, str]]:
    """(queue position, legacy id) of orders with unclaimed facts, oldest day first, from behind ``after``.

    ``until`` is a day: orders that are open only since later ones are left out. The index may lag: what was stored
    a moment ago may be missing, and what has been taken care of may still be there.
    """
    for _, sk, position in table.index(keys.open_orders_queue(shop), after=after, limit=limit):
        if until and position[: len(until)] > until:
            return
        yield position, sk.removeprefix("ORDER#")


def note_write(
    shop: str,
    sync_id: str,
    records: Sequence[OrderRecord],
    forget_at: int,
    left: Sequence[str] | None = None,
    sold: bytes = b"",
) -> dict[str, Any]:
    """A transaction part that notes which orders a sync's reading changed; gone some time after ``forget_at``.

    ``left`` are those of them (legacy ids) whose documents are still to be made; all, if it does not say. These notes
    are read consistently, so building finds even what was stored a moment ago, which the index may not know yet.
    ``records`` are as they were before the write, which makes the note's key unique. ``sold`` is what the new facts
    take from the stock (``storage.stock``).
    """
    tail = f"{records[0].legacy_id}#{records[0].version}"
    changed = [record.legacy_id for record in records]
    item = {
        "pk": keys.shop(shop),
        "sk": keys.read_note(sync_id, tail),
        "orders": changed,
        "left": changed if left is None else list(left),
        "ttl": forget_at,
    }
    return put_write(item | ({"sold": sold} if sold else {}))


def noted(
    table: Table, shop: str, sync_id: str, *, after: str = "", limit: int = 0, left: bool = False
) -> Iterator[tuple[str, list[str]]]:
    """(position, legacy ids) of the notes of a sync's reading, from behind ``after``: all orders it changed, or those
    ``left`` to be made documents of."""
    start = keys.read_note(sync_id, after)
    for item in table.query(
        keys.shop(shop), first=start, last=keys.read_note(sync_id, "~"), limit=limit + 1 if limit else 0
    ):
        if item["sk"] != start:
            yield item["sk"].removeprefix(keys.read_note(sync_id)), item["left" if left else "orders"]


def _record(shop: str, item: Mapping[str, Any]) -> OrderRecord:
    body = unpack(item["body"], _Body)
    return OrderRecord(
        shop=shop,
        facts=body.facts,
        claims=body.claims,
        counters=body.counters,
        open_documents=body.open_documents,
        reference=item["reference"],
        problem=item["problem"],
        unreadable=item.get("unreadable", ""),
        disagreement=item.get("disagreement", ""),
        version=item["version"],
    )
