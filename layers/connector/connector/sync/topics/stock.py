"""Stock: a snapshot with every sync, and what changed since the one before without anybody having sold or moved it.

Read in three stages, each of which may be broken off and gone on with: the levels of all inventory items, page by page;
the orders since the window's end, whose sales the levels show already; and the comparison. What it compares with is
what became known since the last snapshot: sales by the notes of reading, goods on their way by what of them has been
counted so far. A shop's first snapshot is the beginning, and finds nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from connector.accounting.documents import Draft
from connector.accounting.effects import effect_of_document
from connector.accounting.items import Unmapped
from connector.accounting.outcome import Unmappable
from connector.accounting.policy import Policy
from connector.accounting.stock import adjust, title_of, value_of
from connector.ledger.nodes import each
from connector.ledger.orders import UnreadableOrder, read_order
from connector.ledger.purchase_orders import SOURCE
from connector.ledger.purchases import Purchase
from connector.ledger.stock import (
    Movement,
    Sold,
    StockAdjustment,
    StockCount,
    found_since,
    read_item_stock,
    shelves,
    sold_of,
)
from connector.ledger.transfers import movements
from connector.shopify.catalog import inventory_levels_page
from connector.shopify.permissions import granted_scopes, missing
from connector.shopify.shops import read_locations
from connector.storage import catalog, controls, facts, keys, stock, syncs
from connector.storage.facts import FactRecord
from connector.storage.facts import Topic as FactTopic
from connector.storage.syncs import stamp
from connector.storage.table import Table
from connector.sync.topics import storing
from connector.sync.topics.posting_keys import posting_key
from connector.sync.topics.topic import Booked, Books, Number, PageRead, Reading, Topic
from connector.sync.topics.transfers import TRANSFERS

LINES = 200
"""Of one document."""

ON_THEIR_WAY = timedelta(days=120)
"""For how long a transfer may still move: longer than transfers are read back."""

ORDERED = timedelta(days=400)
"""For how long goods of other sources' purchases may still come."""

LEVELS, LATER, COMPARE = "levels", "later", "compare"
_ITEM = "inventory item"
_ANEW = "Stock is compared anew from this sync on: the last time it was read is too long ago."
_NOT_NOW = "Stock was not compared this time, because transfers could not be read. The next sync does it."
Cursor = dict[str, Any]


# Reading.


def _page(reading: Reading, cursor: str | None) -> PageRead:
    at: Cursor = json.loads(cursor) if cursor else {"stage": LEVELS, "after": None, "pages": 0, "later": 0}
    if not cursor and (lack := missing("transfers", granted_scopes(reading.client))):
        return PageRead(missing=(lack,))
    if not cursor and not _knows_what_arrived(reading):
        syncs.add_note(reading.context.table, reading.shop, reading.sync_id, _NOT_NOW)
        return PageRead()
    following = _STAGES[at["stage"]](reading, at)
    return following if isinstance(following, PageRead) else PageRead(json.dumps(following))


def _levels(reading: Reading, at: Cursor) -> Cursor | PageRead:
    found = inventory_levels_page(reading.client, at["after"])
    if found.missing:
        return PageRead(missing=(found.missing,))
    items, unreadable = each(found.nodes, partial(read_item_stock, currency=reading.currency))
    stock.keep_page(reading.context.table, reading.shop, reading.window.end, at["pages"], items)
    storing.hold_unreadable(reading, unreadable)
    storing.release_readable(reading, _ITEM, (one.item for one in items))
    at = at | {"pages": at["pages"] + 1, "after": found.cursor}
    return at if found.cursor else at | {"stage": LATER}


def _later(reading: Reading, at: Cursor) -> Cursor:
    """Orders changed since the window's end. One that can't be read is named by the reading of orders."""
    orders = reading.context.orders_of(reading.shop)
    nodes, following = orders.page(reading.window.end, at["after"])
    found: list[Sold] = []
    for node in nodes:
        try:
            sales = read_order(node, reading.zone).sales
        except UnreadableOrder:
            continue
        found += [sold for sold in sold_of(sales) if sold.happened_at >= reading.window.end]
    stock.keep_later(reading.context.table, reading.shop, reading.window.end, at["later"], found)
    at = at | {"later": at["later"] + 1, "after": following}
    return at if following else at | {"stage": COMPARE}


def _compare(reading: Reading, at: Cursor) -> PageRead:
    table, shop, end = reading.context.table, reading.shop, reading.window.end
    last = stock.last(table, shop)
    if last and last[0] >= end:
        return PageRead()
    if last and end - last[0] > stock.NOTES_REACH_BACK:
        syncs.add_note(table, shop, reading.sync_id, _ANEW)
        last = None
    found = list(stock.pages(table, shop, end, at["pages"]))
    later = list(stock.later(table, shop, end, at["later"]))
    sold = stock.sold_since(table, shop, end)
    moved = list(_movements(reading))
    items = catalog.items_of(table, shop, {one.variant for one in (*later, *sold)})
    before = last[1] if last else None

    def read() -> Mapping[tuple[str, str], int]:
        return stock.rows_of(shelves(found, end, before, later=later, sold=sold, movements=moved, items=items))

    after = stock.shelves_of(controls.take_snapshot(table, shop, end, read))
    if before is not None:
        costs = {one.item: one.unit_cost for one in found}
        adjusted = found_since(before, after, end, reading.zone, sold=sold, movements=moved, items=items, costs=costs)
        storing.store(reading, BOOKS, list(_counts(reading, adjusted)))
    controls.settle_snapshot(table, shop, end)
    return PageRead()


