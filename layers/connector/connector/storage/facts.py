"""Facts other than orders' as stored: each once under its id, with the entry that carries each part of it.

A record is a payout, a cash session, a purchase, …; its ``claimable`` parts are what has to be in the books, and
``claims`` says by which entry (posting key) each is. A record with unclaimed parts is in the index of its topic. What
may still change of a fact is for its own ``updated`` to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Protocol, Self

from connector.ledger.cash import CashSession
from connector.ledger.payouts import Dispute, Payout
from connector.ledger.purchases import Purchase
from connector.ledger.stock import StockCount
from connector.ledger.stored_value import StoredValueFact
from connector.ledger.transfers import Transfer
from connector.storage import keys
from connector.storage.codec import pack, unpack
from connector.storage.orders import BEFORE_THE_BOOKS
from connector.storage.table import ConditionFailed, Table, delete_write, fits, put_write

CHUNK_BYTES = 350_000
"""Of a packed fact in one item, which has at most 400 kB (Amazon DynamoDB Developer Guide, "Quotas"): a large shop's
payout needs several."""

NEVER_POSTED = "never posted"
"""Carries parts that cancelled each other before any of them was posted, such as a payout that the bank declined."""

_TOGETHER = 25
_ATTEMPTS = 5


class Fact(Protocol):
    """What is stored. ``claimable`` are the ids of what must be in the books, with their business days."""

    @property
    def id(self) -> str: ...

    @property
    def day(self) -> date: ...

    @property
    def claimable(self) -> Mapping[str, date]: ...

    def updated(self, newer: Any) -> Self: ...


class Topic(StrEnum):
    PAYOUT = "payout"
    DISPUTE = "dispute"
    STORED_VALUE = "stored_value"
    CASH = "cash"
    TRANSFER = "transfer"
    STOCK = "stock"
    PURCHASE = "purchase"


_TYPES: dict[Topic, type[Any]] = {
    Topic.PAYOUT: Payout,
    Topic.DISPUTE: Dispute,
    Topic.STORED_VALUE: StoredValueFact,
    Topic.CASH: CashSession,
    Topic.TRANSFER: Transfer,
    Topic.STOCK: StockCount,
    Topic.PURCHASE: Purchase,
}


@dataclass(frozen=True, slots=True)
class FactRecord:
    """``version`` guards every write; ``problem`` says why parts of it could not become documents, ``reference`` is the
    beginning of its documents' Ref Nos."""

    shop: str
    topic: Topic
    fact: Any
    claims: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    reference: str = ""
    version: int = 0
    stored_day: date | None = None

    @property
    def id(self) -> str:
        return str(self.fact.id)

    @property
    def unclaimed(self) -> dict[str, date]:
        """What no entry carries yet, with its business day."""
        return {part: day for part, day in self.fact.claimable.items() if part not in self.claims}

    def claimed(self, claims: Mapping[str, str]) -> FactRecord:
        """With parts (ids) carried by entries (posting keys). Raises ``ValueError`` for one that is carried already."""
        twice = sorted(part for part, key in claims.items() if self.claims.get(part, key) != key)
        if twice:
            raise ValueError(f"{', '.join(twice)} is in another entry already")
        return replace(self, claims={**self.claims, **claims})

    def released(self, posting_key: str) -> FactRecord:
        """With what that entry carried free to be posted again."""
        return replace(self, claims={part: key for part, key in self.claims.items() if key != posting_key})

    def writes(self) -> list[dict[str, Any]]:
        """Transaction parts that store the record, refused if another run stored it in between."""
        body = pack(self.fact)
        chunks = [body[start : start + CHUNK_BYTES] for start in range(0, len(body), CHUNK_BYTES)]
        item: dict[str, Any] = {
            "pk": keys.shop(self.shop),
            "sk": keys.fact(self.topic, self.id),
            "id": self.id,
            "day": self.fact.day.isoformat(),
            "body": chunks[0],
            "chunks": len(chunks),
            "claims": dict(self.claims),
            "problem": self.problem,
            "reference": self.reference,
            "version": self.version + 1,
        }
        if open_ := self.unclaimed:
            item["gsi1pk"] = keys.facts_queue(self.shop, self.topic)
            item["gsi1sk"] = f"{min(open_.values()).isoformat()}#{self.id}"
        guard = (
            ("version = :version", {":version": self.version}) if self.version else ("attribute_not_exists(pk)", None)
        )
        writes = [put_write(item, guard[0], values=guard[1])]
        writes += [
            put_write({"pk": keys.shop(self.shop), "sk": keys.fact_chunk(self.topic, self.id, n), "body": chunk})
            for n, chunk in enumerate(chunks[1:], 1)
        ]
        return writes + self._day_writes()

    def _day_writes(self) -> list[dict[str, Any]]:
        """The entry in the list of the day, which is written once, and moved if the day was not final."""
        if self.stored_day == self.fact.day:
            return []
        sk = keys.fact_of_day(self.topic, self.fact.day, self.id)
        writes = [put_write({"pk": keys.shop(self.shop), "sk": sk, "id": self.id})]
        if self.stored_day:
            writes.append(delete_write(keys.shop(self.shop), keys.fact_of_day(self.topic, self.stored_day, self.id)))
        return writes


@dataclass(frozen=True, slots=True)
class Change:
    """A record before (None: it is new) and after a reading."""

    before: FactRecord | None
    after: FactRecord


