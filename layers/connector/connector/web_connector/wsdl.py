"""Our WSDL, written from the table of operations: document/literal, SOAP 1.1.

The Web Connector does not read it (its proxy is compiled in); every other SOAP tool does.
"""

from __future__ import annotations

from collections.abc import Iterator

from connector.web_connector.operations import NAMESPACE, OPERATIONS, Operation, Result
from connector.web_connector.soap import escape

SERVICE = "QBWebConnectorSvc"
PORT = "QBWebConnectorSvcSoap"
_TRANSPORT = "http://schemas.xmlsoap.org/soap/http"
_RESULT_TYPES = {Result.STRING: "xsd:string", Result.INT: "xsd:int", Result.ARRAY: "tns:ArrayOfString"}
_ARRAY = (
    '<xsd:complexType name="ArrayOfString"><xsd:sequence>'
    '<xsd:element minOccurs="0" maxOccurs="unbounded" name="string" nillable="true" type="xsd:string"/>'
    "</xsd:sequence></xsd:complexType>"
)


def render_wsdl(address: str) -> str:
    """The document; ``address`` is the URL the operations are called at."""
    return "".join(_parts(address))


def _parts(address: str) -> Iterator[str]:
    yield (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<wsdl:definitions targetNamespace="{NAMESPACE}" xmlns:tns="{NAMESPACE}"'
        ' xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"'
        ' xmlns:xsd="http://www.w3.org/2001/XMLSchema">'
        f'<wsdl:types><xsd:schema elementFormDefault="qualified" targetNamespace="{NAMESPACE}">{_ARRAY}'
    )
    for operation in OPERATIONS.values():
        yield _element(operation.name, [_parameter(operation, name) for name in operation.parameters])
        yield _element(f"{operation.name}Response", [_result(operation)])
    yield "</xsd:schema></wsdl:types>"
    for operation in OPERATIONS.values():
        yield _message(f"{operation.name}SoapIn", operation.name)
        yield _message(f"{operation.name}SoapOut", f"{operation.name}Response")
    yield f'<wsdl:portType name="{PORT}">'
    for name in OPERATIONS:
        messages = f'<wsdl:input message="tns:{name}SoapIn"/><wsdl:output message="tns:{name}SoapOut"/>'
        yield f'<wsdl:operation name="{name}">{messages}</wsdl:operation>'
    yield f'</wsdl:portType><wsdl:binding name="{PORT}" type="tns:{PORT}"><soap:binding transport="{_TRANSPORT}"/>'
    yield from map(_bound, OPERATIONS)
    yield (
        f'</wsdl:binding><wsdl:service name="{SERVICE}"><wsdl:port name="{PORT}" binding="tns:{PORT}">'
        f'<soap:address location="{escape(address)}"/></wsdl:port></wsdl:service></wsdl:definitions>\n'
    )


def _element(name: str, children: list[str]) -> str:
    sequence = f"<xsd:sequence>{''.join(children)}</xsd:sequence>" if children else "<xsd:sequence/>"
    return f'<xsd:element name="{name}"><xsd:complexType>{sequence}</xsd:complexType></xsd:element>'


def _parameter(operation: Operation, name: str) -> str:
    if name in operation.ints:
        return f'<xsd:element minOccurs="1" maxOccurs="1" name="{name}" type="xsd:int"/>'
    return f'<xsd:element minOccurs="0" maxOccurs="1" name="{name}" type="xsd:string"/>'


def _result(operation: Operation) -> str:
    least = 1 if operation.result is Result.INT else 0
    type_ = _RESULT_TYPES[operation.result]
    return f'<xsd:element minOccurs="{least}" maxOccurs="1" name="{operation.name}Result" type="{type_}"/>'


def _message(name: str, element: str) -> str:
    return f'<wsdl:message name="{name}"><wsdl:part name="parameters" element="tns:{element}"/></wsdl:message>'


def _bound(name: str) -> str:
    literal = '<soap:body use="literal"/>'
    return (
        f'<wsdl:operation name="{name}"><soap:operation soapAction="{NAMESPACE}{name}" style="document"/>'
        f"<wsdl:input>{literal}</wsdl:input><wsdl:output>{literal}</wsdl:output></wsdl:operation>"
    )
