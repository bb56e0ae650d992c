"""Ref No. bases: each is taken once in a shop, those of orders that follow each other in one item."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from connector.quickbooks.names import base_reference, fallback_reference
from connector.storage import keys, references
from connector.storage.table import ConditionFailed
from tests.fakes.memory_table import MemoryTable
from tests.fakes.moto_table import moto_table

SHOP, OTHER = "harbor-goods.myshopify.com", "another.myshopify.com"


def take(table: MemoryTable, wanted: dict[str, str], shop: str = SHOP) -> int:
    """Returns how many items were written for it."""
    writes = references.take_writes(shop, wanted)
    if writes:
        table.transact(writes)
    return len(writes)


def test_numbers_that_follow_each_other_are_taken_with_few_items() -> None:
    table = MemoryTable()
    assert take(table, {str(n): f"Order:{n}" for n in range(1290, 1330)}) == 2
    assert take(table, {f"{n}-EU": f"Order:{n}" for n in range(1210, 1250)}) == 1
    assert references.owners(table, SHOP, ["1290", "1329", "1210-eu", "2000"]).items() >= {
        ("1290", "Order:1290"),
        ("1329", "Order:1329"),
        ("1210-EU", "Order:1210"),
    }
    assert "2000" not in references.owners(table, SHOP, ["2000"])


def test_what_another_has_is_refused_and_nothing_of_it_is_taken() -> None:
    table = MemoryTable()
    take(table, {"1001": "Order:1", "ab7": "Order:2"})
    for base in ("1001", "AB7", "Ab7"):
        with pytest.raises(ConditionFailed):
            take(table, {"1002": "Order:3", base: "Order:3"})
    assert references.owners(table, SHOP, ["1001", "1002", "AB7"]) == {"1001": "Order:1", "AB7": "Order:2"}
    take(table, {"1001": "Order:1", "1002": "Order:1"})
    take(table, {"1001": "Order:9"}, OTHER)
    assert references.owners(table, SHOP, ["1001"])["1001"] == "Order:1"


def test_a_whole_transaction_of_numbers_fits_into_an_expression() -> None:
    table = MemoryTable()
    assert take(table, {f"9999{n:02d}-X": f"Order:{6220698876432 + n}" for n in range(50)}) == 1


def test_what_is_made_of_an_id_alone_needs_no_taking() -> None:
    base = fallback_reference("6220698876432")
    assert len(base) == 9
    assert references.take_writes(SHOP, {base: "Order:6220698876432"}) == []
    short = fallback_reference("450789469")
    assert len(references.take_writes(SHOP, {short: "Order:450789469"})) == 1, "an order may have such a name"


def test_the_same_on_dynamodb() -> None:
    with mock_aws():
        table = moto_table()
        take(table, {"1001": "Order:1", "1002": "Order:2", "7": "Order:3", "N-A": "Order:4"})
        with pytest.raises(ConditionFailed):
            take(table, {"1003": "Order:5", "n-a": "Order:5"})
        take(table, {"1002": "Order:2", "1003": "Order:5"})
        assert references.owners(table, SHOP, ["1001", "7", "n-a"]) == {
            "1001": "Order:1",
            "1002": "Order:2",
            "1003": "Order:5",
            "7": "Order:3",
            "N-A": "Order:4",
        }


@given(st.text(alphabet=st.sampled_from("AZaz09-#. "), max_size=12))
def test_every_base_has_one_place_in_an_item_that_stays_small(name: str) -> None:
    base = base_reference(name)
    if base is None:
        return
    place = references.sk_of(base)
    assert place == references.sk_of(base.upper()) == references.sk_of(base.lower())
    assert place.startswith(keys.references(""))
    # Nothing but one or two digits is left out of its name: a hundred and ten bases at most are in it.
    pattern = re.escape(place.removeprefix(keys.references(""))).replace(r"\.\.", r"\d{1,2}")
    assert re.fullmatch(pattern, base.upper(), re.ASCII)
