"""What the tests of the stand-ins share."""

from __future__ import annotations

import pytest

from infra.local.shop import World, build_world


@pytest.fixture(scope="session")
def world() -> World:
    """The world of the demo."""
    return build_world()
