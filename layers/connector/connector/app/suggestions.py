"""Which of the company's accounts a Shopify category probably belongs to: by its usual types, then by its name.

Only a proposal that the page marks as one to verify; nothing is stored before the merchant has saved it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from connector.app.accounts import Account, allowed_types

_INCOME = ("Income", "OtherIncome")
_EXPENSE = ("Expense", "OtherExpense", "CostOfGoodsSold")
_LIABILITY = ("OtherCurrentLiability", "LongTermLiability")
_MONEY = ("Bank", "OtherCurrentAsset")


@dataclass(frozen=True, slots=True)
class Usual:
    """The types of account a category usually has, and words in its name: those that fit best first."""

    types: tuple[str, ...]
    words: tuple[str, ...]


USUAL: Mapping[str, Usual] = {
    "sales_income": Usual(_INCOME, ("sales of product", "product sales", "merchandise", "sales", "revenue")),
    "shipping_income": Usual(_INCOME, ("shipping", "delivery", "freight", "postage")),
    "discounts": Usual((*_INCOME, *_EXPENSE), ("discounts given", "discount", "promotion")),
    "refunds": Usual((*_INCOME, *_EXPENSE), ("returns and refunds", "refund", "return", "allowance")),
    "sales_tax": Usual(_LIABILITY, ("shopify sales tax", "sales tax", "tax", "vat", "moms")),
    "tips": Usual(_LIABILITY, ("tips payable", "tips", "gratuit")),
    "gift_cards": Usual(_LIABILITY, ("gift card", "gift certificate", "gift")),
    "cash_rounding": Usual((*_EXPENSE, *_INCOME), ("rounding", "cash over", "over/short")),
    "cost_of_goods_sold": Usual(("CostOfGoodsSold",), ("cost of goods sold", "cogs", "cost of sales", "cost")),
    "inventory_asset": Usual(("OtherCurrentAsset",), ("inventory asset", "inventory", "stock")),
    "clearing": Usual(_MONEY, ("shopify clearing", "clearing", "undeposited")),
    "bank": Usual(("Bank", "OtherCurrentAsset"), ("checking", "operating", "bank", "current account")),
    "payment_fees": Usual(_EXPENSE, ("payment fee", "merchant", "processing", "card fee", "bank service")),
    "accounts_receivable": Usual(("AccountsReceivable",), ("accounts receivable", "receivable")),
    "accounts_payable": Usual(("AccountsPayable",), ("accounts payable", "payable")),
    "duties": Usual((*_LIABILITY, *_EXPENSE), ("dut", "customs", "import")),
    "additional_fees": Usual(_INCOME, ("additional fee", "surcharge", "fee")),
    "store_credit": Usual(_LIABILITY, ("store credit", "customer credit")),
    "cash_over_short": Usual((*_EXPENSE, *_INCOME), ("cash over", "over/short", "over and short")),
    "petty_cash": Usual(_EXPENSE, ("petty cash",)),
    "chargebacks": Usual(_EXPENSE, ("chargeback", "dispute")),
    "payout_adjustments": Usual((*_EXPENSE, *_INCOME), ("payout adjustment", "adjustment")),
    "freight_in": Usual(_EXPENSE, ("freight in", "freight", "inbound")),
    "purchase_discounts": Usual((*_EXPENSE, *_INCOME), ("purchase discount", "vendor discount")),
    "inventory_adjustments": Usual(_EXPENSE, ("inventory adjustment", "shrinkage", "stock adjustment")),
}

_ONLY_ONE = frozenset({"AccountsReceivable", "AccountsPayable", "CostOfGoodsSold"})
"""A company with a single account of such a type has no other choice."""


def suggested(accounts: Iterable[Account]) -> dict[str, str]:
    """Full names by account key; keys for which nothing looks right are left out."""
    active = [account for account in accounts if account.is_active]
    found = {key: _best(key, usual, active) for key, usual in USUAL.items()}
    return {key: name for key, name in found.items() if name}


def _best(key: str, usual: Usual, accounts: Iterable[Account]) -> str:
    strict = allowed_types("accounts", key)
    fitting = [one for one in accounts if one.type in usual.types and (strict is None or one.type in strict)]
    ranked = [(rank, usual.types.index(one.type), one.full_name) for one in fitting if (rank := _rank(one, usual)) >= 0]
    if ranked:
        return min(ranked)[2]
    only = [one for one in fitting if one.type in _ONLY_ONE]
    return only[0].full_name if len(only) == 1 and len(fitting) == 1 else ""


def _rank(account: Account, usual: Usual) -> int:
    """How well a name fits, 0 best; -1 if it does not."""
    name = account.full_name.lower()
    return next((rank for rank, word in enumerate(usual.words) if word in name), -1)
