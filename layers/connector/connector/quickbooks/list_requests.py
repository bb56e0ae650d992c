"""Finding list elements by name, adding the missing ones, and reading the company's lists."""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from connector.accounting.documents import ItemDetail, ItemType, ListKind, ListRef
from connector.quickbooks.elements import (
    QbxmlError,
    RenderContext,
    amount,
    put,
    put_guid,
    put_name,
    put_returned,
)
from connector.quickbooks.text import clean, storable

_sub = etree.SubElement

_ADDS: dict[ListKind, str] = {
    ListKind.CUSTOMER: "CustomerAdd",
    ListKind.VENDOR: "VendorAdd",
    ListKind.CLASS: "ClassAdd",
    ListKind.PAYMENT_METHOD: "PaymentMethodAdd",
    ListKind.SALES_TAX_ITEM: "ItemSalesTaxAdd",
    ListKind.TERMS: "StandardTermsAdd",
    ListKind.ACCOUNT: "AccountAdd",
}
_ITEM_ADDS: dict[ItemType, str] = {
    ItemType.OTHER_CHARGE: "ItemOtherChargeAdd",
    ItemType.SERVICE: "ItemServiceAdd",
    ItemType.NON_INVENTORY: "ItemNonInventoryAdd",
    ItemType.INVENTORY: "ItemInventoryAdd",
    ItemType.SALES_TAX: "ItemSalesTaxAdd",
}
_QUERIES: dict[ListKind, str] = {
    # The whole name space is asked, so that a name held by an employee or another type of item is seen too.
    ListKind.CUSTOMER: "EntityQueryRq",
    ListKind.VENDOR: "EntityQueryRq",
    ListKind.ITEM: "ItemQueryRq",
    ListKind.SALES_TAX_ITEM: "ItemQueryRq",
    ListKind.CLASS: "ClassQueryRq",
    ListKind.PAYMENT_METHOD: "PaymentMethodQueryRq",
    # Terms that go by a date have their names in the same list.
    ListKind.TERMS: "TermsQueryRq",
    ListKind.ACCOUNT: "AccountQueryRq",
}
UNCHANGEABLE = (ListKind.PAYMENT_METHOD, ListKind.TERMS)
"""Lists whose elements no program can change: qbXML has no Mod of them."""

_NAME_LENGTHS = {"FirstName": 25, "LastName": 25, "Phone": 21, "Email": 1023}
_COMPANY_NAME = 41
_PART_NUMBER = 31
_BARCODE = 50
_DESCRIPTION = 4095
_ACCOUNT_NUMBER = 7
_ACCOUNT_DESCRIPTION = 200


class NoItemDetail(QbxmlError):
    """An item or account has to be added and nothing says of which type and with which accounts."""


def render_list_add(ref: ListRef, name: str, guid: str, context: RenderContext) -> etree._Element:
    """The request that adds ``ref`` under the (already fitted and unique) ``name``.

    Raises NoItemDetail for an item without detail.
    """
    if ref.kind is ListKind.ITEM:
        if ref.item is None:
            raise NoItemDetail(f"item {name} can't be added: its type and account are not known")
        aggregate = _ITEM_ADDS[ref.item.type]
    else:
        aggregate = _ADDS[ref.kind]
    request = etree.Element(f"{aggregate}Rq")
    add = _sub(request, aggregate)
    parent, _, own = name.rpartition(":") if ref.kind is ListKind.ACCOUNT else ("", "", name)
    put(add, "Name", clean(own))
    put_name(add, "ParentRef", parent)
    _WRITERS[aggregate](add, ref, guid, context)
    put_returned(request, "ListID", "EditSequence", "Name", "FullName", "ExternalGUID")
    return request


def render_reactivation(ref: ListRef, list_id: str, edit_sequence: str) -> etree._Element:
    """The request that makes an inactive list element active again and changes nothing else of it.

    Raises QbxmlError for what QuickBooks lets no program change: payment methods, and items whose type isn't known.
    """
    if ref.kind is ListKind.ITEM and ref.item is None:
        raise NoItemDetail(f"item {ref.name} can't be made active: its type is not known")
    added = _ITEM_ADDS[ref.item.type] if ref.kind is ListKind.ITEM and ref.item else _ADDS[ref.kind]
    if ref.kind in UNCHANGEABLE:
        raise QbxmlError(f"QuickBooks lets no program change a {ref.kind.value}: make it active there")
    aggregate = added.removesuffix("Add") + "Mod"
    request = etree.Element(f"{aggregate}Rq")
    mod = _sub(request, aggregate)
    put(mod, "ListID", list_id)
    put(mod, "EditSequence", edit_sequence)
    put(mod, "IsActive", "true")
    put_returned(request, "ListID", "EditSequence", "Name", "IsActive")
    return request


def render_list_query(kind: ListKind, name: str) -> etree._Element:
    """Looks a name up in its whole name space, inactive elements included."""
    request = etree.Element(_QUERIES[kind])
    put(request, "FullName", storable(name))
    put_returned(request, "ListID", "EditSequence", "Name", "FullName", "IsActive", "ExternalGUID")
    if kind is ListKind.ACCOUNT:
        put_returned(request, "AccountType", "AccountNumber")
    return request


