"""A company on its first day: a retailer's chart of accounts, tax codes, terms, payment methods, a few names."""

from __future__ import annotations

from functools import cache
from typing import Any

from infra.local.company.books import SPACES
from infra.local.company.reading import Node
from infra.local.company.store import Element, Store

DEMO_ACCOUNTS: dict[str, str] = {
    "sales_income": "Sales",
    "shipping_income": "Shipping Income",
    "discounts": "Sales Discounts",
    "refunds": "Sales Returns",
    "sales_tax": "Sales Tax Collected",
    "tips": "Tips Payable",
    "gift_cards": "Gift Cards Outstanding",
    "cash_rounding": "Cash Rounding",
    "cost_of_goods_sold": "Cost of Goods Sold",
    "inventory_asset": "Inventory Asset",
    "clearing": "Shopify Clearing",
    "bank": "Checking",
    "payment_fees": "Merchant Fees",
    "accounts_receivable": "Accounts Receivable",
    "accounts_payable": "Accounts Payable",
    "duties": "Duties Payable",
    "additional_fees": "Additional Fees Income",
    "store_credit": "Store Credit Outstanding",
    "cash_over_short": "Cash Over and Short",
    "petty_cash": "Store Expenses",
    "chargebacks": "Chargebacks",
    "payout_adjustments": "Payout Adjustments",
    "freight_in": "Freight In",
    "purchase_discounts": "Purchase Discounts",
    "inventory_adjustments": "Inventory Adjustments",
    "cash": "Cash on Hand",
}
"""What money of a shop may land on → the account's full name; ``cash`` is the drawer."""

_ACCOUNTS: tuple[tuple[str, str, str], ...] = (
    ("Checking", "Bank", ""),
    ("Savings", "Bank", ""),
    ("Petty Cash", "Bank", "PettyCash"),
    ("Cash on Hand", "Bank", ""),
    ("Accounts Receivable", "AccountsReceivable", "AccountsReceivable"),
    ("Undeposited Funds", "OtherCurrentAsset", "UndepositedFunds"),
    ("Inventory Asset", "OtherCurrentAsset", "InventoryAssets"),
    ("Shopify Clearing", "OtherCurrentAsset", ""),
    ("PayPal Clearing", "OtherCurrentAsset", ""),
    ("Furniture and Equipment", "FixedAsset", ""),
    ("Accounts Payable", "AccountsPayable", "AccountsPayable"),
    ("Sales Tax Payable", "OtherCurrentLiability", "SalesTaxPayable"),
    ("Sales Tax Collected", "OtherCurrentLiability", ""),
    ("Gift Cards Outstanding", "OtherCurrentLiability", ""),
    ("Store Credit Outstanding", "OtherCurrentLiability", ""),
    ("Tips Payable", "OtherCurrentLiability", ""),
    ("Duties Payable", "OtherCurrentLiability", ""),
    ("Opening Balance Equity", "Equity", "OpeningBalanceEquity"),
    ("Retained Earnings", "Equity", "RetainedEarnings"),
    ("Sales", "Income", ""),
    ("Sales:Online", "Income", ""),
    ("Sales:Stores", "Income", ""),
    ("Shipping Income", "Income", ""),
    ("Sales Discounts", "Income", ""),
    ("Sales Returns", "Income", ""),
    ("Additional Fees Income", "Income", ""),
    ("Cost of Goods Sold", "CostOfGoodsSold", "CostOfGoodsSold"),
    ("Freight In", "CostOfGoodsSold", ""),
    ("Purchase Discounts", "CostOfGoodsSold", ""),
    ("Inventory Adjustments", "CostOfGoodsSold", ""),
    ("Inventory Shrinkage", "CostOfGoodsSold", ""),
    ("Merchant Fees", "Expense", ""),
    ("Chargebacks", "Expense", ""),
    ("Payout Adjustments", "Expense", ""),
    ("Cash Over and Short", "Expense", ""),
    ("Store Expenses", "Expense", ""),
    ("Rent Expense", "Expense", ""),
    ("Cash Rounding", "OtherExpense", ""),
    ("Purchase Orders", "NonPosting", "PurchaseOrders"),
    ("Sales Orders", "NonPosting", "SalesOrders"),
    ("Estimates", "NonPosting", "Estimates"),
)
_METHODS = (("Cash", "Cash"), ("Check", "Check"), ("American Express", "AmericanExpress"), ("Discover", "Discover"),
            ("MasterCard", "MasterCard"), ("Visa", "Visa"), ("Gift Card", "GiftCard"))  # fmt: skip
_TERMS = (("Due on receipt", "0"), ("Net 15", "15"), ("Net 30", "30"), ("Net 60", "60"))
_DEFAULTS = {"taxable": "Tax", "non_taxable": "Non", "tax_item": "Out of State", "currency": "US Dollar"}
_EPOCH = 1_577_880_000


@cache
def seeded() -> bytes:
    """The image of such a company file; made once."""
    store = Store(None, lambda: _EPOCH, "UTC")
    made: dict[str, Element] = {}

    def add(kind: str, full_name: str, **body: Any) -> Element:
        parent, _, name = full_name.rpartition(":")
        element = Element(
            store.new_list_id(), kind, name, full_name, made[parent].list_id if parent else None, True, _EPOCH, _EPOCH,
            body,
        )  # fmt: skip
        store.save_element(element, SPACES[kind])
        made[full_name] = element
        return element

    for full_name, account_type, special in _ACCOUNTS:
        body: Node = {"AccountType": account_type}
        if special:
            body["SpecialAccountType"] = special
        add("Account", full_name, **body)
    add("SalesTaxCode", "Tax", IsTaxable="true", Desc="Taxable Sales")
    add("SalesTaxCode", "Non", IsTaxable="false", Desc="Non-Taxable Sales")
    agency = add("Vendor", "State Board of Equalization")
    add("ItemSalesTax", "Out of State", ItemDesc="Out-of-state sale, exempt from sales tax", TaxRate="0.0",
        TaxVendorRef=agency.ref)  # fmt: skip
    add("ItemSalesTax", "State Tax", ItemDesc="Sales Tax", TaxRate="7.25", TaxVendorRef=agency.ref)
    for name, method in _METHODS:
        add("PaymentMethod", name, PaymentMethodType=method)
    for name, days in _TERMS:
        add("StandardTerms", name, StdDueDays=days)
    for name in ("UPS", "FedEx", "US Mail"):
        add("ShipMethod", name)
    for name, code in (("US Dollar", "USD"), ("Euro", "EUR"), ("Canadian Dollar", "CAD")):
        add("Currency", name, CurrencyCode=code)
    for name in ("Online Store", "Main Street"):
        add("Class", name)
    add("Employee", "Pat Clerk", FirstName="Pat", LastName="Clerk")
    add("OtherName", "Landlord LLC")
    for key, full_name in _DEFAULTS.items():
        store.put(f"default:{key}", made[full_name].list_id)
    store.put("seeded", True)
    return store.image()
