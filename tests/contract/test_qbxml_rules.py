"""Our own table of qbXML's rules says the same as Intuit's schema, for valid requests and for spoiled ones."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from connector.quickbooks.layouts import LAYOUTS, MAY_DEFINE_MACRO
from connector.quickbooks.messages import message_set
from connector.quickbooks.rules import faults
from tests.contract.qbxml_contract import Contract

REQUESTS = sorted(name for name in LAYOUTS if name.endswith("Rq"))
# Both judges refuse Rate beside Amount, but the generator writes it, because the schema lets it.
_TOO_MUCH = "Rate and Amount"


@pytest.fixture(scope="module")
def contract(contracts: Path) -> Contract:
    return Contract(contracts / "qbxml")


def _problems(contract: Contract, request: etree._Element) -> list[str]:
    return contract.problems(message_set([("1", copy.deepcopy(request))]))


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_the_schema_allows_has_no_faults(contract: Contract, name: str) -> None:
    for seed in range(30):
        request = contract.request(name, random.Random(f"{name} {seed}"), fullest=seed == 0)

        found = [fault for fault in faults(request) if "both Rate and Amount" not in fault]

        assert [p for p in _problems(contract, request) if _TOO_MUCH not in p] == []
        assert found == [], etree.tostring(request)


def _swap(request: etree._Element, source: random.Random) -> None:
    parent = source.choice([e for e in request.iter() if len(e) > 1] or [request])
    if len(parent) > 1:
        first, second = source.sample(range(len(parent)), 2)
        moved = parent[first]
        parent.remove(moved)
        parent.insert(second, moved)


def _drop(request: etree._Element, source: random.Random) -> None:
    victim = source.choice([e for e in request.iter() if e is not request] or [None])
    if victim is not None:
        victim.getparent().remove(victim)


def _double(request: etree._Element, source: random.Random) -> None:
    victim = source.choice([e for e in request.iter() if e is not request] or [None])
    if victim is not None:
        victim.addnext(copy.deepcopy(victim))


def _rename(request: etree._Element, source: random.Random) -> None:
    victim = source.choice([e for e in request.iter() if e is not request] or [request])
    victim.tag = source.choice(["Amount", "Memo", "TaxAmount", "IsTaxIncluded", "ListID", "RefNumber", "CustomerRef"])


def _stretch(request: etree._Element, source: random.Random) -> None:
    leaf = _leaf(request, source)
    leaf.text = "x" * source.choice([4, 12, 14, 16, 17, 21, 22, 26, 32, 37, 42, 51, 100, 160, 210, 256, 1024, 4096])


def _garble(request: etree._Element, source: random.Random) -> None:
    values = [
        "12.345",
        "50.0",
        "1e5",
        "-",
        "2024-13-01",
        "2024-3-5",
        "TRUE",
        "yes",
        "1",
        "0",
        "12345678901234",
        "5",
        ".5",
    ]
    values += ["{2f6f3a0e}", "2f6f3a0e-3c69-4c5e-9d7b-0c0d1e2f3a4b", "1,000.00", "١٢", "All", "Bill", "é", "Start"]
    _leaf(request, source).text = source.choice(values)


ATTRIBUTES = (
    ("defMacro", "TxnID:A"),
    ("useMacro", "TxnID:A"),
    ("metaData", "MetaDataOnly"),
    ("metaData", "All"),
    ("iterator", "Start"),
    ("iterator", "Next"),
    ("iteratorID", "{1}"),
    ("extra", "1"),
)


def _attribute(request: etree._Element, source: random.Random) -> None:
    victim = source.choice(list(request.iter()))
    name, text = source.choice(ATTRIBUTES)
    victim.set(name, text)


def _leaf(request: etree._Element, source: random.Random) -> etree._Element:
    leaves = [e for e in request.iter() if e is not request and not len(e)]
    return source.choice(leaves) if leaves else etree.SubElement(request, "IncludeRetElement")


MUTATIONS: tuple[Callable[[etree._Element, random.Random], None], ...] = (
    _swap,
    _drop,
    _double,
    _rename,
    _stretch,
    _garble,
    _attribute,
)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__.strip("_"))
def test_a_spoiled_request_is_judged_as_the_schema_judges_it(contract: Contract, mutation: Callable) -> None:
    refused = 0
    for name in REQUESTS:
        for seed in range(25):
            source = random.Random(f"{name} {seed}")
            request = contract.request(name, source)
            mutation(request, source)

            problems = _problems(contract, request)
            found = [fault for fault in faults(request) if not fault.endswith(" is empty")]

            refused += bool(problems)
            assert bool(found) == bool(problems), (found, problems, etree.tostring(request))
    assert refused > 100, "the mutations hardly spoil anything: the comparison would prove nothing"


def test_an_empty_element_is_a_fault_though_the_schema_lets_it_pass(contract: Contract) -> None:
    """QuickBooks would read it as "clear this field"; an empty reference it refuses."""
    request = contract.request("InvoiceAddRq", random.Random(1), fullest=True)
    memo = request.find(".//Memo")
    memo.text = ""

    assert "Memo is empty" in faults(request)


def test_every_macro_of_the_schema_is_known(contract: Contract) -> None:
    for name in REQUESTS:
        request = contract.request(name, random.Random(name), fullest=True)
        for element in request.iter():
            for attribute in ("defMacro", "useMacro"):
                spoiled = copy.deepcopy(request)
                twin = (
                    spoiled.find(request.getroottree().getelementpath(element)) if element is not request else spoiled
                )
                twin.set(attribute, "TxnID:A")
                allowed = contract.schema.validate(etree.ElementTree(_wrapped(spoiled)))
                ours = not any("takes no attribute" in fault for fault in faults(spoiled))
                assert ours == allowed, (name, element.tag, attribute)
    assert MAY_DEFINE_MACRO


def _wrapped(request: etree._Element) -> etree._Element:
    return etree.fromstring(message_set([("1", request)]))
