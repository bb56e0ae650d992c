"""Journal entries and inventory adjustments."""

from __future__ import annotations

from infra.local.company.books import Books
from infra.local.company.errors import Refused, missing, no_such_reference, not_saved
from infra.local.company.money import amount, cents, pieces, quantity
from infra.local.company.payments import check_named
from infra.local.company.reading import Node
from infra.local.company.shapes import LINES
from infra.local.company.stock import Stock
from infra.local.company.store import Txn

_LEDGERS_OF_NAMES = ("AccountsReceivable", "AccountsPayable")


class Journal:
    def __init__(self, books: Books, stock: Stock) -> None:
        self._books = books
        self._stock = stock

    def entry(self, txn: Txn) -> None:
        """Debits must equal credits, amounts be positive; at most one account of A/R or A/P, with its name."""
        sides = {"JournalDebitLine": 0, "JournalCreditLine": 0}
        ledgers = set()
        for tag, line in txn.body[LINES]:
            value = cents(line.setdefault("Amount", "0.00"))
            if "AccountRef" not in line:
                if value:
                    raise missing("AccountRef")
                continue
            if value < 0:
                raise not_saved("Journal Entry", "Transaction amount must be positive.")
            account = line["AccountRef"]["ListID"]
            party = line.get("EntityRef", {}).get("ListID")
            check_named(self._books, account, party, "Journal Entry")
            if self._books.account_type(account) in _LEDGERS_OF_NAMES:
                ledgers.add(account)
            sides[tag] += value
            signed = value if tag == "JournalDebitLine" else -value
            txn.debit(account, signed, line["TxnLineID"], line.get("ClassRef", {}).get("ListID"), party)
        if len(ledgers) > 1:
            raise not_saved("Journal Entry", "Only one accounts receivable or payable account can be used.")
        if sides["JournalDebitLine"] != sides["JournalCreditLine"]:
            raise not_saved(
                "Journal Entry",
                "The transaction is not in balance. Please make sure the total amount in the debit column equals the "
                "total amount in the credit column.",
            )
        txn.cents = sides["JournalDebitLine"]

    def inventory_adjustment(self, txn: Txn) -> None:
        account = txn.body["AccountRef"]["ListID"]
        if self._books.account_type(account) in (*_LEDGERS_OF_NAMES, "NonPosting"):
            raise no_such_reference("Account", txn.body["AccountRef"]["FullName"], "InventoryAdjustment")
        klass = txn.body.get("ClassRef", {}).get("ListID")
        for line in txn.body["InventoryAdjustmentLineRet"]:
            self._adjust(txn, line, account, klass)

    def _adjust(self, txn: Txn, line: Node, account: str, klass: str | None) -> None:
        item = self._books.element(line["ItemRef"]["ListID"])
        if item.kind != "ItemInventory":
            raise Refused(3280, f'The item type of "{item.full_name}" is not allowed in an inventory adjustment.')
        on_hand, value = self._stock.on_hand(item.list_id, txn)
        by_count, by_value = line.pop("QuantityAdjustment", None), line.pop("ValueAdjustment", None)
        if by_count is not None:
            count = _change(by_count, on_hand)
            worth = self._stock.worth(txn, item, count)
        elif by_value is not None:
            count = _change(by_value, on_hand)
            if "NewValue" in by_value:
                worth = cents(by_value["NewValue"]) - value
            else:
                worth = cents(by_value.get("ValueDifference", ""))
        else:
            count, worth = pieces(line["QuantityDifference"]), cents(line["ValueDifference"])
        line["QuantityDifference"], line["ValueDifference"] = quantity(count), amount(worth)
        self._stock.adjust(txn, item, count, worth, account, klass)
        txn.cents += worth


def _change(adjustment: Node, on_hand: int) -> int:
    if "NewQuantity" in adjustment:
        return pieces(adjustment["NewQuantity"]) - on_hand
    return pieces(adjustment.get("QuantityDifference", "0"))
