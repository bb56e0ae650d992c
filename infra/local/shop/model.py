"""What a shop holds, in Shopify's words. Every amount is ``Decimal`` in the shop's currency, every time is aware UTC.

A sale is signed as Shopify signs it: a RETURN has a negative quantity, total, tax and discount.
Transactions are not: a REFUND or a CHANGE has a positive amount, its kind says which way the money went.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

ZERO = Decimal("0.00")
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Address:
    name: str
    address1: str
    city: str
    province_code: str
    zip: str
    country_code: str = "US"
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Location:
    id: str
    name: str
    address: Address


@dataclass(frozen=True, slots=True)
class Customer:
    id: str
    first_name: str | None
    last_name: str | None
    email: str | None
    phone: str | None
    created_at: datetime

    @property
    def display_name(self) -> str:
        """Shopify shows the name, else the e-mail address, else the telephone number."""
        name = " ".join(part for part in (self.first_name, self.last_name) if part)
        return name or self.email or self.phone or ""


@dataclass(frozen=True, slots=True)
class Variant:
    id: str
    product_id: str
    inventory_item_id: str
    product_title: str
    title: str
    sku: str | None
    barcode: str | None
    price: Decimal
    unit_cost: Decimal | None
    taxable: bool
    is_gift_card: bool
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class TaxLine:
    """A jurisdiction's tax; ``rate`` is a fraction (0.04 = 4 %)."""

    title: str
    rate: Decimal
    channel_liable: bool = False

    @property
    def label(self) -> str:
        return f"{self.title} {format((self.rate * 100).normalize(), 'f')}%"


@dataclass(frozen=True, slots=True)
class Region:
    """Where the goods change hands: it decides the taxes."""

    name: str
    taxes: tuple[TaxLine, ...]
    address: Address


@dataclass(frozen=True, slots=True)
class LineItem:
    id: str
    variant: Variant | None
    title: str
    quantity: int
    unit_price: Decimal
    discount: Decimal
    taxable: bool
    is_gift_card: bool
    added_at: datetime

    @property
    def sku(self) -> str | None:
        return self.variant.sku if self.variant else None


@dataclass(frozen=True, slots=True)
class ShippingLine:
    id: str
    title: str
    price: Decimal
    discount: Decimal


@dataclass(frozen=True, slots=True)
class SaleTax:
    id: str
    amount: Decimal
    line: TaxLine


@dataclass(frozen=True, slots=True)
class Sale:
    """``total`` is after taxes and discounts: gross - discount + taxes. ``of`` is the line's id where it has one."""

    id: str
    type_name: str
    action: str
    line_type: str
    quantity: int | None
    gross: Decimal
    discount: Decimal
    discount_after_taxes: Decimal
    taxes: tuple[SaleTax, ...]
    of: str | None = None

    @property
    def tax(self) -> Decimal:
        return total(tax.amount for tax in self.taxes)

    @property
    def total(self) -> Decimal:
        return self.gross - self.discount + self.tax


@dataclass(frozen=True, slots=True)
class Agreement:
    id: str
    type_name: str
    happened_at: datetime
    reason: str
    sales: tuple[Sale, ...]
    refund_id: str | None = None
    return_id: str | None = None


@dataclass(frozen=True, slots=True)
class Transaction:
    """``amount`` leaves out ``rounding``, the cash rounding on top of it: the drawer moved by both."""

    id: str
    kind: str
    status: str
    gateway: str
    amount: Decimal
    rounding: Decimal
    processed_at: datetime
    test: bool
    location: Location | None = None
    parent_id: str | None = None
    refund_id: str | None = None

    @property
    def sign(self) -> int:
        """1 for money received, -1 for money given, 0 for what moved none."""
        return MONEY_KINDS.get(self.kind, 0) if self.status == "SUCCESS" else 0


MONEY_KINDS = {"SALE": 1, "CAPTURE": 1, "REFUND": -1, "CHANGE": -1}


@dataclass(frozen=True, slots=True)
class Refund:
    id: str
    created_at: datetime
    note: str | None
    total: Decimal
    return_id: str | None = None


@dataclass(frozen=True, slots=True)
class Return:
    """What came back and what went out for it: (line item's id, quantity). ``fee`` is kept for restocking."""

    id: str
    at: datetime
    lines: tuple[tuple[str, int], ...]
    exchanged: tuple[tuple[str, int], ...] = ()
    fee: tuple[str, Decimal] | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """Bought on account: the company that owes, and when it is due."""

    company_id: str
    company: str
    branch: str
    due_in_days: int


@dataclass(frozen=True, slots=True)
class Order:
    """An order with all that will ever happen to it; ``view.py`` shows what had happened at some time."""

    id: str
    number: int
    created_at: datetime
    scenario: str
    test: bool
    source_name: str
    retail_location: Location | None
    customer: Customer | None
    address: Address | None
    line_items: tuple[LineItem, ...]
    shipping_lines: tuple[ShippingLine, ...]
    agreements: tuple[Agreement, ...]
    transactions: tuple[Transaction, ...]
    refunds: tuple[Refund, ...]
    fulfilled_at: datetime | None
    cancelled_at: datetime | None
    discount_code: str | None
    returns: tuple[Return, ...] = ()
    terms: Terms | None = None
    presentment: tuple[str, Decimal] | None = None
    """The money the buyer paid in, and how much of it one unit of the shop's is."""

    @property
    def name(self) -> str:
        return f"#{self.number}"


@dataclass(frozen=True, slots=True)
class Intent:
    """What the generator meant to happen: the yardstick of ``World.expected``, written before any ledger exists."""

    at: datetime
    bucket: str
    amount: Decimal


def legacy_id(gid: str) -> int:
    """The number at the end of a global id."""
    return int(gid.rpartition("/")[2])


def total(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)
