"""The stand-in shop's world as an orders source, without HTTP and GraphQL in between.

The nodes are those of ``shopify/documents/orders_page.graphql`` after ``shopify/orders.py`` has completed them:
connections as plain lists, amounts and times as Shopify writes them.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from infra.local.shop.model import Order, Refund, Sale, Transaction, legacy_id
from infra.local.shop.world import World

Node = dict[str, Any]


class WorldOrders:
    """What ``connector.sync.context.OrdersSource`` asks for, as of ``now``. Pages as Shopify's: oldest change first."""

    def __init__(self, world: World, now: datetime, page_size: int = 40) -> None:
        self.world, self.now, self.page_size = world, now, page_size
        self.pages = 0
        self._nodes: dict[tuple[int, int], Node] = {}

    def page(self, updated_since: datetime, cursor: str | None) -> tuple[list[Node], str | None]:
        self.pages += 1
        after = tuple(map(int, cursor.split("/"))) if cursor else (int(updated_since.timestamp()), -1)
        rows = [row for row in self.world.updated(self.now) if row > after]
        found = rows[: self.page_size]
        last = found[-1] if len(rows) > self.page_size else None
        return [self._node(*row) for row in found], f"{last[0]}/{last[1]}" if last else None

    def all(self) -> list[Node]:
        return [self._node(*row) for row in self.world.updated(self.now)]

    def _node(self, updated: int, index: int) -> Node:
        if (updated, index) not in self._nodes:
            order = self.world.made(index).order
            self._nodes[updated, index] = order_node(order, self.now, updated, self.world.currency)
        return self._nodes[updated, index]


def order_node(order: Order, now: datetime, updated: int, currency: str) -> Node:
    transactions = [t for t in order.transactions if t.processed_at <= now]
    return {
        "id": order.id,
        "legacyResourceId": str(legacy_id(order.id)),
        "name": order.name,
        "test": order.test,
        "currencyCode": currency,
        "sourceName": order.source_name,
        "createdAt": _time(order.created_at),
        "processedAt": _time(order.created_at),
        "updatedAt": _time(datetime.fromtimestamp(updated, now.tzinfo)),
        "cancelledAt": _time(order.cancelled_at) if order.cancelled_at and order.cancelled_at <= now else None,
        "displayFulfillmentStatus": (
            "FULFILLED" if order.fulfilled_at and order.fulfilled_at <= now else "UNFULFILLED"
        ),
        "app": {"id": "gid://shopify/App/580111", "name": "Online Store"},
        "retailLocation": order.retail_location
        and {"id": order.retail_location.id, "name": order.retail_location.name},
        "customer": order.customer
        and {
            "id": order.customer.id,
            "legacyResourceId": str(legacy_id(order.customer.id)),
            "displayName": order.customer.display_name,
            "firstName": order.customer.first_name,
            "lastName": order.customer.last_name,
            "defaultEmailAddress": order.customer.email and {"emailAddress": order.customer.email},
            "defaultPhoneNumber": order.customer.phone and {"phoneNumber": order.customer.phone},
        },
        "currentTotalPriceSet": _bag(
            sum((s.total for a in order.agreements if a.happened_at <= now for s in a.sales), Decimal("0.00")), currency
        ),
        "transactions": [_transaction(t, currency) for t in transactions],
        "refunds": [_refund(r, transactions) for r in order.refunds if r.created_at <= now],
        "agreements": [
            {
                "__typename": agreement.type_name,
                "id": agreement.id,
                "happenedAt": _time(agreement.happened_at),
                "reason": agreement.reason,
                "refund": {"id": agreement.refund_id} if agreement.refund_id else None,
                "sales": [_sale(sale, order, currency) for sale in agreement.sales],
            }
            for agreement in order.agreements
            if agreement.happened_at <= now
        ],
    }


def _sale(sale: Sale, order: Order, currency: str) -> Node:
    node: Node = {
        "__typename": sale.type_name,
        "id": sale.id,
        "actionType": sale.action,
        "lineType": sale.line_type,
        "quantity": sale.quantity,
        "totalAmount": _bag(sale.total, currency),
        "totalTaxAmount": _bag(sale.tax, currency),
        "totalDiscountAmountBeforeTaxes": _bag(sale.discount, currency),
        "taxes": [
            {
                "amount": _bag(tax.amount, currency),
                "taxLine": {
                    "title": tax.line.title,
                    "rate": float(tax.line.rate),
                    "ratePercentage": float(tax.line.rate * 100),
                    "channelLiable": tax.line.channel_liable,
                },
            }
            for tax in sale.taxes
        ],
    }
    line = next((line for line in order.line_items if line.id == sale.of), None)
    if line and sale.type_name in ("ProductSale", "GiftCardSale", "TipSale"):
        variant = line.variant
        node["lineItem"] = {
            "id": line.id,
            "title": line.title,
            "variantTitle": variant.title if variant else None,
            "sku": line.sku,
            "isGiftCard": line.is_gift_card,
            "variant": variant
            and {
                "id": variant.id,
                "barcode": variant.barcode,
                "inventoryItem": {
                    "id": variant.inventory_item_id,
                    "unitCost": variant.unit_cost and {"amount": str(variant.unit_cost), "currencyCode": currency},
                },
            },
        }
    if sale.type_name == "ShippingLineSale":
        shipping = next((line for line in order.shipping_lines if line.id == sale.of), None)
        node["shippingLine"] = shipping and {"id": shipping.id, "title": shipping.title}
    return node


def _transaction(transaction: Transaction, currency: str) -> Node:
    return {
        "id": transaction.id,
        "kind": transaction.kind,
        "status": transaction.status,
        "test": transaction.test,
        "gateway": transaction.gateway,
        "createdAt": _time(transaction.processed_at),
        "processedAt": _time(transaction.processed_at),
        "amountSet": _bag(transaction.amount, currency),
        "amountRoundingSet": _bag(transaction.rounding, currency) if transaction.rounding else None,
        "parentTransaction": {"id": transaction.parent_id} if transaction.parent_id else None,
    }


def _refund(refund: Refund, transactions: list[Transaction]) -> Node:
    return {
        "id": refund.id,
        "createdAt": _time(refund.created_at),
        "processedAt": _time(refund.created_at),
        "transactions": [{"id": t.id} for t in transactions if t.refund_id == refund.id],
    }


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _bag(amount: Decimal, currency: str) -> Node:
    return {"shopMoney": {"amount": f"{amount.normalize():f}", "currencyCode": currency}}
