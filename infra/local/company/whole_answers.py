"""Answers that are not picked from a list one by one: profile, undeposited payments, deletions."""

from __future__ import annotations

from collections.abc import Callable

from infra.local.company import profile
from infra.local.company.books import Books
from infra.local.company.reading import Node
from infra.local.company.selections import Where, summary
from infra.local.company.writing import returned


class WholeAnswers:
    """Each method gives the texts of all that is returned."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._store = books.store
        self.by_name: dict[str, Callable[[Node], list[str]]] = {
            "Host": self._host,
            "Company": self._company,
            "Preferences": self._preferences,
            "ReceivePaymentToDeposit": self._to_deposit,
            "TxnDeleted": lambda node: self._deleted(node, "txn"),
            "ListDeleted": lambda node: self._deleted(node, "list"),
        }

    def _host(self, node: Node) -> list[str]:
        wanted = node.get("IncludeListMetaData", {}).get("IncludeMaxCapacity") in ("true", "1")
        return [returned("Host", profile.host(self._books.preferences, wanted), node.get("IncludeRetElement", ()))]

    def _company(self, node: Node) -> list[str]:
        owners = node.get("OwnerID", [])
        rows = self._store.rows(
            f"SELECT owner, name, value FROM extension WHERE object = 'Company' AND owner IN "
            f"({','.join('?' * len(owners))}) ORDER BY name",
            [owner.lower() for owner in owners],
        )
        extensions = [
            {"OwnerID": owner, "DataExtName": name, "DataExtType": "STR255TYPE", "DataExtValue": value}
            for owner, name, value in rows
        ]
        facts = profile.company(self._books.preferences, extensions)
        return [returned("Company", facts, node.get("IncludeRetElement", ()))]

    def _preferences(self, node: Node) -> list[str]:
        refs = {key: self._books.default(key) or {} for key in ("tax_item", "taxable", "non_taxable", "currency")}
        facts = profile.preferences_answer(self._books.preferences, refs)
        return [returned("Preferences", facts, node.get("IncludeRetElement", ()))]

    def _to_deposit(self, node: Node) -> list[str]:
        """Payments and sales receipts that lie in Undeposited Funds."""
        undeposited = self._books.special("UndepositedFunds")
        texts = []
        for txn in self._store.txns(
            "kind IN ('ReceivePayment', 'SalesReceipt') AND cents > 0 AND txn_id NOT IN (SELECT payment FROM banked)"
        ):
            if txn.body["DepositToAccountRef"]["ListID"] == undeposited:
                texts.append(returned("ReceivePaymentToDeposit", summary(txn), node.get("IncludeRetElement", ())))
        return texts

    def _deleted(self, node: Node, family: str) -> list[str]:
        prefix, key = ("Txn", "TxnID") if family == "txn" else ("List", "ListID")
        kinds = node[f"{prefix}DelType"]
        where = Where()
        where.add("family = ?", family)
        where.add(f"kind IN ({','.join('?' * len(kinds))})", *kinds)
        chosen = node.get("DeletedDateRangeFilter", {})
        if chosen.get("FromDeletedDate"):
            where.add("deleted >= ?", self._store.seconds(chosen["FromDeletedDate"]))
        if chosen.get("ToDeletedDate"):
            where.add("deleted <= ?", self._store.seconds(chosen["ToDeletedDate"]))
        texts = []
        for gone, kind, name, created, deleted in self._store.rows(
            f"SELECT id, kind, name, created, deleted FROM gone WHERE {where} ORDER BY deleted", where.values
        ):
            facts = {f"{prefix}DelType": kind, key: gone, "TimeCreated": self._store.moment(created),
                     "TimeDeleted": self._store.moment(deleted)}  # fmt: skip
            if name:
                facts["RefNumber" if family == "txn" else "FullName"] = name
            texts.append(returned(f"{prefix}Deleted", facts, node.get("IncludeRetElement", ())))
        return texts
