"""Our GraphQL documents against Shopify's Admin schema of 2026-10: valid, affordable, within the scopes we ask for."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_client_schema,
    extend_schema,
    get_named_type,
    parse,
    validate,
    visit,
)
from graphql.utilities import value_from_ast_untyped

from connector.purchases import shopify_orders
from connector.shopify import cash, catalog, newest_agreements, orders, payouts, shops, stored_value, tenders, transfers
from connector.shopify.documents import document
from connector.shopify.permissions import TOPICS
from connector.shopify.registration import API_VERSION, OPTIONAL_SCOPES, SCOPES

DOCUMENTS = Path(orders.__file__).parent / "documents"
NAMES = sorted(path.stem for path in DOCUMENTS.glob("*.graphql"))

LARGEST_COST = 1000
"""Points one document may cost (Shopify, API rate limits)."""

VARIABLES: dict[str, dict[str, Any]] = {
    "access_scopes": {},
    "balance_transactions_page": {"first": payouts.BALANCE_TRANSACTIONS},
    "cash_activities_page": {"first": cash.MORE},
    "cash_adjustments_page": {"first": cash.MORE},
    "cash_drawers_page": {"first": cash.DRAWERS, "activities": cash.ACTIVITIES},
    "cash_sessions_page": {"first": cash.SESSIONS, "adjustments": cash.ADJUSTMENTS},
    "disputes_page": {"first": payouts.DISPUTES},
    "gift_card_transactions_page": {"first": stored_value.MORE},
    "gift_cards_page": {"first": stored_value.CARDS, "transactions": stored_value.CARD_TRANSACTIONS},
    "inventory_item_levels_page": {"first": catalog.MORE_LEVELS},
    "inventory_levels_page": {"first": catalog.ITEMS, "levels": catalog.LEVELS},
    "payouts_page": {"first": payouts.PAYOUTS},
    "purchase_order_lines_page": {"first": shopify_orders.MORE_LINES},
    "purchase_order_transfers_page": {"first": shopify_orders.TRANSFERS},
    "purchase_orders_page": {"first": shopify_orders.ORDERS, "lines": shopify_orders.LINES},
    "shipment_lines_page": {"first": transfers.MORE_LINES},
    "store_credit_accounts_page": {
        "first": stored_value.ACCOUNTS,
        "transactions": stored_value.ACCOUNT_TRANSACTIONS,
    },
    "store_credit_page": {
        "first": stored_value.CUSTOMERS,
        "accounts": stored_value.ACCOUNTS,
        "transactions": stored_value.ACCOUNT_TRANSACTIONS,
    },
    "store_credit_transactions_page": {"first": stored_value.MORE},
    "tender_transactions_page": {"first": tenders.TENDERS},
    "transfer_lines_page": {"first": transfers.MORE_LINES},
    "transfer_shipments_page": {"first": transfers.SHIPMENTS, "lines": transfers.SHIPMENT_LINES},
    "transfers_page": {"first": transfers.TRANSFERS, "lines": transfers.LINES},
    "variants_page": {"first": catalog.VARIANTS},
    "locations": {"first": shops._LOCATIONS},
    "newest_agreements_page": {"first": newest_agreements.ORDERS, "agreements": newest_agreements.AGREEMENTS},
    "order_agreements_page": {"first": orders.MORE_AGREEMENTS, "sales": orders.THEIR_SALES},
    "orders_page": {
        "first": orders.PAGE_SIZE,
        "agreements": orders.AGREEMENTS,
        "sales": orders.SALES,
        "refundTransactions": orders.REFUND_TRANSACTIONS,
    },
    "refund_transactions_page": {"first": orders.MORE_REFUND_TRANSACTIONS},
    "shop": {},
}
"""The sizes that the client really asks for."""

OTHER_SIZES: list[tuple[str, dict[str, Any]]] = [("order_agreements_page", {"first": 1, "sales": orders.MORE_SALES})]


PURCHASE_ORDERS = frozenset(name for name in NAMES if name.startswith("purchase_order"))
"""Public since 2026-10, but the dump of that version is older: they are checked against the unstable schema, with the
two fields that the public version has and the unstable dump has not (shopify.dev, InventoryPurchaseOrder, 2026-10)."""

_PUBLIC = """
extend type InventorySupplierSnapshot { supplierName: String }
extend type InventoryPurchaseOrder {
  transfers(first: Int, after: String, last: Int, before: String): InventoryTransferConnection!
}
"""


class Contract:
    """The schema, and which access scopes (any one of them) each type and field needs."""

    def __init__(self, folder: Path, version: str = API_VERSION) -> None:
        with gzip.open(folder / "graphql" / f"admin_{version}.json.gz") as file:
            dump = json.load(file)
        # Shopify's schema breaks a rule on deprecations that graphql-core would insist on.
        self.schema = build_client_schema(dump["data"], assume_valid=True)
        if version == "unstable":
            self.schema = extend_schema(self.schema, parse(_PUBLIC), assume_valid=True)
        self.scopes: dict[tuple[str, str], frozenset[str]] = {}
        for item in dump["offline_scopes"]["items"]:
            if item["offlineScopes"]:
                self.scopes[item["typeName"], item.get("fieldName", "")] = frozenset(item["offlineScopes"])
        self.deprecated = {
            (kind["name"], field["name"])
            for kind in dump["data"]["__schema"]["types"]
            for field in kind.get("fields") or []
            if field["isDeprecated"]
        }


@cache
def _contract(folder: Path, version: str = API_VERSION) -> Contract:
    return Contract(folder, version)


@pytest.fixture
def contract(contracts: Path, request: pytest.FixtureRequest) -> Contract:
    name = request.node.callspec.params.get("name") if hasattr(request.node, "callspec") else None
    return _contract(contracts, "unstable" if name in PURCHASE_ORDERS else API_VERSION)


@pytest.mark.parametrize("name", NAMES)
def test_a_document_is_valid_and_uses_nothing_deprecated(contract: Contract, name: str) -> None:
    tree = parse(document(name))
    assert [error.message for error in validate(contract.schema, tree)] == []
    assert not set(fields_of(contract.schema, name)) & contract.deprecated


def test_a_wrong_field_would_be_found(contract: Contract) -> None:
    assert validate(contract.schema, parse("query { shop { nam } }"))


@pytest.mark.parametrize("name", NAMES)
def test_a_document_needs_no_scope_that_we_do_not_ask_for(contract: Contract, name: str) -> None:
    missing = {
        place: sorted(scopes)
        for place in places_of(contract.schema, name)
        if (scopes := contract.scopes.get(place)) and not scopes & {*SCOPES, *OPTIONAL_SCOPES}
    }
    assert missing == {}


REQUIRED_DOCUMENTS = frozenset(
    {
        "locations",
        "order_agreements_page",
        "orders_page",
        "refund_transactions_page",
        "shop",
        "tender_transactions_page",
    }
)


@pytest.mark.parametrize("name", sorted(REQUIRED_DOCUMENTS))
def test_what_the_books_can_not_do_without_needs_no_optional_scope(contract: Contract, name: str) -> None:
    """But for the fields that the reader of orders lets go."""
    missing = {
        place
        for place in places_of(contract.schema, name)
        if (scopes := contract.scopes.get(place)) and not scopes & set(SCOPES)
    }
    assert missing <= {("PaymentTerms", "")}


def test_every_scope_that_we_ask_for_is_one_the_books_need(contracts: Path) -> None:
    """The App Store wants no scope without a use (requirement 3.2). ``read_all_orders`` lifts the 60 days."""
    needed = set()
    for name in NAMES:
        contract = _contract(contracts, "unstable" if name in PURCHASE_ORDERS else API_VERSION)
        for place in places_of(contract.schema, name):
            needed |= contract.scopes.get(place, frozenset())
    # The schema dump names no field for these; Shopify's own pages and its answers do.
    unnamed = {"read_all_orders", "read_shopify_payments_payouts", "read_inventory_shipments_received_items"}
    assert {*SCOPES, *OPTIONAL_SCOPES} - needed <= unnamed


def test_every_optional_scope_has_a_topic_that_says_what_is_missing_without_it() -> None:
    assert set(OPTIONAL_SCOPES) == {scope for scopes in TOPICS.values() for scope in scopes} - set(SCOPES)


@pytest.mark.parametrize(("name", "variables"), [*VARIABLES.items(), *OTHER_SIZES])
def test_a_document_stays_below_what_one_may_cost(contract: Contract, name: str, variables: Mapping[str, Any]) -> None:
    assert cost_of(contract.schema, name, variables) < LARGEST_COST


def test_the_sizes_of_every_document_are_tested() -> None:
    """But for those of bulk operations, which have no pages and cost next to nothing."""
    assert sorted(VARIABLES) == [name for name in NAMES if "bulk" not in name and name != "orders_count"]


def test_ids_and_type_names_are_selected_where_parts_are_told_apart_by_them() -> None:
    """An interface's parts can't be read without ``__typename``; a fact can't be kept once without its id."""
    for name in ("orders_page", "order_agreements_page"):
        text = document(name)
        for part in ("agreements", "fragment SaleFields"):
            after = text.partition(part)[2]
            assert "__typename" in after and " id\n" in after


