"""What Shopify Payments keeps of a charge."""

from __future__ import annotations

from decimal import Decimal

from infra.local.shop.builder import CARD, cents
from infra.local.shop.model import ZERO, Transaction

RATE, FLAT = Decimal("0.029"), Decimal("0.30")
"""The fee of a charge: 2.9 % and 30 cents. A refund gives none of it back."""


def fee_of(transaction: Transaction) -> Decimal:
    """What Shopify Payments keeps of a transaction."""
    charged = transaction.gateway == CARD and transaction.sign > 0 and not transaction.test
    return cents(transaction.amount * RATE) + FLAT if charged else ZERO
