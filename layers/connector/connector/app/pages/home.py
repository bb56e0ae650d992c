"""Home: the state at a glance."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from connector.app import company_checks, integration, settings, setup
from connector.app.next_run import next_run
from connector.app.pages.frame import Page, Visit
from connector.app.pages.standing import STATE_LIGHTS, TONES, sums
from connector.app.pages.syncs import STATE_TONES, failure
from connector.app.schedules import WINDOW_MINUTES
from connector.app.settings import AUTOMATIC, Settings
from connector.app.views.ranges import asked_for
from connector.outbox import connection, repository
from connector.outbox.entries import EntryState
from connector.storage import syncs
from connector.storage.syncs import stamp
from connector.sync.tie_out import report

MOST_COUNTED = 1000
SHOWN = 5
"""Exceptions named here; the others are on their page."""

_NEARLY_FULL = Decimal("0.9")


def home(visit: Visit) -> dict[str, Any]:
    services, shop = visit.services, visit.shop
    now, chosen = services.clock(), settings.read(services.table, shop)
    started = integration.find(services.table, shop)
    known = connection.view(services.table, shop, now)
    first, last = asked_for(visit.api_request, services)
    proof = report(services.table, shop, first, last)
    differences = [Decimal(line["difference"]) for line in proof["total"]["lines"]]
    return {
        "integration": started,
        "setup": None if started.started else setup.progress(services, shop, chosen),
        "connection": known,
        "lights": STATE_LIGHTS,
        "tones": TONES,
        "sync": _last_sync(visit),
        "sync_tones": STATE_TONES,
        "next_run": _next_run(visit, chosen, started.started),
        "window": WINDOW_MINUTES,
        "tie_out": proof,
        "ties": not any(differences),
        "rows": _rows(proof["days"], last) if proof["total"]["lines"] else [],
        "total": sums(proof["total"]["lines"]),
        "exceptions": repository.count(services.table, shop, EntryState.HELD, MOST_COUNTED),
        "most_counted": MOST_COUNTED,
        "shown": proof["open"][:SHOWN],
        "limits": [_limit(name, limit) for name, limit in known["limits"].items()],
        "checks": company_checks.rows(services, shop),
        "missing": syncs.latest_missing(services.table, shop),
    }


def _last_sync(visit: Visit) -> dict[str, Any] | None:
    found = next(syncs.newest(visit.services.table, visit.shop, limit=1), None)
    return found | {"failure": failure(visit, found)} if found else None


def _rows(days: list[dict[str, Any]], today: date) -> list[dict[str, Any]]:
    """Today and yesterday, each in one row; a day on which nothing happened too."""
    by_date = {day["date"]: day["lines"] for day in days}
    wanted = ((name, (today - timedelta(days=ago)).isoformat()) for ago, name in enumerate(("today", "yesterday")))
    return [{"name": name, "day": day, "sums": sums(by_date.get(day, ()))} for name, day in wanted]


def _next_run(visit: Visit, chosen: Settings, started: bool) -> str:
    """The moment, empty where no run is planned."""
    schedule = chosen.schedule
    if not started or schedule.mode != AUTOMATIC:
        return ""
    zone = ZoneInfo(schedule.time_zone) if schedule.time_zone else visit.words.zone
    return stamp(next_run(schedule.time_of_day, zone, visit.services.clock()))


def _limit(name: str, limit: Mapping[str, Any]) -> dict[str, Any]:
    """One of the company's lists against what its edition holds."""
    share = Decimal(limit["used"]) / Decimal(limit["limit"])
    return {"name": name, **limit, "share": share, "tight": share >= _NEARLY_FULL}


PAGES = (
    Page(
        "/",
        home,
        "home.html",
        "app.name",
        nav="nav.home",
        script="home.js",
        script_words=("health_state", "sync_state", "access_js"),
    ),
)
