"""The Admin API by GraphQL: our documents in, data out; throttling, retries and refusals in one place."""

from __future__ import annotations

import json
import random as _random
import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from connector.shopify.documents import document
from connector.shopify.domains import admin_url, shop_domain
from connector.shopify.errors import FieldsDenied, GraphQLFailed, ShopifyRefused, ShopifyUnavailable
from connector.shopify.installations import Installations
from connector.shopify.registration import API_VERSION, ShopifyApp

ATTEMPTS = 8
LONGEST_WAIT = 60.0
"""Seconds; what Shopify asks for beyond it is cut, the attempts are bounded anyway."""

_RETRIED = frozenset({408, 429, 500, 502, 503, 504})
_RETRIED_CODES = frozenset({"INTERNAL_SERVER_ERROR", "TIMEOUT"})
_REFUSALS = {
    401: "Shopify does not accept the shop's access token any more; the app must be opened in the admin again.",
    402: "The shop is frozen: it owes Shopify money.",
    403: "Shopify forbids this call: the app lacks an access scope, or the token is of the wrong kind.",
    404: "There is no such shop any more.",
    423: "The shop is locked by Shopify.",
}
_DEFAULT_RESTORE_RATE = 100.0


class AdminClient:
    """One shop's Admin API. ``clock`` gives aware UTC, ``random`` a float in [0, 1) for the jitter."""

    def __init__(
        self,
        shop: str,
        installations: Installations,
        app: ShopifyApp,
        http: httpx.Client,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        random: Callable[[], float] = _random.random,
    ) -> None:
        self.shop = shop_domain(shop)
        self._url = admin_url(app.origin_template, self.shop, f"api/{API_VERSION}/graphql.json")
        self._installations = installations
        self._http = http
        self._sleep = sleep
        self._clock = clock
        self._random = random
        self.denied: set[str] = set()

    def run(self, document_name: str, variables: dict[str, Any], optional: Collection[str] = ()) -> dict[str, Any]:
        """The ``data`` of the answer; JSON numbers with a fraction are ``Decimal``.

        A field the shop's grant does not cover raises ``FieldsDenied``, unless its path goes through a name in
        ``optional``: then it stays null and its path is added to ``denied``.
        Raises ``GraphQLFailed``, ``ShopifyRefused``, ``ShopifyUnavailable`` and ``NeedsMerchant`` too.
        """
        request = {"query": document(document_name), "variables": variables}
        for attempt in range(ATTEMPTS):
            answer, problem = self._post(request)
            if answer is not None:
                body = _body(answer)
                codes = {_code(error) for error in _errors(body)}
                if "THROTTLED" in codes:
                    problem, wait = "throttled", _throttle_wait(body)
                elif answer.status_code in _RETRIED or codes & _RETRIED_CODES:
                    problem = f"status {answer.status_code}"
                    wait = self._retry_after(answer) or self._backoff(attempt)
                else:
                    return self._data(document_name, answer, body, optional)
            else:
                wait = self._backoff(attempt)
            if attempt + 1 < ATTEMPTS:
                self._sleep(min(wait, LONGEST_WAIT))
        raise ShopifyUnavailable(f"Shopify did not answer {document_name} in {ATTEMPTS} attempts (last: {problem}).")

    def _post(self, request: dict[str, Any]) -> tuple[httpx.Response | None, str]:
        """The answer, or None and what went wrong on the way. A token that is refused is replaced once."""
        token = self._installations.access_token(self.shop)
        try:
            answer = self._send(request, token)
            if answer.status_code == 401:
                answer = self._send(request, self._installations.access_token(self.shop, refused=token))
        except httpx.TransportError as error:
            return None, type(error).__name__
        return answer, ""

    def _send(self, request: dict[str, Any], token: str) -> httpx.Response:
        # Redirects are not followed: the token is for this shop's address only.
        return self._http.post(
            self._url, json=request, headers={"X-Shopify-Access-Token": token}, follow_redirects=False
        )

    def _data(
        self, name: str, answer: httpx.Response, body: dict[str, Any] | None, optional: Collection[str]
    ) -> dict[str, Any]:
        if answer.status_code != 200:
            reason = _REFUSALS.get(answer.status_code, f"Shopify answered {answer.status_code}.")
            raise ShopifyRefused(answer.status_code, reason)
        if body is None:
            raise GraphQLFailed(name, ["Shopify's answer is not JSON"])
        errors = _errors(body)
        denied = [error for error in errors if _code(error) == "ACCESS_DENIED" and error.get("path")]
        if len(denied) < len(errors) or not isinstance(body.get("data"), dict):
            messages = [_message(error) for error in errors] or ["Shopify answered no data"]
            raise GraphQLFailed(name, messages, frozenset(_code(error) for error in errors))
        forbidden: dict[str, str] = {}
        for error in denied:
            steps = [step for step in error["path"] if isinstance(step, str)]
            if set(steps) & set(optional):
                self.denied.add(".".join(steps))
            else:
                forbidden.setdefault(".".join(steps), _message(error))
        if forbidden:
            raise FieldsDenied(name, list(forbidden), list(forbidden.values()))
        data: dict[str, Any] = body["data"]
        return data

    def _backoff(self, attempt: int) -> float:
        """Doubles from one second; the upper half is jitter, so that many workers do not come back at once."""
        full = min(2.0**attempt, LONGEST_WAIT)
        return full / 2 + full / 2 * self._random()

    def _retry_after(self, answer: httpx.Response) -> float | None:
        """Seconds of ``Retry-After``, which is a number or an HTTP date; None when there is none to be read."""
        text = answer.headers.get("Retry-After", "").strip()
        try:
            return max(float(text), 0.0) if text else None
        except ValueError:
            pass
        try:
            return max((parsedate_to_datetime(text) - self._clock()).total_seconds(), 0.0)
        except (ValueError, TypeError):
            return None


def _body(answer: httpx.Response) -> dict[str, Any] | None:
    try:
        body = json.loads(answer.content, parse_float=Decimal)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _errors(body: dict[str, Any] | None) -> list[dict[str, Any]]:
    errors = body.get("errors") if body else None
    if isinstance(errors, str):
        return [{"message": errors}]
    return [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []


def _code(error: dict[str, Any]) -> str:
    return str((error.get("extensions") or {}).get("code") or "")


def _message(error: dict[str, Any]) -> str:
    return str(error.get("message") or "no message")


def _throttle_wait(body: dict[str, Any] | None) -> float:
    """Until the bucket holds what the document costs: (cost - available) / restore rate, at least a moment."""
    cost = ((body or {}).get("extensions") or {}).get("cost") or {}
    status = cost.get("throttleStatus") or {}
    missing = float(cost.get("requestedQueryCost") or 0) - float(status.get("currentlyAvailable") or 0)
    return max(missing / (float(status.get("restoreRate") or 0) or _DEFAULT_RESTORE_RATE), 0.5)
