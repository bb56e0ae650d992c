"""Every transaction in balanced double entry, and what QuickBooks refuses."""

from __future__ import annotations

import pytest

from tests.unit.local.company.desk import (
    Desk,
    credit_memo,
    invoice,
    line,
    payment,
    receipt,
    ref,
    refund,
    sold,
)


def test_sales_receipt_debits_the_tender_and_credits_each_lines_account(shop: Desk) -> None:
    answer = shop.add(receipt(sold("Tee", "50.00", "2"), sold("Discount", "-5.00"), sold("Shipping", "4.99"),
                              sold("Tax", "2.70")))  # fmt: skip
    assert answer.findtext("TotalAmount") == "52.69"
    assert answer.findtext("SalesReceiptLineRet/Rate") == "25.00"
    assert shop.balances() == {
        "Shopify Clearing": "52.69",
        "Sales": "-50.00",
        "Sales Discounts": "5.00",
        "Shipping Income": "-4.99",
        "Sales Tax Collected": "-2.70",
    }


def test_receipt_without_deposit_account_lands_in_undeposited_funds(shop: Desk) -> None:
    request = receipt(sold("Tee", "10.00")).replace(ref("DepositToAccountRef", "Shopify Clearing"), "")
    shop.add(request)
    assert shop.balances()["Undeposited Funds"] == "10.00"


def test_zero_sum_receipt_is_accepted_and_a_negative_one_refused(shop: Desk) -> None:
    shop.add(receipt(sold("Tee", "10.00"), sold("Tender", "-10.00")))
    answer = shop.one(receipt(sold("Tee", "10.00"), sold("Tender", "-10.01"), number="1003"))
    assert answer.get("statusCode") == "3180"
    assert "Transaction amount must be positive." in answer.get("statusMessage", "")
    assert len(shop.company.transactions()) == 1


def test_taxable_line_under_a_taxing_item_gets_tax_and_a_zero_item_none(shop: Desk) -> None:
    answer = shop.add(receipt(sold("Tee", "10.10", code="Tax"), sold("Shipping", "5.00"), tax="State Tax"))
    assert (answer.findtext("SalesTaxTotal"), answer.findtext("TotalAmount")) == ("0.73", "15.83")
    assert shop.balances()["Sales Tax Payable"] == "-0.73"
    untaxed = shop.add(receipt(sold("Tee", "10.10", code="Tax"), number="1002"))
    assert untaxed.findtext("SalesTaxTotal") == "0.00"


def test_line_without_a_tax_code_is_not_taxed(shop: Desk) -> None:
    answer = shop.add(receipt(sold("Tee", "10.00", code=""), tax="State Tax"))
    assert answer.findtext("SalesReceiptLineRet/SalesTaxCodeRef/FullName") == "Non"
    assert answer.findtext("SalesTaxTotal") == "0.00"


def test_sales_tax_payable_needs_a_vendor(shop: Desk) -> None:
    override = ref("OverrideItemAccountRef", "Sales Tax Payable")
    answer = shop.one(receipt(line("SalesReceiptLineAdd", "Tee", "5.00", more=override)))
    assert "Sales tax detail line must have a vendor." in answer.get("statusMessage", "")


def test_amount_wins_over_rate_and_nothing_means_the_list_price(shop: Desk) -> None:
    both = "<SalesReceiptLineAdd><ItemRef><FullName>Tee</FullName></ItemRef><Quantity>3</Quantity><Rate>9.99</Rate>"
    answer = shop.add(receipt(both + "<Amount>10.00</Amount></SalesReceiptLineAdd>", sold("Mug", "", "2")))
    lines = answer.findall("SalesReceiptLineRet")
    assert [(each.findtext("Rate"), each.findtext("Amount")) for each in lines] == [
        ("3.33333", "10.00"),
        ("12.00", "24.00"),
    ]


