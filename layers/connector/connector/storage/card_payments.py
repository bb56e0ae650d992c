"""Orders' payments and refunds by gift card, by day, each with the change of a card that is its other side.

A card's history names no order, so the two are brought together by time and amount. Which change belongs to which
payment is decided once and kept: a page of cards read later, or again, finds the payment taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from connector.ledger.facts import MoneyFact
from connector.storage import keys
from connector.storage.codec import pack, unpack
from connector.storage.table import ConditionFailed, Table, put_write


@dataclass(frozen=True, slots=True)
class CardPayment:
    """``change`` is the card's transaction (id) that it explains, empty as long as none is known."""

    money: MoneyFact
    change: str = ""


def write(shop: str, money: MoneyFact) -> dict[str, Any]:
    """A transaction part that keeps a payment."""
    return put_write({"pk": keys.shop(shop), "sk": keys.card_payment(money.day, money.id), "body": pack(money)})


def between(table: Table, shop: str, first: date, last: date) -> Iterator[CardPayment]:
    """The payments of the business days ``first`` to ``last``."""
    begin, end = keys.card_payment(first, ""), keys.card_payment(last, "~")
    for item in table.query(keys.shop(shop), first=begin, last=end):
        yield CardPayment(unpack(bytes(item["body"]), MoneyFact), item.get("change", ""))


def explain(table: Table, shop: str, found: Mapping[str, MoneyFact]) -> set[str]:
    """Keep which change of a card (id) is which payment's; returns those that are now, others were quicker."""
    kept = set()
    for change, money in found.items():
        try:
            table.update(
                keys.shop(shop),
                keys.card_payment(money.day, money.id),
                "SET #change = :change",
                "attribute_exists(pk) AND (attribute_not_exists(#change) OR #change = :change)",
                names={"#change": "change"},
                values={":change": change},
            )
        except ConditionFailed:
            continue
        kept.add(change)
    return kept
