"""References to list elements, the accounts QuickBooks keeps for itself, and the company's rules about dates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set
from typing import Any

from infra.local.company.errors import Refused, no_such_reference, not_available, period_closed
from infra.local.company.faults import related_is_locked
from infra.local.company.list_shapes import ITEM_KINDS
from infra.local.company.profile import Preferences
from infra.local.company.reading import Macro, Node
from infra.local.company.store import Element, Store

NAMES = ("Customer", "Vendor", "Employee", "OtherName")
SPACES: dict[str, str] = {
    **dict.fromkeys(NAMES, "name"),
    **dict.fromkeys(ITEM_KINDS, "item"),
    "Account": "account",
    "Class": "class",
    "PaymentMethod": "payment method",
    "SalesTaxCode": "tax code",
    "StandardTerms": "terms",
    "ShipMethod": "ship method",
    "Currency": "currency",
}
"""The name space of each list: names are unique in it, whatever their case, inactive elements included."""

_ITEMS = tuple(ITEM_KINDS)
_REFERENCES: dict[str, tuple[str, tuple[str, ...]]] = {
    "CustomerRef": ("Customer", ("Customer",)),
    "VendorRef": ("Vendor", ("Vendor",)),
    "TaxVendorRef": ("Vendor", ("Vendor",)),
    "PrefVendorRef": ("Vendor", ("Vendor",)),
    "EntityRef": ("Entity", NAMES),
    "PayeeEntityRef": ("Payee Entity", NAMES),
    "ShipToEntityRef": ("Entity", NAMES),
    "ItemRef": ("Item", _ITEMS),
    "ItemSalesTaxRef": ("Item", ("ItemSalesTax", "ItemSalesTaxGroup")),
    "ClassRef": ("Class", ("Class",)),
    "OverrideClassRef": ("Class", ("Class",)),
    "DiscountClassRef": ("Class", ("Class",)),
    "PaymentMethodRef": ("Payment Method", ("PaymentMethod",)),
    "PreferredPaymentMethodRef": ("Payment Method", ("PaymentMethod",)),
    "TermsRef": ("Terms", ("StandardTerms",)),
    "ShipMethodRef": ("Ship Method", ("ShipMethod",)),
    "SalesTaxCodeRef": ("Sales Tax Code", ("SalesTaxCode",)),
    "CustomerSalesTaxCodeRef": ("Sales Tax Code", ("SalesTaxCode",)),
    "CurrencyRef": ("Currency", ("Currency",)),
}
_ONLY_WITH: dict[str, str] = {
    "ItemSalesTaxRef": "sales_tax",
    "SalesTaxCodeRef": "sales_tax",
    "CustomerSalesTaxCodeRef": "sales_tax",
    "ClassRef": "class_tracking",
    "OverrideClassRef": "class_tracking",
    "CurrencyRef": "multi_currency",
    "ExchangeRate": "multi_currency",
}
_NEVER = frozenset({"InventorySiteRef", "InventorySiteLocationRef", "UnitOfMeasureSetRef", "SerialNumber", "LotNumber"})
_ID = re.compile(r"[0-9A-F]{1,8}-\d{1,10}")
SALES_TAX_PAYABLE = "SalesTaxPayable"
_NO_MACROS: Mapping[str, str] = {}


class Books:
    """What every part of the company needs to look things up."""

    def __init__(self, store: Store, locked: Set[str] = frozenset()) -> None:
        self.store = store
        self.locked = locked
        self._special: dict[str, str] = {}
        self._elements: dict[str, Element] = {}
        self._by_name: dict[tuple[str, str], Element] = {}
        self.preferences = Preferences()
        self.reload()

    def reload(self) -> None:
        """Reads again what is kept in memory of the file."""
        self.preferences = Preferences(**self.store.get("preferences", {}))
        self.forget()

    def forget(self) -> None:
        """List elements have changed in the file."""
        self._elements.clear()
        self._by_name.clear()
        self._special.clear()

    def element(self, list_id: str) -> Element:
        """A list element known to be there."""
        if list_id not in self._elements:
            found = self.store.element(list_id)
            if found is None:
                raise LookupError(list_id)
            self._elements[list_id] = found
        return self._elements[list_id]

    def of(self, ref: Node | None) -> Element | None:
        return self.element(ref["ListID"]) if ref else None

    def special(self, kind: str) -> str:
        """The ListID of the account QuickBooks keeps for ``kind``, a SpecialAccountType."""
        if kind not in self._special:
            for account in self.store.elements("kind = 'Account'", tail="ORDER BY rowid"):
                self._special.setdefault(account.body.get("SpecialAccountType", ""), account.list_id)
        if kind not in self._special:
            raise Refused(3270, f"Missing posting account: the company has no {kind} account.")
        return self._special[kind]

    def account_type(self, list_id: str) -> str:
        return str(self.element(list_id).body["AccountType"])

    def first_of_type(self, account_type: str) -> str:
        """The default A/R or A/P account: the oldest active one."""
        for account in self.store.elements("kind = 'Account' AND active", tail="ORDER BY rowid"):
            if account.body["AccountType"] == account_type:
                return account.list_id
        raise Refused(3270, f"Missing posting account: the company has no {account_type} account.")

    def default(self, key: str) -> Node | None:
        """The preferences' default tax item and codes: ``tax_item``, ``taxable``, ``non_taxable``."""
        list_id = self.store.get(f"default:{key}")
        return self.element(list_id).ref if list_id else None

    # References in a request

    def resolve(self, node: Node, place: str, own_kind: str = "", macros: Mapping[str, str] = _NO_MACROS) -> Node:
        """A copy of ``node`` with every reference as {ListID, FullName} and every macro as the id it stands for.

        Raises Refused where a reference leads nowhere or a macro is not defined. Empty elements are left out.
        """
        result: Node = {}
        for name, value in node.items():
            self._check_feature(name)
            if isinstance(value, dict):
                if name.endswith("Ref"):
                    result[name] = self.reference(name, value, place, own_kind)
                else:
                    result[name] = self.resolve(value, place, own_kind, macros)
            elif isinstance(value, list):
                result[name] = [self._member(name, item, place, own_kind, macros) for item in value]
            elif isinstance(value, Macro):
                if value not in macros:
                    raise Refused(9100, f'The macro "{value}" has not been defined.')
                result[name] = macros[value]
            elif value != "":
                result[name] = value
        return result

    def _member(self, name: str, item: Any, place: str, own_kind: str, macros: Mapping[str, str]) -> Any:
        if isinstance(item, tuple):
            return item[0], self.resolve(item[1], f"{place} line", own_kind, macros)
        if isinstance(item, dict):
            if name.endswith("Ref") and not name.endswith("ContactRef"):
                return self.reference(name, item, place, own_kind)
            where = f"{place} line" if name.endswith(("LineAdd", "LineMod")) else place
            return self.resolve(item, where, own_kind, macros)
        return item

    def _check_feature(self, name: str) -> None:
        switch = _ONLY_WITH.get(name)
        if (switch and not getattr(self.preferences, switch)) or name in _NEVER:
            raise not_available(name)

    def reference(self, field: str, ref: Node, place: str, own_kind: str = "") -> Node:
        words, kinds = _REFERENCES.get(field, ("", ()))
        if field == "ParentRef":
            words, kinds = own_kind.removeprefix("Item") or own_kind, (own_kind,)
        elif field.endswith("AccountRef"):
            words, kinds = "Account", ("Account",)
        found = self.find(kinds, ref, place, words or field.removesuffix("Ref"))
        if found.list_id in self.locked:
            raise related_is_locked()
        return found.ref

    def find(self, kinds: Iterable[str], ref: Node, place: str, words: str) -> Element:
        """The active list element a {ListID | FullName} means; the ListID wins when both are there."""
        kinds = tuple(kinds)
        list_id, full_name = ref.get("ListID", ""), ref.get("FullName", "")
        found = None
        if list_id:
            if not _ID.fullmatch(list_id):
                raise Refused(3000, f'The given object ID "{list_id}" in the field "list id" is invalid. ')
            found = self._elements.get(list_id) or self.store.element(list_id)
        else:
            found = self._named(SPACES[kinds[0]], full_name) if kinds else None
        if found is None or found.kind not in kinds or not found.active:
            raise no_such_reference(words, list_id or full_name, place)
        self._elements[found.list_id] = found
        return found

    def _named(self, space: str, full_name: str) -> Element | None:
        key = (space, full_name.lower())
        found = self._by_name.get(key) or self.store.named(space, full_name)
        if found is not None:
            self._by_name[key] = found
        return found

    def account(self, ref: Node | None, allowed: Iterable[str], place: str) -> str:
        """The ListID of an account of an ``allowed`` type; 3140 for another type, as for one that is not there."""
        assert ref is not None
        if self.account_type(ref["ListID"]) not in allowed:
            raise no_such_reference("Account", ref["FullName"], place)
        return str(ref["ListID"])

    def check_open(self, *days: str) -> None:
        """Refuses dates on or before the closing date: the SDK can't give its password."""
        closing = self.preferences.closing_date
        if closing and any(day <= closing for day in days):
            raise period_closed(closing)
