"""Money in and out: payments received, refunds, deposits, checks, transfers."""

from __future__ import annotations

from infra.local.company.books import Books
from infra.local.company.errors import bad_value, missing, no_such_object, not_saved
from infra.local.company.money import amount, cents
from infra.local.company.presenting import Presenter
from infra.local.company.purchases import Purchases
from infra.local.company.reading import Node
from infra.local.company.sales import BANKING, Sales
from infra.local.company.store import Txn

_CREDITS = ("CreditMemo", "ReceivePayment")
_WITH_A_NAME = {"AccountsReceivable": "Customer", "AccountsPayable": "Vendor"}


class Payments:
    def __init__(self, books: Books, sales: Sales, purchases: Purchases, presenter: Presenter) -> None:
        self._books = books
        self._store = books.store
        self._sales = sales
        self._purchases = purchases
        self._presenter = presenter

    def receive_payment(self, txn: Txn) -> None:
        body = txn.body
        txn.cents = cents(body.setdefault("TotalAmount", "0.00"))
        if txn.cents < 0:
            raise not_saved("Payment", "Transaction amount must be positive.")
        into = self._money_account(body, "DepositToAccountRef")
        receivable = self._receivable(body)
        applied = 0
        for line in body.get("AppliedToTxnRet", ()):
            applied += self._apply(txn, line, receivable)
        if body.pop("IsAutoApply", "false") in ("true", "1"):
            self._auto_apply(txn)
        if applied > txn.cents:
            raise bad_value(
                "AppliedToTxnAdd payment amount", amount(applied), "The payments are more than the total amount."
            )
        txn.debit(into, txn.cents)
        txn.credit(receivable, txn.cents, None, None, txn.party)

    def _apply(self, txn: Txn, line: Node, receivable: str) -> int:
        invoice = self._store.txn(line["TxnID"])
        if invoice is None or invoice.kind != "Invoice":
            raise no_such_object(line["TxnID"])
        if invoice.party != txn.party or invoice.body["ARAccountRef"]["ListID"] != receivable:
            raise bad_value("AppliedToTxnAdd TxnID", line["TxnID"], "It is not of this customer and A/R account.")
        value = line.pop("PaymentAmount", None) or line.get("Amount", "0.00")
        discount = cents(line.get("DiscountAmount", ""))
        due = invoice.cents - self._presenter.paid(invoice.txn_id)
        due -= sum(taken for _, debit, taken in txn.settled if debit == invoice.txn_id)
        for credit in line.pop("SetCredit", ()):
            due -= self._sales.use_credit(txn, credit, invoice.txn_id, due)
        if cents(value) < 0 or cents(value) + discount > due:
            raise bad_value("AppliedToTxnAdd payment amount", value, "You cannot pay more than the amount due.")
        line["Amount"] = value
        if cents(value):
            txn.settled.append((txn.txn_id, invoice.txn_id, cents(value)))
        if discount:
            if "DiscountAccountRef" not in line:
                raise missing("DiscountAccountRef")
            txn.settled.append((f"{txn.txn_id}/discount", invoice.txn_id, discount))
            txn.debit(line["DiscountAccountRef"]["ListID"], discount)
            txn.credit(receivable, discount, None, None, txn.party)
        return cents(value)

    def _auto_apply(self, txn: Txn) -> None:
        """Oldest invoices first, as the preference does it."""
        left, lines = txn.cents, []
        for invoice in self._store.txns("kind = 'Invoice' AND party = ?", (txn.party,), "ORDER BY day, number"):
            part = min(left, invoice.cents - self._presenter.paid(invoice.txn_id))
            if part > 0:
                txn.settled.append((txn.txn_id, invoice.txn_id, part))
                lines.append({"TxnID": invoice.txn_id, "Amount": amount(part)})
                left -= part
        if lines:
            txn.body["AppliedToTxnRet"] = lines

    def refund(self, txn: Txn) -> None:
        body = txn.body
        out_of = self._money_account(body, "RefundFromAccountRef")
        receivable = self._receivable(body)
        for line in body.get("RefundAppliedToTxnRet", ()):
            source = self._store.txn(line["TxnID"])
            if source is None or source.kind not in _CREDITS:
                raise no_such_object(line["TxnID"])
            if source.party != txn.party or source.body["ARAccountRef"]["ListID"] != receivable:
                raise bad_value("RefundAppliedToTxnAdd TxnID", line["TxnID"], "It is not of this customer.")
            value = cents(line["RefundAmount"])
            self._check_left(txn, source, value, "RefundAppliedToTxnAdd refund amount")
            txn.settled.append((source.txn_id, txn.txn_id, value))
            txn.cents += value
        body["TotalAmount"] = amount(txn.cents)
        txn.debit(receivable, txn.cents, None, None, txn.party)
        txn.credit(out_of, txn.cents)

    def _check_left(self, txn: Txn, source: Txn, value: int, field: str) -> None:
        left = source.cents - self._presenter.used(source.txn_id)
        left -= sum(taken for credit, _, taken in txn.settled if credit == source.txn_id)
        if value <= 0 or value > left:
            raise bad_value(field, amount(value), "You cannot refund more than the credit that is left.")

    def check(self, txn: Txn) -> None:
        body = txn.body
        bank = self._books.account(body["AccountRef"], ("Bank",), "Check")
        payee = body.get("PayeeEntityRef")
        txn.party = payee["ListID"] if payee else None
        self._purchases.lines(txn, 1)
        if txn.cents < 0:
            raise not_saved("Check", "Transaction amount must be positive.")
        body["Amount"] = amount(txn.cents)
        for link in body.pop("ApplyCheckToTxnAdd", ()):
            source = self._store.txn(link["TxnID"])
            if source is None or source.kind not in _CREDITS or source.party != txn.party:
                raise no_such_object(link["TxnID"])
            value = cents(link.get("Amount") or body["Amount"])
            self._check_left(txn, source, value, "ApplyCheckToTxnAdd amount")
            txn.settled.append((source.txn_id, txn.txn_id, value))
        txn.credit(bank, txn.cents)

    def deposit(self, txn: Txn) -> None:
        body = txn.body
        into = self._books.account(body["DepositToAccountRef"], BANKING, "Deposit")
        for line in body.get("DepositLineRet", ()):
            if "PaymentTxnID" in line or line.get("TxnID"):
                self._banked(txn, line)
            else:
                self._deposit_line(txn, line)
        cash_back = body.get("CashBackInfoRet")
        if cash_back:
            taken = cents(cash_back.setdefault("Amount", "0.00"))
            txn.debit(cash_back["AccountRef"]["ListID"], taken, cash_back["TxnLineID"])
            txn.cents -= taken
        if txn.cents < 0:
            raise not_saved("Deposit", "Transaction amount must be positive.")
        body["DepositTotal"] = amount(txn.cents)
        txn.debit(into, txn.cents)

    def _banked(self, txn: Txn, line: Node) -> None:
        """A payment out of Undeposited Funds; its amount is its own."""
        payment_id = line.pop("PaymentTxnID", None) or line["TxnID"]
        payment = self._store.txn(payment_id)
        if payment is None or payment.kind not in ("ReceivePayment", "SalesReceipt"):
            raise no_such_object(payment_id)
        undeposited = self._books.special("UndepositedFunds")
        if payment.body["DepositToAccountRef"]["ListID"] != undeposited or payment_id in txn.banked:
            raise bad_value("PaymentTxnID", payment_id, "The payment is not in Undeposited Funds.")
        if self._store.one("SELECT 1 FROM banked WHERE payment = ?", (payment_id,)):
            raise bad_value("PaymentTxnID", payment_id, "The payment has been deposited already.")
        txn.banked.append(payment_id)
        for override, name in (("OverrideMemo", "Memo"), ("OverrideCheckNumber", "CheckNumber")):
            if override in line:
                line[name] = line.pop(override)
        line.pop("PaymentTxnLineID", None)
        line |= {
            "TxnType": payment.kind,
            "TxnID": payment_id,
            "AccountRef": self._books.element(undeposited).ref,
            "Amount": amount(payment.cents),
        }
        txn.credit(undeposited, payment.cents, line["TxnLineID"])
        txn.cents += payment.cents

    def _deposit_line(self, txn: Txn, line: Node) -> None:
        if "AccountRef" not in line:
            raise missing("AccountRef")
        account, value = line["AccountRef"]["ListID"], cents(line.setdefault("Amount", "0.00"))
        party = line.get("EntityRef", {}).get("ListID")
        check_named(self._books, account, party, "Deposit")
        txn.credit(account, value, line["TxnLineID"], line.get("ClassRef", {}).get("ListID"), party)
        txn.cents += value

    def transfer(self, txn: Txn) -> None:
        body = txn.body
        for field in ("TransferFromAccountRef", "TransferToAccountRef"):
            if field not in body:
                raise missing(field)
        txn.cents = cents(body.setdefault("Amount", "0.00"))
        if txn.cents < 0:
            raise not_saved("Transfer", "Transaction amount must be positive.")
        txn.debit(body["TransferToAccountRef"]["ListID"], txn.cents)
        txn.credit(body["TransferFromAccountRef"]["ListID"], txn.cents)

    def _money_account(self, body: Node, field: str) -> str:
        """The account named, else Undeposited Funds."""
        if field in body:
            account = self._books.account(body[field], BANKING, "transaction")
        else:
            account = self._books.special("UndepositedFunds")
        body[field] = self._books.element(account).ref
        return account

    def _receivable(self, body: Node) -> str:
        if "ARAccountRef" in body:
            return self._books.account(body["ARAccountRef"], ("AccountsReceivable",), "transaction")
        account = self._books.first_of_type("AccountsReceivable")
        body["ARAccountRef"] = self._books.element(account).ref
        return account


def check_named(books: Books, account: str, party: str | None, form: str) -> None:
    """A line on A/R needs a customer, one on A/P a vendor, one on Sales Tax Payable a vendor."""
    kind = _WITH_A_NAME.get(books.account_type(account))
    if books.element(account).body.get("SpecialAccountType") == "SalesTaxPayable":
        if party is None or books.element(party).kind != "Vendor":
            raise not_saved(form, "Sales tax detail line must have a vendor.")
    elif kind and (party is None or books.element(party).kind != kind):
        raise not_saved(form, f"A line on {books.element(account).full_name} must have a {kind.lower()}.")
