"""Starting the integration: once for a shop, with settings that are complete, and with its schedule.

``STARTING`` is stored before the schedule is made and ``STARTED`` after it: a start that was killed in between is
simply started again, and of two at the same moment one is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from botocore.exceptions import BotoCoreError, ClientError

from connector.app import audit
from connector.app.errors import Conflict, Unavailable, Unprocessable
from connector.app.services import Services
from connector.app.settings import AUTOMATIC, Settings, read
from connector.app.settings_input import all_faults
from connector.outbox import adopting
from connector.storage import keys
from connector.storage.syncs import stamp
from connector.storage.table import ConditionFailed, Item, Table

NOT_STARTED, STARTING, STARTED = "NOT_STARTED", "STARTING", "STARTED"
_LOOKS = 5


@dataclass(frozen=True, slots=True)
class Integration:
    """``schedule_version`` is the version of the settings that the schedule was last made from."""

    state: str = NOT_STARTED
    started_at: str = ""
    started_by: str = ""
    schedule_version: int = 0

    @property
    def started(self) -> bool:
        return self.state == STARTED

    def view(self) -> dict[str, Any]:
        return {"state": self.state, "started_at": self.started_at, "started_by": self.started_by}


def find(table: Table, shop: str) -> Integration:
    item = table.get(keys.shop(shop), keys.INTEGRATION)
    return _integration(item) if item else Integration()


def start(services: Services, shop: str, user_id: str) -> Integration:
    """Raises ``Conflict`` when it has been started, ``Unprocessable`` with everything that is missing."""
    if find(services.table, shop).started:
        raise _already()
    settings = read(services.table, shop)
    faults = all_faults(settings, services.company(shop))
    if faults:
        raise Unprocessable(faults)
    _begin(services.table, shop, user_id, services.clock())
    _make_schedule(services, shop, settings)
    # What is dated up to today may have been entered by hand or by another program.
    today = services.clock().astimezone(ZoneInfo(services.time_zone(shop))).date()
    adopting.want(services.table, shop, today)
    started = _finish(services.table, shop, settings.version)
    audit.note(services.table, shop, services.clock(), user_id, "integration.start", shop)
    renew_schedule(services, shop)
    return started


def renew_schedule(services: Services, shop: str) -> None:
    """After a change of the settings, or a reinstall; nothing to do before the start. May be repeated.

    Of two changes at the same moment the schedule may be made from the older one last: so look again after making it.
    """
    for _ in range(_LOOKS):
        settings, integration = read(services.table, shop), find(services.table, shop)
        if not integration.started or integration.schedule_version == settings.version:
            return
        _make_schedule(services, shop, settings)
        _mark_schedule(services.table, shop, settings.version)


def forget_schedule(services: Services, shop: str) -> None:
    """The shop has uninstalled the app; opening it again makes the schedule anew."""
    services.schedules.remove(shop)
    outdate_schedule(services.table, shop)


def outdate_schedule(table: Table, shop: str) -> None:
    """The next ``renew_schedule`` makes it anew, though the settings are the same."""
    _mark_schedule(table, shop, 0)


def _begin(table: Table, shop: str, user_id: str, now: datetime) -> None:
    item = {
        "pk": keys.shop(shop),
        "sk": keys.INTEGRATION,
        "type": "integration",
        "state": STARTING,
        "started_at": stamp(now),
        "started_by": user_id,
        "schedule_version": 0,
    }
    try:
        table.put(
            item,
            "attribute_not_exists(pk) OR #state = :starting",
            names={"#state": "state"},
            values={":starting": STARTING},
        )
    except ConditionFailed as error:
        raise _already() from error


def _finish(table: Table, shop: str, version: int) -> Integration:
    try:
        item = table.update(
            keys.shop(shop),
            keys.INTEGRATION,
            "SET #state = :started, schedule_version = :version",
            "#state = :starting",
            {"#state": "state"},
            {":started": STARTED, ":starting": STARTING, ":version": version},
        )
    except ConditionFailed as error:
        raise _already() from error
    return _integration(item)


def _make_schedule(services: Services, shop: str, settings: Settings) -> None:
    schedule = settings.schedule
    zone = schedule.time_zone or services.time_zone(shop)
    try:
        services.schedules.apply(shop, schedule.time_of_day, zone, schedule.mode == AUTOMATIC)
    except (ClientError, BotoCoreError) as error:
        raise Unavailable("The schedule could not be set just now. Please do the same again.") from error


def _mark_schedule(table: Table, shop: str, version: int) -> None:
    try:
        table.update(
            keys.shop(shop),
            keys.INTEGRATION,
            "SET schedule_version = :version",
            "attribute_exists(pk)",
            values={":version": version},
        )
    except ConditionFailed:
        return  # never started, or reset meanwhile: there is no schedule to remember


def _already() -> Conflict:
    return Conflict("The integration has been started already.", "It is started once; reset it to start over.")


def _integration(item: Item) -> Integration:
    return Integration(
        state=item["state"],
        started_at=item["started_at"],
        started_by=item.get("started_by", ""),
        schedule_version=int(item.get("schedule_version", 0)),
    )
