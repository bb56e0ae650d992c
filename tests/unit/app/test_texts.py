"""Every text in every language, none in vain, and none outside the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from connector.app.texts import catalogue
from connector.app.texts.sentences import AREA, PLACE, in_language
from connector.app.texts.words import Words
from connector.outbox import health
from connector.quickbooks import session_errors
from connector.storage.syncs import SyncState
from connector.sync.tie_out import _GROUPS
from tests.unit.app import english

APP = english.CODE / "app"
PRODUCTS = {"Shopify", "QuickBooks"}
"""Names that are the same in every language."""

BY_NAME = {"nav", "line", "document", "sync_state", "integration", "js", "health_state", "app", "purchase_field"}
"""Areas whose keys are put together from a state or a name, or are said by the frame itself."""

LANGUAGES = sorted(catalogue.languages())
KEY = re.compile(r"""["']([a-z_]+\.[a-zA-Z_]+)["']""")


def texts(language: str) -> dict[str, str | Mapping[str, str]]:
    return {
        f"{area}.{key}": text
        for area, keys in catalogue.areas(language).items()
        if area != AREA
        for key, text in keys.items()
    }


def code() -> Iterator[tuple[Path, str]]:
    for pattern in ("templates/*.html", "static/*.js", "pages/*.py", "texts/*.py", "views/*.py", "month_end.py"):
        for path in sorted(APP.glob(pattern)):
            yield path, path.read_text(encoding="utf-8")


def test_every_language_has_every_text() -> None:
    known = texts("en")
    for language in LANGUAGES:
        assert texts(language).keys() == known.keys(), language
        assert all(texts(language).values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_has_the_same_places_in_every_language(language: str) -> None:
    def places(text: str | Mapping[str, str]) -> set[str]:
        return set(PLACE.findall(text if isinstance(text, str) else text["other"]))

    other = texts(language)
    assert {key for key, text in texts("en").items() if places(text) != places(other[key])} == set()
    translated = catalogue.areas(language).get(AREA, {})
    assert {said for said, text in translated.items() if places(said) != places(text)} == set()


def test_every_text_is_used() -> None:
    everything = "\n".join(text for _, text in code())
    unused = [key for key in texts("en") if key.partition(".")[0] not in BY_NAME and key not in everything]
    # Keys that are put together name the area and a first part: words("mapping.group_" ~ group).
    stems = re.findall(
        r"""["']([a-z_]+\.[a-z_]*)["']\s*[~+]|`([a-z_]+\.[a-z_]*)\$\{|f["']([a-z_]+\.[a-z_]*)\{""", everything
    )
    begun = tuple(stem for found in stems for stem in found if stem)
    assert [key for key in unused if not key.startswith(begun)] == []


def test_every_key_that_is_used_is_there() -> None:
    known, areas = texts("en"), {key.partition(".")[0] for key in texts("en")}
    missing = {
        f"{path.name}: {key}"
        for path, text in code()
        for key in KEY.findall(text)
        if key.partition(".")[0] in areas and key not in known and not key.endswith((".html", ".js", ".css", "_"))
    }
    assert missing == set()


def test_every_state_and_line_has_words() -> None:
    known = texts("en")
    needed = [f"sync_state.{state}" for state in SyncState]
    needed += [f"line.{group.rstrip(':')}" for group in _GROUPS]
    needed += [f"integration.{state}" for state in ("NOT_STARTED", "STARTING", "STARTED")]
    assert [key for key in needed if key not in known] == []


class Literals(HTMLParser):
    """Texts and spoken attributes of a template, without what the template language puts there."""

    SPOKEN = frozenset({"placeholder", "aria-label", "title", "label", "heading", "alt", "value"})

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("script", "style")
        self.found += [value for name, value in attrs if name in self.SPOKEN and value]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.found.append(data)


def literals(template: str) -> list[str]:
    bare = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", template, flags=re.DOTALL)
    parser = Literals()
    parser.feed(bare)
    words = (word for text in parser.found for word in re.findall(r"[^\W\d_]{2,}", text))
    return [word for word in words if word not in PRODUCTS]


@pytest.mark.parametrize("path", sorted((APP / "templates").glob("*.html")), ids=lambda path: path.name)
def test_templates_say_nothing_of_their_own(path: Path) -> None:
    assert literals(path.read_text(encoding="utf-8")) == []


def test_the_search_for_literals_finds_them() -> None:
    assert literals('<p>Hello {{ name }}</p><input placeholder="Name"><s-page heading="{{ x }}">') == ["Hello", "Name"]


@pytest.mark.parametrize("path", sorted((APP / "static").glob("*.js")), ids=lambda path: path.name)
def test_scripts_say_nothing_of_their_own(path: Path) -> None:
    """A string of a script that reads like a sentence: two words with a blank, or a capital and a full stop."""
    bare = re.sub(r"//.*|/\*.*?\*/", "", path.read_text(encoding="utf-8"))
    strings = [a or b or c for a, b, c in re.findall(r'"([^"\n]*)"|\'([^\'\n]*)\'|`([^`]*)`', bare)]
    spoken = [re.sub(r"\$\{[^}]*\}", "", text) for text in strings]
    sentences = [text for text in spoken if re.search(r"^[A-ZÆØÅ][a-zæøå]+ [a-zæøå]+|[a-zæøå] [a-zæøå]+[.!?…]$", text)]
    assert sentences == []


def test_every_problem_the_api_tells_is_there_in_every_language() -> None:
    said = english.sentences()
    for language in LANGUAGES:
        if language != catalogue.ENGLISH:
            known = {english.PLACE.sub("{}", text) for text in catalogue.areas(language)[AREA]}
            plain = {text: place for text, place in said.items() if text not in known and text not in _PARTS}
            assert plain == {}, language


_PARTS = {"The webhook is not signed by Shopify (hmac).", "Something went wrong on our side. Please start again."}
"""Not for the pages: the first is told to Shopify, the second outside of the admin."""


def test_every_state_of_the_connection_is_told_in_danish() -> None:
    for _, text, advice in health._CAUSES.values():
        for sentence in (text, advice):
            if sentence and sentence != "{words}":
                told = sentence.format(words="20 minutes", hours="30")
                assert in_language(told, "da") != told, told
    for _, words, advice in session_errors._MEANINGS.values():
        assert in_language(words, "da") != words and in_language(advice, "da") != advice, words


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ('QuickBooks has no account "Sales".', 'QuickBooks har ingen konto "Sales".'),
        (
            "Choose an account of type Income or Other Income.",
            "Vælg en konto af typen Income eller Other Income.",
        ),
        (
            "The Web Connector now comes about every 20 minutes only; it was set up to come every 15 minutes.",
            "Web Connector kommer nu kun omtrent hver gang, der er gået 20 minutter; den var sat til hvert 15. minut.",
        ),
        ("The preparation could not be started. Please try again.", "Forberedelsen kunne ikke startes. Prøv igen."),
        ("Nobody has translated this.", "Nobody has translated this."),
        ("", ""),
    ],
)
def test_a_sentence_is_said_in_danish_with_what_varies_in_it(said: str, told: str) -> None:
    assert in_language(said, "da") == told
    assert in_language(said, "en") == said


def test_numbers_money_and_plurals_are_written_as_the_language_does() -> None:
    danish, english_ = (Words(language, ZoneInfo("Europe/Copenhagen")) for language in ("da", "en"))
    assert danish.money("1234.5", "DKK") == "1.234,50\xa0kr." and english_.money("1234.5", "GBP") == "£1,234.50"
    assert english_.money("1234.5", "") == "1,234.50"
    assert danish.number(12345) == "12.345" and danish.percent(0.615) == "62\xa0%"
    assert english_("js.check_fields", count=1) == "One field needs another look."
    assert danish("js.check_fields", count=1200) == "1.200 felter skal ses efter."
    assert english_("line.never_heard_of") == "never heard of"


@pytest.mark.parametrize(
    ("header", "language"), [("da", "da"), ("da-DK,da;q=0.9", "da"), ("de, da", "en"), ("", "en"), ("*", "en")]
)
def test_the_api_speaks_the_language_that_is_preferred(header: str, language: str) -> None:
    assert catalogue.preferred(header) == language
