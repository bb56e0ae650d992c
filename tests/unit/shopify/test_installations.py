"""Tokens: sealed, refreshed by one worker at a time, saved before use; a broken chain asks for the merchant."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from connector.shopify.errors import NeedsMerchant, ShopifyRefused, ShopifyUnavailable
from connector.shopify.installations import Installations
from connector.shopify.registration import ShopifyApp
from connector.shopify.tokens import TokenResponse
from connector.storage import keys
from connector.storage.table import Table
from connector.storage.vault import SealBroken, Vault
from tests.unit.shopify.conftest import SHOP, Clock, Shopify

TOKEN = "/admin/oauth/access_token"
Stored = Callable[[], dict[str, Any]]


def fresh(number: int, status: int = 200) -> httpx.Response:
    body = {
        "access_token": f"access-{number}",
        "refresh_token": f"refresh-{number}",
        "expires_in": 3600,
        "refresh_token_expires_in": 7776000,
        "scope": "read_orders",
    }
    return httpx.Response(status, json=body)


@pytest.fixture
def second_worker(table: Table, vault: Vault, app: ShopifyApp, http: httpx.Client, clock: Clock) -> Installations:
    """Another process with the same table."""
    return Installations(table, vault, app, http, clock, sleep=lambda seconds: clock.forward(seconds=seconds))


def test_tokens_are_stored_sealed_for_their_shop_only(installed: str, stored: Stored, vault: Vault) -> None:
    item = stored()
    assert b"access-1" not in item["access_token"]
    assert vault.open(SHOP, "shopify-access-token", item["access_token"]) == "access-1"
    with pytest.raises(SealBroken):
        vault.open("another.myshopify.com", "shopify-access-token", item["access_token"])
    with pytest.raises(SealBroken):
        vault.open(SHOP, "shopify-refresh-token", item["access_token"])


def test_a_token_with_time_left_is_used_as_it_is(
    installed: str, installations: Installations, shopify: Shopify, clock: Clock
) -> None:
    clock.forward(minutes=54)
    assert installations.access_token(SHOP) == "access-1"
    assert not shopify.requests


def test_under_five_minutes_it_is_refreshed_and_saved_before_anybody_uses_it(
    installed: str, installations: Installations, second_worker: Installations, shopify: Shopify, clock: Clock
) -> None:
    shopify.will(TOKEN, fresh(2))
    clock.forward(minutes=55, seconds=1)
    assert installations.access_token(SHOP) == "access-2"
    assert shopify.bodies() == [
        {
            "client_id": "our-api-key",
            "client_secret": "new-secret",
            "grant_type": "refresh_token",
            "refresh_token": "refresh-1",
        }
    ]
    assert second_worker.access_token(SHOP) == "access-2"
    assert len(shopify.requests) == 1


def test_a_second_worker_waits_for_the_first_one_s_refresh(
    installed: str,
    installations: Installations,
    table: Table,
    vault: Vault,
    app: ShopifyApp,
    http: httpx.Client,
    shopify: Shopify,
    clock: Clock,
) -> None:
    """While Shopify answers the first worker, the second asks: it must not use the refresh token too."""
    waited: list[float] = []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 3:
            raise TimeoutError  # the first worker is still at it: enough seen

    second_worker = Installations(table, vault, app, http, clock, sleep=sleep)

    def answer_slowly(request: httpx.Request) -> httpx.Response:
        with pytest.raises(TimeoutError):
            second_worker.access_token(SHOP)
        return fresh(2)

    shopify.will(TOKEN, answer_slowly)
    clock.forward(hours=1)
    assert installations.access_token(SHOP) == "access-2"
    assert len(waited) == 3
    assert len(shopify.requests) == 1
    assert second_worker.access_token(SHOP) == "access-2"


def test_a_worker_killed_in_its_refresh_blocks_nobody_for_long(
    installed: str, installations: Installations, second_worker: Installations, shopify: Shopify, clock: Clock
) -> None:
    shopify.will(TOKEN, KeyboardInterrupt(), fresh(2))
    clock.forward(hours=1)
    with pytest.raises(KeyboardInterrupt):
        installations.access_token(SHOP)
    assert second_worker.access_token(SHOP) == "access-2"


def test_a_worker_whose_lock_ran_out_takes_the_token_of_the_one_after_it(
    installed: str, installations: Installations, second_worker: Installations, shopify: Shopify, clock: Clock
) -> None:
    def overtaken(request: httpx.Request) -> httpx.Response:
        clock.forward(seconds=31)
        assert second_worker.access_token(SHOP) == "access-3"
        return fresh(2)

    shopify.will(TOKEN, overtaken, fresh(3))
    clock.forward(hours=1)
    assert installations.access_token(SHOP) == "access-3"


def test_an_invalid_grant_after_another_worker_rotated_is_no_fault(
    installed: str, installations: Installations, second_worker: Installations, shopify: Shopify, clock: Clock
) -> None:
    def rotated_meanwhile(request: httpx.Request) -> httpx.Response:
        clock.forward(seconds=31)
        second_worker.access_token(SHOP)
        return httpx.Response(400, json={"error": "invalid_grant"})

    shopify.will(TOKEN, rotated_meanwhile, fresh(2))
    clock.forward(hours=1)
    assert installations.access_token(SHOP) == "access-2"


def test_a_broken_chain_is_marked_and_only_the_merchant_mends_it(
    installed: str, installations: Installations, shopify: Shopify, clock: Clock, pair: TokenResponse, stored: Stored
) -> None:
    shopify.will(TOKEN, httpx.Response(400, json={"error": "invalid_grant"}))
    clock.forward(days=91)
    for _ in range(2):
        with pytest.raises(NeedsMerchant):
            installations.access_token(SHOP)
    assert len(shopify.requests) == 1
    assert stored()["state"] == "NEEDS_MERCHANT"
    renewed = TokenResponse("access-9", "refresh-9", clock() + timedelta(hours=1), None, "read_orders")
    installations.save(SHOP, renewed)
    assert installations.access_token(SHOP) == "access-9"


@pytest.mark.parametrize(
    "lost",
    [httpx.Response(503), httpx.ReadTimeout("slow"), httpx.Response(429), httpx.Response(200, content=b'{"access_to')],
)
def test_an_answer_that_is_lost_is_asked_for_again_with_the_same_refresh_token(
    installed: str, installations: Installations, shopify: Shopify, clock: Clock, lost: Any, stored: Stored
) -> None:
    """Shopify keeps the old refresh token until its replacement is first used (since 2026-08-28)."""
    shopify.will(TOKEN, lost, fresh(2))
    clock.forward(hours=1)
    assert installations.access_token(SHOP) == "access-2"
    assert [body["refresh_token"] for body in shopify.bodies()] == ["refresh-1", "refresh-1"]
    assert "lock_id" not in stored()


def test_while_shopify_is_away_the_chain_stays_whole_and_nobody_is_locked_out(
    installed: str, installations: Installations, shopify: Shopify, clock: Clock, stored: Stored
) -> None:
    shopify.will(TOKEN, httpx.Response(503), httpx.ConnectTimeout("slow"), fresh(2))
    clock.forward(hours=1)
    with pytest.raises(ShopifyUnavailable):
        installations.access_token(SHOP)
    assert stored()["state"] == "INSTALLED" and "lock_id" not in stored()
    assert installations.access_token(SHOP) == "access-2"
    assert [body["refresh_token"] for body in shopify.bodies()] == ["refresh-1"] * 3


def test_while_the_secret_is_being_rotated_the_old_one_still_gets_tokens(
    installed: str, installations: Installations, shopify: Shopify, clock: Clock
) -> None:
    """Our configuration may know the new secret a moment before Shopify does."""
    shopify.will(TOKEN, httpx.Response(401, json={"error": "invalid_client"}), fresh(2))
    clock.forward(hours=1)
    assert installations.access_token(SHOP) == "access-2"
    assert [body["client_secret"] for body in shopify.bodies()] == ["new-secret", "old-secret"]


def test_a_token_that_does_not_expire_is_not_taken(
    installed: str, installations: Installations, shopify: Shopify, clock: Clock
) -> None:
    shopify.will(TOKEN, httpx.Response(200, json={"access_token": "forever", "scope": "read_orders"}))
    clock.forward(hours=1)
    with pytest.raises(ShopifyRefused):
        installations.access_token(SHOP)


def test_installing_again_replaces_the_tokens_and_leaves_one_item(
    installed: str,
    installations: Installations,
    pair: TokenResponse,
    clock: Clock,
    stored: Stored,
    everything: Callable[[], set[tuple[str, str]]],
) -> None:
    first = stored()
    clock.forward(days=3)
    again = TokenResponse("access-2", "refresh-2", clock() + timedelta(hours=1), None, "read_orders,read_customers")
    installations.save(SHOP, again)
    item = stored()
    assert everything() == {(keys.shop(SHOP), keys.INSTALLATION)}
    assert (item["installed_at"], item["generation"]) == (first["installed_at"], first["generation"] + 1)
    assert item["scope"] == "read_orders,read_customers"
    assert installations.access_token(SHOP) == "access-2"


def test_installing_again_wins_over_a_refresh_under_way(
    installed: str, installations: Installations, second_worker: Installations, shopify: Shopify, clock: Clock
) -> None:
    def reinstalled_meanwhile(request: httpx.Request) -> httpx.Response:
        again = TokenResponse("access-8", "refresh-8", clock() + timedelta(hours=1), None, "read_orders")
        second_worker.save(SHOP, again)
        return fresh(2)

    shopify.will(TOKEN, reinstalled_meanwhile)
    clock.forward(hours=1)
    assert installations.access_token(SHOP) == "access-8"
    assert second_worker.access_token(SHOP) == "access-8"


def test_an_uninstalled_shop_has_no_tokens_left(installed: str, installations: Installations, stored: Stored) -> None:
    installations.uninstalled(SHOP)
    assert not {"access_token", "refresh_token"} & stored().keys()
    assert not installations.installed(SHOP)
    with pytest.raises(NeedsMerchant):
        installations.access_token(SHOP)


def test_a_shop_that_never_installed_is_nobody_s_error(installations: Installations) -> None:
    installations.uninstalled("stranger.myshopify.com")
    assert not installations.installed("stranger.myshopify.com")
    with pytest.raises(NeedsMerchant):
        installations.access_token("stranger.myshopify.com")


def test_of_two_changes_of_the_scopes_the_later_one_holds(
    installed: str, installations: Installations, clock: Clock
) -> None:
    """Webhooks come in any order."""
    first, second = clock() + timedelta(minutes=1), clock() + timedelta(minutes=2)
    installations.scopes_changed(SHOP, "read_orders,read_returns", second)
    installations.scopes_changed(SHOP, "read_orders", first)
    assert installations.granted(SHOP) == {"read_orders", "read_returns"}
    installations.scopes_changed("stranger.myshopify.com", "read_orders", second)
    assert installations.granted("stranger.myshopify.com") == frozenset()


def test_a_refresh_that_does_not_name_scopes_takes_none_away(
    installed: str, installations: Installations, shopify: Shopify, clock: Clock
) -> None:
    pair = {"access_token": "access-2", "refresh_token": "refresh-2", "expires_in": 3600}
    shopify.will(TOKEN, httpx.Response(200, json=pair))
    clock.forward(hours=1)
    assert installations.access_token(SHOP) == "access-2"
    assert installations.granted(SHOP) == {"read_orders"}


def test_a_refresh_is_no_installation(
    installed: str, installations: Installations, shopify: Shopify, clock: Clock
) -> None:
    """What was reported to have happened after the merchant's last install is not outdated by a refresh."""
    clock.forward(hours=1)
    between = (clock() - timedelta(minutes=1)).isoformat()
    shopify.will(TOKEN, fresh(2))
    installations.access_token(SHOP)
    assert not installations.granted_since(SHOP, between)
    installations.save(SHOP, TokenResponse("access-3", "refresh-3", clock() + timedelta(hours=1), None, ""))
    assert installations.granted_since(SHOP, between)
    assert not installations.granted_since(SHOP, "")


def test_neither_tokens_nor_secrets_show_in_what_is_printed(pair: TokenResponse, app: ShopifyApp) -> None:
    assert "access-1" not in repr(pair) and "refresh-1" not in repr(pair)
    assert "secret" not in json.dumps(repr(app)).replace("api_secret", "").replace("old_secret", "")
