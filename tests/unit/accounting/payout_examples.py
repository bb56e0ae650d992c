"""Payouts of the page "What becomes what"."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from connector.accounting.bank_documents import DepositLine
from connector.accounting.documents import Document
from connector.accounting.payouts import payout_document, return_document
from connector.ledger.payouts import Payout, PayoutState
from tests.fakes.payouts import DAY, payout
from tests.unit.accounting.shop_orders import POLICY


@dataclass(frozen=True, slots=True)
class PayoutExample:
    title: str
    payout: Payout


PAYOUTS = (
    PayoutExample(
        "Payout with fees, a refund and a dispute",
        payout(
            ("CHARGE", "153.85", "4.76"),
            ("CHARGE", "50.00", "1.75"),
            ("REFUND", "-50.00", "0.00"),
            ("DISPUTE_WITHDRAWAL", "-40.00", "15.00"),
            ("SHIPPING_LABEL", "-6.20", "0.00"),
            ("RESERVED_FUNDS", "-20.00", "0.00"),
        ),
    ),
    PayoutExample(
        "Payout that takes money from the bank", payout(("CHARGE", "20.00", "0.88"), ("REFUND", "-50.00", "0.00"))
    ),
    PayoutExample(
        "Payout that the bank sends back",
        replace(payout(("CHARGE", "50.00", "1.75")), state=PayoutState.FAILED, returned_on=DAY + timedelta(days=3)),
    ),
)


def payouts_of(example: PayoutExample) -> list[Document]:
    """Its Ref Nos. are made of Shopify's id, as every shop's are."""
    made = payout_document(example.payout, POLICY, "BK7Q0ZX2")
    back = return_document(example.payout, POLICY, "BK7Q0ZX2-2")
    return [document for document in (made, back) if document is not None]


def deposit_line(line: DepositLine) -> str:
    return f"    {line.account} ({line.description}): {line.amount}"
