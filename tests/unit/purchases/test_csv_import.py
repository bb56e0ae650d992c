"""Purchases from files: whatever program wrote them, read right or refused row by row."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.ledger.facts import ZERO
from connector.ledger.purchases import ChargeKind, PurchaseState
from connector.purchases.csv_columns import WrongColumns, checked, guess
from connector.purchases.csv_import import CsvImport, read_csv
from connector.purchases.tables import Dates, Decimals, Formats, UnreadableFile, day, number, read_table

FRIDAY = date(2026, 11, 6)
STOCKY = """\
PO Number,Supplier,SKU,Product Title,Quantity,Received,Cost Price,Order Date,Shipping,Currency
1001,Nordic Lamps,LAMP-1,Brass lamp,10,4,12.50,2026-11-02,19.00,USD
1001,Nordic Lamps,LAMP-2,Glass lamp,2,2,30.00,2026-11-02,19.00,USD
1002,Acme,MUG,Mug,24,0,1.995,2026-11-03,,
"""
DANISH = """\
Indkøbsordre;Leverandør;Varenummer;Antal;Modtaget;Kostpris;Dato;Modtaget den;Fragt
77;Dansk Lampe A/S;LAMPE-1;10;10;1.299,50;02-11-2026;05.11.2026;149,00
"""
PLAIN = Formats()
DAY_FIRST = Formats(dates=Dates.DAY_FIRST)


def read(text: str | bytes, formats: Formats = PLAIN, **more: Any) -> CsvImport:
    return read_csv(text.encode() if isinstance(text, str) else text, formats, "USD", FRIDAY, **more)


def test_stockys_export_is_read_without_any_choice_but_how_days_are_written() -> None:
    found = read(STOCKY)
    assert found.bad_rows == ()
    lamps, mugs = found.purchases
    assert (lamps.number, lamps.supplier, lamps.day) == ("1001", "Nordic Lamps", date(2026, 11, 2))
    assert [(r.day, r.amount) for r in lamps.receipts] == [(FRIDAY, Decimal("110.00"))]
    assert [(c.kind, c.amount) for c in lamps.charges] == [(ChargeKind.FREIGHT, Decimal("19.00"))]
    assert (mugs.receipts, mugs.ordered_amount) == ((), Decimal("47.88"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_danish_file_has_its_own_separators_days_and_letters_in_any_encoding(encoding: str) -> None:
    (found,) = read(DANISH.encode(encoding), DAY_FIRST).purchases
    assert (found.supplier, found.day, found.currency) == ("Dansk Lampe A/S", date(2026, 11, 2), "USD")
    assert [(r.day, r.amount) for r in found.receipts] == [(date(2026, 11, 5), Decimal("12995.00"))]
    assert [c.amount for c in found.charges] == [Decimal("149.00")]


def test_imported_again_nothing_is_new_and_more_received_is_only_the_difference() -> None:
    first = read(STOCKY).purchases[0]
    assert first.updated(read(STOCKY).purchases[0]) == first
    more = STOCKY.replace("LAMP-1,Brass lamp,10,4", "LAMP-1,Brass lamp,10,10")
    second = first.updated(read(more).purchases[0])
    assert [r.amount for r in second.receipts] == [Decimal("110.00"), Decimal("75.00")]
    assert second.charges == first.charges


def test_rows_in_another_order_are_the_same_purchase() -> None:
    header, *rows = STOCKY.splitlines()
    turned = read("\n".join([header, *reversed(rows)])).purchases
    assert {p.id for p in turned} == {p.id for p in read(STOCKY).purchases}
    first = next(p for p in turned if p.number == "1001")
    assert {line.id for line in first.lines} == {line.id for line in read(STOCKY).purchases[0].lines}


def test_a_product_on_two_rows_is_two_lines() -> None:
    rows = "po number,supplier,sku,quantity,cost\n1,A,MUG,5,1.00\n1,A,MUG,3,0.90\n"
    (found,) = read(rows).purchases
    assert len({line.id for line in found.lines}) == 2
    assert found.ordered_amount == Decimal("7.70")


def test_every_bad_row_is_named_and_takes_its_whole_purchase_with_it_and_no_other() -> None:
    found = read(
        "PO Number,Supplier,SKU,Quantity,Cost Price,Order Date\n"
        "1,Acme,A,1,2.00,2026-11-02\n"
        "1,Acme,B,one,2.00,03/04/2026\n"
        "2,Acme,C,1,2.00,2026-11-02\n"
        ",Acme,D,1,2.00,2026-11-02\n"
        "3,,E,1,2.00,2026-11-02\n"
        "4,Acme,,1,2.00,2026-11-02\n"
        "5,Acme,F,1.5,-2.00,2026-11-02\n"
        "6,Acme,G,,2.00,2026-11-02\n"
    )
    assert [purchase.number for purchase in found.purchases] == ["2"]
    named = {row.number: row for row in found.bad_rows}
    assert set(named) == {3, 5, 6, 7, 8, 9}
    reasons = [row.reason for row in found.bad_rows if row.number in (3, 8)]
    assert [reason.partition(":")[0] for reason in reasons] == ["quantity", "ordered on", "quantity", "cost"]
    assert named[3].purchase == "1" and "'03/04/2026'" in named[3].reason


def test_rows_that_contradict_each_other_about_their_purchase_are_refused() -> None:
    found = read(
        STOCKY.replace("LAMP-2,Glass lamp,2,2,30.00,2026-11-02,19.00", "LAMP-2,Glass lamp,2,2,30.00,2026-11-02,9.00")
    )
    assert [purchase.number for purchase in found.purchases] == ["1002"]
    (row,) = found.bad_rows
    assert "freight" in row.reason and "19.00" in row.reason and "9.00" in row.reason


@pytest.mark.parametrize(
    ("status", "received", "state"),
    [("Received", 5, PurchaseState.ORDERED), ("ordered", 0, PurchaseState.ORDERED), ("Draft", 0, PurchaseState.DRAFT)],
)
def test_without_a_column_of_units_the_status_says_what_has_arrived(
    status: str, received: int, state: PurchaseState
) -> None:
    (found,) = read(f"po,vendor,sku,qty,cost,status\n1,Acme,A,5,2.00,{status}\n").purchases
    assert (sum(a.quantity for a in found.arrived), found.state) == (received, state)


def test_a_discount_lowers_the_bill_whichever_sign_the_file_writes() -> None:
    for written in ("5.00", "-5.00", "(5.00)"):
        (found,) = read(f"po,vendor,sku,qty,received,cost,discount\n1,Acme,A,5,5,2.00,{written}\n").purchases
        assert [c.amount for c in found.charges] == [Decimal("-5.00")]


def test_the_merchants_own_mapping_wins_over_the_guess() -> None:
    rows = "Bestellung;Firma;Code;Menge;EK\n1;Acme;A;5;2,00\n"
    assert guess(read_table(rows.encode(), Formats()).headers) == {}
    columns = {"number": "Bestellung", "supplier": "Firma", "sku": "Code", "quantity": "Menge", "cost": "EK"}
    (found,) = read(rows, columns=columns).purchases
    assert found.ordered_amount == Decimal("10.00")


def test_a_mapping_that_can_not_work_names_every_fault() -> None:
    with pytest.raises(WrongColumns) as raised:
        checked({"number": "PO", "colour": "Colour", "sku": ""}, ["PO", "Qty"])
    assert len(raised.value.problems) == 5
    with pytest.raises(WrongColumns, match="quantity"):
        read("po,vendor,sku\n1,A,B\n")


@pytest.mark.parametrize(
    ("data", "formats"),
    [
        (b"", Formats()),
        (b"\n\n", Formats()),
        ("ø".encode("cp1252"), Formats(encoding="utf-8")),
        (b"a,b", Formats(encoding="klingon")),
        (b"a,b\n" + b"1,2\n" * 50_002, Formats()),
    ],
)
def test_a_file_that_is_no_table_is_refused_as_a_whole(data: bytes, formats: Formats) -> None:
    with pytest.raises(UnreadableFile):
        read_table(data, formats)


def test_quoted_cells_keep_their_separators_and_rows_their_line_of_the_file() -> None:
    table = read_table(b'a,"b,c"\n\n"x\ny",1\n,\n2\n', Formats())
    assert table.headers == ("a", "b,c")
    assert [(row.number, row.cells) for row in table.rows] == [
        (3, {"a": "x\ny", "b,c": "1"}),
        (6, {"a": "2", "b,c": ""}),
    ]


@pytest.mark.parametrize(
    ("text", "dates", "expected"),
    [
        ("2026-11-02", Dates.DAY_FIRST, date(2026, 11, 2)),
        ("2026-11-02T23:00:00Z", Dates.ISO, date(2026, 11, 2)),
        ("02/11/2026", Dates.DAY_FIRST, date(2026, 11, 2)),
        ("02/11/2026", Dates.MONTH_FIRST, date(2026, 2, 11)),
        ("2.11.26 09:30", Dates.DAY_FIRST, date(2026, 11, 2)),
    ],
)
def test_days_are_read_as_the_file_is_said_to_write_them(text: str, dates: Dates, expected: date) -> None:
    assert day(text, dates) == expected


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("02/11/2026", Dates.ISO),
        ("13/25/2026", Dates.DAY_FIRST),
        ("yesterday", Dates.DAY_FIRST),
        ("1/2", Dates.DAY_FIRST),
    ],
)
def test_a_day_that_can_be_read_in_two_ways_or_none_is_not_guessed(text: str, dates: Dates) -> None:
    with pytest.raises(ValueError, match=text):
        day(text, dates)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", "12"),
        ("12.50", "12.50"),
        ("12,50", "12.50"),
        ("1,299.50", "1299.50"),
        ("1.299,50", "1299.50"),
        ("1 299,50", "1299.50"),
        ("1\u202f299,50", "1299.50"),
        ("1'299.50", "1299.50"),
        ("$12.50", "12.50"),
        ("-$12.50", "-12.50"),
        ("12,50 kr.", "12.50"),
        ("(12.50)", "-12.50"),
        ("1.234.567", "1234567"),
        ("0.125", "0.125"),
        ("1.9955", "1.9955"),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, expected: str) -> None:
    assert number(text, Decimals.GUESS) == Decimal(expected)


@pytest.mark.parametrize("text", ["1,299", "1.299", "abc", "", "1,2,3", "12.50.1", "1.29,5.0", "2 for 3", "--"])
def test_a_number_that_can_be_read_in_two_ways_or_none_is_not_guessed(text: str) -> None:
    with pytest.raises(ValueError):
        number(text, Decimals.GUESS)


def test_a_number_alone_in_doubt_is_read_as_the_rest_of_its_file() -> None:
    (found,) = read("po,vendor,sku,qty,cost\n1,A,B,1,1.299\n1,A,C,1,2.50\n").purchases
    assert found.lines[0].unit_cost == Decimal("1.299")
    doubtful = read("po,vendor,sku,qty,cost\n1,A,B,1,1.299\n")
    assert doubtful.purchases == () and "say which" in doubtful.bad_rows[0].reason
    mixed = read('po,vendor,sku,qty,cost\n1,A,B,1,1.299\n2,A,C,1,2.50\n3,A,C,1,"2,50"\n')
    assert [row.purchase for row in mixed.bad_rows] == ["1"]


def test_with_the_decimal_sign_said_nothing_is_left_to_guess() -> None:
    assert number("1,299", Decimals.POINT) == Decimal(1299)
    assert number("1,299", Decimals.COMMA) == Decimal("1.299")
    assert number("1.299", Decimals.COMMA) == Decimal(1299)
    with pytest.raises(ValueError):
        number("12.50", Decimals.COMMA)


@given(st.decimals("-9999999.99", "9999999.99", places=2))
def test_whatever_is_written_with_a_sign_that_is_said_comes_back_to_the_cent(amount: Decimal) -> None:
    american = f"{amount:,.2f}"
    assert number(american, Decimals.POINT) == amount
    danish = american.translate(str.maketrans(",.", ".,"))
    assert number(danish, Decimals.COMMA) == amount


rows = st.lists(
    st.tuples(st.sampled_from("12"), st.sampled_from("AB"), st.integers(1, 50), st.integers(0, 50)),
    min_size=1,
    max_size=9,
)


@given(rows)
def test_what_is_imported_in_pieces_comes_to_the_same_as_the_whole(rows: list[tuple[str, str, int, int]]) -> None:
    header = "po,vendor,sku,qty,received,cost"
    lines = [f"{po},Acme,{sku},{units},{received},2.35" for po, sku, units, received in rows]
    none_yet = [f"{po},Acme,{sku},{units},0,2.35" for po, sku, units, _ in rows]
    whole = {p.id: p for p in read("\n".join([header, *lines])).purchases}
    before = {p.id: p for p in read("\n".join([header, *none_yet])).purchases}
    assert set(whole) == set(before)
    for id_, purchase in whole.items():
        grown = before[id_].updated(purchase)
        assert sum((r.amount or ZERO for r in grown.receipts), ZERO) == sum(
            (r.amount or ZERO for r in purchase.receipts), ZERO
        )
