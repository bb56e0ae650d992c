"""Facts of undone entries become free, so that the next sync makes entries of them again.

An order's record and its undone entries change in one transaction: no fact is ever both free and in an entry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import Any

from connector.accounting.costs import costs_in
from connector.accounting.documents import CreditCardRefund, CreditMemo, Invoice, ReceivePayment, SalesOrder
from connector.accounting.effects import add, document_total, effects_by_day, negative
from connector.accounting.open_documents import OpenDocument
from connector.accounting.policy import Policy
from connector.accounting.sales_orders import content
from connector.ledger.facts import ZERO
from connector.outbox import repository
from connector.outbox.entries import Entry, EntryState
from connector.outbox.repository import move_write
from connector.storage import days, keys
from connector.storage.orders import BEFORE_THE_BOOKS, OrderRecord, all_facts, get_many, of_item
from connector.storage.table import ConditionFailed, Table, delete_write, fits
from connector.sync import growing_days
from connector.sync.policy import policy_now
from connector.sync.topics.undoing import free_facts
from connector.sync.undo import ids_of_order, order_of
from connector.sync.undo_costs import put_back, taken_out

_PAGE = 100
_MOST = 3_000
_UNDER_WAY = frozenset({EntryState.UNDO, EntryState.UNDO_SENT, EntryState.DELETED})
SUMMARY = "Summary:"


def free(table: Table, shop: str, begin: date | None, must_stop: Callable[[], bool] = lambda: False) -> int:
    """Free the facts of all entries that are to be posted again; returns how many orders and other records had any.

    Facts from before ``begin`` leave the books instead. What is left when ``must_stop`` is for the next call, and so
    is an order of which something is still to be deleted in QuickBooks.
    """
    waiting = list(islice(repository.waiting(table, shop, EntryState.REPOST), _MOST))
    if not waiting:
        return 0
    policy = policy_now(table, shop)
    orders = list(dict.fromkeys(legacy_id for entry in waiting if (legacy_id := order_of(entry))))
    freed = free_facts(table, shop, waiting, begin, must_stop)
    for start in range(0, len(orders), _PAGE):
        for record in get_many(table, shop, orders[start : start + _PAGE]).values():
            if must_stop():
                return freed
            freed += _free_order(table, record, begin, policy)
    summaries = [entry for entry in waiting if entry.key.startswith(SUMMARY)]
    return freed + (_free_summaries(table, shop, summaries, begin, must_stop, policy) if summaries else 0)


# Detailed: an order and its own documents.


def _free_order(table: Table, record: OrderRecord, begin: date | None, policy: Policy) -> int:
    carrying = {key for key in record.claims.values() if key != BEFORE_THE_BOOKS}
    entries = repository.get_many(table, record.shop, sorted(ids_of_order(record)))
    if any(entry.state in _UNDER_WAY for entry in entries.values()):
        return 0
    undone = {entry.key: entry for entry in entries.values() if entry.state is EntryState.REPOST}
    if not undone:
        return 0
    left = carrying - undone.keys()
    freed = replace(record, claims={fact: key for fact, key in record.claims.items() if key not in undone})
    kept = [entry for entry in entries.values() if entry.state not in (EntryState.REPOST, EntryState.REPOSTED)]
    if left or kept:
        freed = replace(freed, open_documents=_open_documents(record, kept, undone.values()))
        writes = [move_write(entry, EntryState.REPOSTED) for entry in undone.values()]
    else:
        # Nothing of the order is in the books: it starts over, with the same numbers.
        freed = replace(freed, counters={}, open_documents=(), problem="")
        writes = [_forget(entry) for entry in entries.values()]
    freed, out = _out_of_the_books(record, freed, begin)
    costs = growing_days.grow_writes(table, record.shop, taken_out(record, undone.values(), policy))
    return _write(table, [freed.write(), *writes, *out, *costs])


def _forget(entry: Entry) -> dict[str, Any]:
    state = {"#state": "state"}
    return delete_write(
        keys.shop(entry.shop), keys.entry(entry.id), "#state = :was", names=state, values={":was": entry.state.value}
    )


def _open_documents(record: OrderRecord, kept: Sequence[Entry], undone: Any) -> tuple[OpenDocument, ...]:
    """What is open once the undone documents are no more: what they had settled is open again."""
    gone = {entry.key for entry in undone}
    before = {one.key: one for one in record.open_documents if one.key not in gone}
    back: dict[str, Any] = {}
    for entry in undone:
        for key, amount in _settled_by(entry.document):
            back[key] = back.get(key, ZERO) + amount
    found = []
    for entry in sorted(kept, key=lambda e: e.order_by):
        known, document = before.pop(entry.key, None), entry.document
        if known is not None:
            found.append(replace(known, open=known.open + back.get(entry.key, ZERO)))
        elif entry.key in back and isinstance(document, SalesOrder):
            lines = content(document.customer, document.lines)
            total = document_total(document)
            order = OpenDocument(entry.key, entry.kind, entry.day, total, document.customer)
            found.append(replace(order, ref_number=document.ref_number, content=lines))
        elif entry.key in back and isinstance(document, Invoice | CreditMemo | ReceivePayment):
            open_ = min(back[entry.key], document_total(document))
            found.append(OpenDocument(entry.key, entry.kind, entry.day, open_, document.customer))
    return (*before.values(), *found)


def _settled_by(document: Any) -> list[tuple[str, Any]]:
    if isinstance(document, Invoice):
        order = [(document.sales_order, document_total(document))] if document.sales_order else []
        return [*order, *((one.document, one.amount) for one in document.credits)]
    if isinstance(document, ReceivePayment):
        first = (document.invoice, document.applied)
    elif isinstance(document, CreditCardRefund):
        first = (document.credit_memo, document.amount - sum((one.amount for one in document.further), ZERO))
    else:
        return []
    return [first, *((one.document, one.amount) for one in document.further)]


# Summary: a day's document carries facts of many orders.


def _free_summaries(
    table: Table,
    shop: str,
    entries: Sequence[Entry],
    begin: date | None,
    must_stop: Callable[[], bool],
    policy: Policy,
) -> int:
    """All orders are looked through: a summary knows its facts, not their orders. Undoing one is a rare thing."""
    gone = {entry.key for entry in entries}
    freed = 0
    for record in _orders(table, shop):
        if must_stop():
            return freed
        claims = {fact: key for fact, key in record.claims.items() if key not in gone}
        if len(claims) == len(record.claims):
            continue
        changed, out = _out_of_the_books(record, replace(record, claims=claims), begin)
        if not _write(table, [changed.write(), *out]):
            return freed
        freed += 1
    for entry in entries:
        # What goods cost counts as Shopify's only while it is carried (sync/summarise.py).
        costs = days.add_writes(shop, entry.day, "shopify", negative(costs_in(entry.effect)))
        again = growing_days.grow_writes(table, shop, put_back(entry, policy))
        _write(table, [move_write(entry, EntryState.REPOSTED), *costs, *again])
    return freed


def _orders(table: Table, shop: str) -> Iterator[OrderRecord]:
    yield from (of_item(item) for item in table.query(keys.shop(shop), "ORDER#"))


def _out_of_the_books(
    before: OrderRecord, freed: OrderRecord, begin: date | None
) -> tuple[OrderRecord, list[dict[str, Any]]]:
    """After a reset the books may begin later: facts from before are not posted again and no longer count."""
    free_now = before.claims.keys() - freed.claims.keys()
    outside = {f.id for f in all_facts(freed.facts) if begin and f.id in free_now and f.day < begin}
    if not outside:
        return freed, []
    claims: Mapping[str, str] = {**freed.claims, **dict.fromkeys(outside, BEFORE_THE_BOOKS)}
    effects: dict[date, dict[str, Any]] = {}
    sales = [f for f in freed.facts.sales if f.id in outside]
    money = [f for f in freed.facts.money if f.id in outside]
    for day, effect in effects_by_day(sales, money).items():
        effects[day] = add(effects.get(day, {}), negative(effect))
    writes = [w for day, effect in effects.items() for w in days.add_writes(freed.shop, day, "shopify", effect)]
    return replace(freed, claims=claims), writes


def _write(table: Table, writes: list[dict[str, Any]]) -> int:
    """1 if it was written; what somebody else has changed meanwhile is left for the next time."""
    if not fits(writes):
        return 0
    try:
        table.transact(writes)
    except ConditionFailed:
        return 0
    return 1
