"""The eleven SOAP operations the Web Connector calls: one table for the codec, the WSDL and the endpoint.

Names, parameters and results: Intuit, QuickBooks Web Connector Programmer's Guide, chapters 5, 7, 9 and 10, and the
WSDL of Intuit's sample service.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

NAMESPACE = "http://developer.intuit.com/"
"""With the trailing slash; the Web Connector reads answers in any other namespace as null."""

Value = str | int | list[str]


class Result(Enum):
    STRING = "string"
    INT = "int"
    ARRAY = "ArrayOfString"


@dataclass(frozen=True, slots=True)
class Operation:
    """``parameters`` in the order of the WSDL; those in ``ints`` are integers on the wire, the others strings."""

    name: str
    parameters: tuple[str, ...]
    result: Result = Result.STRING
    ints: frozenset[str] = frozenset()


_ALL = (
    Operation("serverVersion", ()),
    Operation("clientVersion", ("strVersion",)),
    Operation("authenticate", ("strUserName", "strPassword"), Result.ARRAY),
    Operation(
        "sendRequestXML",
        ("ticket", "strHCPResponse", "strCompanyFileName", "qbXMLCountry", "qbXMLMajorVers", "qbXMLMinorVers"),
        ints=frozenset({"qbXMLMajorVers", "qbXMLMinorVers"}),
    ),
    Operation("receiveResponseXML", ("ticket", "response", "hresult", "message"), Result.INT),
    Operation("connectionError", ("ticket", "hresult", "message")),
    Operation("getLastError", ("ticket",)),
    Operation("closeConnection", ("ticket",)),
    Operation("getInteractiveURL", ("wcTicket", "sessionID")),
    Operation("interactiveRejected", ("wcTicket", "reason")),
    Operation("interactiveDone", ("wcTicket",)),
)
OPERATIONS: dict[str, Operation] = {operation.name: operation for operation in _ALL}
