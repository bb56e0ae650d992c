"""Installing by redirects: from Shopify's link to Shopify's permission page, back with a code, on into the admin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools import Logger

from connector.app import errors
from connector.app.http import BadRequest, Request, Response, redirect, request_of
from connector.app.services import Services
from connector.shopify.oauth import CALLBACK, InstallFlow, Redirect

START = "/auth/install"
logger = Logger(child=True)

_STEPS: Mapping[str, Callable[[InstallFlow, Request], Redirect]] = {
    START: lambda flow, request: flow.start(request.query),
    CALLBACK: lambda flow, request: flow.callback(request.query, request.headers.get("cookie", "")),
}


def handle(event: Mapping[str, Any], services: Services) -> dict[str, Any]:
    try:
        return answer(request_of(event, services.public_url), services).to_event()
    except BadRequest as error:
        return errors.answer_of(error).to_event()


def answer(request: Request, services: Services) -> Response:
    step = _STEPS.get(request.path)
    try:
        if step is None:
            raise errors.NotFound("There is no such address.")
        done = step(services.install_flow(request.public_url), request)
        return redirect(done.location, {"Set-Cookie": done.cookie, "Referrer-Policy": "no-referrer"})
    except errors.KNOWN as error:
        logger.warning("an install was refused", extra={"reason": str(error)})
        return errors.answer_of(error)
    except Exception:
        logger.exception("an install failed")
        return errors.faults_response([errors.Fault("", "Something went wrong on our side. Please start again.")], 500)