def test_invoice_paid_in_the_same_set_through_a_macro(shop: Desk) -> None:
    answers = shop.ask(
        invoice(line("InvoiceLineAdd", "Tee", "75.00", "3"), macro="TxnID:INV"),
        payment("TxnID:INV", "30.00"),
        on_error="stopOnError",
    )
    assert [answer.get("statusCode") for answer in answers] == ["0", "0"]
    applied = answers[1].find("ReceivePaymentRet/AppliedToTxnRet")
    assert applied is not None
    assert (applied.findtext("TxnType"), applied.findtext("BalanceRemaining")) == ("Invoice", "45.00")
    assert shop.balances() == {"Accounts Receivable": "45.00", "Shopify Clearing": "30.00", "Sales": "-75.00"}
    found = shop.add(
        "<InvoiceQueryRq><RefNumber>1002</RefNumber><IncludeLinkedTxns>true</IncludeLinkedTxns></InvoiceQueryRq>"
    )
    assert (found.findtext("AppliedAmount"), found.findtext("BalanceRemaining"), found.findtext("IsPaid")) == (
        "-30.00", "45.00", "false",
    )  # fmt: skip
    assert found.findtext("LinkedTxn/TxnType") == "ReceivePayment"


def test_payment_above_the_amount_due_is_refused(shop: Desk) -> None:
    txn_id = shop.add(invoice(line("InvoiceLineAdd", "Tee", "75.00"))).findtext("TxnID") or ""
    answer = shop.one(payment(txn_id, "75.01"))
    assert answer.get("statusCode") == "3210"
    assert "You cannot pay more than the amount due." in answer.get("statusMessage", "")
    assert shop.code(payment(txn_id, "50.00", applied="60.00")) == 3210


def test_undefined_macro_is_a_macro_error(shop: Desk) -> None:
    assert 9100 <= shop.code(payment("TxnID:NOBODY", "1.00")) <= 9199


def test_credit_memo_and_refund_clear_each_other(shop: Desk) -> None:
    shop.add(receipt(sold("Mug", "24.00", "2")))
    answers = shop.ask(
        credit_memo(line("CreditMemoLineAdd", "Mug", "12.00", "1"), macro="TxnID:CM"), refund("TxnID:CM", "12.00")
    )
    assert [answer.get("statusCode") for answer in answers] == ["0", "0"]
    assert answers[1].findtext("ARRefundCreditCardRet/RefundAppliedToTxnRet/CreditRemaining") == "0.00"
    balances = shop.balances()
    assert "Accounts Receivable" not in balances
    assert (balances["Shopify Clearing"], balances["Sales"]) == ("12.00", "-12.00")
    assert shop.code(refund(answers[0].findtext("CreditMemoRet/TxnID") or "", "0.01")) == 3210


def test_deposit_takes_payments_out_of_undeposited_funds_once(shop: Desk) -> None:
    into = ref("DepositToAccountRef", "Shopify Clearing")
    txn_id = shop.add(receipt(sold("Tee", "20.00")).replace(into, "")).findtext("TxnID")
    waiting = shop.one("<ReceivePaymentToDepositQueryRq/>")
    assert [each.findtext("TxnID") for each in waiting] == [txn_id]
    deposit = (
        f"<DepositAddRq><DepositAdd><TxnDate>2026-01-04</TxnDate>{ref('DepositToAccountRef', 'Checking')}"
        f"<DepositLineAdd><PaymentTxnID>{txn_id}</PaymentTxnID></DepositLineAdd>"
        f"<DepositLineAdd>{ref('AccountRef', 'Merchant Fees')}<Amount>-0.88</Amount></DepositLineAdd>"
        "</DepositAdd></DepositAddRq>"
    )
    assert shop.add(deposit).findtext("DepositTotal") == "19.12"
    assert shop.balances() == {"Checking": "19.12", "Merchant Fees": "0.88", "Sales": "-20.00"}
    assert shop.code(deposit) == 3210
    assert shop.code(f"<TxnDelRq><TxnDelType>SalesReceipt</TxnDelType><TxnID>{txn_id}</TxnID></TxnDelRq>") == 3160


def test_negative_deposit_is_refused(shop: Desk) -> None:
    request = (
        f"<DepositAddRq><DepositAdd>{ref('DepositToAccountRef', 'Checking')}<DepositLineAdd>"
        f"{ref('AccountRef', 'Shopify Clearing')}<Amount>-1.00</Amount></DepositLineAdd></DepositAdd></DepositAddRq>"
    )
    assert shop.code(request) == 3180


