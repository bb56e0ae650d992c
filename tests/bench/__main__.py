"""Measures what there is, prints a table, writes ``.local/bench.json``; exit status 1 when a budget is missed.

A figure is the best of several tries: what the code can do, with the least of what else the machine was doing.
"""

from __future__ import annotations

import json
import platform
import sys
from dataclasses import asdict
from datetime import UTC, datetime

from infra.local import show
from tests.bench import figures, pages, preparation, side_by_side, waiting

MEASURES = (
    figures.imports, pages.measure, side_by_side.measure, waiting.measure, figures.main_job, preparation.measure,
)  # fmt: skip


def main() -> int:
    measured = [figure for measure in MEASURES for figure in measure()]
    rows = [
        [one.name, f"{one.value:,.3g}", one.unit, f"{'≤' if one.most else '≥'} {one.budget:g}" if one.budget else "",
         "" if one.kept else "MISSED"]
        for one in measured
    ]  # fmt: skip
    show.table(["figure", "value", "unit", "budget", ""], rows, "Bench")
    report = {
        "at": datetime.now(UTC).isoformat(),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "figures": [asdict(one) | {"kept": one.kept} for one in measured],
    }
    figures.ROOT.joinpath(".local").mkdir(exist_ok=True)
    figures.ROOT.joinpath(".local/bench.json").write_text(json.dumps(report, indent=2) + "\n")
    return 0 if all(one.kept for one in measured) else 1


if __name__ == "__main__":
    sys.exit(main())
