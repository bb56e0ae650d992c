"""Gift cards, store credit, cash and stock outside of orders: what becomes of them in the books."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.accounting.cash import (
    account_of_reason,
    effect_of_movement,
    effect_of_over_short,
    movement_entry,
    over_short_entry,
)
from connector.accounting.documents import JournalEntry
from connector.accounting.effects import balanced, effect_of_document
from connector.accounting.items import Unmapped
from connector.accounting.policy import ACCOUNT_KEYS, Mode, Policy
from connector.accounting.stock import adjust
from connector.accounting.stock_documents import InventoryAdjustment
from connector.accounting.stored_value import effect_of_stored_value, stored_value_entry, title_of
from connector.ledger.cash import CashMovement, CashSession
from connector.ledger.facts import Product
from connector.ledger.stock import StockAdjustment, StockCount
from connector.ledger.stored_value import GIFT_CARD, STORE_CREDIT, StoredValueFact, StoredValueKind

DAY, AT = date(2026, 3, 2), datetime(2026, 3, 2, 15, tzinfo=UTC)
POLICY = Policy({key: key for key in ACCOUNT_KEYS}, tenders={"cash": "drawer"})
BY_AMOUNT = replace(POLICY, inventory=Mode.SUMMARY)
CENTS = st.integers(1, 10**7).map(lambda cents: Decimal(cents).scaleb(-2))
SIGNED = st.integers(-(10**7), 10**7).filter(bool).map(lambda cents: Decimal(cents).scaleb(-2))


def without(*keys: str) -> Policy:
    return replace(POLICY, accounts={key: name for key, name in POLICY.accounts.items() if key not in keys})


def debits(document: JournalEntry) -> dict[str, Decimal]:
    assert sum(line.amount for line in document.lines) == 0
    return {line.account: line.amount for line in document.lines}


def changed(of: str, kind: StoredValueKind, amount: Decimal) -> StoredValueFact:
    return StoredValueFact("f1", DAY, AT, of, kind, amount, "card1", "…8KQ2", "for Anna Smith")


@given(st.sampled_from([GIFT_CARD, STORE_CREDIT]), st.sampled_from(list(StoredValueKind)), SIGNED)
def test_a_change_of_what_is_owed_is_in_the_books_what_it_is_in_shopify(
    of: str, kind: StoredValueKind, amount: Decimal
) -> None:
    fact = changed(of, kind, amount)
    document = stored_value_entry(fact, POLICY, "G1")
    assert effect_of_document(document) == effect_of_stored_value(fact)
    assert balanced(effect_of_document(document))
    counter = "drawer" if kind is StoredValueKind.CASHED_OUT else "discounts"
    owed = "gift_cards" if of == GIFT_CARD else "store_credit"
    assert debits(document) == {owed: -amount, counter: amount}


def test_no_text_of_a_card_says_whose_it_is() -> None:
    fact = changed(STORE_CREDIT, StoredValueKind.CREDITED, Decimal("5.00"))
    document = stored_value_entry(replace(fact, label="Anna Smith"), POLICY, "G1")
    assert "Anna" not in document.memo + title_of(fact) + str(document)


def test_store_credit_waits_until_it_has_an_account() -> None:
    with pytest.raises(Unmapped) as error:
        stored_value_entry(
            changed(STORE_CREDIT, StoredValueKind.CREDITED, Decimal("5.00")), without("store_credit"), "G1"
        )
    assert "store credit" in error.value.reason and error.value.amount == Decimal("5.00")


def session(off: str = "-0.35", *moved: CashMovement) -> CashSession:
    return CashSession("s1", DAY, AT, AT, "Front 1", "gid://shopify/Location/7", "Store", Decimal(off), moved)


def moved(amount: str, reason: str) -> CashMovement:
    return CashMovement("m1", DAY, AT, Decimal(amount), "milk", reason)


@given(SIGNED)
def test_a_drawer_that_was_over_or_short(off: Decimal) -> None:
    counted = replace(session(), over_short=off)
    document = over_short_entry(counted, POLICY, "T1")
    assert debits(document) == {"drawer": off, "cash_over_short": -off}
    assert effect_of_document(document) == effect_of_over_short(counted)
    assert ("over" if off > 0 else "short") in document.memo
    with pytest.raises(Unmapped):
        over_short_entry(counted, without("cash_over_short"), "T1")


@pytest.mark.parametrize(
    ("reason", "account"),
    [
        ("CASH_PICKUP", "bank"),
        ("FLOAT_SETUP", "bank"),
        ("Bank run", "bank"),
        ("to the safe", "bank"),
        ("TIP_PAYOUT", "tips"),
        ("PETTY_CASH", "petty_cash"),
        ("Embankment repair", "petty_cash"),
        ("", "petty_cash"),
    ],
)
def test_the_reason_says_where_cash_went(reason: str, account: str) -> None:
    assert account_of_reason(reason) == account
    out = moved("-20.00", reason)
    document = movement_entry(session("0.00", out), out, POLICY, "T1-2")
    assert debits(document) == {"drawer": Decimal("-20.00"), account: Decimal("20.00")}
    assert effect_of_document(document) == effect_of_movement(out)
    assert "milk" in document.memo


def test_cash_spent_waits_until_petty_cash_has_an_account_and_never_lands_on_another() -> None:
    with pytest.raises(Unmapped, match="petty cash"):
        movement_entry(session(), moved("-12.50", "PETTY_CASH"), without("petty_cash"), "T1-2")


def counted(*lines: tuple[str, int, str | None], unknown: tuple[str, ...] = ()) -> StockCount:
    adjusted = tuple(
        StockAdjustment(f"a{n}", DAY, item, "l1", units, None if cost is None else Decimal(cost))
        for n, (item, units, cost) in enumerate(lines)
    )
    products = {item: Product(f"gid://shopify/ProductVariant/{item}", item, item) for item, _, _ in lines}
    known = {item: product for item, product in products.items() if item not in unknown}
    return StockCount("l1@1#1", DAY, "gid://shopify/Location/7", "Store", adjusted, known)


def all_of(count: StockCount) -> list[str]:
    return list(count.claimable)


def test_stock_in_quickbooks_is_adjusted_by_units_on_the_items_that_sales_use() -> None:
    count = counted(("1", -2, "9.50"), ("2", 3, None))
    made = adjust(count, all_of(count), POLICY, "A1")
    document = made.document
    assert isinstance(document, InventoryAdjustment)
    assert [(line.item.key, line.quantity) for line in document.lines] == [("variant:1", -2), ("variant:2", 3)]
    assert document.location and document.location.name == "Store"
    assert document.account == "inventory_adjustments" and effect_of_document(document) == {}
    assert made.parts == ("a0", "a1") and not made.left


def test_stock_by_amount_is_what_shopify_says_it_costs_found_apart_from_missing() -> None:
    count = counted(("1", -2, "9.50"), ("2", 3, "4.00"), ("3", 5, "0.00"), ("4", -1, None))
    made = adjust(count, all_of(count), BY_AMOUNT, "A1")
    document = made.document
    assert isinstance(document, JournalEntry)
    lines = sorted((line.account, line.amount) for line in document.lines)
    assert lines == [
        ("inventory_adjustments", Decimal("-12.00")),
        ("inventory_adjustments", Decimal("19.00")),
        ("inventory_asset", Decimal("-19.00")),
        ("inventory_asset", Decimal("12.00")),
    ]
    assert effect_of_document(document) == {"stock_adjusted": Decimal("-7.00"), "stock_adjustments": Decimal("7.00")}
    assert (made.parts, made.moot, made.left) == (("a0", "a1"), ("a2",), ("a3",))
    assert "1 unit" in made.reason


def test_a_product_that_nobody_knows_holds_up_itself_and_no_other() -> None:
    count = counted(("1", -2, "9.50"), ("2", 3, "1.00"), unknown=("2",))
    made = adjust(count, all_of(count), POLICY, "A1")
    assert (made.parts, made.left) == (("a0",), ("a1",)) and "3 units" in made.reason


@pytest.mark.parametrize("policy", [POLICY, BY_AMOUNT])
def test_stock_waits_until_its_adjustments_have_an_account(policy: Policy) -> None:
    count = counted(("1", -2, "9.50"))
    accounts = {key: name for key, name in policy.accounts.items() if key != "inventory_adjustments"}
    with pytest.raises(Unmapped, match="inventory adjustments"):
        adjust(count, all_of(count), replace(policy, accounts=accounts), "A1")
