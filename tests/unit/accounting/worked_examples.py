"""The README's page "What becomes what": one small order an example, and how its documents look in QuickBooks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any

from connector.accounting.bank_documents import Deposit
from connector.accounting.detailed import detailed_documents
from connector.accounting.documents import (
    CreditCardRefund,
    Document,
    JournalEntry,
    ReceivePayment,
    SalesOrderClosing,
    SalesReceipt,
)
from connector.accounting.effects import document_total
from connector.accounting.policy import Mode, SummaryForm
from connector.accounting.stock_documents import InventoryAdjustment
from connector.accounting.summary import summary_document, summary_parts
from connector.ledger.facts import MoneyKind, SaleKind
from connector.quickbooks.names import reference
from tests.unit.accounting.movement_examples import MOVEMENTS, MovementExample, adjusted_line
from tests.unit.accounting.payout_examples import PAYOUTS, PayoutExample, deposit_line, payouts_of
from tests.unit.accounting.purchase_examples import PURCHASES, PurchaseExample, line_of, purchases_of, where
from tests.unit.accounting.shop_orders import POLICY, Story

DETAILED = replace(POLICY, inventory=Mode.SUMMARY, sales_orders=True)
STOCK = replace(DETAILED, inventory=Mode.DETAILED)
SUMMARY = replace(DETAILED, customer=Mode.SUMMARY)
JOURNAL = replace(SUMMARY, summary_as=SummaryForm.JOURNAL_ENTRY)

NAMES = {
    "SalesReceipt": "Sales Receipt",
    "CreditMemo": "Credit Memo",
    "ReceivePayment": "Receive Payment",
    "CreditCardRefund": "Refund",
    "SalesOrder": "Sales Order",
    "SalesOrderClosing": "Sales Order closed",
    "JournalEntry": "Journal Entry",
    "PurchaseOrder": "Purchase Order",
    "ItemReceipt": "Item Receipt",
    "VendorCredit": "Vendor Credit",
    "Deposit": "Make Deposits",
    "InventoryAdjustment": "Inventory Adjustment",
}


@dataclass(frozen=True, slots=True)
class Example:
    """``steps`` tell the order; the documents of each step are those of one more sync."""

    title: str
    policy: Any
    steps: tuple[Callable[[Story], object], ...]
    fulfilled_from: int = 0
    cancelled_from: int = 99


EXAMPLES = (
    Example("Paid by card", STOCK, (_paid := lambda s: s.sell(0, "50.00", discount="5.00", tax="2.85")
            .add(0, SaleKind.SHIPPING, "6.00").pay(0, "shopify_payments", "53.85"),)),
    Example("Card and gift card", DETAILED, (lambda s: s.sell(0, "50.00").pay(0, "gift_card", "20.00")
            .pay(0, "shopify_payments", "30.00"),)),
    Example("Sent, not paid", DETAILED, (lambda s: s.sell(0, "50.00"), lambda s: s.pay(3, "paypal", "50.00"))),
    Example("Partly paid and sent", DETAILED, (lambda s: s.sell(0, "50.00").pay(0, "cash", "20.00"),)),
    Example("Ordered, deposit, then sent", DETAILED, (lambda s: s.sell(0, "50.00"), lambda s: s.pay(1, "cash", "20.00"),
            lambda s: s), fulfilled_from=2),
    Example("Ordered, then cancelled", DETAILED, (lambda s: s.sell(0, "50.00"), lambda s: s.give_back(1, "50.00")),
            fulfilled_from=99, cancelled_from=1),
    Example("Captured a day later", DETAILED, (lambda s: s.sell(0, "50.00")
            .pay(1, "shopify_payments", "50.00", kind=MoneyKind.CAPTURE),), fulfilled_from=99),
    Example("Refund with goods back", STOCK, (lambda s: s.sell(0, "50.00").pay(0, "shopify_payments", "50.00"),
            lambda s: s.give_back(2, "50.00", ("shopify_payments", "50.00")))),
    Example("Refund to store credit", DETAILED, (lambda s: s.sell(0, "50.00").pay(0, "shopify_payments", "50.00"),
            lambda s: s.give_back(2, "50.00", ("shopify_store_credit", "50.00")))),
    Example("Edited: something added and paid", DETAILED, (lambda s: s.sell(0, "50.00").pay(0, "paypal", "50.00"),
            lambda s: s.sell(1, "12.00", reason="ORDER_EDIT").pay(1, "paypal", "12.00"))),
    Example("Gift card sold", DETAILED, (lambda s: s.sell(0, "25.00", kind=SaleKind.GIFT_CARD)
            .pay(0, "cash", "25.00"),)),
    Example("A day in summary", SUMMARY, (_paid, lambda s: s.give_back(1, "50.00", ("shopify_payments", "50.00")))),
    Example("A day in summary, as a journal entry", JOURNAL, (_paid,)),
    *PURCHASES,
    *PAYOUTS,
    *MOVEMENTS,
)  # fmt: skip


def documents(example: Example | PurchaseExample | PayoutExample | MovementExample) -> list[Document]:
    """What the example's syncs make, in order."""
    if isinstance(example, MovementExample):
        return example.documents()
    if isinstance(example, PayoutExample):
        return payouts_of(example)
    if isinstance(example, PurchaseExample):
        return purchases_of(example)
    story, known, found = Story(), frozenset[str](), list[Document]()
    counters: dict[str, int] = {}
    open_documents: Any = ()
    for number, step in enumerate(example.steps):
        step(story)
        story.fulfilled, story.cancelled = number >= example.fulfilled_from, number >= example.cancelled_from
        if example.policy.customer is Mode.SUMMARY:
            parts: Any = summary_parts(story.facts(), known, example.policy)
            for i, (key, part) in enumerate(parts.items(), 1):
                found += filter(None, [summary_document(key, part, example.policy, f"D{key.day:%y%m%d}-{i:02d}")])
                known |= set(part.facts)
            continue
        one = detailed_documents(
            story.facts(), known, example.policy, partial(reference, "1001"), counters, open_documents
        )
        counters, open_documents = one.counters, one.open_documents
        known |= {fact for draft in one.drafts for fact in draft.facts}
        found += [draft.document for draft in one.drafts]
    return found


