"""A cash session that was left open for very long."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from connector.ledger.cash import CashMovement, CashSession
from connector.outbox.entries import EntryState
from connector.storage import facts
from connector.storage.facts import Topic
from connector.sync.undo_repost import free
from tests.fakes.payments_shop import PaymentsShop, night, preparing
from tests.fakes.preparation import SHOP

DAY, AT = date(2026, 3, 2), datetime(2026, 3, 2, 15, tzinfo=UTC)


def test_movements_that_no_ref_no_is_left_for_wait_with_their_amount_and_stop_nothing() -> None:
    preparation = preparing(PaymentsShop([]))
    moved = tuple(CashMovement(f"m{n}", DAY, AT, Decimal("-1.00"), "", "PETTY_CASH") for n in range(120))
    session = CashSession("s1", DAY, AT, AT, "Front", "gid://shopify/Location/7", "Store", Decimal("-0.35"), moved)
    facts.store(preparation.table, SHOP, Topic.CASH, [session], lambda day: True)
    preparation.sync(night(0))
    made = [entry for entry in preparation.entries() if entry.document is not None]
    assert len({entry.ref_number for entry in made}) == len(made) == 99
    (held,) = (entry for entry in preparation.entries() if entry.document is None)
    assert held.amount == Decimal("22.00") and "more than 98 movements" in held.reason
    for entry in made:
        preparation.table.put(replace(entry, state=EntryState.REPOST).to_item())
    assert free(preparation.table, SHOP, None) == 1
    record = facts.get_many(preparation.table, SHOP, Topic.CASH, ["s1"])["s1"]
    assert len(record.unclaimed) == 121
