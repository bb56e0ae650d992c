"""Inventory Adjustments are valid qbXML 13.0 of the US edition, whatever products and locations are called."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.accounting.documents import ListKind
from connector.accounting.stock_documents import AdjustedLine, InventoryAdjustment
from connector.quickbooks import queries
from connector.quickbooks.elements import RenderContext
from connector.quickbooks.forms import render_document
from tests.contract.qbxml_contract import Contract
from tests.contract.test_qbxml_messages import CONTEXTS, DAYS, GUID, NUMBERS, TEXTS, _refs, _sound, contract

__all__ = ["contract"]

ACCOUNTS = st.sampled_from(["Inventory Adjustments", "Café & Söhne:Svind"])
DOCUMENTS = st.builds(
    InventoryAdjustment,
    account=ACCOUNTS,
    location=st.none() | _refs(ListKind.CLASS),
    day=DAYS,
    ref_number=NUMBERS,
    memo=TEXTS,
    lines=st.lists(
        st.builds(
            AdjustedLine,
            item=_refs(ListKind.ITEM),
            quantity=st.integers(-10_000, 10_000).filter(bool).map(Decimal),
            account=ACCOUNTS,
        ),
        min_size=1,
        max_size=5,
    ).map(tuple),
)


@settings(max_examples=200, deadline=None)
@given(document=DOCUMENTS, context=CONTEXTS, macro=st.sampled_from(["", "E1"]))
def test_every_adjustment_is_valid_and_says_by_how_much_units_changed(
    contract: Contract, document: InventoryAdjustment, context: RenderContext, macro: str
) -> None:
    request = render_document(document, GUID, context, macro)
    _sound(contract, request, new_id="set-1", old_id="set-0")
    units = [Decimal(element.text or "") for element in request.iter("QuantityDifference")]
    assert units == [line.quantity for line in document.lines]


@pytest.mark.parametrize("with_lines", [True, False])
def test_adjustments_are_asked_for_with_their_lines(contract: Contract, with_lines: bool) -> None:
    """QuickBooks tells no total of one: what it is known by are its units."""
    request = queries.look_up("InventoryAdjustment", ["A1"], with_lines=with_lines)
    _sound(contract, request, new_id="set-1", old_id="set-0")
    assert request.findtext("IncludeLineItems") == "true"
    _sound(contract, queries.read_back("InventoryAdjustment", ["1A2B-1"]), new_id="set-1", old_id="set-0")
    _sound(contract, queries.modified("InventoryAdjustment", "2026-03-05T00:00:00Z"))
    _sound(contract, queries.is_there("InventoryAdjustment", "1A2B-1"))
