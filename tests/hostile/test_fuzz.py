"""Case 22: twenty thousand bodies that are nearly right. Each gets a SOAP answer or a SOAP Fault, and nothing else.

Two ways of spoiling a call: its text is changed before it is encoded (so that XML survives more often), or its bytes
are. ``FUZZ=`` sets how many bodies are tried.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from connector.outbox import connection
from connector.quickbooks.answers import UnreadableAnswer, parse_answers
from connector.quickbooks.profile import read_hcp
from connector.web_connector.endpoint import Endpoint
from connector.web_connector.http import Services, body_of, handle
from connector.web_connector.operations import OPERATIONS
from tests.conformance.clients import CLIENTS
from tests.fakes.memory_table import MemoryTable
from tests.fakes.office import CHEAP, SHOP, Office, receipt
from tests.hostile.bodies import FILE, LAUGHS

BODIES = int(os.environ.get("FUZZ", "20000"))
QUICK = settings(
    max_examples=BODIES // 2,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
ANSWER = re.compile(
    rb'<\?xml version="1\.0" encoding="utf-8"\?><soap:Envelope [^<>]*><soap:Body>'
    rb'(<(\w+)Response xmlns="http://developer\.intuit\.com/"><\2Result>(<string>[^<]*</string>|[^<])*</\2Result></\2Response>'
    rb"|<soap:Fault><faultcode>soap:(Client|Server)</faultcode><faultstring>[^<]+</faultstring></soap:Fault>)"
    rb"</soap:Body></soap:Envelope>"
)
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

VALUES = ("", "x", "16", "-1", "0x80040400", "lindas-books", "<QBXML/>", "Zoë & <Søn>", "😀", "]]>", "&amp;", "a\r\nb")
WELL_FORMED = ("<!-- < -->", "<?x <y> ?>", "<![CDATA[<a>&b;]]>", "&#65;", "&#x1F600;", "é", " ", "\n", "<a/>",
               "<b><c>d</c></b>", "<ticket>t</ticket>", "<strUserName/>", "x" * 5000, "&lt;!DOCTYPE x&gt;",
               "<Body xmlns='urn:x'/>",
               "<n:ticket xmlns:n='http://developer.intuit.com/'>u</n:ticket>")  # fmt: skip
PIECES = ("<", ">", "&", '"', "'", "]]>", "<![CDATA[", "<!--", "-->", "<?x?>", "&a;", "&#0;", "&#xD800;", "&#65;",
          "\x00", "\x0b", "\ufffe", "xmlns=''", " xsi:nil='true'", "</soap:Body>", "<soap:Body>", "<a/>", "</a>", "<a>",
          "=", "é", "😀", "\u202e", "<!DOCTYPE x>", LAUGHS, FILE, "<?xml version='1.0' encoding='utf-16'?>", "s:", ":",
          " ", "%s", "{}", "strVersion", "authenticate", "Envelope", "Header", "Body", "Fault", "/")  # fmt: skip
BYTES = (
    b"\x00",
    b"\xff",
    b"\xfe",
    b"\xef\xbb\xbf",
    b"\x80",
    b"\xc0\xbc",
    b"\xed\xa0\x80",
    b"<",
    b"&",
    b"\r",
    b"\x1f\x8b",
)


def call_texts() -> st.SearchStrategy[str]:
    def text(client: str, operation: str, values: list[str | None]) -> str:
        names = OPERATIONS[operation].parameters
        return CLIENTS[client](operation, dict(zip(names, values, strict=False)))[1].decode()

    values = st.lists(st.one_of(st.none(), st.sampled_from(VALUES)), min_size=6, max_size=6)
    return st.builds(text, st.sampled_from(sorted(CLIENTS)), st.sampled_from(sorted(OPERATIONS)), values)


# Where (as a share of the length), how much is cut out, what is put in.
CHANGE = st.tuples(st.floats(0, 1), st.sampled_from((0, 0, 1, 2, 5, 20, 200)), st.sampled_from(PIECES))
# Between two tags, with nothing cut out: the document stays well-formed.
KIND_CHANGE = st.tuples(st.floats(0, 1), st.just(-1), st.sampled_from(WELL_FORMED))
CHANGES = st.one_of(st.lists(KIND_CHANGE, max_size=4), st.lists(st.one_of(CHANGE, KIND_CHANGE), max_size=4))
BYTE_CHANGES = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 8), st.sampled_from(BYTES)), max_size=3)


def changed(text: Any, changes: list[tuple[float, int, Any]]) -> Any:
    for where, cut, piece in changes:
        at = int(where * len(text))
        if cut < 0:
            at, cut = text.find(">", at) + 1, 0
        text = text[:at] + piece + text[at + cut :]
    return text


class Watched:
    """The endpoint of a shop, with its failures collected: a failure that is excused is still one of ours."""

    def __init__(self) -> None:
        table: Any = MemoryTable()
        self.failures: list[BaseException] = []
        endpoint = Endpoint(table, lambda: datetime(2026, 11, 2, tzinfo=UTC))
        self.services = Services(endpoint, "https://x.example.com", lambda what, error: self.failures.append(error))

    def check(self, body: bytes, headers: dict[str, str]) -> None:
        answer = handle("POST", "/quickbooks", {}, headers, body, self.services)
        assert (answer.status == 500) is (b"<soap:Fault>" in answer.body)
        assert answer.status in (200, 500)
        assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
        assert ANSWER.fullmatch(answer.body), answer.body
        assert not FORBIDDEN.search(answer.body.decode("utf-8"))
        assert not self.failures, self.failures


WATCHED = Watched()


@pytest.fixture(autouse=True, scope="module")
def cheap_strangers() -> Iterator[None]:
    """A sign-in costs a tenth of a second by design; these tests are about XML."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(connection._NOBODY, "token_cost", CHEAP)
        yield


