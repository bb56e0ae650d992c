"""Finding the entry QuickBooks can't read: the set is cut in groups, each of which is sent apart.

QuickBooks refuses a whole set for one wrong element and doesn't say where (0x80040400). A group that passes is done
with; the one that doesn't is cut again, until a single request is left, which is held. The rest is posted on the way.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt
from typing import Any

from connector.storage import keys
from connector.storage.table import Table, delete_write, put_write


def groups(table: Table, shop: str) -> list[list[str]]:
    """Groups of ids (entry ids, sort keys of list elements), the next one to be sent first."""
    item = table.get(keys.shop(shop), keys.SUSPECTS)
    return [list(group) for group in item["groups"]] if item else []


def cut(ids: Sequence[str]) -> list[list[str]]:
    """``ids`` in groups of about the square root of their number: two refusals find one among fifty."""
    size = max(1, isqrt(len(ids)))
    if len(ids) <= 4:
        size = 1
    return [list(ids[i : i + size]) for i in range(0, len(ids), size)]


def cut_write(table: Table, shop: str, ids: Sequence[str]) -> dict[str, Any]:
    """A transaction part: ``ids`` become suspects, in front of those that are there already."""
    known = set(ids)
    rest = [[i for i in group if i not in known] for group in groups(table, shop)]
    return write(shop, [*cut(ids), *rest])


def clear_write(table: Table, shop: str, ids: Sequence[str]) -> dict[str, Any]:
    """A transaction part: QuickBooks could read ``ids``."""
    known = set(ids)
    return write(shop, [[i for i in group if i not in known] for group in groups(table, shop)])


def write(shop: str, groups: Sequence[Sequence[str]]) -> dict[str, Any]:
    left = [list(group) for group in groups if group]
    if not left:
        return delete_write(keys.shop(shop), keys.SUSPECTS)
    return put_write({"pk": keys.shop(shop), "sk": keys.SUSPECTS, "groups": left})
