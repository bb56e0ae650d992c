"""Inventory Adjustments have no amount of their own: what proves them, and finds them again, is their units."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from connector.accounting.documents import Draft
from connector.accounting.policy import Mode
from connector.accounting.stock import adjust, title_of
from connector.ledger.facts import Product
from connector.ledger.stock import StockAdjustment, StockCount
from connector.sync import undo
from infra.local.web_connector import Fault
from tests.fakes.office import DAY, SHOP, Office
from tests.fakes.payouts import DEMO_POLICY

POLICY = replace(DEMO_POLICY, inventory=Mode.DETAILED)
HEAD = '<?xml version="1.0"?><?qbxml version="13.0"?><QBXML><QBXMLMsgsRq onError="continueOnError">'


def adjustment(number: int, *units: int) -> Draft:
    lines = tuple(
        StockAdjustment(f"a{number}-{n}", DAY, f"i{n}", "l1", count, Decimal("4.00")) for n, count in enumerate(units)
    )
    products = {
        f"i{n}": Product(f"gid://shopify/ProductVariant/{n}", f"SKU-{n}", f"Mug {n}", unit_cost=Decimal("4.00"))
        for n in range(len(units))
    }
    count = StockCount(f"l1@{number}#1", DAY, "gid://shopify/Location/7", "Main Street", lines, products)
    made = adjust(count, count.claimable, POLICY, f"A{number}")
    assert made.document is not None
    return Draft(f"InventoryAdjustment|stock|{count.id}|1", made.document, made.parts, title_of(count))


def an_office(*drafts: Draft) -> Office:
    office = Office()
    office.update()
    office.add(list(drafts))
    return office


def adjustments(office: Office) -> list[Any]:
    return [one for one in office.company.transactions() if one.kind == "InventoryAdjustment"]


def balances(office: Office) -> dict[str, Decimal]:
    return {row.account: row.debit - row.credit for row in office.company.trial_balance() if row.debit != row.credit}


def test_units_are_adjusted_and_quickbooks_values_them() -> None:
    office = an_office(adjustment(1, -2, 5), adjustment(2, -1, -1))
    office.update()
    assert office.states() == {"READ_BACK": 2} and office.ties_out()
    assert balances(office) == {"Inventory Asset": Decimal("4.00"), "Inventory Adjustments": Decimal("-4.00")}
    assert all(not entry.reason for entry in office.entries())


@pytest.mark.parametrize("call", range(1, 7))
@pytest.mark.parametrize("forgets", [True, False])
def test_a_lost_answer_posts_none_twice(call: int, forgets: bool) -> None:
    office = an_office(adjustment(1, -2, 5), adjustment(2, -2, 5))
    office.update(faults={call: Fault.LOSE_CALL})
    if forgets:
        office.company.lose_stored_answers()
    for _ in range(4):
        office.pass_time(minutes=30)
        office.update()
    assert len(adjustments(office)) == 2
    assert office.states() == {"READ_BACK": 2}


@pytest.mark.parametrize("requests", [0, 1, 2])
def test_quickbooks_dying_within_a_set_leaves_none_out(requests: int) -> None:
    office = an_office(adjustment(1, -2), adjustment(2, 3), adjustment(3, 1))
    office.company.die_after(requests)
    office.web_connector().update()  # it may fail: QuickBooks is gone
    office.company.lose_stored_answers()
    for _ in range(4):
        office.pass_time(minutes=30)
        office.update()
    assert len(adjustments(office)) == 3 and office.states() == {"READ_BACK": 3}


def test_an_undo_takes_the_units_back() -> None:
    office = an_office(adjustment(1, -2, 5))
    office.update()
    judged = undo.judge(office.table, SHOP, undo.entries_of(office.table, SHOP, "sync-1"), None)
    undo.start(office.table, SHOP, judged, repost=False)
    for _ in range(4):
        office.update()
    assert office.company.transactions() == [] and office.states() == {"UNDONE": 1}
