"""A preparation of the stand-in shop as in the cloud: over HTTP, with the real client, tokens and downloads.

Only the table is in memory, the vault keeps no secrets, and nobody sleeps: time goes on by as much as was to be slept.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from connector.shopify.bulk_orders import BulkOrders
from connector.shopify.client import AdminClient
from connector.shopify.installations import Installations
from connector.shopify.registration import OPTIONAL_SCOPES, SCOPES, ShopifyApp
from connector.shopify.tokens import TokenEndpoint
from connector.sync.context import Context, Sizes
from connector.sync.prepare import ShopifyOrders
from infra.local.shop import Shop, ShopServer, World
from infra.local.shop.tokens import Registration
from tests.fakes.plain_vault import PlainVault
from tests.fakes.preparation import SHOP, Preparation

AFTERWARDS = datetime(2026, 12, 1, 7, tzinfo=UTC)
"""Long after all that happens in the worlds of the tests."""

IN_BULK = Sizes(bulk_from=1, in_one=25)


class Clock:
    """Of the shop and of the app alike."""

    def __init__(self, now: datetime = AFTERWARDS) -> None:
        self.seconds = now.timestamp()

    def __call__(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


class ShopOverHttp:
    """``preparation`` reads ``shop``; ``sizes`` say when bulk operations are used."""

    def __init__(
        self, server: ShopServer, http: httpx.Client, folder: Path, clock: Clock, sizes: Sizes, mode: str, **more: Any
    ) -> None:
        self.server, self.shop, self.http = server, server.shop, http
        self.clock, self.folder, self.sizes = clock, folder, sizes
        self.preparation = Preparation(None, mode, context=self.context, waited=clock.sleep, **more)  # type: ignore[arg-type]
        self.app = ShopifyApp("local-api-key", "local-api-secret", origin_template=server.origin_template)
        self.installations = Installations(
            self.preparation.table,
            PlainVault(),
            self.app,
            http,
            clock.now,
            sleep=clock.sleep,  # type: ignore[arg-type]
        )
        pair = TokenEndpoint(self.app, http).for_session_token(SHOP, self.shop.session_token(), clock.now())
        self.installations.save(SHOP, pair)

    def client(self) -> AdminClient:
        return AdminClient(
            SHOP, self.installations, self.app, self.http, self.clock.sleep, self.clock.now, random=lambda: 0.0
        )

    def bulk(self) -> BulkOrders:
        return BulkOrders(self.client(), self.http, self.clock.sleep)

    def context(self) -> Context:
        return Context(
            self.preparation.table,
            lambda shop: ShopifyOrders(self.client()),
            self.clock.now,
            lambda: self.preparation.remaining(),
            lambda shop: self.bulk(),
            lambda shop: self.client(),
            self.sizes,
            self.folder,
        )

    def asked(self, words: str) -> int:
        """How many requests had these words in their body."""
        return sum(words in json.dumps(seen.body) for seen in self.shop.seen)


@contextmanager
def shop_over_http(
    world: World,
    sizes: Sizes = IN_BULK,
    mode: str = "detailed",
    scopes: tuple[str, ...] = (*SCOPES, *OPTIONAL_SCOPES),
    **more: Any,
) -> Iterator[ShopOverHttp]:
    clock = Clock()
    shop = Shop(world, domain=SHOP, app=Registration(scopes=scopes), clock=clock, now=AFTERWARDS)
    with (
        ShopServer(shop) as server,
        httpx.Client(timeout=10) as http,
        tempfile.TemporaryDirectory() as folder,
    ):
        yield ShopOverHttp(server, http, Path(folder), clock, sizes, mode, **more)
