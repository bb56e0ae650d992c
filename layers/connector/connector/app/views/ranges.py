"""Ranges of business days, as requests give them."""

from __future__ import annotations

import re
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from connector.app.errors import Fault, Unprocessable
from connector.app.http import Request
from connector.app.services import Services
from connector.app.settings import EARLIEST, LATEST

DEFAULT_DAYS = 31
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def days_of(first: object, last: object) -> tuple[date | None, date | None]:
    """Both ends, or neither when both are empty. Raises ``Unprocessable`` naming ``from`` or ``to``."""
    faults: list[Fault] = []
    begin, end = _day("from", first, faults), _day("to", last, faults)
    if not faults and (begin is None) != (end is None):
        missing = "from" if begin is None else "to"
        faults.append(Fault(missing, "The other end of the range is missing.", "Give both from and to, or neither."))
    if begin and end and begin > end:
        faults.append(Fault("to", "The range ends before it begins.", "Give the earlier day as from."))
    if faults:
        raise Unprocessable(faults)
    return begin, end


def asked_for(request: Request, services: Services) -> tuple[date, date]:
    """The range in the query; without one the last month until today, in the shop's days."""
    first, last = days_of(request.one("from"), request.one("to"))
    if first and last:
        return first, last
    today = services.clock().astimezone(ZoneInfo(services.time_zone(request.shop))).date()
    return today - timedelta(days=DEFAULT_DAYS), today


def _day(key: str, text: object, faults: list[Fault]) -> date | None:
    if text is None or text == "":
        return None
    if isinstance(text, str) and _DAY.fullmatch(text):
        try:
            found = date.fromisoformat(text)
        except ValueError:
            found = None
        if found and EARLIEST <= found <= LATEST:
            return found
    faults.append(Fault(key, "This is not a date.", "Write it as YYYY-MM-DD, such as 2026-11-30."))
    return None
