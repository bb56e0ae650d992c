"""The JSON API: every call carries a session token, every route is a row, every failure is answered in plain words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from aws_lambda_powertools import Logger

from connector.app import errors, roles
from connector.app.http import BadRequest, Request, Response, path_of, request_of
from connector.app.services import Services
from connector.app.texts.catalogue import preferred
from connector.app.views import (
    connection,
    entries,
    export,
    integration,
    month_end,
    preview,
    privacy,
    purchases,
    quickbooks,
    settings,
    setup,
    syncs,
    tie_out,
    users,
)
from connector.shopify.session_tokens import verify

logger = Logger(child=True)

ROUTES: tuple[tuple[str, str, Callable[[Request, Services], Response]], ...] = (
    ("GET", "/api/settings", settings.show),
    ("PUT", "/api/settings", settings.change),
    ("GET", "/api/settings/history", settings.history),
    ("POST", "/api/setup", setup.mark_seen),
    ("GET", "/api/schedule/next", setup.schedule),
    ("GET", "/api/shop/locations", setup.locations),
    ("GET", "/api/shop/volume", setup.volume),
    ("GET", "/api/shop/access", setup.access),
    ("GET", "/api/users", users.listed),
    ("PUT", "/api/users/{id}", users.change),
    ("GET", "/api/integration", integration.show),
    ("POST", "/api/integration/start", integration.start),
    ("POST", "/api/integration/reset", integration.start_over),
    ("GET", "/api/connection", connection.show),
    ("POST", "/api/connection/token", connection.make_token),
    ("POST", "/api/connection/confirm-company", connection.confirm_company),
    ("GET", "/api/connection/qwc", connection.qwc),
    *(("GET", f"/api/quickbooks/{name}", quickbooks.listed(name)) for name in quickbooks.LISTS),
    ("POST", "/api/quickbooks/refresh", quickbooks.refresh),
    ("POST", "/api/quickbooks/accounts", quickbooks.make_account),
    ("POST", "/api/quickbooks/tax-item", quickbooks.make_tax_item),
    ("POST", "/api/syncs", syncs.start),
    ("GET", "/api/syncs", syncs.listed),
    ("GET", "/api/syncs/{id}", syncs.show),
    ("POST", "/api/syncs/{id}/undo", syncs.undo),
    ("GET", "/api/entries", entries.listed),
    ("POST", "/api/entries/retry", entries.retry_many),
    ("POST", "/api/entries/fix", entries.fix_many),
    ("POST", "/api/entries/ignore", entries.ignore_many),
    ("GET", "/api/entries/{id}", entries.show),
    ("POST", "/api/entries/{id}/retry", entries.retry),
    ("POST", "/api/entries/{id}/ignore", entries.ignore),
    ("POST", "/api/entries/{id}/fix", entries.fix),
    ("GET", "/api/audit", entries.audit_log),
    ("GET", "/api/preview", preview.show),
    ("GET", "/api/tie-out", tie_out.show),
    ("GET", "/api/month-end", month_end.show),
    ("GET", "/api/purchases", purchases.listed),
    ("POST", "/api/purchases/import", purchases.bring),
    ("POST", "/api/purchases/stocky/test", purchases.try_stocky),
    ("GET", "/api/export", export.show),
    ("GET", "/api/access", privacy.access),
    ("GET", "/api/privacy-requests", privacy.requests),
)
_MATCHERS = tuple(
    # Ids are shorter by far; DynamoDB refuses to look for keys of more than 1,024 bytes.
    (method, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]{1,255})", template)), view)
    for method, template, view in ROUTES
)


def is_meant(event: Mapping[str, Any]) -> bool:
    """Whether the event is for the API, not for a page."""
    return path_of(event).startswith("/api/")


def handle(event: Mapping[str, Any], services: Services) -> dict[str, Any]:
    """The answer to an event of API Gateway."""
    try:
        return answer(request_of(event, services.public_url), services).to_event()
    except BadRequest as error:
        return errors.answer_of(error).to_event()


def answer(request: Request, services: Services) -> Response:
    try:
        token = verify(request.bearer(), services.app, services.clock())
        if not services.installations.installed(token.shop):
            raise errors.NotInstalled("The app is not installed in this shop. Open it in the Shopify admin.")
        signed = replace(request, shop=token.shop, user_id=token.user_id)
        return _route(signed, services)
    except errors.KNOWN as error:
        return errors.answer_of(error, _language(request))
    except Exception:
        logger.exception("a call of the API failed")
        problem = errors.Fault("", "Something went wrong on our side. Please try again.")
        return errors.faults_response([problem], 500, _language(request))


def _language(request: Request) -> str:
    """Problems are told in the language that the request prefers, in English where it says nothing."""
    return preferred(request.headers.get("accept-language", ""))


def _route(request: Request, services: Services) -> Response:
    allowed = []
    for method, pattern, view in _MATCHERS:
        found = pattern.fullmatch(request.path)
        if found and method == request.method:
            roles.refuse(services.table, request.shop, request.user_id, method, request.path)
            return view(replace(request, parameters=found.groupdict()), services)
        if found:
            allowed.append(method)
    if not allowed:
        raise errors.NotFound("There is no such address.")
    refused = errors.faults_response([errors.Fault("", f"{request.method} is not possible here.")], 405)
    return replace(refused, headers={**refused.headers, "Allow": ", ".join(allowed)})
