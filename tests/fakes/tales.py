"""An order as it happens: what Shopify would show of it at any moment, and what its maker meant by it.

The maker notes what each sale and payment means for the tie-out's lines when it is made, in words of its own, so that
the accounting is not judged by itself.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from tests.fakes.nodes import Node, money
from tests.fakes.preparation import NEW_YORK

ZERO = Decimal("0.00")
FIRST_DAY = date(2026, 3, 6)
"""A Friday; the clocks are moved on the day after the next."""

CENT = Decimal("0.01")
_LINES = {
    "PRODUCT": "sales",
    "SHIPPING": "shipping",
    "TIP": "tips",
    "GIFT_CARD": "gift_cards_sold",
    "DUTY": "duties",
    "FEE": "additional_fees",
    "ADDITIONAL_FEE": "additional_fees",
    "ADJUSTMENT": "refund_adjustments",
    "SOMETHING_NEW": "not_mapped",
}
_LIABILITIES = {"gift_card": "gift_cards_redeemed", "shopify_store_credit": "store_credit_redeemed"}
_TYPES = {"PRODUCT": "ProductSale", "SHIPPING": "ShippingLineSale", "DUTY": "DutySale", "ADJUSTMENT": "AdjustmentSale"}
_OUT = ("REFUND", "CHANGE")


@dataclass(frozen=True, slots=True)
class Ware:
    """Something that can be sold; ``variant`` is empty for a custom item."""

    variant: str
    sku: str
    title: str
    variant_title: str = ""
    barcode: str = ""
    cost: str = ""


@dataclass(frozen=True, slots=True)
class Levy:
    """A tax of one jurisdiction; ``rate`` is a fraction, or None where Shopify knows none."""

    title: str
    rate: float | None


@dataclass(frozen=True, slots=True)
class Sold:
    """A line of an agreement to be. ``gross`` is before ``discount`` and ``taxes``, all signed as in Shopify."""

    kind: str
    gross: Decimal
    discount: Decimal = ZERO
    taxes: tuple[tuple[Levy, Decimal], ...] = ()
    ware: Ware | None = None
    quantity: int | None = None
    returned: bool = False

    @property
    def total(self) -> Decimal:
        return self.gross - self.discount + sum((amount for _, amount in self.taxes), ZERO)

    @property
    def cost(self) -> Decimal:
        if self.kind != "PRODUCT" or self.ware is None or not self.ware.cost or not self.quantity:
            return ZERO
        return Decimal(self.ware.cost) * self.quantity


@dataclass(frozen=True, slots=True)
class Meant:
    """What a fact means: an amount on a line of the tie-out."""

    fact: str
    at: datetime
    line: str
    amount: Decimal

    @property
    def day(self) -> date:
        return self.at.astimezone(NEW_YORK).date()


@dataclass
class Tale:
    """Every call is one more thing, later than the last; ``on`` counts days from the first."""

    number: int
    rng: random.Random
    name: str = ""
    header: dict[str, Any] = field(default_factory=dict)
    channel_liable: bool = False
    test: bool = False
    agreements: list[tuple[datetime, Node]] = field(default_factory=list)
    transactions: list[tuple[datetime, Node]] = field(default_factory=list)
    refunds: list[tuple[datetime, Node]] = field(default_factory=list)
    sent: list[datetime] = field(default_factory=list)
    fulfilled_at: datetime | None = None
    cancelled_at: datetime | None = None
    meant: list[Meant] = field(default_factory=list)
    costs: list[Meant] = field(default_factory=list)
    moved: dict[str, tuple[str, int]] = field(default_factory=dict)
    """By sale the variant and how many of it were sold."""
    _last: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    _count: int = 0
    _owed: Decimal = ZERO

    @property
    def id(self) -> str:
        return str(self.number)

    @property
    def owed(self) -> Decimal:
        """What the customer has still to pay; negative if they get something back."""
        return self._owed

    # What happens.

    def agree(self, on: int, *sold: Sold, reason: str = "ORDER", refund: str = "") -> None:
        at, agreement = self._at(on), self._id("SalesAgreement")
        node = {
            "__typename": "RefundAgreement" if refund else "OrderAgreement",
            "id": agreement,
            "happenedAt": _stamp(at),
            "reason": reason,
            "refund": {"id": refund} if refund else None,
            "sales": [self._sale(at, line) for line in sold],
        }
        self.agreements.append((at, node))

    def pay(
        self, on: int, gateway: str, amount: Decimal, rounding: Decimal = ZERO, kind: str = "SALE", refund: str = ""
    ) -> None:
        """``amount`` and ``rounding`` are as Shopify writes them: positive also when money goes out."""
        if not amount and not rounding:
            return
        at, id_ = self._at(on), self._id("OrderTransaction")
        node = {
            "id": id_,
            "kind": kind,
            "status": "SUCCESS",
            "test": self.test,
            "gateway": gateway,
            "createdAt": _stamp(at),
            "processedAt": _stamp(at),
            "amountSet": money(amount),
            "amountRoundingSet": money(rounding) if rounding else None,
            "parentTransaction": None,
        }
        self.transactions.append((at, node))
        for _, known in self.refunds:
            if known["id"] == refund:
                known["transactions"].append({"id": id_, "_at": at})
        sign = -1 if kind in _OUT else 1
        self._owed -= sign * amount
        self._mean(id_, at, _LIABILITIES.get(gateway, f"tender:{gateway}"), sign * (amount + rounding))
        self._mean(id_, at, "cash_rounding", sign * rounding)
        self._mean(id_, at, "accounts_receivable", -sign * amount)

    def decline(self, on: int, gateway: str, amount: Decimal) -> None:
        """Something that moved no money: a failed card, or an authorization."""
        at = self._at(on)
        kind, status = self.rng.choice((("SALE", "FAILURE"), ("AUTHORIZATION", "SUCCESS"), ("VOID", "SUCCESS")))
        node = {
            **{"id": self._id("OrderTransaction"), "kind": kind, "status": status, "test": self.test},
            **{"gateway": gateway, "createdAt": _stamp(at), "processedAt": _stamp(at), "amountSet": money(amount)},
            **{"amountRoundingSet": None, "parentTransaction": None},
        }
        self.transactions.append((at, node))

    def give_back(self, on: int, *sold: Sold) -> str:
        """A refund without its money; returns its id, for the payments of it."""
        refund = self._id("Refund")
        self.agree(on, *sold, reason="REFUND", refund=refund)
        at = self._last
        self.refunds.append(
            (at, {"id": refund, "createdAt": _stamp(at), "processedAt": _stamp(at), "transactions": []})
        )
        return refund

    def send(self, on: int, all_of_it: bool = True) -> None:
        at = self._at(on)
        self.sent.append(at)
        if all_of_it:
            self.fulfilled_at = at

    def cancel(self, on: int) -> None:
        self.cancelled_at = self._at(on)

    # What is seen of it.

    def began(self) -> datetime:
        return self.agreements[0][0]

    def changed(self, now: datetime) -> datetime | None:
        """Shopify's ``updatedAt``; None before the order was placed."""
        marks = (*self.sent, *filter(None, (self.cancelled_at,)))
        happened = [at for at in (*self._moments(), *marks) if at <= now]
        return max(happened) if self.began() <= now else None

    def node(self, now: datetime) -> Node:
        agreements = [node for at, node in self.agreements if at <= now]
        total = sum((Decimal(s["totalAmount"]["shopMoney"]["amount"]) for a in agreements for s in a["sales"]), ZERO)
        shown = {"presentmentMoney": self.header["seen"]} if "seen" in self.header else {}
        fulfilled = self.fulfilled_at is not None and self.fulfilled_at <= now
        changed = self.changed(now)
        assert changed is not None
        return {
            "id": f"gid://shopify/Order/{self.number}",
            "legacyResourceId": str(self.number),
            "name": self.name or f"#{self.number}",
            "test": self.test,
            "currencyCode": "USD",
            "sourceName": self.header.get("channel", "web"),
            "createdAt": _stamp(self.began()),
            "processedAt": _stamp(self.began()),
            "updatedAt": _stamp(changed),
            "cancelledAt": _stamp(self.cancelled_at) if self.cancelled_at and self.cancelled_at <= now else None,
            "displayFulfillmentStatus": "FULFILLED" if fulfilled else "PARTIALLY_FULFILLED",
            "fulfillments": [{"status": "SUCCESS", "createdAt": _stamp(at)} for at in self.sent if at <= now],
            "app": None,
            "retailLocation": self.header.get("location"),
            "customer": self.header.get("customer"),
            "purchasingEntity": self.header.get("company"),
            "poNumber": self.header.get("po_number"),
            "paymentTerms": self.header.get("terms"),
            "currentTotalPriceSet": money(total) | shown,
            "transactions": [node for at, node in self.transactions if at <= now],
            "refunds": [_as_of(node, now) for at, node in self.refunds if at <= now],
            "agreements": agreements,
        }

    def _moments(self) -> Iterator[datetime]:
        for at, _ in (*self.agreements, *self.transactions, *self.refunds):
            yield at

    def _sale(self, at: datetime, sold: Sold) -> Node:
        id_, ware = self._id("Sale"), sold.ware
        for levy, amount in sold.taxes:
            self._mean(id_, at, _tax_line(levy, self.channel_liable), amount)
        line = "returns" if sold.kind == "PRODUCT" and sold.returned else _LINES[sold.kind]
        self._mean(id_, at, line, sold.gross)
        self._mean(id_, at, "discounts", -sold.discount)
        self._mean(id_, at, "accounts_receivable", sold.total)
        self._owed += sold.total
        if sold.cost and not self.test:
            self.costs.append(Meant(id_, at, "cost_of_goods_sold", sold.cost))
            self.costs.append(Meant(id_, at, "inventory_asset", -sold.cost))
        if sold.ware and sold.ware.variant and sold.quantity and not self.test:
            self.moved[id_] = (sold.ware.variant, sold.quantity)
        return {
            "__typename": _TYPES.get(sold.kind, "UnknownSale"),
            "id": id_,
            "actionType": "RETURN" if sold.returned else "ORDER",
            "lineType": sold.kind,
            "quantity": sold.quantity,
            "totalAmount": money(sold.total),
            "totalTaxAmount": money(sum((amount for _, amount in sold.taxes), ZERO)),
            "totalDiscountAmountBeforeTaxes": money(sold.discount),
            "taxes": [_tax_node(levy, amount, self.channel_liable) for levy, amount in sold.taxes],
            "lineItem": None if ware is None else _ware_node(ware, id_),
        }

    def _mean(self, fact: str, at: datetime, line: str, amount: Decimal) -> None:
        if amount and not self.test:
            self.meant.append(Meant(fact, at, line, amount))

    def _at(self, on: int) -> datetime:
        """The next moment of this order: on that day, at any hour, often in the last or first minutes of a day."""
        hour = self.rng.choice((time(0, 0), time(9, 30), time(13), time(19), time(23, 58)))
        wanted = datetime.combine(FIRST_DAY + timedelta(days=on), hour, NEW_YORK).astimezone(UTC)
        self._last = max(wanted, self._last + timedelta(seconds=self.rng.choice((1, 40))))
        return self._last

    def _id(self, type_: str) -> str:
        self._count += 1
        return f"gid://shopify/{type_}/{self.number}{self._count:04d}"


