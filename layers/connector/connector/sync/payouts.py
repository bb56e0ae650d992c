"""Payouts in the books: the tie-out of each, which orders it paid out, and whose money is at the bank with it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from connector.accounting import buckets
from connector.accounting.bank_documents import Deposit
from connector.accounting.documents import Document, JournalEntry
from connector.accounting.effects import Effect
from connector.accounting.payouts import RESERVED, RETURNED
from connector.ledger.payouts import BalanceKind, Dispute, Payout
from connector.outbox import repository
from connector.outbox.entries import UNDOING_STATES, Entry, EntryState, entry_id
from connector.storage import facts
from connector.storage.facts import FactRecord, Topic
from connector.storage.table import Table
from connector.sync.topics.booking import problem_key
from connector.sync.topics.payouts import BOOKS
from connector.sync.topics.posting_keys import fact_of
from connector.sync.topics.storing import OUTSIDE, effects_of, in_the_books

ZERO = Decimal("0.00")
ONE_DAY = timedelta(days=1)
_THERE = frozenset({EntryState.POSTED, EntryState.READ_BACK})
_PAID_OUT_WITHIN = timedelta(days=180)
"""A payment is paid out in days; held back, in months."""
_DISPUTED_WITHIN = timedelta(days=180)
_PAID = frozenset({BalanceKind.CHARGE, BalanceKind.REFUND})


# The tie-out of each.


def payouts(table: Table, shop: str, first: date, last: date) -> list[dict[str, Any]]:
    """Payouts of the days ``first`` to ``last``: what Shopify paid, what was posted, what QuickBooks has.

    ``lines`` come to ``shopify``, ``difference`` is Shopify less QuickBooks; amounts are decimal strings.
    """
    records = [r for r in facts.by_day(table, shop, Topic.PAYOUT, first, last) if in_the_books(r) or r.claims]
    ids = {id_ for record in records for id_ in _entry_ids(record)}
    entries = repository.get_many(table, shop, sorted(ids))
    disputes = _disputes(table, shop, records)
    return [_view(record, entries, disputes) for record in records]


def _entry_ids(record: FactRecord) -> set[str]:
    """Its documents and, where it has one, its exception."""
    keys_ = set(record.claims.values()) - OUTSIDE
    return {entry_id(record.shop, key) for key in (keys_ | {problem_key(record)} if record.problem else keys_)}


def _view(record: FactRecord, entries: Mapping[str, Entry], disputes: Mapping[str, Dispute]) -> dict[str, Any]:
    payout: Payout = record.fact
    effect: Effect = {}
    for of_day in effects_of(BOOKS, record, in_the_books(record)).values():
        effect = {bucket: effect.get(bucket, ZERO) + of_day.get(bucket, ZERO) for bucket in (*effect, *of_day)}
    mine = [entries[id_] for id_ in sorted(_entry_ids(record)) if id_ in entries]
    documents = [entry for entry in mine if entry.document is not None]
    shopify = effect.get(buckets.BANK, ZERO)
    posted = sum((e.effect.get(buckets.BANK, ZERO) for e in documents if e.state in _THERE), ZERO)
    quickbooks = sum((e.found.get(buckets.BANK, ZERO) for e in documents), ZERO)
    return {
        "id": payout.legacy_id,
        "title": BOOKS.title(record),
        "trace": payout.trace_id,
        "day": payout.day.isoformat(),
        "status": payout.state.value,
        "state": _state(record, mine),
        "shopify": f"{shopify:.2f}",
        "posted": f"{posted:.2f}",
        "quickbooks": f"{quickbooks:.2f}",
        "difference": f"{shopify - quickbooks:.2f}",
        "lines": [
            {"line": bucket, "amount": f"{_sign(bucket) * amount:.2f}"}
            for bucket, amount in sorted(effect.items())
            if bucket != buckets.BANK and amount
        ],
        "documents": [_document(entry) for entry in sorted(mine, key=lambda e: e.order_by)],
        "disputes": _of_payout(payout, disputes),
    }


def _sign(bucket: str) -> int:
    """A line of a deposit is what comes to the bank from there: the other side of what it does to that account."""
    return -1 if buckets.is_money_side(bucket) else 1


def _state(record: FactRecord, entries: Sequence[Entry]) -> str:
    """That of its documents, or why it has none."""
    if entries:
        worst = (entry for entry in entries if entry.state is not EntryState.READ_BACK)
        return next(worst, entries[0]).state.value
    if record.unclaimed:
        return "OPEN"
    return "BEFORE_THE_BOOKS" if not in_the_books(record) and not record.fact.returned else "NOTHING_TO_POST"


def _document(entry: Entry) -> dict[str, str]:
    return {
        "id": entry.id,
        "kind": entry.kind,
        "day": entry.day.isoformat(),
        "ref_number": entry.ref_number,
        "txn_id": entry.txn_id,
        "amount": f"{entry.amount:.2f}",
        "state": entry.state.value,
        "reason": entry.reason,
    }


def _disputes(table: Table, shop: str, records: Iterable[FactRecord]) -> dict[str, Dispute]:
    """By order (id), if any of the payouts has a line of one."""
    days = [r.fact.day for r in records if any(line.kind is BalanceKind.DISPUTE for line in r.fact.lines)]
    if not days:
        return {}
    found = facts.by_day(table, shop, Topic.DISPUTE, min(days) - _DISPUTED_WITHIN, max(days))
    return {record.fact.order: record.fact for record in found}


def _of_payout(payout: Payout, disputes: Mapping[str, Dispute]) -> list[dict[str, str]]:
    found = []
    for line in payout.lines:
        if line.kind is BalanceKind.DISPUTE:
            why = disputes.get(line.order)
            told = {"reason": why.reason, "status": why.status} if why else {"reason": "", "status": ""}
            found.append({"order": line.order_name, "type": line.type, "amount": f"{line.amount:.2f}", **told})
    return found


# Which orders it paid out.


@dataclass(frozen=True, slots=True)
class Moved:
    """A debit (negative: a credit) on ``account``, and what it is about: an order, by name and if known by id with the
    transaction of it, or anything else that has a name."""

    account: str
    about: str
    amount: Decimal
    order: str = ""
    transaction: str = ""


def is_of_payout(entry: Entry) -> bool:
    found = fact_of(entry)
    return found is not None and found[0] is Topic.PAYOUT


def moved(table: Table, entry: Entry) -> list[Moved]:
    """What a payout's document does, its payments spread over their orders.

    The document has them in one line; which orders they are is with the payout. Where the two don't agree, the payout
    itself is what it is about.
    """
    lines = list(_debits(entry.document))
    paid = [(account, debit) for account, debit, bucket in lines if bucket == buckets.PAYOUT_CLEARING]
    others = [
        Moved(account, _ABOUT.get(bucket, entry.title), debit)
        for account, debit, bucket in lines
        if bucket != buckets.PAYOUT_CLEARING
    ]
    spread = _spread(table, entry, paid[0][0]) if paid else []
    agree = len({account for account, _ in paid}) == 1
    if agree and sum((one.amount for one in spread), ZERO) == sum((debit for _, debit in paid), ZERO):
        return [*spread, *others]
    return [*(Moved(account, entry.title, debit) for account, debit in paid), *others]


_ABOUT = {buckets.RESERVE: RESERVED, buckets.PAYOUT_TRANSFERS: RETURNED}
"""What goes onto the clearing account with one payout and off it with another."""


def _debits(document: Document | None) -> Iterable[tuple[str, Decimal, str]]:
    """(account, debit, tie-out line) of the lines that are not the bank's."""
    if isinstance(document, Deposit):
        yield from ((line.account, -line.amount, line.bucket) for line in document.lines)
    elif isinstance(document, JournalEntry):
        yield from ((line.account, line.amount, line.bucket) for line in document.lines if line.bucket != buckets.BANK)


