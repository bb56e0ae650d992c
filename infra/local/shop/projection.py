"""Bulk operations read a query once and walk every row with it: each connection's rows become lines of their own.

Source: Shopify, "Perform bulk operations with the GraphQL Admin API": what a query may hold, and the JSONL it gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    value_from_ast_untyped,
)

from infra.local.shop.nodes import Node, Rows

MOST_CONNECTIONS = 5
DEEPEST = 3
"""A connection with two levels of connections below it."""

_TOGETHER = 200
"""How many rows of the first level are read before the rows below them are written."""

_PAGING = frozenset({"first", "after", "last", "before", "reverse"})


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a selection, ready to be read. ``below`` is what is selected of its value or of its rows."""

    key: str
    name: str
    arguments: Mapping[str, Any]
    takes: bool
    leaf: Any
    below: SelectionSetNode | None
    kind: Any
    rows: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the file, with the connections that start at it."""

    row: dict[str, Any]
    below: tuple[tuple[Field, Rows], ...]


class Projection:
    """One document over nodes of our views."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self.schema = schema
        self.fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        self.operation = next(d for d in document.definitions if isinstance(d, OperationDefinitionNode))
        self._fields: dict[tuple[int, str], list[Field]] = {}

    def problem(self) -> str | None:
        """Why Shopify would not run it in bulk; None if it would."""
        root = self.schema.query_type
        if self.operation.operation.value != "query" or self.operation.variable_definitions:
            return "a bulk query is a query without variables"
        fields = self.fields(self.operation.selection_set, root)
        if any(field.name in ("node", "nodes") for field in fields):
            return "Bulk queries can't have a node or nodes field at the top"
        try:
            depths = [depth for field in fields for depth in self._depths(field, 1, False)]
        except _Refused as error:
            return str(error)
        if not depths:
            return "Bulk queries must contain at least one connection."
        if len(depths) > MOST_CONNECTIONS:
            return f"Bulk queries cannot contain more than {MOST_CONNECTIONS} connections."
        if max(depths) > DEEPEST:
            return f"Bulk queries cannot contain connections with a nesting depth greater than {DEEPEST - 1}."
        return None

    def paths(self) -> Iterator[str]:
        """Every field that is asked for, as ``Order.customer``."""
        yield from self._paths(self.operation.selection_set, self.schema.query_type)

    def lines(self, root: Mapping[str, Any], grouped: bool) -> Iterator[tuple[dict[str, Any], bool]]:
        """The rows of the file, each with whether it is of the first level.

        Unless ``grouped``, the rows below are written one connection after the other, and only after the next rows
        of the first level: no parent has its children next to it.
        """
        for field in self.fields(self.operation.selection_set, self.schema.query_type):
            rows = self._value(field, root)
            if not isinstance(rows, Rows):
                continue
            lines = (self.line(field, node, None) for node in rows)
            yield from self._grouped(lines, True) if grouped else self._apart(lines)

    def line(self, field: Field, node: Node, parent: str | None) -> Line:
        below: list[tuple[Field, Rows]] = []
        row = self._object(field.below, field.kind, node, below)
        if parent is not None:
            row["__parentId"] = parent
        return Line(row, tuple(below))

    def fields(self, selections: SelectionSetNode, kind: Any) -> list[Field]:
        """The fields selected of an object of that type, fragments resolved."""
        key = (id(selections), kind.name)
        if key not in self._fields:
            self._fields[key] = [self._field(node, kind) for node in self._flat(selections, kind)]
        return self._fields[key]

    def _apart(self, lines: Iterator[Line]) -> Iterator[tuple[dict[str, Any], bool]]:
        waiting: list[Line] = []
        while block := list(islice(lines, _TOGETHER)):
            yield from ((line.row, True) for line in block)
            yield from ((row, False) for row in self._level(waiting))
            waiting = block
        yield from ((row, False) for row in self._level(waiting))

    def _level(self, parents: list[Line]) -> Iterator[dict[str, Any]]:
        """All rows below these, connection by connection, then all below those."""
        by_field: dict[int, list[tuple[Field, Rows, str]]] = {}
        for parent in parents:
            for field, rows in parent.below:
                by_field.setdefault(id(field), []).append((field, rows, parent.row["id"]))
        for found in by_field.values():
            level = [self.line(field, node, parent) for field, rows, parent in found for node in rows]
            yield from (line.row for line in level)
            yield from self._level(level)

    def _grouped(self, lines: Iterable[Line], first: bool) -> Iterator[tuple[dict[str, Any], bool]]:
        for line in lines:
            yield line.row, first
            for field, rows in line.below:
                below = (self.line(field, node, line.row["id"]) for node in rows)
                yield from self._grouped(below, False)

    def _object(self, selections: Any, kind: Any, node: Node, below: list[tuple[Field, Rows]]) -> dict[str, Any]:
        actual = self.schema.type_map[node["__typename"]] if is_abstract_type(kind) else kind
        row: dict[str, Any] = {}
        for field in self.fields(selections, actual):
            if field.name == "__typename":
                row[field.key] = actual.name
                continue
            value = self._value(field, node)
            if isinstance(value, Rows):
                below.append((field, value))
            else:
                row[field.key] = self._plain(field, value, below)
        return row

    def _plain(self, field: Field, value: Any, below: list[tuple[Field, Rows]]) -> Any:
        if value is None:
            return None
        if isinstance(value, list):
            return [self._plain(field, one, below) for one in value]
        if field.leaf is not None:
            return field.leaf(value)
        return self._object(field.below, field.kind, value, below)

    def _value(self, field: Field, node: Mapping[str, Any]) -> Any:
        value = node[field.name]
        if not callable(value):
            return value
        return value(**field.arguments) if field.takes else value()

    def _field(self, node: FieldNode, parent: Any) -> Field:
        name, key = node.name.value, node.alias.value if node.alias else node.name.value
        if name == "__typename":
            return Field(key, name, {}, False, str, None, None, False)
        definition = parent.fields[name]
        kind, below = get_named_type(definition.type), node.selection_set
        given = {a.name.value: value_from_ast_untyped(a.value) for a in node.arguments or ()}
        defaults = {
            n: a.default_value for n, a in definition.args.items() if isinstance(a.default_value, str | bool | int)
        }
        rows = kind.name.endswith("Connection")
        if rows:
            below, kind = self._of_rows(node, kind)
        return Field(
            key=key,
            name=name,
            arguments={n: v for n, v in (defaults | given).items() if n not in _PAGING},
            takes=bool(definition.args),
            leaf=kind.coerce_output_value if is_leaf_type(kind) else None,
            below=below,
            kind=kind,
            rows=rows,
        )

    def _of_rows(self, node: FieldNode, connection: Any) -> tuple[SelectionSetNode | None, Any]:
        """What is selected of a connection's rows, by ``edges { node }`` or by ``nodes``."""
        kind = get_named_type(connection.fields["nodes"].type)
        for inner in self._flat(node.selection_set, connection):
            if inner.name.value == "nodes":
                return inner.selection_set, kind
            if inner.name.value == "edges":
                for edge in self._flat(inner.selection_set, get_named_type(connection.fields["edges"].type)):
                    if edge.name.value == "node":
                        return edge.selection_set, kind
        return None, kind

    def _flat(self, selections: Any, kind: Any) -> Iterator[FieldNode]:
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                yield selection
                continue
            if isinstance(selection, FragmentSpreadNode):
                selection = self.fragments[selection.name.value]
            condition = selection.type_condition
            on = self.schema.type_map[condition.name.value] if condition else kind
            if on is kind or (is_abstract_type(on) and self.schema.is_sub_type(on, kind)):
                yield from self._flat(selection.selection_set, kind)

    def _depths(self, field: Field, depth: int, in_list: bool) -> Iterator[int]:
        """The depth of every connection from here on."""
        if field.below is None:
            if field.rows:
                raise _Refused(f"the connection {field.name} selects no node")
            return
        if field.rows:
            if in_list:
                raise _Refused("Queries that contain a connection field within a list field are not supported")
            yield depth
        for kind in self._kinds(field.kind):
            selected = self.fields(field.below, kind)
            for inner in selected:
                listed = (in_list and not field.rows) or _is_list(inner, kind)
                yield from self._depths(inner, depth + 1 if field.rows else depth, listed)
            self._need_id(field, selected)

    def _need_id(self, field: Field, inner: list[Field]) -> None:
        if field.rows and any(f.rows for f in inner) and not any(f.key == "id" for f in inner):
            raise _Refused(f"The parent 'node' field for a nested connection must select the 'id' field ({field.name})")

    def _kinds(self, kind: Any) -> Iterable[Any]:
        return self.schema.get_possible_types(kind)[:1] if is_abstract_type(kind) else (kind,)

    def _paths(self, selections: SelectionSetNode | None, kind: Any) -> Iterator[str]:
        if selections is None:
            return
        possible = self.schema.get_possible_types(kind) if is_abstract_type(kind) else (kind,)
        for actual in possible:
            for field in self.fields(selections, actual):
                yield f"{actual.name}.{field.name}"
                if field.below is not None:
                    yield from self._paths(field.below, field.kind)


class _Refused(Exception):
    pass


def _is_list(field: Field, parent: Any) -> bool:
    definition = parent.fields.get(field.name)
    return definition is not None and is_list_type(get_nullable_type(definition.type))