@pytest.mark.parametrize(
    ("debit", "credit", "name", "code"),
    [("10.00", "10.00", "", 0), ("10.00", "9.99", "", 3180), ("-1.00", "-1.00", "", 3180),
     ("10.00", "10.00", "Accounts Receivable", 3180)],
)  # fmt: skip
def test_journal_entry_rules(shop: Desk, debit: str, credit: str, name: str, code: int) -> None:
    request = (
        "<JournalEntryAddRq><JournalEntryAdd><TxnDate>2026-01-05</TxnDate>"
        f"<JournalDebitLine>{ref('AccountRef', name or 'Checking')}<Amount>{debit}</Amount></JournalDebitLine>"
        f"<JournalCreditLine>{ref('AccountRef', 'Shopify Clearing')}<Amount>{credit}</Amount></JournalCreditLine>"
        "</JournalEntryAdd></JournalEntryAddRq>"
    )
    assert shop.code(request) == code


def bill(lines: str, number: str = "ACME-1", kind: str = "Bill") -> str:
    return (
        f"<{kind}AddRq><{kind}Add>{ref('VendorRef', 'Acme Apparel')}<TxnDate>2026-01-06</TxnDate>"
        f"<RefNumber>{number}</RefNumber>{lines}</{kind}Add></{kind}AddRq>"
    )


def bought(quantity: str, cost: str, item: str = "Mug") -> str:
    return f"<ItemLineAdd>{ref('ItemRef', item)}<Quantity>{quantity}</Quantity><Cost>{cost}</Cost></ItemLineAdd>"


def test_inventory_moves_at_average_cost(shop: Desk) -> None:
    shop.add(bill(bought("10", "4.00")))
    shop.add(bill(bought("10", "6.00"), number="ACME-2"))
    shop.add(receipt(sold("Mug", "36.00", "3")))
    balances = shop.balances()
    assert (balances["Inventory Asset"], balances["Cost of Goods Sold"]) == ("85.00", "15.00")
    item = shop.add("<ItemInventoryQueryRq><FullName>mug</FullName></ItemInventoryQueryRq>")
    assert (item.findtext("QuantityOnHand"), item.findtext("AverageCost")) == ("17", "5.00")


def test_selling_more_than_there_is_is_put_right_by_the_next_purchase(shop: Desk) -> None:
    shop.add(receipt(sold("Mug", "36.00", "3")))
    shop.add(bill(bought("10", "6.00")))
    balances = shop.balances()
    assert (balances["Inventory Asset"], balances["Cost of Goods Sold"]) == ("42.00", "18.00")


def test_the_last_piece_takes_the_last_cent_of_value(shop: Desk) -> None:
    shop.add(bill(f"<ItemLineAdd>{ref('ItemRef', 'Mug')}<Quantity>3</Quantity><Amount>10.00</Amount></ItemLineAdd>"))
    for number in ("1", "2", "3"):
        shop.add(receipt(sold("Mug", "12.00", "1"), number=number))
    assert "Inventory Asset" not in shop.balances()


def test_purchase_order_is_received_in_parts_and_billed(shop: Desk) -> None:
    order = shop.add(
        f"<PurchaseOrderAddRq><PurchaseOrderAdd>{ref('VendorRef', 'Acme Apparel')}<TxnDate>2026-01-02</TxnDate>"
        f"<RefNumber>PO1</RefNumber><PurchaseOrderLineAdd>{ref('ItemRef', 'Mug')}<Quantity>50</Quantity>"
        "<Rate>4.00</Rate></PurchaseOrderLineAdd></PurchaseOrderAdd></PurchaseOrderAddRq>"
    )
    assert shop.balances() == {}
    order_id, line_id = order.findtext("TxnID"), order.findtext("PurchaseOrderLineRet/TxnLineID")
    link = f"<LinkToTxn><TxnID>{order_id}</TxnID><TxnLineID>{line_id}</TxnLineID></LinkToTxn>"
    shop.add(bill(f"<ItemLineAdd><Quantity>20</Quantity><Cost>4.00</Cost>{link}</ItemLineAdd>", kind="ItemReceipt"))
    body = "<RefNumber>PO1</RefNumber><IncludeLineItems>true</IncludeLineItems>"
    query = f"<PurchaseOrderQueryRq>{body}</PurchaseOrderQueryRq>"
    found = shop.add(query)
    assert (found.findtext("PurchaseOrderLineRet/ReceivedQuantity"), found.findtext("IsFullyReceived")) == (
        "20",
        "false",
    )
    freight = f"<ExpenseLineAdd>{ref('AccountRef', 'Freight In')}<Amount>18.00</Amount></ExpenseLineAdd>"
    rest = shop.add(bill(f"<LinkToTxnID>{order_id}</LinkToTxnID>{freight}"))
    assert (rest.findtext("AmountDue"), rest.findtext("ItemLineRet/Quantity")) == ("138.00", "30")
    assert shop.add(query).findtext("IsFullyReceived") == "true"
    assert shop.balances() == {"Inventory Asset": "200.00", "Freight In": "18.00", "Accounts Payable": "-218.00"}
    assert shop.code(bill(f"<LinkToTxnID>{order_id}</LinkToTxnID>", number="ACME-3")) == 3180


