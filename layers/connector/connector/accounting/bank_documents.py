"""Money that reaches the bank: QuickBooks' Make Deposits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class DepositLine:
    """``amount`` is what comes from ``account``; what is kept back is negative."""

    account: str
    amount: Decimal
    bucket: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Deposit:
    """One line of the bank statement: its total, which must not be negative, goes to ``deposit_to``.

    QuickBooks gives deposits no Ref No.: they are known by their day and ``memo``.
    """

    day: date
    deposit_to: str
    memo: str
    lines: tuple[DepositLine, ...]

    @property
    def ref_number(self) -> str:
        return ""
