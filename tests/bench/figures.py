"""What a figure is, and those of functions' imports and of the main job."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TRIES = 5


@dataclass(frozen=True, slots=True)
class Figure:
    """``most``: the budget is an upper limit, else a lower one. 0 is no budget."""

    name: str
    value: float
    unit: str
    budget: float = 0.0
    most: bool = True

    @property
    def kept(self) -> bool:
        return not self.budget or (self.value <= self.budget if self.most else self.value >= self.budget)


def imports() -> Iterator[Figure]:
    """A function's module, imported by a fresh interpreter that has its bytecode, less what the interpreter costs.

    In seconds of CPU, which other work on the machine disturbs least.
    """
    budgets = {"web_connector": 0.35}
    empty = min(_seconds_of("pass") for _ in range(TRIES))
    for name in ("web_connector", "webhooks", "install", "app", "prepare"):
        code = f"import sys; sys.path.insert(0, {str(ROOT / 'functions' / name)!r}); import app"
        best = min(_seconds_of(code) for _ in range(TRIES))
        yield Figure(f"imports of {name}", best - empty, "s", budgets.get(name, 0.0))


def _seconds_of(code: str) -> float:
    environment = os.environ | {
        "PYTHONPATH": str(ROOT / "layers/connector"),
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "TABLE_NAME": "x",
        "KEY_ID": "x",
        "POWERTOOLS_METRICS_NAMESPACE": "x",
        "POWERTOOLS_SERVICE_NAME": "x",
    }
    before = os.times()
    subprocess.run([sys.executable, "-c", code], env=environment, cwd=ROOT, check=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def main_job() -> Iterator[Figure]:
    """A night with 1,000 orders, prepared and posted in one process over a table in memory: our part of the time."""
    from infra.local.shop import build_world
    from tests.fakes.main_job import MainJob

    orders = 1000
    for mode, most_round_trips in (("detailed", 60), ("summary", 0)):
        job = MainJob(build_world(days=1, orders_per_day=orders), mode)
        job.source.now = job.night_after(0)
        job.source.all()  # the shop's side of it: what Shopify answers is made beforehand
        written, began = job.table.written_items, time.process_time()
        job.prepare(0)
        seconds = time.process_time() - began
        yield Figure(f"preparation, {mode}", orders / seconds, "orders/s", 300, most=False)
        yield Figure(
            f"items written by the preparation, {mode}", (job.table.written_items - written) / orders, "/order", 3
        )
        began = time.process_time()
        round_trips = job.update().round_trips
        yield Figure(f"round trips for {orders} orders, {mode}", round_trips, "", most_round_trips)
        yield Figure(f"posting, {mode}, with the stand-in company", orders / (time.process_time() - began), "orders/s")
        if wrong := job.faults():
            raise AssertionError(wrong[0])
