"""Text as QuickBooks can keep it.

QuickBooks stores Windows-1252. Characters outside of Latin-1 come back as "?" when they are sent as references
(seen in public issue reports), and anything XML 1.0 forbids spoils the whole message set. So every free text is
brought down to printable Latin-1 before it is cut to its field's length, never the other way round.
"""

from __future__ import annotations

import re
import unicodedata

_TYPOGRAPHIC = {
    "\u2018\u2019\u201a\u201b\u2032\u02bc\u02b9\uff07": "'",
    "\u201c\u201d\u201e\u201f\u2033\uff02": '"',
    "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043": "-",
    "\u2039": "<",
    "\u203a": ">",
    "\u2022\u2023\u25e6\u25cf": "*",
    "\u2020\u2021": "+",
    "\u2044\u2215": "/",
    "\u02c6": "^",
    "\u02dc": "~",
    "\u2030": "o/oo",
    "\u20ac": "EUR",
    "\u2192": "->",
    "\u2190": "<-",
}

_LETTERS = {
    "Œ": "OE", "œ": "oe", "Ł": "L", "ł": "l", "Đ": "D", "đ": "d", "Ħ": "H", "ħ": "h", "ı": "i", "ĸ": "k",
    "Ŋ": "N", "ŋ": "n", "Ŧ": "T", "ŧ": "t", "ƒ": "f", "ẞ": "SS", "Ə": "A", "ə": "a", "ș": "s", "ț": "t",
    # Cyrillic (Russian, Ukrainian, Serbian letters)
    "А": "A", "Б": "B", "В": "V", "Г": "G", "Д": "D", "Е": "E", "Ж": "Zh", "З": "Z", "И": "I", "Й": "Y", "К": "K",
    "Л": "L", "М": "M", "Н": "N", "О": "O", "П": "P", "Р": "R", "С": "S", "Т": "T", "У": "U", "Ф": "F", "Х": "Kh",
    "Ц": "Ts", "Ч": "Ch", "Ш": "Sh", "Щ": "Shch", "Ъ": "", "Ы": "Y", "Ь": "", "Э": "E", "Ю": "Yu", "Я": "Ya",
    "Є": "Ye", "І": "I", "Ґ": "G", "Ђ": "Dj", "Ј": "J", "Љ": "Lj", "Њ": "Nj", "Ћ": "C", "Џ": "Dz",
    # Greek
    "Α": "A", "Β": "V", "Γ": "G", "Δ": "D", "Ε": "E", "Ζ": "Z", "Η": "I", "Θ": "Th", "Ι": "I", "Κ": "K", "Λ": "L",
    "Μ": "M", "Ν": "N", "Ξ": "X", "Ο": "O", "Π": "P", "Ρ": "R", "Σ": "S", "Τ": "T", "Υ": "Y", "Φ": "F", "Χ": "Ch",
    "Ψ": "Ps", "Ω": "O", "ς": "s",
}  # fmt: skip


def _replacements() -> dict[int, str]:
    table = {ord(char): plain for chars, plain in _TYPOGRAPHIC.items() for char in chars}
    for letter, plain in _LETTERS.items():
        table.setdefault(ord(letter), plain)
        if len(letter.lower()) == 1:
            table.setdefault(ord(letter.lower()), plain.lower())
    return table


class _Latin1(dict[int, str]):
    """A ``str.translate`` table that works out each character the first time it is met."""

    def __missing__(self, code: int) -> str:
        self[code] = result = self._work_out(chr(code))
        return result

    def _work_out(self, char: str) -> str:
        if char.isspace():
            return " "
        code = ord(char)
        if 0x20 <= code <= 0x7E or (0xA1 <= code <= 0xFF and code != 0xAD):
            return char
        compatible = unicodedata.normalize("NFKC", char)
        if compatible != char:
            return compatible.translate(self)
        parts = unicodedata.decomposition(char)
        if parts and not parts.startswith("<"):
            # The first part of an accented letter is the letter with one accent less: nearest to what was written.
            return chr(int(parts.split()[0], 16)).translate(self)
        return ""


_FORBIDDEN = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
_TABLE = _Latin1(_replacements())


def clean(value: str, limit: int | None = None) -> str:
    """One line of printable Latin-1: quotes and dashes made plain, letters transliterated, the rest left out.

    ``limit`` is in characters and applied last. Cleaning twice changes nothing.
    """
    if not (value.isascii() and value.isprintable()):
        value = unicodedata.normalize("NFC", value).translate(_TABLE)
    value = " ".join(value.split())
    return value if limit is None else value[:limit].rstrip()


def storable(value: str) -> str:
    """A name QuickBooks itself gave us, kept as it is but for characters XML 1.0 forbids."""
    return value if value.isascii() and value.isprintable() else _FORBIDDEN.sub("", value)
