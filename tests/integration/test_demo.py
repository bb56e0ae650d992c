"""``make demo`` in small: the whole main job on the local stack, in both modes, and stopped in the middle."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.integration import processes

pytestmark = pytest.mark.xdist_group("stack")


@pytest.mark.parametrize("mode", ["detailed", "summary"])
def test_a_shops_days_land_in_quickbooks_to_the_cent(mode: str, tmp_path: Path) -> None:
    with processes.started(
        "demo", "--data", tmp_path, environment={"DAYS": "3", "ORDERS": "8", "MODE": mode}
    ) as process:
        output, _ = process.communicate(timeout=300)
    assert process.returncode == 0, output
    for words in ("Tie-out", "tender:cash", "Trial balance", "round trips", "Every line ties out"):
        assert words in output, output
    assert processes.processes_of(tmp_path) == []
    assert list(tmp_path.iterdir()) == []  # what went well leaves nothing behind


def test_a_size_that_is_none_is_refused(tmp_path: Path) -> None:
    with processes.started("demo", "--data", tmp_path, environment={"MODE": "both"}) as process:
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "MODE is detailed or summary" in output


def test_a_demo_that_is_stopped_proves_nothing_and_leaves_nothing_running(tmp_path: Path) -> None:
    with processes.started("demo", "--data", tmp_path, environment={"DAYS": "3", "ORDERS": "8"}) as process:
        processes.line_with(process, "Build and deploy the stack")
        assert processes.processes_of(tmp_path) != []
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=processes.STOP_SECONDS)
    assert process.returncode == 1
    assert processes.processes_of(tmp_path) == []


def test_several_combinations_of_modes_are_proven_on_one_stack(tmp_path: Path) -> None:
    modes = "detailed,summary,detailed summary,detailed,summary"
    with processes.started(
        "demo", "--data", tmp_path, environment={"DAYS": "1", "ORDERS": "4", "MODES": modes}
    ) as process:
        output, _ = process.communicate(timeout=300)
    assert process.returncode == 0, output
    rows = [line.split() for line in output.splitlines() if line.startswith(("  detailed  ", "  summary  "))]
    assert [row[:3] for row in rows] == [["detailed", "summary", "detailed"], ["summary", "detailed", "summary"]]
    assert all(int(row[3]) > 0 and int(row[4]) > 0 and row[5] == "0.00" for row in rows)
    assert "Every combination ties out." in output
    assert list(tmp_path.iterdir()) == []
