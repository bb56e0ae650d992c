"""Purchases on the page "What becomes what": what a supplier sends, reading by reading."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from connector.accounting.documents import Document
from connector.accounting.policy import Mode, Policy, ReceiveAs
from connector.accounting.purchase_documents import Bill, ExpenseLine, ItemReceipt
from connector.accounting.purchases import Booking, purchase_documents
from connector.ledger.facts import Product
from connector.ledger.purchases import Arrived, Charge, ChargeKind, Purchase, PurchaseLine, PurchaseState, due
from connector.quickbooks.names import reference
from tests.unit.accounting.shop_orders import POLICY

FIRST = date(2026, 3, 2)
DETAILED = replace(POLICY, vendor=Mode.DETAILED, inventory=Mode.DETAILED, purchase_orders=True)
RECEIPTS = replace(DETAILED, receive_as=ReceiveAs.ITEM_RECEIPT)
SUMMARY = replace(DETAILED, vendor=Mode.SUMMARY, inventory=Mode.SUMMARY)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the source says ``after`` so many days: how many of each of the two lines have come, and what on top."""

    after: int
    shirts: int = 0
    mugs: int = 0
    freight: str = "0"
    discount: str = "0"


@dataclass(frozen=True, slots=True)
class PurchaseExample:
    title: str
    policy: Policy
    readings: tuple[Reading, ...]


PURCHASES = (
    PurchaseExample("Ordered from a supplier", DETAILED, (Reading(0),)),
    PurchaseExample(
        "Received in two parts, with freight and a discount",
        DETAILED,
        (Reading(0), Reading(3, shirts=20, freight="18.00", discount="-10.00"), Reading(8, 50, 12, "18.00", "-10.00")),
    ),
    PurchaseExample("Goods sent back to a supplier", DETAILED, (Reading(3, 50, 12), Reading(9, 48, 12))),
    PurchaseExample("Received before the supplier's bill", RECEIPTS, (Reading(3, 50, 12),)),
    PurchaseExample("A purchase in summary", SUMMARY, (Reading(0), Reading(3, 20, 0, "18.00"))),
)


def purchases_of(example: PurchaseExample) -> list[Document]:
    known: Purchase | None = None
    claims: dict[str, str] = {}
    found: list[Document] = []
    for reading in example.readings:
        known = known.updated(_read(reading)) if known else _read(reading)
        order = claims.get(known.id, "")
        drafts, _ = purchase_documents(
            Booking(
                purchase=known,
                open_parts=frozenset(known.claimable) - claims.keys(),
                numbers=frozenset(int(key.rpartition("|")[2]) for key in claims.values()),
                purchase_order=order if order.startswith("PurchaseOrder") else "",
                policy=example.policy,
                ref_number=lambda number: reference("PO501", "", number),
                key=lambda kind, number: f"{kind}|{number}",
            )
        )
        claims |= {part: draft.key for draft in drafts for part in draft.facts}
        found += [draft.document for draft in drafts]
    return found


def _read(reading: Reading) -> Purchase:
    day = FIRST + timedelta(days=reading.after)
    lines = (
        _line("shirts", "SHIRT-M", "T-shirt M", 50, "9.50"),
        _line("mugs", "MUG", "Mug", 12, "4.00"),
    )
    came = (("shirts", reading.shirts), ("mugs", reading.mugs))
    charges = ((ChargeKind.FREIGHT, Decimal(reading.freight)), (ChargeKind.DISCOUNT, Decimal(reading.discount)))
    return due(
        Purchase(
            id="po501",
            source="shopify",
            number="#PO501",
            supplier="Acme Apparel",
            currency="USD",
            day=FIRST,
            state=PurchaseState.ORDERED,
            lines=lines,
            seen_on=day,
            arrived=tuple(Arrived(line, line, units, day) for line, units in came if units),
            stated_charges=tuple(Charge(kind, amount) for kind, amount in charges if amount),
        )
    )


def _line(id_: str, sku: str, title: str, units: int, cost: str) -> PurchaseLine:
    product = Product(f"gid://shopify/ProductVariant/{len(sku)}", sku, title)
    return PurchaseLine(id_, id_, sku, title, units, Decimal(cost), product=product)


def where(document: Any) -> str:
    """Of a purchase document: whose it is, and which order its goods are of."""
    linked = isinstance(document, Bill | ItemReceipt) and document.purchase_order
    return f" of {document.vendor.name}{', of the Purchase Order' if linked else ''}"


def line_of(line: Any) -> str:
    if isinstance(line, ExpenseLine):
        return f"    {line.account} ({line.description}): {line.amount}"
    return f"    {line.item.name} x {line.quantity}: {line.amount}"
