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

# Gateways whose money is a liability of ours that shrinks, not money on the way to a bank.
LIABILITY_GATEWAYS = {"gift_card": GIFT_CARDS_REDEEMED, "shopify_store_credit": STORE_CREDIT_REDEEMED}
LIABILITY_BUCKETS = frozenset(LIABILITY_GATEWAYS.values())
# Carries the total of a receipt that no tender paid; its amount is always 0.00.
NO_TENDER = TENDER_PREFIX + "default"

_MONEY_SIDE = LIABILITY_BUCKETS | COST_BUCKETS | {ACCOUNTS_RECEIVABLE}

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
