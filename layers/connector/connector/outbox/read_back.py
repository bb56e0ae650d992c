"""Reading back what was posted, by TxnID: only what QuickBooks itself says it has counts in the tie-out's last column.

A posted transaction that is gone (a restored backup, a deletion) is held and taken out of the posted amounts; it is
never posted again by itself, since only a person knows which of the two books is right.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from lxml import etree

from connector.accounting.documents import ListRef
from connector.accounting.effects import document_total, effect_of_record, is_as_posted
from connector.accounting.records import PostedRecord
from connector.accounting.stock_documents import InventoryAdjustment
from connector.outbox import element_store, ordered, pace, repository
from connector.outbox.entries import Entry, EntryState
from connector.outbox.message_sets import MessageSet, SetKind
from connector.outbox.repository import Change, unpost
from connector.outbox.turn import Prepared, Taken, Turn, named_answers
from connector.outbox.wanting import sk_of
from connector.quickbooks import queries
from connector.quickbooks.answers import Answer, SetAnswer
from connector.quickbooks.records import UnreadableRecord
from connector.quickbooks.status import Verdict, explain

Requests = list[tuple[str, etree._Element]]

MOST_BYTES = 1_500_000
"""Of the answer, as estimated: Lambda and API Gateway take 6 and 10 MB, and QuickBooks is slow with large answers."""
MOST = 400
_HEAD_BYTES, _LINE_BYTES = 900, 800

UNSEEN = "unseen"
"""In the session's memory: ids asked for together and not in the answer, which are asked for one by one."""

GIVEN_UP = "given_up"
"""In the session's memory: QuickBooks didn't answer for some, so no more is read back in this session."""

GONE = (
    "QuickBooks doesn't have this entry any more. It was deleted there, or a backup from before it was restored. "
    "Retry posts it again unless it is found under its Ref No."
)

CHANGED = "It was changed in QuickBooks after it was posted."
MOVES_BY_ITSELF = frozenset(
    {
        "Invoice",
        "CreditMemo",
        "SalesOrder",
        "SalesOrderClosing",
        "PurchaseOrder",
        "Bill",
        "ItemReceipt",
        "VendorCredit",
    }
)
"""Their EditSequence also moves when a payment or another document is applied to them."""

RECEIPT, BILLED = "ItemReceipt", "Bill"
"""When the supplier's bill comes, QuickBooks makes it of the item receipt: the same transaction is a Bill then."""

ADOPTED = "It was in QuickBooks before and was adopted: its lines are those it has there."


def prepare(turn: Turn) -> Prepared | None:
    if turn.memory.get(GIVEN_UP):
        return None
    unseen = list(turn.memory.get(UNSEEN, ()))
    alone = _one_by_one(turn, unseen) if unseen else None
    if alone is not None:
        return alone
    most = pace.read_limit(turn.table, turn.shop, SetKind.READ_BACK, MOST)
    chosen: list[Entry] = []
    size = 0
    for entry in repository.waiting(turn.table, turn.shop, EntryState.POSTED):
        size += _answer_bytes(entry)
        if chosen and (size > MOST_BYTES or len(chosen) == most):
            break
        chosen.append(entry)
    if not chosen:
        return None
    by_kind: dict[str, list[str]] = {}
    for entry in chosen:
        by_kind.setdefault(entry.kind, []).append(entry.txn_id)
    requests = [(kind, queries.read_back(kind, txn_ids)) for kind, txn_ids in by_kind.items()]
    requests += [(f"{kind}/{BILLED}", queries.read_back(BILLED, by_kind[kind])) for kind in by_kind if kind == RECEIPT]
    return Prepared(_set(turn, requests, chosen))


def _one_by_one(turn: Turn, ids: list[str]) -> Prepared | None:
    entries = [
        entry
        for entry in repository.get_many(turn.table, turn.shop, ids[:MOST]).values()
        if entry.state is EntryState.POSTED
    ]
    if not entries:
        return None
    requests = [(str(n), queries.read_back(entry.kind, [entry.txn_id])) for n, entry in enumerate(entries)]
    billed = [(n, entry) for n, entry in enumerate(entries) if entry.kind == RECEIPT]
    requests += [(f"{n}/{BILLED}", queries.read_back(BILLED, [entry.txn_id])) for n, entry in billed]
    return Prepared(_set(turn, requests, entries, alone=True))


