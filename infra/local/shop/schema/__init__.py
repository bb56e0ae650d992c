"""The parts of the Admin API that the stand-in shop answers, in our own SDL: fields, types and arguments as in 2026-10.

The files are shorter than the schema they make. Every type ``XConnection`` is named by a field and written nowhere, as
all of Shopify's connections are alike; every connection takes ``first``, ``after``, ``last`` and ``before``; a type
need not repeat the fields of its interfaces.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

from graphql import (
    DocumentNode,
    FieldDefinitionNode,
    GraphQLSchema,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    build_ast_schema,
    parse,
)

_PAGED: Any = parse("type T { f(first: Int, after: String, last: Int, before: String): Int }", no_location=True)
_PAGING = _PAGED.definitions[0].fields[0].arguments
_FIELDS = (ObjectTypeDefinitionNode, ObjectTypeExtensionNode, InterfaceTypeDefinitionNode)
_CONNECTION = """
type {0}Connection {{ edges: [{0}Edge!]! nodes: [{0}!]! pageInfo: PageInfo! }}
type {0}Edge {{ cursor: String! node: {0}! }}
"""


@cache
def admin_schema() -> GraphQLSchema:
    """The schema, whole and valid."""
    folder = files(__name__)
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".graphql"))
    texts = [folder.joinpath(name).read_text(encoding="utf-8") for name in names]
    written: Any = parse("\n".join(texts), no_location=True).definitions
    interfaces = {d.name.value: d for d in written if isinstance(d, InterfaceTypeDefinitionNode)}
    definitions = [_whole(d, interfaces) if isinstance(d, _FIELDS) else d for d in written]
    fields = [field for d in definitions if isinstance(d, _FIELDS) for field in d.fields or ()]
    connections = {type_name(field.type) for field in fields if _is_connection(field)}
    made = "".join(_CONNECTION.format(name.removesuffix("Connection")) for name in sorted(connections))
    return build_ast_schema(DocumentNode(definitions=(*definitions, *parse(made, no_location=True).definitions)))


def _whole(definition: Any, interfaces: Mapping[str, InterfaceTypeDefinitionNode]) -> Any:
    """The type with the fields of its interfaces, and paging arguments on its connections."""
    own = {field.name.value for field in definition.fields}
    inherited = {
        field.name.value: field
        for interface in definition.interfaces or ()
        for field in interfaces[interface.name.value].fields or ()
        if field.name.value not in own
    }
    return replace(definition, fields=tuple(_paged(field) for field in (*definition.fields, *inherited.values())))


def _paged(field: FieldDefinitionNode) -> FieldDefinitionNode:
    return replace(field, arguments=(*(field.arguments or ()), *_PAGING)) if _is_connection(field) else field


def _is_connection(field: FieldDefinitionNode) -> bool:
    return type_name(field.type).endswith("Connection")


def type_name(node: Any) -> str:
    while not hasattr(node, "name"):
        node = node.type
    return str(node.name.value)
