"""The proof: per business day and in total, per line, what Shopify says, what was posted, what QuickBooks has.

``difference`` is Shopify less QuickBooks: 0.00, or named. Facts of orders that rightly wait (unpaid and unfulfilled)
stand on a line of their own, ``not_yet_posted``; orders that could not be mapped are listed with their amounts and
make up the difference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from connector.accounting.effects import add, effects_by_day, is_money_side, negative
from connector.accounting.policy import Policy
from connector.accounting.recognition import why_it_waits
from connector.outbox.entries import Entry, EntryState, entry_id
from connector.outbox.repository import get_many as get_entries
from connector.outbox.repository import waiting
from connector.storage import days
from connector.storage.orders import OrderRecord, get_many, open_orders
from connector.storage.table import Table
from connector.sync.modes import mode_of
from connector.sync.payouts import payouts
from connector.sync.policy import policy_now
from connector.sync.problems import is_unreadable, key_of

NOT_YET_POSTED = "not_yet_posted"
ZERO = Decimal("0.00")
NEXT_SYNC = "It is posted by the next sync."
_NAMED = (
    EntryState.HELD, EntryState.IGNORED, EntryState.UNDO, EntryState.DELETED, EntryState.UNDONE, EntryState.REPOST,
)  # fmt: skip
"""Entries whose amounts a person has to know of: they are in no other column, or not for long."""

Columns = dict[str, dict[str, Decimal]]

# The order a bookkeeper reads them in; lines named later (taxes, tenders) follow their group.
_GROUPS = (
    "sales", "returns", "discounts", "shipping", "tax:", "channel_tax:", "tips", "gift_cards_sold", "duties",
    "additional_fees", "refund_adjustments", "cash_rounding", "unexplained", "tender:", "gift_cards_redeemed",
    "store_credit_redeemed", "accounts_receivable", NOT_YET_POSTED,
    "gift_cards_outside", "store_credit_outside", "goodwill", "cash_paid_out", "cash_over_short", "cash_drawer",
    "cash_moved", "stock_adjusted", "stock_adjustments",
    "payout_clearing", "payment_fees", "chargebacks", "payout_adjustments", "reserve", "payout_transfers", "bank",
)  # fmt: skip


def report(table: Table, shop: str, first: date, last: date) -> dict[str, Any]:
    """``{"from", "to", "days": [{"date", "lines"}], "total": {"lines"}, "open", "waiting", "payouts"}``; amounts are
    strings.

    ``open`` are the exceptions: each with its amount, and in ``lines`` what it leaves in the lines' differences.
    ``waiting`` are the orders that the line ``not_yet_posted`` is made of: each with its amount and why it waits.
    ``payouts`` are those of these days, each proven by itself (``sync.payouts``).
    """
    by_day: dict[date, Columns] = dict(days.read(table, shop, first, last))
    troubled, waiting_orders = _set_waiting_apart(table, shop, by_day, last)
    exceptions = _exceptions(table, shop, first, last, troubled)
    for entry in exceptions:
        if is_unreadable(entry):
            columns = by_day.setdefault(entry.day, {column: {} for column in days.COLUMNS})
            columns["shopify"] = add(columns["shopify"], entry.effect)
    total: Columns = {column: {} for column in days.COLUMNS}
    for columns in by_day.values():
        for column, effect in columns.items():
            total[column] = add(total[column], effect)
    return {
        "from": first.isoformat(),
        "to": last.isoformat(),
        "days": [{"date": day.isoformat(), "lines": _lines(columns)} for day, columns in sorted(by_day.items())],
        "total": {"lines": _lines(total)},
        "open": [_open(entry) for entry in exceptions],
        "waiting": _waiting(table, shop, waiting_orders),
        "payouts": payouts(table, shop, first, last),
    }


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An order with what it adds to ``not_yet_posted``, and the first of those days."""

    record: OrderRecord
    day: date
    amount: Decimal


