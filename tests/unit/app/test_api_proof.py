"""The routes of preview, undo, reset, month end and audit: what they refuse and what they answer."""

from __future__ import annotations

import pytest

from connector.app.views import preview as preview_view
from connector.storage import keys, syncs
from connector.sync.context import Context
from tests.fakes.memory_table import MemoryTable
from tests.fakes.nodes import ListedOrders, paid_order
from tests.unit.app.conftest import SHOP, Call, Clock, Scheduler, settings_document


@pytest.fixture
def started(call: Call, connected: str) -> str:
    call("PUT", "/api/settings", settings_document())
    assert call("POST", "/api/integration/start").status == 200
    return connected


def test_the_preview_asks_for_complete_settings(call: Call, connected: str) -> None:
    assert call("GET", "/api/preview").status == 422
    call("PUT", "/api/settings", settings_document())
    assert call("GET", "/api/preview", query={"from": "2026-11-01"}).faults.keys() == {"to"}


def test_the_preview_shows_entries_and_stores_nothing(
    call: Call, started: str, table: MemoryTable, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = paid_order(1, "2026-11-01T15:00:00Z", currencyCode="DKK")
    source = ListedOrders(order)
    context = Context(table, lambda shop: source, clock, lambda: 900.0)  # type: ignore[arg-type, return-value]
    monkeypatch.setattr(preview_view, "context_of", lambda services, left: context)
    before = table.writes
    answer = call("GET", "/api/preview", query={"from": "2026-11-01", "to": "2026-11-02"})
    assert answer.status == 200
    assert (answer.json["from"], answer.json["to"]) == ("2026-11-01", "2026-11-02")
    assert len(answer.json["entries"]) + len(answer.json["exceptions"]) >= 1
    assert table.writes == before


def test_an_undo_names_its_sync_and_understands_only_what_it_knows(
    call: Call, started: str, table: MemoryTable, clock: Clock
) -> None:
    assert call("POST", "/api/syncs/none/undo", {}).status == 404
    syncs.create(table, SHOP, "s1", trigger="manual", window_end=clock())  # type: ignore[arg-type]
    assert call("POST", "/api/syncs/s1/undo", {"what": 1}).faults.keys() == {"what"}
    assert call("POST", "/api/syncs/s1/undo", {"repost": "yes"}).faults.keys() == {"repost"}
    shown = call("POST", "/api/syncs/s1/undo", {"preview": True})
    assert (shown.status, shown.json["entries"]) == (200, [])
    assert "reconciled" in shown.json["note"]
    assert "sync.undo" not in [line["what"] for line in call("GET", "/api/audit").json["lines"]]
    assert call("POST", "/api/syncs/s1/undo", {}).status == 202
    (line,) = [one for one in call("GET", "/api/audit").json["lines"] if one["what"] == "sync.undo"]
    assert (line["what"], line["about"], line["who"]) == ("sync.undo", "s1", "42")


def test_a_reset_is_typed_and_the_integration_can_be_started_again(
    call: Call, started: str, table: MemoryTable, scheduler: Scheduler
) -> None:
    assert call("POST", "/api/integration/reset", {}).faults.keys() == {"confirm", "posted_entries"}
    assert call("POST", "/api/integration/start").status == 409
    answer = call("POST", "/api/integration/reset", {"confirm": SHOP, "posted_entries": "keep"})
    assert (answer.status, answer.json["state"]) == (200, "NOT_STARTED")
    assert scheduler.schedules == {}
    assert table.get(keys.shop(SHOP), keys.ADOPT) is None
    assert call("POST", "/api/integration/reset", {"confirm": SHOP, "posted_entries": "keep"}).status == 409
    assert call("POST", "/api/integration/start").status == 200


def test_documents_dated_up_to_the_start_are_looked_for_first(call: Call, started: str, table: MemoryTable) -> None:
    assert (table.get(keys.shop(SHOP), keys.ADOPT) or {})["last_day"] == "2026-11-02"
    assert call("POST", "/api/syncs", {"adopt": "x"}).faults.keys() == {"adopt"}
    call("POST", "/api/syncs", {"from": "2026-10-01", "to": "2026-11-30", "adopt": True})
    assert (table.get(keys.shop(SHOP), keys.ADOPT) or {})["last_day"] == "2026-11-30"


def test_the_month_end_pack_comes_in_three_forms(call: Call, started: str) -> None:
    assert call("GET", "/api/month-end").json["from"] == "2026-11-01"
    assert call("GET", "/api/month-end", query={"month": "2026-13"}).faults.keys() == {"month"}
    assert call("GET", "/api/month-end", query={"format": "pdf"}).faults.keys() == {"format"}
    kept = call("GET", "/api/month-end", query={"month": "2026-10", "format": "csv"})
    assert kept.headers["content-type"].startswith("text/csv")
    assert "month-end-2026-10.csv" in kept.headers["content-disposition"]
    printed = call("GET", "/api/month-end", query={"month": "2026-10", "format": "html"})
    assert printed.headers["content-type"].startswith("text/html") and "2026-10-31" in printed.text


def test_an_entry_that_is_not_there_can_not_be_fixed(call: Call, started: str) -> None:
    for path in ("", "/retry", "/ignore", "/fix"):
        body = {"reason": "x", "fix": "first_open_day"}
        assert call("POST" if path else "GET", f"/api/entries/none{path}", body).status == 404
    assert call("POST", "/api/entries/none/fix", {"fix": "magic"}).faults.keys() == {"fix"}
    assert call("POST", "/api/entries/retry", {"ids": "none"}).faults.keys() == {"ids"}
    answer = call("POST", "/api/entries/retry", {"ids": ["none"]}).json
    assert answer == {"entries": [{"id": "none", "problem": "There is no such entry."}]}


def test_the_audit_log_says_who_set_up_and_started_what_and_goes_on_a_page_further(
    call: Call, started: str, table: MemoryTable
) -> None:
    call("POST", "/api/connection/token", {})
    call("POST", "/api/syncs", {"from": "2026-10-01", "to": "2026-10-02"})
    lines = call("GET", "/api/audit").json["lines"]
    noted = {"settings.change", "integration.start", "connection.token", "sync.start"}
    assert {line["what"] for line in lines} == noted
    assert {line["who"] for line in lines} == {"42"}
    older = call("GET", "/api/audit", query={"before": lines[0]["id"]}).json
    assert older["lines"] == lines[1:] and older["next"] == ""


def test_syncs_go_on_behind_the_one_that_is_named(call: Call, started: str, table: MemoryTable, clock: Clock) -> None:
    for name in ("a", "b", "c"):
        syncs.create(table, SHOP, name, trigger="manual", window_end=clock())  # type: ignore[arg-type]
    assert [one["id"] for one in call("GET", "/api/syncs").json["syncs"]] == ["c", "b", "a"]
    assert [one["id"] for one in call("GET", "/api/syncs", query={"before": "c"}).json["syncs"]] == ["b", "a"]


def test_an_export_is_refused_for_what_is_not_known(call: Call, started: str) -> None:
    assert call("GET", "/api/export").faults.keys() == {"what"}
    assert call("GET", "/api/export", query={"what": "entries", "from": "2026-11-01"}).faults.keys() == {"to"}
    assert call("GET", "/api/export", query={"what": "tie-out", "after": "x"}).faults.keys() == {"after"}
    assert call("GET", "/api/export", query={"what": "settings"}).json["content"]["versions"]
