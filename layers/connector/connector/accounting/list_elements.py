"""The elements of QuickBooks' lists that documents name, by the wish for a name."""

from __future__ import annotations

from dataclasses import dataclass
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
    TERMS = "Terms"
    ACCOUNT = "Account"


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
    company: str = ""


@dataclass(frozen=True, slots=True)
class AccountDetail:
    """How to create an account: ``type`` is qbXML's AccountType. No document asks for one, only a person does."""

    type: str
    number: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class ListRef:
    """A list element a document needs. ``key`` is ours and unique per shop and kind; ``name`` is the wish.

    ``due_days`` is for terms: how many days after its date an invoice is due.
    """

    kind: ListKind
    key: str
    name: str
    item: ItemDetail | None = None
    customer: CustomerDetail | None = None
    due_days: int | None = None
    account: AccountDetail | None = None