def test_vendor_credit_gives_goods_back(shop: Desk) -> None:
    shop.add(bill(bought("10", "4.00")))
    shop.add(bill(bought("2", "3.00"), number="CR-1", kind="VendorCredit"))
    balances = shop.balances()
    assert balances["Accounts Payable"] == "-34.00"
    assert (balances["Inventory Asset"], balances["Cost of Goods Sold"]) == ("32.00", "2.00")


def test_inventory_adjustment_by_difference_and_to_a_count(shop: Desk) -> None:
    shop.add(bill(bought("10", "4.00")))
    adjust = (
        f"<InventoryAdjustmentAddRq><InventoryAdjustmentAdd>{ref('AccountRef', 'Inventory Shrinkage')}"
        f"<TxnDate>2026-01-31</TxnDate><InventoryAdjustmentLineAdd>{ref('ItemRef', 'Mug')}<QuantityAdjustment>{{}}"
        "</QuantityAdjustment></InventoryAdjustmentLineAdd></InventoryAdjustmentAdd></InventoryAdjustmentAddRq>"
    )
    shop.add(adjust.format("<QuantityDifference>-3</QuantityDifference>"))
    answer = shop.add(adjust.format("<NewQuantity>5</NewQuantity>"))
    assert answer.findtext("InventoryAdjustmentLineRet/QuantityDifference") == "-2"
    balances = shop.balances()
    assert (balances["Inventory Asset"], balances["Inventory Shrinkage"]) == ("20.00", "20.00")


def test_check_refunds_a_credit_from_the_drawer(shop: Desk) -> None:
    credit = shop.add(credit_memo(line("CreditMemoLineAdd", "Tee", "10.00")))
    shop.add(
        f"<CheckAddRq><CheckAdd>{ref('AccountRef', 'Cash on Hand')}{ref('PayeeEntityRef', 'Ada Abbott')}"
        f"<ApplyCheckToTxnAdd><TxnID>{credit.findtext('TxnID')}</TxnID><Amount>10.00</Amount></ApplyCheckToTxnAdd>"
        f"<ExpenseLineAdd>{ref('AccountRef', 'Accounts Receivable')}<Amount>10.00</Amount>"
        f"{ref('CustomerRef', 'Ada Abbott')}</ExpenseLineAdd></CheckAdd></CheckAddRq>"
    )
    assert shop.balances() == {"Sales": "10.00", "Cash on Hand": "-10.00"}
    found = shop.add("<CreditMemoQueryRq><RefNumber>1001-R1</RefNumber></CreditMemoQueryRq>")
    assert found.findtext("CreditRemaining") == "0.00"


def test_sales_order_posts_nothing_and_pro_has_none(shop: Desk) -> None:
    request = (
        f"<SalesOrderAddRq><SalesOrderAdd>{ref('CustomerRef', 'Ada Abbott')}<TxnDate>2026-01-02</TxnDate>"
        f"<RefNumber>1009</RefNumber>{line('SalesOrderLineAdd', 'Mug', '24.00', '2')}</SalesOrderAdd></SalesOrderAddRq>"
    )
    order_id = shop.add(request).findtext("TxnID")
    assert shop.balances() == {}
    shop.add(invoice("<LinkToTxnID>" + str(order_id) + "</LinkToTxnID>"))
    assert shop.balances()["Sales"] == "-24.00"
    shop.company.set(edition="Pro")
    assert shop.code(request) == 3250


