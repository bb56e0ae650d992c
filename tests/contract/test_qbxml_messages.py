"""Everything we can send is valid qbXML 13.0 of the US edition, whatever a merchant or customer typed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from connector.accounting.bank_documents import Deposit, DepositLine
from connector.accounting.documents import (
    AccountDetail,
    Applied,
    CreditCardRefund,
    CreditMemo,
    CustomerDetail,
    Document,
    Invoice,
    ItemDetail,
    ItemType,
    Line,
    ListKind,
    ListRef,
    ReceivePayment,
    SalesReceipt,
)
from connector.quickbooks import queries
from connector.quickbooks.elements import Reference, RenderContext
from connector.quickbooks.forms import render_document
from connector.quickbooks.list_requests import company_lists_requests, render_list_add, render_list_query
from connector.quickbooks.messages import message_set, probe
from connector.quickbooks.names import fit_name
from connector.quickbooks.rules import faults
from connector.quickbooks.shapes import SHAPES
from tests.contract.qbxml_contract import Contract

GUID = "2f6f3a0e-3c69-4c5e-9d7b-0c0d1e2f3a4b"
ODD = (
    "Zoë's 👕 <b>&amp;</b>",
    "a:b:c",
    "]]>",
    "\x00\x08\x1f\x7f\ufffe",
    "Привет",
    "日本語",
    "x" * 60,
    "“quoted” – €5",
    "\n\t ",
)
TEXTS = st.one_of(st.sampled_from(ODD), st.text(max_size=60), st.text("&<>\"':;]\x00é", max_size=60))
CENTS = st.integers(-(10**9), 10**9).map(lambda cents: Decimal(cents).scaleb(-2))
PAID = st.integers(1, 10**9).map(lambda cents: Decimal(cents).scaleb(-2))
DAYS = st.dates(date(2000, 1, 1), date(2037, 12, 31))
NUMBERS = st.from_regex(r"[A-Z0-9-]{1,11}", fullmatch=True)


@pytest.fixture(scope="module")
def contract(contracts: Path) -> Contract:
    return Contract(contracts / "qbxml")


def _refs(kind: ListKind) -> st.SearchStrategy[ListRef]:
    return st.builds(ListRef, st.just(kind), key=st.from_regex(r"k:\d{1,13}", fullmatch=True), name=TEXTS)


ITEMS = _refs(ListKind.ITEM)
LINES = st.lists(
    st.builds(
        Line,
        item=ITEMS,
        amount=CENTS,
        bucket=st.just("sales"),
        description=TEXTS,
        quantity=st.none() | st.decimals(-1000, 1000, places=3),
        account_override=st.sampled_from(["", "Income:Sales", "Café & Söhne"]),
    ),
    min_size=1,
    max_size=4,
).map(tuple)
HEAD = {
    "customer": _refs(ListKind.CUSTOMER),
    "day": DAYS,
    "ref_number": NUMBERS,
    "memo": TEXTS,
}
FORM = {
    **HEAD,
    "location": st.none() | _refs(ListKind.CLASS),
    "tax_item": _refs(ListKind.SALES_TAX_ITEM),
    "lines": LINES,
}
MONEY = {
    **HEAD,
    "payment_method": st.none() | _refs(ListKind.PAYMENT_METHOD),
    "total_bucket": st.just("tender:x"),
    "amount": PAID,
}
FURTHER = st.lists(st.builds(Applied, document=st.just("k"), amount=PAID), max_size=2).map(tuple)
DOCUMENTS: st.SearchStrategy[Document] = st.one_of(
    st.builds(
        SalesReceipt,
        **FORM,
        payment_method=st.none() | _refs(ListKind.PAYMENT_METHOD),
        deposit_to=st.sampled_from(["Shopify Clearing", "Bank:Café"]),
        total_bucket=st.just("tender:x"),
    ),
    st.builds(Invoice, **FORM),
    st.builds(CreditMemo, **FORM),
    st.builds(
        ReceivePayment,
        **MONEY,
        deposit_to=st.just("Shopify Clearing"),
        invoice=st.just("k"),
        applied=PAID | st.just(Decimal("0.00")),
        further=FURTHER,
    ),
    st.builds(CreditCardRefund, **MONEY, refund_from=st.just("Clearing"), credit_memo=st.just("k"), further=FURTHER),
    st.builds(
        Deposit,
        day=DAYS,
        deposit_to=st.sampled_from(["Checking", "Bank:Café"]),
        memo=TEXTS,
        lines=st.lists(
            st.builds(
                DepositLine,
                account=st.sampled_from(["Shopify Clearing", "Café & Söhne"]),
                amount=CENTS,
                bucket=st.just("payout_clearing"),
                description=TEXTS,
            ),
            min_size=1,
            max_size=4,
        ).map(tuple),
    ),
)
CONTEXTS = st.builds(
    RenderContext,
    reference=st.sampled_from(
        [
            lambda ref: Reference(full_name=fit_name(ref.kind, ref.name, ref.key)),
            lambda ref: Reference(list_id="80000001-1234567890", full_name=ref.name),
        ]
    ),
    txn_id=st.sampled_from([lambda key: "1A2B-1709800000", lambda key: "TxnID:E1"]),
    line_tax_code=st.sampled_from(["Non", "", "NT"]),
    use_classes=st.booleans(),
    include_guid=st.booleans(),
    receivable_account=st.sampled_from(["", "Accounts Receivable"]),
    use_barcodes=st.booleans(),
)


def _sound(contract: Contract, request: etree._Element, **ids: str) -> None:
    assert faults(request) == ()
    document = message_set([("entry", request)], **ids)
    assert document.isascii()
    assert contract.problems(document) == [], document
    kept = "".join(etree.fromstring(document).itertext())
    kept.encode("cp1252")


@settings(max_examples=300, deadline=None)
@given(document=DOCUMENTS, context=CONTEXTS, macro=st.sampled_from(["", "E1"]))
def test_every_document_is_valid_whatever_was_typed(
    contract: Contract, document: Document, context: RenderContext, macro: str
) -> None:
    _sound(contract, render_document(document, GUID, context, macro), new_id="set-1", old_id="set-0")


@settings(max_examples=300, deadline=None)
@given(
    kind=st.sampled_from(ListKind),
    type_=st.sampled_from(ItemType),
    texts=st.tuples(TEXTS, TEXTS, TEXTS, TEXTS),
    cost=st.none() | PAID,
    cogs=st.sampled_from(["", "Cost of Goods Sold"]),
    attempt=st.integers(0, 3),
    context=CONTEXTS,
)
def test_every_list_element_is_valid_whatever_was_typed(
    contract: Contract,
    kind: ListKind,
    type_: ItemType,
    texts: tuple[str, str, str, str],
    cost: Decimal | None,
    cogs: str,
    attempt: int,
    context: RenderContext,
) -> None:
    wish, description, sku, barcode = texts
    ref = ListRef(
        kind,
        "variant:123",
        wish,
        ItemDetail(type_, "Sales", cogs, "Inventory Asset", description, sku, barcode, cost),
        CustomerDetail(wish, description, sku, barcode),
        account=AccountDetail("OtherCurrentAsset", sku, description),
    )

    _sound(contract, render_list_add(ref, fit_name(kind, wish, ref.key, attempt), GUID, context))
    _sound(contract, render_list_query(kind, fit_name(kind, wish, ref.key, attempt)))


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_reading_back_and_looking_up_are_valid_for_every_kind(contract: Contract, name: str) -> None:
    _sound(contract, queries.read_back(name, ["1A2B-1709800000", "1A2C-1709800000"]))
    if SHAPES[name].number:
        for with_lines in (False, True):
            _sound(contract, queries.look_up(name, ["1001", "1001-R1"], with_lines=with_lines))


def test_deposits_lists_profile_and_probe_are_valid(contract: Contract) -> None:
    _sound(contract, queries.look_up_deposits(date(2024, 3, 5)))
    for page in (queries.customers, queries.vendors, queries.items):
        _sound(contract, page())
        _sound(contract, page("{b04bbaef-1ab5-41b6-99bd-a6e0f5a2e6f1}"))
    for name in ("Entity", "Item", "Account"):
        _sound(contract, queries.count(name))
    whole = [*company_lists_requests(), *queries.company_profile("{2f6f3a0e-3c69-4c5e-9d7b-0c0d1e2f3a4b}")]
    assert [fault for _, request in whole for fault in faults(request)] == []
    assert contract.problems(message_set(whole)) == []
    assert contract.problems(probe("0123456789abcdef0123456")) == []


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_what_is_asked_for_is_what_the_record_can_have(contract: Contract, name: str) -> None:
    """IncludeRetElement is not checked by QuickBooks: a wrong name would silently bring nothing back."""
    record = contract.facts["rs"][f"{name}QueryRs"]["kids"][0]
    has = set(_names(record["kids"]))
    asked = {e.text for e in queries.read_back(name, ["1"]).iterfind("IncludeRetElement")}

    # Deposits have no reference number and journal entries no memo; asking for them all the same does no harm.
    assert asked <= has | {"RefNumber", "Memo"}


def _names(kids: list[dict]) -> list[str]:
    names = []
    for kid in kids:
        names += [n for alternative in kid["alts"] for n in _names(alternative)] if "choice" in kid else [kid["n"]]
    return names
