"""What the demo shows on a terminal: stages with progress, tables with amounts aligned."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal

_WIDTH = 30
_ZERO = Decimal("0.00")


class Progress:
    """A bar on one line; on something that is no terminal only its end is printed."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.live = sys.stdout.isatty()
        self.started = time.monotonic()
        self.note = ""

    def at(self, done: int, total: int, note: str = "") -> None:
        self.note = note
        if self.live:
            filled = _WIDTH * done // max(total, 1)
            bar = "#" * filled + "." * (_WIDTH - filled)
            sys.stdout.write(f"\r\x1b[K  {self.title:<34} [{bar}] {done}/{total} {note}")
            sys.stdout.flush()

    def end(self) -> None:
        clear = "\r\x1b[K" if self.live else ""
        print(f"{clear}  {self.title:<34} {time.monotonic() - self.started:6.1f} s  {self.note}", flush=True)


@contextmanager
def stage(title: str) -> Iterator[Progress]:
    """``with stage("Install") as progress: …`` prints the stage's time when it is done."""
    progress = Progress(title)
    if progress.live:
        sys.stdout.write(f"  {title:<34} …")
        sys.stdout.flush()
    yield progress
    progress.end()


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], title: str = "", words: int = 1) -> None:
    """The first ``words`` columns left, the others right."""
    widths = [max(len(str(row[i])) for row in [headings, *rows]) for i in range(len(headings))]
    if title:
        print(f"\n{title}")
    for row in [headings, ["-" * width for width in widths], *rows]:
        cells = enumerate(zip((str(cell) for cell in row), widths, strict=True))
        print("  " + "  ".join(c.ljust(w) if i < words else c.rjust(w) for i, (c, w) in cells))


def tie_out(lines: Sequence[Mapping[str, str]], title: str) -> None:
    """Line by line: what Shopify says, what was posted, what QuickBooks has, and what is between them."""
    columns = ("shopify", "posted", "quickbooks", "difference")
    rows = [[line["line"], *(money(Decimal(line[column])) for column in columns)] for line in lines]
    table(["line", *columns], rows, title)


def trial_balance(rows: Sequence[tuple[str, str, Decimal, Decimal]]) -> None:
    """Accounts that moved, with their totals."""
    moved = [row for row in rows if row[2] or row[3]]
    shown = [[name, kind, money(debit, blank=True), money(credit, blank=True)] for name, kind, debit, credit in moved]
    debits = sum((row[2] for row in moved), _ZERO)
    credits = sum((row[3] for row in moved), _ZERO)
    table(
        ["account", "type", "debit", "credit"],
        [*shown, ["", "", money(debits), money(credits)]],
        "Trial balance",
        words=2,
    )


def money(amount: Decimal, *, blank: bool = False) -> str:
    return "" if blank and not amount else f"{amount:,.2f}"
