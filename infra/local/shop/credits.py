"""What the shop owes its customers: gift cards and store credit, every cent of it with its history.

The world's orders say only that a gift card paid, not which one. Here each payment draws on cards that the shop once
gave away, one after the other; cards that were sold are kept by who bought them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from infra.local.shop.by_hand import CARD, CARD_VALUE, card_events, credit_events
from infra.local.shop.listing import listed
from infra.local.shop.model import ZERO, Customer, Order, Sale, Transaction, legacy_id, total
from infra.local.shop.nodes import Frame, Node, Rows, customer_node
from infra.local.shop.world import World

GIVEN_AWAY = Decimal("250.00")
FIRST_CREDIT = Decimal("500.00")

Movement = tuple[datetime, Decimal, str, Transaction | None, Order | None]
"""When, how much (positive adds to what is owed), an id, and the payment it came from."""


@dataclass
class Card:
    id: str
    created_at: datetime
    value: Decimal
    order: Order | None = None
    sale: Sale | None = None
    disabled_at: datetime | None = None
    moved: list[Movement] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)
    """Of the movements (ids) whose kind does not follow from the sign."""

    def balance(self, at: datetime | None = None) -> Decimal:
        return self.value + total(m[1] for m in self.moved if at is None or m[0] <= at)


class Credits:
    def __init__(self, world: World) -> None:
        self.world = world

    @cached_property
    def cards(self) -> list[Card]:
        """All cards that the world will see, oldest first."""
        given = [self._given_away(0)]
        sold: list[Card] = []
        for order in self.world:
            sold += self._sold(order)
        for order, payment in self._payments("gift_card"):
            self._draw(given, order, payment)
        return sorted((*given, *sold, *self._by_hand()), key=lambda card: (card.created_at, card.id))

    @cached_property
    def accounts(self) -> dict[str, list[Movement]]:
        """Store credit: the customer's id → all that moved. Every account begins with a gift of the shop's."""
        found: dict[str, list[Movement]] = {}
        for order, payment in self._payments("shopify_store_credit"):
            assert order.customer is not None
            begun = found.setdefault(
                order.customer.id, [(self.world.opened, FIRST_CREDIT, order.customer.id, None, None)]
            )
            begun.append((payment.processed_at, -payment.sign * payment.amount, payment.id, payment, order))
        by_hand = found.setdefault(self.world.catalog.customers[-1].id, [])
        by_hand += [(event.at, event.amount, event.kind, None, None) for event in credit_events(self.world)]
        return {customer: sorted(moved, key=lambda m: (m[0], m[2])) for customer, moved in found.items()}

    def accounts_of(self, customer: Customer, frame: Frame) -> Rows:
        moved = [m for m in self.accounts.get(customer.id, ()) if m[0] <= frame.at]
        return Rows([moved] if moved else [], lambda found: _account(customer, found, frame))

    def account(self, gid: str, frame: Frame) -> Node | None:
        """The store credit account of that id."""
        for customer in self.world.catalog.customers:
            for node in self.accounts_of(customer, frame):
                if node["id"] == gid:
                    return node
        return None

    def changed(self, customer: Customer, at: datetime) -> datetime:
        """A customer's ``updatedAt``: their credit is a part of them."""
        return max([customer.created_at, *(m[0] for m in self.accounts.get(customer.id, ()) if m[0] <= at)])

    def _payments(self, gateway: str) -> list[tuple[Order, Transaction]]:
        found = [
            (order, t)
            for order in self.world
            if not order.test
            for t in order.transactions
            if t.gateway == gateway and t.sign
        ]
        return sorted(found, key=lambda pair: (pair[1].processed_at, pair[1].id))

    def _given_away(self, number: int, value: Decimal = GIVEN_AWAY) -> Card:
        return Card(f"gid://shopify/GiftCard/{5_100_000_000_000 + number * 32_768}", self.world.opened, value)

    def _by_hand(self) -> Iterable[Card]:
        for event in card_events(self.world):
            if event.kind == "issued":
                card = Card(CARD, event.at, CARD_VALUE)
            elif event.kind == "deactivated":
                card.disabled_at = event.at
            else:
                card.moved.append((event.at, event.amount, event.id, None, None))
                card.kinds[event.id] = event.kind
        yield card

    def _sold(self, order: Order) -> Iterable[Card]:
        if order.test:
            return
        for agreement in order.agreements:
            for sale in agreement.sales:
                if sale.line_type == "GIFT_CARD" and sale.action == "ORDER":
                    gid = f"gid://shopify/GiftCard/{legacy_id(sale.id)}"
                    gone = [
                        a.happened_at
                        for a in order.agreements
                        for s in a.sales
                        if s.of == sale.of and s.action == "RETURN"
                    ]
                    yield Card(gid, agreement.happened_at, sale.gross, order, sale, gone[0] if gone else None)

    def _draw(self, cards: list[Card], order: Order, payment: Transaction) -> None:
        """From the newest card, from a new one when there is too little on it; what comes back goes onto it. Shopify
        makes a payment of each card that a customer pays with."""
        if payment.sign > 0 and cards[-1].balance() < payment.amount:
            cards.append(self._given_away(len(cards), max(GIVEN_AWAY, payment.amount)))
        moved = cards[-1].moved
        gid = f"{legacy_id(payment.id) + len(moved) % 1_000}"
        moved.append((payment.processed_at, -payment.sign * payment.amount, gid, payment, order))


