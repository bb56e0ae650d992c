"""Lists as the Web Connector last read them from the company."""

from __future__ import annotations

from collections.abc import Callable

from connector.app.http import Request, Response, json_response
from connector.app.services import Services
from connector.outbox import company

LISTS = ("accounts", "classes", "items", "vendors", "customers")


def listed(name: str) -> Callable[[Request, Services], Response]:
    """The route of one list: its elements, and when they were read (empty: not yet)."""

    def show(request: Request, services: Services) -> Response:
        read_at = company.state(services.table, request.shop).get("read_at", "")
        return json_response({name: company.elements(services.table, request.shop, name), "read_at": read_at})

    return show


def refresh(request: Request, services: Services) -> Response:
    """The next contact reads the lists anew."""
    request.json()
    company.want_lists(services.table, request.shop, services.clock())
    return json_response({"wanted": True}, 202)
