"""What an order looks like at some time: nothing of what has not happened yet. See ``nodes`` for what a view is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from infra.local.shop.extras import fulfillment_node, purchasing_entity, return_node, terms_node
from infra.local.shop.fees import FLAT, RATE, fee_of
from infra.local.shop.lines import line_item_node, line_of, shipping_line_node, tax_line_node, tax_line_nodes
from infra.local.shop.model import (
    ZERO,
    Agreement,
    Order,
    Refund,
    Sale,
    Transaction,
    legacy_id,
    total,
)
from infra.local.shop.nodes import Frame, Node, Rows, address_node, customer_node, location_node

FEE_NAME = "Bag fee"
MANUAL_GATEWAYS = frozenset({"cash", "gift_card"})
GATEWAY_NAMES = {"shopify_payments": "Shopify Payments", "paypal": "PayPal", "gift_card": "Gift card", "cash": "Cash"}


_NOTHING_OF_ORDERS = dict.fromkeys(("closedAt", "merchantOfRecordApp", "note", "poNumber", "staffMember"))
_NOTHING_OF_TRANSACTIONS = dict.fromkeys(
    ("currencyExchangeAdjustment", "settlementCurrency", "settlementCurrencyRate", "user")
)


def change_times(order: Order) -> set[datetime]:
    """All times at which an order's ``updatedAt`` moves."""
    moments = {order.created_at, *(a.happened_at for a in order.agreements)}
    moments |= {t.processed_at for t in order.transactions} | {r.created_at for r in order.refunds}
    return moments | {moment for moment in (order.fulfilled_at, order.cancelled_at) if moment}


def order_node(order: Order, frame: Frame) -> Node:
    at, frame = frame.at, replace(frame, presentment=order.presentment)
    agreements = tuple(a for a in order.agreements if a.happened_at <= at)
    transactions = tuple(t for t in order.transactions if t.processed_at <= at)
    refunds = tuple(r for r in order.refunds if r.created_at <= at)
    lines = tuple(line for line in order.line_items if line.added_at <= at)
    returns = tuple(r for r in order.returns if r.at <= at)
    sent = bool(order.fulfilled_at and order.fulfilled_at <= at)
    return {
        **_header(order, frame),
        "edited": any(a.type_name == "OrderEditAgreement" for a in agreements),
        "displayFinancialStatus": lambda: financial_status(agreements, transactions, refunds),
        "displayFulfillmentStatus": "FULFILLED" if sent else "UNFULFILLED",
        "returnStatus": "RETURNED" if returns else "NO_RETURN",
        "paymentGatewayNames": list(dict.fromkeys(t.gateway for t in transactions)),
        "taxLines": lambda: tax_line_nodes((s for a in agreements[:1] for s in a.sales), frame),
        "additionalFees": lambda: [_additional_fee(s, frame) for s in _charged(order, "ADDITIONAL_FEE")],
        "returns": lambda **_: Rows(returns, lambda r: return_node(r, order, frame)),
        "transactions": lambda first=None, **_: [transaction_node(t, order, frame) for t in transactions[:first]],
        "refunds": lambda first=None: [_refund(r, order, frame) for r in refunds[:first]],
        "fulfillments": lambda first=None, **_: [fulfillment_node(order, frame)][:first] if sent else [],
        "lineItems": lambda **_: Rows(lines, lambda line: line_item_node(line, order, frame)),
        "shippingLines": lambda **_: Rows(order.shipping_lines, lambda line: shipping_line_node(line, order, frame)),
        "agreements": lambda **_: Rows(agreements, lambda agreement: _agreement(agreement, order, frame)),
        **_totals(agreements, transactions, refunds, frame),
    }


