"""Transactions and list elements as QuickBooks returns them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from lxml import etree

from connector.accounting.records import PostedApplied, PostedLine
from connector.quickbooks import queries
from connector.quickbooks.queries import read_list_record, read_record
from connector.quickbooks.records import UnreadableRecord

HEAD = "<TxnID>1-2</TxnID><EditSequence>7</EditSequence><TxnDate>2024-03-05</TxnDate><RefNumber>1001</RefNumber>"
SHIRT = "<ItemRef><ListID>8-1</ListID><FullName>SHIRT</FullName></ItemRef>"


def _read(text: str):
    return read_record(etree.fromstring(text))


def test_a_sales_receipt_comes_back_with_its_own_amounts() -> None:
    record = _read(
        f"""<SalesReceiptRet>{HEAD}<TotalAmount>23.85</TotalAmount><Memo>Shopify #1001</Memo>
        <DepositToAccountRef><FullName>Shopify Clearing</FullName></DepositToAccountRef>
        <ExternalGUID>{{2F6F3A0E-3C69-4C5E-9D7B-0C0D1E2F3A4B}}</ExternalGUID>
        <SalesReceiptLineRet><TxnLineID>1</TxnLineID>{SHIRT}<Quantity>2</Quantity><Amount>25.00</Amount>
        </SalesReceiptLineRet>
        <SalesReceiptLineRet><TxnLineID>2</TxnLineID><Desc>Just words</Desc></SalesReceiptLineRet>
        <SalesReceiptLineGroupRet><TxnLineID>3</TxnLineID><ItemGroupRef><FullName>Set</FullName></ItemGroupRef>
          <TotalAmount>-1.15</TotalAmount></SalesReceiptLineGroupRet></SalesReceiptRet>"""
    )

    assert (record.kind, record.txn_id, record.edit_sequence, record.ref_number) == ("SalesReceipt", "1-2", "7", "1001")
    assert (record.day, record.total, record.account) == (date(2024, 3, 5), Decimal("23.85"), "Shopify Clearing")
    assert (record.guid, record.memo) == ("2f6f3a0e-3c69-4c5e-9d7b-0c0d1e2f3a4b", "Shopify #1001")
    assert record.lines == (
        PostedLine("8-1", "SHIRT", Decimal("25.00"), quantity=Decimal("2"), line_id="1"),
        PostedLine("", "Set", Decimal("-1.15"), line_id="3"),
    )


def test_tax_that_quickbooks_added_to_an_invoice_is_in_its_total() -> None:
    record = _read(
        f"<InvoiceRet>{HEAD}<Subtotal>100.00</Subtotal><SalesTaxTotal>8.25</SalesTaxTotal>"
        "<ARAccountRef><FullName>Accounts Receivable</FullName></ARAccountRef></InvoiceRet>"
    )

    assert (record.total, record.account) == (Decimal("108.25"), "Accounts Receivable")


def test_a_payment_and_a_refund_tell_what_they_settle() -> None:
    payment = _read(
        f"""<ReceivePaymentRet>{HEAD}<TotalAmount>50.00</TotalAmount>
        <DepositToAccountRef><FullName>Clearing</FullName></DepositToAccountRef>
        <AppliedToTxnRet><TxnID>A</TxnID><TxnType>Invoice</TxnType><BalanceRemaining>1.00</BalanceRemaining>
        <Amount>30.00</Amount></AppliedToTxnRet></ReceivePaymentRet>"""
    )
    refund = _read(
        f"""<ARRefundCreditCardRet>{HEAD}<TotalAmount>20.00</TotalAmount>
        <RefundFromAccountRef><FullName>Clearing</FullName></RefundFromAccountRef>
        <RefundAppliedToTxnRet><TxnID>B</TxnID><CreditRemaining>0.00</CreditRemaining>
        <RefundAmount>20.00</RefundAmount></RefundAppliedToTxnRet></ARRefundCreditCardRet>"""
    )

    assert (payment.kind, payment.applied) == ("ReceivePayment", (PostedApplied("A", Decimal("30.00")),))
    assert (refund.kind, refund.applied) == ("CreditCardRefund", (PostedApplied("B", Decimal("20.00")),))
    assert payment.account == refund.account == "Clearing"


def test_a_deposit_and_a_journal_entry_have_lines_by_account() -> None:
    line = "<AccountRef><FullName>{}</FullName></AccountRef><Amount>{}</Amount>"
    deposit = _read(
        "<DepositRet><TxnID>1</TxnID><TxnDate>2024-03-08</TxnDate><DepositTotal>96.50</DepositTotal>"
        "<DepositToAccountRef><FullName>Checking</FullName></DepositToAccountRef>"
        f"<DepositLineRet>{line.format('Clearing', '100.00')}</DepositLineRet>"
        f"<DepositLineRet>{line.format('Fees', '-3.50')}</DepositLineRet></DepositRet>"
    )
    journal = _read(
        f"<JournalEntryRet>{HEAD}<JournalDebitLine>{line.format('COGS', '7.00')}</JournalDebitLine>"
        f"<JournalCreditLine>{line.format('Inventory Asset', '7.00')}</JournalCreditLine></JournalEntryRet>"
    )

    assert (deposit.total, deposit.account, deposit.ref_number) == (Decimal("96.50"), "Checking", "")
    assert [(x.account, x.amount) for x in deposit.lines] == [
        ("Clearing", Decimal("100.00")),
        ("Fees", Decimal("-3.50")),
    ]
    assert journal.total == Decimal("7.00")
    assert sum(x.amount for x in journal.lines) == 0


@pytest.mark.parametrize(
    "text",
    [
        "<CustomerRet><ListID>1</ListID></CustomerRet>",
        "<InvoiceRet><TxnID>1</TxnID></InvoiceRet>",
        "<InvoiceRet><TxnDate>yesterday</TxnDate></InvoiceRet>",
        "<InvoiceRet><TxnDate>2024-03-05</TxnDate><Subtotal>much</Subtotal></InvoiceRet>",
    ],
)
def test_what_is_no_transaction_is_refused(text: str) -> None:
    with pytest.raises(UnreadableRecord):
        _read(text)


def test_list_elements_of_any_type_are_read() -> None:
    account, code, item = (
        read_list_record(etree.fromstring(text))
        for text in (
            "<AccountRet><ListID>1</ListID><Name>Fees</Name><FullName>Expense:Fees</FullName>"
            "<IsActive>false</IsActive><AccountType>Expense</AccountType></AccountRet>",
            "<SalesTaxCodeRet><ListID>2</ListID><Name>Non</Name><IsTaxable>false</IsTaxable></SalesTaxCodeRet>",
            "<ItemInventoryRet><ListID>3</ListID><Name>M</Name><FullName>Shirt:M</FullName>"
            "<QuantityOnHand>-4</QuantityOnHand></ItemInventoryRet>",
        )
    )

    assert (account.type, account.full_name, account.is_active, account.account_type) == (
        "Account",
        "Expense:Fees",
        False,
        "Expense",
    )
    assert (code.full_name, code.is_taxable, code.is_active) == ("Non", False, True)
    assert (item.type, item.full_name, item.quantity_on_hand) == ("ItemInventory", "Shirt:M", Decimal("-4"))


def test_our_names_and_quickbooks_names_of_a_kind_ask_the_same() -> None:
    ours = etree.tostring(queries.read_back("CreditCardRefund", ["1"]))

    assert ours == etree.tostring(queries.read_back("ARRefundCreditCard", ["1"]))
    with pytest.raises(KeyError):
        queries.read_back("Estimate", ["1"])
    with pytest.raises(ValueError, match="reference number"):
        queries.look_up("Deposit", ["1001"])


def test_a_look_up_is_case_sensitive_and_an_iterator_goes_on_where_it_was() -> None:
    look_up = queries.look_up("Invoice", ["1001", "1001-R1"])
    assert [e.text for e in look_up.iterfind("RefNumberCaseSensitive")] == ["1001", "1001-R1"]

    assert queries.items().get("iterator") == "Start"
    following = queries.items("{1}", page=7)
    assert (following.get("iterator"), following.get("iteratorID"), following.findtext("MaxReturned")) == (
        "Continue",
        "{1}",
        "7",
    )


def test_no_query_brings_back_who_bought() -> None:
    for kind in ("SalesReceipt", "Invoice", "CreditMemo", "ReceivePayment", "CreditCardRefund"):
        asked = {e.text for e in queries.read_back(kind, ["1"]).iterfind("IncludeRetElement")}
        assert not asked & {"CustomerRef", "BillAddress", "ShipAddress"}
        assert asked


def test_a_list_is_asked_for_from_a_time_on_and_says_when_its_elements_changed() -> None:
    for ask in (queries.customers, queries.vendors, queries.items):
        request = ask(since="2026-03-05T23:58:30")
        assert request.findtext("FromModifiedDate") == "2026-03-05T23:58:30"
        assert "TimeModified" in [e.text for e in request.iterfind("IncludeRetElement")]
        assert ask().find("FromModifiedDate") is None
    ended = queries.stop("Customer", "{1}")
    assert (ended.tag, ended.get("iterator"), ended.get("iteratorID")) == ("CustomerQueryRq", "Stop", "{1}")
