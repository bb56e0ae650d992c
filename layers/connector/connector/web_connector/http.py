"""The HTTP side of the endpoint: POST is SOAP, GET and HEAD are what the Web Connector tries when it is set up.

Every answer to a SOAP call is ``text/xml; charset=utf-8``: 200 with a result or 500 with a Fault, nothing else, because
the .NET client behind it reads no other (System.Web.Services). No redirects, no compression.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from connector.web_connector.endpoint import Endpoint
from connector.web_connector.soap import CONTENT_TYPE, MOST_BYTES, Malformed, parse_call, render_fault, render_result
from connector.web_connector.wsdl import render_wsdl

SOAP_PATH = "/quickbooks"
SUPPORT_PATH = "/support"
_HEADERS = {"Content-Type": CONTENT_TYPE, "Cache-Control": "private, max-age=0"}
_SUPPORT_PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Support</title>'
    "<h1>QuickBooks Desktop Connector for Shopify</h1>"
    "<p>Open the app in your Shopify admin: the page Connection says how the Web Connector is doing "
    "and what to do.</p></html>"
)


@dataclass(frozen=True, slots=True)
class Services:
    """``public_url`` is our own base URL, without a slash at its end. ``note`` is told of failures, for the log."""

    endpoint: Endpoint
    public_url: str
    note: Callable[[str, BaseException], None] = lambda what, error: None


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=lambda: dict(_HEADERS))


def handle(
    method: str,
    path: str,
    query: Mapping[str, str],
    headers: Mapping[str, str],
    body: bytes,
    services: Services,
    source: str = "",
) -> HttpAnswer:
    """The answer to a request whose ``body`` is as it came over the wire; never raises."""
    if method in ("GET", "HEAD"):
        return _page(method, path, services)
    if method != "POST":
        return _fault("Client", "Only GET and POST are understood")
    encoding = next((value for name, value in headers.items() if name.lower() == "content-encoding"), "")
    if encoding.strip().lower() not in ("", "identity"):
        return _fault("Client", "Compressed requests are not accepted")
    try:
        call = parse_call(body)
    except Malformed as error:
        return _fault("Client", str(error))
    operation, endpoint = call.operation, services.endpoint
    try:
        return HttpAnswer(200, render_result(operation, endpoint.call(operation.name, call.arguments, source)))
    except Exception as error:
        services.note(operation.name, error)
        return HttpAnswer(200, render_result(operation, endpoint.excuse(operation.name, call.arguments)))


def body_of(body: str | bytes | None, is_base64: bool) -> bytes:
    """The bytes of a request as API Gateway hands them over; what is no base64 though it should be counts as empty."""
    raw = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body or b""
    if not is_base64:
        return raw
    if len(raw) > 2 * MOST_BYTES:
        return b""
    try:
        return base64.b64decode(raw, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _page(method: str, path: str, services: Services) -> HttpAnswer:
    if path.rstrip("/").endswith(SUPPORT_PATH):
        return _without_body(method, _SUPPORT_PAGE.encode(), {**_HEADERS, "Content-Type": "text/html; charset=utf-8"})
    # With or without ?wsdl: whoever looks at the address finds out what it is.
    return _without_body(method, render_wsdl(services.public_url + SOAP_PATH).encode(), dict(_HEADERS))


def _without_body(method: str, body: bytes, headers: Mapping[str, str]) -> HttpAnswer:
    return HttpAnswer(200, b"" if method == "HEAD" else body, headers)


def _fault(code: str, text: str) -> HttpAnswer:
    return HttpAnswer(500, render_fault(code, text))
