"""The policy a shop's facts are booked by now: its settings, and what the connected company can do."""

from __future__ import annotations

from dataclasses import replace

from connector.accounting.policy import Policy
from connector.app import settings
from connector.app.accounts import Chart
from connector.outbox import company
from connector.storage.table import Table


def policy_now(table: Table, shop: str) -> Policy:
    seen = company.profile(table, shop)
    policy = settings.policy_of(settings.read(table, shop))
    unusable = Chart(company.accounts(table, shop)).unusable(policy.accounts, policy.tenders)
    return replace(
        policy,
        sales_orders=seen is not None and seen.has_sales_orders,
        purchase_orders=seen is not None and seen.uses_inventory,
        unusable=unusable,
    )
