"""A QuickBooks company on this machine: qbXML in, qbXML out, books kept in SQLite.

It stands in for QuickBooks Desktop's request processor (US edition, qbXML 13.0) in tests and in the demo, and is as
strict as the schema and the known behaviour of the product. It knows nothing of the program that talks to it.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from infra.local.company.books import Books
from infra.local.company.errors import ComError, Refused
from infra.local.company.faults import Faults
from infra.local.company.forms import Forms
from infra.local.company.lists import Lists
from infra.local.company.presenting import Presenter
from infra.local.company.profile import SUPPORTED_VERSIONS, Preferences
from infra.local.company.queries import Queries
from infra.local.company.reading import MessageSet, Node, Request, read_message_set
from infra.local.company.registers import Posted, RegisterLine, TrialLine, register, transactions, trial_balance
from infra.local.company.seed import seeded
from infra.local.company.shapes import MACRO
from infra.local.company.store import Store
from infra.local.company.writing import answer, envelope, returned, status, with_recovery

SET_ID_LIMIT = 23
"""Longer message set ids get status 9004."""
REQUEST_ID_LIMIT = 50
CLEAR_ALL = "ClearAllMessageSets"
NOT_PROCESSED = "The request has not been processed."
_VERSIONS = frozenset(SUPPORTED_VERSIONS)


class Company:
    """One company file. ``path`` None keeps it in memory; an existing file is opened as it is.

    ``clock`` gives seconds since 1970 (ids, EditSequence and time stamps come from it). Further keywords set
    preferences (see profile.Preferences), e.g. ``edition="Pro"``, ``sales_tax=False``.
    """

    def __init__(
        self,
        path: str | Path | None = None,
        *,
        clock: Callable[[], float] = time.time,
        zone: str = "America/Los_Angeles",
        **preferences: Any,
    ) -> None:
        self._path = str(path) if path else ""
        self.store = Store(path, clock, zone)
        if self.store.get("seeded") is None:
            self.store.load(seeded())
        self.faults = Faults()
        self.books = Books(self.store, self.faults.locked)
        self._presenter = Presenter(self.books)
        self._forms = Forms(self.books, self._presenter)
        self._lists = Lists(self.books, self._presenter)
        self._queries = Queries(self.books, self._presenter, self._forms.kinds)
        if preferences:
            self.set(**preferences)

    # Preferences and the file as a whole

    @property
    def preferences(self) -> Preferences:
        return self.books.preferences

    @property
    def path(self) -> str:
        """The company file's name, as the Web Connector tells it."""
        return self._path or rf"C:\Companies\{self.preferences.company_name}.QBW"

    @path.setter
    def path(self, name: str) -> None:
        self._path = name

    def set(self, **preferences: Any) -> None:
        """Switches preferences or the edition, as someone would in QuickBooks itself."""
        self.store.put("preferences", asdict(replace(self.preferences, **preferences)))
        self.books.reload()

    def backup(self) -> bytes:
        """The whole file, as a bookkeeper's backup."""
        return self.store.image()

    def restore(self, image: bytes) -> None:
        """Puts a backup in place of the file: what was posted since is gone."""
        self.store.load(image)
        self.books.reload()
        self._lists.forget_sizes()
        self.open_session()

    def open_session(self) -> None:
        """A program begins a session: iterators of the last one are gone. Raises ComError where it can't."""
        self._queries.close_iterators()
        self.faults.check_session()

    # The request processor

    def process(self, qbxml: str) -> str:
        """Executes a message set and gives the answer document. Raises ComError: then there is no answer."""
        self.faults.check_session()
        messages = read_message_set(qbxml, _VERSIONS)
        for set_id in (messages.new_id, messages.old_id):
            if set_id and len(set_id) > SET_ID_LIMIT and set_id != CLEAR_ALL:
                return envelope([], messages.new_id, 9004)
        forced = self.faults.take_set_status() if messages.new_id or messages.old_id else None
        if forced is not None:
            return envelope([], messages.new_id, forced)
        checksum = hashlib.sha256(qbxml.encode("utf-8", "replace")).hexdigest()
        stored = self._stored(messages, checksum)
        return stored if stored is not None else self._execute(messages, checksum)

    def _stored(self, messages: MessageSet, checksum: str) -> str | None:
        """Error recovery: the stored answer, a status of the set, or None when the set is to be executed."""
        new, old, db = messages.new_id, messages.old_id, self.store.db
        if old == CLEAR_ALL:
            db.execute("DELETE FROM message_set")
            return None if messages.requests else envelope([], new, 0)
        kept = self.store.rows("SELECT checksum, answer FROM message_set WHERE set_id = ?", (new,)) if new else []
        if not messages.requests and (old or new):
            if new and (old == new or not old):
                return kept[0][1] if kept else envelope([], new, 9002)
            known = self.store.one("SELECT 1 FROM message_set WHERE set_id = ?", (old,))
            db.execute("DELETE FROM message_set WHERE set_id = ?", (old,))
            return envelope([], new, 0 if known else 600)
        if kept:
            return kept[0][1] if kept[0][0] == checksum else envelope([], new, 9001)
        if old and old != new:
            db.execute("DELETE FROM message_set WHERE set_id = ?", (old,))
        return None

    def _execute(self, messages: MessageSet, checksum: str) -> str:
        db = self.store.db
        macros: dict[str, str] = {}
        answers: list[str] = []
        recovered: list[str] = []
        stopped = False
        deadly = any(not request.name.endswith("QueryRq") for request in messages.requests)
        db.execute("BEGIN")
        try:
            for number, request in enumerate(messages.requests):
                if deadly:
                    self.faults.before_request(number)
                if stopped:
                    text = answer(_base(request), status(request.request_id, 3231, NOT_PROCESSED))
                    answers.append(text)
                    recovered.append(text)
                    continue
                text, failed, identity = self._one(request, macros, messages.include_data)
                answers.append(text)
                recovered.append(with_recovery(text, identity))
                stopped = failed and messages.on_error == "stopOnError"
            if deadly:
                self.faults.before_request(len(messages.requests))
            if messages.new_id and messages.requests:
                self._keep(messages.new_id, checksum, envelope(recovered, messages.new_id, 0))
            return envelope(answers, messages.new_id, 0 if messages.new_id else None)
        finally:
            # Also when QuickBooks dies inside the set: what it had done by then stays.
            self.store.flush()
            db.execute("COMMIT")

    def _keep(self, set_id: str, checksum: str, document: str) -> None:
        db = self.store.db
        db.execute("INSERT OR REPLACE INTO message_set VALUES (?, ?, ?)", (set_id, checksum, document))
        db.execute(
            "DELETE FROM message_set WHERE rowid NOT IN (SELECT rowid FROM message_set ORDER BY rowid DESC LIMIT ?)",
            (self.preferences.keeps_answers,),
        )

    def _one(self, request: Request, macros: dict[str, str], include_data: bool) -> tuple[str, bool, Node]:
        """The answer to one request, whether it failed, and what it made. A refused request leaves nothing behind."""
        db = self.store.db
        made: Node = {}
        db.execute("SAVEPOINT request")
        try:
            if len(request.request_id or "") > REQUEST_ID_LIMIT:
                raise Refused(1060, "The request ID is invalid.")
            self.faults.check_request(request)
            if request.name.endswith("QueryRq"):
                text = self._queries.answer(request)
            else:
                body, made = self._write(request, macros)
                text = answer(_base(request), status(request.request_id, 0), body)
            if not include_data:
                text = text.partition(">")[0].removesuffix(" /") + " />"
        except Refused as no:
            db.execute("ROLLBACK TO request")
            self._forget()
            return answer(_base(request), status(request.request_id, no.code, no.message), no.answer), True, {}
        except BaseException:
            db.execute("ROLLBACK TO request")
            self._forget()
            raise
        finally:
            db.execute("RELEASE request")
        return text, False, made

    def _forget(self) -> None:
        self.books.forget()
        self._lists.forget_sizes()

    def _write(self, request: Request, macros: dict[str, str]) -> tuple[str, Node]:
        name, node = request.name.removesuffix("Rq"), request.node
        special = _SPECIAL.get(name)
        if special is not None:
            return special(self, node), {}
        aggregate = node[name]
        kind, adding = name[:-3], name.endswith("Add")
        only = node.get("IncludeRetElement", ())
        if kind in self._forms.kinds:
            txn = (self._forms.add if adding else self._forms.mod)(kind, aggregate, macros)
            if MACRO in aggregate:
                macros[aggregate[MACRO]] = txn.txn_id
            return self._presenter.posted(txn, only), txn.identity
        element = (self._lists.add if adding else self._lists.mod)(kind, aggregate)
        return self._presenter.listed(element, frozenset(only)), element.identity

    def _delete_txn(self, node: Node) -> str:
        txn = self._forms.delete(node["TxnDelType"], node["TxnID"])
        ref = f"<RefNumber>{txn.ref}</RefNumber>" if txn.ref else ""
        return (
            f"<TxnDelType>{txn.kind}</TxnDelType><TxnID>{txn.txn_id}</TxnID>"
            f"<TimeDeleted>{self.store.moment(self.store.now())}</TimeDeleted>{ref}"
        )

    def _void_txn(self, node: Node) -> str:
        txn = self._forms.void(node["TxnVoidType"], node["TxnID"])
        ref = f"<RefNumber>{txn.ref}</RefNumber>" if txn.ref else ""
        return (
            f"<TxnVoidType>{txn.kind}</TxnVoidType><TxnID>{txn.txn_id}</TxnID>"
            f"<TimeCreated>{self.store.moment(txn.created)}</TimeCreated>"
            f"<TimeModified>{self.store.moment(txn.modified)}</TimeModified>{ref}"
        )

    def _delete_element(self, node: Node) -> str:
        element = self._lists.delete(node["ListDelType"], node["ListID"])
        return (
            f"<ListDelType>{element.kind}</ListDelType><ListID>{element.list_id}</ListID>"
            f"<TimeDeleted>{self.store.moment(self.store.now())}</TimeDeleted>"
        )

    def _extend(self, node: Node) -> str:
        chosen = node["DataExtAdd"]
        target = chosen.get("TxnID") or chosen.get("ListObjRef", {}).get("ListID") or "Company"
        owner = chosen["OwnerID"].lower()
        taken = self.store.one(
            "SELECT 1 FROM extension WHERE owner = ? AND object = ? AND name = ?",
            (owner, target, chosen["DataExtName"]),
        )
        if taken:
            raise Refused(3180, "There was an error when saving a Data Extension. It is there already.")
        self.store.db.execute(
            "INSERT INTO extension VALUES (?, ?, ?, ?)", (owner, target, chosen["DataExtName"], chosen["DataExtValue"])
        )
        facts = {name: chosen[name] for name in ("OwnerID", "DataExtName", "DataExtValue")}
        return returned("DataExt", facts | {"DataExtType": "STR255TYPE"})

    # For tests and the demo

    def hcp(self, owner_id: str = "") -> str:
        """What the Web Connector asks a company for at the beginning of a run: Host, Company, Preferences."""
        owners = [row[0] for row in self.store.rows("SELECT DISTINCT owner FROM extension WHERE object = 'Company'")]
        asked = "".join(f"<OwnerID>{owner}</OwnerID>" for owner in ([owner_id] if owner_id else owners))
        return self.process(
            '<?xml version="1.0"?><?qbxml version="13.0"?><QBXML><QBXMLMsgsRq onError="continueOnError">'
            f'<HostQueryRq requestID="0"/><CompanyQueryRq requestID="1">{asked}</CompanyQueryRq>'
            '<PreferencesQueryRq requestID="2"/></QBXMLMsgsRq></QBXML>'
        )

    def mark(self, owner_id: str, **values: str) -> None:
        """Writes private data of an application into the company: the Web Connector's FileID and AppLock."""
        for name, value in values.items():
            self.store.db.execute(
                "INSERT OR REPLACE INTO extension VALUES (?, 'Company', ?, ?)", (owner_id.lower(), name, value)
            )

    def marked(self, owner_id: str) -> dict[str, str]:
        return dict(
            self.store.rows(
                "SELECT name, value FROM extension WHERE owner = ? AND object = 'Company'", (owner_id.lower(),)
            )
        )

    def trial_balance(self) -> list[TrialLine]:
        """Every account with a balance, in the chart's order; debits and credits are Decimals that sum to the same."""
        return trial_balance(self.store)

    def transactions(self, kind: str = "") -> list[Posted]:
        """What is in the registers, oldest first; of one type where ``kind`` names it (``SalesReceipt``)."""
        return transactions(self.store, kind)

    def register(self, account: str) -> list[RegisterLine]:
        """The postings on an account, by its full name."""
        return register(self.store, account)

    def lose_stored_answers(self) -> None:
        """QuickBooks no longer knows any message set: probes are answered with 9002."""
        self.store.db.execute("DELETE FROM message_set")

    def die_after(self, requests: int, hresult: str = "0x80040402") -> None:
        """QuickBooks dies inside the next set that writes: so many are committed, no answer is stored."""
        self.faults.die_after(requests, hresult)


_SPECIAL: dict[str, Callable[[Company, Node], str]] = {
    "TxnDel": Company._delete_txn,
    "TxnVoid": Company._void_txn,
    "ListDel": Company._delete_element,
    "DataExtAdd": Company._extend,
}


def _base(request: Request) -> str:
    return request.name.removesuffix("Rq")


__all__ = ["ComError", "Company"]
