"""The cash drawers: a session for each shop and day, with what was counted, taken out, and over or short.

A session runs from midnight to midnight. It opens with the same float every day; the rest goes to the bank.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from infra.local.shop.listing import listed
from infra.local.shop.model import ZERO, Location, Order, Transaction, legacy_id, total
from infra.local.shop.nodes import Frame, Node, Rows, location_node
from infra.local.shop.world import World

FLOAT = Decimal("200.00")
PETTY_CASH = Decimal("-12.50")
DISCREPANCIES = (ZERO, Decimal("-0.35"), ZERO, Decimal("1.00"), ZERO)
"""What is counted beyond what should be there, day after day."""

_STAFF = {"id": "gid://shopify/StaffMember/80001"}


@dataclass(frozen=True, slots=True)
class Session:
    id: str
    location: Location
    opened: datetime
    closed: datetime
    payments: tuple[tuple[Order, Transaction], ...]
    taken_out: Decimal
    discrepancy: Decimal

    def sum(self, sign: int, at: datetime) -> Decimal:
        """Cash received (with the change that was given back) or refunded; the drawer moved by the rounding too."""
        kinds = ("SALE", "CHANGE") if sign > 0 else ("REFUND",)
        found = (t for _, t in self.payments if t.kind in kinds and t.processed_at <= at)
        return abs(total(t.sign * (t.amount + t.rounding) for t in found))


class Till:
    def __init__(self, world: World) -> None:
        self.world = world

    @cached_property
    def sessions(self) -> list[Session]:
        found: dict[tuple[date, str], list[tuple[Order, Transaction]]] = {}
        for order in self.world:
            for t in () if order.test else order.transactions:
                if t.gateway == "cash" and t.location and t.sign:
                    day = t.processed_at.astimezone(self.world.zone).date()
                    found.setdefault((day, t.location.id), []).append((order, t))
        places = {place.id: place for place in self.world.catalog.locations}
        return [
            self._session(n, day, places[place], sorted(found[day, place], key=lambda pair: pair[1].processed_at))
            for n, (day, place) in enumerate(sorted(found))
        ]

    def _session(self, number: int, day: date, place: Location, payments: list[tuple[Order, Transaction]]) -> Session:
        begin, end = (datetime.combine(day + timedelta(days=d), time(), self.world.zone) for d in (0, 1))
        return Session(
            id=f"gid://shopify/CashTrackingSession/{61_000_000 + number * 32_768}",
            location=place,
            opened=begin.astimezone(UTC),
            closed=end.astimezone(UTC) - timedelta(seconds=1),
            payments=tuple(payments),
            taken_out=PETTY_CASH if number % 2 else ZERO,
            discrepancy=DISCREPANCIES[number % len(DISCREPANCIES)],
        )


_FIELDS = {
    "id": lambda node: legacy_id(node["id"]),
    "opening_time": lambda node: node["openingTime"],
    "closing_time": lambda node: node["closingTime"],
}


def till_roots(till: Till, frame: Frame, transaction_node: Any) -> dict[str, Any]:
    def make(session: Session) -> Node:
        return _session(session, frame, transaction_node)

    def known() -> list[Session]:
        return [session for session in till.sessions if session.opened <= frame.at]

    def drawers() -> list[Location]:
        return list(till.world.catalog.locations)

    def drawer(place: Location) -> Node:
        return _drawer(place, known(), frame, transaction_node)

    return {
        "cashTrackingSession": lambda context, id: next((make(s) for s in known() if s.id == id), None),
        "cashTrackingSessions": listed(known, make, _FIELDS, frame.zone),
        "cashDrawer": lambda context, id: next((node for node in map(drawer, drawers()) if node["id"] == id), None),
        "cashDrawers": listed(drawers, drawer, {}, frame.zone),
    }


def _session(session: Session, frame: Frame, transaction_node: Any) -> Node:
    at = frame.at
    closed = session.closed <= at
    sales, refunds = session.sum(1, at), session.sum(-1, at)
    noon = session.opened + timedelta(hours=12)
    adjusted = session.taken_out if noon <= at else ZERO
    expected = FLOAT + sales - refunds + adjusted
    payments = [pair for pair in session.payments if pair[1].processed_at <= at]
    return {
        "__typename": "CashTrackingSession",
        "id": session.id,
        "registerName": f"{session.location.name} 1",
        "cashTrackingEnabled": True,
        "openingTime": session.opened,
        "closingTime": session.closed if closed else None,
        "openingNote": None,
        "closingNote": "Counted twice" if closed and session.discrepancy else None,
        "location": lambda: location_node(session.location),
        "openingStaffMember": _STAFF,
        "closingStaffMember": _STAFF if closed else None,
        "openingBalance": frame.money(FLOAT),
        "expectedOpeningBalance": frame.money(FLOAT),
        "closingBalance": frame.money(expected + session.discrepancy) if closed else None,
        "expectedClosingBalance": frame.money(expected) if closed else None,
        "expectedBalance": frame.money(expected),
        "totalAdjustments": frame.money(adjusted),
        "totalCashSales": frame.money(sales),
        "totalCashRefunds": frame.money(refunds),
        "netCashSales": frame.money(sales - refunds),
        "totalDiscrepancy": frame.money(session.discrepancy) if closed else None,
        "adjustments": lambda **_: Rows([noon] if adjusted else [], lambda when: _adjustment(session, when, frame)),
        "cashTransactions": lambda **_: Rows(payments, lambda pair: transaction_node(*pair)),
    }


def _adjustment(session: Session, when: datetime, frame: Frame) -> Node:
    return {
        "__typename": "CashTrackingAdjustment",
        "id": f"gid://shopify/CashTrackingAdjustment/{legacy_id(session.id) + 1}",
        "time": when,
        "note": "Stamps",
        "cash": frame.money(session.taken_out),
        "staffMember": _STAFF,
    }


def _drawer(place: Location, sessions: list[Session], frame: Frame, transaction_node: Any) -> Node:
    own = [_session(session, frame, transaction_node) for session in sessions if session.location.id == place.id]
    return {
        "__typename": "CashDrawer",
        "id": f"gid://shopify/CashDrawer/{legacy_id(place.id)}",
        "name": f"{place.name} 1",
        "location": lambda: location_node(place),
        "balance": own[-1]["expectedBalance"] if own else frame.money(FLOAT),
        "cashActivities": lambda **_: Rows(_activities(own), lambda activity: activity),
    }


def _activities(sessions: list[Node]) -> list[Node]:
    found: list[Node] = []
    for session in sessions:
        for adjustment in session["adjustments"]():
            found.append({"__typename": "CashAdjustmentActivity", "reasonCode": _PETTY_CASH, **_of(adjustment)})
        for t in session["cashTransactions"]():
            rounding = t["amountRoundingSet"]()["shopMoney"]["amount"]
            money = t["amountSet"]()["shopMoney"]
            sign = -1 if t["kind"] in ("REFUND", "CHANGE") else 1
            cash = money | {"amount": sign * (money["amount"] + rounding)}
            activity = {"time": t["processedAt"], "cash": cash, "staffMember": _STAFF, "orderTransaction": t}
            found.append({"__typename": "CashTransactionActivity", **activity})
        if session["closingTime"]:
            counted = {"time": session["closingTime"], "cash": session["closingBalance"], "staffMember": _STAFF}
            found.append({"__typename": "CashCountActivity", "note": None, "reasonCode": None, **counted})
    return sorted(found, key=lambda activity: activity["time"])


def _of(adjustment: Node) -> Node:
    return {name: adjustment[name] for name in ("time", "note", "cash", "staffMember")}


_PETTY_CASH = {
    "__typename": "CashManagementDefaultReasonCode",
    "id": "gid://shopify/CashManagementDefaultReasonCode/3",
    "code": "PETTY_CASH",
}
