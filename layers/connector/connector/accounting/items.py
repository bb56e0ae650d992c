"""The list elements documents name: items by what they stand for, customers, classes, payment methods.

Keys are ours and stable per shop; names are wishes. Shopify's things become QuickBooks items of type Other Charge on
the mapped account; only products are stock. QuickBooks lets no item stand on Accounts Receivable, Accounts Payable,
Undeposited Funds or Sales Tax Payable (QuickBooks' message 3180), so none is wished for there.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from connector.accounting import buckets
from connector.accounting.documents import Conditions, CustomerDetail, ItemDetail, ItemType, ListKind, ListRef
from connector.accounting.policy import Mode, Policy
from connector.ledger.facts import Customer, OrderHeader, Product, SaleFact, Terms


class Unmapped(Exception):
    """Money lands on an account that the merchant has not chosen, or on something unknown to us."""

    def __init__(self, reason: str, amount: Decimal) -> None:
        super().__init__(reason)
        self.reason = reason
        self.amount = amount


ZERO_TAX = ListRef(
    ListKind.SALES_TAX_ITEM, "tax:zero", "Shopify Tax 0%", item=ItemDetail(ItemType.SALES_TAX, description="Sales Tax")
)
WALK_IN = ListRef(ListKind.CUSTOMER, "customer:shopify", "Shopify Customer")

# bucket → (key, name) of the item its lines use.
_ITEMS = {
    buckets.SALES: ("item:sales", "Shopify Sales"),
    buckets.RETURNS: ("item:returns", "Shopify Returns"),
    buckets.DISCOUNTS: ("item:discount", "Shopify Discount"),
    buckets.SHIPPING: ("item:shipping", "Shopify Shipping"),
    buckets.TIPS: ("item:tip", "Shopify Tip"),
    buckets.GIFT_CARDS_SOLD: ("item:gift-card", "Shopify Gift Card"),
    buckets.GIFT_CARDS_REDEEMED: ("item:gift-card-redeemed", "Shopify Gift Card Redeemed"),
    buckets.STORE_CREDIT_REDEEMED: ("item:store-credit", "Shopify Store Credit"),
    buckets.DUTIES: ("item:duties", "Shopify Duties"),
    buckets.ADDITIONAL_FEES: ("item:fees", "Shopify Additional Fee"),
    buckets.REFUND_ADJUSTMENTS: ("item:refund-adjustment", "Shopify Refund Adjustment"),
    buckets.CASH_ROUNDING: ("item:rounding", "Shopify Cash Rounding"),
    buckets.COST_OF_GOODS_SOLD: ("item:cost", "Shopify Cost of Goods Sold"),
    buckets.INVENTORY: ("item:stock", "Shopify Stock Sold"),
}
# Items' names in QuickBooks (qbXML 13.0); only wished for here, ``quickbooks.names`` sees to it.
_NAME_LIMIT = 31
_GATEWAY_NAMES = {"paypal": "PayPal", "shopify_payments": "Shopify Payments", "gift_card": "Gift Card"}


def account(bucket: str, amount: Decimal, policy: Policy) -> str:
    """The mapped account of a bucket. Raises ``Unmapped`` if the merchant has not chosen one."""
    if bucket.startswith(buckets.TENDER_PREFIX):
        return tender_account(bucket.removeprefix(buckets.TENDER_PREFIX), amount, policy)
    return _mapped(buckets.account_key(bucket), amount, policy)


def tender_account(gateway: str, amount: Decimal, policy: Policy) -> str:
    """Where a gateway's money is: its own account, else the default's, else the clearing account."""
    key = gateway if policy.tenders.get(gateway) else "default"
    chosen = policy.tenders.get(key)
    if not chosen:
        return _mapped("clearing", amount, policy)
    return _usable(f"tenders.{key}", chosen, amount, policy)


def mapped_account(key: str, amount: Decimal, policy: Policy) -> str:
    """The account chosen under a key of the settings. Raises ``Unmapped``."""
    return _mapped(key, amount, policy)


def _mapped(key: str, amount: Decimal, policy: Policy) -> str:
    name = policy.accounts.get(key)
    if not name:
        raise Unmapped(f"no QuickBooks account is chosen for {key.replace('_', ' ')}", abs(amount))
    return _usable(f"accounts.{key}", name, amount, policy)


def _usable(key: str, name: str, amount: Decimal, policy: Policy) -> str:
    if key in policy.unusable:
        raise Unmapped(policy.unusable[key], abs(amount))
    return name


def item(bucket: str, amount: Decimal, policy: Policy) -> ListRef:
    """The item of a bucket; ``amount`` only says how much money waits if there is no account for it."""
    detail = ItemDetail(ItemType.OTHER_CHARGE, account(bucket, amount, policy))
    if bucket in _ITEMS:
        key, name = _ITEMS[bucket]
    elif bucket.startswith(buckets.TENDER_PREFIX):
        gateway = bucket.removeprefix(buckets.TENDER_PREFIX)
        key, name = f"item:tender:{gateway}", f"Tender {gateway_name(gateway)}"
    elif bucket.startswith(buckets.CHANNEL_TAX_PREFIX):
        label = bucket.removeprefix(buckets.CHANNEL_TAX_PREFIX)
        key, name = f"item:channel-tax:{label}", _tax_name("Channel", label)
    else:
        label = bucket.removeprefix(buckets.TAX_PREFIX)
        key, name = f"item:tax:{label}", _tax_name("Shopify", label)
    return ListRef(ListKind.ITEM, key, name, item=detail)


def _tax_name(prefix: str, label: str) -> str:
    """``Shopify California State T 7.25%``: not a name the company's own tax items have, and the rate is never cut."""
    title, _, rate = label.rpartition(" ")
    if not title or not rate.endswith("%"):
        return f"{prefix} {label}"
    return f"{prefix} {title[: _NAME_LIMIT - len(prefix) - len(rate) - 2].rstrip()} {rate}"


