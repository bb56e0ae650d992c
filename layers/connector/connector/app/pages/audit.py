"""The audit log: who did what by hand, and when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.app import audit, roles
from connector.app.pages.frame import Page, Visit

MOST = 50
"""Lines a page."""


def log(visit: Visit) -> dict[str, Any]:
    before = visit.request.one("before")
    lines = list(audit.newest(visit.services.table, visit.shop, MOST, before=before))
    names = roles.names(visit.services.table, visit.shop)
    return {
        "lines": [line | {"name": _who(visit, line["who"], names), "told": _told(line)} for line in lines],
        "older": lines[-1]["id"] if len(lines) == MOST else "",
        "newest": not before,
        "zone": visit.words.zone.key,
    }


def _who(visit: Visit, user_id: str, names: Mapping[str, str]) -> str:
    if user_id in names:
        return names[user_id]
    return visit.words("audit.you") if user_id == visit.user_id else visit.words("audit.user", id=user_id)


def _told(line: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The details that say something to a person, as names and values."""
    found = {name: str(value) for name, value in line["details"].items() if str(value)}
    return [(name, value) for name, value in found.items() if value not in ("False", "0")]


PAGES = (Page("/audit", log, "audit.html", "nav.audit", nav="nav.audit"),)
