"""A business day in one document for each location and channel: what was sold and how it was paid, total 0.00.

A Sales Receipt holds all orders whose day is settled: sales as positive lines, tenders as negative ones; on a day when
refunds win the tenders turn positive. QuickBooks lets no line stand on Accounts Receivable, so orders that were not
paid that day (or whose money came on another) go together into a second document of that day: an Invoice whose total
is what the customers owe more than before, or a Credit Memo when they owe less. It is made out to "Shopify Customer".

By the setting ``summary_as`` each of them is a Journal Entry instead, whose line on Accounts Receivable names that
customer. Where QuickBooks keeps no stock, what the goods cost is part of the day's document; with detailed customers,
whose forms are not for that, it is a Journal Entry of its own a day and location, *cost of goods*.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from connector.accounting import buckets
from connector.accounting.buckets import CASH_ROUNDING, NO_TENDER, gateway_bucket
from connector.accounting.documents import CreditMemo, Invoice, ItemType, JournalEntry, SalesReceipt
from connector.accounting.items import WALK_IN, ZERO_TAX, Unmapped, item, legacy, location_class, tender_account
from connector.accounting.journal import journal_entry
from connector.accounting.lines import (
    CHARGE,
    CREDIT,
    Posting,
    cost_postings,
    owed,
    posting,
    printed,
    sale_postings,
)
from connector.accounting.outcome import Unmappable, unmappable
from connector.accounting.policy import Policy
from connector.accounting.recognition import due
from connector.ledger.facts import ZERO, MoneyFact, OrderFacts, OrderHeader, SaleFact

ON_ACCOUNT = ", on account"
POSTING_KEY_PREFIX = "Summary:"
COST = "cost of goods"
"""The channel of what the goods of detailed customers cost."""

SummaryDocument = SalesReceipt | Invoice | CreditMemo | JournalEntry

# The order a bookkeeper reads the lines in.
_ORDER = (
    buckets.SALES, buckets.RETURNS, buckets.DISCOUNTS, buckets.SHIPPING, buckets.TAX_PREFIX, buckets.CHANNEL_TAX_PREFIX,
    buckets.TIPS, buckets.GIFT_CARDS_SOLD, buckets.DUTIES, buckets.ADDITIONAL_FEES, buckets.REFUND_ADJUSTMENTS,
    CASH_ROUNDING, buckets.TENDER_PREFIX, buckets.GIFT_CARDS_REDEEMED, buckets.STORE_CREDIT_REDEEMED,
    buckets.COST_OF_GOODS_SOLD, buckets.INVENTORY,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SummaryKey:
    """``location`` is Shopify's id of it, empty where there is none; the day's orders on account are a channel of
    their own, ``<channel>, on account``. The location's name may change and is only for people."""

    day: date
    location: str
    channel: str
    location_name: str = field(default="", compare=False)

    @property
    def on_account(self) -> bool:
        return self.channel.endswith(ON_ACCOUNT)


@dataclass(frozen=True, slots=True)
class Part:
    """Some of a summary document's facts and what their lines come to, one posting for each item and bucket."""

    facts: tuple[str, ...] = ()
    postings: tuple[Posting, ...] = ()


def merge(part: Part, other: Part) -> Part:
    """Both together; they must not have a fact in common."""
    return Part((*part.facts, *other.facts), _added((*part.postings, *other.postings)))


def posting_key(key: SummaryKey, number: int) -> str:
    """Unique per shop: ``number`` counts the documents of this key, the first and its supplements."""
    return f"{POSTING_KEY_PREFIX}{key.day.isoformat()}:{legacy(key.location) or '-'}:{key.channel}:{number}"


def summary_parts(facts: OrderFacts, claimed: frozenset[str], policy: Policy) -> dict[SummaryKey, Part] | Unmappable:
    """What an order adds to which documents: all its facts that are due and that no document carries yet.

    Empty when nothing is due. An order with a fact that can't be mapped waits with all its open facts.
    """
    sales, money = due(facts, claimed, policy)
    parts: dict[SummaryKey, Part] = {}
    try:
        for day in sorted({sale.day for sale in sales} | {fact.day for fact in money}):
            sold, moved = [f for f in sales if f.day == day], [f for f in money if f.day == day]
            part = _part(sold, moved, policy)
            parts[_key(facts.order, day, part)] = part
    except Unmapped as error:
        return unmappable(facts.order, error, sales, money)
    return parts


