"""The next write set: which entries may go, what stands in the way of the others, and their requests.

Missing list elements come first. An entry may go when every list element it names has a ListID and what it settles is
posted, or stands before it in the same set and is named by a macro. What can't go for a reason that a person must
remove is held with that reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice

from lxml import etree

from connector.accounting.documents import ListKind, ListRef
from connector.accounting.purchase_documents import ItemLine
from connector.outbox import adopting, element_store, ordered, pace, repository, suspects
from connector.outbox.entries import UNDOING_STATES, Entry, EntryState, entry_id
from connector.outbox.lists import ListElement, ListState
from connector.outbox.message_sets import MOST_BYTES, SetKind
from connector.outbox.repository import Change, hold, move_write
from connector.outbox.turn import Prepared, Turn, is_due
from connector.outbox.wanting import list_refs, sk_of, want
from connector.quickbooks.elements import QbxmlError, Reference, RenderContext
from connector.quickbooks.forms import render_document
from connector.quickbooks.list_requests import render_list_add, render_reactivation
from connector.quickbooks.messages import message_set, request_size
from connector.quickbooks.profile import CompanyProfile
from connector.quickbooks.rules import faults
from connector.storage import keys
from connector.storage.table import ConditionFailed

_POSTED = frozenset({EntryState.POSTED, EntryState.READ_BACK})
_STUCK = frozenset({EntryState.HELD, EntryState.IGNORED, *UNDOING_STATES})
_PAGE, _LEAST_PAGE = 100, 10
MOST_LOOKED_AT = 3_000
"""Waiting entries looked at for one set: the answer must come in seconds, whatever waits behind locked ones."""
_OVERHEAD = 80
"""Bytes a request's id and the set's envelope add, at most."""

Requests = list[tuple[str, etree._Element]]


@dataclass(slots=True)
class Selection:
    """What is chosen so far, what has to be held, and everything looked up on the way."""

    turn: Turn
    elements: list[ListElement] = field(default_factory=list)
    entries: dict[str, Entry] = field(default_factory=dict)
    holds: list[Change] = field(default_factory=list)
    known_elements: dict[str, ListElement] = field(default_factory=dict)
    known_entries: dict[str, Entry] = field(default_factory=dict)
    adopt_until: str = ""

    @property
    def size(self) -> int:
        return len(self.entries) + len(self.elements)


def prepare(turn: Turn) -> Prepared | None:
    """The next write set, or None when nothing can be written now."""
    if turn.refusal:
        return None
    for group in (*suspects.groups(turn.table, turn.shop), None):
        prepared = _prepare(turn, group)
        if prepared:
            return prepared
    return None


def is_any(turn: Turn) -> bool:
    """Whether a write set could be made now."""
    if turn.refusal:
        return False
    if turn.profile is not None:
        # The books may have been opened since the company was last seen: a session will tell.
        turn = replace(turn, profile=replace(turn.profile, closing_date=None))
    return any(_selected(turn, 1, group).size for group in (*suspects.groups(turn.table, turn.shop), None))


def next_due(turn: Turn) -> str:
    """When the first of what QuickBooks had locked may be tried again; empty if nothing waits for that."""
    elements = element_store.waiting(turn.table, turn.shop, ListState.MISSING, _PAGE)
    entries = islice(repository.waiting(turn.table, turn.shop, EntryState.READY), _PAGE)
    moments = [*(e.not_before for e in elements), *(e.not_before for e in entries)]
    return min((m for m in moments if not is_due(m, turn.now)), default="")


def _prepare(turn: Turn, group: list[str] | None) -> Prepared | None:
    limit = len(group) if group else pace.limit(turn.table, turn.shop)
    while True:
        chosen = _selected(turn, limit, group)
        requests = _requests(chosen)
        found_fault = bool(chosen.holds)
        _hold(chosen)
        if requests:
            return _prepared(chosen, requests, suspect=group is not None)
        if not found_fault:
            return None


def _prepared(chosen: Selection, requests: Requests, suspect: bool) -> Prepared:
    turn, set_id = chosen.turn, chosen.turn.new_id()
    sent = {request_id for request_id, _ in requests}
    elements = [element for element in chosen.elements if element.guid in sent]
    entries = [entry for entry in chosen.entries.values() if entry.id in sent]
    set_ = turn.message_set(
        SetKind.WRITE,
        message_set(requests, new_id=set_id),
        set_id,
        entries=tuple(entry.id for entry in entries),
        elements=tuple(element.sk for element in elements),
        suspect=suspect,
    )
    writes = [element_store.move_write(element, ListState.SENT, set_id=set_id) for element in elements]
    writes += [move_write(entry, EntryState.SENT, set_id=set_id) for entry in entries]
    return Prepared(set_, writes)


def _selected(turn: Turn, limit: int, group: list[str] | None) -> Selection:
    """At most ``limit`` of what may go, of ``group`` alone where one is given. What is stuck has been held."""
    chosen = Selection(turn, adopt_until=adopting.until(turn.table, turn.shop))
    for element in _missing(turn, group):
        if len(chosen.elements) == limit:
            break
        if is_due(element.not_before, turn.now):
            chosen.elements.append(element)
    page_size = min(_PAGE, max(limit, _LEAST_PAGE))
    ready = islice(_ready(turn, group, page_size), MOST_LOOKED_AT)
    while chosen.size < limit and (page := list(islice(ready, page_size))):
        _look_up(chosen, page)
        for entry in page:
            if chosen.size == limit:
                break
            if is_due(entry.not_before, turn.now):
                _choose(chosen, entry)
    _hold(chosen)
    return chosen


def _missing(turn: Turn, group: list[str] | None) -> Iterator[ListElement]:
    unsent = _unsent(turn)
    if group is None:
        found: Iterable[ListElement] = element_store.waiting(turn.table, turn.shop, ListState.MISSING)
    else:
        named = element_store.get_many(turn.table, turn.shop, [i for i in group if i.startswith("LIST#")])
        found = (element for element in named.values() if element.state is ListState.MISSING)
    return (element for element in found if not element.sk.startswith(unsent))


def _unsent(turn: Turn) -> tuple[str, ...]:
    """Of which lists nothing is sent (beginnings of sort keys), because the company has them switched off.

    QuickBooks would refuse to add to them, so nothing may wait for what is in them.
    """
    seen = turn.profile or CompanyProfile()
    off = {ListKind.CLASS: not seen.uses_classes, ListKind.SALES_TAX_ITEM: not seen.uses_sales_tax}
    return tuple(keys.list_element(kind, "") for kind, is_off in off.items() if is_off)


def _ready(turn: Turn, group: list[str] | None, page_size: int) -> Iterator[Entry]:
    if group is None:
        return repository.waiting(turn.table, turn.shop, EntryState.READY, page_size=page_size)
    found = repository.get_many(turn.table, turn.shop, [i for i in group if not i.startswith("LIST#")])
    return (entry for entry in found.values() if entry.state is EntryState.READY)


def _look_up(chosen: Selection, page: list[Entry]) -> None:
    """Read what the entries of a page need and settle, once each."""
    turn = chosen.turn
    needs = {sk for entry in page for sk in entry.needs} - chosen.known_elements.keys()
    chosen.known_elements |= element_store.get_many(turn.table, turn.shop, sorted(needs))
    chosen.known_entries |= {entry.id: entry for entry in page}
    after = {entry_id(turn.shop, key) for entry in page for key in entry.after} - chosen.known_entries.keys()
    chosen.known_entries |= repository.get_many(turn.table, turn.shop, sorted(after))


def _choose(chosen: Selection, entry: Entry) -> None:
    """Take the entry in, hold it, or leave it for a later set."""
    if adopting.is_to_be_looked_for(entry, chosen.adopt_until):
        return
    closing = chosen.turn.profile.closing_date if chosen.turn.profile else None
    if closing and entry.dated <= closing:
        reason = (
            f"The books are closed up to {closing.isoformat()} in QuickBooks. "
            "Open the period there, then retry; or post it on the first open day."
        )
        chosen.holds.append(hold(entry, reason))
        return
    wait = _waits_for_element(chosen, entry) or _waits_for_entry(chosen, entry)
    if wait is None:
        chosen.entries[entry.id] = entry
    elif isinstance(wait, Change):
        chosen.holds.append(wait)


class _Later:
    """It can't go yet, and nobody has to do anything about it."""


