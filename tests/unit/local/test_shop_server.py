"""The stand-in shop over HTTP, with what can go wrong on the way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from infra.local.shop import Fault, Shop, ShopServer, World, build_world
from infra.local.shop.tokens import Registration

GRAPHQL = "/admin/api/2026-10/graphql.json"
QUERY = {"query": "{ shop { name } }"}


@pytest.fixture
def server(world: World) -> Iterator[ShopServer]:
    with ShopServer(world, api_key="key", api_secret="hush") as server:
        server.now = datetime(2026, 12, 1, tzinfo=UTC)
        yield server


@pytest.fixture
def http(server: ShopServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.origin_template.replace("{shop}", server.shop.domain)) as client:
        yield client


def access(http: httpx.Client) -> dict[str, str]:
    asked = {"client_id": "key", "scope": "read_orders", "redirect_uri": "http://localhost/back", "state": "s"}
    location = http.get("/admin/oauth/authorize", params=asked).headers["Location"]
    code = dict(parse_qsl(urlsplit(location).query))["code"]
    parameters = {"client_id": "key", "client_secret": "hush", "code": code, "expiring": "1"}
    answer = http.post("/admin/oauth/access_token", json=parameters)
    return {"X-Shopify-Access-Token": answer.json()["access_token"]}


def test_from_the_permission_page_to_data(http: httpx.Client, server: ShopServer) -> None:
    answer = http.post(GRAPHQL, json=QUERY, headers=access(http))
    assert answer.json()["data"] == {"shop": {"name": "Harbor Goods"}}
    assert answer.headers["X-Shopify-API-Version"] == "2026-10"
    assert [(seen.door, seen.status) for seen in server.shop.seen] == [
        ("authorize", 302),
        ("token", 200),
        ("graphql", 200),
    ]


def test_a_token_may_be_asked_for_with_a_form(http: httpx.Client) -> None:
    answer = http.post("/admin/oauth/access_token", data={"client_id": "key", "client_secret": "hush", "code": "x"})
    assert answer.json()["error"] == "invalid_request"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", GRAPHQL, 401),
        ("POST", "/admin/api/2019-01/graphql.json", 404),
        ("GET", GRAPHQL, 404),
        ("GET", "/admin/oauth/authorize", 400),
        ("GET", "/elsewhere", 404),
    ],
)
def test_what_shopify_refuses_is_refused(http: httpx.Client, method: str, path: str, status: int) -> None:
    assert http.request(method, path).status_code == status


def test_a_body_that_is_no_json_object_is_refused(http: httpx.Client) -> None:
    headers = access(http)
    assert http.post(GRAPHQL, content=b"{", headers=headers).status_code == 400
    assert http.post(GRAPHQL, content=b"[1]", headers=headers).status_code == 400


def test_several_shops_have_tokens_of_their_own() -> None:
    app = Registration("key", "hush")
    shops = [Shop(build_world(1, 2, seed=n, name=f"Shop {n}"), f"shop-{n}.myshopify.com", app) for n in (1, 2)]
    with ShopServer(shops) as server:
        one, two = (httpx.Client(base_url=server.origin_template.replace("{shop}", s.domain)) for s in shops)
        with one, two:
            headers = access(one)
            assert one.post(GRAPHQL, json=QUERY, headers=headers).json()["data"]["shop"]["name"] == "Shop 1"
            assert two.post(GRAPHQL, json=QUERY, headers=headers).status_code == 401


def test_a_status_fault_strikes_as_often_as_it_was_told(http: httpx.Client, server: ShopServer) -> None:
    headers = access(http)
    server.shop.faults.append(Fault("status", times=2, skip=1, status=429, retry_after="2.0"))
    answers = [http.post(GRAPHQL, json=QUERY, headers=headers) for _ in range(4)]
    assert [a.status_code for a in answers] == [200, 429, 429, 200]
    assert answers[1].headers["Retry-After"] == "2.0"


def test_throttling_comes_at_status_200(http: httpx.Client, server: ShopServer) -> None:
    server.shop.faults.append(Fault("throttled"))
    answer = http.post(GRAPHQL, json=QUERY, headers=access(http))
    assert answer.status_code == 200
    assert answer.json()["errors"][0]["extensions"]["code"] == "THROTTLED"


def test_a_dropped_connection_before_or_after_the_work(http: httpx.Client, server: ShopServer) -> None:
    asked = {"client_id": "key", "client_secret": "hush", "code": "x"}
    server.shop.faults += [Fault("drop", on="token"), Fault("drop_after", on="token")]
    for carried_out in (0, 1):
        with pytest.raises(httpx.TransportError):
            http.post("/admin/oauth/access_token", json=asked)
        assert len(server.shop.seen) == carried_out
    assert http.post("/admin/oauth/access_token", json=asked).status_code == 400


def test_a_truncated_answer_ends_in_the_middle(http: httpx.Client, server: ShopServer) -> None:
    headers = access(http)
    server.shop.faults.append(Fault("truncate"))
    with pytest.raises(httpx.RemoteProtocolError):
        http.post(GRAPHQL, json=QUERY, headers=headers)


def test_a_fault_may_wait_for_a_certain_request(http: httpx.Client, server: ShopServer) -> None:
    headers = access(http)
    server.shop.faults.append(Fault("status", containing="locations"))
    assert http.post(GRAPHQL, json=QUERY, headers=headers).status_code == 200
    assert (
        http.post(GRAPHQL, json={"query": "{ locations(first: 1) { nodes { id } } }"}, headers=headers).status_code
        == 503
    )


def test_the_world_unfolds_with_the_server_s_now(http: httpx.Client, server: ShopServer) -> None:
    headers = access(http)
    query = {"query": "{ orders(first: 250, sortKey: UPDATED_AT) { nodes { id } } }"}
    counts = []
    for month, day in ((3, 1), (3, 8), (11, 2), (12, 1)):
        server.now = datetime(2026, month, day, 12, tzinfo=UTC)
        server.shop.tokens.grants[headers["X-Shopify-Access-Token"]].scopes = ("read_orders", "read_all_orders")
        counts.append(len(http.post(GRAPHQL, json=query, headers=headers).json()["data"]["orders"]["nodes"]))
    assert counts[0] == 0
    assert counts == sorted(counts)
    assert counts[-1] == 250


def test_tokens_live_by_the_clock_and_not_by_the_world_s_now(http: httpx.Client, server: ShopServer) -> None:
    headers = access(http)
    server.now = datetime(2031, 1, 1, tzinfo=UTC)
    assert http.post(GRAPHQL, json=QUERY, headers=headers).status_code == 200
    server.shop.tokens.expire_access()
    assert http.post(GRAPHQL, json=QUERY, headers=headers).status_code == 401