def cost_parts(order: OrderHeader, sales: Iterable[SaleFact], policy: Policy) -> dict[SummaryKey, Part]:
    """What the goods of these sales of a detailed customer's order cost, by day: their facts are the order's own
    documents', so the parts carry none. Raises ``Unmapped``."""
    by_day: dict[date, list[SaleFact]] = {}
    for sale in sales:
        by_day.setdefault(sale.day, []).append(sale)
    parts = {}
    for day, sold in by_day.items():
        if postings := cost_postings(sold, policy):
            parts[SummaryKey(day, order.location_id or "", COST, order.location or "")] = Part((), tuple(postings))
    return parts


def summary_document(key: SummaryKey, part: Part, policy: Policy, ref_number: str) -> SummaryDocument | None:
    """The document of a complete part; None when there is nothing to post."""
    priced = (_priced(p, policy) for p in part.postings if p.amount or p.bucket not in buckets.COST_BUCKETS)
    postings = sorted(priced, key=_position)
    if not postings:
        return None
    balance = owed(postings)
    place = location_class(key.location, key.location_name, key.channel.removesuffix(ON_ACCOUNT), policy)
    memo = f"Shopify {key.day.isoformat()}, {key.location_name or 'no location'}, {key.channel}"
    if policy.as_journal or key.channel == COST:
        journal = journal_entry(key.day, ref_number, memo, postings, place, policy)
        if journal.lines or key.channel == COST:
            return journal if journal.lines else None
    if balance > ZERO:
        return Invoice(WALK_IN, place, key.day, ref_number, memo, ZERO_TAX, printed(postings, CHARGE))
    if balance < ZERO:
        return CreditMemo(WALK_IN, place, key.day, ref_number, memo, ZERO_TAX, printed(postings, CREDIT))
    return SalesReceipt(
        customer=WALK_IN,
        location=place,
        day=key.day,
        ref_number=ref_number,
        memo=memo,
        payment_method=None,
        deposit_to=tender_account("default", ZERO, policy),
        total_bucket=NO_TENDER,
        tax_item=ZERO_TAX,
        lines=printed(postings, CHARGE),
    )


def _key(order: OrderHeader, day: date, part: Part) -> SummaryKey:
    channel = order.channel if owed(part.postings) == ZERO else order.channel + ON_ACCOUNT
    return SummaryKey(day, order.location_id or "", channel, order.location or "")


def _part(sales: list[SaleFact], money: list[MoneyFact], policy: Policy) -> Part:
    postings = sale_postings(sales, policy) + cost_postings(sales, policy) if sales else []
    for fact in money:
        postings.append(posting(gateway_bucket(fact.gateway), fact.moved, policy))
        if fact.rounding:
            postings.append(posting(CASH_ROUNDING, fact.rounding, policy))
    facts = (*(sale.id for sale in sales), *(fact.id for fact in money))
    return Part(facts, _added(postings))


def _added(postings: Iterable[Posting]) -> tuple[Posting, ...]:
    """One posting for each item and bucket. A line that comes to nothing says so only where a document needs one."""
    sums: dict[tuple[str, str], Posting] = {}
    for new in postings:
        place = (new.item.key, new.bucket)
        known = sums.get(place)
        sums[place] = new if known is None else _sum(known, new)
    return tuple(sums.values())


def _sum(known: Posting, new: Posting) -> Posting:
    quantity = None
    if known.quantity is not None or new.quantity is not None:
        quantity = (known.quantity or Decimal(0)) + (new.quantity or Decimal(0))
    return replace(
        known,
        amount=known.amount + new.amount,
        quantity=quantity,
        description=known.description if known.description == new.description else "",
    )


def _priced(line: Posting, policy: Policy) -> Posting:
    """A stock item whose pieces come to none keeps only its money: a line without quantity would move one piece."""
    if line.quantity is not None and not line.quantity:
        stock = line.item.item is not None and line.item.item.type is ItemType.INVENTORY
        return replace(line, quantity=None, item=item(line.bucket, line.amount, policy) if stock else line.item)
    return line


def _position(line: Posting) -> tuple[int, str, str]:
    for i, group in enumerate(_ORDER):
        if line.bucket == group or (group.endswith(":") and line.bucket.startswith(group)):
            return i, line.bucket, line.item.key
    return len(_ORDER), line.bucket, line.item.key
