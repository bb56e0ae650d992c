"""Amounts as text, cents and Decimals; quantities as hundred-thousandths. Halves are rounded away from zero."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

UNIT = 100_000
"""One piece in the quantities of the store."""


def cents(text: str) -> int:
    """``"12.30"`` → 1230; the empty text is 0."""
    if not text:
        return 0
    whole, _, rest = text.partition(".")
    sign = -1 if whole.startswith("-") else 1
    return int(whole) * 100 + sign * int(rest or 0)


def amount(value: int) -> str:
    sign = "-" if value < 0 else ""
    return f"{sign}{abs(value) // 100}.{abs(value) % 100:02}"


def pieces(text: str) -> int:
    """A quantity of qbXML in hundred-thousandths."""
    return int(Decimal(text or 0) * UNIT)


def quantity(value: int) -> str:
    number = (Decimal(value) / UNIT).normalize()
    return f"{number:f}" if number else "0"


def rounded(value: Decimal) -> int:
    """Cents of an amount in whole money."""
    return int((value * 100).quantize(Decimal(1), ROUND_HALF_UP))


def price(value: Decimal) -> str:
    """A rate: at most five decimals, at least two."""
    text = f"{value.quantize(Decimal('0.00001'), ROUND_HALF_UP):f}".rstrip("0")
    whole, _, rest = text.partition(".")
    return f"{whole}.{rest:0<2}"


def share(total: int, part: int, whole: int) -> int:
    """``total × part ÷ whole`` in whole cents."""
    return int((Decimal(total) * part / whole).quantize(Decimal(1), ROUND_HALF_UP))
