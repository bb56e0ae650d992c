"""The steps of the set-up: which are done is seen in what they lead to, so leaving and coming back loses nothing.

A step that leads to nothing one could see (reading the guide, looking at the preview) is done once somebody has gone
through it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from connector.app import integration
from connector.app.accounts import missing_faults
from connector.app.errors import Fault, Unprocessable
from connector.app.services import Services
from connector.app.settings import Settings
from connector.outbox import company, tax_check
from connector.storage import keys
from connector.storage.table import Table

STEPS = ("start", "tax", "connect", "mapping", "schedule", "modes", "purchases", "preview", "finish")
DONE, SEEN, AHEAD = "done", "seen", "ahead"
"""``SEEN``: gone through, and what it is about does not hold yet."""


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    state: str

    @property
    def path(self) -> str:
        return f"/setup/{self.name}"


@dataclass(frozen=True, slots=True)
class Progress:
    steps: tuple[Step, ...]

    @property
    def current(self) -> Step:
        """Where to go on: the first that nobody has gone through, else the first that does not hold, else the last."""
        for state in (AHEAD, SEEN):
            found = next((step for step in self.steps if step.state == state), None)
            if found is not None:
                return found
        return self.steps[-1]

    @property
    def done(self) -> int:
        return sum(1 for step in self.steps if step.state == DONE)


def seen(table: Table, shop: str) -> frozenset[str]:
    item = table.get(keys.shop(shop), keys.SETUP)
    return frozenset(item["seen"]) if item else frozenset()


def mark_seen(table: Table, shop: str, given: Mapping[str, Any]) -> frozenset[str]:
    """``{"seen": "tax"}``; may be repeated. Raises ``Unprocessable``."""
    step = given.get("seen")
    if step not in STEPS:
        raise Unprocessable([Fault("seen", "This is none of the possible values.", f"Use one of {', '.join(STEPS)}.")])
    known = seen(table, shop)
    if step not in known:
        # Of two at the same moment one may be forgotten; going through that step again is all it costs.
        item = {"pk": keys.shop(shop), "sk": keys.SETUP, "type": "setup", "seen": sorted(known | {step})}
        table.put(item)
    return known | {step}


def progress(services: Services, shop: str, chosen: Settings) -> Progress:
    table = services.table
    started = integration.find(table, shop).started
    gone_through = seen(table, shop)
    holds: Mapping[str, Callable[[], bool]] = {
        "tax": lambda: tax_check.view(table, shop)["state"] == tax_check.OK,
        "connect": lambda: company.profile(table, shop) is not None,
        "mapping": lambda: not mapping_faults(services, shop, chosen),
        "modes": lambda: not services.company(shop).mode_faults(chosen.modes),
        "finish": lambda: started,
    }
    steps = []
    for name in STEPS:
        wanted = name in gone_through or name in ("connect", "mapping", "finish")
        fulfilled = holds[name]() if name in holds else name in gone_through
        # Before somebody has gone through it, what a step asks for may hold by chance: it is still to be looked at.
        state = DONE if fulfilled and (wanted or started) else SEEN if name in gone_through else AHEAD
        steps.append(Step(name, state))
    return Progress(tuple(steps))


def mapping_faults(services: Services, shop: str, chosen: Settings) -> list[Fault]:
    """What the mapping lacks before the integration can start."""
    chart = services.company(shop).chart
    found = [*missing_faults(chosen.accounts), *chart.faults("accounts", chosen.accounts)]
    return [*found, *chart.faults("tenders", chosen.tenders)]


def step_of(key: str) -> str:
    """The step on which a fault (``modes.customer``) is put right."""
    return _STEP_OF.get(key.partition(".")[0], "mapping")


_STEP_OF = {
    "connection": "connect",
    "modes": "modes",
    "schedule": "schedule",
    "start_date": "schedule",
    "recognise": "modes",
    "summary_as": "modes",
    "receive_as": "purchases",
    "stocky_api_key": "purchases",
}