def fields_of(schema: GraphQLSchema, name: str) -> list[tuple[str, str]]:
    """(type, field) of every field that a document selects."""
    found: list[tuple[str, str]] = []
    info = TypeInfo(schema)

    class Collect(Visitor):
        def enter_field(self, node: Any, *_: Any) -> None:
            parent = info.get_parent_type()
            if parent and not node.name.value.startswith("__"):
                found.append((parent.name, node.name.value))

    visit(parse(document(name)), TypeInfoVisitor(info, Collect()))
    return found


def places_of(schema: GraphQLSchema, name: str) -> set[tuple[str, str]]:
    """Where scopes may be asked for: the fields, and the types they lead to."""
    found = set(fields_of(schema, name))
    for type_name, field_name in fields_of(schema, name):
        kind: Any = schema.type_map[type_name]
        found.add((get_named_type(kind.fields[field_name].type).name, ""))
    return found


def cost_of(schema: GraphQLSchema, name: str, variables: Mapping[str, Any]) -> float:
    tree = parse(document(name))
    (operation,) = (node for node in tree.definitions if isinstance(node, OperationDefinitionNode))
    return Cost(schema, tree, variables).of_selections(operation.selection_set, schema.query_type)


class Cost:
    """Shopify's cost as fitted to the costs it has published: an object is 1, money 0, a connection 2 + child * 2 ln n.

    The fit says nothing of a connection of one or two; there a child counts at least once.
    """

    def __init__(self, schema: GraphQLSchema, tree: DocumentNode, variables: Mapping[str, Any]) -> None:
        self.schema = schema
        self.fragments = {
            node.name.value: node for node in tree.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self.variables = dict(variables)

    def of_selections(self, node: SelectionSetNode, kind: Any) -> float:
        """Of an interface's branches the dearest counts."""
        own, branches = 0.0, [0.0]
        for part in node.selections:
            if isinstance(part, FieldNode):
                own += self.of_field(part, kind)
                continue
            target: Any = self.fragments[part.name.value] if isinstance(part, FragmentSpreadNode) else part
            inner: Any = self.schema.type_map[target.type_condition.name.value]
            value = self.of_selections(target.selection_set, inner)
            if inner is kind or isinstance(inner, GraphQLInterfaceType):
                own += value
            else:
                branches.append(value)
        return own + max(branches)

    def of_field(self, node: FieldNode, kind: Any) -> float:
        if node.selection_set is None:
            return 0
        returned = _returned(node, kind)
        if returned.name in ("MoneyBag", "MoneyV2"):
            return 0
        if returned.name.endswith("Connection"):
            given = {one.name.value: value_from_ast_untyped(one.value, self.variables) for one in node.arguments}
            child = sum(self.of_child(part, returned) for part in node.selection_set.selections)
            return 2 + child * max(2 * math.log(given["first"]), 1)
        return 1 + self.of_selections(node.selection_set, returned)

    def of_child(self, part: Any, connection: Any) -> float:
        """What one node of a connection costs, which is selected as ``nodes`` or as ``edges { node }``."""
        if part.name.value == "nodes":
            return 1 + self.of_selections(part.selection_set, _returned(part, connection))
        if part.name.value == "edges":
            edge = _returned(part, connection)
            return sum(
                1 + self.of_selections(one.selection_set, _returned(one, edge))
                for one in part.selection_set.selections
                if one.name.value == "node"
            )
        return 0


def _returned(node: FieldNode, kind: Any) -> Any:
    return get_named_type(kind.fields[node.name.value].type)
