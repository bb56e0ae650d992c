"""Each order's facts as its own documents, day by day: the day decides, not the moment of the sync.

| what happened on a business day of an order | document |
|---|---|
| unpaid or partly paid, not fulfilled | Sales Order, where QuickBooks has them; a deposit is a Receive Payment |
| sales, paid that day | Sales Receipt to the main tender's account; other tenders are lines |
| sales, not or only partly paid that day | Invoice (of the Sales Order); the money, any day, Receive Payment |
| a refund and its money | Credit Memo, and a refund from each tender's account |
| a refund whose money goes on another day | Credit Memo; on the money's day the refund that settles it |
| gift card or store credit | a line of the document of that day, else its own Credit Memo or Invoice |

Every document has exactly the effect of the facts it carries, on their day, so facts that come in pieces or out of
order give the same day's balances as all at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from connector.accounting.items import Unmapped
from connector.accounting.open_documents import OpenDocument
from connector.accounting.order_books import OrderBooks
from connector.accounting.outcome import Outcome, Unmappable, unmappable
from connector.accounting.policy import Policy
from connector.accounting.recognition import due, standing
from connector.accounting.sales_orders import is_shown, open_order, ordered_lines
from connector.ledger.facts import OrderFacts

__all__ = ["OpenDocument", "Outcome", "Unmappable", "detailed_documents"]


def detailed_documents(
    facts: OrderFacts,
    claimed: frozenset[str],
    policy: Policy,
    number: Callable[[str, int], str],
    counters: Mapping[str, int],
    open_documents: tuple[OpenDocument, ...],
) -> Outcome:
    """The documents of an order's facts that no document carries yet (``claimed`` are the ids of those carried).

    ``number`` gives the Ref No. of the order's n-th document of a letter ("" receipt or invoice, R credit memo,
    F refund, P payment) and may raise ``ValueError`` when there is none left; ``counters`` and ``open_documents`` are
    what the last call returned. A day that can't be mapped waits and is the outcome's ``problem``; other days flow.
    """
    sales, money = due(facts, claimed, policy)
    books = OrderBooks(facts.order, policy, number, dict(counters), list(open_documents))
    problem: Unmappable | None = None
    for day in sorted({sale.day for sale in sales} | {fact.day for fact in money}):
        attempt = books.copy()
        sold, moved = [f for f in sales if f.day == day], [f for f in money if f.day == day]
        try:
            attempt.book(day, sold, moved)
        except Unmapped as error:
            problem = _both(problem, unmappable(facts.order, error, sold, moved))
            # Money of later days may belong to what now waits, so it waits too unless its document is there.
            books.incomplete = True
            continue
        books = attempt
    if problem is None:
        _keep_order(books, facts, claimed)
    return Outcome(tuple(books.drafts), books.counters, tuple(books.open_documents), problem)


def _keep_order(books: OrderBooks, facts: OrderFacts, claimed: frozenset[str]) -> None:
    """The Sales Order shows what waits; when the sale is posted or cancelled and it is still open, it is closed."""
    known = open_order(books.open_documents) is not None
    days = [*(sale.day for sale in facts.sales), *(fact.day for fact in facts.money)]
    if not is_shown(facts, standing(facts, claimed, books.policy), known, books.policy):
        if known:
            books.close_order(max(days), "cancelled" if facts.order.cancelled else "posted")
        return
    lines = ordered_lines(facts.sales, books.policy)
    try:
        if lines or known:
            books.show_order(max(sale.day for sale in facts.sales), lines)
    except Unmapped:
        return  # no reference number is left for it; nothing that posts depends on it


def _both(known: Unmappable | None, found: Unmappable) -> Unmappable:
    """One exception an order: the first reason, and all the money that waits."""
    if known is None:
        return found
    return Unmappable(known.reason, known.amount + found.amount)
