"""Sentences that are written and stored in English, in another language.

Reasons of entries, the connection's health and the API's problems are English sentences: programs log them, the
Web Connector shows them. As with gettext the English is the key; a part that varies is a ``{name}`` in it. So a
sentence is worded where it is known, and translated in one place, the area ``sentences`` of a language's file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from connector.app.texts.catalogue import ENGLISH, areas

AREA = "sentences"
PLACE = re.compile(r"\{(\w+)\}")
SAID = frozenset({"text", "advice", "reason", "problem"})
_LONGEST = 2000
_DEPTH = 4
_FEW_LETTERS = 10


def in_language(english: str, language: str, depth: int = _DEPTH) -> str:
    """The sentence; several in a row are translated one by one. What has no translation stays as it is."""
    if language == ENGLISH or not english or len(english) > _LONGEST or not depth:
        return english
    known = _area(language)
    if english in known:
        return known[english]
    several = ". " in english or english.endswith(".")
    for pattern, other, joins in _patterns(language):
        found = None if joins and several else pattern.fullmatch(english)
        if found:
            parts = {name: in_language(part, language, depth - 1) for name, part in found.groupdict().items()}
            return other.format_map(parts)
    first, full_stop, rest = english.partition(". ")
    if full_stop:
        return f"{in_language(first + '.', language, depth)} {in_language(rest, language, depth)}"
    return english


def told(answer: Any, language: str) -> Any:
    """An answer for a page with its sentences, by their keys in ``SAID``, in ``language``; the rest as it is."""
    if isinstance(answer, dict):
        return {
            key: in_language(value, language) if key in SAID and isinstance(value, str) else told(value, language)
            for key, value in answer.items()
        }
    return [told(one, language) for one in answer] if isinstance(answer, list) else answer


@cache
def _area(language: str) -> Mapping[str, str]:
    return {english: str(other) for english, other in areas(language).get(AREA, {}).items()}


@cache
def _patterns(language: str) -> tuple[tuple[re.Pattern[str], str, bool], ...]:
    """The sentences with parts that vary; those with most words of their own first.

    With each whether it only joins words (``{first} or {second}``): such a one would tear whole sentences apart.
    """
    varying = [(english, other) for english, other in _area(language).items() if PLACE.search(english)]
    varying.sort(key=lambda pair: -len(PLACE.sub("", pair[0])))
    return tuple((_pattern(english), other, _joins(english)) for english, other in varying)


def _joins(english: str) -> bool:
    pieces = PLACE.split(english)
    return not pieces[0] and not pieces[-1] and len("".join(pieces[::2])) < _FEW_LETTERS


def _pattern(english: str) -> re.Pattern[str]:
    pieces = PLACE.split(english)
    return re.compile(
        "".join(f"(?P<{piece}>.+?)" if i % 2 else re.escape(piece) for i, piece in enumerate(pieces)), re.DOTALL
    )
