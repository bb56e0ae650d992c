"""Whether the demo's books are right, by three witnesses that know nothing of each other.

The tie-out is the connector's own word. The shop's generator wrote down what it meant to happen before any record was
made of it. The QuickBooks company keeps its accounts by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

Expected = Mapping[date, Mapping[str, Decimal]]
"""Business day → line of the tie-out → amount; sale-side positive when sold, money-side when received."""
TrialBalance = Sequence[tuple[str, str, Decimal, Decimal]]
"""Account, type, debit, credit."""

ZERO = Decimal("0.00")
_OF_STOCK = ("Cost of Goods Sold", "Inventory Asset")
_COSTS = ("cost_of_goods_sold", "inventory_asset")
"""The generator wrote down what was sold and paid, not what the goods cost: those accounts and lines are left out."""
_MONEY_SIDE = (
    *("tender:", "gift_cards_redeemed", "store_credit_redeemed", "accounts_receivable"),
    *("cash_paid_out", "cash_drawer", "cash_moved", "stock_adjust"),
    *("purchases", "freight_in", "purchase_discounts", "purchase_adjustments", "purchase_tax", "accounts_payable"),
    *("payout_clearing", "payment_fees", "chargebacks", "payout_adjustments", "reserve", "payout_transfers", "bank"),
)


def faults(
    report: Mapping[str, Any],
    expected: Expected,
    trial_balance: TrialBalance,
    account_of: Callable[[str], str],
    valued: Mapping[str, Decimal] | None = None,
) -> list[str]:
    """Everything that is wrong, in plain words; an empty list is the proof. ``report`` is the API's tie-out.

    ``valued`` is by line what QuickBooks values by itself: on its accounts, and on no line of the tie-out.
    """
    return [
        *_open_amounts(report),
        *_unlike_the_shop(report, expected),
        *_unbalanced(trial_balance),
        *_unlike_the_accounts([*expected.values(), valued or {}], trial_balance, account_of),
    ]


def _open_amounts(report: Mapping[str, Any]) -> Iterator[str]:
    if not report["total"]["lines"]:
        yield "the tie-out is empty"
    parts = [("in total", report["total"]["lines"]), *((day["date"], day["lines"]) for day in report["days"])]
    for when, lines in parts:
        for line in lines:
            shopify, posted, quickbooks, difference = (
                Decimal(line[column]) for column in ("shopify", "posted", "quickbooks", "difference")
            )
            if difference != ZERO or not shopify == posted == quickbooks:
                yield (
                    f"{when} {line['line']}: Shopify {shopify}, posted {posted}, QuickBooks {quickbooks}, "
                    f"difference {difference}"
                )
    for entry in report["open"]:
        yield f"open: {entry['day']} {entry['title']} {entry['amount']}: {entry['reason']}"


def _unlike_the_shop(report: Mapping[str, Any], expected: Expected) -> Iterator[str]:
    said = {
        (date.fromisoformat(day["date"]), line["line"]): Decimal(line["shopify"])
        for day in report["days"]
        for line in day["lines"]
        if line["line"] not in _COSTS
    }
    meant = {(day, line): amount for day, lines in expected.items() for line, amount in lines.items()}
    for day, line in sorted(said.keys() | meant.keys()):
        had, says = meant.get((day, line), ZERO), said.get((day, line), ZERO)
        if had != says:
            yield f"{day} {line}: the shop had {had}, the tie-out says {says}"


def _unbalanced(trial_balance: TrialBalance) -> Iterator[str]:
    debits = sum((row[2] for row in trial_balance), ZERO)
    credits = sum((row[3] for row in trial_balance), ZERO)
    if debits != credits or not debits:
        yield f"the trial balance does not balance: {debits} debit, {credits} credit"


def _unlike_the_accounts(
    expected: Sequence[Mapping[str, Decimal]], trial_balance: TrialBalance, account_of: Callable[[str], str]
) -> Iterator[str]:
    """The company's own balances (debit less credit) against what the shop meant."""
    meant: dict[str, Decimal] = {}
    for lines in expected:
        for line, amount in lines.items():
            debit = amount if line.startswith(_MONEY_SIDE) else -amount
            account = account_of(line)
            meant[account] = meant.get(account, ZERO) + debit
    has = {account: debit - credit for account, _, debit, credit in trial_balance}
    for account in sorted((has.keys() | meant.keys()) - set(_OF_STOCK)):
        if has.get(account, ZERO) != meant.get(account, ZERO):
            yield f"{account} stands at {has.get(account, ZERO)}, by the shop it must be {meant.get(account, ZERO)}"
