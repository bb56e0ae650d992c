"""What a query selects: by key, by filter, and how each record found becomes text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from infra.local.company.books import NAMES, Books
from infra.local.company.errors import Refused
from infra.local.company.list_shapes import ITEM_KINDS
from infra.local.company.money import amount, cents
from infra.local.company.presenting import Presenter
from infra.local.company.reading import Node
from infra.local.company.store import Element, Txn
from infra.local.company.writing import returned

Texts = Callable[[Sequence[str]], Iterator[str]]

_MATCH = {"StartsWith": "{}%", "Contains": "%{}%", "EndsWith": "%{}"}
_OPERATORS = {"LessThan": "<", "LessThanEqual": "<=", "Equal": "=", "GreaterThan": ">", "GreaterThanEqual": ">="}


@dataclass(slots=True)
class Found:
    """Ids in order, how each becomes text, and whether something asked for by key was not there."""

    ids: list[str]
    render: Texts
    some_missing: bool = False


@dataclass(slots=True)
class Where:
    """The conditions of a SELECT and their values."""

    parts: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def add(self, sql: str, *values: Any) -> None:
        self.parts.append(sql)
        self.values.extend(values)

    def __str__(self) -> str:
        return " AND ".join(f"({part})" for part in self.parts) or "1"


class Selections:
    """Finds list elements and transactions of the company."""

    def __init__(self, books: Books, presenter: Presenter) -> None:
        self._books = books
        self._store = books.store
        self._presenter = presenter

    # Lists

    def element_texts(self, node: Node) -> Texts:
        only = frozenset(node.get("IncludeRetElement", ()))

        def render(ids: Sequence[str]) -> Iterator[str]:
            for list_id in ids:
                element = self._store.element(list_id)
                if element is not None:
                    yield self._presenter.listed(element, only)

        return render

    def elements(self, kinds: tuple[str, ...], node: Node) -> Found:
        where = Where()
        where.add(f"kind IN ({','.join('?' * len(kinds))})", *kinds)
        keys = node.get("ListID") or node.get("FullName")
        render = self.element_texts(node)
        if keys is not None and ("ListID" in node or "FullName" in node):
            column = "list_id" if "ListID" in node else "key"
            wanted = [key if "ListID" in node else key.lower() for key in keys]
            rows = self._store.rows(
                f"SELECT {column}, list_id FROM element WHERE {where} AND {column} IN ({','.join('?' * len(wanted))})",
                [*where.values, *wanted],
            )
            by_key = dict(rows)
            ids = list(dict.fromkeys(by_key[key] for key in wanted if key in by_key))
            return Found(ids, render, some_missing=any(key not in by_key for key in wanted))
        self._list_filters(node, where)
        order = "CASE kind " + "".join(f"WHEN '{kind}' THEN {n} " for n, kind in enumerate(kinds)) + "END, key"
        rows = self._store.rows(f"SELECT list_id FROM element WHERE {where} ORDER BY {order if kinds else 'key'}",
                                where.values)  # fmt: skip
        ids = [row[0] for row in rows]
        if "TotalBalanceFilter" in node:
            ids = [list_id for list_id in ids if self._has_balance(list_id, node["TotalBalanceFilter"])]
        return Found(ids, render)

    def _list_filters(self, node: Node, where: Where) -> None:
        active = node.get("ActiveStatus") or "ActiveOnly"
        if active != "All":
            where.add("active = ?", int(active == "ActiveOnly"))
        if node.get("FromModifiedDate"):
            where.add("modified >= ?", self._store.seconds(node["FromModifiedDate"]))
        if node.get("ToModifiedDate"):
            where.add("modified <= ?", self._store.seconds(node["ToModifiedDate"]))
        if "NameFilter" in node:
            chosen = node["NameFilter"]
            where.add("full_name LIKE ? ESCAPE '\\'", _like(chosen["MatchCriterion"], chosen["Name"]))
        if "NameRangeFilter" in node:
            chosen = node["NameRangeFilter"]
            if chosen.get("FromName"):
                where.add("key >= ?", chosen["FromName"].lower())
            if chosen.get("ToName"):
                where.add("key <= ?", chosen["ToName"].lower())
        for body_field in ("AccountType", "PaymentMethodType"):
            if node.get(body_field):
                marks = ",".join("?" * len(node[body_field]))
                where.add(f"json_extract(body, '$.{body_field}') IN ({marks})", *node[body_field])

    def _has_balance(self, list_id: str, chosen: Node) -> bool:
        element = self._store.element(list_id)
        assert element is not None
        text = self._presenter.listed(element, frozenset({"Balance"}))
        balance = text.partition("<Balance>")[2].partition("</Balance>")[0]
        sql = f"SELECT ? {_OPERATORS[chosen['Operator']]} ?"
        return bool(self._store.one(sql, (cents(balance), cents(chosen["Amount"]))))

    # Transactions

    def txn_texts(self, node: Node) -> Texts:
        only = frozenset(node.get("IncludeRetElement", ()))
        with_lines = node.get("IncludeLineItems") in ("true", "1")
        with_links = node.get("IncludeLinkedTxns") in ("true", "1")

        def render(ids: Sequence[str]) -> Iterator[str]:
            for txn_id in ids:
                txn = self._store.txn(txn_id)
                if txn is not None:
                    yield self._presenter.posted(txn, only, with_lines, with_links)

        return render

    def txns(self, kind: str, node: Node) -> Found:
        render = self.txn_texts(node)
        for name, column in (("TxnID", "txn_id"), ("RefNumberCaseSensitive", "ref"), ("RefNumber", "ref")):
            if name in node:
                return self._by_key(kind, node[name], column, "NOCASE" if name == "RefNumber" else "BINARY", render)
        where = Where()
        where.add("kind = ?", kind)
        self.txn_filters(node, where)
        rows = self._store.rows(f"SELECT txn_id FROM txn WHERE {where} ORDER BY number", where.values)
        ids = [row[0] for row in rows]
        paid = node.get("PaidStatus", "All")
        if paid != "All":
            ids = [txn_id for txn_id in ids if self._is_paid(txn_id) == (paid == "PaidOnly")]
        return Found(ids, render)

    def _by_key(self, kind: str, keys: list[str], column: str, collation: str, render: Texts) -> Found:
        """By TxnID or RefNumber: a lookup, not a filter; several transactions may carry one RefNumber."""
        ids: list[str] = []
        some_missing = False
        for key in keys:
            rows = self._store.rows(
                # The column's index compares without case; the case is compared afterwards.
                f"SELECT txn_id, {column} FROM txn WHERE kind = ? AND {column} = ? "
                f"{'COLLATE NOCASE' if column == 'ref' else ''} ORDER BY number",
                (kind, key),
            )
            hits = [row[0] for row in rows if collation == "NOCASE" or row[1] == key]
            some_missing = some_missing or not hits
            ids.extend(hits)
        return Found(list(dict.fromkeys(ids)), render, some_missing)

    def _is_paid(self, txn_id: str) -> bool:
        txn = self._store.txn(txn_id)
        return txn is not None and txn.cents == self._presenter.paid(txn_id)

    def txn_filters(self, node: Node, where: Where) -> None:
        modified = node.get("ModifiedDateRangeFilter", {})
        if modified.get("FromModifiedDate"):
            where.add("modified >= ?", self._store.seconds(modified["FromModifiedDate"]))
        if modified.get("ToModifiedDate"):
            where.add("modified <= ?", self._store.seconds(modified["ToModifiedDate"]))
        self.day_filter(node.get("TxnDateRangeFilter", {}), where)
        if "RefNumberFilter" in node:
            chosen = node["RefNumberFilter"]
            where.add("ref LIKE ? ESCAPE '\\'", _like(chosen["MatchCriterion"], chosen["RefNumber"]))
        numbers = node.get("RefNumberRangeFilter", {})
        if numbers.get("FromRefNumber"):
            where.add("ref >= ? COLLATE NOCASE", numbers["FromRefNumber"])
        if numbers.get("ToRefNumber"):
            where.add("ref <= ? COLLATE NOCASE", numbers["ToRefNumber"])
        if "EntityFilter" in node:
            ids = self._elements_of(node["EntityFilter"], NAMES)
            where.add(f"party IN ({','.join('?' * len(ids))})", *ids)
        if "AccountFilter" in node:
            ids = self._elements_of(node["AccountFilter"], ("Account",))
            where.add(f"txn_id IN (SELECT txn_id FROM posting WHERE account IN ({','.join('?' * len(ids))}))", *ids)
        if "ItemFilter" in node:
            ids = self._elements_of(node["ItemFilter"], tuple(ITEM_KINDS))
            where.add(f"txn_id IN (SELECT txn_id FROM stock WHERE item IN ({','.join('?' * len(ids))}))", *ids)

    def day_filter(self, chosen: Mapping[str, Any], where: Where) -> None:
        if chosen.get("FromTxnDate"):
            where.add("day >= ?", chosen["FromTxnDate"])
        if chosen.get("ToTxnDate"):
            where.add("day <= ?", chosen["ToTxnDate"])
        macro = chosen.get("DateMacro", "All")
        if macro == "Today":
            where.add("day = ?", self._store.today())
        elif macro != "All":
            raise Refused(3030, f'The date macro "{macro}" is not supported by this stand-in.')

    def _elements_of(self, chosen: Node, kinds: tuple[str, ...]) -> list[str]:
        refs = [{"ListID": key} for key in chosen.get("ListID", ())]
        refs += [{"FullName": key} for key in chosen.get("FullName", ())]
        found = [self._books.find(kinds, ref, "query", "list element") for ref in refs]
        for name in ("ListIDWithChildren", "FullNameWithChildren"):
            if name in chosen:
                key = name.removesuffix("WithChildren")
                found += self._family(self._books.find(kinds, {key: chosen[name]}, "query", "list element"))
        return [element.list_id for element in found]

    def _family(self, head: Element) -> list[Element]:
        below = self._store.elements("kind = ? AND key LIKE ?", (head.kind, head.full_name.lower() + ":%"))
        return [head, *below]

    # All transactions in one query

    def all_txns(self, node: Node) -> Found:
        where = Where()
        for name, column in (("TxnID", "txn_id"), ("RefNumberCaseSensitive", "ref"), ("RefNumber", "lower(ref)")):
            if name in node:
                keys = [key.lower() for key in node[name]] if name == "RefNumber" else node[name]
                where.add(f"{column} IN ({','.join('?' * len(keys))})", *keys)
        kinds = [kind for kind in node.get("TransactionTypeFilter", {}).get("TxnTypeFilter", ()) if kind != "All"]
        if kinds:
            where.add(f"kind IN ({','.join('?' * len(kinds))})", *kinds)
        self.day_filter(node.get("TransactionDateRangeFilter", {}), where)
        filters: Node = {name: node[name] for name in ("RefNumberFilter", "RefNumberRangeFilter") if name in node}
        modified = node.get("TransactionModifiedDateRangeFilter", {})
        self.txn_filters({"ModifiedDateRangeFilter": modified, **filters}, where)
        rows = self._store.rows(f"SELECT txn_id FROM txn WHERE {where} ORDER BY number", where.values)
        return Found([row[0] for row in rows], self.summaries(node), len(node.get("TxnID", ())) > len(rows))

    def summaries(self, node: Node) -> Texts:
        only = node.get("IncludeRetElement", ())

        def render(ids: Sequence[str]) -> Iterator[str]:
            for txn_id in ids:
                txn = self._store.txn(txn_id)
                if txn is not None:
                    yield returned("Transaction", self._plain(txn), only)

        return render

    def _plain(self, txn: Txn) -> Node:
        facts = summary(txn) | {
            "TimeCreated": self._store.moment(txn.created),
            "TimeModified": self._store.moment(txn.modified),
        }
        if txn.party:
            facts["EntityRef"] = self._books.element(txn.party).ref
        if "Memo" in txn.body:
            facts["Memo"] = txn.body["Memo"]
        return facts


def summary(txn: Txn) -> Node:
    """The facts every list of transactions shows."""
    facts: Node = {"TxnID": txn.txn_id, "TxnType": txn.kind, "TxnDate": txn.day, "Amount": amount(txn.cents)}
    if "CustomerRef" in txn.body:
        facts["CustomerRef"] = txn.body["CustomerRef"]
    if txn.ref:
        facts["RefNumber"] = txn.ref
    return facts


def _like(criterion: str, text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return _MATCH[criterion].format(escaped)