class ToldOrders:
    """What ``connector.sync.context.OrdersSource`` asks for, as of ``now``. Pages as Shopify's: oldest change first."""

    def __init__(self, tales: Sequence[Tale], now: datetime, page_size: int = 5) -> None:
        self.tales, self.now, self.page_size = tales, now, page_size

    def page(self, updated_since: datetime, cursor: str | None) -> tuple[list[Node], str | None]:
        rows = sorted((at, tale.number, tale) for tale in self.tales if (at := tale.changed(self.now)))
        rows = [row for row in rows if row[0] >= updated_since]
        start = int(cursor or 0)
        found = rows[start : start + self.page_size]
        more = start + self.page_size < len(rows)
        return [tale.node(self.now) for _, _, tale in found], str(start + self.page_size) if more else None


def _as_of(refund: Node, now: datetime) -> Node:
    known = [{"id": t["id"]} for t in refund["transactions"] if t["_at"] <= now]
    return {**refund, "transactions": known}


def _tax_line(levy: Levy, channel_liable: bool) -> str:
    percent = "" if levy.rate is None else f" {float(Decimal(str(levy.rate)) * 100):g}%"
    return f"{'channel_tax' if channel_liable else 'tax'}:{levy.title}{percent}"


def _tax_node(levy: Levy, amount: Decimal, channel_liable: bool) -> Node:
    line = {"title": levy.title, "rate": levy.rate, "ratePercentage": None, "channelLiable": channel_liable}
    return {"amount": money(amount), "taxLine": line}


def _ware_node(ware: Ware, id_: str) -> Node:
    cost = {"amount": ware.cost, "currencyCode": "USD"} if ware.cost else None
    variant = {
        "id": f"gid://shopify/ProductVariant/{ware.variant}",
        "barcode": ware.barcode or None,
        "inventoryItem": {"id": f"gid://shopify/InventoryItem/9{ware.variant}", "unitCost": cost},
    }
    return {
        "id": id_.replace("Sale", "LineItem"),
        "title": ware.title,
        "variantTitle": ware.variant_title or None,
        "sku": ware.sku or None,
        "isGiftCard": False,
        "variant": variant if ware.variant else None,
    }


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
