"""What settings are judged against: the connected company as last read, as far as it has been read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connector.app.accounts import Chart, did_you_mean
from connector.app.errors import Fault
from connector.outbox import company, identity
from connector.storage.table import Table

FILLS = {"customer": "names", "vendor": "names", "inventory": "items"}
"""Which of the company's lists a detailed mode fills: every customer and vendor is a name, every product an item."""


@dataclass(frozen=True, slots=True)
class KnownCompany:
    """``limits`` is by list (``names``, ``items``): how many are ``used`` of ``limit``.

    ``refusal`` says why nothing may be posted to this company at all; one that has not been seen yet refuses nothing.
    """

    chart: Chart = field(default_factory=lambda: Chart(()))
    classes: tuple[str, ...] = ()
    limits: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    refusal: str = ""

    def class_faults(self, classes: Mapping[str, str]) -> list[Fault]:
        known = {name.lower() for name in self.classes}
        return [
            Fault(f"classes.{location}", f'QuickBooks has no class "{name}".', did_you_mean(name, self.classes))
            for location, name in classes.items()
            if known and name.lower() not in known
        ]

    def mode_faults(self, modes: Mapping[str, str]) -> list[Fault]:
        """Detailed modes whose list is full: QuickBooks Pro and Premier end at 14,500 names and 14,500 items."""
        found = []
        for name, mode in modes.items():
            full = self.limits.get(FILLS[name])
            if mode == "detailed" and full and full["used"] >= full["limit"]:
                problem = f"The company has {full['used']:,} of at most {full['limit']:,} {FILLS[name]}."
                found.append(Fault(f"modes.{name}", problem, "Use summary here."))
        return found

    def refusal_faults(self) -> list[Fault]:
        return (
            [Fault("connection", self.refusal, "Connect the company that belongs to this shop.")]
            if self.refusal
            else []
        )


def read(table: Table, shop: str, shop_currency: str, now: datetime) -> KnownCompany:
    profile = company.profile(table, shop)
    return KnownCompany(
        chart=Chart(company.accounts(table, shop)),
        classes=tuple(one["full_name"] for one in company.elements(table, shop, "classes")),
        limits=company.limits(table, shop, now),
        refusal=identity.refusal(profile, shop_currency) if profile else "",
    )
