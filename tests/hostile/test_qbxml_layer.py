"""Case 22, inner layer: hostile qbXML in ``response`` and ``strHCPResponse``. Refused fast, and nothing is lost."""

from __future__ import annotations

from typing import Any

import pytest

from connector.outbox.entries import EntryState
from tests.fakes.office import TOKEN, Office, receipt
from tests.fakes.yardstick import within
from tests.hostile.bodies import LAUGHS, MEGABYTE, RESPONSES, answer

MOST = 16
"""Honest bodies of half a million elements: what is refused here is twice as large, and something is stored."""


class Run:
    """A run whose write set about three receipts is with QuickBooks."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.ticket, _ = office.call("authenticate", strUserName=office.connection["user_name"], strPassword=TOKEN)
        request = self.send(office.company.hcp())
        while "<SalesReceiptAddRq" not in request:
            assert 0 <= self.receive(office.company.process(request)) < 100
            request = self.send()
        self.request = request

    def send(self, hcp: str = "") -> str:
        return str(self.office.call("sendRequestXML", ticket=self.ticket, strHCPResponse=hcp))

    def receive(self, response: str, hresult: str = "") -> int:
        return int(self.office.call("receiveResponseXML", ticket=self.ticket, response=response, hresult=hresult))

    def last_error(self) -> str:
        return str(self.office.call("getLastError", ticket=self.ticket))


@pytest.fixture
def office() -> Office:
    found = Office()
    found.add([receipt(n) for n in range(3)])
    return found


@pytest.mark.parametrize("make", RESPONSES.values(), ids=RESPONSES)
def test_case_22_a_hostile_answer_loses_nothing(office: Office, make: Any) -> None:
    """The run stops; QuickBooks' own memory of the set tells the next run what became of it."""
    run = Run(office)
    office.company.process(run.request)
    hostile = make()
    told = within(lambda: run.receive(hostile), MOST)
    assert told < 0
    text = run.last_error()
    assert text and "root:" not in text and "ha" * 10 not in text and "Traceback" not in text
    assert office.states() == {"SENT": 3}
    assert office.update().ok
    assert len(office.company.transactions("SalesReceipt")) == 3
    assert office.ties_out()


@pytest.mark.parametrize("make", RESPONSES.values(), ids=RESPONSES)
def test_case_22_a_hostile_description_of_the_company(office: Office, make: Any) -> None:
    """Not understood means not known: the company is asked instead of trusted."""
    hostile = make()
    ticket, _ = office.call("authenticate", strUserName=office.connection["user_name"], strPassword=TOKEN)
    request = within(lambda: office.call("sendRequestXML", ticket=ticket, strHCPResponse=hostile), MOST)
    assert "<HostQueryRq" in request and "AddRq" not in request
    assert office.update().ok
    assert office.ties_out()


@pytest.mark.parametrize(
    "field", ["hresult", "message", "strCompanyFileName", "qbXMLCountry", "strUserName", "strPassword", "ticket"]
)
@pytest.mark.parametrize("value", ["x" * MEGABYTE, LAUGHS, "\ufffd" * 1000, "\n\r\t", "'; DROP TABLE--", "{0}{x}%s"])
def test_case_22_hostile_plain_parameters(office: Office, field: str, value: str) -> None:
    """Whatever stands in them, every operation answers, and the shop goes on afterwards."""
    office.call("authenticate", **{"strUserName": office.connection["user_name"], "strPassword": TOKEN, field: value})
    ticket, _ = office.call("authenticate", strUserName=office.connection["user_name"], strPassword=TOKEN)
    given = {"ticket": ticket, field: value}
    for operation in ("sendRequestXML", "receiveResponseXML", "connectionError", "getLastError", "closeConnection"):
        assert office.call(operation, **given) is not None
    office.pass_time(hours=1)
    assert office.update().ok
    assert office.ties_out()


def test_case_22_control_characters_in_a_real_answer_do_not_lose_it(office: Office) -> None:
    """Old records may hold what XML forbids; QuickBooks sends it all the same."""
    run = Run(office)
    real = office.company.process(run.request)
    spoilt = real.replace("<TxnID>", "<Memo>a\x0bb&#11;c&#xD800;\ufffe</Memo><TxnID>")
    assert 0 <= run.receive(spoilt) < 100
    assert office.states() == {"POSTED": 3}


def test_case_22_an_answer_to_somebody_elses_requests_settles_nothing(office: Office) -> None:
    """Ids that were never sent, or ones of the set with a type that doesn't fit, count as no answer."""
    run = Run(office)
    strange = "".join(f'<CustomerAddRs requestID="{n}" statusCode="0" statusSeverity="Info"/>' for n in range(20))
    run.receive(answer(strange))
    assert {entry.state for entry in office.entries()} <= {EntryState.SENT, EntryState.DOUBTFUL}
    assert office.update().ok
    assert len(office.company.transactions("SalesReceipt")) == 3
    assert office.ties_out()
