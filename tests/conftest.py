"""Fixtures every room's tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def contracts() -> Path:
    """The folder with Intuit's and Shopify's contracts; tests that need it are skipped where it is missing."""
    folder = Path(os.environ.get("CONTRACTS_DIR") or ROOT.parent / "shared" / "contracts")
    if not folder.is_dir():
        pytest.skip("the contracts are not beside the project; set CONTRACTS_DIR to run this test")
    return folder
