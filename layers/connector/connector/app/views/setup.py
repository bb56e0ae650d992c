"""What the set-up's pages ask for besides the settings: what the shop itself says, and when a schedule runs."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from connector.app import next_run, settings, setup
from connector.app.errors import Unprocessable
from connector.app.http import Request, Response, json_response
from connector.app.services import Services
from connector.app.settings import AUTOMATIC, Schedule
from connector.app.settings_input import merged
from connector.app.texts.catalogue import preferred
from connector.app.texts.sentences import in_language
from connector.app.texts.words import Words
from connector.shopify import bulk
from connector.shopify.permissions import all_missing, granted_scopes
from connector.shopify.shops import read_locations
from connector.storage.syncs import stamp

VOLUME_DAYS = 30


def mark_seen(request: Request, services: Services) -> Response:
    """``{"seen": "tax"}``: somebody has gone through a step of the set-up."""
    return json_response({"seen": sorted(setup.mark_seen(services.table, request.shop, request.json()))})


def schedule(request: Request, services: Services) -> Response:
    """When a schedule that nobody has stored yet would run next; ``text`` says it in the language asked for."""
    current = settings.read(services.table, request.shop)
    names = ("mode", "time_of_day", "time_zone")
    given = {name: request.one(name) for name in names if name in request.query}
    new, faults = merged(current, {"schedule": given}, services.company(request.shop), lambda key: b"")
    if faults:
        raise Unprocessable(faults)
    zone = ZoneInfo(services.time_zone(request.shop))
    words = Words(preferred(request.headers.get("accept-language", "")), zone)
    return json_response({"text": schedule_text(words, new.schedule, zone, services.clock())})


def schedule_text(words: Words, chosen: Schedule, shop_zone: ZoneInfo, now: datetime) -> str:
    """The schedule in words: the time, the zone, the next run, and the night on which the clocks jump over it."""
    if chosen.mode != AUTOMATIC:
        return words("timing.manual_text")
    zone = ZoneInfo(chosen.time_zone) if chosen.time_zone else shop_zone
    run = stamp(next_run.next_run(chosen.time_of_day, zone, now))
    there = Words(words.language, zone).time(run)
    text = words("timing.automatic_text", time=chosen.time_of_day, zone=zone.key, next=there)
    skipped = next_run.skipped_day(chosen.time_of_day, zone, now)
    if skipped is None:
        return text
    return f"{text} {words('timing.skipped_text', day=words.day(skipped.isoformat()))}"


def locations(request: Request, services: Services) -> Response:
    """The shop's locations: their ids are keys of the setting ``classes``."""
    found = read_locations(services.admin(request.shop))
    shown = [
        {"id": one["id"].rpartition("/")[2], "name": one["name"], "is_active": one.get("isActive", True)}
        for one in found
    ]
    return json_response({"locations": shown})


def volume(request: Request, services: Services) -> Response:
    """How many orders the shop had in the last 30 days; null where Shopify does not say."""
    since = (services.clock() - timedelta(days=VOLUME_DAYS)).date()
    search = f"processed_at:>='{since.isoformat()}'"
    return json_response({"orders": bulk.orders_count(services.admin(request.shop), search, None), "days": VOLUME_DAYS})


def access(request: Request, services: Services) -> Response:
    """What the shop has granted of what is optional; ``missing``: topic, scopes, and words in the reader's language."""
    language = preferred(request.headers.get("accept-language", ""))
    granted = granted_scopes(services.admin(request.shop))
    lacking = [
        {"topic": one.topic, "scopes": list(one.scopes), "words": in_language(one.words, language)}
        for one in all_missing(granted)
    ]
    return json_response({"granted": sorted(granted), "missing": lacking})
