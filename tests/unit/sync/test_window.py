"""Which facts belong to a window: business days in the shop's zone, both nights of a clock change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from connector.ledger.facts import MoneyFact, MoneyKind, OrderFacts, OrderHeader
from connector.sync.window import OVERLAP, SWEEP, Window, backfill, day_begins, incremental

NEW_YORK = ZoneInfo("America/New_York")
HEADER = OrderHeader(
    "gid://shopify/Order/1",
    "1",
    "#1",
    "USD",
    None,
    None,
    None,
    "web",
    True,
    False,
    False,
    datetime(2026, 1, 1, tzinfo=UTC),
)


def paid(at: datetime) -> OrderFacts:
    day = at.astimezone(NEW_YORK).date()
    return OrderFacts(HEADER, (), (MoneyFact("t1", day, at, MoneyKind.SALE, "cash", Decimal("1.00")),))


def in_the_books(window: Window, facts: OrderFacts) -> tuple[str, ...]:
    """Ids of the facts that are the window's own."""
    kept, before = window.of(facts)
    return tuple(f.id for f in kept.money if f.id not in before)


def test_the_spring_night_has_23_hours_and_the_autumn_night_25() -> None:
    def hours(day: date) -> float:
        return (day_begins(day + timedelta(days=1), NEW_YORK) - day_begins(day, NEW_YORK)) / timedelta(hours=1)

    assert hours(date(2026, 3, 8)) == 23
    assert hours(date(2026, 11, 1)) == 25


def test_both_half_past_ones_of_the_autumn_night_are_the_same_business_day() -> None:
    day = date(2026, 11, 1)
    window = backfill(day, day, datetime(2026, 12, 1, tzinfo=UTC), NEW_YORK, books_begin=day)
    for at in (datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 1, 6, 30, tzinfo=UTC)):
        assert in_the_books(window, paid(at))


def test_what_happened_after_the_scheduled_time_is_left_for_the_next_window() -> None:
    end = datetime(2026, 3, 9, 6, 0, tzinfo=UTC)
    window = incremental(date(2026, 3, 1), None, end, NEW_YORK)
    assert in_the_books(window, paid(end - timedelta(seconds=1)))
    assert not window.of(paid(end))[0].money


def test_the_next_window_reads_from_a_little_before_the_last_one_ended() -> None:
    end = datetime(2026, 3, 9, 6, 0, tzinfo=UTC)
    window = incremental(date(2026, 3, 1), end, end + timedelta(days=1), NEW_YORK)
    assert window.updated_since == end - OVERLAP


def test_once_a_week_the_last_week_is_read_again() -> None:
    monday_night = datetime(2026, 3, 9, 6, 0, tzinfo=UTC)
    sunday_night = monday_night - timedelta(days=1)
    assert incremental(date(2026, 2, 1), sunday_night, monday_night, NEW_YORK).updated_since == sunday_night - SWEEP
    # but never from before the books begin
    begin = date(2026, 3, 5)
    assert incremental(begin, sunday_night, monday_night, NEW_YORK).updated_since == day_begins(begin, NEW_YORK)


def test_what_was_before_the_start_date_is_known_but_not_in_the_books() -> None:
    window = incremental(date(2026, 3, 5), None, datetime(2026, 3, 9, tzinfo=UTC), NEW_YORK)
    late_on_the_4th = paid(datetime(2026, 3, 5, 4, 59, tzinfo=UTC))
    assert window.of(late_on_the_4th) == (late_on_the_4th, frozenset({"t1"}))
    assert in_the_books(window, paid(datetime(2026, 3, 5, 5, 0, tzinfo=UTC)))


def test_a_backfill_takes_its_days_and_leaves_the_ones_behind_them_to_others() -> None:
    first, last = date(2026, 3, 2), date(2026, 3, 3)
    window = backfill(first, last, datetime(2026, 4, 1, tzinfo=UTC), NEW_YORK, books_begin=date(2026, 3, 10))
    assert in_the_books(window, paid(datetime(2026, 3, 2, 12, tzinfo=UTC)))
    assert in_the_books(window, paid(datetime(2026, 3, 4, 4, 59, tzinfo=UTC)))
    assert not in_the_books(window, paid(datetime(2026, 3, 4, 5, 1, tzinfo=UTC)))
    assert not in_the_books(window, paid(datetime(2026, 3, 1, 12, tzinfo=UTC)))
    assert not window.of(paid(datetime(2026, 3, 12, 12, tzinfo=UTC)))[0].money


@given(
    st.datetimes(datetime(2026, 2, 20), datetime(2026, 11, 20), timezones=st.just(UTC)),
    st.lists(st.integers(0, 60 * 24 * 20), max_size=6),
)
def test_every_fact_is_in_exactly_one_of_consecutive_windows_first_seen(start: datetime, cuts: list[int]) -> None:
    first = start.astimezone(NEW_YORK).date()
    ends = sorted({start + timedelta(minutes=m) for m in cuts} | {start + timedelta(days=21)})
    fact = paid(start + timedelta(days=3))
    seen: list[str] = []
    for end in ends:
        belongs = in_the_books(incremental(first, None, end, NEW_YORK), fact)
        if belongs and not seen:
            seen = list(belongs)
    assert seen == ["t1"]
