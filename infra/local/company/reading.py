"""Reads a message set as strictly as QuickBooks: one fault anywhere and nothing of the set is executed.

Sources: qbXML 13.0 schema (order, patterns, lengths) and what people saw on real companies: both prologs are needed,
``rollbackOnError`` is not supported, raw characters outside Latin-1 are refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from lxml import etree

from infra.local.company.errors import ComError
from infra.local.company.messages import request_attributes, request_shape
from infra.local.company.shapes import LINES, MACRO, Choice, Field, Shape

Node = dict[str, Any]
"""A parsed aggregate: element name → text, Node, or a list of them; see LINES and MACRO of shapes."""

_AMOUNT = re.compile(r"([+-]?\d{1,13}(\.\d{2})?)?", re.ASCII)
_NUMBER = re.compile(r"([+-]?\d{1,10}(\.\d{1,5})?)?", re.ASCII)
_DATETIME = re.compile(r"(\d{4}-\d{1,2}-\d{1,2}(T\d{1,2}(:\d{1,2}(:\d{1,2}([+-]\d{1,2}:\d{1,2})?)?)?)?)?", re.ASCII)
_GUID = re.compile(r"0|\{[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}")
_INTEGER = re.compile(r"\s*[+-]?\d+\s*", re.ASCII)
_FLOAT = re.compile(r"\s*([+-]?(\d+(\.\d*)?|\.\d+))?\s*", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TOO_FAR = re.compile("[^\\x00-\\xff]")
_PROLOG = re.compile(r"<\?xml\s[^>]*\?>")
_ENCODING = re.compile(r"\sencoding\s*=\s*(\"[^\"]*\"|'[^']*')")
_VERSION = re.compile(r"\bversion\s*=\s*[\"']([^\"']+)[\"']")
_SET_ATTRIBUTES = frozenset({"onError", "newMessageSetID", "oldMessageSetID", "responseData"})
_RESPONSE_DATA = ("", "includeAll", "includeNone")


class Macro(str):
    """The name a ``useMacro`` refers to, standing where a TxnID would."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Request:
    name: str
    node: Node
    attributes: dict[str, str]

    @property
    def request_id(self) -> str | None:
        return self.attributes.get("requestID")


@dataclass(frozen=True, slots=True)
class MessageSet:
    on_error: str
    new_id: str | None
    old_id: str | None
    include_data: bool
    requests: tuple[Request, ...]


def _is_date(text: str) -> bool:
    if not text:
        return True
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


_CHECKS: dict[str, Callable[[str], Any]] = {
    "amt": _AMOUNT.fullmatch,
    "price": _NUMBER.fullmatch,
    "quan": _NUMBER.fullmatch,
    "pct": _NUMBER.fullmatch,
    "date": _is_date,
    "datetime": _DATETIME.fullmatch,
    "bool": lambda text: text in ("true", "false", "1", "0", ""),
    "guid": _GUID.fullmatch,
    "int": _INTEGER.fullmatch,
    "float": _FLOAT.fullmatch,
    "id": lambda text: len(text) <= 36,
    "txn": lambda text: len(text) <= 36,
    "str": lambda text: True,
}


def _fault(detail: str) -> ComError:
    return ComError(detail=detail)


def read_message_set(text: str, versions: frozenset[str]) -> MessageSet:
    """A set in one of the qbXML ``versions``. Raises ComError 0x80040400 for any fault whatsoever."""
    root = _root(text, versions)
    messages = [child for child in root if isinstance(child.tag, str)]
    if root.tag != "QBXML" or len(messages) != 1 or messages[0].tag != "QBXMLMsgsRq":
        raise _fault("QBXML holds one QBXMLMsgsRq")
    _only_space(root)
    rq = messages[0]
    _only_space(rq)
    if set(rq.attrib) - _SET_ATTRIBUTES:
        raise _fault("unknown attribute of the set")
    if rq.get("onError") not in ("stopOnError", "continueOnError"):
        raise _fault("onError is required and can't be rollbackOnError")
    if rq.get("responseData", "") not in _RESPONSE_DATA:
        raise _fault("responseData")
    requests = tuple(_request(child) for child in rq if isinstance(child.tag, str))
    return MessageSet(
        rq.get("onError", ""),
        rq.get("newMessageSetID"),
        rq.get("oldMessageSetID"),
        rq.get("responseData") != "includeNone",
        requests,
    )


def _root(text: str, versions: frozenset[str]) -> etree._Element:
    prolog = _PROLOG.match(text)
    if prolog is None:
        raise _fault("the XML declaration is missing or not at the very beginning")
    if _TOO_FAR.search(text):
        raise _fault("a raw character outside Latin-1")
    head = _ENCODING.sub("", prolog.group())
    # A parser of its own every time: lxml's keep state after a fault, and they are cheap.
    parser = etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True, remove_comments=True)
    try:
        root = etree.fromstring((head + text[prolog.end() :]).encode("utf-8", "strict"), parser)
    except (etree.XMLSyntaxError, UnicodeEncodeError) as fault:
        raise _fault(str(fault)) from fault
    if "<!DOCTYPE" in text:
        raise _fault("a document type")
    before = root.getprevious()
    while before is not None and before.tag is not etree.ProcessingInstruction:
        before = before.getprevious()
    if before is None or before.target != "qbxml":
        raise _fault("the qbxml instruction is missing")
    version = _VERSION.search(before.text or "")
    if version is None or version.group(1) not in versions:
        raise _fault("this qbXML version is not supported")
    return root