def product_item(sale: SaleFact, policy: Policy) -> ListRef:
    """Detailed inventory: the variant's own stock item, named by its SKU; else one item for all that is sold."""
    if stock := stock_item(sale, policy):
        return stock
    if policy.inventory is Mode.SUMMARY or _has_variant(sale):
        return item(buckets.SALES, sale.gross, policy)
    detail = ItemDetail(ItemType.OTHER_CHARGE, account(buckets.SALES, sale.gross, policy))
    return ListRef(ListKind.ITEM, "item:custom-sale", "Shopify Custom Sale", item=detail)


def stock_item(sale: SaleFact, policy: Policy) -> ListRef | None:
    """The stock item whose quantity this sale moves; None where QuickBooks keeps no stock of it.

    A line whose quantity is 0 is a change of price: it must not move stock.
    """
    product = sale.product
    if policy.inventory is not Mode.DETAILED or product is None or not product.variant_id or not sale.quantity:
        return None
    return variant_item(product, sale.gross, policy)


def variant_item(product: Product, amount: Decimal, policy: Policy) -> ListRef:
    """The stock item of a variant, the same for all that happens to it."""
    return ListRef(
        ListKind.ITEM,
        f"variant:{legacy(product.variant_id or '')}",
        product.sku or describe(product),
        item=ItemDetail(
            type=ItemType.INVENTORY,
            account=account(buckets.SALES, amount, policy),
            cogs_account=_mapped("cost_of_goods_sold", amount, policy),
            asset_account=_mapped("inventory_asset", amount, policy),
            description=describe(product),
            sku=product.sku,
            barcode=product.barcode,
            cost=product.unit_cost,
        ),
    )


def _has_variant(sale: SaleFact) -> bool:
    return sale.product is not None and bool(sale.product.variant_id)


def describe(product: Product) -> str:
    return f"{product.title} - {product.variant_title}" if product.variant_title else product.title


def order_customer(order: OrderHeader) -> ListRef:
    """Who an order's documents are made out to; a business customer without a person is its company."""
    if order.customer is None and order.company and order.company_id:
        detail = CustomerDetail(company=order.company)
        return ListRef(ListKind.CUSTOMER, f"company:{legacy(order.company_id)}", order.company, customer=detail)
    return customer(order.customer, order.company)


def customer(buyer: Customer | None, company: str = "") -> ListRef:
    """The order's customer; walk-ins share one. Withheld names leave the number, which the name is then made of."""
    if buyer is None:
        return WALK_IN
    name = buyer.name or " ".join(filter(None, (buyer.first_name, buyer.last_name))) or buyer.email or company
    detail = CustomerDetail(buyer.first_name, buyer.last_name, buyer.email, buyer.phone, company)
    return ListRef(
        ListKind.CUSTOMER, f"customer:{buyer.legacy_id}", name or f"Customer {buyer.legacy_id}", customer=detail
    )


def conditions(order: OrderHeader, day: date) -> Conditions:
    """What a document of ``day`` says of the order's terms. Terms without days (a fixed date, on fulfilment) are left
    to the merchant: Shopify's due date of them is not among the facts."""
    terms = order.terms
    days = _due_days(terms) if terms else None
    return Conditions(
        po_number=order.po_number,
        terms=None if terms is None or days is None else _terms(terms, days),
        due_day=None if days is None else day + timedelta(days=days),
        ship_day=order.fulfilled_on[-1] if order.fulfilled_on else None,
    )


def _due_days(terms: Terms) -> int | None:
    return 0 if terms.type == "RECEIPT" else terms.days if terms.type == "NET" else None


def _terms(terms: Terms, days: int) -> ListRef:
    """QuickBooks' own names where it has such terms from the start."""
    name = f"Net {days}" if days else "Due on receipt"
    return ListRef(ListKind.TERMS, f"terms:{days}", name, due_days=days)


def order_class(order: OrderHeader, policy: Policy) -> ListRef | None:
    return location_class(order.location_id or "", order.location or "", order.channel, policy)


def location_class(location_id: str, location: str, channel: str, policy: Policy) -> ListRef | None:
    """The class of a location: as mapped by id or name, else named like it. Elsewhere the channel's, if mapped."""
    if location_id:
        names = (policy.classes.get(key) for key in (location_id, legacy(location_id), location))
        return ListRef(ListKind.CLASS, f"class:{legacy(location_id)}", next(filter(None, names), location))
    mapped = policy.classes.get(channel)
    return ListRef(ListKind.CLASS, f"class:channel:{channel}", mapped) if mapped else None


def payment_method(gateway: str) -> ListRef:
    return ListRef(ListKind.PAYMENT_METHOD, f"payment_method:{gateway}", gateway_name(gateway))


def gateway_name(gateway: str) -> str:
    return _GATEWAY_NAMES.get(gateway) or gateway.replace("_", " ").replace("-", " ").strip().title() or "Other"


def legacy(gid: str) -> str:
    """The number at the end of Shopify's global id."""
    return gid.rpartition("/")[2]
