"""Spreadsheet files as people save them: encodings, separators, and how they write dates and amounts."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

MOST_ROWS = 50_000
MOST_COLUMNS = 500
LONGEST_NUMBER = 60
MOST_DIGITS = 12
"""Before the decimal sign; with more, sums and cents of it are not exact any more, or can't be kept."""

_SEPARATORS = ",;\t|"
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_AMOUNT = re.compile(r"[-+]?[\d.,'\s\u00a0\u202f]*\d[\d.,'\s\u00a0\u202f]*")


class UnreadableFile(ValueError):
    """The file as a whole is no table; the text says why, for the merchant."""


class Dates(StrEnum):
    """How the file writes days. ISO days (2026-03-08) are understood with each of them."""

    ISO = "iso"
    DAY_FIRST = "dd/mm/yyyy"
    MONTH_FIRST = "mm/dd/yyyy"


class Decimals(StrEnum):
    """What stands before the cents. GUESS goes by the numbers that can be read in one way only."""

    GUESS = "guess"
    POINT = "point"
    COMMA = "comma"


@dataclass(frozen=True, slots=True)
class Formats:
    """``encoding`` and ``separator`` are guessed when empty; how days are written never is."""

    dates: Dates = Dates.ISO
    decimals: Decimals = Decimals.GUESS
    encoding: str = ""
    separator: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """``number`` is the line of the file that it begins on."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    headers: tuple[str, ...]
    rows: tuple[Row, ...]


def read_table(data: bytes, formats: Formats) -> Table:
    """Raises ``UnreadableFile``. Rows of empty cells are passed over."""
    text = _decoded(data, formats.encoding)
    separator = formats.separator or _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        headers = tuple(cell.strip() for cell in next(reader, []))
        if not any(headers):
            raise UnreadableFile("The file is empty.")
        if len(headers) > MOST_COLUMNS:
            # Every row has a cell for each of them.
            raise UnreadableFile(f"The file has more than {MOST_COLUMNS} columns.")
        rows = []
        number = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                padded = [*cells, *[""] * (len(headers) - len(cells))]
                rows.append(Row(number, {h: c.strip() for h, c in zip(headers, padded, strict=False)}))
            number = reader.line_num + 1
            if len(rows) > MOST_ROWS:
                raise UnreadableFile(f"The file has more than {MOST_ROWS:,} rows: split it.")
    except csv.Error as error:
        raise UnreadableFile(f"The file is no table: {error}.") from error
    return Table(headers, tuple(rows))


def _decoded(data: bytes, encoding: str) -> str:
    """UTF-8 if it is, else what Windows saves in Western Europe and America, which any bytes are."""
    named = encoding or next((name for bom, name in _BOMS if data.startswith(bom)), "")
    for name in [named] if named else ["utf-8", "cp1252", "latin-1"]:
        try:
            return data.decode(name)
        except LookupError as error:
            raise UnreadableFile(f"There is no encoding {name!r}.") from error
        except UnicodeDecodeError:
            continue
    raise UnreadableFile(f"The file is not in the encoding {named}.")


def _separator(text: str) -> str:
    """What stands most often in the first line, outside of quotes."""
    first = re.sub(r'"[^"]*"', "", text.lstrip().partition("\n")[0])
    return max(_SEPARATORS, key=first.count)


def day(text: str, dates: Dates) -> date:
    """A day, with or without a time behind it. Raises ``ValueError`` with the reason."""
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        pass
    if dates is not Dates.ISO:
        parts = re.split(r"[/.\- ]", text.split(" ")[0].rstrip("."))
        if len(parts) == 3 and all(part.isdigit() for part in parts):
            first, second, year = (int(part) for part in parts)
            if dates is Dates.DAY_FIRST:
                first, second = second, first
            try:
                return date(year + 2000 if year < 100 else year, first, second)
            except (ValueError, OverflowError):
                pass
    raise ValueError(f"{text!r} is not a day written as {'yyyy-mm-dd' if dates is Dates.ISO else dates.value}")


def number(text: str, decimals: Decimals) -> Decimal:
    """An amount with or without a currency sign and thousands. Raises ``ValueError`` with the reason."""
    before, digits, _ = _parts(text)
    negative = digits.startswith("-") or re.search(r"-\s*\D*$", before) or _in_brackets(text)
    digits = digits.lstrip("+-")
    point = _SIGNS.get(decimals) or _decimal_sign(digits)
    if not point:
        raise ValueError(f"{text!r} may have a thousands sign or a decimal sign: say which the file uses")
    thousands = "," if point == "." else "."
    whole, _, cents = digits.partition(point)
    if point in cents or thousands in cents or not _grouped(whole, thousands):
        raise ValueError(f"{text!r} is not a number with a decimal {'point' if point == '.' else 'comma'}")
    if len(whole.replace(thousands, "").lstrip("0")) > MOST_DIGITS:
        raise ValueError(f"{text!r} is too large a number")
    value = Decimal(f"{whole.replace(thousands, '') or '0'}.{cents}" if cents else whole.replace(thousands, "") or "0")
    return -value if negative else value


_SIGNS = {Decimals.POINT: ".", Decimals.COMMA: ","}


def decimals_of(texts: Iterable[str]) -> Decimals:
    """How a file writes its amounts, if some of them can be read in one way only, and all of those in the same."""
    signs = set()
    for text in texts:
        try:
            digits = _parts(text)[1].lstrip("+-")
        except ValueError:
            continue
        if "." in digits or "," in digits:
            signs.add(_decimal_sign(digits))
    named = {_NAMES[sign] for sign in signs if sign}
    return named.pop() if len(named) == 1 else Decimals.GUESS


_NAMES = {sign: name for name, sign in _SIGNS.items()}


def _parts(text: str) -> tuple[str, str, str]:
    """What stands before the number, its digits and signs, and what stands behind it."""
    # Longer ones take the pattern time that grows with the square of their length.
    found = _AMOUNT.search(text) if len(text) <= LONGEST_NUMBER else None
    if not found:
        raise ValueError(f"{text[:LONGEST_NUMBER]!r} is not a number")
    before, after = text[: found.start()], text[found.end() :]
    if re.search(r"\d", before + after):
        raise ValueError(f"{text!r} is not a number")
    return before, re.sub(r"[\s'\u00a0\u202f]", "", found.group()), after


def _decimal_sign(digits: str) -> str:
    """The decimal sign, as far as the digits themselves tell; empty if it may as well be one of thousands."""
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        return "." if digits.rindex(".") > digits.rindex(",") else ","
    sign, other = (",", ".") if commas else (".", ",")
    if points + commas > 1:
        return other
    whole, _, cents = digits.partition(sign)
    return "" if points + commas == 1 and len(cents) == 3 and whole not in ("", "0") else sign


def _grouped(whole: str, thousands: str) -> bool:
    first, *groups = whole.split(thousands)
    return all(part.isdigit() for part in (first or "0", *groups)) and all(len(group) == 3 for group in groups)


def _in_brackets(text: str) -> bool:
    return text.strip().startswith("(") and text.strip().endswith(")")
