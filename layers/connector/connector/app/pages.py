"""The embedded pages, rendered here: the shop's state at a glance.

A document has no Authorization header: Shopify puts an id token into the address of the first one. Where there is
none or an old one, a page that holds only App Bridge gets a fresh one and comes back (Shopify, session tokens for
documents).
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from aws_lambda_powertools import Logger
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from connector.app import integration
from connector.app.arrivals import welcome
from connector.app.http import HTML, BadRequest, Request, Response, redirect, request_of
from connector.app.services import Services
from connector.app.texts import Words, language_of
from connector.app.views.ranges import asked_for
from connector.outbox import connection
from connector.shopify.domains import shop_domain
from connector.shopify.errors import InvalidSessionToken, InvalidShop, ShopifyError
from connector.shopify.signatures import verify_query
from connector.shopify.tokens import InvalidGrant
from connector.storage import syncs
from connector.sync.tie_out import report

SESSION = "/session"
_OURS = frozenset({"shop", "host", "locale", "embedded"})
"""Parameters that lead back here; the signed ones (hmac, id_token, timestamp) are stale by then."""

_NOBODY_FRAMES = "frame-ancestors 'none'"
logger = Logger(child=True)


def handle(event: Mapping[str, Any], services: Services) -> dict[str, Any]:
    """The answer to an event of API Gateway: always a page."""
    try:
        request = request_of(event, services.public_url)
    except BadRequest as error:
        return Response(400, str(error), {"Content-Type": "text/plain; charset=utf-8"}).to_event()
    return page(request, services).to_event()


def page(request: Request, services: Services) -> Response:
    views = {"/": home, SESSION: session, "/support": support}
    try:
        return views.get(request.path, not_found)(request, services)
    except ShopifyError as error:
        logger.warning("Shopify did not answer", extra={"problem": type(error).__name__})
        return _notice(request, services, "title", "unavailable", 503)
    except Exception:
        logger.exception("a page failed")
        return _notice(request, services, "title", "went_wrong", 500)


def home(request: Request, services: Services) -> Response:
    """The state at a glance, or the way to where it can be shown."""
    id_token = request.one("id_token") or request.bearer()
    if not id_token:
        return _without_token(request, services)
    try:
        token = welcome(services, id_token)
    except (InvalidSessionToken, InvalidGrant):
        return _without_token(request, services)
    shop = token.shop
    zone = services.time_zone(shop)
    words = Words(language_of(request.one("locale")), ZoneInfo(zone))
    known = connection.view(services.table, shop, services.clock())
    tie_out = report(services.table, shop, *asked_for(_of_shop(request, shop), services))
    differences = [Decimal(line["difference"]) for line in tie_out["total"]["lines"]]
    return _rendered(
        "home.html",
        words,
        services,
        shop=shop,
        integration=integration.find(services.table, shop),
        connection=known,
        sync=next(syncs.newest(services.table, shop, limit=1), None),
        tie_out=tie_out,
        ties=not any(differences),
    )


def session(request: Request, services: Services) -> Response:
    """Nothing but App Bridge, which fetches an id token and loads the page named by ``shopify-reload``.

    It takes the token along, so the page must be one of ours.
    """
    shop = _shop(request)
    back = request.one("shopify-reload")
    ours = not request.query.get("shopify-reload") or back.startswith(f"{request.public_url}/")
    if not shop or not ours:
        return _notice(request, services, "title", "open_in_admin", 401)
    return _rendered("session.html", _words(request), services, shop=shop)


def support(request: Request, services: Services) -> Response:
    """For whoever comes from the Web Connector on the office computer; nothing of any shop is shown."""
    return _notice(request, services, "support", "support_text", 200)


def not_found(request: Request, services: Services) -> Response:
    return _notice(request, services, "title", "not_found", 404)


def _without_token(request: Request, services: Services) -> Response:
    shop = _shop(request)
    if not shop:
        return _notice(request, services, "title", "open_in_admin", 401 if request.one("id_token") else 200)
    if request.one("embedded") == "1":
        back = f"{request.public_url}/?{urlencode(_kept(request))}"
        return redirect(f"{request.public_url}{SESSION}?{urlencode({**_kept(request), 'shopify-reload': back})}")
    if not services.installations.installed(shop) and verify_query(request.query, services.app.secrets):
        pairs = [(name, value) for name, values in request.query.items() for value in values]
        return redirect(f"{request.public_url}/auth/install?{urlencode(pairs)}")
    link = f"https://admin.shopify.com/store/{shop.removesuffix('.myshopify.com')}/apps/{services.app.api_key}"
    return _notice(request, services, "title", "open_in_admin", 200, link)


def _kept(request: Request) -> dict[str, str]:
    return {name: request.one(name) for name in sorted(_OURS) if request.one(name)}


def _shop(request: Request) -> str:
    """The shop the address names, which proves nothing; empty if it names none."""
    try:
        return shop_domain(request.one("shop"))
    except InvalidShop:
        return ""


def _of_shop(request: Request, shop: str) -> Request:
    return Request(request.method, request.path, {}, {}, b"", request.public_url, shop)


def _words(request: Request) -> Words:
    return Words(language_of(request.one("locale")), ZoneInfo("UTC"))


def _notice(request: Request, services: Services, heading: str, text: str, status: int, link: str = "") -> Response:
    return _rendered("notice.html", _words(request), services, status=status, heading=heading, text=text, link=link)


def _rendered(
    template: str, words: Words, services: Services, *, status: int = 200, shop: str = "", **values: Any
) -> Response:
    """Only the shop's own admin may frame a page (Shopify, iframe protection)."""
    body = (
        _templates()
        .get_template(template)
        .render(words=words, api_key=services.app.api_key, embedded=bool(shop), **values)
    )
    frame = f"frame-ancestors https://{shop} https://admin.shopify.com" if shop else _NOBODY_FRAMES
    return Response(status, body, {"Content-Type": HTML, "Content-Security-Policy": frame})


@cache
def _templates() -> Environment:
    loader = FileSystemLoader(Path(__file__).parent / "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
