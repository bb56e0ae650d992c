"""A step of a preparation as the state machine asks for it, with what it works with."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from connector.app.services import Services
from connector.purchases.stocky import Stocky
from connector.shopify.bulk_orders import BulkOrders
from connector.shopify.client import AdminClient
from connector.shopify.errors import ShopifyUnavailable
from connector.storage.table import ConditionFailed
from connector.sync.context import Context
from connector.sync.prepare import ShopifyOrders, run

SPARE_SECONDS = 30
"""Kept free at the end of an invocation: no wait for Shopify may reach into it."""

_RETRYABLE = (ShopifyUnavailable, ConditionFailed, ClientError, BotoCoreError)


class Retryable(Exception):
    """The same step may succeed later. The state machine retries by this name."""


def carry_out(event: Mapping[str, Any], services: Services, remaining_seconds: Callable[[], float]) -> dict[str, Any]:
    """``event`` is ``{"step", "state"}``, and for the step ``fail`` ``{"error"}`` besides."""
    state = dict(event["state"])
    if "error" in event:
        state["error"] = event["error"]
    try:
        return run(event["step"], state, context_of(services, remaining_seconds))
    except _RETRYABLE as error:
        raise Retryable(f"{type(error).__name__}: {error}") from error


def context_of(services: Services, remaining_seconds: Callable[[], float]) -> Context:
    def wait(seconds: float) -> None:
        """Waits for Shopify, unless this invocation would end in it: then the state machine does the waiting."""
        if seconds > remaining_seconds() - SPARE_SECONDS:
            raise ShopifyUnavailable("Shopify asks for a longer wait than this step has.")
        time.sleep(seconds)

    def orders_of(shop: str) -> ShopifyOrders:
        return ShopifyOrders(services.admin(shop, wait))

    def admin_of(shop: str) -> AdminClient:
        return services.admin(shop, wait)

    def bulk_of(shop: str) -> BulkOrders:
        return BulkOrders(admin_of(shop), services.http, wait)

    def stocky_of(shop: str) -> Stocky | None:
        return services.stocky(shop, wait)

    return Context(services.table, orders_of, services.clock, remaining_seconds, bulk_of, admin_of, stocky_of=stocky_of)
