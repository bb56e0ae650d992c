"""Shopify Payments and the tender transactions as the Admin API shows them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from infra.local.shop.api import Context
from infra.local.shop.builder import LIABILITIES
from infra.local.shop.listing import Fields, listed
from infra.local.shop.model import ZERO, Order, Transaction, legacy_id, total
from infra.local.shop.nodes import Frame, Node, Rows
from infra.local.shop.payments import SUMMARY, BalanceTransaction, Dispute, Payments, Payout

_METHODS = {"shopify_payments": "credit_card", "bogus": "credit_card", "paypal": "paypal", "cash": "cash"}

_PAYOUT_FIELDS = {
    "id": lambda node: node["legacyResourceId"],
    "issued_at": lambda node: node["issuedAt"],
    "status": lambda node: node["status"],
}
_ENTRY_FIELDS = {
    "id": lambda node: legacy_id(node["id"]),
    "processed_at": lambda node: node["transactionDate"],
    "payments_transfer_id": lambda node: node["_payout"],
    "payout_date": lambda node: node["_payout_date"],
    "payout_status": lambda node: node["associatedPayout"]["status"],
    "transaction_type": lambda node: node["type"],
}
_DISPUTE_FIELDS = {
    "id": lambda node: node["legacyResourceId"],
    "initiated_at": lambda node: node["initiatedAt"],
    "status": lambda node: node["status"],
}
_TENDER_FIELDS = {
    "id": lambda node: legacy_id(node["id"]),
    "processed_at": lambda node: node["processedAt"],
}

OrderNode = Callable[[Order], Node]


def account_node(payments: Payments, frame: Frame, order: OrderNode, context: Context) -> Node:
    at = frame.at

    def search(things: list[Any], make: Callable[[Any], Node], fields: Fields) -> Callable[..., Rows]:
        return partial(listed(lambda: things, make, fields, frame.zone), context)

    def balance_transactions(hideTransfers: bool = False, **arguments: Any) -> Rows:
        shown = [e for e in payments.entries(at) if not (hideTransfers and e.type == "TRANSFER")]
        return search(shown, lambda e: _entry(e, payments, frame), _ENTRY_FIELDS)(**arguments)

    payouts = [p for p in payments.payouts if p.scheduled_at <= at]
    disputes = [d for d in payments.disputes if d.initiated_at <= at]
    return {
        "__typename": "ShopifyPaymentsAccount",
        "id": "gid://shopify/ShopifyPaymentsAccount/33001",
        "activated": True,
        "country": "US",
        "defaultCurrency": frame.currency,
        "payoutStatementDescriptor": "HARBOR GOODS",
        "balance": lambda: [frame.money(total(e.net for e in payments.entries(at)))],
        "payouts": search(payouts, lambda p: _payout(p, frame), _PAYOUT_FIELDS),
        "balanceTransactions": balance_transactions,
        "disputes": search(disputes, lambda d: _dispute(d, frame, order), _DISPUTE_FIELDS),
    }


def _payout(payout: Payout, frame: Frame) -> Node:
    sums: dict[str, Decimal] = {}
    for part in payout.parts:
        name = SUMMARY.get(part.type, "adjustments")
        sums[name + "Gross"] = sums.get(name + "Gross", ZERO) + part.amount
        fee = "refundsFee" if name == "refundsFee" else name + "Fee"
        sums[fee] = sums.get(fee, ZERO) + part.fee
    return {
        "__typename": "ShopifyPaymentsPayout",
        "id": payout.id,
        "legacyResourceId": legacy_id(payout.id),
        "externalTraceId": f"trace-{legacy_id(payout.id)}",
        "issuedAt": payout.issued_at,
        "status": payout.status(frame.at),
        "transactionType": "DEPOSIT" if payout.net >= 0 else "WITHDRAWAL",
        "businessEntity": {"id": "gid://shopify/BusinessEntity/71001"},
        "net": frame.money(payout.net),
        "summary": {name: frame.money(sums.get(name, ZERO)) for name in _SUMMARY_FIELDS},
    }


_SUMMARY_FIELDS = (
    "adjustmentsFee",
    "adjustmentsGross",
    "advanceFees",
    "advanceGross",
    "chargesFee",
    "chargesGross",
    "refundsFee",
    "refundsFeeGross",
    "reservedFundsFee",
    "reservedFundsGross",
    "retriedPayoutsFee",
    "retriedPayoutsGross",
    "usdcRebateCreditAmount",
)


def _entry(entry: BalanceTransaction, payments: Payments, frame: Frame) -> Node:
    payout = payments.by_id[entry.payout]
    scheduled = payout.scheduled_at <= frame.at
    return {
        "__typename": "ShopifyPaymentsBalanceTransaction",
        "id": entry.id,
        "type": entry.type,
        "test": False,
        "transactionDate": entry.at,
        "sourceType": entry.source_type,
        "sourceId": entry.source_id,
        "sourceOrderTransactionId": entry.transaction and legacy_id(entry.transaction.id),
        "adjustmentReason": entry.reason,
        "amount": frame.money(entry.amount),
        "fee": frame.money(entry.fee),
        "net": frame.money(entry.net),
        "associatedOrder": entry.order and {"id": entry.order.id, "name": entry.order.name},
        "associatedPayout": {
            "id": payout.id if scheduled else None,
            "status": payout.status(frame.at) if scheduled else "PENDING",
        },
        "adjustmentsOrders": [],
        "_payout": legacy_id(payout.id) if scheduled else None,
        "_payout_date": payout.issued_at if scheduled else None,
    }


def _dispute(dispute: Dispute, frame: Frame, order: OrderNode) -> Node:
    ended = dispute.finalized_at if dispute.finalized_at and dispute.finalized_at <= frame.at else None
    return {
        "__typename": "ShopifyPaymentsDispute",
        "id": dispute.id,
        "legacyResourceId": legacy_id(dispute.id),
        "status": ("WON" if dispute.won else "LOST") if ended else "NEEDS_RESPONSE",
        "type": "CHARGEBACK",
        "initiatedAt": dispute.initiated_at,
        "finalizedOn": ended,
        "amount": frame.money(dispute.amount),
        "order": lambda: order(dispute.order),
        "reasonDetails": {"reason": "FRAUDULENT"},
    }


def tenders(orders: Any, at: datetime) -> list[tuple[Order, Transaction]]:
    """The movements of money until then, oldest first. Gift cards and store credit move none."""
    moved = [
        (order, t)
        for order in orders
        for t in order.transactions
        if t.sign and t.processed_at <= at and t.gateway not in LIABILITIES
    ]
    return sorted(moved, key=lambda pair: (pair[1].processed_at, pair[1].id))


def tender_roots(orders: Any, frame: Frame, order_node: OrderNode) -> dict[str, Any]:
    def make(pair: tuple[Order, Transaction]) -> Node:
        order, t = pair
        card = _METHODS.get(t.gateway) == "credit_card"
        return {
            "__typename": "TenderTransaction",
            "id": f"gid://shopify/TenderTransaction/{legacy_id(t.id)}",
            "processedAt": t.processed_at,
            "paymentMethod": _METHODS.get(t.gateway, "other"),
            "remoteReference": f"r{legacy_id(t.id)}",
            "test": t.test,
            "amount": frame.money(t.sign * (t.amount + t.rounding)),
            "order": lambda: order_node(order),
            "user": None,
            "transactionDetails": {"__typename": "TenderTransactionCreditCardDetails", "creditCardCompany": "Visa"}
            if card
            else None,
        }

    return {"tenderTransactions": listed(lambda: tenders(orders, frame.at), make, _TENDER_FIELDS, frame.zone)}
