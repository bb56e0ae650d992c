"""An order as Shopify's Admin API gives it (2026-10, ``shopify/documents/orders_page.graphql``), read as facts.

Sales come from ``Order.agreements → sales``: immutable and signed. Money comes from ``Order.transactions``. Amounts
are ``shopMoney`` only; what the customer saw in another currency is not the books' business.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from connector.ledger.business_day import business_day
from connector.ledger.facts import (
    ZERO,
    Customer,
    MoneyFact,
    MoneyKind,
    OrderFacts,
    OrderHeader,
    Product,
    SaleFact,
    SaleKind,
    Tax,
    Terms,
)
from connector.ledger.nodes import BROKEN, Node, Unclear, bag, moment, reason_of, required, text, unit_cost, whole

# Orders of which nothing is left to be sent: all of it is, or there never was anything (tips, downloads).
_FULFILLED = frozenset({"FULFILLED", "FULFILLMENT_NOT_REQUIRED"})
_RETURN = "RETURN"
_SIGNS = {MoneyKind.SALE: 1, MoneyKind.CAPTURE: 1, MoneyKind.REFUND: -1, MoneyKind.CHANGE: -1}
_SENT = "SUCCESS"
# Where a sale's name stands, by what the sale is of.
_TITLES = (("lineItem", "title"), ("shippingLine", "title"), ("additionalFee", "name"))
_FEES = {"RestockingFee": "Restocking fee", "ReturnShippingFee": "Return shipping"}


class UnreadableOrder(Exception):
    """An order's record makes no sense: nothing of it may be guessed, a person must look.

    ``amount`` is the order's total as far as it could be read, else None.
    """

    def __init__(self, order_id: str, name: str, reason: str, amount: Decimal | None = None) -> None:
        super().__init__(f"{name or order_id}: {reason}")
        self.order_id = order_id
        self.name = name
        self.reason = reason
        self.amount = amount


def read_order(node: Node, zone: ZoneInfo, currency: str = "") -> OrderFacts:
    """The facts of a complete order node, oldest first; ``zone`` is the shop's and decides the business days.

    ``currency`` is the books': an order of before or after the shop changed its own is no matter of these books.

    Values that Shopify may add later (sale types, transaction kinds) are read as UNKNOWN or, where they move no
    money, passed over. Raises ``UnreadableOrder`` for missing or contradictory data.
    """
    try:
        header = _header(node, zone)
        if currency and header.currency != currency:
            raise Unclear(f"it is in {header.currency}, the shop's books are in {currency}: enter it by hand")
        sales = [
            _sale(sale, agreement, zone, header.currency)
            for agreement in whole(node, "agreements")
            for sale in whole(agreement, "sales")
        ]
        refunds = _refund_of_transaction(node)
        money = [fact for t in whole(node, "transactions") if (fact := _money(t, refunds, zone, header)) is not None]
        _no_doubles(sales, money)
    except BROKEN as error:
        raise UnreadableOrder(text(node, "id"), text(node, "name"), reason_of(error), _total(node)) from error
    return OrderFacts(
        header,
        tuple(sorted(sales, key=lambda fact: (fact.happened_at, fact.id))),
        tuple(sorted(money, key=lambda fact: (fact.happened_at, fact.id))),
    )


def _header(node: Node, zone: ZoneInfo) -> OrderHeader:
    location = node.get("retailLocation") or {}
    company = (node.get("purchasingEntity") or {}).get("company") or {}
    return OrderHeader(
        id=required(node, "id"),
        legacy_id=str(required(node, "legacyResourceId")),
        name=required(node, "name"),
        currency=required(node, "currencyCode"),
        customer=_customer(node.get("customer")),
        location_id=location.get("id"),
        location=location.get("name"),
        channel=_channel(node),
        fulfilled=node.get("displayFulfillmentStatus") in _FULFILLED,
        cancelled=bool(node.get("cancelledAt")),
        test=bool(node.get("test")),
        updated_at=moment(required(node, "updatedAt")),
        fulfilled_on=_fulfilment_days(node, zone),
        po_number=node.get("poNumber") or "",
        company=company.get("name") or "",
        company_id=company.get("id") or "",
        terms=_terms(node.get("paymentTerms")),
        receipt_number=node.get("sourceIdentifier") or "",
        current_total=_current_total(node, required(node, "currencyCode")),
        presentment=_presentment(node),
    )


def _fulfilment_days(node: Node, zone: ZoneInfo) -> tuple[date, ...]:
    """The business days on which parts of the order were sent or handed over; cancelled fulfilments are none."""
    sent = [f for f in node.get("fulfillments") or () if f.get("status") == _SENT]
    return tuple(sorted({business_day(moment(f["createdAt"]), zone) for f in sent}))


def _terms(node: Node | None) -> Terms | None:
    """Payment terms by their kind and days, so that the books can use terms of their own."""
    if not node:
        return None
    return Terms(node.get("paymentTermsName") or "", node.get("paymentTermsType") or "UNKNOWN", node.get("dueInDays"))


def _current_total(node: Node, currency: str) -> Decimal | None:
    """What Shopify says the order comes to now; only a control of its sales, so it may be absent or odd."""
    try:
        return bag(node, "currentTotalPriceSet", currency)
    except BROKEN:
        return None


def _presentment(node: Node) -> str:
    """``120.5 EUR`` where the customer saw another currency than the books'; for the memo only."""
    try:
        shown = node["currentTotalPriceSet"]["presentmentMoney"]
        if shown["currencyCode"] == node["currencyCode"]:
            return ""
        return f"{Decimal(str(shown['amount'])).normalize():f} {shown['currencyCode']}"
    except (KeyError, TypeError, InvalidOperation):
        return ""


