"""How many writes a message set may have: few at first, more while QuickBooks is quick, fewer when it is slow.

A set should keep QuickBooks busy for up to a minute: long enough to be worth the round trip, short enough that a lost
answer leaves little in doubt.
"""

from __future__ import annotations

from typing import Any

from connector.storage import keys
from connector.storage.table import Table, delete_write, put_write

FIRST = 10
MOST = 50
TARGET_SECONDS = 60.0
_QUICK = 20.0


def limit(table: Table, shop: str) -> int:
    item = table.get(keys.shop(shop), keys.PACE)
    return int(item["limit"]) if item else FIRST


def after_answer(limit: int, sent: int, seconds: float) -> int:
    """The next limit, when ``sent`` writes took ``seconds`` from sending to the answer."""
    if seconds > TARGET_SECONDS:
        return max(1, int(sent * TARGET_SECONDS / seconds))
    if seconds < _QUICK and sent >= limit:
        return min(MOST, limit * 2)
    return limit


def after_silence(limit: int) -> int:
    """The next limit, when a set's answer got lost or QuickBooks broke off."""
    return max(1, limit // 2)


def read_limit(table: Table, shop: str, kind: str, usual: int) -> int:
    """How many records a reading set of ``kind`` may ask for; fewer after an answer that could not be read."""
    item = table.get(keys.shop(shop), _reads(kind))
    return min(usual, int(item["limit"])) if item else usual


def shrink_reads_write(shop: str, kind: str, asked: int) -> dict[str, Any]:
    """A transaction part: a set that asked for so many failed as a whole, so the next asks for a quarter of it."""
    return put_write({"pk": keys.shop(shop), "sk": _reads(kind), "limit": max(1, asked // 4)})


def grow_reads_write(shop: str, kind: str) -> dict[str, Any]:
    """A transaction part: a set of ``kind`` went well, the usual number may be asked for again."""
    return delete_write(keys.shop(shop), _reads(kind))


def _reads(kind: str) -> str:
    return f"{keys.PACE}#{kind}"


def write(shop: str, limit: int) -> dict[str, Any]:
    """A transaction part that stores the limit."""
    return put_write({"pk": keys.shop(shop), "sk": keys.PACE, "limit": limit})
