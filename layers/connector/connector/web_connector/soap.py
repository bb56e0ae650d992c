"""SOAP 1.1 in and out, as the Web Connector (a .NET System.Web.Services client) and its relatives write and read it.

Calls are read by local name, whatever the prefixes, in document and in RPC style. Answers keep to what that client
accepts: results always present though perhaps empty, in Intuit's namespace, without control characters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from connector.web_connector.operations import NAMESPACE, OPERATIONS, Operation, Result, Value

CONTENT_TYPE = "text/xml; charset=utf-8"
"""Exactly so: without the charset the client decodes the body as ASCII."""

MOST_BYTES = 10_000_000
"""API Gateway takes no larger request."""

DEEPEST = 100
MOST_ELEMENTS = 1_000
MOST_ATTRIBUTES = 100
"""Of one element. The largest call there is has a dozen elements with a handful of attributes."""

_TOO_MANY_ATTRIBUTES = re.compile(
    rb"<[^\s<>!?/=]++(?:\s++[^\s=<>]++\s*+=\s*+(?:\"[^\"<]*+\"|'[^'<]*+')){%d}" % (MOST_ATTRIBUTES + 1)
)
_TOO_MUCH = "the request is nested too deep or has too much in it"
_PIECE = 65_536
_MOST_UNSUSPECTED = 400_000
_MOST_BEFORE_ROOT = 100


class Malformed(Exception):
    """The request is not a call of ours; the text may be shown to the caller."""


@dataclass(frozen=True, slots=True)
class Call:
    """An operation with every one of its parameters; what was absent, empty or nil is ''."""

    operation: Operation
    arguments: dict[str, str]


def parse_call(body: bytes) -> Call:
    """The call in a SOAP envelope. Raises Malformed; never reads a file, an address or an entity."""
    method = _method(_root(body))
    name = _local_name(method)
    operation = OPERATIONS.get(name)
    if operation is None:
        raise Malformed("unknown operation")
    given = {_local_name(child): _text(child) for child in method.iterchildren(tag=etree.Element)}
    return Call(operation, {parameter: given.get(parameter, "") for parameter in operation.parameters})


def _root(body: bytes) -> etree._Element:
    if len(body) > MOST_BYTES:
        raise Malformed("the request is too large")
    if _declares_a_document_type(body):
        raise Malformed("document type declarations are not accepted")
    if len(body) > _MOST_UNSUSPECTED and _TOO_MANY_ATTRIBUTES.search(body):
        raise Malformed(_TOO_MUCH)
    try:
        root = _parsed(body)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Malformed("the request is not well-formed XML") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise Malformed("document type declarations are not accepted")
    return root


def _parsed(body: bytes) -> etree._Element:
    """Piece by piece, so that what has too much in it is refused before the whole of it takes up memory."""
    parser = etree.XMLPullParser(
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    depth = elements = 0
    for begin in range(0, len(body), _PIECE):
        parser.feed(body[begin : begin + _PIECE])
        for event, _ in parser.read_events():
            depth += 1 if event == "start" else -1
            elements += event == "start"
            if depth > DEEPEST or elements > MOST_ELEMENTS:
                raise Malformed(_TOO_MUCH)
    return parser.close()


def _declares_a_document_type(body: bytes) -> bool:
    """Whether a DOCTYPE stands before the root element, seen without parsing: entities never get to be declared.

    A NUL byte means UTF-16 or UTF-32, in which it could hide; no SOAP client sends those.
    """
    if b"\0" in body[:4]:
        return True
    position = 0
    for _ in range(_MOST_BEFORE_ROOT):
        position = body.find(b"<", position)
        if body.startswith(b"<?", position):
            position = body.find(b"?>", position)
        elif body.startswith(b"<!--", position):
            position = body.find(b"-->", position)
        else:
            return body.startswith(b"<!", position)
        if position < 0:
            return False
    return True


def _method(root: etree._Element) -> etree._Element:
    if _local_name(root) != "Envelope":
        raise Malformed("the request is not a SOAP envelope")
    for body in root.iterchildren(tag=etree.Element):
        if _local_name(body) == "Body":
            for method in body.iterchildren(tag=etree.Element):
                return method
    raise Malformed("the SOAP body is empty")


def _local_name(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _text(element: etree._Element) -> str:
    return "".join(str(part) for part in element.itertext())


_ENVELOPE = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">'
    "<soap:Body>{}</soap:Body></soap:Envelope>"
)
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CONTROLS = bytes(code for code in range(32) if chr(code) not in "\t\n\r")


def escape(text: str) -> str:
    """Text for an XML element. What XML cannot carry is dropped; a carriage return survives as a reference."""
    # qbXML is ASCII and large, and bytes lose their control characters ten times faster.
    text = text.encode().translate(None, _CONTROLS).decode() if text.isascii() else _NOT_XML.sub("", text)
    # ">" may stand as it is, but for "]]>"; so 100 kB of qbXML become 10 kB less of SOAP.
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("]]>", "]]&gt;").replace("\r", "&#13;")


def render_result(operation: Operation, value: Value) -> bytes:
    """The response envelope; ``value`` must be of the operation's result kind, else TypeError."""
    name = operation.name
    content = _CONTENT[operation.result](value)
    inner = f"<{name}Result>{content}</{name}Result>"
    return _ENVELOPE.format(f'<{name}Response xmlns="{NAMESPACE}">{inner}</{name}Response>').encode()


def _string(value: Value) -> str:
    if not isinstance(value, str):
        raise TypeError("the result is a string")
    return escape(value)


def _int(value: Value) -> str:
    if not isinstance(value, int):
        raise TypeError("the result is an integer")
    return str(int(value))


def _array(value: Value) -> str:
    if not isinstance(value, list):
        raise TypeError("the result is a list of strings")
    return "".join(f"<string>{escape(item)}</string>" for item in value)


_CONTENT = {Result.STRING: _string, Result.INT: _int, Result.ARRAY: _array}


def render_fault(code: str, text: str) -> bytes:
    """A SOAP 1.1 Fault, to be sent with HTTP 500. ``code`` is Client or Server."""
    fault = f"<faultcode>soap:{code}</faultcode><faultstring>{escape(text)}</faultstring>"
    return _ENVELOPE.format(f"<soap:Fault>{fault}</soap:Fault>").encode()
