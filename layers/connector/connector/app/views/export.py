"""What a shop takes along."""

from __future__ import annotations

from datetime import date

from connector.app import export, settings
from connector.app.errors import Fault, Unprocessable
from connector.app.http import Request, Response, json_response
from connector.app.services import Services
from connector.app.views.ranges import asked_for
from connector.app.views.settings import view

SETTINGS = "settings"


def show(request: Request, services: Services) -> Response:
    """``{"name", "content", "next"}``: a part of a file, and where the next one begins (empty behind the last).

    ``what`` is settings, entries, facts or tie-out; ``from`` and ``to`` are days of the books.
    """
    what = request.one("what")
    if what == SETTINGS:
        zone = services.time_zone(request.shop)
        versions = [view(version, zone) for version in settings.history(services.table, request.shop)]
        return json_response({"name": "settings.json", "content": {"versions": versions}, "next": ""})
    if what not in export.WHAT:
        names = ", ".join((SETTINGS, *export.WHAT))
        raise Unprocessable([Fault("what", f'"{what}" is not known here.', f"Use {names}.")])
    first, last = asked_for(request, services)
    content, following = export.part(services.table, request.shop, what, first, last, _after(request, what))
    name = f"{what}-{first.isoformat()}-{last.isoformat()}.csv"
    return json_response({"name": name, "content": content, "next": following})


def _after(request: Request, what: str) -> str:
    """Where a part begins, as the one before it said. Raises ``Unprocessable``."""
    after = request.one("after")
    try:
        if what == "tie-out" and after:
            date.fromisoformat(after)
    except ValueError as error:
        raise Unprocessable([Fault("after", "This is not a date.")]) from error
    return after
