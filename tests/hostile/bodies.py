"""Hostile input for both layers of XML: the SOAP request, and the qbXML inside its parameters.

Each is made by a function, since many are large.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
INTUIT = "http://developer.intuit.com/"
MEGABYTE = 1024 * 1024


def envelope(method: str, before: str = "", attributes: str = "") -> str:
    return f'{before}<s:Envelope xmlns:s="{SOAP}"{attributes}><s:Body>{method}</s:Body></s:Envelope>'


def call(inner: str = "", before: str = "", name: str = "clientVersion") -> str:
    return envelope(f'<{name} xmlns="{INTUIT}">{inner}</{name}>', before)


def version(text: str, before: str = "") -> str:
    return call(f"<strVersion>{text}</strVersion>", before)


LAUGHS = "<!DOCTYPE x [" + '<!ENTITY a0 "ha">' + "".join(
    f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)
) + "]>"  # fmt: skip
QUADRATIC = f'<!DOCTYPE x [<!ENTITY a "{"x" * 50_000}">]>'
FILE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
WEB = '<!DOCTYPE x [<!ENTITY a SYSTEM "http://127.0.0.1:9/secret">]>'
PARAMETER = '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/evil.dtd"> %p;]>'
DECLARED = '<?xml version="1.0" encoding="{}"?>'

REFUSED: dict[str, Callable[[], bytes]] = {
    "a DTD": lambda: version("1", "<!DOCTYPE x>").encode(),
    "an internal entity": lambda: version("&a;", '<!DOCTYPE x [<!ENTITY a "b">]>').encode(),
    "a billion laughs": lambda: version("&a11;", LAUGHS).encode(),
    "quadratic blowup": lambda: version("&a;" * 50_000, QUADRATIC).encode(),
    "an entity from a file": lambda: version("&a;", FILE).encode(),
    "an entity from the web": lambda: version("&a;", WEB).encode(),
    "a parameter entity": lambda: version("1", PARAMETER).encode(),
    "a DTD from the web": lambda: version("1", '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">').encode(),
    "a DTD behind comments": lambda: version("1", "<!-- <s:Envelope> --><?p <s:Envelope?>" + FILE).encode(),
    "a DTD behind very many": lambda: version("1", "<?a?>" * 400_000 + FILE).encode(),
    "a DTD in UTF-16": lambda: version("&a;", DECLARED.format("utf-16") + FILE).encode("utf-16"),
    "a DTD in UTF-16 without mark": lambda: version("&a;", DECLARED.format("utf-16le") + FILE).encode("utf-16-le"),
    "a DTD in UTF-32": lambda: version("&a;", DECLARED.format("utf-32") + FILE).encode("utf-32"),
    "a DTD in EBCDIC": lambda: version("1", DECLARED.format("cp037") + "<!DOCTYPE x>").encode("cp037"),
    "a DTD in UTF-7": lambda: (DECLARED.format("utf-7") + "+ADw-!DOCTYPE x+AD4-" + version("1")).encode(),
    "an attribute default by DTD": lambda: version("1", "<!DOCTYPE x [<!ATTLIST x a CDATA 'b'>]>").encode(),
    "an undeclared entity": lambda: version("&nbsp;").encode(),
    "depth 10,000": lambda: version("<a>" * 10_000 + "</a>" * 10_000).encode(),
    "depth 10,000, never closed": lambda: ("<a>" * 10_000).encode(),
    "depth 250": lambda: version("<a>" * 250 + "</a>" * 250).encode(),
    "depth outside the call": lambda: ("<a>" * 10_000 + version("1") + "</a>" * 10_000).encode(),
    "a million elements": lambda: call("<a/>" * 1_000_000).encode(),
    "a million attributes": lambda: call("<a " + " ".join(f'a{n}=""' for n in range(500_000)) + "/>").encode(),
    "very many namespaces": lambda: call("<a " + " ".join(f'xmlns:a{n}="u"' for n in range(200_000)) + "/>").encode(),
    "20 MB": lambda: version("x" * 20 * MEGABYTE).encode(),
    "20 MB of markup": lambda: call("<a/>" * (5 * MEGABYTE)).encode(),
    "20 MB of nothing": lambda: b" " * 20 * MEGABYTE,
    "20 MB of NUL": lambda: b"\0" * 20 * MEGABYTE,
    "20 MB of open brackets": lambda: b"<" * 20 * MEGABYTE,
    "9 MB of one name": lambda: b"<" + b"a" * 9 * MEGABYTE + b"/>",
    "9 MB of open comments": lambda: b"<!--" * (2 * MEGABYTE),
    "broken UTF-8": lambda: version("caf\xe9").encode("latin-1"),
    "a lone continuation": lambda: version("X").encode().replace(b"X", b"\x80"),
    "overlong UTF-8": lambda: version("X").encode().replace(b"X", b"\xc0\xbc"),
    "an encoded surrogate": lambda: version("X").encode().replace(b"X", b"\xed\xa0\x80"),
    "an unknown encoding": lambda: version("1", DECLARED.format("klingon")).encode(),
    "UTF-16": lambda: version("1", DECLARED.format("utf-16")).encode("utf-16"),
    "UTF-16 that says UTF-8": lambda: version("1", DECLARED.format("utf-8")).encode("utf-16"),
    "UTF-32": lambda: version("1").encode("utf-32"),
    "gzip": lambda: gzip.compress(version("1").encode()),
    "deflate": lambda: zlib.compress(version("1").encode()),
    "a compression bomb": lambda: gzip.compress(b"\0" * 100 * MEGABYTE),
    "control characters": lambda: version("a\x0bb").encode(),
    "NUL in the middle": lambda: version("a\x00b").encode(),
    "NUL by reference": lambda: version("&#0;").encode(),
    "a control character by reference": lambda: version("&#11;").encode(),
    "a surrogate by reference": lambda: version("&#xD800;").encode(),
    "a reference too large": lambda: version("&#99999999999999999999;").encode(),
    "U+FFFE": lambda: version("\ufffe").encode(),
    "the same attribute twice": lambda: envelope(f'<clientVersion xmlns="{INTUIT}" a="1" a="2"/>').encode(),
    "an unbound prefix": lambda: envelope("<y:clientVersion/>").encode(),
    "two roots": lambda: (version("1") + version("2")).encode(),
    "cut off": lambda: version("1").encode()[:-20],
    "a declaration too late": lambda: b" " + version("1", DECLARED.format("utf-8")).encode(),
    "XML 1.1": lambda: version("&#1;", '<?xml version="1.1"?>').encode(),
    "JSON": lambda: b'{"a": [' * 10_000,
    "a form": lambda: b"user=a&password=b",
    "HTML": lambda: b"<!doctype html><p>hi",
    "a line of HTTP": lambda: b"POST /quickbooks HTTP/1.1\r\nHost: x\r\n\r\n",
    "nothing": lambda: b"",
    "a byte order mark": lambda: b"\xef\xbb\xbf",
    "another envelope": lambda: b'<Umschlag xmlns="urn:x"/>',
    "an envelope in an envelope": lambda: envelope(version("1")).encode(),
    "no method": lambda: envelope("text only").encode(),
    "an unknown method": lambda: call(name="__class__").encode(),
    "a method of the endpoint's own": lambda: call(name="excuse").encode(),
}
"""What is no call of ours: refused with a Fault."""

ALLOWED: dict[str, Callable[[], bytes]] = {
    "a DTD as text": lambda: version(f"<![CDATA[{LAUGHS}]]>").encode(),
    "XInclude": lambda: version(
        '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
    ).encode(),
    "a schema location": lambda: envelope(
        f'<clientVersion xmlns="{INTUIT}"/>',
        attributes=' xmlns:x="http://www.w3.org/2001/XMLSchema-instance" x:schemaLocation="u http://127.0.0.1:9/x.xsd"',
    ).encode(),
    "a style sheet": lambda: version(
        "1", '<?xml-stylesheet href="http://127.0.0.1:9/x.xsl" type="text/xsl"?>'
    ).encode(),
    "9 MB of text": lambda: version("x" * 9 * MEGABYTE).encode(),
    "6 MB of escaped markup": lambda: version("&lt;a/&gt;" * 600_000).encode(),
    "6 MB of references": lambda: version("&#65;" * 1_200_000).encode(),
    "6 MB of comments": lambda: version("<!---->" * 850_000).encode(),
    "6 MB of CDATA": lambda: version("<![CDATA[<]]>" * 450_000).encode(),
    "every parameter 800 times": lambda: call("<strVersion>1</strVersion>" * 800).encode(),
    "two methods": lambda: envelope(f'<clientVersion xmlns="{INTUIT}"/><authenticate xmlns="{INTUIT}"/>').encode(),
}
"""Strange, but legal XML without anything that would have to be fetched: answered like any call."""


def answer(inner: str, before: str = '<?xml version="1.0" ?>', set_id: str = "") -> str:
    named = f' newMessageSetID="{set_id}"' if set_id else ""
    return f"{before}<QBXML><QBXMLMsgsRs{named}>{inner}</QBXMLMsgsRs></QBXML>"


HIDDEN = "<!-- <QBXML -->"
RESPONSES: dict[str, Callable[[], str]] = {
    "a DTD": lambda: answer("", "<!DOCTYPE QBXML>"),
    "a billion laughs": lambda: answer("&a11;", LAUGHS),
    "a billion laughs behind a comment": lambda: answer("&a11;", HIDDEN + LAUGHS),
    "laughs in an attribute": lambda: answer('<HostQueryRs requestID="&a11;"/>', HIDDEN + LAUGHS),
    "an entity from a file": lambda: answer("<HostQueryRs>&a;</HostQueryRs>", HIDDEN + FILE),
    "an entity from the web": lambda: answer("<HostQueryRs>&a;</HostQueryRs>", HIDDEN + WEB),
    "a parameter entity": lambda: answer("", HIDDEN + PARAMETER),
    "depth 10,000": lambda: answer("<a>" * 10_000 + "</a>" * 10_000),
    "two million elements": lambda: answer("<a/>" * 2_000_000),
    "very many answers": lambda: answer("<HostQueryRs/>" * 100_000),
    "very many attributes": lambda: answer("<a " + " ".join(f'a{n}=""' for n in range(400_000)) + "/>"),
    "an open end": lambda: answer("")[:-10],
    "numbers that are none": lambda: answer('<SalesReceiptAddRs requestID="1" statusCode="0x0"/>'),
    "a very long number": lambda: answer(f'<SalesReceiptAddRs requestID="1" statusCode="{"9" * 5000}"/>'),
    "another document": lambda: "<html><body>504 Gateway Timeout</body></html>",
    "no XML": lambda: "The remote server returned an error: (504) Gateway Timeout.",
    "JSON": lambda: '{"QBXML": null}',
    "compressed": lambda: zlib.compress(b"<QBXML/>").decode("latin-1").replace("\0", ""),
    "brackets": lambda: "<" * MEGABYTE,
}
"""Answers to a write set from which nothing can be learnt: what was sent has to be looked for."""
