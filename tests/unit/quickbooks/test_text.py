"""Text that QuickBooks can keep."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.quickbooks.text import clean, storable

ANYTHING = st.text(st.characters(codec=None, exclude_categories=()), max_size=80)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Smith & Sons", "Smith & Sons"),
        ("Zoë Müller", "Zoë Müller"),
        ("“Big” shirt – size ½…", '"Big" shirt - size ½...'),
        ("T-shirt 👕 black", "T-shirt black"),
        ("Łódź", "Lódz"),
        ("Привет", "Privet"),
        ("Nguyễn", "Nguyên"),
        ("日本", ""),
        ("5 €", "5 EUR"),
        ("two\r\nlines\tand a tab", "two lines and a tab"),
        ("\x00\x1f\x7fx\ufffe", "x"),
        ("  blanks \u00a0 everywhere ", "blanks everywhere"),
        ("ﬁne ＡＢＣ", "fine ABC"),
        ("e\u0301", "é"),
    ],
)
def test_what_was_typed_and_what_is_kept(typed: str, kept: str) -> None:
    assert clean(typed) == kept


@given(ANYTHING)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(ANYTHING)
def test_what_is_kept_is_one_line_that_windows_1252_can_write(text: str) -> None:
    kept = clean(text)

    assert kept.encode("cp1252").decode("cp1252") == kept
    assert kept == " ".join(kept.split())
    assert kept == "" or kept.isprintable()


@given(ANYTHING, st.integers(1, 41))
def test_the_cut_comes_last_and_leaves_no_blank_at_the_end(text: str, limit: int) -> None:
    kept = clean(text, limit)

    assert len(kept) <= limit
    assert clean(text).startswith(kept)
    assert kept == kept.strip()
    assert clean(kept, limit) == kept


def test_a_letter_that_grows_is_cut_after_it_has_grown() -> None:
    assert clean("½€", 3) == "½EU"


@given(ANYTHING)
def test_a_name_quickbooks_gave_us_loses_only_what_xml_forbids(text: str) -> None:
    kept = storable(text)

    assert storable(kept) == kept
    if text.isprintable():
        assert kept == text
