"""What a GraphQL document costs, and the leaky bucket it is paid from.

Sources: Shopify, "API rate limits": an object is 1 point, a scalar 0, a mutation 10, an interface its dearest branch,
a connection grows with its size; no document may cost more than 1,000. How it grows is fitted to published costs:
2 + child × 2 ln(size). The difference between the estimate and what was found is given back.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    is_leaf_type,
)

MOST = 1_000
_FREE = frozenset({"MoneyBag", "MoneyV2"})
_MUTATION = 10
_UNSEEN = object()


@dataclass
class Bucket:
    """``rate`` points come back a second, up to ``size``; ``clock`` gives seconds."""

    rate: float
    size: float
    clock: Any
    _level: float = field(init=False)
    _at: float = field(init=False)

    def __post_init__(self) -> None:
        self._level, self._at = self.size, self.clock()

    @property
    def available(self) -> float:
        now = self.clock()
        self._level = min(self.size, self._level + max(now - self._at, 0.0) * self.rate)
        self._at = now
        return self._level

    def take(self, points: float) -> bool:
        if points > self.available:
            return False
        self._level -= points
        return True

    def give_back(self, points: float) -> None:
        self._level = min(self.size, self.available + points)

    def status(self) -> dict[str, float]:
        return {
            "maximumAvailable": self.size,
            "currentlyAvailable": math.floor(self.available),
            "restoreRate": self.rate,
        }


class Costs:
    """The costs of one operation with its variables."""

    def __init__(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: Mapping[str, Any],
    ) -> None:
        self._schema, self._operation, self._fragments, self._variables = schema, operation, fragments, variables

    def requested(self) -> int:
        return self._total(_UNSEEN)

    def actual(self, data: Any) -> int:
        return self._total(data) if data else 0

    def _total(self, data: Any) -> int:
        root = self._schema.get_root_type(self._operation.operation)
        base = _MUTATION if self._operation.operation.value == "mutation" else 0
        return base + math.ceil(self._of_selections(self._operation.selection_set, root, data, {}))

    def _of_selections(self, selections: SelectionSetNode, parent: Any, data: Any, sizes: Mapping[str, Any]) -> float:
        own, branches = 0.0, [0.0]
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                own += self._of_field(selection, parent, data, sizes)
                continue
            inner, on = self._fragment(selection, parent)
            cost = self._of_selections(inner, on, data, sizes)
            if on is parent:
                own += cost
            elif data is _UNSEEN or (isinstance(data, Mapping) and data.get("__typename", on.name) == on.name):
                branches.append(cost)
        return own + max(branches)

    def _fragment(self, selection: Any, parent: Any) -> tuple[SelectionSetNode, Any]:
        if isinstance(selection, FragmentSpreadNode):
            selection = self._fragments[selection.name.value]
        condition = getattr(selection, "type_condition", None)
        assert isinstance(selection, InlineFragmentNode | FragmentDefinitionNode)
        return selection.selection_set, self._schema.type_map[condition.name.value] if condition else parent

    def _of_field(self, node: FieldNode, parent: Any, data: Any, sizes: Mapping[str, Any]) -> float:
        name = node.name.value
        if name.startswith("__"):
            return 0.0
        definition = parent.fields[name]
        kind = get_named_type(definition.type)
        selected = node.selection_set
        if is_leaf_type(kind) or selected is None:
            return 0.0
        key = node.alias.value if node.alias else name
        value = data if data is _UNSEEN else data.get(key) if isinstance(data, Mapping) else None
        if value is None:
            return 0.0
        if kind.name.endswith("Connection"):
            return self._of_connection(node, selected, kind, value)
        if name in ("nodes", "node", "edges") and parent.name.endswith(("Connection", "Edge")):
            return self._of_rows(name, selected, kind, value, sizes)
        sample = value[0] if isinstance(value, list) and value else value
        return (0.0 if kind.name in _FREE else 1.0) + self._of_selections(selected, kind, sample, {})

    def _of_connection(self, node: FieldNode, selected: SelectionSetNode, kind: Any, value: Any) -> float:
        arguments = {argument.name.value: self._value(argument.value) for argument in node.arguments or ()}
        size = arguments.get("first") or arguments.get("last") or 0
        if isinstance(value, Mapping):
            size = max((len(rows) for rows in (value.get("nodes"), value.get("edges")) if rows), default=0)
        return 2.0 + self._of_selections(selected, kind, value, {"size": size})

    def _of_rows(self, name: str, selected: SelectionSetNode, kind: Any, value: Any, sizes: Mapping[str, Any]) -> float:
        if name == "node":
            return 1.0 + self._of_selections(selected, kind, value, {})
        rows = value if isinstance(value, list) else [value]
        each = self._mean(selected, kind, rows) + (1.0 if name == "nodes" else 0.0)
        return each * _growth(sizes.get("size", 1))

    def _mean(self, selections: SelectionSetNode, kind: Any, rows: list[Any]) -> float:
        return sum(self._of_selections(selections, kind, row, {}) for row in rows) / len(rows) if rows else 0.0

    def _value(self, node: Any) -> Any:
        if node.kind == "variable":
            return self._variables.get(node.name.value)
        return int(node.value) if node.kind == "int_value" else None


def _growth(size: int) -> float:
    return max(2 * math.log(size), 1.0) if size else 0.0
