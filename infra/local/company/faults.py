"""What can go wrong with QuickBooks, to be switched on by tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from infra.local.company.errors import ComError, Refused
from infra.local.company.reading import Request

LOCKED_TEXT = (
    "There was an error adding, modifying or deleting {} because it is already in use. QuickBooks error message: The "
    "transaction could not be locked. It is in use by another user."
)
RELATED_TEXT = (
    "There was an error adding, modifying or deleting because a related object is already in use. QuickBooks error "
    "message: The application failed to acquire the lock."
)
SESSION_TEXTS = {
    "0x80040401": "Could not access QuickBooks.",
    "0x80040402": "Unexpected error. Check the qbsdklog.txt file for possible, additional information.",
    "0x80040408": "Could not start QuickBooks.",
    "0x8004040A": "A QuickBooks company data file is already open and it is different from the one requested.",
    "0x8004040D": "The session ticket is invalid.",
    "0x80040410": "The QuickBooks company data file is currently open in a mode other than the one specified.",
    "0x80040414": "There is a modal dialog box showing in the QuickBooks user interface.",
    "0x80040416": "QuickBooks is not running and no company data file name was given.",
    "0x80040417": "There is no company data file open in QuickBooks.",
    "0x8004041A": "This application does not have permission to access this QuickBooks company data file.",
    "0x8004041D": "This application is not allowed to log in automatically.",
    "0x80040420": "The QuickBooks user has denied access.",
    "0x80040424": "QuickBooks did not finish its initialization. Please try again later.",
}


def related_is_locked() -> Refused:
    return Refused(3176, RELATED_TEXT)


@dataclass(slots=True)
class _Refusal:
    request: str
    code: int
    message: str
    times: int


@dataclass(slots=True)
class Faults:
    """All off at first. ``session`` is an HRESULT every session gets while it is set (a dialog is open, say)."""

    session: str = ""
    locked: set[str] = field(default_factory=set)
    _set_statuses: list[int] = field(default_factory=list)
    _refusals: list[_Refusal] = field(default_factory=list)
    _die_at: int | None = None
    _die_with: str = ""

    def die_after(self, requests: int, hresult: str) -> None:
        self._die_at, self._die_with = requests, hresult

    def answer_set_with(self, status: int) -> None:
        """The next message set is not executed but answered with this set status."""
        self._set_statuses.append(status)

    def refuse(self, request: str, code: int, message: str, times: int = 1) -> None:
        """The next ``times`` requests of a name (``SalesReceiptAddRq``, or ``*``) get this status."""
        self._refusals.append(_Refusal(request, code, message, times))

    def lock(self, *ids: str) -> None:
        """These ListIDs and TxnIDs are open in a window of QuickBooks: requests naming them get 3175, or 3176 where
        they only refer to them."""
        self.locked.update(ids)

    def unlock(self) -> None:
        self.locked.clear()

    # Called by the company

    def check_session(self) -> None:
        if self.session:
            raise ComError(self.session, SESSION_TEXTS.get(self.session, "QuickBooks error."))

    def take_set_status(self) -> int | None:
        return self._set_statuses.pop(0) if self._set_statuses else None

    def before_request(self, number: int) -> None:
        if self._die_at is not None and number >= self._die_at:
            hresult, self._die_at = self._die_with, None
            raise ComError(hresult, SESSION_TEXTS.get(hresult, "QuickBooks closed unexpectedly."))

    def check_request(self, request: Request) -> None:
        for refusal in self._refusals:
            if refusal.times and refusal.request in (request.name, "*"):
                refusal.times -= 1
                raise Refused(refusal.code, refusal.message)
        if self.locked and not request.name.endswith("QueryRq"):
            aggregate = next((value for value in request.node.values() if isinstance(value, dict)), request.node)
            own = {aggregate.get("TxnID"), aggregate.get("ListID")} & self.locked
            if own:
                raise Refused(3175, LOCKED_TEXT.format(own.pop()))
            if _ids(request.node) & self.locked:
                raise related_is_locked()


def _ids(node: Any) -> set[str]:
    """Every text in a request that could be an id."""
    if isinstance(node, str):
        return {node}
    if isinstance(node, dict):
        node = list(node.values())
    if isinstance(node, (list, tuple)):
        return set().union(*(_ids(each) for each in node)) if node else set()
    return set()
