"""A shop of which only Shopify Payments is shown, and of that what a test puts there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from connector.ledger.payouts import Payout
from connector.shopify.errors import GraphQLFailed, ShopifyUnavailable
from connector.storage.syncs import stamp
from connector.sync.context import Context
from tests.fakes.preparation import SHOP, Preparation

Node = dict[str, Any]
_PAGE = 2


@dataclass
class PaymentsShop:
    """``payouts`` may be exchanged between two syncs; ``faults`` are raised by the next requests, one each.

    ``asked`` are the documents that were asked for with their variables.
    """

    payouts: list[Node] = field(default_factory=list)
    disputes: list[Node] = field(default_factory=list)
    denied: frozenset[str] = frozenset()
    faults: list[Exception] = field(default_factory=list)
    asked: list[tuple[str, Node]] = field(default_factory=list)
    before: Callable[[str], None] = lambda document: None
    shop: str = SHOP

    def run(self, document: str, variables: Node, optional: Any = ()) -> Node:
        self.before(document)
        self.asked.append((document, variables))
        if document == "shop":
            raise ShopifyUnavailable("it is as it was")
        if document == "access_scopes":
            return {"currentAppInstallation": {"accessScopes": []}}
        if self.faults:
            raise self.faults.pop(0)
        name = {"payouts_page": "payouts", "disputes_page": "disputes"}.get(document, "balanceTransactions")
        if document not in ("payouts_page", "disputes_page", "balance_transactions_page") or name in self.denied:
            raise GraphQLFailed(document, ["denied"], frozenset({"ACCESS_DENIED"}))
        return {"shopifyPaymentsAccount": {"id": "1", name: self._page(name, variables)}}

    def _page(self, name: str, variables: Node) -> Node:
        if name == "balanceTransactions":
            legacy_id = variables["query"].partition(":")[2]
            of = [p for p in self.payouts if p["legacyResourceId"] == legacy_id]
            rows = [t for p in of for t in p["transactions"]]
        else:
            since = variables["query"].partition("'")[2].rstrip("'")
            rows = [p for p in getattr(self, name) if p.get("issuedAt", p.get("initiatedAt")) >= since]
        first = int(variables["after"] or 0)
        more = len(rows) > first + _PAGE
        return {
            "pageInfo": {"hasNextPage": more, "endCursor": str(first + _PAGE)},
            "nodes": rows[first : first + _PAGE],
        }

    def read(self, legacy_id: str) -> int:
        """How often the transactions of a payout were asked for."""
        return sum(v.get("query") == f"payments_transfer_id:{legacy_id}" for _, v in self.asked)


class NoOrders:
    def page(self, updated_since: datetime, cursor: str | None) -> tuple[list[Node], str | None]:
        return [], None


def node(payout: Payout, **changes: Any) -> Node:
    """As Shopify shows it; ``transactions`` are asked for separately."""
    return {
        "id": payout.id,
        "legacyResourceId": payout.legacy_id,
        "issuedAt": stamp(payout.issued_at),
        "status": payout.state.value,
        "transactionType": "DEPOSIT" if payout.net >= 0 else "WITHDRAWAL",
        "externalTraceId": payout.trace_id,
        "net": _usd(payout.net),
        "transactions": [_transaction(line, payout) for line in payout.lines],
    } | changes


def _transaction(line: Any, payout: Payout) -> Node:
    return {
        "id": line.id,
        "type": line.type,
        "test": False,
        "transactionDate": stamp(line.happened_at),
        "sourceOrderTransactionId": line.transaction.rpartition("/")[2] or None,
        "adjustmentReason": None,
        "amount": _usd(line.amount),
        "fee": _usd(line.fee),
        "net": _usd(line.net),
        "associatedOrder": {"id": line.order, "name": line.order_name},
        "associatedPayout": {"id": payout.id, "status": payout.state.value},
    }


def _usd(amount: Decimal) -> Node:
    return {"amount": str(amount), "currencyCode": "USD"}


NIGHT = datetime(2026, 3, 7, 7, tzinfo=UTC)


def preparing(shop: PaymentsShop, **more: Any) -> Preparation:
    """A preparation that reads nothing but ``shop``."""
    preparation: Preparation

    def context() -> Context:
        return Context(
            preparation.table,
            lambda domain: preparation.source,
            lambda: preparation.end,
            lambda: preparation.remaining(),
            admin_of=lambda domain: shop,  # type: ignore[arg-type, return-value]
            compares=False,
        )

    preparation = Preparation(NoOrders(), context=context, **more)
    return preparation


def night(number: int) -> datetime:
    return NIGHT + timedelta(days=number)
