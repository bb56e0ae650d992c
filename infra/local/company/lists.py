"""Adding, changing and deleting list elements."""

from __future__ import annotations

from infra.local.company.books import SPACES, Books
from infra.local.company.errors import Refused, missing, name_taken, no_such_object, not_available, not_saved, stale
from infra.local.company.money import amount, cents, pieces
from infra.local.company.presenting import Presenter
from infra.local.company.reading import Node
from infra.local.company.store import Element, Txn

_WORDS = {"ItemSalesTax": "sales tax item", "StandardTerms": "terms"}
_KEPT_APART = ("Name", "IsActive", "ParentRef", "ListID", "EditSequence")
_SALES_SIDES = ("ItemService", "ItemNonInventory", "ItemOtherCharge")
_TAX_LISTS = ("ItemSalesTax", "ItemSalesTaxGroup", "SalesTaxCode")
_NO_SALES_ACCOUNTS = ("AccountsReceivable", "AccountsPayable", "NonPosting")
_SIDE_ACCOUNTS = {"SalesOrPurchase": ("AccountRef",), "SalesAndPurchase": ("IncomeAccountRef", "ExpenseAccountRef")}
_INVENTORY_ACCOUNTS = {
    "IncomeAccountRef": ("Income", "OtherIncome"),
    "COGSAccountRef": ("CostOfGoodsSold",),
    "AssetAccountRef": ("OtherCurrentAsset", "OtherAsset", "FixedAsset"),
}
_CAPACITY_NAMES = {"name": "Entity", "item": "Item", "account": "Account", "class": "Class", "terms": "Terms"}
_FLAT = ("Vendor", "OtherName", "PaymentMethod", "SalesTaxCode", "StandardTerms", "ShipMethod")


