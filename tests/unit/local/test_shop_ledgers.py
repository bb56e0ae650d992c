"""The stand-in shop's other books: payouts, tenders, gift cards, credit, cash drawers, stock and purchases."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from infra.local.shop import Shop, World, build_world
from infra.local.shop.access import FIELD_SCOPES, TYPE_SCOPES

SCOPES = tuple({scope for scopes in (*TYPE_SCOPES.values(), *FIELD_SCOPES.values()) for scope in scopes})
AFTERWARDS = datetime(2026, 12, 1, tzinfo=UTC)
NOTHING = Decimal(0)


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world, now=AFTERWARDS)


@pytest.fixture(scope="module")
def wide() -> Shop:
    return Shop(build_world(8, 14, wide=True), now=AFTERWARDS)


def data(shop: Shop, document: str, /, **variables: Any) -> dict[str, Any]:
    answer = shop.query({"query": document, "variables": variables}, (*SCOPES, "read_all_orders"))
    assert "errors" not in answer, answer["errors"]
    return answer["data"]


def every(shop: Shop, field: str, selection: str, **arguments: str) -> list[dict[str, Any]]:
    """All rows of a connection, page by page; ``field`` may be ``shopifyPaymentsAccount.payouts``."""
    outer, _, inner = field.rpartition(".")
    given = "".join(f", {name}: {value}" for name, value in arguments.items())
    call = (
        f"{inner}(first: 100, after: $after{given}) {{ pageInfo {{ hasNextPage endCursor }} nodes {{ {selection} }} }}"
    )
    document = f"query ($after: String) {{ {outer} {{ {call} }} }}" if outer else f"query ($after: String) {{ {call} }}"
    rows: list[dict[str, Any]] = []
    after = None
    while True:
        found = data(shop, document, after=after)
        page = (found[outer] if outer else found)[inner]
        rows += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return rows
        after = page["pageInfo"]["endCursor"]


def amount(money: dict[str, Any]) -> Decimal:
    return Decimal(money["amount"])


ENTRY = (
    "id type amount { amount } fee { amount } net { amount } associatedPayout { id status } sourceOrderTransactionId"
)
PAYOUT = """id legacyResourceId issuedAt status transactionType net { amount } summary { chargesGross { amount }
  chargesFee { amount } refundsFeeGross { amount } adjustmentsGross { amount } adjustmentsFee { amount }
  reservedFundsGross { amount } }"""


def test_a_payout_is_the_net_of_its_balance_transactions(shop: Shop) -> None:
    payouts = every(shop, "shopifyPaymentsAccount.payouts", PAYOUT)
    entries = every(shop, "shopifyPaymentsAccount.balanceTransactions", ENTRY, hideTransfers="true")
    nets: dict[str, Decimal] = defaultdict(Decimal)
    for entry in entries:
        assert amount(entry["net"]) == amount(entry["amount"]) - amount(entry["fee"])
        nets[entry["associatedPayout"]["id"]] += amount(entry["net"])
    assert {p["id"]: amount(p["net"]) for p in payouts} == nets
    assert len(payouts) >= len(shop.world.days)
    for payout in payouts:
        parts = {name: amount(money) for name, money in payout["summary"].items()}
        gross = sum(v for name, v in parts.items() if name.endswith("Gross"))
        assert gross - parts["chargesFee"] - parts["adjustmentsFee"] == amount(payout["net"])


def test_with_their_transfers_all_balances_end_at_nothing(shop: Shop) -> None:
    entries = every(shop, "shopifyPaymentsAccount.balanceTransactions", ENTRY)
    assert sum(amount(entry["net"]) for entry in entries) == NOTHING
    assert {"CHARGE", "REFUND", "TRANSFER", "DISPUTE_WITHDRAWAL", "DISPUTE_REVERSAL"} <= {e["type"] for e in entries}


def test_one_payout_is_negative_and_withdrawn(shop: Shop) -> None:
    payouts = every(shop, "shopifyPaymentsAccount.payouts", PAYOUT)
    negative = [p for p in payouts if amount(p["net"]) < 0]
    assert [p["transactionType"] for p in negative] == ["WITHDRAWAL"]


def test_a_payout_s_transactions_are_found_by_its_id(shop: Shop) -> None:
    payout = every(shop, "shopifyPaymentsAccount.payouts", PAYOUT)[3]
    query = f'"payments_transfer_id:{payout["legacyResourceId"]}"'
    found = every(shop, "shopifyPaymentsAccount.balanceTransactions", ENTRY, query=query, hideTransfers="true")
    assert sum(amount(entry["net"]) for entry in found) == amount(payout["net"])
    assert {entry["associatedPayout"]["id"] for entry in found} == {payout["id"]}


def test_a_payout_is_scheduled_then_on_its_way_then_paid(shop: Shop) -> None:
    last = every(shop, "shopifyPaymentsAccount.payouts", PAYOUT)[-1]
    issued = datetime.fromisoformat(last["issuedAt"].replace("Z", "+00:00"))
    seen = []
    for moment in (issued - timedelta(hours=30), issued - timedelta(hours=1), issued, issued + timedelta(days=1)):
        shop.now = moment
        payouts = {p["id"]: p["status"] for p in every(shop, "shopifyPaymentsAccount.payouts", PAYOUT)}
        seen.append(payouts.get(last["id"]))
    assert seen == [None, "SCHEDULED", "IN_TRANSIT", "PAID"]


def test_charges_and_their_fees_are_those_of_the_orders(shop: Shop) -> None:
    entries = every(shop, "shopifyPaymentsAccount.balanceTransactions", ENTRY, hideTransfers="true")
    fees = {e["sourceOrderTransactionId"]: amount(e["fee"]) for e in entries if e["type"] == "CHARGE"}
    orders = every(shop, "orders", "test transactions { id kind status gateway fees { amount { amount } } }")
    charged = {
        t["id"].rpartition("/")[2]: sum((amount(f["amount"]) for f in t["fees"]), NOTHING)
        for order in orders
        if not order["test"]
        for t in order["transactions"]
        if t["gateway"] == "shopify_payments" and t["status"] == "SUCCESS" and t["kind"] in ("SALE", "CAPTURE")
    }
    assert fees == charged


@pytest.mark.parametrize("which", ["shop", "wide"])
def test_tenders_are_the_money_that_the_books_must_show(which: str, request: pytest.FixtureRequest) -> None:
    shop: Shop = request.getfixturevalue(which)
    zone = shop.world.zone
    tenders: dict[Any, Decimal] = defaultdict(Decimal)
    for tender in every(shop, "tenderTransactions", "processedAt test amount { amount }"):
        if not tender["test"]:
            moment = datetime.fromisoformat(tender["processedAt"].replace("Z", "+00:00"))
            tenders[moment.astimezone(zone).date()] += amount(tender["amount"])
    expected = {
        day: sum(v for line, v in lines.items() if line.startswith("tender:"))
        for day, lines in shop.world.expected().items()
    }
    assert {day: v for day, v in tenders.items() if v} == {day: v for day, v in expected.items() if v}


def test_disputes_are_open_and_then_won_or_lost(shop: Shop) -> None:
    disputes = every(shop, "shopifyPaymentsAccount.disputes", "id status amount { amount } order { name }")
    assert sorted(d["status"] for d in disputes) == ["LOST", "WON"]
    shop.now = shop.ledgers.payments.disputes[0].initiated_at
    (young,) = every(shop, "shopifyPaymentsAccount.disputes", "status")
    assert young["status"] == "NEEDS_RESPONSE"


BY_HAND = "gid://shopify/GiftCard/5300000000000"
CARD = """id order { id } initialValue { amount } balance { amount } deactivatedAt
  transactions(first: 250) { nodes { amount { amount } } }"""


def test_what_is_owed_on_gift_cards_is_what_was_sold_less_what_was_spent(wide: Shop) -> None:
    cards = every(wide, "giftCards", CARD)
    for card in cards:
        moved = sum(amount(t["amount"]) for t in card["transactions"]["nodes"])
        given_back = card["order"] and card["deactivatedAt"]
        assert amount(card["balance"]) == (NOTHING if given_back else amount(card["initialValue"]) + moved)
    days = wide.world.expected().values()
    sold = sum(amount(c["initialValue"]) for c in cards if c["order"] and not c["deactivatedAt"])
    assert sold == sum(lines.get("gift_cards_sold", NOTHING) for lines in days)
    spent = -sum(amount(t["amount"]) for c in cards if c["id"] != BY_HAND for t in c["transactions"]["nodes"])
    assert spent == sum(lines.get("gift_cards_redeemed", NOTHING) for lines in days)


CREDIT = """storeCreditAccounts(first: 2) { nodes { balance { amount }
  transactions(first: 99) { nodes { event amount { amount } balanceAfterTransaction { amount } } } } }"""


def test_store_credit_runs_from_the_first_gift_to_the_last_order(wide: Shop) -> None:
    customers = every(wide, "customers", CREDIT, sortKey="UPDATED_AT")
    accounts = [account for c in customers for account in c["storeCreditAccounts"]["nodes"]]
    assert accounts
    spent = NOTHING
    for account in accounts:
        running = NOTHING
        for t in account["transactions"]["nodes"]:
            running += amount(t["amount"])
            assert running == amount(t["balanceAfterTransaction"])
            spent -= amount(t["amount"]) if t["event"] != "ADJUSTMENT" else NOTHING
        assert running == amount(account["balance"])
    assert spent == sum(lines.get("store_credit_redeemed", NOTHING) for lines in wide.world.expected().values())


SESSION = """id openingTime location { id } openingBalance { amount }
  closingBalance { amount } totalAdjustments { amount }
  expectedClosingBalance { amount } netCashSales { amount } totalCashSales { amount } totalCashRefunds { amount }
  totalDiscrepancy { amount } cashTransactions(first: 200) { nodes { id kind } }"""


def test_a_drawer_s_cash_is_the_cash_of_its_orders(shop: Shop) -> None:
    sessions = every(shop, "cashTrackingSessions", SESSION)
    for s in sessions:
        net = amount(s["totalCashSales"]) - amount(s["totalCashRefunds"])
        assert net == amount(s["netCashSales"])
        expected = amount(s["openingBalance"]) + net + amount(s["totalAdjustments"])
        assert amount(s["expectedClosingBalance"]) == expected
        assert amount(s["closingBalance"]) == expected + amount(s["totalDiscrepancy"])
    cash = sum(lines.get("tender:cash", NOTHING) for lines in shop.world.expected().values())
    assert sum(amount(s["netCashSales"]) for s in sessions) == cash
    assert {amount(s["totalDiscrepancy"]) for s in sessions} >= {Decimal("-0.35"), Decimal("1.00")}


def test_a_drawer_s_activities_end_where_its_sessions_do(shop: Shop) -> None:
    activity = "__typename time cash { amount } ... on CashAdjustmentActivity { reasonCode { __typename } }"
    drawers = every(shop, "cashDrawers", f"id cashActivities(first: 250) {{ nodes {{ {activity} }} }}")
    found = [a for drawer in drawers for a in drawer["cashActivities"]["nodes"]]
    moved = sum(amount(a["cash"]) for a in found if a["__typename"] == "CashTransactionActivity")
    assert moved == sum(lines.get("tender:cash", NOTHING) for lines in shop.world.expected().values())
    assert {a["__typename"] for a in found} == {
        "CashAdjustmentActivity",
        "CashCountActivity",
        "CashTransactionActivity",
    }


LEVELS = """id sku inventoryLevels(first: 5) { nodes { location { id }
  quantities(names: ["on_hand", "committed", "available"]) { name quantity } } }"""


def counted(shop: Shop) -> dict[str, int]:
    totals: dict[str, int] = defaultdict(int)
    for item in every(shop, "inventoryItems", LEVELS):
        for level in item["inventoryLevels"]["nodes"]:
            for quantity in level["quantities"]:
                totals[quantity["name"]] += quantity["quantity"]
    return totals


def test_the_shelves_hold_what_was_there_and_came_less_what_was_sold(shop: Shop) -> None:
    sales = [
        sale.quantity or 0
        for order in shop.world
        if not order.test
        for agreement in order.agreements
        for sale in agreement.sales
        if sale.line_type == "PRODUCT" and any(line.id == sale.of and line.variant for line in order.line_items)
    ]
    received = sum(
        a for t in shop.ledgers.stock.transfers if not t.origin_location for d in t.deliveries for _, _, a, _ in d.lines
    )
    stock = shop.ledgers.stock
    found = sum(units for _, _, units in stock.found())
    totals = counted(shop)
    assert totals["on_hand"] == 500 * 2 * len(shop.world.catalog.variants) - sum(sales) + received + found
    assert totals["committed"] == 0
    assert totals["available"] == totals["on_hand"]


def test_a_web_order_is_committed_until_it_is_sent(shop: Shop) -> None:
    order = next(o for o in shop.world if o.scenario == "shipping_discounted")
    shop.now = order.created_at
    totals = counted(shop)
    assert totals["committed"] >= sum(line.quantity for line in order.line_items)
    assert totals["available"] == totals["on_hand"] - totals["committed"]


PURCHASES = """{ inventoryPurchaseOrders(first: 9) { nodes { name status origin { supplierName }
  lineItems(first: 5) { nodes { totalQuantity unitCost { amount } subtotal { amount } } }
  transfers(first: 2) { nodes { receivedQuantity shipments(first: 3) { nodes {
    totalAcceptedQuantity totalRejectedQuantity lineItems(first: 5) { nodes { acceptedQuantity rejectedQuantity } }
  } } } } } } }"""


def test_purchase_orders_lead_to_what_has_come_through_their_transfers(shop: Shop) -> None:
    orders = data(shop, PURCHASES)["inventoryPurchaseOrders"]["nodes"]
    assert [(o["status"], len(o["transfers"]["nodes"])) for o in orders] == [
        ("ORDERED", 1),
        ("ORDERED", 1),
        ("DRAFT", 0),
    ]
    for order in orders:
        for line in order["lineItems"]["nodes"]:
            assert amount(line["subtotal"]) == amount(line["unitCost"]) * line["totalQuantity"]
    whole, short, _ = orders
    assert whole["transfers"]["nodes"][0]["receivedQuantity"] == 84
    (shipment,) = short["transfers"]["nodes"][0]["shipments"]["nodes"]
    assert (shipment["totalAcceptedQuantity"], shipment["totalRejectedQuantity"]) == (15, 3)


def test_nothing_has_come_before_it_has(shop: Shop) -> None:
    shop.now = shop.ledgers.stock.transfers[1].deliveries[0].sent_at
    shipments = every(shop, "inventoryShipments", "status totalReceivedQuantity dateReceived")
    assert {(s["status"], s["totalReceivedQuantity"], s["dateReceived"]) for s in shipments} == {
        ("IN_TRANSIT", 0, None)
    }


@pytest.mark.parametrize(
    ("field", "scope"),
    [
        ("giftCards", "read_gift_cards"),
        ("cashTrackingSessions", "read_cash_tracking"),
        ("inventoryTransfers", "read_inventory_transfers"),
        ("inventoryPurchaseOrders", "read_inventory_purchase_orders"),
    ],
)
def test_what_needs_an_optional_scope_is_denied_without_it(shop: Shop, field: str, scope: str) -> None:
    document = f"{{ {field}(first: 1) {{ nodes {{ id }} }} }}"
    answer = shop.query({"query": document}, tuple(s for s in SCOPES if s != scope))
    assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
    assert scope in answer["errors"][0]["message"]


def test_orders_are_counted(shop: Shop) -> None:
    count = "query ($limit: Int) { ordersCount(limit: $limit) { count precision } }"
    assert data(shop, count)["ordersCount"] == {"count": 350, "precision": "EXACT"}
    assert data(shop, count, limit=100)["ordersCount"] == {"count": 100, "precision": "AT_LEAST"}
