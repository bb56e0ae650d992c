"""Building, detailed: each open order's facts become its own documents.

An order's record, its new entries and what the sync says it made are one transaction: a fact is never in two entries
and never marked as carried without its entry. Many orders share a transaction; if it is refused, each goes alone.
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
from connector.storage import keys, syncs
from connector.storage.orders import OrderRecord, TooLarge, get_many
from connector.storage.table import TRANSACTION_LIMIT, ConditionFailed, Table, fits, put_write
from connector.sync import problems
from connector.sync.documents import entry_of
from connector.sync.growing_days import grow_writes
from connector.sync.modes import mode_of

_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class _Built:
    """What is to be written for one order, and what its goods cost where that is a document of the day."""

    legacy_id: str
    writes: list[dict[str, Any]]
    entries: list[Entry] = field(default_factory=list)
    costs: Mapping[SummaryKey, Part] = field(default_factory=dict)


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
    policy = replace(policy, start_date=None, customer=Mode.DETAILED)
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


def _write(table: Table, shop: str, sync_id: str, group: Sequence[_Built]) -> int:
    entries = [entry for built in group for entry in built.entries]
    costs: dict[SummaryKey, Part] = {}
    for key, part in (pair for built in group for pair in built.costs.items()):
        costs[key] = merge(costs[key], part) if key in costs else part
    writes = [write for built in group for write in built.writes]
    table.transact(writes + made_writes(shop, sync_id, entries) + grow_writes(table, shop, costs))
    return len(entries)


def _packed(built: Iterable[_Built]) -> Iterator[list[_Built]]:
    """As many orders together as a transaction takes."""
    group: list[_Built] = []
    writes: list[dict[str, Any]] = []
    days: set[SummaryKey] = set()
    for one in built:
        many = len(writes) + len(one.writes) + len(days | one.costs.keys()) >= TRANSACTION_LIMIT
        if group and (many or not fits(writes + one.writes)):
            yield group
            group, writes, days = [], [], set()
        group.append(one)
        writes += one.writes
        days |= one.costs.keys()
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
) -> list[_Built]:
    records = [record for record in get_many(table, shop, legacy_ids).values() if record.unclaimed]
    if others is not None:
        others |= {r.legacy_id for r in records if mode_of(r, Mode.DETAILED) is not Mode.DETAILED}
    records = [record for record in records if mode_of(record, Mode.DETAILED) is Mode.DETAILED]
    aside = problems.set_aside(table, shop, records)
    outcomes = [(record, _outcome(record, policy)) for record in _with_references(table, records)]
    refs = [ref for _, outcome in outcomes for draft in outcome.drafts for ref in list_refs(draft.document)]
    want(table, shop, refs, known)
    built = (_built(record, outcome, sync_id, policy) for record, outcome in outcomes if record.legacy_id not in aside)
    return [one for one in built if one.writes]


def _outcome(record: OrderRecord, policy: Policy) -> Outcome:
    """Which facts the books begin with was decided when they were stored: ``start_date`` plays no part here."""
    number = partial(reference, record.reference) if record.reference else _no_reference
    return detailed_documents(
        record.facts,
        frozenset(record.claims),
        policy,
        number,
        record.counters,
        record.open_documents,
    )


def _built(record: OrderRecord, outcome: Outcome, sync_id: str, policy: Policy) -> _Built:
    try:
        carried = {fact for draft in outcome.drafts for fact in draft.facts}
        costs = cost_parts(record.facts.order, (s for s in record.facts.sales if s.id in carried), policy)
    except Unmapped as error:
        outcome, costs = _held(record, unmappable(record.facts.order, error, record.unclaimed_sales, ())), {}
    entries = [entry_of(record.shop, sync_id, draft) for draft in outcome.drafts]
    try:
        writes = _writes(record, outcome, entries, sync_id)
    except TooLarge:
        writes = []
    if (writes or not entries) and len(writes) + len(costs) < TRANSACTION_LIMIT:
        return _Built(record.legacy_id, writes, entries, costs)
    reason = f"it needs {len(entries)} documents at once, more than can be made safely: enter it by hand"
    held = _held(record, Unmappable(reason, Decimal("0.00")))
    return _Built(record.legacy_id, _writes(record, held, [], sync_id))


def _held(record: OrderRecord, problem: Unmappable) -> Outcome:
    return Outcome((), dict(record.counters), record.open_documents, problem)


def _writes(record: OrderRecord, outcome: Outcome, entries: Sequence[Entry], sync_id: str) -> list[dict[str, Any]]:
    said = problems.said_of(outcome.problem)
    if not entries and said == record.problem:
        return []
    carried = {fact: draft.key for draft in outcome.drafts for fact in draft.facts}
    done = replace(
        record,
        claims={**record.claims, **carried},
        counters=outcome.counters,
        open_documents=outcome.open_documents,
        problem=said,
    )
    writes = [done.write()]
    if entries:
        writes.append(reserve_write(record.shop, record.reference, problems.key_of(record.legacy_id)))
    writes += [put_write(entry.to_item(), "attribute_not_exists(pk)") for entry in entries]
    if outcome.problem and done.unclaimed:
        writes.append(problems.hold_write(done, sync_id, outcome.problem))
    elif record.problem:
        writes.append(problems.release_write(record))
    return writes


def made_writes(shop: str, sync_id: str, entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """One transaction part for the sync's counts by document type.

    DynamoDB takes an item only once in a transaction, so all kinds go into one update.
    """
    counts: dict[str, tuple[int, Decimal]] = {}
    for entry in entries:
        count, amount = counts.get(entry.kind, (0, Decimal("0.00")))
        counts[entry.kind] = (count + 1, amount + entry.amount)
    return [syncs.made_write(shop, sync_id, counts)] if counts else []


def _with_references(table: Table, records: Sequence[OrderRecord]) -> list[OrderRecord]:
    """The records, each with a Ref No. base: the order's name if it is usable and free, else one from its id.

    Without any (both taken) it stays empty, and the order can't be numbered.
    """
    choices = {record.legacy_id: _bases(record) for record in records if not record.reference}
    wanted = {
        (keys.shop(r.shop), keys.reference(base.upper())) for r in records for base in choices.get(r.legacy_id, ())
    }
    owners = {item["sk"]: item["owner"] for item in table.batch_get(sorted(wanted))}
    found = []
    for record in records:
        base, owner = record.reference, problems.key_of(record.legacy_id)
        for choice in choices.get(record.legacy_id, ()):
            if owners.setdefault(keys.reference(choice.upper()), owner) == owner:
                base = choice
                break
        found.append(replace(record, reference=base))
    return found


def _bases(record: OrderRecord) -> list[str]:
    bases = [base_reference(record.facts.order.name) or ""]
    with suppress(ReferenceTooLong):
        bases.append(fallback_reference(record.legacy_id))
    return [base for base in bases if base]


def _no_reference(letter: str, number: int) -> str:
    raise ValueError("no Ref No. is free for it: another order has the same name")


def reserve_write(shop: str, base: str, owner: str) -> dict[str, Any]:
    """A transaction part that takes a Ref No. base for ``owner``, refused if another has it."""
    item = {"pk": keys.shop(shop), "sk": keys.reference(base.upper()), "owner": owner}
    return put_write(
        item, "attribute_not_exists(pk) OR #owner = :owner", names={"#owner": "owner"}, values={":owner": owner}
    )