Also = Callable[[Sequence[Change]], Iterable[dict[str, Any]]]
"""What a caller writes in the same transaction as the changes: tie-out sums, the sync's counts."""


def store(
    table: Table,
    shop: str,
    topic: Topic,
    facts: Sequence[Fact],
    belongs: Callable[[date], bool],
    also: Also = lambda changes: (),
) -> int:
    """Store what is new in ``facts``; returns how many records changed. Repeating it changes nothing.

    ``belongs`` says of a business day whether it is in these books. Parts of other days are another bookkeeping's: they
    are kept and not posted, until a backfill says that their day belongs.
    """
    latest = {fact.id: fact for fact in facts}
    ids = list(latest)
    return sum(
        _store(table, shop, topic, [latest[id_] for id_ in ids[start : start + _TOGETHER]], belongs, also)
        for start in range(0, len(ids), _TOGETHER)
    )


def _store(
    table: Table, shop: str, topic: Topic, facts: Sequence[Fact], belongs: Callable[[date], bool], also: Also
) -> int:
    for attempt in range(_ATTEMPTS):
        known = get_many(table, shop, topic, [fact.id for fact in facts])
        changes = [c for fact in facts if (c := _change(shop, topic, known.get(fact.id), fact, belongs))]
        if not changes:
            return 0
        writes = [write for change in changes for write in change.after.writes()] + list(also(changes))
        if not fits(writes) and len(facts) > 1:
            middle = len(facts) // 2
            halves = (facts[:middle], facts[middle:])
            return sum(_store(table, shop, topic, half, belongs, also) for half in halves)
        try:
            table.transact(writes)
        except ConditionFailed:
            if attempt == _ATTEMPTS - 1:
                raise
            continue
        return len(changes)
    return 0


def _change(
    shop: str, topic: Topic, before: FactRecord | None, fact: Fact, belongs: Callable[[date], bool]
) -> Change | None:
    """None if nothing of the fact is new."""
    record = replace(before, fact=before.fact.updated(fact)) if before else FactRecord(shop, topic, fact)
    known: Mapping[str, date] = before.fact.claimable if before else {}
    days: Mapping[str, date] = record.fact.claimable
    claims = {
        part: key
        for part, key in record.claims.items()
        if key != BEFORE_THE_BOOKS or part not in days or not belongs(days[part])
    }
    claims |= {part: BEFORE_THE_BOOKS for part, day in days.items() if part not in known and not belongs(day)}
    after = replace(record, claims=claims)
    return Change(before, after) if after != before else None


def get_many(table: Table, shop: str, topic: Topic, ids: Sequence[str]) -> dict[str, FactRecord]:
    items = table.batch_get([(keys.shop(shop), keys.fact(topic, id_)) for id_ in ids])
    records = (_record(table, shop, topic, item) for item in items)
    return {record.id: record for record in records}


def open_facts(
    table: Table, shop: str, topic: Topic, *, after: str = "", until: str = "", limit: int = 0
) -> Iterator[tuple[str, str]]:
    """(queue position, id) of records with unclaimed parts, oldest day first, from behind ``after``.

    ``until`` is a day: what is open only since later ones is left out. The index may lag, as with orders.
    """
    prefix = keys.fact(topic, "")
    for _, sk, position in table.index(keys.facts_queue(shop, topic), after=after, limit=limit):
        if until and position[: len(until)] > until:
            return
        yield position, sk.removeprefix(prefix)


def by_day(table: Table, shop: str, topic: Topic, first: date, last: date) -> Iterator[FactRecord]:
    """Records of the business days ``first`` to ``last``, in order; claimed or not."""
    begin, end = keys.fact_of_day(topic, first, ""), keys.fact_of_day(topic, last + timedelta(days=1), "")
    group: list[str] = []
    for item in table.query(keys.shop(shop), first=begin, last=end):
        group.append(item["id"])
        if len(group) == _TOGETHER:
            yield from _in_order(table, shop, topic, group)
            group = []
    yield from _in_order(table, shop, topic, group)


def listed(table: Table, shop: str, topic: Topic, *, after: str = "") -> Iterator[FactRecord]:
    """All records of a topic from behind ``after`` (an id) on, in the order of their ids."""
    first, last = keys.fact(topic, after), keys.fact(topic, "\U0010ffff")
    for item in table.query(keys.shop(shop), first=first, last=last):
        if item["sk"] != first:
            yield _record(table, shop, topic, item)


def _in_order(table: Table, shop: str, topic: Topic, ids: Sequence[str]) -> Iterator[FactRecord]:
    found = get_many(table, shop, topic, ids)
    yield from (found[id_] for id_ in ids if id_ in found)


def _record(table: Table, shop: str, topic: Topic, item: Mapping[str, Any]) -> FactRecord:
    body = bytes(item["body"])
    if item["chunks"] > 1:
        pk, id_ = keys.shop(shop), item["id"]
        rest = table.batch_get([(pk, keys.fact_chunk(topic, id_, n)) for n in range(1, item["chunks"])])
        body += b"".join(bytes(chunk["body"]) for chunk in rest)
    return FactRecord(
        shop=shop,
        topic=topic,
        fact=unpack(body, _TYPES[topic]),
        claims=item["claims"],
        problem=item["problem"],
        reference=item["reference"],
        version=item["version"],
        stored_day=date.fromisoformat(item["day"]),
    )
