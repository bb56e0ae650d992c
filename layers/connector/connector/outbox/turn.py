"""What one call of the Web Connector works with, and what its steps hand back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from lxml import etree

from connector.accounting.documents import ListRef
from connector.outbox.message_sets import MessageSet, SetKind, new_id
from connector.outbox.repository import Change
from connector.quickbooks.answers import Answer, SetAnswer
from connector.quickbooks.elements import Reference, RenderContext
from connector.quickbooks.messages import message_set
from connector.quickbooks.profile import CompanyProfile
from connector.storage.syncs import stamp
from connector.storage.table import Table

MOST_LOCKS = 10
_FIRST_WAIT = timedelta(seconds=20)
_LONGEST_WAIT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Turn:
    """``memory`` lasts as long as the Web Connector's session: steps read it and hand back what it shall be next.

    ``receivable`` is the full name of the mapped accounts receivable account. ``refusal`` says why nothing may be
    written in this company; it is empty where writing is fine.
    """

    table: Table
    shop: str
    now: datetime
    random_bytes: Callable[[int], bytes]
    ticket: str
    profile: CompanyProfile | None = None
    receivable: str = ""
    refusal: str = ""
    memory: Mapping[str, Any] = field(default_factory=dict)

    def message_set(self, kind: SetKind, body: bytes, set_id: str = "", **fields: Any) -> MessageSet:
        return MessageSet(
            id=set_id or self.new_id(),
            shop=self.shop,
            kind=kind,
            body=body,
            ticket=self.ticket,
            sent_at=stamp(self.now),
            **fields,
        )

    def reading_set(self, kind: SetKind, requests: Sequence[tuple[str, etree._Element]], **fields: Any) -> MessageSet:
        """A set that only asks. It has no message set id of its own, since QuickBooks may keep no more than one answer
        and that must be a write set's; so the request ids tell which set an answer belongs to."""
        set_id = self.new_id()
        named = [(f"{set_id}-{name}", request) for name, request in requests]
        return self.message_set(kind, message_set(named), set_id, **fields)

    def new_id(self) -> str:
        return new_id(self.random_bytes)

    def context(
        self, reference: Callable[[ListRef], Reference], txn_id: Callable[[str], str | None] = lambda key: None
    ) -> RenderContext:
        """How requests are written for this company."""
        company = self.profile or CompanyProfile()
        return RenderContext(
            reference=reference,
            txn_id=txn_id,
            line_tax_code=company.line_tax_code,
            use_classes=company.uses_classes,
            receivable_account=self.receivable,
            use_barcodes=company.uses_barcodes,
        )


@dataclass(frozen=True, slots=True)
class Prepared:
    """A set to be sent, with the transaction parts that must be written together with it."""

    message_set: MessageSet
    writes: Sequence[dict[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """What an answer leads to. ``changes`` is called until all it gives is written.

    ``settles`` is the write set whose outcome is known with it; ``closing`` is written with the end of that set.
    ``done`` counts the pieces of work it settled, for the progress bar, ``posted`` the entries QuickBooks took.
    ``memory`` is the session's from now on. ``ends`` says that the run can't go on, with ``text`` for the person at the
    computer.
    """

    changes: Callable[[], Sequence[Change]] = tuple
    closing: Sequence[dict[str, Any]] = ()
    settles: str = ""
    done: int = 0
    posted: int = 0
    memory: Mapping[str, Any] = field(default_factory=dict)
    ends: bool = False
    text: str = ""


def named_answers(set_: MessageSet, answer: SetAnswer) -> dict[str, Answer]:
    """The answers to a reading set, by the names its requests were given."""
    prefix = f"{set_.id}-"
    return {a.request_id.removeprefix(prefix): a for a in answer.answers if a.request_id.startswith(prefix)}


Take = Callable[[Turn, MessageSet, SetAnswer], Taken]


def wait_until(now: datetime, attempts: int) -> str:
    """When something QuickBooks had locked is tried again: after 20 s, 40 s, … at most an hour."""
    return stamp(now + min(_FIRST_WAIT * 2 ** min(attempts, 20), _LONGEST_WAIT))


def is_due(not_before: str, now: datetime) -> bool:
    return not not_before or not_before <= stamp(now)
