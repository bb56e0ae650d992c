"""The Web Connector's connection: its state, its token, its file."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from connector.app import audit, company_checks
from connector.app.errors import Conflict, Fault, Unprocessable
from connector.app.http import Request, Response, json_response
from connector.app.services import Services
from connector.app.texts.catalogue import preferred
from connector.app.texts.sentences import told
from connector.app.texts.words import Words
from connector.outbox import anchors, connection, health, tax_check
from connector.storage import syncs
from connector.storage.table import ConditionFailed
from connector.web_connector.qwc import FILE_NAME, qwc_file


def show(request: Request, services: Services) -> Response:
    """The connection's state, and in ``missing`` what the shop has not let the app read.

    Sentences are told, and the moment of the last contact written, in the language that the request prefers.
    ``tax`` is how QuickBooks' sales tax preferences are, ``checks`` what is wrong with the company as a whole.
    """
    known = connection.view(services.table, request.shop, services.clock())
    words = Words(preferred(request.headers.get("accept-language", "")), ZoneInfo(services.time_zone(request.shop)))
    known |= {"last_contact_said": words.time(known["last_contact"]) if known["last_contact"] else ""}
    known |= {"lists_read_said": words.time(known["lists_read_at"]) if known["lists_read_at"] else ""}
    known |= {"missing": syncs.latest_missing(services.table, request.shop)}
    known |= {"tax": tax_check.view(services.table, request.shop)}
    known |= {"checks": company_checks.rows(services, request.shop)}
    return json_response(told(known, words.language))


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
    audit.note(services.table, shop, now, request.user_id, "connection.token", user_name)
    return json_response({"token": shown, "user_name": user_name})


def confirm_company(request: Request, services: Services) -> Response:
    """``{"confirm": "<shop domain>"}``: the company that is open is the right one though we did not know it again."""
    shop, now = request.shop, services.clock()
    if request.json().get("confirm") != shop:
        raise Unprocessable([Fault("confirm", "The shop's domain is not what was typed.", f"Type {shop}.")])
    try:
        anchors.confirm_company(services.table, shop)
    except ConditionFailed as error:
        raise Conflict("No company has been connected.", "There is nothing to confirm.") from error
    health.clear(services.table, shop)
    audit.note(services.table, shop, now, request.user_id, "company.confirm", shop)
    return json_response(connection.view(services.table, shop, now))


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
