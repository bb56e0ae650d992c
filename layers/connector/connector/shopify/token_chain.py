"""The chain of a shop's tokens: every refresh replaces the pair, and losing the newest one loses the shop.

One worker at a time refreshes, under a lock in the installation's item; the new pair is stored before anybody uses it,
because Shopify forgets the old one when the new one is first used. ``generation`` counts pairs, so that a worker which
was overtaken notices, and takes nothing from the one that overtook it.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from connector.shopify.errors import NeedsMerchant, ShopifyUnavailable
from connector.shopify.tokens import InvalidGrant, TokenEndpoint, TokenResponse
from connector.storage import keys
from connector.storage.table import ConditionFailed, Item, Table
from connector.storage.vault import Vault

INSTALLED, UNINSTALLED, NEEDS_MERCHANT = "INSTALLED", "UNINSTALLED", "NEEDS_MERCHANT"

REFRESH_BEFORE = timedelta(minutes=5)
"""A token with less left is refreshed first; the margin of Shopify's JavaScript library."""

KEEP_ALIVE = timedelta(days=30)
"""So long after its last pair a shop that nobody asked anything of gets a new one: a refresh token dies at 90 days."""

LOCK_TIME = timedelta(seconds=30)
WAIT_SECONDS = 0.5
WAITS = int(LOCK_TIME.total_seconds() / WAIT_SECONDS) + 2
_OPEN_THE_APP = "{shop} must open the app in the Shopify admin before it can be read."
_ACCESS, _REFRESH = "shopify-access-token", "shopify-refresh-token"


@dataclass(frozen=True, slots=True)
class _Cached:
    generation: int
    expires_at: datetime
    token: str

    def __repr__(self) -> str:
        return f"_Cached(generation={self.generation})"


