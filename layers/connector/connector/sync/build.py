"""Building, detailed: each open order's facts become its own documents.

An order's record, its new entries and what the sync says it made are one transaction: a fact is never in two entries
and never marked as carried without its entry. Reading makes the documents of what it has just read, and stores facts
and entries at once; what was open before, and what reading had to leave, is built here. Many orders share a
transaction; if it is refused, each goes alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from typing import Any

from connector.accounting.detailed import Outcome, Unmappable, detailed_documents
from connector.accounting.items import Unmapped
from connector.accounting.outcome import unmappable
from connector.accounting.policy import Mode, Policy
from connector.accounting.summary import Part, SummaryKey, cost_parts, merge
from connector.outbox.entries import Entry
from connector.outbox.wanting import list_refs, want
from connector.quickbooks.names import ReferenceTooLong, base_reference, fallback_reference, reference
from connector.storage import references, syncs
from connector.storage.orders import OrderRecord, TooLarge, get_many
from connector.storage.table import TRANSACTION_LIMIT, ConditionFailed, Table, fits, put_write
from connector.sync import problems
from connector.sync.documents import entry_of
from connector.sync.growing_days import grow_writes
from connector.sync.modes import mode_of

_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Built:
    """What is to be written for one order, and what its goods cost where that is a document of the day.

    ``base`` is the beginning of its Ref Nos., if that is to be taken now. Without ``writes`` it stays as it is.
    """

    legacy_id: str
    writes: list[dict[str, Any]] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    costs: Mapping[SummaryKey, Part] = field(default_factory=dict)
    base: str = ""

    @property
    def shared(self) -> set[SummaryKey | str]:
        """The items that other orders' writes may be for too."""
        return {*self.costs, *([references.sk_of(self.base)] if self.base else [])}


def build_orders(
    table: Table,
    shop: str,
    sync_id: str,
    legacy_ids: Sequence[str],
    policy: Policy,
    known: set[str] | None = None,
    others: set[str] | None = None,
) -> int:
    """Make the documents of open orders; returns how many entries they got.

    Orders without open facts are passed over, so it may be repeated. ``known`` is what ``want`` keeps between calls.
    ``others`` takes the orders that were begun in summary documents: they go on in them.
    """
    made = 0
    policy = replace(policy, customer=Mode.DETAILED)
    for group in _packed(_build(table, shop, sync_id, legacy_ids, policy, known, others)):
        try:
            made += _write(table, shop, sync_id, group)
        except ConditionFailed:
            made += sum(_build_alone(table, shop, sync_id, built.legacy_id, policy, known) for built in group)
    return made


def _build_alone(table: Table, shop: str, sync_id: str, legacy_id: str, policy: Policy, known: set[str] | None) -> int:
    for attempt in range(_ATTEMPTS):
        built = _build(table, shop, sync_id, [legacy_id], policy, known)
        try:
            return _write(table, shop, sync_id, built) if built else 0
        except ConditionFailed:
            if attempt == _ATTEMPTS - 1:
                raise
    return 0


def _write(table: Table, shop: str, sync_id: str, group: Sequence[Built]) -> int:
    entries = [entry for built in group for entry in built.entries]
    table.transact(group_writes(table, shop, group) + made_writes(shop, sync_id, entries))
    return len(entries)


def group_writes(table: Table, shop: str, group: Sequence[Built]) -> list[dict[str, Any]]:
    """The transaction parts of orders that are written together: their own, and those for items that they share."""
    costs: dict[SummaryKey, Part] = {}
    for key, part in (pair for built in group for pair in built.costs.items()):
        costs[key] = merge(costs[key], part) if key in costs else part
    bases = {built.base: problems.key_of(built.legacy_id) for built in group if built.base}
    own = [write for built in group for write in built.writes]
    return own + references.take_writes(shop, bases) + grow_writes(table, shop, costs)


def _packed(built: Iterable[Built]) -> Iterator[list[Built]]:
    """As many orders together as a transaction takes."""
    group: list[Built] = []
    writes: list[dict[str, Any]] = []
    shared: set[SummaryKey | str] = set()
    for one in built:
        many = len(writes) + len(one.writes) + len(shared | one.shared) >= TRANSACTION_LIMIT
        if group and (many or not fits(writes + one.writes)):
            yield group
            group, writes, shared = [], [], set()
        group.append(one)
        writes += one.writes
        shared |= one.shared
    if group:
        yield group


def _build(
    table: Table,
    shop: str,
    sync_id: str,
    legacy_ids: Sequence[str],
    policy: Policy,
    known: set[str] | None,
    others: set[str] | None = None,
) -> list[Built]:
    records = [record for record in get_many(table, shop, legacy_ids).values() if record.unclaimed]
    if others is not None:
        others |= {r.legacy_id for r in records if mode_of(r, Mode.DETAILED) is not Mode.DETAILED}
    built = documents_of(table, shop, sync_id, records, policy, known)
    return [one for one in built.values() if one.writes]


