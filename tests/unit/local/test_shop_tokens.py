"""The stand-in shop's OAuth: what Shopify gives, for how long, and what it refuses."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from urllib.parse import parse_qsl, urlsplit

import pytest

from infra.local.shop.tokens import ACCESS_SECONDS, REFRESH_SECONDS, Grant, Registration, Tokens

SHOP = "some-shop.myshopify.com"
CALLBACK = "https://app.example.com/auth/callback"
APP = Registration("key", "hush", scopes=("read_orders",))
EXCHANGE = {
    "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
    "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
    "requested_token_type": "urn:shopify:params:oauth:token-type:offline-access-token",
    "expiring": "1",
}


class Clock:
    seconds = 1_800_000_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tokens(clock: Clock) -> Tokens:
    return Tokens(SHOP, APP, clock)


def post(tokens: Tokens, **parameters: str) -> tuple[int, dict]:
    return tokens.access_token({"client_id": "key", "client_secret": "hush", **parameters})


def code_for(tokens: Tokens) -> str:
    status, location = tokens.authorize(
        {"client_id": "key", "scope": "read_orders,read_products", "redirect_uri": CALLBACK}
    )
    assert status == 302
    return dict(parse_qsl(urlsplit(location).query))["code"]


def pair(tokens: Tokens) -> dict:
    status, body = post(tokens, code=code_for(tokens), expiring="1")
    assert status == 200
    return body


def test_the_signature_is_the_one_shopify_publishes_for_its_example(tokens: Tokens) -> None:
    query = {
        "code": "0907a61c0c8d55e99db179b68161bc00",
        "shop": "some-shop.myshopify.com",
        "state": "0.6784241404160823",
        "timestamp": "1337178173",
    }
    signed = dict(parse_qsl(tokens.signed(query)))
    assert signed["hmac"] == "700e2dadb827fcc8609e9d5ce208b2e9cdaab9df07390d2cbca10d7c328fc4bf"


def test_the_permission_page_sends_the_browser_straight_back_signed(tokens: Tokens, clock: Clock) -> None:
    status, location = tokens.authorize({"client_id": "key", "redirect_uri": CALLBACK, "state": "xyz"})
    query = dict(parse_qsl(urlsplit(location).query))
    assert (status, location.partition("?")[0]) == (302, CALLBACK)
    assert query.keys() == {"code", "hmac", "host", "shop", "state", "timestamp"}
    assert (query["state"], query["shop"], query["timestamp"]) == ("xyz", SHOP, str(int(clock.seconds)))
    assert base64.b64decode(query["host"] + "=") == b"admin.shopify.com/store/some-shop"
    message = "&".join(f"{k}={v}" for k, v in sorted(query.items()) if k != "hmac")
    assert query["hmac"] == hmac.new(b"hush", message.encode(), hashlib.sha256).hexdigest()


@pytest.mark.parametrize(
    "query", [{"client_id": "other", "redirect_uri": CALLBACK}, {"client_id": "key", "redirect_uri": "x"}]
)
def test_the_permission_page_refuses_strangers(tokens: Tokens, query: dict[str, str]) -> None:
    assert tokens.authorize(query)[0] == 400


def test_a_registered_redirect_is_the_only_one_taken(clock: Clock) -> None:
    tokens = Tokens(SHOP, Registration("key", "hush", redirect_uris=(CALLBACK,)), clock)
    assert tokens.authorize({"client_id": "key", "redirect_uri": CALLBACK})[0] == 302
    assert tokens.authorize({"client_id": "key", "redirect_uri": CALLBACK + "/x"})[0] == 400


def test_a_code_gives_an_hour_and_ninety_days(tokens: Tokens) -> None:
    body = pair(tokens)
    assert (body["expires_in"], body["refresh_token_expires_in"]) == (ACCESS_SECONDS, REFRESH_SECONDS)
    assert body["scope"] == "read_orders,read_products"
    grant = tokens.check(body["access_token"])
    assert isinstance(grant, Grant)
    assert grant.scopes == ("read_orders", "read_products")


def test_a_code_works_once_and_not_for_long(tokens: Tokens, clock: Clock) -> None:
    code = code_for(tokens)
    assert post(tokens, code=code, expiring="1")[0] == 200
    assert post(tokens, code=code, expiring="1")[0] == 400
    code = code_for(tokens)
    clock.seconds += 61
    assert post(tokens, code=code, expiring="1")[0] == 400


def test_a_token_that_does_not_expire_is_given_and_refused_by_the_admin_api(tokens: Tokens) -> None:
    status, body = post(tokens, code=code_for(tokens))
    assert status == 200
    assert body.keys() == {"access_token", "scope"}
    refusal = tokens.check(body["access_token"])
    assert isinstance(refusal, tuple)
    assert refusal[0] == 403
    assert "Non-expiring" in refusal[1]["errors"]


def test_an_access_token_ends_after_an_hour(tokens: Tokens, clock: Clock) -> None:
    token = pair(tokens)["access_token"]
    clock.seconds += ACCESS_SECONDS - 1
    assert isinstance(tokens.check(token), Grant)
    clock.seconds += 1
    assert tokens.check(token)[0] == 401
    assert tokens.check("never given")[0] == 401


def test_every_refresh_gives_a_new_pair(tokens: Tokens) -> None:
    first = pair(tokens)
    status, second = post(tokens, grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert status == 200
    assert second["scope"] == first["scope"]
    assert {first["access_token"], first["refresh_token"]}.isdisjoint({second["access_token"], second["refresh_token"]})


def test_a_lost_refresh_can_be_repeated_until_its_new_token_is_used(tokens: Tokens) -> None:
    first = pair(tokens)
    refresh = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    assert post(tokens, **refresh)[0] == 200
    status, again = post(tokens, **refresh)
    assert status == 200
    tokens.check(again["access_token"])
    assert post(tokens, **refresh) == (
        400,
        {"error": "invalid_grant", "error_description": "The refresh token is invalid or has expired"},
    )
    assert post(tokens, grant_type="refresh_token", refresh_token=again["refresh_token"])[0] == 200


def test_using_the_new_refresh_token_ends_the_old_one_too(tokens: Tokens) -> None:
    first = pair(tokens)
    second = post(tokens, grant_type="refresh_token", refresh_token=first["refresh_token"])[1]
    post(tokens, grant_type="refresh_token", refresh_token=second["refresh_token"])
    assert post(tokens, grant_type="refresh_token", refresh_token=first["refresh_token"])[0] == 400


def test_a_refresh_token_ends_after_ninety_days(tokens: Tokens, clock: Clock) -> None:
    refresh = pair(tokens)["refresh_token"]
    clock.seconds += REFRESH_SECONDS
    assert post(tokens, grant_type="refresh_token", refresh_token=refresh)[0] == 400


def test_a_session_token_is_exchanged_for_an_expiring_pair(tokens: Tokens) -> None:
    status, body = post(tokens, **EXCHANGE, subject_token=tokens.session_token())
    assert status == 200
    assert body["scope"] == "read_orders"
    assert isinstance(tokens.check(body["access_token"]), Grant)
    online = EXCHANGE | {"requested_token_type": "urn:shopify:params:oauth:token-type:online-access-token"}
    assert post(tokens, **online, subject_token=tokens.session_token())[1]["associated_user"]["account_owner"]


@pytest.mark.parametrize(
    "claims", [{"aud": "other"}, {"dest": "https://other.myshopify.com"}, {"exp": 1}, {"nbf": 2**40}]
)
def test_a_session_token_that_is_not_right_is_not_exchanged(tokens: Tokens, claims: dict) -> None:
    token = tokens.session_token(**claims)
    assert post(tokens, **EXCHANGE, subject_token=token) == (400, {"error": "invalid_subject_token"})


def test_a_session_token_signed_by_another_is_not_exchanged(tokens: Tokens, clock: Clock) -> None:
    forged = Tokens(SHOP, Registration("key", "guessed"), clock).session_token()
    assert post(tokens, **EXCHANGE, subject_token=forged)[0] == 400
    assert post(tokens, **EXCHANGE, subject_token="nonsense")[0] == 400


def test_a_session_token_has_all_claims_for_one_minute(tokens: Tokens, clock: Clock) -> None:
    payload = tokens.session_token(user="7").split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert claims.keys() == {"iss", "dest", "aud", "sub", "exp", "nbf", "iat", "jti", "sid"}
    assert claims["exp"] - claims["iat"] == 60
    assert (claims["dest"], claims["iss"], claims["sub"]) == (f"https://{SHOP}", f"https://{SHOP}/admin", "7")


def test_the_wrong_secret_gets_nothing_and_an_old_one_still_works(clock: Clock) -> None:
    tokens = Tokens(SHOP, Registration("key", "new", ("hush",)), clock)
    assert post(tokens, code=code_for(tokens), expiring="1")[0] == 200
    assert tokens.access_token({"client_id": "key", "client_secret": "no", "code": code_for(tokens)})[0] == 401


def test_after_an_uninstall_no_token_works(tokens: Tokens) -> None:
    body = pair(tokens)
    tokens.revoke()
    assert tokens.check(body["access_token"])[0] == 401
    assert post(tokens, grant_type="refresh_token", refresh_token=body["refresh_token"])[0] == 400
