"""Session tokens: how the Shopify admin proves which user of which shop is asking."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import jwt

from connector.shopify.domains import shop_domain
from connector.shopify.errors import InvalidSessionToken, InvalidShop
from connector.shopify.registration import ShopifyApp

LEEWAY_SECONDS = 10
"""The clock tolerance of both of Shopify's libraries; a token lives one minute."""

_LONGEST = 8192
_COMPACT = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
"""RFC 7515, 7.1. The same secret signs queries that a merchant may add to: nothing with ``=`` or ``&`` is a token."""

_REQUIRED = ("exp", "nbf", "iat", "iss", "dest", "aud", "sub")


@dataclass(frozen=True, slots=True)
class SessionToken:
    shop: str
    user_id: str


def verify(token: str, app: ShopifyApp, now: datetime) -> SessionToken:
    """Raises ``InvalidSessionToken`` with the reason. ``now`` is aware UTC."""
    claims = _claims(token, app)
    _check_times(claims, now)
    shop, issuer = _host(claims["dest"]), _host(claims["iss"])
    if shop != issuer:
        raise InvalidSessionToken("The session token was issued by another shop than the one it is for.")
    try:
        return SessionToken(shop_domain(shop), str(claims["sub"]))
    except InvalidShop as error:
        raise InvalidSessionToken(str(error)) from error


def _claims(token: str, app: ShopifyApp) -> dict[str, Any]:
    if not token or len(token) > _LONGEST:
        raise InvalidSessionToken("There is no session token.")
    reason = "The session token is not signed by Shopify for this app."
    if not _COMPACT.fullmatch(token):
        raise InvalidSessionToken(reason)
    for secret in app.secrets:
        try:
            return jwt.decode(
                token,
                secret,
                algorithms=["HS256"],
                audience=app.api_key,
                # The times are checked against the injected clock below.
                options={"require": list(_REQUIRED), "verify_exp": False, "verify_nbf": False, "verify_iat": False},
            )
        except jwt.InvalidAudienceError:
            reason = "The session token is for another app."
        except jwt.MissingRequiredClaimError as error:
            reason = f"The session token has no {error.claim}."
        except (jwt.PyJWTError, ValueError, TypeError):
            continue
    raise InvalidSessionToken(reason)


def _check_times(claims: dict[str, Any], now: datetime) -> None:
    for name in ("exp", "nbf", "iat"):
        if not isinstance(claims[name], int | float) or isinstance(claims[name], bool):
            raise InvalidSessionToken(f"The session token's {name} is not a time.")
    seconds = now.timestamp()
    if not seconds < claims["exp"] + LEEWAY_SECONDS:
        raise InvalidSessionToken("The session token has expired.")
    if seconds < max(claims["nbf"], claims["iat"]) - LEEWAY_SECONDS:
        raise InvalidSessionToken("The session token is not valid yet.")


def _host(url: object) -> str:
    if not isinstance(url, str):
        raise InvalidSessionToken("The session token names no shop.")
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise InvalidSessionToken("The session token names no shop.") from error
    if parts.scheme != "https" or parts.netloc != parts.hostname:
        raise InvalidSessionToken("The session token names no shop.")
    return parts.hostname or ""
