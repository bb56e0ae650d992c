"""The stand-in's tables of messages against Intuit's contract: order, types, lengths, attributes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.local.company.answer_shapes import ANSWERS
from infra.local.company.messages import REQUEST_NAMES, answer_shape, request_attributes, request_shape
from infra.local.company.shapes import Field, Shape

NOT_KEPT = {
    # QuickBooks Merchant Services, price levels and group items are outside of what the stand-in does.
    "CreditCardTxnInfo", "CreditCardTxnInfoMod",
    "SalesReceiptLineGroupMod", "InvoiceLineGroupMod", "CreditMemoLineGroupMod", "SalesOrderLineGroupMod",
    "PurchaseOrderLineGroupMod", "SerialNumberAdjustment", "LotNumberAdjustment",
    "TransactionEntityFilter", "TransactionAccountFilter", "TransactionItemFilter", "TransactionClassFilter",
    "TransactionDetailLevelFilter", "TransactionPostingStatusFilter", "TransactionPaidStatusFilter",
}  # fmt: skip


@pytest.fixture(scope="session")
def us_schema(contracts: Path) -> dict[str, Any]:
    return json.loads((contracts / "qbxml" / "qbxml140_us.json").read_text("utf-8"))


def ours(shape: Shape, path: str = "") -> Iterator[tuple[str, tuple[Any, ...]]]:
    for part in shape.parts:
        if isinstance(part, Field):
            kind = {"txn": "id", "ref": "group"}.get(part.kind, part.kind)
            limit = part.limit if part.kind == "str" else 0
            yield f"{path}/{part.name}", (kind, limit, part.required, part.repeats, part.values)
            if part.shape is not None:
                yield from ours(part.shape, f"{path}/{part.name}")
        else:
            for option in part.options:
                yield from ours(option, path)


def theirs(kids: list[dict[str, Any]], path: str = "") -> Iterator[tuple[str, tuple[Any, ...]]]:
    for kid in kids:
        if "choice" in kid:
            for option in kid["alts"]:
                yield from theirs(option, path)
            continue
        if kid["n"] in NOT_KEPT:
            continue
        facts = (
            "group" if "kids" in kid else kid.get("t", "str"),
            kid.get("max", 0) if kid.get("t") == "str" else 0,
            not kid.get("opt"),
            kid.get("rep") in ("*", "+"),
            frozenset(kid.get("enum", ())),
        )
        yield f"{path}/{kid['n']}", facts
        yield from theirs(kid.get("kids", []), f"{path}/{kid['n']}")


@pytest.mark.parametrize("name", REQUEST_NAMES)
def test_request_shape_is_intuits(name: str, us_schema: dict[str, Any]) -> None:
    shape = request_shape(name)
    assert shape is not None
    assert list(ours(shape)) == list(theirs(us_schema["rq"][name]["kids"]))
    assert request_attributes(name) == set(us_schema["rq"][name]["attrs"])


LOOSER = {"EmployeeRet", "CurrencyRet", "TransactionRet", "TransferRet"}
"""Objects the stand-in keeps little of; their optional members are always there."""


@pytest.mark.parametrize("name", ANSWERS)
def test_answer_shape_follows_intuits_order(name: str, us_schema: dict[str, Any]) -> None:
    answer = "DataExtAddRs" if name == "DataExt" else f"{name}QueryRs"
    whole = [
        (path, facts) for path, facts in theirs(us_schema["rs"][answer]["kids"]) if path.startswith(f"/{name}Ret/")
    ]
    at = 0
    for path, facts in ours(answer_shape(name), f"/{name}Ret"):
        places = [place for place in range(at, len(whole)) if whole[place][0] == path]
        assert places, f"{path} is unknown or out of order"
        at = places[0] + 1
        required, repeats = whole[places[0]][1][2:4]
        assert facts[3] == repeats, path
        assert facts[2] == required or f"{name}Ret" in LOOSER or name == "DataExt", path
