"""Sales Orders: what was ordered and is neither sent nor all paid, as QuickBooks shows it until it is invoiced.

A Sales Order posts nothing, so it carries no facts. It always shows the order as it is: when the order changes, it is
closed and another one made; when its sale is posted, the Invoice is made of it, or it is closed if the two differ.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from connector.accounting.documents import Line, ListRef
from connector.accounting.items import Unmapped
from connector.accounting.lines import CHARGE, owed, printed, sale_postings
from connector.accounting.open_documents import SALES_ORDER, OpenDocument
from connector.accounting.policy import Policy
from connector.accounting.recognition import Standing, still_to_pay
from connector.ledger.facts import ZERO, OrderFacts, SaleFact


def is_shown(facts: OrderFacts, standing: Standing, known: bool, policy: Policy) -> bool:
    """Whether QuickBooks shall have a Sales Order of it. One that is there (``known``) stays until the sale is posted,
    also when all is paid meanwhile."""
    order = facts.order
    if order.test or order.cancelled or order.fulfilled or standing is Standing.DUE or not policy.sales_orders:
        return False
    return bool(facts.sales) and (known or still_to_pay(facts) > ZERO)


def ordered_lines(sales: Sequence[SaleFact], policy: Policy) -> tuple[Line, ...]:
    """The order as it stands, edits taken into account; none if nothing of it is left or it can't be mapped yet."""
    try:
        postings = sale_postings(_net(sales), policy)
    except Unmapped:
        return ()
    return printed(postings, CHARGE) if owed(postings) > ZERO else ()


def content(customer: ListRef, lines: Iterable[Line]) -> str:
    """Equal for forms to the same customer with the same lines."""
    said = "|".join(f"{line.item.key};{line.amount};{line.quantity};{line.description}" for line in lines)
    return hashlib.blake2b(f"{customer.key}|{said}".encode(), digest_size=12).hexdigest()


def open_order(documents: Iterable[OpenDocument]) -> OpenDocument | None:
    return next((d for d in documents if d.kind == SALES_ORDER), None)


def _net(sales: Sequence[SaleFact]) -> list[SaleFact]:
    """Sales less what was taken off again, so that no line orders less than nothing. Without edits they stay alone."""
    if all(sale.gross >= ZERO and (sale.quantity or 0) >= 0 and not sale.returned for sale in sales):
        return list(sales)
    net: dict[tuple[str, str, str], SaleFact] = {}
    for sale in sales:
        variant = sale.product.variant_id or "" if sale.product else ""
        place = (sale.kind.value, variant, sale.title)
        known = net.get(place)
        net[place] = replace(sale, returned=False) if known is None else _sum(known, sale)
    return [sale for sale in net.values() if sale.gross or sale.quantity or sale.discount or sale.taxes]


def _sum(known: SaleFact, sale: SaleFact) -> SaleFact:
    quantity = None
    if known.quantity is not None or sale.quantity is not None:
        quantity = (known.quantity or 0) + (sale.quantity or 0)
    return replace(
        known,
        quantity=quantity,
        gross=known.gross + sale.gross,
        discount=known.discount + sale.discount,
        taxes=(*known.taxes, *sale.taxes),
    )


def total(lines: Iterable[Line]) -> Decimal:
    return sum((line.amount for line in lines), ZERO)
