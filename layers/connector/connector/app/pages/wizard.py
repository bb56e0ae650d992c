"""The set-up: nine steps, each at its own address. ``/setup`` itself goes on where somebody left off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connector.app import integration, setup
from connector.app.http import Response, redirect
from connector.app.pages import wizard_forms
from connector.app.pages.frame import Page, Visit
from connector.app.settings import Settings
from connector.app.settings_input import all_faults
from connector.app.texts.sentences import in_language
from connector.outbox import connection, tax_check
from connector.web_connector.qwc import FILE_NAME

View = Callable[[Visit, Settings], dict[str, Any]]
"""What a step shows besides what all of them do, given the settings as they are."""


def resume(visit: Visit) -> Response:
    """To the step that comes next. What vouches for the visitor goes along: it is still fresh."""
    chosen = wizard_forms.of_everyone(visit)["settings"]
    step = setup.progress(visit.services, visit.shop, chosen).current
    token = visit.request.one("id_token")
    return redirect(visit.link(step.path, **({"id_token": token} if token else {})))


def _step(name: str, view: View) -> Callable[[Visit], dict[str, Any]]:
    """The view of a step with what stands around it."""

    def shown(visit: Visit) -> dict[str, Any]:
        general = wizard_forms.of_everyone(visit)
        progress = setup.progress(visit.services, visit.shop, general["settings"])
        place = setup.STEPS.index(name)
        return {
            **general,
            "progress": progress,
            "step": name,
            "place": place + 1,
            "before": progress.steps[place - 1].path if place else "",
            "after": progress.steps[place + 1].path if place + 1 < len(setup.STEPS) else "",
            **view(visit, general["settings"]),
        }

    return shown


def _start(visit: Visit, chosen: Settings) -> dict[str, Any]:
    return {"integration": integration.find(visit.services.table, visit.shop)}


def _tax(visit: Visit, chosen: Settings) -> dict[str, Any]:
    return {"tax": tax_check.view(visit.services.table, visit.shop), "connection": _connection(visit)}


def _connect(visit: Visit, chosen: Settings) -> dict[str, Any]:
    return {"connection": _connection(visit), "file_name": FILE_NAME, "shop_domain": visit.shop}


def _connection(visit: Visit) -> dict[str, Any]:
    return connection.view(visit.services.table, visit.shop, visit.services.clock())


def _mapping(visit: Visit, chosen: Settings) -> dict[str, Any]:
    return wizard_forms.mapping(visit, chosen)


def _schedule(visit: Visit, chosen: Settings) -> dict[str, Any]:
    return wizard_forms.schedule(visit, chosen)


def _modes(visit: Visit, chosen: Settings) -> dict[str, Any]:
    return wizard_forms.modes(visit, chosen)


def _nothing(visit: Visit, chosen: Settings) -> dict[str, Any]:
    return {}


def _preview(visit: Visit, chosen: Settings) -> dict[str, Any]:
    return {"day": visit.request.one("day") or wizard_forms.yesterday(visit), "missing": _missing(visit, chosen)}


def _finish(visit: Visit, chosen: Settings) -> dict[str, Any]:
    """Everything that is still wrong, by the step on which it is put right."""
    return {
        "integration": integration.find(visit.services.table, visit.shop),
        "missing": _missing(visit, chosen),
        "seen_company": _connection(visit)["company"],
        **wizard_forms.schedule(visit, chosen),
    }


def _missing(visit: Visit, chosen: Settings) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for fault in all_faults(chosen, visit.services.company(visit.shop)):
        problem = in_language(fault.problem, visit.words.language)
        found.setdefault(setup.step_of(fault.key), []).append({"key": fault.key, "problem": problem})
    return found


_VIEWS: dict[str, tuple[View, str, tuple[str, ...]]] = {
    "start": (_start, "setup.js", ("access_js",)),
    "tax": (_tax, "connect.js", ("connect_js",)),
    "connect": (_connect, "connect.js", ("connect_js",)),
    "mapping": (_mapping, "mapping.js", ("mapping_js",)),
    "schedule": (_schedule, "schedule.js", ()),
    "modes": (_modes, "modes.js", ("modes_js",)),
    "purchases": (_nothing, "purchases_setup.js", ("purchase_setup_js",)),
    "preview": (_preview, "preview.js", ("preview_js", "document")),
    "finish": (_finish, "setup.js", ()),
}
"""By step: its view, its script and the texts that the script says."""

PAGES = (
    Page("/setup", resume, "", "nav.setup", nav="nav.setup"),
    *(
        Page(
            f"/setup/{name}",
            _step(name, view),
            f"setup_{name}.html",
            f"wizard.title_{name}",
            script=script,
            script_words=words,
            back="/setup",
        )
        for name, (view, script, words) in _VIEWS.items()
    ),
)
