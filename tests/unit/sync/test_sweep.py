"""Once a week: agreements that no change of their order has led to are found and read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.shopify.errors import GraphQLFailed
from connector.shopify.newest_agreements import NewestAgreements
from connector.storage import syncs
from connector.storage.orders import get_many
from connector.sync import sweep
from infra.local.shop import build_world
from tests.fakes.preparation import SHOP
from tests.fakes.shop_over_http import AFTERWARDS, ShopOverHttp, shop_over_http

FIRST_NIGHT = datetime(2026, 11, 26, 7, tzinfo=UTC)
NEXT_NIGHT = FIRST_NIGHT + timedelta(days=1)
NEXT_WEEK = AFTERWARDS
"""A Tuesday, four days behind the first."""


@pytest.fixture
def shop() -> Any:
    with shop_over_http(build_world(days=4, orders_per_day=10)) as shop:
        shop.preparation.steps = ("plan", "read", "finish")
        yield shop


def forget_last_agreement(shop: ShopOverHttp) -> tuple[str, str]:
    """As if an order had got its newest agreement without being found: its sales are not stored."""
    for legacy_id, record in sorted(shop.preparation.records().items()):
        agreements = list(dict.fromkeys(sale.agreement for sale in record.facts.sales))
        if len(agreements) > 1:
            kept = tuple(sale for sale in record.facts.sales if sale.agreement != agreements[-1])
            smaller = replace(record, facts=replace(record.facts, sales=kept))
            shop.preparation.table.transact([smaller.write()])
            assert len(get_many(shop.preparation.table, SHOP, [legacy_id])[legacy_id].facts.sales) == len(kept)
            return legacy_id, agreements[-1]
    raise AssertionError("no order has two agreements")


def has(shop: ShopOverHttp, legacy_id: str, agreement: str) -> bool:
    return agreement in {sale.agreement for sale in shop.preparation.records()[legacy_id].facts.sales}


def test_an_agreement_that_was_missed_is_found_in_the_next_week_and_no_sooner(shop: ShopOverHttp) -> None:
    shop.preparation.sync(FIRST_NIGHT)
    legacy_id, agreement = forget_last_agreement(shop)
    shop.preparation.sync(NEXT_NIGHT)
    assert not has(shop, legacy_id, agreement)
    shop.preparation.sync(NEXT_WEEK)
    assert has(shop, legacy_id, agreement)


def test_what_is_known_is_not_read_again(shop: ShopOverHttp) -> None:
    shop.preparation.sync(FIRST_NIGHT)
    asked = shop.asked("query OrdersPage")
    known = shop.preparation.records()
    shop.preparation.sync(NEXT_WEEK)
    assert shop.asked("NewestAgreementsPage") == 1
    bodies = [seen.body for seen in shop.shop.seen if "query OrdersPage" in str((seen.body or {}).get("query"))]
    queries = [str(body["variables"]["query"]) for body in bodies if body]
    assert queries and not any(query.startswith("id:") for query in queries)
    assert shop.asked("query OrdersPage") - asked <= 3
    assert shop.preparation.records() == known, "with their versions: not one was written again"


def test_agreements_behind_the_windows_end_and_from_before_the_books_are_not_missed(
    shop: ShopOverHttp, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.preparation.sync(FIRST_NIGHT)
    moments = (NEXT_WEEK, datetime(2025, 12, 31, tzinfo=UTC))
    odd = [NewestAgreements("1", ((f"gid://shopify/SalesAgreement/{n}", at),)) for n, at in enumerate(moments)]
    monkeypatch.setattr(sweep, "newest_agreements_page", lambda *_: (odd, None))
    monkeypatch.setattr(sweep, "orders_of", lambda *_: pytest.fail("nothing is missed"))
    shop.preparation.sync(NEXT_WEEK)


def test_a_shop_that_refuses_it_is_prepared_nevertheless(shop: ShopOverHttp, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.preparation.sync(FIRST_NIGHT)

    def refused(*_: Any) -> Any:
        raise GraphQLFailed("newest_agreements_page", ["no"])

    monkeypatch.setattr(sweep, "newest_agreements_page", refused)
    state = shop.preparation.sync(NEXT_WEEK)
    sync = syncs.get(shop.preparation.table, SHOP, state["sync_id"])
    assert sync is not None and "sweep" in sync["note"]
    assert sync["state"] == "DONE"


def test_an_invocation_without_time_goes_on_with_the_next_page(
    shop: ShopOverHttp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connector.shopify.newest_agreements.ORDERS", 7)
    shop.preparation.sync(FIRST_NIGHT)
    legacy_id, agreement = forget_last_agreement(shop)
    shop.preparation.remaining = lambda: 0.0
    shop.preparation.sync(NEXT_WEEK)
    assert has(shop, legacy_id, agreement)
    assert shop.asked("NewestAgreementsPage") >= 5
