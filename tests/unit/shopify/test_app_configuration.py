"""What we tell Shopify of the app is what the code does."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from connector.app.webhooks import _ACTIONS
from connector.shopify.oauth import CALLBACK
from connector.shopify.registration import API_VERSION, OPTIONAL_SCOPES, SCOPES
from connector.shopify.webhooks import KEPT

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def configuration() -> dict[str, Any]:
    return tomllib.loads((ROOT / "infra/shopify.app.toml").read_text())


def test_scopes_are_those_the_code_relies_on(configuration: dict[str, Any]) -> None:
    access = configuration["access_scopes"]
    assert access["scopes"].split(",") == list(SCOPES)
    assert access["optional_scopes"] == list(OPTIONAL_SCOPES)
    assert not set(SCOPES) & set(OPTIONAL_SCOPES)
    assert access["use_legacy_install_flow"] is False


def test_every_topic_is_carried_out_and_every_action_has_its_topic(configuration: dict[str, Any]) -> None:
    subscriptions = configuration["webhooks"]["subscriptions"]
    topics = [topic for one in subscriptions for topic in one.get("topics", []) + one.get("compliance_topics", [])]
    assert len(topics) == len(set(topics))
    assert set(topics) == set(_ACTIONS) == set(KEPT)
    (compliance,) = (one["compliance_topics"] for one in subscriptions if "compliance_topics" in one)
    assert set(compliance) == {"customers/data_request", "customers/redact", "shop/redact"}


def test_version_and_addresses_are_ours(configuration: dict[str, Any]) -> None:
    assert configuration["webhooks"]["api_version"] == API_VERSION
    assert configuration["auth"]["redirect_urls"] == [configuration["application_url"] + CALLBACK]
    assert {one["uri"] for one in configuration["webhooks"]["subscriptions"]} == {"/webhooks/shopify"}
    assert "Path: /webhooks/shopify" in (ROOT / "template.yaml").read_text()
    assert configuration["embedded"] is True
