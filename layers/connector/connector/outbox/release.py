"""What a person decides about held entries, and what comes back by itself when its obstacle is gone."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from connector.outbox import element_store, repository
from connector.outbox.entries import Entry, EntryState
from connector.outbox.lists import ListElement, ListState
from connector.outbox.repository import Change, NotAllowed, move_write
from connector.storage.table import ConditionFailed, Table

AT_A_TIME = 1_000
_STUCK = frozenset({EntryState.HELD.value, EntryState.IGNORED.value})


def retry(table: Table, shop: str, entry_id: str) -> Entry:
    """Send a held entry again. What may be in QuickBooks already is looked for there first. Raises NotAllowed."""
    entry = repository.get(table, shop, entry_id)
    if entry is None or entry.state is not EntryState.HELD or entry.document is None:
        raise NotAllowed("only an entry that is held and has a document can be tried again")
    element = _element_of(table, entry)
    if element is not None and element.state is ListState.HELD:
        table.transact([element_store.move_write(element, ListState.WANTED, set_id="", reason="", attempts=0)])
    # It was in a set once, or had a TxnID: only QuickBooks knows whether it is there.
    was_sent = bool(entry.set_id or entry.txn_id)
    to = EntryState.DOUBTFUL if was_sent else EntryState.READY
    move = move_write(entry, to, reason="", held_by="", attempts=0, not_before="", twin="", candidates=[])
    try:
        table.transact([move])
    except ConditionFailed:
        raise NotAllowed("the entry has just been changed by something else") from None
    release_held_by(table, shop)
    return repository.get(table, shop, entry_id) or entry


def ignore(table: Table, shop: str, entry_id: str, reason: str) -> Entry:
    """Set an entry aside for good, with the reason a person gave. It is never posted. Raises NotAllowed."""
    entry = repository.get(table, shop, entry_id)
    if entry is None or entry.state not in (EntryState.HELD, EntryState.READY):
        raise NotAllowed("only an entry that waits or is held can be ignored")
    try:
        table.transact([move_write(entry, EntryState.IGNORED, reason=reason, held_by="")])
    except ConditionFailed:
        raise NotAllowed("the entry has just been changed by something else") from None
    return repository.get(table, shop, entry_id) or entry


def release_held_by(table: Table, shop: str) -> int:
    """Entries held for something that is not held any more come back; returns how many did."""
    released = 0
    for entry in list(_freed(table, shop)):
        try:
            table.transact([move_write(entry, EntryState.READY, reason="", held_by="")])
            released += 1
        except ConditionFailed:
            continue
    return released


def is_any_freed(table: Table, shop: str) -> bool:
    return any(True for _ in _freed(table, shop))


def _freed(table: Table, shop: str) -> Iterator[Entry]:
    held = islice(repository.waiting(table, shop, EntryState.HELD), AT_A_TIME)
    waiting = [entry for entry in held if entry.held_by]
    obstacles = sorted({entry.held_by for entry in waiting})
    pk = waiting[0].to_item()["pk"] if waiting else ""
    states = {item["sk"]: item["state"] for item in table.batch_get([(pk, sk) for sk in obstacles])}
    for entry in waiting:
        state = states.get(entry.held_by)
        if state is not None and state not in _STUCK:
            yield entry


def _element_of(table: Table, entry: Entry) -> ListElement | None:
    if not entry.held_by.startswith("LIST#"):
        return None
    return element_store.get_many(table, entry.shop, [entry.held_by]).get(entry.held_by)


__all__ = ["Change", "ignore", "is_any_freed", "release_held_by", "retry"]
