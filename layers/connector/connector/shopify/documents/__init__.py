"""Our GraphQL documents, one operation a file, each valid alone."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def document(name: str) -> str:
    """The text of ``<name>.graphql``."""
    return files(__name__).joinpath(f"{name}.graphql").read_text(encoding="utf-8")
