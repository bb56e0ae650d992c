"""Lists as the Web Connector last read them from the company, and what can be made there from here."""

from __future__ import annotations

from collections.abc import Callable

from connector.app import making
from connector.app.http import Request, Response, json_response
from connector.app.services import Services
from connector.app.texts.catalogue import preferred
from connector.app.texts.sentences import told
from connector.outbox import company, new_accounts

LISTS = ("accounts", "classes", "items", "vendors", "customers")


def listed(name: str) -> Callable[[Request, Services], Response]:
    """The route of one list: its elements, and when they were read (empty: not yet)."""

    def show(request: Request, services: Services) -> Response:
        read_at = company.state(services.table, request.shop).get("read_at", "")
        found = company.elements(services.table, request.shop, name)
        if name == "accounts":
            found = [{**one, "state": new_accounts.THERE, "reason": ""} for one in found]
            found += new_accounts.wanted(services.table, request.shop)
        language = preferred(request.headers.get("accept-language", ""))
        return json_response(told({name: found, "read_at": read_at}, language))

    return show


def make_account(request: Request, services: Services) -> Response:
    """``{"name", "type"}``, and if wanted ``number``, ``parent`` (a full name) and ``description``."""
    return json_response(making.account(services, request.shop, request.user_id, request.json()), 202)


def make_tax_item(request: Request, services: Services) -> Response:
    """The sales tax item of 0 % that step 1 of the set-up asks for."""
    request.json()
    return json_response(making.tax_item(services, request.shop, request.user_id), 202)


def refresh(request: Request, services: Services) -> Response:
    """The next contact reads the lists anew."""
    request.json()
    company.want_lists(services.table, request.shop, services.clock())
    return json_response({"wanted": True}, 202)
