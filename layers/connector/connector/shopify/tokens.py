"""Shopify's token endpoint: expiring offline tokens for a code, a session token or a refresh token.

An access token lives an hour; its refresh token 90 days, and every refresh returns a new pair. A refresh token that was
used is kept by Shopify until the app begins to use what it got for it (changelog of 2026-08-28): where the answer was
lost, the same refresh token is good for another try.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from connector.shopify.domains import admin_url
from connector.shopify.errors import ShopifyRefused, ShopifyUnavailable
from connector.shopify.registration import ShopifyApp

_TOKEN_EXCHANGE = {
    "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
    "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
    "requested_token_type": "urn:shopify:params:oauth:token-type:offline-access-token",
    "expiring": "1",
}

TRIES = 2
PAUSE_SECONDS = 1.0
ANSWER_TIME = httpx.Timeout(8.0, connect=3.0)
"""Two tries end well within the time that a refresh may hold its lock."""

_INVALID_GRANTS = frozenset({"invalid_grant", "invalid_subject_token"})


class InvalidGrant(ShopifyRefused):
    """The code or refresh token has been used, has expired, or never was."""


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore")

    access_token: str = Field(min_length=1)
    refresh_token: str = Field(min_length=1)
    expires_in: int = Field(gt=0)
    refresh_token_expires_in: int | None = None
    scope: str = ""


@dataclass(frozen=True, slots=True)
class TokenResponse:
    """A fresh pair; the times are aware UTC. ``scope`` is what was granted, as Shopify lists it with commas."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime
    refresh_expires_at: datetime | None
    scope: str


class TokenEndpoint:
    """``http`` is an ``httpx.Client``. Nothing here is logged: answers and requests are secrets."""

    def __init__(self, app: ShopifyApp, http: httpx.Client, sleep: Callable[[float], None] = time.sleep) -> None:
        self._app = app
        self._http = http
        self._sleep = sleep

    def for_code(self, shop: str, code: str, now: datetime) -> TokenResponse:
        """The end of the install; without ``expiring`` Shopify would give a token that new apps may not use.

        Asked once: a code is good for one answer, also for one that is lost.
        """
        return self._ask(shop, {"code": code, "expiring": "1"}, now)

    def for_session_token(self, shop: str, session_token: str, now: datetime) -> TokenResponse:
        """Token exchange: how a page inside the admin gets a token without any redirect."""
        return self._ask_again(shop, {**_TOKEN_EXCHANGE, "subject_token": session_token}, now)

    def refreshed(self, shop: str, refresh_token: str, now: datetime) -> TokenResponse:
        return self._ask_again(shop, {"grant_type": "refresh_token", "refresh_token": refresh_token}, now)

    def _ask_again(self, shop: str, parameters: dict[str, str], now: datetime) -> TokenResponse:
        """What may be asked for twice: an answer that was lost is asked for once more, with the very same token."""
        for _ in range(TRIES - 1):
            try:
                return self._ask(shop, parameters, now)
            except ShopifyUnavailable:
                self._sleep(PAUSE_SECONDS)
        return self._ask(shop, parameters, now)

    def _ask(self, shop: str, parameters: dict[str, str], now: datetime) -> TokenResponse:
        """With the newest secret; with the old one where Shopify does not know the new one (yet)."""
        *newer, last = self._app.secrets
        for secret in newer:
            answer = self._post(shop, parameters, secret)
            if not _unknown_client(answer):
                return _read(answer, now)
        return _read(self._post(shop, parameters, last), now)

    def _post(self, shop: str, parameters: dict[str, str], secret: str) -> httpx.Response:
        credentials = {"client_id": self._app.api_key, "client_secret": secret}
        url = admin_url(self._app.origin_template, shop, "oauth/access_token")
        try:
            return self._http.post(
                url,
                json=credentials | parameters,
                headers={"Accept": "application/json"},
                follow_redirects=False,
                timeout=ANSWER_TIME,
            )
        except httpx.HTTPError as error:
            raise ShopifyUnavailable(f"Shopify's token endpoint did not answer ({type(error).__name__}).") from None


def _read(answer: httpx.Response, now: datetime) -> TokenResponse:
    if answer.status_code == 429 or answer.status_code >= 500:
        raise ShopifyUnavailable(f"Shopify's token endpoint answered {answer.status_code}.")
    if answer.status_code != 200:
        reason = _reason(answer)
        kind = InvalidGrant if reason in _INVALID_GRANTS else ShopifyRefused
        raise kind(answer.status_code, f"Shopify gave no token: {reason} ({answer.status_code}).")
    body = _json(answer)
    if not body:
        raise ShopifyUnavailable("Shopify's token answer was cut short.")
    try:
        read = _Answer.model_validate(body)
    except ValidationError:
        raise ShopifyRefused(200, "Shopify's token answer can't be read, or the token does not expire.") from None
    lifetime = read.refresh_token_expires_in
    return TokenResponse(
        access_token=read.access_token,
        refresh_token=read.refresh_token,
        expires_at=now + timedelta(seconds=read.expires_in),
        refresh_expires_at=None if lifetime is None else now + timedelta(seconds=lifetime),
        scope=read.scope,
    )


def _unknown_client(answer: httpx.Response) -> bool:
    return answer.status_code in (400, 401) and _reason(answer) == "invalid_client"


def _reason(answer: httpx.Response) -> str:
    error = _json(answer).get("error")
    return error[:60] if isinstance(error, str) else "no reason"


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
