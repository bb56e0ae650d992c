"""Bank documents as qbXML; the element order is the schema's (qbXML 13.0, US)."""

from __future__ import annotations

from lxml import etree

from connector.accounting.bank_documents import Deposit
from connector.quickbooks.elements import RenderContext, amount, put, put_guid, put_name
from connector.quickbooks.text import clean

MEMO_LIMIT = 4095

_sub = etree.SubElement


def deposit(add: etree._Element, document: Deposit, guid: str, context: RenderContext) -> None:
    """In a deposit's line the memo comes before the amount, and the amount may be negative; the total may not."""
    put(add, "TxnDate", document.day.isoformat())
    put_name(add, "DepositToAccountRef", document.deposit_to)
    put(add, "Memo", clean(document.memo, MEMO_LIMIT))
    put_guid(add, guid, context)
    for line in document.lines:
        element = _sub(add, "DepositLineAdd")
        put_name(element, "AccountRef", line.account)
        put(element, "Memo", clean(line.description, MEMO_LIMIT))
        put(element, "Amount", amount(line.amount))
