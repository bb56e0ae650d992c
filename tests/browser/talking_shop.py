"""A shop that answers what the set-up asks for: its locations, how many orders it has, what it has granted."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import httpx

from connector.shopify.registration import OPTIONAL_SCOPES, SCOPES
from infra.local.shop import Shop
from tests.unit.app.conftest import Shopify

LOCATIONS = ("Strøget", "Aarhus C")


@dataclass
class TalkingShop(Shopify):
    """``granted`` are the scopes the merchant has allowed; ``orders`` those of the last 30 days."""

    granted: tuple[str, ...] = (*SCOPES, *OPTIONAL_SCOPES)
    orders: int = 412
    asked: list[str] = field(default_factory=list)

    def handle(self, request: httpx.Request) -> httpx.Response:
        query = json.loads(request.content).get("query", "") if request.content.startswith(b"{") else ""
        for name, answer in self._answers().items():
            if name in query and not self.script.get(request.url.path):
                self.asked.append(name)
                return httpx.Response(200, json={"data": {name: answer}})
        return super().handle(request)

    def _answers(self) -> dict[str, Any]:
        places = [
            {"id": f"gid://shopify/Location/{i}", "legacyResourceId": f"{i}", "name": name, "isActive": True}
            for i, name in enumerate(LOCATIONS, start=71)
        ]
        return {
            "locations": {"nodes": places, "pageInfo": {"hasNextPage": False, "endCursor": None}},
            "ordersCount": {"count": self.orders, "precision": "EXACT"},
            "currentAppInstallation": {"accessScopes": [{"handle": scope} for scope in self.granted]},
        }


class ShopOfAWorld(Shopify):
    """The stand-in shop itself, with its orders,."""

    def __init__(self, shop: Shop) -> None:
        super().__init__()
        self.shop = shop

    def handle(self, request: httpx.Request) -> httpx.Response:
        answer = self.shop.query(json.loads(request.content), (*SCOPES, *OPTIONAL_SCOPES))
        return httpx.Response(200, content=json.dumps(answer, default=str))
