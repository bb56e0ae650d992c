"""The Web Connector's connection: its state, its token, its file."""

from __future__ import annotations

from connector.app.errors import Fault, Unprocessable
from connector.app.http import Request, Response, json_response
from connector.app.services import Services
from connector.outbox import connection
from connector.web_connector.qwc import FILE_NAME, qwc_file


def show(request: Request, services: Services) -> Response:
    return json_response(connection.view(services.table, request.shop, services.clock()))


def make_token(request: Request, services: Services) -> Response:
    """The token in plain text, this one time; only its hash is kept."""
    shop, given, now = request.shop, request.json(), services.clock()
    faults = [Fault(key, f'"{key}" is not known here.', "Use token.") for key in given.keys() - {"token"}]
    token = given.get("token")
    if token is not None and not isinstance(token, str):
        faults.append(Fault("token", "This must be text.", "Leave it out to get a token made."))
    if faults:
        raise Unprocessable(faults)
    try:
        shown = connection.create_token(services.table, shop, token, now)
    except connection.UnusableToken as error:
        problem = f"{str(error)[:1].upper()}{str(error)[1:]}."
        raise Unprocessable([Fault("token", problem, "Leave it out to get a token made.")]) from error
    user_name = connection.ensure(services.table, shop, now)["user_name"]
    return json_response({"token": shown, "user_name": user_name})


def qwc(request: Request, services: Services) -> Response:
    """The file a bookkeeper opens on the computer with QuickBooks."""
    profile = services.installations.profile(request.shop)
    known = connection.ensure(services.table, request.shop, services.clock())
    body = qwc_file(
        known["user_name"],
        known["file_id"],
        connection.OWNER_ID,
        request.public_url,
        profile.name if profile else request.shop,
    )
    headers = {
        "Content-Type": "text/xml; charset=utf-8",
        "Content-Disposition": f'attachment; filename="{FILE_NAME}"',
    }
    return Response(200, body, headers)
