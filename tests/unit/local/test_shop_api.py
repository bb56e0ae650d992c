"""The stand-in shop's Admin API, asked as an app asks it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from infra.local.shop import Shop, World, build_world
from infra.local.shop.access import FIELD_SCOPES, TYPE_SCOPES

SCOPES = ("read_orders", "read_all_orders", "read_customers", "read_products", "read_inventory", "read_locations")
EVERY_SCOPE = tuple(
    {scope for scopes in (*TYPE_SCOPES.values(), *FIELD_SCOPES.values()) for scope in scopes} | set(SCOPES)
)
AFTERWARDS = datetime(2026, 12, 1, tzinfo=UTC)

LEDGER = """query ($after: String, $query: String) {
  orders(first: 12, after: $after, query: $query, sortKey: UPDATED_AT) {
    pageInfo { hasNextPage endCursor }
    nodes {
      id name test updatedAt currentTotalPriceSet { shopMoney { amount } } totalReceivedSet { shopMoney { amount } }
      transactions {
        id kind status gateway processedAt amountSet { shopMoney { amount } } amountRoundingSet { shopMoney { amount } }
      }
      agreements(first: 10) { nodes { happenedAt sales(first: 20) { nodes {
        __typename id actionType lineType totalAmount { shopMoney { amount } } totalTaxAmount { shopMoney { amount } }
        totalDiscountAmountBeforeTaxes { shopMoney { amount } }
        taxes { amount { shopMoney { amount } } taxLine { title ratePercentage channelLiable } }
      } } } }
    }
  }
}"""
LINES = {
    "PRODUCT": "sales",
    "GIFT_CARD": "gift_cards_sold",
    "TIP": "tips",
    "SHIPPING": "shipping",
    "DUTY": "duties",
    "FEE": "additional_fees",
    "ADDITIONAL_FEE": "additional_fees",
    "ADJUSTMENT": "refund_adjustments",
}
SIGNS = {"SALE": 1, "CAPTURE": 1, "REFUND": -1, "CHANGE": -1}
LIABILITIES = {"gift_card": "gift_cards_redeemed", "shopify_store_credit": "store_credit_redeemed"}


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world, now=AFTERWARDS)


def ask(shop: Shop, document: str, scopes: tuple[str, ...] = SCOPES, /, **variables: Any) -> dict[str, Any]:
    return shop.query({"query": document, "variables": variables}, scopes)


def data(shop: Shop, document: str, scopes: tuple[str, ...] = SCOPES, /, **variables: Any) -> dict[str, Any]:
    answer = ask(shop, document, scopes, **variables)
    assert "errors" not in answer, answer["errors"]
    return answer["data"]


def every_order(shop: Shop, query: str | None = None) -> Iterator[dict[str, Any]]:
    after = None
    while True:
        page = data(shop, LEDGER, after=after, query=query)["orders"]
        yield from page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]


def money(bag: dict[str, Any] | None) -> Decimal:
    return Decimal(bag["shopMoney"]["amount"]) if bag else Decimal(0)


def ledger(orders: Iterator[dict[str, Any]], zone: ZoneInfo) -> dict[date, dict[str, Decimal]]:
    """The lines that a bookkeeper reads out of Shopify's records, day by day."""
    days: dict[date, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))

    def day(moment: str) -> dict[str, Decimal]:
        return days[datetime.fromisoformat(moment.replace("Z", "+00:00")).astimezone(zone).date()]

    for order in orders:
        if order["test"]:
            continue
        for agreement in order["agreements"]["nodes"]:
            lines = day(agreement["happenedAt"])
            for sale in agreement["sales"]["nodes"]:
                _add_sale(lines, sale)
        for transaction in order["transactions"]:
            sign = SIGNS.get(transaction["kind"], 0) if transaction["status"] == "SUCCESS" else 0
            amount, rounding = money(transaction["amountSet"]), money(transaction["amountRoundingSet"])
            lines, gateway = day(transaction["processedAt"]), transaction["gateway"]
            lines[LIABILITIES.get(gateway, f"tender:{gateway}")] += sign * (amount + rounding)
            lines["cash_rounding"] += sign * rounding
            lines["accounts_receivable"] -= sign * amount
    return {d: {k: v for k, v in lines.items() if v} for d, lines in sorted(days.items())}


