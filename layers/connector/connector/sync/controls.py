"""Shopify's figures against each other, in every preparation; where they disagree, an exception names the order.

Two rules are checked here (``ledger.invariants`` has them): an order's sales add up to its current total, and the
tender transactions of a business day are the payments of its orders. Neither holds anything up. The books take sales
and transactions, which are immutable and complete in themselves; a total that does not fit is for a person to look at,
and booking less than what is known would be wrong for certain. What contradicts itself so that a fact can't be known at
all never comes this far: it is an order that can't be read.

Tender transactions are only a control. A shop that does not answer, or takes too long, is told so on the sync.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from connector.accounting.buckets import TENDER_PREFIX, money_bucket
from connector.ledger.facts import MoneyFact
from connector.ledger.invariants import Disagreement, tender_disagreements
from connector.ledger.nodes import UnreadableFact
from connector.ledger.tenders import TenderFact, read_tender
from connector.outbox.entries import EntryState, entry_id
from connector.shopify.client import AdminClient
from connector.shopify.errors import GraphQLFailed, ShopifyUnavailable
from connector.shopify.tenders import tenders_page
from connector.storage import days, keys, syncs
from connector.storage.orders import OrderRecord, get_many, noted
from connector.storage.syncs import moment, stamp
from connector.storage.table import Table, delete_write, put_write
from connector.sync import problems
from connector.sync.context import Context
from connector.sync.window import Window, day_begins
from connector.sync.window import days as days_between

State = dict[str, Any]

KIND = "Check"
"""Of an exception that holds nothing up: no facts are in it."""

PATIENCE = timedelta(minutes=15)
"""How long tender transactions may take in one preparation."""

FIRST_DAYS, MOST_DAYS = 7, 62
FEW_PAGES, MANY_PAGES = 20, 100
"""How many days are asked for at once: more where there is little in them, fewer where there is much."""

NAMED = 10
"""Orders that one exception names; the rest is counted."""

_NOTES_LOOKED_AT = 50
ZERO = Decimal("0.00")
ONE_DAY = timedelta(days=1)
IGNORED = EntryState.IGNORED.value


# An order's sales and its total.


def order_key(legacy_id: str) -> str:
    return f"{KIND}:order:{legacy_id}"


def said_of(disagreements: Sequence[Disagreement]) -> str:
    """What an order's record remembers, so that the same is said once."""
    return " ".join(one.words for one in disagreements)


def order_write(record: OrderRecord, found: Sequence[Disagreement], sync_id: str) -> dict[str, Any]:
    """A transaction part: the exception of an order whose figures disagree, or its end."""
    key = order_key(record.legacy_id)
    if not found:
        return _gone(record.shop, key)
    off = sum((one.difference for one in found), ZERO)
    held = problems.exception(
        record.shop,
        key,
        title=record.facts.order.name,
        day=found[0].day,
        sync_id=sync_id,
        reason=said_of(found),
        amount=off,
        kind=KIND,
    )
    return put_write(held.to_item())


# A day's payments and its tender transactions.