def _knows_what_arrived(reading: Reading) -> bool:
    """Whether transfers are read up to now: else goods that arrive could not be told from goods that were found."""
    integration = reading.context.table.get(keys.shop(reading.shop), keys.INTEGRATION) or {}
    return str(integration.get(TRANSFERS.until, "")) >= stamp(reading.window.end)


def _is_due(reading: Reading) -> bool:
    """A preview does not read a whole catalogue, a backfill can't see what was in stock then, and a window that was
    counted is not counted again."""
    if not reading.incremental or not reading.context.compares:
        return False
    last = stock.last_taken_at(reading.context.table, reading.shop)
    return last is None or last < reading.window.end


_STAGES = {LEVELS: _levels, LATER: _later, COMPARE: _compare}


def _movements(reading: Reading) -> Iterator[Movement]:
    """All that is or was on its way lately. Shopify's own purchase orders arrive by transfers too."""
    table, shop, last = reading.context.table, reading.shop, reading.window.end.astimezone(reading.zone).date()
    for record in facts.by_day(table, shop, FactTopic.TRANSFER, last - ON_THEIR_WAY, last):
        yield from (Movement(*one) for one in movements(record.fact))
    for record in facts.by_day(table, shop, FactTopic.PURCHASE, last - ORDERED, last):
        if record.fact.source != SOURCE:
            yield from _received(reading, record.fact)


def _received(reading: Reading, purchase: Purchase) -> Iterator[Movement]:
    lines = [(f"{r.id}#{line.key}", line) for r in purchase.receipts for line in r.lines]
    ordered = {line.id: line for line in purchase.lines}
    codes = [c for line in ordered.values() if not line.item for c in (line.sku, line.barcode) if c]
    named = catalog.by_code(reading.context.table, reading.shop, codes)
    for key, line in lines:
        of = ordered.get(line.line)
        known = of and (named.get(of.sku) or named.get(of.barcode))
        item = line.item or (of.item if of else "") or (known.inventory_item if known else "")
        if item:
            yield Movement(key, item, purchase.location_id, line.quantity)


def _counts(reading: Reading, adjusted: Sequence[StockAdjustment]) -> Iterator[StockCount]:
    """One record a location, or several where there are very many."""
    table, shop = reading.context.table, reading.shop
    names = {one["id"]: str(one["name"]) for one in read_locations(reading.client)} if adjusted else {}
    products = catalog.products(table, shop, {one.item for one in adjusted})
    by_location: dict[str, list[StockAdjustment]] = {}
    for one in adjusted:
        by_location.setdefault(one.location, []).append(one)
    for location, lines in sorted(by_location.items()):
        for number, start in enumerate(range(0, len(lines), LINES), 1):
            part = tuple(lines[start : start + LINES])
            yield StockCount(
                id=f"{location.rpartition('/')[2] or 'unknown'}@{stamp(reading.window.end)}#{number}",
                day=part[0].day,
                location_id=location,
                location=names.get(location, ""),
                lines=part,
                products={one.item: products[one.item].product for one in part if one.item in products},
            )


# Booking.


def _completed(table: Table, record: FactRecord) -> FactRecord:
    """With the products and costs that have become known since it was counted."""
    counted: StockCount = record.fact
    known = catalog.products(table, record.shop, {line.item for line in counted.lines if line.id in record.unclaimed})
    products = {item: variant.product for item, variant in known.items()} | dict(counted.products)
    lines = tuple(
        replace(line, unit_cost=known[line.item].product.unit_cost)
        if line.unit_cost is None and line.item in known
        else line
        for line in counted.lines
    )
    return replace(record, fact=replace(counted, lines=lines, products=products))


def _documents(record: FactRecord, policy: Policy, number: Number) -> Booked:
    """What can be booked is; what can't has a second document once all of it can."""
    counted: StockCount = record.fact
    open_ = record.unclaimed
    place = 2 if any(key.endswith("|1") for key in record.claims.values()) else 1
    try:
        adjusted = adjust(counted, open_, policy, number(place))
    except Unmapped as error:
        return Booked(problem=Unmappable(f"{title_of(counted)}: {error.reason}", value_of(counted, open_)))
    problem = None
    if adjusted.left:
        problem = Unmappable(f"{title_of(counted)}: {adjusted.reason}", value_of(counted, adjusted.left))
    if adjusted.document is None or (adjusted.left and place == 2):
        return Booked(problem=problem, moot=adjusted.moot)
    document = adjusted.document
    key = posting_key(FactTopic.STOCK, counted.id, type(document).__name__, place)
    draft = Draft(key, document, adjusted.parts, title_of(counted), effect_of_document(document))
    return Booked((draft,), problem, moot=adjusted.moot)


BOOKS = Books(
    facts=FactTopic.STOCK,
    documents=_documents,
    effects=None,
    title=lambda record: title_of(record.fact),
    letter="A",
    completed=_completed,
)
"""What an adjustment is worth depends on who values it, so it counts when it is booked."""

STOCK = Topic("inventory", _page, (BOOKS,), is_due=_is_due)
