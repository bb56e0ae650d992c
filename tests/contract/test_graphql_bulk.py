"""Our bulk queries against Shopify's Admin schema of 2026-10 and what it runs in bulk, also with fields left out."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from graphql import FieldNode, GraphQLSchema, build_client_schema, get_named_type, get_nullable_type, parse, validate
from graphql.type import is_list_type

from connector.shopify.bulk_document import bulk_query
from connector.shopify.bulk_orders import LEFT_OUT_IN_TURN, REFUND_TRANSACTIONS
from connector.shopify.documents import document
from connector.shopify.orders import _OPTIONAL
from connector.shopify.registration import API_VERSION

SEARCH = "updated_at:>='2026-11-01T00:00:00Z'"
MOST_CONNECTIONS, DEEPEST = 5, 2
"""Shopify, "Perform bulk operations with the GraphQL Admin API": connections in all, and levels below the first."""

VARIANTS: dict[str, tuple[str, ...]] = {
    "whole": (),
    "without refunds' transactions": (REFUND_TRANSACTIONS,),
    "without all that may be withheld": (REFUND_TRANSACTIONS, *(path for group in LEFT_OUT_IN_TURN for path in group)),
    "without an e-mail address": ("orders.nodes.customer.defaultEmailAddress.emailAddress",),
}


@cache
def _schema(folder: Path) -> GraphQLSchema:
    with gzip.open(folder / "graphql" / f"admin_{API_VERSION}.json.gz") as file:
        return build_client_schema(json.load(file)["data"], assume_valid=True)


@pytest.fixture
def schema(contracts: Path) -> GraphQLSchema:
    return _schema(contracts)


def connections(schema: GraphQLSchema, query: str) -> Iterator[tuple[str, int, bool]]:
    """(name, depth, whether within a list) of every connection."""
    (operation,) = parse(query).definitions

    def walk(selections: Any, kind: Any, depth: int, listed: bool) -> Iterator[tuple[str, int, bool]]:
        for node in selections.selections:
            if not isinstance(node, FieldNode):
                inner: Any = schema.type_map[node.type_condition.name.value]
                yield from walk(node.selection_set, inner, depth, listed)
                continue
            if node.selection_set is None:
                continue
            definition = kind.fields[node.name.value]
            below: Any = get_named_type(definition.type)
            is_connection = below.name.endswith("Connection")
            in_rows = kind.name.endswith(("Connection", "Edge"))
            if is_connection:
                yield node.name.value, depth, listed
            in_list = not is_connection and (
                listed or (is_list_type(get_nullable_type(definition.type)) and not in_rows)
            )
            yield from walk(node.selection_set, below, depth + is_connection, in_list)

    yield from walk(operation.selection_set, schema.query_type, 0, False)  # type: ignore[attr-defined]


@pytest.mark.parametrize("without", VARIANTS.values(), ids=VARIANTS)
def test_a_bulk_query_is_valid_and_within_what_shopify_runs(schema: GraphQLSchema, without: tuple[str, ...]) -> None:
    query = bulk_query("orders_bulk", SEARCH, without)
    tree = parse(query)
    assert [error.message for error in validate(schema, tree)] == []
    (operation,) = tree.definitions
    assert not operation.variable_definitions  # type: ignore[attr-defined]
    assert {field.name.value for field in operation.selection_set.selections} == {"orders"}  # type: ignore[attr-defined]
    found = list(connections(schema, query))
    assert 1 <= len(found) <= MOST_CONNECTIONS
    assert max(depth for _, depth, _ in found) <= DEEPEST
    assert not any(listed for _, _, listed in found)


def test_a_connection_in_a_list_would_be_found(schema: GraphQLSchema) -> None:
    query = "{ orders { edges { node { id refunds { transactions { edges { node { id } } } } } } } }"
    assert list(connections(schema, query)) == [("orders", 0, False), ("transactions", 1, True)]


def test_the_bulk_query_selects_what_the_pages_select() -> None:
    """All but cursors and page sizes; refunds' transactions stand elsewhere."""

    def leaves(name: str) -> set[str]:
        tree = parse(document(name))
        fragments = {node.name.value: node for node in tree.definitions if hasattr(node, "type_condition")}

        def walk(selections: Any, above: str) -> Iterator[str]:
            for node in selections.selections:
                named = isinstance(node, FieldNode)
                path = (
                    f"{above}.{node.name.value}"
                    if named and node.name.value not in ("edges", "node", "nodes")
                    else above
                )
                target = (
                    node
                    if getattr(node, "selection_set", None)
                    else fragments.get(getattr(node, "name", node).value)
                    if not named
                    else node
                )
                if target.selection_set is None:
                    yield path
                else:
                    yield from walk(target.selection_set, path)

        (operation,) = (node for node in tree.definitions if not hasattr(node, "type_condition"))
        return set(walk(operation.selection_set, ""))

    paged = {path for path in leaves("orders_page") if "pageInfo" not in path and not path.endswith(".cursor")}
    assert paged - leaves("orders_bulk") == {".orders.refunds.transactions.id"}


def test_what_pages_let_go_bulk_can_leave_out() -> None:
    left_out = {path.rpartition(".")[2] for group in LEFT_OUT_IN_TURN for path in group}
    assert left_out >= _OPTIONAL


def test_a_search_is_escaped(schema: GraphQLSchema) -> None:
    search = 'name:"#1001" OR note:\\ü\n'
    (operation,) = parse(bulk_query("orders_bulk", search)).definitions
    (argument, _) = operation.selection_set.selections[0].arguments  # type: ignore[attr-defined]
    assert argument.value.value == search


def test_ids_and_type_names_are_selected_of_all_rows() -> None:
    query = bulk_query("orders_bulk", SEARCH)
    assert query.count("node {") == 4
    assert all(part.split()[:2] == ["__typename", "id"] for part in query.split("node {")[1:])
