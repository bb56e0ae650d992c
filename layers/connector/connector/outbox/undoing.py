"""Taking back what was posted: each transaction is looked at, deleted if nobody has touched it, and looked for again.

Deleted and not voided: QuickBooks can void no payment, and a voided document would keep its Ref No. TxnDel asks for no
EditSequence, so the transaction is read just before, in the same session. What depends on something goes first, and a
set stops at its first failure. A lost answer does no harm: what is gone when it is looked at again is done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any

from lxml import etree

from connector.accounting.documents import ListRef
from connector.accounting.effects import effect_of_record, is_as_posted, negative
from connector.accounting.records import PostedRecord
from connector.outbox import anchors, element_store, read_back, repository
from connector.outbox.entries import Entry, EntryState, entry_id
from connector.outbox.message_sets import MessageSet, SetKind
from connector.outbox.repository import Change, move_write
from connector.outbox.turn import MOST_LOCKS, Prepared, Taken, Turn, is_due, named_answers, wait_until
from connector.outbox.wanting import list_refs, sk_of
from connector.quickbooks import queries
from connector.quickbooks.answers import Answer, SetAnswer, value
from connector.quickbooks.elements import put
from connector.quickbooks.forms import QUICKBOOKS_NAMES
from connector.quickbooks.messages import STOP, message_set
from connector.quickbooks.records import UnreadableRecord
from connector.quickbooks.status import RETRY_LATER, Verdict, explain, reason

AT_A_TIME = 25
MOST_LOOKED_AT = 3_000
MOST_SILENCES = 5
CHECKED = "undo_checked"
"""In the session's memory: ids of entries that have been looked at and may be deleted with the next set."""

_LINKED = frozenset({"Invoice", "CreditMemo", "SalesOrder", "PurchaseOrder", "Bill", "ItemReceipt", "VendorCredit"})
"""Kinds whose links QuickBooks shows; their EditSequence moves when something is applied to them."""

CHANGED = "It was changed in QuickBooks since it was posted."
LINKED = "{kind} {ref} was applied to it in QuickBooks."
TWO = "QuickBooks has more than one under this Ref No."
SILENT = "QuickBooks doesn't say whether it has it."
BILLED = "A bill was made of it in QuickBooks."


def is_any(turn: Turn) -> bool:
    if turn.refusal:
        return False
    return repository.is_any(turn.table, turn.shop, EntryState.UNDO, EntryState.DELETED)


def prepare(turn: Turn) -> Prepared | None:
    """The next set: deletions of what was looked at, else a look at what is next, else the proof."""
    if turn.refusal:
        return None
    return _deletions(turn) or _looks(turn) or _proofs(turn)


# Looking at it.


def _looks(turn: Turn) -> Prepared | None:
    entries = _next(turn)
    requests = [(str(n), _question(entry)) for n, entry in enumerate(entries)]
    billed = [(n, entry) for n, entry in enumerate(entries) if entry.kind == read_back.RECEIPT and entry.txn_id]
    requests += [(f"{n}/{read_back.BILLED}", queries.is_there(read_back.BILLED, entry.txn_id)) for n, entry in billed]
    if not requests:
        return None
    return Prepared(turn.reading_set(SetKind.UNDO_CHECK, requests, entries=tuple(e.id for e in entries)))


def _next(turn: Turn) -> list[Entry]:
    """The last in posting order first, so that what settles something goes before it."""
    waiting = list(islice(repository.waiting(turn.table, turn.shop, EntryState.UNDO), MOST_LOOKED_AT))
    due = [entry for entry in reversed(waiting) if is_due(entry.not_before, turn.now)]
    late = {key for entry in waiting if not is_due(entry.not_before, turn.now) for key in entry.after}
    return [entry for entry in due if entry.key not in late][:AT_A_TIME]


