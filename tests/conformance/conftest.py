from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance.updates import Shop


@pytest.fixture
def shop() -> Iterator[Shop]:
    office = Shop()
    yield office
    office.close()
