"""A desk at the company: sends message sets, reads answers, holds both against Intuit's schema where it is there."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from lxml import etree

from infra.local.company import Company

ROOT = Path(__file__).resolve().parents[4]
START = 1_767_286_800
"""2026-01-01, nine o'clock in Los Angeles."""


@cache
def schema() -> etree.XMLSchema | None:
    folder = Path(os.environ.get("CONTRACTS_DIR") or ROOT.parent / "shared" / "contracts")
    file = folder / "qbxml" / "qbxmlops130.xsd"
    return etree.XMLSchema(etree.parse(str(file))) if file.is_file() else None


def check_valid(text: str) -> None:
    """Holds a document against the schema, if that is on this machine."""
    judge = schema()
    if judge is not None:
        judge.assertValid(etree.fromstring(text.encode()))


def message_set(*requests: str, on_error: str = "continueOnError", new: str = "", old: str = "", more: str = "") -> str:
    ids = (f' newMessageSetID="{new}"' if new else "") + (f' oldMessageSetID="{old}"' if old else "")
    return (
        '<?xml version="1.0" encoding="utf-8"?><?qbxml version="13.0"?><QBXML>'
        f'<QBXMLMsgsRq onError="{on_error}"{ids}{more}>{"".join(requests)}</QBXMLMsgsRq></QBXML>'
    )


class Desk:
    """``ask`` sends requests in one set and gives their Rs elements; every set and answer must be valid."""

    def __init__(self, company: Company) -> None:
        self.company = company

    def send(self, text: str) -> etree._Element:
        check_valid(text)
        answer = self.company.process(text)
        check_valid(answer)
        return etree.fromstring(answer.encode())[0]

    def ask(self, *requests: str, **attributes: str) -> list[etree._Element]:
        return list(self.send(message_set(*requests, **attributes)))

    def one(self, request: str) -> etree._Element:
        return self.ask(request)[0]

    def add(self, request: str) -> etree._Element:
        """The Ret of a request that must succeed."""
        answer = self.one(request)
        assert answer.get("statusCode") == "0", answer.get("statusMessage")
        return answer[0]

    def code(self, request: str) -> int:
        return int(self.one(request).get("statusCode", "-1"))

    def balances(self) -> dict[str, str]:
        """Account → balance, debits positive; the books must balance."""
        lines = self.company.trial_balance()
        assert sum(line.debit for line in lines) == sum(line.credit for line in lines)
        return {line.account: str(line.debit - line.credit) for line in lines}


def line(tag: str, item: str, amount: str = "", quantity: str = "", code: str = "Non", more: str = "") -> str:
    """A sales line; ``tag`` as in ``SalesReceiptLineAdd``."""
    return (
        f"<{tag}><ItemRef><FullName>{item}</FullName></ItemRef>"
        + (f"<Quantity>{quantity}</Quantity>" if quantity else "")
        + (f"<Amount>{amount}</Amount>" if amount else "")
        + (f"<SalesTaxCodeRef><FullName>{code}</FullName></SalesTaxCodeRef>" if code else "")
        + f"{more}</{tag}>"
    )


def ref(tag: str, name: str) -> str:
    return f"<{tag}><FullName>{name}</FullName></{tag}>"


def receipt(
    *lines: str, number: str = "1001", day: str = "2026-01-02", tax: str = "Out of State", more: str = ""
) -> str:
    return (
        f"<SalesReceiptAddRq><SalesReceiptAdd>{ref('CustomerRef', 'Ada Abbott')}<TxnDate>{day}</TxnDate>"
        f"<RefNumber>{number}</RefNumber>{ref('ItemSalesTaxRef', tax) if tax else ''}"
        f"{ref('DepositToAccountRef', 'Shopify Clearing')}{more}{''.join(lines)}</SalesReceiptAdd></SalesReceiptAddRq>"
    )


def sold(item: str, amount: str, quantity: str = "", code: str = "Non") -> str:
    return line("SalesReceiptLineAdd", item, amount, quantity, code)


def invoice(
    *lines: str, number: str = "1002", day: str = "2026-01-02", macro: str = "", customer: str = "Ada Abbott"
) -> str:
    named = f' defMacro="{macro}"' if macro else ""
    return (
        f"<InvoiceAddRq><InvoiceAdd{named}>{ref('CustomerRef', customer)}<TxnDate>{day}</TxnDate>"
        f"<RefNumber>{number}</RefNumber>{ref('ItemSalesTaxRef', 'Out of State')}{''.join(lines)}</InvoiceAdd>"
        "</InvoiceAddRq>"
    )


def credit_memo(*lines: str, number: str = "1001-R1", day: str = "2026-01-03", macro: str = "") -> str:
    named = f' defMacro="{macro}"' if macro else ""
    return (
        f"<CreditMemoAddRq><CreditMemoAdd{named}>{ref('CustomerRef', 'Ada Abbott')}<TxnDate>{day}</TxnDate>"
        f"<RefNumber>{number}</RefNumber>{ref('ItemSalesTaxRef', 'Out of State')}{''.join(lines)}</CreditMemoAdd>"
        "</CreditMemoAddRq>"
    )


def refund(txn: str, amount: str, number: str = "1001-F1", day: str = "2026-01-03") -> str:
    """``txn`` is the credit memo's TxnID, or the name of a macro."""
    applied = f'<TxnID useMacro="{txn}"/>' if txn.startswith("TxnID:") else f"<TxnID>{txn}</TxnID>"
    return (
        f"<ARRefundCreditCardAddRq><ARRefundCreditCardAdd>{ref('CustomerRef', 'Ada Abbott')}"
        f"{ref('RefundFromAccountRef', 'Shopify Clearing')}<TxnDate>{day}</TxnDate><RefNumber>{number}</RefNumber>"
        f"<RefundAppliedToTxnAdd>{applied}<RefundAmount>{amount}</RefundAmount></RefundAppliedToTxnAdd>"
        "</ARRefundCreditCardAdd></ARRefundCreditCardAddRq>"
    )


def payment(txn: str, total: str, applied: str = "", number: str = "1002-P1", day: str = "2026-01-03") -> str:
    target = f'<TxnID useMacro="{txn}"/>' if txn.startswith("TxnID:") else f"<TxnID>{txn}</TxnID>"
    return (
        f"<ReceivePaymentAddRq><ReceivePaymentAdd>{ref('CustomerRef', 'Ada Abbott')}<TxnDate>{day}</TxnDate>"
        f"<RefNumber>{number}</RefNumber><TotalAmount>{total}</TotalAmount>"
        f"{ref('DepositToAccountRef', 'Shopify Clearing')}<AppliedToTxnAdd>{target}"
        f"<PaymentAmount>{applied or total}</PaymentAmount></AppliedToTxnAdd></ReceivePaymentAdd></ReceivePaymentAddRq>"
    )