def _question(entry: Entry) -> etree._Element:
    if entry.txn_id:
        request = queries.read_back(entry.kind, [entry.txn_id])
    elif entry.ref_number:
        request = queries.look_up(entry.kind, [entry.ref_number], with_lines=True)
    else:
        return queries.look_up_deposits(entry.dated, with_lines=True)
    lines = request.find("IncludeLineItems")
    if QUICKBOOKS_NAMES[entry.kind] in _LINKED and lines is not None:
        links = etree.Element("IncludeLinkedTxns")
        links.text = "true"
        lines.addnext(links)
        put(request, "IncludeRetElement", "LinkedTxn")
    return request


def take_check(turn: Turn, set_: MessageSet, answer: SetAnswer) -> Taken:
    named = named_answers(set_, answer)
    entries = repository.get_many(turn.table, turn.shop, set_.entries)
    answers = {id_: named[str(n)] for n, id_ in enumerate(set_.entries) if str(n) in named}
    ours, settled = _txn_ids_under_way(turn), _settled(turn, entries)
    needs = {sk_of(ref) for entry in entries.values() for ref in list_refs(entry.document)}
    elements = element_store.get_many(turn.table, turn.shop, sorted(needs))

    def list_id(ref: ListRef) -> str:
        element = elements.get(sk_of(ref))
        return element.list_id if element else ""

    judged = {
        i: _judged(entry, answers.get(i), ours | settled.get(i, frozenset()), list_id) for i, entry in entries.items()
    }
    for n, id_ in enumerate(set_.entries):
        bill = named.get(f"{n}/{read_back.BILLED}")
        if bill is not None and judged.get(id_) in (_GONE, _SILENCE):
            judged[id_] = {Verdict.DONE: BILLED, Verdict.NOT_FOUND: judged[id_]}.get(explain(bill).verdict, _SILENCE)
    may = [i for i in set_.entries if i in judged and judged[i] == ""]

    def changes() -> list[Change]:
        now = repository.get_many(turn.table, turn.shop, set_.entries).values()
        waiting = [entry for entry in now if entry.state is EntryState.UNDO]
        return [c for entry in waiting if (c := _after_look(turn, entry, answers.get(entry.id), judged[entry.id]))]

    return Taken(changes, done=len(answers), memory={**turn.memory, CHECKED: may})


_GONE, _SILENCE = "gone", "silence"


def _judged(entry: Entry, answer: Answer | None, ours: frozenset[str], list_id: Any) -> str:
    """Empty if it may be deleted, "gone", "silence", or why it must not be."""
    if answer is None or explain(answer).verdict not in (Verdict.DONE, Verdict.NOT_FOUND):
        return _SILENCE
    try:
        records = [(element, queries.read_record(element)) for element in answer.records]
    except UnreadableRecord:
        return _SILENCE
    # QuickBooks gives ids again after a backup was restored: another's GUID means that ours is gone.
    found = [(e, r) for e, r in records if r.guid == entry.id or (not r.guid and r.txn_id == entry.txn_id)]
    if not found:
        return _GONE
    if len(found) > 1:
        return TWO
    element, record = found[0]
    for link in element.iterfind("LinkedTxn"):
        if value(link, "TxnID") not in ours:
            return LINKED.format(kind=value(link, "TxnType"), ref=value(link, "RefNumber")).replace("  ", " ")
    return "" if _is_unchanged(entry, record, list_id) else CHANGED


def _is_unchanged(entry: Entry, record: PostedRecord, list_id: Any) -> bool:
    document = entry.document
    if document is None or entry.reason.startswith(read_back.CHANGED):
        return False
    if entry.edit_sequence and record.edit_sequence == entry.edit_sequence:
        return True
    if entry.edit_sequence and QUICKBOOKS_NAMES[entry.kind] not in _LINKED:
        return False
    same = record.day == entry.dated and is_as_posted(document, record)
    same = same and record.ref_number == entry.ref_number
    return same and effect_of_record(document, record, list_id) == (entry.found or entry.effect)


