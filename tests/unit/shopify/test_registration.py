"""Who we are to Shopify, from the environment or from the secret it names."""

from __future__ import annotations

import json

import pytest

from connector.shopify.registration import from_environment


def no_secret(arn: str) -> str:
    raise AssertionError(f"{arn!r} was asked for")


def test_credentials_come_from_the_environment() -> None:
    environment = {
        "SHOPIFY_API_KEY": "key",
        "SHOPIFY_API_SECRET": "new",
        "SHOPIFY_API_SECRET_OLD": "old",
        "SHOPIFY_ORIGIN_TEMPLATE": "http://127.0.0.1:9/{shop}",
    }
    app = from_environment(environment, no_secret)
    assert (app.api_key, app.secrets, app.origin_template) == ("key", ("new", "old"), "http://127.0.0.1:9/{shop}")


def test_in_the_cloud_they_come_from_the_secret() -> None:
    secret = json.dumps({"SHOPIFY_API_KEY": "key", "SHOPIFY_API_SECRET": "new", "SHOPIFY_API_SECRET_OLD": ""})
    app = from_environment({"SHOPIFY_SECRET_ARN": "arn", "SHOPIFY_API_KEY": ""}, {"arn": secret}.__getitem__)
    assert (app.api_key, app.secrets, app.origin_template) == ("key", ("new",), "https://{shop}")


@pytest.mark.parametrize("missing", ["SHOPIFY_API_KEY", "SHOPIFY_API_SECRET"])
def test_without_credentials_nothing_starts(missing: str) -> None:
    environment = {"SHOPIFY_API_KEY": "key", "SHOPIFY_API_SECRET": "new"} | {missing: ""}
    with pytest.raises(ValueError, match="not set"):
        from_environment(environment, no_secret)