def _spread(table: Table, entry: Entry, account: str) -> list[Moved]:
    found = fact_of(entry)
    record = facts.get_many(table, entry.shop, found[0], [found[1]]).get(found[1]) if found else None
    if record is None:
        return []
    return [
        Moved(account, line.order_name or entry.title, -line.amount, line.order, line.transaction)
        for line in record.fact.lines
        if line.kind in _PAID
    ]


# Whose money is at the bank with it.


def paid_out(table: Table, shop: str, wanted: Sequence[Entry], undone: Collection[str]) -> dict[str, Entry]:
    """By id of a payment or refund that one of ``wanted`` carries: the document that paid it out and stands.

    ``undone`` (entry ids) don't stand: they are being undone too.
    """
    carried = {fact for entry in wanted for fact in entry.facts}
    days = [entry.day for entry in wanted]
    if not days:
        return {}
    records = facts.by_day(table, shop, Topic.PAYOUT, min(days), max(days) + _PAID_OUT_WITHIN)
    found: dict[str, str] = {}
    for record in records:
        claim = record.claims.get(record.id)
        if claim is None or claim in OUTSIDE or record.fact.returned:
            continue
        ours = {line.transaction for line in record.fact.lines if line.kind in _PAID} & carried
        found |= dict.fromkeys(ours, entry_id(shop, claim))
    entries = repository.get_many(table, shop, sorted(set(found.values()) - set(undone)))
    standing = {id_: e for id_, e in entries.items() if e.state not in (*UNDOING_STATES, EntryState.IGNORED)}
    return {fact: standing[id_] for fact, id_ in found.items() if id_ in standing}
