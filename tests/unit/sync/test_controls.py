"""Shopify's figures against each other: a disagreement names the order, holds nothing up, and ends when it is over."""

from __future__ import annotations

import itertools
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from connector.outbox.entries import EntryState
from connector.shopify.errors import GraphQLFailed, ShopifyUnavailable
from connector.shopify.paging import Page
from connector.storage import syncs
from connector.sync import controls
from connector.sync.context import Context
from tests.fakes.nodes import ListedOrders, agreement, money, order, paid_order, refund, sale, transaction
from tests.fakes.payments_shop import PaymentsShop
from tests.fakes.preparation import SHOP, Preparation
from tests.fakes.shop_over_http import AFTERWARDS, shop_over_http
from tests.unit.sync.bulk_reading import small_world

NIGHT = datetime(2026, 3, 11, 6, tzinfo=UTC)
NEXT_NIGHT = datetime(2026, 3, 12, 6, tzinfo=UTC)
A_WEEK_LATER = datetime(2026, 3, 18, 6, tzinfo=UTC)
AT = "2026-03-10T15:00:00Z"


def says_less(node: dict[str, Any], total: str) -> dict[str, Any]:
    return deepcopy(node) | {"currentTotalPriceSet": money(total)}


def exceptions(preparation: Preparation) -> list[tuple[str, str, Decimal]]:
    return [(e.kind, e.title, e.amount) for e in preparation.entries(EntryState.HELD)]


# An order's sales and its total.


@pytest.mark.parametrize("mode", ["detailed", "summary"])
def test_an_order_whose_total_is_not_its_sales_is_booked_and_named(mode: str) -> None:
    preparation = Preparation(ListedOrders(says_less(paid_order(1, AT), "105.00"), paid_order(2, AT)), mode)
    preparation.sync(NIGHT)
    assert exceptions(preparation) == [("Check", "#1", Decimal("3.00"))]
    (held,) = preparation.entries(EntryState.HELD)
    assert "#1" in held.reason and "108.00" in held.reason and "105.00" in held.reason
    preparation.post_all()
    assert preparation.differences() == {}
    (row,) = preparation.report()["open"]
    assert (row["title"], row["lines"]) == ("#1", {})


def test_it_is_said_once_stays_aside_and_ends_when_shopify_agrees_again() -> None:
    odd = says_less(paid_order(1, AT), "105.00")
    preparation = Preparation(ListedOrders(odd))
    preparation.sync(NIGHT)
    written = preparation.table.written_items
    preparation.sync(NIGHT)
    assert preparation.table.written_items - written <= 5
    (held,) = preparation.entries(EntryState.HELD)
    preparation.table.put(replace(held, state=EntryState.IGNORED, reason="known").to_item())
    preparation.source = ListedOrders(odd | {"updatedAt": "2026-03-11T15:00:00Z"})
    preparation.sync(NEXT_NIGHT)
    assert [e.reason for e in preparation.entries(EntryState.IGNORED)] == ["known"]
    preparation.source = ListedOrders(paid_order(1, AT) | {"updatedAt": "2026-03-12T15:00:00Z"})
    preparation.sync(A_WEEK_LATER)
    assert preparation.entries(EntryState.HELD, EntryState.IGNORED) == []


def test_a_window_that_has_only_part_of_an_order_is_no_disagreement() -> None:
    node = order(
        1,
        [
            agreement("1", "2026-03-10T15:00:00Z", sale("1", "30.00")),
            agreement("2", "2026-03-11T15:00:00Z", sale("2", "-30.00", action="RETURN", quantity=-1), refund="1"),
        ],
        [transaction("1", "2026-03-10T15:00:00Z", "30.00")],
        refunds=[refund("1", "2026-03-11T15:00:00Z")],
    )
    preparation = Preparation(ListedOrders(node))
    preparation.sync(NIGHT)
    assert exceptions(preparation) == []


# Tender transactions.


class Tenders:
    """In place of Shopify's; in pages of two, in no order."""

    def __init__(self, *nodes: dict[str, Any]) -> None:
        self.nodes = list(nodes)
        self.asked: list[tuple[datetime, datetime]] = []
        self.error: Exception | None = None

    def page(self, client: Any, first: datetime, last: datetime, cursor: str | None) -> Page:
        if self.error:
            raise self.error
        self.asked.append((first, last))
        found = [n for n in reversed(self.nodes) if first <= datetime.fromisoformat(n["processedAt"]) < last]
        at = int(cursor or 0)
        return Page(found[at : at + 2], str(at + 2) if at + 2 < len(found) else None)


def tender(
    number: int, amount: str, at: str = AT, currency: str = "USD", order: int = 1, **more: Any
) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/TenderTransaction/{number}",
        "processedAt": at,
        "paymentMethod": "credit_card",
        "test": False,
        "amount": {"amount": amount, "currencyCode": currency},
        "order": {"id": f"gid://shopify/Order/{order}", "name": f"#{order}"},
        **more,
    }


@pytest.fixture
def tenders(monkeypatch: pytest.MonkeyPatch) -> Tenders:
    tenders = Tenders()
    monkeypatch.setattr(controls, "tenders_page", tenders.page)
    return tenders


def prepared(*nodes: dict[str, Any]) -> Preparation:
    """With a shop to ask for control totals."""
    preparation = Preparation(ListedOrders(*nodes))
    preparation.context = lambda: Context(
        preparation.table,
        lambda shop: preparation.source,
        lambda: preparation.now,
        lambda: preparation.remaining(),
        admin_of=lambda shop: PaymentsShop(denied=frozenset({"payouts", "disputes"})),  # type: ignore[arg-type, return-value]
    )
    return preparation


