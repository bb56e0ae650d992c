"""Taking everything along, and starting over."""

from __future__ import annotations

from typing import Any

from connector.app import integration, reset, roles
from connector.app.pages.frame import Page, Visit
from connector.outbox import repository
from connector.outbox.entries import EntryState

MOST_COUNTED = 1000


def start_over(visit: Visit) -> dict[str, Any]:
    table, shop = visit.services.table, visit.shop
    today = visit.services.clock().astimezone(visit.words.zone).date()
    return {
        "integration": integration.find(table, shop),
        "may_reset": roles.role_of(table, shop, visit.user_id) == roles.OWNER,
        "domain": shop,
        "keep": reset.KEEP,
        "remove": reset.REMOVE,
        "unsent": sum(repository.count(table, shop, s, MOST_COUNTED) for s in (EntryState.READY, EntryState.HELD)),
        "first": today.replace(day=1).isoformat(),
        "last": today.isoformat(),
    }


PAGES = (
    Page(
        "/reset",
        start_over,
        "reset.html",
        "reset.title",
        back="/settings",
        script="reset.js",
        script_words=("reset_js",),
    ),
)
