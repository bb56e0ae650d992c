"""Reading what QuickBooks answers, and refusing what would be dangerous to read."""

from __future__ import annotations

import pytest

from connector.quickbooks.answers import NO_STATUS, UnreadableAnswer, parse_answers, value

RECEIPT = """
<SalesReceiptAddRs requestID="e1" statusCode="0" statusSeverity="Info" statusMessage="Status OK">
  <SalesReceiptRet>
    <TxnID>1A2B-1709800000</TxnID><EditSequence>1709800001</EditSequence>
    <ExternalGUID>{2F6F3A0E-3C69-4C5E-9D7B-0C0D1E2F3A4B}</ExternalGUID><Something>new</Something>
  </SalesReceiptRet>
</SalesReceiptAddRs>"""


def _set(content: str, attributes: str = "", declaration: str = '<?xml version="1.0" ?>') -> str:
    return f"{declaration}<QBXML><QBXMLMsgsRs {attributes}>{content}</QBXMLMsgsRs></QBXML>"


def test_an_answer_names_the_record_it_made() -> None:
    (answer,) = parse_answers(_set(RECEIPT)).answers

    assert (answer.request_id, answer.name, answer.code, answer.severity) == ("e1", "SalesReceiptAdd", 0, "Info")
    assert (answer.record_id, answer.edit_sequence) == ("1A2B-1709800000", "1709800001")
    assert answer.external_guid == "2f6f3a0e-3c69-4c5e-9d7b-0c0d1e2f3a4b"
    assert value(answer.records[0], "Something") == "new"


@pytest.mark.parametrize(
    "declaration",
    [
        '<?xml version="1.0" encoding="windows-1252"?>\n<?qbxml version="13.0"?>\n',
        '<?xml version="1.0" encoding="utf-8"?>',
        "\ufeff<?xml version='1.0' encoding='UTF-16'?>",
        "\r\n",
        "",
    ],
)
def test_the_declared_encoding_does_not_matter_for_text_already_decoded(declaration: str) -> None:
    (answer,) = parse_answers(_set('<AccountQueryRs statusCode="0" statusMessage="Café –"/>', "", declaration)).answers

    assert answer.message == "Café –"


def test_a_set_status_and_an_empty_set_are_read() -> None:
    answer = parse_answers(_set("", 'newMessageSetID="s1" messageSetStatusCode="9002"'))

    assert (answer.set_status, answer.new_message_set_id, answer.answers) == (9002, "s1", ())
    assert parse_answers(_set("")).set_status is None


def test_a_page_of_a_list_says_how_much_is_left() -> None:
    page = '<ItemQueryRs statusCode="0" retCount="100" iteratorRemainingCount="4728" iteratorID="{1}"/>'

    (answer,) = parse_answers(_set(page)).answers

    assert (answer.iterator_remaining, answer.iterator_id, answer.ret_count) == (4728, "{1}", 100)


def test_an_error_with_a_recovery_block_still_names_the_record() -> None:
    error = """<InvoiceAddRs statusCode="3180" statusSeverity="Error" statusMessage="no">
        <ErrorRecovery><TxnID>1-2</TxnID><EditSequence>3</EditSequence><ExternalGUID>{A}</ExternalGUID></ErrorRecovery>
        </InvoiceAddRs>"""

    (answer,) = parse_answers(_set(error)).answers

    assert (answer.records, answer.record_id, answer.edit_sequence, answer.external_guid) == ((), "1-2", "3", "a")


def test_an_answer_without_a_status_is_no_success() -> None:
    (answer,) = parse_answers(_set("<InvoiceAddRs/>")).answers

    assert answer.code == NO_STATUS != 0


def test_characters_xml_forbids_are_dropped_rather_than_the_whole_answer() -> None:
    spoiled = RECEIPT.replace("new", "n&#8;e&#x1A;\x0bw &#xD800; &#233;")

    (answer,) = parse_answers(_set(spoiled)).answers

    assert answer.record_id == "1A2B-1709800000"
    assert value(answer.records[0], "Something") == "new  é"


def test_comments_and_instructions_in_an_answer_do_not_disturb() -> None:
    (answer,) = parse_answers(_set(f"<!-- here -->{RECEIPT}<?and here?>")).answers

    assert answer.record_id == "1A2B-1709800000"


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE QBXML [<!ENTITY a "b">]><QBXML><QBXMLMsgsRs>&a;</QBXMLMsgsRs></QBXML>',
        '<?xml version="1.0"?><!DOCTYPE QBXML SYSTEM "file:///etc/passwd"><QBXML><QBXMLMsgsRs/></QBXML>',
        "<QBXML><QBXMLMsgsRs>&undeclared;</QBXMLMsgsRs></QBXML>",
        "<QBXML><QBXMLMsgsRs>",
        "<QBXML/>",
        "<html><body>Bad gateway</body></html>",
        "",
        "not xml",
        '<QBXML><QBXMLMsgsRs><InvoiceAddRs statusCode="ok"/></QBXMLMsgsRs></QBXML>',
    ],
)
def test_what_is_no_answer_is_refused(text: str) -> None:
    with pytest.raises(UnreadableAnswer):
        parse_answers(text)


def test_a_memo_that_talks_of_document_types_is_just_a_memo() -> None:
    memo = RECEIPT.replace("new", "<![CDATA[<!DOCTYPE html>]]>")

    (answer,) = parse_answers(_set(memo)).answers

    assert value(answer.records[0], "Something") == "<!DOCTYPE html>"
