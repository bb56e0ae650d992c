"""Purchases over the API: files looked at, stored and told row by row what is wrong; the list; Stocky's key."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest

from connector.storage import days
from tests.fakes.memory_table import MemoryTable
from tests.unit.app.conftest import OTHER, SHOP, Call, Clock, Shopify, settings_document

FILE = """Bestilling;Leverandør;Varenummer;Antal;Modtaget;Kostpris;Dato;Fragt
PO-1;Fjord Supply;SH-1;10;4;2,50;2026-11-02;19,00
PO-1;Fjord Supply;SH-2;5;0;1,00;2026-11-02;19,00
PO-2;Fjord Supply;SH-1;ti;0;2,50;2026-11-02;
"""
NOVEMBER = date(2026, 11, 1), date(2026, 11, 30)
COLUMNS = {
    "number": "Bestilling",
    "supplier": "Leverandør",
    "sku": "Varenummer",
    "quantity": "Antal",
    "received": "Modtaget",
    "cost": "Kostpris",
    "ordered_on": "Dato",
    "freight": "Fragt",
}


@pytest.fixture
def started(call: Call, connected: str) -> str:
    call("PUT", "/api/settings", settings_document(start_date="2026-11-01"))
    assert call("POST", "/api/integration/start").status == 200
    return connected


def bring(call: Call, text: str = FILE, **more: Any) -> Any:
    return call("POST", "/api/purchases/import", {"csv": text, **more})


def test_a_file_is_looked_at_before_it_is_stored(call: Call, installed: str, table: MemoryTable) -> None:
    before = table.writes
    answer = bring(call, preview=True)
    assert answer.status == 200
    assert "Bestilling" in answer.json["headers"]
    assert answer.json["column_problems"] == ["no column is chosen for number"]
    answer = bring(call, preview=True, columns=COLUMNS)
    assert answer.json["column_problems"] == []
    assert answer.json["problems"] == [{"row": 4, "purchase": "PO-2", "problem": "Quantity: 'ti' is not a number."}]
    (one,) = answer.json["purchases"]
    assert (one["number"], one["supplier"], one["state"], one["currency"]) == (
        "PO-1",
        "Fjord Supply",
        "partly_received",
        "DKK",
    )
    assert (one["ordered_units"], one["ordered_amount"], one["received_units"], one["received_amount"]) == (
        15,
        "30.00",
        4,
        "10.00",
    )
    assert one["charges"] == "19.00"
    assert (answer.json["count"], answer.json["lines"]) == (1, 2)
    assert table.writes == before


def test_a_file_is_stored_once_and_its_amounts_stand_in_the_tie_out(
    call: Call, started: str, table: MemoryTable
) -> None:
    answer = bring(call, columns=COLUMNS)
    assert (answer.status, answer.json["stored"]) == (200, 1)
    assert bring(call, columns=COLUMNS).json["stored"] == 0
    assert call("GET", "/api/purchases", shop=OTHER).json["purchases"] == []
    columns = [lines["shopify"] for _, lines in days.read(table, SHOP, *NOVEMBER)]  # type: ignore[arg-type]
    assert columns == [
        {"purchases": Decimal("10.00"), "freight_in": Decimal("19.00"), "accounts_payable": Decimal("-29.00")}
    ]
    lines = [line for line in call("GET", "/api/audit").json["lines"] if line["what"] == "purchases.import"]
    assert sorted(line["details"]["stored"] for line in lines) == [0, 1]


def test_a_file_before_anybody_said_when_the_books_begin_is_refused(call: Call, installed: str) -> None:
    answer = bring(call, columns=COLUMNS)
    assert answer.status == 409
    assert answer.faults[""] == "The integration has not been started."


def test_what_is_wrong_with_a_request_is_named(call: Call, started: str) -> None:
    assert bring(call, "").faults.keys() == {"csv"}
    assert bring(call, columns=[1]).faults.keys() == {"columns"}
    assert bring(call, currency="kroner").faults.keys() == {"currency"}
    assert bring(call, dates="soon").faults.keys() == {"dates"}
    assert bring(call, decimals=1).faults.keys() == {"decimals"}
    assert bring(call).faults.keys() == {"columns"}
    assert bring(call, "\x00").status == 422


def test_a_file_may_be_larger_than_other_requests_and_has_its_own_bound(call: Call, installed: str) -> None:
    row = "PO-1;Fjord Supply;SH-{};1;0;1,00;2026-11-02;\n"
    text = FILE.splitlines(keepends=True)[0] + "".join(row.format(n) for n in range(8_000))
    assert len(text) > 256 * 1024
    assert bring(call, text, columns=COLUMNS, preview=True).json["lines"] == 8_000
    assert bring(call, text * 12, columns=COLUMNS, preview=True).status == 400


def test_purchases_are_listed_by_state_and_words(call: Call, started: str) -> None:
    more = FILE.replace("PO-1", "PO-3").replace(";4;2,50", ";10;2,50").replace(";0;1,00", ";5;1,00")
    bring(call, columns=COLUMNS)
    bring(call, more, columns=COLUMNS)

    def numbers(**query: str) -> list[str]:
        return [one["number"] for one in call("GET", "/api/purchases", query=query).json["purchases"]]

    assert numbers() == ["PO-1", "PO-3"]
    assert numbers(state="received") == ["PO-3"]
    assert numbers(state="partly_received,draft") == ["PO-1"]
    assert numbers(q="po-3") == ["PO-3"]
    assert numbers(q="nobody") == []
    assert call("GET", "/api/purchases", query={"state": "lost"}).faults.keys() == {"state"}
    (one, _) = call("GET", "/api/purchases").json["purchases"]
    assert (one["documents"], one["billed_amount"], one["waits_for"]) == ([], "0.00", "")


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (httpx.Response(200, json={"purchase_orders": []}), ""),
        (httpx.Response(401), "Stocky does not accept the API key."),
        (
            httpx.Response(410),
            "Stocky was switched off by Shopify on 2026-08-31. Import its exported CSV files instead.",
        ),
    ],
)
def test_a_key_of_stockys_is_tried(
    call: Call, started: str, shopify: Shopify, answer: httpx.Response, problem: str
) -> None:
    assert call("POST", "/api/purchases/stocky/test", {}).faults.keys() == {"key"}
    shopify.will("/api/v2/purchase_orders.json", answer, answer)
    said = call("POST", "/api/purchases/stocky/test", {"key": "typed"})
    assert said.json == {"ok": not problem, "problem": problem}
    assert shopify.requests[-1].headers["authorization"] == "API KEY=typed"
    call("PUT", "/api/settings", {"stocky_api_key": "stored"})
    assert call("POST", "/api/purchases/stocky/test", {}).json["ok"] is (not problem)
    assert shopify.requests[-1].headers["authorization"] == "API KEY=stored"
    assert "stored" not in call("GET", "/api/settings").text


def test_what_goods_are_received_as_is_a_setting(call: Call, started: str, clock: Clock) -> None:
    assert call("GET", "/api/settings").json["receive_as"] == "bill"
    assert call("PUT", "/api/settings", {"receive_as": "item_receipt"}).json["receive_as"] == "item_receipt"
    assert call("PUT", "/api/settings", {"receive_as": "cheque"}).faults.keys() == {"receive_as"}
    versions = call("GET", "/api/settings/history").json["versions"]
    assert [version["receive_as"] for version in versions][:2] == ["item_receipt", "bill"]