_LATER = _Later()


def _waits_for_element(chosen: Selection, entry: Entry) -> Change | _Later | None:
    later, unsent = None, _unsent(chosen.turn)
    for sk in sorted(entry.needs):
        if sk.startswith(unsent):
            continue
        element = chosen.known_elements.get(sk)
        if element is None:
            want(chosen.turn.table, chosen.turn.shop, tuple(list_refs(entry.document)))
            return _LATER
        if element.state is ListState.HELD:
            return hold(entry, f"{element.ref.kind.value} {element.name}: {element.reason}", held_by=sk)
        if element.state is not ListState.KNOWN:
            later = _LATER
    return later


def _waits_for_entry(chosen: Selection, entry: Entry) -> Change | _Later | None:
    later = None
    for key in entry.after:
        other_id = entry_id(entry.shop, key)
        other = chosen.known_entries.get(other_id)
        if key == ordered.order_of(entry) and (other is None or other.state in _STUCK):
            continue  # it posts nothing, so nothing waits for it: the entry goes with lines of its own
        if other is None or other.state in _STUCK:
            what = f"{other.kind} {other.ref_number} of {other.title}" if other else "an entry that is missing"
            return hold(entry, f"It settles {what}, which is not posted.", held_by=keys.entry(other_id))
        if other.state not in _POSTED and other_id not in chosen.entries:
            later = _LATER
        if key == ordered.order_of(entry) and ordered.is_awaited(entry, other):
            later = _LATER
    return later


