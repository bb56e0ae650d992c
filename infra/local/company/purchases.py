"""Purchase orders, item receipts, bills, vendor credits, and the expense and item lines they share with checks."""

from __future__ import annotations

from decimal import Decimal

from infra.local.company.books import SALES_TAX_PAYABLE, Books
from infra.local.company.errors import Refused, missing, no_such_object, not_saved
from infra.local.company.money import amount, cents, pieces, price, quantity, rounded
from infra.local.company.presenting import Presenter
from infra.local.company.reading import Node
from infra.local.company.shapes import LINES
from infra.local.company.stock import Stock
from infra.local.company.store import Element, Txn

_TOTALS = {"Bill": "AmountDue", "ItemReceipt": "TotalAmount", "VendorCredit": "CreditAmount"}
_WORDS = {"ItemReceipt": "Item Receipt", "VendorCredit": "Vendor Credit", "PurchaseOrder": "Purchase Order"}


class Purchases:
    def __init__(self, books: Books, stock: Stock, presenter: Presenter) -> None:
        self._books = books
        self._stock = stock
        self._presenter = presenter

    def purchase_order(self, txn: Txn) -> None:
        """Non-posting: what is on order."""
        for _, line in txn.body[LINES]:
            item = self._books.of(line.get("ItemRef"))
            if item is None:
                if cents(line.get("Amount", "")):
                    raise missing("ItemRef")
                continue
            line.setdefault("Quantity", "1")
            value = self._line_amount(item, line, "Rate")
            txn.cents += value
        txn.body["TotalAmount"] = amount(txn.cents)

    def received(self, txn: Txn) -> None:
        """A bill or item receipt: goods and expenses against accounts payable."""
        self._take_ordered(txn)
        payable = self._payable(txn.body)
        self.lines(txn, 1)
        self._finish(txn)
        txn.credit(payable, txn.cents, None, None, txn.party)

    def vendor_credit(self, txn: Txn) -> None:
        payable = self._payable(txn.body)
        self.lines(txn, -1)
        self._finish(txn)
        txn.debit(payable, txn.cents, None, None, txn.party)

    def _finish(self, txn: Txn) -> None:
        if txn.cents < 0:
            raise not_saved(_WORDS.get(txn.kind, txn.kind), "Transaction amount must be positive.")
        if not txn.body.get(LINES) and not txn.body.get("ExpenseLineRet"):
            raise not_saved(_WORDS.get(txn.kind, txn.kind), "You cannot save an empty transaction.")
        txn.body[_TOTALS[txn.kind]] = amount(txn.cents)

    def _payable(self, body: Node) -> str:
        if "APAccountRef" in body:
            return self._books.account(body["APAccountRef"], ("AccountsPayable",), "transaction")
        account = self._books.first_of_type("AccountsPayable")
        body["APAccountRef"] = self._books.element(account).ref
        return account

    def lines(self, txn: Txn, sign: int) -> None:
        """Expense and item lines; ``sign`` 1 bought, -1 given back. Adds them to the transaction's total."""
        for line in txn.body.get("ExpenseLineRet", ()):
            self._expense(txn, line, sign)
        for _, line in txn.body.get(LINES, ()):
            item = self._books.of(line.get("ItemRef"))
            if item is None:
                if cents(line.get("Amount", "")):
                    raise missing("ItemRef")
                continue
            line.setdefault("Quantity", "1")
            value = self._line_amount(item, line, "Cost")
            txn.cents += value
            self._item(txn, item, line, value, sign)

    def _expense(self, txn: Txn, line: Node, sign: int) -> None:
        value = cents(line.setdefault("Amount", "0.00"))
        if "AccountRef" not in line:
            raise missing("AccountRef")
        account = line["AccountRef"]["ListID"]
        party = line.get("CustomerRef", {}).get("ListID") or txn.party
        if self._books.element(account).body.get("SpecialAccountType") == SALES_TAX_PAYABLE and (
            party is None or self._books.element(party).kind != "Vendor"
        ):
            raise not_saved(_WORDS.get(txn.kind, txn.kind), "Sales tax detail line must have a vendor.")
        if self._books.account_type(account) == "AccountsReceivable" and party is None:
            raise not_saved(_WORDS.get(txn.kind, txn.kind), "A line on Accounts Receivable must have a customer.")
        klass = line.get("ClassRef", {}).get("ListID")
        txn.debit(account, sign * value, line["TxnLineID"], klass, party)
        txn.cents += value

    def _line_amount(self, item: Element, line: Node, rate_field: str) -> int:
        """Quantity × cost, unless an amount is sent."""
        count = Decimal(line["Quantity"])
        if "Amount" in line:
            value = cents(line["Amount"])
            if count:
                line[rate_field] = price(Decimal(value) / 100 / count)
        else:
            rate = Decimal(line.get(rate_field) or _cost(item))
            line[rate_field] = price(rate)
            value = rounded(rate * count)
        line["Amount"] = amount(value)
        return value

    def _item(self, txn: Txn, item: Element, line: Node, value: int, sign: int) -> None:
        klass = line.get("ClassRef", {}).get("ListID")
        count = pieces(line["Quantity"])
        if item.kind == "ItemInventory":
            self._inventory(txn, item, line, count, value, sign)
            return
        ref = line.get("OverrideItemAccountRef") or _expense_account(item)
        if ref is None:
            raise Refused(3270, f'Missing posting account: item "{item.full_name}" has no expense account.')
        txn.debit(ref["ListID"], sign * value, line["TxnLineID"], klass)

    def _inventory(self, txn: Txn, item: Element, line: Node, count: int, value: int, sign: int) -> None:
        if self._books.preferences.enhanced_receiving and txn.kind == "Bill":
            # With enhanced inventory receiving goods come in by item receipts; a bill only moves money.
            txn.debit(item.body["AssetAccountRef"]["ListID"], sign * value, line["TxnLineID"])
        elif sign * count >= 0:
            self._stock.receive(txn, item, count, value, line["TxnLineID"])
        else:
            self._stock.give_back(txn, item, abs(count), abs(value), line["TxnLineID"])

    # Orders

    def _take_ordered(self, txn: Txn) -> None:
        """LinkToTxnID takes what is still to come of a purchase order; LinkToTxn takes one line of it."""
        whole = txn.body.pop("LinkToTxnID", [])
        links = [line.pop("LinkToTxn", None) for _, line in txn.body[LINES]]
        if len(set(whole)) < len(whole):
            raise Refused(3177, "An object can't be linked to twice.")
        if {link["TxnID"] for link in links if link} & set(whole):
            raise Refused(3000, "LinkToTxn and LinkToTxnID can't name the same transaction.")
        for link, (_, line) in zip(links, txn.body[LINES], strict=True):
            if link:
                self._link_line(txn, link, line)
        for order_id in whole:
            self._link_order(txn, order_id)

    def _link_line(self, txn: Txn, link: Node, line: Node) -> None:
        order = self._order(link["TxnID"], txn)
        ordered = [each for _, each in order.body[LINES] if each["TxnLineID"] == link["TxnLineID"]]
        if not ordered:
            raise no_such_object(link["TxnLineID"])
        if "ItemRef" in line:
            raise Refused(3153, "A linked line can't have an ItemRef.")
        left = pieces(ordered[0]["Quantity"]) - self._presenter.filled(order.txn_id).get(link["TxnLineID"], 0)
        count = pieces(line["Quantity"]) if "Quantity" in line else left
        line["ItemRef"], line["Quantity"] = ordered[0]["ItemRef"], quantity(count)
        if "Cost" not in line and "Amount" not in line:
            line["Cost"] = ordered[0]["Rate"]
        txn.filled.append((order.txn_id, link["TxnLineID"], count))

    def _link_order(self, txn: Txn, order_id: str) -> None:
        order = self._order(order_id, txn)
        done = self._presenter.filled(order_id)
        for _, ordered in order.body[LINES]:
            left = pieces(ordered.get("Quantity", "0")) - done.get(ordered["TxnLineID"], 0)
            if left <= 0 or "ItemRef" not in ordered or ordered.get("IsManuallyClosed") == "true":
                continue
            line = {
                "TxnLineID": self._books.store.new_txn_id(),
                **{name: ordered[name] for name in ("ItemRef", "Desc", "ClassRef", "CustomerRef") if name in ordered},
                "Quantity": quantity(left),
                "Cost": ordered["Rate"],
            }
            txn.body[LINES].append(("ItemLineRet", line))
            txn.filled.append((order.txn_id, ordered["TxnLineID"], left))

    def _order(self, txn_id: str, txn: Txn) -> Txn:
        order = self._books.store.txn(txn_id)
        if order is None or order.kind != "PurchaseOrder" or order.party != txn.party:
            raise no_such_object(txn_id)
        return order


def _cost(item: Element) -> str:
    body = item.body
    both = body.get("SalesAndPurchase") or {}
    side = body.get("SalesOrPurchase") or {}
    return body.get("PurchaseCost") or both.get("PurchaseCost") or side.get("Price") or "0"


def _expense_account(item: Element) -> Node | None:
    body = item.body
    both = body.get("SalesAndPurchase") or {}
    side = body.get("SalesOrPurchase") or {}
    return both.get("ExpenseAccountRef") or side.get("AccountRef") or body.get("AccountRef")
