"""What several of the standing pages show in the same way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from connector.accounting.buckets import is_money_side
from connector.app import roles
from connector.app.pages.frame import Visit
from connector.app.settings import EARLIEST, LATEST
from connector.sync.tie_out import NOT_YET_POSTED

ZERO = Decimal("0.00")
COLUMNS = ("shopify", "posted", "quickbooks")

TONES = {
    "HELD": "critical",
    "DOUBTFUL": "warning",
    "READ_BACK": "success",
    "POSTED": "success",
    "READY": "info",
    "DRAFT": "info",
    "SENT": "info",
    "OPEN": "warning",
}
"""How the state of an entry or payout looks; what was set aside or undone has no colour."""


STATE_LIGHTS = {"ok": "success", "waiting": "warning"}
"""How the light of the connection's health shines; anything else is critical."""


def may_change(visit: Visit) -> bool:
    """Whether the person may do anything on the pages but look; the API refuses the others anyway."""
    return roles.role_of(visit.services.table, visit.shop, visit.user_id) != roles.ACCOUNTANT


@dataclass(frozen=True, slots=True)
class Sums:
    """A day or a range in one row: what was sold, and on how many of the lines about money it differs besides."""

    shopify: Decimal
    posted: Decimal
    quickbooks: Decimal
    others: int

    @property
    def difference(self) -> Decimal:
        return self.shopify - self.quickbooks

    @property
    def differs(self) -> bool:
        return bool(self.difference or self.others)


def sums(lines: Iterable[Mapping[str, str]]) -> Sums:
    columns = dict.fromkeys(COLUMNS, ZERO)
    others = 0
    for line in lines:
        if is_money_side(line["line"]) or line["line"] == NOT_YET_POSTED:
            others += bool(Decimal(line["difference"]))
        else:
            for column in COLUMNS:
                columns[column] += Decimal(line[column])
    return Sums(**columns, others=others)


def chart_rows(visit: Visit, days: Iterable[Mapping[str, Any]]) -> list[tuple[str, float, float, str, str]]:
    """Sold and posted by day for the chart; a day on which refunds win has a bar of no height and its amount below."""
    found = []
    for day in days:
        of_day = sums(day["lines"])
        said = visit.words.amount(of_day.shopify), visit.words.amount(of_day.posted)
        found.append((visit.words.day(day["date"]), _height(of_day.shopify), _height(of_day.posted), *said))
    return found


def day_of(text: str) -> date | None:
    """A day of the address; None for anything else."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if EARLIEST <= found <= LATEST else None


def _height(amount: Decimal) -> float:
    return max(0.0, float(amount))
