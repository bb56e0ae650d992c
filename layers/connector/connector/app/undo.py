"""Undoing a sync as a person asks for it: shown first, then carried out by the next updates of the Web Connector."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from connector.app import audit
from connector.app.errors import Fault, NotFound, Unprocessable
from connector.app.services import Services
from connector.outbox import company, message_sets, repository
from connector.outbox.entries import EntryState
from connector.storage import syncs
from connector.storage.table import Table
from connector.sync import undo

_KNOWN = ("preview", "repost")
UNSEEN = (
    "QuickBooks does not tell programs what has been reconciled. If an account was reconciled over these days, what is "
    "deleted is missing from that reconciliation. What was deposited there by hand QuickBooks itself refuses to delete."
)
"""What an undo can't find out beforehand: said with what it will do."""
_UNDOING = (EntryState.UNDO, EntryState.DELETED)
"""What the next updates go on with. Sent ones are in the outstanding set."""


def carry_out(services: Services, shop: str, user_id: str, sync_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """``{"preview": true}`` only shows; ``{"repost": true}`` also lets the next sync post the facts anew.

    May be repeated: what an update could not undo yet is tried again, what was undone can be freed later.
    Raises ``NotFound`` and ``Unprocessable``.
    """
    faults = [
        Fault(key, f'"{key}" is not known here.', f"Use {', '.join(_KNOWN)}.") for key in given.keys() - {*_KNOWN}
    ]
    faults += [
        Fault(key, "This is neither true nor false.") for key in _KNOWN if not isinstance(given.get(key, False), bool)
    ]
    if faults:
        raise Unprocessable(faults)
    if syncs.get(services.table, shop, sync_id) is None:
        raise NotFound("There is no such sync.")
    entries = undo.entries_of(services.table, shop, sync_id)
    judged = undo.judge(services.table, shop, entries, closing_date(services.table, shop))
    if given.get("preview"):
        return view(judged)
    repost = bool(given.get("repost"))
    undo.start(services.table, shop, judged, repost=repost)
    counts = _counts(judged)
    asked = counts[undo.DELETE] + counts[undo.WITHDRAW]
    syncs.set_undo(services.table, shop, sync_id, asked + counts[undo.DONE], repost, services.clock())
    audit.note(services.table, shop, services.clock(), user_id, "sync.undo", sync_id, {"repost": repost, **counts})
    entries = undo.entries_of(services.table, shop, sync_id)
    return view(undo.judge(services.table, shop, entries, closing_date(services.table, shop)))


def progress(table: Table, shop: str, sync: Mapping[str, Any]) -> dict[str, Any]:
    """How far the undo of a sync is: ``asked`` entries, of which ``left`` are not yet proven to be gone.

    By the index and the outstanding set, so that a page may ask every few seconds.
    """
    asked = sync["undo"]
    if not asked["at"]:
        return {**asked, "left": 0}
    waiting = (e for state in _UNDOING for e in repository.waiting(table, shop, state))
    left = sum(1 for entry in waiting if entry.sync_id == sync["id"])
    sent = message_sets.outstanding(table, shop)
    message_set = message_sets.get(table, shop, sent["set_id"]) if sent else None
    if message_set is not None:
        entries = repository.get_many(table, shop, message_set.entries, bare=True).values()
        left += sum(1 for e in entries if e.state is EntryState.UNDO_SENT and e.sync_id == sync["id"])
    return {**asked, "left": left}


def closing_date(table: Table, shop: str) -> date | None:
    profile = company.profile(table, shop)
    return profile.closing_date if profile else None


def view(judged: list[undo.Judged]) -> dict[str, Any]:
    return {"counts": _counts(judged), "entries": list(undo.views(judged)), "note": UNSEEN}


def _counts(judged: list[undo.Judged]) -> dict[str, int]:
    counts = dict.fromkeys((undo.DELETE, undo.WITHDRAW, undo.KEEP, undo.DONE), 0)
    for one in judged:
        counts[one.action] += 1
    return counts
