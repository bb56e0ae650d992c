"""The shop's other books, each read out of the world's orders when it is first asked for."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from infra.local.shop.credits import Credits, credit_roots
from infra.local.shop.lines import line_item_node, line_of
from infra.local.shop.model import Order, Sale, Transaction
from infra.local.shop.nodes import Frame, Node
from infra.local.shop.payments import Payments
from infra.local.shop.payments_view import account_node, tender_roots
from infra.local.shop.stock import Stock, stock_roots
from infra.local.shop.till import Till, till_roots
from infra.local.shop.view import order_node, transaction_node
from infra.local.shop.world import World


class Ledgers:
    def __init__(self, world: World) -> None:
        self.world = world

    @cached_property
    def payments(self) -> Payments:
        return Payments(self.world)

    @cached_property
    def credits(self) -> Credits:
        return Credits(self.world)

    @cached_property
    def till(self) -> Till:
        return Till(self.world)

    @cached_property
    def stock(self) -> Stock:
        return Stock(self.world)

    def roots(self, frame: Frame) -> dict[str, Any]:
        """The root fields they answer."""

        def order(found: Order) -> Node:
            return order_node(found, frame)

        def line(found: Order, sale: Sale) -> Node:
            return line_item_node(line_of(found, sale.of), found, frame)

        def transaction(found: Order, payment: Transaction) -> Node:
            return transaction_node(payment, found, frame)

        return {
            "shopifyPaymentsAccount": lambda context: account_node(self.payments, frame, order, context),
            **tender_roots(self.world, frame, order),
            **credit_roots(self.credits, frame, order, line),
            **till_roots(self.till, frame, transaction),
            **stock_roots(self.stock, frame),
        }
