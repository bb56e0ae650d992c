"""How QuickBooks says no: to the whole message set (a COM error), or to one request (a status)."""

from __future__ import annotations

PARSE_ERROR = "0x80040400"
PARSE_TEXT = "QuickBooks found an error when parsing the provided XML text stream."


class ComError(Exception):
    """QuickBooks' request processor threw: there is no answer. ``hresult`` is its hex code, ``message`` its text.

    ``detail`` says for our tests what was wrong; QuickBooks itself never tells.
    """

    def __init__(self, hresult: str = PARSE_ERROR, message: str = PARSE_TEXT, detail: str = "") -> None:
        super().__init__(f"{hresult} {message}" + (f" [{detail}]" if detail else ""))
        self.hresult = hresult
        self.message = message
        self.detail = detail


class Refused(Exception):
    """One request is refused with a status code of severity Error; nothing of it stays."""

    def __init__(self, code: int, message: str, answer: str = "") -> None:
        super().__init__(f"{code} {message}")
        self.code = code
        self.message = message
        self.answer = answer


_NOT_THERE = "QuickBooks error message: Invalid argument.  The specified record does not exist in the list."


def no_such_reference(kind: str, name: str, place: str) -> Refused:
    return Refused(3140, f'There is an invalid reference to QuickBooks {kind} "{name}" in the {place}. {_NOT_THERE}')


def no_such_object(object_id: str) -> Refused:
    return Refused(3120, f'Object "{object_id}" specified in the request cannot be found. {_NOT_THERE}')


def name_taken(name: str) -> Refused:
    return Refused(3100, f'The name "{name}" of the list element is already in use.')


def stale(edit_sequence: str, answer: str) -> Refused:
    return Refused(3200, f'The provided edit sequence "{edit_sequence}" is out-of-date. ', answer)


def not_saved(what: str, why: str) -> Refused:
    return Refused(3180, f"There was an error when saving a {what}. QuickBooks error message: {why}")


def bad_value(field: str, value: str, why: str) -> Refused:
    return Refused(3210, f'The "{field}" field has an invalid value "{value}". QuickBooks error message: {why}')


def not_available(what: str) -> Refused:
    return Refused(3250, f"This feature is not enabled or not available in this version of QuickBooks. ({what})")


def period_closed(day: str) -> Refused:
    return Refused(
        3171,
        "An attempt was made to modify a transaction with a date that is on or before the closing date of the "
        f"company ({day}).",
    )


def missing(element: str) -> Refused:
    return Refused(3150, f'There is a missing element: "{element}". ')
