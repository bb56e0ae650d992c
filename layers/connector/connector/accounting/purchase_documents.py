"""What a bookkeeper finds in QuickBooks of a purchase: the Purchase Order, and what the supplier is owed for it.

Amounts are ``Decimal`` in the shop's currency, as printed on the form: positive when they raise what is owed, on a
vendor credit when they lower it. A total stands on ``payable``, the full name of the mapped accounts payable account.
QuickBooks keeps a form's expense lines before those of its items.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from connector.accounting.list_elements import ListRef


@dataclass(frozen=True, slots=True)
class ExpenseLine:
    """An amount on an account, for ``location`` (a class)."""

    account: str
    amount: Decimal
    bucket: str
    description: str = ""
    location: ListRef | None = None


@dataclass(frozen=True, slots=True)
class ItemLine:
    """Units of an item; QuickBooks posts them to ``account``, the item's own.

    ``ordered`` is the line of the Purchase Order they were ordered with, ``so_far`` how many of it have come with them.
    """

    item: ListRef
    account: str
    quantity: Decimal
    amount: Decimal
    bucket: str
    description: str = ""
    location: ListRef | None = None
    ordered: str = ""
    so_far: int = 0


@dataclass(frozen=True, slots=True)
class PurchaseOrder:
    """Ordered and not arrived. It posts nothing."""

    vendor: ListRef
    location: ListRef | None
    day: date
    ref_number: str
    memo: str
    lines: tuple[ItemLine, ...]


@dataclass(frozen=True, slots=True)
class Bill:
    """What a supplier is owed. ``purchase_order`` is the posting key of the order whose goods it receives."""

    vendor: ListRef
    payable: str
    day: date
    ref_number: str
    memo: str
    expenses: tuple[ExpenseLine, ...]
    items: tuple[ItemLine, ...]
    due_day: date | None = None
    purchase_order: str = ""

    @property
    def lines(self) -> tuple[ExpenseLine | ItemLine, ...]:
        return (*self.expenses, *self.items)


@dataclass(frozen=True, slots=True)
class ItemReceipt:
    """Goods that came before the supplier's bill, which is made of it in QuickBooks."""

    vendor: ListRef
    payable: str
    day: date
    ref_number: str
    memo: str
    expenses: tuple[ExpenseLine, ...]
    items: tuple[ItemLine, ...]
    purchase_order: str = ""

    @property
    def lines(self) -> tuple[ExpenseLine | ItemLine, ...]:
        return (*self.expenses, *self.items)


@dataclass(frozen=True, slots=True)
class VendorCredit:
    """What a supplier owes back: goods returned, a charge taken off."""

    vendor: ListRef
    payable: str
    day: date
    ref_number: str
    memo: str
    expenses: tuple[ExpenseLine, ...]
    items: tuple[ItemLine, ...]

    @property
    def lines(self) -> tuple[ExpenseLine | ItemLine, ...]:
        return (*self.expenses, *self.items)


Received = Bill | ItemReceipt
"""Forms that receive goods of a Purchase Order."""
