"""Builds one order the way it happens: lines are put down, agreed, paid, edited, given back.

Each step writes Shopify's record and, beside it and from the same wish, an ``Intent``: what the step means to a
bookkeeper. The two are never computed from each other, so the one can check the other.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from infra.local.shop.catalog import Catalog, Ids
from infra.local.shop.model import (
    CENT,
    ZERO,
    Address,
    Agreement,
    Customer,
    Intent,
    LineItem,
    Location,
    Order,
    Refund,
    Region,
    Return,
    Sale,
    SaleTax,
    ShippingLine,
    TaxLine,
    Terms,
    Transaction,
    Variant,
    total,
)

CARD = "shopify_payments"
BUCKETS = {
    "PRODUCT": "sales",
    "GIFT_CARD": "gift_cards_sold",
    "TIP": "tips",
    "SHIPPING": "shipping",
    "DUTY": "duties",
    "ADDITIONAL_FEE": "additional_fees",
    "FEE": "additional_fees",
    "ADJUSTMENT": "refund_adjustments",
    "UNKNOWN": "not_mapped",
}
SALE_TYPES = {
    "PRODUCT": "ProductSale",
    "GIFT_CARD": "GiftCardSale",
    "TIP": "TipSale",
    "SHIPPING": "ShippingLineSale",
    "DUTY": "DutySale",
    "ADDITIONAL_FEE": "AdditionalFeeSale",
    "FEE": "FeeSale",
    "ADJUSTMENT": "AdjustmentSale",
    "UNKNOWN": "UnknownSale",
}
LIABILITIES = {"gift_card": "gift_cards_redeemed", "shopify_store_credit": "store_credit_redeemed"}
"""Gateways that are no money: what the shop owes gets less."""

_IDS = {"DUTY": "Duty", "ADDITIONAL_FEE": "SaleAdditionalFee", "FEE": "RestockingFee"}


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def to_nickel(amount: Decimal) -> Decimal:
    """What a till without pennies asks for: the nearest five cents."""
    return cents((amount / Decimal("0.05")).quantize(Decimal(1), ROUND_HALF_UP) * Decimal("0.05"))


@dataclass(frozen=True, slots=True)
class Placing:
    """Where, when and by whom an order is placed. ``days_left``: how many days follow its own.

    ``days_to_end`` reaches over gaps to the world's last day.
    """

    at: datetime
    zone: ZoneInfo
    days_left: int
    days_to_end: int
    region: Region
    location: Location | None
    customer: Customer | None
    must_have: Variant | None = None

    def later_today(self, minutes: int) -> datetime:
        return self.at + timedelta(minutes=minutes)

    def on_day(self, offset: int, hour: int, minute: int = 0) -> datetime:
        """A local time of the ``offset``-th day after the order's, as UTC."""
        day = self.at.astimezone(self.zone).date() + timedelta(days=offset)
        return datetime.combine(day, time(hour, minute), self.zone).astimezone(self.at.tzinfo)


