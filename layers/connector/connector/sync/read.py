"""Reading: the window's orders become stored facts, each once.

An order's new facts and the tie-out's ``shopify`` amounts are written in one transaction, guarded by the record's
version: a page read twice changes nothing. Documents of its own that an order needs are made in the same transaction
(``Book``), so that its record is written once and not once more for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connector.accounting.effects import add, effects_by_day
from connector.ledger.business_day import business_day
from connector.ledger.facts import OrderFacts, SaleFact
from connector.ledger.invariants import Disagreement, order_disagreements
from connector.ledger.orders import UnreadableOrder, read_order
from connector.ledger.stored_value import GIFT_CARD
from connector.storage import card_payments, days, stock, syncs
from connector.storage.orders import OrderRecord, TooLarge, all_facts, get_many, note_write
from connector.storage.table import ConditionFailed, Table, fits
from connector.sync import controls, problems
from connector.sync.build import Built, group_writes, made_of
from connector.sync.window import Window

ORDERS_A_TRANSACTION = 40
"""A transaction takes a hundred items: the orders, mostly an entry for each, the days they touch, and the sync."""

_ATTEMPTS = 5
_DAYS_AT_ONCE = 40
_NOTES_KEPT = timedelta(days=14)


Book = Callable[[Sequence[OrderRecord]], Mapping[str, Built]]
"""Makes documents of orders as they are going to be stored, by legacy id; those that are left out stay open."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the parts of one page have in common. Without ``book`` facts are stored and nothing is made of them."""

    table: Table
    shop: str
    sync_id: str
    window: Window
    zone: ZoneInfo
    book: Book | None = None


@dataclass(frozen=True, slots=True)
class _Read:
    """An order as read: the facts to keep, which of them are from before the books, and in which of its figures Shopify
    disagrees with itself."""

    facts: OrderFacts
    before: frozenset[str]
    disagreements: tuple[Disagreement, ...] = ()

    @property
    def legacy_id(self) -> str:
        return self.facts.order.legacy_id


def store_page(
    table: Table,
    shop: str,
    sync_id: str,
    nodes: Sequence[Mapping[str, Any]],
    window: Window,
    zone: ZoneInfo,
    book: Book | None = None,
) -> int:
    """Store what is new in a page of orders; returns the number of orders that had something new.

    The oldest orders come first, whatever their order in the page: those of a day, with numbers that follow each other,
    share what else is written with them.
    """
    reading = _Reading(table, shop, sync_id, window, zone, book)
    oldest_first = sorted(nodes, key=lambda node: str(node.get("createdAt")))
    return sum(_store(reading, group) for group in _groups(_readable(reading, oldest_first)))


def _readable(reading: _Reading, nodes: Sequence[Mapping[str, Any]]) -> Iterator[_Read]:
    for node in nodes:
        try:
            facts = read_order(node, reading.zone, reading.window.currency)
        except UnreadableOrder as problem:
            day = _day_of(node, reading)
            problems.hold_unreadable(reading.table, reading.shop, reading.sync_id, problem, day)
            continue
        if not facts.order.test:
            yield _Read(*reading.window.of(facts), order_disagreements(facts))


def _groups(orders: Iterator[_Read]) -> Iterator[list[_Read]]:
    """Orders by the transaction; an order that comes twice comes in two."""
    group: dict[str, _Read] = {}
    for order in orders:
        if len(group) == ORDERS_A_TRANSACTION or order.legacy_id in group:
            yield list(group.values())
            group = {}
        group[order.legacy_id] = order
    if group:
        yield list(group.values())


def _store(reading: _Reading, orders: Sequence[_Read]) -> int:
    for _ in range(_ATTEMPTS):
        known = get_many(reading.table, reading.shop, [order.legacy_id for order in orders])
        changed = [record for order in orders if (record := _changed(reading.shop, known, order))]
        if not changed:
            return 0
        try:
            booked = reading.book(changed) if reading.book else {}
            writes = _writes(reading, known, changed, booked) + _disagreements(reading, known, changed, orders)
        except TooLarge:
            return _too_large(reading, orders) if len(orders) == 1 else _halves(reading, orders)
        if not fits(writes):
            return _halves(reading, orders)
        with suppress(ConditionFailed):
            reading.table.transact(writes)
            return len(changed)
    if len(orders) > 1 or reading.book:
        return _halves(reading, orders)
    raise ConditionFailed(f"order {orders[0].legacy_id} is changed by others all the time")


def _changed(shop: str, known: Mapping[str, OrderRecord], order: _Read) -> OrderRecord | None:
    """The record as it must be from now on; None if it is like that, or if there is nothing to keep."""
    before = known.get(order.legacy_id)
    record = before or OrderRecord(shop, replace(order.facts, sales=(), money=()))
    newest = order.facts.order.updated_at >= record.facts.order.updated_at
    disagreement = controls.said_of(order.disagreements) if newest else record.disagreement
    merged = replace(record.with_facts(order.facts, order.before), unreadable="", disagreement=disagreement)
    if before is None and not merged.in_the_books:
        return None
    return merged if merged != before else None


