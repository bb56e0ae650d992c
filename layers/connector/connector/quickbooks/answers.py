"""QuickBooks' answer to a message set, as far as we read it: tolerant of what we don't know, strict about safety."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

NO_STATUS = -1
"""The code of an answer that carries none: never a success."""

MOST_CHARACTERS = 10_000_000
MOST_TAGS = 400_000
MOST_ATTRIBUTES = 100_000
MOST_ANSWERS = 5_000
"""Far above what is ever asked for at a time (pages of 3 MB, 400 requests a set), and little enough to be read."""

_DECLARATION = re.compile(r"^[\s\ufeff]*<\?xml\b[^>]*\?>")
_REFERENCE = re.compile(r"&#(?:x([0-9A-Fa-f]{1,8})|([0-9]{1,10}));")
_FORBIDDEN = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")


class UnreadableAnswer(ValueError):
    """Not qbXML we can read. What was asked may have been done all the same."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One ``…Rs``: ``name`` is the request's without "Rq", e.g. ``SalesReceiptAdd``.

    ``records`` are the ``…Ret`` elements; read them with ``value``. The iterator fields are those of a paged query.
    """

    request_id: str
    name: str
    code: int
    severity: str
    message: str
    element: etree._Element
    records: tuple[etree._Element, ...] = ()
    iterator_remaining: int | None = None
    iterator_id: str = ""
    ret_count: int | None = None

    @property
    def record_id(self) -> str:
        """The TxnID or ListID QuickBooks gave, empty if it named none."""
        return self._find("TxnID") or self._find("ListID")

    @property
    def edit_sequence(self) -> str:
        return self._find("EditSequence")

    @property
    def external_guid(self) -> str:
        """In lower case without braces, as we keep it; empty if the answer has none."""
        return plain_guid(self._find("ExternalGUID"))

    def _find(self, tag: str) -> str:
        """From the first record; deletions answer without one, and since 11.0 errors with ``ErrorRecovery``."""
        if self.records:
            return value(self.records[0], tag)
        return value(self.element, tag) or value(self.element, f"ErrorRecovery/{tag}")


@dataclass(frozen=True, slots=True)
class SetAnswer:
    """``set_status`` is ``messageSetStatusCode``: None or 0 where the answers are those of the set itself."""

    set_status: int | None
    new_message_set_id: str
    answers: tuple[Answer, ...]


def parse_answers(text: str) -> SetAnswer:
    """Reads ``<QBXML><QBXMLMsgsRs>…``. Raises UnreadableAnswer, also for a document type declaration.

    An encoding declared inside is ignored: the text has been decoded already. Characters XML forbids, which
    QuickBooks may have in old records, are dropped rather than losing the whole answer.
    """
    root = _root(text)
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableAnswer("the answer declares a document type, which is refused")
    envelope = root if root.tag == "QBXMLMsgsRs" else root.find("QBXMLMsgsRs")
    if envelope is None:
        raise UnreadableAnswer("the answer holds no QBXMLMsgsRs")
    if len(envelope) > MOST_ANSWERS:
        raise UnreadableAnswer("the answer holds more answers than were ever asked for")
    return SetAnswer(
        set_status=_number(envelope, "messageSetStatusCode"),
        new_message_set_id=envelope.get("newMessageSetID", ""),
        answers=tuple(_answer(element) for element in envelope),
    )


def value(element: etree._Element, path: str) -> str:
    """The text below ``element`` at ``path``, without surrounding blanks; empty if it isn't there."""
    return (element.findtext(path) or "").strip()


def plain_guid(guid: str) -> str:
    return guid.strip("{} \n").lower()


def _root(text: str) -> etree._Element:
    if len(text) > MOST_CHARACTERS or (len(text) > 4 * MOST_ATTRIBUTES and _is_bloated(text)):
        raise UnreadableAnswer("the answer is too large")
    text = _DECLARATION.sub("", text, count=1)
    # A declaration of a document type can only stand before the first element.
    if "<!DOCTYPE" in text[: text.find("<QBXML") + 1 or None]:
        raise UnreadableAnswer("the answer declares a document type, which is refused")
    try:
        return _parsed(text)
    except etree.XMLSyntaxError:
        pass
    try:
        return _parsed(_FORBIDDEN.sub("", _REFERENCE.sub(_allowed, text)))
    except etree.XMLSyntaxError as error:
        raise UnreadableAnswer(f"the answer is not well-formed XML: {error.msg}") from None


def _is_bloated(text: str) -> bool:
    return text.count("<") > MOST_TAGS or text.count("=") > MOST_ATTRIBUTES


def _parsed(text: str) -> etree._Element:
    # A parser of its own each time: lxml's are not to be shared between threads, and making one costs nothing.
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    return etree.fromstring(text.encode("utf-8", "replace"), parser)


def _allowed(reference: re.Match[str]) -> str:
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    return "" if code > 0x10FFFF or _FORBIDDEN.match(chr(code)) else reference[0]


def _answer(element: etree._Element) -> Answer:
    code = _number(element, "statusCode")
    return Answer(
        request_id=element.get("requestID", ""),
        name=element.tag.removesuffix("Rs"),
        code=NO_STATUS if code is None else code,
        severity=element.get("statusSeverity", ""),
        message=element.get("statusMessage", ""),
        element=element,
        records=tuple(child for child in element if child.tag.endswith("Ret")),
        iterator_remaining=_number(element, "iteratorRemainingCount"),
        iterator_id=element.get("iteratorID", ""),
        ret_count=_number(element, "retCount"),
    )


def _number(element: etree._Element, attribute: str) -> int | None:
    text = element.get(attribute, "").strip()
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        raise UnreadableAnswer(f"{element.tag} has {attribute} {text!r}, which is no number") from None
