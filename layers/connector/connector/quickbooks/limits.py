"""How many names and items an edition of QuickBooks holds, and when a growing shop will be out of them.

Source: Intuit community article 1768244, "Maximum number of list entries". Making an element inactive frees nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal

from connector.quickbooks.profile import CompanyProfile, Edition


@dataclass(frozen=True, slots=True)
class Capacity:
    """``names`` are customers, vendors, employees and other names together; ``items`` items of all types."""

    names: int
    items: int
    accounts: int
    classes: int
    payment_methods: int


_SMALL = Capacity(names=14_500, items=14_500, accounts=10_000, classes=10_000, payment_methods=10_000)
_LARGE = Capacity(names=100_000, items=100_000, accounts=100_000, classes=100_000, payment_methods=10_000)
_BY_EDITION = {
    Edition.PRO: _SMALL,
    Edition.PREMIER: _SMALL,
    Edition.ACCOUNTANT: _SMALL,
    # Enterprise promises "more than 100,000"; the file itself knows how many more.
    Edition.ENTERPRISE: _LARGE,
    Edition.UNKNOWN: _SMALL,
}
_FARTHEST = timedelta(days=365 * 50)


def capacity(profile: CompanyProfile) -> Capacity:
    """The file's own limits where QuickBooks told them, else those of its edition."""
    least = _BY_EDITION[profile.edition]
    known = profile.capacities
    return Capacity(
        names=known.get("Entity", least.names),
        items=known.get("Item", least.items),
        accounts=known.get("Account", least.accounts),
        classes=known.get("Class", least.classes),
        payment_methods=known.get("PaymentMethod", least.payment_methods),
    )


def overflow_day(used: int, limit: int, new_per_day: Decimal, today: date) -> date | None:
    """The day on which a list that grows by ``new_per_day`` is full: today if it is, None if not within 50 years."""
    left = limit - used
    if left <= 0:
        return today
    if new_per_day <= 0:
        return None
    days = (Decimal(left) / new_per_day).to_integral_value(rounding=ROUND_FLOOR)
    return None if days > _FARTHEST.days else today + timedelta(days=int(days))
