"""Records as QuickBooks answers them: stamps, balances and links worked out at the moment of asking."""

from __future__ import annotations

from collections.abc import Callable, Collection
from decimal import Decimal

from infra.local.company.books import Books
from infra.local.company.money import UNIT, amount, pieces, price, quantity
from infra.local.company.reading import Node
from infra.local.company.shapes import LINES
from infra.local.company.store import Element, Txn
from infra.local.company.writing import returned

LINE_PARTS = (
    LINES,
    "ExpenseLineRet",
    "DepositLineRet",
    "CashBackInfoRet",
    "AppliedToTxnRet",
    "RefundAppliedToTxnRet",
    "InventoryAdjustmentLineRet",
)
_NOMINAL = ("Income", "Expense", "CostOfGoodsSold", "OtherIncome", "OtherExpense", "NonPosting")
_CREDIT_TYPES = (
    "AccountsPayable", "CreditCard", "OtherCurrentLiability", "LongTermLiability", "Equity", "Income", "OtherIncome",
)  # fmt: skip


class Presenter:
    def __init__(self, books: Books) -> None:
        self._books = books
        self._store = books.store
        self._living: dict[str, Callable[[Txn, Node], None]] = {
            "Invoice": self._invoice,
            "CreditMemo": self._credit_memo,
            "ReceivePayment": self._payment,
            "ARRefundCreditCard": self._refund,
            "PurchaseOrder": self._purchase_order,
            "SalesOrder": self._sales_order,
            "Bill": self._bill,
            "VendorCredit": self._vendor_credit,
        }

    # Lists

    def listed(self, element: Element, only: frozenset[str] = frozenset()) -> str:
        node: Node = {
            "ListID": element.list_id,
            "TimeCreated": self._store.moment(element.created),
            "TimeModified": self._store.moment(element.modified),
            "EditSequence": element.edit_sequence,
            "Name": element.name,
            "FullName": element.full_name,
            "IsActive": "true" if element.active else "false",
            "Sublevel": str(element.full_name.count(":")),
            **element.body,
        }
        _add_blocks(node)
        if element.parent:
            node["ParentRef"] = self._books.element(element.parent).ref

        def wants(*names: str) -> bool:
            return not only or not only.isdisjoint(names)

        if element.kind == "Account" and wants("Balance", "TotalBalance"):
            self._account_balance(element, node)
        elif element.kind in ("Customer", "Vendor") and wants("Balance", "TotalBalance"):
            self._name_balance(element, node)
        elif element.kind == "ItemInventory" and wants("QuantityOnHand", "AverageCost", "QuantityOnOrder"):
            self._on_hand(element, node)
        return returned(element.kind, node, only)

    def _account_balance(self, element: Element, node: Node) -> None:
        if element.body["AccountType"] in _NOMINAL:
            return
        total = self._store.one("SELECT sum(cents) FROM posting WHERE account = ?", (element.list_id,)) or 0
        if element.body["AccountType"] in _CREDIT_TYPES:
            total = -total
        node["Balance"] = node["TotalBalance"] = amount(total)

    def _name_balance(self, element: Element, node: Node) -> None:
        wanted, sign = ("AccountsReceivable", 1) if element.kind == "Customer" else ("AccountsPayable", -1)
        rows = self._store.rows(
            "SELECT account, sum(cents) FROM posting WHERE party = ? GROUP BY account", (element.list_id,)
        )
        total = sign * sum(value for account, value in rows if self._books.account_type(account) == wanted)
        node["Balance"] = amount(total)
        if element.kind == "Customer":
            node["TotalBalance"] = amount(total)

    def _on_hand(self, element: Element, node: Node) -> None:
        count, value = self._store.on_hand(element.list_id)
        node["QuantityOnHand"] = quantity(count)
        if count > 0:
            node["AverageCost"] = price(Decimal(value) * UNIT / count / 100)
        else:
            node["AverageCost"] = element.body.get("PurchaseCost", "0.00")
        node.setdefault("QuantityOnOrder", "0")
        node.setdefault("QuantityOnSalesOrder", "0")

    # Transactions

    def posted(self, txn: Txn, only: Collection[str] = (), with_lines: bool = True, with_links: bool = True) -> str:
        node: Node = {
            "TxnID": txn.txn_id,
            "TimeCreated": self._store.moment(txn.created),
            "TimeModified": self._store.moment(txn.modified),
            "EditSequence": txn.edit_sequence,
            "TxnNumber": str(txn.number),
            **txn.body,
        }
        _add_blocks(node)
        if txn.kind in self._living:
            self._living[txn.kind](txn, node)
        if with_links:
            links = self._links(txn)
            if links:
                node["LinkedTxn"] = links
        if not with_lines:
            for part in LINE_PARTS:
                node.pop(part, None)
        return returned(txn.kind, node, only)

    def used(self, txn_id: str) -> int:
        """Cents of this credit that are used up."""
        return self._store.one("SELECT sum(cents) FROM settlement WHERE credit = ?", (txn_id,)) or 0

    def paid(self, txn_id: str) -> int:
        """Cents of this invoice or bill that are settled."""
        return self._store.one("SELECT sum(cents) FROM settlement WHERE debit = ?", (txn_id,)) or 0

    def _links(self, txn: Txn) -> list[Node]:
        rows = self._store.rows(
            "SELECT t.txn_id, t.kind, t.day, t.ref, -s.cents, 'AMTTYPE' FROM settlement s JOIN txn t "
            "ON t.txn_id = s.credit WHERE s.debit = ? AND s.credit <> ? "
            "UNION ALL SELECT t.txn_id, t.kind, t.day, t.ref, s.cents, 'AMTTYPE' FROM settlement s JOIN txn t "
            "ON t.txn_id = s.debit WHERE s.credit = ? AND s.debit <> ? "
            "UNION ALL SELECT t.txn_id, t.kind, t.day, t.ref, t.cents, 'QUANTYPE' FROM filled f JOIN txn t "
            "ON t.txn_id = f.ordered WHERE f.owner = ? GROUP BY t.txn_id "
            "UNION ALL SELECT t.txn_id, t.kind, t.day, t.ref, t.cents, 'QUANTYPE' FROM filled f JOIN txn t "
            "ON t.txn_id = f.owner WHERE f.ordered = ? GROUP BY t.txn_id",
            (txn.txn_id,) * 6,
        )
        return [_link(*row) for row in rows]

    def _invoice(self, txn: Txn, node: Node) -> None:
        paid = self.paid(txn.txn_id)
        node["AppliedAmount"] = amount(-paid)
        node["BalanceRemaining"] = amount(txn.cents - paid)
        node["IsPaid"] = "true" if txn.cents == paid else "false"

    def _credit_memo(self, txn: Txn, node: Node) -> None:
        node["CreditRemaining"] = amount(txn.cents - self.used(txn.txn_id))

    def _payment(self, txn: Txn, node: Node) -> None:
        unused = txn.cents - self.used(txn.txn_id)
        node["UnusedPayment"] = amount(unused)
        node["UnusedCredits"] = "0.00"
        for applied in node.get("AppliedToTxnRet", ()):
            target = self._store.txn(applied["TxnID"])
            if target is not None:
                applied["TxnType"], applied["TxnDate"] = target.kind, target.day
                if target.ref:
                    applied["RefNumber"] = target.ref
                applied["BalanceRemaining"] = amount(target.cents - self.paid(target.txn_id))

    def _refund(self, txn: Txn, node: Node) -> None:
        for applied in node.get("RefundAppliedToTxnRet", ()):
            source = self._store.txn(applied["TxnID"])
            if source is not None:
                applied["TxnType"], applied["TxnDate"] = source.kind, source.day
                if source.ref:
                    applied["RefNumber"] = source.ref
                applied["CreditRemaining"] = amount(source.cents - self.used(source.txn_id))

    def filled(self, txn_id: str) -> dict[str, int]:
        """Pieces received or invoiced of an order, by TxnLineID."""
        return dict(
            self._store.rows("SELECT line, sum(quantity) FROM filled WHERE ordered = ? GROUP BY line", (txn_id,))
        )

    def _purchase_order(self, txn: Txn, node: Node) -> None:
        done, full = self.filled(txn.txn_id), True
        for _, line in node[LINES]:
            got = done.get(line["TxnLineID"], 0)
            line["ReceivedQuantity"] = quantity(got)
            line["IsBilled"] = "false"
            line.setdefault("IsManuallyClosed", "false")
            full = full and (got >= pieces(line.get("Quantity", "1")) or line["IsManuallyClosed"] == "true")
        node.setdefault("IsManuallyClosed", "false")
        node["IsFullyReceived"] = "true" if full else "false"

    def _sales_order(self, txn: Txn, node: Node) -> None:
        done, full = self.filled(txn.txn_id), True
        for _, line in node[LINES]:
            got = done.get(line["TxnLineID"], 0)
            line["Invoiced"] = quantity(got)
            full = full and got >= pieces(line.get("Quantity", "1"))
        node.setdefault("IsManuallyClosed", "false")
        node["IsFullyInvoiced"] = "true" if full else "false"

    def _bill(self, txn: Txn, node: Node) -> None:
        paid = self.paid(txn.txn_id)
        node["IsPaid"] = "true" if paid == txn.cents else "false"
        node["OpenAmount"] = amount(txn.cents - paid)

    def _vendor_credit(self, txn: Txn, node: Node) -> None:
        node["OpenAmount"] = amount(txn.cents - self.used(txn.txn_id))


def _add_blocks(node: Node) -> None:
    """Beside each address QuickBooks answers the block of lines it prints of it."""
    for name in [name for name in node if name.endswith("Address")]:
        address = node[name]
        lines = [address[f"Addr{n}"] for n in range(1, 6) if f"Addr{n}" in address]
        town = " ".join(address[part] for part in ("State", "PostalCode") if part in address)
        lines.append(", ".join(part for part in (address.get("City", ""), town) if part))
        lines.append(address.get("Country", ""))
        printed = [line[:41] for line in lines if line][:5]
        if printed:
            node[f"{name}Block"] = {f"Addr{n}": line for n, line in enumerate(printed, 1)}


def _link(txn_id: str, kind: str, day: str, ref: str, value: int, link_type: str) -> Node:
    node: Node = {"TxnID": txn_id, "TxnType": kind, "TxnDate": day}
    if ref:
        node["RefNumber"] = ref
    return {**node, "LinkType": link_type, "Amount": amount(value)}