@QUICK
@given(call_texts(), CHANGES, st.booleans())
def test_case_22_calls_with_changed_text(text: str, changes: list[tuple[float, int, str]], as_base64: bool) -> None:
    spoilt = changed(text, changes)
    body = spoilt.encode("utf-8", "surrogatepass")
    WATCHED.check(body if as_base64 else body_of(spoilt, False), {"Content-Type": "text/xml"})


@QUICK
@given(call_texts(), CHANGES, BYTE_CHANGES, st.sampled_from(("", "", "", "identity", "gzip", "deflate")))
def test_case_22_calls_with_changed_bytes(
    text: str, changes: list[tuple[float, int, str]], byte_changes: list[tuple[float, int, bytes]], coding: str
) -> None:
    body = changed(changed(text, changes[:1]).encode("utf-8", "surrogatepass"), byte_changes)
    WATCHED.check(body, {"Content-Encoding": coding} if coding else {})


@settings(QUICK, max_examples=BODIES // 10)
@given(st.binary(max_size=300))
def test_case_22_any_bytes(body: bytes) -> None:
    WATCHED.check(body, {})


@settings(QUICK, max_examples=BODIES // 10)
@given(st.text(max_size=200), st.booleans())
def test_case_22_any_body_of_an_event(text: str, as_base64: bool) -> None:
    WATCHED.check(body_of(text, as_base64), {})


def _answers() -> list[str]:
    office = Office()
    office.add([receipt(n) for n in range(3)])
    texts: list[str] = [office.company.hcp()]
    real = office.company.process

    def process(qbxml: str) -> str:
        texts.append(real(qbxml)[:6000])
        return texts[-1] if len(texts[-1]) < 6000 else real(qbxml)

    office.company.process = process  # type: ignore[method-assign]
    office.update()
    return [text for text in texts if len(text) < 6000] + [office.company.hcp()]


ANSWERS = st.deferred(lambda: st.sampled_from(_ANSWERS))
_ANSWERS = _answers()


@settings(QUICK, max_examples=BODIES // 5)
@given(ANSWERS, CHANGES)
def test_case_22_answers_of_quickbooks_with_changed_text(text: str, changes: list[tuple[float, int, str]]) -> None:
    """They are read, or said to be unreadable; no other exception."""
    spoilt = changed(text, changes)
    for reader in (parse_answers, read_hcp):
        try:
            reader(spoilt)
        except UnreadableAnswer:
            continue


@settings(QUICK, max_examples=max(20, BODIES // 100))
@given(st.lists(CHANGES, min_size=1, max_size=6), st.lists(st.sampled_from(VALUES), min_size=6, max_size=6))
@example(spoils=[[], [(0.0, -1, "<![CDATA[<a>&b;]]>")], [(0.203125, -1, "<![CDATA[<a>&b;]]>")]], values=[""] * 6)
def test_case_22_whole_runs_with_spoilt_answers(spoils: list[list[tuple[float, int, str]]], values: list[str]) -> None:
    """QuickBooks did it, the answer arrives spoilt, again and again. Then a clean run: each entry once."""
    office = Office()
    office.add([receipt(n) for n in range(3)])
    real = office.company.process
    left = iter(spoils)

    def process(qbxml: str) -> str:
        return str(changed(real(qbxml), next(left, [])))

    office.company.process = process  # type: ignore[method-assign]
    for _ in range(2):
        office.update()
        office.pass_time(minutes=20)
    office.company.process = real  # type: ignore[method-assign]
    for _ in range(4):
        office.update()
        office.pass_time(hours=1)
    found = [one.ref_number for one in office.company.transactions("SalesReceipt")]
    assert len(found) == len(set(found)), f"posted twice: {found}"
    lost = {str(1000 + n) for n in range(3)} - set(found)
    held = {entry.ref_number for entry in office.entries() if entry.state.value == "HELD"}
    # A spoilt description makes the company look like another or an unfit one: all waits till it is read again, and the
    # page says why.
    trouble = (connection.read(office.table, SHOP) or {}).get("health") or {}
    assert lost <= held or trouble.get("cause") in ("other_company", "refused"), f"lost without a word: {lost - held}"