def documents_of(
    table: Table,
    shop: str,
    sync_id: str,
    records: Iterable[OrderRecord],
    policy: Policy,
    known: set[str] | None = None,
) -> dict[str, Built]:
    """What is to be written for the orders (by legacy id) of ``records`` that are booked in documents of their own.

    The records may be new: then what is written stores them too. Orders of summaries, and those of which nothing is
    open, are left out.
    """
    open_ = [r for r in records if r.unclaimed and mode_of(r, policy.customer) is Mode.DETAILED]
    aside = problems.set_aside(table, shop, open_)
    # Which facts the books begin with was decided when they were stored.
    policy = replace(policy, start_date=None, customer=Mode.DETAILED)
    bases = _bases_of(table, shop, open_)
    outcomes = [(record, _outcome(record, bases[record.legacy_id], policy)) for record in open_]
    refs = [ref for _, outcome in outcomes for draft in outcome.drafts for ref in list_refs(draft.document)]
    want(table, shop, refs, known)
    return {
        record.legacy_id: _aside(record, aside[record.legacy_id], sync_id)
        if record.legacy_id in aside
        else _built(record, bases[record.legacy_id], outcome, sync_id, policy)
        for record, outcome in outcomes
    }


def _aside(record: OrderRecord, problem: Unmappable | None, sync_id: str) -> Built:
    """An order that a person has set aside: nothing, or the exception it is again."""
    if problem is None:
        return Built(record.legacy_id)
    return Built(record.legacy_id, _writes(record, record.reference, _held(record, problem), [], sync_id))


def _outcome(record: OrderRecord, base: str, policy: Policy) -> Outcome:
    return detailed_documents(
        record.facts,
        frozenset(record.claims),
        policy,
        partial(reference, base) if base else _no_reference,
        record.counters,
        record.open_documents,
    )


def _built(record: OrderRecord, base: str, outcome: Outcome, sync_id: str, policy: Policy) -> Built:
    try:
        carried = {fact for draft in outcome.drafts for fact in draft.facts}
        costs = cost_parts(record.facts.order, (s for s in record.facts.sales if s.id in carried), policy)
    except Unmapped as error:
        outcome, costs = _held(record, unmappable(record.facts.order, error, record.unclaimed_sales, ())), {}
    entries = [entry_of(record.shop, sync_id, draft) for draft in outcome.drafts]
    try:
        writes = _writes(record, base, outcome, entries, sync_id)
    except TooLarge:
        writes = []
    built = Built(record.legacy_id, writes, entries, costs, base if entries and base != record.reference else "")
    if (writes or not entries) and len(writes) + len(built.shared) < TRANSACTION_LIMIT:
        return built
    reason = f"it needs {len(entries)} documents at once, more than can be made safely: enter it by hand"
    held = _held(record, Unmappable(reason, Decimal("0.00")))
    return Built(record.legacy_id, _writes(record, base, held, [], sync_id))


def _held(record: OrderRecord, problem: Unmappable) -> Outcome:
    return Outcome((), dict(record.counters), record.open_documents, problem)


def _writes(
    record: OrderRecord, base: str, outcome: Outcome, entries: Sequence[Entry], sync_id: str
) -> list[dict[str, Any]]:
    """The order's own transaction parts. Its Ref Nos.' ``base`` is its own only once it is taken, with an entry."""
    said = problems.said_of(outcome.problem)
    if not entries and said == record.problem:
        return []
    carried = {fact: draft.key for draft in outcome.drafts for fact in draft.facts}
    done = replace(
        record,
        claims={**record.claims, **carried},
        counters=outcome.counters,
        open_documents=outcome.open_documents,
        reference=base if entries else record.reference,
        problem=said,
    )
    writes = [done.write()]
    writes += [put_write(entry.to_item(), "attribute_not_exists(pk)") for entry in entries]
    if outcome.problem and done.unclaimed:
        writes.append(problems.hold_write(done, sync_id, outcome.problem))
    elif record.problem:
        writes.append(problems.release_write(record))
    return writes


def made_writes(shop: str, sync_id: str, entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """One transaction part for the sync's counts by document type, none without entries."""
    made = made_of(entries)
    return [syncs.made_write(shop, sync_id, made)] if made else []


def made_of(entries: Iterable[Entry]) -> dict[str, tuple[int, Decimal]]:
    """How many documents over how much, by type. DynamoDB takes an item, the sync's too, only once in a transaction."""
    counts: dict[str, tuple[int, Decimal]] = {}
    for entry in entries:
        count, amount = counts.get(entry.kind, (0, Decimal("0.00")))
        counts[entry.kind] = (count + 1, amount + entry.amount)
    return counts


def _bases_of(table: Table, shop: str, records: Sequence[OrderRecord]) -> dict[str, str]:
    """The beginning of each order's Ref Nos.: its own if it has one, else its name if that is usable and free, else one
    made of its id. Without any (both taken) it is empty, and the order can't be numbered."""
    choices = {record.legacy_id: _choices(record) for record in records if not record.reference}
    owners = references.owners(table, shop, (base for wanted in choices.values() for base in wanted))
    found = {}
    for record in records:
        base, owner = record.reference, problems.key_of(record.legacy_id)
        for choice in choices.get(record.legacy_id, ()):
            if owners.setdefault(choice.upper(), owner) == owner:
                base = choice
                break
        found[record.legacy_id] = base
    return found


def _choices(record: OrderRecord) -> list[str]:
    bases = [base_reference(record.facts.order.name) or ""]
    with suppress(ReferenceTooLong):
        bases.append(fallback_reference(record.legacy_id))
    return [base for base in bases if base]


def _no_reference(letter: str, number: int) -> str:
    raise ValueError("no Ref No. is free for it: another order has the same name")
