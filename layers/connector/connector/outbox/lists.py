"""List elements: the customers, items, classes and payment methods that entries refer to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from connector.accounting.documents import ListKind, ListRef
from connector.storage import keys
from connector.storage.codec import pack, unpack


class ListState(StrEnum):
    """WANTED: not looked for yet; MISSING: looked for, to be added; SENT: its add is outstanding;
    KNOWN: has a ListID; HELD: QuickBooks refused it, a person must help."""

    WANTED = "WANTED"
    MISSING = "MISSING"
    SENT = "SENT"
    KNOWN = "KNOWN"
    HELD = "HELD"


@dataclass(frozen=True, slots=True)
class ListElement:
    """``name`` is the clean, unique name it has in QuickBooks (full name); ``guid`` goes out as ExternalGUID.

    ``attempt`` counts the names tried. ``clashed`` says that QuickBooks refused the name as taken, so a name that is
    not found must not be tried again. ``attempts`` and ``not_before`` are those of adding it again after a lock.
    ``reactivate`` says that a person wants it made active in QuickBooks; MISSING with a ListID waits for that.
    """

    shop: str
    ref: ListRef
    name: str
    state: ListState
    guid: str
    list_id: str = ""
    edit_sequence: str = ""
    set_id: str = ""
    reason: str = ""
    attempt: int = 0
    clashed: bool = False
    attempts: int = 0
    not_before: str = ""
    reactivate: bool = False

    @property
    def sk(self) -> str:
        return keys.list_element(self.ref.kind, self.ref.key)

    def to_item(self) -> dict[str, Any]:
        item: dict[str, Any] = {
            "pk": keys.shop(self.shop),
            "sk": self.sk,
            "type": "list_element",
            "shop": self.shop,
            "ref": pack(self.ref),
            "name": self.name,
            "state": self.state.value,
            "guid": self.guid,
            "list_id": self.list_id,
            "edit_sequence": self.edit_sequence,
            "set_id": self.set_id,
            "reason": self.reason,
            "attempt": self.attempt,
            "clashed": self.clashed,
            "attempts": self.attempts,
            "not_before": self.not_before,
            "reactivate": self.reactivate,
        }
        if self.state in (ListState.WANTED, ListState.MISSING, ListState.HELD):
            item["gsi1pk"] = keys.list_elements_queue(self.shop)
            item["gsi1sk"] = f"{self.state.value}#{_ADD_ORDER[self.ref.kind]}#{self.name.lower()}"
        return item

    @classmethod
    def from_item(cls, item: dict[str, Any]) -> ListElement:
        return cls(
            shop=item["shop"],
            ref=unpack(item["ref"], ListRef),
            name=item["name"],
            state=ListState(item["state"]),
            guid=item["guid"],
            list_id=item["list_id"],
            edit_sequence=item["edit_sequence"],
            set_id=item["set_id"],
            reason=item["reason"],
            attempt=int(item.get("attempt", 0)),
            clashed=bool(item.get("clashed", False)),
            attempts=int(item.get("attempts", 0)),
            not_before=item.get("not_before", ""),
            reactivate=bool(item.get("reactivate", False)),
        )


_ADD_ORDER = {
    ListKind.SALES_TAX_ITEM: 1,
    ListKind.CLASS: 2,
    ListKind.PAYMENT_METHOD: 3,
    ListKind.ITEM: 4,
    ListKind.CUSTOMER: 5,
    ListKind.VENDOR: 6,
    ListKind.TERMS: 7,
    # Before the items that stand on them.
    ListKind.ACCOUNT: 0,
}
