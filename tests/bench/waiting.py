"""How long a call of the Web Connector takes with 10,000 entries waiting.

With a table in memory: what DynamoDB adds is its round trips, of which a call makes a handful.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from typing import Any

from connector.storage.table import put_write
from connector.sync.documents import entry_of
from tests.bench.figures import Figure
from tests.fakes.office import SHOP, TOKEN, Office, customer, receipt

WAITING = 10_000
PAIRS = 100
MOST_SECONDS = 1.0
"""The gateway gives a call 29 s, the Web Connector 100: a second leaves room for a slow table and a cold start."""


def measure() -> Iterator[Figure]:
    office = Office()
    office.add([receipt(20_000, who=customer(0))])
    office.update()
    for number in range(WAITING):
        office.table.transact([put_write(entry_of(SHOP, "sync-1", receipt(number, who=customer(0))).to_item())])
    seconds: dict[str, list[float]] = {}

    def call(operation: str, **parameters: Any) -> Any:
        began = time.perf_counter()
        result = office.call(operation, **parameters)
        seconds.setdefault(operation, []).append(time.perf_counter() - began)
        return result

    for _ in range(20):
        ticket, wish = call("authenticate", strUserName=office.connection["user_name"], strPassword=TOKEN)
        assert wish == ""
    hcp = office.company.hcp()
    for _ in range(PAIRS):
        request = call("sendRequestXML", ticket=ticket, strHCPResponse=hcp, strCompanyFileName=office.company.path)
        told = call("receiveResponseXML", ticket=ticket, response=office.company.process(request))
        assert 0 <= told < 100
        hcp = ""
    assert office.states()["READY"] > WAITING - 50 * PAIRS - 1
    for operation, taken in seconds.items():
        p99 = sorted(taken)[math.ceil(0.99 * len(taken)) - 1]
        yield Figure(f"{operation} with {WAITING:,} waiting, p99", p99, "s", MOST_SECONDS)