def _set(turn: Turn, requests: Requests, entries: list[Entry], alone: bool = False) -> MessageSet:
    ids = tuple(entry.id for entry in entries)
    return turn.reading_set(SetKind.READ_BACK, requests, entries=ids, notes={"alone": alone})


def _answer_bytes(entry: Entry) -> int:
    lines = getattr(entry.document, "lines", ())
    return _HEAD_BYTES + _LINE_BYTES * len(lines)


def take(turn: Turn, set_: MessageSet, answer: SetAnswer) -> Taken:
    answers = named_answers(set_, answer)
    records = _records(answers)
    entries = repository.get_many(turn.table, turn.shop, set_.entries).values()
    posted = [entry for entry in entries if entry.state is EntryState.POSTED]
    # QuickBooks gives ids again after a backup was restored: what is there may be something else.
    # What a person chose among those found may be another program's.
    mine = [e for e in posted if e.txn_id in records and e.txn_id not in e.candidates]
    others = {e.id for e in mine if records[e.txn_id].guid not in ("", e.guid)}
    alone = bool(set_.notes.get("alone"))
    gone = frozenset(others | (_said_to_be_gone(set_, answers) - {e.id for e in mine} if alone else set()))
    unseen = [entry.id for entry in posted if entry.txn_id not in records and entry.id not in gone]
    before = [i for i in turn.memory.get(UNSEEN, ()) if i not in set_.entries]
    if alone:
        # What QuickBooks doesn't answer about even then stays as it is and is asked for in another run.
        memory = {**turn.memory, UNSEEN: before, GIVEN_UP: bool(unseen)}
    else:
        memory = {**turn.memory, UNSEEN: [*before, *unseen]}
    return Taken(partial(_changes, turn, set_, records, gone), done=len(records), memory=memory)


def _records(answers: Mapping[str, Answer]) -> dict[str, PostedRecord]:
    """By TxnID; what can't be read counts as not answered."""
    records: dict[str, PostedRecord] = {}
    for element in (element for answer in answers.values() for element in answer.records):
        try:
            record = queries.read_record(element)
        except UnreadableRecord:
            continue
        records[record.txn_id] = record
    return records


def _said_to_be_gone(set_: MessageSet, answers: Mapping[str, Answer]) -> set[str]:
    verdicts = {n: explain(a).verdict for n, a in answers.items()}
    return {entry for n, entry in enumerate(set_.entries) if verdicts.get(str(n)) is Verdict.NOT_FOUND}


def _changes(turn: Turn, set_: MessageSet, records: Mapping[str, PostedRecord], gone: frozenset[str]) -> list[Change]:
    changes = []
    entries = repository.get_many(turn.table, turn.shop, set_.entries).values()
    needs = {sk for entry in entries for sk in entry.needs}
    elements = element_store.get_many(turn.table, turn.shop, sorted(needs))

    def list_id(ref: ListRef) -> str:
        element = elements.get(sk_of(ref))
        return element.list_id if element else ""

    for entry in entries:
        if entry.state is not EntryState.POSTED:
            continue
        record = records.get(entry.txn_id)
        if entry.id in gone:
            changes.append(unpost(entry, EntryState.HELD, GONE))
        elif record is not None and entry.document is not None:
            effect = effect_of_record(entry.document, record, list_id)
            lines = ordered.lines_of(entry.document, record, list_id)
            note = _note(entry, record)
            changes.append(repository.read_back(entry, record.edit_sequence, effect, note, order_lines=list(lines)))
    return changes


def _note(entry: Entry, record: PostedRecord) -> str:
    """What differs, in words, for the entry's row; empty if nothing does."""
    if entry.twin:
        return entry.reason
    if entry.txn_id in entry.candidates:
        return ADOPTED
    if entry.document is None:
        return ""
    moved = entry.edit_sequence not in ("", record.edit_sequence) and entry.kind not in MOVES_BY_ITSELF
    said = [CHANGED] if moved or entry.reason.startswith(CHANGED) else []
    if isinstance(entry.document, InventoryAdjustment) and not is_as_posted(entry.document, record):
        said.append("QuickBooks has it with other units.")
    elif not is_as_posted(entry.document, record):
        said.append(f"QuickBooks has it with {record.total:.2f} instead of {document_total(entry.document):.2f}.")
    if record.day != entry.dated:
        said.append(f"QuickBooks has it on {record.day.isoformat()} instead of {entry.dated.isoformat()}.")
    return " ".join(said)
