"""Tender transactions of a time, for control totals."""

from __future__ import annotations

from datetime import datetime

from connector.shopify.client import AdminClient
from connector.shopify.paging import Page, between, page, run_page

TENDERS = 100


def tenders_page(client: AdminClient, first: datetime, last: datetime, cursor: str | None) -> Page:
    """Processed from ``first`` on and before ``last``: whole business days make a control total."""
    variables = {"first": TENDERS, "after": cursor, "query": between("processed_at", first, last)}
    return page(
        client, "tenders", lambda: run_page(client, "tender_transactions_page", variables)["tenderTransactions"]
    )
