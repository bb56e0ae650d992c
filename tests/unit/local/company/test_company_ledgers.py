"""Whatever happens in whatever order, the ledgers agree: debits and credits, stock and its account, A/R and "
"its invoices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from infra.local.company import Company
from tests.unit.local.company.desk import START, Desk, credit_memo, invoice, line, payment, receipt, ref, refund, sold

CENTS = st.integers(0, 9_999).map(lambda cents: f"{cents // 100}.{cents % 100:02}")
PIECES = st.sampled_from(("1", "2", "3", "7", "0.5"))
STEPS = st.lists(
    st.tuples(
        st.sampled_from(("receipt", "invoice", "payment", "credit", "refund", "bill", "adjust", "void", "delete")),
        CENTS,
        PIECES,
        st.integers(0, 30),
    ),
    min_size=1,
    max_size=15,
)


def opened() -> Desk:
    desk = Desk(Company(clock=lambda: START))
    desk.add("<CustomerAddRq><CustomerAdd><Name>Ada Abbott</Name></CustomerAdd></CustomerAddRq>")
    desk.add("<VendorAddRq><VendorAdd><Name>Acme Apparel</Name></VendorAdd></VendorAddRq>")
    desk.add(
        f"<ItemInventoryAddRq><ItemInventoryAdd><Name>Mug</Name>{ref('IncomeAccountRef', 'Sales')}<PurchaseCost>5.00"
        f"</PurchaseCost>{ref('COGSAccountRef', 'Cost of Goods Sold')}{ref('AssetAccountRef', 'Inventory Asset')}"
        "</ItemInventoryAdd></ItemInventoryAddRq>"
    )
    return desk


def request_for(desk: Desk, kind: str, amount: str, count: str, pick: int) -> str:
    """A request that may or may not be accepted."""
    posted = desk.company.transactions()
    chosen: Any = posted[pick % len(posted)] if posted else None
    txn_id, its_kind = (chosen.txn_id, chosen.kind) if chosen else ("5F21-1", "Invoice")
    requests = {
        "receipt": receipt(sold("Mug", amount, count)),
        "invoice": invoice(line("InvoiceLineAdd", "Mug", amount, count)),
        "payment": payment(txn_id, amount),
        "credit": credit_memo(line("CreditMemoLineAdd", "Mug", amount, count)),
        "refund": refund(txn_id, amount),
        "bill": (
            f"<BillAddRq><BillAdd>{ref('VendorRef', 'Acme Apparel')}<TxnDate>2026-01-02</TxnDate>"
            f"<ItemLineAdd>{ref('ItemRef', 'Mug')}<Quantity>{count}</Quantity><Amount>{amount}</Amount></ItemLineAdd>"
            "</BillAdd></BillAddRq>"
        ),
        "adjust": (
            f"<InventoryAdjustmentAddRq><InventoryAdjustmentAdd>{ref('AccountRef', 'Inventory Shrinkage')}"
            f"<InventoryAdjustmentLineAdd>{ref('ItemRef', 'Mug')}<QuantityAdjustment><NewQuantity>{count}</NewQuantity>"
            "</QuantityAdjustment></InventoryAdjustmentLineAdd></InventoryAdjustmentAdd></InventoryAdjustmentAddRq>"
        ),
        "delete": f"<TxnDelRq><TxnDelType>{its_kind}</TxnDelType><TxnID>{txn_id}</TxnID></TxnDelRq>",
        "void": f"<TxnVoidRq><TxnVoidType>{its_kind}</TxnVoidType><TxnID>{txn_id}</TxnID></TxnVoidRq>",
    }
    if kind == "void" and its_kind == "ReceivePayment":
        return requests["delete"]
    return requests[kind]


def open_receivables(desk: Desk) -> Decimal:
    owed = [desk.one("<InvoiceQueryRq/>").findall("InvoiceRet/BalanceRemaining"), 1]
    left = [desk.one("<CreditMemoQueryRq/>").findall("CreditMemoRet/CreditRemaining"), -1]
    unused = [desk.one("<ReceivePaymentQueryRq/>").findall("ReceivePaymentRet/UnusedPayment"), -1]
    total = Decimal(0)
    for elements, sign in (owed, left, unused):
        total += sign * sum((Decimal(element.text) for element in elements), Decimal(0))
    # A refund whose credit is gone is money the customer owes again.
    for refunded in desk.one("<ARRefundCreditCardQueryRq/>").findall("ARRefundCreditCardRet"):
        used = desk.company.store.one(
            "SELECT sum(cents) FROM settlement WHERE debit = ?", (refunded.findtext("TxnID"),)
        )
        total += Decimal(refunded.findtext("TotalAmount")) - Decimal(used or 0) / 100
    return total


@given(STEPS)
def test_the_ledgers_agree_after_every_step(steps: list[tuple[str, str, str, int]]) -> None:
    desk = opened()
    for kind, amount, count, pick in steps:
        desk.one(request_for(desk, kind, amount, count, pick))
        balances = desk.balances()
        item = desk.add("<ItemInventoryQueryRq><FullName>Mug</FullName></ItemInventoryQueryRq>")
        worth = desk.company.store.one("SELECT coalesce(sum(cents), 0) FROM stock")
        assert Decimal(balances.get("Inventory Asset", "0")) == Decimal(worth) / 100
        moved = desk.company.store.one("SELECT coalesce(sum(quantity), 0) FROM stock")
        assert Decimal(item.findtext("QuantityOnHand") or "0") == Decimal(moved) / 100_000
        assert Decimal(balances.get("Accounts Receivable", "0")) == open_receivables(desk)
