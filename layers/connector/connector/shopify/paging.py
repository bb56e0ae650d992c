"""Connections read to their end, and topics that a shop may not have granted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from connector.shopify.client import AdminClient
from connector.shopify.errors import GraphQLFailed
from connector.shopify.permissions import Missing, granted_scopes, refused

Node = dict[str, Any]
ACCESS_DENIED = "ACCESS_DENIED"


@dataclass(frozen=True, slots=True)
class Page:
    """Complete records; ``cursor`` is None on the last page. ``missing`` names what of them, or that all, is denied."""

    nodes: list[Node]
    cursor: str | None = None
    missing: Missing | None = None


def page(client: AdminClient, topic: str, read: Callable[[], Node | None]) -> Page:
    """The page that ``read`` gets as a connection; None where the shop has no such thing.

    ``read`` may put what it had to do without into the connection as ``missing``.
    """
    try:
        connection = read()
    except GraphQLFailed as error:
        if ACCESS_DENIED not in error.codes:
            raise
        return Page([], None, refused(topic, granted_scopes(client)))
    if connection is None:
        return Page([])
    return Page(connection["nodes"], next_cursor(connection), connection.get("missing"))


def run_page(client: AdminClient, document: str, variables: Node, optional: Collection[str] = ()) -> Node:
    """The document's data; asked for fewer records at a time where Shopify counts it as too dear."""
    size = variables["first"]
    while True:
        try:
            return client.run(document, {**variables, "first": size}, optional=optional)
        except GraphQLFailed as error:
            if "MAX_COST_EXCEEDED" not in error.codes or size == 1:
                raise
        size //= 2


def next_cursor(connection: Node) -> str | None:
    info = connection["pageInfo"]
    return info["endCursor"] if info["hasNextPage"] else None


def rest(client: AdminClient, connection: Node, document: str, path: tuple[str, str], variables: Node) -> list[Node]:
    """All nodes of a nested connection, whose further pages ``document`` gets.

    ``path`` leads to them: the record and its connection. A record that is gone in between raises ``GraphQLFailed``.
    """
    return list(walk(client, connection, document, path, variables))


def walk(
    client: AdminClient, connection: Node, document: str, path: tuple[str, str], variables: Node
) -> Iterator[Node]:
    """The same one by one: a page is only asked for when it is needed."""
    record, name = path
    while True:
        yield from connection["nodes"]
        cursor = next_cursor(connection)
        if cursor is None:
            return
        found = run_page(client, document, {**variables, "after": cursor})[record]
        if found is None:
            raise GraphQLFailed(document, [f"{variables.get('id')} is gone"])
        connection = found[name]


def since(field: str, moment: datetime) -> str:
    """A search for what happened at or after ``moment``."""
    return f"{field}:>='{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}'"


def between(field: str, first: datetime, last: datetime) -> str:
    """From ``first`` on, before ``last``."""
    return f"{since(field, first)} AND {field}:<'{last.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}'"
