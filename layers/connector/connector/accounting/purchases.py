"""Purchases into the books: what was ordered as a Purchase Order, what arrived and what came on top of it as bills.

What a purchase made due on one day is one document: a Bill (an Item Receipt, by the setting ``receive_as``), or a
Vendor Credit where what was taken back or taken off weighs more. Detailed vendors have a Purchase Order while goods are
still to come, and receive them against it; the summary has one vendor for all, and no Purchase Orders. A purchase that
has a Purchase Order goes on with its own vendor, whatever the setting is by then.

A Purchase Order posts nothing, but it carries the order itself; where there is none, the first bill does. So an order
is never shown twice when a mode changes, and none stays open for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from connector.accounting import buckets
from connector.accounting.documents import Draft, ItemDetail, ItemType, ListKind, ListRef
from connector.accounting.effects import Effect, effect_of_document
from connector.accounting.items import Unmapped, account, location_class, variant_item
from connector.accounting.outcome import Unmappable
from connector.accounting.policy import Mode, Policy, ReceiveAs
from connector.accounting.purchase_documents import (
    Bill,
    ExpenseLine,
    ItemLine,
    ItemReceipt,
    PurchaseOrder,
    VendorCredit,
)
from connector.ledger.facts import ZERO
from connector.ledger.purchases import ChargeFact, ChargeKind, Purchase, PurchaseLine, Receipt, ReceivedLine, cost_of

SHOPIFY_VENDOR = ListRef(ListKind.VENDOR, "vendor:shopify", "Shopify Vendor")
MOST_DOCUMENTS = 99
"""Of one purchase: its Ref Nos. end in two digits."""

_LONGEST_KEY = 200
_SOURCES = {"shopify": "Shopify purchase order", "stocky": "Stocky purchase order"}

# kind → (bucket, what the line says)
_CHARGES = {
    ChargeKind.FREIGHT: (buckets.FREIGHT_IN, "Freight"),
    ChargeKind.DISCOUNT: (buckets.PURCHASE_DISCOUNTS, "Discount"),
    ChargeKind.ADJUSTMENT: (buckets.PURCHASE_ADJUSTMENTS, "Adjustment"),
    ChargeKind.TAX: (buckets.PURCHASE_TAX, "Tax"),
}


@dataclass(frozen=True, slots=True)
class Booking:
    """What is to be booked of a purchase now.

    ``open_parts`` are the ids of what no document carries; ``numbers`` those of the documents there are;
    ``purchase_order`` is the posting key of its Purchase Order, if it has one. ``ref_number`` gives the Ref No. of a
    number, ``key`` the posting key of a kind and number.
    """

    purchase: Purchase
    open_parts: frozenset[str]
    numbers: frozenset[int]
    purchase_order: str
    policy: Policy
    ref_number: Callable[[int], str]
    key: Callable[[str, int], str]

    @property
    def detailed(self) -> bool:
        return self.policy.vendor is Mode.DETAILED or bool(self.purchase_order)


@dataclass(slots=True)
class _Made:
    """What has been made so far, and why other things can't be."""

    numbers: set[int]
    drafts: list[Draft] = field(default_factory=list)
    reasons: dict[str, None] = field(default_factory=dict)
    waiting: Decimal = ZERO

    def number(self) -> int:
        found = next((n for n in range(1, MOST_DOCUMENTS + 1) if n not in self.numbers), None)
        if found is None:
            raise Unmapped(f"it has {MOST_DOCUMENTS} documents already; enter the rest in QuickBooks", ZERO)
        return found

    def wait(self, error: Unmapped, amount: Decimal) -> None:
        self.reasons[error.reason] = None
        self.waiting += abs(amount)


# Effects.


def effect_of_part(purchase: Purchase, part: str) -> Effect:
    """What a receipt or charge does by itself; nothing as long as its amount in the books' currency is not known."""
    if purchase.is_foreign or part == purchase.id:
        return {}
    receipt = next((receipt for receipt in purchase.receipts if receipt.id == part), None)
    if receipt:
        return _owed(buckets.PURCHASES, receipt.amount or ZERO)
    charge = next(charge for charge in purchase.charges if charge.id == part)
    return _owed(_CHARGES[charge.kind][0], charge.amount)


