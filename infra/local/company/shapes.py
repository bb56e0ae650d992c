"""The notation the message tables are written in, and its compiler.

A shape is a text of fields in qbXML's order: ``Name type`` with ``?`` optional, ``*`` any number, ``+`` one or more.
Types: ``str``/``strN`` (N = most characters), ``id``, ``txn`` (an id that may be a ``useMacro``), ``ref``/``refN``
(ListID or FullName), ``amt``, ``price``, ``quan``, ``pct``, ``date``, ``datetime``, ``bool``, ``guid``, ``float``,
``int``, ``%Name`` (an enumeration), ``NAME`` (another shape), ``{ … }`` (a shape in place). ``...NAME`` splices a
shape in; ``@`` before a type lets the element carry a ``defMacro``. ``( a | b )`` is a choice, with the same marks; a
repeated choice keeps the order its members came in. The rules are those of qbXML 13.0 for QuickBooks Desktop, US
edition.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

LINES = "lines"
"""Where a node keeps the members of a repeated choice, as (tag, value) pairs."""

MACRO = "@macro"
"""Where a node keeps the name its ``defMacro`` gives it."""

_TOKEN = re.compile(r"\.\.\.[A-Z_]+|%?[A-Za-z][A-Za-z0-9_]*|[?*+(){}|@]")
_MARKS = {"?": (False, False), "*": (False, True), "+": (True, True)}


@dataclass(frozen=True, slots=True)
class Field:
    """One element: a leaf with ``kind`` and ``limit``, or an aggregate with a ``shape``."""

    name: str
    kind: str
    limit: int = 0
    required: bool = True
    repeats: bool = False
    shape: Shape | None = None
    values: frozenset[str] = frozenset()
    macro: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """Alternatives of which one is taken, or, repeated, any in any order."""

    options: tuple[Shape, ...]
    required: bool = True
    repeats: bool = False
    by_first: Mapping[str, Shape] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shape:
    parts: tuple[Field | Choice, ...]
    first: frozenset[str]
    may_be_empty: bool

    def fields(self) -> list[Field]:
        """Every field at this level, those inside of choices too, in order."""
        found: list[Field] = []
        for part in self.parts:
            if isinstance(part, Field):
                found.append(part)
            else:
                for option in part.options:
                    found.extend(option.fields())
        return found


class ShapeTable:
    """Compiles named shapes; each is compiled once, when it is first asked for."""

    def __init__(self, texts: Mapping[str, str], enumerations: Mapping[str, str]) -> None:
        self._texts = texts
        self._values = {name: frozenset(text.split()) for name, text in enumerations.items()}
        self._done: dict[str, Shape] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._texts

    def names(self) -> list[str]:
        return list(self._texts)

    def shape(self, name: str) -> Shape:
        if name not in self._done:
            self._done[name] = self.compile(self._texts[name])
        return self._done[name]

    def compile(self, text: str) -> Shape:
        return _Reader(_TOKEN.findall(text), self).sequence()

    def values(self, name: str) -> frozenset[str]:
        return self._values[name]


class _Reader:
    def __init__(self, tokens: list[str], table: ShapeTable) -> None:
        self._tokens = tokens
        self._at = 0
        self._table = table

    def _next(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self) -> str:
        token = self._next()
        self._at += 1
        return token

    def _marks(self) -> tuple[bool, bool]:
        return _MARKS[self._take()] if self._next() in _MARKS else (True, False)

    def sequence(self) -> Shape:
        parts: list[Field | Choice] = []
        while self._next() and self._next() not in ")|}":
            token = self._take()
            if token.startswith("..."):
                parts.extend(self._table.shape(token[3:]).parts)
            elif token == "(":
                parts.append(self._choice())
            else:
                parts.append(self._field(token))
        return Shape(tuple(parts), *_beginning(parts))

    def _choice(self) -> Choice:
        options = [self.sequence()]
        while self._take() == "|":
            options.append(self.sequence())
        required, repeats = self._marks()
        return Choice(tuple(options), required, repeats, {name: o for o in options for name in o.first})

    def _field(self, name: str) -> Field:
        macro = self._next() == "@"
        self._at += macro
        kind, shape, limit, values = self._take(), None, 0, frozenset[str]()
        if kind == "{":
            kind, shape = "group", self.sequence()
            self._take()
        elif kind.startswith("%"):
            values, kind = self._table.values(kind[1:]), "enum"
        elif kind.isupper():
            kind, shape = "group", self._table.shape(kind)
        else:
            word = kind.rstrip("0123456789")
            limit, kind = int(kind[len(word) :] or 0), word
            if kind == "ref":
                shape = self._table.compile(f"ListID id? FullName str{limit or ''}?")
        required, repeats = self._marks()
        return Field(name, kind, limit, required, repeats, shape, values, macro)


def _beginning(parts: list[Field | Choice]) -> tuple[frozenset[str], bool]:
    """The tags a sequence can begin with, and whether it can be left out altogether."""
    first: set[str] = set()
    for part in parts:
        if isinstance(part, Field):
            first.add(part.name)
            optional = not part.required
        else:
            first.update(*(option.first for option in part.options))
            optional = not part.required or any(option.may_be_empty for option in part.options)
        if not optional:
            return frozenset(first), False
    return frozenset(first), True
