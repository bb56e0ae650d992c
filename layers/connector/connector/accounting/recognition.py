"""Which facts of an order are due to be posted now, and which rightly wait.

Nothing waits for ever that moved money: an order waits from its beginning, and never again once a sale of it has been
posted. What waits is not an exception; the tie-out shows it as not yet posted.

- Facts before ``policy.start_date`` are another bookkeeping's: they are never posted. A later payment or refund of
  such an order is posted on its day.
- Unpaid and unfulfilled: nothing has been earned or received yet. An order cancelled in that state stays unposted on
  both its days, where sale and reversal cancel each other.
- Partly paid and unfulfilled, with detailed customers: the money is posted as a deposit on its day, the sale waits.
  A summary has no customer to keep a deposit for: there both are posted.
- ``recognise`` = "at_fulfilment": held until all of it is fulfilled, or cancelled (then nothing will be, and the
  money that moved has to be in the books).
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum

from connector.accounting.policy import Mode, Policy
from connector.ledger.facts import ZERO, MoneyFact, OrderFacts, SaleFact


class Standing(StrEnum):
    """WAITS: nothing is posted yet; ORDERED: its money is, as a deposit; DUE: everything is."""

    WAITS = "waits"
    ORDERED = "ordered"
    DUE = "due"


REASONS = {
    Standing.WAITS: "It is neither paid nor fulfilled; it is posted when it is one of them.",
    Standing.ORDERED: "It is partly paid and not fulfilled: its payments are posted, the sale is when it is fulfilled.",
}
HELD_FOR_FULFILMENT = "It is not fulfilled yet; by the settings a sale is posted then."


def standing(facts: OrderFacts, claimed: frozenset[str], policy: Policy) -> Standing:
    """How far the order as a whole may be posted."""
    order = facts.order
    if order.test or not facts.sales:
        return Standing.WAITS  # money read a moment before its sale: a document without one would have nothing to say
    if any(sale.id in claimed for sale in facts.sales):
        return Standing.DUE
    if order.fulfilled:
        return Standing.DUE
    if policy.customer is Mode.DETAILED:
        return _detailed_standing(facts, claimed, policy)
    if claimed or (order.cancelled and facts.money):
        return Standing.DUE
    if policy.recognise == "at_fulfilment" and not order.cancelled:
        return Standing.WAITS
    return Standing.DUE if facts.money or _free(facts.sales) else Standing.WAITS


def _detailed_standing(facts: OrderFacts, claimed: frozenset[str], policy: Policy) -> Standing:
    """Of an order that is not fulfilled and none of whose sales is posted."""
    if not facts.money:
        free = _free(facts.sales) and not (policy.recognise == "at_fulfilment" and not facts.order.cancelled)
        return Standing.DUE if free else Standing.WAITS
    if facts.order.cancelled:
        return Standing.DUE
    if still_to_pay(facts) > ZERO:
        return Standing.ORDERED
    if policy.recognise != "at_fulfilment":
        return Standing.DUE
    return Standing.ORDERED if any(fact.id in claimed for fact in facts.money) else Standing.WAITS


def still_to_pay(facts: OrderFacts) -> Decimal:
    return sum((sale.total for sale in facts.sales), ZERO) - sum((fact.amount for fact in facts.money), ZERO)


def due(
    facts: OrderFacts, claimed: frozenset[str], policy: Policy
) -> tuple[tuple[SaleFact, ...], tuple[MoneyFact, ...]]:
    """The sales and the money of an order that must be in documents now and are not yet, oldest first."""
    found = standing(facts, claimed, policy)
    sales = facts.sales if found is Standing.DUE else ()
    money = facts.money if found is not Standing.WAITS else ()
    return (
        tuple(f for f in sales if _open(f, claimed, policy)),
        tuple(f for f in money if _open(f, claimed, policy)),
    )


def why_it_waits(facts: OrderFacts, claimed: frozenset[str], policy: Policy) -> str:
    """In words for the merchant why sales of the order are not posted yet; empty if they are due."""
    found = standing(facts, claimed, policy)
    if facts.order.test or found is Standing.DUE:
        return ""
    if policy.recognise == "at_fulfilment" and still_to_pay(facts) <= ZERO:
        return HELD_FOR_FULFILMENT
    shown = policy.customer is Mode.DETAILED and not policy.sales_orders
    return REASONS[found] + (" This edition of QuickBooks has no Sales Orders to show it until then." if shown else "")


def _open(fact: SaleFact | MoneyFact, claimed: frozenset[str], policy: Policy) -> bool:
    return fact.id not in claimed and (policy.start_date is None or fact.day >= policy.start_date)


def _free(sales: Iterable[SaleFact]) -> bool:
    """Whether nothing was ever to be paid: each agreement comes to 0.00."""
    totals: dict[str, Decimal] = {}
    for sale in sales:
        totals[sale.agreement] = totals.get(sale.agreement, ZERO) + sale.total
    return not any(totals.values())
