"""Intuit's schema as a judge of what we send and a source of what QuickBooks may answer."""

from __future__ import annotations

import importlib.util
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

Fact = dict[str, Any]
LEFT_OUT = frozenset({"CreditCardTxnInfo", "CreditCardInfo", "TotalBalanceFilter", "DateMacro"})
"""Elements of the schema our own tables leave out on purpose."""
LEFT_OUT_ADJUSTMENTS = frozenset({"SerialNumberAdjustment", "LotNumberAdjustment"})

_SAMPLES = {
    "amt": "-1234567890123.45",
    "price": "12.12345",
    "quan": "3.5",
    "pct": "6.25",
    "date": "2024-02-29",
    "datetime": "2024-02-29T23:59:59-05:00",
    "bool": "true",
    "int": "7",
    "float": "1.25",
    "guid": "{2f6f3a0e-3c69-4c5e-9d7b-0c0d1e2f3a4b}",
    "id": "1A2B-1709800000",
}
_TIMES = {"0..1": (0, 1), "1": (1, 1), "0..n": (0, 3), "1..n": (1, 3)}


class Contract:
    """The XSD, the US edition's facts and the lint that come with the contracts."""

    def __init__(self, folder: Path) -> None:
        spec = importlib.util.spec_from_file_location("qbxml_validate", folder / "validate.py")
        assert spec is not None and spec.loader is not None
        self._validate = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self._validate)
        self.schema: etree.XMLSchema = self._validate.load_schema(str(folder))
        self.facts: dict[str, dict[str, Fact]] = self._validate.load_facts(str(folder))

    def problems(self, document: bytes) -> list[str]:
        """What is wrong with a message set, by the XSD and by the lint."""
        tree = etree.ElementTree(etree.fromstring(document))
        found = [] if self.schema.validate(tree) else [error.message for error in self.schema.error_log]
        return found + [message for _, message in self._validate.lint(tree, self.facts)]

    def request(self, name: str, source: random.Random, *, fullest: bool = False) -> etree._Element:
        """Some valid request of this name, or the one with every element in it."""
        return _element(self.facts["rq"][name], source, 1.0 if fullest else source.choice((0.1, 0.4, 0.8)))

    def response(self, name: str, source: random.Random) -> etree._Element:
        """Some answer as QuickBooks might return it, without the attributes of its status."""
        return _element(self.facts["rs"][name], source, source.choice((0.2, 0.6, 1.0)))


def _element(fact: Fact, source: random.Random, fullness: float) -> etree._Element:
    element = etree.Element(fact["n"])
    if "kids" in fact:
        element.extend(_children(fact["kids"], source, fullness))
        if fact["n"].endswith("Ref") and not len(element) and _is_reference(fact):
            etree.SubElement(element, "FullName").text = "x"
    else:
        element.text = _text(fact, source)
    return element


def _is_reference(fact: Fact) -> bool:
    return [kid.get("n") for kid in fact["kids"]] == ["ListID", "FullName"]


def _children(kids: list[Fact], source: random.Random, fullness: float) -> Iterator[etree._Element]:
    for kid in kids:
        if "choice" in kid:
            least, most = _TIMES[kid["choice"]]
            wanted = source.randint(max(least, 1), most) if source.random() <= fullness else least
            for _ in range(wanted):
                alternatives = [alt for alt in kid["alts"] if not _left_out(alt)]
                yield from _children(source.choice(alternatives), source, fullness)
        elif kid["n"] not in LEFT_OUT:
            repeated = source.randint(1, 3) if kid.get("rep") else 1
            if (not kid.get("opt") and kid.get("rep") != "*") or source.random() <= fullness:
                for _ in range(repeated):
                    yield _element(kid, source, fullness)


def _left_out(alternative: list[Fact]) -> bool:
    return any(kid.get("n") in LEFT_OUT | LEFT_OUT_ADJUSTMENTS for kid in alternative)


def _text(fact: Fact, source: random.Random) -> str:
    if "enum" in fact:
        return source.choice(fact["enum"])
    if fact.get("t") in _SAMPLES:
        return _SAMPLES[fact["t"]]
    return "x" * source.choice((1, min(fact.get("max", 40), 200)))
