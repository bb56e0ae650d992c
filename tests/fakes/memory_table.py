"""The one table in memory, with the public methods of ``connector.storage.table.Table``.

For tests that run whole preparations and postings thousands of times. It judges conditions, keys and sizes like
DynamoDB; ``tests/unit/storage/test_table_contract.py`` runs the same tests on it and on moto.

``before_write`` is called with a running number before each write and may raise: that is a process killed between
two writes. ``index_lag`` is how many writes the index is behind, as DynamoDB's may be; ``settle`` lets it catch up.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from connector.storage.table import (
    TRANSACTION_LIMIT,
    ConditionFailed,
    Item,
    delete_write,
    put_write,
    update_write,
)
from tests.fakes import expressions
from tests.fakes.expressions import invalid

_LARGEST_ITEM = 400 * 1024
_LONGEST_SORT_KEY = 1024
_LARGEST_TRANSACTION = 4 * 1024 * 1024
_NOTHING: Mapping[str, Any] = {}
_Key = tuple[str, str]


class MemoryTable:
    def __init__(self, before_write: Callable[[int], None] | None = None, index_lag: int = 0) -> None:
        self.before_write = before_write
        self.index_lag = index_lag
        self.writes = 0
        """Write requests so far; a transaction counts as one."""
        self.written_items = 0
        """Items put, updated or deleted so far, as DynamoDB bills them."""
        self._partitions: dict[str, dict[str, Item]] = {}
        self._sorted: dict[str, list[str]] = {}
        self._index: dict[str, list[tuple[str, str, str]]] = {}
        self._indexed: dict[_Key, tuple[str, str]] = {}
        self._behind: deque[tuple[_Key, tuple[str, str] | None]] = deque()

    # Reading.

    def get(self, pk: str, sk: str) -> Item | None:
        if len(sk.encode("utf-8", "surrogatepass")) > _LONGEST_SORT_KEY:
            raise invalid("Size of rangekey has exceeded the maximum size limit of 1024 bytes")
        item = self._partitions.get(pk, {}).get(sk)
        return _copy(item) if item else None

    def batch_get(self, keys: Sequence[_Key]) -> list[Item]:
        found = (self._partitions.get(pk, {}).get(sk) for pk, sk in dict.fromkeys(keys))
        return [_copy(item) for item in found if item]

    def query(
        self, pk: str, prefix: str = "", *, first: str = "", last: str = "", newest_first: bool = False, limit: int = 0
    ) -> Iterator[Item]:
        if first and not last >= first:
            raise invalid("The BETWEEN operator requires upper bound to be greater than or equal to lower bound")
        sks = self._sorted.get(pk, [])
        if first:
            chosen = sks[bisect_left(sks, first) : bisect_right(sks, last)]
        else:
            chosen = [sk for sk in sks[bisect_left(sks, prefix) :] if sk.startswith(prefix)] if prefix else list(sks)
        if newest_first:
            chosen.reverse()
        for sk in chosen[:limit] if limit else chosen:
            item = self._partitions[pk].get(sk)
            if item is not None:
                yield _copy(item)

    def index(self, pk: str, prefix: str = "", *, after: str = "", limit: int = 0) -> Iterator[tuple[str, str, str]]:
        rows = self._index.get(pk, [])
        if after:
            chosen = rows[bisect_right(rows, after, key=lambda row: row[0]) :]
        else:
            chosen = [row for row in rows[bisect_left(rows, (prefix,)) :] if row[0].startswith(prefix)]
        for position, item_pk, sk in list(chosen[:limit] if limit else chosen):
            yield item_pk, sk, position

    # Writing.

    def put(
        self,
        item: Mapping[str, Any],
        condition: str = "",
        names: Mapping[str, str] | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> None:
        self._write([put_write(item, condition, names, values)])

    def delete(
        self,
        pk: str,
        sk: str,
        condition: str = "",
        names: Mapping[str, str] | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> None:
        self._write([delete_write(pk, sk, condition, names, values)])

    def update(
        self,
        pk: str,
        sk: str,
        expression: str,
        condition: str = "",
        names: Mapping[str, str] | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> Item:
        self._write([update_write(pk, sk, expression, condition, names, values)])
        return _copy(self._partitions[pk][sk])

    def transact(self, writes: Iterable[dict[str, Any]]) -> None:
        writes = list(writes)
        if not 1 <= len(writes) <= TRANSACTION_LIMIT:
            raise invalid(f"a transaction has 1 to {TRANSACTION_LIMIT} parts, this one {len(writes)}")
        self._write(writes)

    def settle(self) -> None:
        """The index catches up with the table."""
        while self._behind:
            self._reindex(*self._behind.popleft())

    def _write(self, writes: Sequence[dict[str, Any]]) -> None:
        self.writes += 1
        if self.before_write:
            self.before_write(self.writes)
        results: dict[_Key, Item | None] = {}
        for write in writes:
            ((verb, arguments),) = write.items()
            key, item, wanted = self._judged(verb, arguments)
            if key in results:
                raise invalid("Transaction request cannot include multiple operations on one item")
            results[key] = item if wanted else self._partitions.get(key[0], {}).get(key[1])
            self.written_items += wanted
        if sum(_size(item) for item in results.values() if item) > _LARGEST_TRANSACTION:
            raise invalid("Transaction exceeds 4 MB")
        for key, item in results.items():
            self._store(key, item)
        while len(self._behind) > self.index_lag:
            self._reindex(*self._behind.popleft())

    def _judged(self, verb: str, arguments: Mapping[str, Any]) -> tuple[_Key, Item | None, bool]:
        """The item's key, what becomes of it, whether that is a change; ``ConditionFailed`` if it may not be."""
        names = arguments.get("ExpressionAttributeNames") or _NOTHING
        values = {k: stored(v) for k, v in (arguments.get("ExpressionAttributeValues") or _NOTHING).items()}
        changing = arguments.get("UpdateExpression", "")
        test = arguments.get("ConditionExpression", "")
        keys = arguments["Item"] if verb == "Put" else arguments["Key"]
        key = (_key(keys, "pk"), _key(keys, "sk"))
        old = self._partitions.get(key[0], {}).get(key[1])
        if test:
            if not expressions.condition(test, names, values, changing)(old or {}, names, values):
                raise ConditionFailed(f"the condition {test!r} does not hold for {key}")
        elif not changing and (names or values):
            raise invalid("names or values without an expression")
        if verb == "ConditionCheck":
            return key, old, False
        if verb == "Delete":
            return key, None, True
        if verb == "Put":
            new = {k: stored(v) for k, v in arguments["Item"].items() if v is not None}
        else:
            new = _copy(old) if old else {"pk": key[0], "sk": key[1]}
            before = old or {}
            for change in expressions.update(changing, names, values, test):
                change(before, new, names, values)
            new = {k: stored(v) for k, v in new.items()}
        if _size(new) > _LARGEST_ITEM:
            raise invalid(f"Item size has exceeded the maximum allowed size: {key}")
        for name in ("gsi1pk", "gsi1sk"):
            if name in new:
                _key(new, name)
        return key, new, True

    def _store(self, key: _Key, item: Item | None) -> None:
        pk, sk = key
        partition = self._partitions.setdefault(pk, {})
        if item is None:
            if partition.pop(sk, None) is not None:
                order = self._sorted[pk]
                del order[bisect_left(order, sk)]
        else:
            if sk not in partition:
                insort(self._sorted.setdefault(pk, []), sk)
            partition[sk] = item
        place = (item["gsi1pk"], item["gsi1sk"]) if item and "gsi1pk" in item and "gsi1sk" in item else None
        self._behind.append((key, place))

    def _reindex(self, key: _Key, place: tuple[str, str] | None) -> None:
        before = self._indexed.pop(key, None)
        if before:
            rows = self._index[before[0]]
            del rows[bisect_left(rows, (before[1], *key))]
        if place:
            self._indexed[key] = place
            insort(self._index.setdefault(place[0], []), (place[1], *key))