def company_lists_requests() -> list[tuple[str, etree._Element]]:
    """What the settings page and the checks before posting need, by request id; none of these can be paged.

    Balances and bank account numbers are left out of the answer: nobody needs them here.
    """
    named = ("ListID", "Name", "FullName", "IsActive")
    return [
        ("accounts", _all_of("AccountQueryRq", *named, "AccountType", "SpecialAccountType", "AccountNumber")),
        ("classes", _all_of("ClassQueryRq", *named)),
        ("sales_tax_codes", _all_of("SalesTaxCodeQueryRq", "ListID", "Name", "IsActive", "IsTaxable")),
        ("payment_methods", _all_of("PaymentMethodQueryRq", "ListID", "Name", "IsActive", "PaymentMethodType")),
        ("sales_tax_items", _all_of("ItemSalesTaxQueryRq", "ListID", "Name", "IsActive", "TaxRate")),
    ]


def _all_of(tag: str, *returned: str) -> etree._Element:
    request = etree.Element(tag)
    put(request, "ActiveStatus", "All")
    put_returned(request, *returned)
    return request


def _name_only(add: etree._Element, ref: ListRef, guid: str, context: RenderContext) -> None:
    """Classes and payment methods have no ExternalGUID."""


def _account(add: etree._Element, ref: ListRef, guid: str, context: RenderContext) -> None:
    """An opening balance is never given: money comes from documents alone."""
    if ref.account is None:
        raise NoItemDetail(f"account {ref.name} can't be added: its type is not known")
    put(add, "AccountType", ref.account.type)
    put(add, "AccountNumber", clean(ref.account.number, _ACCOUNT_NUMBER))
    put(add, "Desc", clean(ref.account.description, _ACCOUNT_DESCRIPTION))


def _terms(add: etree._Element, ref: ListRef, guid: str, context: RenderContext) -> None:
    put(add, "StdDueDays", "" if ref.due_days is None else str(ref.due_days))


def _customer(add: etree._Element, ref: ListRef, guid: str, context: RenderContext) -> None:
    person = ref.customer
    if person is not None:
        put(add, "CompanyName", clean(person.company, _COMPANY_NAME))
        values = {
            "FirstName": person.first_name,
            "LastName": person.last_name,
            "Phone": person.phone,
            "Email": person.email,
        }
        for tag, limit in _NAME_LENGTHS.items():
            put(add, tag, clean(values[tag], limit))
    put_guid(add, guid, context)


def _vendor(add: etree._Element, ref: ListRef, guid: str, context: RenderContext) -> None:
    put_guid(add, guid, context)


def _barcode(add: etree._Element, item: ItemDetail, context: RenderContext) -> None:
    code = clean(item.barcode)
    if context.use_barcodes and code and len(code) <= _BARCODE:
        put(_sub(add, "BarCode"), "BarCodeValue", code)


def _simple_item(add: etree._Element, ref: ListRef, guid: str, context: RenderContext) -> None:
    item = _detail(ref)
    _barcode(add, item, context)
    if item.type is ItemType.NON_INVENTORY:
        put(add, "ManufacturerPartNumber", clean(item.sku, _PART_NUMBER))
    put_name(add, "SalesTaxCodeRef", context.line_tax_code)
    description = clean(item.description, _DESCRIPTION)
    if item.cogs_account:
        sides = _sub(add, "SalesAndPurchase")
        put(sides, "SalesDesc", description)
        put_name(sides, "IncomeAccountRef", item.account)
        put(sides, "PurchaseDesc", description)
        _cost(sides, item)
        put_name(sides, "ExpenseAccountRef", item.cogs_account)
    else:
        side = _sub(add, "SalesOrPurchase")
        put(side, "Desc", description)
        put_name(side, "AccountRef", item.account)
    put_guid(add, guid, context)


def _inventory_item(add: etree._Element, ref: ListRef, guid: str, context: RenderContext) -> None:
    item = _detail(ref)
    _barcode(add, item, context)
    put(add, "ManufacturerPartNumber", clean(item.sku, _PART_NUMBER))
    put_name(add, "SalesTaxCodeRef", context.line_tax_code)
    description = clean(item.description, _DESCRIPTION)
    put(add, "SalesDesc", description)
    put_name(add, "IncomeAccountRef", item.account)
    put(add, "PurchaseDesc", description)
    _cost(add, item)
    put_name(add, "COGSAccountRef", item.cogs_account)
    put_name(add, "AssetAccountRef", item.asset_account)
    put_guid(add, guid, context)


def _tax_item(add: etree._Element, ref: ListRef, guid: str, context: RenderContext) -> None:
    """At 0 %: QuickBooks never computes tax, and only a rate above it would need a tax agency."""
    put(add, "ItemDesc", clean(ref.item.description if ref.item else "", _DESCRIPTION))
    put(add, "TaxRate", "0")
    put_guid(add, guid, context)


def _cost(parent: etree._Element, item: ItemDetail) -> None:
    if item.cost is not None:
        put(parent, "PurchaseCost", amount(item.cost))


def _detail(ref: ListRef) -> ItemDetail:
    if ref.item is None:
        raise NoItemDetail(f"item {ref.key} has no detail")
    return ref.item


_WRITERS: dict[str, Callable[[etree._Element, ListRef, str, RenderContext], None]] = {
    "CustomerAdd": _customer,
    "VendorAdd": _vendor,
    "ClassAdd": _name_only,
    "PaymentMethodAdd": _name_only,
    "StandardTermsAdd": _terms,
    "AccountAdd": _account,
    "ItemSalesTaxAdd": _tax_item,
    "ItemOtherChargeAdd": _simple_item,
    "ItemServiceAdd": _simple_item,
    "ItemNonInventoryAdd": _simple_item,
    "ItemInventoryAdd": _inventory_item,
}
