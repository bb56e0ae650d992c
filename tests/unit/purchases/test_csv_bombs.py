"""Files made to cost time or to break what reads them: refused as a whole or by the row, and quickly."""

from __future__ import annotations

from datetime import date

import pytest

from connector.purchases.csv_import import read_csv
from connector.purchases.tables import (
    LONGEST_NUMBER,
    MOST_COLUMNS,
    MOST_DIGITS,
    Dates,
    Decimals,
    Formats,
    UnreadableFile,
    day,
    number,
    read_table,
)


def test_a_file_of_very_many_columns_is_refused_before_its_rows_are_read() -> None:
    """Each row would get a cell for each of them: a megabyte of commas would be many gigabytes of cells."""
    wide = ",".join(f"c{i}" for i in range(MOST_COLUMNS + 1))
    with pytest.raises(UnreadableFile, match="columns"):
        read_table(f"{wide}\nx\n".encode(), Formats())
    assert read_table(f"{wide.rpartition(',')[0]}\nx\n".encode(), Formats()).rows


@pytest.mark.parametrize("text", ["," * (LONGEST_NUMBER + 1), "1" + "'" * LONGEST_NUMBER, "-" * 200 + "1"])
def test_a_number_is_not_looked_for_in_a_long_text(text: str) -> None:
    with pytest.raises(ValueError, match="is not a number"):
        number(text, Decimals.POINT)


@pytest.mark.parametrize("field", ["Quantity", "Cost Price", "Shipping"])
def test_a_number_that_can_not_be_reckoned_with_is_a_bad_row(field: str) -> None:
    cells = {"Quantity": "1", "Cost Price": "1.00", "Shipping": "0"} | {field: "9" * (MOST_DIGITS + 1)}
    text = "PO Number,Supplier,SKU,Quantity,Cost Price,Shipping\n1,Acme,MUG," + ",".join(cells.values()) + "\n"
    found = read_csv(text.encode(), Formats(), "USD", date(2026, 11, 6))
    assert found.purchases == ()
    assert ["too large" in row.reason for row in found.bad_rows] == [True]


def test_the_largest_numbers_can_be_reckoned_with() -> None:
    most = "9" * MOST_DIGITS
    text = (
        f"PO Number,Supplier,SKU,Quantity,Received,Cost Price,Shipping\n1,Acme,MUG,{most},{most},{most}.99,{most}.99\n"
    )
    found = read_csv(text.encode(), Formats(), "USD", date(2026, 11, 6))
    assert (len(found.purchases), found.bad_rows) == (1, ())


def test_a_year_that_no_calendar_has_is_no_day() -> None:
    with pytest.raises(ValueError, match="is not a day"):
        day("1/2/99999999999999999999", Dates.DAY_FIRST)
