"""The routes that make things in QuickBooks, and what the connection says of the company as a whole."""

from __future__ import annotations

from connector.app import audit
from tests.fakes.memory_table import MemoryTable
from tests.unit.app.conftest import SHOP, Call, settings_document


def test_an_account_is_asked_for_and_shown_as_waiting(call: Call, connected: str, table: MemoryTable) -> None:
    answer = call("POST", "/api/quickbooks/accounts", {"name": "Shopify Fees", "type": "Expense", "number": "6150"})
    assert (answer.status, answer.json["state"]) == (202, "waiting to be created")
    rows = call("GET", "/api/quickbooks/accounts").json["accounts"]
    states = {row["full_name"]: row["state"] for row in rows}
    assert states["Shopify Fees"] == "waiting to be created" and states["Sales"] == "in QuickBooks"
    assert all(row.keys() == rows[0].keys() for row in rows)
    assert [line["what"] for line in audit.newest(table, SHOP)] == ["account.create"]  # type: ignore[arg-type]


def test_what_does_not_fit_is_named_and_what_is_there_is_a_conflict(call: Call, connected: str) -> None:
    wrong = call("POST", "/api/quickbooks/accounts", {"name": "a:b", "type": "Money"})
    assert (wrong.status, wrong.faults.keys()) == (422, {"name", "type"})
    assert call("POST", "/api/quickbooks/accounts", {"name": "sales", "type": "Income"}).status == 409


def test_before_quickbooks_was_read_nothing_can_be_made(call: Call) -> None:
    assert call("POST", "/api/quickbooks/accounts", {"name": "New", "type": "Income"}).status in (403, 409)


def test_the_tax_item_is_asked_for_and_the_connection_tells_the_tax_check(call: Call, connected: str) -> None:
    tax = call("GET", "/api/connection").json["tax"]
    assert tax.keys() >= {"state", "text", "advice", "default_item", "item", "may_create"}
    asked = call("POST", "/api/quickbooks/tax-item", {})
    assert (asked.status, asked.json["item"]["state"]) == (202, "waiting to be created")
    assert call("GET", "/api/connection").json["tax"]["item"]["state"] == "waiting to be created"


def test_company_rows_stand_beside_connection_and_exceptions(call: Call, connected: str) -> None:
    call("PUT", "/api/settings", settings_document())
    assert isinstance(call("GET", "/api/connection").json["checks"], list)
    listed = call("GET", "/api/entries", query={"state": "HELD"}).json
    assert listed["company"] == call("GET", "/api/connection").json["checks"]
    assert "company" not in call("GET", "/api/entries", query={"state": "READY"}).json


def test_the_tie_out_lists_what_waits(call: Call, connected: str) -> None:
    assert call("GET", "/api/tie-out").json["waiting"] == []
