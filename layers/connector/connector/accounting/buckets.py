"""The tie-out lines, called buckets: where a cent of a fact or a document is counted.

The sale side says what was sold or collected, the money side where it is. Sale-side amounts are positive when
sold, money-side amounts positive when the shop received the money or is owed it.
"""

from __future__ import annotations

from decimal import Decimal

from connector.ledger.facts import MoneyFact, SaleFact, SaleKind, Tax

SALES = "sales"
RETURNS = "returns"
DISCOUNTS = "discounts"
SHIPPING = "shipping"
TIPS = "tips"
GIFT_CARDS_SOLD = "gift_cards_sold"
DUTIES = "duties"
ADDITIONAL_FEES = "additional_fees"
REFUND_ADJUSTMENTS = "refund_adjustments"
CASH_ROUNDING = "cash_rounding"
# Only facts are counted here, never a document: it keeps a sale of a kind unknown to us visible as open.
NOT_MAPPED = "not_mapped"
# Only QuickBooks' own amounts are counted here: those that are not what we posted.
UNEXPLAINED = "unexplained"
TAX_PREFIX = "tax:"
CHANNEL_TAX_PREFIX = "channel_tax:"

TENDER_PREFIX = "tender:"
GIFT_CARDS_REDEEMED = "gift_cards_redeemed"
STORE_CREDIT_REDEEMED = "store_credit_redeemed"
ACCOUNTS_RECEIVABLE = "accounts_receivable"
# What goods cost, where QuickBooks keeps no stock of them: from the stock to what was sold, no money moves.
COST_OF_GOODS_SOLD = "cost_of_goods_sold"
INVENTORY = "inventory_asset"
COST_BUCKETS = frozenset({COST_OF_GOODS_SOLD, INVENTORY})
# What changes outside of orders has lines of its own, so that those of orders stay comparable with Shopify's reports.
GIFT_CARDS_OUTSIDE = "gift_cards_outside"
STORE_CREDIT_OUTSIDE = "store_credit_outside"
GOODWILL = "goodwill"
CASH_PAID_OUT = "cash_paid_out"
CASH_OVER_SHORT = "cash_over_short"
CASH_DRAWER = "cash_drawer"
CASH_MOVED = "cash_moved"
STOCK_ADJUSTED = "stock_adjusted"
STOCK_ADJUSTMENTS = "stock_adjustments"
MOVED_BUCKETS = frozenset({CASH_PAID_OUT, CASH_DRAWER, CASH_MOVED, STOCK_ADJUSTED, STOCK_ADJUSTMENTS})
# Payouts only move money that has been received: to the bank, from the clearing account (payments paid out, what is
# reserved, what comes again because a bank declined it), and what Shopify keeps of it.
BANK = "bank"
PAYOUT_CLEARING = "payout_clearing"
PAYMENT_FEES = "payment_fees"
CHARGEBACKS = "chargebacks"
PAYOUT_ADJUSTMENTS = "payout_adjustments"
RESERVE = "reserve"
PAYOUT_TRANSFERS = "payout_transfers"
PAYOUT_BUCKETS = frozenset(
    {BANK, PAYOUT_CLEARING, PAYMENT_FEES, CHARGEBACKS, PAYOUT_ADJUSTMENTS, RESERVE, PAYOUT_TRANSFERS}
)
# What suppliers deliver and what comes on top of it. Its stock has a line of its own beside that of the goods sold.
PURCHASES = "purchases"
FREIGHT_IN = "freight_in"
PURCHASE_DISCOUNTS = "purchase_discounts"
PURCHASE_ADJUSTMENTS = "purchase_adjustments"
PURCHASE_TAX = "purchase_tax"
ACCOUNTS_PAYABLE = "accounts_payable"
PURCHASE_BUCKETS = frozenset(
    {PURCHASES, FREIGHT_IN, PURCHASE_DISCOUNTS, PURCHASE_ADJUSTMENTS, PURCHASE_TAX, ACCOUNTS_PAYABLE}
)

# Gateways whose money is a liability of ours that shrinks, not money on the way to a bank.
LIABILITY_GATEWAYS = {"gift_card": GIFT_CARDS_REDEEMED, "shopify_store_credit": STORE_CREDIT_REDEEMED}
LIABILITY_BUCKETS = frozenset(LIABILITY_GATEWAYS.values())
# Carries the total of a receipt that no tender paid; its amount is always 0.00.
NO_TENDER = TENDER_PREFIX + "default"

_MONEY_SIDE = (
    LIABILITY_BUCKETS | COST_BUCKETS | PAYOUT_BUCKETS | PURCHASE_BUCKETS | MOVED_BUCKETS | {ACCOUNTS_RECEIVABLE}
)

