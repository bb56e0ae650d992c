"""What the shop has not let the app read is said by name, and each payout is in the proof."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.app.services import Services
from connector.storage import facts, syncs
from connector.storage.facts import Topic
from tests.fakes.memory_table import MemoryTable
from tests.fakes.payouts import payout
from tests.unit.app.conftest import SHOP, Call, Clock, settings_document

LACK = {"topic": "payouts", "scopes": ["read_shopify_payments_payouts"], "words": "Not read: payouts with their fees."}


@pytest.fixture
def started(call: Call, connected: str, services: Services, clock: Clock) -> str:
    call("PUT", "/api/settings", settings_document())
    assert call("POST", "/api/integration/start").status == 200
    assert syncs.create(services.table, SHOP, "s1", trigger="manual", window_end=clock())
    return connected


def test_a_sync_and_the_connection_name_what_is_missing(call: Call, started: str, table: MemoryTable) -> None:
    assert call("GET", "/api/syncs/s1").json["missing"] == []
    assert call("GET", "/api/connection").json["missing"] == []
    syncs.set_missing(table, SHOP, "s1", [LACK])  # type: ignore[arg-type]
    assert call("GET", "/api/syncs/s1").json["missing"] == [LACK]
    assert call("GET", "/api/connection").json["missing"] == [LACK]


def test_what_is_refused_besides_is_added_once(call: Call, started: str, table: MemoryTable) -> None:
    more = {"topic": "cash", "scopes": [], "words": "Not read: cash."}
    for _ in range(2):
        syncs.add_missing(table, SHOP, "s1", [more])  # type: ignore[arg-type]
    assert call("GET", "/api/syncs/s1").json["missing"] == [more]
    syncs.set_missing(table, SHOP, "s1", [])  # type: ignore[arg-type]
    assert call("GET", "/api/connection").json["missing"] == []


def test_the_tie_out_has_the_payouts_of_its_days(call: Call, started: str, table: MemoryTable, clock: Clock) -> None:
    day = clock().date() - timedelta(days=3)
    facts.store(table, SHOP, Topic.PAYOUT, [payout(("CHARGE", "10.00", "0.59"), day=day)], lambda d: True)  # type: ignore[arg-type]
    answer = call("GET", "/api/tie-out", query={"from": day.isoformat(), "to": day.isoformat()})
    (shown,) = answer.json["payouts"]
    assert (shown["id"], shown["day"], shown["state"]) == ("90", day.isoformat(), "OPEN")
    assert (shown["shopify"], shown["quickbooks"], shown["difference"]) == ("9.41", "0.00", "9.41")
    assert shown["lines"] == [
        {"line": "payment_fees", "amount": "-0.59"},
        {"line": "payout_clearing", "amount": "10.00"},
    ]
