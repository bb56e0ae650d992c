"""The documents a bookkeeper will find in QuickBooks, before they are written in qbXML.

Money is ``Decimal`` in the shop's currency with two decimals, dates are business days. A document names list
elements (customers, items, classes, payment methods) by the wish for a name; the name QuickBooks gets is decided
when it is queued, because it has to be unique and short there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from connector.accounting.bank_documents import Deposit
from connector.accounting.list_elements import AccountDetail as AccountDetail
from connector.accounting.list_elements import CustomerDetail as CustomerDetail
from connector.accounting.list_elements import ItemDetail as ItemDetail
from connector.accounting.list_elements import ItemType as ItemType
from connector.accounting.list_elements import ListKind as ListKind
from connector.accounting.list_elements import ListRef as ListRef
from connector.accounting.purchase_documents import Bill, ItemReceipt, PurchaseOrder, VendorCredit
from connector.accounting.stock_documents import InventoryAdjustment


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
class Applied:
    """A part of a payment, refund or credit: it settles (or uses) the document queued under ``document``."""

    document: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a business customer agreed on: their order number, terms, and when it is due and was shipped."""

    po_number: str = ""
    terms: ListRef | None = None
    due_day: date | None = None
    ship_day: date | None = None


@dataclass(frozen=True, slots=True)
class SalesOrder:
    """Ordered, neither sent nor (all) paid. It posts nothing: the sale is in the books when it is invoiced."""

    customer: ListRef
    location: ListRef | None
    day: date
    ref_number: str
    memo: str
    tax_item: ListRef
    lines: tuple[Line, ...]
    conditions: Conditions = Conditions()


@dataclass(frozen=True, slots=True)
class SalesOrderClosing:
    """Closes the Sales Order queued under ``sales_order``: it was cancelled, changed, or is paid and posted.

    ``ref_number`` and ``amount`` are that Sales Order's. It is no record of its own in QuickBooks.
    """

    day: date
    ref_number: str
    memo: str
    amount: Decimal
    sales_order: str


@dataclass(frozen=True, slots=True)
class Invoice:
    """``sales_order`` is the posting key of the Sales Order it was, with the very same lines; QuickBooks then takes
    them from there. ``credits`` are payments made before it, which settle it in part."""

    customer: ListRef
    location: ListRef | None
    day: date
    ref_number: str
    memo: str
    tax_item: ListRef
    lines: tuple[Line, ...]
    conditions: Conditions = Conditions()
    sales_order: str = ""
    credits: tuple[Applied, ...] = ()


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
    """Money for an invoice, of which ``applied`` settles the one queued under ``invoice``.

    ``further`` are more invoices it settles; what is left of ``amount`` stays on the customer's account.
    """

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
    further: tuple[Applied, ...] = ()


@dataclass(frozen=True, slots=True)
class CreditCardRefund:
    """QuickBooks' ARRefundCreditCard: money out of the tender's account, settling ``credit_memo``.

    What ``further`` credit memos get of ``amount`` is theirs, all the rest is ``credit_memo``'s.
    """

    customer: ListRef
    day: date
    ref_number: str
    memo: str
    payment_method: ListRef | None
    refund_from: str
    total_bucket: str
    amount: Decimal
    credit_memo: str
    further: tuple[Applied, ...] = ()


@dataclass(frozen=True, slots=True)
class JournalLine:
    """``amount`` is a debit, negative a credit. ``name`` is the customer of a line on Accounts Receivable."""

    account: str
    amount: Decimal
    bucket: str
    description: str = ""
    location: ListRef | None = None
    name: ListRef | None = None


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """Debits and credits on accounts; its lines come to 0.00. QuickBooks keeps no memo of its own for it."""

    day: date
    ref_number: str
    memo: str
    lines: tuple[JournalLine, ...]


Document = (
    SalesReceipt
    | Invoice
    | CreditMemo
    | ReceivePayment
    | CreditCardRefund
    | SalesOrder
    | SalesOrderClosing
    | JournalEntry
    | Deposit
    | PurchaseOrder
    | Bill
    | ItemReceipt
    | VendorCredit
    | InventoryAdjustment
)
DOCUMENT_TYPES: dict[str, type] = {
    t.__name__: t
    for t in (
        SalesReceipt,
        Invoice,
        CreditMemo,
        ReceivePayment,
        CreditCardRefund,
        SalesOrder,
        SalesOrderClosing,
        JournalEntry,
        Deposit,
        PurchaseOrder,
        Bill,
        ItemReceipt,
        VendorCredit,
        InventoryAdjustment,
    )
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