_SALE_BUCKETS = {
    SaleKind.PRODUCT: SALES,
    SaleKind.GIFT_CARD: GIFT_CARDS_SOLD,
    SaleKind.TIP: TIPS,
    SaleKind.SHIPPING: SHIPPING,
    SaleKind.DUTY: DUTIES,
    SaleKind.FEE: ADDITIONAL_FEES,
    SaleKind.ADDITIONAL_FEE: ADDITIONAL_FEES,
    SaleKind.ADJUSTMENT: REFUND_ADJUSTMENTS,
    SaleKind.UNKNOWN: NOT_MAPPED,
}

_ACCOUNT_KEYS = {
    SALES: "sales_income",
    RETURNS: "refunds",
    REFUND_ADJUSTMENTS: "refunds",
    DISCOUNTS: "discounts",
    SHIPPING: "shipping_income",
    TIPS: "tips",
    GIFT_CARDS_SOLD: "gift_cards",
    GIFT_CARDS_REDEEMED: "gift_cards",
    STORE_CREDIT_REDEEMED: "store_credit",
    DUTIES: "duties",
    ADDITIONAL_FEES: "additional_fees",
    CASH_ROUNDING: "cash_rounding",
    ACCOUNTS_RECEIVABLE: "accounts_receivable",
    COST_OF_GOODS_SOLD: "cost_of_goods_sold",
    INVENTORY: "inventory_asset",
    GIFT_CARDS_OUTSIDE: "gift_cards",
    STORE_CREDIT_OUTSIDE: "store_credit",
    GOODWILL: "discounts",
    CASH_OVER_SHORT: "cash_over_short",
    STOCK_ADJUSTED: "inventory_asset",
    STOCK_ADJUSTMENTS: "inventory_adjustments",
    BANK: "bank",
    PAYOUT_CLEARING: "clearing",
    PAYMENT_FEES: "payment_fees",
    CHARGEBACKS: "chargebacks",
    PAYOUT_ADJUSTMENTS: "payout_adjustments",
    RESERVE: "clearing",
    PAYOUT_TRANSFERS: "clearing",
    PURCHASES: "inventory_asset",
    FREIGHT_IN: "freight_in",
    PURCHASE_DISCOUNTS: "purchase_discounts",
    PURCHASE_ADJUSTMENTS: "inventory_adjustments",
    # Sales tax on a purchase can't be deducted in the United States: it is part of what getting the goods cost.
    PURCHASE_TAX: "freight_in",
    ACCOUNTS_PAYABLE: "accounts_payable",
}
_ACCOUNT_KEYS_BY_PREFIX = {
    TAX_PREFIX: "sales_tax",
    # A marketplace remits this tax itself, so it is owed through the money it sends us, not by us.
    CHANNEL_TAX_PREFIX: "clearing",
    TENDER_PREFIX: "clearing",
}


def is_money_side(bucket: str) -> bool:
    """Whether the bucket tells where value is (debits are positive), rather than what was sold."""
    return bucket in _MONEY_SIDE or bucket.startswith(TENDER_PREFIX)


def sale_bucket(sale: SaleFact) -> str:
    """The bucket of a sale's gross amount."""
    if sale.kind is SaleKind.PRODUCT and sale.returned:
        return RETURNS
    return _SALE_BUCKETS[sale.kind]


def tax_label(tax: Tax) -> str:
    """Title and rate as a bookkeeper reads them: ``State Tax 6.25%``; the title alone where the rate is unknown."""
    return tax.title if tax.rate is None else f"{tax.title} {_percent(tax.rate)}%"


def tax_bucket(tax: Tax) -> str:
    """One bucket per title and rate; tax that the sales channel remits is kept apart."""
    return (CHANNEL_TAX_PREFIX if tax.channel_liable else TAX_PREFIX) + tax_label(tax)


def money_bucket(money: MoneyFact) -> str:
    return gateway_bucket(money.gateway)


def gateway_bucket(gateway: str) -> str:
    return LIABILITY_GATEWAYS.get(gateway, TENDER_PREFIX + gateway)


def account_key(bucket: str) -> str:
    """The key of the settings' ``accounts`` for a bucket; for tenders the one used where no tender is mapped.

    Raises ``KeyError`` for a bucket that no account belongs to.
    """
    for prefix, key in _ACCOUNT_KEYS_BY_PREFIX.items():
        if bucket.startswith(prefix):
            return key
    return _ACCOUNT_KEYS[bucket]


def _percent(rate: Decimal) -> str:
    text = f"{rate * 100:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
