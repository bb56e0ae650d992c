"""Cases 1, 2, 3, 23, 24: the addresses, the plainest calls, and the rules of the transport."""

from __future__ import annotations

import http.client
import socket
from urllib.parse import urlsplit

import pytest

from connector.outbox.connection import OWNER_ID
from connector.web_connector.qwc import qwc_file
from infra.local.web_connector import read_qwc
from tests.conformance.clients import dotnet
from tests.conformance.door import PUBLIC_URL
from tests.conformance.updates import Shop
from tests.conformance.wire import DOTNET_HEADERS, SoapFault, request


@pytest.mark.parametrize("target", ["/quickbooks", "/quickbooks?wsdl", "/quickbooks?WSDL", "/support", "/support/"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_case_01_every_address_answers_200_to_a_plain_get(shop: Shop, method: str, target: str) -> None:
    reply = shop.get(target, method)
    assert reply.status == 200
    assert not {name.lower() for name in reply.headers} & {"location", "www-authenticate"}
    assert bool(reply.body) is (method == "GET")


def test_case_01_the_qwc_names_these_addresses_on_one_host() -> None:
    """AppSupport on another host than AppURL is QBWC1000; without CertURL it is AppURL that is tried."""
    qwc = read_qwc(qwc_file("lindas-books", "F" * 8, OWNER_ID, PUBLIC_URL, "Linda's Books"))
    addresses = {name: urlsplit(qwc[name]) for name in ("AppURL", "AppSupport")}
    assert {address.scheme for address in addresses.values()} == {"https"}
    assert len({address.netloc for address in addresses.values()}) == 1
    assert [addresses[name].path for name in addresses] == ["/quickbooks", "/support"]
    assert "CertURL" not in qwc


def test_case_01_the_wsdl_names_the_public_address(shop: Shop) -> None:
    assert f'location="{PUBLIC_URL}/quickbooks"'.encode() in shop.get("/quickbooks?wsdl").body


@pytest.mark.parametrize("parameters", [{}, {"strVersion": "2.3.0.215"}, {"ticket": "t"}, {"unknown": ""}])
def test_case_02_server_version_whatever_it_is_given(shop: Shop, parameters: dict[str, str]) -> None:
    version = shop.call("serverVersion", **parameters)
    assert isinstance(version, str) and version


def test_case_03_an_empty_answer_is_an_empty_element(shop: Shop) -> None:
    reply = shop.reply("clientVersion", strVersion="2.3.0.215")
    assert b"<clientVersionResult" in reply.body
    assert reply.value("clientVersion") == ""


def test_case_03_the_empty_second_string_of_authenticate_stays(shop: Shop) -> None:
    ticket, wish = shop.sign_in()
    assert ticket and wish == ""


class FourStrings:
    """An endpoint that also says how long to wait."""

    def call(self, operation: str, arguments: object, source: str = "") -> list[str]:
        return ["ticket", "", "", "600"]


def test_case_03_four_strings_keep_their_places(shop: Shop) -> None:
    """A minimum interval that slips to the third place is read as a postponement."""
    shop.door.make_endpoint = FourStrings  # type: ignore[assignment]
    assert shop.sign_in() == ["ticket", "", "", "600"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not xml at all",
        b'{"jsonrpc": "2.0"}',
        b"<soap:Envelope",
        b"<html><body>hello</body></html>",
        dotnet("getServerVersion", {"ticket": "t"})[1],
        dotnet("authenticate2", {})[1],
        b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body/></s:Envelope>',
    ],
    ids=["nothing", "text", "json", "cut off", "html", "no such operation", "operation of 1.0", "empty body"],
)
def test_case_23_what_is_no_call_is_a_fault_with_status_500(shop: Shop, body: bytes) -> None:
    reply = shop.post(body)
    reply.assert_no_trap()
    with pytest.raises(SoapFault) as fault:
        reply.value("serverVersion")
    assert fault.value.status == 500
    assert fault.value.code == "soap:Client"
    assert fault.value.text and "File " not in fault.value.text and "lxml" not in fault.value.text


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_case_23_other_methods_are_left_to_the_gateway(shop: Shop, method: str) -> None:
    """The template has no route for them; the function itself would still answer in SOAP."""
    from tests.conformance.door import event_of

    answer = shop.door.handle(event_of(method, "/quickbooks", {}, b""))
    assert answer["statusCode"] == 500
    assert answer["headers"]["Content-Type"] == "text/xml; charset=utf-8"


def test_case_24_expect_100_continue(shop: Shop) -> None:
    """.NET sends the headers, waits for "100 Continue", then sends the body."""
    headers, body = dotnet("serverVersion", {})
    with socket.create_connection(("127.0.0.1", shop.door.port), timeout=10) as connection:
        lines = [f"{name}: {value}" for name, value in headers.items()]
        head = "\r\n".join(["POST /quickbooks HTTP/1.1", "Host: x", f"Content-Length: {len(body)}", *lines, "", ""])
        connection.sendall(head.encode())
        assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")
        connection.sendall(body)
        assert connection.recv(10_000).startswith(b"HTTP/1.1 200 ")


def test_case_24_a_connection_is_used_again(shop: Shop) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", shop.door.port, timeout=10)
    headers, body = dotnet("serverVersion", {})
    sockets = set()
    for _ in range(3):
        connection.request("POST", "/quickbooks", body, headers)
        answer = connection.getresponse()
        assert answer.status == 200 and answer.read()
        sockets.add(id(connection.sock))
    connection.close()
    assert len(sockets) == 1


def test_case_24_nothing_is_compressed_even_when_it_is_asked_for(shop: Shop) -> None:
    headers, body = dotnet("serverVersion", {})
    reply = shop.post(body, headers | {"Accept-Encoding": "gzip, deflate, br"})
    reply.assert_no_trap()
    assert reply.value("serverVersion")


def test_case_24_the_user_agent_of_an_old_browser_passes(shop: Shop) -> None:
    assert "MSIE 6.0" in DOTNET_HEADERS["User-Agent"]
    assert shop.call("serverVersion")


@pytest.mark.parametrize("target", ["/quickbooks", "/quickbooks/", "/quickbooks?x=1"])
def test_case_24_no_address_redirects(shop: Shop, target: str) -> None:
    headers, body = dotnet("serverVersion", {})
    reply = request(shop.door.port, "POST", target, body, headers)
    reply.assert_no_trap()
    assert reply.status == 200
