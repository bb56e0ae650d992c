"""What a hostile body may cost, beside an honest one read at the same moment: seconds tell of the machine alone."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from lxml import etree

T = TypeVar("T")

_HONEST = ("<r>" + "<a>1</a>" * 500_000 + "</r>").encode()
"""4 MB of half a million elements; reading them takes about a tenth of a second."""


def honest_seconds() -> float:
    """Processor time that reading an honest body takes here and now, the slowest of three times."""
    return max(measured(lambda: etree.fromstring(_HONEST))[1] for _ in range(3))


def measured(work: Callable[[], T]) -> tuple[T, float]:
    """What ``work`` gives, and its processor time in seconds."""
    began = time.process_time()
    result = work()
    return result, time.process_time() - began


def within(work: Callable[[], T], times: float) -> T:
    """What ``work`` gives; fails if it cost more than so many honest bodies, three times in a row.

    Once may be the collection of what other tests of the process have left behind.
    """
    share = 0.0
    for _ in range(3):
        result, took = measured(work)
        share = took / honest_seconds()
        if share < times:
            return result
    raise AssertionError(f"as much as {share:.1f} honest bodies")
