"""What seldom happens to an order: in a wide world only, or only when it is asked for by name."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from infra.local.shop.builder import CARD, OrderBuilder, cents
from infra.local.shop.model import Terms, Variant
from infra.local.shop.scenarios import SCENARIOS, Scenario, basket, settle, ship

STORE_CREDIT = "shopify_store_credit"


def exchange_for_dearer(b: OrderBuilder) -> None:
    """Other goods for what came back, and the buyer pays the difference."""
    sale = b.product(_by_price(b)[1], 1)
    b.place()
    settle(b)
    b.take_back(b.placing.on_day(1, 12, 10), [(sale, 1)], [_by_price(b)[-1]])


def exchange_for_cheaper(b: OrderBuilder) -> None:
    sale = b.product(_by_price(b)[-1], 1)
    b.place()
    settle(b)
    b.take_back(b.placing.on_day(1, 12, 20), [(sale, 1)], [_by_price(b)[1]])


def exchange_like_for_like(b: OrderBuilder) -> None:
    """No money moves at all."""
    sale = b.product(_by_price(b)[2], 1)
    b.place()
    settle(b)
    b.take_back(b.placing.later_today(70), [(sale, 1)], [_by_price(b)[2]])


def return_with_restocking_fee(b: OrderBuilder) -> None:
    sales = basket(b)
    ship(b)
    b.place()
    settle(b)
    fee = cents(sales[0].gross * Decimal("0.1"))
    b.take_back(b.placing.on_day(1, 15, 5), [(sales[0], sales[0].quantity or 1)], fee=fee)


def abroad(b: OrderBuilder) -> None:
    """Paid in euros, with duties and a fee, taxed nowhere; part of it goes back."""
    b.taxes = ()
    b.presentment = ("EUR", Decimal("0.92"))
    sales = basket(b)
    b.shipping("International", Decimal("24.00"))
    b.other("DUTY", Decimal("7.31"))
    b.other("ADDITIONAL_FEE", Decimal("1.25"))
    b.place()
    b.pay(CARD)
    b.give_back(b.placing.on_day(1, 10, 30), [(sales[0], 1)])


def store_credit_spent(b: OrderBuilder) -> None:
    b.customer = b.customer or b.catalog.customers[20]
    basket(b)
    ship(b)
    b.place()
    b.pay(STORE_CREDIT, cents(b.owed / 2))
    b.pay(CARD, at=b.placing.at + timedelta(seconds=2))


def refund_as_store_credit(b: OrderBuilder) -> None:
    """Only who has an account can be given credit."""
    b.customer = b.customer or b.catalog.customers[21]
    sales = basket(b)
    b.place()
    settle(b)
    sale = sales[0]
    whole = sale.quantity or 1
    b.give_back(b.placing.later_today(40), [(sale, whole)], tenders=((STORE_CREDIT, sale.total),))


def on_account(b: OrderBuilder) -> None:
    """A company buys on account and pays by cheque two days later."""
    b.terms = Terms("gid://shopify/Company/5501", "Pier & Sons: Fitters", "Dock 4", 30)
    basket(b)
    ship(b)
    b.place()
    b.pay("manual", at=b.placing.on_day(2, 11, 45))


def deposit_first(b: OrderBuilder) -> None:
    basket(b)
    b.place()
    b.pay(CARD, cents(b.owed * Decimal("0.3")))
    b.pay(CARD, at=b.placing.on_day(1, 17, 10))


def cancelled_unpaid(b: OrderBuilder) -> None:
    """Nothing was paid, so nothing is given back: sales that cancel each other out."""
    sales = basket(b)
    b.place()
    b.pay(CARD, status="FAILURE")
    b.cancelled_at = b.placing.on_day(1, 9, 30)
    b.fulfilled_at = None
    b.give_back(b.cancelled_at, [(sale, sale.quantity or 1) for sale in sales], tenders=())


def sold_for_nothing(b: OrderBuilder) -> None:
    """A discount of 100 %: no tax, no transaction."""
    b.discount_code = "FRIEND"
    basket(b, Decimal(1))
    b.place()


def edited_many_times(b: OrderBuilder) -> None:
    """More agreements than any page brings along."""
    basket(b)
    b.place()
    settle(b)
    for turn in range(6):
        at = b.placing.later_today(10 * (turn + 1))
        b.product(b.rng.choice(b.catalog.variants[-8:]), 1)
        b.agree(at, "OrderEditAgreement", "ORDER_EDIT")
        b.pay(CARD, at=at + timedelta(seconds=30))


def edited_down_the_next_day(b: OrderBuilder) -> None:
    """The price is lowered after the day was closed; what was paid too much is given back."""
    sales = basket(b)
    b.place()
    settle(b)
    at = b.placing.on_day(1, 10, 15)
    b.late_discount(sales[0], cents(sales[0].gross * Decimal("0.2")))
    b.agree(at, "OrderEditAgreement", "ORDER_EDIT")
    b.return_overpaid(at + timedelta(minutes=2))


def refund_much_later(b: OrderBuilder) -> None:
    """On the last day of the world: from spring to autumn it is beyond the sixty days that most apps see."""
    sales = basket(b)
    b.place()
    settle(b)
    b.give_back(b.placing.on_day(b.placing.days_to_end, 14, 25), [(sales[0], 1)])


def captured_in_parts(b: OrderBuilder) -> None:
    """One authorisation, captured shipment by shipment over two days."""
    basket(b)
    ship(b)
    b.place()
    hold = b.pay(CARD, kind="AUTHORIZATION")
    b.pay(CARD, cents(b.owed / 2), b.placing.later_today(30), "CAPTURE", parent=hold.id)
    b.pay(CARD, at=b.placing.on_day(1, 9, 40), kind="CAPTURE", parent=hold.id)


def sale_of_unknown_type(b: OrderBuilder) -> None:
    """Shopify may add types of sale; an app can only say that it does not know this one."""
    basket(b)
    b.other("UNKNOWN", Decimal("3.21"))
    b.place()
    settle(b)


def _by_price(b: OrderBuilder) -> list[Variant]:
    return sorted((v for v in b.catalog.variants if v.taxable), key=lambda v: v.price)


RARE = (
    Scenario(exchange_for_dearer, 2, days=1),
    Scenario(exchange_for_cheaper, 2, days=1),
    Scenario(exchange_like_for_like, 1),
    Scenario(return_with_restocking_fee, 2, "web", days=1),
    Scenario(abroad, 3, "web", days=1),
    Scenario(store_credit_spent, 2, "web", instant=True),
    Scenario(refund_as_store_credit, 2),
    Scenario(on_account, 2, "web", days=2),
    Scenario(deposit_first, 2, days=1),
    Scenario(cancelled_unpaid, 1, "web", days=1),
    Scenario(sold_for_nothing, 1, instant=True),
    Scenario(edited_many_times, 1),
    Scenario(edited_down_the_next_day, 1, days=1),
    Scenario(refund_much_later, 1, days=1),
    Scenario(captured_in_parts, 1, "web", days=1),
)
ON_REQUEST = (Scenario(sale_of_unknown_type, 1),)
SCENARIOS_BY_NAME = {scenario.name: scenario for scenario in (*SCENARIOS, *RARE, *ON_REQUEST)}
