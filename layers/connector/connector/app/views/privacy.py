"""Privacy requests of the shop's customers, and what the shop has let the app see."""

from __future__ import annotations

from connector.app import privacy
from connector.app.http import Request, Response, json_response
from connector.app.services import Services
from connector.shopify.permissions import all_missing


def requests(request: Request, services: Services) -> Response:
    """With the reports of what is held of a customer, for the merchant to hand on."""
    return json_response({"requests": privacy.views(services.table, request.shop)})


def access(request: Request, services: Services) -> Response:
    """The scopes granted, and for each topic that lacks one what is not in the books for that."""
    granted = services.installations.granted(request.shop)
    missing = [{"topic": one.topic, "scopes": list(one.scopes), "words": one.words} for one in all_missing(granted)]
    return json_response({"granted": sorted(granted), "missing": missing})
