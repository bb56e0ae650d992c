"""What the API answers when it can't do what is asked: one table from exceptions to HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from connector.app.http import BadRequest, Response, json_response
from connector.app.texts.catalogue import ENGLISH
from connector.app.texts.sentences import in_language
from connector.shopify.errors import (
    InstallRefused,
    InvalidSessionToken,
    NeedsMerchant,
    ShopifyError,
    ShopifyRefused,
    ShopifyUnavailable,
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: where (``accounts.sales_income``), what, and what to do about it."""

    key: str
    problem: str
    fix: str = ""


class Unprocessable(Exception):
    """The request is understood and can't be carried out; ``faults`` names everything that is wrong with it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{fault.key}: {fault.problem}" for fault in faults))
        self.faults = tuple(faults)


class Conflict(Exception):
    """The request does not fit what has happened already."""

    def __init__(self, problem: str, fix: str = "", key: str = "") -> None:
        super().__init__(problem)
        self.faults = (Fault(key, problem, fix),)


class NotFound(Exception):
    """There is no such thing in this shop."""


class NotInstalled(Exception):
    """The session token is genuine and the shop has no tokens with us."""


class Forbidden(Exception):
    """Whoever asks may look, and not do this."""


class Unavailable(Exception):
    """Something we need does not answer; the same request may work in a moment. What was done is said."""


_STATUS: tuple[tuple[type[Exception], int], ...] = (
    (Unprocessable, 422),
    (Conflict, 409),
    (NotFound, 404),
    (NotInstalled, 403),
    (Forbidden, 403),
    (BadRequest, 400),
    (InvalidSessionToken, 401),
    (NeedsMerchant, 403),
    (ShopifyUnavailable, 503),
    (ShopifyRefused, 502),
    (Unavailable, 503),
    (ShopifyError, 502),
)
_RETRY_WITH_NEW_TOKEN = {"X-Shopify-Retry-Invalid-Session-Request": "1"}
"""App Bridge gets a fresh session token and asks once more (Shopify, ID tokens)."""

KNOWN = tuple(kind for kind, _ in _STATUS)


def answer_of(error: Exception, language: str = ENGLISH) -> Response:
    """The HTTP answer of an exception of ``KNOWN``, its problems in ``language``."""
    if isinstance(error, InstallRefused):
        return faults_response([Fault("", str(error))], error.status)
    status = next(status for kind, status in _STATUS if isinstance(error, kind))
    faults = error.faults if isinstance(error, Unprocessable | Conflict) else [Fault("", str(error))]
    answer = faults_response(faults, status, language)
    if isinstance(error, InvalidSessionToken):
        return replace(answer, headers={**answer.headers, **_RETRY_WITH_NEW_TOKEN})
    return answer


def faults_response(faults: Sequence[Fault], status: int, language: str = ENGLISH) -> Response:
    headers = {"Retry-After": "5"} if status == 503 else {}
    said = [
        Fault(fault.key, in_language(fault.problem, language), in_language(fault.fix, language)) for fault in faults
    ]
    return json_response({"errors": [asdict(fault) for fault in said]}, status, headers)
