"""What generated orders are made of: wares and their taxes, what goes back, and how it is paid and paid back."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal

from tests.fakes.tales import CENT, ZERO, Levy, Sold, Tale, Ware

WARES = (
    Ware("501", "SHIRT-M", "Shirt", "M", "0123456789012", "9.50"),
    Ware("502", "SHIRT-M", "Shirt", "Medium, the same SKU"),
    Ware("503", "", "A lamp with a name that is much longer than QuickBooks takes", "Brass", "", "17.05"),
    Ware("504", "A:B", "Zoë's <b>&amp;</b> 👕 ]]>", "", "", "0.01"),
    Ware("505", "shirt-m", "The same SKU in small letters", "", "", "120.00"),
    Ware("506", "X" * 45, "Privet", "", "99", "3.33"),
    Ware("", "", "Engraving"),
)
STATE, CITY = Levy("State Tax", 0.0625), Levy("City Tax", 0.01)
LEVIES = (
    *((), (STATE,), (STATE, CITY), (STATE, Levy("State Tax", 0.04))),
    (Levy("California Special Purpose District Tax of Everything", 0.07125), Levy("VAT", None)),
)
CARDS = ("shopify_payments", "paypal", "manual", "Cash on Delivery (COD)")


# What is sold -----------------------------------------------------------------------------------------------------


def price(rng: random.Random) -> Decimal:
    return Decimal(rng.choice((0, 1, 999, 1000, 1999, 3333, 5000, 12005, rng.randint(1, 90_000)))) * CENT


def taxes(rng: random.Random, gross: Decimal) -> tuple[tuple[Levy, Decimal], ...]:
    return tuple((levy, (gross * Decimal(str(levy.rate or 0.05))).quantize(CENT)) for levy in rng.choice(LEVIES))


def some_ware(rng: random.Random, *, priced: bool = True) -> Sold:
    quantity = rng.choice((1, 1, 1, 2, 3))
    gross = price(rng) * quantity if priced else ZERO
    discount = (gross * rng.choice((0, 0, 0, 10, 33, 100)) / 100).quantize(CENT)
    return Sold("PRODUCT", gross, discount, taxes(rng, gross - discount), rng.choice(WARES), quantity)


def some_basket(rng: random.Random, least: int = 1) -> list[Sold]:
    lines = [some_ware(rng) for _ in range(rng.randint(least, 3))]
    if not rng.randint(0, 2):
        lines.append(Sold("SHIPPING", Decimal("6.90"), rng.choice((ZERO, Decimal("6.90"))), taxes(rng, Decimal("2"))))
    for kind in ("TIP", "DUTY", "FEE", "ADDITIONAL_FEE", "GIFT_CARD"):
        if not rng.randint(0, 8):
            lines.append(Sold(kind, price(rng)))
    return lines


def back_of(rng: random.Random, sold: Sold, *, restock: bool = True) -> Sold:
    """Some of what was sold, or all of it, given back."""
    share = rng.choice((Decimal(1), Decimal("0.5"), Decimal("0.333")))
    gross, discount = (-(amount * share).quantize(CENT) for amount in (sold.gross, sold.discount))
    taxes = tuple((levy, -(amount * share).quantize(CENT)) for levy, amount in sold.taxes)
    quantity = -(sold.quantity or 0) if restock else 0
    return Sold(sold.kind, gross, discount, taxes, sold.ware, quantity, returned=True)


def reversed_of(sold: Sold) -> Sold:
    taxes = tuple((levy, -amount) for levy, amount in sold.taxes)
    return Sold(sold.kind, -sold.gross, -sold.discount, taxes, sold.ware, -(sold.quantity or 0), returned=True)


def taken_away_of(rng: random.Random, sold: Sold) -> Sold:
    """As a return, or as a change of the line itself: of its count, or of its price alone."""
    back = reversed_of(sold)
    if rng.randint(0, 1):
        return back
    return replace(back, returned=False, quantity=rng.choice((back.quantity, 0)))


# How it is paid ---------------------------------------------------------------------------------------------------


def settle(t: Tale, rng: random.Random, on: int, share: str = "1") -> None:
    """That share of what is owed, by one to three tenders, sometimes in cash with rounding and change."""
    due = (t.owed * Decimal(share)).quantize(CENT)
    if due <= ZERO:
        return
    for gateway in rng.sample((*CARDS, "gift_card", "shopify_store_credit"), rng.randint(0, 2)):
        part = (due * rng.choice((Decimal("0.2"), Decimal("0.45")))).quantize(CENT)
        if ZERO < part < due:
            t.pay(on, gateway, part, kind=rng.choice(("SALE", "CAPTURE")))
            due -= part
    if rng.randint(0, 2):
        t.pay(on, rng.choice((*CARDS, "gift_card", "shopify_store_credit")), due)
        return
    rounding = rng.choice((ZERO, CENT, -2 * CENT)) if due > 5 * CENT else ZERO
    change = rng.choice((ZERO, Decimal("3.95")))
    t.pay(on, "cash", due + change, rounding)
    t.pay(on, "cash", change, kind="CHANGE")


def pay_back(t: Tale, rng: random.Random, on: int, refund: str) -> None:
    """What the customer gets back, by one or two tenders."""
    due = -t.owed
    if due <= ZERO:
        return
    if rng.randint(0, 1):
        part = (due / 2).quantize(CENT)
        t.pay(on, rng.choice(("gift_card", "shopify_store_credit", "paypal")), part, kind="REFUND", refund=refund)
        due -= part
    rounding = rng.choice((ZERO, CENT, -CENT)) if due > CENT else ZERO
    gateway = "cash" if rounding else rng.choice((*CARDS, "gift_card", "cash"))
    t.pay(on, gateway, due, rounding, kind="REFUND", refund=refund)
