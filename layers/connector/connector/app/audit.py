"""The audit log: what a person did by hand that changes the books or how they are kept, when, and who it was."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from connector.storage import keys
from connector.storage.syncs import stamp
from connector.storage.table import Table

MOST = 200
_PLAIN = ("at", "who", "what", "about", "details")


def note(
    table: Table,
    shop: str,
    now: datetime,
    who: str,
    what: str,
    about: str = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    """A line: ``who`` is the Shopify user, ``what`` a verb such as ``entry.ignore``, ``about`` the id of its object."""
    at = stamp(now)
    line = {"at": at, "who": who, "what": what, "about": about, "details": dict(details or {})}
    table.put({"pk": keys.shop(shop), "sk": keys.audit(at, f"{now.microsecond:06d}{secrets.token_hex(4)}"), **line})


def newest(table: Table, shop: str, limit: int = MOST, *, before: str = "") -> Iterator[dict[str, Any]]:
    """The newest first; with ``before`` (the ``id`` of a line) those that are older than it."""
    first, last = "AUDIT#", f"AUDIT#{before}" if before else "AUDIT$"
    found = table.query(keys.shop(shop), first=first, last=last, newest_first=True, limit=limit + 1)
    for item in islice((item for item in found if item["sk"] != last), limit):
        yield {name: item.get(name, "") for name in _PLAIN} | {"id": item["sk"].removeprefix(first)}
