"""What facts and documents do to the tie-out lines. Every effect balances: sale side equals money side.

An effect is a dictionary of bucket → ``Decimal`` in the shop's currency, without zero entries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from connector.accounting.bank_documents import Deposit, DepositLine
from connector.accounting.buckets import (
    ACCOUNTS_PAYABLE,
    ACCOUNTS_RECEIVABLE,
    BANK,
    CASH_ROUNDING,
    DISCOUNTS,
    UNEXPLAINED,
    is_money_side,
    money_bucket,
    sale_bucket,
    tax_bucket,
)
from connector.accounting.documents import (
    CreditCardRefund,
    CreditMemo,
    Document,
    Invoice,
    JournalEntry,
    JournalLine,
    Line,
    ListRef,
    ReceivePayment,
    SalesOrder,
    SalesOrderClosing,
    SalesReceipt,
)
from connector.accounting.purchase_documents import (
    Bill,
    ExpenseLine,
    ItemLine,
    ItemReceipt,
    PurchaseOrder,
    VendorCredit,
)
from connector.accounting.records import PostedLine, PostedRecord
from connector.accounting.stock_documents import AdjustedLine, InventoryAdjustment
from connector.ledger.facts import ZERO, MoneyFact, SaleFact

Effect = dict[str, Decimal]

__all__ = [
    "Effect",
    "add",
    "balanced",
    "document_total",
    "effect_of_document",
    "effect_of_facts",
    "effect_of_money",
    "effect_of_record",
    "effect_of_sale",
    "effects_by_day",
    "is_as_posted",
    "is_money_side",
    "negative",
]


def add(a: Mapping[str, Decimal], b: Mapping[str, Decimal]) -> Effect:
    """Both effects together, line by line."""
    return _effect((*a.items(), *b.items()))


def negative(effect: Mapping[str, Decimal]) -> Effect:
    return {bucket: -amount for bucket, amount in effect.items()}


def balanced(effect: Mapping[str, Decimal]) -> bool:
    """Whether what was sold equals the money received and owed."""
    return sum((-a if is_money_side(bucket) else a for bucket, a in effect.items()), ZERO) == ZERO


def effect_of_sale(sale: SaleFact) -> Effect:
    """A sale is owed by the customer until money comes: its total counts as accounts receivable."""
    return _effect(
        (
            (sale_bucket(sale), sale.gross),
            (DISCOUNTS, -sale.discount),
            *((tax_bucket(tax), tax.amount) for tax in sale.taxes),
            (ACCOUNTS_RECEIVABLE, sale.total),
        )
    )


def effect_of_money(money: MoneyFact) -> Effect:
    """Money lowers what is owed by its amount; the drawer also moved by the cash rounding on top of it."""
    return _effect(
        (
            (money_bucket(money), money.moved),
            (CASH_ROUNDING, money.rounding),
            (ACCOUNTS_RECEIVABLE, -money.amount),
        )
    )


def effect_of_facts(sales: Iterable[SaleFact], money: Iterable[MoneyFact]) -> Effect:
    """All of them together; accounts receivable is the balance between sales and money."""
    pairs = [pair for sale in sales for pair in effect_of_sale(sale).items()]
    pairs += [pair for fact in money for pair in effect_of_money(fact).items()]
    return _effect(pairs)


def effects_by_day(sales: Iterable[SaleFact], money: Iterable[MoneyFact]) -> dict[date, Effect]:
    """What Shopify says happened on each business day. Test orders are left out by the caller: they never post."""
    pairs: dict[date, list[tuple[str, Decimal]]] = {}
    for sale in sales:
        pairs.setdefault(sale.day, []).extend(effect_of_sale(sale).items())
    for fact in money:
        pairs.setdefault(fact.day, []).extend(effect_of_money(fact).items())
    return {day: _effect(pairs[day]) for day in sorted(pairs)}


def document_total(document: Document) -> Decimal:
    """The amount QuickBooks shows for the document: of a journal entry, what its debits come to."""
    if isinstance(document, ReceivePayment | CreditCardRefund | SalesOrderClosing):
        return document.amount
    if isinstance(document, JournalEntry):
        return sum((line.amount for line in document.lines if line.amount > ZERO), ZERO)
    return lines_total(document.lines)


def is_as_posted(document: Document, record: PostedRecord) -> bool:
    """Whether QuickBooks has it over the same amount; an inventory adjustment, which QuickBooks values, over the same
    units."""
    if isinstance(document, InventoryAdjustment):
        units = [line.quantity for line in record.lines if line.quantity is not None]
        return sorted(line.quantity for line in document.lines) == sorted(units)
    return record.total == document_total(document)


def lines_total(lines: Iterable[Line | DepositLine | ExpenseLine | ItemLine | AdjustedLine]) -> Decimal:
    return sum((line.amount for line in lines), ZERO)


def effect_of_document(document: Document) -> Effect:
    """What posting the document does, read from its printed lines and its total."""
    match document:
        case SalesReceipt():
            return _effect((*_charged(document.lines), (document.total_bucket, lines_total(document.lines))))
        case Invoice():
            return _effect((*_charged(document.lines), (ACCOUNTS_RECEIVABLE, lines_total(document.lines))))
        case CreditMemo():
            return _effect((*_credited(document.lines), (ACCOUNTS_RECEIVABLE, -lines_total(document.lines))))
        case ReceivePayment():
            return _effect(((document.total_bucket, document.amount), (ACCOUNTS_RECEIVABLE, -document.amount)))
        case CreditCardRefund():
            return _effect(((document.total_bucket, -document.amount), (ACCOUNTS_RECEIVABLE, document.amount)))
        case JournalEntry():
            return _effect(_debited((line.bucket, line.amount) for line in document.lines))
        case Deposit():
            return _effect((*_charged(document.lines), (BANK, lines_total(document.lines))))
        case Bill() | ItemReceipt():
            return _effect((*_debited(_amounts(document.lines)), (ACCOUNTS_PAYABLE, -lines_total(document.lines))))
        case VendorCredit():
            return negative(
                _effect((*_debited(_amounts(document.lines)), (ACCOUNTS_PAYABLE, -lines_total(document.lines))))
            )
        case SalesOrder() | SalesOrderClosing() | PurchaseOrder() | InventoryAdjustment():
            return {}


def effect_of_record(
    document: Document, record: PostedRecord, list_id: Callable[[ListRef], str] | None = None
) -> Effect:
    """What QuickBooks' own record of a document does, from QuickBooks' amounts alone.

    A line counts in the bucket of the document's line it came from: the one at its place, else any left of the same
    item. ``list_id`` gives the ListID of an item ("" if unknown); without it only the place is compared. Lines that
    can't be found, a total that is not the sum of its lines (tax that QuickBooks computed), and a total on another
    account than the document's are UNEXPLAINED. The effect balances like every other.
    """
    if isinstance(document, SalesOrder | SalesOrderClosing | PurchaseOrder | InventoryAdjustment):
        return {}
    if isinstance(document, JournalEntry):
        return _effect(_debited(_paired_by_account(document.lines, record.lines)))
    bucket, account, sign = _total_side(document)
    if isinstance(document, ReceivePayment | CreditCardRefund):
        pairs = [(ACCOUNTS_RECEIVABLE, -sign * record.total)]
    else:
        if isinstance(document, Deposit):
            lines = _paired_by_account(document.lines, record.lines)
        elif isinstance(document, Bill | ItemReceipt | VendorCredit):
            lines = _paired_by_account(document.expenses, [line for line in record.lines if not line.item_list_id])
            of_items = [line for line in record.lines if line.item_list_id]
            lines += _paired(document.items, of_items, list_id or (lambda _: ""))
        else:
            lines = _paired(document.lines, record.lines, list_id or (lambda _: ""))
        in_lines = sum((line.amount for line in record.lines), ZERO)
        side = -1 if isinstance(document, CreditMemo | Bill | ItemReceipt) else 1
        pairs = [(b, side * (-a if is_money_side(b) else a)) for b, a in lines]
        pairs.append((UNEXPLAINED, side * (record.total - in_lines)))
    if account and record.account and record.account.casefold() != account.casefold():
        # Not on the money side: what should have been received there was not.
        return _effect((*pairs, (UNEXPLAINED, -sign * record.total)))
    return _effect((*pairs, (bucket, sign * record.total)))


def _total_side(
    document: SalesReceipt
    | Invoice
    | CreditMemo
    | ReceivePayment
    | CreditCardRefund
    | Deposit
    | Bill
    | ItemReceipt
    | VendorCredit,
) -> tuple[str, str, int]:
    """(bucket, account, sign) of a document's total; an empty account is the company's own A/R."""
    match document:
        case SalesReceipt() | ReceivePayment():
            return document.total_bucket, document.deposit_to, 1
        case Deposit():
            return BANK, document.deposit_to, 1
        case CreditCardRefund():
            return document.total_bucket, document.refund_from, -1
        case CreditMemo():
            return ACCOUNTS_RECEIVABLE, "", -1
        case Invoice():
            return ACCOUNTS_RECEIVABLE, "", 1
        case Bill() | ItemReceipt():
            return ACCOUNTS_PAYABLE, document.payable, -1
        case VendorCredit():
            return ACCOUNTS_PAYABLE, document.payable, 1


def _paired(
    lines: Sequence[Line | ItemLine], posted: Sequence[PostedLine], list_id: Callable[[ListRef], str]
) -> list[tuple[str, Decimal]]:
    """(bucket, QuickBooks' amount) of every posted line."""

    def same(line: Line | ItemLine, found: PostedLine) -> bool:
        known = list_id(line.item)
        return not known or not found.item_list_id or known == found.item_list_id

    in_place = len(lines) == len(posted)
    left = dict(enumerate(lines))
    buckets: dict[int, str] = {}
    for i, found in enumerate(posted):
        if i < len(lines) and same(lines[i], found) and (in_place or list_id(lines[i].item)):
            buckets[i] = left.pop(i).bucket
    for i, found in enumerate(posted):
        if i in buckets:
            continue
        other = next((j for j, line in left.items() if list_id(line.item) and same(line, found)), None)
        buckets[i] = UNEXPLAINED if other is None else left.pop(other).bucket
    return [(buckets[i], found.amount) for i, found in enumerate(posted)]


def _paired_by_account(
    lines: Sequence[JournalLine | DepositLine | ExpenseLine], posted: Sequence[PostedLine]
) -> list[tuple[str, Decimal]]:
    """(bucket, amount) of every posted line: of the line at its place, else of any left on the same account."""
    left = dict(enumerate(lines))
    pairs = []
    for i, found in enumerate(posted):
        places = [j for j in (i, *left) if j in left and left[j].account.casefold() == found.account.casefold()]
        pairs.append((left.pop(places[0]).bucket if places else UNEXPLAINED, found.amount))
    return pairs


def _amounts(lines: Iterable[ExpenseLine | ItemLine]) -> list[tuple[str, Decimal]]:
    return [(line.bucket, line.amount) for line in lines]


def _debited(pairs: Iterable[tuple[str, Decimal]]) -> list[tuple[str, Decimal]]:
    """Debits raise the money side and lower what was sold."""
    return [(bucket, amount if is_money_side(bucket) else -amount) for bucket, amount in pairs]


def _charged(lines: Iterable[Line] | Iterable[DepositLine]) -> list[tuple[str, Decimal]]:
    """A line of a charge is printed positive when sold, negative when it is money that came in."""
    return [(line.bucket, -line.amount if is_money_side(line.bucket) else line.amount) for line in lines]


def _credited(lines: Iterable[Line]) -> list[tuple[str, Decimal]]:
    """A credit memo is printed the other way round: positive when it lowers what was sold."""
    return [(bucket, -amount) for bucket, amount in _charged(lines)]


def _effect(pairs: Iterable[tuple[str, Decimal]]) -> Effect:
    effect: Effect = {}
    for bucket, amount in pairs:
        effect[bucket] = effect.get(bucket, ZERO) + amount
    return {bucket: amount for bucket, amount in effect.items() if amount}
