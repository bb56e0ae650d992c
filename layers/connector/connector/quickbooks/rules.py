"""Whether QuickBooks could read a request at all, checked before it is queued.

One wrong element makes QuickBooks refuse the whole message set with 0x80040400, without saying where. So each request
is held against the schema's rules first; an entry that breaks one is held and the rest is sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise

from lxml import etree

from connector.quickbooks.field_types import ALLOWED_WORDS, FIELD_TYPES
from connector.quickbooks.layouts import COUNTED, LAYOUTS, MAY_DEFINE_MACRO, PAGED
from connector.quickbooks.messages import LONGEST_REQUEST_ID

LONGEST_ID = 36

_ITEM = re.compile(r"(?P<name>[A-Za-z]\w*)(?P<times>[?*+]?|\{[0-9,]+\})(?P<macro>\^?)(?::(?P<type>@?\w*))?")
_NUMBER = r"[+-]?[0-9]{1,10}(\.[0-9]{1,5})?"
_PATTERNS: dict[str, tuple[re.Pattern[str], str]] = {
    "amt": (re.compile(r"[+-]?[0-9]{1,13}(\.[0-9]{2})?"), "an amount with two decimals"),
    "price": (re.compile(_NUMBER), "a price with at most five decimals"),
    "quan": (re.compile(_NUMBER), "a quantity with at most five decimals"),
    "pct": (re.compile(_NUMBER), "a percentage with at most five decimals"),
    "bool": (re.compile("true|false|1|0"), "true or false"),
    "count": (re.compile(r"0*[1-9][0-9]*"), "a number above zero"),
    "int": (re.compile(r"[+-]?[0-9]+"), "a whole number"),
    "float": (re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)"), "a number"),
    "guid": (re.compile(r"0|\{[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}"), "a GUID in braces"),
    "datetime": (
        re.compile(
            r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(T[0-9]{1,2}(:[0-9]{1,2}(:[0-9]{1,2}([+-][0-9]{1,2}:[0-9]{1,2})?)?)?)?"
        ),
        "a date and time",
    ),
}
_QUERY_ATTRIBUTES = {"metaData": COUNTED, "iterator": PAGED, "iteratorID": PAGED}
_ATTRIBUTE_WORDS: dict[str, frozenset[str]] = {
    "metaData": frozenset({"NoMetaData", "MetaDataOnly", "MetaDataAndResponseData"}),
    "iterator": frozenset({"Start", "Continue", "Stop"}),
}
_REFERENCE_PARTS = ("ListID", "FullName")


@dataclass(frozen=True, slots=True)
class _Layout:
    """``pattern`` matches the names of the children, each followed by a blank; ``types`` are theirs, in order."""

    pattern: re.Pattern[str]
    types: dict[str, str]
    required: tuple[str, ...]
    macros: frozenset[str]


def faults(request: etree._Element) -> tuple[str, ...]:
    """What QuickBooks would refuse in a ``…Rq`` element, in plain words; empty when it may be sent."""
    if request.tag not in LAYOUTS or not request.tag.endswith("Rq"):
        return (f"{request.tag} is not a message this app sends",)
    return (*_request_attributes(request), *_aggregate(request, request.tag))


def _aggregate(element: etree._Element, layout_name: str) -> Iterator[str]:
    layout = _layout(layout_name)
    names = [child.tag for child in element]
    if layout.pattern.fullmatch("".join([f"{name} " for name in names])) is None:
        yield _misplaced(element.tag, names, layout)
    if element.text and not element.text.isspace():
        yield f"{element.tag} holds text where elements belong"
    if "Rate" in names and "Amount" in names:
        yield f"{element.tag} has both Rate and Amount, of which QuickBooks ignores one"
    for child in element:
        type_ = layout.types.get(child.tag)
        if type_ is not None:
            yield from _element(child, type_, may_use_macro=child.tag in layout.macros)


def _element(element: etree._Element, type_: str, *, may_use_macro: bool, within: str = "") -> Iterator[str]:
    if element.attrib:
        yield from _macro(element, may_use_macro)
        if "useMacro" in element.attrib:
            return
    if type_ in LAYOUTS:
        yield from _aggregate(element, type_)
    elif type_.startswith("@"):
        yield from _reference(element, type_[1:])
    elif len(element):
        yield f"{element.tag} holds other elements where a value belongs"
    else:
        fault = _value(within + element.tag, element.text or "", type_)
        if fault:
            yield fault


def _reference(element: etree._Element, limit: str) -> Iterator[str]:
    """ListID, FullName or both, in this order; which one exists in the company is not known here."""
    names = tuple(child.tag for child in element)
    if not names or (element.text and not element.text.isspace()):
        yield f"{element.tag} names nothing"
    elif names not in (("ListID",), ("FullName",), _REFERENCE_PARTS):
        yield f"{element.tag} may hold ListID and FullName, not {', '.join(names)}"
    for child in element:
        type_ = "id" if child.tag == "ListID" else limit or "str"
        yield from _element(child, type_, may_use_macro=False, within=f"{element.tag}/")


def _value(name: str, text: str, type_: str) -> str:
    """What is wrong with a value of a simple type, or nothing."""
    if not text:
        return f"{name} is empty"
    if type_.isdecimal() or type_ == "id":
        limit = LONGEST_ID if type_ == "id" else int(type_)
        return f"{name} has {len(text)} characters, QuickBooks takes {limit}" if len(text) > limit else ""
    if type_ == "date":
        return "" if _is_date(text) else f"{name} is not a date: {text}"
    if type_ == "words":
        return "" if text in ALLOWED_WORDS[name] else f"{name} can't be {text}"
    if type_ == "str":
        return ""
    pattern, wanted = _PATTERNS[type_]
    return "" if pattern.fullmatch(text) else f"{name} is not {wanted}: {text}"


def _is_date(text: str) -> bool:
    try:
        return len(text) == 10 and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _macro(element: etree._Element, may_use_macro: bool) -> Iterator[str]:
    for attribute, text in _attributes(element):
        allowed = may_use_macro if attribute == "useMacro" else element.tag in MAY_DEFINE_MACRO
        if attribute not in ("useMacro", "defMacro") or not allowed:
            yield f"{element.tag} takes no attribute {attribute}"
        elif not text.startswith("TxnID:"):
            yield f"{element.tag}: the macro {text} does not begin with TxnID:"


def _request_attributes(request: etree._Element) -> Iterator[str]:
    for attribute, text in _attributes(request):
        if attribute == "requestID":
            if len(text) > LONGEST_REQUEST_ID:
                yield f"the request id has {len(text)} characters, QuickBooks takes {LONGEST_REQUEST_ID}"
        elif request.tag not in _QUERY_ATTRIBUTES.get(attribute, ()):
            yield f"{request.tag} takes no attribute {attribute}"
        elif attribute in _ATTRIBUTE_WORDS and text not in _ATTRIBUTE_WORDS[attribute]:
            yield f"{request.tag}: {attribute} can't be {text}"


def _attributes(element: etree._Element) -> Iterator[tuple[str, str]]:
    for name, text in element.items():
        yield str(name), str(text)


def _misplaced(tag: str, names: list[str], layout: _Layout) -> str:
    """Says as well as it can what the pattern found wrong."""
    for name in names:
        if name not in layout.types:
            return f"{tag} has no element {name} in QuickBooks Desktop's US edition"
    for name in layout.required:
        if name not in names:
            return f"{tag} lacks {name}"
    places = {name: place for place, name in enumerate(layout.types)}
    for before, after in pairwise(names):
        if places[before] > places[after]:
            return f"{tag}: {after} must come before {before}"
    return f"{tag} has elements that don't go together, too often or not at all: {', '.join(dict.fromkeys(names))}"


@cache
def _layout(name: str) -> _Layout:
    """A layout's text as a regular expression over the names of the children."""
    parts: list[str] = []
    types: dict[str, str] = {}
    required: list[str] = []
    macros: set[str] = set()
    depth = 0
    for token in LAYOUTS[name].split():
        if token == "(":  # noqa: S105
            depth += 1
            parts.append("(?:")
        elif token.startswith(")"):
            depth -= 1
            parts.append(token)
        elif token == "|":  # noqa: S105
            parts.append(token)
        else:
            item = _ITEM.fullmatch(token)
            if item is None:
                raise ValueError(f"the layout of {name} can't be read at {token}")
            element = item["name"]
            parts.append(f"(?:{element} ){item['times']}")
            types[element] = item["type"] or _type_of(element)
            if item["macro"]:
                macros.add(element)
            if not depth and item["times"] in ("", "+"):
                required.append(element)
    return _Layout(re.compile("".join(parts)), types, tuple(required), frozenset(macros))


def _type_of(element: str) -> str:
    if element in LAYOUTS:
        return element
    return "words" if element in ALLOWED_WORDS else FIELD_TYPES[element]
