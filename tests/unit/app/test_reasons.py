"""What the rooms below say to a person, as reasons of entries and notes of syncs, is there in every language.

They are found in the code itself: sentences, and the parts of sentences that become a reason.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.app.texts import catalogue
from connector.app.texts.sentences import in_language
from connector.quickbooks import status
from tests.unit.app import english

ROOMS = ("sync", "outbox", "accounting", "ledger", "shopify/permissions.py", "app/company_checks.py")
FRAGMENTS = {"Unmapped", "Unmappable", "Unreadable", "UnreadableOrder", "NoFreeName"}
"""Exceptions whose texts become reasons, worded as parts of sentences."""

NOT_SAID = {
    "outbox/health.py": "a table of its own, whose test is in test_texts.py",
    "outbox/identity.py": "put together there; what it comes to is tested below",
    "sync/preview_expressions.py": "judges our own expressions",
    "sync/preview_table.py": "judges our own expressions",
}
PARTS = frozenset(
    {"{}: QuickBooks takes no new ones. Entries that need one wait.", "{}. As it grows it is full on {}."}
)
"""They are put behind the counts of a list, and told together with them."""

SENTENCE = re.compile(r"[A-Z\"{].* .*[.]", re.DOTALL)
LANGUAGES = sorted(catalogue.languages() - {catalogue.ENGLISH})


def reasons() -> Iterator[tuple[str, str]]:
    """(file, sentence with ``{}`` for what varies)."""
    for room in ROOMS:
        paths = [english.CODE / room] if room.endswith(".py") else sorted((english.CODE / room).rglob("*.py"))
        for path in paths:
            place = str(path.relative_to(english.CODE))
            if place not in NOT_SAID:
                yield from ((place, text) for text in _of(path))


def _of(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = {id(part) for node in ast.walk(tree) for part in _silent(node)}
    fragments = {id(part) for node in ast.walk(tree) for part in _fragments(node)}
    for node in ast.walk(tree):
        text = _text(node)
        if text is None or id(node) in silent or text in PARTS:
            continue
        is_sentence = SENTENCE.fullmatch(text) and not text.startswith(("SET ", "ADD ", "REMOVE "))
        if is_sentence or (id(node) in fragments and any(letter.isalpha() for letter in english.PLACE.sub("", text))):
            yield text


def _silent(node: ast.AST) -> Iterator[ast.AST]:
    """Docstrings, what is logged, and the pieces of an f-string."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield from node.values
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_logger(node.func.value):
        yield from ast.walk(node)


def _is_logger(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "logger"


def _fragments(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FRAGMENTS and node.args:
        yield node.args[0]


def _text(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return english.PLACE.sub("{}", node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return None


def filled(text: str) -> str:
    """With something in its places."""
    return re.sub(r"\{\}", "7", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_is_told_in_every_language(language: str) -> None:
    found = dict.fromkeys(reasons())
    assert len(found) > 60
    untold = [(place, text) for place, text in found if in_language(filled(text), language) == filled(text)]
    assert untold == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_meaning_of_quickbooks_codes_is_told_in_every_language(language: str) -> None:
    meanings = [meaning for meaning in vars(status).values() if isinstance(meaning, status.Meaning)]
    meanings += status._CODES.values()
    menu = "File > Switch to Single-user Mode."  # QuickBooks' own menu
    said = {text for meaning in meanings for text in (meaning.words, meaning.advice) if text and text != menu}
    assert {text for text in said if in_language(text, language) == text} == set()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "It refers to an account, item or name that QuickBooks does not have, or that is inactive there. "
            'QuickBooks says: There is an invalid reference to QuickBooks Account "Sales". (3140) Check the account '
            "mapping, and make the account or item active again.",
            "Den henviser til en konto, en vare eller et navn, som QuickBooks ikke har, eller som er inaktiv dér. "
            'QuickBooks siger: There is an invalid reference to QuickBooks Account "Sales". (3140) Se '
            "kontotilknytningen efter, og gør kontoen eller varen aktiv igen.",
        ),
        (
            "The company has 14,500 of at most 14,500 names: QuickBooks takes no new ones. Entries that need one wait.",
            "Virksomheden har 14,500 af højst 14,500 navne: QuickBooks tager ikke imod nye. Posteringer, der bruger en "
            "ny, venter.",
        ),
        (
            "The company has 14,400 of at most 14,500 items. As it grows it is full on 2026-12-24.",
            "Virksomheden har 14,400 af højst 14,500 varer. Som den vokser, er den fuld den 2026-12-24.",
        ),
        (
            "#1042: no QuickBooks account is chosen for duties",
            "#1042: der er ikke valgt en QuickBooks-konto til told",
        ),
        (
            "Not read: payouts with their fees and chargebacks. The shop has not granted read_a and read_b.",
            "Ikke læst: udbetalinger og deres gebyrer og tilbageførte kortbetalinger. "
            "Butikken har ikke givet read_a og read_b.",
        ),
        (
            "Not read: gift cards and payouts with their fees. The shop has not granted read_gift_cards.",
            "Ikke læst: gavekort og udbetalinger og deres gebyrer. Butikken har ikke givet read_gift_cards.",
        ),
    ],
)
def test_reasons_are_told_whole(said: str, told: str) -> None:
    assert in_language(said, "da") == told
