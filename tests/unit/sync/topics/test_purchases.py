"""Purchases as a sync of other days than today reads them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from connector.accounting.policy import ACCOUNT_KEYS
from connector.ledger.purchases import Arrived, Charge, ChargeKind, Purchase, PurchaseLine, PurchaseState, due
from connector.outbox.entries import Entry, EntryState
from connector.sync.context import Context
from connector.sync.topics.purchases import _of_the_window, _seen_on, store_imported
from connector.sync.topics.topic import Reading
from connector.sync.undo_repost import free
from connector.sync.window import backfill
from tests.fakes.memory_table import MemoryTable
from tests.fakes.payments_shop import PaymentsShop, night, preparing
from tests.fakes.preparation import SHOP, Preparation

DAY = date(2026, 3, 2)
ZONE = ZoneInfo("America/New_York")
LINE = PurchaseLine("l1", "i1", "SH-1", "Shirt", 10, Decimal("9.50"))


def bought(units: int, currency: str = "USD", cost: str | None = "9.50", day: date | None = DAY) -> Purchase:
    line = replace(LINE, unit_cost=Decimal(cost) if cost else None)
    arrived = (Arrived("s1", "l1", units, day),) if units else ()
    state = PurchaseState.ORDERED
    return due(Purchase("po1", "csv", "PO-1", "Acme", currency, DAY, state, (line,), DAY, arrived=arrived))


# A backfill.


def reading_of(first: date, last: date) -> Reading:
    now = datetime(2026, 6, 1, 12, tzinfo=UTC)
    context = Context(MemoryTable(), lambda shop: None, lambda: now, lambda: 900.0)  # type: ignore[arg-type, return-value]
    window = backfill(first, last, now, ZONE, date(2026, 6, 1))
    return Reading(context, SHOP, "s1", window, ZONE, "USD", now, incremental=False, sweep=False)


def test_what_arrived_without_a_day_is_of_a_backfills_last_day_and_not_of_the_one_behind_it() -> None:
    reading = reading_of(date(2026, 1, 1), date(2026, 1, 31))
    assert _seen_on(reading) == date(2026, 1, 31)
    assert reading.belongs(_seen_on(reading))
    behind = replace(bought(4, day=date(2026, 2, 1)), day=date(2026, 1, 5))
    (found,) = _of_the_window([behind], "USD", _seen_on(reading))
    assert found.receipts == ()


# Set aside.


def synced(purchase: Purchase, times: int, preparation: Preparation | None = None) -> Preparation:
    preparation = preparation or preparing(PaymentsShop([]))
    store_imported(preparation.table, SHOP, [purchase], "USD", date(2026, 1, 1))
    preparation.sync(night(times))
    return preparation


def test_what_waited_beside_an_undone_document_waits_no_more_once_it_is_booked() -> None:
    preparation = preparing(PaymentsShop([]), without=("freight_in",))
    preparation.settings(modes={**preparation.modes, "inventory": "summary"})
    freight = Charge(ChargeKind.FREIGHT, Decimal("12.00"))
    synced(bought(4), 0, preparation)
    with_freight = replace(bought(4), stated_charges=(freight,))
    synced(with_freight, 1, preparation)
    (bill,) = (entry for entry in preparation.entries() if entry.document is not None)
    assert exception_of(preparation).amount == Decimal("12.00")
    preparation.table.put(replace(bill, state=EntryState.REPOST).to_item())
    assert free(preparation.table, SHOP, None) == 1
    preparation.settings(accounts={key: key for key in ACCOUNT_KEYS})
    synced(with_freight, 2, preparation)
    (bill,) = preparation.entries()
    assert bill.amount == Decimal("50.00") and preparation.shopify() == preparation.documented()


def test_what_was_to_be_tried_again_says_anew_why_it_could_not_be() -> None:
    preparation = synced(bought(4, "EUR"), 0)
    held = exception_of(preparation)
    for state in (EntryState.IGNORED, EntryState.HELD):
        words = "It is to be tried again: the next sync does."
        preparation.table.put(replace(exception_of(preparation), state=state, reason=words).to_item())
    synced(bought(4, "EUR"), 1, preparation)
    assert exception_of(preparation).reason == held.reason


def exception_of(preparation: Preparation) -> Entry:
    (found,) = (entry for entry in preparation.entries() if entry.document is None)
    return found


@pytest.mark.parametrize(("currency", "cost"), [("EUR", "9.50"), ("USD", None)])
def test_what_arrives_of_a_purchase_of_unknown_amount_after_it_was_set_aside_is_said(
    currency: str, cost: str | None
) -> None:
    preparation = synced(bought(4, currency, cost), 0)
    held = exception_of(preparation)
    preparation.table.put(replace(held, state=EntryState.IGNORED, reason="Entered by hand.").to_item())
    for times in (1, 2):
        synced(bought(4, currency, cost), times, preparation)
        assert exception_of(preparation).state is EntryState.IGNORED
    more = replace(bought(9, currency, cost), seen_on=DAY + timedelta(days=1))
    synced(more, 3, preparation)
    again = exception_of(preparation)
    assert again.state is EntryState.HELD and again.reason != held.reason
    preparation.table.put(replace(again, state=EntryState.IGNORED, reason="That too.").to_item())
    synced(more, 4, preparation)
    assert exception_of(preparation).state is EntryState.IGNORED
