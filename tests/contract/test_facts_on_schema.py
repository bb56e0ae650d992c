"""Every reader against answers as Shopify's own schema allows them: any nullable field null, any enum's any value.

What a reader can't make sense of it names (``UnreadableFact``); it never breaks, and leaves no record out silently.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    execute,
    is_abstract_type,
    parse,
)

from connector.ledger import cash as cash_facts
from connector.ledger import catalog as catalog_facts
from connector.ledger import payouts as payout_facts
from connector.ledger import stock, stored_value, tenders, transfers
from connector.ledger.invariants import cash_disagreements, payout_disagreements
from connector.ledger.nodes import each
from connector.ledger.orders import UnreadableOrder, read_order
from connector.purchases.shopify_orders import ShopifyPurchaseOrders
from connector.shopify import cash as cash_pages
from connector.shopify import catalog as catalog_pages
from connector.shopify import payouts as payout_pages
from connector.shopify import stored_value as stored_value_pages
from connector.shopify import tenders as tender_pages
from connector.shopify import transfers as transfer_pages
from connector.shopify.documents import document
from connector.shopify.orders import orders_page
from connector.shopify.permissions import granted_scopes
from tests.contract.test_graphql_documents import PURCHASE_ORDERS, Contract

ZONE = ZoneInfo("America/New_York")
SINCE = datetime(2026, 11, 1, tzinfo=UTC)
PAYOUT = "gid://shopify/ShopifyPaymentsPayout/1"

_SCALARS: dict[str, Callable[[Random], Any]] = {
    "String": lambda r: r.choice(["", "Front", "SHIRT-M"]),
    "Int": lambda r: r.randrange(5),
    "Float": lambda r: 0.25,
    "Boolean": lambda r: r.random() < 0.5,
    "DateTime": lambda r: f"2026-11-0{r.randrange(2, 9)}T0{r.randrange(9)}:30:00Z",
    "Date": lambda r: "2026-11-20",
    "Decimal": lambda r: f"{r.randrange(-3000, 9000) / 100}",
    "Money": lambda r: f"{r.randrange(9000) / 100:.2f}",
    "UnsignedInt64": lambda r: str(r.randrange(1, 99)),
    "BigInt": lambda r: str(r.randrange(1, 99)),
    "URL": lambda r: "https://example.com",
}
_FIXED: dict[str, Any] = {
    "PageInfo.hasNextPage": False,
    "ShopifyPaymentsPayout.id": PAYOUT,
    "ShopifyPaymentsBalanceTransactionAssociatedPayout.id": PAYOUT,
    "InventoryItem.tracked": True,
    "Order.name": "#1001",
    "AccessScope.handle": "read_orders",
}


class Selected(dict[str, Any]):
    """An answer's object. Whoever looks in it for what the document does not select at all would find null for ever."""

    fields: frozenset[str] = frozenset()

    def get(self, name: str, default: Any = None) -> Any:
        assert name in self or name in self.fields or name in _OURS, f"{name} is read, and not selected"
        return super().get(name, default)


_OURS = frozenset({"missing"})
"""What a reader of pages puts into a record besides."""


def selected(value: Any, fields: frozenset[str]) -> Any:
    if isinstance(value, list):
        return [selected(one, fields) for one in value]
    if not isinstance(value, dict):
        return value
    found = Selected({name: selected(one, fields) for name, one in value.items()})
    found.fields = fields
    return found


