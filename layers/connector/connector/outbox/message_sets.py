"""Message sets: the exact bytes of each round trip, stored before they are sent.

A set that writes stands in ``OUTSTANDING`` from the transaction that stores it until its outcome is known, so a shop
never has two (design §5.1). The bytes are kept, because the same ticket asking again must get the same ones.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from connector.storage import keys
from connector.storage.syncs import stamp
from connector.storage.table import Table, delete_write, put_write, update_write

ID_BYTES = 10
"""Twenty hexadecimal characters; QuickBooks refuses ids of more than 23 (status 9004)."""

MOST_BYTES = 1_000_000
"""Of qbXML in a set. Compressed it stays far below the 400 kB of a DynamoDB item."""

_KEPT = {True: timedelta(days=90), False: timedelta(days=3)}


class SetKind(StrEnum):
    """What a set is for. Only those of ``CHANGING`` change anything in QuickBooks."""

    PROFILE = "PROFILE"
    LISTS = "LISTS"
    STOP = "STOP"
    ANCHORS = "ANCHORS"
    PROBE = "PROBE"
    LOOK_UP = "LOOK_UP"
    FIND = "FIND"
    WRITE = "WRITE"
    READ_BACK = "READ_BACK"
    UNDO_CHECK = "UNDO_CHECK"
    UNDO = "UNDO"
    UNDO_PROOF = "UNDO_PROOF"
    ADOPT = "ADOPT"
    DRIFT = "DRIFT"
    IDLE = "IDLE"


CHANGING = frozenset({SetKind.WRITE, SetKind.UNDO})


@dataclass(frozen=True, slots=True)
class MessageSet:
    """``entries`` are entry ids, ``elements`` sort keys of list elements. ``about`` is the set a probe asks for.

    ``suspect`` sets hold entries of a set that QuickBooks could not read. ``answered`` is what the Web Connector was
    told when it brought the answer, None before that.
    """

    id: str
    shop: str
    kind: SetKind
    body: bytes
    ticket: str
    sent_at: str
    entries: tuple[str, ...] = ()
    elements: tuple[str, ...] = ()
    about: str = ""
    suspect: bool = False
    answered: int | None = None
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return len(self.entries) + len(self.elements)

    def to_item(self, now: datetime) -> dict[str, Any]:
        return {
            "pk": keys.shop(self.shop),
            "sk": keys.message_set(self.id),
            "type": "message_set",
            "id": self.id,
            "shop": self.shop,
            "kind": self.kind.value,
            "body": gzip.compress(self.body, compresslevel=3, mtime=0),
            "ticket": self.ticket,
            "sent_at": self.sent_at,
            "entries": list(self.entries),
            "elements": list(self.elements),
            "about": self.about,
            "suspect": self.suspect,
            "answered": self.answered,
            "notes": self.notes,
            "ttl": int((now + _KEPT[self.kind in CHANGING]).timestamp()),
        }

    @classmethod
    def from_item(cls, item: dict[str, Any]) -> MessageSet:
        return cls(
            id=item["id"],
            shop=item["shop"],
            kind=SetKind(item["kind"]),
            body=gzip.decompress(item["body"]),
            ticket=item["ticket"],
            sent_at=item["sent_at"],
            entries=tuple(item["entries"]),
            elements=tuple(item["elements"]),
            about=item["about"],
            suspect=item["suspect"],
            answered=None if item.get("answered") is None else int(item["answered"]),
            notes=item["notes"],
        )


def new_id(random_bytes: Callable[[int], bytes]) -> str:
    return random_bytes(ID_BYTES).hex()


def get(table: Table, shop: str, set_id: str) -> MessageSet | None:
    item = table.get(keys.shop(shop), keys.message_set(set_id)) if set_id else None
    return MessageSet.from_item(item) if item else None


def outstanding(table: Table, shop: str) -> dict[str, Any] | None:
    """``set_id``, ``ticket``, ``sent_at`` of the write set whose outcome is not known, None if there is none."""
    return table.get(keys.shop(shop), keys.OUTSTANDING)


def store_writes(message_set: MessageSet, now: datetime) -> list[dict[str, Any]]:
    """Transaction parts that store a set before it is sent; refused for a write set if another is outstanding."""
    writes = [put_write(message_set.to_item(now), "attribute_not_exists(pk)")]
    if message_set.kind in CHANGING:
        item = {
            "pk": keys.shop(message_set.shop),
            "sk": keys.OUTSTANDING,
            "set_id": message_set.id,
            "ticket": message_set.ticket,
            "sent_at": message_set.sent_at,
        }
        writes.append(put_write(item, "attribute_not_exists(pk)"))
    return writes


def settle_write(shop: str, set_id: str) -> dict[str, Any]:
    """A transaction part: the outcome of this write set is known; refused if it is not the outstanding one."""
    return delete_write(keys.shop(shop), keys.OUTSTANDING, "set_id = :id", values={":id": set_id})


def probe_write(shop: str, set_id: str) -> dict[str, Any]:
    """A transaction part: QuickBooks is asked once more what it kept of the outstanding set."""
    return update_write(
        keys.shop(shop), keys.OUTSTANDING, "ADD probes :one", "set_id = :id", values={":one": 1, ":id": set_id}
    )


def answered_write(message_set: MessageSet, told: int, now: datetime) -> dict[str, Any]:
    """A transaction part: what the Web Connector is told when it brings the answer, for when it brings it again."""
    return update_write(
        keys.shop(message_set.shop),
        keys.message_set(message_set.id),
        "SET answered = :told, answered_at = :now",
        values={":told": told, ":now": stamp(now)},
    )