_CARD_FIELDS = {
    "id": lambda node: legacy_id(node["id"]),
    "created_at": lambda node: node["createdAt"],
    "status": lambda node: "enabled" if node["enabled"] else "disabled",
    "balance_status": lambda node: "empty" if not node["balance"]["amount"] else "full_or_partial",
}


def credit_roots(credits: Credits, frame: Frame, order_node: Any, line_node: Any) -> dict[str, Any]:
    def make(card: Card) -> Node:
        return _card(card, frame, order_node, line_node)

    def known() -> list[Card]:
        # A card that was given away is there once it was first used; before, nobody knows of it.
        return [c for c in credits.cards if max(c.created_at, c.moved[0][0] if c.moved else c.created_at) <= frame.at]

    return {
        "storeCreditAccount": lambda context, id: credits.account(id, frame),
        "giftCard": lambda context, id: next((make(card) for card in known() if card.id == id), None),
        "giftCards": listed(known, make, _CARD_FIELDS, frame.zone),
    }


def _card(card: Card, frame: Frame, order_node: Any, line_node: Any) -> Node:
    moved = [m for m in card.moved if m[0] <= frame.at]
    disabled = card.disabled_at if card.disabled_at and card.disabled_at <= frame.at else None
    customer = card.order.customer if card.order else None
    return {
        "__typename": "GiftCard",
        "id": card.id,
        "lastCharacters": f"{legacy_id(card.id) % 46_656:04x}"[-4:],
        "createdAt": card.created_at,
        "updatedAt": max([card.created_at, *(m[0] for m in moved), *([disabled] if disabled else [])]),
        "enabled": disabled is None,
        "deactivatedAt": disabled,
        "expiresOn": None,
        "note": None if card.order else "A gift",
        "initialValue": frame.money(card.value),
        "balance": frame.money(ZERO if disabled and card.order else card.balance(frame.at)),
        "order": card.order and (lambda: order_node(card.order)),
        "lineItem": card.sale and (lambda: line_node(card.order, card.sale)),
        "customer": customer and (lambda: customer_node(customer, frame)),
        "transactions": lambda **_: Rows(moved, lambda m: _card_transaction(m, card, frame)),
    }


def _card_transaction(moved: Movement, card: Card, frame: Frame) -> Node:
    """A credit is positive, a debit negative."""
    kind = card.kinds.get(moved[2]) or ("GiftCardCreditTransaction" if moved[1] > 0 else "GiftCardDebitTransaction")
    return {
        "__typename": kind,
        "id": f"gid://shopify/{kind}/{moved[2]}",
        "processedAt": moved[0],
        "note": None,
        "amount": frame.money(moved[1]),
    }


def _account(customer: Customer, moved: list[Movement], frame: Frame) -> Node:
    balances = [total(m[1] for m in moved[: n + 1]) for n in range(len(moved))]
    number = legacy_id(customer.id) + 3
    return {
        "__typename": "StoreCreditAccount",
        "id": f"gid://shopify/StoreCreditAccount/{number}",
        "balance": frame.money(balances[-1]),
        "transactions": lambda **_: Rows(
            range(len(moved)), lambda n: _account_transaction(moved[n], balances[n], number + n, frame)
        ),
    }


def _account_transaction(moved: Movement, balance: Decimal, number: int, frame: Frame) -> Node:
    at, amount, what, payment, _ = moved
    kind = "StoreCreditAccountCreditTransaction" if amount > 0 else "StoreCreditAccountDebitTransaction"
    kind = what if what.startswith("StoreCredit") else kind
    return {
        "__typename": kind,
        "id": f"gid://shopify/{kind}/{number}",
        "createdAt": at,
        "event": "ADJUSTMENT" if payment is None else "ORDER_REFUND" if amount > 0 else "ORDER_PAYMENT",
        "amount": frame.money(amount),
        "balanceAfterTransaction": frame.money(balance),
        "expiresAt": None,
        "origin": payment and {"__typename": "OrderTransaction", "id": payment.id, "order": None},
    }
