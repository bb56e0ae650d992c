"""A shop's side of OAuth: the permission page, access tokens for codes, for session tokens and for refresh tokens.

Source: Shopify, "Authorization code grant", "Token exchange", "About offline access tokens", and the changelog entry of
2026-08-28: a refresh token that was used lives on until the app begins to use what it got for it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode, urlsplit

ACCESS_SECONDS = 3_600
REFRESH_SECONDS = 90 * 24 * 3_600
CODE_SECONDS = 60
SESSION_SECONDS = 60
LEEWAY_SECONDS = 10

_ONLINE = "urn:shopify:params:oauth:token-type:online-access-token"
_OFFLINE = "urn:shopify:params:oauth:token-type:offline-access-token"
_ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"
_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"

Answer = tuple[int, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Registration:
    """An app as Shopify knows it. ``secret`` signs what Shopify sends; the app may still use ``other_secrets``.

    Without ``redirect_uris`` any address may be redirected to.
    """

    key: str = "local-api-key"
    secret: str = field(default="local-api-secret", repr=False)
    other_secrets: tuple[str, ...] = field(default=(), repr=False)
    redirect_uris: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    """What a managed installation grants; an app that asks at the permission page names its own."""
    optional: tuple[str, ...] = ()
    """What the merchant grants at the permission page besides."""

    def accepts(self, key: str, secret: str) -> bool:
        return key == self.key and secret in (self.secret, *self.other_secrets)


@dataclass
class Grant:
    """One pair of tokens. ``replaces`` is the refresh token that was given for it."""

    access: str
    scopes: tuple[str, ...]
    expires_at: float | None
    refresh: str | None = None
    refresh_expires_at: float | None = None
    replaces: str | None = None


class Tokens:
    """The tokens of one shop; ``clock`` gives epoch seconds."""

    def __init__(self, shop: str, app: Registration, clock: Callable[[], float] = time.time) -> None:
        self.shop, self.app, self.clock = shop, app, clock
        self.grants: dict[str, Grant] = {}
        self._by_refresh: dict[str, Grant] = {}
        self._codes: dict[str, tuple[float, tuple[str, ...]]] = {}

    @property
    def name(self) -> str:
        return self.shop.partition(".")[0]

    @property
    def host(self) -> str:
        return base64.b64encode(f"admin.shopify.com/store/{self.name}".encode()).decode().rstrip("=")

    def signed(self, query: Mapping[str, str]) -> str:
        """A query string with its ``hmac``, over the sorted, decoded values."""
        message = "&".join(f"{name}={query[name]}" for name in sorted(query))
        digest = hmac.new(self.app.secret.encode(), message.encode(), hashlib.sha256).hexdigest()
        return urlencode({**query, "hmac": digest})

    def install_url(self, app_url: str) -> str:
        """What a merchant's browser opens first: the app's address with a signed query."""
        query = {"host": self.host, "shop": self.shop, "timestamp": str(int(self.clock()))}
        return f"{app_url}?{self.signed(query)}"

    def embedded_url(self, app_url: str, locale: str = "en") -> str:
        """The address of the iframe when the merchant opens the app in the admin."""
        query = {
            "embedded": "1",
            "host": self.host,
            "id_token": self.session_token(),
            "locale": locale,
            "session": secrets.token_hex(32),
            "shop": self.shop,
            "timestamp": str(int(self.clock())),
        }
        return f"{app_url}?{self.signed(query)}"

    def session_token(self, user: str = "61234567", **claims: Any) -> str:
        """The JWT that the admin gives the app's pages; ``claims`` replace or add (None leaves one out)."""
        now = int(self.clock())
        all_claims = {
            "iss": f"https://{self.shop}/admin",
            "dest": f"https://{self.shop}",
            "aud": self.app.key,
            "sub": user,
            "exp": now + SESSION_SECONDS,
            "nbf": now,
            "iat": now,
            "jti": secrets.token_hex(16),
            "sid": secrets.token_hex(16),
        } | claims
        parts = ({"alg": "HS256", "typ": "JWT"}, {name: v for name, v in all_claims.items() if v is not None})
        signed = ".".join(_base64(json.dumps(part, separators=(",", ":")).encode()) for part in parts)
        return f"{signed}.{_base64(self._signature(signed, self.app.secret))}"

    def authorize(self, query: Mapping[str, str]) -> tuple[int, str]:
        """The permission page, whose button is pressed at once: a redirect, or a refusal in words."""
        target = query.get("redirect_uri", "")
        if query.get("client_id") != self.app.key:
            return 400, "Oauth error invalid_client: application not found"
        if not urlsplit(target).scheme.startswith("http") or (
            self.app.redirect_uris and target not in self.app.redirect_uris
        ):
            return 400, "Oauth error invalid_request: The redirect_uri is not whitelisted"
        code = secrets.token_hex(16)
        scopes = tuple(scope for scope in query.get("scope", "").split(",") if scope)
        self._codes[code] = self.clock() + CODE_SECONDS, tuple(dict.fromkeys((*scopes, *self.app.optional)))
        back = {
            "code": code,
            "host": self.host,
            "shop": self.shop,
            "state": query.get("state", ""),
            "timestamp": str(int(self.clock())),
        }
        return 302, f"{target}{'&' if '?' in target else '?'}{self.signed(back)}"

    def access_token(self, parameters: Mapping[str, Any]) -> Answer:
        """``POST /admin/oauth/access_token``."""
        if not self.app.accepts(str(parameters.get("client_id")), str(parameters.get("client_secret"))):
            return 401, {"error": "invalid_client", "error_description": "Client authentication failed"}
        kind = parameters.get("grant_type")
        if kind == "refresh_token":
            return self._refreshed(str(parameters.get("refresh_token")))
        if kind == _EXCHANGE:
            return self._exchanged(parameters)
        if kind not in (None, "authorization_code"):
            return 400, {"error": "unsupported_grant_type"}
        until, scopes = self._codes.pop(str(parameters.get("code")), (0.0, ()))
        if until < self.clock():
            problem = "The authorization code was not found or was already used"
            return 400, {"error": "invalid_request", "error_description": problem}
        return 200, self._given(self._offline(scopes, _expiring(parameters)))

    def check(self, token: str) -> Grant | Answer:
        """The grant of an access token, or the refusal that the Admin API answers with."""
        grant = self.grants.get(token)
        if grant is None or (grant.expires_at is not None and grant.expires_at <= self.clock()):
            problem = "[API] Invalid API key or access token (unrecognized login or wrong password)"
            return 401, {"errors": problem}
        if grant.expires_at is None:
            return 403, {"errors": "Non-expiring access tokens are no longer accepted for the Admin API"}
        self._begin(grant)
        return grant

    def revoke(self) -> None:
        """The app was uninstalled: none of its tokens are good any more."""
        self.grants.clear()
        self._by_refresh.clear()

    def expire_access(self) -> None:
        """As if an hour had passed for every access token; refresh tokens stay good."""
        for grant in self.grants.values():
            if grant.expires_at is not None:
                grant.expires_at = self.clock()

    def _refreshed(self, refresh: str) -> Answer:
        old = self._by_refresh.get(refresh)
        if old is None or (old.refresh_expires_at or 0.0) <= self.clock():
            return 400, {"error": "invalid_grant", "error_description": "The refresh token is invalid or has expired"}
        self._begin(old)
        return 200, self._given(self._offline(old.scopes, expiring=True, replaces=refresh))

    def _exchanged(self, parameters: Mapping[str, Any]) -> Answer:
        if parameters.get("subject_token_type") != _ID_TOKEN:
            return 400, {"error": "invalid_request", "error_description": "unsupported subject_token_type"}
        claims = self._claims(str(parameters.get("subject_token")))
        if claims is None:
            return 400, {"error": "invalid_subject_token"}
        if parameters.get("requested_token_type") == _ONLINE:
            return 200, self._online(claims)
        if parameters.get("requested_token_type") != _OFFLINE:
            return 400, {"error": "invalid_request", "error_description": "unsupported requested_token_type"}
        return 200, self._given(self._offline(self.app.scopes, _expiring(parameters)))

    def allow(self, scopes: Iterable[str]) -> tuple[str, ...]:
        """The merchant grants more of what is optional; tokens given before can do it too. Returns all that is granted.

        Source: Shopify, "Manage access scopes", ``shopify.scopes.request``.
        """
        more = [scope for scope in scopes if scope in self.app.optional]
        self.app = replace(self.app, scopes=tuple(dict.fromkeys((*self.app.scopes, *more))))
        for grant in self.grants.values():
            grant.scopes = tuple(dict.fromkeys((*grant.scopes, *more)))
        return self.app.scopes

    def _claims(self, token: str) -> dict[str, Any] | None:
        """A session token's claims, or None if it isn't one of this shop and app that is good now."""
        signed, _, signature = token.rpartition(".")
        if not any(
            hmac.compare_digest(_base64(self._signature(signed, secret)).encode(), signature.encode())
            for secret in (self.app.secret, *self.app.other_secrets)
        ):
            return None
        try:
            claims = json.loads(base64.urlsafe_b64decode(signed.partition(".")[2] + "=="))
        except ValueError:
            return None
        now = self.clock()
        good = claims.get("aud") == self.app.key and claims.get("dest") == f"https://{self.shop}"
        fresh = claims.get("exp", 0) + LEEWAY_SECONDS > now >= claims.get("nbf", now) - LEEWAY_SECONDS
        return claims if good and fresh else None

    def _offline(self, scopes: tuple[str, ...], expiring: bool, replaces: str | None = None) -> Grant:
        now = self.clock()
        grant = Grant(
            access="shpat_" + secrets.token_hex(16),
            scopes=scopes,
            expires_at=now + ACCESS_SECONDS if expiring else None,
            refresh="shprt_" + secrets.token_hex(16) if expiring else None,
            refresh_expires_at=now + REFRESH_SECONDS if expiring else None,
            replaces=replaces,
        )
        return self._keep(grant)

    def _online(self, claims: Mapping[str, Any]) -> dict[str, Any]:
        grant = self._keep(Grant("shpua_" + secrets.token_hex(16), self.app.scopes, self.clock() + 86_399))
        scope = ",".join(grant.scopes)
        user = {
            "id": int(claims["sub"]),
            "first_name": "Robin",
            "last_name": "Marsh",
            "email": f"owner@{self.name}.example.com",
            "email_verified": True,
            "account_owner": True,
            "locale": "en",
            "collaborator": False,
        }
        return {
            "access_token": grant.access,
            "scope": scope,
            "expires_in": 86_399,
            "associated_user_scope": scope,
            "associated_user": user,
        }

    def _keep(self, grant: Grant) -> Grant:
        self.grants[grant.access] = grant
        if grant.refresh:
            self._by_refresh[grant.refresh] = grant
        return grant

    def _given(self, grant: Grant) -> dict[str, Any]:
        answer: dict[str, Any] = {"access_token": grant.access, "scope": ",".join(grant.scopes)}
        if grant.refresh:
            now = self.clock()
            answer |= {
                "expires_in": round((grant.expires_at or now) - now),
                "refresh_token": grant.refresh,
                "refresh_token_expires_in": round((grant.refresh_expires_at or now) - now),
            }
        return answer

    def _begin(self, grant: Grant) -> None:
        """The pair is in use, so the refresh token it was given for is of no more use to anybody."""
        if grant.replaces:
            self._by_refresh.pop(grant.replaces, None)

    @staticmethod
    def _signature(text: str, secret: str) -> bytes:
        return hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()


def _expiring(parameters: Mapping[str, Any]) -> bool:
    return str(parameters.get("expiring")) in ("1", "true", "True")


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
