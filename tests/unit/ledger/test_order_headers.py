"""What an order says of itself beside its facts, and the rarer kinds of sales."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connector.accounting.detailed import detailed_documents
from connector.accounting.effects import add, effect_of_facts, effects_by_day
from connector.accounting.policy import ACCOUNT_KEYS, Policy
from connector.ledger.facts import OrderFacts, SaleKind, Terms
from connector.ledger.invariants import order_disagreements
from connector.ledger.orders import read_order
from connector.storage.codec import pack, unpack
from tests.fakes.nodes import agreement, money, sale

COPENHAGEN = ZoneInfo("Europe/Copenhagen")


def order(*agreements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": "gid://shopify/Order/7",
        "legacyResourceId": "7",
        "name": "#1007",
        "test": False,
        "currencyCode": "DKK",
        "sourceName": "web",
        "updatedAt": "2026-11-05T10:00:00Z",
        "displayFulfillmentStatus": "UNFULFILLED",
        "transactions": [],
        "refunds": [],
        "agreements": list(agreements),
    } | more


def dkk(value: Any) -> Any:
    """Nodes by hand are in dollars; this shop is Danish."""
    if isinstance(value, dict):
        return {k: "DKK" if v == "USD" else dkk(v) for k, v in value.items()}
    return [dkk(v) for v in value] if isinstance(value, list) else value


def read(*agreements: dict[str, Any], **more: Any) -> OrderFacts:
    return read_order(dkk(order(*agreements, **more)), COPENHAGEN)


def paid(number: int, kind: str, amount: str, at: str = "2026-11-02T10:00:00Z") -> dict[str, Any]:
    return {
        "id": f"gid://shopify/OrderTransaction/{number}",
        "kind": kind,
        "status": "SUCCESS",
        "gateway": "shopify_payments",
        "createdAt": at,
        "processedAt": at,
        "amountSet": money(amount),
        "amountRoundingSet": None,
    }


def test_a_company_buys_on_terms_under_its_own_number() -> None:
    header = read(
        poNumber="PO-77",
        purchasingEntity={
            "__typename": "PurchasingCompany",
            "company": {"id": "gid://shopify/Company/3", "name": "Hansen ApS"},
        },
        paymentTerms={"paymentTermsName": "Net 30", "paymentTermsType": "NET", "dueInDays": 30},
    ).order
    assert (header.po_number, header.company, header.company_id) == ("PO-77", "Hansen ApS", "gid://shopify/Company/3")
    assert header.terms == Terms("Net 30", "NET", 30)


@pytest.mark.parametrize("entity", [None, {"__typename": "Customer"}, {"__typename": "PurchasingCompany"}])
def test_without_permission_or_company_there_is_none(entity: Any) -> None:
    header = read(purchasingEntity=entity, paymentTerms=None).order
    assert (header.company, header.terms) == ("", None)


def test_fulfilment_days_are_the_shops_and_cancelled_ones_are_none() -> None:
    header = read(
        fulfillments=[
            {"id": "f1", "status": "SUCCESS", "createdAt": "2026-11-02T23:30:00Z"},
            {"id": "f2", "status": "SUCCESS", "createdAt": "2026-11-03T08:00:00Z"},
            {"id": "f3", "status": "CANCELLED", "createdAt": "2026-11-04T08:00:00Z"},
        ]
    ).order
    assert header.fulfilled_on == (date(2026, 11, 3),)


@pytest.mark.parametrize(
    ("status", "fulfilled"),
    [("FULFILLED", True), ("FULFILLMENT_NOT_REQUIRED", True), ("PARTIALLY_FULFILLED", False), ("RESTOCKED", False)],
)
def test_what_needs_no_sending_is_fulfilled(status: str, fulfilled: bool) -> None:
    assert read(displayFulfillmentStatus=status).order.fulfilled is fulfilled


def test_what_the_customer_saw_is_for_the_memo_only() -> None:
    totals = {
        "shopMoney": {"amount": "745.0", "currencyCode": "DKK"},
        "presentmentMoney": {"amount": "100.50", "currencyCode": "EUR"},
    }
    header = read(currentTotalPriceSet=totals).order
    assert header.presentment == "100.5 EUR"
    assert header.current_total == Decimal("745.00")
    same = {"shopMoney": totals["shopMoney"], "presentmentMoney": totals["shopMoney"]}
    assert read(currentTotalPriceSet=same).order.presentment == ""


def test_facts_stored_before_these_fields_existed_can_still_be_read() -> None:
    facts = read(agreement("1", "2026-11-02T10:00:00Z", sale("1", "100.00")))
    stored = pack(facts)
    assert unpack(stored, OrderFacts) == facts
    import gzip
    import json

    old = json.loads(gzip.decompress(stored))
    for name in ("fulfilled_on", "po_number", "company", "company_id", "terms", "receipt_number", "current_total"):
        del old["order"][name]
    found = unpack(gzip.compress(json.dumps(old).encode()), OrderFacts)
    assert (found.sales, found.order.terms) == (facts.sales, None)


@pytest.mark.parametrize(
    ("kind", "title"), [("RestockingFee", "Restocking fee"), ("ReturnShippingFee", "Return shipping"), (None, "")]
)
def test_a_fee_on_a_return_has_its_name_where_the_shop_lets_us_see_it(kind: str | None, title: str) -> None:
    fee = sale("2", "15.00", line_type="FEE") | {"lineItem": None, "fee": kind and {"__typename": kind, "id": "x"}}
    (fact,) = read(agreement("1", "2026-11-02T10:00:00Z", fee)).sales
    assert (fact.kind, fact.title, fact.gross) == (SaleKind.FEE, title, Decimal("15.00"))


EXCHANGE_UP = (
    agreement("1", "2026-11-02T10:00:00Z", sale("1", "100.00", tax="25.00")),
    agreement(
        "2",
        "2026-11-04T10:00:00Z",
        sale("2", "-100.00", tax="-25.00", action="RETURN", quantity=-1),
        sale("3", "140.00", tax="35.00"),
    )
    | {"__typename": "ReturnAgreement", "reason": "RETURN"},
)
REFUND_WITHOUT_GOODS = (
    agreement("1", "2026-11-02T10:00:00Z", sale("1", "100.00")),
    agreement("2", "2026-11-04T10:00:00Z", sale("2", "-20.00", line_type="ADJUSTMENT", action="RETURN"), refund="9"),
)
RESTOCKING = (
    agreement("1", "2026-11-02T10:00:00Z", sale("1", "100.00")),
    agreement(
        "2",
        "2026-11-04T10:00:00Z",
        sale("2", "-100.00", action="RETURN", quantity=-1),
        sale("3", "15.00", line_type="FEE"),
        refund="9",
    ),
)


@pytest.mark.parametrize(
    ("agreements", "transactions", "refunds", "total"),
    [
        (EXCHANGE_UP, [paid(1, "SALE", "125.00"), paid(2, "SALE", "50.00", "2026-11-04T10:00:05Z")], [], "175.00"),
        (
            REFUND_WITHOUT_GOODS,
            [paid(1, "SALE", "100.00"), paid(2, "REFUND", "20.00", "2026-11-04T10:00:05Z")],
            [{"id": "gid://shopify/Refund/9", "transactions": [{"id": "gid://shopify/OrderTransaction/2"}]}],
            "80.00",
        ),
        (
            RESTOCKING,
            [paid(1, "SALE", "100.00"), paid(2, "REFUND", "85.00", "2026-11-04T10:00:05Z")],
            [{"id": "gid://shopify/Refund/9", "transactions": [{"id": "gid://shopify/OrderTransaction/2"}]}],
            "15.00",
        ),
    ],
    ids=["exchange for something dearer", "refund without goods", "restocking fee"],
)
def test_the_rarer_agreements_add_up_and_reach_the_books_on_their_days(
    agreements: Any, transactions: Any, refunds: Any, total: str
) -> None:
    facts = read(
        *agreements,
        transactions=transactions,
        refunds=refunds,
        currentTotalPriceSet=money(total),
        displayFulfillmentStatus="FULFILLED",
    )
    assert order_disagreements(facts) == ()
    policy = Policy(accounts={key: key for key in ACCOUNT_KEYS})
    outcome = detailed_documents(facts, frozenset(), policy, lambda letter, n: f"1007{letter}{n}", {}, ())
    assert outcome.problem is None
    booked: dict[str, Decimal] = {}
    for draft in outcome.drafts:
        booked = add(booked, draft.effect)
    assert booked == effect_of_facts(facts.sales, facts.money)
    assert {draft.document.day for draft in outcome.drafts} == set(effects_by_day(facts.sales, facts.money))


def test_an_order_whose_sales_are_not_its_total_is_named_with_the_difference() -> None:
    facts = read(agreement("1", "2026-11-02T10:00:00Z", sale("1", "100.00")), currentTotalPriceSet=money("99.99"))
    (found,) = order_disagreements(facts)
    assert (found.name, found.difference) == ("#1007", Decimal("0.01"))
    assert "#1007" in found.words and "99.99" in found.words