def _add_sale(lines: dict[str, Decimal], sale: dict[str, Any]) -> None:
    total, tax = money(sale["totalAmount"]), money(sale["totalTaxAmount"])
    discount = money(sale["totalDiscountAmountBeforeTaxes"])
    line = LINES[sale["lineType"]]
    lines["returns" if line == "sales" and sale["actionType"] == "RETURN" else line] += total - tax + discount
    lines["discounts"] -= discount
    lines["accounts_receivable"] += total
    assert tax == sum(money(t["amount"]) for t in sale["taxes"])
    for part in sale["taxes"]:
        percent = re.sub(r"\.0$", "", str(part["taxLine"]["ratePercentage"]))
        prefix = "channel_tax" if part["taxLine"]["channelLiable"] else "tax"
        lines[f"{prefix}:{part['taxLine']['title']} {percent}%"] += money(part["amount"])


def test_the_records_say_what_the_generator_meant(shop: Shop) -> None:
    assert ledger(every_order(shop), shop.world.zone) == shop.world.expected()


def test_the_records_of_a_wide_world_say_it_too() -> None:
    shop = Shop(build_world(7, 14, wide=True), now=AFTERWARDS)
    assert ledger(every_order(shop), shop.world.zone) == shop.world.expected()


def test_at_any_time_the_records_say_what_had_happened_by_then(shop: Shop) -> None:
    shop.now = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    shown = ledger(every_order(shop), shop.world.zone)
    assert shown == shop.world.expected(shop.now + timedelta(seconds=1))
    assert max(shown) == date(2026, 11, 1)


def test_every_order_s_sales_add_up_to_its_total_and_its_transactions_to_what_was_received(shop: Shop) -> None:
    for order in every_order(shop):
        sales = [s for a in order["agreements"]["nodes"] for s in a["sales"]["nodes"]]
        assert sum(money(s["totalAmount"]) for s in sales) == money(order["currentTotalPriceSet"])
        moved = [t for t in order["transactions"] if t["status"] == "SUCCESS" and SIGNS.get(t["kind"], 0) > 0]
        assert sum(money(t["amountSet"]) for t in moved) == money(order["totalReceivedSet"])


def test_orders_come_by_their_last_change_and_only_those_asked_for(shop: Shop) -> None:
    since = "2026-11-02T05:00:00Z"
    found = [(o["updatedAt"], o["id"]) for o in every_order(shop, f"updated_at:>='{since}'")]
    assert found == sorted(found)
    assert found[0][0] >= since
    assert 150 < len(found) < 300
    assert not list(every_order(shop, "updated_at:>='2026-11-01T00:00:00Z' AND updated_at:<'2026-11-01T00:00:00Z'"))


def test_an_order_that_changes_while_an_app_pages_moves_to_the_end(shop: Shop) -> None:
    # Given an order that is refunded the day after
    order = next(o for o in shop.world if o.scenario == "refund_next_day")
    shop.now = order.refunds[0].created_at - timedelta(seconds=1)
    query = f"updated_at:>='{shop.world.opened.isoformat()}'"
    before = [o["id"] for o in every_order(shop, query)]
    # When it changes after the first page was read
    first = data(shop, LEDGER, query=query)["orders"]
    shop.now = order.refunds[0].created_at
    rest, after = [], first["pageInfo"]["endCursor"]
    while after:
        page = data(shop, LEDGER, query=query, after=after)["orders"]
        rest += [o["id"] for o in page["nodes"]]
        after = page["pageInfo"]["endCursor"] if page["pageInfo"]["hasNextPage"] else None
    # Then nothing is lost
    assert set(before) <= {o["id"] for o in first["nodes"]} | set(rest)
    assert rest[-1] == order.id


