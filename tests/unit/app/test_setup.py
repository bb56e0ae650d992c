"""The set-up: which steps are done, where it goes on, what it proposes, and what it asks the shop."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from connector.accounting.policy import ACCOUNT_KEYS, REQUIRED_ACCOUNTS
from connector.app import settings, setup, suggestions
from connector.app.accounts import Account
from connector.app.pages import wizard, wizard_forms
from connector.app.services import Services
from connector.outbox import company
from connector.quickbooks.profile import CompanyProfile
from tests.unit.app.conftest import ACCOUNTS, SHOP, TYPES, Call, Clock, Shopify, listed, session_token

GRAPHQL = "/admin/api/2026-10/graphql.json"


def load(clock: Clock, **query: str) -> dict[str, str]:
    return {"embedded": "1", "shop": SHOP, "locale": "en", "id_token": session_token(clock())} | query


def states(services: Services) -> dict[str, str]:
    found = setup.progress(services, SHOP, settings.read(services.table, SHOP))
    return {step.name: step.state for step in found.steps}


def current(services: Services) -> str:
    return setup.progress(services, SHOP, settings.read(services.table, SHOP)).current.name


def test_every_step_has_a_page_and_every_required_account_a_place() -> None:
    assert [page.path for page in wizard.PAGES] == ["/setup", *(f"/setup/{name}" for name in setup.STEPS)]
    shown = [key for _, keys in wizard_forms.GROUPS for key in keys]
    assert sorted(shown) == sorted(REQUIRED_ACCOUNTS)
    assert suggestions.USUAL.keys() == set(ACCOUNT_KEYS)


def test_a_new_shop_begins_at_the_beginning(services: Services, installed: str) -> None:
    assert set(states(services).values()) == {"ahead"} and current(services) == "start"


def test_it_goes_on_where_somebody_left_off(
    visit: Call, clock: Clock, call: Call, services: Services, connected: str
) -> None:
    for step in ("start", "tax"):
        assert call("POST", "/api/setup", {"seen": step}).status == 200
    company.store_profile(services.table, SHOP, CompanyProfile(country="US", company_name="Northern"), clock())
    page = visit("/setup", load(clock, locale="da", host="aG9zdA"))
    to = urlsplit(page.headers["location"])
    assert page.status == 302 and to.path == "/live/setup/mapping"
    assert parse_qs(to.query).keys() == {"shop", "locale", "host", "embedded", "id_token"}
    assert call("PUT", "/api/settings", {"accounts": ACCOUNTS}).status == 200
    assert current(services) == "schedule"


def test_a_step_gone_through_is_not_done_before_what_it_is_about_holds(
    call: Call, services: Services, connected: str
) -> None:
    for step in setup.STEPS:
        call("POST", "/api/setup", {"seen": step})
    found = states(services)
    assert found["start"] == "done" and found["tax"] == found["mapping"] == "seen"


def test_an_account_that_is_gone_from_quickbooks_opens_the_mapping_again(
    call: Call, services: Services, connected: str
) -> None:
    call("PUT", "/api/settings", {"accounts": ACCOUNTS})
    assert states(services)["mapping"] == "done"
    company.store_part(services.table, SHOP, "accounts", "g2", 0, [])
    company.store_part(services.table, SHOP, "accounts", "g2", 1, [listed("Sales", "Account", "Income")])
    company.complete(services.table, SHOP, "g2", services.clock(), {"names": 20})
    assert states(services)["mapping"] == "ahead"


@pytest.mark.parametrize("given", [{}, {"seen": "everything"}, {"seen": 1}, {"seen": ["start"]}])
def test_a_step_there_is_not_is_refused(call: Call, installed: str, given: dict[str, object]) -> None:
    assert call("POST", "/api/setup", given).status == 422


def test_what_is_wrong_is_put_right_on_its_step() -> None:
    keys = (
        "accounts.tips",
        "tenders.cash",
        "classes.7",
        "modes.vendor",
        "schedule.time_zone",
        "connection",
        "start_date",
    )
    steps = ["mapping", "mapping", "mapping", "modes", "schedule", "connect", "schedule"]
    assert [setup.step_of(key) for key in keys] == steps


def test_the_last_step_names_what_is_missing_and_links_to_where(visit: Call, clock: Clock, installed: str) -> None:
    page = visit("/setup/finish", load(clock)).text
    assert "Sales income: No account is chosen." in page and "/live/setup/mapping?" in page
    assert 'id="start" disabled' in page


def test_a_mapping_is_proposed_by_type_and_name() -> None:
    proposed = suggestions.suggested([Account(name, kind, True) for name, kind in TYPES.items()])
    assert {key: proposed.get(key) for key in ACCOUNTS} == ACCOUNTS


def test_nothing_is_proposed_that_quickbooks_would_refuse_or_that_is_inactive() -> None:
    accounts = [
        Account("Cost of Goods Sold", "Expense", True),
        Account("Sales", "Income", False),
        Account("Clearing", "Expense", True),
    ]
    proposed = suggestions.suggested(accounts)
    assert not {"cost_of_goods_sold", "sales_income", "clearing"} & proposed.keys()


def test_a_key_is_never_shown_again(visit: Call, clock: Clock, call: Call, connected: str) -> None:
    call("PUT", "/api/settings", {"stocky_api_key": "a-secret-of-stockys"})
    for path in ("/settings", "/setup/purchases", "/mapping"):
        page = visit(path, load(clock))
        assert page.status == 200 and "a-secret-of-stockys" not in page.text


def test_an_account_with_a_hostile_name_is_text(visit: Call, clock: Clock, services: Services, connected: str) -> None:
    name = '"><script>alert(1)</script>'
    company.store_part(services.table, SHOP, "accounts", "g1", 1, [listed(name, "Account", "Income")])
    assert "<script>alert" not in visit("/setup/mapping", load(clock)).text


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ({"mode": "manual"}, "No sync runs by itself. A manual sync can be started at any time."),
        (
            {"mode": "automatic", "time_of_day": "04:15", "time_zone": "America/New_York"},
            "Within 15 minutes of 04:15 America/New_York; next 2 Nov 2026 04:15.",
        ),
    ],
)
def test_a_schedule_is_told_before_it_is_stored(
    call: Call, services: Services, installed: str, query: dict[str, str], text: str
) -> None:
    services.clock.forward(hours=-1)  # type: ignore[attr-defined]
    assert call("GET", "/api/schedule/next", query=query).json == {"text": text}
    assert settings.read(services.table, SHOP).version == 0


def test_a_schedule_that_is_none_is_refused(call: Call, installed: str) -> None:
    answer = call("GET", "/api/schedule/next", query={"mode": "automatic", "time_of_day": "25:00"})
    assert answer.status == 422 and list(answer.faults) == ["schedule.time_of_day"]
    answer = call("GET", "/api/schedule/next", query={"mode": "automatic", "time_zone": "Mars/Olympus"})
    assert answer.status == 422 and list(answer.faults) == ["schedule.time_zone"]


def test_the_shop_is_asked_for_its_locations_and_its_volume(call: Call, shopify: Shopify, installed: str) -> None:
    place = {"id": "gid://shopify/Location/71", "legacyResourceId": "71", "name": "Strøget", "isActive": True}
    found = {"locations": {"nodes": [place], "pageInfo": {"hasNextPage": False, "endCursor": None}}}
    shopify.will(GRAPHQL, httpx.Response(200, json={"data": found}))
    expected = {"locations": [{"id": "71", "name": "Strøget", "is_active": True}]}
    assert call("GET", "/api/shop/locations").json == expected
    counted = {"ordersCount": {"count": 412, "precision": "EXACT"}}
    shopify.will(GRAPHQL, httpx.Response(200, json={"data": counted}))
    assert call("GET", "/api/shop/volume").json == {"orders": 412, "days": 30}
    assert b"2026-10-03" in shopify.requests[-1].content


def test_what_is_not_granted_is_named(call: Call, shopify: Shopify, installed: str) -> None:
    scopes = {"accessScopes": [{"handle": "read_orders"}, {"handle": "read_inventory_purchase_orders"}]}
    shopify.will(GRAPHQL, httpx.Response(200, json={"data": {"currentAppInstallation": scopes}}))
    answer = call("GET", "/api/shop/access").json
    topics = [one["topic"] for one in answer["missing"]]
    assert "receipts" in topics and "purchase_orders" not in topics
