"""The text of a bulk query: our document with the search written into it, without the fields a shop withholds.

Bulk queries take no variables (Shopify, "Perform bulk operations with the GraphQL Admin API"), and one field without
access fails the whole operation, where a page only leaves it null. So what is withheld is left out beforehand.

A document is read by its lines: ours have one field or one bracket on each.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from connector.shopify.documents import document

_SEARCH = '"SEARCH"'
_NAME = re.compile(r"\w+")
_WRAPPERS = frozenset({"edges", "node", "nodes"})


@dataclass(slots=True)
class _Block:
    """A line with what stands between its brackets; ``name`` is empty for type conditions and the query itself."""

    line: str
    name: str
    parts: list[_Block] = field(default_factory=list)
    brackets: bool = False


def bulk_query(name: str, search: str, without: Collection[str] = ()) -> str:
    """The document ``name`` for orders, products, … that ``search`` finds.

    ``without`` are paths as errors have them (``orders.nodes.customer.firstName``); a field and all below it is left
    out, and so is what has nothing left in it.
    """
    text = document(name).replace(_SEARCH, json.dumps(search))
    left_out = {plain_path(path) for path in without}
    kept = (block for block in _blocks(iter(text.splitlines())) if _keep(block, "", left_out))
    return "\n".join(line for block in kept for line in _lines(block)) + "\n"


def plain_path(path: str) -> str:
    """The same for pages and bulk: ``orders.edges.node.customer`` and ``orders.nodes.customer`` are one field."""
    return ".".join(step for step in path.split(".") if step not in _WRAPPERS)


def _blocks(lines: Iterator[str]) -> list[_Block]:
    found: list[_Block] = []
    for line in lines:
        if line.strip() == "}":
            break
        if not line.strip():
            continue
        name = _NAME.match(line.strip())
        block = _Block(line, name.group() if name else "")
        if line.endswith("{"):
            block.brackets = True
            block.parts = _blocks(lines)
        found.append(block)
    return found


def _keep(block: _Block, above: str, left_out: Collection[str]) -> bool:
    named = block.name and block.name not in _WRAPPERS
    path = f"{above}.{block.name}".lstrip(".") if named else above
    if named and path in left_out:
        return False
    block.parts = [part for part in block.parts if _keep(part, path, left_out)]
    return not block.brackets or any(part.name != "__typename" for part in block.parts)


def _lines(block: _Block) -> Iterator[str]:
    yield block.line
    for part in block.parts:
        yield from _lines(part)
    if block.brackets:
        yield " " * (len(block.line) - len(block.line.lstrip())) + "}"
