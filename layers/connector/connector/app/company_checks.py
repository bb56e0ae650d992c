"""What is wrong with the company as a whole, not with a single entry: each a row with what to do about it.

Worked out from what was last read of the company and from the settings, so that a row is gone when its cause is.

| check | what it means for entries |
|---|---|
| refused | nothing is posted: another country's edition, another currency |
| tax | nothing; what somebody types in QuickBooks may get tax |
| classes | they are posted without a class |
| accounts.…, tenders.… | those that need the account wait |
| limits.names, limits.items | when it is full, those that need a new customer, vendor or item wait |
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from connector.app import settings
from connector.app.known_company import FILLS, KnownCompany
from connector.app.services import Services
from connector.app.settings import Settings
from connector.outbox import company, tax_check

WARN_BEFORE = timedelta(days=180)
WARNING, PROBLEM = "warning", "problem"
_CLASSES_OFF = "Class tracking is switched off in QuickBooks, so entries are posted without the classes of {what}."
_CLASSES_ON = (
    "In QuickBooks: Edit > Preferences > Accounting > Company Preferences > Use class tracking. "
    "Or remove the classes in the settings."
)
_ROOM = "Use summary for {modes} from now on, or a QuickBooks edition that holds more."


@dataclass(frozen=True, slots=True)
class Check:
    """``action`` is the path to POST ``{}`` to, to have it done from here; empty where only a person can do it."""

    check: str
    state: str
    text: str
    advice: str
    action: str = ""


def rows(services: Services, shop: str) -> list[dict[str, Any]]:
    known, chosen = services.company(shop), settings.read(services.table, shop)
    return [asdict(check) for check in _checks(services, shop, known, chosen)]


def _checks(services: Services, shop: str, known: KnownCompany, chosen: Settings) -> Iterator[Check]:
    seen = company.profile(services.table, shop)
    if seen is None:
        return
    if known.refusal:
        yield Check("refused", PROBLEM, known.refusal, "Nothing is posted until this is changed.")
    tax = tax_check.view(services.table, shop)
    if tax["state"] == tax_check.PROBLEM:
        action = "/api/quickbooks/tax-item" if tax["may_create"] else ""
        yield Check("tax", WARNING, tax["text"], tax["advice"], action)
    if chosen.classes and not seen.uses_classes:
        what = ", ".join(sorted(set(chosen.classes.values())))
        yield Check("classes", WARNING, _CLASSES_OFF.format(what=what), _CLASSES_ON)
    for fault in (*known.chart.faults("accounts", chosen.accounts), *known.chart.faults("tenders", chosen.tenders)):
        yield Check(fault.key, PROBLEM, f"{fault.problem} What needs it waits.", fault.fix)
    yield from _limits(known, chosen, services.clock())


def _limits(known: KnownCompany, chosen: Settings, now: datetime) -> Iterator[Check]:
    for name, limit in known.limits.items():
        modes = [mode for mode, filled in FILLS.items() if filled == name and chosen.modes[mode] == "detailed"]
        counts = f"The company has {limit['used']:,} of at most {limit['limit']:,} {name}"
        advice = _ROOM.format(modes=" and ".join(modes))
        if not modes:
            continue
        if limit["used"] >= limit["limit"]:
            text = f"{counts}: QuickBooks takes no new ones. Entries that need one wait."
            yield Check(f"limits.{name}", PROBLEM, text, advice)
        elif limit["full_on"] and date.fromisoformat(limit["full_on"]) <= now.date() + WARN_BEFORE:
            yield Check(f"limits.{name}", WARNING, f"{counts}. As it grows it is full on {limit['full_on']}.", advice)
