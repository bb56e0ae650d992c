"""A Web Connector on this machine: drives an endpoint exactly as Intuit's program does, with a company behind it.

Source: QuickBooks Web Connector Programmer's Guide (order of calls, what each return value does) and the behaviour of
the .NET SOAP proxy it is built on (no redirects, text/xml only, a null answer crashes the run). Also a command::

    python -m infra.local.web_connector --wsdl URL --user NAME --password TEXT --company FILE [--every SECONDS]
"""

from __future__ import annotations

import argparse
import sys
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from infra.local.company import ComError, Company
from infra.local.show import Progress

Transport = Callable[..., Any]
"""``call(operation, **parameters)`` → string, int, list of strings, or None. Raises CallFailed."""

NO_OP = "NoOp"
INTERACTIVE = "Interactive mode"
NO_OP_SECONDS = 5
ATTEMPTS = 2
CLIENT_VERSION = "2.3.0.215"
_TRANSPORT_CODES = {
    "clientVersion": "QBWC1036",
    "authenticate": "QBWC1012",
    "sendRequestXML": "QBWC1041",
    "receiveResponseXML": "QBWC1042",
    "getLastError": "QBWC1043",
    "closeConnection": "QBWC1044",
    "connectionError": "QBWC1045",
}
_NO_WORK = {
    "none": "No data exchange required",
    "nvu": "Authentication failed",
    "busy": "Service busy",
}
_PARSE_ERROR = "0x80040400"


class CallFailed(Exception):
    """A call brought no answer the proxy could read: a SOAP Fault, a status, a wrong content type, silence."""


class Fault(StrEnum):
    """What a test can do to one call of a run."""

    DROP_ANSWER = "the endpoint handles the call, its answer never arrives"
    LOSE_CALL = "the call never reaches the endpoint"
    REPEAT = "the call is made twice, the second answer counts"
    DIE_BEFORE = "the computer dies before the call"
    DIE_AFTER = "the computer dies right after the call's answer, before anything is done with it"


class ComputerDied(Exception):
    """The whole computer is gone: no further call, no closeConnection."""


class _Stop(Exception):
    """The run is over, with this text for the status column."""


FaultPlan = Callable[[int, str], Fault | None]
"""Number of the call in the run (from 0) and its operation → what happens to it."""


@dataclass(slots=True)
class Run:
    """One update. ``ok`` means it ended cleanly; ``round_trips`` counts sets given to QuickBooks."""

    ok: bool = False
    status_text: str = ""
    round_trips: int = 0
    seconds: float = 0.0
    progress: list[int] = field(default_factory=list)
    log: list[tuple[str, str]] = field(default_factory=list)
    postponed: int = 0
    minimum_every: int = 0

    def operations(self) -> list[str]:
        return [operation for operation, _ in self.log]