class OrderBuilder:
    def __init__(self, ids: Ids, rng: random.Random, catalog: Catalog, placing: Placing, scenario: str) -> None:
        self.ids, self.rng, self.catalog, self.placing, self.scenario = ids, rng, catalog, placing, scenario
        self.test = False
        self.source_name = "pos" if placing.location else "web"
        self.taxes = placing.region.taxes
        self.discount_code: str | None = None
        self.cancelled_at: datetime | None = None
        self.fulfilled_at: datetime | None = placing.at if placing.location else placing.on_day(1, 15)
        self.customer = placing.customer
        self.terms: Terms | None = None
        self.presentment: tuple[str, Decimal] | None = None
        self.intents: list[Intent] = []
        self.pending: list[Sale] = []
        self._given_back: dict[str, int] = {}
        self._lines: list[LineItem] = []
        self._shipping: list[ShippingLine] = []
        self._agreements: list[Agreement] = []
        self._transactions: list[Transaction] = []
        self._refunds: list[Refund] = []
        self._returns: list[Return] = []

    @property
    def owed(self) -> Decimal:
        """What has been agreed and not yet paid; negative when the shop owes it."""
        sold = total(sale.total for agreement in self._agreements for sale in agreement.sales)
        return sold - total(t.sign * t.amount for t in self._transactions)

    def product(self, variant: Variant | None, quantity: int, discount: Decimal = ZERO, title: str = "") -> Sale:
        """Put goods in the basket; without a variant it is a custom sale of 15.00 apiece."""
        price = variant.price if variant else Decimal("15.00")
        taxable = variant.taxable if variant else True
        name = variant.product_title if variant else title
        line = self._line(name, variant, quantity, price, discount, taxable)
        return self._sale("PRODUCT", line.id, quantity, price * quantity, discount, self.taxes if taxable else ())

    def gift_card(self, value: Decimal) -> Sale:
        card = self.catalog.gift_card
        line = self._line(card.product_title, replace(card, price=value), 1, value, ZERO, False)
        return self._sale("GIFT_CARD", line.id, 1, value, ZERO, ())

    def tip(self, amount: Decimal) -> Sale:
        line = self._line("Tip", None, 1, amount, ZERO, False)
        return self._sale("TIP", line.id, 1, amount, ZERO, ())

    def shipping(self, title: str, price: Decimal, discount: Decimal = ZERO) -> Sale:
        line = ShippingLine(self.ids.new("ShippingLine"), title, price, discount)
        self._shipping.append(line)
        return self._sale("SHIPPING", line.id, 1, price, discount, self.taxes)

    def other(self, line_type: str, amount: Decimal) -> Sale:
        """A duty, a fee, or a sale of a type that no app knows yet."""
        return self._sale(line_type, self.ids.new(_IDS.get(line_type, "Unknown")), 1, amount, ZERO, ())

    def late_discount(self, sale: Sale, amount: Decimal) -> Sale:
        """Lower the price of something already agreed, with the tax on it: Shopify's UPDATE."""
        lines = tuple(tax.line for tax in sale.taxes)
        return self._sale("PRODUCT", sale.of, 0, ZERO, amount, lines, action="UPDATE")

    def agree(
        self,
        at: datetime,
        type_name: str = "OrderAgreement",
        reason: str = "ORDER",
        refund: str | None = None,
        returned: str | None = None,
    ) -> None:
        """All that was put down since the last agreement becomes one, at that time."""
        sales, self.pending = tuple(self.pending), []
        gid = self.ids.new("SalesAgreement")
        self._agreements.append(Agreement(gid, type_name, at, reason, sales, refund, returned))
        for sale in sales:
            self._intend_sale(at, sale)

    def place(self) -> None:
        self.agree(self.placing.at)

    def pay(
        self,
        gateway: str,
        amount: Decimal | None = None,
        at: datetime | None = None,
        kind: str = "SALE",
        status: str = "SUCCESS",
        rounding: Decimal = ZERO,
        parent: str | None = None,
        refund: str | None = None,
    ) -> Transaction:
        """A transaction; by default a successful one of all that is owed, in the second after the order."""
        transaction = Transaction(
            id=self.ids.new("OrderTransaction"),
            kind=kind,
            status=status,
            gateway=gateway,
            amount=self.owed if amount is None else amount,
            rounding=rounding,
            processed_at=at or self.placing.at + timedelta(seconds=1),
            test=self.test,
            location=self.placing.location,
            parent_id=parent,
            refund_id=refund,
        )
        self._transactions.append(transaction)
        self._intend_money(transaction)
        return transaction

    def pay_cash(self, tendered: Decimal | None = None) -> None:
        """Cash at a till without pennies; more than what is due gives change from the drawer."""
        owed = self.owed
        due = to_nickel(owed)
        rounding = due - owed
        given = max(tendered or due, due)
        sale = self.pay("cash", given - rounding, rounding=rounding)
        if given > due:
            self.pay("cash", given - due, kind="CHANGE", parent=sale.id)

    def give_back(
        self,
        at: datetime,
        lines: Iterable[tuple[Sale, int]],
        adjustment: Decimal = ZERO,
        tenders: Sequence[tuple[str, Decimal]] | None = None,
        note: str | None = None,
    ) -> None:
        """Take back so many of each sale, adjust, and return the money (all of it to the first tender by default).

        ``adjustment`` is signed like a sale: negative is money given without goods, positive is kept back.
        """
        refund_id = self.ids.new("Refund")
        for sale, quantity in lines:
            self._reverse(sale, quantity)
        if adjustment:
            self._sale("ADJUSTMENT", None, None, adjustment, ZERO, (), action="RETURN")
        self.agree(at, "RefundAgreement", "REFUND", refund_id)
        back = -total(sale.total for sale in self._agreements[-1].sales)
        if tenders is None:
            tenders = ((next(t.gateway for t in self._transactions if t.sign > 0), back),)
        self._refund(refund_id, at, tenders, note)

    def take_back(
        self, at: datetime, back: Iterable[tuple[Sale, int]], new: Iterable[Variant] = (), fee: Decimal = ZERO
    ) -> None:
        """A return, with other goods for it or a restocking fee kept; the difference is paid or given back.

        Its sales hang on the return, not on the refund: the refund is only of money.
        """
        return_id, back = self.ids.new("Return"), list(back)
        for sale, quantity in back:
            self._reverse(sale, quantity)
        exchanged = tuple((self.product(variant, 1).of or "", 1) for variant in new)
        kept = (self.other("FEE", fee).of or "", fee) if fee else None
        self.agree(at, "ReturnAgreement", "RETURN", returned=return_id)
        lines = tuple((sale.of or "", quantity) for sale, quantity in back)
        self._returns.append(Return(return_id, at, lines, exchanged, kept))
        if self.owed > ZERO:
            self.pay(CARD, at=at + timedelta(minutes=1))
        elif self.owed < ZERO:
            self.return_overpaid(at, return_id)

    def return_overpaid(self, at: datetime, return_id: str | None = None) -> None:
        """Money back to the first tender, without any goods."""
        first = next(t.gateway for t in self._transactions if t.sign > 0)
        self._refund(self.ids.new("Refund"), at, ((first, -self.owed),), None, return_id)

    def _refund(
        self,
        refund_id: str,
        at: datetime,
        tenders: Sequence[tuple[str, Decimal]],
        note: str | None,
        return_id: str | None = None,
    ) -> None:
        payments = {t.gateway: t for t in reversed(self._transactions) if t.sign > 0}
        for gateway, amount in tenders:
            rounding = to_nickel(amount) - amount if gateway == "cash" else ZERO
            parent = payments[gateway].id if gateway in payments else None
            self.pay(gateway, amount, at, "REFUND", "SUCCESS", rounding, parent, refund_id)
        self._refunds.append(Refund(refund_id, at, note, total(amount for _, amount in tenders), return_id))

    def build(self, number: int) -> Order:
        placing = self.placing
        order = Order(
            id=self.ids.new("Order"),
            number=number,
            created_at=placing.at,
            scenario=self.scenario,
            test=self.test,
            source_name=self.source_name,
            retail_location=placing.location,
            customer=self.customer,
            address=None if placing.location else self._ship_to(),
            line_items=tuple(self._lines),
            shipping_lines=tuple(self._shipping),
            agreements=tuple(sorted(self._agreements, key=lambda a: a.happened_at)),
            transactions=tuple(sorted(self._transactions, key=lambda t: t.processed_at)),
            refunds=tuple(self._refunds),
            fulfilled_at=self.fulfilled_at,
            cancelled_at=self.cancelled_at,
            discount_code=self.discount_code,
            returns=tuple(self._returns),
            terms=self.terms,
            presentment=self.presentment,
        )
        if self.test:
            self.intents.clear()
        return order

    def _ship_to(self) -> Address:
        name = self.customer.display_name if self.customer else ""
        return replace(self.placing.region.address, name=name)

    def _line(
        self, title: str, variant: Variant | None, quantity: int, price: Decimal, discount: Decimal, taxable: bool
    ) -> LineItem:
        gift = bool(variant and variant.is_gift_card)
        added = self._agreements[-1].happened_at if self._agreements else self.placing.at
        line = LineItem(self.ids.new("LineItem"), variant, title, quantity, price, discount, taxable, gift, added)
        self._lines.append(line)
        return line

    def _sale(
        self,
        line_type: str,
        of: str | None,
        quantity: int | None,
        gross: Decimal,
        discount: Decimal,
        lines: Iterable[TaxLine],
        action: str = "ORDER",
    ) -> Sale:
        net = gross - discount
        taxes = tuple(SaleTax(self.ids.new("SaleTax"), cents(net * line.rate), line) for line in lines)
        after = discount + total(cents(discount * tax.line.rate) for tax in taxes)
        sale = Sale(
            self.ids.new("Sale"), SALE_TYPES[line_type], action, line_type, quantity, gross, discount, after, taxes, of
        )
        self.pending.append(sale)
        return sale

    def _reverse(self, sale: Sale, quantity: int) -> None:
        """The share of a sale that goes back, to the cent: the shares of all its pieces add up to the sale."""
        whole = sale.quantity or 1
        before = self._given_back.get(sale.id, 0)
        after = self._given_back[sale.id] = before + quantity

        def share(amount: Decimal) -> Decimal:
            return cents(amount * before / whole) - cents(amount * after / whole)

        taxes = tuple(SaleTax(self.ids.new("SaleTax"), share(tax.amount), tax.line) for tax in sale.taxes)
        self.pending.append(
            replace(
                sale,
                id=self.ids.new("Sale"),
                action="RETURN",
                quantity=-quantity,
                gross=share(sale.gross),
                discount=share(sale.discount),
                discount_after_taxes=share(sale.discount_after_taxes),
                taxes=taxes,
                # Shopify gives no shipping line on the return of shipping.
                of=None if sale.line_type == "SHIPPING" else sale.of,
            )
        )

    def _intend_sale(self, at: datetime, sale: Sale) -> None:
        bucket = BUCKETS[sale.line_type]
        if bucket == "sales" and sale.action == "RETURN":
            bucket = "returns"
        self.intents.append(Intent(at, bucket, sale.gross))
        self.intents.append(Intent(at, "discounts", -sale.discount))
        for tax in sale.taxes:
            prefix = "channel_tax" if tax.line.channel_liable else "tax"
            self.intents.append(Intent(at, f"{prefix}:{tax.line.label}", tax.amount))

    def _intend_money(self, transaction: Transaction) -> None:
        sign = transaction.sign
        if not sign:
            return
        bucket = LIABILITIES.get(transaction.gateway, f"tender:{transaction.gateway}")
        at = transaction.processed_at
        self.intents.append(Intent(at, bucket, sign * (transaction.amount + transaction.rounding)))
        self.intents.append(Intent(at, "cash_rounding", sign * transaction.rounding))