def _header(order: Order, frame: Frame) -> Node:
    """What an order is, rather than what happened to it."""
    place, customer, address, terms = order.retail_location, order.customer, order.address, order.terms
    cancelled = order.cancelled_at if order.cancelled_at and order.cancelled_at <= frame.at else None
    ship_to = (lambda: address_node(address)) if address else None
    return {
        **_NOTHING_OF_ORDERS,
        "__typename": "Order",
        "id": order.id,
        "legacyResourceId": legacy_id(order.id),
        "name": order.name,
        "number": order.number,
        "confirmationNumber": f"C{order.number:08X}",
        "sourceName": order.source_name,
        "sourceIdentifier": f"1-{order.number}" if place else None,
        "createdAt": order.created_at,
        "processedAt": order.created_at,
        "updatedAt": max(moment for moment in change_times(order) if moment <= frame.at),
        "cancelledAt": cancelled,
        "cancelReason": "CUSTOMER" if cancelled else None,
        "test": order.test,
        "taxesIncluded": False,
        "taxExempt": False,
        "dutiesIncluded": False,
        "estimatedTaxes": False,
        "currencyCode": frame.currency,
        "presentmentCurrencyCode": order.presentment[0] if order.presentment else frame.currency,
        "discountCodes": [order.discount_code] if order.discount_code else [],
        "tags": [],
        "app": APPS.get(order.source_name, APPS["web"]),
        "retailLocation": place and (lambda: location_node(place)),
        "merchantBusinessEntity": {"id": "gid://shopify/BusinessEntity/71001"},
        "customer": customer and (lambda: customer_node(customer, frame, address)),
        "billingAddress": ship_to,
        "shippingAddress": ship_to,
        "purchasingEntity": lambda: purchasing_entity(order, frame),
        "paymentTerms": terms and (lambda: terms_node(order, terms, frame)),
    }


def _additional_fee(sale: Sale, frame: Frame) -> Node:
    number = legacy_id(sale.of or "")
    price = frame.bag(sale.gross)
    return {"id": f"gid://shopify/AdditionalFee/{number}", "name": FEE_NAME, "price": price, "taxLines": []}


def _totals(
    agreements: tuple[Agreement, ...],
    transactions: tuple[Transaction, ...],
    refunds: tuple[Refund, ...],
    frame: Frame,
) -> Node:
    """The order's money fields: of all its sales, of those it was placed with, or of its transactions."""
    sales = [sale for agreement in agreements for sale in agreement.sales]
    first = agreements[0].sales if agreements else ()
    received = total(t.amount for t in transactions if t.sign > 0)
    given = total(t.amount for t in transactions if t.sign < 0)
    owed = total(sale.total for sale in sales)
    rounding = {sign: total(t.rounding for t in transactions if t.sign == sign) for sign in (1, -1)}

    def bag(amount: Decimal) -> Callable[[], Node]:
        return lambda: frame.bag(amount)

    def of(line_type: str) -> Decimal:
        return total(sale.gross - sale.discount for sale in first if sale.line_type == line_type)

    goods = [sale for sale in first if sale.line_type in ("PRODUCT", "GIFT_CARD")]
    return {
        "totalPriceSet": bag(total(sale.total for sale in first)),
        "currentTotalPriceSet": bag(owed),
        "subtotalPriceSet": bag(total(sale.gross - sale.discount for sale in goods)),
        "totalTaxSet": bag(total(sale.tax for sale in first)),
        "currentTotalTaxSet": bag(total(sale.tax for sale in sales)),
        "totalDiscountsSet": bag(total(sale.discount for sale in first)),
        "totalShippingPriceSet": bag(of("SHIPPING")),
        "totalTipReceivedSet": bag(of("TIP")),
        "originalTotalDutiesSet": bag(of("DUTY")) if of("DUTY") else None,
        "originalTotalAdditionalFeesSet": bag(of("ADDITIONAL_FEE")) if of("ADDITIONAL_FEE") else None,
        "totalReceivedSet": bag(received),
        "totalRefundedSet": bag(total(refund.total for refund in refunds)),
        "netPaymentSet": bag(received - given),
        "totalOutstandingSet": bag(owed - received + given),
        "refundDiscrepancySet": bag(total(s.gross for s in sales if s.line_type == "ADJUSTMENT")),
        "totalCashRoundingAdjustment": lambda: {
            "paymentSet": frame.bag(rounding[1]),
            "refundSet": frame.bag(rounding[-1]),
        },
    }


def financial_status(
    agreements: tuple[Agreement, ...], transactions: tuple[Transaction, ...], refunds: tuple[Refund, ...]
) -> str:
    owed = total(sale.total for agreement in agreements for sale in agreement.sales)
    paid = total(t.sign * t.amount for t in transactions)
    received = any(t.sign > 0 for t in transactions)
    if refunds and received:
        return "PARTIALLY_REFUNDED" if paid > ZERO else "REFUNDED"
    if received:
        return "PAID" if paid >= owed else "PARTIALLY_PAID"
    held = [t for t in transactions if t.kind == "AUTHORIZATION" and t.status == "SUCCESS"]
    voided = [t for t in transactions if t.kind == "VOID"]
    if len(held) > len(voided):
        return "AUTHORIZED"
    return "VOIDED" if voided else "PENDING" if owed else "PAID"


