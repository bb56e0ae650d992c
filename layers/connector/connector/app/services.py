"""What the app's functions work with, built once per process from the environment; tests build it from fakes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3
import httpx

from connector.app import known_company, settings
from connector.app.credentials import registration
from connector.app.known_company import KnownCompany
from connector.app.preparations import Preparations
from connector.app.schedules import Schedules
from connector.purchases.stocky import ORIGIN, Stocky, StockyRefused
from connector.shopify.client import AdminClient
from connector.shopify.errors import ShopifyUnavailable
from connector.shopify.installations import Installations
from connector.shopify.oauth import InstallFlow
from connector.shopify.registration import ShopifyApp
from connector.storage.table import Table
from connector.storage.vault import SealBroken, Vault

CDN = "https://cdn.shopify.com"
"""App Bridge and Polaris must be loaded from there (Shopify, App Store requirement 2.2.3)."""

CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 20.0
"""How long we wait for Shopify; the gateway ends every request after 29 s."""


PATIENCE_SECONDS = 5.0
"""How long a person is kept waiting for Shopify's retries in all."""


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Services:
    """``public_url`` may still hold ``{api_id}`` and ``{stage}``; a request knows them."""

    table: Table
    vault: Vault
    app: ShopifyApp
    http: httpx.Client
    installations: Installations
    schedules: Schedules
    preparations: Preparations
    clock: Callable[[], datetime]
    public_url: str = ""
    stocky_origin: str = ORIGIN
    cdn: str = CDN

    def install_flow(self, public_url: str) -> InstallFlow:
        return InstallFlow(self.app, self.table, self.installations, self.http, self.clock, public_url)

    def admin(self, shop: str, sleep: Callable[[float], None] | None = None) -> AdminClient:
        """``sleep`` waits for Shopify; without one as long as somebody may wait for a page."""
        waits = sleep or patience(PATIENCE_SECONDS)
        return AdminClient(shop, self.installations, self.app, self.http, sleep=waits, clock=self.clock)

    def stocky(self, shop: str, sleep: Callable[[float], None] | None = None) -> Stocky | None:
        """The shop's Stocky; None without a key. Raises ``StockyRefused`` for a key that can't be opened."""
        sealed = settings.read(self.table, shop).stocky_api_key
        if not sealed:
            return None
        try:
            key = self.vault.open(shop, settings.STOCKY_KEY, sealed)
        except SealBroken:
            raise StockyRefused("The API key of Stocky can't be opened any more. Enter it again.") from None
        return self.stocky_with(shop, key, sleep)

    def stocky_with(self, shop: str, key: str, sleep: Callable[[float], None] | None = None) -> Stocky:
        waits = sleep or patience(PATIENCE_SECONDS)
        return Stocky(shop, key, self.http, self.stocky_origin, waits, self.clock)

    def company(self, shop: str) -> KnownCompany:
        profile = self.installations.profile(shop)
        return known_company.read(self.table, shop, profile.currency if profile else "", self.clock())

    def time_zone(self, shop: str) -> str:
        profile = self.installations.profile(shop)
        return profile.time_zone if profile else "UTC"


def build(environ: Mapping[str, str]) -> Services:
    """Clients that not every request needs are made at their first use: each costs tens of milliseconds."""
    table = Table(boto3.client("dynamodb"), environ["TABLE_NAME"])
    vault = Vault(boto3.client("kms"), environ["KEY_ID"])
    app = registration(environ)
    http = httpx.Client(timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS))
    return Services(
        table=table,
        vault=vault,
        app=app,
        http=http,
        installations=Installations(table, vault, app, http, utc_now),
        schedules=Schedules(
            _client("scheduler"),
            environ.get("SCHEDULE_GROUP", ""),
            environ.get("SCHEDULER_ROLE_ARN", ""),
            environ.get("STATE_MACHINE_ARN", ""),
        ),
        preparations=Preparations(_client("stepfunctions"), environ.get("STATE_MACHINE_ARN", "")),
        clock=utc_now,
        public_url=environ.get("PUBLIC_URL", ""),
        stocky_origin=environ.get("STOCKY_ORIGIN") or ORIGIN,
        cdn=environ.get("SHOPIFY_CDN") or CDN,
    )


def patience(seconds: float) -> Callable[[float], None]:
    """A sleep that refuses (``ShopifyUnavailable``) to wait for more than ``seconds`` over all its calls."""
    left = seconds

    def wait(wanted: float) -> None:
        nonlocal left
        if wanted > left:
            raise ShopifyUnavailable("Shopify asks for a longer wait than a page may take.")
        left -= wanted
        time.sleep(wanted)

    return wait


def _client(service: str) -> Callable[[], Any]:
    @cache
    def made() -> Any:
        make: Any = boto3.client
        return make(service)

    return made
