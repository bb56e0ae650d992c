"""The API as a whole: session tokens, addresses, syncs, the connection, lists, entries and the tie-out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from connector.accounting.documents import ListKind, ListRef
from connector.app.api import ROUTES
from connector.app.services import Services
from connector.outbox import company
from connector.outbox import connection as connections
from connector.outbox.entries import Entry, EntryState, entry_id
from connector.outbox.lists import ListElement, ListState
from connector.storage import days
from tests.unit.app.conftest import (
    ACCOUNTS,
    OTHER,
    SHOP,
    Call,
    Clock,
    StateMachine,
    session_token,
    settings_document,
)

Everything = Callable[[], Any]


@pytest.fixture
def started(call: Call, connected: str) -> str:
    call("PUT", "/api/settings", settings_document())
    assert call("POST", "/api/integration/start").status == 200
    return connected


# Session tokens.


@pytest.mark.parametrize(("method", "path"), sorted({(method, path) for method, path, _ in ROUTES}))
def test_no_call_works_without_a_session_token(
    call: Call, installed: str, everything: Everything, method: str, path: str
) -> None:
    before = everything()
    for token in ("", "x.y.z"):
        answer = call(method, path.replace("{id}", "1"), {}, token=token)
        assert answer.status == 401
        assert answer.headers["x-shopify-retry-invalid-session-request"] == "1"
        assert answer.json["errors"][0]["problem"]
    assert everything() == before


def test_a_token_that_expired_or_was_signed_by_another_is_refused(call: Call, installed: str, clock: Clock) -> None:
    for token in (
        session_token(clock(), exp=int(clock().timestamp()) - 60),
        session_token(clock(), secret="another-secret-of-thirty-two-chars"),
        session_token(clock(), aud="another-app"),
    ):
        assert call("GET", "/api/settings", token=token).status == 401


def test_the_old_secret_counts_while_it_is_rotated(call: Call, installed: str, clock: Clock) -> None:
    token = session_token(clock(), secret="an-old-secret-of-thirty-two-chars")
    assert call("GET", "/api/settings", token=token).status == 200


def test_a_shop_that_has_not_installed_is_told_so(call: Call) -> None:
    answer = call("GET", "/api/settings")
    assert answer.status == 403 and "not installed" in answer.faults[""]


def test_unknown_addresses_and_methods_are_named_as_such(call: Call, installed: str) -> None:
    assert call("GET", "/api/nothing").status == 404
    answer = call("DELETE", "/api/settings")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, PUT")


def test_a_fault_of_ours_is_answered_in_words_without_its_details(
    call: Call, installed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("connector.app.settings.read", broken)
    answer = call("GET", "/api/settings")
    assert answer.status == 500 and "secret detail" not in answer.text


# Syncs.


def test_a_manual_sync_starts_a_preparation_until_now(call: Call, started: str, machine: StateMachine) -> None:
    answer = call("POST", "/api/syncs", {})
    assert answer.status == 202
    sync = answer.json
    assert (sync["state"], sync["trigger"], sync["window_end"]) == ("QUEUED", "manual", "2026-11-02T09:00:00Z")
    (execution,) = machine.started
    assert execution["stateMachineArn"] == "arn:machine" and len(execution["name"]) <= 80
    assert json.loads(execution["input"]) == {
        "shop": SHOP,
        "scheduled_time": "2026-11-02T09:00:00Z",
        "trigger": "manual",
        "sync_id": sync["id"],
    }
    assert call("GET", f"/api/syncs/{sync['id']}").json["id"] == sync["id"]
    assert [one["id"] for one in call("GET", "/api/syncs").json["syncs"]] == [sync["id"]]


def test_a_backfill_names_its_days(call: Call, started: str, machine: StateMachine) -> None:
    sync = call("POST", "/api/syncs", {"from": "2026-09-01", "to": "2026-09-30"}).json
    assert (sync["from"], sync["to"]) == ("2026-09-01", "2026-09-30")
    shown = call("GET", f"/api/syncs/{sync['id']}").json
    assert shown["tie_out"] == {"from": "2026-09-01", "to": "2026-09-30", "lines": []}
    assert shown["exceptions"] == []
    given = json.loads(machine.started[0]["input"])
    assert (given["from"], given["to"]) == ("2026-09-01", "2026-09-30")


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ({"from": "2026-09-01"}, "to"),
        ({"to": "2026-09-01"}, "from"),
        ({"from": "2026-09-02", "to": "2026-09-01"}, "to"),
        ({"from": "2026-02-30", "to": "2026-03-01"}, "from"),
        ({"from": 20260901, "to": "2026-09-01"}, "from"),
        ({"from": "20260901--", "to": "2026-09-01"}, "from"),
        ({"until": "2026-09-01"}, "until"),
    ],
)
def test_a_wrong_range_is_refused_by_its_key(
    call: Call, started: str, machine: StateMachine, given: dict[str, Any], key: str
) -> None:
    answer = call("POST", "/api/syncs", given)
    assert answer.status == 422 and list(answer.faults) == [key]
    assert not machine.started and not call("GET", "/api/syncs").json["syncs"]


def test_no_sync_before_the_start(call: Call, connected: str, machine: StateMachine) -> None:
    assert call("POST", "/api/syncs", {}).status == 409
    assert not machine.started


def test_a_preparation_that_cannot_start_is_no_sync_that_waits_for_ever(
    call: Call, started: str, machine: StateMachine
) -> None:
    machine.failing = True
    assert call("POST", "/api/syncs", {}).status == 503
    (sync,) = call("GET", "/api/syncs").json["syncs"]
    assert sync["state"] == "FAILED" and sync["reason"]


def test_another_shop_s_sync_is_not_found(call: Call, started: str) -> None:
    sync = call("POST", "/api/syncs", {}).json
    assert call("GET", f"/api/syncs/{sync['id']}", shop=OTHER).status == 404
    assert call("GET", "/api/syncs/none").status == 404


# The connection and the lists.


def test_a_token_is_shown_once_and_opens_the_endpoint(
    call: Call, installed: str, services: Services, clock: Clock, everything: Everything
) -> None:
    made = call("POST", "/api/connection/token", {}).json
    assert connections.sign_in(services.table, made["user_name"], made["token"], clock()) == SHOP
    assert made["token"] not in repr(everything())
    shown = call("GET", "/api/connection")
    assert shown.status == 200 and shown.json["user_name"] == made["user_name"]
    assert made["token"] not in shown.text


def test_a_company_that_was_not_known_again_is_confirmed_by_typing(
    call: Call, installed: str, services: Services, clock: Clock
) -> None:
    path = "/api/connection/confirm-company"
    assert call("POST", path, {"confirm": SHOP}).status == 409  # nothing was ever connected
    call("POST", "/api/connection/token", {})
    clock.forward(seconds=1)
    connections.heard(services.table, SHOP, clock(), company_seen={"name": "Old", "file": "old.qbw", "file_id": "x"})
    refused = call("POST", path, {"confirm": OTHER})
    assert refused.status == 422 and "confirm" in refused.faults
    assert (connections.read(services.table, SHOP) or {})["company_seen"]["name"] == "Old"
    assert call("POST", path, {"confirm": SHOP}).status == 200
    assert "company_seen" not in (connections.read(services.table, SHOP) or {})
    assert call("GET", "/api/audit").json["lines"][0]["what"] == "company.confirm"


def test_a_pasted_token_is_taken_as_it_is(call: Call, installed: str, services: Services, clock: Clock) -> None:
    made = call("POST", "/api/connection/token", {"token": "QB-generated-token-7"}).json
    assert made["token"] == "QB-generated-token-7"
    assert connections.sign_in(services.table, made["user_name"], "QB-generated-token-7", clock()) == SHOP


@pytest.mark.parametrize("given", [{"token": "short"}, {"token": 5}, {"token": "tab\tinside-the-token"}, {"tokn": "x"}])
def test_a_token_nobody_could_type_is_refused(call: Call, installed: str, given: dict[str, Any]) -> None:
    assert call("POST", "/api/connection/token", given).status == 422


def test_the_qwc_file_names_our_endpoint_and_stays_the_same(call: Call, installed: str) -> None:
    file = call("GET", "/api/connection/qwc")
    assert file.status == 200
    assert file.headers["content-disposition"] == 'attachment; filename="shopify-quickbooks.qwc"'
    assert "<AppURL>https://api1.example/live/quickbooks</AppURL>" in file.text
    assert call("GET", "/api/connection/qwc").text == file.text
    assert call("GET", "/api/connection/qwc", shop=OTHER).text != file.text


def test_the_company_s_lists_are_shown_as_read(call: Call, connected: str) -> None:
    answer = call("GET", "/api/quickbooks/accounts").json
    (checking,) = (account for account in answer["accounts"] if account["full_name"] == "Checking")
    assert (checking["type"], checking["is_active"]) == ("Bank", True)
    assert answer["read_at"] == "2026-11-02T09:00:00Z"
    assert [one["full_name"] for one in call("GET", "/api/quickbooks/classes").json["classes"]] == [
        "Copenhagen",
        "Aarhus",
    ]
    for name in ("items", "vendors", "customers"):
        assert call("GET", f"/api/quickbooks/{name}").json[name] == []
    assert call("GET", "/api/quickbooks/accounts", shop=OTHER).json == {"accounts": [], "read_at": ""}


def test_the_lists_can_be_asked_for_again(call: Call, connected: str, services: Services, clock: Clock) -> None:
    assert not company.is_stale(company.state(services.table, SHOP), clock())
    clock.forward(seconds=5)
    assert call("POST", "/api/quickbooks/refresh", {}).status == 202
    assert company.is_stale(company.state(services.table, SHOP), clock())


# Entries and the tie-out.


def held(number: int, state: EntryState = EntryState.HELD, shop: str = SHOP) -> Entry:
    key = f"Order:{number}"
    return Entry(
        id=entry_id(shop, key),
        shop=shop,
        kind="Order",
        key=key,
        title=f"#{number}",
        day=date(2026, 11, 1),
        order_by=f"2026-11-01#{number}",
        state=state,
        document=None,
        amount=Decimal("12.5"),
        reason="The tender has no account.",
        sync_id="s1",
    )


@pytest.fixture
def exceptions(services: Services, installed: str) -> None:
    for entry in (held(1001), held(1002), held(1003, EntryState.IGNORED), held(1004, shop=OTHER)):
        services.table.put(entry.to_item())


def test_entries_are_found_by_state_and_text(call: Call, exceptions: None) -> None:
    def titles(**query: str) -> list[str]:
        return sorted(entry["title"] for entry in call("GET", "/api/entries", query=query).json["entries"])

    assert titles(state="HELD") == ["#1001", "#1002"]
    assert titles(state="held", q="1002") == ["#1002"]
    assert titles(q="TENDER") == ["#1001", "#1002", "#1003"]
    assert titles(state="HELD,IGNORED") == ["#1001", "#1002", "#1003"]
    assert titles(state="POSTED") == []
    (entry,) = call("GET", "/api/entries", query={"state": "HELD", "q": "1001"}).json["entries"]
    assert (entry["amount"], entry["reason"], entry["day"]) == ("12.50", "The tender has no account.", "2026-11-01")


def test_an_unknown_state_is_refused(call: Call, exceptions: None) -> None:
    assert call("GET", "/api/entries", query={"state": "LOST"}).status == 422


@pytest.mark.parametrize("state", ["HELD", "HELD,IGNORED"])
def test_entries_come_in_pages(
    call: Call, services: Services, installed: str, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    monkeypatch.setattr("connector.app.entries.MOST", 3)
    for number in range(7):
        services.table.put(held(number).to_item())
    titles: list[str] = []
    query = {"state": state}
    while True:
        page = call("GET", "/api/entries", query=query).json
        titles += [entry["title"] for entry in page["entries"]]
        if not page["next"]:
            break
        query["after"] = page["next"]
    assert sorted(titles) == [f"#{number}" for number in range(7)]


def test_list_elements_that_quickbooks_refused_are_exceptions_too(
    call: Call, services: Services, installed: str
) -> None:
    ref = ListRef(ListKind.CUSTOMER, "customer:7", "Ida")
    element = ListElement(SHOP, ref, "Ida", ListState.HELD, "guid", reason="The name is in use.")
    services.table.put(element.to_item())
    services.table.put(replace(element, state=ListState.WANTED, ref=replace(ref, key="customer:8")).to_item())
    answer = call("GET", "/api/entries", query={"state": "HELD"}).json
    assert [(one["name"], one["reason"]) for one in answer["list_elements"]] == [("Ida", "The name is in use.")]


def test_the_tie_out_shows_each_line_and_its_difference(call: Call, services: Services, installed: str) -> None:
    day = date(2026, 11, 1)
    services.table.transact(
        [days.add_write(SHOP, day, "shopify", {"sales": Decimal("100.00"), "tender:cash": Decimal("100.00")})]
    )
    services.table.transact([days.add_write(SHOP, day, "quickbooks", {"sales": Decimal("99.90")})])
    report = call("GET", "/api/tie-out", query={"from": "2026-11-01", "to": "2026-11-01"}).json
    (first,) = report["days"]
    assert first["date"] == "2026-11-01"
    assert report["total"]["lines"][0] == {
        "line": "sales",
        "shopify": "100.00",
        "posted": "0.00",
        "quickbooks": "99.90",
        "difference": "0.10",
    }


def test_without_a_range_the_tie_out_is_of_the_last_month_in_the_shop_s_days(
    call: Call, installed: str, clock: Clock
) -> None:
    clock.forward(hours=14, minutes=30)  # 23:30 UTC: the next day in Copenhagen
    report = call("GET", "/api/tie-out").json
    assert (report["from"], report["to"]) == ("2026-10-03", "2026-11-03")
    assert call("GET", "/api/tie-out", query={"from": "2026-11-01"}).status == 422


def test_problems_are_told_in_the_language_that_is_asked_for(call: Call, connected: str) -> None:
    wrong = settings_document(accounts=ACCOUNTS | {"bank": "Chequing"})
    danish = call("PUT", "/api/settings", wrong, headers={"accept-language": "da"})
    assert danish.faults == {"accounts.bank": 'QuickBooks har ingen konto "Chequing".'}
    assert call("PUT", "/api/settings", wrong).faults == {"accounts.bank": 'QuickBooks has no account "Chequing".'}
    nowhere = call("GET", "/api/nowhere", headers={"accept-language": "da-DK,da;q=0.9"})
    assert nowhere.faults == {"": "Adressen findes ikke."}
