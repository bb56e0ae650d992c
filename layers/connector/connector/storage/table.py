"""The one DynamoDB table, in plain Python values.

Items are dicts with ``pk`` and ``sk``. Reads are consistent. A refused condition is ``ConditionFailed``, so callers
never see botocore's errors for what is part of the design.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import Binary, TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

Item = dict[str, Any]
_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize
TRANSACTION_LIMIT = 100
TRANSACTION_BYTES = 3_500_000
"""A transaction may have 4 MB (Amazon DynamoDB Developer Guide, "Quotas"); names and numbers are not counted here."""
_BATCH_LIMIT = 100


class ConditionFailed(Exception):
    """A conditional write found another state than it asked for; nothing was written."""


def to_wire(item: Mapping[str, Any]) -> dict[str, Any]:
    return {k: _serialize(v) for k, v in item.items() if v is not None}


def from_wire(item: Mapping[str, Any]) -> Item:
    return {k: _plain(_deserialize(v)) for k, v in item.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Binary):
        return bytes(value.value)  # type: ignore[attr-defined]
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    if isinstance(value, Decimal) and value == value.to_integral_value() and value.as_tuple().exponent == 0:
        return int(value)
    return value


class Table:
    """``client`` is a boto3 DynamoDB client; conditions are DynamoDB expressions with ``#name``/``:value`` maps."""

    def __init__(self, client: Any, name: str) -> None:
        self.client = client
        self.name = name

    def get(self, pk: str, sk: str) -> Item | None:
        answer = self.client.get_item(TableName=self.name, Key=to_wire({"pk": pk, "sk": sk}), ConsistentRead=True)
        return from_wire(answer["Item"]) if "Item" in answer else None

    def batch_get(self, keys: Sequence[tuple[str, str]]) -> list[Item]:
        """Items found, in the order of ``keys``; missing ones are left out."""
        found: dict[tuple[str, str], Item] = {}
        for start in range(0, len(keys), _BATCH_LIMIT):
            wanted = [to_wire({"pk": pk, "sk": sk}) for pk, sk in dict.fromkeys(keys[start : start + _BATCH_LIMIT])]
            while wanted:
                answer = self.client.batch_get_item(RequestItems={self.name: {"Keys": wanted, "ConsistentRead": True}})
                for raw in answer["Responses"].get(self.name, []):
                    item = from_wire(raw)
                    found[item["pk"], item["sk"]] = item
                wanted = answer.get("UnprocessedKeys", {}).get(self.name, {}).get("Keys", [])
        return [found[key] for key in dict.fromkeys(keys) if key in found]

    def query(
        self, pk: str, prefix: str = "", *, first: str = "", last: str = "", newest_first: bool = False, limit: int = 0
    ) -> Iterator[Item]:
        """Items of a partition whose ``sk`` starts with ``prefix``, or lies between ``first`` and ``last``."""
        condition, values = "pk = :pk", {":pk": pk}
        if first:
            condition += " AND sk BETWEEN :first AND :last"
            values |= {":first": first, ":last": last}
        elif prefix:
            condition += " AND begins_with(sk, :prefix)"
            values |= {":prefix": prefix}
        yield from self._pages(
            limit,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=to_wire(values),
            ScanIndexForward=not newest_first,
            ConsistentRead=True,
        )

    def index(self, pk: str, prefix: str = "", *, after: str = "", limit: int = 0) -> Iterator[tuple[str, str, str]]:
        """(pk, sk, gsi1sk) of items whose ``gsi1pk`` is ``pk``, in the order of ``gsi1sk``. Eventually consistent."""
        condition, values = "gsi1pk = :pk", {":pk": pk}
        if after:
            condition += " AND gsi1sk > :after"
            values |= {":after": after}
        elif prefix:
            condition += " AND begins_with(gsi1sk, :prefix)"
            values |= {":prefix": prefix}
        for item in self._pages(
            limit, IndexName="gsi1", KeyConditionExpression=condition, ExpressionAttributeValues=to_wire(values)
        ):
            yield item["pk"], item["sk"], item["gsi1sk"]

    def _pages(self, limit: int, **arguments: Any) -> Iterator[Item]:
        left = limit
        while True:
            if limit:
                arguments["Limit"] = left
            answer = self.client.query(TableName=self.name, **arguments)
            for raw in answer["Items"]:
                yield from_wire(raw)
                left -= 1
            if "LastEvaluatedKey" not in answer or (limit and left <= 0):
                return
            arguments["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def put(
        self,
        item: Mapping[str, Any],
        condition: str = "",
        names: Mapping[str, str] | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> None:
        self._guarded(self.client.put_item, {"Item": to_wire(item)}, condition, names, values)

    def delete(
        self,
        pk: str,
        sk: str,
        condition: str = "",
        names: Mapping[str, str] | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> None:
        self._guarded(self.client.delete_item, {"Key": to_wire({"pk": pk, "sk": sk})}, condition, names, values)

    def update(
        self,
        pk: str,
        sk: str,
        expression: str,
        condition: str = "",
        names: Mapping[str, str] | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> Item:
        """Returns the item as it is afterwards."""
        answer = self._guarded(
            self.client.update_item,
            {"Key": to_wire({"pk": pk, "sk": sk}), "UpdateExpression": expression, "ReturnValues": "ALL_NEW"},
            condition,
            names,
            values,
        )
        return from_wire(answer["Attributes"])

    def transact(self, writes: Iterable[dict[str, Any]]) -> None:
        """All of ``writes`` (made by the helpers below) or none. At most 100."""
        try:
            self.client.transact_write_items(TransactItems=[self._on_wire(w) for w in writes])
        except ClientError as error:
            if _somebody_was_faster(error):
                raise ConditionFailed(str(error)) from error
            raise

    def _on_wire(self, write: dict[str, Any]) -> dict[str, Any]:
        ((verb, arguments),) = write.items()
        wire = {k: to_wire(v) if k in _PLAIN else v for k, v in arguments.items()}
        return {verb: {"TableName": self.name, **wire}}

    def _guarded(
        self,
        call: Any,
        arguments: dict[str, Any],
        condition: str,
        names: Mapping[str, str] | None,
        values: Mapping[str, Any] | None,
    ) -> Any:
        try:
            return call(TableName=self.name, **arguments, **_expression(condition, names, values))
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                raise ConditionFailed(str(error)) from error
            raise


def _expression(condition: str, names: Mapping[str, str] | None, values: Mapping[str, Any] | None) -> dict[str, Any]:
    arguments = _expression_parts(condition, names, values)
    return {k: to_wire(v) if k in _PLAIN else v for k, v in arguments.items()}


def _expression_parts(
    condition: str, names: Mapping[str, str] | None, values: Mapping[str, Any] | None
) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    if condition:
        arguments["ConditionExpression"] = condition
    if names:
        arguments["ExpressionAttributeNames"] = dict(names)
    if values:
        arguments["ExpressionAttributeValues"] = dict(values)
    return arguments


_PLAIN = frozenset({"Item", "Key", "ExpressionAttributeValues"})
"""What stands in plain Python values in the parts of a transaction until it is sent."""


def _somebody_was_faster(error: ClientError) -> bool:
    """Whether a transaction was refused for what another writer did, and not for being wrong or throttled."""
    code = error.response["Error"]["Code"]
    if code == "TransactionInProgressException":
        return True
    reasons = {reason.get("Code") for reason in error.response.get("CancellationReasons", ())}
    return code == "TransactionCanceledException" and reasons <= _FASTER


_FASTER = frozenset({None, "None", "ConditionalCheckFailed", "TransactionConflict"})


def put_write(
    item: Mapping[str, Any],
    condition: str = "",
    names: Mapping[str, str] | None = None,
    values: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    return {"Put": {"Item": item, **_expression_parts(condition, names, values)}}


def update_write(
    pk: str,
    sk: str,
    expression: str,
    condition: str = "",
    names: Mapping[str, str] | None = None,
    values: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    key = {"pk": pk, "sk": sk}
    return {"Update": {"Key": key, "UpdateExpression": expression, **_expression_parts(condition, names, values)}}


def delete_write(
    pk: str,
    sk: str,
    condition: str = "",
    names: Mapping[str, str] | None = None,
    values: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    return {"Delete": {"Key": {"pk": pk, "sk": sk}, **_expression_parts(condition, names, values)}}


def check_write(
    pk: str, sk: str, condition: str, names: Mapping[str, str] | None = None, values: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    return {"ConditionCheck": {"Key": {"pk": pk, "sk": sk}, **_expression_parts(condition, names, values)}}


def fits(writes: Sequence[dict[str, Any]]) -> bool:
    """Whether DynamoDB takes all of ``writes`` in one transaction."""
    return len(writes) <= TRANSACTION_LIMIT and sum(map(_bytes, writes)) <= TRANSACTION_BYTES


def _bytes(write: dict[str, Any]) -> int:
    item = write.get("Put", {}).get("Item", {})
    return sum(len(value) for value in item.values() if isinstance(value, bytes))
