"""Starting the commands of ``python -m infra.local`` and seeing that nothing of them stays."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OURS = ("PUBLIC_URL", "SHOPIFY_", "STOCKY_", "POWERTOOLS_", "AWS_", "DAYS", "ORDERS", "MODE")
"""Variables a command reads: what other tests, or the person at the keyboard, have set must not reach it."""

START_SECONDS = 120
STOP_SECONDS = 40


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "infra.local", *map(str, arguments)]


def _plain_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(OURS)}


def run(*arguments: str | Path, timeout: float = START_SECONDS) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*arguments), cwd=ROOT, capture_output=True, text=True, timeout=timeout, check=False)


@contextlib.contextmanager
def started(*arguments: str | Path, environment: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    """The command, running in a process group of its own; whatever the test does, it does not outlive it."""
    process = subprocess.Popen(
        command(*arguments),
        cwd=ROOT,
        env={**_plain_environment(), "PYTHONUNBUFFERED": "1", **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.communicate(timeout=STOP_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def line_with(process: subprocess.Popen[str], text: str) -> str:
    """The first line of the output that holds ``text``; fails with the output when it ends or is quiet for long."""
    assert process.stdout is not None
    seen = []
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        line = process.stdout.readline()
        if not line:
            break
        seen.append(line)
        if text in line:
            return line
    raise AssertionError(f"no line with {text!r} in:\n{''.join(seen)}")


def processes_of(folder: Path) -> list[str]:
    """Command lines of living processes that were started with, in or for a stack's data folder."""
    found = []
    for process in Path("/proc").iterdir():
        if not process.name.isdigit() or int(process.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            command_line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            state = (process / "stat").read_text().rpartition(")")[2].split()[0]
            clues = command_line + (process / "environ").read_bytes().decode(errors="replace")
            if str(folder) in clues and state != "Z":
                found.append(command_line)
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
