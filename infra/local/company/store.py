"""The company file: SQLite tables, ids, and copies of the whole file.

Money is kept in whole cents, quantities in hundred-thousandths (qbXML's five decimals), so sums are exact.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from infra.local.company.reading import Node

SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE element (
    list_id TEXT PRIMARY KEY, kind TEXT NOT NULL, space TEXT NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL,
    full_name TEXT NOT NULL, parent TEXT, active INTEGER NOT NULL, created INTEGER NOT NULL,
    modified INTEGER NOT NULL, body TEXT NOT NULL);
CREATE UNIQUE INDEX element_name ON element (space, key);
CREATE INDEX element_kind ON element (kind);
CREATE TABLE txn (
    txn_id TEXT PRIMARY KEY, number INTEGER NOT NULL, kind TEXT NOT NULL, day TEXT NOT NULL, ref TEXT NOT NULL,
    party TEXT, created INTEGER NOT NULL, modified INTEGER NOT NULL, cents INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX txn_ref ON txn (kind, ref COLLATE NOCASE);
CREATE INDEX txn_day ON txn (kind, day);
CREATE INDEX txn_party ON txn (party);
CREATE TABLE posting (
    txn_id TEXT NOT NULL, line TEXT, account TEXT NOT NULL, cents INTEGER NOT NULL, class TEXT, party TEXT);
CREATE INDEX posting_txn ON posting (txn_id);
CREATE INDEX posting_account ON posting (account);
CREATE TABLE stock (txn_id TEXT NOT NULL, item TEXT NOT NULL, quantity INTEGER NOT NULL, cents INTEGER NOT NULL);
CREATE INDEX stock_txn ON stock (txn_id);
CREATE INDEX stock_item ON stock (item);
CREATE TABLE on_hand (item TEXT PRIMARY KEY, quantity INTEGER NOT NULL, cents INTEGER NOT NULL) WITHOUT ROWID;
CREATE TRIGGER stock_in AFTER INSERT ON stock BEGIN
    INSERT INTO on_hand VALUES (new.item, new.quantity, new.cents)
    ON CONFLICT (item) DO UPDATE SET quantity = quantity + new.quantity, cents = cents + new.cents;
END;
CREATE TRIGGER stock_out AFTER DELETE ON stock BEGIN
    UPDATE on_hand SET quantity = quantity - old.quantity, cents = cents - old.cents WHERE item = old.item;
END;
CREATE TABLE settlement (owner TEXT NOT NULL, credit TEXT NOT NULL, debit TEXT NOT NULL, cents INTEGER NOT NULL);
CREATE INDEX settlement_owner ON settlement (owner);
CREATE INDEX settlement_credit ON settlement (credit);
CREATE INDEX settlement_debit ON settlement (debit);
CREATE TABLE filled (owner TEXT NOT NULL, ordered TEXT NOT NULL, line TEXT NOT NULL, quantity INTEGER NOT NULL);
CREATE INDEX filled_owner ON filled (owner);
CREATE INDEX filled_ordered ON filled (ordered);
CREATE TABLE banked (payment TEXT PRIMARY KEY, deposit TEXT NOT NULL);
CREATE TABLE gone (
    id TEXT NOT NULL, family TEXT NOT NULL, kind TEXT NOT NULL, name TEXT, created INTEGER NOT NULL,
    deleted INTEGER NOT NULL);
CREATE TABLE extension (owner TEXT NOT NULL, object TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (owner, object, name));
CREATE TABLE message_set (set_id TEXT PRIMARY KEY, checksum TEXT NOT NULL, answer TEXT NOT NULL);
"""
BY_TXN = ("posting", "stock")
BY_OWNER = ("settlement", "filled")


@dataclass(slots=True)
class Element:
    """A list element; ``body`` holds what the answer shows beyond the stamps."""

    list_id: str
    kind: str
    name: str
    full_name: str
    parent: str | None
    active: bool
    created: int
    modified: int
    body: Node

    @property
    def ref(self) -> Node:
        return {"ListID": self.list_id, "FullName": self.full_name}

    @property
    def edit_sequence(self) -> str:
        return str(self.modified)

    @property
    def identity(self) -> Node:
        """What a recovered answer tells of it, in its order."""
        return _identity({"ListID": self.list_id, "EditSequence": self.edit_sequence}, self.body)