def test_an_order_shows_nothing_of_what_has_not_happened_yet(shop: Shop) -> None:
    order = next(o for o in shop.world if o.scenario == "refund_next_day")
    query = """query ($id: ID!) { order(id: $id) { displayFinancialStatus displayFulfillmentStatus updatedAt
      refunds { id } agreements(first: 9) { nodes { reason } } } }"""
    shop.now = order.created_at - timedelta(seconds=1)
    assert data(shop, query, id=order.id)["order"] is None
    shop.now = order.created_at + timedelta(seconds=2)
    young = data(shop, query, id=order.id)["order"]
    assert (young["displayFinancialStatus"], young["refunds"]) == ("PAID", [])
    assert [a["reason"] for a in young["agreements"]["nodes"]] == ["ORDER"]
    shop.now = order.refunds[0].created_at
    old = data(shop, query, id=order.id)["order"]
    assert old["displayFinancialStatus"] in ("PARTIALLY_REFUNDED", "REFUNDED")
    assert [a["reason"] for a in old["agreements"]["nodes"]] == ["ORDER", "REFUND"]
    assert old["updatedAt"] > young["updatedAt"]


def test_amounts_are_written_as_shopify_writes_them(shop: Shop) -> None:
    amounts = {o["currentTotalPriceSet"]["shopMoney"]["amount"] for o in every_order(shop)}
    assert all(re.fullmatch(r"\d+\.\d[1-9]?|\d+\.[1-9]?\d", amount) for amount in amounts)
    assert "0.0" in amounts


def test_sixty_days_are_all_that_an_app_without_read_all_orders_sees(shop: Shop) -> None:
    counted = "{ orders(first: 250) { nodes { createdAt } } }"
    few = data(shop, counted, tuple(s for s in SCOPES if s != "read_all_orders"))["orders"]["nodes"]
    assert few[0]["createdAt"].startswith("2026-10-29")
    assert data(shop, counted)["orders"]["nodes"][0]["createdAt"].startswith("2026-03-07")


def test_a_field_without_its_scope_is_denied_by_name(shop: Shop) -> None:
    answer = ask(shop, "{ shop { name } customers(first: 1) { nodes { id } } }", ("read_orders",))
    assert answer["data"] is None
    assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
    assert answer["errors"][0]["path"] == ["customers"]


def test_withheld_customers_are_null_with_an_error_and_the_rest_is_there(shop: Shop) -> None:
    shop.withheld = frozenset({"Order.customer"})
    answer = ask(shop, "{ orders(first: 3) { nodes { id customer { id } } } }")
    nodes = answer["data"]["orders"]["nodes"]
    assert len(nodes) == 3
    assert all(node["customer"] is None for node in nodes)
    assert [e["path"] for e in answer["errors"]] == [["orders", "nodes", n, "customer"] for n in range(3)]
    assert {e["extensions"]["code"] for e in answer["errors"]} == {"ACCESS_DENIED"}


def test_a_document_that_is_too_dear_is_refused(shop: Shop) -> None:
    sales = "sales(first: 50) { nodes { taxes { id } } }"
    dear = f"{{ orders(first: 250) {{ nodes {{ agreements(first: 50) {{ nodes {{ {sales} }} }} }} }} }}"
    error = ask(shop, dear)["errors"][0]
    assert error["extensions"]["code"] == "MAX_COST_EXCEEDED"


def test_what_was_asked_for_but_not_found_is_given_back(shop: Shop) -> None:
    shop.clock = lambda: 0.0
    before = shop.bucket.available
    cost = ask(shop, "{ orders(first: 100, query: \"name:'#1001'\") { nodes { id } } }")["extensions"]["cost"]
    assert cost["actualQueryCost"] < cost["requestedQueryCost"]
    assert shop.bucket.available == pytest.approx(before - cost["actualQueryCost"])


