"""The stand-in shop's schema says nothing that Shopify's own does not say."""

from __future__ import annotations

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLSchema, build_client_schema, is_required_argument, is_required_input_field, parse, validate
from graphql.type import validate_schema

from infra.local.shop.access import CUSTOMER_FIELDS, TYPE_SCOPES
from infra.local.shop.api import shop_schema

VERSION = "admin_2026-10.json.gz"
UNSTABLE = "admin_unstable.json.gz"


@cache
def dump(path: Path) -> dict[str, Any]:
    return json.loads(gzip.decompress(path.read_bytes()))


@cache
def shopify(path: Path) -> GraphQLSchema:
    return build_client_schema(dump(path)["data"], assume_valid=True)


@pytest.fixture(scope="module")
def theirs(contracts: Path) -> GraphQLSchema:
    return shopify(contracts / "graphql" / VERSION)


def differences(ours: GraphQLSchema, theirs: GraphQLSchema) -> list[str]:
    found: list[str] = []
    for name, mine in ours.type_map.items():
        if name.startswith("__"):
            continue
        their = theirs.type_map.get(name)
        if type(mine) is not type(their):
            found.append(f"{name}: {their and type(their).__name__}")
            continue
        for field, definition in getattr(mine, "fields", {}).items():
            found += _field(f"{name}.{field}", definition, their.fields.get(field))
        found += [
            f"{name} implements {i}"
            for i in getattr(mine, "interfaces", ())
            if i.name not in {x.name for x in their.interfaces}
        ]
        found += [f"{name}.{value}" for value in getattr(mine, "values", {}) if value not in their.values]
        found += [f"{name} | {t}" for t in getattr(mine, "types", ()) if t.name not in {x.name for x in their.types}]
        if hasattr(mine, "is_one_of"):
            found += [
                f"{name}.{f} is missing"
                for f, d in their.fields.items()
                if is_required_input_field(d) and f not in mine.fields
            ]
    return found


def _field(path: str, mine: Any, their: Any) -> list[str]:
    if their is None or str(mine.type) != str(their.type):
        return [f"{path}: {mine.type} is {their and their.type}"]
    if not hasattr(mine, "args"):
        return []
    found = [
        f"{path}({a})" for a, d in mine.args.items() if a not in their.args or str(d.type) != str(their.args[a].type)
    ]
    return found + [
        f"{path} lacks {a}" for a, d in their.args.items() if is_required_argument(d) and a not in mine.args
    ]


def test_our_schema_is_valid() -> None:
    assert not validate_schema(shop_schema())


def test_our_schema_is_a_true_subset_of_the_admin_api(theirs: GraphQLSchema) -> None:
    assert len(shop_schema().type_map) > 100
    found = differences(shop_schema(), theirs)
    assert [d for d in found if "PurchaseOrder" not in d and not d.startswith("InventorySupplierSnapshot")] == []


def test_purchase_orders_are_as_in_unstable_but_for_what_the_changelog_says(contracts: Path) -> None:
    """They became public in 2026-10 after the copy that we compare with was made (changelog of 2026-09-17)."""
    found = differences(shop_schema(), shopify(contracts / "graphql" / UNSTABLE))
    ours = ("InventoryPurchaseOrder", "InventorySupplierSnapshot")
    assert {d.partition(":")[0] for d in found if d.startswith(ours)} == {
        "InventoryPurchaseOrder.transfers",
        "InventorySupplierSnapshot.supplierName",
    }


def test_a_difference_would_be_seen(theirs: GraphQLSchema) -> None:
    from graphql import build_schema

    wrong = build_schema(
        "type Query { a: Int } type Shop { name: String colour: String! } enum SaleActionType { SALE }"
    )
    assert {d.partition(":")[0] for d in differences(wrong, theirs)} >= {
        "Shop.name",
        "Shop.colour",
        "SaleActionType.SALE",
    }


def test_the_scopes_are_shopify_s_own(contracts: Path) -> None:
    items = dump(contracts / "graphql" / VERSION)["offline_scopes"]["items"]
    theirs = {i["typeName"]: set(i["offlineScopes"]) for i in items if i["type"] == "type" and i["offlineScopes"]}
    assert set(TYPE_SCOPES) == {name for name in theirs if name in shop_schema().type_map}
    assert not {name: scopes for name, scopes in TYPE_SCOPES.items() if not set(scopes) <= theirs[name]}


def test_what_can_be_withheld_exists() -> None:
    for path in CUSTOMER_FIELDS:
        type_name, _, field = path.partition(".")
        assert field in shop_schema().type_map[type_name].fields


def test_the_app_s_documents_and_the_contract_s_are_answered(contracts: Path) -> None:
    folder = Path(__file__).resolve().parents[3] / "layers/connector/connector/shopify/documents"
    for file in sorted(folder.glob("*.graphql")):
        assert not validate(shop_schema(), parse(file.read_text())), file.name
