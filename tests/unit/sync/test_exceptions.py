"""What can't be booked stands on the page with its amount; the rest flows; and it ends when its cause does."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from connector.app import entries_fixing
from connector.app.entries_fixing import Person
from connector.outbox.entries import EntryState
from connector.storage import orders as stored_orders
from tests.fakes.desk import services_of
from tests.fakes.nodes import (
    ListedOrders,
    agreement,
    money,
    order,
    paid_order,
    refund,
    sale,
    transaction,
)
from tests.fakes.preparation import SHOP, Preparation

MODES = ("detailed", "summary")
NIGHT = datetime(2026, 3, 11, 6, tzinfo=UTC)
NEXT_NIGHT = datetime(2026, 3, 12, 6, tzinfo=UTC)


def with_duty(number: int = 5) -> dict:
    at = "2026-03-10T15:00:00Z"
    sales = [sale("51", "60.00"), sale("52", "12.50", line_type="DUTY", quantity=None)]
    return order(number, [agreement("5", at, *sales)], [transaction("51", at, "72.50")])


@pytest.mark.parametrize("mode", MODES)
def test_an_order_without_an_account_is_open_with_exactly_its_amount(mode: str) -> None:
    preparation = Preparation(
        ListedOrders(with_duty(), paid_order(6, "2026-03-10T16:00:00Z")), mode, without=("duties",)
    )
    preparation.sync(NIGHT)
    (held,) = preparation.entries(EntryState.HELD)
    assert (held.kind, held.title, held.amount) == ("Order", "#5", Decimal("72.50"))
    assert "duties" in held.reason
    preparation.post_all()
    assert preparation.differences() == {
        "sales": "60.00",
        "duties": "12.50",
        "tender:shopify_payments": "72.50",
    }
    (row,) = preparation.report()["open"]
    assert (row["title"], row["amount"], row["state"]) == ("#5", "72.50", "HELD")
    assert row["lines"] == preparation.differences()


@pytest.mark.parametrize("mode", MODES)
def test_once_the_account_is_mapped_the_next_sync_books_it(mode: str) -> None:
    preparation = Preparation(ListedOrders(with_duty()), mode, without=("duties",))
    preparation.sync(NIGHT)
    written = preparation.table.written_items
    preparation.source = ListedOrders()
    preparation.sync(NEXT_NIGHT)
    assert len(preparation.entries(EntryState.HELD)) == 1
    assert preparation.table.written_items - written <= 5, "an exception that stays the same is not written again"
    accounts = {account["title"] for account in preparation.report()["open"]}
    assert accounts == {"#5"}
    preparation.settings(accounts={**_accounts(preparation), "duties": "Duties"})
    preparation.sync(datetime(2026, 3, 13, 6, tzinfo=UTC))
    assert preparation.entries(EntryState.HELD) == []
    preparation.post_all()
    assert preparation.differences() == {}
    assert preparation.report()["open"] == []


@pytest.mark.parametrize("mode", MODES)
def test_what_a_person_has_set_aside_stays_aside_and_is_still_named(mode: str) -> None:
    preparation = Preparation(ListedOrders(with_duty()), mode, without=("duties",))
    preparation.sync(NIGHT)
    (held,) = preparation.entries(EntryState.HELD)
    preparation.table.put(replace(held, state=EntryState.IGNORED).to_item())
    preparation.settings(accounts={**_accounts(preparation), "duties": "Duties"})
    preparation.sync(NEXT_NIGHT)
    assert [entry.state for entry in preparation.entries()] == [EntryState.IGNORED]
    (row,) = preparation.report()["open"]
    assert (row["state"], row["amount"]) == ("IGNORED", "72.50")


@pytest.mark.parametrize("mode", MODES)
def test_what_comes_to_an_order_that_was_set_aside_is_a_new_exception_and_not_lost(mode: str) -> None:
    preparation = Preparation(ListedOrders(with_duty()), mode, without=("duties",))
    preparation.sync(NIGHT)
    (held,) = preparation.entries(EntryState.HELD)
    preparation.table.put(replace(held, state=EntryState.IGNORED).to_item())
    preparation.settings(accounts={**_accounts(preparation), "duties": "Duties"})
    grown = with_duty()
    at = "2026-03-11T15:00:00Z"
    grown["agreements"].append(agreement("6", at, sale("61", "10.00")))
    grown["transactions"].append(transaction("61", at, "10.00"))
    grown["updatedAt"] = at
    preparation.source = ListedOrders(grown)
    preparation.sync(NEXT_NIGHT)
    (again,) = (entry for entry in preparation.entries() if entry.kind == "Order")
    assert (again.state, again.amount) == (EntryState.HELD, Decimal("82.50"))
    assert "after it was set aside" in again.reason
    preparation.sync(datetime(2026, 3, 13, 6, tzinfo=UTC))
    assert [e for e in preparation.entries() if e.kind == "Order"] == [again], "only a person may end it"
    entries_fixing.retry(Person(services_of(preparation), SHOP, "42"), again.id)
    preparation.sync(datetime(2026, 3, 14, 6, tzinfo=UTC))
    assert [e for e in preparation.entries() if e.kind == "Order"] == []
    preparation.post_all()
    assert preparation.differences() == {}


@pytest.mark.parametrize("mode", MODES)
def test_an_exception_that_is_taken_up_again_says_anew_why_it_waits(mode: str) -> None:
    preparation = Preparation(ListedOrders(with_duty()), mode, without=("duties",))
    preparation.sync(NIGHT)
    (held,) = preparation.entries(EntryState.HELD)
    preparation.table.put(replace(held, state=EntryState.IGNORED, reason="Entered by hand.").to_item())
    entries_fixing.retry(Person(services_of(preparation), SHOP, "42"), held.id)
    (waits,) = preparation.entries(EntryState.HELD)
    assert "next sync" in waits.reason
    preparation.sync(NEXT_NIGHT)
    (again,) = preparation.entries(EntryState.HELD)
    assert again.reason == held.reason


@pytest.mark.parametrize("mode", MODES)
def test_an_order_that_cannot_be_read_is_open_until_it_can(mode: str) -> None:
    good = paid_order(7, "2026-03-10T15:00:00Z", "40.00", "0.00")
    bad = deepcopy(good)
    bad["agreements"][0]["sales"][0]["totalAmount"] = money("40.00", "EUR")
    preparation = Preparation(ListedOrders(bad, paid_order(8, "2026-03-10T16:00:00Z")), mode)
    preparation.sync(NIGHT)
    (row,) = preparation.report()["open"]
    assert (row["title"], row["amount"], row["day"]) == ("#7", "40.00", "2026-03-10")
    preparation.post_all()
    assert preparation.differences() == {"not_mapped": "40.00"}
    assert preparation.differences(date(2026, 3, 11), date(2026, 3, 11)) == {}

    preparation.source = ListedOrders(good | {"updatedAt": "2026-03-11T20:00:00Z"})
    preparation.sync(NEXT_NIGHT)
    preparation.post_all()
    assert preparation.report()["open"] == []
    assert preparation.differences() == {}


def test_an_unreadable_order_is_said_once_and_what_was_known_of_it_is_booked() -> None:
    good = paid_order(7, "2026-03-10T15:00:00Z")
    later = order(
        7,
        [
            *good["agreements"],
            agreement("72", "2026-03-11T15:00:00Z", sale("72", "-10.00", action="RETURN", quantity=-1), refund="9"),
        ],
        good["transactions"],
        refunds=[refund("9", "2026-03-11T15:00:00Z")],
    )
    later["agreements"][1]["sales"][0]["totalAmount"] = money("-10.00", "EUR")
    preparation = Preparation(ListedOrders(good))
    preparation.sync(NIGHT)
    preparation.source = ListedOrders(later)
    preparation.sync(NEXT_NIGHT)
    written = preparation.table.written_items
    preparation.sync(NEXT_NIGHT)
    assert preparation.table.written_items - written <= 5
    assert [entry.kind for entry in preparation.entries(EntryState.READY)] == ["SalesReceipt"]
    assert len(preparation.entries(EntryState.HELD)) == 1


@pytest.mark.parametrize("mode", MODES)
def test_an_unpaid_unfulfilled_order_waits_on_its_own_line(mode: str) -> None:
    waiting = order(
        9,
        [agreement("9", "2026-03-10T15:00:00Z", sale("9", "100.00", tax="8.00"))],
        fulfilled=False,
    )
    preparation = Preparation(ListedOrders(waiting, paid_order(10, "2026-03-10T16:00:00Z")), mode)
    preparation.sync(NIGHT)
    preparation.post_all()
    assert preparation.differences() == {"not_yet_posted": "108.00"}
    assert preparation.report()["open"] == []
    # nothing in the order changes but that it is fulfilled: it is due now, on the day it was sold
    preparation.source = ListedOrders(
        waiting | {"displayFulfillmentStatus": "FULFILLED", "updatedAt": "2026-03-11T15:00:00Z"}
    )
    preparation.sync(NEXT_NIGHT)
    preparation.post_all()
    assert preparation.differences() == {}


def test_waiting_orders_are_looked_at_once_a_sync_and_again_by_the_next() -> None:
    nodes = [
        order(n, [agreement(str(n), "2026-03-10T15:00:00Z", sale(str(n), "1.00"))], fulfilled=False)
        for n in range(100, 700)
    ]
    preparation = Preparation(ListedOrders(*nodes))
    preparation.sync(NIGHT)  # comes to an end
    assert preparation.entries() == []
    preparation.settings(start_date=date(2026, 1, 1))
    preparation.source = ListedOrders()
    preparation.sync(NEXT_NIGHT)
    assert preparation.differences() == {"not_yet_posted": "600.00"}


def test_two_orders_of_one_name_get_different_ref_numbers() -> None:
    nodes = [paid_order(n, f"2026-03-10T15:0{n - 20}:00Z", name="#1001") for n in (21, 22)]
    preparation = Preparation(ListedOrders(*nodes))
    preparation.sync(NIGHT)
    numbers = [entry.ref_number for entry in preparation.entries()]
    assert len(set(numbers)) == 2
    assert "1001" in numbers
    third = paid_order(23, "2026-03-11T15:00:00Z", name="1001")
    preparation.source = ListedOrders(third)
    preparation.sync(NEXT_NIGHT)
    assert len({entry.ref_number for entry in preparation.entries()}) == 3


def test_an_order_that_no_item_can_hold_is_an_exception_and_the_others_flow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored_orders, "MOST_BYTES", 1_500)
    sales = [sale(str(n), "1.00", tax="0.05", title=f"Tax of town {n * 7919}") for n in range(1000, 1200)]
    large = order(30, [agreement("30", "2026-03-10T15:00:00Z", *sales)])
    preparation = Preparation(ListedOrders(large, paid_order(31, "2026-03-10T16:00:00Z")))
    preparation.sync(NIGHT)
    (row,) = preparation.report()["open"]
    assert (row["title"], row["amount"]) == ("#30", "210.00")
    assert len(preparation.entries(EntryState.READY)) == 1
    preparation.post_all()
    assert preparation.differences() == {"not_mapped": "210.00"}


@pytest.mark.parametrize("mode", MODES)
def test_an_order_over_very_many_days_and_a_day_with_very_many_taxes(mode: str) -> None:
    days = [date(2026, 1, 2).toordinal() + n for n in range(120)]
    moments = [f"{date.fromordinal(day).isoformat()}T15:00:00Z" for day in days]
    long = order(
        40,
        [agreement(f"4{n}", at, sale(f"4{n}", "1.00")) for n, at in enumerate(moments)],
        [transaction(f"4{n}", at, "1.00") for n, at in enumerate(moments)],
    )
    taxes = [sale(f"9{n}", "1.00", tax="0.05", title=f"Town {n}") for n in range(800)]
    wide = order(
        41, [agreement("41", "2026-03-10T15:00:00Z", *taxes)], [transaction("41", "2026-03-10T15:00:00Z", "840.00")]
    )
    end = datetime(2026, 6, 1, tzinfo=UTC)
    preparation = Preparation(ListedOrders(long, wide), mode, start=date(2026, 1, 1))
    preparation.sync(end)
    shopify = preparation.shopify()
    assert sum(effect["sales"] for effect in shopify.values()) == Decimal("920.00")
    assert len(shopify[date(2026, 3, 10)]) == 800 + 2
    held = [entry for entry in preparation.entries(EntryState.HELD) if entry.kind == "Order"]
    # a hundred documents of one order are not made in one piece
    assert [(entry.title, entry.amount) for entry in held] == (
        [("#40", Decimal("120.00"))] if mode == "detailed" else []
    )
    preparation.post_all()
    open_lines = {"sales": "120.00", "tender:shopify_payments": "120.00"} if mode == "detailed" else {}
    assert preparation.differences() == open_lines


# The day the books begin.


def sold_before_refunded_after() -> dict:
    sold = paid_order(50, "2026-02-27T15:00:00Z", "30.00", "0.00")
    return order(
        50,
        [
            *sold["agreements"],
            agreement("502", "2026-03-10T15:00:00Z", sale("502", "-30.00", action="RETURN", quantity=-1), refund="50"),
        ],
        [*sold["transactions"], transaction("502", "2026-03-10T15:00:00Z", "30.00", kind="REFUND")],
        refunds=[refund("50", "2026-03-10T15:00:00Z", "502")],
    )


@pytest.mark.parametrize("mode", MODES)
def test_a_refund_of_what_was_sold_before_the_books_is_booked_alone(mode: str) -> None:
    preparation = Preparation(ListedOrders(sold_before_refunded_after()), mode, start=date(2026, 3, 1))
    preparation.sync(NIGHT)
    preparation.post_all()
    assert preparation.differences() == {}
    assert list(preparation.shopify()) == [date(2026, 3, 10)]
    assert preparation.shopify()[date(2026, 3, 10)]["returns"] == Decimal("-30.00")


@pytest.mark.parametrize("mode", MODES)
def test_a_payment_of_an_order_from_before_the_books_is_booked_on_its_day(mode: str) -> None:
    node = order(
        51,
        [agreement("51", "2026-02-27T15:00:00Z", sale("51", "30.00"))],
        [transaction("51", "2026-03-10T15:00:00Z", "30.00")],
    )
    preparation = Preparation(ListedOrders(node), mode, start=date(2026, 3, 1))
    preparation.sync(NIGHT)
    preparation.post_all()
    assert preparation.differences() == {}
    assert list(preparation.shopify()) == [date(2026, 3, 10)]
    assert preparation.entries(EntryState.READ_BACK)


@pytest.mark.parametrize("mode", MODES)
def test_a_backfill_brings_days_from_before_the_books_in_once(mode: str) -> None:
    preparation = Preparation(ListedOrders(sold_before_refunded_after()), mode, start=date(2026, 3, 1))
    preparation.sync(NIGHT)
    for n in range(2):
        preparation.sync(NIGHT, **{"sync_id": f"backfill-{n}", "from": "2026-02-01", "to": "2026-02-28"})
    preparation.post_all()
    assert preparation.differences() == {}
    assert list(preparation.shopify()) == [date(2026, 2, 27), date(2026, 3, 10)]
    assert preparation.shopify()[date(2026, 2, 27)]["sales"] == Decimal("30.00")


@pytest.mark.parametrize("mode", MODES)
def test_books_that_begin_earlier_after_all_are_read_from_there(mode: str) -> None:
    early, late = paid_order(53, "2026-02-27T15:00:00Z"), sold_before_refunded_after()
    preparation = Preparation(ListedOrders(early, late), mode, start=date(2026, 3, 1))
    preparation.sync(NIGHT)
    assert list(preparation.shopify()) == [date(2026, 3, 10)]
    preparation.settings(start_date=date(2026, 2, 1))
    preparation.sync(NEXT_NIGHT)
    preparation.post_all()
    assert preparation.differences() == {}
    assert preparation.shopify()[date(2026, 2, 27)]["sales"] == Decimal("130.00")
    # and only once: the night after goes on from where this one ended
    written = preparation.table.written_items
    preparation.sync(datetime(2026, 3, 13, 6, tzinfo=UTC))
    assert preparation.table.written_items - written <= 5


def test_an_order_wholly_from_before_the_books_leaves_no_trace() -> None:
    preparation = Preparation(ListedOrders(paid_order(52, "2026-02-27T15:00:00Z")), start=date(2026, 2, 28))
    preparation.sync(NIGHT)
    assert preparation.records() == {}
    assert preparation.report()["days"] == []


def _accounts(preparation: Preparation) -> dict[str, str]:
    from connector.app import settings
    from tests.fakes.preparation import SHOP

    return dict(settings.read(preparation.table, SHOP).accounts)
