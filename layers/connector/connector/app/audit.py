"""The audit log: what a person did by hand that changes the books or how they are kept, when, and who it was."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from datetime import datetime
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
    table.put({"pk": keys.shop(shop), "sk": keys.audit(at, secrets.token_hex(4)), **line})


def newest(table: Table, shop: str, limit: int = MOST) -> Iterator[dict[str, Any]]:
    for item in table.query(keys.shop(shop), "AUDIT#", newest_first=True, limit=limit):
        yield {name: item.get(name, "") for name in _PLAIN}
