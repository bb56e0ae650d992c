"""The English sentences of the code that a page may have to say in another language."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

CODE = Path(__file__).resolve().parents[3] / "layers/connector/connector"
PLACE = re.compile(r"\{[^{}]*\}")
_SPOKEN = {
    "Fault",
    "Conflict",
    "NotFound",
    "NotInstalled",
    "Forbidden",
    "Unavailable",
    "BadRequest",
    "NotAllowed",
    "UnusableToken",
}
"""What the API answers with. Their texts are constants, f-strings, or names of these in the same file."""

_PLACES = ("app", "outbox/release.py", "outbox/connection.py", "outbox/undoing.py", "web_connector/qwc.py")


def sentences() -> dict[str, str]:
    """Template with ``{}`` for each part that varies → the file it is in."""
    found: dict[str, str] = {}
    for place in _PLACES:
        for path in sorted(CODE.glob(f"{place}/**/*.py") if not place.endswith(".py") else [CODE / place]):
            for template in _of(ast.parse(path.read_text(encoding="utf-8"))):
                # A bare name is a key, and what only varies is no sentence of ours.
                if not template.isidentifier() and any(letter.isalpha() for letter in PLACE.sub("", template)):
                    found[template] = str(path.relative_to(CODE))
    return found


def _of(tree: ast.Module) -> Iterator[str]:
    named = {
        target.id: assigned.value
        for assigned in ast.walk(tree)
        if isinstance(assigned, ast.Assign)
        for target in assigned.targets
        if isinstance(target, ast.Name)
    }
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name | ast.Attribute):
            name = call.func.id if isinstance(call.func, ast.Name) else call.func.attr
            if name in _SPOKEN:
                given = [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg != "key")]
                for position, argument in enumerate(given):
                    if not (name == "Fault" and position == 0):  # a fault's key is no sentence
                        yield from _said(argument, named, name)


def _said(node: ast.expr, named: dict[str, ast.expr], call: str) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from _said(node.body, named, call)
        yield from _said(node.orelse, named, call)
    elif isinstance(node, ast.Name) and node.id in named:
        value = named[node.id]
        if isinstance(value, ast.Constant | ast.JoinedStr | ast.IfExp):
            yield from _said(value, named, call)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        # What a lower room raises is answered with a capital and a full stop.
        lower = call in ("NotAllowed", "UnusableToken")
        yield f"{node.value[:1].upper()}{node.value[1:]}." if lower else node.value
    elif isinstance(node, ast.JoinedStr):
        text = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        yield f"{text[:1].upper()}{text[1:]}." if call in ("NotAllowed", "UnusableToken") else text