@dataclass(slots=True)
class Txn:
    """A transaction; ``cents`` is its total as its form shows it. The lists are what it does to the books."""

    txn_id: str
    number: int
    kind: str
    day: str
    created: int
    modified: int
    body: Node
    cents: int = 0
    party: str | None = None
    postings: list[tuple[str | None, str, int, str | None, str | None]] = field(default_factory=list)
    moves: list[tuple[str, int, int]] = field(default_factory=list)
    settled: list[tuple[str, str, int]] = field(default_factory=list)
    filled: list[tuple[str, str, int]] = field(default_factory=list)
    banked: list[str] = field(default_factory=list)

    @property
    def ref(self) -> str:
        return str(self.body.get("RefNumber", ""))

    @property
    def edit_sequence(self) -> str:
        return str(self.modified)

    @property
    def identity(self) -> Node:
        """What a recovered answer tells of it, in its order."""
        known = {"TxnID": self.txn_id, "TxnNumber": str(self.number), "EditSequence": self.edit_sequence}
        return _identity(known, self.body)

    def debit(
        self, account: str, cents: int, line: str | None = None, klass: str | None = None, party: str | None = None
    ) -> None:
        """Debits ``account`` by ``cents``; a negative amount is a credit."""
        if cents:
            self.postings.append((line, account, cents, klass, party))

    def credit(
        self, account: str, cents: int, line: str | None = None, klass: str | None = None, party: str | None = None
    ) -> None:
        self.debit(account, -cents, line, klass, party)


def _identity(known: Node, body: Node) -> Node:
    guid = body.get("ExternalGUID")
    return known | {"ExternalGUID": guid} if guid else known


_ELEMENT = "list_id, kind, name, full_name, parent, active, created, modified, body"
_TXN = "txn_id, number, kind, day, created, modified, body, cents, party"


