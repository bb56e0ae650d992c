"""The Admin API of one shop: a GraphQL document in, Shopify's answer out, as of a given time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationDefinitionNode,
    execute_sync,
    parse,
    validate,
)

from infra.local.shop.access import Access, field_scopes
from infra.local.shop.cost import MOST, Bucket, Costs
from infra.local.shop.nodes import Rows
from infra.local.shop.paging import BadPage, paged
from infra.local.shop.schema import admin_schema
from infra.local.shop.search import BadSearch


@dataclass(frozen=True, slots=True)
class Context:
    """``warnings`` collects search fields that were ignored."""

    access: Access
    guarded: frozenset[str]
    warnings: list[dict[str, Any]] = field(default_factory=list)


class GraphQLFault(Exception):
    """A resolver's refusal, with Shopify's error code."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.extensions = {"code": code}


def answer(body: Mapping[str, Any], root: Mapping[str, Any], access: Access, bucket: Bucket) -> dict[str, Any]:
    """``root`` has a function for each field of the query and mutation types. The answer is JSON-ready."""
    query, variables = body.get("query"), body.get("variables") or {}
    if not isinstance(query, str) or not query.strip():
        return {"errors": [{"message": "No query string was present"}]}
    document, faults = checked(query)
    if document is None or faults:
        return {"errors": faults}
    operation = _operation(document, body.get("operationName"))
    if operation is None:
        return {"errors": [{"message": "An operation name is required"}]}
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    costs = Costs(shop_schema(), operation, fragments, _with_defaults(operation, variables))
    requested = costs.requested()
    if requested > MOST:
        return {"errors": [_too_dear(requested)]}
    if not bucket.take(requested):
        return {"errors": [_THROTTLED], "extensions": _cost(requested, None, bucket)}
    context = Context(access, frozenset(path.partition(".")[2] for path in (*needed_scopes(), *access.withheld)))
    result = execute_sync(
        shop_schema(), document, root, context, variables, body.get("operationName"), field_resolver=_resolve
    )
    actual = min(costs.actual(result.data), requested)
    bucket.give_back(requested - actual)
    found: dict[str, Any] = {"errors": _formatted(result.errors)} if result.errors else {}
    found["data"] = result.data
    extensions = _cost(requested, actual, bucket)
    if context.warnings:
        extensions["search"] = context.warnings
    return {**found, "extensions": extensions}


@cache
def shop_schema() -> GraphQLSchema:
    schema = admin_schema()
    for name, serialize in _SCALARS.items():
        schema.type_map[name].coerce_output_value = serialize  # type: ignore[attr-defined]
    return schema


@cache
def needed_scopes() -> dict[str, tuple[str, ...]]:
    return field_scopes(shop_schema())


@lru_cache(256)
def checked(query: str) -> tuple[DocumentNode | None, list[dict[str, Any]]]:
    """The parsed document and what is wrong with it."""
    try:
        document = parse(query)
    except GraphQLError as error:
        return None, _formatted([error])
    return document, _formatted(validate(shop_schema(), document))


def _resolve(source: Any, info: GraphQLResolveInfo[Context], **arguments: Any) -> Any:
    name = info.field_name
    context = info.context
    if name in context.guarded:
        refusal = context.access.refusal(f"{info.parent_type.name}.{name}", needed_scopes())
        if refusal:
            raise GraphQLFault(refusal, "ACCESS_DENIED")
    try:
        value = source[name]
    except KeyError:
        # Never a silent null: what the schema offers, the shop must answer.
        raise GraphQLFault(f"the stand-in shop has no {info.parent_type.name}.{name}", "NOT_IMPLEMENTED") from None
    if callable(value):
        if isinstance(source, Root):
            value = value(context, **arguments)
        else:
            value = value(**arguments) if info.parent_type.fields[name].args else value()
    if isinstance(value, Rows):
        try:
            return paged(value, arguments)
        except (BadPage, BadSearch) as error:
            raise GraphQLFault(str(error), "BAD_REQUEST") from error
    return value


class Root(dict[str, Any]):
    """The fields of the query and mutation types: functions of the context and the field's arguments."""


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode | None:
    operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    named = [o for o in operations if name is None or (o.name and o.name.value == name)]
    return named[0] if len(named) == 1 else None


def _with_defaults(operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> dict[str, Any]:
    defaults = {
        v.variable.name.value: getattr(v.default_value, "value", None)
        for v in operation.variable_definitions or ()
        if v.default_value
    }
    return {name: int(v) if isinstance(v, str) and v.isdigit() else v for name, v in defaults.items()} | dict(variables)


def _formatted(errors: list[GraphQLError]) -> list[dict[str, Any]]:
    return [dict(error.formatted) for error in errors]


def _cost(requested: int, actual: int | None, bucket: Bucket) -> dict[str, Any]:
    cost = {"requestedQueryCost": requested, "actualQueryCost": actual, "throttleStatus": bucket.status()}
    return {"cost": cost}


def _too_dear(requested: int) -> dict[str, Any]:
    message = f"Query cost is {requested}, which exceeds the single query max cost limit ({MOST})."
    return {"message": message, "extensions": {"code": "MAX_COST_EXCEEDED", "cost": requested, "maxCost": MOST}}


_THROTTLED = {
    "message": "Throttled",
    "extensions": {"code": "THROTTLED", "documentation": "https://shopify.dev/api/usage/rate-limits"},
}


def decimal_text(value: Decimal) -> str:
    """As Shopify writes decimals: no more zeros than one after the point."""
    text = f"{value.normalize():f}"
    return text if "." in text else text + ".0"


def time_text(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


_SCALARS = {
    "DateTime": time_text,
    "Date": str,
    "Decimal": decimal_text,
    "Money": lambda value: f"{value:.2f}",
    "UnsignedInt64": str,
    "BigInt": str,
    "URL": str,
}
