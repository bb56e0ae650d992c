"""Secrets open only for the shop and purpose they were sealed for."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from connector.storage.vault import LONGEST, SealBroken, Vault


@pytest.fixture
def vault() -> Iterator[Vault]:
    with mock_aws():
        client = boto3.client(
            "kms", region_name="eu-west-1", aws_access_key_id="testing", aws_secret_access_key="testing"
        )
        yield Vault(client, client.create_key()["KeyMetadata"]["KeyId"])


def test_what_is_sealed_opens_again(vault: Vault) -> None:
    sealed = vault.seal("a.myshopify.com", "token", "shpat_æøå")
    assert b"shpat" not in sealed
    assert vault.open("a.myshopify.com", "token", sealed) == "shpat_æøå"


@pytest.mark.parametrize(("shop", "purpose"), [("b.myshopify.com", "token"), ("a.myshopify.com", "stocky")])
def test_it_opens_for_no_other_shop_or_purpose(vault: Vault, shop: str, purpose: str) -> None:
    sealed = vault.seal("a.myshopify.com", "token", "secret")
    with pytest.raises(SealBroken):
        vault.open(shop, purpose, sealed)


@pytest.mark.parametrize("text", ["", "x" * (LONGEST + 1)], ids=["empty", "too long"])
def test_what_kms_cannot_seal_is_refused(vault: Vault, text: str) -> None:
    with pytest.raises(ValueError, match="bytes"):
        vault.seal("a.myshopify.com", "token", text)
