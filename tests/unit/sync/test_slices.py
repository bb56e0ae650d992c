"""Slices of a window: none overlaps, none is left out, few are much larger than was wanted."""

from __future__ import annotations

import itertools
from bisect import bisect_left
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from connector.sync.slices import MOST_COUNTS, next_slice

FIRST = datetime(2025, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 1, tzinfo=UTC)


class Changes:
    """Seconds behind ``FIRST`` at which an order changed last."""

    def __init__(self, *seconds: int) -> None:
        self.moments = sorted(FIRST + timedelta(seconds=n) for n in seconds)
        self.counts = 0

    def count(self, first: datetime, last: datetime | None = None, limit: int | None = None) -> int | None:
        self.counts += 1
        end = len(self.moments) if last is None else bisect_left(self.moments, last)
        return max(end - bisect_left(self.moments, first), 0)


def slices(changes: Changes, wanted: int) -> list[tuple[datetime, datetime | None]]:
    found: list[tuple[datetime, datetime | None]] = []
    first: datetime | None = FIRST
    while first is not None:
        last = next_slice(changes, first, NOW, wanted)
        assert last is None or last > first
        found.append((first, last))
        first = last
    return found


def test_even_changes_make_even_slices_with_few_counts() -> None:
    changes = Changes(*range(0, 10_000 * 600, 600))
    found = slices(changes, 1_000)
    sizes = [changes.count(first, last) or 0 for first, last in found]
    assert sum(sizes) == 10_000
    assert 7 <= len(sizes) <= 14
    assert max(sizes) <= 1_500
    assert changes.counts <= 12 * len(sizes)


def test_a_busy_hour_in_a_quiet_year_is_cut_finely() -> None:
    changes = Changes(*(20_000_000 + n for n in range(3_000)), 5, 30_000_000)
    sizes = [changes.count(first, last) or 0 for first, last in slices(changes, 1_000)]
    assert sum(sizes) == 3_002
    assert max(sizes) <= 1_500


def test_what_changed_in_one_second_stays_together() -> None:
    changes = Changes(*([40_000] * 5_000), 39_999, 40_001)
    sizes = [changes.count(first, last) or 0 for first, last in slices(changes, 100)]
    assert sum(sizes) == 5_002
    assert max(sizes) >= 5_000
    assert len(sizes) <= 5


def test_changes_beyond_now_are_one_slice_and_no_end() -> None:
    changes = Changes(*(int((NOW - FIRST).total_seconds()) + n for n in range(5_000)))
    assert len(slices(changes, 100)) <= 3


@given(st.lists(st.integers(0, 60_000_000), max_size=60), st.integers(1, 20))
def test_every_change_is_in_exactly_one_slice(seconds: list[int], wanted: int) -> None:
    changes = Changes(*seconds)
    found = slices(changes, wanted)
    assert found[0][0] == FIRST and found[-1][1] is None
    assert all(one[1] == following[0] for one, following in itertools.pairwise(found))
    assert sum(changes.count(first, last) or 0 for first, last in found) == len(seconds)
    assert len(found) <= max(len(seconds), 1) * 4 + 3
    assert changes.counts <= len(found) * (MOST_COUNTS + 3)
