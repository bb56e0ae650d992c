"""Case 22, outer layer: hostile requests are refused fast with a Fault, nothing is read, fetched or kept."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Any

import pytest

from connector.web_connector.endpoint import Endpoint
from connector.web_connector.http import HttpAnswer, Services, body_of, handle
from tests.conformance.wire import Reply, SoapFault
from tests.fakes.memory_table import MemoryTable
from tests.fakes.yardstick import within
from tests.hostile.bodies import ALLOWED, MEGABYTE, REFUSED, version

MOST = 8
"""Honest bodies of half a million elements; the worst takes less than one, most take nothing."""


def ask(body: bytes, headers: dict[str, str] | None = None) -> HttpAnswer:
    table: Any = MemoryTable()
    services = Services(Endpoint(table, lambda: datetime(2026, 11, 2, tzinfo=UTC)), "https://x.example.com")
    return handle("POST", "/quickbooks", {}, headers or {}, body, services)


def checked(answer: HttpAnswer) -> Reply:
    reply = Reply(answer.status, {**answer.headers, "Content-Length": str(len(answer.body))}, answer.body)
    reply.assert_no_trap()
    return reply


@pytest.mark.parametrize("make", REFUSED.values(), ids=REFUSED)
def test_case_22_hostile_requests_are_refused_fast(make: Any) -> None:
    body = make()
    answer = within(lambda: ask(body), MOST)
    reply = checked(answer)
    with pytest.raises(SoapFault) as fault:
        reply.value("clientVersion")
    assert fault.value.code == "soap:Client"
    assert len(reply.body) < 1000
    for secret in (b"root:", b"hahaha", b"Error", b"lxml", b".py", b"line "):
        assert secret not in reply.body


@pytest.mark.parametrize("make", ALLOWED.values(), ids=ALLOWED)
def test_case_22_strange_but_legal_requests_are_calls(make: Any) -> None:
    body = make()
    answer = within(lambda: ask(body), MOST)
    assert checked(answer).value("clientVersion") == ""


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "x-gzip, deflate", "GZIP"])
def test_case_22_compressed_requests_are_refused_not_unpacked(coding: str) -> None:
    for name in ("Content-Encoding", "content-encoding"):
        reply = checked(ask(version("1").encode(), {name: coding}))
        with pytest.raises(SoapFault, match="ompressed"):
            reply.value("clientVersion")


def test_case_22_identity_is_no_compression() -> None:
    assert checked(ask(version("1").encode(), {"Content-Encoding": "identity"})).value("clientVersion") == ""


@pytest.mark.parametrize(
    "text",
    ["", "=", "=" * 1000, "é" * 100, "not base64!", "\ud800", "PGEvPg=", "A" * 21 * MEGABYTE],
    ids=["nothing", "=", "====", "letters", "text", "surrogate", "cut off", "21 MB"],
)  # fmt: skip
def test_case_22_what_is_no_base64_counts_as_nothing(text: str) -> None:
    with pytest.raises(SoapFault):
        checked(ask(body_of(text, True))).value("clientVersion")


@pytest.mark.parametrize("text", ["\ud800", "\udfff<a/>", version("\ud83d")], ids=["alone", "before", "inside"])
def test_case_22_lone_surrogates_in_the_events_text(text: str) -> None:
    with pytest.raises(SoapFault):
        checked(ask(body_of(text, False))).value("clientVersion")


def test_case_22_no_file_and_no_address_is_opened() -> None:
    """By an audit hook, which sees what Python opens; libxml2's own network code is off in the parser's settings."""
    bodies = [make() for name, make in {**REFUSED, **ALLOWED}.items() if "MB" not in name]
    for body in bodies:
        ask(body)  # whatever is loaded at first use is loaded now
    opened: list[str] = []
    watching = [True]

    def audit(event: str, arguments: tuple[object, ...]) -> None:
        if watching[0] and event in ("open", "socket.connect", "socket.getaddrinfo", "subprocess.Popen"):
            opened.append(f"{event} {arguments[:1]}")

    sys.addaudithook(audit)
    try:
        for body in bodies:
            ask(body)
    finally:
        watching[0] = False
    assert opened == []
