"""Purchase documents are valid qbXML 13.0 of the US edition, whatever suppliers are called and products are named."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.accounting.documents import Document, ListKind
from connector.accounting.purchase_documents import (
    Bill,
    ExpenseLine,
    ItemLine,
    ItemReceipt,
    PurchaseOrder,
    VendorCredit,
)
from connector.quickbooks import queries
from connector.quickbooks.elements import RenderContext
from connector.quickbooks.forms import render_document
from tests.contract.qbxml_contract import Contract
from tests.contract.test_qbxml_messages import CENTS, CONTEXTS, DAYS, GUID, NUMBERS, TEXTS, _refs, _sound, contract

__all__ = ["contract"]

ACCOUNTS = st.sampled_from(["Freight In", "Café & Söhne:Varer"])
CLASSES = st.none() | _refs(ListKind.CLASS)
ITEM_LINES = st.lists(
    st.builds(
        ItemLine,
        item=_refs(ListKind.ITEM),
        account=ACCOUNTS,
        quantity=st.integers(-1000, 1000).filter(bool).map(Decimal),
        amount=CENTS,
        bucket=st.just("purchases"),
        description=TEXTS,
        location=CLASSES,
        ordered=st.sampled_from(["", "l1", "l2"]),
        so_far=st.integers(0, 9),
    ),
    max_size=4,
).map(tuple)
EXPENSES = st.lists(
    st.builds(
        ExpenseLine,
        account=ACCOUNTS,
        amount=CENTS,
        bucket=st.just("freight_in"),
        description=TEXTS,
        location=CLASSES,
    ),
    max_size=3,
).map(tuple)
OWED = {
    "vendor": _refs(ListKind.VENDOR),
    "payable": ACCOUNTS,
    "day": DAYS,
    "ref_number": NUMBERS,
    "memo": TEXTS,
    "expenses": EXPENSES,
    "items": ITEM_LINES,
}
ORDERS = st.sampled_from(["", "PurchaseOrder|1"])
DOCUMENTS: st.SearchStrategy[Document] = st.one_of(
    st.builds(
        PurchaseOrder,
        vendor=_refs(ListKind.VENDOR),
        location=CLASSES,
        day=DAYS,
        ref_number=NUMBERS,
        memo=TEXTS,
        lines=ITEM_LINES.filter(bool),
    ),
    st.builds(Bill, **OWED, due_day=st.none() | DAYS, purchase_order=ORDERS),
    st.builds(ItemReceipt, **OWED, purchase_order=ORDERS),
    st.builds(VendorCredit, **OWED),
)


@settings(max_examples=300, deadline=None)
@given(document=DOCUMENTS, context=CONTEXTS, linked=st.booleans(), macro=st.sampled_from(["", "E1"]))
def test_every_purchase_document_is_valid_whatever_was_typed(
    contract: Contract, document: Document, context: RenderContext, linked: bool, macro: str
) -> None:
    known = replace(
        context,
        txn_id=lambda key: "1A2B-1709800000",
        order_line=lambda key, line: "1A2C-1709800000" if linked and line.ordered == "l1" else "",
    )
    request = render_document(document, GUID, known, macro)
    _sound(contract, request, new_id="set-1", old_id="set-0")
    for line in request.iter("ItemLineAdd"):
        assert (line.find("ItemRef") is None) == (line.find("LinkToTxn") is not None)


@pytest.mark.parametrize("kind", ["PurchaseOrder", "Bill", "ItemReceipt", "VendorCredit"])
def test_what_we_ask_back_of_a_purchase_can_be_had(contract: Contract, kind: str) -> None:
    _sound(contract, queries.modified(kind, "2026-03-05T00:00:00Z"))
    _sound(contract, queries.is_there(kind, "1A2B-1709800000"))
