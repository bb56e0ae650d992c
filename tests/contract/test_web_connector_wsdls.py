"""zeep as the judge of our SOAP: with our WSDL, with Intuit's and with that of Intuit's sample, over HTTP.

Whoever made a client from one of those WSDLs reads our answers by its schema: a name, a namespace or a type that is
off shows here as an answer that zeep cannot read.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response
from zeep import Client
from zeep.exceptions import Fault
from zeep.plugins import HistoryPlugin

from connector.web_connector.endpoint import Endpoint
from connector.web_connector.http import Services, handle
from connector.web_connector.operations import NAMESPACE, OPERATIONS, Result
from infra.local.soap_client import USER_AGENT
from tests.fakes.memory_table import MemoryTable

WSDLS = ("ours", "QBWebConnectorSvc.wsdl", "intuit-sample-service.wsdl")
# Intuit's own WSDL is older than the interactive calls.
NOT_IN = {"QBWebConnectorSvc.wsdl": {"getInteractiveURL", "interactiveRejected", "interactiveDone"}}
BINDING = "{http://developer.intuit.com/}QBWebConnectorSvcSoap"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Our endpoint on this machine; the table behind it is empty, so every caller is a stranger."""
    endpoint = Endpoint(MemoryTable(), lambda: datetime(2026, 11, 2, 9, tzinfo=UTC), lambda count: b"\7" * count)  # type: ignore[arg-type]
    base = ""

    def application(environ, start_response):
        request = Request(environ)
        answer = handle(
            request.method,
            request.path,
            dict(request.args),
            dict(request.headers),
            request.get_data(),
            Services(endpoint, base),
        )
        return Response(answer.body, answer.status, dict(answer.headers))(environ, start_response)

    server = make_server("127.0.0.1", 0, application, threaded=True)
    base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"{base}/quickbooks"
    server.shutdown()
    thread.join(5)


@pytest.fixture(params=WSDLS)
def wsdl(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def history() -> HistoryPlugin:
    return HistoryPlugin()


@pytest.fixture
def service(wsdl: str, address: str, history: HistoryPlugin, request: pytest.FixtureRequest):
    """The proxy a SOAP tool makes from that WSDL, pointed at our endpoint."""
    if wsdl == "ours":
        return Client(f"{address}?wsdl", plugins=[history]).service
    contracts: Path = request.getfixturevalue("contracts")
    client = Client((contracts / "web-connector" / wsdl).as_uri(), plugins=[history])
    (name,) = [
        str(binding.name) for binding in client.wsdl.bindings.values() if type(binding).__name__ == "Soap11Binding"
    ]
    return client.create_service(name, address)


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_every_operation_is_called_and_its_answer_read(service, wsdl: str, history: HistoryPlugin, operation) -> None:
    if operation.name in NOT_IN.get(wsdl, ()):
        pytest.skip(f"{wsdl} has no {operation.name}")
    arguments = {name: 13 if name in operation.ints else "Zoë & <Söhne>" for name in operation.parameters}
    result = service[operation.name](**arguments)
    # zeep reads an empty string as None; that it is there, and not left out, must be seen in the envelope.
    kind = {Result.STRING: str, Result.INT: int}.get(operation.result)
    if kind:
        assert result is None or isinstance(result, kind)
    else:
        assert len(getattr(result, "string", result)) == 2
    received = history.last_received["envelope"]
    assert (
        received.find(f".//{{{NAMESPACE}}}{operation.name}Response/{{{NAMESPACE}}}{operation.name}Result") is not None
    )


def test_a_stranger_is_told_so_in_the_web_connectors_word(service) -> None:
    answer = service.authenticate(strUserName="nobody", strPassword="wrong")
    assert getattr(answer, "string", answer)[1] == "nvu"


def test_what_a_client_leaves_out_counts_as_empty(service) -> None:
    """Every string parameter is optional in all three WSDLs."""
    assert isinstance(service.closeConnection(), str)
    assert service.receiveResponseXML(ticket="of another server") < 0


def test_ours_names_the_same_things_as_intuits(address: str, contracts: Path) -> None:
    """Names, order and types of parameters and results: a client compiled from theirs must fit ours."""
    ours = Client(f"{address}?wsdl").wsdl
    theirs = Client((contracts / "web-connector" / "intuit-sample-service.wsdl").as_uri()).wsdl
    ours_bound = {operation.name: operation for operation in ours.bindings[BINDING].all().values()}
    for name, operation in theirs.bindings[_soap11(theirs)].all().items():
        assert operation.soapaction == ours_bound[name].soapaction
        for side in ("input", "output"):
            assert _signature(getattr(ours_bound[name], side)) == _signature(getattr(operation, side)), name


def _soap11(wsdl) -> str:
    return next(name for name, binding in wsdl.bindings.items() if type(binding).__name__ == "Soap11Binding")


def _signature(message) -> list[tuple[str, str]]:
    return [(name, element.type.name or "") for name, element in message.body.type.elements]


def test_a_call_that_is_none_of_ours_is_a_fault_that_soap_tools_read(address: str) -> None:
    client = Client(f"{address}?wsdl")
    text = "<soap:Envelope xmlns:soap='http://schemas.xmlsoap.org/soap/envelope/'><soap:Body><x/></soap:Body></soap:Envelope>"
    answer = requests.post(
        address, data=text, headers={"Content-Type": "text/xml", "User-Agent": USER_AGENT}, timeout=10
    )
    assert answer.status_code == 500
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    bound = client.wsdl.bindings[BINDING].all()["serverVersion"]
    with pytest.raises(Fault, match="unknown operation"):
        client.wsdl.bindings[BINDING].process_reply(client, bound, answer)
