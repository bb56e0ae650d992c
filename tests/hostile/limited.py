"""Every hostile input through the function in a process that may grow by little: ``python -m tests.hostile.limited``.

Prints how many were answered. Without the limits in the parsers this ends in a MemoryError, or never.
"""

from __future__ import annotations

import resource
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connector.quickbooks.answers import UnreadableAnswer, parse_answers
from connector.web_connector.endpoint import Endpoint
from tests.conformance.door import event_of, function
from tests.fakes.memory_table import MemoryTable
from tests.hostile.bodies import ALLOWED, REFUSED, RESPONSES

GROWTH = 220_000_000
"""Bytes of address space beyond what is used before: a 20 MB body stands there a few times, nothing multiplies it."""


def size() -> int:
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def main() -> int:
    module = function()
    table: Any = MemoryTable()
    module.endpoint = lambda: Endpoint(table, lambda: datetime(2026, 11, 2, tzinfo=UTC))
    module.handler(event_of("POST", "/quickbooks", {}, b"<a/>"), None)
    limit = size() + GROWTH
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    count = 0
    for name, make in {**REFUSED, **ALLOWED}.items():
        body = make()
        event = event_of("POST", "/quickbooks", {}, body)
        answer = module.handler(event, None)
        assert answer["headers"]["Content-Type"] == "text/xml; charset=utf-8", name
        del event
        count += 1
        del body
    for make_text in RESPONSES.values():
        text = make_text()
        with suppress(UnreadableAnswer):
            parse_answers(text)
        count += 1
    print(count)
    return 0


if __name__ == "__main__":
    sys.exit(main())
