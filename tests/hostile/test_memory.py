"""Case 22: a process with little room to grow takes all hostile input one after the other."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.conformance.door import ROOT
from tests.hostile.bodies import ALLOWED, REFUSED, RESPONSES


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the limit on memory is Linux's")
def test_case_22_memory_does_not_grow() -> None:
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(ROOT / "layers/connector"), str(ROOT)]),
        "PYTHONWARNINGS": "ignore",
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.hostile.limited"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout.splitlines()[-1]) == len(REFUSED) + len(ALLOWED) + len(RESPONSES)
