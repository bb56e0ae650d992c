"""Purchases: what was ordered, what has arrived and what is billed of it; and files of purchases to import."""

from __future__ import annotations

from typing import Any

from connector.app import integration, purchases
from connector.app.pages.frame import Page, Visit
from connector.app.pages.standing import TONES, may_change
from connector.purchases.csv_columns import COLUMNS
from connector.purchases.tables import Dates, Decimals

STATE_TONES = {"received": "success", "partly_received": "info", "ordered": "info"}


def listed(visit: Visit) -> dict[str, Any]:
    state, text = visit.request.one("state"), visit.request.one("q").strip()
    chosen = state if state in purchases.STATES else ""
    states = frozenset({chosen} if chosen else ())
    found, following = purchases.page(visit.services, visit.shop, states, text, visit.request.one("after"))
    return {
        "purchases": found,
        "next": following,
        "first_page": not visit.request.one("after"),
        "chosen": chosen,
        "text": text,
        "filters": [(name, visit.words(f"purchases.{name or 'all'}"), None) for name in ("", *purchases.STATES)],
        "purchase_tones": STATE_TONES,
        "tones": TONES,
        "fields": [(name, column.required) for name, column in COLUMNS.items()],
        "dates": [(one.value, visit.words(f"purchases.dates_{one.name.lower()}")) for one in Dates],
        "decimals": [(one.value, visit.words(f"purchases.decimals_{one.name.lower()}")) for one in Decimals],
        "started": integration.find(visit.services.table, visit.shop).started,
        "may_change": may_change(visit),
    }


PAGES = (
    Page(
        "/purchases",
        listed,
        "purchases.html",
        "nav.purchases",
        nav="nav.purchases",
        script="purchases.js",
        script_words=("purchases_js", "purchase_field"),
    ),
)
