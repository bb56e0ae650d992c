"""A payout of Shopify Payments as QuickBooks documents, and what it does to the tie-out lines.

| payout | document |
|---|---|
| money to the bank | Make Deposits over what the bank statement shows |
| money taken from the bank, or nothing left of it | Journal Entry: QuickBooks takes no deposit that is not positive |
| declined by the bank after it had been on its way | Journal Entry that puts it back onto the clearing account |

Payments and refunds leave the clearing account gross, fees are a line of their own. A reserve is money that Shopify
still holds for the shop: its line puts it back onto the clearing account. Nothing is plugged: what does not come to the
payout's net is no document.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from connector.accounting import buckets
from connector.accounting.bank_documents import Deposit, DepositLine
from connector.accounting.documents import JournalEntry, JournalLine
from connector.accounting.effects import Effect
from connector.accounting.items import Unmapped, account, tender_account
from connector.accounting.policy import Policy
from connector.ledger.facts import ZERO
from connector.ledger.payouts import BalanceFact, BalanceKind, Payout, by_type

GATEWAY = "shopify_payments"
RETURNED = "Returned payouts"
RESERVED = "Reserve held by Shopify"

_CLEARING = frozenset({buckets.PAYOUT_CLEARING, buckets.RESERVE, buckets.PAYOUT_TRANSFERS})
"""Lines whose money is on the account that the payments came to."""

_BUCKETS = {
    BalanceKind.CHARGE: buckets.PAYOUT_CLEARING,
    BalanceKind.REFUND: buckets.PAYOUT_CLEARING,
    BalanceKind.FEE: buckets.PAYMENT_FEES,
    BalanceKind.DISPUTE: buckets.CHARGEBACKS,
    BalanceKind.ADJUSTMENT: buckets.PAYOUT_ADJUSTMENTS,
    BalanceKind.RESERVE: buckets.RESERVE,
    BalanceKind.TRANSFER: buckets.PAYOUT_TRANSFERS,
}
_WORDS = {
    BalanceKind.CHARGE: "Payments",
    BalanceKind.REFUND: "Refunds",
    BalanceKind.DISPUTE: "Disputes and chargebacks",
    BalanceKind.RESERVE: "Reserve held or released by Shopify",
    BalanceKind.TRANSFER: "Earlier payouts returned by the bank",
}


def bucket_of(line: BalanceFact) -> str:
    """The tie-out line of a balance transaction's gross amount."""
    return _BUCKETS[line.kind]


def effect_of_payout(payout: Payout) -> Effect:
    """What Shopify says of it, whatever is posted: the bank gets its net, each line leaves where it is.

    What Shopify's own figures don't explain is ``not_mapped``, so that the effect balances and the gap stays visible.
    """
    effect: Effect = {buckets.BANK: payout.net, buckets.PAYMENT_FEES: payout.fees}
    for line in payout.lines:
        bucket = bucket_of(line)
        effect[bucket] = effect.get(bucket, ZERO) - line.amount
    effect[buckets.NOT_MAPPED] = sum(effect.values(), ZERO)
    return {bucket: amount for bucket, amount in effect.items() if amount}


def effect_of_return(payout: Payout) -> Effect:
    """The bank has it no more, and Shopify holds it for the shop again."""
    return {buckets.BANK: -payout.net, buckets.PAYOUT_TRANSFERS: payout.net} if payout.net else {}


def memo_of(payout: Payout) -> str:
    return " ".join(filter(None, ("Shopify payout", payout.legacy_id, payout.trace_id)))


def payout_document(payout: Payout, policy: Policy, ref_number: str) -> Deposit | JournalEntry | None:
    """None for a payout of which nothing moved. Its transactions must agree with its net.

    Raises ``Unmapped`` for a line whose account is not chosen: all of the payout waits, as it is one bank line.
    """
    lines = _lines(payout, policy)
    bank = account(buckets.BANK, payout.net, policy)
    if not lines:
        return None
    if payout.net > ZERO:
        return Deposit(payout.day, bank, memo_of(payout), lines)
    debits = [JournalLine(line.account, -line.amount, line.bucket, line.description) for line in lines]
    if payout.net:
        debits.append(JournalLine(bank, payout.net, buckets.BANK, "Taken from the bank"))
    return JournalEntry(payout.day, ref_number, memo_of(payout), _debits_first(debits))


def return_document(payout: Payout, policy: Policy, ref_number: str) -> JournalEntry | None:
    """Raises ``Unmapped``."""
    if not payout.net or payout.returned_on is None:
        return None
    clearing = tender_account(GATEWAY, payout.net, policy)
    bank = account(buckets.BANK, payout.net, policy)
    lines = (
        JournalLine(clearing, payout.net, buckets.PAYOUT_TRANSFERS, "Returned by the bank"),
        JournalLine(bank, -payout.net, buckets.BANK, "Returned by the bank"),
    )
    return JournalEntry(payout.returned_on, ref_number, memo_of(payout), _debits_first(lines))


def _lines(payout: Payout, policy: Policy) -> tuple[DepositLine, ...]:
    """One line each, by what it is; amounts of 0.00 are left out."""
    amounts = [
        *((_WORDS[kind], _BUCKETS[kind], payout.total(kind)) for kind in (BalanceKind.CHARGE, BalanceKind.REFUND)),
        ("Fees", buckets.PAYMENT_FEES, payout.total(BalanceKind.FEE) - payout.fees),
        (_WORDS[BalanceKind.DISPUTE], buckets.CHARGEBACKS, payout.total(BalanceKind.DISPUTE)),
        *(
            (_title(type_), buckets.PAYOUT_ADJUSTMENTS, amount)
            for type_, amount in sorted(by_type(_of(payout, BalanceKind.ADJUSTMENT)).items())
        ),
        *((_WORDS[kind], _BUCKETS[kind], payout.total(kind)) for kind in (BalanceKind.RESERVE, BalanceKind.TRANSFER)),
    ]
    return tuple(
        DepositLine(_account(bucket, amount, policy), amount, bucket, words)
        for words, bucket, amount in amounts
        if amount
    )


def _of(payout: Payout, kind: BalanceKind) -> Iterable[BalanceFact]:
    return (line for line in payout.lines if line.kind is kind)


def _account(bucket: str, amount: Decimal, policy: Policy) -> str:
    if bucket in _CLEARING:
        return tender_account(GATEWAY, amount, policy)
    return account(bucket, amount, policy)


def _title(type_: str) -> str:
    """``SHIPPING_LABEL`` as ``Shipping label``: Shopify's own word."""
    return type_.replace("_", " ").capitalize()


def _debits_first(lines: Iterable[JournalLine]) -> tuple[JournalLine, ...]:
    return tuple(sorted(lines, key=lambda line: line.amount < ZERO))


__all__ = [
    "GATEWAY",
    "RESERVED",
    "RETURNED",
    "Unmapped",
    "bucket_of",
    "effect_of_payout",
    "effect_of_return",
    "memo_of",
    "payout_document",
    "return_document",
]
