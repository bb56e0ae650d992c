"""DynamoDB's condition and update expressions, compiled once into functions.

The grammar is the one of the Amazon DynamoDB Developer Guide ("Condition and filter expressions", "Update
expressions"), with dotted paths and without list positions. What DynamoDB refuses to read, this refuses too:
unknown placeholders, placeholders that nothing uses, reserved words as names, one path changed twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Any

from botocore.exceptions import ClientError

Item = dict[str, Any]
Names = Mapping[str, str]
Values = Mapping[str, Any]
Condition = Callable[[Item, Names, Values], bool]
Operand = Callable[[Item, Names, Values], Any]
Change = Callable[[Item, Item, Names, Values], None]
"""Reads the item as it was, changes the new one."""

MISSING: Any = object()
_TOKEN = re.compile(r"\s*(<>|<=|>=|[=<>(),+\-]|[#:]?[A-Za-z_0-9]+(?:\.#?[A-Za-z_0-9]+)*)")
_RESERVED = frozenset(files("moto.dynamodb.parsing").joinpath("reserved_keywords.txt").read_text().split())
_CLAUSES = ("SET", "REMOVE", "ADD", "DELETE")


def invalid(message: str) -> ClientError:
    return ClientError({"Error": {"Code": "ValidationException", "Message": message}}, "MemoryTable")


def condition(expression: str, names: Names, values: Values, also: str = "") -> Condition:
    """Compiled; ``also`` is the update expression that shares the placeholders."""
    compiled, used = _condition(expression)
    _placeholders(names, values, used | (_update(also)[1] if also else frozenset()))
    return compiled


def update(expression: str, names: Names, values: Values, also: str = "") -> tuple[Change, ...]:
    """The changes of an update expression; ``also`` is the condition that shares the placeholders."""
    changes, used, paths = _update(expression)
    _placeholders(names, values, used | (_condition(also)[1] if also else frozenset()))
    targets = [tuple(names.get(part, part) for part in path) for path in paths]
    for i, a in enumerate(targets):
        if a[0] in ("pk", "sk"):
            raise invalid(f"Cannot update attribute {a[0]}. This attribute is part of the key")
        if any(b[: len(a)] == a or a[: len(b)] == b for b in targets[i + 1 :]):
            raise invalid(f"Two document paths overlap with each other: {a}")
    return changes


def _placeholders(names: Names, values: Values, used: frozenset[str]) -> None:
    given = names.keys() | values.keys()
    if given != used:
        unused, undefined = sorted(given - used), sorted(used - given)
        raise invalid(f"unused in expressions: {unused}; not defined: {undefined}")


class _Parser:
    def __init__(self, text: str) -> None:
        self.text, self.tokens, self.at = text, [], 0
        self.used: set[str] = set()
        if len(text) > 4096:
            raise invalid("Expression size has exceeded the maximum allowed size")
        position = 0
        text = text.rstrip()
        while position < len(text):
            found = _TOKEN.match(text, position)
            if not found:
                raise invalid(f"can't read {text[position:]!r} of {text!r}")
            self.tokens.append(found[1])
            position = found.end()

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def next(self) -> str:
        token = self.peek()
        if not token:
            raise invalid(f"{self.text!r} ends too early")
        self.at += 1
        return token

    def take(self, *wanted: str) -> bool:
        if self.peek().upper() in wanted:
            self.at += 1
            return True
        return False

    def expect(self, wanted: str) -> None:
        if not self.take(wanted):
            raise invalid(f"{wanted} expected in {self.text!r} before {self.peek()!r}")

    def path(self) -> tuple[str, ...]:
        token = self.next()
        parts = tuple(token.split("."))
        for part in parts:
            if part.startswith("#"):
                self.used.add(part)
            elif not re.match(r"[A-Za-z][A-Za-z_0-9]*\Z", part):
                raise invalid(f"{part!r} is no name of an attribute in {self.text!r}")
            elif part.upper() in _RESERVED:
                raise invalid(f"Attribute name is a reserved keyword; reserved keyword: {part}")
        return parts

    def comma_separated(self, read: Callable[[], Any]) -> list[Any]:
        found = [read()]
        while self.take(","):
            found.append(read())
        return found

    # What an operand may be.

    def operand(self) -> Operand:
        token = self.peek()
        if token.startswith(":"):
            self.used.add(self.next())
            return lambda item, names, values: values[token]
        if token == "size":
            self.next()
            of = self._argument()
            return lambda item, names, values: MISSING if (v := of(item, names, values)) is MISSING else len(v)
        if token in ("if_not_exists", "list_append"):
            self.next()
            self.expect("(")
            first = self.operand()
            self.expect(",")
            second = self.operand()
            self.expect(")")
            if token == "list_append":
                return lambda item, names, values: [*first(item, names, values), *second(item, names, values)]
            return lambda item, names, values: (
                second(item, names, values) if (v := first(item, names, values)) is MISSING else v
            )
        path = self.path()
        return lambda item, names, values: at_path(item, path, names)

    def _argument(self) -> Operand:
        self.expect("(")
        operand = self.operand()
        self.expect(")")
        return operand

    # Conditions.

    def any_of(self) -> Condition:
        parts = [self.all_of()]
        while self.take("OR"):
            parts.append(self.all_of())
        if len(parts) == 1:
            return parts[0]
        return lambda item, names, values: any(part(item, names, values) for part in parts)

    def all_of(self) -> Condition:
        parts = [self.negation()]
        while self.take("AND"):
            parts.append(self.negation())
        if len(parts) == 1:
            return parts[0]
        return lambda item, names, values: all(part(item, names, values) for part in parts)

    def negation(self) -> Condition:
        if self.take("NOT"):
            inner = self.negation()
            return lambda item, names, values: not inner(item, names, values)
        if self.take("("):
            inner = self.any_of()
            self.expect(")")
            return inner
        return self._test()

    def _test(self) -> Condition:
        function = self.peek()
        if function in ("attribute_exists", "attribute_not_exists"):
            self.next()
            self.expect("(")
            path = self.path()
            self.expect(")")
            wanted = function == "attribute_exists"
            return lambda item, names, values: (at_path(item, path, names) is not MISSING) is wanted
        if function in ("begins_with", "contains"):
            self.next()
            self.expect("(")
            whole = self.operand()
            self.expect(",")
            part = self.operand()
            self.expect(")")
            test = _begins_with if function == "begins_with" else _contains
            return lambda item, names, values: test(whole(item, names, values), part(item, names, values))
        return self._comparison()

    def _comparison(self) -> Condition:
        left = self.operand()
        if self.take("BETWEEN"):
            low = self.operand()
            self.expect("AND")
            high = self.operand()
            return lambda item, names, values: (
                _compare(">=", v := left(item, names, values), low(item, names, values))
                and _compare("<=", v, high(item, names, values))
            )
        if self.take("IN"):
            self.expect("(")
            choices = self.comma_separated(self.operand)
            self.expect(")")
            return lambda item, names, values: any(
                _compare("=", left(item, names, values), choice(item, names, values)) for choice in choices
            )
        comparator = self.next()
        if comparator not in ("=", "<>", "<", "<=", ">", ">="):
            raise invalid(f"{comparator!r} is no comparison in {self.text!r}")
        right = self.operand()
        return lambda item, names, values: _compare(comparator, left(item, names, values), right(item, names, values))

    # Updates.

    def clause(self) -> list[tuple[tuple[str, ...], Change]]:
        verb = self.next().upper()
        if verb not in _CLAUSES:
            raise invalid(f"{verb!r} begins no clause in {self.text!r}")
        return self.comma_separated(getattr(self, f"_{verb.lower()}"))

    def _set(self) -> tuple[tuple[str, ...], Change]:
        path = self.path()
        self.expect("=")
        left = self.operand()
        sign = 1 if self.take("+") else -1 if self.take("-") else 0
        if not sign:
            value = left
        else:
            right = self.operand()

            def value(item: Item, names: Names, values: Values) -> Any:
                return _number(left(item, names, values)) + sign * _number(right(item, names, values))

        def change(old: Item, new: Item, names: Names, values: Values) -> None:
            found = value(old, names, values)
            if found is MISSING:
                raise invalid("The provided expression refers to an attribute that does not exist in the item")
            _holder(new, path, names)[names.get(path[-1], path[-1])] = found

        return path, change

    def _remove(self) -> tuple[tuple[str, ...], Change]:
        path = self.path()
        return path, lambda old, new, names, values: _forget(_holder(new, path, names), names.get(path[-1], path[-1]))

    def _add(self) -> tuple[tuple[str, ...], Change]:
        path, value = self.path(), self.operand()

        def change(old: Item, new: Item, names: Names, values: Values) -> None:
            more, before = value(old, names, values), at_path(old, path, names)
            if isinstance(more, set):
                found: Any = more | (set() if before is MISSING else before)
            else:
                found = _number(more) + (0 if before is MISSING else _number(before))
            _holder(new, path, names)[names.get(path[-1], path[-1])] = found

        return path, change

    def _delete(self) -> tuple[tuple[str, ...], Change]:
        path, value = self.path(), self.operand()

        def change(old: Item, new: Item, names: Names, values: Values) -> None:
            before = at_path(old, path, names)
            left = set() if before is MISSING else before - value(old, names, values)
            holder, name = _holder(new, path, names), names.get(path[-1], path[-1])
            if left:
                holder[name] = left
            else:
                _forget(holder, name)

        return path, change

    def end(self) -> None:
        if self.peek():
            raise invalid(f"{self.peek()!r} is too much in {self.text!r}")


@lru_cache(maxsize=4096)
def _condition(expression: str) -> tuple[Condition, frozenset[str]]:
    parser = _Parser(expression)
    compiled = parser.any_of()
    parser.end()
    return compiled, frozenset(parser.used)


@lru_cache(maxsize=4096)
def _update(expression: str) -> tuple[tuple[Change, ...], frozenset[str], tuple[tuple[str, ...], ...]]:
    parser = _Parser(expression)
    found: list[tuple[tuple[str, ...], Change]] = []
    while parser.peek():
        found += parser.clause()
    if not found:
        raise invalid("The expression can not be empty")
    return tuple(c for _, c in found), frozenset(parser.used), tuple(p for p, _ in found)


def at_path(item: Item, path: tuple[str, ...], names: Names) -> Any:
    value: Any = item
    for part in path:
        if not isinstance(value, dict):
            return MISSING
        value = value.get(names.get(part, part), MISSING)
        if value is MISSING:
            return MISSING
    return value


def _holder(item: Item, path: tuple[str, ...], names: Names) -> Item:
    holder = item if len(path) == 1 else at_path(item, path[:-1], names)
    if not isinstance(holder, dict):
        raise invalid("The document path provided in the update expression is invalid for update")
    return holder


def _forget(holder: Item, name: str) -> None:
    holder.pop(name, None)


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise invalid("An operand in the update expression has an incorrect data type")
    return value


def _kind(value: Any) -> Any:
    return "N" if isinstance(value, int | Decimal) and not isinstance(value, bool) else type(value)


def _compare(comparator: str, a: Any, b: Any) -> bool:
    if a is MISSING or b is MISSING or _kind(a) != _kind(b):
        return comparator == "<>"
    match comparator:
        case "=":
            return bool(a == b)
        case "<>":
            return bool(a != b)
        case "<":
            return bool(a < b)
        case "<=":
            return bool(a <= b)
        case ">":
            return bool(a > b)
    return bool(a >= b)


def _begins_with(whole: Any, part: Any) -> bool:
    return isinstance(whole, str | bytes) and type(whole) is type(part) and whole.startswith(part)


def _contains(whole: Any, part: Any) -> bool:
    if isinstance(whole, str):
        return isinstance(part, str) and part in whole
    return isinstance(whole, list | set) and part in whole