class TokenChain:
    """``clock`` gives aware UTC; ``sleep`` waits for another worker's refresh."""

    def __init__(
        self,
        table: Table,
        vault: Vault,
        endpoint: TokenEndpoint,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._table = table
        self._vault = vault
        self._endpoint = endpoint
        self._clock = clock
        self._sleep = sleep
        self._cache: dict[str, _Cached] = {}

    def access_token(self, shop: str, refused: str | None = None) -> str:
        """A token with at least a few minutes left; see ``Installations.access_token``."""
        cached = self._cache.get(shop)
        if cached and cached.token != refused and cached.expires_at - self._clock() > REFRESH_BEFORE:
            return cached.token
        for _ in range(WAITS):
            item = self._item(shop)
            token = self._usable(shop, item, refused)
            if token is not None:
                return token
            locked = self._lock(shop, item)
            if locked is not None:
                return self._refresh(shop, locked)
            self._sleep(WAIT_SECONDS)
        raise ShopifyUnavailable(f"The token of {shop} is being refreshed by another worker that does not finish.")

    def begin(self, shop: str, item: Item | None, pair: TokenResponse) -> None:
        """A first pair, or one that does not come from the one before. Raises ``ConditionFailed`` when overtaken."""
        now = self._clock().isoformat()
        generation = 0 if item is None else int(item["generation"])
        new = {
            "pk": keys.shop(shop),
            "sk": keys.INSTALLATION,
            "type": "installation",
            "state": INSTALLED,
            "installed_at": now if item is None else item["installed_at"],
            "granted_at": now,
            "token_at": now,
            "generation": generation + 1,
            "scope": pair.scope,
            "scope_at": now,
            **self._sealed(shop, pair),
            **_due(shop, (self._clock() + KEEP_ALIVE).date()),
        }
        if item is None:
            self._table.put(new, "attribute_not_exists(pk)")
        else:
            self._table.put(new, "generation = :generation", values={":generation": generation})
        self.forget(shop)

    def forget(self, shop: str) -> None:
        """What this process remembers of the shop's token."""
        self._cache.pop(shop, None)

    def _sealed(self, shop: str, pair: TokenResponse) -> Item:
        return {
            "access_token": self._vault.seal(shop, _ACCESS, pair.access_token),
            "refresh_token": self._vault.seal(shop, _REFRESH, pair.refresh_token),
            "expires_at": pair.expires_at.isoformat(),
            "refresh_expires_at": pair.refresh_expires_at.isoformat() if pair.refresh_expires_at else "",
        }

    def _item(self, shop: str) -> Item:
        item = self._item_or_lapsed(shop)
        if item["state"] != INSTALLED:
            raise NeedsMerchant(_OPEN_THE_APP.format(shop=shop))
        return item

    def _item_or_lapsed(self, shop: str) -> Item:
        item = self._table.get(keys.shop(shop), keys.INSTALLATION)
        if item is None:
            raise NeedsMerchant(_OPEN_THE_APP.format(shop=shop))
        return item

    def _usable(self, shop: str, item: Item, refused: str | None) -> str | None:
        expires_at = datetime.fromisoformat(item["expires_at"])
        if expires_at - self._clock() <= REFRESH_BEFORE:
            return None
        token = self._vault.open(shop, _ACCESS, item["access_token"])
        if token == refused:
            return None
        self._cache[shop] = _Cached(int(item["generation"]), expires_at, token)
        return token

    def _lock(self, shop: str, item: Item) -> Item | None:
        """The item with our lock on it; None while another worker refreshes (or has just done so)."""
        now = self._clock()
        try:
            return self._table.update(
                keys.shop(shop),
                keys.INSTALLATION,
                "SET lock_id = :id, lock_until = :until",
                "generation = :generation AND #state = :installed"
                " AND (attribute_not_exists(lock_until) OR lock_until < :now)",
                {"#state": "state"},
                {
                    ":id": uuid.uuid4().hex,
                    ":until": (now + LOCK_TIME).isoformat(),
                    ":now": now.isoformat(),
                    ":generation": item["generation"],
                    ":installed": INSTALLED,
                },
            )
        except ConditionFailed:
            return None

    def _refresh(self, shop: str, locked: Item) -> str:
        try:
            refresh_token = self._vault.open(shop, _REFRESH, locked["refresh_token"])
            pair = self._endpoint.refreshed(shop, refresh_token, self._clock())
            return self._keep(shop, locked, pair)
        except InvalidGrant:
            return self._after_invalid_grant(shop, locked)
        except Exception:
            self._unlock(shop, locked)
            raise

    def _keep(self, shop: str, locked: Item, pair: TokenResponse) -> str:
        """Saves the pair before anybody uses it.

        Where the lock ran out meanwhile, the one who has it now may get a newer pair, which is the one to keep; or
        none, because its refresh token had just been used for ours: then ours must not be lost. So its end is
        waited for.
        """
        for _ in range(WAITS):
            try:
                item = self._save(shop, locked, pair)
            except ConditionFailed:
                if self._item_or_lapsed(shop)["generation"] != locked["generation"]:
                    return self._of_another(shop, locked)
                self._sleep(WAIT_SECONDS)
                continue
            self._cache[shop] = _Cached(int(item["generation"]), pair.expires_at, pair.access_token)
            return pair.access_token
        raise ShopifyUnavailable(f"The token of {shop} is being refreshed by another worker that does not finish.")

    def _save(self, shop: str, locked: Item, pair: TokenResponse) -> Item:
        now = self._clock()
        new: Item = {
            **self._sealed(shop, pair),
            "state": INSTALLED,
            "token_at": now.isoformat(),
            **({"scope": pair.scope, "scope_at": now.isoformat()} if pair.scope else {}),
            **_due(shop, (now + KEEP_ALIVE).date()),
        }
        return self._table.update(
            keys.shop(shop),
            keys.INSTALLATION,
            "SET " + ", ".join(f"#{name} = :{name}" for name in new) + ", generation = generation + :one "
            "REMOVE lock_id, lock_until",
            "generation = :generation AND "
            "(lock_id = :lock OR attribute_not_exists(lock_id) OR lock_until < :now OR #state = :lapsed)",
            {f"#{name}": name for name in new},
            {
                **{f":{name}": value for name, value in new.items()},
                ":one": 1,
                ":generation": locked["generation"],
                ":lock": locked["lock_id"],
                ":now": now.isoformat(),
                ":lapsed": NEEDS_MERCHANT,
            },
        )

    def _after_invalid_grant(self, shop: str, locked: Item) -> str:
        """Another worker may have rotated the pair, or be about to; if not, the chain of refresh tokens is broken."""
        try:
            self._table.update(
                keys.shop(shop),
                keys.INSTALLATION,
                "SET #state = :state REMOVE lock_id, lock_until, gsi1pk, gsi1sk",
                "generation = :generation AND lock_id = :lock",
                {"#state": "state"},
                {":state": NEEDS_MERCHANT, ":generation": locked["generation"], ":lock": locked["lock_id"]},
            )
        except ConditionFailed:
            return self._of_another(shop, locked)
        raise NeedsMerchant(f"{shop} must open the app in the Shopify admin: its access has lapsed.")

    def _of_another(self, shop: str, locked: Item) -> str:
        item = self._item(shop)
        token = self._usable(shop, item, None) if item["generation"] != locked["generation"] else None
        if token is None:
            raise ShopifyUnavailable(f"The token of {shop} is being refreshed by another worker.")
        return token

    def _unlock(self, shop: str, locked: Item) -> None:
        try:
            self._table.update(
                keys.shop(shop),
                keys.INSTALLATION,
                "REMOVE lock_id, lock_until",
                "lock_id = :lock",
                values={":lock": locked["lock_id"]},
            )
        except ConditionFailed:
            return


def _due(shop: str, day: date) -> Item:
    """Its place in the index of installations by the day of their next keep-alive."""
    return {"gsi1pk": keys.KEEP_ALIVE_QUEUE, "gsi1sk": f"{day.isoformat()}#{shop}"}