def _only_space(element: etree._Element) -> None:
    """Text between the elements of an aggregate is a fault."""
    if element.text and not element.text.isspace():
        raise _fault(f"text in {element.tag}")
    for child in element:
        if child.tail and not child.tail.isspace():
            raise _fault(f"text in {element.tag}")


def _request(element: etree._Element) -> Request:
    shape = request_shape(element.tag)
    if shape is None:
        raise _fault(f"no message {element.tag}")
    attributes = _attributes(element)
    if set(attributes) - request_attributes(element.tag):
        raise _fault(f"attributes of {element.tag}")
    if attributes.get("metaData", "NoMetaData") not in ("NoMetaData", "MetaDataOnly", "MetaDataAndResponseData"):
        raise _fault("metaData")
    if attributes.get("iterator", "Start") not in ("Start", "Continue", "Stop"):
        raise _fault("iterator")
    return Request(element.tag, read_node(element, shape), attributes)


def _attributes(element: etree._Element) -> dict[str, str]:
    return {str(name): str(value) for name, value in element.attrib.items()}


def read_node(element: etree._Element, shape: Shape) -> Node:
    """One aggregate against its shape."""
    children = []
    text = element.text
    if text and not text.isspace():
        raise _fault(f"text in {element.tag}")
    for child in element:
        if not isinstance(child.tag, str):
            raise _fault(f"an instruction or entity in {element.tag}")
        if child.tail and not child.tail.isspace():
            raise _fault(f"text in {element.tag}")
        children.append(child)
    node: Node = {}
    at = _sequence(children, 0, shape, node)
    if at < len(children):
        raise _fault(f"{children[at].tag} has no place here in {element.tag}")
    return node


def _sequence(children: list[etree._Element], at: int, shape: Shape, node: Node) -> int:
    for part in shape.parts:
        at = _field(children, at, part, node) if isinstance(part, Field) else _choice(children, at, part, node)
    return at


def _field(children: list[etree._Element], at: int, part: Field, node: Node) -> int:
    name = part.name
    if at >= len(children) or children[at].tag != name:
        if part.required:
            raise _fault(f"{name} is missing")
        return at
    if not part.repeats:
        node[name] = _value(children[at], part)
        return at + 1
    values = []
    while at < len(children) and children[at].tag == name:
        values.append(_value(children[at], part))
        at += 1
    node[name] = values
    return at


def _choice(children: list[etree._Element], at: int, part: Choice, node: Node) -> int:
    if part.repeats:
        return _repeated_choice(children, at, part, node)
    option = part.by_first.get(children[at].tag) if at < len(children) else None
    if option is not None:
        return _sequence(children, at, option, node)
    if part.required and not any(option.may_be_empty for option in part.options):
        raise _fault(f"one of {sorted(part.by_first)} is missing")
    return at


def _repeated_choice(children: list[etree._Element], at: int, part: Choice, node: Node) -> int:
    members: list[tuple[str, Any]] = []
    while at < len(children):
        option = part.by_first.get(children[at].tag)
        if option is None:
            break
        member = option.parts[0]
        assert isinstance(member, Field)
        members.append((member.name, _value(children[at], member)))
        at += 1
    if part.required and not members:
        raise _fault(f"one of {sorted(part.by_first)} is missing")
    node[LINES] = members
    return at


def _value(element: etree._Element, part: Field) -> Any:
    if part.shape is not None:
        node = read_node(element, part.shape)
        for name, value in _attributes(element).items():
            if name != "defMacro" or not part.macro:
                raise _fault(f"attribute {name} of {element.tag}")
            node[MACRO] = value
        return node
    if len(element):
        raise _fault(f"{element.tag} holds elements")
    text = element.text or ""
    if element.attrib:
        if part.kind == "txn" and list(element.attrib) == ["useMacro"] and not text:
            return Macro(element.attrib["useMacro"])
        raise _fault(f"attributes of {element.tag}")
    if part.kind == "enum":
        if text not in part.values:
            raise _fault(f"{element.tag} can't be {text!r}")
        return text
    if not _CHECKS[part.kind](text) or (part.limit and len(text) > part.limit):
        raise _fault(f"{element.tag} can't be {text!r}")
    return text if text.isascii() else _windows_1252(text)


def _windows_1252(text: str) -> str:
    """QuickBooks keeps Windows-1252; what it can't hold it stores as a question mark."""
    return text.encode("cp1252", "replace").decode("cp1252")
