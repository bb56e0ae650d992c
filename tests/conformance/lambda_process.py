"""The function in processes that have handled nothing before: ``python -m tests.conformance.lambda_process``.

Loads the function once and forks for every call, so each starts as a cold Lambda does. Calls come on the standard input
as pickled (event, table, now), answers go to the standard output as pickled (answer, table, pid).
"""

from __future__ import annotations

import os
import pickle
import sys
from secrets import token_bytes
from typing import Any

from connector.web_connector.endpoint import Endpoint
from tests.conformance.door import function


def serve() -> None:
    calls, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what the function prints is its log
    module = function()
    while True:
        try:
            call = pickle.load(calls)
        except EOFError:
            return
        child = os.fork()
        if not child:
            pickle.dump(_handled(module, *call), answers)
            answers.flush()
            os._exit(0)
        os.waitpid(child, 0)


def _handled(module: Any, event: dict[str, Any], table: Any, now: Any) -> tuple[dict[str, Any], Any, int]:
    module.endpoint = lambda: Endpoint(table, lambda: now, token_bytes)
    return module.handler(event, None), table, os.getpid()


if __name__ == "__main__":
    serve()
