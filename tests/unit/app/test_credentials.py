"""Credentials as they are now: a rotated secret is known within minutes, without a deploy."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from connector.app.credentials import KEPT_SECONDS, lasting, registration

ROOT = Path(__file__).resolve().parents[3]


def test_a_secret_that_was_rotated_is_read_again_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-north-1")
    with mock_aws():
        secrets = boto3.client("secretsmanager")

        def text(new: str, old: str) -> str:
            return json.dumps({"SHOPIFY_API_KEY": "key", "SHOPIFY_API_SECRET": new, "SHOPIFY_API_SECRET_OLD": old})

        arn = secrets.create_secret(Name="shopify", SecretString=text("one", ""))["ARN"]
        now = [0.0]
        app = lasting(registration, {"SHOPIFY_SECRET_ARN": arn}, lambda: now[0])
        assert app().secrets == ("one",)
        secrets.put_secret_value(SecretId=arn, SecretString=text("two", "one"))
        now[0] = KEPT_SECONDS
        assert app().secrets == ("one",)
        now[0] += 1
        assert app().secrets == ("two", "one")


def test_what_stands_in_the_environment_is_read_once() -> None:
    made: list[object] = []
    now = [0.0]
    get = lasting(lambda environ: made.append(environ) or len(made), {"SHOPIFY_API_KEY": "key"}, lambda: now[0])
    assert get() == 1
    now[0] = 1e9
    assert get() == 1


def test_answering_a_webhook_loads_neither_the_http_client_nor_the_models() -> None:
    """It must be answered in well under a second, also by a process that has just been started."""
    code = (
        "import sys; from connector.app import deliveries, credentials;"
        "print([m for m in ('httpx', 'pydantic', 'jwt', 'jinja2', 'lxml', 'babel', 'boto3') if m in sys.modules])"
    )
    environment = {"PYTHONPATH": str(ROOT / "layers/connector")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.strip() == "[]"