class Store:
    """One company file, in memory when ``path`` is None. ``clock`` gives seconds since 1970."""

    def __init__(self, path: str | Path | None, clock: Callable[[], float], zone: str) -> None:
        self.clock = clock
        self._zone = ZoneInfo(zone)
        self.db = sqlite3.connect(str(path) if path else ":memory:", isolation_level=None, check_same_thread=False)
        self.db.execute("PRAGMA synchronous=OFF")
        self._numbers: dict[str, int] = {}
        if not self.rows("SELECT 1 FROM sqlite_master WHERE name = 'meta'"):
            self.db.executescript(SCHEMA)

    def rows(self, sql: str, values: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        return self.db.execute(sql, tuple(values)).fetchall()

    def one(self, sql: str, values: Iterable[Any] = ()) -> Any:
        """The first column of the first row, or None."""
        row = self.db.execute(sql, tuple(values)).fetchone()
        return row[0] if row else None

    def get(self, key: str, default: Any = None) -> Any:
        value = self.one("SELECT value FROM meta WHERE key = ?", (key,))
        return default if value is None else json.loads(value)

    def put(self, key: str, value: Any) -> None:
        self.db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, json.dumps(value)))

    def next_number(self, key: str, start: int) -> int:
        """A counter of the file; counters are written when a message set ends (see ``flush``)."""
        if key not in self._numbers:
            self._numbers[key] = self.get(f"number:{key}", start)
        self._numbers[key] += 1
        return self._numbers[key]

    def flush(self) -> None:
        for key, value in self._numbers.items():
            self.put(f"number:{key}", value)

    def now(self) -> int:
        return int(self.clock())

    def moment(self, seconds: int) -> str:
        return datetime.fromtimestamp(seconds, self._zone).isoformat()

    def today(self) -> str:
        return datetime.fromtimestamp(self.now(), self._zone).date().isoformat()

    def seconds(self, text: str) -> int:
        """A DATETIMETYPE as seconds since 1970; without a zone it is the workstation's local time."""
        day, _, time = text.partition("T")
        year, month, date = (int(part) for part in day.split("-"))
        if "+" in time or "-" in time:
            moment = datetime.fromisoformat(f"{year:04}-{month:02}-{date:02}T{time}")
            return int(moment.astimezone(UTC).timestamp())
        hour, minute, second = [*(int(part) for part in time.split(":") if part), 0, 0, 0][:3]
        return int(datetime(year, month, date, hour, minute, second, tzinfo=self._zone).timestamp())

    def new_txn_id(self) -> str:
        return f"{self.next_number('txn', 0x5F20):X}-{self.now()}"

    def new_list_id(self) -> str:
        return f"{self.next_number('list', 0x80000000):X}-{self.now()}"

    # List elements

    def save_element(self, element: Element, space: str) -> None:
        self.db.execute(
            "INSERT OR REPLACE INTO element VALUES (?,?,?,?,?,?,?,?,?,?,?)",
            (
                element.list_id,
                element.kind,
                space,
                element.full_name.lower(),
                element.name,
                element.full_name,
                element.parent,
                int(element.active),
                element.created,
                element.modified,
                json.dumps(element.body),
            ),
        )

    def elements(self, where: str, values: Iterable[Any] = (), tail: str = "") -> list[Element]:
        rows = self.rows(f"SELECT {_ELEMENT} FROM element WHERE {where} {tail}", values)
        return [
            Element(list_id, kind, name, full_name, parent, bool(active), created, modified, json.loads(body))
            for list_id, kind, name, full_name, parent, active, created, modified, body in rows
        ]

    def element(self, list_id: str) -> Element | None:
        found = self.elements("list_id = ?", (list_id,))
        return found[0] if found else None

    def named(self, space: str, full_name: str) -> Element | None:
        found = self.elements("space = ? AND key = ?", (space, full_name.lower()))
        return found[0] if found else None

    # Transactions

    def save_txn(self, txn: Txn) -> None:
        """Writes the transaction and all it does to the books, in place of what was there of it."""
        self.clear_effects(txn.txn_id)
        db = self.db
        db.execute(
            "INSERT OR REPLACE INTO txn VALUES (?,?,?,?,?,?,?,?,?,?)",
            (
                txn.txn_id,
                txn.number,
                txn.kind,
                txn.day,
                txn.ref,
                txn.party,
                txn.created,
                txn.modified,
                txn.cents,
                json.dumps(txn.body),
            ),
        )
        mine = txn.txn_id
        db.executemany("INSERT INTO posting VALUES (?,?,?,?,?,?)", [(mine, *row) for row in txn.postings])
        db.executemany("INSERT INTO stock VALUES (?,?,?,?)", [(mine, *row) for row in txn.moves])
        db.executemany("INSERT INTO settlement VALUES (?,?,?,?)", [(mine, *row) for row in txn.settled])
        db.executemany("INSERT INTO filled VALUES (?,?,?,?)", [(mine, *row) for row in txn.filled])
        db.executemany("INSERT INTO banked VALUES (?,?)", [(payment, mine) for payment in txn.banked])

    def on_hand(self, item: str) -> tuple[int, int]:
        """Pieces of an item and what they cost, in hundred-thousandths and cents."""
        found = self.rows("SELECT quantity, cents FROM on_hand WHERE item = ?", (item,))
        return found[0] if found else (0, 0)

    def clear_effects(self, txn_id: str) -> None:
        for table in BY_TXN:
            self.db.execute(f"DELETE FROM {table} WHERE txn_id = ?", (txn_id,))
        for table in BY_OWNER:
            self.db.execute(f"DELETE FROM {table} WHERE owner = ?", (txn_id,))
        self.db.execute("DELETE FROM banked WHERE deposit = ?", (txn_id,))

    def txns(self, where: str, values: Iterable[Any] = (), tail: str = "ORDER BY number") -> list[Txn]:
        rows = self.rows(f"SELECT {_TXN} FROM txn WHERE {where} {tail}", values)
        return [
            Txn(txn_id, number, kind, day, created, modified, json.loads(body), cents, party)
            for txn_id, number, kind, day, created, modified, body, cents, party in rows
        ]

    def txn(self, txn_id: str) -> Txn | None:
        found = self.txns("txn_id = ?", (txn_id,))
        return found[0] if found else None

    # The whole file

    def image(self) -> bytes:
        copy = sqlite3.connect(":memory:")
        self.flush()
        self.db.backup(copy)
        return copy.serialize()

    def load(self, image: bytes) -> None:
        source = sqlite3.connect(":memory:")
        source.deserialize(image)
        source.backup(self.db)
        # QuickBooks' ids end in the second they were given, so one is never given twice, not even after a restore.
        self._numbers = {key: max(value, self.get(f"number:{key}", 0)) for key, value in self._numbers.items()}
