"""Bank documents as qbXML, and back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from lxml import etree

from connector.accounting.bank_documents import Deposit, DepositLine
from connector.accounting.effects import effect_of_document, effect_of_record
from connector.quickbooks.elements import Reference, RenderContext
from connector.quickbooks.forms import render_document
from connector.quickbooks.records import read_record
from connector.quickbooks.rules import faults

GUID = "2f6f3a0e-3c69-4c5e-9d7b-0c0d1e2f3a4b"
CONTEXT = RenderContext(reference=lambda ref: Reference(full_name=ref.name), txn_id=lambda key: None)
DEPOSIT = Deposit(
    date(2026, 3, 5),
    "Checking",
    "Shopify payout 90 TR-1",
    (
        DepositLine("Shopify Clearing", Decimal("100.00"), "payout_clearing", "Payments"),
        DepositLine("Merchant Fees", Decimal("-3.20"), "payment_fees", "Fees"),
    ),
)
AS_POSTED = """<DepositRet><TxnID>1-1</TxnID><EditSequence>7</EditSequence><TxnDate>2026-03-05</TxnDate>
<DepositToAccountRef><ListID>8-1</ListID><FullName>Checking</FullName></DepositToAccountRef>
<Memo>Shopify payout 90 TR-1</Memo><DepositTotal>96.80</DepositTotal><ExternalGUID>{%s}</ExternalGUID>
<DepositLineRet><TxnLineID>2</TxnLineID><AccountRef><FullName>Shopify Clearing</FullName></AccountRef>
<Amount>100.00</Amount></DepositLineRet>
<DepositLineRet><TxnLineID>3</TxnLineID><AccountRef><FullName>Merchant Fees</FullName></AccountRef>
<Amount>-3.20</Amount></DepositLineRet></DepositRet>"""


def test_a_deposit_lines_up_as_quickbooks_wants_it() -> None:
    request = render_document(DEPOSIT, GUID, CONTEXT)
    assert faults(request) == ()
    add = request[0]
    assert [child.tag for child in add] == [
        *("TxnDate", "DepositToAccountRef", "Memo", "ExternalGUID", "DepositLineAdd", "DepositLineAdd")
    ]
    fees = add.findall("DepositLineAdd")[1]
    assert [child.tag for child in fees] == ["AccountRef", "Memo", "Amount"]
    assert fees.findtext("Amount") == "-3.20"


def test_it_asks_for_no_ref_no_which_a_deposit_has_not() -> None:
    returned = [e.text for e in render_document(DEPOSIT, GUID, CONTEXT).findall("IncludeRetElement")]
    assert returned == ["TxnID", "EditSequence", "DepositTotal", "ExternalGUID"]


def test_quickbooks_record_of_it_is_the_bank_line_again() -> None:
    record = read_record(etree.fromstring(AS_POSTED % GUID))
    assert (record.kind, record.total, record.account, record.guid) == ("Deposit", Decimal("96.80"), "Checking", GUID)
    assert [(line.account, line.amount) for line in record.lines] == [
        ("Shopify Clearing", Decimal("100.00")),
        ("Merchant Fees", Decimal("-3.20")),
    ]
    assert effect_of_record(DEPOSIT, record) == effect_of_document(DEPOSIT)