class WebConnector:
    """The program on the merchant's computer. ``company`` is the file open in QuickBooks; tests may swap it.

    ``faults`` plans what goes wrong with which call; ``sleep`` stands for the NoOp pause; ``on_progress`` is told
    the percentage after each answer. Exceptions of ``call`` other than CallFailed and OSError go through.
    """

    def __init__(
        self,
        call: Transport,
        company: Company,
        user: str,
        password: str,
        owner_id: str,
        file_id: str,
        faults: FaultPlan | Mapping[int, Fault] | None = None,
        *,
        sleep: Callable[[float], None] = time.sleep,
        on_progress: Callable[[int, str], None] = lambda percent, text: None,
        computer: str = "BACKOFFICE",
        most_calls: int = 20_000,
        auto_run: bool = True,
    ) -> None:
        self._call = call
        self.company = company
        self._user = user
        self._password = password
        self._owner_id = owner_id
        self._file_id = file_id
        self.faults = faults
        self._sleep = sleep
        self._on_progress = on_progress
        self._computer = computer
        self._most_calls = most_calls
        self._auto_run = auto_run
        self._run = Run()
        self._session_lost = ""

    def update(self) -> Run:
        """One run, from serverVersion to closeConnection or to whatever stops it."""
        run = self._run = Run()
        self._session_lost = ""
        started = time.perf_counter()
        try:
            self._one_run()
        except _Stop as stop:
            run.status_text = str(stop)
        except ComputerDied:
            run.status_text = "The computer died."
        run.seconds = time.perf_counter() - started
        return run

    def _one_run(self) -> None:
        try:
            self._ask("serverVersion")
        except _Stop:
            self._run.log.append(("serverVersion", "failed; tolerated"))
        self._check_client_version(self._ask("clientVersion", strVersion=CLIENT_VERSION))
        ticket, wish = self._authenticate()
        self._open_company(ticket, wish)
        hcp = self._profile()
        self._exchange(ticket, hcp)

    # Calls

    def _ask(self, operation: str, **parameters: Any) -> Any:
        """One call under the fault plan. Raises _Stop when it brings no readable answer."""
        run = self._run
        number = len(run.log)
        if number >= self._most_calls:
            raise _Stop(f"Given up after {number} calls")
        run.log.append((operation, ""))
        fault = self._planned(number, operation)
        if fault is Fault.DIE_BEFORE:
            raise ComputerDied
        try:
            if fault is Fault.LOSE_CALL:
                raise CallFailed("The underlying connection was closed.")
            if fault is Fault.REPEAT:
                self._call(operation, **parameters)
            answer = self._call(operation, **parameters)
            if fault is Fault.DROP_ANSWER:
                raise CallFailed("The operation has timed out.")
        except (CallFailed, OSError) as failure:
            code = _TRANSPORT_CODES.get(operation, "")
            run.log[number] = (operation, f"{code} {failure}")
            raise _Stop(f"{code}: {failure}".removeprefix(": ")) from failure
        run.log[number] = (operation, _short(answer))
        if fault is Fault.DIE_AFTER:
            raise ComputerDied
        return answer

    def _planned(self, number: int, operation: str) -> Fault | None:
        if self.faults is None:
            return None
        return self.faults(number, operation) if callable(self.faults) else self.faults.get(number)

    def _text(self, operation: str, **parameters: Any) -> str:
        """A call whose answer must be a string; null crashes the program's logger and ends the run."""
        answer = self._ask(operation, **parameters)
        if answer is None:
            raise _Stop(f"{_TRANSPORT_CODES.get(operation, '')}: Object reference not set to an instance of an object.")
        return str(answer)

    # Before QuickBooks

    def _check_client_version(self, answer: Any) -> None:
        text = answer or ""
        if not text or text.startswith("W:"):
            return
        if text.startswith(("E:", "O:")):
            raise _Stop(f"QBWC1037: {text}")
        raise _Stop("QBWC1046: bad answer to clientVersion")

    def _authenticate(self) -> tuple[str, str]:
        answer = self._ask("authenticate", strUserName=self._user, strPassword=self._password)
        strings = _strings(answer)
        if len(strings) < 2:
            raise _Stop("QBWC1012: Object reference not set to an instance of an object. do_authenticate")
        ticket, wish = strings[0] or "", strings[1] or ""
        postpone, minimum = (_seconds(strings, position) for position in (2, 3))
        if self._auto_run:
            self._run.minimum_every = minimum
            if postpone:
                self._run.postponed = postpone
                self._end(ticket, "Update postponed by application", ok=wish.lower() != "nvu")
        if wish.lower() in _NO_WORK:
            self._end(ticket, _NO_WORK[wish.lower()], ok=wish.lower() != "nvu")
        return ticket, wish

    def _end(self, ticket: str, text: str, ok: bool) -> None:
        """closeConnection, then the run is over. Its own text is what the status column shows at a clean end."""
        closing = self._text("closeConnection", ticket=ticket)
        self._run.ok = ok
        raise _Stop(text or closing)

    # QuickBooks

    def _open_company(self, ticket: str, wish: str) -> None:
        """Two attempts, then connectionError, as long as the endpoint names another file (or "", the open one)."""
        while True:
            failure = None
            for _ in range(ATTEMPTS):
                try:
                    if wish and wish != self.company.path:
                        raise ComError("0x8004040A", "Another QuickBooks company data file is already open.")
                    self.company.open_session()
                    return
                except ComError as error:
                    failure = error
            assert failure is not None
            wish = self._text("connectionError", ticket=ticket, hresult=failure.hresult, message=failure.message)
            if wish.lower() == "done":
                raise _Stop(f"{failure.hresult}: {failure.message}")

    def _profile(self) -> str:
        """Host, Company and Preferences, and the FileID written into a company that has none of this application."""
        try:
            hcp = self.company.hcp(self._owner_id)
            if "FileID" not in self.company.marked(self._owner_id):
                lock = f"LOCKED:{self._computer}:637{uuid.uuid4().int % 10**15:015}"
                self.company.mark(self._owner_id, FileID=self._file_id, AppLock=lock)
        except ComError as error:
            raise _Stop(f"QBWC1014: {error.hresult}: {error.message}") from error
        return hcp

    def _exchange(self, ticket: str, hcp: str) -> None:
        while True:
            request = self._text(
                "sendRequestXML",
                ticket=ticket,
                strHCPResponse=hcp,
                strCompanyFileName=self.company.path,
                qbXMLCountry=self.company.preferences.country,
                qbXMLMajorVers=16,
                qbXMLMinorVers=0,
            )
            hcp = ""
            if request in ("", NO_OP):
                self._pause_or_end(ticket)
                continue
            response, hresult, message = self._process(request)
            self._run.round_trips += 1
            answer = self._ask("receiveResponseXML", ticket=ticket, response=response, hresult=hresult, message=message)
            # A proxy reads a missing int as 0, which means "go on".
            percent = int(answer or 0)
            self._run.progress.append(percent)
            self._on_progress(percent, "")
            if percent < 0:
                self._end(ticket, self._text("getLastError", ticket=ticket), ok=False)
            if percent >= 100:
                self._end(ticket, "", ok=True)

    def _pause_or_end(self, ticket: str) -> None:
        text = self._text("getLastError", ticket=ticket)
        if text == NO_OP:
            self._sleep(NO_OP_SECONDS)
            return
        if text == INTERACTIVE:
            url = self._text("getInteractiveURL", wcTicket=ticket, sessionID="1")
            self._ask("interactiveRejected", wcTicket=ticket, reason="Nobody is at the computer.")
            text = f"Interactive mode was refused ({url})"
        self._end(ticket, text, ok=False)

    def _process(self, request: str) -> tuple[str, str, str]:
        """The set's answer, or the HRESULT and text QuickBooks threw. A lost session stays lost in this run."""
        try:
            if self._session_lost:
                raise ComError(self._session_lost, "The session with QuickBooks has been lost.")
            return self.company.process(request), "", ""
        except ComError as error:
            if error.hresult != _PARSE_ERROR:
                self._session_lost = error.hresult
            return "", error.hresult, error.message


