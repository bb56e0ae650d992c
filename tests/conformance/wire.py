"""What comes back over the wire, read as strictly as the Web Connector's .NET proxy reads it.

Rules measured with System.Web.Services: only text/xml with its charset, no redirect, nothing compressed; a wrong name
or namespace is no error but silently null, an empty array, or 0.
"""

from __future__ import annotations

import http.client
import re
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from infra.local.soap_client import USER_AGENT, check_answer

INTUIT = "http://developer.intuit.com/"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
DOTNET_HEADERS = {
    "User-Agent": USER_AGENT,
    "Content-Type": "text/xml; charset=utf-8",
    "Expect": "100-continue",
    "Connection": "Keep-Alive",
}
ARRAYS = frozenset({"authenticate"})
INTS = frozenset({"receiveResponseXML"})
Value = str | int | list[str | None] | None
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class SoapFault(Exception):
    """A SOAP 1.1 Fault, the only thing the Web Connector reads of a status 500."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(f"{status} {code}: {text}")
        self.status, self.code, self.text = status, code, text


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes

    def value(self, operation: str) -> Value:
        """The result as .NET gives it to the Web Connector. Raises SoapFault, or CallFailed for what it refuses."""
        check_answer(self.status, self.headers, self.body)
        method = self._method()
        if method.tag == f"{{{SOAP}}}Fault":
            raise SoapFault(self.status, method.findtext("faultcode") or "", method.findtext("faultstring") or "")
        result = method.find(f"{{{INTUIT}}}{operation}Result") if method.tag == _response(operation) else None
        if operation in ARRAYS:
            strings = result.findall(f"{{{INTUIT}}}string") if result is not None else []
            return [None if one.get(NIL) == "true" else one.text or "" for one in strings]
        if operation in INTS:
            return 0 if result is None else _int(result.text)
        if result is None or result.get(NIL) == "true":
            return None
        return result.text or ""

    def _method(self) -> etree._Element:
        root = etree.fromstring(self.body, etree.XMLParser(resolve_entities=False, huge_tree=True))
        assert root.tag == f"{{{SOAP}}}Envelope"
        body = root.find(f"{{{SOAP}}}Body")
        assert body is not None
        (method,) = body
        return method

    def assert_no_trap(self) -> None:
        """None of the traps a .NET client falls into silently, whatever the call was."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        assert self.status in (200, 500)
        assert headers["content-type"] == "text/xml; charset=utf-8"
        assert "content-encoding" not in headers and "location" not in headers and "set-cookie" not in headers
        assert int(headers["content-length"]) == len(self.body) > 0
        assert self.body.startswith(b"<?xml ") and b"<!DOCTYPE" not in self.body and b"xsi:nil" not in self.body
        text = self.body.decode("utf-8")
        assert not _CONTROLS.search(text) and "\r" not in text
        assert 'xmlns=""' not in text and "Traceback" not in text
        for result in self._method().iter(f"{{{INTUIT}}}receiveResponseXMLResult"):
            assert re.fullmatch(r"-?[0-9]{1,3}", result.text or "")


def _response(operation: str) -> str:
    return f"{{{INTUIT}}}{operation}Response"


def _int(text: str | None) -> int:
    """Blanks and a plus are fine for .NET, a decimal point or nothing at all is not."""
    assert text is not None and re.fullmatch(r"\s*[+-]?[0-9]+\s*", text), f"{text!r} is no int"
    value = int(text)
    assert -(2**31) <= value < 2**31
    return value


def request(
    port: int, method: str, target: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> Reply:
    """One HTTP request on a connection of its own, nothing added but Host and Content-Length."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in (headers or {}).items():
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        return Reply(answer.status, dict(answer.getheaders()), answer.read())
    finally:
        connection.close()


def post(port: int, body: bytes, headers: Mapping[str, str] | None = None) -> Reply:
    return request(port, "POST", "/quickbooks", body, DOTNET_HEADERS if headers is None else headers)
