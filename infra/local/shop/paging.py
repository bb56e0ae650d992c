"""Relay connections: a window of rows, with cursors that are opaque and survive changes around them.

A cursor carries the row's own sort key, not its place, so rows that move while an app pages are neither skipped nor
repeated by shifting (only by their own move).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from infra.local.shop.nodes import Node, Rows

MOST = 250
"""The most rows one connection gives at a time (Shopify, "Paginating results with GraphQL")."""


Cursor = Callable[[Any], list[Any]]


class BadPage(ValueError):
    """Paging arguments that Shopify refuses."""


def paged(rows: Rows, arguments: Mapping[str, Any]) -> Node:
    """The connection that ``first``, ``after``, ``last``, ``before`` and ``reverse`` choose of the rows."""
    if rows.cursor is None:
        numbered = Rows(range(len(rows.keys)), lambda place: rows.make(rows.keys[place]), lambda place: [place])
        return paged(numbered, arguments)
    first, last = arguments.get("first"), arguments.get("last")
    wanted = last if first is None else first
    if wanted is None or None not in (first, last):
        raise BadPage("you must provide one of first or last")
    if not 0 <= wanted <= MOST:
        raise BadPage(f"{wanted} is not between 0 and {MOST}")
    keys = rows.keys[::-1] if arguments.get("reverse") else rows.keys
    low, high = _bounds(keys, rows.cursor, arguments)
    start, stop = (low, min(low + wanted, high)) if last is None else (max(high - wanted, low), high)
    chosen = [(encode(rows.cursor(key)), rows.make(key)) for key in keys[start:stop]]
    return {
        "edges": [{"cursor": text, "node": node} for text, node in chosen],
        "nodes": [node for _, node in chosen],
        "pageInfo": {
            "hasNextPage": stop < len(keys),
            "hasPreviousPage": start > 0,
            "startCursor": chosen[0][0] if chosen else None,
            "endCursor": chosen[-1][0] if chosen else None,
        },
    }


def encode(key: list[Any]) -> str:
    return base64.b64encode(json.dumps(key).encode()).decode()


def _bounds(keys: Sequence[Any], cursor: Cursor, arguments: Mapping[str, Any]) -> tuple[int, int]:
    reverse = bool(arguments.get("reverse"))
    low, high = 0, len(keys)
    if (after := arguments.get("after")) is not None:
        low = _beyond(keys, cursor, _decoded(after), reverse)
    if (before := arguments.get("before")) is not None:
        high = _beyond(keys, cursor, _decoded(before), reverse, inclusive=True)
    return low, max(low, high)


def _beyond(keys: Sequence[Any], cursor: Cursor, mark: list[Any], reverse: bool, inclusive: bool = False) -> int:
    """The place of the first row beyond ``mark`` (or at it); rows are sorted, so by halves."""
    low, high = 0, len(keys)
    while low < high:
        middle = (low + high) // 2
        here = json.loads(json.dumps(cursor(keys[middle])))
        try:
            beyond = (here < mark if reverse else here > mark) or (inclusive and here == mark)
        except TypeError as error:
            raise BadPage("the cursor is of another connection") from error
        low, high = (low, middle) if beyond else (middle + 1, high)
    return low


def _decoded(text: str) -> list[Any]:
    try:
        key = json.loads(base64.b64decode(text, validate=True))
    except ValueError as error:
        raise BadPage("invalid cursor") from error
    if not isinstance(key, list):
        raise BadPage("invalid cursor")
    return key
