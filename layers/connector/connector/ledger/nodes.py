"""Reading Shopify's records value by value: what is missing or contradictory is said, never guessed.

Amounts are cents of the shop's currency; moments are aware.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from connector.ledger.business_day import business_day
from connector.ledger.facts import ZERO

Node = Mapping[str, Any]
T = TypeVar("T")

CENT = Decimal("0.01")


class Unclear(ValueError):
    """A part of a record can't be read; whoever reads the whole record says which one it is."""


class UnreadableFact(Exception):
    """A record that is no order makes no sense: nothing of it may be guessed, a person must look.

    ``what`` is its kind in plain words ("payout"), ``name`` what people know it by; ``amount`` as far as it could be
    read, else None.
    """

    def __init__(self, what: str, id_: str, name: str, reason: str, amount: Decimal | None = None) -> None:
        super().__init__(f"{what} {name or id_}: {reason}")
        self.what = what
        self.id = id_
        self.name = name
        self.reason = reason
        self.amount = amount


BROKEN = (Unclear, KeyError, TypeError, AttributeError, ValueError, InvalidOperation)
"""What a record that is not as Shopify's schema has it raises while it is read."""


@contextmanager
def reading(what: str, node: Node, name: str = "name", money: str = "") -> Iterator[None]:
    """Turns whatever a broken record raises into ``UnreadableFact``; ``money`` is the field with its amount."""
    try:
        yield
    except BROKEN as error:
        raise UnreadableFact(
            what, text(node, "id"), text(node, name), reason_of(error), _amount(node, money)
        ) from error


def each(nodes: Iterable[Node], read: Callable[[Node], T | None]) -> tuple[list[T], list[UnreadableFact]]:
    """What can be read of ``nodes``, and what can't: one broken record keeps none of the others from the books."""
    found: list[T] = []
    unreadable: list[UnreadableFact] = []
    for node in nodes:
        try:
            value = read(node)
        except UnreadableFact as error:
            unreadable.append(error)
        else:
            if value is not None:
                found.append(value)
    return found, unreadable


def reason_of(error: Exception) -> str:
    if isinstance(error, Unclear):
        return str(error)
    if isinstance(error, KeyError):
        return f"{error.args[0]} is missing"
    return f"its record can't be read ({error})"


def required(node: Node, name: str) -> Any:
    value = node.get(name)
    if value is None or value == "":
        raise Unclear(f"{name} is missing")
    return value


def text(node: Node, name: str) -> str:
    value = node.get(name)
    return value if isinstance(value, str) else ""


def whole(node: Node, name: str) -> Sequence[Any]:
    """A list that has been read to its end; a connection here means that a part is missing."""
    value = node[name]
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise Unclear(f"its {name} have not been read to the end")
    return value


def count(node: Node, name: str) -> int:
    value = required(node, name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Unclear(f"{name} is not a number: {value}")
    return value


def moment(value: str) -> datetime:
    found = datetime.fromisoformat(value)
    if found.tzinfo is None:
        raise Unclear(f"the time {value} has no time zone")
    return found


def moment_of(node: Node, name: str) -> datetime:
    return moment(required(node, name))


def day_of(node: Node, name: str, zone: ZoneInfo) -> date | None:
    """The business day of an optional moment."""
    value = node.get(name)
    return business_day(moment(value), zone) if value else None


def cents(value: Any) -> Decimal:
    """Shopify writes 12.0 and 12.005: the first is 12.00, the second can't be booked and is not rounded here."""
    amount = decimal(value)
    in_cents = amount.quantize(CENT)
    if in_cents != amount:
        raise Unclear(f"the amount {value} has fractions of a cent")
    return in_cents + ZERO


def decimal(value: Any) -> Decimal:
    amount = Decimal(str(value))
    if not amount.is_finite():
        raise Unclear(f"{value} is not an amount")
    return amount


def bag(node: Node, name: str, currency: str) -> Decimal:
    """A ``MoneyBag``'s shop money; what the customer saw in another currency is not the books' business."""
    return _in(required(required(node, name), "shopMoney"), name, currency)


def money(node: Node, name: str, currency: str) -> Decimal:
    """A ``MoneyV2`` that must be in ``currency``."""
    return _in(required(node, name), name, currency)


def money_or_none(node: Node, name: str, currency: str) -> Decimal | None:
    return money(node, name, currency) if node.get(name) else None


def unit_cost(value: Node | None, currency: str) -> Decimal | None:
    """What a unit costs, rounded to cents: a figure of a list, not money that moved. None in another currency."""
    if not value or value.get("currencyCode") != currency:
        return None
    return decimal(value["amount"]).quantize(CENT, ROUND_HALF_UP)


def _in(value: Node, name: str, currency: str) -> Decimal:
    if value["currencyCode"] != currency:
        raise Unclear(f"{name} is in {value['currencyCode']}, the shop's books are in {currency}")
    return cents(value["amount"])


def _amount(node: Node, name: str) -> Decimal | None:
    try:
        return Decimal(str(node[name]["amount"]))
    except (KeyError, TypeError, InvalidOperation):
        return None


def legacy_id(gid: str) -> str:
    """The number at the end of a global id; some carry parameters behind it."""
    return gid.rpartition("/")[2].partition("?")[0]
