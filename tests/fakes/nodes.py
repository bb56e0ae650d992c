"""Small orders by hand, as Shopify gives them: for what no generated world has."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

Node = dict[str, Any]


def money(amount: str | Decimal, currency: str = "USD") -> Node:
    return {"shopMoney": {"amount": str(amount), "currencyCode": currency}}


def sale(
    id_: str,
    amount: str,
    *,
    tax: str = "0.00",
    title: str = "State Tax",
    line_type: str = "PRODUCT",
    action: str = "ORDER",
    quantity: int | None = 1,
) -> Node:
    """``amount`` is before taxes; a return has a negative one."""
    names = {"PRODUCT": "ProductSale", "SHIPPING": "ShippingLineSale", "DUTY": "DutySale"}
    taxes = [{"amount": money(tax), "taxLine": {"title": title, "rate": 0.05, "channelLiable": False}}]
    return {
        "__typename": names.get(line_type, "UnknownSale"),
        "id": f"gid://shopify/Sale/{id_}",
        "actionType": action,
        "lineType": line_type,
        "quantity": quantity,
        "totalAmount": money(Decimal(amount) + Decimal(tax)),
        "totalTaxAmount": money(tax),
        "totalDiscountAmountBeforeTaxes": money("0.00"),
        "taxes": taxes if Decimal(tax) else [],
        "lineItem": {
            "id": f"gid://shopify/LineItem/{id_}",
            "title": "Brass lamp",
            "variantTitle": None,
            "sku": "LAMP-1",
            "isGiftCard": False,
            "variant": {"id": "gid://shopify/ProductVariant/77", "barcode": None, "inventoryItem": None},
        },
    }


def agreement(id_: str, at: str, *sales: Node, refund: str | None = None) -> Node:
    return {
        "__typename": "RefundAgreement" if refund else "OrderAgreement",
        "id": f"gid://shopify/SalesAgreement/{id_}",
        "happenedAt": at,
        "reason": "REFUND" if refund else "ORDER",
        "refund": {"id": f"gid://shopify/Refund/{refund}"} if refund else None,
        "sales": list(sales),
    }


def transaction(id_: str, at: str, amount: str, *, kind: str = "SALE", gateway: str = "shopify_payments") -> Node:
    return {
        "id": f"gid://shopify/OrderTransaction/{id_}",
        "kind": kind,
        "status": "SUCCESS",
        "test": False,
        "gateway": gateway,
        "createdAt": at,
        "processedAt": at,
        "amountSet": money(amount),
        "amountRoundingSet": None,
        "parentTransaction": None,
    }


def order(
    number: int,
    agreements: Sequence[Node],
    transactions: Sequence[Node] = (),
    *,
    refunds: Sequence[Node] = (),
    name: str = "",
    fulfilled: bool = True,
    updated: str = "",
    **more: Any,
) -> Node:
    times = [a["happenedAt"] for a in agreements] + [t["processedAt"] for t in transactions]
    total = sum(
        (Decimal(s["totalAmount"]["shopMoney"]["amount"]) for a in agreements for s in a["sales"]), Decimal("0.00")
    )
    return {
        "id": f"gid://shopify/Order/{number}",
        "legacyResourceId": str(number),
        "name": name or f"#{number}",
        "test": False,
        "currencyCode": "USD",
        "sourceName": "web",
        "createdAt": min(times),
        "processedAt": min(times),
        "updatedAt": updated or max(times),
        "cancelledAt": None,
        "displayFulfillmentStatus": "FULFILLED" if fulfilled else "UNFULFILLED",
        "app": None,
        "retailLocation": None,
        "customer": None,
        "currentTotalPriceSet": money(total),
        "transactions": list(transactions),
        "refunds": list(refunds),
        "agreements": list(agreements),
        **more,
    }


def refund(id_: str, at: str, *transaction_ids: str) -> Node:
    ids = [{"id": f"gid://shopify/OrderTransaction/{t}"} for t in transaction_ids]
    return {"id": f"gid://shopify/Refund/{id_}", "createdAt": at, "processedAt": at, "transactions": ids}


def paid_order(number: int, at: str, amount: str = "100.00", tax: str = "8.00", **more: Any) -> Node:
    total = str(Decimal(amount) + Decimal(tax))
    return order(
        number,
        [agreement(f"{number}1", at, sale(f"{number}1", amount, tax=tax))],
        [transaction(f"{number}1", at, total)],
        **more,
    )


class ListedOrders:
    """An orders source over nodes that a test may change between two syncs."""

    def __init__(self, *nodes: Node) -> None:
        self.nodes = list(nodes)

    def page(self, updated_since: datetime, cursor: str | None) -> tuple[list[Node], str | None]:
        return [n for n in self.nodes if datetime.fromisoformat(n["updatedAt"]) >= updated_since], None
