"""Transactions from request to books: adding, changing, voiding, deleting. Every one posts in balanced double entry."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from infra.local.company.books import Books
from infra.local.company.errors import Refused, no_such_object, not_available, stale
from infra.local.company.journal import Journal
from infra.local.company.payments import Payments
from infra.local.company.presenting import LINE_PARTS, Presenter
from infra.local.company.purchases import Purchases
from infra.local.company.reading import Node
from infra.local.company.sales import Sales
from infra.local.company.shapes import LINES, MACRO
from infra.local.company.stock import Stock
from infra.local.company.store import Txn

_PARTS = {
    "ExpenseLineAdd": "ExpenseLineRet",
    "DepositLineAdd": "DepositLineRet",
    "DepositLineMod": "DepositLineRet",
    "CashBackInfoAdd": "CashBackInfoRet",
    "CashBackInfoMod": "CashBackInfoRet",
    "AppliedToTxnAdd": "AppliedToTxnRet",
    "AppliedToTxnMod": "AppliedToTxnRet",
    "RefundAppliedToTxnAdd": "RefundAppliedToTxnRet",
    "InventoryAdjustmentLineAdd": "InventoryAdjustmentLineRet",
}
_UNNUMBERED = ("AppliedToTxnRet", "RefundAppliedToTxnRet")
_PARTY_FIELDS = ("CustomerRef", "VendorRef")
_NEW_LINE = "-1"
_WORKED_OUT = ("Subtotal", "SalesTaxTotal", "SalesTaxPercentage", "TotalAmount", "AmountDue", "CreditAmount",
               "DepositTotal")  # fmt: skip


class Forms:
    def __init__(self, books: Books, presenter: Presenter) -> None:
        self._books = books
        self._store = books.store
        self._presenter = presenter
        self.stock = Stock(books)
        sales = Sales(books, self.stock, presenter)
        purchases = Purchases(books, self.stock, presenter)
        payments = Payments(books, sales, purchases, presenter)
        journal = Journal(books, self.stock)
        self._posters: dict[str, Callable[[Txn], None]] = {
            "SalesReceipt": sales.sales_receipt,
            "Invoice": sales.invoice,
            "CreditMemo": sales.credit_memo,
            "SalesOrder": sales.sales_order,
            "ReceivePayment": payments.receive_payment,
            "ARRefundCreditCard": payments.refund,
            "Check": payments.check,
            "Deposit": payments.deposit,
            "Transfer": payments.transfer,
            "JournalEntry": journal.entry,
            "InventoryAdjustment": journal.inventory_adjustment,
            "PurchaseOrder": purchases.purchase_order,
            "Bill": purchases.received,
            "ItemReceipt": purchases.received,
            "VendorCredit": purchases.vendor_credit,
        }
        self.kinds = tuple(self._posters)

    def add(self, kind: str, node: Node, macros: Mapping[str, str]) -> Txn:
        """Saves a new transaction. Raises Refused; ``macros`` gives the TxnIDs earlier requests of the set named."""
        wanted = self._books.resolve(node, kind, macros=macros)
        day = wanted.setdefault("TxnDate", self._last_day(kind))
        self._books.check_open(day)
        now = self._store.now()
        txn = Txn(self._store.new_txn_id(), self._store.next_number("txn number", 0), kind, day, now, now, {})
        txn.body = self._body(kind, wanted)
        self._post(txn)
        return txn

    def mod(self, kind: str, node: Node, macros: Mapping[str, str]) -> Txn:
        """Changes a transaction: a Mod that names lines replaces all of them, one that names none keeps them."""
        wanted = self._books.resolve(node, kind, macros=macros)
        txn = self._found(kind, wanted["TxnID"])
        if node["EditSequence"] != txn.edit_sequence:
            raise stale(node["EditSequence"], self._presenter.posted(txn))
        if self._store.one("SELECT 1 FROM banked WHERE payment = ?", (txn.txn_id,)):
            raise Refused(
                3170,
                "There was an error when modifying a transaction. QuickBooks error message: You need to delete this "
                "transaction from the deposit before you can edit its name or amount.",
            )
        day = wanted.get("TxnDate", txn.day)
        self._books.check_open(day, txn.day)
        self._merge(txn, kind, wanted, cleared=[name for name, value in node.items() if value == ""])
        kept = self._kept_links(txn)
        self._store.clear_effects(txn.txn_id)
        fresh = Txn(txn.txn_id, txn.number, kind, day, txn.created, max(self._store.now(), txn.modified), txn.body)
        fresh.filled, credits_used = kept
        self._post(fresh, credits_used)
        return fresh

    def _kept_links(self, txn: Txn) -> tuple[list[tuple[str, str, int]], list[tuple[str, str, int]]]:
        """What a change of the form leaves as it was: the orders it fills, the credits an invoice has used."""
        lines = {line["TxnLineID"] for _, line in txn.body.get(LINES, ())}
        filled = self._store.rows("SELECT ordered, line, quantity FROM filled WHERE owner = ?", (txn.txn_id,))
        used = self._store.rows("SELECT credit, debit, cents FROM settlement WHERE owner = ?", (txn.txn_id,))
        return filled if lines else [], used if txn.kind == "Invoice" else []

    def void(self, kind: str, txn_id: str) -> Txn:
        """Every amount becomes 0.00; the transaction stays."""
        txn = self._removable(kind, txn_id)
        self._store.clear_effects(txn_id)
        for part in LINE_PARTS:
            members = txn.body.get(part, [])
            for member in members if isinstance(members, list) else [members]:
                line = member[1] if isinstance(member, (tuple, list)) else member
                for name in ("Amount", "Rate", "Cost", "ValueDifference", "RefundAmount"):
                    if name in line:
                        line[name] = "0.00"
                for name in ("Quantity", "QuantityDifference"):
                    if name in line:
                        line[name] = "0"
        for name in (*_WORKED_OUT, "Amount"):
            if name in txn.body:
                txn.body[name] = "0.00"
        txn.body["Memo"] = f"VOID: {txn.body.get('Memo', '')}".strip()
        now = max(self._store.now(), txn.modified)
        gone = Txn(txn_id, txn.number, kind, txn.day, txn.created, now, txn.body, 0, txn.party)
        self._store.save_txn(gone)
        return gone

    def delete(self, kind: str, txn_id: str) -> Txn:
        txn = self._removable(kind, txn_id)
        self._store.clear_effects(txn_id)
        db = self._store.db
        db.execute("DELETE FROM settlement WHERE credit = ? OR debit = ?", (txn_id, txn_id))
        db.execute("DELETE FROM filled WHERE ordered = ?", (txn_id,))
        db.execute("DELETE FROM txn WHERE txn_id = ?", (txn_id,))
        db.execute(
            "INSERT INTO gone VALUES (?, 'txn', ?, ?, ?, ?)", (txn_id, kind, txn.ref, txn.created, self._store.now())
        )
        return txn

    def _found(self, kind: str, txn_id: str) -> Txn:
        txn = self._store.txn(txn_id)
        if txn is None or txn.kind != kind:
            raise no_such_object(txn_id)
        return txn

    def _removable(self, kind: str, txn_id: str) -> Txn:
        txn = self._found(kind, txn_id)
        self._books.check_open(txn.day)
        if self._store.one("SELECT 1 FROM banked WHERE payment = ?", (txn_id,)):
            raise Refused(3160, f'Cannot delete the object specified by the id = "{txn_id}". It is in a deposit.')
        if kind == "CreditMemo" and self._presenter.used(txn_id):
            raise Refused(3160, f'Cannot delete the object specified by the id = "{txn_id}". Its credit is in use.')
        return txn

    def _last_day(self, kind: str) -> str:
        """Without a date QuickBooks takes that of the last saved transaction of the type."""
        last = self._store.one("SELECT day FROM txn WHERE kind = ? ORDER BY number DESC LIMIT 1", (kind,))
        return last or self._store.today()

    def _body(self, kind: str, wanted: Node) -> Node:
        body: Node = {}
        for name, value in wanted.items():
            if name == LINES:
                body[LINES] = [(_line_tag(kind, tag), self._numbered(line)) for tag, line in value]
            elif name in _PARTS:
                part = _PARTS[name]
                body[part] = self._part(part, value)
            elif name != MACRO:
                body[name] = value
        return body

    def _part(self, part: str, value: Any) -> Any:
        if isinstance(value, dict):
            return self._numbered(value)
        return value if part in _UNNUMBERED else [self._numbered(line) for line in value]

    def _numbered(self, line: Node) -> Node:
        rest = {k: v for k, v in line.items() if k not in (MACRO, "TxnLineID", "DataExt")}
        return {"TxnLineID": self._store.new_txn_id(), **rest}

    def _merge(self, txn: Txn, kind: str, wanted: Node, cleared: list[str]) -> None:
        for name, value in wanted.items():
            if name == LINES:
                if value:
                    txn.body[LINES] = self._merged_lines(txn, kind, value)
            elif name == "JournalLineMod":
                txn.body[LINES] = self._merged_journal(txn, value)
            elif name in _PARTS:
                txn.body[_PARTS[name]] = self._merged_part(txn, _PARTS[name], value)
            elif name not in ("TxnID", "EditSequence"):
                txn.body[name] = value
        for name in cleared:
            txn.body.pop(name, None)

    def _merged_lines(self, txn: Txn, kind: str, wanted: list[tuple[str, Node]]) -> list[tuple[str, Node]]:
        old = {line["TxnLineID"]: (tag, line) for tag, line in txn.body.get(LINES, ())}
        merged = []
        for tag, line in wanted:
            if line["TxnLineID"] == _NEW_LINE:
                merged.append((_line_tag(kind, tag), self._numbered(line)))
            elif line["TxnLineID"] in old:
                was_tag, was = old[line["TxnLineID"]]
                merged.append((was_tag, _merged_line(was, line)))
            else:
                raise no_such_object(line["TxnLineID"])
        return merged

    def _merged_journal(self, txn: Txn, wanted: list[Node]) -> list[tuple[str, Node]]:
        old = {line["TxnLineID"]: (tag, line) for tag, line in txn.body.get(LINES, ())}
        merged = []
        for line in wanted:
            side = line.pop("JournalLineType", None)
            if line["TxnLineID"] == _NEW_LINE:
                merged.append((f"Journal{side or 'Debit'}Line", self._numbered(line)))
            elif line["TxnLineID"] in old:
                tag, was = old[line["TxnLineID"]]
                merged.append((f"Journal{side}Line" if side else tag, {**was, **line}))
            else:
                raise no_such_object(line["TxnLineID"])
        return merged

    def _merged_part(self, txn: Txn, part: str, wanted: Any) -> Any:
        if isinstance(wanted, dict):
            return {**self._numbered({}), **txn.body.get(part, {}), **wanted}
        if part in _UNNUMBERED:
            return wanted
        old = {line["TxnLineID"]: line for line in txn.body.get(part, ())}
        merged = []
        for line in wanted:
            if line["TxnLineID"] == _NEW_LINE:
                merged.append(self._numbered(line))
            elif line["TxnLineID"] in old:
                merged.append({**old[line["TxnLineID"]], **line})
            else:
                raise no_such_object(line["TxnLineID"])
        return merged

    def _set_currency(self, txn: Txn) -> None:
        """Under multi-currency every transaction is in its name's currency; only the home currency is kept here."""
        home = self._books.default("currency")
        if not self._books.preferences.multi_currency or home is None:
            return
        name = self._books.element(txn.party) if txn.party else None
        currency = (name and name.body.get("CurrencyRef")) or txn.body.get("CurrencyRef") or home
        if currency != home:
            raise not_available(f"transactions in {currency['FullName']}")
        txn.body["CurrencyRef"] = home
        txn.body["ExchangeRate"] = "1"

    def _post(self, txn: Txn, credits_used: Sequence[tuple[str, str, int]] = ()) -> None:
        if any(tag.endswith("GroupRet") for tag, _ in txn.body.get(LINES, ()) or ()):
            raise not_available("group items")
        for field in _PARTY_FIELDS:
            if field in txn.body:
                txn.party = txn.body[field]["ListID"]
        txn.body["TxnDate"] = txn.day
        self._set_currency(txn)
        self._posters[txn.kind](txn)
        txn.settled.extend(credits_used)
        off = sum(posting[2] for posting in txn.postings)
        if off:
            raise AssertionError(f"{txn.kind} is out of balance by {off} cents")
        self._store.save_txn(txn)


def _line_tag(kind: str, tag: str) -> str:
    if tag.startswith("Journal"):
        return tag
    return tag.removesuffix("Add").removesuffix("Mod") + "Ret"


def _merged_line(was: Node, line: Node) -> Node:
    """A changed quantity or rate makes the old amount worthless, a changed amount the old rate."""
    merged = {**was, **line}
    if "Amount" not in line and ("Quantity" in line or "Rate" in line or "RatePercent" in line):
        merged.pop("Amount", None)
    elif "Amount" in line and "Rate" not in line:
        merged.pop("Rate", None)
    return merged
