"""Case 21: calls as .NET, PHP, node, zeep, suds and JAX-WS write them, and every odd form XML allows."""

from __future__ import annotations

from xml.sax.saxutils import escape

import pytest

from connector.web_connector.operations import OPERATIONS, Result
from tests.conformance.clients import CLIENTS, Client, Parameters, dotnet, rpc
from tests.conformance.updates import TOKEN, Shop
from tests.conformance.wire import INTUIT, SOAP

NASTY = 'Zoë & <Söhne> "O\'Neil" ]]> 日本 😀\ttab'


@pytest.fixture(params=CLIENTS.values(), ids=CLIENTS)
def client(request: pytest.FixtureRequest) -> Client:
    return request.param  # type: ignore[no-any-return]


class Echo:
    """An endpoint that remembers the arguments it was given."""

    def __init__(self) -> None:
        self.operation, self.arguments = "", dict[str, str]()

    def call(self, operation: str, arguments: dict[str, str], source: str = "") -> str | int | list[str]:
        self.operation, self.arguments = operation, dict(arguments)
        answers: dict[Result, str | int | list[str]] = {Result.STRING: NASTY, Result.INT: 42}
        return answers.get(OPERATIONS[operation].result, [NASTY, ""])


@pytest.fixture
def echo(shop: Shop) -> Echo:
    heard = Echo()
    shop.door.make_endpoint = lambda: heard  # type: ignore[assignment,return-value]
    return heard


def given(operation: str, value: str | None) -> Parameters:
    return {
        name: "16" if value and name in OPERATIONS[operation].ints else value
        for name in OPERATIONS[operation].parameters
    }


@pytest.mark.parametrize("operation", OPERATIONS)
def test_case_21_every_client_is_understood_and_understands(
    shop: Shop, echo: Echo, client: Client, operation: str
) -> None:
    parameters = given(operation, NASTY)
    headers, body = client(operation, parameters)
    reply = shop.post(body, headers)
    reply.assert_no_trap()
    assert echo.operation == operation
    assert echo.arguments == parameters
    expected = {Result.STRING: NASTY, Result.INT: 42}.get(OPERATIONS[operation].result, [NASTY, ""])
    assert reply.value(operation) == expected


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("value", ["", None], ids=["empty", "null"])
def test_case_21_empty_and_null_are_the_same(
    shop: Shop, echo: Echo, client: Client, operation: str, value: str | None
) -> None:
    """.NET leaves null out, node says xsi:nil, an empty string is ``<x />``."""
    headers, body = client(operation, given(operation, value))
    assert shop.post(body, headers).status == 200
    assert echo.arguments == dict.fromkeys(OPERATIONS[operation].parameters, "")


def _method(inner: str, name: str = "clientVersion", attributes: str = f' xmlns="{INTUIT}"') -> str:
    return f"<{name}{attributes}>{inner}</{name}>"


def _envelope(method: str, prefix: str = "soap", head: str = "", declaration: str = "") -> bytes:
    return (
        f'{declaration}<{prefix}:Envelope xmlns:{prefix}="{SOAP}">{head}<{prefix}:Body>{method}</{prefix}:Body>'
        f"</{prefix}:Envelope>"
    ).encode()


UTF8 = '<?xml version="1.0" encoding="utf-8"?>'
VALUE = f"<strVersion>{escape(NASTY)}</strVersion>"
CDATA = NASTY.replace("]]>", "]]]]><![CDATA[>")
REFERENCES = "".join(f"&#{ord(c)};" for c in NASTY)
LINE = "\n    "
ODD_FORMS: dict[str, bytes] = {
    "another prefix": _envelope(_method(VALUE), "anything-at.all_1"),
    "no declaration": _envelope(_method(VALUE)),
    "byte order mark": b"\xef\xbb\xbf" + _envelope(_method(VALUE), declaration=UTF8),
    "children without namespace": _envelope(
        f'<q1:clientVersion xmlns:q1="{INTUIT}">{VALUE}</q1:clientVersion>', declaration=UTF8
    ),
    "no namespace at all": _envelope(_method(VALUE, attributes="")),
    "namespace undone on the child": _envelope(_method(VALUE.replace("<strVersion>", '<strVersion xmlns="">'))),
    "CDATA": _envelope(_method(f"<strVersion><![CDATA[{CDATA}]]></strVersion>")),
    "CDATA in pieces": _envelope(
        _method(f"<strVersion>{escape(NASTY[:9])}<![CDATA[{NASTY[9:14]}]]>{escape(NASTY[14:])}</strVersion>")
    ),
    "comments and instructions": _envelope(
        _method(f"<!-- a --><strVersion>{escape(NASTY[:5])}<!-- b --><?c d?>{escape(NASTY[5:])}</strVersion><?e?>"),
        head="<!-- f -->",
        declaration=UTF8 + "<!-- g --><?h i?>",
    ),
    "character references": _envelope(_method("<strVersion>" + REFERENCES + "</strVersion>")),
    "pretty printed": _envelope(f"\n    {_method(f'{LINE}  {VALUE}{LINE}')}\n  ", declaration=UTF8 + "\n\n"),
    "a header": _envelope(_method(VALUE), head='<soap:Header><a:b xmlns:a="urn:x">c</a:b></soap:Header>'),
    "an unknown parameter": _envelope(_method(f"<more>1</more>{VALUE}<strVersionX>2</strVersionX>")),
    "more after the method": _envelope(_method(VALUE) + '<multiRef id="id0">x</multiRef>'),
    "types": _envelope(_method(VALUE.replace("<strVersion>", '<strVersion xmlns:y="urn:y" y:type="xsd:string">'))),
}  # fmt: skip