def test_an_empty_bucket_throttles_until_enough_has_come_back(world: World) -> None:
    seconds = 0.0
    shop = Shop(world, now=AFTERWARDS, restore_rate=10.0, clock=lambda: seconds)
    query = "{ orders(first: 200) { nodes { id customer { id } retailLocation { id } app { id } } } }"
    answers = [ask(shop, query) for _ in range(20)]
    throttled = answers[-1]
    assert throttled["errors"][0]["extensions"]["code"] == "THROTTLED"
    cost = throttled["extensions"]["cost"]
    missing = cost["requestedQueryCost"] - cost["throttleStatus"]["currentlyAvailable"]
    seconds += missing / cost["throttleStatus"]["restoreRate"]
    assert "errors" not in ask(shop, query)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("", "provide one of first or last"),
        ("first: 251", "251"),
        ("first: 1, last: 1", "one of first or last"),
        ('first: 1, after: "nonsense"', "invalid cursor"),
        ("first: 1, query: \"updated_at:>='soon'\"", "not a time"),
        ('first: 1, query: "(name:x"', "parenthesis"),
    ],
)
def test_bad_paging_and_bad_searches_are_refused(shop: Shop, arguments: str, says: str) -> None:
    call = f"orders({arguments})" if arguments else "orders"
    answer = ask(shop, f"{{ {call} {{ nodes {{ id }} }} }}")
    assert says in answer["errors"][0]["message"]


def test_a_search_field_that_does_not_exist_is_ignored_with_a_warning(shop: Shop) -> None:
    answer = ask(shop, '{ orders(first: 1, query: "colour:red") { nodes { id } } }')
    assert len(answer["data"]["orders"]["nodes"]) == 1
    assert answer["extensions"]["search"][0]["warnings"][0]["field"] == "colour"


def test_pages_fit_together_in_both_directions(shop: Shop) -> None:
    query = """query ($first: Int, $last: Int, $after: String, $before: String, $reverse: Boolean) {
      orders(first: $first, last: $last, after: $after, before: $before, reverse: $reverse, sortKey: ORDER_NUMBER) {
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { name } } } }"""

    def names(**arguments: Any) -> tuple[list[str], dict[str, Any]]:
        page = data(shop, query, **arguments)["orders"]
        return [edge["node"]["name"] for edge in page["edges"]], page["pageInfo"]

    first, page = names(first=3)
    assert first == ["#1001", "#1002", "#1003"]
    assert (page["hasNextPage"], page["hasPreviousPage"]) == (True, False)
    second, _ = names(first=2, after=page["endCursor"])
    assert second == ["#1004", "#1005"]
    last, page = names(last=2)
    assert last == ["#1349", "#1350"]
    assert names(last=2, before=page["startCursor"])[0] == ["#1347", "#1348"]
    newest, page = names(first=2, reverse=True)
    assert newest == ["#1350", "#1349"]
    assert names(first=2, reverse=True, after=page["endCursor"])[0] == ["#1348", "#1347"]


def test_unknown_fields_and_broken_documents_are_errors(shop: Shop) -> None:
    assert "colour" in ask(shop, "{ shop { colour } }")["errors"][0]["message"]
    assert "errors" in ask(shop, "{ shop {")
    assert "errors" in ask(shop, "")


def test_every_field_of_an_order_is_answered(shop: Shop) -> None:
    """Never null for want of an answer: all that the schema offers of an order, two levels deep, is asked for."""
    from graphql import get_named_type, is_leaf_type

    from infra.local.shop.api import shop_schema

    def fields(type_name: str, depth: int) -> str:
        parts = []
        for name, field in getattr(shop_schema().type_map[type_name], "fields", {}).items():
            kind = get_named_type(field.type)
            if any(str(a.type).endswith("!") for a in field.args.values()):
                continue
            arguments = "(first: 2)" if kind.name.endswith("Connection") else ""
            if is_leaf_type(kind):
                parts.append(name)
            elif depth and kind.name not in ("Order",):
                parts.append(f"{name}{arguments} {{ __typename {fields(kind.name, depth - 1)} }}")
        return " ".join(parts)

    wide = Shop(build_world(8, 12, wide=True), now=AFTERWARDS)
    orders = {order.scenario: order for order in wide.world}
    for name in ("cancelled", "edited", "cash_refund", "exchange_for_cheaper", "abroad", "on_account"):
        answer = ask(wide, f'{{ order(id: "{orders[name].id}") {{ {fields("Order", 4)} }} }}', EVERY_SCOPE)
        assert "errors" not in answer, answer["errors"][:3]
