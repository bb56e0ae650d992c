"""What a document's lines say, by their effect on the tie-out, before it is known on which kind of form they stand.

A charge (receipt, invoice) prints sales positive and tenders negative; a credit memo prints both the other way round.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from connector.accounting.buckets import (
    CASH_ROUNDING,
    COST_OF_GOODS_SOLD,
    DISCOUNTS,
    INVENTORY,
    RETURNS,
    gateway_bucket,
    is_money_side,
    sale_bucket,
    tax_bucket,
)
from connector.accounting.costs import cost_of
from connector.accounting.documents import Line, ListRef
from connector.accounting.items import Unmapped, item, product_item, stock_item
from connector.accounting.policy import Mode, Policy
from connector.ledger.facts import ZERO, SaleFact, SaleKind

CHARGE, CREDIT = 1, -1


@dataclass(frozen=True, slots=True)
class Posting:
    """A line by its effect: ``amount`` is signed as the tie-out counts it, ``quantity`` positive when sold."""

    item: ListRef
    bucket: str
    amount: Decimal
    description: str = ""
    quantity: Decimal | None = None


def printed(postings: Iterable[Posting], side: int) -> tuple[Line, ...]:
    """The postings as lines of a charge or a credit memo."""
    return tuple(
        Line(
            item=posting.item,
            amount=(-side if is_money_side(posting.bucket) else side) * posting.amount + ZERO,
            bucket=posting.bucket,
            description=posting.description,
            quantity=None if posting.quantity is None else side * posting.quantity,
        )
        for posting in postings
    )


def owed(postings: Iterable[Posting]) -> Decimal:
    """What the postings leave to be received: what was sold less the money among them."""
    return sum((-p.amount if is_money_side(p.bucket) else p.amount for p in postings), ZERO)


def sale_postings(sales: Iterable[SaleFact], policy: Policy) -> list[Posting]:
    """Each sale's gross on its own line, then all discounts together and each tax's title and rate together.

    Raises ``Unmapped`` for a sale of unknown kind or without an account.
    """
    sales = tuple(sales)
    unknown = [sale for sale in sales if sale.kind is SaleKind.UNKNOWN]
    if unknown:
        raise Unmapped("it has a sale of a kind that is not known", abs(sum((s.total for s in unknown), ZERO)))
    postings = [posting for sale in sales for posting in _gross(sale, policy)]
    sums: dict[str, Decimal] = {DISCOUNTS: -sum((sale.discount for sale in sales), ZERO)}
    for tax in (tax for sale in sales for tax in sale.taxes):
        sums[tax_bucket(tax)] = sums.get(tax_bucket(tax), ZERO) + tax.amount
    postings += [posting(bucket, amount, policy) for bucket, amount in sums.items() if amount]
    if not postings:
        # QuickBooks takes no document without a line, and the facts must be in one.
        postings = [replace(posting(sale_bucket(sale), ZERO, policy), description=sale.title) for sale in sales[:1]]
    return postings


def posting(bucket: str, amount: Decimal, policy: Policy) -> Posting:
    return Posting(item(bucket, amount, policy), bucket, amount)


def cost_postings(sales: Iterable[SaleFact], policy: Policy) -> list[Posting]:
    """What the goods cost, by Shopify's unit cost, where QuickBooks keeps no stock of them: goods sold lower the stock
    by that amount, goods that come back raise it. Goods of unknown cost are left out."""
    if policy.inventory is not Mode.SUMMARY:
        return []
    cost = sum((cost_of(sale) for sale in sales), ZERO)
    return [posting(COST_OF_GOODS_SOLD, cost, policy), posting(INVENTORY, -cost, policy)] if cost else []


def rounding_postings(rounding: Decimal, policy: Policy) -> list[Posting]:
    return [posting(CASH_ROUNDING, rounding, policy)] if rounding else []


def tender_postings(moved: dict[str, Decimal], policy: Policy) -> list[Posting]:
    """One line a tender; amounts by gateway are positive when the shop received the money."""
    return [posting(gateway_bucket(gateway), amount, policy) for gateway, amount in moved.items() if amount]


def _gross(sale: SaleFact, policy: Policy) -> list[Posting]:
    bucket = sale_bucket(sale)
    if not sale.gross and not sale.quantity:
        return []
    if sale.kind is not SaleKind.PRODUCT:
        return [replace(posting(bucket, sale.gross, policy), description=sale.title)] if sale.gross else []
    text = _text(sale)
    if bucket == RETURNS:
        return _returned(sale, text, policy)
    quantity = Decimal(sale.quantity) if sale.quantity else None
    return [Posting(product_item(sale, policy), bucket, sale.gross, text, quantity)]


def _returned(sale: SaleFact, text: str, policy: Policy) -> list[Posting]:
    """Goods that come back: their stock item brings quantity and cost back at 0.00, their price stands on a line of
    the refunds account. An override of a stock item's account could not do both in every QuickBooks."""
    money = replace(posting(RETURNS, sale.gross, policy), description=text)
    stock = stock_item(sale, policy)
    if stock is None or not sale.quantity:
        return [money]
    return [Posting(stock, RETURNS, ZERO, text, Decimal(sale.quantity)), money]


def _text(sale: SaleFact) -> str:
    title = sale.title or (sale.product.title if sale.product else "")
    return f"{title} - {sale.product.variant_title}" if sale.product and sale.product.variant_title else title
