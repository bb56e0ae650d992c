"""Queries: keys and filters, what is returned, counts, iterators."""

from __future__ import annotations

import pytest

from infra.local.company import ComError
from tests.unit.local.company.desk import Desk, invoice, line, message_set, payment, receipt, sold


def numbers(desk: Desk, body: str, kind: str = "SalesReceipt") -> list[str | None]:
    return [each.findtext("RefNumber") for each in desk.one(f"<{kind}QueryRq>{body}</{kind}QueryRq>")]


@pytest.fixture
def busy(shop: Desk) -> Desk:
    """Three receipts on three days, one of them of another case of the same number."""
    for number, day in (("a-1", "2026-01-02"), ("A-1", "2026-01-03"), ("B-2", "2026-01-04")):
        shop.add(receipt(sold("Tee", "10.00"), number=number, day=day))
    return shop


def test_ref_numbers_are_looked_up_with_and_without_case(busy: Desk) -> None:
    assert numbers(busy, "<RefNumber>a-1</RefNumber>") == ["a-1", "A-1"]
    assert numbers(busy, "<RefNumberCaseSensitive>a-1</RefNumberCaseSensitive>") == ["a-1"]


def test_one_missing_key_warns_and_the_found_ones_come_back(busy: Desk) -> None:
    answer = busy.one(
        "<SalesReceiptQueryRq><RefNumberCaseSensitive>B-2</RefNumberCaseSensitive>"
        "<RefNumberCaseSensitive>nope</RefNumberCaseSensitive></SalesReceiptQueryRq>"
    )
    assert (answer.get("statusCode"), answer.get("statusSeverity"), len(answer)) == ("500", "Warn", 1)


def test_a_filter_without_a_match_is_status_one(busy: Desk) -> None:
    answer = busy.one(
        "<SalesReceiptQueryRq><RefNumberFilter><MatchCriterion>Contains</MatchCriterion><RefNumber>zz</RefNumber>"
        "</RefNumberFilter></SalesReceiptQueryRq>"
    )
    assert (answer.get("statusCode"), answer.get("statusSeverity")) == ("1", "Info")


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("<TxnDateRangeFilter><FromTxnDate>2026-01-03</FromTxnDate></TxnDateRangeFilter>", ["A-1", "B-2"]),
        ("<TxnDateRangeFilter><ToTxnDate>2026-01-02</ToTxnDate></TxnDateRangeFilter>", ["a-1"]),
        ("<MaxReturned>2</MaxReturned>", ["a-1", "A-1"]),
        ("<AccountFilter><FullName>Shopify Clearing</FullName></AccountFilter>", ["a-1", "A-1", "B-2"]),
        ("<AccountFilter><FullName>Checking</FullName></AccountFilter>", []),
        ("<EntityFilter><FullName>ada abbott</FullName></EntityFilter>", ["a-1", "A-1", "B-2"]),
        ("<RefNumberRangeFilter><FromRefNumber>B</FromRefNumber></RefNumberRangeFilter>", ["B-2"]),
        ("<ModifiedDateRangeFilter><FromModifiedDate>2030-01-01</FromModifiedDate></ModifiedDateRangeFilter>", []),
        ("<ModifiedDateRangeFilter><FromModifiedDate>2026-01-01T09:00:00</FromModifiedDate></ModifiedDateRangeFilter>",
         ["a-1", "A-1", "B-2"]),
        ("<ModifiedDateRangeFilter><ToModifiedDate>2026-01-01T08:00:00-08:00</ToModifiedDate></ModifiedDateRangeFilter>",
         []),
    ],
)  # fmt: skip
def test_filters(busy: Desk, body: str, found: list[str]) -> None:
    assert numbers(busy, body) == found


def test_lines_come_only_when_asked_for(busy: Desk) -> None:
    bare = busy.add("<SalesReceiptQueryRq><RefNumber>B-2</RefNumber></SalesReceiptQueryRq>")
    full = busy.add(
        "<SalesReceiptQueryRq><RefNumber>B-2</RefNumber><IncludeLineItems>true</IncludeLineItems></SalesReceiptQueryRq>"
    )
    assert (bare.find("SalesReceiptLineRet") is None, full.find("SalesReceiptLineRet") is None) == (True, False)


