"""Purchases: Shopify's own purchase orders, Stocky's while its API answers, and those of imported files.

All become facts of one kind, and one kind of books. A source that can't be read is named on the sync and holds up
nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from connector.accounting.effects import add, negative
from connector.accounting.policy import Policy
from connector.accounting.purchases import Booking, effect_of_part, purchase_documents, title_of
from connector.app import settings
from connector.ledger.purchases import Purchase, PurchaseState, due
from connector.purchases.shopify_orders import ShopifyPurchaseOrders
from connector.purchases.source import PurchasesPage
from connector.purchases.stocky import StockyError, StockyPurchases
from connector.shopify.permissions import Missing
from connector.storage import catalog, facts
from connector.storage.facts import FactRecord
from connector.storage.facts import Topic as FactTopic
from connector.storage.table import Table
from connector.sync.topics import storing
from connector.sync.topics.posting_keys import posting_key
from connector.sync.topics.topic import Booked, Books, Effects, Number, PageRead, Reading, Topic

_ORDER_KEY = "PurchaseOrder|"


# Reading.


def _shopify_page(reading: Reading, cursor: str | None) -> PageRead:
    """Once a week those that are finished are read again too: Shopify doesn't tell what changed."""
    source = ShopifyPurchaseOrders(reading.client, reading.zone, _seen_on(reading))
    if not reading.sweep:
        source = replace(source, finished=partial(_is_finished, reading.context.table, reading.shop))
    page = source.page(reading.since, cursor)
    _store(reading, page, "purchase order")
    return PageRead(page.cursor, page.missing)


def _stocky_page(reading: Reading, cursor: str | None) -> PageRead:
    assert reading.context.stocky_of is not None
    try:
        stocky = reading.context.stocky_of(reading.shop)
        if stocky is None:
            return PageRead()
        source = StockyPurchases(stocky, reading.zone, reading.currency, _seen_on(reading))
        page = source.page(reading.since, cursor)
    except StockyError as error:
        return PageRead(None, (Missing("stocky", (), f"Not read: Stocky. {error}"),))
    _store(reading, page, "Stocky purchase order")
    return PageRead(page.cursor, page.missing)


def _has_stocky(reading: Reading) -> bool:
    """Only then does the topic count as read: a key that is given later gets all there is."""
    chosen = settings.read(reading.context.table, reading.shop)
    return reading.context.stocky_of is not None and bool(chosen.stocky_api_key)


def _store(reading: Reading, page: PurchasesPage, what: str) -> None:
    storing.store(reading, BOOKS, list(_of_the_window(page.purchases, reading.currency, _seen_on(reading))))
    storing.hold_unreadable(reading, page.unreadable)
    storing.release_readable(reading, what, (purchase.id for purchase in page.purchases))


def _seen_on(reading: Reading) -> date:
    """The last business day that the sync is about: a backfill ends at the midnight behind it."""
    return (reading.window.end - timedelta(microseconds=1)).astimezone(reading.zone).date()


def _of_the_window(purchases: Iterable[Purchase], currency: str, last: date) -> Iterator[Purchase]:
    """As they were on ``last``: what was ordered or arrived later is the next sync's."""
    for purchase in purchases:
        if purchase.day > last:
            continue
        arrived = tuple(one for one in purchase.arrived if one.day is None or one.day <= last)
        read = replace(purchase, home=currency, arrived=arrived)
        yield read if arrived == purchase.arrived else due(replace(read, receipts=(), charges=()))


def _is_finished(table: Table, shop: str, id_: str) -> bool:
    """Whether all that was ordered has arrived and is in documents."""
    record = facts.get_many(table, shop, FactTopic.PURCHASE, [id_]).get(id_)
    if record is None or record.unclaimed:
        return False
    purchase: Purchase = record.fact
    return purchase.state is PurchaseState.ORDERED and bool(purchase.lines) and purchase.open_units == 0


def store_imported(table: Table, shop: str, purchases: Sequence[Purchase], currency: str, begin: date) -> int:
    """Store the purchases of a file; returns how many are new or changed. The next sync books them."""
    found = [replace(purchase, home=currency) for purchase in purchases]
    also = partial(storing.amount_writes, shop, BOOKS)
    return facts.store(table, shop, FactTopic.PURCHASE, found, lambda day: day >= begin, also)


# Booking.


def _completed(table: Table, record: FactRecord) -> FactRecord:
    """With the products of its lines: by the inventory item, else by a code that only one product has."""
    purchase: Purchase = record.fact
    by_item = catalog.products(table, record.shop, {line.item for line in purchase.lines})
    rest = [line for line in purchase.lines if line.item not in by_item]
    by_code = catalog.by_code(table, record.shop, [code for line in rest for code in (line.sku, line.barcode)])
    lines = []
    for line in purchase.lines:
        variant = by_item.get(line.item) or by_code.get(line.sku) or by_code.get(line.barcode)
        lines.append(replace(line, product=variant.product if variant else None))
    return replace(record, fact=replace(purchase, lines=tuple(lines)))


def _documents(record: FactRecord, policy: Policy, number: Number) -> Booked:
    purchase: Purchase = record.fact
    order = record.claims.get(purchase.id, "")
    made = {key for key in record.claims.values() if key not in storing.OUTSIDE}
    drafts, problem = purchase_documents(
        Booking(
            purchase=purchase,
            open_parts=frozenset(record.unclaimed),
            numbers=frozenset(int(key.rpartition("|")[2]) for key in made),
            purchase_order=order if order.startswith(_ORDER_KEY) else "",
            policy=policy,
            ref_number=number,
            key=partial(posting_key, FactTopic.PURCHASE, purchase.id),
        )
    )
    return Booked(drafts, problem)


def _effects(before: FactRecord | None, after: FactRecord) -> Effects:
    """What the record as a whole does after, less what it did before: a cost may become known of what had none."""
    total: dict[date, dict[str, Decimal]] = {}
    for day, effect in _parts(after):
        total[day] = add(total.get(day, {}), effect)
    for day, effect in _parts(before) if before else ():
        total[day] = add(total.get(day, {}), negative(effect))
    return total


def _parts(record: FactRecord) -> Iterator[tuple[date, dict[str, Decimal]]]:
    counted = storing.in_the_books(record)
    for part, day in record.fact.claimable.items():
        if part in counted:
            yield day, effect_of_part(record.fact, part)


def _title(record: FactRecord) -> str:
    return title_of(record.fact)


BOOKS = Books(
    facts=FactTopic.PURCHASE,
    documents=_documents,
    effects=_effects,
    title=_title,
    letter="P",
    names=lambda record: (record.fact.number,),
    completed=_completed,
)
PURCHASE_ORDERS = Topic("purchase_orders", _shopify_page, (BOOKS,))
STOCKY = Topic("stocky", _stocky_page, is_due=_has_stocky)
