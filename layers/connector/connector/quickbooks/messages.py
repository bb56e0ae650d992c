"""Message sets: what one round trip of the Web Connector carries to QuickBooks.

A set that changes anything has an id of its own, under which QuickBooks keeps its answer (error recovery). Source:
QuickBooks SDK, "Error recovery", and Intuit's samples ErrRecovery1-3.
"""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

QBXML_VERSION = "13.0"
"""Understood by QuickBooks 2014 and later, and nothing we send came later."""

LONGEST_SET_ID = 23
LONGEST_REQUEST_ID = 50

CONTINUE = "continueOnError"
STOP = "stopOnError"

# No encoding is declared: the set travels as text inside SOAP, and plain ASCII is the same in all of them.
_PROLOG = f'<?xml version="1.0"?>\n<?qbxml version="{QBXML_VERSION}"?>\n'.encode("ascii")


def message_set(
    requests: Sequence[tuple[str, etree._Element]], *, new_id: str = "", old_id: str = "", on_error: str = CONTINUE
) -> bytes:
    """The requests under their request ids as one qbXML document, in ASCII: other characters become references.

    ``new_id`` is where QuickBooks keeps the answer, ``old_id`` the set whose kept answer it may forget. Each request
    is given its ``requestID``. Raises ValueError for an id QuickBooks would refuse or two requests of one id.
    """
    for set_id in (new_id, old_id):
        if len(set_id) > LONGEST_SET_ID:
            raise ValueError(f"the message set id {set_id} has more than {LONGEST_SET_ID} characters")
    if on_error not in (CONTINUE, STOP):
        raise ValueError(f"QuickBooks Desktop knows no onError {on_error}")
    root = etree.Element("QBXML")
    envelope = etree.SubElement(root, "QBXMLMsgsRq", onError=on_error)
    if new_id:
        envelope.set("newMessageSetID", new_id)
    if old_id:
        envelope.set("oldMessageSetID", old_id)
    seen: set[str] = set()
    for request_id, request in requests:
        if not 0 < len(request_id) <= LONGEST_REQUEST_ID or request_id in seen:
            raise ValueError(f"the request id {request_id!r} is empty, too long or used twice")
        seen.add(request_id)
        request.set("requestID", request_id)
        envelope.append(request)
    return _PROLOG + etree.tostring(root, encoding="ascii", xml_declaration=False)


def probe(set_id: str) -> bytes:
    """Asks for the answer kept under ``set_id`` without doing anything.

    Old and new id are both sent: the old one alone would make QuickBooks forget the answer.
    """
    return message_set((), new_id=set_id, old_id=set_id, on_error=STOP)


def request_size(request: etree._Element) -> int:
    """How many bytes the request adds to its message set; its request id is not counted."""
    return len(etree.tostring(request, encoding="ascii"))
