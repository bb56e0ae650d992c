"""The page "What becomes what" says what the connector does, example by example."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from connector.accounting.effects import balanced, effect_of_document
from tests.unit.accounting.worked_examples import EXAMPLES, Example, documents, shown

README = Path(__file__).parents[3] / "README.md"
_BLOCK = re.compile(r"^### (?P<title>.+)\n(?:.*\n)+?```\n(?P<shown>(?:.*\n)+?)```$", re.MULTILINE)


@cache
def on_the_page() -> dict[str, str]:
    page = README.read_text(encoding="utf-8").partition("\n## What becomes what\n")[2].partition("\n## ")[0]
    return {found["title"]: found["shown"].rstrip() for found in _BLOCK.finditer(page)}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_an_example_on_the_page_is_what_is_posted(example: Example) -> None:
    assert shown(example) == on_the_page()[example.title]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_an_example_balances(example: Example) -> None:
    assert all(balanced(effect_of_document(document)) for document in documents(example))


def test_the_page_has_no_other_examples() -> None:
    assert on_the_page().keys() == {example.title for example in EXAMPLES}
