"""What has to be done from time to time for shops that nobody does anything in: once an hour, for those it is due for.

Both queues are sparse indexes, so the work is what is due and not how many shops there are.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from aws_lambda_powertools import Logger

from connector.app import privacy
from connector.app.services import Services
from connector.shopify.errors import NeedsMerchant

FOR_PRIVACY_SECONDS = 120.0
"""Of the time there is, so much is left for privacy requests."""

logger = Logger(child=True)


class NearlyDue(Exception):
    """Privacy requests are still open a week before they must have been carried out: an alarm shall ring."""


def run(services: Services, remaining: Callable[[], float]) -> dict[str, int]:
    """How many chains of tokens were renewed and lost, and how many privacy requests were carried out and wait.

    Raises ``NearlyDue``, after everything else.
    """
    renewed, failed = keep_alive(services, lambda: remaining() - FOR_PRIVACY_SECONDS)
    done, left, nearly_due = carry_out_requests(services, remaining)
    if nearly_due:
        raise NearlyDue(f"privacy requests that must be carried out within a week: {', '.join(nearly_due)}")
    return {"renewed": renewed, "not_renewed": failed, "requests_done": done, "requests_left": left}


def keep_alive(services: Services, remaining: Callable[[], float]) -> tuple[int, int]:
    """Renews the tokens of shops that nothing was read from for a month. One that can't be reached waits a day."""
    renewed = failed = 0
    now = services.clock()
    for shop in services.installations.due(now.date()):
        if remaining() <= 0:
            break
        try:
            services.installations.access_token(shop)
            renewed += 1
        except NeedsMerchant:
            failed += 1
            logger.warning("the merchant must open the app again", extra={"shop": shop})
        except Exception:
            failed += 1
            services.installations.postpone(shop, now.date() + timedelta(days=1))
            logger.exception("the tokens of a shop could not be renewed", extra={"shop": shop})
    return renewed, failed


def carry_out_requests(services: Services, remaining: Callable[[], float]) -> tuple[int, int, list[str]]:
    """Goes on with privacy requests; one that fails keeps no other waiting. (done, left, ids of those nearly due)"""
    done = left = 0
    nearly_due = []
    for shop, request_id in privacy.waiting(services.table):
        if remaining() <= 0:
            break
        about = {"shop": shop, "request": request_id}
        try:
            finished = privacy.work_on(services, shop, request_id, remaining)
        except Exception:
            finished = False
            logger.exception("a privacy request could not be carried out", extra=about)
        done, left = done + finished, left + (not finished)
        if not finished and privacy.is_nearly_due(services.table, shop, request_id, services.clock()):
            nearly_due.append(request_id)
    return done, left, nearly_due
