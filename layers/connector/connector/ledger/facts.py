"""The facts: what a shop sold, took back, and was paid, each with an id of Shopify's.

Money is ``Decimal`` in the shop's currency. A ``day`` is the business date in the shop's time zone,
never UTC's. A fact never changes once it has been read; a later refund or edit is a new fact.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

ZERO = Decimal("0.00")


class SaleKind(StrEnum):
    """Shopify's ``SaleLineType``; an unknown future value is read as ``UNKNOWN``."""

    PRODUCT = "PRODUCT"
    GIFT_CARD = "GIFT_CARD"
    TIP = "TIP"
    SHIPPING = "SHIPPING"
    DUTY = "DUTY"
    FEE = "FEE"
    ADDITIONAL_FEE = "ADDITIONAL_FEE"
    ADJUSTMENT = "ADJUSTMENT"
    UNKNOWN = "UNKNOWN"


class MoneyKind(StrEnum):
    """The ``OrderTransactionKind`` values that move money."""

    SALE = "SALE"
    CAPTURE = "CAPTURE"
    REFUND = "REFUND"
    CHANGE = "CHANGE"


@dataclass(frozen=True, slots=True)
class Tax:
    """Tax of one jurisdiction on one sale; signed like the sale."""

    title: str
    rate: Decimal | None
    amount: Decimal
    channel_liable: bool = False


@dataclass(frozen=True, slots=True)
class Product:
    """What was sold, as far as an item in QuickBooks needs to know it."""

    variant_id: str | None
    sku: str
    title: str
    variant_title: str = ""
    barcode: str = ""
    unit_cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class SaleFact:
    """One ``Sale`` of one sales agreement; every amount is signed, as in Shopify's ledger.

    ``gross`` is before discounts and taxes; ``discount`` is what lowers it (negative on a return).
    """

    id: str
    day: date
    happened_at: datetime
    agreement: str
    reason: str
    refund: str | None
    kind: SaleKind
    returned: bool
    quantity: int | None
    gross: Decimal
    discount: Decimal
    taxes: tuple[Tax, ...]
    title: str = ""
    product: Product | None = None

    @property
    def total(self) -> Decimal:
        """What the customer owes (or gets back) for it: Shopify's ``totalAmount``."""
        return self.gross - self.discount + sum((t.amount for t in self.taxes), ZERO)


@dataclass(frozen=True, slots=True)
class MoneyFact:
    """One successful ``OrderTransaction`` that moved money; ``amount`` is positive when the shop received it.

    ``rounding`` is the cash rounding on top of it, signed the same way: the drawer moved by ``amount + rounding``.
    """

    id: str
    day: date
    happened_at: datetime
    kind: MoneyKind
    gateway: str
    amount: Decimal
    rounding: Decimal = ZERO
    refund: str | None = None

    @property
    def moved(self) -> Decimal:
        return self.amount + self.rounding


@dataclass(frozen=True, slots=True)
class Customer:
    """Who bought; any field may be empty, Shopify withholds protected data from unapproved apps."""

    id: str
    legacy_id: str
    name: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """When an order is to be paid: Shopify's name, its ``PaymentTermsType`` (NET, RECEIPT, FIXED, …) and the days."""

    name: str
    type: str
    days: int | None = None


@dataclass(frozen=True, slots=True)
class OrderHeader:
    """What is true of an order now. Unlike facts it may change between two reads.

    ``fulfilled_on`` are the days on which parts of it were sent. ``current_total`` is Shopify's own sum of the order,
    a control of its sales. ``presentment`` is what the customer saw, where that was another currency (``120.5 EUR``).
    """

    id: str
    legacy_id: str
    name: str
    currency: str
    customer: Customer | None
    location_id: str | None
    location: str | None
    channel: str
    fulfilled: bool
    cancelled: bool
    test: bool
    updated_at: datetime
    fulfilled_on: tuple[date, ...] = ()
    po_number: str = ""
    company: str = ""
    company_id: str = ""
    terms: Terms | None = None
    receipt_number: str = ""
    current_total: Decimal | None = None
    presentment: str = ""


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """An order's header with all its facts, oldest first."""

    order: OrderHeader
    sales: tuple[SaleFact, ...]
    money: tuple[MoneyFact, ...]
