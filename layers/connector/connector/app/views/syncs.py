"""Syncs: started by hand, listed, and looked into."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from botocore.exceptions import BotoCoreError, ClientError

from connector.app import audit, entries, integration
from connector.app import undo as undoing
from connector.app.errors import Conflict, Fault, NotFound, Unavailable, Unprocessable
from connector.app.http import Request, Response, json_response
from connector.app.services import Services
from connector.app.texts.catalogue import preferred
from connector.app.texts.sentences import in_language
from connector.app.views.ranges import DEFAULT_DAYS, days_of
from connector.outbox import adopting
from connector.storage import syncs
from connector.storage.syncs import SyncState, moment
from connector.sync.tie_out import report

MOST = 50
"""Syncs a page."""


def start(request: Request, services: Services) -> Response:
    """A sync until now, or a backfill of whole business days; answered at once with its id.

    With ``adopt`` what it makes is looked for in QuickBooks before it is posted.
    """
    shop, given, now = request.shop, request.json(), services.clock()
    known = {"from", "to", "adopt"}
    unknown = [Fault(key, f'"{key}" is not known here.', "Use from, to and adopt.") for key in given.keys() - known]
    if not isinstance(given.get("adopt", False), bool):
        unknown.append(Fault("adopt", "This is neither true nor false."))
    if unknown:
        raise Unprocessable(unknown)
    first, last = days_of(given.get("from"), given.get("to"))
    if not integration.find(services.table, shop).started:
        raise Conflict("The integration has not been started.", "Start it first.")
    if given.get("adopt"):
        today = now.astimezone(ZoneInfo(services.time_zone(shop))).date()
        adopting.want(services.table, shop, last or today)
    sync_id = f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
    bounds = {"first": first.isoformat(), "last": last.isoformat()} if first and last else {}
    syncs.create(services.table, shop, sync_id, trigger="manual", window_end=now, **bounds)
    try:
        services.preparations.start(shop, sync_id, now, **bounds)
    except (ClientError, BotoCoreError) as error:
        reason = "The preparation could not be started."
        syncs.set_state(services.table, shop, sync_id, SyncState.FAILED, now, reason=reason)
        raise Unavailable(f"{reason} Please try again.") from error
    audit.note(services.table, shop, now, request.user_id, "sync.start", sync_id, bounds)
    return json_response(syncs.get(services.table, shop, sync_id), 202)


def listed(request: Request, services: Services) -> Response:
    """The newest first, or those before one (``before``, an id); ``next`` is where the older ones begin."""
    found = list(syncs.newest(services.table, request.shop, MOST, before=request.one("before")))
    return json_response({"syncs": found, "next": found[-1]["id"] if len(found) == MOST else ""})


def show(request: Request, services: Services) -> Response:
    """The sync, what of it waits for a person, and the tie-out of its days."""
    return json_response(detail(services, request.shop, request.parameters["id"]))


def detail(services: Services, shop: str, sync_id: str) -> dict[str, Any]:
    """Raises ``NotFound``."""
    found = syncs.get(services.table, shop, sync_id)
    if found is None:
        raise NotFound("There is no such sync.")
    held = entries.in_state(services.table, shop, entries.EXCEPTIONS)
    exceptions = [entry for entry in held if entry["sync_id"] == found["id"]]
    proof = report(services.table, shop, *_days(found, services, shop))
    tie_out = {"from": proof["from"], "to": proof["to"], "lines": proof["total"]["lines"]}
    return found | {
        "exceptions": exceptions,
        "tie_out": tie_out,
        "payouts": proof["payouts"],
        "undo": undoing.progress(services.table, shop, found),
    }


def undo(request: Request, services: Services) -> Response:
    """What of the sync is taken back and what stays and why; ``{"preview": true}`` changes nothing."""
    given = request.json()
    answer = undoing.carry_out(services, request.shop, request.user_id, request.parameters["id"], given)
    language = preferred(request.headers.get("accept-language", ""))
    told = [one | {"why": in_language(one["why"], language)} for one in answer["entries"]]
    return json_response(answer | {"entries": told}, 200 if given.get("preview") else 202)


def _days(found: Mapping[str, Any], services: Services, shop: str) -> tuple[date, date]:
    """A backfill's own days; of any other sync the month until its end."""
    if found["from"] and found["to"]:
        return date.fromisoformat(found["from"]), date.fromisoformat(found["to"])
    last = moment(found["window_end"]).astimezone(ZoneInfo(services.time_zone(shop))).date()
    return last - timedelta(days=DEFAULT_DAYS), last