def test_closing_date_refuses_add_change_and_delete(shop: Desk) -> None:
    txn = shop.add(receipt(sold("Tee", "10.00")))
    shop.company.set(closing_date="2026-01-31")
    assert shop.code(receipt(sold("Tee", "10.00"), number="2")) == 3171
    assert shop.code(receipt(sold("Tee", "10.00"), number="3", day="2026-02-01")) == 0
    txn_id = txn.findtext("TxnID")
    assert shop.code(f"<TxnDelRq><TxnDelType>SalesReceipt</TxnDelType><TxnID>{txn_id}</TxnID></TxnDelRq>") == 3171


def test_a_changed_receipt_posts_its_new_lines_only(shop: Desk) -> None:
    txn = shop.add(receipt(sold("Tee", "10.00", "1"), sold("Shipping", "4.00")))
    first = txn.findtext("SalesReceiptLineRet/TxnLineID")
    mod = (
        f"<SalesReceiptModRq><SalesReceiptMod><TxnID>{txn.findtext('TxnID')}</TxnID>"
        f"<EditSequence>{txn.findtext('EditSequence')}</EditSequence><Memo>edited</Memo>"
        f"<SalesReceiptLineMod><TxnLineID>{first}</TxnLineID></SalesReceiptLineMod>"
        f"<SalesReceiptLineMod><TxnLineID>-1</TxnLineID>{ref('ItemRef', 'Tax')}<Amount>0.50</Amount>"
        "</SalesReceiptLineMod>"
        "</SalesReceiptMod></SalesReceiptModRq>"
    )
    changed = shop.add(mod)
    assert (changed.findtext("Memo"), changed.findtext("TotalAmount")) == ("edited", "10.50")
    assert shop.balances() == {"Shopify Clearing": "10.50", "Sales": "-10.00", "Sales Tax Collected": "-0.50"}
    stale = shop.one(mod)
    assert stale.get("statusCode") == "3200"
    assert stale.findtext("SalesReceiptRet/EditSequence") == changed.findtext("EditSequence")


def test_void_keeps_the_form_and_delete_leaves_a_trace(shop: Desk) -> None:
    txn_id = shop.add(receipt(sold("Mug", "12.00", "1"))).findtext("TxnID")
    shop.ask(f"<TxnVoidRq><TxnVoidType>SalesReceipt</TxnVoidType><TxnID>{txn_id}</TxnID></TxnVoidRq>")
    assert shop.balances() == {}
    found = shop.add(f"<SalesReceiptQueryRq><TxnID>{txn_id}</TxnID></SalesReceiptQueryRq>")
    assert (found.findtext("TotalAmount"), found.findtext("Memo")) == ("0.00", "VOID:")
    shop.ask(f"<TxnDelRq><TxnDelType>SalesReceipt</TxnDelType><TxnID>{txn_id}</TxnID></TxnDelRq>")
    gone = shop.add("<TxnDeletedQueryRq><TxnDelType>SalesReceipt</TxnDelType></TxnDeletedQueryRq>")
    assert (gone.findtext("TxnID"), gone.findtext("RefNumber")) == (txn_id, "1001")
    assert shop.code(f"<SalesReceiptQueryRq><TxnID>{txn_id}</TxnID></SalesReceiptQueryRq>") == 500


def test_a_refused_request_leaves_nothing_behind(shop: Desk) -> None:
    before = shop.balances()
    answer = shop.one(receipt(sold("Tee", "10.00"), sold("Nothing of that name", "1.00")))
    assert answer.get("statusCode") == "3140"
    assert '"Nothing of that name" in the SalesReceipt line' in answer.get("statusMessage", "")
    assert shop.balances() == before


@pytest.mark.parametrize(
    ("request_text", "code"),
    [
        (receipt(sold("Tee", "1.00")).replace("Shopify Clearing", "Sales"), 3140),
        (receipt(sold("Tee", "1.00")).replace("Ada Abbott", "Acme Apparel"), 3140),
        (receipt(sold("Tee", "1.00")).replace("<FullName>Ada Abbott</FullName>", "<ListID>nonsense</ListID>"), 3000),
        (payment("5F21-1767286800", "1.00"), 3120),
    ],
)
def test_references_to_the_wrong_thing(shop: Desk, request_text: str, code: int) -> None:
    assert shop.code(request_text) == code
