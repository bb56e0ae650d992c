"""Status codes and HRESULTs, and what they mean for an entry."""

from __future__ import annotations

import pytest

from connector.quickbooks.answers import Answer, parse_answers
from connector.quickbooks.status import RETRY_LATER, SessionTrouble, Verdict, explain, hresult, reason, verdict

DONE = "<SalesReceiptRet><TxnID>1-2</TxnID><EditSequence>3</EditSequence></SalesReceiptRet>"


def _answer(
    code: int | str, severity: str = "Error", message: str = "", name: str = "SalesReceiptAdd", content: str = ""
) -> Answer:
    text = (
        f'<QBXML><QBXMLMsgsRs><{name}Rs requestID="1" statusCode="{code}" statusSeverity="{severity}" '
        f'statusMessage="{message}">{content}</{name}Rs></QBXMLMsgsRs></QBXML>'
    )
    return parse_answers(text).answers[0]


@pytest.mark.parametrize(
    ("code", "message", "wanted"),
    [
        (3100, "The name &quot;X&quot; of the list element is already in use.", Verdict.NAME_TAKEN),
        (3200, "The provided edit sequence &quot;1&quot; is out-of-date.", Verdict.STALE),
        (3231, "The request has not been processed.", Verdict.NOT_PROCESSED),
        (3175, "… because it is already in use.", Verdict.LOCKED),
        (3176, "The application failed to acquire the lock.", Verdict.LOCKED),
        (3170, "The internals could not be locked. They are in use by another user.", Verdict.LOCKED),
        (3180, "This list has been modified by another user.", Verdict.LOCKED),
        (3180, "Transaction amount must be positive.", Verdict.REFUSED),
        (3170, "Something about the data.", Verdict.REFUSED),
        (3140, "There is an invalid reference to QuickBooks Item &quot;Tax&quot;.", Verdict.BAD_REFERENCE),
        (3120, "The specified record does not exist in the list.", Verdict.BAD_REFERENCE),
        (
            3171,
            "An attempt was made to modify a Invoice with a date that is on or before the closing date",
            Verdict.CLOSED_PERIOD,
        ),
        (3180, "You cannot change a transaction on or before the closing date of the company.", Verdict.CLOSED_PERIOD),
        (3210, "You cannot pay more than the amount due.", Verdict.REFUSED),
        (3250, "This feature is not enabled.", Verdict.FEATURE_OFF),
        (3260, "Insufficient permission level.", Verdict.NO_PERMISSION),
        (3391, "The iterator is gone.", Verdict.ITERATOR_LOST),
        (3070, "The string is too long.", Verdict.REFUSED),
        (1000, "Internal error.", Verdict.BUSY),
        (4711, "Nobody knows.", Verdict.REFUSED),
    ],
)
def test_a_failure_is_judged_by_code_and_text(code: int, message: str, wanted: Verdict) -> None:
    assert verdict(_answer(code, "Error", message)) is wanted


def test_a_write_is_done_when_it_names_its_record() -> None:
    assert verdict(_answer(0, "Info", content=DONE)) is Verdict.DONE
    assert verdict(_answer(0, "Info")) is Verdict.UNCLEAR


@pytest.mark.parametrize("code", [530, 550, 560, 570])
def test_a_warning_is_no_failure(code: int) -> None:
    assert verdict(_answer(code, "Warn", "saved, but", content=DONE)) is Verdict.DONE


def test_an_error_is_a_failure_whatever_its_code() -> None:
    assert verdict(_answer(0, "Error", content=DONE)) is Verdict.REFUSED


def test_no_severity_is_judged_by_the_range_of_the_code() -> None:
    assert verdict(_answer(0, "", content=DONE)) is Verdict.DONE
    assert verdict(_answer(3100, "")) is Verdict.NAME_TAKEN
    assert verdict(_answer("", "")) is Verdict.REFUSED


@pytest.mark.parametrize(("code", "severity"), [(1, "Info"), (500, "Warn")])
def test_a_query_that_finds_nothing_is_told_from_one_that_finds_a_part(code: int, severity: str) -> None:
    assert verdict(_answer(code, severity, name="SalesReceiptQuery")) is Verdict.NOT_FOUND
    assert verdict(_answer(code, severity, name="SalesReceiptQuery", content=DONE)) is Verdict.DONE


def test_the_reason_on_the_row_has_our_words_quickbooks_own_and_what_to_do() -> None:
    text = reason(_answer(3210, "Error", "You cannot pay more than the amount due."))

    assert text == (
        "A value does not fit, for example a payment above what is still due. "
        "QuickBooks says: You cannot pay more than the amount due. (3210) "
        "Check whether the invoice was changed or paid in QuickBooks."
    )


def test_every_verdict_that_waits_says_so_to_the_merchant() -> None:
    for code in (1000, 1010, 3162, 3175, 3176):
        meaning = explain(_answer(code))
        assert meaning.verdict in RETRY_LATER
        assert meaning.advice


@pytest.mark.parametrize("text", ["0x80040400", "80040400", "0X80040400 ", "-2147220480"])
def test_a_parse_error_is_the_one_that_proves_nothing_was_done(text: str) -> None:
    meaning = hresult(text)

    assert (meaning.code, meaning.kind, meaning.outcome_unknown) == ("0x80040400", SessionTrouble.PARSE, False)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("0x80040408", SessionTrouble.MERCHANT),
        ("0x8004040a", SessionTrouble.OTHER_FILE),
        ("0x8004040D", SessionTrouble.SESSION),
        ("0x80040414", SessionTrouble.MERCHANT),
        ("0x8004041A", SessionTrouble.PERMISSION),
        ("0x80040422", SessionTrouble.BUSY),
        ("0x8004FFFF", SessionTrouble.SESSION),
        ("QBWC1085", SessionTrouble.SESSION),
        ("", SessionTrouble.SESSION),
    ],
)
def test_any_other_hresult_leaves_the_outcome_unknown(text: str, kind: SessionTrouble) -> None:
    meaning = hresult(text)

    assert meaning.kind is kind
    assert meaning.outcome_unknown
    assert meaning.words
    assert meaning.advice