class SchemaShop:
    """Stands for ``AdminClient``: answers a document by the schema, with ``nulls`` as the chance of each null.

    ``unknowns`` is the chance that an enum has a value of a later version, ``money`` the same amount for everything.
    """

    def __init__(self, folder: Path, seed: int, nulls: float, unknowns: float = 0.0, money: str = "") -> None:
        self._folder, self._random, self._nulls = folder, Random(seed), nulls
        self._unknowns, self._money = unknowns, money
        self._ids = 0
        self.denied: set[str] = set()

    def run(self, name: str, variables: dict[str, Any], optional: Any = ()) -> dict[str, Any]:
        result = execute(
            schema(self._folder, "unstable" if name in PURCHASE_ORDERS else "2026-10"),
            parse(document(name)),
            {},
            variable_values=variables,
            field_resolver=lambda source, info, **_: self._value(
                info.return_type, f"{info.parent_type.name}.{info.field_name}", info.schema
            ),
            type_resolver=lambda value, *_: value["__typename"],
        )
        assert not result.errors, result.errors
        data: dict[str, Any] = selected(result.data, frozenset(re.findall(r"\w+", document(name))))
        return data

    def _value(self, kind: Any, path: str, of: GraphQLSchema) -> Any:
        if path in _FIXED:
            return _FIXED[path]
        if not isinstance(kind, GraphQLNonNull) and self._may_be_null(path) and self._random.random() < self._nulls:
            return None
        kind = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
        if isinstance(kind, GraphQLList):
            if path.endswith(".quantities"):
                return [{"__typename": "InventoryQuantity"}, {"__typename": "InventoryQuantity"}]
            return [self._value(kind.of_type, f"{path}.one", of) for _ in range(self._random.randrange(3))]
        if isinstance(kind, GraphQLScalarType):
            return self._scalar(kind.name, path)
        if isinstance(kind, GraphQLEnumType):
            if kind.name == "CurrencyCode":
                return "USD"
            later = self._random.random() < self._unknowns
            return "OF_A_LATER_VERSION" if later else self._random.choice(list(kind.values))
        if is_abstract_type(kind):
            kind = self._random.choice([t for t in of.get_possible_types(kind) if isinstance(t, GraphQLObjectType)])
        return {"__typename": kind.name}

    def _may_be_null(self, path: str) -> bool:
        """A record that was on a page a moment ago is not gone now."""
        return path.count(".") == 1 and not path.startswith("QueryRoot.")

    def _scalar(self, name: str, path: str) -> Any:
        if path == "InventoryQuantity.name":
            self._ids += 1
            return ("on_hand", "committed")[self._ids % 2]
        if name == "ID":
            self._ids += 1
            return f"gid://shopify/{path.partition('.')[0]}/{self._ids}"
        return self._money if self._money and name in ("Money", "Decimal") else _SCALARS[name](self._random)


@cache
def schema(folder: Path, version: str) -> GraphQLSchema:
    """It lets values of enums through that are none yet."""
    found = Contract(folder, version).schema
    for kind in found.type_map.values():
        if isinstance(kind, GraphQLEnumType):
            kind.coerce_output_value = str  # type: ignore[method-assign]
    return found


def payouts(shop: Any) -> Any:
    nodes = payout_pages.payouts_page(shop, SINCE, None).nodes
    found, unreadable = each(nodes, lambda n: payout_facts.read_payout(n, ZONE, "USD"))
    for payout in found:
        payout_disagreements(payout)
    return nodes, found, unreadable


def disputes(shop: Any) -> Any:
    nodes = payout_pages.disputes_page(shop, SINCE, None).nodes
    return nodes, *each(nodes, lambda n: payout_facts.read_dispute(n, ZONE, "USD"))


def tender_transactions(shop: Any) -> Any:
    nodes = tender_pages.tenders_page(shop, SINCE, SINCE, None).nodes
    real = [node for node in nodes if not node["test"]]
    return real, *each(real, lambda n: tenders.read_tender(n, ZONE))


def gift_cards(shop: Any) -> Any:
    nodes = stored_value_pages.gift_cards_page(shop, SINCE, None).nodes
    return nodes, *each(nodes, lambda n: stored_value.read_gift_card(n, ZONE, "USD"))


def store_credit(shop: Any) -> Any:
    nodes = stored_value_pages.store_credit_page(shop, None, None).nodes
    return nodes, *each(nodes, lambda n: stored_value.read_store_credit(n, ZONE, "USD"))


