"""What the pages say, in the merchant's language; numbers and times as the language writes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

ENGLISH, DANISH = "en", "da"
_BABEL = {ENGLISH: "en_GB", DANISH: "da_DK"}

_TEXTS: Mapping[str, tuple[str, str]] = {
    "title": ("QuickBooks Desktop Connector", "QuickBooks Desktop Connector"),
    "integration": ("Integration", "Integration"),
    "NOT_STARTED": (
        "Not started yet. Connect QuickBooks, choose the accounts, then start.",
        "Ikke startet endnu. Forbind QuickBooks, vælg konti, og start derefter.",
    ),
    "STARTING": ("The start was interrupted. Start again.", "Starten blev afbrudt. Start igen."),
    "STARTED": ("Started.", "Startet."),
    "connection": ("Connection to QuickBooks", "Forbindelse til QuickBooks"),
    "company": ("Company", "Virksomhed"),
    "user_name": ("User name", "Brugernavn"),
    "last_contact": ("Last contact", "Seneste kontakt"),
    "never": ("Never", "Aldrig"),
    "not_seen": ("Not seen yet", "Ikke set endnu"),
    "last_sync": ("Last sync", "Seneste synkronisering"),
    "no_sync": ("There has been no sync yet.", "Der har ikke været nogen synkronisering endnu."),
    "QUEUED": ("Waiting to begin", "Venter på at begynde"),
    "READING": ("Reading from Shopify", "Læser fra Shopify"),
    "PREPARING": ("Preparing for QuickBooks", "Forbereder til QuickBooks"),
    "DONE": ("Prepared", "Forberedt"),
    "FAILED": ("Failed", "Mislykkedes"),
    "document": ("Document", "Bilag"),
    "count": ("Number", "Antal"),
    "amount": ("Amount", "Beløb"),
    "tie_out": ("Tie-out", "Afstemning"),
    "line": ("Line", "Post"),
    "posted": ("Posted", "Bogført"),
    "difference": ("Difference", "Forskel"),
    "no_amounts": ("Nothing was sold in this time.", "Der blev ikke solgt noget i denne periode."),
    "ties": ("Shopify and QuickBooks agree to the cent.", "Shopify og QuickBooks stemmer på øret."),
    "does_not_tie": (
        "Shopify and QuickBooks differ. Entries that QuickBooks has not fetched yet count as differences too.",
        "Shopify og QuickBooks er forskellige. Bilag, som QuickBooks endnu ikke har hentet, tæller også som forskelle.",
    ),
    "exceptions": ("Needs attention", "Kræver handling"),
    "reason": ("Reason", "Årsag"),
    "open_in_admin": (
        "Open the app in the Shopify admin.",
        "Åbn appen i Shopify-administratoren.",
    ),
    "open_link": ("Open the app", "Åbn appen"),
    "unavailable": (
        "Shopify does not answer just now. Please load the page again in a moment.",
        "Shopify svarer ikke lige nu. Indlæs siden igen om et øjeblik.",
    ),
    "went_wrong": (
        "Something went wrong on our side. Please load the page again.",
        "Noget gik galt hos os. Indlæs siden igen.",
    ),
    "not_found": ("There is no such page.", "Siden findes ikke."),
    "support": ("Support", "Support"),
    "support_text": (
        "This program connects a Shopify shop with QuickBooks Desktop through the QuickBooks Web Connector. "
        "The state of the connection, the last sync and whatever needs attention are shown by the app in the "
        "Shopify admin.",
        "Dette program forbinder en Shopify-butik med QuickBooks Desktop gennem QuickBooks Web Connector. "
        "Forbindelsens tilstand, den seneste synkronisering og alt, der kræver handling, vises af appen i "
        "Shopify-administratoren.",
    ),
    "sales": ("Sales", "Salg"),
    "returns": ("Returns", "Returneringer"),
    "discounts": ("Discounts", "Rabatter"),
    "shipping": ("Shipping", "Levering"),
    "tips": ("Tips", "Drikkepenge"),
    "gift_cards_sold": ("Gift cards sold", "Solgte gavekort"),
    "gift_cards_redeemed": ("Gift cards redeemed", "Indløste gavekort"),
    "store_credit_redeemed": ("Store credit redeemed", "Indløst butikskredit"),
    "duties": ("Duties", "Told"),
    "additional_fees": ("Additional fees", "Øvrige gebyrer"),
    "refund_adjustments": ("Refund adjustments", "Justeringer af refusioner"),
    "cash_rounding": ("Cash rounding", "Øreafrunding"),
    "unexplained": ("Unexplained", "Uforklaret"),
    "accounts_receivable": ("Accounts receivable", "Debitorer"),
    "not_yet_posted": ("Not yet posted", "Ikke bogført endnu"),
    "tax": ("Tax", "Moms"),
    "channel_tax": ("Tax paid by the channel", "Moms betalt af kanalen"),
    "tender": ("Payment", "Betaling"),
}


def language_of(locale: str) -> str:
    """The language we have that is nearest to a locale such as ``da`` or ``da-DK``."""
    return DANISH if locale.replace("_", "-").lower().partition("-")[0] == DANISH else ENGLISH


@dataclass(frozen=True, slots=True)
class Words:
    """The texts in one language. ``zone`` is the shop's: times on pages are the merchant's own."""

    language: str
    zone: ZoneInfo

    def __call__(self, key: str) -> str:
        """The text; a key nobody has worded is shown as it is."""
        found = _TEXTS.get(key)
        return found[(ENGLISH, DANISH).index(self.language)] if found else key.replace("_", " ")

    def line(self, name: str) -> str:
        """A line of the tie-out: ``tax:Moms 25%`` is the tax and its title."""
        group, colon, title = name.partition(":")
        return f"{self(group)}: {title}" if colon else self(group)

    def amount(self, text: str) -> str:
        return str(format_decimal(Decimal(text), "#,##0.00", locale=_BABEL[self.language]))

    def time(self, text: str) -> str:
        """An ISO moment, in the shop's zone."""
        moment = datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(self.zone)
        return str(format_datetime(moment, "d MMM y HH:mm", locale=_BABEL[self.language]))

    def day(self, text: str) -> str:
        return str(format_date(date.fromisoformat(text), "d MMM y", locale=_BABEL[self.language]))
