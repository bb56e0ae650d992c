"""The state of an install: made at its start, good for one callback.

It is stored, so that it can be used once only, and repeated in a signed cookie, so that (where the browser keeps
cookies) the callback must come from the browser that started.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from http.cookies import CookieError, SimpleCookie

from connector.shopify.signatures import same
from connector.storage import keys
from connector.storage.table import ConditionFailed, Table

COOKIE = "install_state"
LIFETIME = timedelta(minutes=10)
"""Long enough to read Shopify's permission page."""

_SK = "STATE"


def create(table: Table, shop: str, now: datetime) -> str:
    state = secrets.token_hex(32)
    expires = now + LIFETIME
    table.put(
        {
            "pk": keys.oauth_state(state),
            "sk": _SK,
            "type": "oauth_state",
            "shop": shop,
            "expires_at": expires.isoformat(),
            "ttl": int(expires.timestamp()),
        },
        "attribute_not_exists(pk)",
    )
    return state


def use(table: Table, state: str, shop: str, now: datetime) -> bool:
    """Whether ``state`` was made for ``shop``, has not expired and has never been used; it is used up by this call."""
    item = table.get(keys.oauth_state(state), _SK)
    if item is None or not same(item["pk"], keys.oauth_state(state)) or not same(item["shop"], shop):
        return False
    try:
        table.delete(keys.oauth_state(state), _SK, "attribute_exists(pk)")
    except ConditionFailed:
        return False
    return datetime.fromisoformat(item["expires_at"]) >= now


def set_cookie(state: str, secret: str, path: str) -> str:
    """The ``Set-Cookie`` header."""
    age = int(LIFETIME.total_seconds())
    return f"{COOKIE}={state}.{_signature(state, secret)}; Max-Age={age}; Path={path}; Secure; HttpOnly; SameSite=Lax"


def forget_cookie(path: str) -> str:
    return f"{COOKIE}=; Max-Age=0; Path={path}; Secure; HttpOnly; SameSite=Lax"


def cookie_agrees(header: str, state: str, secrets_: tuple[str, ...]) -> bool:
    """True also when there is no such cookie: some clients keep none, and the stored state decides anyway."""
    try:
        morsel = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return False
    if morsel is None:
        return True
    value, _, signature = morsel.value.rpartition(".")
    signed = [same(signature, _signature(value, secret)) for secret in secrets_]
    return any(signed) and same(value, state)


def _signature(state: str, secret: str) -> str:
    """With a key derived from the app's secret: a signature by the secret itself could be replayed as a webhook's."""
    key = hmac.new(secret.encode(), b"install state cookie", hashlib.sha256).digest()
    return hmac.new(key, state.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