class Lists:
    def __init__(self, books: Books, presenter: Presenter) -> None:
        self._books = books
        self._store = books.store
        self._presenter = presenter
        self._sizes: dict[str, int] = {}

    def forget_sizes(self) -> None:
        self._sizes.clear()

    def add(self, kind: str, node: Node) -> Element:
        """Adds an element; raises Refused (3090, 3100, 3140, 3180, 3250, 3270)."""
        if kind in _TAX_LISTS and not self._books.preferences.sales_tax:
            raise not_available("sales tax")
        body = self._books.resolve(node, _words(kind), kind)
        name = self._checked_name(kind, body.pop("Name", ""))
        parent = body.pop("ParentRef", None)
        full_name = f"{parent['FullName']}:{name}" if parent else name
        self._check_free(kind, full_name, name)
        self._check_capacity(kind)
        active = body.pop("IsActive", "true") in ("true", "1")
        now = self._store.now()
        element = Element(
            self._store.new_list_id(),
            kind,
            name,
            full_name,
            parent["ListID"] if parent else None,
            active,
            now,
            now,
            body,
        )
        self._complete(element)
        self._store.save_element(element, SPACES[kind])
        if kind == "Account":
            self._books.forget()
        self._opening_stock(element)
        return element

    def mod(self, kind: str, node: Node) -> Element:
        """Changes an element; raises Refused 3120 for no such element, 3200 for an old EditSequence."""
        element = self._store.element(node["ListID"])
        if element is None or element.kind != kind:
            raise no_such_object(node["ListID"])
        if node["EditSequence"] != element.edit_sequence:
            raise stale(node["EditSequence"], self._presenter.listed(element))
        wanted = self._books.resolve(node, _words(kind), kind)
        if "Name" in wanted or "ParentRef" in wanted:
            self._rename(element, wanted)
        if "IsActive" in wanted:
            element.active = wanted["IsActive"] in ("true", "1")
        for name, value in wanted.items():
            if name in _KEPT_APART:
                continue
            kept = name.removesuffix("Mod")
            element.body[kept] = value if kept == name else {**element.body.get(kept, {}), **value}
        for name, value in node.items():
            if value == "":
                element.body.pop(name, None)
        self._complete(element)
        element.modified = max(self._store.now(), element.modified)
        self._store.save_element(element, SPACES[kind])
        self._books.forget()
        return element

    def delete(self, kind: str, list_id: str) -> Element:
        element = self._store.element(list_id)
        if element is None or element.kind != kind:
            raise no_such_object(list_id)
        mark = f'%"{list_id}"%'
        used = self._store.one("SELECT 1 FROM txn WHERE body LIKE ? LIMIT 1", (mark,)) or self._store.one(
            "SELECT 1 FROM element WHERE (parent = ? OR body LIKE ?) AND list_id <> ? LIMIT 1", (list_id, mark, list_id)
        )
        if used or "SpecialAccountType" in element.body:
            raise Refused(3160, f'Cannot delete the object specified by the id = "{list_id}". It is in use.')
        self._store.db.execute("DELETE FROM element WHERE list_id = ?", (list_id,))
        self._store.db.execute(
            "INSERT INTO gone VALUES (?, 'list', ?, ?, ?, ?)",
            (list_id, kind, element.full_name, element.created, self._store.now()),
        )
        self._books.forget()
        self._sizes.clear()
        return element

    def _checked_name(self, kind: str, name: str) -> str:
        if ":" in name or any(ord(char) < 32 for char in name):
            raise Refused(
                3090,
                f'There was an error when storing "{name}" in the "{_words(kind)} name" field. QuickBooks error '
                "message: Names in this list cannot contain a colon (:) or control characters.",
            )
        name = name.strip()
        if not name:
            raise missing("Name")
        return name

    def _check_free(self, kind: str, full_name: str, name: str, but: str = "") -> None:
        there = self._store.named(SPACES[kind], full_name)
        if there is not None and there.list_id != but:
            raise name_taken(name)

    def _check_capacity(self, kind: str) -> None:
        space = SPACES[kind]
        if space not in self._sizes:
            self._sizes[space] = self._store.one("SELECT count(*) FROM element WHERE space = ?", (space,))
        most = self._books.preferences.capacity(_CAPACITY_NAMES.get(space, space))
        if self._sizes[space] >= most:
            raise not_saved(f"{_words(kind)} list", f"This list has reached its maximum of {most} elements.")
        self._sizes[space] += 1

    def _rename(self, element: Element, wanted: Node) -> None:
        name = self._checked_name(element.kind, wanted.get("Name", element.name))
        parent = wanted.get("ParentRef") or (self._books.element(element.parent).ref if element.parent else None)
        full_name = f"{parent['FullName']}:{name}" if parent else name
        self._check_free(element.kind, full_name, name, but=element.list_id)
        was = element.full_name
        element.name, element.full_name, element.parent = name, full_name, parent["ListID"] if parent else None
        for child in self._store.elements("kind = ? AND key LIKE ?", (element.kind, f"{was.lower()}:%")):
            child.full_name = full_name + child.full_name[len(was) :]
            self._store.save_element(child, SPACES[child.kind])

    def _complete(self, element: Element) -> None:
        """What a new or changed element must have, by kind."""
        body = element.body
        barcode = body.pop("BarCode", None)
        if barcode and self._books.preferences.barcodes:
            body["BarCodeValue"] = barcode.get("BarCodeValue", "")
        if element.kind in _SALES_SIDES:
            self._check_sides(body)
        elif element.kind == "ItemInventory":
            self._check_inventory(body)
        elif element.kind == "ItemSalesTax":
            rate = body.setdefault("TaxRate", "0")
            if float(rate) and "TaxVendorRef" not in body:
                raise missing("TaxVendorRef")
        elif element.kind == "Account":
            self._complete_account(element)

    def _check_sides(self, body: Node) -> None:
        for side, fields in _SIDE_ACCOUNTS.items():
            if side in body:
                for field in fields:
                    if field not in body[side]:
                        raise Refused(3270, f"Missing posting account: {side} needs {field}.")
                    self._check_posting(body[side][field])

    def _check_posting(self, ref: Node) -> None:
        account = self._books.element(ref["ListID"])
        if account.body["AccountType"] in _NO_SALES_ACCOUNTS or account.body.get("SpecialAccountType") == (
            "SalesTaxPayable"
        ):
            raise not_saved("item", "The posting account is invalid.")

    def _check_inventory(self, body: Node) -> None:
        if not self._books.preferences.inventory:
            raise not_available("inventory")
        for field, allowed in _INVENTORY_ACCOUNTS.items():
            if field not in body:
                raise Refused(3270, f"Missing posting account: an inventory item needs {field}.")
            self._books.account(body[field], allowed, "item")

    def _complete_account(self, element: Element) -> None:
        body = element.body
        if element.parent and self._books.account_type(element.parent) != body["AccountType"]:
            raise not_saved("account", "The account type of a subaccount must be the same as its parent's.")
        number = body.get("AccountNumber")
        if number:
            same = [a for a in self._store.elements("kind = 'Account'") if a.body.get("AccountNumber") == number]
            if any(account.list_id != element.list_id for account in same):
                raise not_saved("account", "The account number is already in use.")
        if cents(body.pop("OpenBalance", "")):
            raise not_available("opening balances")

    def _opening_stock(self, element: Element) -> None:
        """An item added with stock posts an adjustment against Opening Balance Equity."""
        on_hand = element.body.pop("QuantityOnHand", "")
        value, day = element.body.pop("TotalValue", ""), element.body.pop("InventoryDate", "")
        if not pieces(on_hand):
            return
        store = self._store
        day = day or store.today()
        self._books.check_open(day)
        worth = cents(value) if value else round(pieces(on_hand) * float(element.body.get("PurchaseCost", 0)) / 1000)
        txn = Txn(store.new_txn_id(), store.next_number("txn number", 0), "InventoryAdjustment", day, store.now(),
                  store.now(), {})  # fmt: skip
        equity = self._books.special("OpeningBalanceEquity")
        txn.body = {
            "AccountRef": self._books.element(equity).ref,
            "TxnDate": day,
            "Memo": "Opening balance",
            "InventoryAdjustmentLineRet": [
                {
                    "TxnLineID": store.new_txn_id(),
                    "ItemRef": element.ref,
                    "QuantityDifference": on_hand,
                    "ValueDifference": amount(worth),
                }
            ],
        }
        txn.debit(element.body["AssetAccountRef"]["ListID"], worth)
        txn.credit(equity, worth)
        txn.moves.append((element.list_id, pieces(on_hand), worth))
        store.save_txn(txn)
        store.save_element(element, SPACES[element.kind])


def _words(kind: str) -> str:
    """``ItemOtherCharge`` → ``item``: what QuickBooks' texts call a list."""
    if kind in _WORDS:
        return _WORDS[kind]
    return "item" if kind.startswith("Item") else kind.lower()