def _owed(bucket: str, amount: Decimal) -> Effect:
    return {bucket: amount, buckets.ACCOUNTS_PAYABLE: -amount} if amount else {}


# Documents.


def title_of(purchase: Purchase) -> str:
    return purchase.number or f"Purchase of {purchase.day.isoformat()}"


def purchase_documents(booking: Booking) -> tuple[tuple[Draft, ...], Unmappable | None]:
    """The documents to make now, and why the rest has to wait for a person, with its amount."""
    purchase = booking.purchase
    due = _due(booking)
    if purchase.is_foreign:
        return (), _foreign(purchase, due) if due else None
    made = _Made(set(booking.numbers))
    order = booking.purchase_order
    if purchase.id in booking.open_parts and _is_ordered(booking):
        try:
            order = _add_order(booking, made)
        except Unmapped as error:
            made.wait(error, ZERO)
    unshown = purchase.id in booking.open_parts and not order
    for day, (receipts, charges) in due.items():
        try:
            parts = [*(receipt.id for receipt in receipts), *(charge.id for charge in charges)]
            _add_due(booking, made, day, receipts, charges, [*parts, purchase.id] if unshown else parts, order)
            unshown = False
        except Unmapped as error:
            made.wait(error, _known(receipts, charges) or error.amount)
    problem = Unmappable(f"{title_of(purchase)}: {'; '.join(made.reasons)}", made.waiting) if made.reasons else None
    return tuple(made.drafts), problem


Due = dict[date, tuple[list[Receipt], list[ChargeFact]]]


def _due(booking: Booking) -> Due:
    found: Due = {}
    for receipt in booking.purchase.receipts:
        if receipt.id in booking.open_parts:
            found.setdefault(receipt.day, ([], []))[0].append(receipt)
    for charge in booking.purchase.charges:
        if charge.id in booking.open_parts:
            found.setdefault(charge.day, ([], []))[1].append(charge)
    return dict(sorted(found.items()))


def _total(receipts: Iterable[Receipt], charges: Iterable[ChargeFact]) -> Decimal:
    return sum((r.amount or ZERO for r in receipts), ZERO) + sum((charge.amount for charge in charges), ZERO)


def _known(receipts: Iterable[Receipt], charges: Iterable[ChargeFact]) -> Decimal:
    """What waits as far as costs are known: a receipt may lack that of a single line."""
    goods = sum((line.amount or ZERO for receipt in receipts for line in receipt.lines), ZERO)
    return goods + sum((charge.amount for charge in charges), ZERO)


def _foreign(purchase: Purchase, due: Due) -> Unmappable:
    """Its amount is no amount of the books, so it stands in the words only."""
    amount = sum((_total(*parts) for parts in due.values()), ZERO)
    return Unmappable(
        f"{title_of(purchase)}: {purchase.supplier} is owed {purchase.currency} {amount:.2f}, and the books are in "
        f"{purchase.home}. Enter the bill in QuickBooks at the rate you paid, then set this aside.",
        ZERO,
    )


# The Purchase Order.


def _is_ordered(booking: Booking) -> bool:
    """Whether QuickBooks shall have a Purchase Order of it: goods are still to come."""
    wanted = booking.policy.vendor is Mode.DETAILED and booking.policy.purchase_orders
    come: dict[str, int] = {}
    for line in (line for receipt in booking.purchase.receipts for line in receipt.lines):
        come[line.line] = come.get(line.line, 0) + line.quantity
    # By its receipts: a source that does not say (any more) what has arrived has not taken it back.
    return wanted and any(line.quantity > come.get(line.id, 0) for line in booking.purchase.lines)


def _add_order(booking: Booking, made: _Made) -> str:
    purchase, number = booking.purchase, made.number()
    lines = tuple(
        _item_line(booking, line, line.quantity, cost_of(line, line.quantity) or ZERO, ordered=line.id)
        for line in purchase.lines
        if line.quantity > 0
    )
    document = PurchaseOrder(
        vendor=_vendor(booking),
        location=_class(booking),
        day=purchase.day,
        ref_number=booking.ref_number(number),
        memo=_memo(booking.purchase),
        lines=lines,
    )
    key = booking.key("PurchaseOrder", number)
    made.numbers.add(number)
    made.drafts.append(Draft(key, document, (purchase.id,), title_of(purchase), effect_of_document(document)))
    return key


