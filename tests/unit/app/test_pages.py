"""The embedded pages: a first load installs, one without a token fetches one, only the admin may frame them."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from connector.app import integration, webhooks
from connector.app.services import Services
from connector.app.texts.catalogue import language_of
from connector.outbox import connection
from connector.shopify.tokens import TokenResponse
from connector.storage import days, syncs
from connector.storage.syncs import SyncState
from tests.unit.app.conftest import (
    OTHER,
    SHOP,
    Call,
    Clock,
    Scheduler,
    Shopify,
    session_token,
    settings_document,
    signed_query,
)

TOKEN = "/admin/oauth/access_token"
PAIR = {"access_token": "a", "refresh_token": "r", "expires_in": 3600, "scope": "read_orders"}


def load(clock: Clock, **query: str) -> dict[str, str]:
    """What Shopify opens in the admin's frame."""
    return {"embedded": "1", "shop": SHOP, "locale": "en", "id_token": session_token(clock())} | query


def test_the_first_load_exchanges_the_token_and_shows_the_page(
    visit: Call, clock: Clock, shopify: Shopify, services: Services
) -> None:
    shopify.will(TOKEN, httpx.Response(200, json=PAIR))
    page = visit("/", load(clock))
    assert page.status == 200
    assert services.installations.access_token(SHOP) == "a"
    assert services.time_zone(SHOP) == "Europe/Copenhagen"
    policy = page.headers["content-security-policy"]
    assert policy.endswith(f"frame-ancestors https://{SHOP} https://admin.shopify.com")
    assert "unsafe" not in policy and "form-action 'none'" in policy and "default-src 'none'" in policy
    assert page.headers["x-content-type-options"] == "nosniff" and page.headers["cache-control"] == "no-store"
    head = page.text.partition("<title>")[0]
    assert head.index('name="shopify-api-key" content="our-api-key"') < head.index("app-bridge.js")
    assert "Not started yet" in page.text and "There has been no sync yet." in page.text
    assert "No app token has been set." in page.text and "Not seen yet" in page.text
    visit("/", load(clock))
    assert [request.url.path for request in shopify.requests].count(TOKEN) == 1


@pytest.mark.parametrize("token", ["", "x.y.z", "expired"])
def test_a_load_without_a_fresh_token_goes_to_fetch_one_and_comes_back(
    visit: Call, clock: Clock, installed: str, token: str
) -> None:
    old = session_token(clock(), exp=int(clock().timestamp()) - 60) if token == "expired" else token
    page = visit("/", load(clock, id_token=old, host="aG9zdA", hmac="0"))
    assert page.status == 302
    to = urlsplit(page.headers["location"])
    query = {name: values[0] for name, values in parse_qs(to.query).items()}
    assert (to.netloc, to.path) == ("api1.example", "/live/session")
    back = urlsplit(query["shopify-reload"])
    assert back.path == "/live/"
    assert parse_qs(back.query).keys() == {"embedded", "host", "locale", "shop"}
    bounce = visit("/session", query)
    assert bounce.status == 200 and "app-bridge.js" in bounce.text and "northern-lights" not in bounce.text
    assert f"https://{SHOP}" in bounce.headers["content-security-policy"]


def test_an_arrival_after_a_reinstall_that_nobody_told_us_of_gets_new_tokens(
    visit: Call, clock: Clock, shopify: Shopify, services: Services
) -> None:
    """The tokens we have died with the uninstall, whose webhook is still on its way."""
    services.installations.save(SHOP, TokenResponse("dead", "dead", clock(), None, "read_orders"))
    shopify.will(TOKEN, httpx.Response(400, json={"error": "invalid_grant"}), httpx.Response(200, json=PAIR))
    assert visit("/", load(clock)).status == 200
    assert services.installations.access_token(SHOP) == "a"
    webhooks.carry_out(
        json.dumps(
            {
                "topic": "app/uninstalled",
                "shop": SHOP,
                "id": "late",
                "triggered_at": (clock() - timedelta(minutes=2)).isoformat(),
                "payload": {},
            }
        ),
        services,
        lambda: 60.0,
    )
    assert services.installations.installed(SHOP)


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example/",
        "//evil.example/",
        "https://api1.example.evil.example/live/",
        "https://api1.example/liveevil",
        "javascript:alert(1)",
        "",
    ],
)
def test_a_fresh_token_is_carried_to_no_page_but_ours(visit: Call, installed: str, back: str) -> None:
    assert visit("/session", {"shop": SHOP, "shopify-reload": back}).status == 401
    assert visit("/session", {"shop": SHOP, "shopify-reload": "https://api1.example/live/"}).status == 200


def test_no_page_lets_app_bridge_take_a_token_elsewhere(visit: Call, installed: str, clock: Clock) -> None:
    """A link to the app in the admin may name any query, and App Bridge heeds ``shopify-reload`` wherever it is."""
    signed = {"shop": SHOP, "id_token": session_token(clock())}
    assert visit("/", signed).status == 200
    for back in ("https://evil.example/", "https://api1.example.evil.example/live/"):
        answer = visit("/", signed | {"shopify-reload": back})
        assert answer.status == 401
        assert "app-bridge.js" not in answer.text
    assert visit("/session", {"shop": SHOP}).status == 200


