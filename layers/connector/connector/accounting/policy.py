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
    "petty_cash",
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


class SummaryForm(StrEnum):
    """What a summary day is posted as."""

    SALES_RECEIPT = "sales_receipt"
    JOURNAL_ENTRY = "journal_entry"


class ReceiveAs(StrEnum):
    """What goods of a supplier's are received as, where QuickBooks keeps stock of them."""

    BILL = "bill"
    ITEM_RECEIPT = "item_receipt"


@dataclass(frozen=True, slots=True)
class Policy:
    """``accounts`` and ``tenders`` hold full names of QuickBooks accounts; ``classes`` is by location id or name.

    ``sales_orders`` says whether the company's edition of QuickBooks has Sales Orders: Pro has none.
    ``purchase_orders`` says whether inventory and purchase orders are switched on in the company. ``unusable`` are
    chosen accounts (``accounts.clearing``, ``tenders.cash``) that QuickBooks would refuse as they are now, and why.
    """

    accounts: Mapping[str, str]
    tenders: Mapping[str, str] = field(default_factory=dict)
    classes: Mapping[str, str] = field(default_factory=dict)
    customer: Mode = Mode.DETAILED
    inventory: Mode = Mode.DETAILED
    vendor: Mode = Mode.SUMMARY
    start_date: date | None = None
    recognise: str = "at_sale"
    summary_as: SummaryForm = SummaryForm.SALES_RECEIPT
    sales_orders: bool = False
    receive_as: ReceiveAs = ReceiveAs.BILL
    purchase_orders: bool = False
    unusable: Mapping[str, str] = field(default_factory=dict)

    @property
    def as_journal(self) -> bool:
        """Whether summary days are journal entries. Stock moves only by items, so detailed inventory needs forms."""
        return self.summary_as is SummaryForm.JOURNAL_ENTRY and self.inventory is Mode.SUMMARY
