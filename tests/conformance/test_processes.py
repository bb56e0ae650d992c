"""Each call in a process of its own: nothing but the table connects them."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from typing import Any

import pytest

from infra.local.web_connector import Fault
from tests.conformance.door import ROOT, Door, event_of
from tests.conformance.updates import Shop, ref_numbers
from tests.fakes.office import credit_and_refund, invoice_and_payment, receipt


class ProcessDoor(Door):
    """A door behind which every call starts a process, hands it the table, and takes the table back."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.pids: list[int] = []
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join([str(ROOT / "layers/connector"), str(ROOT)]),
            "PYTHONWARNINGS": "ignore",
        }
        self.processes = subprocess.Popen(
            [sys.executable, "-m", "tests.conformance.lambda_process"],
            cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        super().__init__(shop.door.make_endpoint)

    def handle(self, event: dict[str, Any]) -> dict[str, Any]:
        assert self.processes.stdin is not None and self.processes.stdout is not None
        pickle.dump((event, self.shop.table, self.shop.now), self.processes.stdin)
        self.processes.stdin.flush()
        answer, self.shop.table, pid = pickle.load(self.processes.stdout)
        self.pids.append(pid)
        return dict(answer)

    def close(self) -> None:
        super().close()
        self.processes.communicate(timeout=10)


@pytest.fixture
def door(shop: Shop) -> ProcessDoor:
    shop.door.close()
    shop.door = scattered = ProcessDoor(shop)
    return scattered


def test_a_run_whose_calls_each_have_a_process_of_their_own(shop: Shop, door: ProcessDoor) -> None:
    shop.add([*(receipt(n) for n in range(12)), *invoice_and_payment(30), *credit_and_refund(40)])
    lost = shop.update(faults=lambda number, name: Fault.DROP_ANSWER if shop.states().get("SENT") else None)
    assert not lost.ok
    run = shop.update(faults=lambda number, name: Fault.REPEAT if number % 4 == 3 else None)
    assert run.ok, run.status_text
    assert len(ref_numbers(shop.company)) == 12
    assert shop.ties_out()
    assert len(door.pids) == len(set(door.pids)) > 20


def test_an_event_is_what_api_gateway_sends() -> None:
    """What the other tests rely on: text by text, bytes by base64."""
    event = event_of("POST", "/quickbooks?wsdl", {"A": "b"}, "é".encode())
    assert (event["body"], event["isBase64Encoded"]) == ("é", False)
    assert event["queryStringParameters"] == {"wsdl": ""}
    event = event_of("POST", "/quickbooks", {}, "é".encode(), binary=True)
    assert (event["body"], event["isBase64Encoded"]) == ("w6k=", True)
