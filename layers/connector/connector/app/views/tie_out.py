"""The proof, for a range of business days."""

from __future__ import annotations

from connector.app.http import Request, Response, json_response
from connector.app.services import Services
from connector.app.views.ranges import asked_for
from connector.sync.tie_out import report


def show(request: Request, services: Services) -> Response:
    first, last = asked_for(request, services)
    return json_response(report(services.table, request.shop, first, last))
