"""Which shops have installed the app, what they granted, and the tokens to call them with.

One item a shop: a reinstall replaces its tokens and leaves everything else of the shop alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import httpx

from connector.shopify import profiles
from connector.shopify.domains import shop_domain
from connector.shopify.errors import ShopifyUnavailable
from connector.shopify.profiles import ShopProfile
from connector.shopify.registration import ShopifyApp
from connector.shopify.token_chain import (
    INSTALLED,
    LOCK_TIME,
    UNINSTALLED,
    WAIT_SECONDS,
    WAITS,
    TokenChain,
)
from connector.shopify.tokens import TokenEndpoint, TokenResponse
from connector.storage import keys
from connector.storage.syncs import moment
from connector.storage.table import ConditionFailed, Table
from connector.storage.vault import Vault


class Installations:
    """``http`` is an ``httpx.Client``; ``clock`` gives aware UTC; ``sleep`` waits for another worker's refresh."""

    def __init__(
        self,
        table: Table,
        vault: Vault,
        app: ShopifyApp,
        http: httpx.Client,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._table = table
        self._clock = clock
        self._sleep = sleep
        self._endpoint = TokenEndpoint(app, http, sleep)
        self._chain = TokenChain(table, vault, self._endpoint, clock, sleep)

    def save(self, shop: str, token_response: TokenResponse) -> None:
        """Installs, or installs again. Wins over a refresh that is under way: that one's pair is of the past."""
        shop = shop_domain(shop)
        while True:
            item = self._table.get(keys.shop(shop), keys.INSTALLATION)
            try:
                self._chain.begin(shop, item, token_response)
                return
            except ConditionFailed:
                continue

    def exchange(self, shop: str, session_token: str) -> None:
        """The shop is installed afterwards, by its merchant's ``session_token``, if it was not.

        One load of the page at a time asks Shopify: of two pairs that were given at the same moment only one may be
        the newest, and nothing says which. Raises ``InvalidGrant`` and what the token endpoint raises.
        """
        shop = shop_domain(shop)
        for _ in range(WAITS):
            if self.installed(shop):
                return
            until = self._begin_exchange(shop)
            if until:
                try:
                    if not self.installed(shop):
                        self.save(shop, self._endpoint.for_session_token(shop, session_token, self._clock()))
                    return
                finally:
                    self._end_exchange(shop, until)
            self._sleep(WAIT_SECONDS)
        raise ShopifyUnavailable(f"{shop} is being installed by another load of the page that does not finish.")

    def access_token(self, shop: str, refused: str | None = None) -> str:
        """A token with at least a few minutes left. ``refused`` is one that Shopify has just answered 401 to.

        Raises ``NeedsMerchant`` when no token can be had without one, ``ShopifyUnavailable`` when Shopify is away.
        """
        return self._chain.access_token(shop_domain(shop), refused)

    def profile(self, shop: str) -> ShopProfile | None:
        return profiles.find(self._table, shop)

    def save_profile(self, shop: str, node: dict[str, Any]) -> ShopProfile:
        """``node`` is the answer to ``shop.graphql``."""
        return profiles.store(self._table, shop, node)

    def installed(self, shop: str) -> bool:
        item = self._table.get(keys.shop(shop), keys.INSTALLATION)
        return item is not None and item["state"] == INSTALLED

    def granted_since(self, shop: str, triggered_at: str) -> bool:
        """Whether the merchant installed the app (again) after ``triggered_at``: what happened then is history."""
        item = self._table.get(keys.shop(shop), keys.INSTALLATION)
        if item is None or item["state"] != INSTALLED or not triggered_at:
            return False
        return moment(item["granted_at"]) > moment(triggered_at)

    def granted(self, shop: str) -> frozenset[str]:
        """The access scopes the merchant has granted, writing including reading; empty when that is not known."""
        item = self._table.get(keys.shop(shop), keys.INSTALLATION) or {}
        scopes = {scope.strip() for scope in item.get("scope", "").split(",") if scope.strip()}
        return frozenset(scopes | {f"read_{scope[6:]}" for scope in scopes if scope.startswith("write_")})

    def scopes_changed(self, shop: str, scope: str, at: datetime) -> None:
        """What the merchant grants since ``at``, as Shopify lists it; of two changes the later one holds."""
        try:
            self._table.update(
                keys.shop(shop),
                keys.INSTALLATION,
                "SET #scope = :scope, scope_at = :at",
                "attribute_exists(pk) AND (attribute_not_exists(scope_at) OR scope_at <= :at)",
                {"#scope": "scope"},
                {":scope": scope, ":at": at.isoformat()},
            )
        except ConditionFailed:
            return

    def uninstalled(self, shop: str) -> None:
        """Forgets the tokens at once; what belongs to the books stays until the shop is redacted."""
        self._chain.forget(shop)
        try:
            self._table.update(
                keys.shop(shop),
                keys.INSTALLATION,
                "SET #state = :state, uninstalled_at = :now, generation = generation + :one "
                "REMOVE access_token, refresh_token, lock_id, lock_until, gsi1pk, gsi1sk",
                "attribute_exists(pk)",
                {"#state": "state"},
                {":state": UNINSTALLED, ":now": self._clock().isoformat(), ":one": 1},
            )
        except ConditionFailed:
            return

    def due(self, today: date) -> Iterator[str]:
        """Shops whose chain of tokens must be kept alive by now, the longest due first."""
        for pk, _, position in self._table.index(keys.KEEP_ALIVE_QUEUE):
            if position[:10] > today.isoformat():
                return
            yield pk.removeprefix(keys.shop(""))

    def postpone(self, shop: str, day: date) -> None:
        """Its turn comes again on ``day``: what can't be reached now must not keep the others waiting."""
        try:
            self._table.update(
                keys.shop(shop),
                keys.INSTALLATION,
                "SET gsi1sk = :position",
                "attribute_exists(gsi1pk) AND gsi1sk < :position",
                values={":position": f"{day.isoformat()}#{shop}"},
            )
        except ConditionFailed:
            return

    def _begin_exchange(self, shop: str) -> str:
        """Until when nobody else exchanges; empty while another load of the page does."""
        now = self._clock()
        until = now + LOCK_TIME
        item = {
            "pk": keys.shop(shop),
            "sk": keys.INSTALLING,
            "until": until.isoformat(),
            "ttl": int((until + timedelta(hours=1)).timestamp()),
        }
        try:
            self._table.put(
                item, "attribute_not_exists(pk) OR #until < :now", {"#until": "until"}, {":now": now.isoformat()}
            )
        except ConditionFailed:
            return ""
        return until.isoformat()

    def _end_exchange(self, shop: str, until: str) -> None:
        try:
            self._table.delete(
                keys.shop(shop), keys.INSTALLING, "#until = :until", {"#until": "until"}, {":until": until}
            )
        except ConditionFailed:
            return
