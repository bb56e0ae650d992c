"""Mapping: which accounts and classes what belongs to, and everything that was ever changed about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from connector.app import integration, roles, settings
from connector.app.pages import wizard_forms
from connector.app.pages.frame import Page, Visit
from connector.app.settings import Settings
from connector.app.texts.words import Words

_VERSIONS = 25


def mapping(visit: Visit) -> dict[str, Any]:
    general = wizard_forms.of_everyone(visit)
    table, shop = visit.services.table, visit.shop
    names = roles.names(table, shop)
    return {
        **general,
        **wizard_forms.mapping(visit, general["settings"]),
        "started": integration.find(table, shop).started,
        "versions": list(_versions(visit, names)),
    }


def _versions(visit: Visit, names: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The newest versions, each with what it changed of the one before."""
    found = list(settings.history(visit.services.table, visit.shop, limit=_VERSIONS + 1))
    for new, old in pairwise([*found, *([Settings()] if len(found) <= _VERSIONS else [])]):
        yield {
            "number": new.version,
            "at": new.changed_at,
            "who": names.get(new.changed_by) or visit.words("users.id", id=new.changed_by),
            "changes": list(_changes(old, new, visit.words)),
        }


def _changes(old: Settings, new: Settings, words: Words) -> Iterator[dict[str, str]]:
    for group in ("accounts", "tenders", "classes", "modes"):
        before, after = getattr(old, group), getattr(new, group)
        for key in [*after, *(key for key in before if key not in after)]:
            if before.get(key) != after.get(key):
                shown = [_value(group, one.get(key, ""), words) for one in (before, after)]
                yield {"what": _name(group, key, words), "before": shown[0], "after": shown[1]}
    if old.schedule != new.schedule:
        schedules = [_schedule(one, words) for one in (old, new)]
        yield {"what": words("history.schedule"), "before": schedules[0], "after": schedules[1]}
    if old.start_date != new.start_date:
        dates = [words.day(one.start_date.isoformat()) if one.start_date else "" for one in (old, new)]
        yield {"what": words("timing.start_date"), "before": dates[0], "after": dates[1]}
    for name in ("recognise", "summary_as", "receive_as"):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            chosen = [words(f"history.{value}") for value in (before, after)]
            yield {"what": words(f"history.{name}"), "before": chosen[0], "after": chosen[1]}
    if bool(old.stocky_api_key) != bool(new.stocky_api_key):
        after = words("history.key_set") if new.stocky_api_key else ""
        yield {"what": words("purchase_setup.stocky_key"), "before": "", "after": after}


def _name(group: str, key: str, words: Words) -> str:
    if group == "accounts":
        return words(f"account.{key}")
    if group == "modes":
        return words(f"modes.{key}")
    if group == "tenders":
        return words("history.tender", name=wizard_forms.gateway_words(words, key))
    return words("history.class", name=key)


def _value(group: str, value: str, words: Words) -> str:
    return words(f"modes.{value}") if group == "modes" and value else value


def _schedule(of: Settings, words: Words) -> str:
    chosen = of.schedule
    if chosen.mode == settings.MANUAL:
        return words("timing.manual")
    return f"{chosen.time_of_day} {chosen.time_zone}".strip()


PAGES = (
    Page(
        "/mapping",
        mapping,
        "mapping.html",
        "nav.mapping",
        nav="nav.mapping",
        script="mapping_page.js",
        script_words=("mapping_js",),
    ),
)
