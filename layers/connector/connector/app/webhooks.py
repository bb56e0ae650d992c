"""What is done about Shopify's webhooks, by whichever way they came to the queue.

A webhook is a hint or an order, never a fact of the books: what was sold is always read from the Admin API. Webhooks
come late, twice and in any order; what happened before the merchant's last install is history.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from aws_lambda_powertools import Logger

from connector.app import integration, privacy, shop_profile
from connector.app.services import ANSWER_SECONDS, Services
from connector.outbox import connection
from connector.shopify import finishes
from connector.shopify.errors import ShopifyError, ShopifyUnavailable
from connector.shopify.webhooks import Delivery
from connector.storage import keys
from connector.storage.syncs import moment, stamp
from connector.storage.table import ConditionFailed

REMEMBERED = timedelta(days=14)
"""How long a delivery's id is kept; Shopify repeats one for four hours, the queue for less than two weeks."""

Remaining = Callable[[], float]
"""Seconds that are left for a message; what a privacy request does not end in them is done by the upkeep."""

LONGEST_QUESTION = 2 * ANSWER_SECONDS
"""Seconds that one question to Shopify may take, with a new token before it."""

logger = Logger(child=True)


def carry_out(text: str, services: Services, remaining: Remaining) -> None:
    """One message of the queue. Raises whatever stands in the way: the queue brings it again."""
    delivery = Delivery(**json.loads(text))
    if _done_before(delivery, services):
        return
    about = {"topic": delivery.topic, "shop": delivery.shop}
    action = _ACTIONS.get(delivery.topic)
    if action is None:
        logger.info("nothing to do for a webhook", extra=about)
    else:
        action(delivery, services, remaining)
        logger.info("carried out a webhook", extra=about)
    _remember(delivery, services)


def uninstalled(delivery: Delivery, services: Services, _: Remaining) -> None:
    """Tokens, schedule and the Web Connector's way in go at once; the books' records stay until ``shop/redact``."""
    if services.installations.granted_since(delivery.shop, delivery.triggered_at):
        return
    services.installations.uninstalled(delivery.shop)
    integration.forget_schedule(services, delivery.shop)
    connection.disable(services.table, delivery.shop)


def scopes_changed(delivery: Delivery, services: Services, _: Remaining) -> None:
    scopes = delivery.payload.get("current")
    if isinstance(scopes, list):
        at = moment(delivery.triggered_at) if delivery.triggered_at else services.clock()
        services.installations.scopes_changed(delivery.shop, ",".join(str(scope) for scope in scopes), at)


def shop_changed(delivery: Delivery, services: Services, remaining: Remaining) -> None:
    """Asked for, not taken from the webhook: those come late and in any order.

    Asked once and not waited for, so that no other message's time is taken: every preparation asks before it begins.
    """
    if not services.installations.installed(delivery.shop):
        return
    try:
        if remaining() < LONGEST_QUESTION:
            raise ShopifyUnavailable("too many other messages wait for their turn")
        shop_profile.refresh(services.table, services.admin(delivery.shop, _never_wait))
    except ShopifyError as error:
        logger.warning("a shop's profile is left as it was", extra={"shop": delivery.shop, "why": str(error)})


def bulk_finished(delivery: Delivery, services: Services, _: Remaining) -> None:
    finishes.note(services.table, delivery.shop, delivery.payload, services.clock())


def about_a_customer(delivery: Delivery, services: Services, remaining: Remaining) -> None:
    """Stored first: from then on it is ours to carry out, however long that takes."""
    request_id = privacy.receive(services, delivery)
    privacy.work_on(services, delivery.shop, request_id, remaining)


def redact_shop(delivery: Delivery, services: Services, remaining: Remaining) -> None:
    """Comes 48 hours after the shop left; one that is here again, or never left, keeps its books."""
    here_again = services.installations.granted_since(delivery.shop, delivery.triggered_at)
    if here_again or (not delivery.triggered_at and services.installations.installed(delivery.shop)):
        logger.warning("a shop to be redacted has the app installed", extra={"shop": delivery.shop})
        return
    request_id = privacy.receive(services, delivery)
    privacy.work_on(services, delivery.shop, request_id, remaining)


_ACTIONS: Mapping[str, Callable[[Delivery, Services, Remaining], None]] = {
    "app/uninstalled": uninstalled,
    "app/scopes_update": scopes_changed,
    "bulk_operations/finish": bulk_finished,
    "shop/update": shop_changed,
    "customers/data_request": about_a_customer,
    "customers/redact": about_a_customer,
    "shop/redact": redact_shop,
}


def _never_wait(_: float) -> None:
    raise ShopifyUnavailable("Shopify asks for a wait.")


def _done_before(delivery: Delivery, services: Services) -> bool:
    return bool(delivery.id) and bool(services.table.get(keys.shop(delivery.shop), keys.webhook(delivery.id)))


def _remember(delivery: Delivery, services: Services) -> None:
    """Not what erased the shop: nothing of it shall be left, and erasing nothing again does no harm."""
    if not delivery.id or delivery.topic == "shop/redact":
        return
    now = services.clock()
    item: dict[str, Any] = {
        "pk": keys.shop(delivery.shop),
        "sk": keys.webhook(delivery.id),
        "topic": delivery.topic,
        "done_at": stamp(now),
        "ttl": int((now + REMEMBERED).timestamp()),
    }
    try:
        services.table.put(item, "attribute_not_exists(pk)")
    except ConditionFailed:
        return
