"""The users of a shop and their roles."""

from __future__ import annotations

from dataclasses import asdict

from connector.app import roles
from connector.app.http import Request, Response, json_response
from connector.app.services import Services


def listed(request: Request, services: Services) -> Response:
    found = roles.users(services.table, request.shop)
    return json_response({"users": [asdict(user) for user in found], "you": request.user_id})


def change(request: Request, services: Services) -> Response:
    """``{"role", "label"}`` of one user; only the owner may."""
    user_id = request.parameters["id"]
    changed = roles.change(services.table, request.shop, request.user_id, user_id, request.json(), services.clock())
    return json_response(asdict(changed))
