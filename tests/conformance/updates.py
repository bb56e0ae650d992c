"""A shop whose endpoint is reached over HTTP, and updates made call by call instead of by the Web Connector."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from connector.web_connector.endpoint import Endpoint
from infra.local.company import ComError, Company
from infra.local.web_connector import CallFailed
from tests.conformance.clients import dotnet
from tests.conformance.door import SOURCE_HEADER, Door
from tests.conformance.wire import Reply, SoapFault, post, request
from tests.fakes.office import SHOP, TOKEN, Office

FIRST_COMPUTER, SECOND_COMPUTER = "10.0.0.1", "10.0.0.2"
_MOST_ROUNDS = 60


class Shop(Office):
    """The office of ``tests.fakes``, with HTTP between the Web Connector and the endpoint."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.door = Door(lambda: Endpoint(self.table, lambda: self.now, self.random_bytes))
        self.replies: list[Reply] = []

    @property
    def user_name(self) -> str:
        return str(self.connection["user_name"])

    def close(self) -> None:
        self.door.close()

    def post(self, body: bytes, headers: dict[str, str] | None = None) -> Reply:
        return post(self.door.port, body, headers)

    def get(self, target: str, method: str = "GET") -> Reply:
        return request(self.door.port, method, target)

    def reply(self, operation: str, source: str = FIRST_COMPUTER, **parameters: Any) -> Reply:
        """The HTTP answer to a call written as .NET writes it; checked for every trap on its way."""
        headers, body = dotnet(operation, {n: None if v is None else str(v) for n, v in parameters.items()})
        reply = self.post(body, headers | {SOURCE_HEADER: source})
        reply.assert_no_trap()
        self.replies.append(reply)
        return reply

    def call(self, operation: str, source: str = FIRST_COMPUTER, **parameters: Any) -> Any:
        try:
            return self.reply(operation, source, **parameters).value(operation)
        except SoapFault as fault:
            raise CallFailed(str(fault)) from fault

    def sign_in(self, source: str = FIRST_COMPUTER, user: str = "", password: str = TOKEN) -> list[str]:
        answer = self.call("authenticate", source, strUserName=user or self.user_name, strPassword=password)
        return list(answer)

    def begin(self, source: str = FIRST_COMPUTER, company: Company | None = None) -> Update:
        """An update that has authenticated and has a company open."""
        ticket, wish = self.sign_in(source)
        return Update(self, ticket, wish, source, company or self.company)


class Update:
    """One run of a Web Connector, each call made when the test says so."""

    def __init__(self, shop: Shop, ticket: str, wish: str, source: str, company: Company) -> None:
        self.shop, self.ticket, self.wish, self.source, self.company = shop, ticket, wish, source, company
        self.sent: list[str] = []
        self.told: list[int] = []
        company.open_session()
        self._hcp: str | None = None

    @property
    def hcp(self) -> str:
        """What the Web Connector tells of the company in the first call; it marks a company that has no mark."""
        connector = self.shop.web_connector(self.source, company=self.company)
        return connector._profile()

    def send(self, hcp: str | None = None) -> str:
        """sendRequestXML, with the company's description in the first call and without it in later ones."""
        described = hcp if hcp is not None else "" if self.sent else self.hcp
        text = self.shop.call(
            "sendRequestXML",
            self.source,
            ticket=self.ticket,
            strHCPResponse=described,
            strCompanyFileName=self.company.path,
            qbXMLCountry="US",
            qbXMLMajorVers=16,
            qbXMLMinorVers=0,
        )
        assert isinstance(text, str), "sendRequestXML must never be null"
        self.sent.append(text)
        return text

    def receive(self, response: str | None = "", hresult: str | None = "", message: str | None = "") -> int:
        told = self.shop.call(
            "receiveResponseXML",
            self.source,
            ticket=self.ticket,
            response=response,
            hresult=hresult,
            message=message,
        )
        self.told.append(told)
        return int(told)

    def work(self, request: str) -> int:
        """QuickBooks runs the set, its answer or HRESULT is brought."""
        try:
            answer = self.company.process(request)
        except ComError as error:
            return self.receive("", error.hresult, error.message)
        return self.receive(answer)

    def send_until(self, wanted: Callable[[str], bool]) -> str:
        """Works through the sets up to the first that is ``wanted``, which is sent but not worked on."""
        for _ in range(_MOST_ROUNDS):
            request = self.send()
            if wanted(request):
                return request
            assert request, self.last_error()
            assert 0 <= self.work(request) < 100, f"the update ended before the set came: {self.last_error()}"
        raise AssertionError("no such set came")

    def finish(self) -> int:
        """Goes on to the end; what the last receiveResponseXML said."""
        for _ in range(_MOST_ROUNDS):
            request = self.send()
            if request in ("", "NoOp"):
                return -1
            told = self.work(request)
            if not 0 <= told < 100:
                self.close()
                return told
        raise AssertionError("the update did not end")

    def last_error(self) -> str:
        return str(self.shop.call("getLastError", self.source, ticket=self.ticket))

    def close(self) -> str:
        return str(self.shop.call("closeConnection", self.source, ticket=self.ticket))


def set_id(request: str) -> str:
    """The id of a set that writes, or of the one a probe asks for; empty for a set that only reads."""
    found = re.search(r'newMessageSetID="([^"]*)"', request)
    return found[1] if found else ""


def writes(request: str) -> bool:
    return bool(set_id(request)) and "oldMessageSetID" not in request


def posts(request: str) -> bool:
    """Writes transactions, not only list elements."""
    return writes(request) and bool(re.search(r"<(SalesReceipt|Invoice|CreditMemo)AddRq", request))


def probes(request: str) -> bool:
    found = re.search(r'oldMessageSetID="([^"]*)"', request)
    return bool(found) and found[1] == set_id(request) and "AddRq" not in request and "QueryRq" not in request


def looks_up(request: str) -> bool:
    """Looks for a transaction by its Ref No."""
    return "<RefNumberCaseSensitive>" in request or ("<RefNumber>" in request and "AddRq" not in request)


def ref_numbers(company: Company, kind: str = "SalesReceipt") -> list[str]:
    """What QuickBooks has of a kind, by Ref No., each as often as it is there."""
    return sorted(str(posted.ref_number) for posted in company.transactions(kind))


__all__ = ["SHOP", "TOKEN", "Shop", "Update"]