def test_payments_that_are_the_tender_transactions_are_no_matter(tenders: Tenders) -> None:
    tenders.nodes = [tender(1, "108.0"), tender(2, "108.0", order=2), tender(3, "9.0", test=True)]
    preparation = prepared(paid_order(1, AT), paid_order(2, AT))
    preparation.sync(NIGHT)
    assert exceptions(preparation) == []


def test_payments_of_a_day_that_are_not_are_named_by_order_and_hold_nothing_up(tenders: Tenders) -> None:
    tenders.nodes = [tender(1, "108.0"), tender(2, "100.0", order=2), tender(3, "5.0", order=99)]
    preparation = prepared(paid_order(1, AT), paid_order(2, AT), paid_order(3, AT))
    preparation.sync(NIGHT)
    assert exceptions(preparation) == [("Check", "Payments of 2026-03-10", Decimal("-111.00"))]
    (held,) = preparation.entries(EntryState.HELD)
    assert "#2" in held.reason and "#99" in held.reason and "gid://shopify/Order/3" in held.reason
    assert "#1 " not in held.reason
    preparation.post_all()
    assert preparation.differences() == {}


def test_a_day_that_agrees_later_is_no_exception_any_more(tenders: Tenders) -> None:
    tenders.nodes = [tender(1, "100.0")]
    preparation = prepared(paid_order(1, AT))
    preparation.sync(NIGHT)
    assert len(exceptions(preparation)) == 1
    tenders.nodes = [tender(1, "108.0")]
    preparation.source = ListedOrders()
    preparation.sync(NEXT_NIGHT)
    assert exceptions(preparation) == []


def test_a_day_that_was_set_aside_comes_back_only_over_another_amount(tenders: Tenders) -> None:
    tenders.nodes = [tender(1, "100.0")]
    preparation = prepared(paid_order(1, AT))
    preparation.sync(NIGHT)
    (held,) = preparation.entries(EntryState.HELD)
    preparation.table.put(replace(held, state=EntryState.IGNORED, reason="known").to_item())
    preparation.sync(NIGHT)
    assert exceptions(preparation) == []
    tenders.nodes = [tender(1, "90.0")]
    preparation.sync(NEXT_NIGHT)
    assert exceptions(preparation) == [("Check", "Payments of 2026-03-10", Decimal("-18.00"))]


def test_only_whole_business_days_are_compared_in_the_shops_zone(tenders: Tenders) -> None:
    late, early = "2026-03-11T03:59:59Z", "2026-03-11T04:00:00Z"  # 23:59:59 on the 10th, 0:00 on the 11th
    tenders.nodes = [tender(1, "108.0", late)]
    preparation = prepared(paid_order(1, late), paid_order(2, early))
    preparation.sync(NIGHT)
    assert exceptions(preparation) == []
    preparation.source = ListedOrders()
    preparation.sync(NEXT_NIGHT)
    assert exceptions(preparation) == [("Check", "Payments of 2026-03-11", Decimal("-108.00"))]


def test_money_in_other_currencies_is_no_control(tenders: Tenders) -> None:
    tenders.nodes = [tender(1, "99.0", currency="EUR"), tender(2, "108.0", order=2)]
    preparation = prepared(paid_order(1, AT), paid_order(2, AT))
    preparation.sync(NIGHT)
    assert exceptions(preparation) == []


def test_many_disagreements_are_counted(tenders: Tenders) -> None:
    preparation = prepared(*(paid_order(n, AT) for n in range(1, 31)))
    preparation.sync(NIGHT)
    (held,) = preparation.entries(EntryState.HELD)
    assert "20 more orders disagree." in held.reason


@pytest.mark.parametrize("error", [GraphQLFailed("tender_transactions_page", ["no"]), ShopifyUnavailable("away")])
def test_a_shop_that_does_not_show_them_is_prepared_nevertheless(tenders: Tenders, error: Exception) -> None:
    tenders.error = error
    preparation = prepared(paid_order(1, AT))
    state = preparation.sync(NIGHT)
    assert len(preparation.entries(EntryState.READY)) == 1
    sync = syncs.get(preparation.table, SHOP, state["sync_id"])
    assert sync is not None and "tender transactions" in sync["note"]
    assert sync["state"] == "DONE"


def test_a_long_time_is_compared_some_days_at_a_time(tenders: Tenders) -> None:
    tenders.nodes = [tender(1, "108.0")]
    preparation = prepared(paid_order(1, AT))
    preparation.remaining = lambda: 0.0
    preparation.sync(datetime(2026, 12, 1, 6, tzinfo=UTC))
    assert exceptions(preparation) == []
    assert 5 < len(tenders.asked) < 12
    whole = sorted(tenders.asked)
    assert all(one[1] == following[0] for one, following in itertools.pairwise(whole))


def test_a_shop_that_takes_too_long_is_left_alone(tenders: Tenders, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(controls, "PATIENCE", controls.ONE_DAY * 0)
    preparation = prepared(paid_order(1, AT))
    ticks = iter(range(10_000))
    preparation.tick = lambda: next(ticks)
    state = preparation.sync(NIGHT)
    sync = syncs.get(preparation.table, SHOP, state["sync_id"])
    assert sync is not None and "took too long" in sync["note"]


def test_the_stand_in_shop_agrees_with_itself() -> None:
    with shop_over_http(small_world()) as shop:
        shop.preparation.steps = ("plan", "read")
        shop.preparation.sync(AFTERWARDS)
        assert shop.asked("TenderTransactionsPage") > 0
        assert exceptions(shop.preparation) == []
