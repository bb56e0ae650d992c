"""Entries: one QuickBooks transaction each, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid5

from connector.accounting.documents import DOCUMENT_TYPES, Document, SalesOrderClosing
from connector.storage import keys
from connector.storage.codec import pack, unpack

NAMESPACE = UUID("5b0c3d0e-8f5e-4f0a-9d0c-3f7f8a6f1d52")


def entry_id(shop: str, key: str) -> str:
    """The same posting key always gives the same id, which QuickBooks keeps as ExternalGUID."""
    return str(uuid5(NAMESPACE, f"{shop}|{key}"))


class EntryState(StrEnum):
    """DRAFT grows (summary days); READY waits to be sent; SENT is in the outstanding set; DOUBTFUL may be in QuickBooks
    or not and is looked for there before anything else; POSTED has a TxnID; READ_BACK was found in QuickBooks as
    posted; HELD waits for a person; IGNORED was set aside by one.

    Taking back: UNDO waits to be deleted in QuickBooks; UNDO_SENT is in the outstanding set; DELETED was deleted and is
    looked for once more as the proof; UNDONE is gone and its facts are still its own; REPOST is gone and its facts are
    to be made free; REPOSTED is gone and other entries carry its facts."""

    DRAFT = "DRAFT"
    READY = "READY"
    SENT = "SENT"
    DOUBTFUL = "DOUBTFUL"
    POSTED = "POSTED"
    READ_BACK = "READ_BACK"
    HELD = "HELD"
    IGNORED = "IGNORED"
    UNDO = "UNDO"
    UNDO_SENT = "UNDO_SENT"
    DELETED = "DELETED"
    UNDONE = "UNDONE"
    REPOST = "REPOST"
    REPOSTED = "REPOSTED"


WAITING_STATES = frozenset(EntryState) - {
    EntryState.SENT,
    EntryState.READ_BACK,
    EntryState.UNDO_SENT,
    EntryState.REPOSTED,
}
"""States in the index: those in which something is still to be done or, as what was set aside or undone, to be named
in the tie-out. What is sent is found through the outstanding set."""

UNDOING_STATES = frozenset(
    {
        EntryState.UNDO,
        EntryState.UNDO_SENT,
        EntryState.DELETED,
        EntryState.UNDONE,
        EntryState.REPOST,
        EntryState.REPOSTED,
    }
)


@dataclass(frozen=True, slots=True)
class Entry:
    """``id`` is the uuid5 of the posting key and doubles as ExternalGUID. ``effect`` is by tie-out line.

    ``document`` is None only for HELD entries of what could not become a document (``kind`` is then "Order").
    ``held_by`` is the sort key of the list element or entry it is held for, empty if it is held for its own sake.
    ``not_before`` is the moment from which it may be sent again after a lock. ``found`` is its effect by QuickBooks'
    own amounts once it is read back, ``twin`` the TxnID of a second transaction that QuickBooks turned out to have.
    ``candidates`` are the TxnIDs a person may choose from, ``looked_at`` the moment it was looked for before its first
    posting, ``undo`` why it could not be undone, ``repost`` that its facts become free
    once it is, ``counted`` that its effect is in the posted amounts while it is being undone. ``order_lines`` are the
    TxnLineIDs of a Purchase Order's lines.

    ``day`` is the business day of the facts and of the tie-out; the document may be dated later, when the books were
    closed.
    """

    id: str
    shop: str
    kind: str
    key: str
    title: str
    day: date
    order_by: str
    state: EntryState
    document: Document | None
    facts: tuple[str, ...] = ()
    effect: dict[str, Decimal] = field(default_factory=dict)
    after: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    sync_id: str = ""
    ref_number: str = ""
    amount: Decimal = Decimal("0.00")
    txn_id: str = ""
    edit_sequence: str = ""
    set_id: str = ""
    reason: str = ""
    attempts: int = 0
    held_by: str = ""
    not_before: str = ""
    found: dict[str, Decimal] = field(default_factory=dict)
    twin: str = ""
    candidates: tuple[str, ...] = ()
    looked_at: str = ""
    undo: str = ""
    repost: bool = False
    counted: bool = False
    order_lines: tuple[str, ...] = ()

    @property
    def guid(self) -> str:
        """The ExternalGUID of its transaction in QuickBooks: a closing's is that of the sales order it closes."""
        if isinstance(self.document, SalesOrderClosing):
            return entry_id(self.shop, self.document.sales_order)
        return self.id

    @property
    def dated(self) -> date:
        """The day it has in QuickBooks."""
        return self.document.day if self.document is not None else self.day

    def to_item(self) -> dict[str, Any]:
        item: dict[str, Any] = {
            "pk": keys.shop(self.shop),
            "sk": keys.entry(self.id),
            "type": "entry",
            "id": self.id,
            "shop": self.shop,
            "kind": self.kind,
            "key": self.key,
            "title": self.title,
            "day": self.day.isoformat(),
            "order_by": self.order_by,
            "state": self.state.value,
            "body": pack({"document": self.document, "facts": self.facts}),
            "effect": dict(self.effect),
            "after": list(self.after),
            "needs": list(self.needs),
            "sync_id": self.sync_id,
            "ref_number": self.ref_number,
            "amount": self.amount,
            "txn_id": self.txn_id,
            "edit_sequence": self.edit_sequence,
            "set_id": self.set_id,
            "reason": self.reason,
            "attempts": self.attempts,
            "held_by": self.held_by,
            "not_before": self.not_before,
            "found": dict(self.found),
            "twin": self.twin,
            "candidates": list(self.candidates),
            "looked_at": self.looked_at,
            "undo": self.undo,
            "repost": self.repost,
            "counted": self.counted,
            "order_lines": list(self.order_lines),
        }
        if self.state in WAITING_STATES:
            item["gsi1pk"] = keys.entries_queue(self.shop, self.state)
            item["gsi1sk"] = self.order_by
        return item

    @classmethod
    def from_item(cls, item: dict[str, Any], *, bare: bool = False) -> Entry:
        """``bare`` leaves the document and the facts packed: for moves, which don't look at them."""
        body = _Body() if bare else unpack(item["body"], _BODIES.get(item["kind"], _Body))
        return cls(
            id=item["id"],
            shop=item["shop"],
            kind=item["kind"],
            key=item["key"],
            title=item["title"],
            day=date.fromisoformat(item["day"]),
            order_by=item["order_by"],
            state=EntryState(item["state"]),
            document=body.document,
            facts=body.facts,
            effect={k: Decimal(v) for k, v in item["effect"].items()},
            after=tuple(item["after"]),
            needs=tuple(item["needs"]),
            sync_id=item["sync_id"],
            ref_number=item["ref_number"],
            amount=Decimal(item["amount"]),
            txn_id=item["txn_id"],
            edit_sequence=item["edit_sequence"],
            set_id=item["set_id"],
            reason=item["reason"],
            attempts=int(item["attempts"]),
            held_by=item.get("held_by", ""),
            not_before=item.get("not_before", ""),
            found={k: Decimal(v) for k, v in item.get("found", {}).items()},
            twin=item.get("twin", ""),
            candidates=tuple(item.get("candidates", ())),
            looked_at=item.get("looked_at", ""),
            undo=item.get("undo", ""),
            repost=bool(item.get("repost", False)),
            counted=bool(item.get("counted", False)),
            order_lines=tuple(item.get("order_lines", ())),
        )


@dataclass(frozen=True, slots=True)
class _Body:
    document: None = None
    facts: tuple[str, ...] = ()


def _body_type(document_type: type) -> type:
    from dataclasses import make_dataclass

    return make_dataclass(
        f"_{document_type.__name__}Body",
        [("document", document_type), ("facts", tuple[str, ...], ())],
        frozen=True,
    )


_BODIES = {name: _body_type(type_) for name, type_ in DOCUMENT_TYPES.items()}
