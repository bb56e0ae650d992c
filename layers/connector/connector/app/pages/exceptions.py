"""Exceptions: what waits for a person, each with what can be done about it on its row."""

from __future__ import annotations

from typing import Any

from connector.app import company_checks, entries
from connector.app.entries_fixing import LONGEST_REASON
from connector.app.pages.frame import Page, Visit
from connector.app.pages.standing import TONES, may_change
from connector.outbox import company, repository
from connector.outbox.entries import EntryState

_STATES: dict[str, frozenset[EntryState]] = {
    "": frozenset({EntryState.HELD}),
    "doubtful": frozenset({EntryState.DOUBTFUL}),
    "ready": frozenset({EntryState.READY}),
    "ignored": frozenset({EntryState.IGNORED}),
    "undone": frozenset({EntryState.UNDONE}),
    "all": frozenset(),
}
"""What can be chosen from; the first is what a person has to do."""

FIXES = ("account", "rename", "reactivate", "first_open_day", "adopt")
"""Those that remove a cause; ``retry`` and ``ignore`` have buttons of their own."""

MOST_COUNTED = 1000


def exceptions(visit: Visit) -> dict[str, Any]:
    table, shop = visit.services.table, visit.shop
    wanted, text = visit.request.one("state"), visit.request.one("q").strip()
    chosen = wanted if wanted in _STATES else ""
    after = visit.request.one("after")
    found, following = entries.page(table, shop, _STATES[chosen], text, after)
    of_company = chosen == "" and not text and not after
    return {
        "entries": found,
        "next": following,
        "first_page": not after,
        "chosen": chosen,
        "text": text,
        "filters": [(name, visit.words(f"exceptions.{name or 'held'}"), _count(visit, name)) for name in _STATES],
        "elements": entries.held_list_elements(table, shop) if of_company else [],
        "checks": company_checks.rows(visit.services, shop) if of_company else [],
        "accounts": [one for one in company.accounts(table, shop) if one["is_active"]],
        "fixes": FIXES,
        "tones": TONES,
        "may_change": may_change(visit),
        "longest": LONGEST_REASON,
    }


def _count(visit: Visit, name: str) -> int | None:
    """How many there are, up to a number that is seen at a glance; None where counting would mean reading all."""
    states = _STATES[name]
    if not states:
        return None
    return sum(repository.count(visit.services.table, visit.shop, state, MOST_COUNTED) for state in states)


PAGES = (
    Page(
        "/exceptions",
        exceptions,
        "exceptions.html",
        "nav.exceptions",
        nav="nav.exceptions",
        script="exceptions.js",
        script_words=("exceptions_js", "entry_state"),
    ),
)
