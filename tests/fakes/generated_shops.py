"""Generated shops: a few orders each, of every case there is, and the settings they are booked by.

A shop is a list of (case, number); the number seeds all else of its order. So a failing shop shrinks to the orders it
needs, and is written down in a line.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from tests.fakes.baskets import (
    CARDS,
    WARES,
    back_of,
    pay_back,
    price,
    reversed_of,
    settle,
    some_basket,
    some_ware,
    taken_away_of,
    taxes,
)
from tests.fakes.nodes import Node
from tests.fakes.tales import CENT, FIRST_DAY, ZERO, Meant, Sold, Tale

Combination = tuple[str, str, str]
"""The modes of customer, inventory and vendor."""

Recipe = Sequence[tuple[str, int]]

COMBINATIONS: list[Combination] = list(itertools.product(("detailed", "summary"), repeat=3))  # type: ignore[arg-type]
DAYS = 6
LATER = datetime(2026, 6, 1, 6, tzinfo=UTC)
"""Long after all that happens."""

_CUSTOMERS: tuple[Node | None, ...] = (
    None,
    {"id": "gid://shopify/Customer/7001", "legacyResourceId": "7001", "displayName": "Jane Doe", "firstName": "Jane"},
    {"id": "gid://shopify/Customer/7002", "legacyResourceId": "7002", "displayName": "Jane Doe"},
    {"id": "gid://shopify/Customer/7003", "legacyResourceId": "7003"},
    {"id": "gid://shopify/Customer/7004", "legacyResourceId": "7004", "displayName": "Zoë:日本 👕 " + "x" * 50},
    {"id": "gid://shopify/Customer/7005", "legacyResourceId": "7005", "displayName": "SHOPIFY CUSTOMER"},
)
_PLACES: tuple[Node, ...] = (
    {"id": "gid://shopify/Location/1", "name": "Main Street"},
    {"id": "gid://shopify/Location/2", "name": "Annex: <2nd> floor"},
)
_TERMS: tuple[Node, ...] = (
    {"paymentTermsName": "Net 30", "paymentTermsType": "NET", "dueInDays": 30},
    {"paymentTermsName": "Due on receipt", "paymentTermsType": "RECEIPT", "dueInDays": None},
    {"paymentTermsName": "Fixed", "paymentTermsType": "FIXED", "dueInDays": None},
)


@dataclass(frozen=True)
class Shop:
    """What its people did, and how the merchant wants it booked."""

    recipe: Recipe
    combination: Combination
    tales: tuple[Tale, ...]
    recognise: str
    summary_as: str
    sales_orders: bool
    without: tuple[str, ...]

    @property
    def by_amount(self) -> bool:
        return self.combination[1] == "summary"

    def meant(self, facts: frozenset[str] | None = None, until: datetime = LATER) -> list[Meant]:
        """What was meant by all that happened before ``until``, or by some facts of it."""
        found = (m for tale in self.tales for m in tale.meant)
        return [m for m in found if (facts is None or m.fact in facts) and m.at < until]

    def costs(self, facts: frozenset[str]) -> list[Meant]:
        return [m for tale in self.tales for m in tale.costs if m.fact in facts]

    def moved(self, facts: frozenset[str]) -> dict[str, int]:
        """How many of each variant these sales sold."""
        units: dict[str, int] = {}
        for variant, count in (m for tale in self.tales for fact, m in tale.moved.items() if fact in facts):
            units[variant] = units.get(variant, 0) + count
        return {variant: count for variant, count in units.items() if count}


def shop_of(recipe: Recipe, combination: Combination) -> Shop:
    rng = random.Random(f"{combination} {list(recipe)}")
    tales = []
    for place, (case, seed) in enumerate(recipe):
        tale = Tale(1001 + place, random.Random(f"{combination} {case} {seed}"))
        _header(tale)
        CASES[case](tale, tale.rng)
        tales.append(tale)
    return Shop(
        recipe=recipe,
        combination=combination,
        tales=tuple(tales),
        recognise=rng.choice(("at_sale", "at_sale", "at_fulfilment")),
        summary_as=rng.choice(("sales_receipt", "journal_entry")),
        sales_orders=rng.random() < 0.6,
        without=rng.choice(((), (), (), ("duties",), ("store_credit", "additional_fees"))),
    )


def nights() -> list[datetime]:
    """02:00 in New York of the night after each day, in both halves of the clock change."""
    return [datetime(2026, 3, d.day, 7 if d.day < 8 else 6, tzinfo=UTC) for d in _mornings()]


def _mornings() -> list[date]:
    return [FIRST_DAY + timedelta(days=n + 1) for n in range(DAYS)]


def _header(tale: Tale) -> None:
    rng = tale.rng
    tale.header["customer"] = rng.choice(_CUSTOMERS)
    tale.header["channel"] = rng.choice(("web", "web", "pos", "1354745"))
    if tale.header["channel"] == "pos":
        tale.header["location"] = rng.choice(_PLACES)
    # Names that QuickBooks' 11 characters can't hold, or that two orders share.
    tale.name = rng.choice(("", "", "", f"#WEB-{tale.number}-EU-2026", f"DK{tale.number}", "#1001"))


# What happens -----------------------------------------------------------------------------------------------------


def paid(t: Tale, rng: random.Random) -> None:
    t.agree(0, *some_basket(rng))
    settle(t, rng, 0)
    if rng.randint(0, 3):
        t.send(rng.randint(0, 2))


def unpaid(t: Tale, rng: random.Random) -> None:
    """Sent or not, paid later or never."""
    on = rng.randint(0, 2)
    t.agree(on, *some_basket(rng))
    if rng.randint(0, 1):
        t.decline(on, "shopify_payments", max(t.owed, ZERO))
    if rng.randint(0, 1):
        t.send(on + rng.randint(0, 2))
    if rng.randint(0, 1):
        settle(t, rng, on + rng.randint(0, 3))


def partly(t: Tale, rng: random.Random) -> None:
    """Deposits and captures in parts; the rest and the sending come on any day."""
    t.agree(0, *some_basket(rng))
    settle(t, rng, rng.randint(0, 1), "0.3")
    if rng.randint(0, 1):
        t.send(1, all_of_it=bool(rng.randint(0, 1)))
    if rng.randint(0, 1):
        settle(t, rng, 2, "0.5")
    if rng.randint(0, 1):
        settle(t, rng, 3)
    if rng.randint(0, 1):
        t.send(4)


def refunded(t: Tale, rng: random.Random) -> None:
    """Goods back, whole or in part, with and without stock; the money the same day, later, or not at all."""
    lines = some_basket(rng)
    t.agree(0, *lines)
    settle(t, rng, 0)
    t.send(0)
    on = 0
    for _ in range(rng.randint(1, 2)):
        on += rng.randint(0, 2)
        back = [back_of(rng, line, restock=bool(rng.randint(0, 3))) for line in rng.sample(lines, 1)]
        if not rng.randint(0, 2):
            back.append(Sold("ADJUSTMENT", rng.choice((Decimal("-0.75"), Decimal("0.50")))))
        if not rng.randint(0, 3):
            back.append(Sold("FEE", Decimal("4.00")))
        refund = t.give_back(on, *back)
        if rng.randint(0, 4):
            pay_back(t, rng, on + rng.choice((0, 0, 0, 1)), refund)


def refunded_without_goods(t: Tale, rng: random.Random) -> None:
    t.agree(0, *some_basket(rng))
    settle(t, rng, 0)
    t.send(0)
    on = rng.randint(0, 3)
    refund = t.give_back(on, Sold("ADJUSTMENT", -Decimal(rng.randint(1, 900)) * CENT))
    pay_back(t, rng, on, refund)


def edited(t: Tale, rng: random.Random) -> None:
    """Lines are added or taken away, once or often; what that leaves is paid, paid back, or stays."""
    lines = some_basket(rng)
    t.agree(0, *lines)
    if rng.randint(0, 3):
        settle(t, rng, 0)
    for step in range(rng.randint(1, 3)):
        on = rng.randint(0, 1) + step
        more = [some_ware(rng)] if rng.randint(0, 1) or not lines else [taken_away_of(rng, lines.pop())]
        t.agree(on, *more, reason="ORDER_EDIT")
        if t.owed < ZERO:
            pay_back(t, rng, on, t.give_back(on, Sold("ADJUSTMENT", ZERO)) if rng.randint(0, 1) else "")
        elif rng.randint(0, 2):
            settle(t, rng, on)
    if rng.randint(0, 1):
        t.send(4)


def taken_back(t: Tale, rng: random.Random) -> None:
    """A line goes off again before anything is paid, not as a return: of its pieces none is left that day."""
    lines = [some_ware(rng), some_ware(rng)]
    t.agree(0, *lines)
    t.agree(0, replace(reversed_of(lines[0]), returned=False), reason="ORDER_EDIT")
    if rng.randint(0, 1):
        t.agree(0, replace(some_ware(rng), ware=lines[0].ware, quantity=lines[0].quantity), reason="ORDER_EDIT")
        t.agree(0, replace(reversed_of(lines[0]), gross=ZERO, discount=ZERO, taxes=(), returned=False), reason="EDIT")
    settle(t, rng, rng.randint(0, 1))
    t.send(1)


def exchanged(t: Tale, rng: random.Random) -> None:
    """One thing back and another out, in one agreement or in two, dearer, cheaper or alike."""
    lines = [some_ware(rng)]
    t.agree(0, *lines)
    settle(t, rng, 0)
    t.send(0)
    on = rng.randint(0, 3)
    new = rng.choice((some_ware(rng), lines[0]))
    if rng.randint(0, 1):
        t.agree(on, reversed_of(lines[0]), new, reason="RETURN")
    else:
        t.agree(on, reversed_of(lines[0]), reason="RETURN")
        t.agree(on, new, reason="ORDER_EDIT")
    settle(t, rng, on)
    pay_back(t, rng, on, "")


def cancelled(t: Tale, rng: random.Random) -> None:
    """Before or after it was paid, at once or some days later; sometimes only its flag says so."""
    lines = some_basket(rng)
    t.agree(0, *lines)
    settle(t, rng, rng.randint(0, 1), rng.choice(("0", "0.4", "1")))
    on = rng.randint(0, 3)
    if rng.randint(0, 5):
        refund = t.give_back(on, *(reversed_of(line) for line in lines))
        pay_back(t, rng, on, refund)
    t.cancel(on)


def marketplace(t: Tale, rng: random.Random) -> None:
    t.channel_liable = True
    t.header["channel"] = "1354745"
    paid(t, rng)
    if rng.randint(0, 1):
        pay_back(
            t,
            rng,
            2,
            t.give_back(2, back_of(rng, Sold("PRODUCT", ZERO, ZERO, taxes(rng, Decimal(30)), WARES[0]))),
        )


def for_nothing(t: Tale, rng: random.Random) -> None:
    """A zero-value order: of goods without a price, or with all of it taken off."""
    gross = rng.choice((ZERO, Decimal("33.33")))
    lines = [Sold("PRODUCT", gross, gross, (), rng.choice(WARES), 1) for _ in range(rng.randint(1, 2))]
    t.agree(0, *lines)
    if rng.randint(0, 1):
        t.send(1)
    if not rng.randint(0, 3):
        t.give_back(2, reversed_of(lines[0]))


def long(t: Tale, rng: random.Random) -> None:
    t.agree(0, *(some_ware(rng) for _ in range(rng.choice((40, 110, 250)))))
    settle(t, rng, rng.randint(0, 1))
    t.send(1)


def business(t: Tale, rng: random.Random) -> None:
    """A company's order on terms, with its own number."""
    t.header["terms"] = rng.choice(_TERMS)
    t.header["po_number"] = rng.choice(("PO-4711", "an order number of theirs that is too long <&>"))
    company = {"id": "gid://shopify/Company/31", "name": rng.choice(("Northern & Sons", "Jane Doe"))}
    t.header["company"] = {"company": company}
    if rng.randint(0, 1):
        t.header["customer"] = None
    t.header["channel"] = "web"
    t.header.pop("location", None)
    rng.choice((unpaid, partly, cancelled))(t, rng)


