"""What the pages say, in the merchant's language; numbers, money and times as the language writes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal, format_percent

from connector.app.texts.catalogue import ENGLISH, areas
from connector.app.texts.sentences import in_language

_BABEL = {ENGLISH: "en_GB", "da": "da_DK"}
"""Where a language writes dates and numbers as one of its countries does."""


@dataclass(frozen=True, slots=True)
class Words:
    """The texts in one language. ``zone`` is the shop's: times on pages are the merchant's own."""

    language: str
    zone: ZoneInfo

    @property
    def locale(self) -> str:
        """As Babel knows it."""
        return _BABEL.get(self.language, self.language)

    def __call__(self, key: str, **values: object) -> str:
        """The text of ``area.key``, with ``values`` in its places; ``count`` chooses among plural forms.

        A key nobody has worded is shown as it is: names from outside (a tie-out's line) may be new.
        """
        found = self._find(key)
        if found is None:
            return key.rpartition(".")[2].replace("_", " ")
        if isinstance(found, Mapping):
            found = found.get(self._form(values["count"])) or found["other"]
        shown = {name: self.number(value) if _is_number(value) else value for name, value in values.items()}
        return found.format_map(shown) if values else found

    def has(self, key: str) -> bool:
        return self._find(key) is not None

    def area(self, name: str) -> Mapping[str, str | Mapping[str, str]]:
        """All texts of an area, for a script."""
        return areas(self.language).get(name, {})

    def sentence(self, english: str) -> str:
        """A sentence that is stored or answered in English, in this language; as it is where it has no translation."""
        return in_language(english, self.language)

    def line(self, name: str) -> str:
        """A line of the tie-out: ``tax:Moms 25%`` is the tax and its title."""
        group, colon, title = name.partition(":")
        return f"{self(f'line.{group}')}: {title}" if colon else self(f"line.{group}")

    def amount(self, text: str | Decimal) -> str:
        """With two decimals and no currency: for columns whose heading says what they are."""
        return str(format_decimal(Decimal(text), "#,##0.00", locale=self.locale))

    def money(self, text: str | Decimal, currency: str) -> str:
        """With the shop's currency; a shop whose currency is not known yet has amounts without."""
        return str(format_currency(Decimal(text), currency, locale=self.locale)) if currency else self.amount(text)

    def number(self, value: object) -> str:
        return str(format_decimal(Decimal(str(value)), locale=self.locale))

    def percent(self, share: float | Decimal) -> str:
        """0.61 is 61 %."""
        return str(format_percent(share, locale=self.locale))

    def time(self, text: str) -> str:
        """An ISO moment, in the shop's zone."""
        moment = datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(self.zone)
        return str(format_datetime(moment, "d MMM y HH:mm", locale=self.locale))

    def day(self, text: str) -> str:
        return str(format_date(date.fromisoformat(text), "d MMM y", locale=self.locale))

    def month(self, text: str) -> str:
        """``2026-11`` is November 2026."""
        return str(format_date(date.fromisoformat(f"{text}-01"), "MMMM y", locale=self.locale))

    def _find(self, key: str) -> str | Mapping[str, str] | None:
        area, _, name = key.partition(".")
        return areas(self.language).get(area, {}).get(name)

    def _form(self, count: object) -> str:
        """The plural form (CLDR): ``one``, ``other`` and, in other languages, more."""
        return str(Locale.parse(self.locale).plural_form(count))  # type: ignore[arg-type]


def _is_number(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)
