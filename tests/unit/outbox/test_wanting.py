"""List elements are asked for once, under names nobody else of ours uses."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connector.accounting.documents import ListKind, ListRef
from connector.outbox import element_store
from connector.outbox.lists import ListElement, ListState
from connector.outbox.wanting import rename, sk_of, want
from connector.quickbooks.names import LIMITS
from connector.storage import keys
from tests.fakes.memory_table import MemoryTable
from tests.fakes.office import SALES, SHOP, customer


@pytest.fixture
def table() -> MemoryTable:
    return MemoryTable()


def element(table: MemoryTable, ref: ListRef) -> ListElement:
    return element_store.get_many(table, SHOP, [sk_of(ref)])[sk_of(ref)]


def test_an_element_is_asked_for_once(table: MemoryTable) -> None:
    first = want(table, SHOP, (customer(1), SALES))
    before = table.writes
    assert want(table, SHOP, (customer(1), SALES)) == first
    assert table.writes == before
    assert element(table, customer(1)).state is ListState.WANTED


def test_customers_of_one_name_get_names_of_their_own(table: MemoryTable) -> None:
    people = [customer(n, "Jane Doe") for n in range(1, 5)]
    want(table, SHOP, people)
    names = [element(table, who).name for who in people]
    assert names[0] == "Jane Doe"
    assert len({name.lower() for name in names}) == 4


def test_names_that_differ_only_in_case_are_the_same_to_quickbooks(table: MemoryTable) -> None:
    want(table, SHOP, (customer(1, "JANE DOE"), customer(2, "Jane Doe")))
    assert element(table, customer(1)).name.lower() != element(table, customer(2)).name.lower()


def test_a_vendor_and_a_customer_share_one_space_of_names(table: MemoryTable) -> None:
    vendor = ListRef(ListKind.VENDOR, "vendor:1", "Arnold Oil")
    want(table, SHOP, (customer(1, "Arnold Oil"), vendor))
    assert element(table, vendor).name != "Arnold Oil"


def test_long_names_with_one_beginning_stay_apart_and_fit(table: MemoryTable) -> None:
    people = [customer(n, "Anna-Maria " * 6 + str(n)) for n in range(12)]
    want(table, SHOP, people)
    names = [element(table, who).name for who in people]
    assert len(set(names)) == 12
    assert max(map(len, names)) <= LIMITS[ListKind.CUSTOMER]


def test_a_name_is_taken_only_with_its_element() -> None:
    """The process dies before the write: neither is there, and the next attempt gets the plain name."""

    def die(number: int) -> None:
        raise KeyboardInterrupt

    table = MemoryTable(before_write=die)
    with pytest.raises(KeyboardInterrupt):
        want(table, SHOP, (customer(1, "Jane Doe"),))
    table.before_write = None
    want(table, SHOP, (customer(2, "Jane Doe"),))
    assert element(table, customer(2)).name == "Jane Doe"


def test_two_preparations_at_once_make_one_element() -> None:
    table = MemoryTable()
    cut_in: list[Callable[[], None]] = [lambda: want(table, SHOP, (customer(1, "Jane Doe"),))]

    def other_first(number: int) -> None:
        if cut_in:
            cut_in.pop()()

    table.before_write = other_first
    assert want(table, SHOP, (customer(1, "Jane Doe"),)) == [sk_of(customer(1))]
    assert element(table, customer(1)).name == "Jane Doe"
    assert len(list(table.query(keys.shop(SHOP), "NAME#"))) == 1


def test_what_is_known_is_not_looked_for_again(table: MemoryTable) -> None:
    known: set[str] = set()
    want(table, SHOP, (customer(1),), known)
    reads: list[object] = []
    table.batch_get = lambda keys: reads.append(keys) or []  # type: ignore[method-assign,func-returns-value]
    want(table, SHOP, (customer(1),), known)
    assert not reads


def test_a_name_quickbooks_has_for_something_else_is_replaced(table: MemoryTable) -> None:
    want(table, SHOP, (customer(1, "Jane Doe"), customer(7001, "Jane Doe #7001")))
    renamed = rename(table, element(table, customer(1)))
    assert renamed == element(table, customer(1))
    assert renamed.name not in ("Jane Doe", element(table, customer(7001)).name)
    assert renamed.state is ListState.WANTED