def test_only_the_elements_asked_for_come_back(busy: Desk) -> None:
    found = busy.add(
        "<SalesReceiptQueryRq><RefNumber>B-2</RefNumber><IncludeRetElement>TxnID</IncludeRetElement>"
        "<IncludeRetElement>totalamount</IncludeRetElement></SalesReceiptQueryRq>".replace(
            "<IncludeRetElement>totalamount</IncludeRetElement>", "")
    )  # fmt: skip
    assert [each.tag for each in found] == ["TxnID"]


def test_meta_data_counts(busy: Desk) -> None:
    only = busy.one('<SalesReceiptQueryRq metaData="MetaDataOnly"/>')
    assert (only.get("retCount"), len(only)) == ("3", 0)
    both = busy.one('<SalesReceiptQueryRq metaData="MetaDataAndResponseData"/>')
    assert (both.get("retCount"), len(both)) == ("3", 3)


def test_iterator_pages_and_ends_with_the_session(busy: Desk) -> None:
    first = busy.one('<SalesReceiptQueryRq iterator="Start"><MaxReturned>2</MaxReturned></SalesReceiptQueryRq>')
    assert (len(first), first.get("iteratorRemainingCount")) == (2, "1")
    on = '<SalesReceiptQueryRq iterator="Continue" iteratorID="{}"><MaxReturned>2</MaxReturned></SalesReceiptQueryRq>'
    rest = busy.one(on.format(first.get("iteratorID")))
    assert (len(rest), rest.get("iteratorRemainingCount")) == (1, "0")
    assert busy.code(on.format(first.get("iteratorID"))) == 3391
    again = busy.one('<SalesReceiptQueryRq iterator="Start"><MaxReturned>1</MaxReturned></SalesReceiptQueryRq>')
    busy.company.open_session()
    assert busy.code(on.format(again.get("iteratorID"))) == 3391


def test_accounts_can_not_be_iterated(desk: Desk) -> None:
    request = '<AccountQueryRq iterator="Start"><MaxReturned>2</MaxReturned></AccountQueryRq>'
    with pytest.raises(ComError):
        desk.company.process(message_set(request))


def test_lists_by_filter(shop: Desk) -> None:
    banks = shop.one("<AccountQueryRq><AccountType>Bank</AccountType></AccountQueryRq>")
    assert {each.findtext("AccountType") for each in banks} == {"Bank"}
    like = shop.one(
        "<ItemQueryRq><NameFilter><MatchCriterion>Contains</MatchCriterion><Name>END</Name></NameFilter></ItemQueryRq>"
    )
    assert [each.findtext("Name") for each in like] == ["Tender"]
    changed = shop.one("<ItemQueryRq><FromModifiedDate>2026-01-01</FromModifiedDate></ItemQueryRq>")
    assert {each.findtext("Name") for each in changed} == {"Tee", "Shipping", "Discount", "Tax", "Tender", "Mug"}


def test_paid_status_tells_open_invoices(shop: Desk) -> None:
    first = shop.add(invoice(line("InvoiceLineAdd", "Tee", "10.00"), number="1"))
    shop.add(invoice(line("InvoiceLineAdd", "Tee", "10.00"), number="2"))
    shop.add(payment(first.findtext("TxnID") or "", "10.00"))
    assert numbers(shop, "<PaidStatus>NotPaidOnly</PaidStatus>", "Invoice") == ["2"]
    assert numbers(shop, "<PaidStatus>PaidOnly</PaidStatus>", "Invoice") == ["1"]


def test_all_transactions_in_one_query(busy: Desk) -> None:
    answer = busy.one(
        "<TransactionQueryRq><RefNumber>b-2</RefNumber><TransactionTypeFilter><TxnTypeFilter>SalesReceipt</TxnTypeFilter>"
        "</TransactionTypeFilter></TransactionQueryRq>"
    )
    assert [(each.findtext("TxnType"), each.findtext("Amount")) for each in answer] == [("SalesReceipt", "10.00")]


def test_customers_owe_what_their_invoices_say(shop: Desk) -> None:
    shop.add(invoice(line("InvoiceLineAdd", "Tee", "10.00")))
    assert shop.add("<CustomerQueryRq><FullName>Ada Abbott</FullName></CustomerQueryRq>").findtext("Balance") == "10.00"
    owing = shop.one(
        "<CustomerQueryRq><TotalBalanceFilter><Operator>GreaterThan</Operator><Amount>0.00</Amount></TotalBalanceFilter>"
        "</CustomerQueryRq>"
    )
    assert [each.findtext("Name") for each in owing] == ["Ada Abbott"]