def stored(value: Any) -> Any:
    """A value as DynamoDB gives it back: numbers without trailing zeros, whole ones as ``int``, sequences as lists."""
    kind = type(value)
    if kind is str or kind is bool or value is None or kind is bytes:
        return value
    if isinstance(value, bool):
        return bool(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bytes | bytearray):
        return bytes(value)
    if isinstance(value, Mapping):
        return {k: stored(v) for k, v in value.items()}
    if isinstance(value, set | frozenset):
        return _set(value)
    if isinstance(value, list | tuple):
        return [stored(v) for v in value]
    raise TypeError(f"Unsupported type {kind} for value {value!r}")


def _number(value: Decimal) -> int | Decimal:
    if not value.is_finite():
        raise TypeError("Infinity and NaN not supported")
    if len(value.as_tuple().digits) > 38:
        raise invalid("Attempting to store more than 38 significant digits in a Number")
    if value == value.to_integral_value():
        return int(value)
    return value.normalize()


def _set(value: set[Any] | frozenset[Any]) -> set[Any]:
    if not value:
        raise invalid("An string set may not be empty")
    found = {stored(v) for v in value}
    if len({str if isinstance(v, str) else bytes if isinstance(v, bytes) else int for v in found}) > 1:
        raise TypeError(f"a set of one kind is wanted, not {value!r}")
    return found


def _copy(item: Item) -> Item:
    return {k: _copied(v) if isinstance(v, dict | list | set) else v for k, v in item.items()}


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _copied(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_copied(v) for v in value]
    return set(value) if isinstance(value, set) else value


def _key(item: Mapping[str, Any], name: str) -> str:
    value = item.get(name)
    if not isinstance(value, str) or not value:
        raise invalid(f"One or more parameter values were invalid: key {name} is {value!r}")
    return str(value)


def _size(item: Item) -> int:
    """A little less than DynamoDB counts: text, bytes and names."""
    return sum(len(k) + (len(v) if isinstance(v, str | bytes) else 8) for k, v in item.items())
