"""Installing by the routes: redirects with cookies, plain reasons, nothing stored for strangers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from connector.app.services import Services
from connector.storage import keys
from tests.unit.app.conftest import SHOP, Call, Clock, Shopify, signed_query

TOKEN = "/admin/oauth/access_token"


def test_an_install_ends_with_tokens_and_the_merchant_in_the_admin(
    install_call: Call, clock: Clock, shopify: Shopify, services: Services, everything: Callable[[], Any]
) -> None:
    begun = install_call("/auth/install", signed_query(clock()))
    assert begun.status == 302
    permission = {name: values[0] for name, values in parse_qs(urlsplit(begun.headers["location"]).query).items()}
    assert permission["redirect_uri"] == "https://api1.example/live/auth/callback"
    pair = {"access_token": "a", "refresh_token": "r", "expires_in": 3600, "scope": "read_orders"}
    shopify.will(TOKEN, httpx.Response(200, json=pair))
    cookie = begun.headers["set-cookie"].partition(";")[0]
    done = install_call(
        "/auth/callback", signed_query(clock(), code="c", state=permission["state"]), {"Cookie": cookie}
    )
    assert done.status == 302
    assert done.headers["location"] == f"https://api1.example/live/?shop={SHOP}"
    assert "Max-Age=0" in done.headers["set-cookie"]
    assert set(everything()) == {(keys.shop(SHOP), keys.INSTALLATION), (keys.shop(SHOP), keys.PROFILE)}
    assert services.installations.access_token(SHOP) == "a"


@pytest.mark.parametrize("path", ["/auth/install", "/auth/callback"])
@pytest.mark.parametrize(
    ("query", "status", "word"),
    [
        (None, 401, "hmac"),
        ({"shop": SHOP}, 401, "hmac"),
        ({"shop": SHOP, "hmac": "0" * 64, "timestamp": "1793610000"}, 401, "hmac"),
        ("evil shop", 400, "myshopify.com"),
        ("no timestamp", 400, "timestamp"),
        ("old", 401, "too old"),
    ],
)
def test_what_is_not_shopify_s_is_refused_with_a_plain_reason_and_nothing_is_stored(
    install_call: Call, clock: Clock, everything: Callable[[], Any], path: str, query: Any, status: int, word: str
) -> None:
    queries = {
        "evil shop": signed_query(clock(), shop="evil.example"),
        "no timestamp": signed_query(clock(), timestamp=""),
        "old": signed_query(clock(), timestamp="1700000000"),
    }
    answer = install_call(path, queries.get(query, query) if isinstance(query, str) else query)
    assert answer.status == status
    assert word in answer.json["errors"][0]["problem"]
    assert everything() == {}


def test_when_shopify_is_away_the_merchant_is_told_to_come_back(
    install_call: Call, clock: Clock, shopify: Shopify, everything: Callable[[], Any]
) -> None:
    begun = install_call("/auth/install", signed_query(clock()))
    state = parse_qs(urlsplit(begun.headers["location"]).query)["state"][0]
    shopify.will(TOKEN, httpx.ConnectError("away"))
    answer = install_call("/auth/callback", signed_query(clock(), code="c", state=state))
    assert answer.status == 503
    assert everything() == {}


def test_other_addresses_are_not_found(install_call: Call) -> None:
    assert install_call("/auth/other").status == 404
