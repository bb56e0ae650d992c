"""Entries: what was made, what became of it, and what waits for a person."""

from __future__ import annotations

from typing import Any

from connector.app import audit, company_checks, entries, entries_fixing
from connector.app.entries_fixing import Person
from connector.app.errors import Fault, Unprocessable
from connector.app.http import Request, Response, json_response
from connector.app.services import Services
from connector.app.texts.catalogue import preferred
from connector.app.texts.sentences import told
from connector.outbox.entries import Entry, EntryState


def listed(request: Request, services: Services) -> Response:
    """``state`` is one or several, with commas between; ``q`` a part of title, Ref No., TxnID or reason."""
    wanted = [name.strip().upper() for name in request.one("state").split(",") if name.strip()]
    unknown = [name for name in wanted if name not in EntryState.__members__]
    if unknown:
        fix = f"Use {', '.join(EntryState)}."
        raise Unprocessable([Fault("state", f'"{name}" is not a state of an entry.', fix) for name in unknown])
    states = frozenset(EntryState[name] for name in wanted)
    found, following = entries.page(
        services.table, request.shop, states, request.one("q").strip(), request.one("after")
    )
    answer = {"entries": found, "next": following}
    if not states or EntryState.HELD in states:
        answer["list_elements"] = entries.held_list_elements(services.table, request.shop)
        answer["company"] = company_checks.rows(services, request.shop)
    return json_response(answer)


def show(request: Request, services: Services) -> Response:
    """An entry, and what can be done about it."""
    person = _person(request, services)
    entry = entries_fixing.find(person, request.parameters["id"])
    return json_response(entries.view(entry.to_item()) | entries_fixing.view(person, entry))


def retry(request: Request, services: Services) -> Response:
    return _done(entries_fixing.retry(_person(request, services), request.parameters["id"]))


def ignore(request: Request, services: Services) -> Response:
    return _done(entries_fixing.ignore(_person(request, services), request.parameters["id"], request.json()))


def fix(request: Request, services: Services) -> Response:
    return _done(entries_fixing.fix(_person(request, services), request.parameters["id"], request.json()))


def retry_many(request: Request, services: Services) -> Response:
    person = _person(request, services)
    results = entries_fixing.each(request.json().get("ids"), lambda entry_id: entries_fixing.retry(person, entry_id))
    return _done_each(request, results)


def fix_many(request: Request, services: Services) -> Response:
    person, given = _person(request, services), request.json()
    results = entries_fixing.each(given.get("ids"), lambda entry_id: entries_fixing.fix(person, entry_id, given))
    return _done_each(request, results)


def ignore_many(request: Request, services: Services) -> Response:
    person, given = _person(request, services), request.json()
    entries_fixing.checked_reason(given)
    results = entries_fixing.each(given.get("ids"), lambda one: entries_fixing.ignore(person, one, given))
    return _done_each(request, results)


def audit_log(request: Request, services: Services) -> Response:
    """The newest lines first, or those before a line (``before``, an id); ``next`` is where the older ones begin."""
    lines = list(audit.newest(services.table, request.shop, before=request.one("before")))
    return json_response({"lines": lines, "next": lines[-1]["id"] if len(lines) == audit.MOST else ""})


def _person(request: Request, services: Services) -> Person:
    return Person(services, request.shop, request.user_id)


def _done(entry: Entry) -> Response:
    return json_response(entries.view(entry.to_item()))


def _done_each(request: Request, results: list[dict[str, Any]]) -> Response:
    """What became of each; a problem is told in the language that the request prefers."""
    language = preferred(request.headers.get("accept-language", ""))
    return json_response({"entries": told(results, language)})