def shown(example: Example | PurchaseExample | PayoutExample | MovementExample) -> str:
    return "\n".join(line for document in documents(example) for line in _lines(document))


def _lines(document: Any) -> list[str]:
    name = NAMES.get(type(document).__name__, type(document).__name__)
    named = " ".join(filter(None, (name, document.ref_number)))
    head = f"{document.day} {named} {document_total(document)}{_where(document)}"
    if isinstance(document, JournalEntry):
        return [head, *(f"    {line.account}: {_side(line.amount)}" for line in document.lines)]
    if hasattr(document, "vendor"):
        return [head, *map(line_of, document.lines)]
    if isinstance(document, InventoryAdjustment):
        return [head, *map(adjusted_line, document.lines)]
    if isinstance(document, Deposit):
        return [head, *map(deposit_line, document.lines)]
    lines = getattr(document, "lines", ())
    return [head, *(f"    {line.item.name}{_count(line.quantity)}: {line.amount}" for line in lines)]


def _where(document: Any) -> str:
    if hasattr(document, "vendor"):
        return where(document)
    match document:
        case SalesReceipt() | ReceivePayment() | Deposit():
            return f" to {document.deposit_to}"
        case CreditCardRefund():
            return f" from {document.refund_from}"
        case SalesOrderClosing():
            return ""
    made_of = (
        f", made of the Sales Order, less deposits {_sum(document)}" if getattr(document, "sales_order", "") else ""
    )
    return f" for {document.customer.name}{made_of}" if hasattr(document, "customer") else ""


def _sum(document: Any) -> Decimal:
    return sum((part.amount for part in document.credits), Decimal("0.00"))


def _side(amount: Decimal) -> str:
    return f"debit {amount}" if amount > 0 else f"credit {-amount}"


def _count(quantity: Decimal | None) -> str:
    return "" if quantity is None else f" x {quantity}"
