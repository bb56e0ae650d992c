"""A merchant arrives in the embedded app: the shop's tokens are there afterwards, its profile and its schedule too.

Shopify's managed installation has no callback: the first page load with an id token is the install (Shopify, token
exchange).
"""

from __future__ import annotations

from aws_lambda_powertools import Logger

from connector.app import integration
from connector.app.errors import Unavailable
from connector.app.services import Services
from connector.outbox import connection
from connector.shopify.errors import NeedsMerchant
from connector.shopify.session_tokens import SessionToken, verify
from connector.shopify.shops import read_profile

logger = Logger(child=True)


def welcome(services: Services, id_token: str) -> SessionToken:
    """Who arrives. Raises ``InvalidSessionToken``, ``InvalidGrant`` (a fresh id token is needed), ``ShopifyError``."""
    token = verify(id_token, services.app, services.clock())
    services.installations.exchange(token.shop, id_token)
    if services.installations.profile(token.shop) is None:
        _read_profile(services, token.shop, id_token)
    _renew(services, token.shop)
    return token


def _read_profile(services: Services, shop: str, id_token: str) -> None:
    """The tokens may turn out to be dead only now (uninstalled, and nobody has told us yet): then new ones are had."""
    try:
        read_profile(services.admin(shop), services.installations)
    except NeedsMerchant:
        services.installations.exchange(shop, id_token)
        read_profile(services.admin(shop), services.installations)


def _renew(services: Services, shop: str) -> None:
    """What an uninstall took: the Web Connector's way in, and the schedule. The next load does what fails now."""
    known = connection.read(services.table, shop)
    if known and known.get("disabled"):
        connection.disable(services.table, shop, False)
    try:
        integration.renew_schedule(services, shop)
    except Unavailable:
        logger.warning("the schedule of a shop could not be renewed", extra={"shop": shop})
