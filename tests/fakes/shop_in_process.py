"""The stand-in shop behind the real Admin API client, without HTTP: requests go straight to its GraphQL."""

from __future__ import annotations

import json
from datetime import datetime

import httpx

from connector.shopify.client import AdminClient
from connector.shopify.registration import OPTIONAL_SCOPES, SCOPES, ShopifyApp
from infra.local.shop import Shop, World
from tests.fakes.preparation import SHOP

_ENDLESS = 1e9
"""Points a second: nothing is ever throttled."""


class ShopInProcess:
    """``scopes`` are those that the shop has granted; ``now`` moves the world on."""

    def __init__(self, world: World, now: datetime, scopes: tuple[str, ...] = (*SCOPES, *OPTIONAL_SCOPES)) -> None:
        self.shop = Shop(world, domain=SHOP, now=now, restore_rate=_ENDLESS)
        self.scopes = scopes
        self.asked = 0
        self._http = httpx.Client(transport=httpx.MockTransport(self._answer))

    def client(self) -> AdminClient:
        app = ShopifyApp("local-api-key", "local-api-secret")
        return AdminClient(SHOP, _NoTokens(), app, self._http, sleep=lambda seconds: None)  # type: ignore[arg-type]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        answer = self.shop.query(json.loads(request.content), self.scopes)
        return httpx.Response(200, content=json.dumps(answer, default=str))


class _NoTokens:
    def access_token(self, shop: str, refused: str = "") -> str:
        return "none"
