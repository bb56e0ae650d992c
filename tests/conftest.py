"""Fixtures every room's tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# How many examples a property tries: HYPOTHESIS_PROFILE=thorough for an hour's search, quick while writing.
# No deadline, since other work on the machine is no fault of the code's.
for _name, _examples in (("quick", 20), ("default", 100), ("thorough", 2000)):
    settings.register_profile(_name, max_examples=_examples, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def contracts() -> Path:
    """The folder with Intuit's and Shopify's contracts; tests that need it are skipped where it is missing."""
    folder = Path(os.environ.get("CONTRACTS_DIR") or ROOT.parent / "shared" / "contracts")
    if not folder.is_dir():
        pytest.skip("the contracts are not beside the project; set CONTRACTS_DIR to run this test")
    return folder
