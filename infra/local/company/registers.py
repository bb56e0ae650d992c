"""The books as tests and the demo look at them: trial balance, transactions, registers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from infra.local.company.reading import Node
from infra.local.company.store import Store

_CENT = Decimal("0.01")


class TrialLine(NamedTuple):
    account: str
    type: str
    debit: Decimal
    credit: Decimal


class RegisterLine(NamedTuple):
    """One posting; ``amount`` is positive for a debit. ``name`` is the customer's or vendor's, ``cls`` the class."""

    day: date
    kind: str
    ref_number: str
    txn_id: str
    amount: Decimal
    name: str
    cls: str


@dataclass(frozen=True, slots=True)
class Posted:
    """A transaction as the company has it. ``body`` is its form: qbXML names, texts, ``lines`` as (tag, line)."""

    kind: str
    txn_id: str
    edit_sequence: str
    ref_number: str
    day: date
    total: Decimal
    memo: str
    external_guid: str
    name: str
    body: Node
    postings: tuple[tuple[str, Decimal], ...]


def _money(cents: int) -> Decimal:
    return Decimal(cents) * _CENT


def trial_balance(store: Store) -> list[TrialLine]:
    rows = store.rows(
        "SELECT e.full_name, json_extract(e.body, '$.AccountType'), sum(p.cents) AS total FROM posting p "
        "JOIN element e ON e.list_id = p.account GROUP BY e.list_id HAVING total <> 0 ORDER BY e.rowid"
    )
    return [TrialLine(name, kind, _money(max(total, 0)), _money(max(-total, 0))) for name, kind, total in rows]


def transactions(store: Store, kind: str = "") -> list[Posted]:
    by_txn: dict[str, list[tuple[str, Decimal]]] = {}
    for txn_id, name, cents in store.rows(
        "SELECT p.txn_id, e.full_name, p.cents FROM posting p JOIN element e ON e.list_id = p.account ORDER BY p.rowid"
    ):
        by_txn.setdefault(txn_id, []).append((name, _money(cents)))
    names = dict(store.rows("SELECT list_id, full_name FROM element WHERE space = 'name'"))
    found = store.txns("kind = ?" if kind else "1", (kind,) if kind else ())
    return [
        Posted(
            txn.kind,
            txn.txn_id,
            txn.edit_sequence,
            txn.ref,
            date.fromisoformat(txn.day),
            _money(txn.cents),
            txn.body.get("Memo", ""),
            txn.body.get("ExternalGUID", ""),
            names.get(txn.party or "", ""),
            txn.body,
            tuple(by_txn.get(txn.txn_id, ())),
        )
        for txn in found
    ]


def register(store: Store, account: str) -> list[RegisterLine]:
    rows = store.rows(
        "SELECT t.day, t.kind, t.ref, t.txn_id, p.cents, n.full_name, c.full_name FROM posting p "
        "JOIN element a ON a.list_id = p.account JOIN txn t ON t.txn_id = p.txn_id "
        "LEFT JOIN element n ON n.list_id = p.party LEFT JOIN element c ON c.list_id = p.class "
        "WHERE a.space = 'account' AND a.key = ? ORDER BY t.day, t.number, p.rowid",
        (account.lower(),),
    )
    return [
        RegisterLine(date.fromisoformat(day), kind, ref, txn_id, _money(cents), name or "", cls or "")
        for day, kind, ref, txn_id, cents, name, cls in rows
    ]
