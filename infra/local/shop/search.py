"""Shopify's search language, as far as apps use it: ``updated_at:>='2026-11-01T00:00:00Z' AND -status:draft``.

Source: Shopify, "Shopify API search syntax": terms side by side are AND, which binds closer than OR; NOT and ``-``
negate; a comparison stands between the colon and the value; a field that can't be searched is left out with a warning.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

_TOKEN = re.compile(
    r"""\s*(?: (?P<paren>[()])
      | (?P<word>AND|OR|NOT)(?=[\s(])
      | (?P<minus>-)(?=\w+:|\()
      | (?P<field>\w+):(?P<op>>=|<=|>|<)?(?P<value>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[^\s()]+) )""",
    re.VERBOSE,
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
    "": lambda a, b: a == b,
}

Row = Mapping[str, Any]
Test = Callable[[Row], bool]


class BadSearch(ValueError):
    """A query that can't be read; Shopify answers it with all rows, which would hide a mistake."""


@dataclass(frozen=True, slots=True)
class Search:
    """``test`` takes a mapping of the searchable fields; ``ignored`` are the fields that are none of them."""

    test: Test
    ignored: tuple[str, ...]


def parse_search(query: str | None, fields: Iterable[str], zone: ZoneInfo) -> Search:
    """Raises ``BadSearch``. A date without a time is read in ``zone``."""
    parser = _Parser(query or "", frozenset(fields), zone)
    return Search(parser.whole(), tuple(parser.ignored))


class _Parser:
    def __init__(self, text: str, fields: frozenset[str], zone: ZoneInfo) -> None:
        self.fields, self.zone = fields, zone
        self.ignored: list[str] = []
        self.tokens = list(_tokens(text))

    def whole(self) -> Test:
        if not self.tokens:
            return lambda row: True
        test = self.either()
        if self.tokens:
            raise BadSearch(f"unexpected {self.tokens[0].group().strip()!r}")
        return test

    def either(self) -> Test:
        tests = [self.both()]
        while self.take("word", "OR"):
            tests.append(self.both())
        return tests[0] if len(tests) == 1 else lambda row: any(test(row) for test in tests)

    def both(self) -> Test:
        tests = [self.one()]
        while self.take("word", "AND") or (self.tokens and self.next("paren") != ")" and self.next("word") != "OR"):
            tests.append(self.one())
        return tests[0] if len(tests) == 1 else lambda row: all(test(row) for test in tests)

    def one(self) -> Test:
        if self.take("word", "NOT") or self.take("minus", "-"):
            test = self.one()
            return lambda row: not test(row)
        if self.take("paren", "("):
            inner = self.either()
            if not self.take("paren", ")"):
                raise BadSearch("a parenthesis is not closed")
            return inner
        if not self.tokens or self.next("field") is None:
            raise BadSearch("a term is missing")
        return self.term(self.tokens.pop(0))

    def term(self, token: re.Match[str]) -> Test:
        field, compare, raw = token["field"], _COMPARE[token["op"] or ""], _unquoted(token["value"])
        if field not in self.fields:
            self.ignored.append(field)
            return lambda row: True

        def test(row: Row) -> bool:
            value = row[field]
            if value is None:
                return raw == "null"
            values = value if isinstance(value, list | tuple) else (value,)
            return any(compare(*_alike(one, raw, self.zone)) for one in values)

        return test

    def next(self, group: str) -> str | None:
        return self.tokens[0][group] if self.tokens else None

    def take(self, group: str, text: str) -> bool:
        if self.next(group) != text:
            return False
        self.tokens.pop(0)
        return True


def _tokens(text: str) -> Iterable[re.Match[str]]:
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if not match:
            raise BadSearch(f"can't read {text[at:].strip()[:40]!r}")
        yield match
        at = match.end()


def _unquoted(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value[0] in "'\"" else value


def _alike(value: Any, raw: str, zone: ZoneInfo) -> tuple[Any, Any]:
    """Both sides as what the row's value is: a time, a number, or text (whose case does not matter)."""
    if isinstance(value, datetime):
        return value.replace(microsecond=0), _moment(raw, zone)
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        try:
            return value, Decimal(raw)
        except InvalidOperation as error:
            raise BadSearch(f"{raw!r} is not a number") from error
    return str(value).casefold(), raw.casefold()


def _moment(raw: str, zone: ZoneInfo) -> datetime:
    try:
        if len(raw) == 10:
            return datetime.combine(date.fromisoformat(raw), time(), zone).astimezone(UTC)
        moment = datetime.fromisoformat(raw.replace("Z", "+00:00"))
    except ValueError as error:
        raise BadSearch(f"{raw!r} is not a time") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