def _hold(chosen: Selection) -> None:
    """Set aside what is stuck. What has moved meanwhile is looked at again next time."""
    for change in chosen.holds:
        try:
            chosen.turn.table.transact([change.write])
        except ConditionFailed:
            continue
    chosen.holds.clear()


def _requests(chosen: Selection) -> Requests:
    """The requests of what is chosen, by request id, as many as fit. What can't be written goes to ``holds``."""
    turn = chosen.turn
    sheet = _Sheet(chosen.holds)
    context = turn.context(_reference(chosen))
    for element in chosen.elements:
        if not sheet.add(element.guid, _adder(element, context), _holder(element)):
            return sheet.requests
    parents = {entry_id(turn.shop, key) for entry in chosen.entries.values() for key in entry.after}
    macros: dict[str, str] = {}
    for entry in chosen.entries.values():
        txn_ids = _txn_ids(chosen, entry, macros)
        if txn_ids is None:
            continue
        macro = f"T{len(macros) + 1}" if entry.id in parents else ""
        own = replace(
            context, txn_id=txn_ids.get, edit_sequence=_edit_sequence(chosen, entry), order_line=_order_line(chosen)
        )
        write = _writer(entry, own, macro)
        before = len(sheet.requests)
        if not sheet.add(entry.id, write, partial(hold, entry)):
            break
        if macro and len(sheet.requests) > before:
            macros[entry.id] = f"TxnID:{macro}"
    return sheet.requests


@dataclass(slots=True)
class _Sheet:
    """The requests so far and their size in bytes."""

    holds: list[Change]
    requests: Requests = field(default_factory=list)
    size: int = 0

    def add(self, request_id: str, render: Callable[[], etree._Element], hold_it: Callable[[str], Change]) -> bool:
        """False when the set is full."""
        try:
            request = render()
        except QbxmlError as error:
            self.holds.append(hold_it(str(error)))
            return True
        self.size += request_size(request) + _OVERHEAD
        if self.size > MOST_BYTES and self.requests:
            return False
        self.requests.append((request_id, request))
        return True


def _reference(chosen: Selection) -> Callable[[ListRef], Reference]:
    return lambda ref: Reference(list_id=chosen.known_elements[sk_of(ref)].list_id)


def _txn_ids(chosen: Selection, entry: Entry, macros: dict[str, str]) -> dict[str, str] | None:
    """What the entry settles, by posting key: a TxnID or a macro of this set. None if it can't go in this set."""
    found: dict[str, str] = {}
    made_of = ordered.order_of(entry)
    order = made_of or getattr(entry.document, "sales_order", "")
    for key in entry.after:
        other = chosen.known_entries.get(entry_id(entry.shop, key))
        if key == made_of and (other is None or other.state in _STUCK):
            found[key] = ""
            continue
        if other is None or (key == order and other.state not in _POSTED):
            return None  # where qbXML takes no macro
        if key == made_of and ordered.is_awaited(entry, other):
            return None
        txn_id = other.txn_id if other.state in _POSTED else macros.get(other.id, "")
        if not txn_id:
            return None
        found[key] = txn_id
    return found


def _order_line(chosen: Selection) -> Callable[[str, ItemLine], str]:
    return lambda key, line: ordered.line_of(chosen.known_entries.get(entry_id(chosen.turn.shop, key)), line)


def _edit_sequence(chosen: Selection, entry: Entry) -> Callable[[str], str]:
    """What QuickBooks last said of a transaction that the entry changes: to the entry itself, else when it was made."""

    def of(key: str) -> str:
        other = chosen.known_entries.get(entry_id(entry.shop, key))
        return entry.edit_sequence or (other.edit_sequence if other else "")

    return of


def _adder(element: ListElement, context: RenderContext) -> Callable[[], etree._Element]:
    """Raises QbxmlError, when called, for what QuickBooks could not read: one such spoils the whole set.

    Entries were checked when they were made (sync/documents.py); list elements get their names only now.
    """

    def render() -> etree._Element:
        if element.list_id:
            return render_reactivation(element.ref, element.list_id, element.edit_sequence)
        request = render_list_add(element.ref, element.name, element.guid, context)
        wrong = faults(request)
        if wrong:
            raise QbxmlError("; ".join(wrong))
        return request

    return render


def _writer(entry: Entry, context: RenderContext, macro: str) -> Callable[[], etree._Element]:
    document = entry.document
    if document is None:
        raise ValueError(f"entry {entry.id} has no document to post")
    return lambda: render_document(document, entry.id, context, macro)


def _holder(element: ListElement) -> Callable[[str], Change]:
    return lambda why: Change(element_store.move_write(element, ListState.HELD, reason=why))