def cash_sessions(shop: Any) -> Any:
    nodes = [n for n in cash_pages.cash_sessions_page(shop, SINCE, None).nodes if n["closingTime"]]
    found, unreadable = each(nodes, lambda n: cash_facts.read_cash_session(n, ZONE, "USD"))
    for session in found:
        cash_disagreements(session)
    return nodes, found, unreadable


def cash_drawers(shop: Any) -> Any:
    nodes = cash_pages.cash_drawers_page(shop, SINCE, None).nodes
    return nodes, *each(nodes, lambda n: cash_facts.read_activities(n, "USD"))


def variants(shop: Any) -> Any:
    nodes = catalog_pages.variants_page(shop, None, None).nodes
    return nodes, *each(nodes, lambda n: catalog_facts.read_variant(n, "USD"))


def inventory(shop: Any) -> Any:
    nodes = catalog_pages.inventory_levels_page(shop, None).nodes
    return nodes, *each(nodes, stock.read_levels)


def stock_transfers(shop: Any) -> Any:
    nodes = transfer_pages.transfers_page(shop, SINCE, None).nodes
    found, unreadable = each(nodes, lambda n: transfers.read_transfer(n, ZONE, "USD"))
    for transfer in found:
        list(transfers.moved(transfer))
    return nodes, found, unreadable


def purchase_orders(shop: Any) -> Any:
    page = ShopifyPurchaseOrders(shop, ZONE, date(2026, 11, 6)).page(SINCE, None)
    for purchase in page.purchases:
        assert purchase.updated(purchase) == purchase
    return [*page.purchases, *page.unreadable], page.purchases, page.unreadable


READERS = [
    payouts,
    disputes,
    tender_transactions,
    gift_cards,
    store_credit,
    cash_sessions,
    cash_drawers,
    variants,
    inventory,
    stock_transfers,
    purchase_orders,
]


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
def test_a_full_answer_is_read_and_a_sparse_one_read_or_named(contracts: Path, read: Any) -> None:
    records = named = 0
    for seed in range(25):
        for nulls in (0.0, 0.3):
            nodes, found, unreadable = read(SchemaShop(contracts, seed, nulls))
            assert len(found) + len(unreadable) == len(nodes)
            if not nulls:
                records += len(found)
                named += len(unreadable)
    assert records >= 10, "the answers were all empty: nothing was tested"
    assert named == 0, "a full answer could not be read"


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
def test_values_that_shopify_may_add_later_break_no_reader_and_lose_no_record(contracts: Path, read: Any) -> None:
    for seed in range(25):
        nodes, found, unreadable = read(SchemaShop(contracts, seed, 0.1, unknowns=0.5))
        assert len(found) + len(unreadable) == len(nodes)


@pytest.mark.parametrize("unknowns", [0.0, 0.5])
@pytest.mark.parametrize("nulls", [0.0, 0.3])
def test_orders_are_read_from_what_their_document_selects(contracts: Path, nulls: float, unknowns: float) -> None:
    """Of nothing but zeros, so that random sums agree."""
    read = named = 0
    for seed in range(40):
        for node in orders_page(SchemaShop(contracts, seed, nulls, unknowns, money="0.00"), SINCE, None).orders:  # type: ignore[arg-type]
            try:
                facts = read_order(node, ZONE)
            except UnreadableOrder:
                named += 1
            else:
                read += bool(facts.sales)
    assert read >= 10
    assert nulls or unknowns or named == 0


def test_a_field_that_is_read_and_not_selected_would_be_found() -> None:
    with pytest.raises(AssertionError, match="not selected"):
        selected([{"id": "1"}], frozenset({"id", "name"}))[0].get("nmae")


def test_the_grant_is_read(contracts: Path) -> None:
    assert granted_scopes(SchemaShop(contracts, 2, 0.0)) <= {"read_orders"}  # type: ignore[arg-type]
