"""A table over another one: reads see both, writes stay in memory.

What a sync would write is found by letting it write: the same steps run over this table, so a preview can't differ
from the sync. The table beneath is never written to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import merge
from itertools import islice
from typing import Any

from connector.storage.table import (
    ConditionFailed,
    Item,
    Table,
    delete_write,
    from_wire,
    put_write,
    to_wire,
    update_write,
)
from connector.sync.preview_expressions import holds, updated

_Key = tuple[str, str]
_NONE: Mapping[str, Any] = {}


class PreviewTable(Table):
    """``Table``'s methods. Its index is never behind with what is written here."""

    def __init__(self, beneath: Table) -> None:
        super().__init__(None, "")
        self._beneath = beneath
        self._written: dict[_Key, Item | None] = {}
        """Items as written here; None where one was deleted."""

    def written(self, prefix: str) -> list[Item]:
        """The items written here (and still there) whose ``sk`` starts with ``prefix``, in its order."""
        found = ((sk, item) for (_, sk), item in self._written.items() if item is not None and sk.startswith(prefix))
        return [item for _, item in sorted(found, key=lambda pair: pair[0])]

    def is_new(self, item: Item) -> bool:
        """Whether the table beneath has no item under this key."""
        return self._beneath.get(item["pk"], item["sk"]) is None

    # Reading.

    def get(self, pk: str, sk: str) -> Item | None:
        if (pk, sk) in self._written:
            item = self._written[pk, sk]
            return _copy(item) if item is not None else None
        return self._beneath.get(pk, sk)

    def batch_get(self, keys: Sequence[_Key]) -> list[Item]:
        wanted = list(dict.fromkeys(keys))
        found = {(i["pk"], i["sk"]): i for i in self._beneath.batch_get([k for k in wanted if k not in self._written])}
        for key in wanted:
            item = self._written.get(key)
            if item is not None:
                found[key] = _copy(item)
        return [found[key] for key in wanted if key in found]

    def query(
        self, pk: str, prefix: str = "", *, first: str = "", last: str = "", newest_first: bool = False, limit: int = 0
    ) -> Iterator[Item]:
        def is_asked_for(sk: str) -> bool:
            return first <= sk <= last if first else sk.startswith(prefix)

        ours = [
            _copy(item)
            for (of, sk), item in self._written.items()
            if of == pk and item is not None and is_asked_for(sk)
        ]
        ours.sort(key=_sk, reverse=newest_first)
        beneath = self._beneath.query(pk, prefix, first=first, last=last, newest_first=newest_first)
        theirs = (item for item in beneath if (pk, item["sk"]) not in self._written)
        both = merge(ours, theirs, key=_sk, reverse=newest_first)
        return islice(both, limit) if limit else both

    def index(self, pk: str, prefix: str = "", *, after: str = "", limit: int = 0) -> Iterator[tuple[str, str, str]]:
        ours = sorted(
            (str(item["gsi1sk"]), key[0], key[1])
            for key, item in self._written.items()
            if item is not None and item.get("gsi1pk") == pk and "gsi1sk" in item
        )
        chosen = [row for row in ours if (row[0] > after if after else row[0].startswith(prefix))]
        theirs = (
            (position, of, sk)
            for of, sk, position in self._beneath.index(pk, prefix, after=after)
            if (of, sk) not in self._written
        )
        both = ((of, sk, position) for position, of, sk in merge(chosen, theirs))
        return islice(both, limit) if limit else both

    # Writing.

    def put(
        self,
        item: Mapping[str, Any],
        condition: str = "",
        names: Mapping[str, str] | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> None:
        self.transact([put_write(item, condition, names, values)])

    def delete(
        self,
        pk: str,
        sk: str,
        condition: str = "",
        names: Mapping[str, str] | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> None:
        self.transact([delete_write(pk, sk, condition, names, values)])

    def update(
        self,
        pk: str,
        sk: str,
        expression: str,
        condition: str = "",
        names: Mapping[str, str] | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> Item:
        self.transact([update_write(pk, sk, expression, condition, names, values)])
        return self.get(pk, sk) or {}

    def transact(self, writes: Iterable[dict[str, Any]]) -> None:
        results: dict[_Key, Item | None] = {}
        for write in writes:
            ((verb, arguments),) = write.items()
            target = arguments.get("Item") or arguments["Key"]
            key = (target["pk"], target["sk"])
            results[key] = self._result(verb, arguments, self.get(*key))
        self._written.update(results)

    def _result(self, verb: str, arguments: Mapping[str, Any], old: Item | None) -> Item | None:
        """What becomes of an item. Raises ``ConditionFailed``."""
        names = arguments.get("ExpressionAttributeNames") or _NONE
        values = _copy(arguments.get("ExpressionAttributeValues") or _NONE)
        condition = arguments.get("ConditionExpression", "")
        if condition and not holds(condition, old or {}, names, values):
            raise ConditionFailed(f"the condition {condition!r} does not hold")
        if verb == "Delete":
            return None
        if verb == "Put":
            return _copy(arguments["Item"])
        if verb == "Update":
            return updated(arguments["UpdateExpression"], old or dict(arguments["Key"]), names, values)
        return old


def _sk(item: Item) -> str:
    return str(item["sk"])


def _copy(item: Mapping[str, Any]) -> Item:
    """As the table would give it back: nothing shared with the caller, numbers as it has them."""
    return from_wire(to_wire(item))