def _set_waiting_apart(
    table: Table, shop: str, by_day: Mapping[date, Columns], last: date
) -> tuple[list[str], list[_Waiting]]:
    """Move the facts of orders that rightly wait from their lines to ``not_yet_posted``.

    Returns the orders (legacy ids) that wait for a person instead, whose facts stay where they are, and those moved.
    """
    troubled: list[str] = []
    moved: list[_Waiting] = []
    legacy_ids = [legacy_id for _, legacy_id in open_orders(table, shop, until=last.isoformat())]
    for start in range(0, len(legacy_ids), 100):
        for record in get_many(table, shop, legacy_ids[start : start + 100]).values():
            if record.problem:
                troubled.append(record.legacy_id)
                continue
            spread = effects_by_day(record.unclaimed_sales, record.unclaimed_money)
            within = {day: effect for day, effect in spread.items() if day in by_day}
            for day, effect in within.items():
                shopify = add(by_day[day]["shopify"], negative(effect))
                by_day[day]["shopify"] = add(shopify, {NOT_YET_POSTED: sold(effect)})
            if amount := sum(map(sold, within.values()), ZERO):
                moved.append(_Waiting(record, min(within), amount))
    return troubled, moved


def _waiting(table: Table, shop: str, found: Sequence[_Waiting]) -> list[dict[str, str]]:
    """The orders that wait, oldest first, each with the reason by the settings and the company as they are now."""
    if not found:
        return []
    policy = replace(policy_now(table, shop), start_date=None)
    return [
        {
            "order": one.record.legacy_id,
            "title": one.record.facts.order.name,
            "day": one.day.isoformat(),
            "amount": f"{one.amount:.2f}",
            "why": _why(one.record, policy),
        }
        for one in sorted(found, key=lambda one: (one.day, one.record.legacy_id))
    ]


def _why(record: OrderRecord, policy: Policy) -> str:
    policy = replace(policy, customer=mode_of(record, policy.customer))
    return why_it_waits(record.facts, frozenset(record.claims), policy) or NEXT_SYNC


def sold(effect: Mapping[str, Decimal]) -> Decimal:
    """What an effect comes to on its sale side. Money that waits with it is not counted: it is the same amount."""
    return sum((amount for line, amount in effect.items() if not is_money_side(line)), ZERO)


def _exceptions(table: Table, shop: str, first: date, last: date, troubled: Sequence[str]) -> list[Entry]:
    """The exceptions of these days, also the orders' that a person has set aside: their amounts are still open."""
    found = {entry.id: entry for state in _NAMED for entry in waiting(table, shop, state)}
    ids = [id_ for legacy_id in troubled if (id_ := entry_id(shop, key_of(legacy_id))) not in found]
    found |= get_entries(table, shop, ids)
    chosen = (entry for entry in found.values() if first <= entry.day <= last)
    return sorted(chosen, key=lambda entry: entry.order_by)


def _open(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "title": entry.title,
        "day": entry.day.isoformat(),
        "amount": f"{entry.amount:.2f}",
        "kind": entry.kind,
        "state": entry.state.value,
        "reason": entry.reason,
        "lines": {line: f"{amount:.2f}" for line, amount in sorted(entry.effect.items())},
    }


def _lines(columns: Mapping[str, Mapping[str, Decimal]]) -> list[dict[str, str]]:
    names = sorted({line for effect in columns.values() for line in effect}, key=_position)
    lines = []
    for name in names:
        amounts = {column: columns[column].get(name, ZERO) for column in days.COLUMNS}
        if any(amounts.values()):
            difference = amounts["shopify"] - amounts["quickbooks"]
            lines.append(
                {"line": name, **{c: f"{a:.2f}" for c, a in amounts.items()}, "difference": f"{difference:.2f}"}
            )
    return lines


def _position(name: str) -> tuple[int, str]:
    for i, group in enumerate(_GROUPS):
        if name == group or (group.endswith(":") and name.startswith(group)):
            return i, name
    return len(_GROUPS), name
