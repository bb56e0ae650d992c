"""API Gateway's events as requests, and our answers as what API Gateway sends on.

Events: AWS, API Gateway Developer Guide, "Input format of a Lambda function for proxy integration" (REST APIs).
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"
LONGEST_BODY = 256 * 1024
"""Bytes; our largest request is a settings document of a few kB."""


class BadRequest(Exception):
    """The request can't be read. ``str`` of it says why."""


@dataclass(frozen=True, slots=True)
class Request:
    """``path`` is without the stage; header names are in lower case; ``query`` is decoded.

    ``shop`` and ``user_id`` are filled in by whoever has verified a session token, ``parameters`` by the router.
    """

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes
    public_url: str
    shop: str = ""
    user_id: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)

    def one(self, name: str) -> str:
        """The value of a query parameter; empty when it is missing or given twice."""
        values = self.query.get(name, [])
        return values[0] if len(values) == 1 else ""

    def bearer(self) -> str:
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""

    def json(self, longest: int = LONGEST_BODY) -> dict[str, Any]:
        """The body, which must be a JSON object (or empty, which is ``{}``). Raises ``BadRequest``."""
        if len(self.body) > longest:
            raise BadRequest("The request is too large.")
        if not self.body.strip():
            return {}
        try:
            value = json.loads(self.body, parse_constant=_refuse)
            # Half a surrogate pair can be kept and never be shown again: an answer with it is no UTF-8.
            json.dumps(value, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as error:
            raise BadRequest("The request is not JSON.") from error
        if not isinstance(value, dict):
            raise BadRequest("The request must be a JSON object.")
        return value


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def to_event(self) -> dict[str, Any]:
        return {
            "statusCode": self.status,
            "headers": {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", **self.headers},
            "body": self.body,
            "isBase64Encoded": False,
        }


def _refuse(constant: str) -> None:
    """NaN and Infinity: Python reads them, JSON has none."""
    raise ValueError(constant)


def json_response(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Response(status, body, {"Content-Type": JSON, **(headers or {})})


def redirect(location: str, headers: Mapping[str, str] | None = None) -> Response:
    return Response(302, "", {"Location": location, **(headers or {})})


def request_of(event: Mapping[str, Any], public_url: str) -> Request:
    """``public_url`` may hold ``{api_id}`` and ``{stage}``. Raises ``BadRequest``."""
    context = event.get("requestContext") or {}
    return Request(
        method=str(event.get("httpMethod") or "GET").upper(),
        path=path_of(event),
        query=_query(event),
        headers=_headers(event),
        body=raw_body(event),
        public_url=filled(public_url, context),
    )


def filled(public_url: str, context: Mapping[str, Any]) -> str:
    """Our own base URL; the template cannot name the API's id to the functions that the API itself names."""
    url = public_url.replace("{api_id}", str(context.get("apiId", ""))).replace(
        "{stage}", str(context.get("stage", ""))
    )
    return url.rstrip("/")


def raw_body(event: Mapping[str, Any]) -> bytes:
    """The bytes as they came in: what Shopify signed. Raises ``BadRequest``."""
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(body).encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadRequest("The request's body can't be decoded.") from error


def path_of(event: Mapping[str, Any]) -> str:
    """By the route that matched: behind a domain of one's own ``path`` begins with that domain's base path."""
    resource, proxy = str(event.get("resource") or ""), (event.get("pathParameters") or {}).get("proxy")
    if resource.endswith("/{proxy+}") and proxy is not None:
        return resource.replace("{proxy+}", str(proxy).strip("/"))
    path = resource if resource and "{" not in resource else str(event.get("path") or "/")
    return "/" + path.strip("/")


def _query(event: Mapping[str, Any]) -> dict[str, list[str]]:
    many = event.get("multiValueQueryStringParameters")
    if many:
        return {str(name): [str(value) for value in values or []] for name, values in many.items()}
    single = event.get("queryStringParameters") or {}
    return {str(name): [str(value)] for name, value in single.items()}


def _headers(event: Mapping[str, Any]) -> dict[str, str]:
    many = event.get("multiValueHeaders") or {}
    joined = {str(name).lower(): ", ".join(str(value) for value in values or []) for name, values in many.items()}
    single = {str(name).lower(): str(value) for name, value in (event.get("headers") or {}).items()}
    return single | joined