def _writes(
    reading: _Reading,
    known: Mapping[str, OrderRecord],
    changed: Sequence[OrderRecord],
    booked: Mapping[str, Built],
) -> list[dict[str, Any]]:
    shop, window = reading.shop, reading.window
    built = [one for one in booked.values() if one.writes]
    storing = {one.legacy_id for one in built}
    writes = [record.write() for record in changed if record.legacy_id not in storing]
    writes += group_writes(reading.table, shop, built)
    writes += [
        problems.release_unreadable_write(record)
        for record in changed
        if record.legacy_id in known and known[record.legacy_id].unreadable
    ]
    by_day, facts = _new_amounts(known, changed)
    for day, effect in by_day.items():
        writes += days.add_writes(shop, day, "shopify", effect)
    forget_at = int((window.end + _NOTES_KEPT).timestamp())
    left = [record.legacy_id for record in changed if record.unclaimed and record.legacy_id not in booked]
    sold = stock.packed(sale for record in changed for sale in _new_sales(known, record))
    writes.append(note_write(shop, reading.sync_id, changed, forget_at, left, sold))
    writes += _card_payments(shop, known, changed)
    made = made_of(entry for one in built for entry in one.entries)
    writes.append(syncs.read_write(shop, reading.sync_id, len(changed), facts, made))
    return writes


def _card_payments(shop: str, known: Mapping[str, OrderRecord], changed: Sequence[OrderRecord]) -> list[dict[str, Any]]:
    """A gift card's own history does not name the order it paid for, so such payments are kept by day too."""
    new = [
        fact
        for record in changed
        for fact in record.facts.money
        if fact.gateway == GIFT_CARD
        and (record.legacy_id not in known or fact not in known[record.legacy_id].facts.money)
    ]
    return [card_payments.write(shop, fact) for fact in new]


def _new_sales(known: Mapping[str, OrderRecord], record: OrderRecord) -> list[SaleFact]:
    before = known.get(record.legacy_id)
    ids = {sale.id for sale in before.facts.sales} if before else frozenset[str]()
    return [sale for sale in record.facts.sales if sale.id not in ids]


def _disagreements(
    reading: _Reading, known: Mapping[str, OrderRecord], changed: Sequence[OrderRecord], orders: Sequence[_Read]
) -> list[dict[str, Any]]:
    """Exceptions of orders whose figures disagree now, or do not any more."""
    found = {order.legacy_id: order.disagreements for order in orders}
    writes: list[dict[str, Any]] = []
    for record in changed:
        before = known.get(record.legacy_id)
        if record.disagreement != (before.disagreement if before else ""):
            writes.append(controls.order_write(record, found[record.legacy_id], reading.sync_id))
    return writes


def _new_amounts(
    known: Mapping[str, OrderRecord], changed: Sequence[OrderRecord]
) -> tuple[dict[date, dict[str, Any]], int]:
    """Effects by day of the facts that come into the books, and how many those are."""
    total: dict[date, dict[str, Any]] = {}
    count = 0
    for record in changed:
        before = known.get(record.legacy_id)
        new = record.in_the_books - (before.in_the_books if before else frozenset())
        count += len(new)
        sales = [f for f in record.facts.sales if f.id in new]
        money = [f for f in record.facts.money if f.id in new]
        for day, effect in effects_by_day(sales, money).items():
            total[day] = add(total.get(day, {}), effect)
    return total, count


def _halves(reading: _Reading, orders: Sequence[_Read]) -> int:
    """What is too much for one transaction goes in two; a single order without its documents, then also some days at a
    time: what is made of it has to be made of all of it."""
    if len(orders) > 1:
        middle = len(orders) // 2
        return _store(reading, orders[:middle]) + _store(reading, orders[middle:])
    if reading.book:
        return _store(replace(reading, book=None), orders)
    (order,) = orders
    spread = sorted({f.day for f in all_facts(order.facts)})
    for until in spread[_DAYS_AT_ONCE::_DAYS_AT_ONCE]:
        sales = tuple(f for f in order.facts.sales if f.day < until)
        money = tuple(f for f in order.facts.money if f.day < until)
        _store(reading, [replace(order, facts=replace(order.facts, sales=sales, money=money))])
    return _store(reading, orders)


def _too_large(reading: _Reading, orders: Sequence[_Read]) -> int:
    """An order beyond what an item can hold is an exception, not the end of the shop's preparation."""
    (order,) = orders
    record = get_many(reading.table, reading.shop, [order.legacy_id]).get(order.legacy_id)
    kept = order.before | (record.in_the_books if record else frozenset())
    missing = sum((sale.total for sale in order.facts.sales if sale.id not in kept), problems.ZERO)
    header = order.facts.order
    reason = "it has more lines than can be kept of one order: enter it by hand"
    problem = UnreadableOrder(header.id, header.name, reason, missing)
    problems.hold_unreadable(reading.table, reading.shop, reading.sync_id, problem, reading.window.last)
    return 0


def _day_of(node: Mapping[str, Any], reading: _Reading) -> date:
    """The business day of an order that can't be read, as far as it says one."""
    for name in ("processedAt", "createdAt"):
        try:
            moment = datetime.fromisoformat(str(node.get(name)).replace("Z", "+00:00"))
            return business_day(moment, reading.zone)
        except ValueError:
            continue
    return reading.window.last
