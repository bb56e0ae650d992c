"""The day is the shop's, also in the nights when clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from connector.ledger.business_day import business_day

COPENHAGEN, NEW_YORK = ZoneInfo("Europe/Copenhagen"), ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("moment", "zone", "day"),
    [
        (datetime(2026, 3, 8, 4, 59, 59, tzinfo=UTC), NEW_YORK, date(2026, 3, 7)),
        (datetime(2026, 3, 8, 5, 0, tzinfo=UTC), NEW_YORK, date(2026, 3, 8)),
        (datetime(2026, 3, 9, 3, 59, 59, tzinfo=UTC), NEW_YORK, date(2026, 3, 8)),
        (datetime(2026, 3, 9, 4, 0, tzinfo=UTC), NEW_YORK, date(2026, 3, 9)),
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), COPENHAGEN, date(2026, 10, 25)),
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), COPENHAGEN, date(2026, 10, 25)),
        (datetime(2026, 10, 25, 23, 0, tzinfo=UTC), COPENHAGEN, date(2026, 10, 26)),
    ],
)
def test_midnight_is_the_shops_also_when_clocks_change(moment: datetime, zone: ZoneInfo, day: date) -> None:
    assert business_day(moment, zone) == day


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        business_day(datetime(2026, 3, 8), NEW_YORK)
