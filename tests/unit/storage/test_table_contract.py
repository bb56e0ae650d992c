"""The table on moto and the table in memory answer the same way; what runs on one may be trusted on the other."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from connector.storage.table import (
    ConditionFailed,
    Table,
    check_write,
    delete_write,
    put_write,
    update_write,
)
from tests.fakes.memory_table import MemoryTable
from tests.fakes.moto_table import moto_table


@pytest.fixture(params=["memory", "moto"])
def table(request: pytest.FixtureRequest) -> Iterator[Table | MemoryTable]:
    if request.param == "memory":
        yield MemoryTable()
    else:
        with mock_aws():
            yield moto_table()


def test_an_item_comes_back_as_it_was_put(table: Table) -> None:
    item = {
        "pk": "SHOP#a",
        "sk": "ENTRY#1",
        "text": "",
        "whole": 3,
        "amount": Decimal("12.50"),
        "bytes": b"\x00\x01",
        "yes": True,
        "list": ["a", Decimal("0.1"), {"b": None}],
        "map": {"tax:State 6.25%": Decimal("1.05")},
        "left_out": None,
    }
    table.put(item)
    found = table.get("SHOP#a", "ENTRY#1")
    assert found == {k: v for k, v in item.items() if k != "left_out"}
    assert found is not None and isinstance(found["whole"], int)
    assert table.get("SHOP#a", "ENTRY#2") is None


def test_what_a_caller_does_with_an_item_does_not_change_the_stored_one(table: Table) -> None:
    table.put({"pk": "p", "sk": "s", "map": {"a": 1}, "list": [1]})
    found = table.get("p", "s")
    assert found is not None
    found["map"]["a"] = 2
    found["list"].append(2)
    assert table.get("p", "s") == {"pk": "p", "sk": "s", "map": {"a": 1}, "list": [1]}


def test_a_batch_comes_in_the_order_asked_for_without_the_missing_ones(table: Table) -> None:
    for n in range(120):
        table.put({"pk": "p", "sk": f"{n:03d}"})
    wanted = [("p", f"{n:03d}") for n in (7, 119, 3, 7, 500, 118)] + [("p", f"{n:03d}") for n in range(100)]
    found = [item["sk"] for item in table.batch_get(wanted)]
    assert found[:4] == ["007", "119", "003", "118"]
    assert len(found) == len(set(found)) == 102


def test_queries_go_by_the_order_of_sk(table: Table) -> None:
    for sk in ("SYNC#3", "SYNC#1", "DAY#2026-03-08", "SYNC#2", "DAY#2026-03-09", "DAY#2026-03-10"):
        table.put({"pk": "p", "sk": sk})
    table.put({"pk": "q", "sk": "SYNC#9"})
    assert [i["sk"] for i in table.query("p", "SYNC#")] == ["SYNC#1", "SYNC#2", "SYNC#3"]
    assert [i["sk"] for i in table.query("p", "SYNC#", newest_first=True, limit=2)] == ["SYNC#3", "SYNC#2"]
    between = table.query("p", first="DAY#2026-03-08", last="DAY#2026-03-09")
    assert [i["sk"] for i in between] == ["DAY#2026-03-08", "DAY#2026-03-09"]
    assert len(list(table.query("p"))) == 6


def test_the_index_holds_only_what_waits_in_its_order(table: Table) -> None:
    for n, queue in ((3, "OPEN"), (1, "OPEN"), (2, "OPEN"), (4, "OTHER")):
        table.put({"pk": "p", "sk": f"s{n}", "gsi1pk": queue, "gsi1sk": f"2026-03-0{n}#x"})
    table.put({"pk": "p", "sk": "done"})
    assert list(table.index("OPEN", limit=2)) == [("p", "s1", "2026-03-01#x"), ("p", "s2", "2026-03-02#x")]
    assert [sk for _, sk, _ in table.index("OPEN", after="2026-03-02#x")] == ["s3"]
    assert [sk for _, sk, _ in table.index("OPEN", "2026-03-02")] == ["s2"]
    table.put({"pk": "p", "sk": "s1"})
    table.update("p", "s2", "SET gsi1sk = :later", values={":later": "2026-03-09#x"})
    table.update("p", "s3", "REMOVE gsi1pk, gsi1sk")
    assert list(table.index("OPEN")) == [("p", "s2", "2026-03-09#x")]
    table.delete("p", "s2")
    assert list(table.index("OPEN")) == []


CONDITIONS: list[tuple[str, dict[str, str], dict[str, Any], bool]] = [
    ("attribute_exists(pk)", {}, {}, True),
    ("attribute_not_exists(pk)", {}, {}, False),
    ("attribute_not_exists(nothing)", {}, {}, True),
    ("#s = :v", {"#s": "state"}, {":v": "READY"}, True),
    ("#s <> :v", {"#s": "state"}, {":v": "READY"}, False),
    ("nothing <> :v", {}, {":v": "READY"}, True),
    ("nothing = :v", {}, {":v": "READY"}, False),
    ("nothing < :v", {}, {":v": 5}, False),
    ("version < :v", {}, {":v": 4}, True),
    ("version <= :v", {}, {":v": Decimal("3.00")}, True),
    ("version > :v", {}, {":v": 3}, False),
    ("version >= :v", {}, {":v": 3}, True),
    ("version = :v", {}, {":v": "3"}, False),
    ("version BETWEEN :a AND :b", {}, {":a": 3, ":b": 5}, True),
    ("version BETWEEN :a AND :b AND reason = :c", {}, {":a": 4, ":b": 5, ":c": "why"}, False),
    ("#s IN (:a, :b)", {"#s": "state"}, {":a": "SENT", ":b": "READY"}, True),
    ("#s IN (:a)", {"#s": "state"}, {":a": "SENT"}, False),
    ("begins_with(reason, :v)", {}, {":v": "wh"}, True),
    ("begins_with(reason, :v)", {}, {":v": "hy"}, False),
    ("contains(reason, :v)", {}, {":v": "hy"}, True),
    ("size(reason) = :v", {}, {":v": 3}, True),
    ("size(content) > :v", {}, {":v": 2}, False),
    ("NOT #s = :v", {"#s": "state"}, {":v": "SENT"}, True),
    ("attribute_exists(nothing) OR version = :v", {}, {":v": 3}, True),
    ("attribute_exists(nothing) OR version = :v AND reason = :w", {}, {":v": 3, ":w": "no"}, False),
    ("(attribute_exists(pk) OR version = :v) AND reason = :w", {}, {":v": 9, ":w": "why"}, True),
    ("NOT (version = :v OR reason = :w)", {}, {":v": 9, ":w": "no"}, True),
    ("flag = :v", {}, {":v": True}, True),
    ("deep.part = :v", {}, {":v": 1}, True),
    ("#d.#i = :v", {"#d": "deep", "#i": "part"}, {":v": 2}, False),
    ("attribute_not_exists(set_id) or set_id = :v", {}, {":v": ""}, True),
]


@pytest.mark.parametrize(("expression", "names", "values", "holds"), CONDITIONS, ids=[c[0] for c in CONDITIONS])
def test_conditions(table: Table, expression: str, names: dict[str, str], values: dict[str, Any], holds: bool) -> None:
    item = {
        "pk": "p",
        "sk": "s",
        "state": "READY",
        "version": 3,
        "reason": "why",
        "content": b"12",
        "flag": True,
        "deep": {"part": 1},
        "set_id": "",
    }
    table.put(item)
    for write in (
        lambda: table.put(item | {"other": 1}, expression, names, values),
        lambda: table.transact([put_write(item | {"other": 1}, expression, names, values)]),
        lambda: table.transact([check_write("p", "s", expression, names, values), put_write({"pk": "p", "sk": "t"})]),
        lambda: table.update("p", "s", "SET another = :another", expression, names, values | {":another": 1}),
        lambda: table.delete("p", "s", expression, names, values),
    ):
        table.put(item)
        if holds:
            write()
        else:
            with pytest.raises(ConditionFailed):
                write()
            assert table.get("p", "s") == item
            assert table.get("p", "t") is None


def test_a_condition_on_an_item_that_is_not_there(table: Table) -> None:
    with pytest.raises(ConditionFailed):
        table.update("p", "s", "SET a = :a", "attribute_exists(pk)", values={":a": 1})
    assert table.get("p", "s") is None
    table.put({"pk": "p", "sk": "s"}, "attribute_not_exists(pk)")
    with pytest.raises(ConditionFailed):
        table.put({"pk": "p", "sk": "s", "second": 1}, "attribute_not_exists(pk)")
    assert table.get("p", "s") == {"pk": "p", "sk": "s"}


UPDATES: list[tuple[str, dict[str, str], dict[str, Any], dict[str, Any]]] = [
    ("SET a = :v", {}, {":v": "x"}, {"a": "x", "n": 5}),
    ("SET #a = :v, b = n", {"#a": "a|b"}, {":v": 1}, {"a|b": 1, "b": 5, "n": 5}),
    ("SET n = n + :v", {}, {":v": Decimal("0.25")}, {"n": Decimal("5.25")}),
    ("SET n = n - :v", {}, {":v": 7}, {"n": -2}),
    ("SET m = if_not_exists(m, :zero) + :v", {}, {":zero": 0, ":v": 2}, {"m": 2, "n": 5}),
    ("SET n = if_not_exists(n, :zero)", {}, {":zero": 0}, {"n": 5}),
    ("SET a = n, n = :v", {}, {":v": 6}, {"a": 5, "n": 6}),
    ("ADD n :v", {}, {":v": Decimal("-5.00")}, {"n": 0}),
    ("ADD m :v", {}, {":v": Decimal("1.10")}, {"m": Decimal("1.1"), "n": 5}),
    ("ADD m :v, n :w", {}, {":v": 1, ":w": 2}, {"m": 1, "n": 7}),
    ("REMOVE n", {}, {}, {}),
    ("REMOVE nothing SET a = :v", {}, {":v": 1}, {"a": 1, "n": 5}),
    ("SET a = :v REMOVE n ADD m :w", {}, {":v": 1, ":w": 2}, {"a": 1, "m": 2}),
    ("ADD tags :v", {}, {":v": {"x", "y"}}, {"tags": {"x", "y"}, "n": 5}),
    ("SET l = list_append(:v, :w)", {}, {":v": [1], ":w": [2]}, {"l": [1, 2], "n": 5}),
]


@pytest.mark.parametrize(("expression", "names", "values", "expected"), UPDATES, ids=[u[0] for u in UPDATES])
def test_updates(
    table: Table, expression: str, names: dict[str, str], values: dict[str, Any], expected: dict[str, Any]
) -> None:
    table.put({"pk": "p", "sk": "s", "n": 5})
    whole = {"pk": "p", "sk": "s", **expected}
    assert table.update("p", "s", expression, names=names, values=values) == whole
    assert table.get("p", "s") == whole
    table.put({"pk": "p", "sk": "s", "n": 5})
    table.transact([update_write("p", "s", expression, names=names, values=values)])
    assert table.get("p", "s") == whole


def test_an_update_makes_the_item_when_it_is_missing(table: Table) -> None:
    assert table.update("p", "s", "ADD n :v", values={":v": 2}) == {"pk": "p", "sk": "s", "n": 2}


def test_running_sums_stay_exact(table: Table) -> None:
    for _ in range(10):
        table.transact([update_write("p", "s", "ADD n :v", values={":v": Decimal("0.10")})])
    found = table.get("p", "s")
    assert found is not None and Decimal(found["n"]) == Decimal("1.00")


@pytest.mark.parametrize(
    ("expression", "names", "values"),
    [
        ("SET a = :a", {}, {}),
        ("SET a = :a", {}, {":a": 1, ":b": 2}),
        ("SET a = :a", {"#unused": "x"}, {":a": 1}),
        ("SET state = :a", {}, {":a": 1}),
        ("SET a = :a, a = :b", {}, {":a": 1, ":b": 2}),
        ("SET a = missing", {}, {}),
        ("SET a = missing + :a", {}, {":a": 1}),
        ("ADD text :a", {}, {":a": 1}),
        ("SET sk = :a", {}, {":a": "other"}),
        ("SET deep.part = :a", {}, {":a": 1}),
        ("SET", {}, {}),
        ("GIVE a = :a", {}, {":a": 1}),
    ],
)
def test_expressions_that_are_refused(
    table: Table, expression: str, names: dict[str, str], values: dict[str, Any]
) -> None:
    table.put({"pk": "p", "sk": "s", "text": "t"})
    with pytest.raises(ClientError):
        table.update("p", "s", expression, names=names, values=values)
    assert table.get("p", "s") == {"pk": "p", "sk": "s", "text": "t"}


def test_a_transaction_is_all_or_nothing(table: Table) -> None:
    table.put({"pk": "p", "sk": "a", "version": 1})
    with pytest.raises(ConditionFailed):
        table.transact(
            [
                put_write({"pk": "p", "sk": "b"}),
                update_write("p", "c", "ADD n :v", values={":v": 1}),
                delete_write("p", "a", "version = :v", values={":v": 2}),
            ]
        )
    assert [i["sk"] for i in table.query("p")] == ["a"]
    table.transact(
        [
            put_write({"pk": "p", "sk": "b"}),
            update_write("p", "c", "ADD n :v", values={":v": 1}),
            delete_write("p", "a", "version = :v", values={":v": 1}),
            check_write("p", "d", "attribute_not_exists(pk)"),
        ]
    )
    assert [i["sk"] for i in table.query("p")] == ["b", "c"]


def test_a_transaction_names_an_item_once(table: Table) -> None:
    with pytest.raises(ClientError):
        table.transact([put_write({"pk": "p", "sk": "a"}), update_write("p", "a", "ADD n :v", values={":v": 1})])
    assert table.get("p", "a") is None


@pytest.mark.parametrize("count", [0, 101])
def test_a_transaction_has_one_to_a_hundred_parts(table: Table, count: int) -> None:
    with pytest.raises(Exception, match=r"."):  # botocore itself refuses none
        table.transact([put_write({"pk": "p", "sk": f"{n}"}) for n in range(count)])
    assert list(table.query("p")) == []


@pytest.mark.parametrize(
    "item",
    [
        {"pk": "p", "sk": ""},
        {"pk": "p"},
        {"pk": "p", "sk": 5},
        {"pk": "p", "sk": "s", "gsi1pk": "q", "gsi1sk": ""},
        {"pk": "p", "sk": "s", "content": b"x" * 409_600},
        {"pk": "p", "sk": "s", "price": 1.5},
    ],
    ids=["empty key", "no key", "number as key", "empty index key", "too large", "float"],
)
def test_items_that_are_refused(table: Table, item: dict[str, Any]) -> None:
    with pytest.raises((ClientError, TypeError)):
        table.put(item)
    assert list(table.query("p")) == []


# Only in memory: where DynamoDB is stricter than moto, and the two hooks.


def test_values_of_different_kinds_never_compare() -> None:
    table = MemoryTable()
    table.put({"pk": "p", "sk": "s", "version": 3, "flag": True})
    for expression, value in (("version < :v", "4"), ("flag = :v", 1), ("version = :v", True)):
        with pytest.raises(ConditionFailed):
            table.delete("p", "s", expression, values={":v": value})


def test_a_number_is_no_index_key_and_a_range_goes_forward() -> None:
    table = MemoryTable()
    with pytest.raises(ClientError):
        table.put({"pk": "p", "sk": "s", "gsi1pk": "q", "gsi1sk": 5})
    with pytest.raises(ClientError):
        list(table.query("p", first="DAY#2026-03-09", last="DAY#2026-03-08"))


def test_a_process_is_killed_before_its_second_write() -> None:
    class Killed(Exception):
        pass

    def before(number: int) -> None:
        if number == 2:
            raise Killed

    table = MemoryTable(before)
    table.put({"pk": "p", "sk": "a"})
    with pytest.raises(Killed):
        table.transact([put_write({"pk": "p", "sk": "b"})])
    table.put({"pk": "p", "sk": "c"})
    assert [i["sk"] for i in table.query("p")] == ["a", "c"]


def test_the_index_may_lag_behind() -> None:
    table = MemoryTable(index_lag=1)
    table.put({"pk": "p", "sk": "a", "gsi1pk": "q", "gsi1sk": "1"})
    assert list(table.index("q")) == []
    table.put({"pk": "p", "sk": "b", "gsi1pk": "q", "gsi1sk": "2"})
    assert [sk for _, sk, _ in table.index("q")] == ["a"]
    table.settle()
    assert [sk for _, sk, _ in table.index("q")] == ["a", "b"]
