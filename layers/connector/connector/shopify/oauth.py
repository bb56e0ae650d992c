"""Installing by the authorization code grant: start → Shopify's permission page → callback → tokens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode, urlsplit

import httpx

from connector.shopify import states
from connector.shopify.client import AdminClient
from connector.shopify.domains import admin_url, embedding_page, shop_domain
from connector.shopify.errors import InstallRefused, InvalidShop, ShopifyRefused
from connector.shopify.installations import Installations
from connector.shopify.registration import ShopifyApp
from connector.shopify.shops import read_profile
from connector.shopify.signatures import Query, verify_query
from connector.shopify.tokens import TokenEndpoint
from connector.storage.table import Table

CALLBACK = "/auth/callback"
FRESH_SECONDS = 90
"""How far the timestamp of a signed query may be from now (Shopify's JavaScript library)."""

_LONGEST_CODE = 512
_CODE_REFUSED = frozenset({400, 401})


@dataclass(frozen=True, slots=True)
class Redirect:
    location: str
    cookie: str


@dataclass(frozen=True, slots=True)
class InstallFlow:
    """``public_url`` is our own base URL; queries are ``{name: [values]}``, decoded."""

    app: ShopifyApp
    table: Table
    installations: Installations
    http: httpx.Client
    clock: Callable[[], datetime]
    public_url: str

    def start(self, query: Query) -> Redirect:
        """To Shopify's permission page. Raises ``InstallRefused``; then nothing is stored."""
        now = self.clock()
        shop = self._signed_shop(query, now)
        state = states.create(self.table, shop, now)
        permission = {
            "client_id": self.app.api_key,
            "scope": ",".join(self.app.scopes),
            "redirect_uri": self.public_url + CALLBACK,
            "state": state,
        }
        url = admin_url(self.app.origin_template, shop, "oauth/authorize")
        return Redirect(f"{url}?{urlencode(permission)}", states.set_cookie(state, self.app.api_secret, self._path))

    def callback(self, query: Query, cookies: str) -> Redirect:
        """Stores the shop's tokens and profile; back to the app's page in the admin. Raises ``InstallRefused``."""
        now = self.clock()
        shop = self._signed_shop(query, now)
        state, code = _one(query, "state"), _one(query, "code")
        if not code or len(code) > _LONGEST_CODE:
            raise InstallRefused("The request has no code.")
        if not states.cookie_agrees(cookies, state, self.app.secrets):
            raise InstallRefused("The state is not the one this browser started with.", 401)
        if not states.use(self.table, state, shop, now):
            raise InstallRefused("The state is unknown, used, too old, or of another shop. Please start again.", 401)
        try:
            pair = TokenEndpoint(self.app, self.http).for_code(shop, code, now)
        except ShopifyRefused as error:
            if error.status not in _CODE_REFUSED:
                raise
            raise InstallRefused("Shopify does not accept the code. Please start again.", 401) from error
        self.installations.save(shop, pair)
        read_profile(AdminClient(shop, self.installations, self.app, self.http, clock=self.clock), self.installations)
        return Redirect(self._landing(shop, _one(query, "host")), states.forget_cookie(self._path))

    @property
    def _path(self) -> str:
        return urlsplit(self.public_url).path + CALLBACK

    def _landing(self, shop: str, host: str) -> str:
        page = embedding_page(host)
        if page is None:
            return f"{self.public_url}/?{urlencode({'shop': shop})}"
        return f"https://{page}/apps/{self.app.api_key}"

    def _signed_shop(self, query: Query, now: datetime) -> str:
        if not verify_query(query, self.app.secrets):
            raise InstallRefused("The request is not signed by Shopify (hmac).", 401)
        try:
            shop = shop_domain(_one(query, "shop"))
        except InvalidShop as error:
            raise InstallRefused(str(error)) from error
        timestamp = _one(query, "timestamp")
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
            raise InstallRefused("The request has no timestamp.")
        if abs(now.timestamp() - int(timestamp)) > FRESH_SECONDS:
            raise InstallRefused("The request is too old. Please start again.", 401)
        return shop


def _one(query: Query, name: str) -> str:
    values = query.get(name, ())
    return values[0] if len(values) == 1 else ""
