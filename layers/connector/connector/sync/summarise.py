"""Building, summary: open orders add up to one balanced document per business day, location and channel.

Orders come in pages, so a day's document grows as a draft. Adding an order's facts to the drafts and marking them as
carried is one transaction; a killed run goes on where it stopped. When all orders are in, the drafts become entries.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import Any

from connector.accounting.costs import costs_in
from connector.accounting.detailed import Unmappable
from connector.accounting.documents import Draft
from connector.accounting.effects import effect_of_document
from connector.accounting.policy import Mode, Policy
from connector.accounting.summary import Part, SummaryKey, merge, posting_key, summary_document, summary_parts
from connector.outbox.wanting import list_refs, want
from connector.storage import days, keys
from connector.storage.orders import OrderRecord, TooLarge, get_many
from connector.storage.table import ConditionFailed, Item, Table, delete_write, fits, put_write
from connector.sync import growing_days, problems
from connector.sync.build import made_writes
from connector.sync.documents import entry_of
from connector.sync.growing_days import GrowingDay, draft_write, growing, open_draft, series
from connector.sync.modes import mode_of

ORDERS_A_TRANSACTION = 60
LARGEST_DRAFT = 150_000
"""Bytes of a packed draft: one that has grown beyond is closed, and the day goes on in a supplement. It is rewritten
with every group of orders, and its entry has to fit into one item."""

_ATTEMPTS = 5
_DAYS_AT_ONCE = 40
# Two characters of a Ref No. tell a day's documents apart.
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MOST_DOCUMENTS = 99 + 26 * 36


def add_orders(
    table: Table,
    shop: str,
    sync_id: str,
    legacy_ids: Sequence[str],
    policy: Policy,
    known: set[str] | None = None,
    others: set[str] | None = None,
) -> int:
    """Add the open facts of a few orders to the drafts of their days; returns how many orders were taken in.

    ``others`` takes the orders that were begun with documents of their own: they go on with them.
    """
    taken = 0
    others = set() if others is None else others
    policy = replace(policy, start_date=None, customer=Mode.SUMMARY)
    for start in range(0, len(legacy_ids), ORDERS_A_TRANSACTION):
        group = legacy_ids[start : start + ORDERS_A_TRANSACTION]
        taken += _add_group(table, shop, sync_id, group, policy, known, others)
    return taken


def _add_group(
    table: Table,
    shop: str,
    sync_id: str,
    legacy_ids: Sequence[str],
    policy: Policy,
    known: set[str] | None,
    others: set[str],
) -> int:
    for attempt in range(_ATTEMPTS):
        records = _open_records(table, shop, legacy_ids, others)
        aside = problems.set_aside(table, shop, records)
        drafts: dict[SummaryKey, GrowingDay] = {}
        order_writes = [_order_writes(table, sync_id, r, policy, drafts, aside) for r in records]
        grown = [draft_write(shop, draft) for draft in drafts.values()]
        writes = [write for parts in order_writes for write in parts] + grown
        if not writes:
            return 0
        if not fits(writes) and len(records) > 1:
            middle = len(records) // 2
            halves = [[r.legacy_id for r in half] for half in (records[:middle], records[middle:])]
            return sum(_add_group(table, shop, sync_id, half, policy, known, others) for half in halves)
        try:
            table.transact(writes)
        except ConditionFailed:
            if attempt == _ATTEMPTS - 1:
                raise
            continue
        for key, write in zip(drafts, grown, strict=True):
            if len(write["Put"]["Item"]["body"]) > LARGEST_DRAFT:
                _finish(table, shop, sync_id, key, policy, known)
        rest = [r.legacy_id for r, parts in zip(records, order_writes, strict=True) if len(parts) and _is_long(r)]
        more = _add_group(table, shop, sync_id, rest, policy, known, others) if rest else 0
        return sum(1 for parts in order_writes if parts) + more
    return 0


def _open_records(table: Table, shop: str, legacy_ids: Sequence[str], others: set[str]) -> list[OrderRecord]:
    records = [record for record in get_many(table, shop, legacy_ids).values() if record.unclaimed]
    mine = [record for record in records if mode_of(record, Mode.SUMMARY) is Mode.SUMMARY]
    others |= {record.legacy_id for record in records} - {record.legacy_id for record in mine}
    return mine


def _is_long(record: OrderRecord) -> bool:
    """Whether the order had more open days than are taken in at once."""
    return len({fact.day for fact in record.unclaimed}) > _DAYS_AT_ONCE


def _order_writes(
    table: Table,
    sync_id: str,
    record: OrderRecord,
    policy: Policy,
    drafts: dict[SummaryKey, GrowingDay],
    aside: Mapping[str, Unmappable | None],
) -> list[dict[str, Any]]:
    """The transaction parts for an order itself, whose facts are added to ``drafts``."""
    if record.legacy_id in aside:
        again = aside[record.legacy_id]
        return _held(record, sync_id, again) if again else []
    parts = summary_parts(record.facts, frozenset(record.claims), policy)
    if isinstance(parts, Unmappable):
        return _held(record, sync_id, parts)
    if not (parts or record.problem):
        return []
    grown = dict(drafts)
    try:
        writes = [_take_in(table, record, parts, grown).write()]
    except TooLarge as error:
        return _held(record, sync_id, Unmappable(f"{error}: enter it by hand", problems.ZERO))
    drafts |= grown
    if record.problem:
        writes.append(problems.release_write(record))
    return writes


def _held(record: OrderRecord, sync_id: str, problem: Unmappable) -> list[dict[str, Any]]:
    said = problems.said_of(problem)
    if said == record.problem:
        return []
    return [replace(record, problem=said).write(), problems.hold_write(record, sync_id, problem)]


def _take_in(
    table: Table, record: OrderRecord, parts: Mapping[SummaryKey, Part], drafts: dict[SummaryKey, GrowingDay]
) -> OrderRecord:
    """Grow ``drafts`` by an order's parts, its first days' if it has very many; returns the order with those facts
    carried by them."""
    claims = dict(record.claims)
    for key, part in islice(parts.items(), _DAYS_AT_ONCE):
        draft = drafts.get(key) or open_draft(table, record.shop, key)
        drafts[key] = replace(draft, part=merge(draft.part, part))
        claims |= dict.fromkeys(part.facts, posting_key(key, draft.number))
    return replace(record, claims=claims, problem="")


def finish_drafts(
    table: Table, shop: str, sync_id: str, policy: Policy, known: set[str] | None = None
) -> Iterator[int]:
    """Every draft becomes an entry; gives the number of entries after each, so that the caller may stop in between.

    What its facts need was there when they came in; if QuickBooks refuses it meanwhile, the entry is held for that.
    """
    policy = replace(policy, start_date=None, unusable={})
    for item in table.query(keys.shop(shop), "DRAFT#"):
        yield _finish(table, shop, sync_id, growing(item).key, policy, known)


def _finish(table: Table, shop: str, sync_id: str, key: SummaryKey, policy: Policy, known: set[str] | None) -> int:
    """The draft's entry, its number and the draft's end are one transaction."""
    for attempt in range(_ATTEMPTS):
        draft = growing_days.draft(table, shop, key)
        if draft is None:
            return 0
        numbers = table.get(keys.shop(shop), keys.summary_numbers(key.day)) or {}
        last = int(numbers.get("last", 0)) + 1
        document = summary_document(key, draft.part, policy, reference_of(key.day, last))
        writes = [_end_write(shop, draft), _numbers_write(shop, draft, numbers, last)]
        entries = []
        if document is not None:
            effect = effect_of_document(document)
            posting = Draft(posting_key(key, draft.number), document, draft.part.facts, document.memo, effect)
            entries = [entry_of(shop, sync_id, posting)]
            want(table, shop, tuple(list_refs(document)), known)
        writes += [put_write(entry.to_item(), "attribute_not_exists(pk)") for entry in entries]
        writes += made_writes(shop, sync_id, entries)
        # What goods cost counts as Shopify's when it is carried: only then is it known that QuickBooks keeps no stock.
        writes += days.add_writes(shop, key.day, "shopify", costs_in(entries[0].effect)) if entries else []
        try:
            table.transact(writes)
        except ConditionFailed:
            if attempt == _ATTEMPTS - 1:
                raise
            continue
        return len(entries)
    return 0


def _end_write(shop: str, draft: GrowingDay) -> dict[str, Any]:
    sk = keys.summary_draft(draft.key.day, draft.key.location, draft.key.channel)
    return delete_write(keys.shop(shop), sk, "version = :version", values={":version": draft.version})


def _numbers_write(shop: str, draft: GrowingDay, numbers: Item, last: int) -> dict[str, Any]:
    """How many documents the day has now, in all and of the draft's series."""
    version = int(numbers.get("version", 0))
    counted = {
        **numbers,
        "pk": keys.shop(shop),
        "sk": keys.summary_numbers(draft.key.day),
        "version": version + 1,
        "last": last,
        series(draft.key): draft.number,
    }
    if version:
        return put_write(counted, "version = :version", values={":version": version})
    return put_write(counted, "attribute_not_exists(pk)")


def reference_of(day: date, number: int) -> str:
    """``D260305-01``: the day and which of its documents. Raises ``ValueError`` beyond the 1,035th."""
    if not 1 <= number <= _MOST_DOCUMENTS:
        raise ValueError(f"{day} has no room for a document number {number}")
    tail = f"{number:02d}" if number < 100 else _DIGITS[10 + (number - 100) // 36] + _DIGITS[(number - 100) % 36]
    return f"D{day:%y%m%d}-{tail}"
