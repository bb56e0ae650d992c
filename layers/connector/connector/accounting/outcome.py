"""What comes of an order's facts: the documents to post now, or why they can't become any."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from connector.accounting.documents import Draft
from connector.accounting.items import Unmapped
from connector.accounting.open_documents import OpenDocument
from connector.ledger.facts import ZERO, MoneyFact, OrderHeader, SaleFact


@dataclass(frozen=True, slots=True)
class Unmappable:
    """Why facts of an order can't become documents, in words for the merchant, and how much money it is about."""

    reason: str
    amount: Decimal


def unmappable(
    order: OrderHeader, error: Unmapped, sales: Iterable[SaleFact], money: Iterable[MoneyFact]
) -> Unmappable:
    """The exception for facts that wait together: its amount is theirs, its reason names the part that stops them."""
    what = f" ({error.amount:.2f})" if error.amount else ""
    waiting = abs(sum((s.total for s in sales), ZERO)) or abs(sum((m.moved for m in money), ZERO))
    return Unmappable(f"{order.name}: {error.reason}{what}", waiting)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What to post now. With a ``problem`` the ``drafts`` are those of the days it does not touch."""

    drafts: tuple[Draft, ...]
    counters: dict[str, int]
    open_documents: tuple[OpenDocument, ...]
    problem: Unmappable | None = None
