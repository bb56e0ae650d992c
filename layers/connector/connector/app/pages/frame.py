"""What every page is made of: its row in the table of pages, who visits it, and the layout around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from connector.app.http import HTML, Request, Response
from connector.app.pages import static
from connector.app.services import Services
from connector.app.texts.words import Words

KEPT = ("shop", "host", "locale", "embedded")
"""Parameters that lead back here; the signed ones (hmac, id_token, timestamp) are stale by then."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A person of ``shop`` who looks at a page. ``currency`` is the shop's, empty as long as it is not known."""

    request: Request
    services: Services
    shop: str
    user_id: str
    words: Words
    currency: str
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def api_request(self) -> Request:
        """For what the API's views are made of: this shop's, with the query of the page."""
        return Request("GET", self.request.path, self.request.query, {}, b"", self.request.public_url, self.shop)

    def link(self, path: str, **query: str) -> str:
        return link(self.request, path, **query)


@dataclass(frozen=True, slots=True)
class Page:
    """``path`` may hold ``{id}``; ``view`` gives the template its values. ``title`` and ``nav`` are keys of texts.

    ``nav`` is the page's name in the menu, empty for a page that is not in it. ``script`` is a module in ``static``,
    and ``script_words`` are the areas of texts that it says (``js`` is always there). ``back`` is the path of the page
    it belongs to.
    """

    path: str
    view: Callable[[Visit], Mapping[str, Any] | Response]
    template: str
    title: str
    nav: str = ""
    script: str = ""
    script_words: tuple[str, ...] = ()
    back: str = ""


def link(request: Request, path: str, **query: str) -> str:
    """The address of one of our pages, which goes on in the same shop, admin and language."""
    kept = {name: request.one(name) for name in KEPT if request.one(name)}
    return f"{base(request)}{path}?{urlencode(kept | query)}" if kept or query else f"{base(request)}{path}"


def base(request: Request) -> str:
    """What stands before every path of ours: the API's stage, or nothing behind a domain of one's own."""
    return urlsplit(request.public_url).path.rstrip("/")


def rendered(
    template: str,
    words: Words,
    request: Request,
    services: Services,
    *,
    status: int = 200,
    shop: str = "",
    **values: Any,
) -> Response:
    """``shop`` is whose admin may frame the page; without one nobody may, and Shopify's scripts are left out."""
    areas = ("js", *values.pop("script_words", ()))
    body = (
        templates()
        .get_template(template)
        .render(
            words=words,
            api_key=services.app.api_key,
            cdn=services.cdn,
            embedded=bool(shop),
            base=base(request),
            static=f"{base(request)}/static/{static.version()}",
            link=lambda path, **query: link(request, path, **query),
            script_words={f"{area}.{key}": text for area in areas for key, text in words.area(area).items()},
            **values,
        )
    )
    return Response(status, body, {"Content-Type": HTML, **_headers(shop, services.cdn)})


def _headers(shop: str, cdn: str) -> dict[str, str]:
    """Only the shop's own admin may frame a page (Shopify, iframe protection).

    No script and no style is inline, and no form native: what changes anything is a ``fetch`` with the session token.
    """
    admin = f"https://{shop} https://admin.shopify.com" if shop else ""
    policy = {
        "default-src": "'none'",
        "script-src": f"'self' {cdn}",
        "style-src": f"'self' {cdn}",
        "img-src": f"'self' data: {cdn}",
        "font-src": f"'self' {cdn}",
        "base-uri": "'none'",
        "form-action": "'none'",
        "connect-src": f"'self' {cdn} {admin}".strip(),
        "frame-ancestors": admin or "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Link": f'<{cdn}>; rel="preconnect"',
        "Referrer-Policy": "strict-origin-when-cross-origin",
    }


@cache
def templates() -> Environment:
    loader = FileSystemLoader(Path(__file__).parents[1] / "templates")
    return Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
