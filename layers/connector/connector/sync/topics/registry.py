"""The topics, in the order they are read and booked."""

from __future__ import annotations

from connector.sync.topics.cash import CASH
from connector.sync.topics.payouts import DISPUTES, PAYOUTS
from connector.sync.topics.products import PRODUCTS
from connector.sync.topics.purchases import PURCHASE_ORDERS, STOCKY
from connector.sync.topics.stock import STOCK
from connector.sync.topics.stored_value import GIFT_CARDS, STORE_CREDIT
from connector.sync.topics.topic import Topic
from connector.sync.topics.transfers import TRANSFERS

TOPICS: tuple[Topic, ...] = (
    *(PRODUCTS, GIFT_CARDS, STORE_CREDIT, CASH, PAYOUTS, DISPUTES, PURCHASE_ORDERS, STOCKY),
    *(TRANSFERS, STOCK),
)
"""Stock comes last: it is compared with what all others have moved."""
