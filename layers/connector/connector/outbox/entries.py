"""Entries: one QuickBooks transaction each, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from connector.accounting.documents import DOCUMENT_TYPES, Document
from connector.storage import keys
from connector.storage.codec import pack, unpack


class EntryState(StrEnum):
    """DRAFT grows (summary days); READY waits to be sent; SENT is in the outstanding set; POSTED has a TxnID;
    READ_BACK was found in QuickBooks as posted; HELD waits for a person; IGNORED was set aside by one."""

    DRAFT = "DRAFT"
    READY = "READY"
    SENT = "SENT"
    POSTED = "POSTED"
    READ_BACK = "READ_BACK"
    HELD = "HELD"
    IGNORED = "IGNORED"


WAITING_STATES = frozenset({EntryState.READY, EntryState.POSTED, EntryState.HELD, EntryState.DRAFT})


@dataclass(frozen=True, slots=True)
class Entry:
    """``id`` is the uuid5 of the posting key and doubles as ExternalGUID. ``effect`` is by tie-out line.

    ``document`` is None only for HELD entries of what could not become a document (``kind`` is then "Order").
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
        }
        if self.state in WAITING_STATES:
            item["gsi1pk"] = keys.entries_queue(self.shop, self.state)
            item["gsi1sk"] = self.order_by
        return item

    @classmethod
    def from_item(cls, item: dict[str, Any]) -> Entry:
        type_ = DOCUMENT_TYPES.get(item["kind"])
        body = unpack(item["body"], _Body if type_ is None else _BODIES[item["kind"]])
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
