"""Which combinations of modes the demo is asked for, and what it says of them."""

from __future__ import annotations

import pytest

from infra.local.demo_modes import COMBINATIONS, chosen
from infra.local.stack import StackError


def test_all_are_eight_and_without_a_wish_there_are_none() -> None:
    assert chosen({"MODES": "all"}) == COMBINATIONS
    assert len(set(COMBINATIONS)) == 8
    assert chosen({}) == chosen({"MODES": ""}) == ()


def test_one_or_several_in_the_order_they_were_given_each_once() -> None:
    assert chosen({"MODES": "detailed, Summary,detailed"}) == (("detailed", "summary", "detailed"),)
    two = "summary,detailed,summary detailed,detailed,detailed summary,detailed,summary"
    assert chosen({"MODES": two}) == (("summary", "detailed", "summary"), ("detailed",) * 3)


@pytest.mark.parametrize("wish", ["detailed", "detailed,summary", "both,summary,detailed", "all all", "a,b,c,d"])
def test_what_is_no_combination_is_refused_in_words(wish: str) -> None:
    with pytest.raises(StackError, match="customer,inventory,vendor"):
        chosen({"MODES": wish})