def test_a_token_that_shopify_no_longer_exchanges_is_fetched_anew(visit: Call, clock: Clock, shopify: Shopify) -> None:
    shopify.will(TOKEN, httpx.Response(400, json={"error": "invalid_subject_token"}))
    assert visit("/", load(clock)).status == 302


def test_when_shopify_is_away_the_page_says_so(visit: Call, clock: Clock, shopify: Shopify) -> None:
    shopify.will(TOKEN, httpx.ConnectError("away"), httpx.ConnectError("away"))
    page = visit("/", load(clock))
    assert page.status == 503 and "does not answer" in page.text


def test_outside_the_admin_a_signed_visit_installs_and_any_other_is_shown_the_way(
    visit: Call, clock: Clock, services: Services
) -> None:
    query = signed_query(clock())
    page = visit("/", query)
    assert page.status == 302
    assert urlsplit(page.headers["location"]).path == "/live/auth/install"
    assert {name: values[0] for name, values in parse_qs(urlsplit(page.headers["location"]).query).items()} == query
    plain = visit("/", {"shop": SHOP})
    assert plain.status == 200
    assert 'href="https://admin.shopify.com/store/northern-lights/apps/our-api-key"' in plain.text
    assert visit("/").headers["content-security-policy"].endswith("frame-ancestors 'none'")


def test_an_address_with_markup_in_it_shows_none_of_it(visit: Call) -> None:
    for query in ({"shop": "<script>alert(1)</script>"}, {"locale": '"><script>'}, {"shop": SHOP, "host": "<script>"}):
        for path in ("/", "/session", "/support", "/elsewhere"):
            assert "<script>" not in visit(path, query).text.replace("<script src", "")


def test_the_page_tells_the_last_sync_the_tie_out_and_what_waits(
    visit: Call, clock: Clock, installed: str, services: Services
) -> None:
    table, day = services.table, date(2026, 11, 1)
    syncs.create(table, SHOP, "s1", trigger="manual", window_end=clock())
    syncs.set_state(table, SHOP, "s1", SyncState.DONE, clock())
    table.transact([syncs.made_write(SHOP, "s1", {"SalesReceipt": (3, Decimal("1234.50"))})])
    table.transact([days.add_write(SHOP, day, "shopify", {"sales": Decimal("1234.50"), "tax:Moms 25%": Decimal("10")})])
    english = visit("/", load(clock)).text
    assert "2 Nov 2026 10:00" in english and "Prepared</s-badge>" in english
    assert "1,234.50" in english and "Tax: Moms 25%" in visit("/tie-out", load(clock)).text
    assert "Shopify and QuickBooks differ" in english
    danish = visit("/", load(clock, locale="da-DK")).text
    assert '<html lang="da">' in danish and "1.234,50" in danish
    assert "Moms: Moms 25%" in visit("/tie-out", load(clock, locale="da-DK")).text
    assert "Shopify og QuickBooks er forskellige" in danish and "differ" not in danish


def test_no_page_shows_another_shop(visit: Call, clock: Clock, installed: str, services: Services) -> None:
    syncs.create(services.table, OTHER, "s1", trigger="manual", window_end=clock())
    page = visit("/", load(clock, shop=OTHER))
    assert "There has been no sync yet." in page.text
    assert OTHER not in page.headers["content-security-policy"]


def test_a_reinstalled_shop_gets_its_schedule_and_its_connection_back(
    call: Call, visit: Call, clock: Clock, connected: str, services: Services, shopify: Shopify, scheduler: Scheduler
) -> None:
    call("PUT", "/api/settings", settings_document())
    call("POST", "/api/integration/start")
    made = call("POST", "/api/connection/token", {}).json
    webhooks.carry_out(
        json.dumps({"topic": "app/uninstalled", "shop": SHOP, "id": "w1", "triggered_at": "", "payload": {}}),
        services,
        lambda: 60.0,
    )
    assert not scheduler.schedules
    assert connection.sign_in(services.table, made["user_name"], made["token"], clock()) is None
    shopify.will(TOKEN, httpx.Response(200, json=PAIR))
    assert visit("/", load(clock)).status == 200
    assert connection.sign_in(services.table, made["user_name"], made["token"], clock()) == SHOP
    assert scheduler.only()["ScheduleExpression"] == "cron(30 2 * * ? *)"


def test_a_schedule_that_cannot_be_made_keeps_nobody_from_the_page(
    call: Call, visit: Call, clock: Clock, connected: str, services: Services, scheduler: Scheduler
) -> None:
    call("PUT", "/api/settings", settings_document())
    call("POST", "/api/integration/start")
    integration.forget_schedule(services, SHOP)
    scheduler.failing = 1
    assert visit("/", load(clock)).status == 200


def test_support_is_open_to_everybody_and_names_no_shop(visit: Call) -> None:
    page = visit("/support")
    assert page.status == 200 and "QuickBooks Web Connector" in page.text


def test_an_unknown_page_is_not_found(visit: Call) -> None:
    assert visit("/wp-login.php").status == 404


@pytest.mark.parametrize(
    ("locale", "language"), [("da", "da"), ("da-DK", "da"), ("DA_dk", "da"), ("en", "en"), ("de", "en"), ("", "en")]
)
def test_the_nearest_language_is_spoken(locale: str, language: str) -> None:
    assert language_of(locale) == language
