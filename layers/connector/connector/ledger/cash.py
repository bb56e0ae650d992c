"""Cash tracking of Shopify POS: what was counted over or short, and what was put into or taken out of a drawer.

Only closed sessions are facts. Cash sales and refunds of a session are the orders' transactions and not counted again.
A session's adjustments carry no reason; the drawers' activities do (``with_reasons``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from connector.ledger.business_day import business_day
from connector.ledger.facts import ZERO
from connector.ledger.nodes import Node, moment_of, money, money_or_none, reading, required, text, whole

SAME_ADJUSTMENT = timedelta(minutes=2)
"""How far apart a session and its drawer may have recorded the same adjustment."""


@dataclass(frozen=True, slots=True)
class CashMovement:
    """Cash paid into (positive) or out of a drawer; ``reason`` is Shopify's code or the shop's own, as far as known."""

    id: str
    day: date
    happened_at: datetime
    amount: Decimal
    note: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CashActivity:
    """An adjustment as a drawer records it: without an id, but with its reason."""

    location: str
    happened_at: datetime
    amount: Decimal
    reason: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class CashSession:
    """One closed session of a register, on the business day it was closed.

    ``over_short`` is what was counted less what was expected, at its beginning and at its end: negative when cash is
    missing. ``stated`` is the total that Shopify itself gives for it, a control.
    """

    id: str
    day: date
    opened_at: datetime
    closed_at: datetime
    register: str
    location_id: str
    location: str
    over_short: Decimal
    movements: tuple[CashMovement, ...]
    stated: Decimal | None = None
    cash_sales: Decimal = ZERO
    cash_refunds: Decimal = ZERO
    note: str = ""

    @property
    def claimable(self) -> dict[str, date]:
        over_short = {self.id: self.day} if self.over_short else {}
        return over_short | {movement.id: movement.day for movement in self.movements}

    def updated(self, newer: CashSession) -> CashSession:
        """Nothing of a closed session changes; a reason may become known later."""
        reasons = {m.id: m.reason for m in newer.movements if m.reason}
        return replace(
            self, movements=tuple(replace(m, reason=m.reason or reasons.get(m.id, "")) for m in self.movements)
        )


def read_cash_session(node: Node, zone: ZoneInfo, currency: str) -> CashSession | None:
    """None while it is open. ``adjustments`` is a complete list. Raises ``UnreadableFact``."""
    if not node.get("closingTime"):
        return None
    with reading("cash session", node, "registerName", "closingBalance"):
        closed_at = moment_of(node, "closingTime")
        location = node.get("location") or {}
        return CashSession(
            id=required(node, "id"),
            day=business_day(closed_at, zone),
            opened_at=moment_of(node, "openingTime"),
            closed_at=closed_at,
            register=text(node, "registerName"),
            location_id=location.get("id") or "",
            location=location.get("name") or "",
            over_short=_counted(node, "openingBalance", "expectedOpeningBalance", currency)
            + _counted(node, "closingBalance", "expectedClosingBalance", currency),
            movements=tuple(m for a in whole(node, "adjustments") if (m := _movement(a, zone, currency)).amount),
            stated=money_or_none(node, "totalDiscrepancy", currency),
            cash_sales=money_or_none(node, "totalCashSales", currency) or ZERO,
            cash_refunds=money_or_none(node, "totalCashRefunds", currency) or ZERO,
            note=text(node, "closingNote"),
        )


def _counted(node: Node, counted: str, expected: str, currency: str) -> Decimal:
    """Counted less expected; the first session of a register expects nothing."""
    found, wanted = money_or_none(node, counted, currency), money_or_none(node, expected, currency)
    return ZERO if found is None or wanted is None else found - wanted


def _movement(node: Node, zone: ZoneInfo, currency: str) -> CashMovement:
    happened_at = moment_of(node, "time")
    amount = money(node, "cash", currency)
    return CashMovement(required(node, "id"), business_day(happened_at, zone), happened_at, amount, text(node, "note"))


def read_activities(drawer: Node, currency: str) -> tuple[CashActivity, ...]:
    """The adjustments of a drawer, whose ``cashActivities`` is a complete list. Raises ``UnreadableFact``."""
    with reading("cash drawer", drawer, "name", "balance"):
        location = (drawer.get("location") or {}).get("id") or ""
        return tuple(
            CashActivity(location, moment_of(a, "time"), money(a, "cash", currency), _reason(a), text(a, "note"))
            for a in whole(drawer, "cashActivities")
            if a.get("__typename") == "CashAdjustmentActivity"
        )


def _reason(activity: Node) -> str:
    code = activity.get("reasonCode") or {}
    return str(next((code[name] for name in ("customCode", "defaultCode", "systemCode") if code.get(name)), ""))


def with_reasons(session: CashSession, activities: Iterable[CashActivity]) -> CashSession:
    """The session's movements with the reasons that the drawers at its location recorded for them."""
    left = [a for a in activities if a.reason and a.location in ("", session.location_id)]
    movements = []
    for movement in session.movements:
        fitting = [a for a in left if a.amount == movement.amount and _near(a, movement)]
        if fitting and not movement.reason:
            found = min(fitting, key=lambda a: abs(a.happened_at - movement.happened_at))
            left.remove(found)
            movement = replace(movement, reason=found.reason, note=movement.note or found.note)
        movements.append(movement)
    return replace(session, movements=tuple(movements))


def _near(activity: CashActivity, movement: CashMovement) -> bool:
    return abs(activity.happened_at - movement.happened_at) <= SAME_ADJUSTMENT
