"""A person in the app whose shop is an ``Office``: the app's actions without HTTP."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from connector.app import known_company
from connector.app.entries_fixing import Person
from tests.fakes.office import SHOP, Office


def services_of(office: Any) -> Any:
    """Of the app's services those that actions on entries and syncs need; of an office or a preparation."""
    return SimpleNamespace(
        table=office.table,
        clock=lambda: office.now,
        company=lambda shop: known_company.read(office.table, shop, "USD", office.now),
        time_zone=lambda shop: "America/New_York",
        schedules=SimpleNamespace(remove=lambda shop: None),
    )


def person_in(office: Office) -> Person:
    return Person(services_of(office), SHOP, "42")
