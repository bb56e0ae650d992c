"""Syncs, and one of them: what it made, whether it ties out, and how to take it back."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from connector.app import integration
from connector.app.pages.frame import Page, Visit
from connector.app.pages.standing import TONES, ZERO, may_change
from connector.app.views.syncs import MOST, detail
from connector.outbox import repository
from connector.outbox.entries import EntryState
from connector.storage import syncs
from connector.storage.syncs import SyncState

RUNNING = frozenset({SyncState.QUEUED, SyncState.READING, SyncState.PREPARING})
STEPS = (SyncState.QUEUED, SyncState.READING, SyncState.PREPARING, SyncState.DONE)
"""How far a sync is, in steps: how many orders there will be, nobody says before they are read."""

STATE_TONES = {"DONE": "success", "FAILED": "critical"}
_MOST_COUNTED = 1000


def listed(visit: Visit) -> dict[str, Any]:
    table, shop = visit.services.table, visit.shop
    found = list(syncs.newest(table, shop, MOST, before=visit.request.one("before")))
    return {
        "syncs": [one | _made(one) | {"failure": failure(visit, one)} for one in found],
        "older": found[-1]["id"] if len(found) == MOST else "",
        "newest": not visit.request.one("before"),
        "running": RUNNING,
        "tones": STATE_TONES,
        "started": integration.find(table, shop).started,
        "may_change": may_change(visit),
        "zone": visit.words.zone.key,
    }


def one(visit: Visit) -> dict[str, Any]:
    table, shop = visit.services.table, visit.shop
    found = detail(visit.services, shop, visit.parameters["id"])
    differs = any(Decimal(line["difference"]) for line in found["tie_out"]["lines"])
    return {
        "page_title": visit.words("syncs.one", time=visit.words.time(found["window_end"])),
        "sync": found | _made(found) | {"failure": failure(visit, found)},
        "running": found["state"] in RUNNING,
        "step": STEPS.index(SyncState(found["state"])) if found["state"] in STEPS else 0,
        "steps": len(STEPS) - 1,
        "differs": differs,
        "waiting": repository.count(table, shop, EntryState.READY, _MOST_COUNTED),
        "most_counted": _MOST_COUNTED,
        "sync_tones": STATE_TONES,
        "tones": TONES,
        "zone": visit.words.zone.key,
        "may_change": may_change(visit),
    }


_FAILURES = {
    "States.Timeout": "timeout",
    "States.Heartbeat": "timeout",
    "ShopifyUnavailable": "shopify",
    "ShopifyRefused": "shopify",
    "GraphQLFailed": "shopify",
    "NeedsMerchant": "permission",
    "InstallRefused": "permission",
    "NotStarted": "not_started",
    "OtherCurrency": "currency",
}
"""What the state machine calls an error (``sync.prepare``, its ``fail``), and what that means to a person."""


def failure(visit: Visit, sync: Mapping[str, Any]) -> str:
    """Why a sync failed, in words; what nobody has words for is said as it was."""
    name, colon, said = str(sync["reason"]).partition(": ")
    if name in _FAILURES:
        return visit.words(f"sync_failure.{_FAILURES[name]}")
    if colon and name.replace(".", "").isalnum():
        return visit.words("sync_failure.other", said=visit.words.sentence(said))
    return visit.words.sentence(str(sync["reason"]))


def _made(sync: Mapping[str, Any]) -> dict[str, Any]:
    """All its documents together. Their amounts are added up as they are: it is a measure of size, not of money."""
    documents = sync["documents"].values()
    amounts = (Decimal(made.get("amount", "0")) for made in documents)
    return {"made": sum(made.get("count", 0) for made in documents), "made_amount": sum(amounts, ZERO)}


PAGES = (
    Page(
        "/syncs",
        listed,
        "syncs.html",
        "nav.syncs",
        nav="nav.syncs",
        script="syncs.js",
        script_words=("syncs_js", "sync_state"),
    ),
    Page(
        "/syncs/{id}",
        one,
        "sync.html",
        "nav.syncs",
        back="/syncs",
        script="sync.js",
        script_words=("syncs_js", "sync_state", "undo_action", "document"),
    ),
)
