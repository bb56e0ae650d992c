"""From an event of API Gateway to a page.

A document has no Authorization header: Shopify puts an id token into the address of the first one, our own links do
the same. Where there is none or an old one, a page that holds only App Bridge gets a fresh one and comes back (Shopify,
session tokens for documents).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from aws_lambda_powertools import Logger

from connector.app import roles
from connector.app.arrivals import welcome
from connector.app.errors import NotFound
from connector.app.http import BadRequest, Request, Response, redirect, request_of
from connector.app.pages import static, table
from connector.app.pages.frame import KEPT, Page, Visit, rendered
from connector.app.services import Services
from connector.app.texts.catalogue import language_of
from connector.app.texts.words import Words
from connector.shopify.domains import shop_domain
from connector.shopify.errors import InvalidSessionToken, InvalidShop, ShopifyError
from connector.shopify.session_tokens import SessionToken
from connector.shopify.signatures import verify_query
from connector.shopify.tokens import InvalidGrant

SESSION, SUPPORT = "/session", "/support"
logger = Logger(child=True)


def handle(event: Mapping[str, Any], services: Services) -> dict[str, Any]:
    """The answer to an event of API Gateway: always a page, or a file that pages use."""
    try:
        request = request_of(event, services.public_url)
    except BadRequest as error:
        return Response(400, str(error), {"Content-Type": "text/plain; charset=utf-8"}).to_event()
    return page(request, services).to_event()


def page(request: Request, services: Services) -> Response:
    try:
        if not _stays_here(request):
            return _notice(request, services, "name", "open_in_admin", 401)
        if request.path == SESSION:
            return _session(request, services)
        if request.path == SUPPORT:
            return _notice(request, services, "support", "support_text", 200)
        if request.path.startswith(static.PREFIX):
            return static.answer(request) or _not_found(request, services)
        found = table.found(request.path)
        if not found and not (_shop(request) and request.one("embedded") == "1"):
            return _not_found(request, services)
        return _page(*(found or (_MISSING, {})), request, services)
    except ShopifyError as error:
        logger.warning("Shopify did not answer", extra={"problem": type(error).__name__})
        return _notice(request, services, "name", "unavailable", 503)
    except Exception:
        logger.exception("a page failed")
        return _notice(request, services, "name", "went_wrong", 500)


def _page(page: Page, parameters: Mapping[str, str], request: Request, services: Services) -> Response:
    """The page for whom Shopify vouches for, or the way to where it can be shown."""
    id_token = request.one("id_token") or request.bearer()
    if not id_token:
        return _without_token(request, services)
    try:
        token = welcome(services, id_token)
    except (InvalidSessionToken, InvalidGrant):
        return _without_token(request, services)
    roles.note_seen(services.table, token.shop, token.user_id, services.clock())
    visit = _visit(token, parameters, request, services)
    try:
        values = page.view(visit)
    except NotFound:
        return _not_found(request, services, visit)
    if isinstance(values, Response):
        return values
    return _in_layout(page.template, visit, page=page, **values)


def _missing(visit: Visit) -> Response:
    raise NotFound(visit.request.path)


_MISSING = Page("", _missing, "missing.html", "app.name")
"""Inside the admin a page that isn't there has the menu around it: so who looks must be known, as on any page."""


def _visit(token: SessionToken, parameters: Mapping[str, str], request: Request, services: Services) -> Visit:
    profile = services.installations.profile(token.shop)
    zone = ZoneInfo(profile.time_zone if profile else "UTC")
    return Visit(
        request=request,
        services=services,
        shop=token.shop,
        user_id=token.user_id,
        words=Words(language_of(request.one("locale")), zone),
        currency=profile.currency if profile else "",
        parameters=parameters,
    )


def _in_layout(template: str, visit: Visit, *, page: Page | None = None, status: int = 200, **values: Any) -> Response:
    return rendered(
        template,
        visit.words,
        visit.request,
        visit.services,
        status=status,
        shop=visit.shop,
        script_words=page.script_words if page else (),
        page=page,
        currency=visit.currency,
        menu=table.menu(),
        back_title=next((one.nav for one in table.PAGES if page and one.path == page.back), ""),
        **values,
    )


def _session(request: Request, services: Services) -> Response:
    """Nothing but App Bridge, which fetches an id token and loads the page named by ``shopify-reload``."""
    shop = _shop(request)
    if not shop:
        return _notice(request, services, "name", "open_in_admin", 401)
    return rendered("session.html", _words(request), request, services, shop=shop)


def _stays_here(request: Request) -> bool:
    """App Bridge, on whichever page, takes a fresh id token to where ``shopify-reload`` says: to one of ours or none.

    Anybody may put it into a link to the app in the admin, which passes the query on.
    """
    back = request.one("shopify-reload")
    return not request.query.get("shopify-reload") or back.startswith(f"{request.public_url}/")


def _not_found(request: Request, services: Services, visit: Visit | None = None) -> Response:
    if visit:
        return _in_layout("missing.html", visit, status=404)
    return _notice(request, services, "name", "not_found", 404)


def _without_token(request: Request, services: Services) -> Response:
    shop = _shop(request)
    if not shop:
        return _notice(request, services, "name", "open_in_admin", 401 if request.one("id_token") else 200)
    if request.one("embedded") == "1":
        kept = {name: request.one(name) for name in KEPT if request.one(name)}
        # What the page itself is asked for comes back too; what Shopify signed is stale by then.
        asked = {name: request.one(name) for name in request.query if name not in _SIGNED and request.one(name)}
        back = f"{request.public_url}{request.path}?{urlencode(sorted((asked | kept).items()))}"
        return redirect(f"{request.public_url}{SESSION}?{urlencode({**kept, 'shopify-reload': back})}")
    if not services.installations.installed(shop) and verify_query(request.query, services.app.secrets):
        pairs = [(name, value) for name, values in request.query.items() for value in values]
        return redirect(f"{request.public_url}/auth/install?{urlencode(pairs)}")
    to = f"https://admin.shopify.com/store/{shop.removesuffix('.myshopify.com')}/apps/{services.app.api_key}"
    return _notice(request, services, "name", "open_in_admin", 200, to)


_SIGNED = frozenset({"hmac", "id_token", "timestamp", "session", "protocol", "appLoadId", "shopify-reload"})


def _shop(request: Request) -> str:
    """The shop the address names, which proves nothing; empty if it names none."""
    try:
        return shop_domain(request.one("shop"))
    except InvalidShop:
        return ""


def _words(request: Request) -> Words:
    return Words(language_of(request.one("locale")), ZoneInfo("UTC"))


def _notice(request: Request, services: Services, heading: str, text: str, status: int, to: str = "") -> Response:
    """``heading`` and ``text`` are keys of the area ``app``."""
    words = _words(request)
    return rendered(
        "notice.html",
        words,
        request,
        services,
        status=status,
        heading=words(f"app.{heading}"),
        text=words(f"app.{text}"),
        to=to,
    )
