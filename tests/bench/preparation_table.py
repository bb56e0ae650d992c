"""The table in memory, in a process of its own, so that what it holds is not counted as the worker's.

``python -m tests.bench.preparation_table`` prints its address and serves until its input ends.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from multiprocessing.managers import BaseManager
from pathlib import Path
from typing import Any

from tests.fakes.memory_table import MemoryTable

_KEY = b"bench"


class _Served(MemoryTable):
    """Whole answers in place of one item after the other."""

    def query(self, *arguments: Any, **more: Any) -> Any:
        return list(super().query(*arguments, **more))

    def index(self, *arguments: Any, **more: Any) -> Any:
        return list(super().index(*arguments, **more))

    def written(self) -> int:
        return self.written_items


class _Manager(BaseManager):
    pass


class RemoteTable:
    """What the worker takes for its table."""

    def __init__(self, address: str) -> None:
        _Manager.register("table")
        manager = _Manager(address, _KEY)
        manager.connect()
        self._table = manager.table()  # type: ignore[attr-defined]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._table, name)

    def query(self, *arguments: Any, **more: Any) -> Iterator[Any]:
        yield from self._table.query(*arguments, **more)

    def index(self, *arguments: Any, **more: Any) -> Iterator[Any]:
        yield from self._table.index(*arguments, **more)

    @property
    def written_items(self) -> int:
        return int(self._table.written())


def main() -> None:
    table = _Served()
    public = [name for name in dir(table) if not name.startswith("_")]
    _Manager.register("table", lambda: table, exposed=[name for name in public if callable(getattr(table, name))])
    with tempfile.TemporaryDirectory() as folder:
        manager = _Manager(str(Path(folder) / "table"), _KEY)
        manager.start()
        print(manager.address, flush=True)
        sys.stdin.read()
        manager.shutdown()


if __name__ == "__main__":
    main()
