"""Where Shopify disagrees with itself: its sums against its parts. A disagreement is named, never smoothed over.

- An order's sales add up to its current total.
- The tender transactions of a day are the transactions of its orders.
- The net of a payout's balance transactions is the payout's, and each net is its amount less its fee.
- What a cash session was over or short is what Shopify says it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from connector.ledger.cash import CashSession
from connector.ledger.facts import ZERO, MoneyFact, OrderFacts
from connector.ledger.payouts import Payout
from connector.ledger.tenders import TenderFact

NO_TENDERS = frozenset({"gift_card", "shopify_store_credit"})
"""Gateways that are no money: Shopify keeps no tender transaction of them, and those it may keep are left out too."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """``check`` names the rule; ``subject`` is the record's id and ``name`` what people call it."""

    check: str
    subject: str
    name: str
    day: date
    expected: Decimal
    found: Decimal

    @property
    def difference(self) -> Decimal:
        return self.found - self.expected

    @property
    def words(self) -> str:
        return _WORDS[self.check].format(name=self.name, expected=self.expected, found=self.found, off=self.difference)


SALES, TENDERS, PAYOUT, BALANCE, CASH = "sales", "tenders", "payout", "balance", "cash"
_WORDS = {
    SALES: "The sales of order {name} come to {found}, but Shopify's total of it is {expected} ({off} more).",
    TENDERS: "Shopify's tender transactions of order {name} come to {found}, its payments to {expected} ({off} more).",
    PAYOUT: "The transactions of the payout of {name} come to {found}, the payout is {expected} ({off} more).",
    BALANCE: "A transaction of the payout of {name} nets {found}; its amount less its fee is {expected}.",
    CASH: "Register {name} was counted {found} over or short; Shopify says {expected}.",
}


def order_disagreements(facts: OrderFacts) -> tuple[Disagreement, ...]:
    """For all that was read of an order, not for a window's part of it. Nothing where Shopify gave no total."""
    order = facts.order
    total = sum((sale.total for sale in facts.sales), ZERO)
    if order.current_total is None or order.current_total == total or not facts.sales:
        return ()
    return (Disagreement(SALES, order.id, order.name, facts.sales[-1].day, order.current_total, total),)


def payout_disagreements(payout: Payout) -> tuple[Disagreement, ...]:
    name = f"{payout.day} ({payout.legacy_id})"
    found = [
        Disagreement(BALANCE, line.id, name, payout.day, line.amount - line.fee, line.net)
        for line in payout.lines
        if line.amount - line.fee != line.net
    ]
    total = sum((line.net for line in payout.lines), ZERO)
    if total != payout.net:
        found.append(Disagreement(PAYOUT, payout.id, name, payout.day, payout.net, total))
    return tuple(found)


def tender_disagreements(
    day: date, tenders: Iterable[TenderFact], money: Mapping[str, Iterable[MoneyFact]], currency: str
) -> tuple[Disagreement, ...]:
    """Order by order for one whole business day; ``money`` has the orders' transactions by order id.

    Cash rounding may or may not be in the tender: either agrees. An order whose tenders are in another currency is not
    compared. Test orders must not be in ``money``.
    """
    names: dict[str, str] = {}
    sums: dict[str, Decimal] = {}
    foreign: set[str] = set()
    for tender in {tender.id: tender for tender in tenders}.values():
        if tender.day != day or tender.method in NO_TENDERS:
            continue
        names[tender.order] = tender.order_name
        sums[tender.order] = sums.get(tender.order, ZERO) + tender.amount
        if tender.currency != currency:
            foreign.add(tender.order)
    found = []
    for order in sorted({*sums, *money} - foreign - {""}):
        facts = [m for m in money.get(order, ()) if m.day == day and m.gateway not in NO_TENDERS]
        moved, settled = (sum(amounts, ZERO) for amounts in ([m.moved for m in facts], [m.amount for m in facts]))
        given = sums.get(order, ZERO)
        if given not in (moved, settled):
            found.append(Disagreement(TENDERS, order, names.get(order) or order, day, moved, given))
    return tuple(found)


def cash_disagreements(session: CashSession) -> tuple[Disagreement, ...]:
    """Shopify's sign for a discrepancy is not documented, so only its size is compared."""
    if session.stated is None or abs(session.stated) == abs(session.over_short):
        return ()
    return (Disagreement(CASH, session.id, session.register, session.day, session.stated, session.over_short),)
