"""A shop's profile follows the shop, but for the currency of books that have begun."""

from __future__ import annotations

from typing import Any

import pytest

from connector.shopify import profiles
from connector.shopify.errors import GraphQLFailed
from connector.storage import keys
from tests.fakes.memory_table import MemoryTable

SHOP = "northern-lights.myshopify.com"
NODE = {
    "name": "Northern Lights",
    "currencyCode": "DKK",
    "ianaTimezone": "Europe/Copenhagen",
    "contactEmail": "books@example.com",
    "taxesIncluded": True,
    "plan": {"publicDisplayName": "Basic"},
}


@pytest.fixture
def table() -> Any:
    return MemoryTable()


def begin(table: Any, state: str = "STARTED") -> None:
    table.put({"pk": keys.shop(SHOP), "sk": keys.INTEGRATION, "state": state})


def test_name_zone_plan_and_currency_follow_before_the_start(table: Any) -> None:
    assert profiles.find(table, SHOP) is None
    first = profiles.store(table, SHOP, NODE)
    assert first == profiles.find(table, SHOP)
    assert (first.currency, first.email, first.plan, first.taxes_included) == (
        "DKK",
        "books@example.com",
        "Basic",
        True,
    )
    changed = NODE | {"name": "Nordlys", "currencyCode": "EUR", "ianaTimezone": "America/Nuuk", "plan": None}
    second = profiles.store(table, SHOP, changed)
    assert (second.name, second.currency, second.time_zone, second.plan) == ("Nordlys", "EUR", "America/Nuuk", "")
    assert second.other_currency == ""


@pytest.mark.parametrize("state", ["PREVIEW", "STARTING"])
def test_where_there_are_no_books_yet_the_currency_follows(table: Any, state: str) -> None:
    profiles.store(table, SHOP, NODE)
    begin(table, state)
    assert profiles.store(table, SHOP, NODE | {"currencyCode": "EUR"}).currency == "EUR"


def test_books_that_have_begun_keep_their_currency_until_it_is_the_shop_s_again_or_they_are_reset(table: Any) -> None:
    profiles.store(table, SHOP, NODE)
    begin(table)
    for _ in range(2):  # the second time the stored profile is no new one
        kept = profiles.store(table, SHOP, NODE | {"currencyCode": "EUR"})
        assert (kept.currency, kept.other_currency) == ("DKK", "EUR")
    back = profiles.store(table, SHOP, NODE)
    assert (back.currency, back.other_currency) == ("DKK", "")
    assert profiles.begin_anew(table, SHOP) == []
    profiles.store(table, SHOP, NODE | {"currencyCode": "EUR"})
    table.transact(profiles.begin_anew(table, SHOP))
    anew = profiles.find(table, SHOP)
    assert anew and (anew.currency, anew.other_currency) == ("EUR", "")


def test_a_zone_nobody_here_knows_changes_nothing(table: Any) -> None:
    profiles.store(table, SHOP, NODE)
    for zone in ("Mars/Olympus_Mons", "../../etc/passwd", "Europe"):
        assert profiles.store(table, SHOP, NODE | {"ianaTimezone": zone}).time_zone == "Europe/Copenhagen"


@pytest.mark.parametrize("missing", ["name", "currencyCode", "ianaTimezone"])
@pytest.mark.parametrize("how", ["null", "absent"])
def test_an_answer_with_a_hole_is_no_profile(table: Any, missing: str, how: str) -> None:
    before = profiles.store(table, SHOP, NODE)
    node: dict[str, Any] = {**NODE, missing: None}
    if how == "absent":
        del node[missing]
    with pytest.raises(GraphQLFailed, match=missing):
        profiles.store(table, SHOP, node)
    assert profiles.find(table, SHOP) == before


def test_what_was_stored_before_a_field_existed_can_still_be_read(table: Any) -> None:
    item = {"pk": keys.shop(SHOP), "sk": keys.PROFILE, "time_zone": "Europe/Copenhagen", "currency": "DKK"}
    table.put(item)
    found = profiles.find(table, SHOP)
    assert found and (found.time_zone, found.name, found.other_currency) == ("Europe/Copenhagen", "", "")


def test_a_profile_that_did_not_change_is_not_written_again(table: Any) -> None:
    profiles.store(table, SHOP, NODE)
    writes = table.writes
    profiles.store(table, SHOP, NODE)
    assert table.writes == writes
