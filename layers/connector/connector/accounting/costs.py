"""What goods cost, by Shopify's unit cost: for books in which QuickBooks keeps no stock of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from connector.accounting.buckets import COST_BUCKETS, COST_OF_GOODS_SOLD, INVENTORY
from connector.ledger.facts import ZERO, SaleFact, SaleKind


def cost_of(sale: SaleFact) -> Decimal:
    """What the goods of a sale cost; negative when they come back. Goods of unknown cost cost nothing."""
    product = sale.product
    if sale.kind is not SaleKind.PRODUCT or product is None or product.unit_cost is None or not sale.quantity:
        return ZERO
    return (product.unit_cost * sale.quantity).quantize(ZERO)


def costs_by_day(sales: Iterable[SaleFact]) -> dict[date, dict[str, Decimal]]:
    """What the sales of each business day take from the stock."""
    days: dict[date, Decimal] = {}
    for sale in sales:
        days[sale.day] = days.get(sale.day, ZERO) + cost_of(sale)
    return {day: {COST_OF_GOODS_SOLD: cost, INVENTORY: -cost} for day, cost in sorted(days.items()) if cost}


def costs_in(effect: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """The part of an effect that is what goods cost."""
    return {bucket: amount for bucket, amount in effect.items() if bucket in COST_BUCKETS}
