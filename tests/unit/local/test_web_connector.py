"""The Web Connector stand-in makes the calls Intuit's program makes, in its order, and reads answers as it does."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from infra.local.company import Company
from infra.local.soap_client import check_answer
from infra.local.web_connector import CallFailed, Fault, WebConnector, main, read_qwc, zeep_transport

OWNER = "{57F3B9B1-86F1-4FCC-B1EE-566DE1813D20}"
FILE = "{90A44FB5-33D9-4815-AC85-BC87A7E7D1EB}"


def one_set(request: str = '<HostQueryRq requestID="1"/>') -> str:
    return (
        '<?xml version="1.0"?><?qbxml version="13.0"?><QBXML><QBXMLMsgsRq onError="stopOnError">'
        f"{request}</QBXMLMsgsRq></QBXML>"
    )


class Script:
    """An endpoint that answers from a list per operation; the last answer of a list stays."""

    def __init__(self, **answers: Any) -> None:
        self.answers: dict[str, list[Any]] = {
            "serverVersion": ["1"],
            "clientVersion": [""],
            "authenticate": [["ticket", ""]],
            "sendRequestXML": [one_set()],
            "receiveResponseXML": [100],
            "getLastError": ["an error"],
            "closeConnection": ["OK"],
            "connectionError": ["done"],
            "getInteractiveURL": [""],
            "interactiveRejected": [""],
        } | answers
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, operation: str, **parameters: Any) -> Any:
        self.calls.append((operation, parameters))
        answers = self.answers[operation]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def of(self, operation: str) -> list[dict[str, Any]]:
        return [parameters for name, parameters in self.calls if name == operation]


@pytest.fixture
def company() -> Company:
    return Company()


Connect = Callable[..., WebConnector]


@pytest.fixture
def connect(company: Company) -> Connect:
    def build(script: Script, **more: Any) -> WebConnector:
        return WebConnector(script, company, "shop", "secret", OWNER, FILE, sleep=more.pop("sleep", None), **more)

    return build


def test_a_run_in_the_guides_order(connect: Connect) -> None:
    script = Script(sendRequestXML=[one_set()], receiveResponseXML=[50, 100])
    run = connect(script).update()
    assert run.operations() == [
        "serverVersion",
        "clientVersion",
        "authenticate",
        "sendRequestXML",
        "receiveResponseXML",
        "sendRequestXML",
        "receiveResponseXML",
        "closeConnection",
    ]
    assert (run.ok, run.status_text, run.progress, run.round_trips) == (True, "OK", [50, 100], 2)
    assert script.calls[2][1] == {"strUserName": "shop", "strPassword": "secret"}


def test_the_profile_goes_with_the_first_request_only_and_file_id_is_written_once(connect: Connect) -> None:
    script = Script(receiveResponseXML=[50, 100])
    connector = connect(script)
    connector.update()
    first, second = script.of("sendRequestXML")
    assert "<HostRet>" in first["strHCPResponse"]
    assert FILE not in first["strHCPResponse"]
    assert second["strHCPResponse"] == ""
    connector.update()
    assert FILE in script.of("sendRequestXML")[2]["strHCPResponse"]


def test_another_company_keeps_its_own_file_id(connect: Connect) -> None:
    script = Script()
    connector = connect(script)
    connector.company = Company(company_name="Other Company")
    connector.company.mark(OWNER, FileID="{00000000-0000-0000-0000-000000000001}", AppLock="LOCKED:X:1")
    connector.update()
    assert "{00000000-0000-0000-0000-000000000001}" in script.of("sendRequestXML")[0]["strHCPResponse"]


@pytest.mark.parametrize(
    ("word", "ok", "text"),
    [
        ("none", True, "No data exchange required"),
        ("NONE", True, "No data exchange required"),
        ("nvu", False, "Authentication failed"),
        ("busy", True, "Service busy"),
    ],
)
def test_without_work_quickbooks_is_not_opened(connect: Connect, word: str, ok: bool, text: str) -> None:
    script = Script(authenticate=[["", word]])
    run = connect(script).update()
    assert run.operations()[3:] == ["closeConnection"]
    assert (run.ok, run.status_text) == (ok, text)


def test_postponed_by_the_third_string_and_a_minimum_by_the_fourth(connect: Connect) -> None:
    run = connect(Script(authenticate=[["t", "", "300", "600"]])).update()
    assert (run.postponed, run.minimum_every, run.operations()[3:]) == (300, 600, ["closeConnection"])
    run = connect(Script(authenticate=[["t", "", "", "600"]])).update()
    assert (run.ok, run.postponed, run.minimum_every) == (True, 0, 600)


def test_an_array_without_its_strings_crashes_the_run(connect: Connect) -> None:
    run = connect(Script(authenticate=[None])).update()
    assert (run.ok, "QBWC1012" in run.status_text) == (False, True)


@pytest.mark.parametrize(("answer", "goes_on"), [(None, True), ("W:old", True), ("E:too old", False), ("?", False)])
def test_client_version_can_stop_the_run(connect: Connect, answer: str | None, goes_on: bool) -> None:
    assert connect(Script(clientVersion=[answer])).update().ok is goes_on


def test_a_failing_server_version_is_tolerated(connect: Connect) -> None:
    assert connect(Script(serverVersion=[CallFailed("404")])).update().ok


def test_no_op_waits_five_seconds_and_asks_again(connect: Connect) -> None:
    slept: list[float] = []
    script = Script(sendRequestXML=["NoOp", one_set()], getLastError=["NoOp"])
    run = connect(script, sleep=slept.append).update()
    assert (run.ok, slept) == (True, [5])
    assert run.operations().count("sendRequestXML") == 2


def test_an_empty_request_is_the_error_path(connect: Connect) -> None:
    run = connect(Script(sendRequestXML=[""])).update()
    assert run.operations()[-2:] == ["getLastError", "closeConnection"]
    assert (run.ok, run.status_text) == (False, "an error")


def test_null_crashes_where_empty_would_not(connect: Connect) -> None:
    run = connect(Script(sendRequestXML=[None])).update()
    assert (run.ok, run.operations()[-1]) == (False, "sendRequestXML")
    assert "QBWC1041" in run.status_text


def test_negative_progress_shows_the_last_error_and_closes(connect: Connect) -> None:
    run = connect(Script(receiveResponseXML=[-1])).update()
    assert run.operations()[-2:] == ["getLastError", "closeConnection"]
    assert (run.ok, run.status_text) == (False, "an error")


def test_a_missing_int_reads_as_zero_and_goes_on(connect: Connect) -> None:
    run = connect(Script(receiveResponseXML=[None, 100])).update()
    assert (run.ok, run.progress) == (True, [0, 100])


def test_interactive_mode_is_refused_politely(connect: Connect) -> None:
    run = connect(Script(sendRequestXML=[""], getLastError=["Interactive mode"])).update()
    assert run.operations()[-3:] == ["getInteractiveURL", "interactiveRejected", "closeConnection"]


def test_connection_error_is_called_until_done(connect: Connect, company: Company) -> None:
    company.faults.session = "0x80040414"
    script = Script(connectionError=["", "C:\\Other.QBW", "done"])
    run = connect(script).update()
    assert [call["hresult"] for call in script.of("connectionError")] == ["0x80040414", "0x80040414", "0x8004040A"]
    assert (run.ok, "sendRequestXML" in run.operations()) == (False, False)


def test_a_company_file_can_be_asked_for_by_its_path(connect: Connect, company: Company) -> None:
    assert connect(Script(authenticate=[["t", company.path]])).update().ok
    script = Script(authenticate=[["t", "C:\\Other.QBW"]])
    assert not connect(script).update().ok
    assert script.of("connectionError")[0]["hresult"] == "0x8004040A"


def test_a_parse_error_reaches_the_endpoint_without_an_answer(connect: Connect) -> None:
    script = Script(sendRequestXML=["no qbXML", one_set()], receiveResponseXML=[10, 100])
    assert connect(script).update().ok
    first, second = script.of("receiveResponseXML")
    assert (first["response"], first["hresult"]) == ("", "0x80040400")
    assert first["message"].startswith("QuickBooks found an error when parsing")
    assert "<HostRet>" in second["response"]


def test_quickbooks_dying_loses_the_session_for_the_rest_of_the_run(connect: Connect, company: Company) -> None:
    company.die_after(0)
    add = one_set("<VendorAddRq><VendorAdd><Name>Acme</Name></VendorAdd></VendorAddRq>")
    script = Script(sendRequestXML=[add, one_set()], receiveResponseXML=[10, 100])
    connector = connect(script)
    connector.update()
    assert [call["hresult"] for call in script.of("receiveResponseXML")] == ["0x80040402", "0x80040402"]
    assert connector.update().ok
    assert script.of("receiveResponseXML")[-1]["hresult"] == ""


@pytest.mark.parametrize(
    ("fault", "handled", "last"),
    [
        (Fault.DROP_ANSWER, 1, "receiveResponseXML"),
        (Fault.LOSE_CALL, 0, "receiveResponseXML"),
        (Fault.DIE_BEFORE, 0, "receiveResponseXML"),
        (Fault.DIE_AFTER, 1, "receiveResponseXML"),
        (Fault.REPEAT, 2, "closeConnection"),
    ],
)
def test_faults_of_one_call(connect: Connect, fault: Fault, handled: int, last: str) -> None:
    script = Script()
    run = connect(script, faults={4: fault}).update()
    assert len(script.of("receiveResponseXML")) == handled
    assert run.operations()[-1] == last
    assert run.ok is (fault is Fault.REPEAT)


def test_faults_can_be_planned_by_operation(connect: Connect) -> None:
    def plan(number: int, operation: str) -> Fault | None:
        return Fault.LOSE_CALL if operation == "closeConnection" else None

    run = connect(Script(), faults=plan).update()
    assert (run.ok, "QBWC1044" in run.status_text) == (False, True)


def test_an_endpoint_that_never_ends_is_given_up(connect: Connect) -> None:
    run = connect(Script(receiveResponseXML=[1]), most_calls=50).update()
    assert (run.ok, len(run.log)) == (False, 50)


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (302, {"Content-Type": "text/xml"}, b"<a/>"),
        (503, {"Content-Type": "text/xml"}, b"<a/>"),
        (200, {"Content-Type": "application/xml"}, b"<a/>"),
        (200, {}, b"<a/>"),
        (200, {"Content-Type": "text/xml"}, b""),
        (200, {"Content-Type": "text/xml", "Content-Encoding": "gzip"}, b"<a/>"),
        (200, {"Content-Type": "text/xml"}, b"\n<?xml version='1.0'?><a/>"),
        (200, {"Content-Type": "text/xml"}, b"<!DOCTYPE a><a/>"),
    ],
)
def test_answers_the_dotnet_proxy_does_not_read(status: int, headers: dict[str, str], body: bytes) -> None:
    with pytest.raises(CallFailed):
        check_answer(status, headers, body)


@pytest.mark.parametrize("status", [200, 201, 400, 500])
def test_answers_the_dotnet_proxy_reads(status: int) -> None:
    check_answer(status, {"Content-Type": "text/xml; charset=utf-8"}, b"\xef\xbb\xbf<?xml version='1.0'?><a/>")


ENVELOPE = (
    '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">'
    '<soap:Body><{0}Response xmlns="http://developer.intuit.com/"><{0}Result>{1}</{0}Result></{0}Response></soap:Body>'
    "</soap:Envelope>"
)


@pytest.fixture
def endpoint(contracts: Path) -> Iterator[str]:
    """A SOAP endpoint over HTTP that sends one query and is content; gives its WSDL's URL."""
    wsdl = (contracts / "web-connector" / "QBWebConnectorSvc.wsdl").read_text("utf-8")
    answers = {"authenticate": "<string>t</string><string></string>", "receiveResponseXML": "100",
               "sendRequestXML": one_set().replace("<", "&lt;"), "closeConnection": "OK"}  # fmt: skip

    @Request.application
    def app(request: Request) -> Response:
        if request.method == "GET":
            here = re.sub(r'location="[^"]*"', f'location="{request.base_url}"', wsdl)
            return Response(here, mimetype="text/xml")
        operation = request.headers["SOAPAction"].strip('"').rpartition("/")[2]
        return Response(ENVELOPE.format(operation, answers.get(operation, "")), mimetype="text/xml")

    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/quickbooks?wsdl"
    server.shutdown()
    thread.join()


def test_zeep_drives_the_endpoint_over_http(endpoint: str, company: Company) -> None:
    run = WebConnector(zeep_transport(endpoint), company, "shop", "secret", OWNER, FILE).update()
    assert (run.ok, run.status_text, run.progress) == (True, "OK", [100])


def test_the_command_runs_one_update(endpoint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "demo.qbw"
    status = main(["--wsdl", endpoint, "--user", "shop", "--password", "secret", "--company", str(file)])
    assert (status, file.is_file()) == (0, True)
    assert "1 round trips: OK" in capsys.readouterr().out


def test_a_qwc_file_is_read() -> None:
    text = f"<QBWCXML><UserName>shop</UserName><OwnerID>{OWNER}</OwnerID><FileID>{FILE}</FileID></QBWCXML>"
    assert read_qwc(text) == {"UserName": "shop", "OwnerID": OWNER, "FileID": FILE}