def _after_look(turn: Turn, entry: Entry, answer: Answer | None, judged: str) -> Change | None:
    if judged == _GONE:
        return _gone(entry)
    if judged == _SILENCE:
        return _again(turn, entry, SILENT, MOST_SILENCES)
    records = [queries.read_record(element) for element in answer.records] if answer else []
    txn_id = next((r.txn_id for r in records if r.guid == entry.id), entry.txn_id)
    if judged:
        return _kept(entry, judged, txn_id)
    return Change(move_write(entry, EntryState.UNDO, txn_id=txn_id)) if txn_id != entry.txn_id else None


def _settled(turn: Turn, entries: Mapping[str, Entry]) -> dict[str, frozenset[str]]:
    """The TxnIDs of what each entry itself settles or is made of: those links are its own, and end with it."""
    others = {i: [entry_id(turn.shop, key) for key in entry.after] for i, entry in entries.items()}
    found = repository.get_many(turn.table, turn.shop, sorted({i for ids in others.values() for i in ids}))
    return {i: frozenset(found[o].txn_id for o in ids if o in found) for i, ids in others.items()}


def _txn_ids_under_way(turn: Turn) -> frozenset[str]:
    """What is being undone too may be linked to it."""
    states = (EntryState.UNDO, EntryState.DELETED)
    found = (e for state in states for e in repository.waiting(turn.table, turn.shop, state))
    return frozenset(e.txn_id for e in islice(found, MOST_LOOKED_AT) if e.txn_id)


# Deleting it.


def _deletions(turn: Turn) -> Prepared | None:
    ids = list(turn.memory.get(CHECKED, ()))
    found = repository.get_many(turn.table, turn.shop, ids)
    entries = [found[i] for i in ids if i in found and found[i].state is EntryState.UNDO and found[i].txn_id]
    if not entries:
        return None
    set_id = turn.new_id()
    body = message_set([(e.id, _deletion(e)) for e in entries], new_id=set_id, on_error=STOP)
    set_ = turn.message_set(SetKind.UNDO, body, set_id, entries=tuple(e.id for e in entries))
    writes = [move_write(entry, EntryState.UNDO_SENT, set_id=set_id) for entry in entries]
    forget = anchors.forget_writes(turn.table, turn.shop, {entry.txn_id for entry in entries})
    return Prepared(set_, [*writes, *forget])


def _deletion(entry: Entry) -> etree._Element:
    request = etree.Element("TxnDelRq")
    put(request, "TxnDelType", QUICKBOOKS_NAMES[entry.kind])
    put(request, "TxnID", entry.txn_id)
    return request


def take_deletions(turn: Turn, set_: MessageSet, answer: SetAnswer) -> Taken:
    answers = {a.request_id: a for a in answer.answers}
    changes = partial(_after_deletion, turn, set_, answers)
    return Taken(changes, settles=set_.id, done=set_.size, memory={**turn.memory, CHECKED: []})


def take_unknown(turn: Turn, set_: MessageSet) -> Taken:
    """No answer was kept: each is looked at again, and is either gone or as it was."""
    return Taken(partial(_after_deletion, turn, set_, {}), settles=set_.id)


def _after_deletion(turn: Turn, set_: MessageSet, answers: Mapping[str, Answer]) -> Sequence[Change]:
    found = repository.get_many(turn.table, turn.shop, set_.entries).values()
    sent = [entry for entry in found if entry.state is EntryState.UNDO_SENT and entry.set_id == set_.id]
    return [_outcome(turn, entry, answers.get(entry.id)) for entry in sent]


def _outcome(turn: Turn, entry: Entry, answer: Answer | None) -> Change:
    verdict = explain(answer).verdict if answer else Verdict.UNCLEAR
    if answer is None or verdict in (Verdict.UNCLEAR, Verdict.NOT_PROCESSED, Verdict.BAD_REFERENCE):
        return _again(turn, entry, SILENT, MOST_LOCKS, wait=False)
    if verdict in (Verdict.DONE, Verdict.NOT_FOUND):
        return _gone(entry)
    if verdict in RETRY_LATER:
        return _again(turn, entry, reason(answer), MOST_LOCKS)
    return _kept(entry, reason(answer), entry.txn_id)


