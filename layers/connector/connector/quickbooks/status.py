"""What QuickBooks' status codes mean for an entry, in plain words.

Source: QuickBooks SDK, "Status codes in response messages", and messages seen in public code. The severity says
whether it failed: a warning doesn't. The same code is used for very different things, so a few texts are looked at
too; a code nobody knows is refused and held.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from connector.quickbooks.answers import Answer
from connector.quickbooks.session_errors import HresultMeaning, SessionTrouble, hresult

__all__ = [
    "RETRY_LATER",
    "HresultMeaning",
    "Meaning",
    "SessionTrouble",
    "Verdict",
    "explain",
    "hresult",
    "reason",
    "verdict",
]


class Verdict(StrEnum):
    """What became of one request.

    DONE: carried out. UNCLEAR: no error, but a write that names no record: look it up. NOT_FOUND: a query without
    result. NAME_TAKEN: find who has the name. STALE: read it again first. NOT_PROCESSED: safe to send again as it is.
    LOCKED and BUSY: try again later. BAD_REFERENCE: something it names isn't in the company. ITERATOR_LOST: start the
    query again. CLOSED_PERIOD, NO_PERMISSION, FEATURE_OFF: a setting of QuickBooks is in the way.
    REFUSED: hold it for a person.
    """

    DONE = "done"
    UNCLEAR = "unclear"
    NOT_FOUND = "not found"
    NAME_TAKEN = "name taken"
    STALE = "stale"
    NOT_PROCESSED = "not processed"
    LOCKED = "locked"
    BUSY = "busy"
    BAD_REFERENCE = "bad reference"
    ITERATOR_LOST = "iterator lost"
    CLOSED_PERIOD = "closed period"
    NO_PERMISSION = "no permission"
    FEATURE_OFF = "feature off"
    REFUSED = "refused"


RETRY_LATER = frozenset({Verdict.LOCKED, Verdict.BUSY})
"""Refused for now: nothing was done, and the same request may well succeed in some minutes."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """``words`` say what happened, ``advice`` what the merchant can do; empty where the connector sees to it."""

    verdict: Verdict
    words: str
    advice: str = ""


_DONE = Meaning(Verdict.DONE, "QuickBooks has it.")
_UNCLEAR = Meaning(Verdict.UNCLEAR, "QuickBooks reported no error but didn't say which record it made.")
_NONE_FOUND = Meaning(Verdict.NOT_FOUND, "QuickBooks has no such record.")
_LOCKED = Meaning(
    Verdict.LOCKED,
    "Somebody is using this record in QuickBooks.",
    "Close the window in QuickBooks that shows it; it is sent again by itself.",
)
_CLOSED = Meaning(
    Verdict.CLOSED_PERIOD,
    "The books are closed on that date in QuickBooks.",
    "Open the period in QuickBooks, or post it on the first open day.",
)
_BAD_REFERENCE = Meaning(
    Verdict.BAD_REFERENCE,
    "It refers to an account, item or name that QuickBooks does not have, or that is inactive there.",
    "Check the account mapping, and make the account or item active again.",
)
_OUR_FAULT = Meaning(Verdict.REFUSED, "QuickBooks could not read a value in this entry.", "Tell our support.")
_FULL = Meaning(
    Verdict.REFUSED,
    "The list is full in QuickBooks.",
    "Rename it to one that QuickBooks has, or undo it and use summary from now on.",
)
_REFUSED = Meaning(Verdict.REFUSED, "QuickBooks refused this entry.", "Read QuickBooks' own words and fix the cause.")
_NO_PERMISSION = Meaning(
    Verdict.NO_PERMISSION,
    "QuickBooks does not allow this app to do it.",
    "As Admin: Edit > Preferences > Integrated Applications > this app > Properties, allow access.",
)
_FEATURE_OFF = Meaning(
    Verdict.FEATURE_OFF,
    "This edition of QuickBooks doesn't have the feature, or it is switched off.",
    "Switch it on in QuickBooks' preferences, or change the mode in the settings.",
)

_CODES: dict[int, Meaning] = {
    1000: Meaning(Verdict.BUSY, "QuickBooks had an internal error.", "It is tried again by itself."),
    1010: Meaning(Verdict.BUSY, "QuickBooks was not available.", "It is tried again by itself."),
    1030: _FEATURE_OFF,
    3000: _BAD_REFERENCE,
    3100: Meaning(Verdict.NAME_TAKEN, "The name is already used in QuickBooks."),
    3120: _BAD_REFERENCE,
    3130: _BAD_REFERENCE,
    3140: _BAD_REFERENCE,
    3160: Meaning(Verdict.REFUSED, "QuickBooks can't delete it because something else uses it."),
    3161: _CLOSED,
    3162: Meaning(
        Verdict.BUSY, "QuickBooks must be in single-user mode for this.", "File > Switch to Single-user Mode."
    ),
    3170: _REFUSED,
    3171: _CLOSED,
    3175: _LOCKED,
    3176: _LOCKED,
    3177: Meaning(Verdict.REFUSED, "The same transaction is linked twice."),
    3200: Meaning(Verdict.STALE, "It was changed in QuickBooks since it was last read."),
    3210: Meaning(
        Verdict.REFUSED,
        "A value does not fit, for example a payment above what is still due.",
        "Check whether the invoice was changed or paid in QuickBooks.",
    ),
    3231: Meaning(Verdict.NOT_PROCESSED, "QuickBooks stopped before this one; nothing was done."),
    3250: _FEATURE_OFF,
    3260: _NO_PERMISSION,
    3261: Meaning(
        Verdict.NO_PERMISSION,
        "QuickBooks does not let this app see personal data.",
        "As Admin: Integrated Applications > this app > Properties, allow access to personal data.",
    ),
    3262: _NO_PERMISSION,
    3263: _NO_PERMISSION,
    3270: Meaning(Verdict.REFUSED, "An account is missing.", "Give the item or mapping an account."),
    3391: Meaning(Verdict.ITERATOR_LOST, "The list was not read to its end in one go.", "It is read again."),
}

# Whatever the code: seen with 3170, 3175, 3176, 3180 and 3185.
_TEXTS: tuple[tuple[str, Meaning], ...] = (
    ("modified by another user", _LOCKED),
    ("could not be locked", _LOCKED),
    ("failed to acquire the lock", _LOCKED),
    ("list element is in use", _LOCKED),
    ("in use by another user", _LOCKED),
    ("has reached its maximum", _FULL),
    ("reached the maximum", _FULL),
    ("closing date", _CLOSED),
    ("closed period", _CLOSED),
    ("period has been closed", _CLOSED),
)
_LOCKABLE = range(3100, 3400)
_FORMAT = range(3010, 3100)
_WRITES = ("Add", "Mod")


def explain(answer: Answer) -> Meaning:
    """The verdict on one answer with its words. A query that found some of what it asked for is DONE."""
    if _failed(answer):
        return _failure(answer)
    if answer.name.endswith(_WRITES):
        return _DONE if answer.record_id else _UNCLEAR
    if answer.code in (1, 500) and not answer.records:
        return _NONE_FOUND
    return _DONE


def verdict(answer: Answer) -> Verdict:
    return explain(answer).verdict


def reason(answer: Answer) -> str:
    """For the entry's row: our words, QuickBooks' own, and what to do."""
    meaning = explain(answer)
    quoted = f"QuickBooks says: {answer.message.strip()} ({answer.code})" if answer.message.strip() else ""
    return " ".join(part for part in (meaning.words, quoted, meaning.advice) if part)


def _failed(answer: Answer) -> bool:
    if answer.severity in ("Info", "Warn"):
        return False
    return answer.severity == "Error" or not 0 <= answer.code < 1000


def _failure(answer: Answer) -> Meaning:
    text = answer.message.lower()
    if answer.code in _LOCKABLE:
        for seen, meaning in _TEXTS:
            if seen in text:
                return meaning
    if answer.code in _FORMAT:
        return _OUR_FAULT
    return _CODES.get(answer.code, _REFUSED)
