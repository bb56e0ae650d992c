"""SOAP calls as the real clients write them, by hand from what each was seen to send.

Each form takes an operation and its parameters by name, None for a null, and gives the headers and the body.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from xml.sax.saxutils import escape

from tests.conformance.wire import DOTNET_HEADERS, INTUIT, SOAP

Parameters = Mapping[str, str | None]
Message = tuple[dict[str, str], bytes]
Client = Callable[[str, Parameters], Message]

_XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
_XSD = 'xmlns:xsd="http://www.w3.org/2001/XMLSchema"'


def _headers(operation: str, **more: str) -> dict[str, str]:
    plain = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{INTUIT}{operation}"'}
    return plain | {name.replace("_", "-"): value for name, value in more.items()}


def dotnet(operation: str, parameters: Parameters) -> Message:
    """System.Web.Services: default namespace on the method, ``<x />`` for empty, null by leaving it out."""
    given = {name: value for name, value in parameters.items() if value is not None}
    inner = "".join(f"<{n}>{escape(v)}</{n}>" if v else f"<{n} />" for n, v in given.items())
    method = f'<{operation} xmlns="{INTUIT}">{inner}</{operation}>' if inner else f'<{operation} xmlns="{INTUIT}" />'
    body = (
        f'<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="{SOAP}" {_XSI} {_XSD}>'
        f"<soap:Body>{method}</soap:Body></soap:Envelope>"
    )
    return DOTNET_HEADERS | {"SOAPAction": f'"{INTUIT}{operation}"'}, body.encode()


def php(operation: str, parameters: Parameters) -> Message:
    """ext/soap: SOAP-ENV and ns1, a line break after the declaration and at the end."""
    given = {name: value for name, value in parameters.items() if value is not None}
    inner = "".join(f"<ns1:{n}>{escape(v)}</ns1:{n}>" if v else f"<ns1:{n}/>" for n, v in given.items())
    method = f"<ns1:{operation}>{inner}</ns1:{operation}>" if inner else f"<ns1:{operation}/>"
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<SOAP-ENV:Envelope xmlns:SOAP-ENV="{SOAP}" xmlns:ns1="{INTUIT}">'
        f"<SOAP-ENV:Body>{method}</SOAP-ENV:Body></SOAP-ENV:Envelope>\n"
    )
    return _headers(operation, User_Agent="PHP-SOAP/8.2.18", Connection="Keep-Alive"), body.encode()


def node(operation: str, parameters: Parameters) -> Message:
    """The soap package: ``xsi:nil`` for null, ``tns`` declared beside the default namespace."""
    inner = "".join(
        f'<{n} xsi:nil="true"></{n}>' if v is None else f"<{n}>{escape(v)}</{n}>" for n, v in parameters.items()
    )
    body = (
        f'<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="{SOAP}" {_XSI}  xmlns:tns="{INTUIT}">'
        f'<soap:Body><{operation} xmlns="{INTUIT}">{inner}</{operation}></soap:Body></soap:Envelope>'
    )
    headers = _headers(operation, User_Agent="node-soap/1.1.0", Connection="close", Accept_Encoding="none")
    return headers, body.encode()


def zeep(operation: str, parameters: Parameters) -> Message:
    """zeep: soap-env and ns0, declared where used, apostrophes in the declaration."""
    given = {name: value for name, value in parameters.items() if value is not None}
    inner = "".join(f"<ns0:{n}>{escape(v)}</ns0:{n}>" if v else f"<ns0:{n}></ns0:{n}>" for n, v in given.items())
    method = f'<ns0:{operation} xmlns:ns0="{INTUIT}">{inner}</ns0:{operation}>'
    body = (
        f"<?xml version='1.0' encoding='utf-8'?>\n<soap-env:Envelope xmlns:soap-env=\"{SOAP}\">"
        f"<soap-env:Body>{method}</soap-env:Body></soap-env:Envelope>"
    )
    return _headers(operation, User_Agent="Zeep/4.3.1 (www.python-zeep.org)", Accept="*/*"), body.encode()


def suds(operation: str, parameters: Parameters) -> Message:
    """suds: two prefixes for the envelope's namespace, an empty header, a connection for each call."""
    given = {name: value for name, value in parameters.items() if value is not None}
    inner = "".join(f"<ns1:{n}>{escape(v)}</ns1:{n}>" if v else f"<ns1:{n}/>" for n, v in given.items())
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?><SOAP-ENV:Envelope xmlns:ns0="{SOAP}" xmlns:ns1="{INTUIT}" {_XSI} '
        f'xmlns:SOAP-ENV="{SOAP}"><SOAP-ENV:Header/><ns0:Body><ns1:{operation}>{inner}</ns1:{operation}>'
        "</ns0:Body></SOAP-ENV:Envelope>"
    )
    return _headers(operation, User_Agent="Python-urllib/3.11", Connection="close"), body.encode()


def jaxws(operation: str, parameters: Parameters) -> Message:
    """JAX-WS: S for the envelope, an empty header under another prefix, ns2 for the method."""
    given = {name: value for name, value in parameters.items() if value is not None}
    inner = "".join(f"<ns2:{n}>{escape(v)}</ns2:{n}>" for n, v in given.items())
    body = (
        f"<?xml version='1.0' encoding='UTF-8'?><S:Envelope xmlns:S=\"{SOAP}\" xmlns:SOAP-ENV=\"{SOAP}\">"
        f'<SOAP-ENV:Header/><S:Body><ns2:{operation} xmlns:ns2="{INTUIT}">{inner}</ns2:{operation}></S:Body>'
        "</S:Envelope>"
    )
    return _headers(operation, Accept="text/xml, multipart/related", User_Agent="JAX-WS RI 2.3.7"), body.encode()


def rpc(operation: str, parameters: Parameters) -> Message:
    """The Web Connector itself where the .qwc says ``<Style>RPC``: children in no namespace, with their types."""
    inner = "".join(
        f'<{n} xsi:nil="true" />' if v is None else f'<{n} xsi:type="xsd:string">{escape(v)}</{n}>'
        for n, v in parameters.items()
    )
    body = (
        f'<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="{SOAP}" '
        f'xmlns:soapenc="http://schemas.xmlsoap.org/soap/encoding/" xmlns:tns="{INTUIT}" {_XSI} {_XSD}>'
        '<soap:Body soap:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/">'
        f'<q1:{operation} xmlns:q1="{INTUIT}">{inner}</q1:{operation}></soap:Body></soap:Envelope>'
    )
    return DOTNET_HEADERS | {"SOAPAction": f'"{INTUIT}{operation}"'}, body.encode()


CLIENTS: dict[str, Client] = {
    "dotnet": dotnet,
    "php": php,
    "node": node,
    "zeep": zeep,
    "suds": suds,
    "jaxws": jaxws,
    "rpc": rpc,
}
