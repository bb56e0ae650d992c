"""The documents a bookkeeper will find in QuickBooks, before they are written in qbXML.

Money is ``Decimal`` in the shop's currency with two decimals, dates are business days. A document names list
elements (customers, items, classes, payment methods) by the wish for a name; the name QuickBooks gets is decided
when it is queued, because it has to be unique and short there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum


class ListKind(StrEnum):
    """The QuickBooks lists we add to. Customers and vendors share one name space, items another."""

    CUSTOMER = "Customer"
    VENDOR = "Vendor"
    ITEM = "Item"
    CLASS = "Class"
    PAYMENT_METHOD = "PaymentMethod"
    SALES_TAX_ITEM = "SalesTaxItem"


class ItemType(StrEnum):
    OTHER_CHARGE = "OtherCharge"
    SERVICE = "Service"
    NON_INVENTORY = "NonInventory"
    INVENTORY = "Inventory"
    SALES_TAX = "SalesTax"


@dataclass(frozen=True, slots=True)
class ItemDetail:
    """How to create an item that is not in QuickBooks yet; account full names from the mapping."""

    type: ItemType
    account: str = ""
    cogs_account: str = ""
    asset_account: str = ""
    description: str = ""
    sku: str = ""
    barcode: str = ""
    cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class CustomerDetail:
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class ListRef:
    """A list element a document needs. ``key`` is ours and unique per shop and kind; ``name`` is the wish."""

    kind: ListKind
    key: str
    name: str
    item: ItemDetail | None = None
    customer: CustomerDetail | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a sales form. ``amount`` is as printed on the form; ``bucket`` is its tie-out line."""

    item: ListRef
    amount: Decimal
    bucket: str
    description: str = ""
    quantity: Decimal | None = None
    account_override: str = ""


@dataclass(frozen=True, slots=True)
class SalesReceipt:
    """Paid on the spot. Its total goes to ``deposit_to``; ``total_bucket`` is that tender's tie-out line."""

    customer: ListRef
    location: ListRef | None
    day: date
    ref_number: str
    memo: str
    payment_method: ListRef | None
    deposit_to: str
    total_bucket: str
    tax_item: ListRef
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Invoice:
    customer: ListRef
    location: ListRef | None
    day: date
    ref_number: str
    memo: str
    tax_item: ListRef
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class CreditMemo:
    """Goods or money given back. Amounts are as printed: positive when they lower what was sold."""

    customer: ListRef
    location: ListRef | None
    day: date
    ref_number: str
    memo: str
    tax_item: ListRef
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class ReceivePayment:
    """Money for an invoice, of which ``applied`` settles the one queued under ``invoice``."""

    customer: ListRef
    day: date
    ref_number: str
    memo: str
    payment_method: ListRef | None
    deposit_to: str
    total_bucket: str
    amount: Decimal
    invoice: str
    applied: Decimal


@dataclass(frozen=True, slots=True)
class CreditCardRefund:
    """QuickBooks' ARRefundCreditCard: money out of the tender's account, settling ``credit_memo``."""

    customer: ListRef
    day: date
    ref_number: str
    memo: str
    payment_method: ListRef | None
    refund_from: str
    total_bucket: str
    amount: Decimal
    credit_memo: str


Document = SalesReceipt | Invoice | CreditMemo | ReceivePayment | CreditCardRefund
DOCUMENT_TYPES: dict[str, type] = {
    t.__name__: t for t in (SalesReceipt, Invoice, CreditMemo, ReceivePayment, CreditCardRefund)
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A document with what proves it: its posting key (unique per shop, stable), its facts, what must be posted first.

    ``effect`` is the document's effect by tie-out line. ``title`` is for people: the order's name or the day's.
    """

    key: str
    document: Document
    facts: tuple[str, ...]
    title: str
    effect: dict[str, Decimal] = field(default_factory=dict)
    after: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        return type(self.document).__name__
