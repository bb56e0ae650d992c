"""Transfers between the shop's own locations.

QuickBooks keeps one stock of an item: sites, and with them its own transfer slips, are an option of Enterprise that the
US request layouts we keep to do not have, and a class has no stock. So a transfer moves nothing in the company's books
and becomes no entry. It is kept as a fact, for what it moved is what stock is compared by; what the destination
rejected is missing there then, and becomes an adjustment.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from connector.ledger.nodes import each
from connector.ledger.transfers import read_transfer
from connector.shopify.transfers import transfers_page
from connector.storage import facts
from connector.storage.facts import Topic as FactTopic
from connector.sync.topics import storing
from connector.sync.topics.topic import PageRead, Reading, Topic

_WHAT = "transfer"


def _page(reading: Reading, cursor: str | None) -> PageRead:
    found = transfers_page(reading.client, reading.since, cursor)
    read = partial(read_transfer, zone=reading.zone, currency=reading.currency)
    transfers, unreadable = each(found.nodes, read)
    facts.store(reading.context.table, reading.shop, FactTopic.TRANSFER, transfers, reading.belongs)
    storing.hold_unreadable(reading, unreadable)
    storing.release_readable(reading, _WHAT, (transfer.id for transfer in transfers))
    return PageRead(found.cursor, (found.missing,) if found.missing else ())


TRANSFERS = Topic("transfers", _page, look_back=timedelta(days=90))