# What is due.


def _add_due(
    booking: Booking,
    made: _Made,
    day: date,
    receipts: Sequence[Receipt],
    charges: Sequence[ChargeFact],
    parts: Sequence[str],
    order: str,
) -> None:
    purchase, number = booking.purchase, made.number()
    items, goods = _goods(booking, receipts, linked=bool(order))
    expenses = goods + [_charge_line(booking, charge) for charge in charges]
    total = _total(receipts, charges)
    payable = account(buckets.ACCOUNTS_PAYABLE, total, booking.policy)
    vendor, ref_number, memo = (
        _vendor(booking),
        booking.ref_number(number),
        _memo(purchase, purchase.invoice_number, receipts),
    )
    linked = order if any(line.ordered for line in items) and total >= ZERO else ""
    document: Bill | ItemReceipt | VendorCredit
    if total < ZERO:
        back = (tuple(map(_turned_expense, expenses)), tuple(map(_turned_item, items)))
        document = VendorCredit(vendor, payable, day, ref_number, memo, *back)
    elif items and booking.policy.receive_as is ReceiveAs.ITEM_RECEIPT:
        document = ItemReceipt(vendor, payable, day, ref_number, memo, tuple(expenses), tuple(items), linked)
    else:
        due_day = purchase.due_day if purchase.due_day and purchase.due_day >= day else None
        document = Bill(vendor, payable, day, ref_number, memo, tuple(expenses), tuple(items), due_day, linked)
    made.numbers.add(number)
    made.drafts.append(
        Draft(
            key=booking.key(type(document).__name__, number),
            document=document,
            facts=tuple(parts),
            title=title_of(purchase),
            effect=effect_of_document(document),
            after=(linked,) if linked else (),
        )
    )


def _goods(booking: Booking, receipts: Sequence[Receipt], linked: bool) -> tuple[list[ItemLine], list[ExpenseLine]]:
    """What arrived, as lines of items; as one amount on the stock where nothing is kept of the single goods."""
    unknown = [line for receipt in receipts for line in receipt.lines if line.amount is None]
    if unknown:
        raise Unmapped(f"no cost is known of {_named(booking.purchase, unknown)}; enter it, then sync again", ZERO)
    if not booking.detailed and booking.policy.inventory is Mode.SUMMARY:
        return [], [_stock_line(booking, receipt) for receipt in receipts]
    ordered = {line.id: line for line in booking.purchase.lines}
    so_far = _so_far(booking.purchase)
    items: list[ItemLine] = []
    places: dict[str, int] = {}
    for receipt in receipts:
        for line in receipt.lines:
            of = ordered.get(line.line)
            if of is None:
                raise Unmapped(f"{_named(booking.purchase, [line])} was not ordered", line.amount or ZERO)
            link = of.id if linked and line.quantity > 0 else ""
            made = _item_line(booking, of, line.quantity, line.amount or ZERO, link, so_far[receipt.id, line.key])
            if link and link in places and made.so_far <= of.quantity:
                items[places[link]] = _with(items[places[link]], made)
                continue
            if link:
                places.setdefault(link, len(items))
            items.append(made)
    return items, []


def _with(line: ItemLine, more: ItemLine) -> ItemLine:
    """Two shipments of one day: a document receives a line of the Purchase Order once."""
    quantity, amount = line.quantity + more.quantity, line.amount + more.amount
    return replace(line, quantity=quantity, amount=amount, so_far=max(line.so_far, more.so_far))


def _so_far(purchase: Purchase) -> dict[tuple[str, str], int]:
    """(receipt, key) → how many units of the ordered line have come with that line of the receipt.

    What was taken back has come all the same: QuickBooks' vendor credit opens nothing of a Purchase Order again.
    """
    units: dict[str, int] = {}
    found = {}
    for receipt in purchase.receipts:
        for line in receipt.lines:
            units[line.line] = units.get(line.line, 0) + max(line.quantity, 0)
            found[receipt.id, line.key] = units[line.line]
    return found