def foreign(t: Tale, rng: random.Random) -> None:
    t.header["seen"] = {"amount": "87.3", "currencyCode": "EUR"}
    rng.choice((paid, refunded, unpaid))(t, rng)


def odd_money(t: Tale, rng: random.Random) -> None:
    """Money that fits nothing: too much, too little, given back without a reason, change without cash."""
    t.agree(0, *some_basket(rng))
    for _ in range(rng.randint(1, 4)):
        kind = rng.choice(("SALE", "CAPTURE", "REFUND", "CHANGE"))
        gateway = rng.choice((*CARDS, "cash", "gift_card", "shopify_store_credit"))
        t.pay(rng.randint(0, 3), gateway, price(rng), rng.choice((ZERO, CENT)) if gateway == "cash" else ZERO, kind)
    if rng.randint(0, 1):
        t.send(3)


def unknown_kind(t: Tale, rng: random.Random) -> None:
    """A sale of a kind that Shopify may add one day: its order waits, as an exception."""
    t.agree(0, *some_basket(rng), Sold("SOMETHING_NEW", Decimal("2.50")))
    settle(t, rng, 1)
    t.send(1)


def for_testing(t: Tale, rng: random.Random) -> None:
    t.test = True
    paid(t, rng)


CASES: Mapping[str, Callable[[Tale, random.Random], None]] = {
    case.__name__: case
    for case in (
        *(
            paid,
            unpaid,
            partly,
            refunded,
            refunded_without_goods,
            edited,
            taken_back,
            exchanged,
            cancelled,
            marketplace,
        ),
        *(for_nothing, long, business, foreign, odd_money, unknown_kind, for_testing),
    )
}
