"""HRESULTs: what the Web Connector reports when QuickBooks gave no answer at all.

Source: QuickBooks SDK error list and QuickBooks Web Connector Programmer's Guide. They arrive in two places.
In ``connectionError`` the session never came up, so nothing of ours was sent. In ``receiveResponseXML`` a set had
been sent: only a parse error proves that nothing was done, after anything else the outcome is unknown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class SessionTrouble(StrEnum):
    """PARSE: our qbXML was refused, nothing executed, never resend unchanged. BUSY: over by itself, next run.
    MERCHANT: somebody at the computer must act. OTHER_FILE: another company file is open.
    PERMISSION: access was not given or taken away. SESSION: QuickBooks or its session broke."""

    PARSE = "parse"
    BUSY = "busy"
    MERCHANT = "merchant"
    OTHER_FILE = "other file"
    PERMISSION = "permission"
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class HresultMeaning:
    """``code`` is written like ``0x80040400``; ``words`` and ``advice`` are for the merchant."""

    code: str
    kind: SessionTrouble
    words: str
    advice: str

    @property
    def outcome_unknown(self) -> bool:
        """Whether a set that was on its way may have been carried out, wholly or in part."""
        return self.kind is not SessionTrouble.PARSE


_NEXT_RUN = "Nothing to do: the next run tries again."
_OPEN_FILE = "Open QuickBooks with your company file, or let the app open it by itself."
_ALLOW = "In QuickBooks as Admin: Edit > Preferences > Integrated Applications > Company Preferences, allow this app."
_REPAIR = "If it happens again, restart the computer, then reinstall the QuickBooks Web Connector."

_T = SessionTrouble
_MEANINGS: dict[str, tuple[SessionTrouble, str, str]] = {
    "80040400": (_T.PARSE, "QuickBooks could not read our message.", "The entry at fault is set aside, the rest sent."),
    "80040401": (_T.BUSY, "QuickBooks could not be reached.", _NEXT_RUN),
    "80040402": (_T.SESSION, "QuickBooks had an unexpected error.", _NEXT_RUN),
    "80040403": (_T.MERCHANT, "The company file could not be opened.", "Check that the file is where it was."),
    "80040404": (_T.SESSION, "The version of QuickBooks' interface is not supported.", _REPAIR),
    "80040406": (_T.MERCHANT, "The company file is not valid.", "Open it in QuickBooks and verify its data."),
    "80040407": (_T.MERCHANT, "The company file could not be used.", "Open it in QuickBooks and verify its data."),
    "80040408": (_T.MERCHANT, "QuickBooks could not be started.", _OPEN_FILE),
    "8004040A": (_T.OTHER_FILE, "Another company file is open in QuickBooks.", "Open the file this shop belongs to."),
    "8004040D": (_T.SESSION, "The session with QuickBooks was lost.", _NEXT_RUN),
    "80040410": (_T.BUSY, "The company file is open in another mode.", "Use the same single- or multi-user mode."),
    "80040414": (_T.MERCHANT, "A dialog box is open in QuickBooks.", "Close the dialog box in QuickBooks."),
    "80040416": (_T.MERCHANT, "QuickBooks is not running.", _OPEN_FILE),
    "80040417": (_T.MERCHANT, "QuickBooks is running without a company file.", _OPEN_FILE),
    "80040418": (_T.PERMISSION, "QuickBooks asks for a name and password.", "Allow the app to log in by itself."),
    "8004041A": (_T.PERMISSION, "This app may not use the company file.", _ALLOW),
    "8004041B": (_T.BUSY, "QuickBooks could not lock the file to ask for permission.", _NEXT_RUN),
    "8004041C": (_T.MERCHANT, "QuickBooks is closing or has a problem with its file.", _OPEN_FILE),
    "8004041D": (_T.PERMISSION, "The app may not log in by itself.", f"{_ALLOW} Tick the automatic login."),
    "8004041F": (
        _T.PERMISSION,
        "This edition of QuickBooks can't be used by apps.",
        "A Pro or higher edition is needed.",
    ),
    "80040420": (_T.PERMISSION, "Access to the company file was denied.", _ALLOW),
    "80040421": (_T.MERCHANT, "QuickBooks reported a problem with the file.", "Open QuickBooks and read its message."),
    "80040422": (_T.BUSY, "Another program is using the company file alone.", _NEXT_RUN),
    "80040424": (_T.BUSY, "QuickBooks has not finished starting.", _NEXT_RUN),
    "80040154": (_T.MERCHANT, "A part of QuickBooks is not installed properly.", _REPAIR),
    "80040308": (_T.BUSY, "QuickBooks asked to wait.", _NEXT_RUN),
    "80010105": (_T.SESSION, "QuickBooks broke off.", _REPAIR),
    "800706BA": (_T.SESSION, "QuickBooks is gone.", _NEXT_RUN),
    "800706BE": (_T.SESSION, "QuickBooks broke off.", _NEXT_RUN),
}
_HEX = re.compile(r"(?:0x)?([0-9A-Fa-f]{8})", re.IGNORECASE)


def hresult(text: str) -> HresultMeaning:
    """The meaning of what the Web Connector sent as ``hresult``; an unknown one is a broken session.

    Hexadecimal with or without ``0x``, or the signed decimal some clients write.
    """
    code = _normal(text.strip())
    kind, words, advice = _MEANINGS.get(code, (_T.SESSION, "QuickBooks could not be used.", _NEXT_RUN))
    return HresultMeaning(f"0x{code}" if code else text.strip()[:40], kind, words, advice)


def _normal(text: str) -> str:
    if text.startswith("-") and text[1:].isdecimal():
        return f"{int(text) & 0xFFFFFFFF:08X}"
    found = _HEX.fullmatch(text)
    return found[1].upper() if found else ""