APPS: dict[str, Node] = {
    "web": {"id": "gid://shopify/App/580111", "name": "Online Store"},
    "pos": {"id": "gid://shopify/App/129785", "name": "Point of Sale"},
}


def _agreement(agreement: Agreement, order: Order, frame: Frame) -> Node:
    app = APPS.get(order.source_name, APPS["web"])
    return {
        "__typename": agreement.type_name,
        "id": agreement.id,
        "happenedAt": agreement.happened_at,
        "reason": agreement.reason,
        "app": {"id": app["id"], "title": app["name"]},
        "user": None,
        "order": lambda: order_node(order, frame),
        "refund": lambda: _refund(next(r for r in order.refunds if r.id == agreement.refund_id), order, frame),
        "return": lambda: return_node(next(r for r in order.returns if r.id == agreement.return_id), order, frame),
        "sales": lambda **_: Rows(agreement.sales, lambda sale: _sale(sale, order, frame)),
    }


def _sale(sale: Sale, order: Order, frame: Frame) -> Node:
    return {
        "__typename": sale.type_name,
        "id": sale.id,
        "actionType": sale.action,
        "lineType": sale.line_type,
        "quantity": sale.quantity,
        "totalAmount": lambda: frame.bag(sale.total),
        "totalTaxAmount": lambda: frame.bag(sale.tax),
        "totalDiscountAmountBeforeTaxes": lambda: frame.bag(sale.discount),
        "totalDiscountAmountAfterTaxes": lambda: frame.bag(sale.discount_after_taxes),
        "taxes": lambda: [
            {"id": tax.id, "amount": frame.bag(tax.amount), "taxLine": tax_line_node(tax.line, tax.amount, frame)}
            for tax in sale.taxes
        ],
        "lineItem": lambda: line_item_node(line_of(order, sale.of), order, frame),
        "shippingLine": lambda: next(
            (shipping_line_node(s, order, frame) for s in order.shipping_lines if s.id == sale.of), None
        ),
        "duty": lambda: duty_node(sale, order, frame),
        "additionalFee": {"id": sale.of, "name": FEE_NAME},
        "fee": lambda: {
            "__typename": "RestockingFee",
            "id": sale.of,
            "percentage": 10.0,
            "amountSet": frame.bag(sale.gross),
        },
    }


def _charged(order: Order, line_type: str) -> list[Sale]:
    return [s for a in order.agreements for s in a.sales if s.line_type == line_type and s.action == "ORDER"]


def duty_node(sale: Sale, order: Order, frame: Frame) -> Node:
    """The duty as it was first charged, also for its return."""
    first = next(s for a in order.agreements for s in a.sales if s.of == sale.of)
    return {"__typename": "Duty", "id": sale.of, "price": frame.bag(first.gross)}


def transaction_node(transaction: Transaction, order: Order, frame: Frame) -> Node:
    parent = next((t for t in order.transactions if t.id == transaction.parent_id), None)
    rounding = transaction.rounding
    card = transaction.gateway == "shopify_payments"
    return {
        **_NOTHING_OF_TRANSACTIONS,
        "__typename": "OrderTransaction",
        "id": transaction.id,
        "kind": transaction.kind,
        "status": transaction.status,
        "test": transaction.test,
        "gateway": transaction.gateway,
        "formattedGateway": GATEWAY_NAMES.get(transaction.gateway, transaction.gateway.replace("_", " ").title()),
        "manualPaymentGateway": transaction.gateway in MANUAL_GATEWAYS,
        "createdAt": transaction.processed_at,
        "processedAt": transaction.processed_at,
        "paymentId": f"r{legacy_id(transaction.id)}.1",
        "accountNumber": "•••• •••• •••• 4242" if card else None,
        "errorCode": "CARD_DECLINED" if transaction.status == "FAILURE" else None,
        "amountSet": lambda: frame.bag(transaction.amount),
        "amountRoundingSet": (lambda: frame.bag(rounding)) if transaction.gateway == "cash" else None,
        "parentTransaction": parent and (lambda: transaction_node(parent, order, frame)),
        "location": transaction.location and (lambda: location_node(transaction.location)),
        "order": lambda: order_node(order, frame),
        "fees": lambda: _fees(transaction, frame),
    }


