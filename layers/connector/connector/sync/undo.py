"""Undoing a sync: what of it may be taken back, asking for it, and making its facts free to be posted again.

| state of an entry | what an undo does |
|---|---|
| not sent yet | withdrawn: it is never posted |
| posted, or perhaps posted | looked for in QuickBooks, deleted there if unchanged, looked for once more as the proof |
| being sent now, set aside, adopted, before the closing date, paid out, with later documents of its order | stays |

Nothing is posted again by itself: undone facts stay with their undone entries, and the tie-out names them. With
``repost`` they become free, and the next sync makes entries of them as the settings are then. When all of an order is
undone, its documents get their old Ref Nos. again; of a part of it, and of a day's summary, the next numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from connector.accounting.documents import SalesOrderClosing
from connector.outbox import read_back, repository
from connector.outbox.entries import UNDOING_STATES, Entry, EntryState, entry_id
from connector.outbox.repository import Change, move_write
from connector.quickbooks.forms import QUICKBOOKS_NAMES
from connector.storage import keys
from connector.storage.orders import BEFORE_THE_BOOKS, OrderRecord, get_many
from connector.storage.table import Table
from connector.sync.payouts import is_of_payout, paid_out
from connector.sync.topics.posting_keys import fact_of
from connector.sync.topics.undoing import entries_of_facts

DELETE, WITHDRAW, KEEP, DONE = "delete", "withdraw", "keep", "done"
_BATCH = 100
_WAITING = frozenset({EntryState.READY, EntryState.HELD})
_IN_QUICKBOOKS = frozenset({EntryState.POSTED, EntryState.READ_BACK})

SENDING = "It is being sent just now. Undo it again after the next update of the Web Connector."
ASIDE = "It was set aside by hand: there is nothing of it in QuickBooks."
ADOPTED = "It was in QuickBooks before the connector: only somebody there may delete it."
CLOSED = "The books are closed up to {closing} in QuickBooks."
LATER = "{kind} {ref} of {day} comes after it and stays. Undo that one's sync first."
NO_ORDER = "Its Sales Order stays."
DEPOSITED = "Its money was paid out with {title} of {day}, which stays. Undo that one's sync first."


@dataclass(frozen=True, slots=True)
class Judged:
    """What an undo does with an entry (``delete``, ``withdraw``, ``keep``, ``done``) and, if it stays, why."""

    entry: Entry
    action: str
    why: str = ""


def entries_of(table: Table, shop: str, sync_id: str = "") -> list[Entry]:
    """The entries a sync made (of all syncs without an id), in posting order; exceptions without documents left out."""
    found = (item for item in table.query(keys.shop(shop), "ENTRY#") if sync_id in ("", item["sync_id"]))
    entries = [entry for item in found if (entry := Entry.from_item(item)).document is not None]
    return sorted(entries, key=lambda entry: entry.order_by)


def judge(table: Table, shop: str, entries: Sequence[Entry], closing: date | None) -> list[Judged]:
    """What an undo of ``entries`` will and will not touch, in posting order."""
    alone = {entry.id: _alone(entry, closing) for entry in entries}
    _keep_deposited(table, shop, alone)
    others = _others(table, shop, entries)
    by_order: dict[str, list[Entry]] = {}
    for entry in (*entries, *others):
        by_order.setdefault(order_of(entry) or _record_of(entry) or entry.id, []).append(entry)
    for group in by_order.values():
        stays: Entry | None = None
        for entry in sorted(group, key=lambda e: e.order_by, reverse=True):
            known = alone.get(entry.id)
            if known is None:
                stays = stays or (None if entry.state in UNDOING_STATES else entry)
            elif known.action in (DELETE, WITHDRAW) and stays is not None:
                alone[entry.id] = Judged(entry, KEEP, _later(stays))
            elif known.action == KEEP:
                stays = stays or entry
    return [_with_its_order(alone[entry.id], alone) for entry in entries]


def _keep_deposited(table: Table, shop: str, alone: dict[str, Judged]) -> None:
    """What is in QuickBooks stays while a payout stands that brought its money to the bank."""
    going = {one.entry.id for one in alone.values() if one.action in (DELETE, WITHDRAW)}
    there = [one.entry for one in alone.values() if one.action == DELETE and not is_of_payout(one.entry)]
    standing = paid_out(table, shop, there, going)
    for entry in there:
        by = next((standing[fact] for fact in entry.facts if fact in standing), None)
        if by is not None:
            alone[entry.id] = Judged(entry, KEEP, DEPOSITED.format(title=by.title, day=by.day.isoformat()))


def _later(stays: Entry) -> str:
    return LATER.format(kind=stays.kind, ref=stays.ref_number or stays.title, day=stays.day.isoformat())


def _alone(entry: Entry, closing: date | None) -> Judged:
    if entry.state in UNDOING_STATES:
        return Judged(entry, DONE)
    if entry.state is EntryState.SENT:
        return Judged(entry, KEEP, SENDING)
    if entry.state is EntryState.IGNORED:
        return Judged(entry, KEEP, ASIDE)
    if entry.state in _WAITING and not entry.set_id and not entry.txn_id:
        return Judged(entry, WITHDRAW)
    if entry.txn_id and entry.txn_id in entry.candidates:
        return Judged(entry, KEEP, ADOPTED)
    if entry.reason.startswith(read_back.CHANGED) or (entry.found and entry.found != entry.effect):
        return Judged(entry, KEEP, read_back.CHANGED)
    if closing and entry.dated <= closing:
        return Judged(entry, KEEP, CLOSED.format(closing=closing.isoformat()))
    return Judged(entry, DELETE)


def _with_its_order(judged: Judged, all_: Mapping[str, Judged]) -> Judged:
    """The closing of a Sales Order is no record of its own: it goes with its order, or stays with it."""
    document = judged.entry.document
    if judged.action != DELETE or not isinstance(document, SalesOrderClosing):
        return judged
    order = all_.get(entry_id(judged.entry.shop, document.sales_order))
    if order is None or order.action == KEEP:
        return Judged(judged.entry, KEEP, NO_ORDER)
    return Judged(judged.entry, WITHDRAW)


def order_of(entry: Entry) -> str:
    """The legacy id of the order a detailed document belongs to, from its posting key; empty for others."""
    kind, _, rest = entry.key.partition(":")
    legacy_id, _, number = rest.partition(":")
    return legacy_id if kind == entry.kind and legacy_id.isdigit() and number.isdigit() else ""


def _record_of(entry: Entry) -> str:
    """The record (payout, purchase, …) that a document belongs to; empty for those of orders and days."""
    return "|".join(fact_of(entry) or ())


def _others(table: Table, shop: str, entries: Sequence[Entry]) -> list[Entry]:
    """Entries of the same orders and records that other syncs made."""
    known = {entry.id for entry in entries}
    orders = list(dict.fromkeys(order for entry in entries if (order := order_of(entry))))
    found = [entry for entry in entries_of_facts(table, shop, entries) if entry.id not in known]
    for start in range(0, len(orders), _BATCH):
        records = get_many(table, shop, orders[start : start + _BATCH]).values()
        ids = {id_ for record in records for id_ in ids_of_order(record)} - known
        found += repository.get_many(table, shop, sorted(ids)).values()
    return found


def ids_of_order(record: OrderRecord) -> set[str]:
    """The entries an order may have: those that carry its facts, and by their numbers those that carry none, such as
    a Sales Order or what was only rounded."""
    keys_ = {key for key in record.claims.values() if key != BEFORE_THE_BOOKS}
    most = max(record.counters.values(), default=0)
    keys_ |= {f"{kind}:{record.legacy_id}:{n}" for kind in QUICKBOOKS_NAMES for n in range(1, most + 1)}
    return {entry_id(record.shop, key) for key in keys_}


def start(table: Table, shop: str, judged: Iterable[Judged], *, repost: bool) -> None:
    """Take back what is judged so; what has moved meanwhile is left as it is. With ``repost``, also of what was undone
    before the facts become free."""
    chosen = [one for one in judged if one.action != KEEP]
    for i in range(0, len(chosen), _BATCH):
        ids = {one.entry.id: one.action for one in chosen[i : i + _BATCH]}

        def build(ids: Mapping[str, str] = ids) -> tuple[list[Change], list[dict[str, Any]]]:
            now = repository.get_many(table, shop, list(ids)).values()
            return [change for e in now if (change := _begun(e, ids[e.id], repost))], []

        repository.commit(table, shop, build)


def _begun(entry: Entry, action: str, repost: bool) -> Change | None:
    if entry.state in UNDOING_STATES:
        if not repost or entry.state is EntryState.REPOSTED or entry.repost:
            return None
        to = EntryState.REPOST if entry.state is EntryState.UNDONE else entry.state
        return Change(move_write(entry, to, repost=True))
    if action == WITHDRAW:
        posted = entry.state in _IN_QUICKBOOKS
        if entry.state not in _WAITING and not posted:
            return None
        undone = EntryState.REPOST if repost else EntryState.UNDONE
        return Change(move_write(entry, undone, repost=repost, held_by="", reason=WITHDRAWN))
    if entry.state not in (*_IN_QUICKBOOKS, EntryState.HELD, EntryState.DOUBTFUL):
        return None
    counted = entry.state in _IN_QUICKBOOKS
    fields = {"counted": counted, "repost": repost, "undo": "", "set_id": "", "attempts": 0, "not_before": ""}
    return Change(move_write(entry, EntryState.UNDO, **fields))


WITHDRAWN = "It was undone before it was posted."


def views(judged: Iterable[Judged]) -> Iterator[dict[str, Any]]:
    for one in judged:
        entry = one.entry
        yield {
            "id": entry.id,
            "kind": entry.kind,
            "title": entry.title,
            "day": entry.day.isoformat(),
            "ref_number": entry.ref_number,
            "amount": f"{entry.amount:.2f}",
            "state": entry.state.value,
            "action": one.action,
            "why": one.why or entry.undo,
        }
