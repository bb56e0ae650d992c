"""Cutting a window into slices with about so many orders each, by counting; the times of changes are not even."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

MOST_COUNTS = 24
"""How often is counted for one slice: enough for a few busy hours in a quiet year."""

_SECOND = timedelta(seconds=1)


class Counted(Protocol):
    def count(self, first: datetime, last: datetime | None = None, limit: int | None = None) -> int | None:
        """How many orders changed from ``first`` on (before ``last``); None if it can't be told."""


def next_slice(source: Counted, first: datetime, now: datetime, wanted: int) -> datetime | None:
    """Where a slice of about ``wanted`` orders from ``first`` on ends; None if all the rest is one.

    Times are whole seconds, as Shopify's searches are. Orders that changed in the same second stay together.
    """
    rest = source.count(first)
    if rest is None or rest <= wanted + wanted // 2:
        return None
    low, high, below, above = first, now, 0, rest
    if high - low <= _SECOND:
        return None
    for attempt in range(MOST_COUNTS):
        if high - low <= _SECOND:
            break
        # Where it would be if changes were even; every other time the middle, as they may not be even at all.
        end = _between(low, high, 0.5 if attempt % 2 else (wanted - below) / max(above - below, 1))
        count = source.count(first, end)
        if count is None:
            return None
        if max(wanted // 2, 1) <= count <= wanted + wanted // 2:
            return end
        if count < wanted:
            low, below = end, count
        else:
            high, above = end, count
    return high


def _between(low: datetime, high: datetime, share: float) -> datetime:
    """The time at that share of the way, at least a second from both ends and never too near to them."""
    share = min(max(share, 0.02), 0.98)
    seconds = int((high - low).total_seconds() * share)
    return (low + timedelta(seconds=max(seconds, 1))).replace(microsecond=0)
