"""Settings: mapping, modes, schedule; what they are, were, and shall be."""

from __future__ import annotations

from typing import Any

from connector.app import audit, integration, settings
from connector.app.errors import Conflict, Unprocessable
from connector.app.http import Request, Response, json_response
from connector.app.services import Services
from connector.app.settings import Settings
from connector.app.settings_input import merged

_LONGEST_VERSION = 18
"""Digits; Python reads no numbers of many thousand."""


def show(request: Request, services: Services) -> Response:
    return _response(settings.read(services.table, request.shop), services, request.shop)


def change(request: Request, services: Services) -> Response:
    """Stores all of what is given or nothing; the schedule follows when the integration has been started."""
    shop, given = request.shop, request.json()
    current = settings.read(services.table, shop)
    if _wanted_version(request, given) not in (None, current.version):
        raise _changed_meanwhile()
    new, faults = merged(
        current,
        given,
        services.company(shop),
        lambda key: services.vault.seal(shop, settings.STOCKY_KEY, key),
    )
    if faults:
        raise Unprocessable(faults)
    if not new.same_as(current) or not current.version:
        try:
            new = settings.store(services.table, shop, new, request.user_id, services.clock())
        except settings.VersionChanged as error:
            raise _changed_meanwhile() from error
        details = {"version": new.version}
        audit.note(services.table, shop, services.clock(), request.user_id, "settings.change", "settings", details)
    integration.renew_schedule(services, shop)
    return _response(new, services, shop)


def history(request: Request, services: Services) -> Response:
    zone = services.time_zone(request.shop)
    versions = settings.history(services.table, request.shop)
    return json_response({"versions": [view(version, zone) for version in versions]})


def view(current: Settings, shop_zone: str) -> dict[str, Any]:
    """Settings as they are shown; the Stocky key only as whether there is one."""
    schedule = current.schedule
    return {
        "accounts": dict(current.accounts),
        "tenders": dict(current.tenders),
        "modes": dict(current.modes),
        "schedule": {
            "mode": schedule.mode,
            "time_of_day": schedule.time_of_day,
            "time_zone": schedule.time_zone or shop_zone,
        },
        "start_date": current.start_date.isoformat() if current.start_date else None,
        "classes": dict(current.classes),
        "recognise": current.recognise,
        "summary_as": current.summary_as,
        "receive_as": current.receive_as,
        "stocky_api_key_set": bool(current.stocky_api_key),
        "version": current.version,
        "changed_at": current.changed_at,
        "changed_by": current.changed_by,
    }


def _response(current: Settings, services: Services, shop: str) -> Response:
    return json_response(view(current, services.time_zone(shop)), headers={"ETag": f'"{current.version}"'})


def _wanted_version(request: Request, given: dict[str, Any]) -> int | None:
    """Which version the client changes, as it says in ``If-Match`` or in ``version``; None if it does not say."""
    tag = request.headers.get("if-match", "").strip().removeprefix("W/").strip('"')
    if tag.isascii() and tag.isdigit():
        return int(tag[:_LONGEST_VERSION])
    version = given.get("version")
    return version if isinstance(version, int) and not isinstance(version, bool) else None


def _changed_meanwhile() -> Conflict:
    return Conflict("The settings have been changed meanwhile.", "Load them again, then change them.", "version")
