"""``python -m infra.local``: the stack on this machine, and what one does with it from outside.

Results go to stdout as one JSON line, progress and complaints to stderr; exit status 1 means it did not work.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from infra.local import stack, work


def _progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


class _Stopped(BaseException):
    """SIGTERM or SIGINT came: unwind, whatever we are doing, and stop what we started."""


def _raise_stopped(*_: object) -> None:
    # Only the first signal unwinds; a second one must not break the stopping itself.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise _Stopped


def up(arguments: argparse.Namespace) -> int:
    local = stack.LocalStack(arguments.data, arguments.port, progress=_progress)
    with local as running:
        ready = {"url": running.url, "aws_endpoint": running.aws_endpoint, "pid": running.pid}
        print(json.dumps(ready), flush=True)
        while local.alive:
            threading.Event().wait(1)
    raise stack.StackError(f"ministack ended by itself, see {local.data / 'ministack.log'}")


def fire(arguments: argparse.Namespace) -> int:
    arn = work.fire(stack.find(arguments.data), arguments.shop, work.parse_time(arguments.at))
    print(json.dumps({"execution_arn": arn}))
    return 0


def idle(arguments: argparse.Namespace) -> int:
    failed = work.wait_until_idle(stack.find(arguments.data), arguments.timeout)
    for line in failed:
        _progress(line)
    return 0


def invoke(arguments: argparse.Namespace) -> int:
    payload, went_well = work.invoke(stack.find(arguments.data), arguments.logical_id, arguments.event.read_bytes())
    print(payload)
    return 0 if went_well else 1


def demo(arguments: argparse.Namespace) -> int:
    from infra.local import demo as main_job
    from infra.local import demo_modes

    chosen = demo_modes.chosen(os.environ)
    if len(chosen) > 1:
        return int(demo_modes.run(arguments.data, arguments.port, chosen))
    return int(main_job.run(arguments.data, arguments.port, *chosen))


def local(arguments: argparse.Namespace) -> int:
    from infra.local import trying

    return int(trying.serve(arguments.data, arguments.port))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name: str, function: Any, description: str, *, port: str = "") -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=description, description=description)
        sub.add_argument("--data", type=Path, default=stack.ROOT / ".local", help="the stack's folder (.local)")
        if port:
            default = int(port) if port.isdigit() else None
            sub.add_argument("--port", type=int, default=default, help=f"where ministack listens on 127.0.0.1 ({port})")
        # Those that start something stop it again on SIGTERM and Ctrl-C.
        sub.set_defaults(function=function, starts=bool(port))
        return sub

    command("up", up, "Build, start and deploy; stay until SIGTERM or Ctrl-C", port="4666")
    sub = command("fire", fire, "Run a shop's own schedule as if it were that time")
    sub.add_argument("shop", help="the shop's domain")
    sub.add_argument("--at", required=True, metavar="ISO_TIME", help="with its offset; without one it is UTC")
    sub = command("idle", idle, "Wait until no preparation runs and no queue holds work")
    sub.add_argument("--timeout", type=float, default=600, metavar="SECONDS")
    sub = command("invoke", invoke, "Call one function")
    sub.add_argument("logical_id", help="its name in template.yaml")
    sub.add_argument("--event", type=Path, required=True, metavar="FILE", help="a JSON file")
    command("demo", demo, "The main job end to end; ORDERS, DAYS, MODE and MODES set its size", port="any free one")
    command("local", local, "The stack with the pages and the stand-ins, until Ctrl-C", port="4666")
    return parser


def main() -> int:
    arguments = _parser().parse_args()
    if arguments.starts:
        signal.signal(signal.SIGTERM, _raise_stopped)
        signal.signal(signal.SIGINT, _raise_stopped)
    try:
        return int(arguments.function(arguments))
    except _Stopped:
        # The demo proves something, and has not; the others were meant to run until now.
        return 1 if arguments.command == "demo" else 0
    except (stack.StackError, OSError) as error:
        _progress(f"error: {error}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
