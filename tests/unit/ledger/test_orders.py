"""An order as Shopify gives it becomes facts, or says why it can't."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connector.ledger.facts import MoneyKind, SaleKind
from connector.ledger.orders import UnreadableOrder, read_order

NEW_YORK = ZoneInfo("America/New_York")


def shop_money(amount: str, currency: str = "USD") -> dict[str, Any]:
    return {"shopMoney": {"amount": amount, "currencyCode": currency}}


def sale(number: int, line_type: str, total: str, **more: Any) -> dict[str, Any]:
    taxes = more.pop("taxes", [])
    tax = sum((Decimal(t["amount"]["shopMoney"]["amount"]) for t in taxes), Decimal(0))
    return {
        "__typename": "ProductSale",
        "id": f"gid://shopify/Sale/{number}",
        "actionType": "ORDER",
        "lineType": line_type,
        "quantity": 1,
        "totalAmount": shop_money(total),
        "totalTaxAmount": shop_money(str(tax)),
        "totalDiscountAmountBeforeTaxes": shop_money("0.0"),
        "taxes": taxes,
    } | more


def tax(amount: str, title: str = "State Tax", rate: Any = 0.0625, liable: bool = False) -> dict[str, Any]:
    line = {"title": title, "rate": rate, "ratePercentage": 6.25, "channelLiable": liable}
    return {"amount": shop_money(amount), "taxLine": line}


def transaction(number: int, kind: str, amount: str, **more: Any) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/OrderTransaction/{number}",
        "kind": kind,
        "status": "SUCCESS",
        "test": False,
        "gateway": "shopify_payments",
        "createdAt": "2026-03-09T03:29:00Z",
        "processedAt": "2026-03-09T03:30:00Z",
        "amountSet": shop_money(amount),
        "amountRoundingSet": None,
        "parentTransaction": None,
    } | more


def order(**more: Any) -> dict[str, Any]:
    shirt = {
        "id": "gid://shopify/LineItem/1",
        "title": "Shirt",
        "variantTitle": "M",
        "sku": "SHIRT-M",
        "isGiftCard": False,
        "variant": {
            "id": "gid://shopify/ProductVariant/501",
            "barcode": "0123",
            "inventoryItem": {
                "id": "gid://shopify/InventoryItem/1",
                "unitCost": {"amount": "9.5", "currencyCode": "USD"},
            },
        },
    }
    goods = sale(
        1,
        "PRODUCT",
        "48.10",
        quantity=2,
        totalDiscountAmountBeforeTaxes=shop_money("5.0"),
        taxes=[tax("2.81"), tax("0.29", "City Tax", "0.0064")],
        lineItem=shirt,
    )
    shipping = sale(2, "SHIPPING", "6.9", shippingLine={"id": "gid://shopify/ShippingLine/1", "title": "Express"})
    return {
        "id": "gid://shopify/Order/42",
        "legacyResourceId": "42",
        "name": "#1001",
        "test": False,
        "currencyCode": "USD",
        "sourceName": "web",
        "createdAt": "2026-03-09T03:30:00Z",
        "processedAt": "2026-03-09T03:30:00Z",
        "updatedAt": "2026-03-10T10:00:00Z",
        "cancelledAt": None,
        "displayFinancialStatus": "PAID",
        "displayFulfillmentStatus": "FULFILLED",
        "app": {"id": "gid://shopify/App/1", "name": "Online Store"},
        "retailLocation": None,
        "customer": {
            "id": "gid://shopify/Customer/7001",
            "legacyResourceId": "7001",
            "displayName": "Jane Doe",
            "firstName": "Jane",
            "lastName": "Doe",
            "defaultEmailAddress": {"emailAddress": "jane@example.com"},
            "defaultPhoneNumber": None,
        },
        "currentTotalPriceSet": shop_money("55.0"),
        "transactions": [transaction(1, "SALE", "55.0")],
        "refunds": [],
        "agreements": [
            {
                "__typename": "OrderAgreement",
                "id": "gid://shopify/SalesAgreement/1",
                "happenedAt": "2026-03-09T03:30:00Z",
                "reason": "ORDER",
                "sales": [goods, shipping],
            }
        ],
    } | more


def refunded() -> dict[str, Any]:
    node = order()
    back = sale(
        3,
        "PRODUCT",
        "-24.05",
        actionType="RETURN",
        quantity=-1,
        totalDiscountAmountBeforeTaxes=shop_money("-2.5"),
        taxes=[tax("-1.40"), tax("-0.15", "City Tax", "0.0064")],
        lineItem=node["agreements"][0]["sales"][0]["lineItem"],
    )
    node["agreements"].append(
        {
            "__typename": "RefundAgreement",
            "id": "gid://shopify/SalesAgreement/2",
            "happenedAt": "2026-03-10T14:00:00Z",
            "reason": "REFUND",
            "refund": {"id": "gid://shopify/Refund/9"},
            "sales": [back],
        }
    )
    node["transactions"].append(transaction(2, "REFUND", "24.05", processedAt="2026-03-10T14:00:01Z"))
    node["refunds"] = [{"id": "gid://shopify/Refund/9", "transactions": [{"id": "gid://shopify/OrderTransaction/2"}]}]
    return node


def test_sale_is_read_before_discount_and_tax_and_adds_up_to_shopifys_total() -> None:
    facts = read_order(order(), NEW_YORK)
    goods, shipping = facts.sales
    assert (goods.kind, goods.quantity, goods.gross, goods.discount) == (
        SaleKind.PRODUCT,
        2,
        Decimal("50.00"),
        Decimal("5.00"),
    )
    assert goods.total == Decimal("48.10")
    assert [(t.title, t.rate, t.amount) for t in goods.taxes] == [
        ("State Tax", Decimal("0.0625"), Decimal("2.81")),
        ("City Tax", Decimal("0.0064"), Decimal("0.29")),
    ]
    assert goods.product.sku == "SHIRT-M" and goods.product.unit_cost == Decimal("9.50")
    assert (shipping.title, shipping.gross, shipping.product) == ("Express", Decimal("6.90"), None)
    assert str(shipping.gross) == "6.90"


def test_day_is_the_shops_not_utcs() -> None:
    facts = read_order(order(), NEW_YORK)
    assert {f.day for f in (*facts.sales, *facts.money)} == {date(2026, 3, 8)}


def test_refund_is_signed_and_linked_to_its_money() -> None:
    facts = read_order(refunded(), NEW_YORK)
    back, given = facts.sales[-1], facts.money[-1]
    assert (back.returned, back.quantity, back.gross, back.discount, back.total) == (
        True,
        -1,
        Decimal("-25.00"),
        Decimal("-2.50"),
        Decimal("-24.05"),
    )
    assert (given.kind, given.amount, given.refund) == (MoneyKind.REFUND, Decimal("-24.05"), back.refund)
    assert back.day == date(2026, 3, 10)


def test_change_leaves_the_drawer_and_rounding_is_on_top() -> None:
    node = order(
        transactions=[
            transaction(1, "SALE", "20.02", gateway="cash", amountRoundingSet=shop_money("-0.02")),
            transaction(2, "CHANGE", "5.0", gateway="cash"),
        ]
    )
    paid, change = read_order(node, NEW_YORK).money
    assert (paid.amount, paid.rounding, paid.moved) == (Decimal("20.02"), Decimal("-0.02"), Decimal("20.00"))
    assert change.moved == Decimal("-5.00")


@pytest.mark.parametrize(
    "idle",
    [
        {"status": "FAILURE"},
        {"status": "PENDING"},
        {"kind": "AUTHORIZATION"},
        {"kind": "VOID"},
        {"kind": "SOMETHING_NEW"},
        {"test": True},
        {"amountSet": shop_money("0.0")},
    ],
)
def test_transactions_that_moved_no_money_are_no_facts(idle: dict[str, Any]) -> None:
    assert read_order(order(transactions=[transaction(1, "SALE", "55.0") | idle]), NEW_YORK).money == ()


def test_test_orders_keep_their_test_money_and_are_marked() -> None:
    facts = read_order(order(test=True, transactions=[transaction(1, "SALE", "55.0", test=True)]), NEW_YORK)
    assert facts.order.test and len(facts.money) == 1


def test_customer_may_be_withheld() -> None:
    assert read_order(order(customer=None), NEW_YORK).order.customer is None
    bare = {"id": "gid://shopify/Customer/7001", "displayName": None, "defaultEmailAddress": None}
    customer = read_order(order(customer=bare), NEW_YORK).order.customer
    assert (customer.legacy_id, customer.name, customer.email) == ("7001", "", "")
    without = order()
    del without["customer"], without["app"], without["retailLocation"]
    assert read_order(without, NEW_YORK).order.customer is None


def test_values_of_a_later_api_version_are_read_as_unknown() -> None:
    node = order(displayFulfillmentStatus="TELEPORTED")
    node["agreements"][0]["sales"][1] |= {"lineType": "HOLOGRAM", "actionType": "BEAM", "shippingLine": None}
    facts = read_order(node, NEW_YORK)
    assert facts.sales[1].kind is SaleKind.UNKNOWN
    assert not facts.sales[1].returned and not facts.order.fulfilled


def test_shipping_given_back_has_no_shipping_line() -> None:
    node = order()
    node["agreements"][0]["sales"][1] |= {
        "actionType": "RETURN",
        "totalAmount": shop_money("-6.9"),
        "shippingLine": None,
    }
    assert read_order(node, NEW_YORK).sales[1].gross == Decimal("-6.90")


def test_custom_sale_has_a_product_without_variant() -> None:
    node = order()
    node["agreements"][0]["sales"][0]["lineItem"] = {"id": "x", "title": "Repair", "sku": None, "variant": None}
    product = read_order(node, NEW_YORK).sales[0].product
    assert (product.variant_id, product.sku, product.title) == (None, "", "Repair")


def test_other_currency_of_the_customer_is_ignored() -> None:
    node = order()
    node["transactions"][0]["amountSet"]["presentmentMoney"] = {"amount": "49.99", "currencyCode": "EUR"}
    assert read_order(node, NEW_YORK).money[0].amount == Decimal("55.00")


def test_channel_is_the_apps_name_where_shopify_gives_a_number() -> None:
    assert read_order(order(), NEW_YORK).order.channel == "web"
    assert read_order(order(sourceName="580111"), NEW_YORK).order.channel == "Online Store"
    assert read_order(order(sourceName=None, app=None), NEW_YORK).order.channel == "other"


def test_facts_come_oldest_first_whatever_the_order_they_were_given_in() -> None:
    node = refunded()
    node["agreements"].reverse()
    node["transactions"].reverse()
    assert read_order(node, NEW_YORK) == read_order(refunded(), NEW_YORK)


def _broken(change) -> dict[str, Any]:
    node = deepcopy(refunded())
    change(node)
    return node


BROKEN = {
    "agreements are a connection": lambda n: n.update(agreements={"edges": []}),
    "sales are a connection": lambda n: n["agreements"][0].update(sales={"nodes": []}),
    "refund transactions are a connection": lambda n: n["refunds"][0].update(transactions={"nodes": []}),
    "no agreements": lambda n: n.pop("agreements"),
    "no transactions": lambda n: n.update(transactions=None),
    "no amount": lambda n: n["agreements"][0]["sales"][0].update(totalAmount=None),
    "amount is no number": lambda n: n["transactions"][0].update(amountSet=shop_money("a lot")),
    "amount is not finite": lambda n: n["transactions"][0].update(amountSet=shop_money("NaN")),
    "fractions of a cent": lambda n: n["transactions"][0].update(amountSet=shop_money("1.005")),
    "another currency": lambda n: n["transactions"][0].update(amountSet=shop_money("55.0", "EUR")),
    "taxes are missing": lambda n: n["agreements"][0]["sales"][0].update(taxes=[]),
    "no time": lambda n: n["agreements"][0].update(happenedAt=None),
    "time without zone": lambda n: n["agreements"][0].update(happenedAt="2026-03-09T03:30:00"),
    "no name": lambda n: n.update(name=None),
    "the same sale twice": lambda n: n["agreements"].append(n["agreements"][0]),
    "sale is null": lambda n: n["agreements"][0].update(sales=[None]),
}


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN)
def test_an_order_that_makes_no_sense_is_named_and_nothing_of_it_guessed(change) -> None:
    with pytest.raises(UnreadableOrder) as caught:
        read_order(_broken(change), NEW_YORK)
    assert caught.value.order_id == "gid://shopify/Order/42"
    assert caught.value.amount == Decimal("55.00")
    assert caught.value.reason


def test_unreadable_order_without_any_total_has_no_amount() -> None:
    with pytest.raises(UnreadableOrder) as caught:
        read_order({"id": "gid://shopify/Order/1"}, NEW_YORK)
    assert caught.value.amount is None
