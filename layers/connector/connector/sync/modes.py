"""Which mode an order is posted in, when the merchant changes it on the way.

An order is finished in the mode it was begun in: a payment has to meet the invoice it settles, and the customer's
account the credit. Orders of which nothing is posted yet follow the settings. So a change counts from now on, and no
fact is counted twice or lost. (Inventory has no such ties: each document follows the settings of its day.)
"""

from __future__ import annotations

from connector.accounting.policy import Mode
from connector.accounting.summary import POSTING_KEY_PREFIX
from connector.storage.orders import BEFORE_THE_BOOKS, OrderRecord


def mode_of(record: OrderRecord, chosen: Mode) -> Mode:
    """The mode of an order's customer; ``chosen`` is that of the settings."""
    begun = {claim for claim in record.claims.values() if claim != BEFORE_THE_BOOKS}
    if any(claim.startswith(POSTING_KEY_PREFIX) for claim in begun):
        return Mode.SUMMARY
    return Mode.DETAILED if begun or record.open_documents else chosen
