"""What can happen to an order, one function each, and how often. Each is in every world at least once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from infra.local.shop.builder import CARD, OrderBuilder, cents
from infra.local.shop.catalog import MARKETPLACE_REGION
from infra.local.shop.model import ZERO, Sale, total


@dataclass(frozen=True, slots=True)
class Scenario:
    """``where``: at the till (``pos``), in the web shop (``web``) or either. ``days``: how many later days it needs.

    ``instant``: all of it happens within seconds, so it also fits just before midnight or in the night of a
    clock change. ``weight``: its chance among the orders that no scenario claims.
    """

    run: Callable[[OrderBuilder], None]
    weight: int
    where: str = "any"
    days: int = 0
    instant: bool = False

    @property
    def name(self) -> str:
        return self.run.__name__


def basket(b: OrderBuilder, share: Decimal = ZERO) -> list[Sale]:
    """One to three lines with ``share`` (a fraction) taken off each; the variant that must be sold is among them."""
    chosen = b.rng.sample(b.catalog.variants, b.rng.randint(1, 3))
    if b.placing.must_have and b.placing.must_have not in chosen:
        chosen[0] = b.placing.must_have
    lines = [(variant, b.rng.choice((1, 1, 1, 2, 3))) for variant in chosen]
    return [b.product(variant, count, cents(variant.price * count * share)) for variant, count in lines]


def ship(b: OrderBuilder, discount: Decimal = ZERO) -> Sale | None:
    """Web orders are shipped; what is carried out of the shop is not."""
    if b.placing.location:
        return None
    title, price = b.rng.choice((("Standard", Decimal("6.90")), ("Express", Decimal("14.50"))))
    return b.shipping(title, price, discount)


def settle(b: OrderBuilder) -> None:
    b.pay(CARD if b.placing.location or b.rng.random() < 0.8 else "paypal")


def simple(b: OrderBuilder) -> None:
    basket(b)
    ship(b)
    b.place()
    settle(b)


def discounted(b: OrderBuilder) -> None:
    b.discount_code = b.rng.choice(("WELCOME10", "FALL15", "É-20"))
    basket(b, b.rng.choice((Decimal("0.10"), Decimal("0.15"), Decimal("0.20"))))
    ship(b)
    b.place()
    settle(b)


def shipping_discounted(b: OrderBuilder) -> None:
    basket(b, Decimal("0.05"))
    b.shipping("Express", Decimal("14.50"), b.rng.choice((Decimal("14.50"), Decimal("5.00"))))
    b.place()
    settle(b)


def tipped(b: OrderBuilder) -> None:
    goods = total(sale.gross for sale in basket(b))
    b.tip(max(cents(goods * Decimal("0.15")), Decimal("1.00")))
    b.place()
    settle(b)


def gift_card_sold(b: OrderBuilder) -> None:
    basket(b)
    b.gift_card(b.rng.choice((Decimal("25.00"), Decimal("50.00"), Decimal("100.00"))))
    b.place()
    settle(b)


def gift_card_redeemed(b: OrderBuilder) -> None:
    basket(b)
    b.place()
    b.pay("gift_card")


def card_and_gift_card(b: OrderBuilder) -> None:
    basket(b)
    ship(b)
    b.place()
    b.pay("gift_card", cents(b.owed * Decimal("0.4")))
    b.pay(CARD, at=b.placing.at + timedelta(seconds=2))


def card_and_cash(b: OrderBuilder) -> None:
    basket(b)
    b.place()
    b.pay(CARD, cents(b.owed / 3))
    b.pay_cash()


def custom_sale(b: OrderBuilder) -> None:
    """Typed in at the till: a line without a variant."""
    b.product(None, 1, title="Repair & Alteration")
    b.place()
    settle(b)


def cash_rounded(b: OrderBuilder) -> None:
    basket(b)
    _unround(b)
    b.place()
    b.pay_cash()


def cash_with_change(b: OrderBuilder) -> None:
    basket(b)
    _unround(b)
    b.place()
    b.pay_cash((b.owed // 20 + 1) * 20)


def _unround(b: OrderBuilder) -> None:
    """A tip of a cent, where the total would otherwise need no rounding."""
    pending = total(sale.total for sale in b.pending)
    if pending % Decimal("0.05") == 0:
        b.tip(Decimal("0.02"))


def cash_refund(b: OrderBuilder) -> None:
    sales = basket(b)
    b.place()
    b.pay_cash()
    b.give_back(b.placing.later_today(35), [(sales[0], 1)])


def refund_same_day(b: OrderBuilder) -> None:
    sales = basket(b, Decimal("0.10"))
    b.place()
    settle(b)
    b.give_back(b.placing.later_today(b.rng.randint(20, 100)), [(sales[-1], 1)], note="Changed their mind")


def refund_next_day(b: OrderBuilder) -> None:
    sales = basket(b)
    ship(b)
    b.place()
    settle(b)
    b.give_back(b.placing.on_day(1, b.rng.randint(9, 18), 12), [(sales[0], 1)])


def refund_late(b: OrderBuilder) -> None:
    sales = basket(b, Decimal("0.15"))
    ship(b)
    b.place()
    settle(b)
    days = min(b.placing.days_left, b.rng.randint(6, 12))
    b.give_back(b.placing.on_day(days, 11, 5), [(sale, sale.quantity or 1) for sale in sales])


def refund_in_two_steps(b: OrderBuilder) -> None:
    """Three of a kind go back as one and then two: the cents must add up over both."""
    variant = b.placing.must_have or b.rng.choice(b.catalog.variants)
    sale = b.product(variant, 3, cents(variant.price * Decimal("0.1")))
    b.place()
    settle(b)
    b.give_back(b.placing.later_today(30), [(sale, 1)])
    b.give_back(b.placing.on_day(1, 10, 40), [(sale, 2)])


def refund_with_shipping(b: OrderBuilder) -> None:
    sales = basket(b)
    shipping = b.shipping("Express", Decimal("14.50"), Decimal("2.00"))
    b.place()
    settle(b)
    b.give_back(b.placing.on_day(1, 13, 30), [(sales[0], 1), (shipping, 1)])


def refund_of_money_only(b: OrderBuilder) -> None:
    basket(b)
    b.place()
    settle(b)
    b.give_back(b.placing.later_today(45), [], adjustment=Decimal("-0.75"), note="Late delivery")


def refund_less_than_goods(b: OrderBuilder) -> None:
    """The goods go back whole, something is kept: reversals and one positive adjustment."""
    sales = basket(b)
    b.place()
    settle(b)
    b.give_back(b.placing.on_day(1, 16, 20), [(sales[0], 1)], adjustment=Decimal("0.50"))


def refund_to_gift_card(b: OrderBuilder) -> None:
    sales = basket(b)
    b.place()
    b.pay("gift_card")
    b.give_back(b.placing.later_today(60), [(sales[0], 1)])


def refund_to_two_tenders(b: OrderBuilder) -> None:
    sales = basket(b)
    b.place()
    whole = b.owed
    card = cents(whole / 2)
    b.pay(CARD, card)
    b.pay_cash()
    everything = [(sale, sale.quantity or 1) for sale in sales]
    b.give_back(b.placing.later_today(50), everything, tenders=((CARD, card), ("cash", whole - card)))


def cancelled(b: OrderBuilder) -> None:
    sales = basket(b)
    shipping = ship(b)
    b.place()
    settle(b)
    b.cancelled_at = b.placing.later_today(90)
    b.fulfilled_at = None
    back = [*sales, shipping] if shipping else sales
    b.give_back(b.cancelled_at, [(sale, sale.quantity or 1) for sale in back], note="Cancelled")


def edited(b: OrderBuilder) -> None:
    """An item is added and another lowered in price the same day; the difference is paid on its own."""
    sales = basket(b)
    b.place()
    settle(b)
    at = b.placing.later_today(25)
    b.product(b.rng.choice(b.catalog.variants[-8:]), 1)
    b.late_discount(sales[0], cents(sales[0].gross * Decimal("0.01")))
    b.agree(at, "OrderEditAgreement", "ORDER_EDIT")
    b.pay(CARD, at=at + timedelta(minutes=3))


def declined_first(b: OrderBuilder) -> None:
    """A card that fails, and an authorisation that is voided, beside the payment that counts."""
    basket(b)
    ship(b)
    b.place()
    b.pay(CARD, status="FAILURE")
    hold = b.pay("paypal", kind="AUTHORIZATION", at=b.placing.at + timedelta(seconds=3))
    b.pay("paypal", hold.amount, kind="VOID", at=b.placing.at + timedelta(seconds=5), parent=hold.id)
    b.pay(CARD, at=b.placing.at + timedelta(seconds=8))


def captured_same_day(b: OrderBuilder) -> None:
    basket(b)
    ship(b)
    b.place()
    hold = b.pay(CARD, kind="AUTHORIZATION")
    b.pay(CARD, at=b.placing.later_today(40), kind="CAPTURE", parent=hold.id)


def captured_next_day(b: OrderBuilder) -> None:
    basket(b)
    ship(b)
    b.place()
    hold = b.pay(CARD, kind="AUTHORIZATION")
    b.pay(CARD, at=b.placing.on_day(1, 9, 15), kind="CAPTURE", parent=hold.id)


def marketplace(b: OrderBuilder) -> None:
    """The channel collects the tax and owes it to the state; the shop does not."""
    b.taxes = MARKETPLACE_REGION.taxes
    basket(b)
    b.place()
    b.pay("marketplace_payments")


def test_order(b: OrderBuilder) -> None:
    b.test = True
    basket(b)
    ship(b)
    b.place()
    b.pay("bogus")


def big_basket(b: OrderBuilder) -> None:
    """A dozen lines and more: no app gets them all with its first page."""
    for variant in b.rng.sample(b.catalog.variants, 14):
        b.product(variant, b.rng.choice((1, 2)))
    ship(b)
    b.place()
    settle(b)


SCENARIOS = (
    Scenario(simple, 80, instant=True),
    Scenario(discounted, 24, instant=True),
    Scenario(shipping_discounted, 10, "web", instant=True),
    Scenario(tipped, 10, "pos", instant=True),
    Scenario(gift_card_sold, 6, instant=True),
    Scenario(gift_card_redeemed, 5, instant=True),
    Scenario(card_and_gift_card, 5, instant=True),
    Scenario(card_and_cash, 4, "pos", instant=True),
    Scenario(custom_sale, 3, "pos", instant=True),
    Scenario(cash_rounded, 16, "pos", instant=True),
    Scenario(cash_with_change, 6, "pos", instant=True),
    Scenario(cash_refund, 3, "pos"),
    Scenario(refund_same_day, 5),
    Scenario(refund_next_day, 4, days=1),
    Scenario(refund_late, 6, days=2),
    Scenario(refund_in_two_steps, 2, days=1),
    Scenario(refund_with_shipping, 3, "web", days=1),
    Scenario(refund_of_money_only, 2),
    Scenario(refund_less_than_goods, 2, days=1),
    Scenario(refund_to_gift_card, 2),
    Scenario(refund_to_two_tenders, 2, "pos"),
    Scenario(cancelled, 3),
    Scenario(edited, 3),
    Scenario(declined_first, 3, "web", instant=True),
    Scenario(captured_same_day, 2, "web"),
    Scenario(captured_next_day, 3, "web", days=1),
    Scenario(marketplace, 3, "web", instant=True),
    Scenario(big_basket, 1, instant=True),
    Scenario(test_order, 3, instant=True),
)
