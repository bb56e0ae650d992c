"""Lists that can be searched: which rows a query leaves, in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from infra.local.shop.api import Context, GraphQLFault
from infra.local.shop.nodes import Node, Rows
from infra.local.shop.search import BadSearch, Row, parse_search

Fields = Mapping[str, Callable[[Node], Any]]
"""The search fields of a type, each read from its node."""


def listed(things: Callable[[], Iterable[Any]], make: Callable[[Any], Node], fields: Fields, zone: ZoneInfo) -> Any:
    """The resolver of a connection over ``things``, oldest first: the order of every sort key but ``UPDATED_AT``."""

    def resolve(context: Context, query: str | None = None, sortKey: str = "", **_: Any) -> Rows:
        test = searched(context, query, fields, zone)
        found = [thing for thing in things() if test(LazyRow(fields, partial(make, thing)))]
        if sortKey != "UPDATED_AT":
            return Rows(found, make)
        changed = sorted((int(_updated(make(thing)).timestamp()), n) for n, thing in enumerate(found))
        return Rows(changed, lambda key: make(found[key[1]]), list)

    return resolve


def _updated(node: Node) -> datetime:
    value = node["updatedAt"]
    moment: datetime = value() if callable(value) else value
    return moment


class LazyRow(Mapping[str, Any]):
    """The searchable fields of a row, made when they are asked for."""

    def __init__(self, fields: Fields, make: Callable[[], Any], known: Row | None = None) -> None:
        self._fields, self._make, self._known = fields, make, known or {}

    def __getitem__(self, name: str) -> Any:
        return self._known[name] if name in self._known else self._fields[name](self._make())

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)


def searched(context: Context, query: str | None, fields: Iterable[str], zone: ZoneInfo) -> Callable[[Row], bool]:
    try:
        search = parse_search(query, fields, zone)
    except BadSearch as error:
        raise GraphQLFault(f"Invalid search query: {error}", "BAD_REQUEST") from error
    if search.ignored:
        words = [{"field": name, "message": f"Invalid search field for this query: {name}"} for name in search.ignored]
        context.warnings.append({"query": query, "warnings": words})
    return search.test