def _item_line(
    booking: Booking, line: PurchaseLine, units: int, amount: Decimal, ordered: str = "", so_far: int = 0
) -> ItemLine:
    stock = account(buckets.PURCHASES, amount, booking.policy)
    title = f"{line.title} - {line.variant_title}" if line.variant_title else line.title
    return ItemLine(
        item=_item(booking, line, amount),
        account=stock,
        quantity=Decimal(units),
        amount=amount,
        bucket=buckets.PURCHASES,
        description=f"{title} ({line.supplier_sku})" if line.supplier_sku else title,
        location=_class(booking),
        ordered=ordered,
        so_far=so_far,
    )


def _item(booking: Booking, line: PurchaseLine, amount: Decimal) -> ListRef:
    """The variant's stock item, which its sales use too; where QuickBooks keeps no stock, one item for all."""
    policy = booking.policy
    if policy.inventory is Mode.SUMMARY:
        detail = ItemDetail(ItemType.OTHER_CHARGE, account(buckets.PURCHASES, amount, policy))
        return ListRef(ListKind.ITEM, "item:purchases", "Shopify Purchases", item=detail)
    if line.product is None or not line.product.variant_id:
        what = " ".join(filter(None, (line.sku, line.title)))
        raise Unmapped(f"the shop has no product (or more than one) for {what or 'a line of it'}", amount)
    return variant_item(line.product, amount, policy)


def _stock_line(booking: Booking, receipt: Receipt) -> ExpenseLine:
    units = sum(line.quantity for line in receipt.lines)
    amount = receipt.amount or ZERO
    stock = account(buckets.PURCHASES, amount, booking.policy)
    return ExpenseLine(stock, amount, buckets.PURCHASES, f"{units} units received", _class(booking))


def _charge_line(booking: Booking, charge: ChargeFact) -> ExpenseLine:
    bucket, words = _CHARGES[charge.kind]
    where = account(bucket, charge.amount, booking.policy)
    return ExpenseLine(where, charge.amount, bucket, charge.title or words, _class(booking))


def _turned_expense(line: ExpenseLine) -> ExpenseLine:
    return ExpenseLine(line.account, -line.amount, line.bucket, line.description, line.location)


def _turned_item(line: ItemLine) -> ItemLine:
    quantity, amount = -line.quantity, -line.amount
    return ItemLine(line.item, line.account, quantity, amount, line.bucket, line.description, line.location)


# Names.


def _vendor(booking: Booking) -> ListRef:
    supplier = " ".join(booking.purchase.supplier.split())
    if not booking.detailed or not supplier:
        return SHOPIFY_VENDOR
    return ListRef(ListKind.VENDOR, f"vendor:name:{supplier.casefold()[:_LONGEST_KEY]}", supplier)


def _class(booking: Booking) -> ListRef | None:
    return location_class(booking.purchase.location_id, booking.purchase.location, "", booking.policy)


def _memo(purchase: Purchase, invoice: str = "", receipts: Sequence[Receipt] = ()) -> str:
    """The order's name, its supplier, the supplier's own invoice number, and what it came with."""
    came_with = dict.fromkeys(line.reference for receipt in receipts for line in receipt.lines if line.reference)
    source = _SOURCES.get(purchase.source, "Purchase order")
    said = (
        f"{source} {purchase.number}".strip(),
        purchase.supplier,
        invoice and f"invoice {invoice}",
        " ".join(came_with),
    )
    return ", ".join(filter(None, said))


def _named(purchase: Purchase, lines: Sequence[ReceivedLine]) -> str:
    ordered = {line.id: line for line in purchase.lines}
    names = []
    for line in lines:
        of = ordered.get(line.line)
        name = (of.sku or of.title) if of else line.item.rpartition("/")[2]
        names.append(f"{line.quantity} × {name or 'an unknown product'}")
    return ", ".join(dict.fromkeys(names))
