"""Facts of a topic into the table: each once, with its amounts in the tie-out's Shopify column."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from connector.accounting.effects import add, negative
from connector.ledger.nodes import UnreadableFact
from connector.outbox.entries import EntryState, entry_id
from connector.storage import days, facts, keys, syncs
from connector.storage.facts import NEVER_POSTED, Change, FactRecord
from connector.storage.orders import BEFORE_THE_BOOKS
from connector.sync import problems
from connector.sync.topics.topic import Books, Effects, Reading

PartEffect = Callable[[Any, str], Mapping[str, Decimal]]
"""What a part (id) of a fact does to the tie-out lines."""

OUTSIDE = frozenset({BEFORE_THE_BOOKS, NEVER_POSTED})
"""Claims of parts that no entry carries and no tie-out counts."""

_UNREADABLE = "Unreadable"


def store(reading: Reading, books: Books, found: Sequence[facts.Fact]) -> int:
    """Store what is new; returns how many records changed. Facts at or after the window's end are not for here."""

    def also(changes: Sequence[Change]) -> Iterable[dict[str, Any]]:
        yield from amount_writes(reading.shop, books, changes)
        count = sum(len(new_parts(change.before, change.after)) for change in changes)
        if count:
            yield syncs.read_write(reading.shop, reading.sync_id, 0, count)

    return facts.store(reading.context.table, reading.shop, books.facts, found, reading.belongs, also)


def amount_writes(shop: str, books: Books, changes: Sequence[Change]) -> Iterable[dict[str, Any]]:
    """What the changes do to the tie-out's Shopify column."""
    total: dict[date, dict[str, Decimal]] = {}
    for change in changes:
        for day, effect in (books.effects(change.before, change.after) if books.effects else {}).items():
            total[day] = add(total.get(day, {}), effect)
    for day, effect in total.items():
        yield from days.add_writes(shop, day, "shopify", effect)


def by_part(effect: PartEffect) -> Callable[[FactRecord | None, FactRecord], Effects]:
    """``Books.effects`` of records whose parts each have an effect of their own: what comes into the books counts, what
    leaves them before it was posted no longer does."""

    def effects(before: FactRecord | None, after: FactRecord) -> Effects:
        total: dict[date, dict[str, Decimal]] = {}
        for part in new_parts(before, after):
            day = after.fact.claimable[part]
            total[day] = add(total.get(day, {}), effect(after.fact, part))
        for part in new_parts(after, before) if before else ():
            if before and part not in after.claims:
                day = before.fact.claimable[part]
                total[day] = add(total.get(day, {}), negative(effect(before.fact, part)))
        return total

    return effects


def new_parts(before: FactRecord | None, after: FactRecord) -> list[str]:
    """The parts that are in the books after and were not before."""
    known = in_the_books(before) if before else frozenset()
    return [part for part in after.fact.claimable if part in in_the_books(after) - known]


def in_the_books(record: FactRecord) -> frozenset[str]:
    return frozenset(p for p in record.fact.claimable if record.claims.get(p) not in OUTSIDE)


def effects_of(books: Books, record: FactRecord, parts: Collection[str]) -> Effects:
    """What these parts of a record alone do to the tie-out; nothing where only its documents can tell."""
    if books.effects is None or not parts:
        return {}
    only = {part: BEFORE_THE_BOOKS for part in record.fact.claimable if part not in parts}
    return books.effects(None, replace(record, claims=only))


def hold_unreadable(reading: Reading, unreadable: Iterable[UnreadableFact]) -> None:
    """Each record that makes no sense is an exception; said once, a person may set it aside. Nothing is guessed."""
    table, shop = reading.context.table, reading.shop
    for one in unreadable:
        key = _unreadable_key(one.what, one.id or one.name)
        known = table.get(keys.shop(shop), keys.entry(entry_id(shop, key)))
        # What a person has set aside has their words as its reason: it comes back only over another amount.
        amount = one.amount or problems.ZERO
        aside = known is not None and known["state"] == EntryState.IGNORED.value
        if known and (known["amount"] == amount if aside else known["reason"] == str(one)):
            continue
        held = problems.exception(
            shop,
            key,
            title=one.name or one.id or one.what,
            day=reading.window.last,
            sync_id=reading.sync_id,
            reason=str(one),
            amount=amount,
            kind=_UNREADABLE,
        )
        table.put(held.to_item())


def release_readable(reading: Reading, what: str, ids: Iterable[str]) -> None:
    """Records that make sense now: what was said of them goes."""
    pk = keys.shop(reading.shop)
    wanted = [(pk, keys.entry(entry_id(reading.shop, _unreadable_key(what, id_)))) for id_ in ids]
    for item in reading.context.table.batch_get(wanted):
        reading.context.table.delete(pk, item["sk"])


def _unreadable_key(what: str, id_: str) -> str:
    return f"{_UNREADABLE}:{what}:{id_}"