def _strings(answer: Any) -> list[str | None]:
    """The array authenticate gives, also in the wrapping SOAP libraries put around it."""
    if answer is None:
        return []
    inner = getattr(answer, "string", answer)
    if isinstance(inner, Mapping):
        inner = inner.get("string", [])
    return list(inner or [])


def _seconds(strings: Sequence[str | None], position: int) -> int:
    text = (strings[position] or "").strip() if len(strings) > position else ""
    return int(text) if text.isdecimal() else 0


def _short(answer: Any) -> str:
    text = " ".join(str(answer).split())
    return text if len(text) <= 160 else f"{text[:157]}..."


def read_qwc(text: str) -> dict[str, str]:
    """The elements of a .qwc file by name."""
    return {element.tag: element.text or "" for element in ElementTree.fromstring(text)}


def zeep_transport(wsdl_url: str, *, timeout: float = 100, headers: Mapping[str, str] | None = None) -> Transport:
    """zeep over HTTP on the endpoint's own WSDL, with the .NET proxy's rules for answers."""
    from infra.local.soap_client import open_client

    return open_client(wsdl_url, timeout, headers or {})


def main(arguments: Sequence[str] | None = None) -> int:
    """One update, or one every so many seconds until interrupted. Exit status 1 when the last one failed."""
    options = _options().parse_args(arguments)
    qwc = read_qwc(Path(options.qwc).read_text("utf-8")) if options.qwc else {}
    owner_id = options.owner_id or qwc.get("OwnerID") or "{57F3B9B1-86F1-4FCC-B1EE-566DE1813D20}"
    file_id = options.file_id or qwc.get("FileID") or "{" + str(uuid.uuid5(uuid.NAMESPACE_URL, options.company)) + "}"
    user = options.user or qwc.get("UserName", "")
    company = Company(options.company)
    while True:
        bar = Progress("Web Connector update")
        connector = WebConnector(
            zeep_transport(options.wsdl), company, user, options.password, owner_id, file_id,
            on_progress=partial(_show, bar),
        )  # fmt: skip
        run = connector.update()
        bar.note = f"{run.round_trips} round trips: {run.status_text}"
        bar.end()
        if not options.every:
            return 0 if run.ok else 1
        try:
            time.sleep(max(options.every, run.postponed))
        except KeyboardInterrupt:
            return 0 if run.ok else 1


def _show(bar: Progress, percent: int, text: str) -> None:
    bar.at(max(percent, 0), 100, text)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.local.web_connector", description=__doc__)
    parser.add_argument("--wsdl", required=True, help="URL of the endpoint's WSDL")
    parser.add_argument("--user", default="", help="user name (else the .qwc's)")
    parser.add_argument("--password", required=True)
    parser.add_argument("--company", required=True, help="SQLite file of the company; made when it is not there")
    parser.add_argument("--qwc", default="", help="the .qwc file of the connection")
    parser.add_argument("--owner-id", default="")
    parser.add_argument("--file-id", default="")
    parser.add_argument("--every", type=int, default=0, help="seconds between updates; 0 makes one")
    return parser


if __name__ == "__main__":
    sys.exit(main())
