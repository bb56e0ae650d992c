"""The merchant's settings as stored: the current version, and every version that ever was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from connector.accounting.policy import Mode, Policy, ReceiveAs, SummaryForm
from connector.storage import keys
from connector.storage.syncs import stamp
from connector.storage.table import ConditionFailed, Table, put_write

MANUAL, AUTOMATIC = "manual", "automatic"
STOCKY_KEY = "stocky-api-key"
EARLIEST, LATEST = date(1901, 1, 1), date(2999, 12, 31)
"""Days that may be asked for: QuickBooks has none before, and behind the calendar's last there is nothing to reckon."""
"""The purpose a shop's Stocky key is sealed for."""


class VersionChanged(Exception):
    """Somebody else stored settings since these were read."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """``time_of_day`` is HH:MM in ``time_zone``, an IANA name; empty is the shop's own zone."""

    mode: str = MANUAL
    time_of_day: str = "02:00"
    time_zone: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the merchant decided. Accounts are full names in QuickBooks; version 0 was never stored."""

    accounts: Mapping[str, str] = field(default_factory=dict)
    tenders: Mapping[str, str] = field(default_factory=dict)
    modes: Mapping[str, str] = field(
        default_factory=lambda: {"customer": "detailed", "inventory": "detailed", "vendor": "summary"}
    )
    schedule: Schedule = Schedule()
    start_date: date | None = None
    classes: Mapping[str, str] = field(default_factory=dict)
    recognise: str = "at_sale"
    summary_as: str = "sales_receipt"
    receive_as: str = "bill"
    stocky_api_key: bytes = b""
    """Sealed; it never leaves the server."""
    version: int = 0
    changed_at: str = ""
    changed_by: str = ""

    def same_as(self, other: Settings) -> bool:
        """Whether the merchant decided the same in both."""
        return replace(self, version=other.version, changed_at=other.changed_at, changed_by=other.changed_by) == other


def read(table: Table, shop: str) -> Settings:
    """The current settings; the defaults if none were ever stored."""
    item = table.get(keys.shop(shop), keys.SETTINGS)
    return _settings(item) if item else Settings()


def history(table: Table, shop: str, limit: int = 100) -> Iterator[Settings]:
    """Every version, newest first."""
    for item in table.query(keys.shop(shop), keys.SETTINGS + "#", newest_first=True, limit=limit):
        yield _settings(item)


def store(table: Table, shop: str, settings: Settings, user_id: str, now: datetime) -> Settings:
    """The next version after ``settings.version``; raises ``VersionChanged`` if that is not the current one."""
    new = replace(settings, version=settings.version + 1, changed_at=stamp(now), changed_by=user_id)
    item = _item(shop, new)
    condition = "version = :version" if settings.version else "attribute_not_exists(pk)"
    values = {":version": settings.version} if settings.version else None
    kept = item | {"sk": keys.settings_version(new.version)}
    try:
        table.transact([put_write(item, condition, values=values), put_write(kept, "attribute_not_exists(pk)")])
    except ConditionFailed as error:
        raise VersionChanged(f"version {settings.version} is not the current one") from error
    return new


def policy_of(settings: Settings) -> Policy:
    """The settings as accounting needs them."""
    return Policy(
        accounts=dict(settings.accounts),
        tenders=dict(settings.tenders),
        classes=dict(settings.classes),
        customer=Mode(settings.modes["customer"]),
        inventory=Mode(settings.modes["inventory"]),
        vendor=Mode(settings.modes["vendor"]),
        start_date=settings.start_date,
        recognise=settings.recognise,
        summary_as=SummaryForm(settings.summary_as),
        receive_as=ReceiveAs(settings.receive_as),
    )


def _item(shop: str, settings: Settings) -> dict[str, Any]:
    schedule = settings.schedule
    return {
        "pk": keys.shop(shop),
        "sk": keys.SETTINGS,
        "type": "settings",
        "accounts": dict(settings.accounts),
        "tenders": dict(settings.tenders),
        "modes": dict(settings.modes),
        "schedule": {"mode": schedule.mode, "time_of_day": schedule.time_of_day, "time_zone": schedule.time_zone},
        "start_date": settings.start_date.isoformat() if settings.start_date else "",
        "classes": dict(settings.classes),
        "recognise": settings.recognise,
        "summary_as": settings.summary_as,
        "receive_as": settings.receive_as,
        "stocky_api_key": settings.stocky_api_key or None,
        "version": settings.version,
        "changed_at": settings.changed_at,
        "changed_by": settings.changed_by,
    }


def _settings(item: Mapping[str, Any]) -> Settings:
    return Settings(
        accounts=item["accounts"],
        tenders=item["tenders"],
        modes=item["modes"],
        schedule=Schedule(**item["schedule"]),
        start_date=date.fromisoformat(item["start_date"]) if item["start_date"] else None,
        classes=item["classes"],
        recognise=item["recognise"],
        summary_as=item.get("summary_as", "sales_receipt"),
        receive_as=item.get("receive_as", "bill"),
        stocky_api_key=item.get("stocky_api_key", b""),
        version=int(item["version"]),
        changed_at=item["changed_at"],
        changed_by=item["changed_by"],
    )