@pytest.mark.parametrize("body", ODD_FORMS.values(), ids=ODD_FORMS)
@pytest.mark.parametrize("binary", [False, True], ids=["text", "base64"])
def test_case_21_odd_forms(shop: Shop, echo: Echo, body: bytes, binary: bool) -> None:
    """By text or, as API Gateway does for binary types, by base64."""
    shop.door.binary = binary
    reply = shop.post(body)
    reply.assert_no_trap()
    assert reply.status == 200
    assert (echo.operation, echo.arguments) == ("clientVersion", {"strVersion": NASTY})


ACTIONS = {
    "missing": {},
    "empty": {"SOAPAction": '""'},
    "unquoted": {"SOAPAction": f"{INTUIT}clientVersion"},
    "of another method": {"SOAPAction": f'"{INTUIT}authenticate"'},
    "in capitals": {"SOAPACTION": f'"{INTUIT}clientVersion"'},
    "no content type": {},
    "another charset name": {"Content-Type": 'text/xml;charset="UTF8"'},
    "as SOAP 1.2": {"Content-Type": f'application/soap+xml; charset=utf-8; action="{INTUIT}clientVersion"'},
}


@pytest.mark.parametrize("headers", ACTIONS.values(), ids=ACTIONS)
def test_case_21_headers_decide_nothing(shop: Shop, echo: Echo, headers: dict[str, str]) -> None:
    _, body = dotnet("clientVersion", {"strVersion": NASTY})
    assert shop.post(body, headers).status == 200
    assert echo.arguments == {"strVersion": NASTY}


def test_case_21_a_carriage_return_arrives(shop: Shop, echo: Echo) -> None:
    """.NET sends CR raw, so a CRLF in a company's address arrives as LF; written as a reference it stays."""
    _, body = dotnet("clientVersion", {"strVersion": "a\r\nb"})
    shop.post(body)
    assert echo.arguments == {"strVersion": "a\nb"}
    shop.post(body.replace(b"a\r\nb", b"a&#13;\nb"))
    assert echo.arguments == {"strVersion": "a\r\nb"}


def test_case_21_an_answer_keeps_its_carriage_returns(shop: Shop) -> None:
    """Raw ones would reach QuickBooks as line feeds: they are written as references."""

    class Lines:
        def call(self, operation: str, arguments: object, source: str = "") -> str:
            return "a\r\nb\rc"

    shop.door.make_endpoint = Lines  # type: ignore[assignment]
    reply = shop.reply("getLastError", ticket="t")
    assert reply.value("getLastError") == "a\r\nb\rc"


def test_case_21_control_characters_never_leave(shop: Shop) -> None:
    class Controls:
        def call(self, operation: str, arguments: object, source: str = "") -> str:
            return "a\x00b\x0bc\x1fd\ufffee\ud83df"

    shop.door.make_endpoint = Controls  # type: ignore[assignment]
    reply = shop.reply("getLastError", ticket="t")
    assert reply.value("getLastError") == "abcdef"


def test_case_21_rpc_and_document_style_clients_can_share_a_ticket(shop: Shop) -> None:
    headers, body = rpc("authenticate", {"strUserName": shop.user_name, "strPassword": TOKEN})
    answer = shop.post(body, headers).value("authenticate")
    assert isinstance(answer, list) and answer[1] == ""
    assert shop.call("closeConnection", ticket=answer[0]) == "OK"
