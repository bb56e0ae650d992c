"""Payouts for tests: as facts, and as Shopify shows them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from connector.accounting.documents import Draft
from connector.accounting.effects import effect_of_document
from connector.accounting.payouts import payout_document
from connector.accounting.policy import Policy
from connector.ledger.facts import ZERO
from connector.ledger.payouts import BalanceFact, Payout, PayoutState, balance_kind
from connector.storage.facts import Topic
from connector.sync.topics.posting_keys import posting_key
from infra.local.company import DEMO_ACCOUNTS

DEMO_POLICY = Policy(accounts=DEMO_ACCOUNTS)
DAY = date(2026, 3, 4)
AT = datetime(2026, 3, 4, 15, tzinfo=UTC)
TYPES = (
    *("CHARGE", "REFUND", "REFUND_FAILURE", "DISPUTE_WITHDRAWAL", "DISPUTE_REVERSAL", "CHARGEBACK_FEE"),
    *("RESERVED_FUNDS", "RESERVED_FUNDS_REVERSAL", "TRANSFER_FAILURE", "APPLICATION_FEE_REFUND", "STRIPE_FEE"),
    *("ADJUSTMENT", "SHIPPING_LABEL", "A_TYPE_OF_NEXT_YEAR"),
)
CENTS = st.decimals("-9999.99", "9999.99", places=2)

Line = tuple[str, str, str]
"""(Shopify's type, amount, fee)."""


def payout(
    *lines: Line, net: str | None = None, state: PayoutState = PayoutState.PAID, number: int = 90, **more: Any
) -> Payout:
    """Its net is that of its lines unless it is given."""
    found = tuple(balance(number * 100 + place, *line) for place, line in enumerate(lines))
    total = sum((line.net for line in found), ZERO) if net is None else Decimal(net)
    gid = f"gid://shopify/ShopifyPaymentsPayout/{number}"
    fields = {"day": DAY, "issued_at": AT, "trace_id": f"TR-{number}"} | more
    return Payout(id=gid, legacy_id=str(number), state=state, net=total, lines=found, **fields)


def balance(number: int, type_: str, amount: str | Decimal, fee: str | Decimal = ZERO) -> BalanceFact:
    return BalanceFact(
        id=f"gid://shopify/ShopifyPaymentsBalanceTransaction/{number}",
        day=DAY,
        happened_at=AT,
        kind=balance_kind(type_),
        type=type_,
        amount=Decimal(amount),
        fee=Decimal(fee),
        net=Decimal(amount) - Decimal(fee),
        order=f"gid://shopify/Order/{number}",
        order_name=f"#{number}",
        transaction=f"gid://shopify/OrderTransaction/{number}",
    )


def payouts(states: Sequence[PayoutState] = (PayoutState.IN_TRANSIT, PayoutState.PAID)) -> st.SearchStrategy[Payout]:
    """Of all kinds of lines, that agree with themselves."""
    line = st.tuples(st.sampled_from(TYPES), CENTS.map(str), CENTS.map(str))
    return st.builds(
        lambda lines, state: payout(*lines, state=state), st.lists(line, max_size=8), st.sampled_from(states)
    )


def deposit(number: int = 1, day: date = date(2026, 3, 5), amount: str = "100.00") -> Draft:
    """A payout's Make Deposits, as the preparation makes it in the stand-in company's accounts."""
    of = payout(("CHARGE", amount, "3.20"), number=number, day=day)
    made = payout_document(of, DEMO_POLICY, "")
    assert made is not None
    key = posting_key(Topic.PAYOUT, of.id, "Deposit", 1)
    return Draft(key, made, (of.id,), f"Payout {number}", effect_of_document(made))
