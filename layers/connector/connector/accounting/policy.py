"""The merchant's mapping and modes, as the accounting needs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

REQUIRED_ACCOUNTS = (
    "sales_income",
    "shipping_income",
    "discounts",
    "refunds",
    "sales_tax",
    "tips",
    "gift_cards",
    "cash_rounding",
    "cost_of_goods_sold",
    "inventory_asset",
    "clearing",
    "bank",
    "payment_fees",
    "accounts_receivable",
    "accounts_payable",
)
OPTIONAL_ACCOUNTS = (
    "duties",
    "additional_fees",
    "store_credit",
    "cash_over_short",
    "chargebacks",
    "payout_adjustments",
    "freight_in",
    "purchase_discounts",
    "inventory_adjustments",
)
ACCOUNT_KEYS = REQUIRED_ACCOUNTS + OPTIONAL_ACCOUNTS


class Mode(StrEnum):
    SUMMARY = "summary"
    DETAILED = "detailed"


@dataclass(frozen=True, slots=True)
class Policy:
    """``accounts`` and ``tenders`` hold full names of QuickBooks accounts; ``classes`` is by location id or name."""

    accounts: Mapping[str, str]
    tenders: Mapping[str, str] = field(default_factory=dict)
    classes: Mapping[str, str] = field(default_factory=dict)
    customer: Mode = Mode.DETAILED
    inventory: Mode = Mode.DETAILED
    vendor: Mode = Mode.SUMMARY
    start_date: date | None = None
    recognise: str = "at_sale"
