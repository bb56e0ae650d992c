"""Finding list elements by name before anything is added.

Found and of the right kind: it is used from now on. Found inactive: held, because QuickBooks refuses to use it and
the merchant has to decide. The name belongs to something else, or QuickBooks once refused it as taken though it finds
nothing ("Smith, Mike" is "Mike Smith" to it): the next name is tried. Not found: it is added.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import islice

from connector.accounting.documents import ItemType, ListKind
from connector.outbox import company, element_store, new_accounts, pace, wanting
from connector.outbox.lists import ListElement, ListState
from connector.outbox.message_sets import MessageSet, SetKind
from connector.outbox.outcomes import know_write
from connector.outbox.repository import Change
from connector.outbox.turn import Prepared, Taken, Turn, named_answers
from connector.quickbooks import list_requests
from connector.quickbooks.answers import Answer, SetAnswer
from connector.quickbooks.records import ListRecord, read_list_record
from connector.quickbooks.status import Verdict, explain

AT_A_TIME = 400
"""Names asked for in one set: the answer holds only those found."""

HELD_CHECKED = "held_checked"
"""In the session's memory: the held elements have been looked at again."""

_RECORD_TYPES: Mapping[ListKind, frozenset[str]] = {
    ListKind.CUSTOMER: frozenset({"Customer"}),
    ListKind.VENDOR: frozenset({"Vendor"}),
    ListKind.CLASS: frozenset({"Class"}),
    ListKind.PAYMENT_METHOD: frozenset({"PaymentMethod"}),
    ListKind.SALES_TAX_ITEM: frozenset({"ItemSalesTax"}),
    ListKind.TERMS: frozenset({"StandardTerms", "DateDrivenTerms"}),
    ListKind.ACCOUNT: frozenset({"Account"}),
}
_ITEM_RECORD_TYPES: Mapping[ItemType, str] = {
    ItemType.OTHER_CHARGE: "ItemOtherCharge",
    ItemType.SERVICE: "ItemService",
    ItemType.NON_INVENTORY: "ItemNonInventory",
    ItemType.INVENTORY: "ItemInventory",
    ItemType.SALES_TAX: "ItemSalesTax",
}

MOST_SILENCES = 5
INACTIVE = "It is inactive in QuickBooks. Make it active there, then it is used by itself; or have it made active here."


def prepare(turn: Turn) -> Prepared | None:
    """Queries for the elements not looked for yet, and once a session for those that wait for a person."""
    most = pace.read_limit(turn.table, turn.shop, SetKind.FIND, AT_A_TIME)
    elements = list(islice(element_store.waiting(turn.table, turn.shop, ListState.WANTED), most))
    if not turn.memory.get(HELD_CHECKED):
        held = element_store.waiting(turn.table, turn.shop, ListState.HELD)
        elements += islice(held, most - len(elements))
    if not elements:
        return None
    # One query a name: only so does "not found" mean this one and no other.
    requests = [(str(n), list_requests.render_list_query(e.ref.kind, e.name)) for n, e in enumerate(elements)]
    return Prepared(turn.reading_set(SetKind.FIND, requests, elements=tuple(e.sk for e in elements)))


def take(turn: Turn, set_: MessageSet, answer: SetAnswer) -> Taken:
    named = named_answers(set_, answer)
    answers = {sk: named[str(n)] for n, sk in enumerate(set_.elements) if str(n) in named}
    memory = {**turn.memory, HELD_CHECKED: True}
    return Taken(partial(_changes, turn, set_, answers), done=len(answers), memory=memory)


def _changes(turn: Turn, set_: MessageSet, answers: Mapping[str, Answer]) -> list[Change]:
    elements = element_store.get_many(turn.table, turn.shop, set_.elements).values()
    changes = [
        _found(turn, element, answers.get(element.sk))
        for element in elements
        if element.state in (ListState.WANTED, ListState.HELD)
    ]
    return [change for change in changes if change is not None]


def _found(turn: Turn, element: ListElement, answer: Answer | None) -> Change | None:
    held = element.state is ListState.HELD
    if answer is None or explain(answer).verdict not in (Verdict.DONE, Verdict.NOT_FOUND):
        return None if held else _silence(element)
    records = [read_list_record(record) for record in answer.records]
    same = [r for r in records if r.full_name.lower() == element.name.lower() or r.guid == element.guid]
    if not same:
        return _not_found(turn, element)
    if element.ref.kind is ListKind.ACCOUNT and (wrong := new_accounts.misfit(element, same[0])):
        return None if held else Change(_hold_write(element, wrong))
    right = [record for record in same if record.type in _types(element)]
    if not right:
        return None if held else _renamed(turn, element)
    if not right[0].is_active:
        if element.reactivate and not held and element.ref.kind not in list_requests.UNCHANGEABLE:
            return _to_reactivate(element, right[0])
        return None if held else Change(_hold_write(element, INACTIVE))
    if element.ref.kind is ListKind.ACCOUNT:
        # Somebody has made it there: only a new reading shows it to everybody here.
        company.want_lists(turn.table, turn.shop, turn.now)
    return Change(know_write(element, right[0].list_id, right[0].edit_sequence))


def _not_found(turn: Turn, element: ListElement) -> Change | None:
    if element.clashed:
        if element.ref.kind is ListKind.ACCOUNT:
            return Change(_hold_write(element, new_accounts.TAKEN))
        return _renamed(turn, element)
    if element.state is ListState.HELD and element.reason != INACTIVE:
        return None  # QuickBooks refused to add it: only a person knows when that would help
    return Change(element_store.move_write(element, ListState.MISSING, set_id="", reason="", list_id=""))


def _to_reactivate(element: ListElement, record: ListRecord) -> Change:
    """A person wants it: it is made active with the next set that writes."""
    found = {"list_id": record.list_id, "edit_sequence": record.edit_sequence}
    return Change(element_store.move_write(element, ListState.MISSING, set_id="", reason="", **found))


def _renamed(turn: Turn, element: ListElement) -> Change | None:
    """QuickBooks has the name for something else; written by itself, because it reserves the new name too."""
    wanting.rename(turn.table, element)
    return None


def _silence(element: ListElement) -> Change:
    if element.attempts >= MOST_SILENCES:
        return Change(_hold_write(element, "QuickBooks doesn't say whether it has it. Look for it there, then retry."))
    return Change(element_store.move_write(element, ListState.WANTED, attempts=element.attempts + 1))


def _hold_write(element: ListElement, reason: str) -> dict[str, object]:
    return element_store.move_write(element, ListState.HELD, set_id="", reason=reason)


def _types(element: ListElement) -> frozenset[str]:
    """QuickBooks' names for what may be used for the element."""
    if element.ref.kind is not ListKind.ITEM:
        return _RECORD_TYPES[element.ref.kind]
    if element.ref.item is None:
        return _SALES_ITEMS
    return frozenset({_ITEM_RECORD_TYPES[element.ref.item.type]})


_SALES_ITEMS = frozenset(_ITEM_RECORD_TYPES.values()) - {"ItemSalesTax"}
