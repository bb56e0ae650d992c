"""What hangs on orders, on few of them most of it: deliveries, returns, the company that bought on account."""

from __future__ import annotations

from infra.local.shop.lines import line_item_node, line_of
from infra.local.shop.model import Order, Return, Terms, legacy_id
from infra.local.shop.nodes import Frame, Node, Rows, customer_node, location_node


def fulfillment_node(order: Order, frame: Frame) -> Node:
    """Everything of an order leaves at once."""
    number = legacy_id(order.id)
    return {
        "__typename": "Fulfillment",
        "id": f"gid://shopify/Fulfillment/{number}",
        "legacyResourceId": number,
        "name": f"{order.name}.1",
        "status": "SUCCESS",
        "createdAt": order.fulfilled_at,
        "updatedAt": order.fulfilled_at,
        "deliveredAt": order.fulfilled_at if order.retail_location else None,
        "location": order.retail_location and (lambda: location_node(order.retail_location)),
        "totalQuantity": sum(line.quantity for line in order.line_items if line.variant),
    }


def return_node(returned: Return, order: Order, frame: Frame) -> Node:
    number = order.returns.index(returned) + 1
    return {
        "__typename": "Return",
        "id": returned.id,
        "name": f"{order.name}-R{number}",
        "status": "CLOSED",
        "createdAt": returned.at,
        "closedAt": returned.at,
        "totalQuantity": sum(quantity for _, quantity in returned.lines),
        "returnShippingFees": [],
        "returnLineItems": lambda **_: Rows(
            returned.lines, lambda line: _return_line(returned, line[0], line[1], order, frame)
        ),
        "exchangeLineItems": lambda **_: Rows(
            returned.exchanged, lambda line: _exchange_line(line[0], line[1], order, frame)
        ),
    }


def _return_line(returned: Return, gid: str, quantity: int, order: Order, frame: Frame) -> Node:
    fee = returned.fee if gid == returned.lines[0][0] else None
    return {
        "__typename": "ReturnLineItem",
        "id": f"gid://shopify/ReturnLineItem/{legacy_id(gid)}",
        "quantity": quantity,
        "refundedQuantity": quantity,
        "processedQuantity": quantity,
        "restockingFee": fee
        and {"__typename": "RestockingFee", "id": fee[0], "percentage": 10.0, "amountSet": frame.bag(fee[1])},
        "fulfillmentLineItem": lambda: {
            "id": f"gid://shopify/FulfillmentLineItem/{legacy_id(gid)}",
            "lineItem": line_item_node(line_of(order, gid), order, frame),
        },
    }


def _exchange_line(gid: str, quantity: int, order: Order, frame: Frame) -> Node:
    return {
        "__typename": "ExchangeLineItem",
        "id": f"gid://shopify/ExchangeLineItem/{legacy_id(gid)}",
        "quantity": quantity,
        "processedQuantity": quantity,
        "lineItems": lambda: [line_item_node(line_of(order, gid), order, frame)],
    }


def purchasing_entity(order: Order, frame: Frame) -> Node | None:
    if order.terms is None:
        return customer_node(order.customer, frame) if order.customer else None
    number = legacy_id(order.terms.company_id)
    return {
        "__typename": "PurchasingCompany",
        "company": {"id": order.terms.company_id, "name": order.terms.company},
        "location": {"id": f"gid://shopify/CompanyLocation/{number + 1}", "name": order.terms.branch},
    }


def terms_node(order: Order, terms: Terms, frame: Frame) -> Node:
    return {
        "id": f"gid://shopify/PaymentTerms/{legacy_id(order.id)}",
        "paymentTermsName": f"Net {terms.due_in_days}",
        "paymentTermsType": "NET",
        "dueInDays": terms.due_in_days,
        "overdue": (frame.at - order.created_at).days > terms.due_in_days,
    }