def _channel(node: Node) -> str:
    """``web``, ``pos``, …; other apps put a number there, then the app's name is what people know."""
    source = node.get("sourceName") or ""
    app = (node.get("app") or {}).get("name") or ""
    return app if app and (not source or source.isdigit()) else source or "other"


def _customer(node: Node | None) -> Customer | None:
    if not node or not node.get("id"):
        return None
    gid = str(node["id"])
    return Customer(
        id=gid,
        legacy_id=str(node.get("legacyResourceId") or gid.rpartition("/")[2]),
        name=node.get("displayName") or "",
        first_name=node.get("firstName") or "",
        last_name=node.get("lastName") or "",
        email=(node.get("defaultEmailAddress") or {}).get("emailAddress") or "",
        phone=(node.get("defaultPhoneNumber") or {}).get("phoneNumber") or "",
    )


def _sale(node: Node, agreement: Node, zone: ZoneInfo, currency: str) -> SaleFact:
    happened_at = moment(required(agreement, "happenedAt"))
    total = bag(node, "totalAmount", currency)
    tax = bag(node, "totalTaxAmount", currency)
    discount = bag(node, "totalDiscountAmountBeforeTaxes", currency)
    taxes = tuple(_tax(line, currency) for line in node.get("taxes") or ())
    if sum((line.amount for line in taxes), ZERO) != tax:
        raise Unclear(f"the taxes of sale {node['id']} do not add up to its tax of {tax}")
    return SaleFact(
        id=required(node, "id"),
        day=business_day(happened_at, zone),
        happened_at=happened_at,
        agreement=required(agreement, "id"),
        reason=agreement.get("reason") or "UNKNOWN",
        refund=(agreement.get("refund") or {}).get("id"),
        kind=_sale_kind(node.get("lineType")),
        returned=node.get("actionType") == _RETURN,
        quantity=node.get("quantity"),
        gross=total - tax + discount,
        discount=discount,
        taxes=tuple(line for line in taxes if line.amount),
        title=_title(node),
        product=_product(node.get("lineItem"), currency) if node.get("lineType") == SaleKind.PRODUCT else None,
    )


def _sale_kind(value: Any) -> SaleKind:
    return SaleKind(value) if value in SaleKind.__members__ else SaleKind.UNKNOWN


def _title(node: Node) -> str:
    for of, name in _TITLES:
        if title := (node.get(of) or {}).get(name):
            return str(title)
    return _FEES.get((node.get("fee") or {}).get("__typename") or "", "")


def _tax(node: Node, currency: str) -> Tax:
    line = node.get("taxLine") or {}
    rate = line.get("rate")
    if rate is None and line.get("ratePercentage") is not None:
        rate = Decimal(str(line["ratePercentage"])) / 100
    return Tax(
        title=line.get("title") or "Tax",
        rate=None if rate is None else Decimal(str(rate)).normalize(),
        amount=bag(node, "amount", currency),
        channel_liable=bool(line.get("channelLiable")),
    )


def _product(item: Node | None, currency: str) -> Product | None:
    if not item:
        return None
    variant = item.get("variant") or {}
    cost = (variant.get("inventoryItem") or {}).get("unitCost") or {}
    return Product(
        variant_id=variant.get("id"),
        sku=item.get("sku") or "",
        title=item.get("title") or "",
        variant_title=item.get("variantTitle") or "",
        barcode=variant.get("barcode") or "",
        unit_cost=unit_cost(cost, currency),
    )


def _money(node: Node, refunds: Mapping[str, str], zone: ZoneInfo, header: OrderHeader) -> MoneyFact | None:
    """A transaction as a fact; None for what moved no money or was only a test on a real order."""
    if node.get("status") != "SUCCESS" or node.get("kind") not in MoneyKind.__members__:
        return None
    if node.get("test") and not header.test:
        return None
    kind = MoneyKind(node["kind"])
    happened_at = moment(node.get("processedAt") or required(node, "createdAt"))
    rounding = node.get("amountRoundingSet")
    amount = _SIGNS[kind] * bag(node, "amountSet", header.currency)
    rounded = _SIGNS[kind] * bag(node, "amountRoundingSet", header.currency) if rounding else ZERO
    if not amount and not rounded:
        return None
    transaction = required(node, "id")
    return MoneyFact(
        id=transaction,
        day=business_day(happened_at, zone),
        happened_at=happened_at,
        kind=kind,
        gateway=node.get("gateway") or "unknown",
        amount=amount,
        rounding=rounded,
        refund=refunds.get(transaction),
    )


def _refund_of_transaction(node: Node) -> dict[str, str]:
    return {
        transaction["id"]: refund["id"]
        for refund in whole(node, "refunds")
        for transaction in whole(refund, "transactions")
    }


def _no_doubles(sales: Sequence[SaleFact], money: Sequence[MoneyFact]) -> None:
    ids = [*(sale.id for sale in sales), *(fact.id for fact in money)]
    if len(set(ids)) != len(ids):
        raise Unclear("the same sale or transaction stands in it twice")


def _total(node: Node) -> Decimal | None:
    try:
        return Decimal(str(node["currentTotalPriceSet"]["shopMoney"]["amount"]))
    except (KeyError, TypeError, InvalidOperation):
        return None
