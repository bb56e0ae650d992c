"""How the connection is, in plain words: what we can see, what it means, what the merchant can do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from connector.quickbooks.profile import CompanyProfile
from connector.quickbooks.session_errors import HresultMeaning
from connector.storage import keys
from connector.storage.syncs import moment, stamp
from connector.storage.table import ConditionFailed, Table

SILENT_AFTER = timedelta(hours=26)
"""Longer than the night between two daily updates."""

RUNS_EVERY = timedelta(minutes=15)
"""What the .qwc asks the Web Connector for."""

WAITS_KEPT = 8
_WAITS_ALIKE = 5
_ALIKE = 1.25
_LONGEST_SCHEDULE = timedelta(hours=12)
"""Once a day may be a person who starts it in the morning."""

OK, WAITING, PROBLEM = "ok", "waiting", "problem"

_CAUSES: dict[str, tuple[str, str, str]] = {
    "no_token": (WAITING, "No app token has been set.", "Generate one, or paste the one QuickBooks gave you."),
    "never": (
        WAITING,
        "The Web Connector has not called yet.",
        "Add the .qwc file in the Web Connector, type the app token as its password and tick Auto-Run.",
    ),
    "silent": (
        PROBLEM,
        "Nothing was heard from the Web Connector for {hours} hours.",
        "Check that the computer is on, somebody is logged in, the Web Connector runs and Auto-Run is ticked.",
    ),
    "disabled": (PROBLEM, "The connection is switched off.", "Install the app again, or set a new app token."),
    "two_computers": (
        PROBLEM,
        "Two computers update this shop at the same time.",
        "Keep the shop in the Web Connector of one computer only.",
    ),
    "other_company": (PROBLEM, "{words}", "Open the company this shop belongs to in QuickBooks."),
    "refused": (PROBLEM, "{words}", "Nothing is posted until this is changed."),
    "schedule": (
        WAITING,
        "The Web Connector now comes about every {words} only; it was set up to come every 15 minutes.",
        "In the Web Connector, tick Auto-Run and set Every_Min of this app to 15, unless you want it so.",
    ),
    "unattended": (
        WAITING,
        "QuickBooks must be open for an update: the app may not log in by itself.",
        "As Admin: Edit > Preferences > Integrated Applications > this app > Properties, allow it to log in.",
    ),
    "closed_books": (WAITING, "The books are closed up to {words}. Entries before that are held.", ""),
    "ok": (OK, "Connected.", ""),
}


def report(
    table: Table, shop: str, cause: str, now: datetime, words: str = "", advice: str = "", code: str = ""
) -> None:
    """Remember what the Web Connector ran into; the next good run forgets it. A shop without connection has none."""
    value = {"cause": cause, "words": words, "advice": advice, "code": code, "at": stamp(now)}
    _set(table, shop, "SET health = :health", {":health": value})


def report_session(table: Table, shop: str, meaning: HresultMeaning, now: datetime) -> None:
    report(table, shop, "session", now, meaning.words, meaning.advice, meaning.code)


def clear(table: Table, shop: str) -> None:
    _set(table, shop, "REMOVE health", None)


def _set(table: Table, shop: str, expression: str, values: Mapping[str, Any] | None) -> None:
    try:
        table.update(keys.shop(shop), keys.CONNECTION, expression, "attribute_exists(pk)", values=values)
    except ConditionFailed:
        return


def view(connection: Mapping[str, Any] | None, profile: CompanyProfile | None, now: datetime) -> dict[str, str]:
    """``state`` (ok, waiting or problem), ``cause``, ``text``, ``advice`` and ``since`` for the page."""
    if not connection or "token_hash" not in connection:
        return _view("no_token")
    if connection.get("disabled"):
        return _view("disabled")
    heard = connection.get("last_contact", "")
    if not heard:
        return _view("never")
    silence = now - moment(heard)
    if silence > SILENT_AFTER:
        return _view("silent", hours=str(int(silence.total_seconds() // 3600)), since=heard)
    reported = connection.get("health")
    if reported:
        return _reported(reported)
    interval = changed_interval([int(wait) for wait in connection.get("waits", ())])
    if interval:
        return _view("schedule", words=_spoken(interval), since=heard)
    if profile is not None and not profile.automatic_login_allowed:
        return _view("unattended", since=heard)
    return _view("ok", since=heard)


def changed_interval(waits: Sequence[int]) -> timedelta | None:
    """How often the Web Connector comes now, if that is much rarer than it was set up for; None if it isn't.

    ``waits`` are the seconds from one run's end to the next contact. A pause is a single long one between short ones,
    and runs somebody starts by hand are not alike: so none may be short and most must be like the shortest.
    """
    if len(waits) < _WAITS_ALIKE:
        return None
    shortest = min(waits)
    if not 2 * RUNS_EVERY <= timedelta(seconds=shortest) <= _LONGEST_SCHEDULE:
        return None
    alike = [wait for wait in waits if wait <= _ALIKE * shortest]
    return timedelta(seconds=median(alike)) if len(alike) >= _WAITS_ALIKE else None


def _spoken(interval: timedelta) -> str:
    minutes = round(interval.total_seconds() / 60)
    return f"{minutes} minutes" if minutes < 90 else f"{round(minutes / 60)} hours"


def _reported(reported: Mapping[str, Any]) -> dict[str, str]:
    cause, since = str(reported["cause"]), str(reported["at"])
    if cause in _CAUSES:
        return _view(cause, words=str(reported["words"]), since=since)
    return {
        "state": PROBLEM,
        "cause": cause,
        "text": str(reported["words"]),
        "advice": str(reported["advice"]),
        "since": since,
        "code": str(reported["code"]),
    }


def _view(cause: str, *, words: str = "", hours: str = "", since: str = "") -> dict[str, str]:
    state, text, advice = _CAUSES[cause]
    text = text.format(words=words, hours=hours)
    return {"state": state, "cause": cause, "text": text, "advice": advice, "since": since, "code": ""}
