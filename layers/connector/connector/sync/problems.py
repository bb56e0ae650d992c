"""Orders that can't become documents: an exception with its amount and its reason; everything else flows.

An order has at most two exceptions: what of it could not be read at all, and what was read and can't be mapped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from connector.accounting.buckets import NOT_MAPPED
from connector.accounting.detailed import Unmappable
from connector.accounting.effects import effect_of_facts, is_money_side
from connector.ledger.facts import OrderFacts, OrderHeader
from connector.ledger.orders import UnreadableOrder
from connector.outbox.entries import Entry, EntryState, entry_id
from connector.storage import keys
from connector.storage.orders import OrderRecord, get_many
from connector.storage.table import ConditionFailed, Table, delete_write, put_write

KIND = "Order"
_UNREADABLE = "Unreadable"
_ATTEMPTS = 5
ZERO = Decimal("0.00")


def key_of(legacy_id: str) -> str:
    return f"{KIND}:{legacy_id}"


def unreadable_key_of(legacy_id: str) -> str:
    return f"{_UNREADABLE}:{legacy_id}"


def is_unreadable(entry: Entry) -> bool:
    """Whether the exception is about an order whose facts are not known, so that no sum has its amount yet."""
    return entry.key.startswith(f"{_UNREADABLE}:")


def said_of(problem: Unmappable | None) -> str:
    """What the record of an order remembers of its problem, to tell a new one from the old one."""
    return f"{problem.reason} ({problem.amount})" if problem else ""


def hold_write(record: OrderRecord, sync_id: str, problem: Unmappable) -> dict[str, Any]:
    """A transaction part: the order's open facts are an exception, replacing what was said of it before.

    Its amount is that of all facts that are not in a document, so that the tie-out's difference is explained by it;
    the part of it that the problem itself is about stands in the reason.
    """
    effect = effect_of_facts(record.unclaimed_sales, record.unclaimed_money)
    held = exception(
        record.shop,
        key_of(record.legacy_id),
        title=record.facts.order.name,
        day=min(fact.day for fact in record.unclaimed),
        sync_id=sync_id,
        reason=problem.reason,
        amount=amount_of(effect) or problem.amount,
        effect=effect,
    )
    return put_write(held.to_item())


def release_write(record: OrderRecord) -> dict[str, Any]:
    """A transaction part: the order's exception is gone."""
    return delete_write(keys.shop(record.shop), keys.entry(entry_id(record.shop, key_of(record.legacy_id))))


def release_unreadable_write(record: OrderRecord) -> dict[str, Any]:
    """A transaction part: the order can be read again."""
    return delete_write(keys.shop(record.shop), keys.entry(entry_id(record.shop, unreadable_key_of(record.legacy_id))))


REOPENED = "Something new came to it after it was set aside. Retry it, or set it aside again."


def set_aside(table: Table, shop: str, records: Iterable[OrderRecord]) -> dict[str, Unmappable | None]:
    """Those of ``records`` (by legacy id) whose exception a person has set aside, which is final for what it was about.

    They stay as they are (None), but what came to one since then is a new exception: whoever set the rest aside has
    to say whether it goes the same way.
    """
    troubled = {entry_id(shop, key_of(r.legacy_id)): r for r in records if r.problem}
    aside: dict[str, Unmappable | None] = {}
    for item in table.batch_get([(keys.shop(shop), keys.entry(id_)) for id_ in troubled]):
        if is_aside(item):
            record, entry = troubled[item["id"]], Entry.from_item(item)
            effect = effect_of_facts(record.unclaimed_sales, record.unclaimed_money)
            stays = entry.state is EntryState.IGNORED and effect == entry.effect
            aside[record.legacy_id] = None if stays else Unmappable(REOPENED, amount_of(effect))
    return aside


def is_aside(item: Mapping[str, Any]) -> bool:
    """Whether a stored exception was set aside by a person, who alone may end it, also once it is open again."""
    return bool(item["state"] == EntryState.IGNORED or item["reason"] == REOPENED)


def hold_unreadable(table: Table, shop: str, sync_id: str, problem: UnreadableOrder, day: date) -> None:
    """An order whose record makes no sense is named on the page; nothing of it is guessed.

    Said once: what a person has set aside stays aside until something else is wrong with the order.
    """
    legacy_id = problem.order_id.rsplit("/", 1)[-1] or problem.name or "unknown"
    amount = problem.amount or ZERO
    held = exception(
        shop,
        unreadable_key_of(legacy_id),
        title=problem.name or problem.order_id,
        day=day,
        sync_id=sync_id,
        reason=problem.reason,
        amount=amount,
        effect={NOT_MAPPED: amount} if amount else {},
    )
    said = f"{problem.reason} ({amount})"
    for attempt in range(_ATTEMPTS):
        record = get_many(table, shop, [legacy_id]).get(legacy_id) or _unread(shop, legacy_id, problem)
        if record.unreadable == said:
            return
        try:
            table.transact([replace(record, unreadable=said).write(), put_write(held.to_item())])
        except ConditionFailed:
            if attempt == _ATTEMPTS - 1:
                raise
            continue
        return


def amount_of(effect: Mapping[str, Decimal]) -> Decimal:
    """What an effect comes to: what was sold, or the money that moved where nothing was sold."""
    money_side = sum((amount for bucket, amount in effect.items() if is_money_side(bucket)), ZERO)
    moved = max((abs(amount) for bucket, amount in effect.items() if is_money_side(bucket)), default=ZERO)
    return money_side or moved


def _unread(shop: str, legacy_id: str, problem: UnreadableOrder) -> OrderRecord:
    header = OrderHeader(
        id=problem.order_id,
        legacy_id=legacy_id,
        name=problem.name,
        currency="",
        customer=None,
        location_id=None,
        location=None,
        channel="",
        fulfilled=False,
        cancelled=False,
        test=False,
        updated_at=datetime.fromtimestamp(0, UTC),
    )
    return OrderRecord(shop, OrderFacts(header, (), ()))


def exception(
    shop: str,
    key: str,
    *,
    title: str,
    day: date,
    sync_id: str,
    reason: str,
    amount: Decimal,
    effect: Mapping[str, Decimal] | None = None,
    kind: str = KIND,
) -> Entry:
    """The entry that names what a person has to look at: it has no document, and ``effect`` is what is open for it."""
    return Entry(
        id=entry_id(shop, key),
        shop=shop,
        kind=kind,
        key=key,
        title=title,
        day=day,
        order_by=f"{day.isoformat()}#{key}",
        state=EntryState.HELD,
        document=None,
        sync_id=sync_id,
        amount=amount,
        effect=dict(effect or {}),
        reason=reason,
    )
