"""Our credentials with Shopify, as they are now: a secret is rotated without a deploy."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TypeVar

from connector.shopify.registration import ShopifyApp, from_environment

T = TypeVar("T")

KEPT_SECONDS = 300.0
"""How long a process may go on with credentials it has read from Secrets Manager."""


def registration(environ: Mapping[str, str]) -> ShopifyApp:
    """From the environment; in the cloud from Secrets Manager."""

    def secret(arn: str) -> str:
        import boto3  # where the credentials are in the environment, nothing is asked of AWS for them

        return str(boto3.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])

    return from_environment(environ, secret)


def lasting(
    make: Callable[[Mapping[str, str]], T], environ: Mapping[str, str], now: Callable[[], float] = time.time
) -> Callable[[], T]:
    """What ``make`` makes of ``environ``, made once; where the credentials are in a secret, again every few minutes."""
    kept: list[tuple[float, T]] = []

    def get() -> T:
        if not kept or (environ.get("SHOPIFY_SECRET_ARN") and now() - kept[0][0] > KEPT_SECONDS):
            kept[:] = [(now(), make(environ))]
        return kept[0][1]

    return get
