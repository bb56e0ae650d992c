"""Sales receipts, invoices, credit memos and sales orders: lines, tax, totals, and where each amount is posted."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from infra.local.company.books import SALES_TAX_PAYABLE, Books
from infra.local.company.errors import Refused, bad_value, missing, no_such_object, not_available, not_saved
from infra.local.company.money import amount, cents, pieces, price, quantity, rounded
from infra.local.company.presenting import Presenter
from infra.local.company.reading import Node
from infra.local.company.shapes import LINES
from infra.local.company.stock import Stock
from infra.local.company.store import Element, Txn

BANKING = ("Bank", "OtherCurrentAsset")
"""The types of account that money can be put into or taken from."""
_NO_QUANTITY = ("ItemDiscount", "ItemSubtotal", "ItemPayment", "ItemSalesTax")
_WORDS = {"SalesReceipt": "Sales Receipt", "CreditMemo": "Credit Memo", "SalesOrder": "Sales Order"}


@dataclass(slots=True)
class _Sums:
    """While a form's lines are worked out. All in cents, signed as on the form."""

    subtotal: int = 0
    since_subtotal: int = 0
    taxable: int = 0
    previous: int = 0
    previous_taxable: bool = False


class Sales:
    def __init__(self, books: Books, stock: Stock, presenter: Presenter) -> None:
        self._books = books
        self._stock = stock
        self._presenter = presenter

    def sales_receipt(self, txn: Txn) -> None:
        body = txn.body
        account = (
            self._books.account(body["DepositToAccountRef"], BANKING, "SalesReceipt")
            if "DepositToAccountRef" in body
            else self._books.special("UndepositedFunds")
        )
        body["DepositToAccountRef"] = self._books.element(account).ref
        self._work_out(txn, sign=1)
        txn.debit(account, txn.cents, None, _class(body))
        body["TotalAmount"] = amount(txn.cents)

    def invoice(self, txn: Txn) -> None:
        self._take_ordered(txn)
        receivable = self._receivable(txn.body)
        self._work_out(txn, sign=1)
        txn.debit(receivable, txn.cents, None, _class(txn.body), txn.party)
        for credit in txn.body.pop("SetCredit", ()):
            self.use_credit(txn, credit, txn.txn_id, txn.cents)

    def credit_memo(self, txn: Txn) -> None:
        receivable = self._receivable(txn.body)
        self._work_out(txn, sign=-1)
        txn.credit(receivable, txn.cents, None, _class(txn.body), txn.party)
        txn.body["TotalAmount"] = amount(txn.cents)

    def sales_order(self, txn: Txn) -> None:
        """Non-posting; Pro has none."""
        if self._books.preferences.edition == "Pro":
            raise not_available("sales orders")
        self._work_out(txn, sign=0)
        txn.body["TotalAmount"] = amount(txn.cents)

    def use_credit(self, txn: Txn, credit: Node, debit: str, most: int) -> int:
        """Uses up part of a credit memo or payment for ``debit``; gives the cents used."""
        source = self._books.store.txn(credit["CreditTxnID"])
        if source is None or source.kind not in ("CreditMemo", "ReceivePayment"):
            raise no_such_object(credit["CreditTxnID"])
        used = cents(credit["AppliedAmount"])
        left = source.cents - self._presenter.used(source.txn_id)
        if used > min(left, most) or used < 0 or source.party != txn.party:
            raise bad_value("SetCredit AppliedAmount", credit["AppliedAmount"], "It is more than the credit left.")
        txn.settled.append((source.txn_id, debit, used))
        return used

    def _receivable(self, body: Node) -> str:
        if "ARAccountRef" in body:
            account = self._books.account(body["ARAccountRef"], ("AccountsReceivable",), "transaction")
        else:
            account = self._books.first_of_type("AccountsReceivable")
        body["ARAccountRef"] = self._books.element(account).ref
        return account

    def _take_ordered(self, txn: Txn) -> None:
        """LinkToTxnID and LinkToTxn: lines of sales orders become lines of the invoice."""
        for order_id in txn.body.pop("LinkToTxnID", ()):
            order = self._order(order_id, txn)
            done = self._presenter.filled(order_id)
            for _, line in order.body[LINES]:
                left = pieces(line.get("Quantity", "1")) - done.get(line["TxnLineID"], 0)
                if left > 0:
                    txn.body[LINES].append(("InvoiceLineRet", self._ordered_line(txn, order, line, left)))
        for _, line in txn.body[LINES]:
            link = line.pop("LinkToTxn", None)
            if link:
                order = self._order(link["TxnID"], txn)
                wanted = [each for _, each in order.body[LINES] if each["TxnLineID"] == link["TxnLineID"]]
                if not wanted:
                    raise no_such_object(link["TxnLineID"])
                if "ItemRef" in line:
                    raise Refused(3153, "A linked line can't have an ItemRef.")
                left = pieces(line.get("Quantity", wanted[0].get("Quantity", "1")))
                line.update({**self._ordered_line(txn, order, wanted[0], left), "TxnLineID": line["TxnLineID"]})

    def _order(self, txn_id: str, txn: Txn) -> Txn:
        order = self._books.store.txn(txn_id)
        if order is None or order.kind != "SalesOrder" or order.party != txn.party:
            raise no_such_object(txn_id)
        return order

    def _ordered_line(self, txn: Txn, order: Txn, line: Node, left: int) -> Node:
        txn.filled.append((order.txn_id, line["TxnLineID"], left))
        new = {k: v for k, v in line.items() if k not in ("Amount", "Invoiced", "IsManuallyClosed")}
        new["TxnLineID"] = self._books.store.new_txn_id()
        new["Quantity"] = quantity(left)
        if left == pieces(line.get("Quantity", "1")):
            new["Amount"] = line["Amount"]
        return new

    # Lines

    def _work_out(self, txn: Txn, sign: int) -> None:
        """Amounts, tax and total; posts the lines with ``sign`` 1 as sold, -1 as given back, 0 not at all."""
        body, sums = txn.body, _Sums()
        for _, line in body.get(LINES, ()):
            self._line(txn, line, sums, sign)
        tax = self._tax(txn, sums, sign)
        body["Subtotal"] = amount(sums.subtotal)
        txn.cents = sums.subtotal + tax
        if txn.cents < 0:
            raise not_saved(_WORDS.get(txn.kind, txn.kind), "Transaction amount must be positive.")

    def _line(self, txn: Txn, line: Node, sums: _Sums, sign: int) -> None:
        if "ClassRef" not in line and "ClassRef" in txn.body:
            line["ClassRef"] = txn.body["ClassRef"]
        item = self._books.of(line.get("ItemRef"))
        if item is None:
            if cents(line.get("Amount", "")):
                raise missing("ItemRef")
            return
        if item.kind in _NO_QUANTITY and "Quantity" in line:
            raise not_saved(_WORDS.get(txn.kind, txn.kind), f"A {item.kind} line can't have a quantity.")
        if item.kind == "ItemSubtotal":
            line["Amount"], sums.previous, sums.since_subtotal = amount(sums.since_subtotal), sums.since_subtotal, 0
            return
        value = self._amount(item, line, sums)
        taxable = self._taxable(item, line, sums)
        sums.subtotal += value
        sums.since_subtotal += value
        sums.previous, sums.previous_taxable = value, taxable
        if taxable:
            sums.taxable += value
        if sign:
            self._post(txn, item, line, value, sign)

    def _amount(self, item: Element, line: Node, sums: _Sums) -> int:
        """The line's amount in cents; an amount that is sent wins, a rate sent beside it is ignored."""
        count = Decimal(line["Quantity"]) if "Quantity" in line else None
        if "Amount" in line:
            value = cents(line["Amount"])
            line.pop("RatePercent", None)
            if count:
                line["Rate"] = price(Decimal(value) / 100 / count)
            else:
                line.pop("Rate", None)
            if item.kind in ("ItemDiscount", "ItemPayment"):
                value = -abs(value)
        elif item.kind == "ItemDiscount":
            value = self._discount(item, line, sums)
        elif item.kind == "ItemSalesTax":
            rate = Decimal(item.body["TaxRate"])
            value = rounded(rate * sums.taxable / 10_000)
            line["RatePercent"] = item.body["TaxRate"]
        else:
            rate = Decimal(line.get("Rate") or _list_price(item))
            line["Rate"] = price(rate)
            value = rounded(rate * (Decimal(1) if count is None else count))
        line["Amount"] = amount(value)
        return value

    def _discount(self, item: Element, line: Node, sums: _Sums) -> int:
        percent = line.get("RatePercent") or item.body.get("DiscountRatePercent")
        if percent:
            line["RatePercent"] = percent
            return -rounded(Decimal(percent) * sums.previous / 10_000)
        line["Rate"] = line.get("Rate") or item.body.get("DiscountRate", "0.00")
        return -abs(rounded(Decimal(line["Rate"])))

    def _taxable(self, item: Element, line: Node, sums: _Sums) -> bool:
        """Whether the line is taxed. Without a code QuickBooks takes the item's, and Non where there is none."""
        if not self._books.preferences.sales_tax or item.kind in ("ItemSalesTax", "ItemSalesTaxGroup", "ItemPayment"):
            return False
        code = line.get("SalesTaxCodeRef") or item.body.get("SalesTaxCodeRef") or self._books.default("non_taxable")
        if code is None:
            return False
        line["SalesTaxCodeRef"] = code
        return self._books.element(code["ListID"]).body.get("IsTaxable") in ("true", "1")

    def _post(self, txn: Txn, item: Element, line: Node, value: int, sign: int) -> None:
        klass = line.get("ClassRef", {}).get("ListID")
        account, party = self._account(txn, item, line), None
        if item.kind == "ItemSalesTax":
            vendor = item.body.get("TaxVendorRef")
            if vendor is None:
                raise not_saved(_WORDS.get(txn.kind, txn.kind), "Sales tax detail line must have a vendor.")
            party = vendor["ListID"]
        txn.credit(account, sign * value, line["TxnLineID"], klass, party)
        if item.kind == "ItemInventory":
            self._stock.issue(txn, item, sign * pieces(line.get("Quantity", "1")), klass)

    def _account(self, txn: Txn, item: Element, line: Node) -> str:
        if item.kind == "ItemSalesTax":
            return self._books.special(SALES_TAX_PAYABLE)
        if item.kind == "ItemPayment":
            into = item.body.get("DepositToAccountRef")
            return str(into["ListID"]) if into else self._books.special("UndepositedFunds")
        if "OverrideItemAccountRef" in line:
            account = str(line["OverrideItemAccountRef"]["ListID"])
            if self._books.element(account).body.get("SpecialAccountType") == SALES_TAX_PAYABLE:
                raise not_saved(_WORDS.get(txn.kind, txn.kind), "Sales tax detail line must have a vendor.")
            if self._books.account_type(account) in ("AccountsReceivable", "AccountsPayable", "NonPosting"):
                raise not_saved(_WORDS.get(txn.kind, txn.kind), "The posting account is invalid.")
            return account
        body = item.body
        ref = (
            body.get("IncomeAccountRef")
            or body.get("AccountRef")
            or body.get("SalesOrPurchase", {}).get("AccountRef")
            or body.get("SalesAndPurchase", {}).get("IncomeAccountRef")
        )
        if ref is None:
            raise Refused(3270, f'Missing posting account: item "{item.full_name}" has no account.')
        return str(ref["ListID"])

    # Tax of the whole form

    def _tax(self, txn: Txn, sums: _Sums, sign: int) -> int:
        body = txn.body
        if not self._books.preferences.sales_tax:
            return 0
        customer = self._books.of(body.get("CustomerRef"))
        chosen = body.get("ItemSalesTaxRef") or (customer and customer.body.get("ItemSalesTaxRef"))
        chosen = chosen or self._books.default("tax_item")
        code = body.get("CustomerSalesTaxCodeRef") or (customer and customer.body.get("SalesTaxCodeRef"))
        code = code or self._books.default("taxable")
        if chosen is None or code is None:
            return 0
        body["ItemSalesTaxRef"], body["CustomerSalesTaxCodeRef"] = chosen, code
        taxed = self._books.element(code["ListID"]).body.get("IsTaxable") in ("true", "1")
        tax, percentage = 0, Decimal(0)
        for item in self._members(self._books.element(chosen["ListID"])):
            rate = Decimal(item.body.get("TaxRate", "0"))
            percentage += rate
            part = rounded(rate * sums.taxable / 10_000) if taxed else 0
            tax += part
            if part and sign:
                vendor = item.body.get("TaxVendorRef", {}).get("ListID")
                txn.credit(self._books.special(SALES_TAX_PAYABLE), sign * part, None, None, vendor)
        body["SalesTaxPercentage"] = price(percentage)
        body["SalesTaxTotal"] = amount(tax)
        return tax

    def _members(self, item: Element) -> list[Element]:
        """The single tax items of a tax item or group; each is rounded by itself."""
        if item.kind == "ItemSalesTax":
            return [item]
        return [self._books.element(ref["ListID"]) for ref in item.body.get("ItemSalesTaxRef", ())]


def _list_price(item: Element) -> str:
    body = item.body
    side = body.get("SalesOrPurchase") or {}
    both = body.get("SalesAndPurchase") or {}
    return str(body.get("SalesPrice") or side.get("Price") or both.get("SalesPrice") or "0")


def _class(body: Node) -> str | None:
    ref = body.get("ClassRef")
    return str(ref["ListID"]) if ref else None
