"""The day a fact belongs to, as the shop's books count days."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo


def business_day(moment: datetime, zone: ZoneInfo) -> date:
    """The calendar day in the shop's ``ianaTimezone`` on which ``moment`` falls.

    Raises ``ValueError`` for a moment without a zone: guessing one is how sales land on the wrong day.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    return moment.astimezone(zone).date()
