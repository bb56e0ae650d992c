"""The start of the integration, once."""

from __future__ import annotations

from connector.app import integration, reset
from connector.app.http import Request, Response, json_response
from connector.app.services import Services


def show(request: Request, services: Services) -> Response:
    return json_response(integration.find(services.table, request.shop).view())


def start(request: Request, services: Services) -> Response:
    request.json()
    return json_response(integration.start(services, request.shop, request.user_id).view())


def start_over(request: Request, services: Services) -> Response:
    return json_response(reset.carry_out(services, request.shop, request.user_id, request.json()))
