"""Undoing a sync as a person asks for it: shown first, then carried out by the next updates of the Web Connector."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from connector.app import audit
from connector.app.errors import Fault, NotFound, Unprocessable
from connector.app.services import Services
from connector.outbox import company
from connector.storage import syncs
from connector.storage.table import Table
from connector.sync import undo

_KNOWN = ("preview", "repost")


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
    audit.note(services.table, shop, services.clock(), user_id, "sync.undo", sync_id, {"repost": repost, **counts})
    entries = undo.entries_of(services.table, shop, sync_id)
    return view(undo.judge(services.table, shop, entries, closing_date(services.table, shop)))


def closing_date(table: Table, shop: str) -> date | None:
    profile = company.profile(table, shop)
    return profile.closing_date if profile else None


def view(judged: list[undo.Judged]) -> dict[str, Any]:
    return {"counts": _counts(judged), "entries": list(undo.views(judged))}


def _counts(judged: list[undo.Judged]) -> dict[str, int]:
    counts = dict.fromkeys((undo.DELETE, undo.WITHDRAW, undo.KEEP, undo.DONE), 0)
    for one in judged:
        counts[one.action] += 1
    return counts
