"""Installing by the authorization code grant: what is signed, fresh and ours gets through; nothing else is stored."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from connector.shopify import states
from connector.shopify.errors import InstallRefused, ShopifyError
from connector.shopify.installations import Installations
from connector.shopify.oauth import InstallFlow, Redirect
from connector.shopify.registration import SCOPES, ShopifyApp
from connector.storage import keys
from connector.storage.table import Table
from tests.unit.shopify.conftest import SHOP, Clock, Shopify

TOKEN = "/admin/oauth/access_token"
GRAPHQL = "/admin/api/2026-10/graphql.json"
URL = "https://connector.example/live"
Everything = Callable[[], set[tuple[str, str]]]
Query = dict[str, list[str]]


@pytest.fixture
def flow(app: ShopifyApp, table: Table, installations: Installations, http: httpx.Client, clock: Clock) -> InstallFlow:
    return InstallFlow(app, table, installations, http, clock, URL)


@pytest.fixture
def shop_answers(shopify: Shopify) -> None:
    pair = {"access_token": "access-1", "refresh_token": "refresh-1", "expires_in": 3600, "scope": "read_orders"}
    shop = {"name": "Northern Lights", "currencyCode": "DKK", "ianaTimezone": "Europe/Copenhagen", "plan": None}
    shopify.will(TOKEN, httpx.Response(200, json=pair), httpx.Response(200, json=pair))
    shopify.will(GRAPHQL, *[httpx.Response(200, json={"data": {"shop": shop}}) for _ in range(2)])


def signed(clock: Clock, secret: str = "new-secret", **parameters: str | None) -> Query:
    query = {"shop": SHOP, "timestamp": str(int(clock().timestamp()))} | parameters
    kept = {name: value for name, value in query.items() if value is not None}
    message = "&".join(f"{name}={value}" for name, value in sorted(kept.items()))
    digest = hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()
    return {name: [value] for name, value in kept.items()} | {"hmac": [digest]}


def begin(flow: InstallFlow, clock: Clock) -> tuple[str, str]:
    """The state and the cookie of an install that has begun."""
    redirect = flow.start(signed(clock))
    return parse_qs(urlsplit(redirect.location).query)["state"][0], redirect.cookie.partition(";")[0]


def test_the_start_leads_to_the_shop_s_permission_page(flow: InstallFlow, clock: Clock) -> None:
    redirect = flow.start(signed(clock))
    parts = urlsplit(redirect.location)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    assert (parts.scheme, parts.netloc, parts.path) == ("https", SHOP, "/admin/oauth/authorize")
    assert query.pop("state") and query == {
        "client_id": "our-api-key",
        "scope": ",".join(SCOPES),
        "redirect_uri": f"{URL}/auth/callback",
    }
    assert "Secure; HttpOnly; SameSite=Lax" in redirect.cookie
    assert "Path=/live/auth/callback;" in redirect.cookie


def test_the_callback_stores_tokens_and_profile_and_leads_into_the_admin(
    flow: InstallFlow, clock: Clock, shopify: Shopify, shop_answers: None, everything: Everything, installations: Any
) -> None:
    state, cookie = begin(flow, clock)
    host = base64.b64encode(b"admin.shopify.com/store/northern-lights").decode()
    done = flow.callback(signed(clock, state=state, code="c0de", host=host), cookie)
    assert done.location == "https://admin.shopify.com/store/northern-lights/apps/our-api-key"
    assert shopify.bodies()[0] == {
        "client_id": "our-api-key",
        "client_secret": "new-secret",
        "code": "c0de",
        "expiring": "1",
    }
    assert everything() == {(keys.shop(SHOP), keys.INSTALLATION), (keys.shop(SHOP), keys.PROFILE)}
    assert installations.access_token(SHOP) == "access-1"
    profile = installations.profile(SHOP)
    assert (profile.name, profile.currency, profile.time_zone) == ("Northern Lights", "DKK", "Europe/Copenhagen")


def test_installing_twice_leaves_one_shop(
    flow: InstallFlow, clock: Clock, shop_answers: None, everything: Everything
) -> None:
    for _ in range(2):
        state, cookie = begin(flow, clock)
        flow.callback(signed(clock, state=state, code="c0de"), cookie)
    assert everything() == {(keys.shop(SHOP), keys.INSTALLATION), (keys.shop(SHOP), keys.PROFILE)}


def test_a_browser_that_keeps_no_cookies_can_install_too(flow: InstallFlow, clock: Clock, shop_answers: None) -> None:
    state, _ = begin(flow, clock)
    assert isinstance(flow.callback(signed(clock, state=state, code="c0de"), ""), Redirect)


def test_what_the_old_secret_signed_still_counts_while_it_is_rotated(flow: InstallFlow, clock: Clock) -> None:
    assert isinstance(flow.start(signed(clock, secret="old-secret")), Redirect)


@pytest.mark.parametrize("step", ["start", "callback"])
@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda query: query | {"hmac": ["0" * 64]}, 401),
        (lambda query: {name: values for name, values in query.items() if name != "hmac"}, 401),
        (lambda query: {"shop": query["shop"]}, 401),
        (lambda query: query | {"shop": ["other.myshopify.com"]}, 401),
        (lambda query: query | {"extra": ["1"]}, 401),
        (lambda query: query | {"shop": [*query["shop"], *query["shop"]]}, 401),
    ],
    ids=["wrong hmac", "no hmac", "only a shop", "another shop", "more than was signed", "a shop twice"],
)
def test_what_shopify_did_not_sign_is_refused_and_nothing_is_stored(
    flow: InstallFlow, clock: Clock, everything: Everything, step: str, change: Callable[[Query], Query], status: int
) -> None:
    query = signed(clock, state="s", code="c") if step == "callback" else signed(clock)
    with pytest.raises(InstallRefused) as caught:
        _step(flow, step, change(query))
    assert caught.value.status == status
    assert everything() == set()


@pytest.mark.parametrize("step", ["start", "callback"])
@pytest.mark.parametrize(
    ("parameters", "status", "words"),
    [
        ({"shop": "evil.com"}, 400, "myshopify.com"),
        ({"shop": f"{SHOP}.evil.com"}, 400, "myshopify.com"),
        ({"shop": f"evil.com/?{SHOP}"}, 400, "myshopify.com"),
        ({"timestamp": None}, 400, "timestamp"),
        ({"timestamp": "yesterday"}, 400, "timestamp"),
        ({"timestamp": "1"}, 401, "too old"),
    ],
)
def test_a_signed_request_must_be_of_a_shop_and_fresh(
    flow: InstallFlow,
    clock: Clock,
    everything: Everything,
    step: str,
    parameters: dict[str, str | None],
    status: int,
    words: str,
) -> None:
    with pytest.raises(InstallRefused, match=words) as caught:
        _step(flow, step, signed(clock, state="s", code="c", **parameters))
    assert caught.value.status == status
    assert everything() == set()


def test_a_timestamp_of_the_future_is_refused_too(flow: InstallFlow, clock: Clock) -> None:
    with pytest.raises(InstallRefused, match="too old"):
        flow.start(signed(clock, timestamp=str(int(clock().timestamp()) + 91)))


@pytest.mark.parametrize("state", ["", "unknown", "ünbekannt", "x" * 5000])
def test_an_unknown_state_stores_nothing(flow: InstallFlow, clock: Clock, everything: Everything, state: str) -> None:
    begin(flow, clock)
    before = everything()
    with pytest.raises(InstallRefused) as caught:
        flow.callback(signed(clock, state=state, code="c"), "")
    assert caught.value.status == 401
    assert everything() == before


def test_a_state_is_good_once(flow: InstallFlow, clock: Clock, shop_answers: None, shopify: Shopify) -> None:
    state, cookie = begin(flow, clock)
    query = signed(clock, state=state, code="c")
    flow.callback(query, cookie)
    with pytest.raises(InstallRefused, match="used"):
        flow.callback(query, cookie)
    assert len(shopify.requests) == 2


def test_a_state_is_good_for_its_shop_and_its_time(flow: InstallFlow, clock: Clock, shopify: Shopify) -> None:
    state, _ = begin(flow, clock)
    with pytest.raises(InstallRefused, match="another shop"):
        flow.callback(signed(clock, state=state, code="c", shop="other.myshopify.com"), "")
    clock.forward(minutes=11)
    with pytest.raises(InstallRefused, match="too old"):
        flow.callback(signed(clock, state=state, code="c"), "")
    assert not shopify.requests


def test_a_callback_in_another_browser_is_refused(flow: InstallFlow, clock: Clock, shopify: Shopify) -> None:
    state, _ = begin(flow, clock)
    _, another = begin(flow, clock)
    for cookie in (another, f"{states.COOKIE}={state}.{'0' * 64}", f"{states.COOKIE}={state}"):
        with pytest.raises(InstallRefused, match="browser"):
            flow.callback(signed(clock, state=state, code="c"), cookie)
    assert not shopify.requests


def test_the_cookie_is_not_signed_with_the_app_s_secret_itself(
    flow: InstallFlow, clock: Clock, app: ShopifyApp
) -> None:
    """Otherwise it could be shown again as the HMAC of a webhook."""
    state, cookie = begin(flow, clock)
    plain = hmac.new(app.api_secret.encode(), state.encode(), hashlib.sha256).hexdigest()
    assert plain not in cookie


@pytest.mark.parametrize("code", [None, "", "c" * 513])
def test_a_callback_without_a_code_is_refused(flow: InstallFlow, clock: Clock, code: str | None) -> None:
    state, cookie = begin(flow, clock)
    with pytest.raises(InstallRefused, match="code"):
        flow.callback(signed(clock, state=state, code=code), cookie)


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(400, json={"error": "invalid_grant"}),
        httpx.Response(401, json={"error": "invalid_client"}),
        httpx.Response(200, content=b"<html>"),
        httpx.Response(302, headers={"Location": "https://evil.example"}),
        httpx.Response(503),
        httpx.ConnectError("away"),
    ],
)
def test_when_shopify_gives_no_token_nothing_is_stored(
    flow: InstallFlow, clock: Clock, shopify: Shopify, everything: Everything, answer: Any
) -> None:
    state, cookie = begin(flow, clock)
    shopify.will(TOKEN, answer, answer)  # a client that is not known under the new secret is asked for under the old
    with pytest.raises(ShopifyError):
        flow.callback(signed(clock, state=state, code="c"), cookie)
    assert everything() == set()


def test_a_foreign_host_leads_to_our_own_page(flow: InstallFlow, clock: Clock, shop_answers: None) -> None:
    state, cookie = begin(flow, clock)
    host = base64.b64encode(b"evil.example/admin").decode()
    assert flow.callback(signed(clock, state=state, code="c", host=host), cookie).location == f"{URL}/?shop={SHOP}"


def test_a_state_is_stored_with_a_time_to_be_forgotten_at(flow: InstallFlow, clock: Clock, table: Table) -> None:
    state, _ = begin(flow, clock)
    item = table.get(keys.oauth_state(state), "STATE")
    assert item is not None and item["ttl"] == int(clock().timestamp()) + 600
    assert json.loads(json.dumps(item["shop"])) == SHOP


def _step(flow: InstallFlow, step: str, query: Query) -> Redirect:
    return flow.start(query) if step == "start" else flow.callback(query, "")
