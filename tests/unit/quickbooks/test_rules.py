"""Faults are told in words a person can act on."""

from __future__ import annotations

import pytest
from lxml import etree

from connector.quickbooks.field_types import FIELD_TYPES
from connector.quickbooks.layouts import LAYOUTS
from connector.quickbooks.rules import faults

HEAD = "<CustomerRef><FullName>Jane</FullName></CustomerRef>"
LINE = "<InvoiceLineAdd><ItemRef><FullName>S</FullName></ItemRef><Amount>1.00</Amount></InvoiceLineAdd>"


def _invoice(content: str) -> tuple[str, ...]:
    return faults(etree.fromstring(f"<InvoiceAddRq><InvoiceAdd>{content}</InvoiceAdd></InvoiceAddRq>"))


def test_a_sound_invoice_has_no_faults() -> None:
    assert _invoice(f"{HEAD}<TxnDate>2024-02-29</TxnDate><RefNumber>1001</RefNumber>{LINE}") == ()


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (f"{HEAD}<RefNumber>123456789012</RefNumber>", "RefNumber has 12 characters, QuickBooks takes 11"),
        (f"{HEAD}<TxnDate>2023-02-29</TxnDate>", "TxnDate is not a date: 2023-02-29"),
        (LINE, "InvoiceAdd lacks CustomerRef"),
        (
            f"{HEAD}<RefNumber>1</RefNumber><TxnDate>2024-02-29</TxnDate>",
            "InvoiceAdd: TxnDate must come before RefNumber",
        ),
        (f"{HEAD}{HEAD}", "InvoiceAdd has elements that don't go together, too often or not at all: CustomerRef"),
        (
            f"{HEAD}<TaxAmount>1.00</TaxAmount>",
            "InvoiceAdd has no element TaxAmount in QuickBooks Desktop's US edition",
        ),
        ("<CustomerRef/>", "CustomerRef names nothing"),
        ("<CustomerRef><FullName/></CustomerRef>", "CustomerRef/FullName is empty"),
        ("<CustomerRef><Name>J</Name></CustomerRef>", "CustomerRef may hold ListID and FullName, not Name"),
        (f"{HEAD}{LINE.replace('1.00', '1.005')}", "Amount is not an amount with two decimals: 1.005"),
        (f"{HEAD}{LINE.replace('1.00', '1.5')}", "Amount is not an amount with two decimals: 1.5"),
        (
            f"{HEAD}<ExternalGUID>2f6f3a0e-3c69-4c5e-9d7b-0c0d1e2f3a4b</ExternalGUID>",
            "ExternalGUID is not a GUID in braces: 2f6f3a0e-3c69-4c5e-9d7b-0c0d1e2f3a4b",
        ),
        (f"{HEAD}<Memo></Memo>", "Memo is empty"),
        (
            HEAD + LINE.replace("<Amount>", "<Rate>1.00</Rate><Amount>"),
            "InvoiceLineAdd has both Rate and Amount, of which QuickBooks ignores one",
        ),
    ],
)
def test_each_fault_is_named(content: str, fault: str) -> None:
    assert _invoice(content) == (fault,)


def test_every_fault_is_told_not_only_the_first() -> None:
    found = _invoice(f"{HEAD}<RefNumber>123456789012</RefNumber>{LINE.replace('1.00', '1.5')}")

    assert len(found) == 2


def test_a_payment_can_be_deleted_but_not_voided() -> None:
    def gone(request: str, kind: str) -> tuple[str, ...]:
        return faults(
            etree.fromstring(f"<{request}Rq><{request}Type>{kind}</{request}Type><TxnID>1</TxnID></{request}Rq>")
        )

    assert gone("TxnDel", "ReceivePayment") == ()
    assert gone("TxnVoid", "ReceivePayment") == ("TxnVoidType can't be ReceivePayment",)


def test_a_message_we_never_send_is_refused() -> None:
    assert faults(etree.Element("EmployeeAddRq")) == ("EmployeeAddRq is not a message this app sends",)
    assert faults(etree.Element("InvoiceAdd")) != ()


def test_a_query_takes_only_its_own_attributes() -> None:
    assert faults(etree.Element("ItemQueryRq", iterator="Start", requestID="1")) == ()
    assert faults(etree.Element("AccountQueryRq", iterator="Start")) == ("AccountQueryRq takes no attribute iterator",)
    assert faults(etree.Element("ItemQueryRq", requestID="x" * 51)) == (
        "the request id has 51 characters, QuickBooks takes 50",
    )


def test_no_table_entry_is_idle() -> None:
    """Every element with a type is used by some layout, so that a slip of the pen in either table is seen."""
    used = {
        word.strip("()|").split(":")[0].split("{")[0].rstrip("?*+^")
        for layout in LAYOUTS.values()
        for word in layout.split()
    }

    assert set(FIELD_TYPES) - used == set()
