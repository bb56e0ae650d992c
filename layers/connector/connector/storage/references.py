"""Who uses which Ref No.: the bases of which an order's or a fact's own numbers are made, each taken once in a shop.

Bases that differ in their last two digits only share an item, because orders come numbered: those of a transaction need
an item or two, not one each. A base is an attribute of its item (in upper case, as QuickBooks does not tell the cases
apart), its owner the value. Each is taken on its own condition, so preparations at the same time can't take the same
one, and don't hinder each other otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from connector.quickbooks.names import BASE_LIMIT
from connector.storage import keys
from connector.storage.table import Table, update_write

_LAST_DIGITS = re.compile(r"\d{1,2}(?=\D*$)", re.ASCII)
_KEY = frozenset({"pk", "sk"})


def sk_of(base: str) -> str:
    """The item a base is in, with at most a hundred and nine others: ``REF#10..`` has 1000 to 1099."""
    return keys.references(_LAST_DIGITS.sub("..", base.upper(), count=1))


def is_to_be_taken(base: str) -> bool:
    """Whether somebody else may want it. Longer ones are made of one order's id and of nothing else
    (``quickbooks.names.fallback_reference``)."""
    return len(base) <= BASE_LIMIT


def owners(table: Table, shop: str, bases: Iterable[str]) -> dict[str, str]:
    """Who has ``bases`` (in upper case); those that are free are left out, others of the same items may be in it."""
    places = sorted({(keys.shop(shop), sk_of(base)) for base in bases})
    return {base: owner for item in table.batch_get(places) for base, owner in item.items() if base not in _KEY}


def take_writes(shop: str, wanted: Mapping[str, str]) -> list[dict[str, Any]]:
    """Transaction parts that take bases for their owners, refused if another owner has one of them.

    All of a transaction go into one call. An expression has room for some eighty of an item (4 kB, Amazon DynamoDB
    Developer Guide, "Quotas"), more than a transaction has entries and orders for.
    """
    by_item: dict[str, dict[str, str]] = {}
    for base, owner in wanted.items():
        if is_to_be_taken(base):
            by_item.setdefault(sk_of(base), {})[base.upper()] = owner
    return [_take(shop, sk, taken) for sk, taken in by_item.items()]


def _take(shop: str, sk: str, taken: Mapping[str, str]) -> dict[str, Any]:
    numbers = range(len(taken))
    return update_write(
        keys.shop(shop),
        sk,
        "SET " + ", ".join(f"#{n} = :{n}" for n in numbers),
        " AND ".join(f"(attribute_not_exists(#{n}) OR #{n} = :{n})" for n in numbers),
        names={f"#{n}": base for n, base in enumerate(taken)},
        values={f":{n}": owner for n, owner in enumerate(taken.values())},
    )
