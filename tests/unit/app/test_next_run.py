"""When a schedule runs next: in the merchant's time zone, over the nights on which its clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.app.next_run import next_run, skipped_day

COPENHAGEN, NEW_YORK = ZoneInfo("Europe/Copenhagen"), ZoneInfo("America/New_York")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "time_of_day", "zone", "run"),
    [
        pytest.param("2026-11-23T12:00", "02:00", COPENHAGEN, "2026-11-24T01:00", id="tomorrow night, winter time"),
        pytest.param("2026-07-01T12:00", "02:00", COPENHAGEN, "2026-07-02T00:00", id="summer time"),
        pytest.param("2026-11-23T00:30", "02:00", COPENHAGEN, "2026-11-23T01:00", id="later the same night"),
        pytest.param("2026-11-23T01:00", "02:00", COPENHAGEN, "2026-11-24T01:00", id="it runs just now"),
        pytest.param("2027-03-27T12:00", "02:30", COPENHAGEN, "2027-03-29T00:30", id="the clocks jump over 02:30"),
        pytest.param("2026-10-24T12:00", "02:30", COPENHAGEN, "2026-10-25T00:30", id="02:30 comes twice: the first"),
        pytest.param("2026-10-25T00:45", "02:30", COPENHAGEN, "2026-10-26T01:30", id="not again at the second"),
        pytest.param("2026-11-24T03:00", "23:00", NEW_YORK, "2026-11-24T04:00", id="still yesterday over there"),
    ],
)
def test_the_next_run(now: str, time_of_day: str, zone: ZoneInfo, run: str) -> None:
    assert next_run(time_of_day, zone, at(now)) == at(run)


def test_the_night_that_is_left_out_is_named() -> None:
    assert skipped_day("02:30", COPENHAGEN, at("2026-11-23T12:00")) == date(2027, 3, 28)
    assert skipped_day("03:00", COPENHAGEN, at("2026-11-23T12:00")) is None
    assert skipped_day("02:30", ZoneInfo("Asia/Tokyo"), at("2026-11-23T12:00")) is None


@given(
    now=st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1)),
    minutes=st.integers(0, 24 * 60 - 1),
    zone=st.sampled_from(["Europe/Copenhagen", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]),
)
def test_it_is_at_the_wall_time_in_the_future_and_within_three_days(now: datetime, minutes: int, zone: str) -> None:
    moment, wall = now.replace(tzinfo=UTC), f"{minutes // 60:02}:{minutes % 60:02}"
    run = next_run(wall, ZoneInfo(zone), moment)
    assert f"{run.astimezone(ZoneInfo(zone)):%H:%M}" == wall
    assert moment < run and (run - moment).total_seconds() <= 49 * 3600
