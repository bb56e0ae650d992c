"""DynamoDB's condition and update expressions, as far as our own writes use them, on items in memory.

Amazon DynamoDB Developer Guide, "Condition expressions" and "Update expressions". Only for writes that are never
stored: what an expression that this module doesn't know would do is not guessed, it raises ``ValueError``.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

Item = Mapping[str, Any]
_Read = Callable[[Item, Mapping[str, str], Item], Any]
MISSING: Any = object()

_TOKEN = re.compile(r"\s*([#:]?\w+(?:\.#?\w+)*|<>|<=|>=|[=<>(),+-])")
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ACTIONS = ("SET", "ADD", "REMOVE", "DELETE")


def holds(expression: str, item: Item, names: Mapping[str, str], values: Item) -> bool:
    """Whether a condition holds for an item; a missing item is an empty one."""
    return bool(_condition(expression)(item, names, values))


def updated(expression: str, item: Item, names: Mapping[str, str], values: Item) -> dict[str, Any]:
    """The item after an update. Every operand is read from the item as it was."""
    changed = dict(item)
    for action, path, read in _update(expression):
        name = names[path] if path.startswith("#") else path
        if action == "REMOVE":
            changed.pop(name, None)
            continue
        value = read(item, names, values)
        if action == "ADD":
            old = item.get(name, MISSING)
            value = value if old is MISSING else old | value if isinstance(old, set) else _plain(old + value)
        changed[name] = value
    return changed


@cache
def _condition(expression: str) -> _Read:
    parser = _Parser(expression)
    condition = parser.either()
    parser.must_end()
    return condition


@cache
def _update(expression: str) -> tuple[tuple[str, str, _Read], ...]:
    parser = _Parser(expression)
    changes: list[tuple[str, str, _Read]] = []
    while not parser.ended:
        action = parser.next().upper()
        if action not in _ACTIONS[:3]:
            raise ValueError(f"{action} is not known in {expression!r}")
        while True:
            changes.append((action, parser.next(), parser.new_value(action)))
            if not parser.took(","):
                break
    return tuple(changes)


class _Parser:
    def __init__(self, expression: str) -> None:
        self.expression = expression
        self.tokens = _TOKEN.findall(expression)
        if _TOKEN.sub("", expression).strip():
            raise ValueError(f"{expression!r} can't be read")

    @property
    def ended(self) -> bool:
        return not self.tokens

    def next(self) -> str:
        if not self.tokens:
            raise ValueError(f"{self.expression!r} ends too early")
        return str(self.tokens.pop(0))

    def took(self, word: str) -> bool:
        if self.tokens and self.tokens[0].upper() == word:
            self.tokens.pop(0)
            return True
        return False

    def must(self, word: str) -> None:
        if not self.took(word):
            raise ValueError(f"{self.expression!r} lacks {word}")

    def must_end(self) -> None:
        if self.tokens:
            raise ValueError(f"{self.expression!r} goes on with {self.tokens[0]}")

    # Conditions.

    def either(self) -> _Read:
        found = [self.both()]
        while self.took("OR"):
            found.append(self.both())
        return lambda *given: any(one(*given) for one in found)

    def both(self) -> _Read:
        found = [self.one()]
        while self.took("AND"):
            found.append(self.one())
        return lambda *given: all(one(*given) for one in found)

    def one(self) -> _Read:
        if self.took("NOT"):
            denied = self.one()
            return lambda *given: not denied(*given)
        if self.took("("):
            inner = self.either()
            self.must(")")
            return inner
        name = self.tokens[0].lower() if self.tokens else ""
        if name in _TESTS:
            self.next()
            return _called(_TESTS[name], self.arguments())
        return self.comparison()

    def comparison(self) -> _Read:
        left = self.operand()
        if self.took("BETWEEN"):
            low = self.operand()
            self.must("AND")
            high = self.operand()
            return lambda *given: (
                _compare("<=", low(*given), left(*given)) and _compare("<=", left(*given), high(*given))
            )
        if self.took("IN"):
            among = self.arguments()
            return lambda *given: any(_compare("=", left(*given), one(*given)) for one in among)
        sign = self.next()
        right = self.operand()
        return lambda *given: _compare(sign, left(*given), right(*given))

    def arguments(self) -> list[_Read]:
        self.must("(")
        found = [self.operand()]
        while self.took(","):
            found.append(self.operand())
        self.must(")")
        return found

    def operand(self) -> _Read:
        token = self.next()
        if token.lower() in _FUNCTIONS:
            return _called(_FUNCTIONS[token.lower()], self.arguments())
        if token.startswith(":"):
            return lambda item, names, values: values[token]
        return lambda item, names, values: _at(item, names, token)

    # Updates.

    def new_value(self, action: str) -> _Read:
        if action == "REMOVE":
            return lambda *given: MISSING
        if action == "ADD":
            return self.operand()
        self.must("=")
        left = self.operand()
        for sign, act in (("+", operator.add), ("-", operator.sub)):
            if self.took(sign):
                right = self.operand()
                return lambda *given, act=act: _plain(act(left(*given), right(*given)))
        return left


def _called(function: Callable[..., Any], arguments: list[_Read]) -> _Read:
    return lambda *given: function(*(read(*given) for read in arguments))


def _at(item: Item, names: Mapping[str, str], path: str) -> Any:
    found: Any = item
    for part in path.split("."):
        name = names[part] if part.startswith("#") else part
        if not isinstance(found, Mapping) or name not in found:
            return MISSING
        found = found[name]
    return found


def _compare(sign: str, left: Any, right: Any) -> bool:
    """Values of different types are different and in no order, as in DynamoDB."""
    same = _kind(left) == _kind(right) and left is not MISSING and right is not MISSING
    if sign == "<>":
        return not (same and left == right)
    return same and bool(_COMPARISONS[sign](left, right))


def _kind(value: Any) -> type:
    return Decimal if isinstance(value, int) and not isinstance(value, bool) else type(value)


def _plain(value: Any) -> Any:
    """A sum as the table would give it back."""
    if isinstance(value, Decimal):
        value = value.normalize()
        return int(value) if value == value.to_integral_value() else value
    return value


_TESTS: dict[str, Callable[..., bool]] = {
    "attribute_exists": lambda value: value is not MISSING,
    "attribute_not_exists": lambda value: value is MISSING,
    "begins_with": lambda value, start: isinstance(value, str) and value.startswith(start),
    "contains": lambda value, part: isinstance(value, str | list | set) and part in value,
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "size": lambda value: MISSING if value is MISSING else len(value),
    "if_not_exists": lambda value, other: other if value is MISSING else value,
    "list_append": lambda first, second: [*first, *second],
}