# The proof.


def _proofs(turn: Turn) -> Prepared | None:
    entries = list(islice(repository.waiting(turn.table, turn.shop, EntryState.DELETED), 4 * AT_A_TIME))
    entries = [entry for entry in entries if is_due(entry.not_before, turn.now)]
    requests = [(str(n), queries.is_there(entry.kind, entry.txn_id)) for n, entry in enumerate(entries)]
    if not requests:
        return None
    return Prepared(turn.reading_set(SetKind.UNDO_PROOF, requests, entries=tuple(e.id for e in entries)))


def take_proof(turn: Turn, set_: MessageSet, answer: SetAnswer) -> Taken:
    named = named_answers(set_, answer)
    answers = {id_: named[str(n)] for n, id_ in enumerate(set_.entries) if str(n) in named}

    def changes() -> list[Change]:
        found = repository.get_many(turn.table, turn.shop, set_.entries).values()
        return [_proven(turn, e, answers.get(e.id)) for e in found if e.state is EntryState.DELETED]

    return Taken(changes, done=len(answers))


def _proven(turn: Turn, entry: Entry, answer: Answer | None) -> Change:
    verdict = explain(answer).verdict if answer else Verdict.UNCLEAR
    others = answer is not None and answer.external_guid not in ("", entry.id)
    if verdict is Verdict.NOT_FOUND or (verdict is Verdict.DONE and others):
        return _undone(entry)
    if verdict is Verdict.DONE:
        # A backup was restored in between: it is there again, and counts again until it is deleted.
        change = move_write(entry, EntryState.UNDO, set_id="", counted=True)
        return Change(change, entry.day, "posted", entry.effect)
    return Change(move_write(entry, EntryState.DELETED, not_before=wait_until(turn.now, 1)))


# What becomes of it.


def _gone(entry: Entry) -> Change:
    if not entry.txn_id:
        return _undone(entry)
    fields = {"set_id": "", "attempts": 0, "not_before": "", "reason": "", "held_by": "", "counted": False}
    write = move_write(entry, EntryState.DELETED, **fields)
    return Change(write, entry.day, "posted", negative(entry.effect)) if entry.counted else Change(write)


def _undone(entry: Entry) -> Change:
    to = EntryState.REPOST if entry.repost else EntryState.UNDONE
    write = move_write(entry, to, found={}, set_id="", not_before="", attempts=0, reason=UNDONE)
    return Change(write, entry.day, "quickbooks", negative(entry.found))


UNDONE = "It was undone: QuickBooks doesn't have it any more."


def _again(turn: Turn, entry: Entry, why: str, most: int, wait: bool = True) -> Change:
    if entry.attempts + 1 >= most:
        return _kept(entry, why, entry.txn_id)
    not_before = wait_until(turn.now, entry.attempts) if wait else ""
    fields = {"set_id": "", "attempts": entry.attempts + 1, "not_before": not_before}
    return Change(move_write(entry, EntryState.UNDO, **fields))


def _kept(entry: Entry, why: str, txn_id: str) -> Change:
    """It stays in QuickBooks and is read back again, so that the tie-out shows what is there now."""
    fields = {"set_id": "", "attempts": 0, "not_before": "", "undo": why, "repost": False, "found": {}}
    if entry.counted:
        write = move_write(entry, EntryState.POSTED, counted=False, **fields)
        return Change(write, entry.day, "quickbooks", negative(entry.found))
    if txn_id:
        write = move_write(entry, EntryState.POSTED, txn_id=txn_id, reason="", held_by="", **fields)
        return Change(write, entry.day, "posted", entry.effect)
    return Change(move_write(entry, EntryState.HELD, reason=why, held_by="", **fields))
