"""The catalogue: one JSON file per language, read at its first use."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

ENGLISH = "en"
_FOLDER = Path(__file__).parent

Area = Mapping[str, str | Mapping[str, str]]


@cache
def languages() -> frozenset[str]:
    return frozenset(path.stem for path in _FOLDER.glob("*.json"))


def language_of(locale: str) -> str:
    """The language we have that is nearest to a locale such as ``da`` or ``da-DK``."""
    wanted = locale.replace("_", "-").lower().partition("-")[0]
    return wanted if wanted in languages() else ENGLISH


def preferred(accept_language: str) -> str:
    """The first language of an ``Accept-Language`` header; English where there is none that we have."""
    return language_of(accept_language.partition(",")[0].partition(";")[0].strip())


@cache
def areas(language: str) -> Mapping[str, Area]:
    found: Mapping[str, Area] = json.loads((_FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    return found