def _fees(transaction: Transaction, frame: Frame) -> list[Node]:
    fee = fee_of(transaction)
    if not fee:
        return []
    return [
        {
            "id": f"gid://shopify/TransactionFee/{legacy_id(transaction.id)}",
            "type": "processing_fee",
            "rate": RATE,
            "rateName": "Basic",
            "flatFee": frame.money(FLAT),
            "flatFeeName": "Basic",
            "amount": frame.money(fee),
            "taxAmount": frame.money(ZERO),
        }
    ]


def _refund(refund: Refund, order: Order, frame: Frame) -> Node:
    transactions = [t for t in order.transactions if t.refund_id == refund.id and t.processed_at <= frame.at]
    sales = [sale for a in order.agreements if a.refund_id == refund.id for sale in a.sales]

    def of(*types: str) -> list[Sale]:
        return [sale for sale in sales if sale.line_type in types]

    return {
        "__typename": "Refund",
        "id": refund.id,
        "legacyResourceId": legacy_id(refund.id),
        "createdAt": refund.created_at,
        "processedAt": refund.created_at,
        "updatedAt": refund.created_at,
        "note": refund.note,
        "order": lambda: order_node(order, frame),
        "return": lambda: next((return_node(r, order, frame) for r in order.returns if r.id == refund.return_id), None),
        "totalRefundedSet": lambda: frame.bag(refund.total),
        "duties": lambda: [
            {"amountSet": frame.bag(-s.total), "originalDuty": duty_node(s, order, frame)} for s in of("DUTY")
        ],
        "refundLineItems": lambda **_: Rows(
            of("PRODUCT", "GIFT_CARD", "TIP"), lambda sale: _refund_line(sale, order, frame)
        ),
        "refundShippingLines": lambda **_: Rows(of("SHIPPING"), lambda sale: _refund_shipping(sale, order, frame)),
        "orderAdjustments": lambda **_: Rows(of("ADJUSTMENT"), lambda sale: _adjustment(sale, frame)),
        "transactions": lambda **_: Rows(transactions, lambda t: transaction_node(t, order, frame)),
    }


def _refund_line(sale: Sale, order: Order, frame: Frame) -> Node:
    """Positive, unlike the sale it mirrors: what goes back."""
    line = line_of(order, sale.of)
    place = order.retail_location if line.variant else None
    kind = "CANCEL" if order.cancelled_at else "RETURN"
    return {
        "id": f"gid://shopify/RefundLineItem/{legacy_id(sale.id)}",
        "quantity": -(sale.quantity or 0),
        "restockType": kind if place else "NO_RESTOCK",
        "restocked": bool(place),
        "location": place and location_node(place),
        "lineItem": lambda: line_item_node(line, order, frame),
        "subtotalSet": lambda: frame.bag(sale.discount - sale.gross),
        "totalTaxSet": lambda: frame.bag(-sale.tax),
    }


def _refund_shipping(sale: Sale, order: Order, frame: Frame) -> Node:
    return {
        "id": f"gid://shopify/RefundShippingLine/{legacy_id(sale.id)}",
        "shippingLine": lambda: shipping_line_node(order.shipping_lines[0], order, frame),
        "subtotalAmountSet": lambda: frame.bag(sale.discount - sale.gross),
        "taxAmountSet": lambda: frame.bag(-sale.tax),
    }


def _adjustment(sale: Sale, frame: Frame) -> Node:
    """Its sign is the sale's: negative is money given without goods."""
    return {
        "id": f"gid://shopify/OrderAdjustment/{legacy_id(sale.id)}",
        "reason": "REFUND_DISCREPANCY",
        "amountSet": lambda: frame.bag(sale.gross),
        "taxAmountSet": lambda: frame.bag(sale.tax),
    }


def refund_node(order: Order, gid: str, frame: Frame) -> Node | None:
    refund = next((r for r in order.refunds if r.id == gid and r.created_at <= frame.at), None)
    return _refund(refund, order, frame) if refund else None
