"""Inventory at moving average cost: what a sale costs, what a receipt does to the average."""

from __future__ import annotations

from decimal import Decimal

from infra.local.company.books import Books
from infra.local.company.money import UNIT, rounded, share
from infra.local.company.store import Element, Txn


class Stock:
    def __init__(self, books: Books) -> None:
        self._store = books.store

    def on_hand(self, item: str, txn: Txn | None = None) -> tuple[int, int]:
        """Pieces and their value in cents, what ``txn`` has moved so far included."""
        pieces, value = self._store.on_hand(item)
        for moved, count, cents in txn.moves if txn else ():
            if moved == item:
                pieces, value = pieces + count, value + cents
        return pieces, value

    def _worth(self, item: Element, count: int, txn: Txn) -> int:
        pieces, value = self.on_hand(item.list_id, txn)
        if pieces > 0 and value >= 0:
            return value if count == pieces else share(value, count, pieces)
        return rounded(Decimal(item.body.get("PurchaseCost", "0")) * count / UNIT)

    def issue(self, txn: Txn, item: Element, count: int, klass: str | None = None) -> None:
        """Pieces leave (come back, when ``count`` is negative): cost of goods sold against the asset account."""
        if not count:
            return
        worth = self._worth(item, count, txn)
        txn.moves.append((item.list_id, -count, -worth))
        txn.debit(item.body["COGSAccountRef"]["ListID"], worth, None, klass)
        txn.credit(item.body["AssetAccountRef"]["ListID"], worth, None, klass)

    def receive(self, txn: Txn, item: Element, count: int, cents: int, line: str | None = None) -> None:
        """Pieces come in for ``cents``, debited to the asset account; whoever calls credits the other side.

        Where more had been sold than was there, the sale's cost is corrected to what the pieces cost now.
        """
        pieces, value = self.on_hand(item.list_id, txn)
        asset = item.body["AssetAccountRef"]["ListID"]
        txn.moves.append((item.list_id, count, cents))
        txn.debit(asset, cents, line)
        if pieces < 0 <= pieces + count:
            correction = value + cents - share(cents, pieces + count, count)
            txn.moves.append((item.list_id, 0, -correction))
            txn.debit(item.body["COGSAccountRef"]["ListID"], correction)
            txn.credit(asset, correction)

    def give_back(self, txn: Txn, item: Element, count: int, cents: int, line: str | None = None) -> None:
        """Pieces go back to the supplier for ``cents``; the difference to their average goes to cost of goods sold."""
        worth = self._worth(item, count, txn)
        asset = item.body["AssetAccountRef"]["ListID"]
        txn.moves.append((item.list_id, -count, -worth))
        txn.credit(asset, worth, line)
        txn.debit(item.body["COGSAccountRef"]["ListID"], worth - cents)

    def adjust(self, txn: Txn, item: Element, count: int, cents: int, account: str, klass: str | None) -> None:
        txn.moves.append((item.list_id, count, cents))
        txn.debit(item.body["AssetAccountRef"]["ListID"], cents)
        txn.credit(account, cents, None, klass)

    def worth(self, txn: Txn, item: Element, count: int) -> int:
        """The value of ``count`` pieces at the average of this moment."""
        return self._worth(item, count, txn)