def step(state: State, context: Context, client: AdminClient, window: Window, zone: ZoneInfo) -> State:
    """Some days at a time, the newest first, until all are compared (``cursor`` is None then) or this invocation's time
    ends."""
    began = moment(state["began"]) if state.get("began") else context.clock()
    first, last = _days(window, zone)
    if state["cursor"]:
        last = min(last, date.fromisoformat(state["cursor"]) - ONE_DAY)
    count = state.get("days", FIRST_DAYS)
    while last >= first:
        since = max(first, last - (count - 1) * ONE_DAY)
        if context.clock() - began > PATIENCE:
            return _given_up(state, context, f"It took too long to compare the days up to {last}")
        try:
            pages = _compare(state, context, client, _Days(since, last, zone))
        except (GraphQLFailed, ShopifyUnavailable) as error:
            if isinstance(error, ShopifyUnavailable) and context.must_stop():  # it was only the time that was short
                return state | {"cursor": (last + ONE_DAY).isoformat(), "days": count, "began": stamp(began)}
            return _given_up(state, context, f"Shopify did not show them for the days up to {last}")
        count = max(count // 2, 1) if pages > MANY_PAGES else min(count * 2, MOST_DAYS) if pages < FEW_PAGES else count
        last = since - ONE_DAY
        if last >= first and context.must_stop():
            return state | {"cursor": since.isoformat(), "days": count, "began": stamp(began)}
    return state | {"cursor": None}


@dataclass(frozen=True, slots=True)
class _Days:
    first: date
    last: date
    zone: ZoneInfo


def _days(window: Window, zone: ZoneInfo) -> tuple[date, date]:
    """The first and the last of the whole business days within the window.

    The day before the last sync's is compared once more: an order may have been found too late.
    """
    last = (window.end - timedelta(microseconds=1)).astimezone(zone).date()
    if day_begins(last + ONE_DAY, zone) > window.end:
        last -= ONE_DAY
    return max(window.first, window.updated_since.astimezone(zone).date() - ONE_DAY), min(last, window.last)


def _compare(state: State, context: Context, client: AdminClient, days_: _Days) -> int:
    """Compare the days' sums, and order by order only where those differ; returns how many pages it took."""
    shop, table, zone = state["shop"], context.table, days_.zone
    currency = str((table.get(keys.shop(shop), keys.PROFILE) or {}).get("currency", ""))
    sums: dict[date, Decimal] = {}
    foreign: set[date] = set()
    pages = 0
    for tenders in _tenders(client, days_):
        pages += 1
        for tender in tenders:
            sums[tender.day] = sums.get(tender.day, ZERO) + tender.amount
            if tender.currency != currency:
                foreign.add(tender.day)
    paid = {day: _paid(columns["shopify"]) for day, columns in days.read(table, shop, days_.first, days_.last)}
    held = _exceptions(table, shop, days_)
    for day in days_between(days_.first, days_.last):
        words, off = "", sums.get(day, ZERO) - paid.get(day, ZERO)
        if off or day in foreign:
            found = [one for page in _tenders(client, _Days(day, day, zone)) for one in page]
            words = _disagreement(table, shop, state["sync_id"], day, found, paid.get(day, ZERO), currency)
        _say(table, shop, state["sync_id"], day, words, off, held.get(day))
    return pages


def _exceptions(table: Table, shop: str, days_: _Days) -> dict[date, dict[str, Any]]:
    """What has been said of these days."""
    wanted = {keys.entry(entry_id(shop, _tenders_key(d))): d for d in days_between(days_.first, days_.last)}
    items = table.batch_get([(keys.shop(shop), sk) for sk in wanted])
    return {wanted[item["sk"]]: item for item in items}


def _say(
    table: Table, shop: str, sync_id: str, day: date, words: str, off: Decimal, said: Mapping[str, Any] | None
) -> None:
    """The day's exception as it must be; one that a person has set aside comes back only over another amount."""
    key = _tenders_key(day)
    if not words:
        if said:
            table.transact([_gone(shop, key)])
        return
    same = said is not None and (said["amount"] == off if said["state"] == IGNORED else said["reason"] == words)
    if not same:
        title = f"Payments of {day}"
        held = problems.exception(shop, key, title=title, day=day, sync_id=sync_id, reason=words, amount=off, kind=KIND)
        table.put(held.to_item())


def _tenders_key(day: date) -> str:
    return f"{KIND}:tenders:{day.isoformat()}"


def _disagreement(
    table: Table, shop: str, sync_id: str, day: date, tenders: Sequence[TenderFact], paid: Decimal, currency: str
) -> str:
    """The orders whose payments are not their tender transactions, and what is left over, in words."""
    money = _money_of(
        table, shop, {_legacy_id(t.order) for t in tenders if t.order} | _changed_now(table, shop, sync_id)
    )
    found = tender_disagreements(day, tenders, money, currency)
    facts = [m for of_order in money.values() for m in of_order if m.day == day]
    known = sum((m.moved for m in facts if money_bucket(m).startswith(TENDER_PREFIX)), ZERO)
    said = [one.words for one in found[:NAMED]]
    if len(found) > NAMED:
        said.append(f"{len(found) - NAMED} more orders disagree.")
    if paid != known:
        said.append(f"Payments of {paid - known} of other orders have no tender transaction of that day.")
    return " ".join(said)


def _tenders(client: AdminClient, days_: _Days) -> Iterator[list[TenderFact]]:
    """Page by page, of whole business days, in no order that could be relied upon."""
    first, end = day_begins(days_.first, days_.zone), day_begins(days_.last + ONE_DAY, days_.zone)
    cursor: str | None = None
    while True:
        page = tenders_page(client, first, end, cursor)
        if page.missing:
            raise GraphQLFailed("tender_transactions_page", [page.missing.words])
        try:
            facts = [read_tender(node, days_.zone) for node in page.nodes]
        except UnreadableFact as error:
            raise GraphQLFailed("tender_transactions_page", [str(error)]) from error
        yield [fact for fact in facts if fact is not None]
        cursor = page.cursor
        if cursor is None:
            return


def _paid(shopify: Mapping[str, Decimal]) -> Decimal:
    """What the tie-out has as a day's payments, of all tenders."""
    return sum((amount for line, amount in shopify.items() if line.startswith(TENDER_PREFIX)), ZERO)


def _changed_now(table: Table, shop: str, sync_id: str) -> set[str]:
    """Orders that this sync has read something new of, as long as they are few enough to be looked at."""
    notes = list(noted(table, shop, sync_id, limit=_NOTES_LOOKED_AT))
    return {legacy_id for _, ids in notes for legacy_id in ids} if len(notes) < _NOTES_LOOKED_AT else set()


def _money_of(table: Table, shop: str, legacy_ids: Iterable[str]) -> dict[str, list[MoneyFact]]:
    """The payments in the books, by order id."""
    found: dict[str, list[MoneyFact]] = {}
    for record in get_many(table, shop, sorted(legacy_ids)).values():
        inside = record.in_the_books
        found[record.facts.order.id] = [fact for fact in record.facts.money if fact.id in inside]
    return found


def _given_up(state: State, context: Context, why: str) -> State:
    note = f"Payments were not all compared with Shopify's tender transactions. {why}."
    syncs.add_note(context.table, state["shop"], state["sync_id"], note)
    return state | {"cursor": None}


def _legacy_id(gid: str) -> str:
    return gid.rpartition("/")[2]


def _gone(shop: str, key: str) -> dict[str, Any]:
    return delete_write(keys.shop(shop), keys.entry(entry_id(shop, key)))
