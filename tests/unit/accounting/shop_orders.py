"""Small shops for the bookkeeping tests: orders told as what happened on which day, and a strategy of any order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from connector.accounting.policy import ACCOUNT_KEYS, Policy
from connector.ledger.facts import (
    ZERO,
    Customer,
    MoneyFact,
    MoneyKind,
    OrderFacts,
    OrderHeader,
    Product,
    SaleFact,
    SaleKind,
    Tax,
)

FIRST_DAY = date(2026, 3, 2)
ACCOUNTS = {key: key.replace("_", " ").title() for key in ACCOUNT_KEYS}
POLICY = Policy(accounts=ACCOUNTS, tenders={"cash": "Cash on Hand", "paypal": "PayPal Clearing"})
JANE = Customer("gid://shopify/Customer/7001", "7001", "Jane Doe", "Jane", "Doe", "jane@example.com")
SHIRT = Product("gid://shopify/ProductVariant/501", "SHIRT-M", "Shirt", "M", "0123456789012", Decimal("9.50"))
STATE, CITY = ("State Tax", Decimal("0.0625")), ("City Tax", Decimal("0.01"))


def money(text: str | Decimal) -> Decimal:
    return Decimal(text).quantize(Decimal("0.01"))


def day(offset: int) -> date:
    return FIRST_DAY + timedelta(days=offset)


@dataclass
class Story:
    """An order as it happens; every call is one more thing, a minute after the last one of its day."""

    number: int = 1001
    fulfilled: bool = True
    cancelled: bool = False
    customer: Customer | None = JANE
    location: str | None = None
    channel: str = "web"
    sales: list[SaleFact] = field(default_factory=list)
    money: list[MoneyFact] = field(default_factory=list)
    _count: int = 0

    def sell(
        self,
        on: int,
        *amounts: str | tuple[str, str],
        kind: SaleKind = SaleKind.PRODUCT,
        discount: str = "0",
        tax: str = "0",
        channel_liable: bool = False,
        reason: str = "ORDER",
    ) -> Story:
        """One agreement with a sale for each amount; discount and tax are the first one's."""
        agreement = self._id("SalesAgreement")
        for i, amount in enumerate(amounts):
            self._sale(
                on,
                agreement,
                kind,
                money(amount),
                money(discount) if i == 0 else ZERO,
                self._taxes(money(tax) if i == 0 else ZERO, channel_liable),
                reason,
            )
        return self

    def add(self, on: int, kind: SaleKind, amount: str) -> Story:
        """One more sale in the last agreement."""
        last = self.sales[-1]
        self._sale(on, last.agreement, kind, money(amount), ZERO, (), last.reason, last.refund)
        return self

    def pay(self, on: int, gateway: str, amount: str, rounding: str = "0", kind: MoneyKind = MoneyKind.SALE) -> Story:
        sign = -1 if kind in (MoneyKind.REFUND, MoneyKind.CHANGE) else 1
        self._money(on, gateway, sign * money(amount), kind, sign * money(rounding))
        return self

    def give_back(
        self,
        on: int,
        amount: str,
        *tenders: tuple[str, ...],
        adjustment: str = "0",
        tax: str = "0",
        restock: int = 1,
        money_on: int | None = None,
    ) -> Story:
        """A refund of goods worth ``amount`` plus tax; a tender is (gateway, amount) or (gateway, amount, rounding)."""
        agreement, refund = self._id("SalesAgreement"), self._id("Refund")
        if money(amount):
            self._sale(
                on,
                agreement,
                SaleKind.PRODUCT,
                -money(amount),
                ZERO,
                self._taxes(-money(tax), False),
                "REFUND",
                refund,
                quantity=-restock,
            )
        if money(adjustment):
            self._sale(on, agreement, SaleKind.ADJUSTMENT, money(adjustment), ZERO, (), "REFUND", refund)
        for gateway, part, *rounding in tenders:
            rounded = -money(rounding[0]) if rounding else ZERO
            back = on if money_on is None else money_on
            self._money(back, gateway, -money(part), MoneyKind.REFUND, rounded, refund)
        return self

    def facts(self) -> OrderFacts:
        header = OrderHeader(
            id=f"gid://shopify/Order/{self.number}",
            legacy_id=str(self.number),
            name=f"#{self.number}",
            currency="USD",
            customer=self.customer,
            location_id=f"gid://shopify/Location/{self.location}" if self.location else None,
            location=f"Store {self.location}" if self.location else None,
            channel=self.channel,
            fulfilled=self.fulfilled,
            cancelled=self.cancelled,
            test=False,
            updated_at=self._at(9),
        )
        in_time = lambda fact: (fact.happened_at, fact.id)  # noqa: E731
        return OrderFacts(header, tuple(sorted(self.sales, key=in_time)), tuple(sorted(self.money, key=in_time)))

    def _sale(
        self,
        on: int,
        agreement: str,
        kind: SaleKind,
        gross: Decimal,
        discount: Decimal,
        taxes: tuple[Tax, ...],
        reason: str,
        refund: str | None = None,
        quantity: int | None = 1,
    ) -> None:
        product = SHIRT if kind is SaleKind.PRODUCT else None
        self.sales.append(
            SaleFact(
                id=self._id("Sale"),
                day=day(on),
                happened_at=self._at(on),
                agreement=agreement,
                reason=reason,
                refund=refund,
                kind=kind,
                returned=refund is not None,
                quantity=quantity if product else None,
                gross=gross,
                discount=discount,
                taxes=taxes,
                title="Shirt" if product else kind.value.title(),
                product=product,
            )
        )

    def _money(
        self,
        on: int,
        gateway: str,
        amount: Decimal,
        kind: MoneyKind,
        rounding: Decimal = ZERO,
        refund: str | None = None,
    ) -> None:
        id_ = self._id("OrderTransaction")
        self.money.append(MoneyFact(id_, day(on), self._at(on), kind, gateway, amount, rounding, refund))

    def _taxes(self, amount: Decimal, channel_liable: bool) -> tuple[Tax, ...]:
        if not amount:
            return ()
        city = money(amount / 5)
        return (Tax(*STATE, amount - city, channel_liable), Tax(*CITY, city, channel_liable))

    def _at(self, on: int) -> datetime:
        return datetime.combine(day(on), datetime.min.time(), UTC) + timedelta(hours=9, minutes=self._count)

    def _id(self, type_: str) -> str:
        self._count += 1
        return f"gid://shopify/{type_}/{self.number}{self._count:03d}"


