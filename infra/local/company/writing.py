"""Answers as text: returned objects in the order of their shape, statuses, the envelope."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from infra.local.company.messages import answer_shape
from infra.local.company.shapes import LINES, Field, Shape

SEVERITIES = ((500, "Info"), (1000, "Warn"), (10_000, "Error"))
STATUS_OK = "Status OK"


def severity(code: int) -> str:
    """Info below 500, Warn below 1000, else Error."""
    return next(name for bound, name in SEVERITIES if code < bound)


def returned(name: str, node: Mapping[str, Any], only: Collection[str] = ()) -> str:
    """``<nameRet>…</nameRet>``; ``only`` names the top-level elements wanted (IncludeRetElement), none for all."""
    out = [f"<{name}Ret>"]
    _members(answer_shape(name), node, out, frozenset(only))
    out.append(f"</{name}Ret>")
    return "".join(out)


def _members(shape: Shape, node: Mapping[str, Any], out: list[str], only: frozenset[str]) -> None:
    for part in shape.parts:
        if isinstance(part, Field):
            if part.name in node and (not only or part.name in only):
                _element(part, node[part.name], out)
        elif part.repeats:
            by_name = {field.name: field for option in part.options for field in option.fields()[:1]}
            for tag, value in node.get(LINES, ()):
                if tag in by_name and (not only or tag in only):
                    _element(by_name[tag], value, out)
        else:
            for option in part.options:
                _members(option, node, out, only)


def _element(part: Field, value: Any, out: list[str]) -> None:
    if isinstance(value, list):
        for each in value:
            _element(part, each, out)
        return
    if part.shape is None:
        text = str(value)
        out.append(f"<{part.name}>{escape(text) if '&' in text or '<' in text or '>' in text else text}</{part.name}>")
        return
    if not value:
        return
    out.append(f"<{part.name}>")
    _members(part.shape, value, out, frozenset())
    out.append(f"</{part.name}>")


def answer(name: str, attributes: Mapping[str, Any], body: str = "") -> str:
    """``<nameRs …>body</nameRs>``; attributes that are None are left out."""
    listed = "".join(f" {key}={quoteattr(str(value))}" for key, value in attributes.items() if value is not None)
    return f"<{name}Rs{listed}>{body}</{name}Rs>" if body else f"<{name}Rs{listed} />"


def with_recovery(text: str, identity: Mapping[str, str]) -> str:
    """An answer as it is stored for error recovery: what was made is named once more, whatever was asked for."""
    if not identity:
        return text
    told = "".join(f"<{name}>{value}</{name}>" for name, value in identity.items())
    start, _, rest = text.partition(">")
    name = start[1:].partition(" ")[0]
    body = rest.removesuffix(f"</{name}>")
    return f"{start.removesuffix(' /')}>{body}<ErrorRecovery>{told}</ErrorRecovery></{name}>"


def status(request_id: str | None, code: int, message: str = STATUS_OK) -> dict[str, Any]:
    attributes: dict[str, Any] = {} if request_id is None else {"requestID": request_id}
    return attributes | {"statusCode": code, "statusSeverity": severity(code), "statusMessage": message}


def envelope(answers: Collection[str], set_id: str | None = None, set_status: int | None = None) -> str:
    """The whole answer document, as QuickBooks' request processor hands it over."""
    attributes = ""
    if set_id is not None:
        attributes += f" newMessageSetID={quoteattr(set_id)}"
    if set_status is not None:
        attributes += f' messageSetStatusCode="{set_status}"'
    return "\n".join(
        ['<?xml version="1.0" ?>', "<QBXML>", f"<QBXMLMsgsRs{attributes}>", *answers, "</QBXMLMsgsRs>", "</QBXML>", ""]
    )
