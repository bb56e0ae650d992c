"""Settings: schedule, modes and the like, and who may do what."""

from __future__ import annotations

from typing import Any

from connector.app import roles
from connector.app.pages import wizard_forms
from connector.app.pages.frame import Page, Visit


def settings(visit: Visit) -> dict[str, Any]:
    general = wizard_forms.of_everyone(visit)
    return {
        **general,
        **wizard_forms.schedule(visit, general["settings"]),
        **wizard_forms.modes(visit, general["settings"]),
        "users": roles.users(visit.services.table, visit.shop),
        "you": visit.user_id,
        "roles": roles.ROLES,
        "role_choices": [(role, visit.words(f"users.role_{role}")) for role in roles.ROLES],
    }


PAGES = (
    Page(
        "/settings",
        settings,
        "settings.html",
        "nav.settings",
        nav="nav.settings",
        script="settings_page.js",
        script_words=("modes_js", "purchase_setup_js"),
    ),
)
