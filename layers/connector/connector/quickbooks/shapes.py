"""How QuickBooks names and lays out the transactions it returns, one shape a kind."""

from __future__ import annotations

from dataclasses import dataclass

from connector.quickbooks.forms import QUICKBOOKS_NAMES


@dataclass(frozen=True, slots=True)
class Shape:
    """How QuickBooks returns a kind of transaction: where its total and account stand, and what its lines are called.

    ``lines`` maps the elements of lines to the sign of their amounts; ``applied`` are the links to what it settles.
    """

    total: str
    account: str
    lines: dict[str, int]
    applied: str = ""
    applied_amount: str = ""
    number: bool = True


def _sales(name: str, total: str, account: str) -> Shape:
    return Shape(total, account, {f"{name}LineRet": 1, f"{name}LineGroupRet": 1})


def _purchase(total: str, account: str = "APAccountRef") -> Shape:
    return Shape(total, account, {"ExpenseLineRet": 1, "ItemLineRet": 1, "ItemGroupLineRet": 1})


SHAPES: dict[str, Shape] = {
    "SalesReceipt": _sales("SalesReceipt", "TotalAmount", "DepositToAccountRef"),
    "Invoice": _sales("Invoice", "Subtotal", "ARAccountRef"),
    "CreditMemo": _sales("CreditMemo", "TotalAmount", "ARAccountRef"),
    "SalesOrder": _sales("SalesOrder", "TotalAmount", ""),
    "PurchaseOrder": _sales("PurchaseOrder", "TotalAmount", ""),
    "ReceivePayment": Shape("TotalAmount", "DepositToAccountRef", {}, "AppliedToTxnRet", "Amount"),
    "ARRefundCreditCard": Shape("TotalAmount", "RefundFromAccountRef", {}, "RefundAppliedToTxnRet", "RefundAmount"),
    "Deposit": Shape("DepositTotal", "DepositToAccountRef", {"DepositLineRet": 1, "CashBackInfoRet": -1}, number=False),
    "JournalEntry": Shape("", "", {"JournalDebitLine": 1, "JournalCreditLine": -1}),
    "Bill": _purchase("AmountDue"),
    "ItemReceipt": _purchase("TotalAmount"),
    "VendorCredit": _purchase("CreditAmount"),
    "Check": _purchase("Amount", "AccountRef"),
    "InventoryAdjustment": Shape("", "AccountRef", {"InventoryAdjustmentLineRet": 1}),
}
"""By QuickBooks' name of the transaction."""


def quickbooks_name(kind: str) -> str:
    """QuickBooks' name of a document kind; its own names are accepted as they are. Raises KeyError for others."""
    name = QUICKBOOKS_NAMES.get(kind, kind)
    SHAPES[name]
    return name
