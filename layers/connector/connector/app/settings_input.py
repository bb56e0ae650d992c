"""Settings as they come in: read strictly, merged into what is stored, every fault named."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from connector.app.accounts import LONGEST_NAME, did_you_mean, key_faults
from connector.app.errors import Fault
from connector.app.known_company import KnownCompany
from connector.app.settings import EARLIEST, LATEST, Settings

READ_ONLY = ("version", "changed_at", "changed_by", "stocky_api_key_set")
"""What reading the settings shows besides: a client may send back what it got."""

_LONGEST_KEY = 255
_LONGEST_STOCKY_KEY = 512
_MOST_MAPPED = 500
"""Accounts, gateways or locations: for each that is wrong the likest name is looked for, which takes time."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_NAME)]
Key = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=_LONGEST_KEY)]
Mapped = Annotated[dict[Key, Text | None], Field(max_length=_MOST_MAPPED)]
Mode = Literal["summary", "detailed"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Modes(_Strict):
    customer: Mode = "detailed"
    inventory: Mode = "detailed"
    vendor: Mode = "summary"


class _Schedule(_Strict):
    mode: Literal["manual", "automatic"] = "manual"
    time_of_day: Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]\z")] = "02:00"
    time_zone: str = ""


class _Input(_Strict):
    """Every key is optional: what is not sent stays."""

    accounts: Mapped = {}
    tenders: Mapped = {}
    modes: _Modes = _Modes()
    schedule: _Schedule = _Schedule()
    start_date: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\z")] | None = None
    classes: Mapped = {}
    recognise: Literal["at_sale", "at_fulfilment"] = "at_sale"
    summary_as: Literal["sales_receipt", "journal_entry"] = "sales_receipt"
    receive_as: Literal["bill", "item_receipt"] = "bill"
    stocky_api_key: Annotated[str, StringConstraints(strip_whitespace=True, max_length=_LONGEST_STOCKY_KEY)] | None = (
        None
    )


_PROBLEMS: Mapping[str, tuple[str, str]] = {
    "string_type": ("This must be text.", ""),
    "dict_type": ("This must be an object.", ""),
    "model_type": ("This must be an object.", ""),
    "model_attributes_type": ("This must be an object.", ""),
    "string_too_long": ("This is too long.", "Use at most {max_length} characters."),
    "too_long": ("This is too long.", ""),
    "string_too_short": ("This must not be empty.", ""),
    "literal_error": ("This is none of the possible values.", "Use {expected}."),
}
_PATTERNS = {
    "schedule.time_of_day": ("This is not a time of day.", "Write it as HH:MM, such as 02:30."),
    "start_date": ("This is not a date.", "Write it as YYYY-MM-DD, such as 2026-11-30."),
}


def merged(
    current: Settings, given: Mapping[str, Any], company: KnownCompany, seal: Callable[[str], bytes]
) -> tuple[Settings, list[Fault]]:
    """``current`` with what is given, and everything that is wrong with it (then nothing may be stored).

    ``accounts``, ``tenders`` and ``classes`` are replaced as a whole; of ``modes`` and ``schedule`` the members that
    are given; what is not given stays. ``seal`` is called only when nothing is wrong.
    """
    given = {key: value for key, value in given.items() if key not in READ_ONLY}
    try:
        read = _Input.model_validate(_with_members(current, given))
    except ValidationError as error:
        return current, [_fault(detail) for detail in error.errors(include_url=False)]
    given_settings, faults = _applied(current, given, read)
    faults += _given_faults(given_settings, given, company)
    if faults:
        return current, faults
    new = replace(
        given_settings,
        accounts=company.chart.spelled(given_settings.accounts),
        tenders=company.chart.spelled(given_settings.tenders),
    )
    if "stocky_api_key" in given:
        new = replace(new, stocky_api_key=seal(read.stocky_api_key) if read.stocky_api_key else b"")
    return new, []


