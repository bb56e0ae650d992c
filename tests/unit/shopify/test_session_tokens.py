"""Session tokens: every check has a token that fails only it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from connector.shopify.errors import InvalidSessionToken
from connector.shopify.registration import ShopifyApp
from connector.shopify.session_tokens import verify

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
APP = ShopifyApp("our-api-key", "new-secret", "old-secret")
SECONDS = int(NOW.timestamp())
CLAIMS: dict[str, Any] = {
    "iss": "https://a.myshopify.com/admin",
    "dest": "https://a.myshopify.com",
    "aud": "our-api-key",
    "sub": "42",
    "exp": SECONDS + 60,
    "nbf": SECONDS,
    "iat": SECONDS,
    "jti": "f8912129-1af6-4cad-9ca3-76b0f7621087",
    "sid": "aaea182f2732d44c23057c0fea584021a4485b2bd25d3eb7fd349313ad24c685",
}


def token(secret: str = "new-secret", algorithm: str = "HS256", **changes: Any) -> str:
    claims = CLAIMS | changes
    return signed({name: value for name, value in claims.items() if value is not None}, secret, algorithm)


def signed(claims: dict[str, Any], secret: str, algorithm: str) -> str:
    """By hand: the library would refuse to make the bad ones."""
    parts = [encoded(json.dumps(part).encode()) for part in ({"alg": algorithm, "typ": "JWT"}, claims)]
    digest = {"HS256": hashlib.sha256, "HS512": hashlib.sha512}.get(algorithm)
    made = hmac.new(secret.encode(), ".".join(parts).encode(), digest).digest() if digest else b""
    return ".".join([*parts, encoded(made)])


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@pytest.mark.parametrize("secret", ["new-secret", "old-secret"])
def test_a_good_token_names_shop_and_user(secret: str) -> None:
    found = verify(token(secret), APP, NOW)
    assert (found.shop, found.user_id) == ("a.myshopify.com", "42")


def test_ten_seconds_of_clock_difference_are_forgiven() -> None:
    seconds = int(NOW.timestamp())
    assert verify(token(exp=seconds - 9), APP, NOW)
    assert verify(token(nbf=seconds + 10, iat=seconds + 10), APP, NOW)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (token("other"), "not signed"),
        (token(""), "not signed"),
        (token(algorithm="HS512"), "not signed"),
        (token("", "none"), "not signed"),
        ("", "no session token"),
        ("a.b.c", "not signed"),
        ("æøå", "not signed"),
        (token() + "x" * 9000, "no session token"),
        (token(aud="other-app"), "another app"),
        (token(aud=None), "no aud"),
        (token(exp=None), "no exp"),
        (token(nbf=None), "no nbf"),
        (token(iat=None), "no iat"),
        (token(sub=None), "no sub"),
        (token(exp=int(NOW.timestamp()) - 10), "expired"),
        (token(exp="soon"), "exp is not a time"),
        (token(nbf=int(NOW.timestamp()) + 11), "not valid yet"),
        (token(iat=int(NOW.timestamp()) + 11), "not valid yet"),
        (token(iss="https://b.myshopify.com/admin"), "another shop"),
        (token(iss="https://evil.com/admin", dest="https://evil.com"), "myshopify.com"),
        (token(dest="a.myshopify.com"), "no shop"),
        (token(dest="https://a.myshopify.com:8443"), "no shop"),
        (token(dest="http://a.myshopify.com"), "no shop"),
        (token(dest="https://["), "no shop"),
        (token(dest=["https://a.myshopify.com"]), "no shop"),
    ],
)
def test_a_bad_token_is_refused_with_its_reason(bad: str, reason: str) -> None:
    with pytest.raises(InvalidSessionToken, match=reason):
        verify(bad, APP, NOW)


def test_a_query_that_shopify_signed_is_no_session_token() -> None:
    """The same secret signs the addresses the admin opens, with whatever parameters a merchant puts into them: a reader
    of base64 that passes over ``=`` and ``&`` would find the claims of any shop in one."""
    head, written = encoded(b' {"alg":"HS256"}'), json.dumps(CLAIMS)
    while len(encoded(written.encode())) % 4 != 3:
        written += " "
    query = f"{head}.{encoded(written.encode())}=&embedded=1&shop=evil.myshopify.com&timestamp={SECONDS}"
    assert json.loads(base64.urlsafe_b64decode(query.partition(".")[2] + "==")) == CLAIMS
    digest = hmac.new(b"new-secret", query.encode(), hashlib.sha256).digest()
    with pytest.raises(InvalidSessionToken, match="not signed"):
        verify(f"{query}.{encoded(digest)}", APP, NOW)
