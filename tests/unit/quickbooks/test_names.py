"""Names of list elements and reference numbers within QuickBooks' limits."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.accounting.documents import ListKind
from connector.quickbooks import names
from connector.quickbooks.names import (
    BASE_LIMIT,
    LIMITS,
    REFERENCE_LIMIT,
    ReferenceTooLong,
    base_reference,
    fallback_reference,
    fit_name,
    reference,
)

KEYS = st.from_regex(r"variant:[0-9]{1,14}", fullmatch=True)


@given(st.sampled_from(ListKind), st.text(max_size=80), KEYS, st.integers(0, 9))
def test_a_name_fits_whatever_was_wished_for(kind: ListKind, wish: str, key: str, attempt: int) -> None:
    name = fit_name(kind, wish, key, attempt)

    assert 0 < len(name) <= LIMITS[kind]
    assert ":" not in name
    assert name == " ".join(name.split())
    assert fit_name(kind, wish, key, attempt) == name


@pytest.mark.parametrize(("kind", "limit"), [(ListKind.CUSTOMER, 41), (ListKind.VENDOR, 41), (ListKind.ITEM, 31)])
def test_a_long_name_is_cut_at_the_limit_of_its_list(kind: ListKind, limit: int) -> None:
    assert fit_name(kind, "x" * 60, "k") == "x" * limit
    assert fit_name(kind, "x" * limit, "k") == "x" * limit


def test_customers_of_one_name_get_different_names_that_stay_the_same() -> None:
    shared = [fit_name(ListKind.CUSTOMER, "Jane Doe", f"customer:{number}", 1) for number in range(7001, 7004)]

    assert shared == ["Jane Doe #7001", "Jane Doe #7002", "Jane Doe #7003"]


def test_the_ending_survives_the_cut() -> None:
    name = fit_name(ListKind.ITEM, "x" * 60, "variant:44556677889900", 1)

    assert name == "x" * 23 + " #889900"
    assert len(name) == 31


def test_every_further_attempt_is_another_name() -> None:
    wishes = {fit_name(ListKind.ITEM, "Shirt", "variant:1", attempt).lower() for attempt in range(20)}

    assert len(wishes) == 20


@pytest.mark.parametrize("wish", ["", "👕👕", "日本語", ":", "\x00"])
def test_a_name_of_which_nothing_is_left_is_called_by_its_kind_and_number(wish: str) -> None:
    assert fit_name(ListKind.ITEM, wish, "variant:123") in ("Item 123", "-")


@pytest.mark.parametrize(
    ("order", "base"),
    [
        ("#1001", "1001"),
        ("# 1001", "1001"),
        ("EU-1001", "EU-1001"),
        ("Café #777", "Caf-777"),
        ("Café #7", None),
        ("#1001-R1", None),
        ("1001-2", None),
        ("D240305", None),
        ("D240305-2", None),
        ("ORDER-100123", None),
        ("##", None),
        ("日本", None),
    ],
)
def test_the_orders_name_begins_its_reference_numbers_where_it_can(order: str, base: str | None) -> None:
    assert base_reference(order) == base


def test_an_id_of_thirteen_digits_becomes_nine_characters() -> None:
    assert len(fallback_reference("9999999999999")) == 9
    with pytest.raises(ReferenceTooLong):
        fallback_reference(str(36**9))


@given(st.integers(1, 36**9 - 1))
def test_a_fallback_never_looks_like_a_summary(number: int) -> None:
    try:
        base = fallback_reference(str(number))
    except ReferenceTooLong:
        return
    assert len(base) <= REFERENCE_LIMIT - 2
    assert not names._LIKE_A_SUMMARY.match(base)


def test_all_reference_numbers_of_all_orders_differ() -> None:
    """Over bases of every length, so that a dash left out for lack of room can't make two orders meet."""
    bases = [name for name in ("1", "1001", "1001A", "A-B", "ABCDEFG", "ABCDEFGH", "1001-A") if base_reference(name)]
    bases += ["GHJ2K3L4M", "GHJ2K3L4"]
    seen: dict[str, tuple[str, str, int]] = {}
    for base, letter, number in product(bases, ("", "R", "F", "P"), range(1, 100)):
        try:
            ref = reference(base, letter, number)
        except ReferenceTooLong:
            continue
        assert len(ref) <= REFERENCE_LIMIT
        assert seen.setdefault(ref, (base, letter, number)) == (base, letter, number)


@given(
    st.lists(st.from_regex(r"[A-Z0-9]{1,9}(-[A-Z0-9]{1,4})?", fullmatch=True), min_size=2, max_size=6, unique=True),
    st.sampled_from(["", "R", "F", "P"]),
    st.sampled_from(["", "R", "F", "P"]),
    st.integers(1, 40),
    st.integers(1, 40),
)
def test_two_orders_never_share_a_reference_number(
    orders: list[str], one: str, other: str, first: int, second: int
) -> None:
    bases = [base for order in orders if (base := base_reference(order))]
    for a, b in product(bases, bases):
        if a == b:
            continue
        try:
            assert reference(a, one, first) != reference(b, other, second)
        except ReferenceTooLong:
            continue


def test_a_reference_number_of_an_unknown_kind_or_number_is_refused() -> None:
    for letter, number in (("X", 1), ("R", 0), ("R", 100)):
        with pytest.raises(ValueError, match="no reference number"):
            reference("1001", letter, number)
    assert len("x" * BASE_LIMIT) == 8
