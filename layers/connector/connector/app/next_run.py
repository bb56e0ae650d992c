"""When a shop's schedule runs next, in a time zone with its summer time.

EventBridge Scheduler skips a day on which the clocks jump over the time of day, and runs once where it comes twice
(Amazon EventBridge Scheduler User Guide, "Daylight saving time on EventBridge Scheduler").
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_A_YEAR = 366


def next_run(time_of_day: str, zone: ZoneInfo, now: datetime) -> datetime:
    """The first run after ``now`` (aware), in UTC."""
    wall = time.fromisoformat(time_of_day)
    today = now.astimezone(zone).date()
    for days in range(_A_YEAR):
        run = _at(today + timedelta(days=days), wall, zone)
        if run is not None and run > now:
            return run
    raise ValueError(f"{time_of_day} never comes in {zone}")


def skipped_day(time_of_day: str, zone: ZoneInfo, now: datetime) -> date | None:
    """The next day of the coming year on which the clocks jump over the time of day; None if there is none."""
    wall = time.fromisoformat(time_of_day)
    today = now.astimezone(zone).date()
    days = (today + timedelta(days=days) for days in range(_A_YEAR))
    return next((day for day in days if _at(day, wall, zone) is None), None)


def _at(day: date, wall: time, zone: ZoneInfo) -> datetime | None:
    """The moment of a wall time, the first of two; None if there is none that day."""
    moment = datetime.combine(day, wall, zone).astimezone(UTC)
    there = moment.astimezone(zone)
    return moment if (there.date(), there.time()) == (day, wall) else None
