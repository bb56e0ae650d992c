"""Tender transactions: Shopify's own record of money that moved, kept as control totals of the orders' transactions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from connector.ledger.business_day import business_day
from connector.ledger.facts import ZERO
from connector.ledger.nodes import Node, cents, moment_of, reading, required, text


@dataclass(frozen=True, slots=True)
class TenderFact:
    """One movement; ``amount`` is positive when the shop received it. ``order`` is empty once the order is deleted.

    ``currency`` is the customer's where Shopify recorded the money so: then it is no control of shop currency.
    """

    id: str
    day: date
    happened_at: datetime
    method: str
    amount: Decimal
    currency: str
    order: str = ""
    order_name: str = ""
    reference: str = ""


def read_tender(node: Node, zone: ZoneInfo) -> TenderFact | None:
    """None for a test transaction. Raises ``UnreadableFact``."""
    if node.get("test"):
        return None
    with reading("tender transaction", node, "id", "amount"):
        happened_at = moment_of(node, "processedAt")
        order = node.get("order") or {}
        return TenderFact(
            id=required(node, "id"),
            day=business_day(happened_at, zone),
            happened_at=happened_at,
            method=text(node, "paymentMethod") or "unknown",
            amount=cents(required(node, "amount")["amount"]),
            currency=required(node["amount"], "currencyCode"),
            order=order.get("id") or "",
            order_name=order.get("name") or "",
            reference=text(node, "remoteReference"),
        )


def control_totals(tenders: Iterable[TenderFact], currency: str) -> dict[date, dict[str, Decimal]]:
    """By day and method; money recorded in another currency than ``currency`` stands under ``method (EUR)``."""
    totals: dict[date, dict[str, Decimal]] = {}
    for tender in {tender.id: tender for tender in tenders}.values():
        method = tender.method if tender.currency == currency else f"{tender.method} ({tender.currency})"
        day = totals.setdefault(tender.day, {})
        day[method] = day.get(method, ZERO) + tender.amount
    return totals
