"""Whatever the schema lets QuickBooks answer, we can read."""

from __future__ import annotations

import random
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from connector.quickbooks.answers import parse_answers
from connector.quickbooks.profile import Edition, read_hcp
from connector.quickbooks.queries import read_list_record, read_record
from connector.quickbooks.records import UnreadableRecord
from connector.quickbooks.shapes import SHAPES
from connector.quickbooks.status import Verdict, verdict
from tests.contract.qbxml_contract import Contract

LISTS = {
    "CustomerQueryRs": "Customer",
    "VendorQueryRs": "Vendor",
    "AccountQueryRs": "Account",
    "ClassQueryRs": "Class",
    "PaymentMethodQueryRs": "PaymentMethod",
    "SalesTaxCodeQueryRs": "SalesTaxCode",
    "ItemSalesTaxQueryRs": "ItemSalesTax",
    "ItemInventoryAddRs": "ItemInventory",
    "ItemOtherChargeAddRs": "ItemOtherCharge",
    "EntityQueryRs": "",
    "ItemQueryRs": "",
}


@pytest.fixture(scope="module")
def contract(contracts: Path) -> Contract:
    return Contract(contracts / "qbxml")


def _answered(*answers: etree._Element, encoding: str = "utf-8", **attributes: str) -> str:
    root = etree.Element("QBXML")
    envelope = etree.SubElement(root, "QBXMLMsgsRs", attributes)
    for number, answer in enumerate(answers):
        answer.set("requestID", f"request-{number}")
        answer.set("statusCode", "0")
        answer.set("statusSeverity", "Info")
        answer.set("statusMessage", "Status OK")
        envelope.append(answer)
    return f'<?xml version="1.0" encoding="{encoding}"?>\n' + etree.tostring(root, encoding="unicode")


@pytest.mark.parametrize("name", sorted(SHAPES))
@pytest.mark.parametrize("ending", ["AddRs", "QueryRs"])
def test_every_transaction_answer_is_read(contract: Contract, name: str, ending: str) -> None:
    read = 0
    for seed in range(20):
        element = contract.response(f"{name}{ending}", random.Random(f"{name} {seed}"))
        text = _answered(element)
        assert contract.schema.validate(etree.fromstring(text.encode()).getroottree())

        (answer,) = parse_answers(text).answers

        assert (answer.name, answer.code) == (f"{name}{ending}".removesuffix("Rs"), 0)
        for element in answer.records:
            if element.find("TxnDate") is None:
                # Payments and refunds may lack anything by the schema; without a date there is nothing to tie out.
                with pytest.raises(UnreadableRecord):
                    read_record(element)
                continue
            read += 1
            record = read_record(element)
            assert record.txn_id == (element.findtext("TxnID") or "")
            assert record.day.isoformat() == "2024-02-29"
            assert isinstance(record.total, Decimal)
    assert read > 5


@pytest.mark.parametrize("name", sorted(LISTS))
def test_every_list_answer_is_read(contract: Contract, name: str) -> None:
    read = set()
    for seed in range(40):
        element = contract.response(name, random.Random(f"{name} {seed}"))
        (answer,) = parse_answers(_answered(element, encoding="windows-1252")).answers
        for record in map(read_list_record, answer.records):
            read.add(record.type)
            assert record.list_id
            assert record.full_name
    assert read == {LISTS[name]} if LISTS[name] else len(read) > 2


def test_the_answer_of_a_deletion_names_what_it_deleted(contract: Contract) -> None:
    elements = [etree.Element(f"{name}Rs") for name in ("TxnDel", "TxnVoid")]
    for element, kind in zip(elements, ("TxnDelType", "TxnVoidType"), strict=True):
        etree.SubElement(element, kind).text = "SalesReceipt"
        etree.SubElement(element, "TxnID").text = "1A2B-1709800000"
    text = _answered(*elements)
    assert contract.schema.validate(etree.fromstring(text.encode()).getroottree())

    for answer in parse_answers(text).answers:
        assert answer.record_id == "1A2B-1709800000"
        assert verdict(answer) is Verdict.DONE


def test_any_company_profile_is_read(contract: Contract) -> None:
    for seed in range(40):
        source = random.Random(seed)
        host, company, preferences = (
            contract.response(name, source) for name in ("HostQueryRs", "CompanyQueryRs", "PreferencesQueryRs")
        )
        text = _answered(host, company, preferences)
        assert contract.schema.validate(etree.fromstring(text.encode()).getroottree())

        profile = read_hcp(text)

        assert profile.edition in Edition
        assert profile.product == (host.findtext("HostRet/ProductName") or "")
        if preferences.find("PreferencesRet") is not None:
            assert profile.uses_sales_tax == (preferences.find("PreferencesRet/SalesTaxPreferences") is not None)
