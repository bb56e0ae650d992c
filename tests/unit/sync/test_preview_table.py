"""The table of a preview answers as the real one and leaves it as it is."""

from __future__ import annotations

from typing import Any

import pytest

from connector.storage.table import ConditionFailed, check_write, delete_write, put_write, update_write
from connector.sync.preview_table import PreviewTable
from tests.fakes.memory_table import MemoryTable
from tests.unit.storage import test_table_contract as contract


@pytest.fixture
def table() -> PreviewTable:
    beneath: Any = MemoryTable()
    return PreviewTable(beneath)


test_an_item_comes_back_as_it_was_put = contract.test_an_item_comes_back_as_it_was_put
test_an_item_is_the_callers_own = contract.test_what_a_caller_does_with_an_item_does_not_change_the_stored_one
test_a_batch_comes_in_order = contract.test_a_batch_comes_in_the_order_asked_for_without_the_missing_ones
test_queries_go_by_the_order_of_sk = contract.test_queries_go_by_the_order_of_sk
test_the_index_holds_only_what_waits = contract.test_the_index_holds_only_what_waits_in_its_order
test_conditions = contract.test_conditions
test_updates = contract.test_updates
test_a_condition_on_nothing = contract.test_a_condition_on_an_item_that_is_not_there


def _filled() -> tuple[Any, PreviewTable]:
    beneath: Any = MemoryTable()
    for n in range(6):
        beneath.put({"pk": "p", "sk": f"A#{n}", "n": n, "gsi1pk": "Q", "gsi1sk": f"{n}"})
    return beneath, PreviewTable(beneath)


def test_reads_see_what_lies_beneath_and_what_was_written_over_it() -> None:
    beneath, over = _filled()
    before = list(beneath.query("p"))
    over.put({"pk": "p", "sk": "A#10", "n": 10, "gsi1pk": "Q", "gsi1sk": "25"})
    over.delete("p", "A#0")
    over.update("p", "A#1", "SET n = :n, gsi1sk = :last", values={":n": 7, ":last": "9"})
    over.update("p", "A#2", "REMOVE gsi1pk, gsi1sk")
    assert [(i["sk"], i["n"]) for i in over.query("p", "A#")] == [
        ("A#1", 7), ("A#10", 10), ("A#2", 2), ("A#3", 3), ("A#4", 4), ("A#5", 5),
    ]  # fmt: skip
    assert [i["sk"] for i in over.query("p", "A#", newest_first=True, limit=2)] == ["A#5", "A#4"]
    assert [i["sk"] for i in over.query("p", first="A#1", last="A#2")] == ["A#1", "A#10", "A#2"]
    assert [sk for _, sk, _ in over.index("Q")] == ["A#10", "A#3", "A#4", "A#5", "A#1"]
    assert [sk for _, sk, _ in over.index("Q", after="3", limit=2)] == ["A#4", "A#5"]
    assert [i["sk"] for i in over.batch_get([("p", "A#0"), ("p", "A#1"), ("p", "A#5")])] == ["A#1", "A#5"]
    assert over.get("p", "A#0") is None
    assert list(beneath.query("p")) == before
    assert [item["sk"] for item in over.written("A#")] == ["A#1", "A#10", "A#2"]
    assert [over.is_new(item) for item in over.written("A#")] == [False, True, False]


def test_a_refused_part_refuses_the_whole_transaction() -> None:
    _, over = _filled()
    with pytest.raises(ConditionFailed):
        over.transact(
            [
                put_write({"pk": "p", "sk": "new"}),
                update_write("p", "A#1", "ADD n :one", values={":one": 1}),
                delete_write("p", "A#2"),
                check_write("p", "A#3", "n = :n", values={":n": 4}),
            ]
        )
    assert over.written("") == []


def test_an_expression_it_does_not_know_is_not_guessed() -> None:
    _, over = _filled()
    for expression in ("SET n", "DELETE tags :t", "SET n = :a ~ :b"):
        with pytest.raises(ValueError):
            over.update("p", "A#1", expression, values={":t": 1, ":a": 1, ":b": 2})