def all_faults(settings: Settings, company: KnownCompany) -> list[Fault]:
    """What is still wrong with stored settings before the integration may start."""
    everything = ("accounts", "tenders", "classes", "modes", "schedule")
    return company.refusal_faults() + _given_faults(settings, everything, company)


def _applied(current: Settings, given: Mapping[str, Any], read: _Input) -> tuple[Settings, list[Fault]]:
    """``current`` with what is given in the place of what was."""
    start_date, faults = _date("start_date", read.start_date) if "start_date" in given else (current.start_date, [])
    changed = {
        "accounts": _chosen(read.accounts),
        "tenders": _chosen(read.tenders),
        "classes": _chosen(read.classes),
        "modes": read.modes.model_dump(),
        "schedule": replace(current.schedule, **read.schedule.model_dump()),
        "recognise": read.recognise,
        "summary_as": read.summary_as,
        "receive_as": read.receive_as,
    }
    kept: dict[str, Any] = {key: value for key, value in changed.items() if key in given}
    return replace(current, start_date=start_date, **kept), faults


def _given_faults(settings: Settings, given: Container[str], company: KnownCompany) -> list[Fault]:
    """What is wrong with those settings that are ``given``: the others were judged when they were."""
    chart = company.chart
    found = {
        "accounts": [*key_faults(settings.accounts), *chart.faults("accounts", settings.accounts)],
        "tenders": chart.faults("tenders", settings.tenders),
        "classes": company.class_faults(settings.classes),
        "modes": company.mode_faults(settings.modes),
        "schedule": zone_faults(settings.schedule.time_zone),
    }
    return [fault for key, faults in found.items() if key in given for fault in faults]


def zone_faults(time_zone: str) -> list[Fault]:
    if not time_zone or time_zone in zoneinfo.available_timezones():
        return []
    fix = "Use an IANA name, such as Europe/Copenhagen."
    return [Fault("schedule.time_zone", f'"{time_zone}" is not a time zone.', fix)]


def _with_members(current: Settings, given: Mapping[str, Any]) -> dict[str, Any]:
    """What is given, with the members of ``modes`` and ``schedule`` that are not."""
    schedule = current.schedule
    stored = {
        "modes": dict(current.modes),
        "schedule": {"mode": schedule.mode, "time_of_day": schedule.time_of_day, "time_zone": schedule.time_zone},
    }
    members = {key: stored[key] | given[key] for key in stored if isinstance(given.get(key), dict)}
    return {**given, **members}


def _chosen(mapping: Mapping[str, str | None]) -> dict[str, str]:
    """Without keys that are empty: nothing is chosen there."""
    return {key: name for key, name in mapping.items() if name}


def _date(key: str, text: str | None) -> tuple[date | None, list[Fault]]:
    try:
        found = date.fromisoformat(text) if text else None
        if found and not EARLIEST <= found <= LATEST:
            raise ValueError(text)
        return found, []
    except ValueError:
        return None, [Fault(key, f"There is no day {text}.", _PATTERNS["start_date"][1])]


def _fault(detail: Any) -> Fault:
    """A fault of pydantic's in our words."""
    steps = [str(step) for step in detail["loc"] if step not in ("[key]", "str")]
    key, kind = ".".join(steps), detail["type"]
    if kind == "extra_forbidden":
        known = list(_Input.model_fields if len(steps) == 1 else _members(steps[0]))
        return Fault(key, f'"{steps[-1]}" is not a setting.', did_you_mean(steps[-1], known))
    if kind == "string_pattern_mismatch":
        return Fault(key, *_PATTERNS[key])
    problem, fix = _PROBLEMS.get(kind, (str(detail["msg"]), ""))
    return Fault(key, problem, fix.format(**detail.get("ctx", {})))


def _members(name: str) -> Iterable[str]:
    models: dict[str, type[BaseModel]] = {"modes": _Modes, "schedule": _Schedule}
    return models[name].model_fields.keys()
