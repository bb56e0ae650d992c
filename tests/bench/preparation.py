"""Preparations of shops of many sizes: memory, speed, writes.

Three processes, as there are three machines in the cloud: the stand-in shop, which makes its orders when it is asked
for them (``preparation_shop``); the table in memory (``preparation_table``); and the worker that is measured
(``preparation_worker``). The worker has the real client, downloads and files. What it is not: there is no network
between them, and a table in memory answers faster than DynamoDB, whose time is not counted.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.bench.figures import ROOT, Figure

SIZES = tuple(int(size) for size in os.environ.get("BENCH_ORDERS", "1000,10000,100000").split(","))
"""Orders of the shops; ``BENCH_ORDERS=1000,10000`` is a quick look."""

LEAST_ORDERS_A_SECOND = 300
MOST_WRITES_AN_ORDER = 3
LONGEST_STEP = 270
"""Seconds; a Lambda of the template has 300."""

MOST_GROWTH = 1.25
"""Memory of the largest preparation over that of the smallest: flat, but for the slack of the machine."""


def measure() -> Iterator[Figure]:
    memory: dict[int, float] = {}
    for size in SIZES:
        found = _prepared(size)
        memory[size] = found["peak_mb"]
        name = f"{size:,} orders"
        speed = size / (found["read_seconds"] + found["build_seconds"])
        yield Figure(f"{name}, from reading to entries", speed, "orders/s", LEAST_ORDERS_A_SECOND, most=False)
        yield Figure(f"{name}, items written", found["writes"] / size, "an order", MOST_WRITES_AN_ORDER)
        yield Figure(f"{name}, memory at most", found["peak_mb"], "MB")
        yield Figure(f"{name}, longest step", found["longest_step"], "s", LONGEST_STEP)
    if len(SIZES) > 1:
        few, many = min(SIZES), max(SIZES)
        yield Figure(f"memory, {many:,} over {few:,} orders", memory[many] / memory[few], "times", MOST_GROWTH)


def _prepared(orders: int) -> dict[str, float]:
    """What the worker says of itself. It fails unless every order came into the books with the expected amounts."""
    with _started("preparation_table") as table, _started("preparation_shop", str(orders)) as shop:
        line = subprocess.run(
            [sys.executable, "-m", "tests.bench.preparation_worker", str(orders), table, shop],
            env=_environment(),
            cwd=ROOT,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout
    return json.loads(line.splitlines()[-1])  # type: ignore[no-any-return]


@contextmanager
def _started(module: str, *arguments: str) -> Iterator[str]:
    """The line with which a process says that it is there; it ends when its input does."""
    process = subprocess.Popen(
        [sys.executable, "-m", f"tests.bench.{module}", *arguments],
        env=_environment(),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout and process.stdin
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.wait(30)


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": f"{ROOT / 'layers/connector'}{os.pathsep}{ROOT}"}