def part_of(facts: OrderFacts, ids: Iterable[str]) -> OrderFacts:
    """The order as far as it had been read when only these facts were known."""
    known = frozenset(ids)
    return replace(
        facts,
        sales=tuple(f for f in facts.sales if f.id in known),
        money=tuple(f for f in facts.money if f.id in known),
    )


# Any order --------------------------------------------------------------------------------------------------------

GATEWAYS = ("shopify_payments", "paypal", "cash", "gift_card", "shopify_store_credit")
AMOUNTS = st.sampled_from(("0", "0.01", "10.00", "19.99", "33.33", "50.00", "120.05"))
KINDS = st.sampled_from([k for k in SaleKind if k is not SaleKind.UNKNOWN])


@st.composite
def stories(draw: st.DrawFn, number: int = 1001) -> Story:
    """An order over a few days: what is usual (paid to the cent) and what is not (anything else)."""
    story = Story(
        number=number,
        fulfilled=draw(st.booleans()),
        cancelled=draw(st.booleans()),
        customer=draw(st.sampled_from((JANE, None))),
        location=draw(st.sampled_from((None, "1", "2"))),
        channel=draw(st.sampled_from(("web", "pos"))),
    )
    on = 0
    for step in range(draw(st.integers(1, 6))):
        on += draw(st.integers(0, 1)) if step else 0
        draw(st.sampled_from(_STEPS if step else _STEPS[:1]))(draw, story, on)
    return story


def _sells(draw: st.DrawFn, story: Story, on: int) -> None:
    amounts = draw(st.lists(AMOUNTS, min_size=1, max_size=3))
    taxed = draw(st.sampled_from(("0", "0.05", "4.37")))
    story.sell(
        on,
        *amounts,
        kind=draw(KINDS),
        discount=draw(st.sampled_from(("0", amounts[0]))),
        tax=taxed,
        channel_liable=draw(st.booleans()),
    )
    if draw(st.booleans()):
        _settles(draw, story, on)


def _owed(story: Story) -> Decimal:
    return sum((s.total for s in story.sales), ZERO) - sum((m.amount for m in story.money), ZERO)


def _settles(draw: st.DrawFn, story: Story, on: int) -> None:
    """All that is owed, by one or two tenders, perhaps in cash with rounding and change."""
    due = _owed(story)
    if due <= 0:
        return
    first = money(due * draw(st.sampled_from((Decimal("0.4"), Decimal(0)))))
    if first:
        story.pay(on, draw(st.sampled_from(GATEWAYS)), str(first))
    rounding = draw(st.sampled_from(("0", "0.02", "-0.02")))
    if draw(st.booleans()) and due - first > 1:
        change = draw(st.sampled_from(("0", "3.95")))
        story.pay(on, "cash", str(due - first + money(change)), rounding)
        if money(change):
            story.pay(on, "cash", change, kind=MoneyKind.CHANGE)
    else:
        story.pay(on, draw(st.sampled_from(GATEWAYS)), str(due - first))


def _pays_anything(draw: st.DrawFn, story: Story, on: int) -> None:
    amount = draw(AMOUNTS.filter(lambda a: a != "0"))
    rounding = draw(st.sampled_from(("0", "0.02", "-0.02")))
    gateway = draw(st.sampled_from(GATEWAYS)) if rounding == "0" else "cash"
    kind = draw(st.sampled_from((MoneyKind.SALE, MoneyKind.CAPTURE, MoneyKind.REFUND, MoneyKind.CHANGE)))
    story.pay(on, gateway, amount, rounding, kind)


def _refunds(draw: st.DrawFn, story: Story, on: int) -> None:
    amount = draw(AMOUNTS)
    adjustment = draw(st.sampled_from(("0", "-0.75", "0.50")))
    back = money(amount) - money(adjustment)
    tenders: list[tuple[str, ...]] = []
    if draw(st.booleans()) and back > 0:
        half = money(back / 2)
        tenders = [
            (draw(st.sampled_from(GATEWAYS)), str(half)),
            ("cash", str(back - half), draw(st.sampled_from(("0", "0.02")))),
        ]
        tenders = [t for t in tenders if money(t[1])]
    later = draw(st.sampled_from((None, on + 1)))
    story.give_back(on, amount, *tenders, adjustment=adjustment, money_on=later)


_STEPS = (_sells, _sells, _settles, _pays_anything, _refunds, _refunds)
