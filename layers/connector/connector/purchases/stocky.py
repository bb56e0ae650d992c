"""Stocky's API v2, as Shopify documented it (stocky.shopifyapps.com/api/docs/v2). Read only.

Stocky and its API were switched off on 2026-08-31; this serves whatever still answers at ``STOCKY_ORIGIN``.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from connector.ledger.nodes import each
from connector.purchases.source import PurchasesPage
from connector.purchases.stocky_records import SOURCE, Record, read_stocky_order
from connector.shopify.domains import shop_domain

ORIGIN = "https://stocky.shopifyapps.com"
RECORDS = 100
ATTEMPTS = 6
LONGEST_WAIT = 60.0

_RETRIED = frozenset({408, 429, 500, 502, 503, 504})
_REFUSALS = {
    401: "Stocky does not accept the API key.",
    403: "Stocky does not let this API key read.",
    404: "Stocky does not know this shop, or has no such list.",
    410: "Stocky was switched off by Shopify on 2026-08-31. Import its exported CSV files instead.",
}
# Stocky's own examples lack a colon here and there, and end lists with a comma; both can mean only one thing.
_NO_COLON = re.compile(r'([{,]\s*"[A-Za-z_]+")\s+(?=["\d\[{tfn-])')
_LAST_COMMA = re.compile(r",(?=\s*[\]}])")


class StockyError(Exception):
    """Stocky could not be read; the text is for the merchant and carries no key."""


class StockyRefused(StockyError):
    """No retry changes it: the key is wrong, or Stocky is gone."""


class StockyUnavailable(StockyError):
    """Stocky did not answer properly after every retry; the same call may work later."""


class StockyUnreadable(StockyError):
    """Stocky answered something that is not the JSON it documents."""


@dataclass(frozen=True, slots=True)
class Stocky:
    """One shop's Stocky. ``sleep`` and ``clock`` (aware UTC) are for the waits that Stocky asks for."""

    shop: str
    key: str = field(repr=False)
    http: httpx.Client
    origin: str = ORIGIN
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def test(self) -> None:
        """Whether the key works: raises ``StockyError`` if not."""
        self._get("purchase_orders", {"limit": 1})

    def records(self, resource: str, updated_since: datetime | None = None) -> Iterator[Record]:
        """All records of ``purchase_orders``, ``suppliers``, ``stock_adjustments``, …, in the order of their ids."""
        last = 0
        while True:
            page = self.page(resource, last, updated_since)
            yield from page
            if not page:
                return
            last = _id(page[-1])

    def page(self, resource: str, after: int, updated_since: datetime | None = None) -> list[Record]:
        """The next records behind the id ``after``; empty behind the last. Raises ``StockyError``."""
        parameters: dict[str, str | int] = {"limit": RECORDS, "since_id": after}
        if updated_since:
            parameters["updated_since"] = f"{updated_since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        found = _records(resource, self._get(resource, parameters))
        # A server that passes over since_id would give the same page for ever.
        return sorted((record for record in found if _id(record) > after), key=_id)

    def _get(self, resource: str, parameters: dict[str, Any]) -> Any:
        if not (self.key.isascii() and self.key.isprintable()):
            # No header can carry it. What is pasted may be a masked key, or end in a line break.
            raise StockyRefused(_REFUSALS[401])
        problem = ""
        for attempt in range(ATTEMPTS):
            wait = min(2.0**attempt, LONGEST_WAIT)
            try:
                answer = self._ask(resource, parameters)
            except httpx.TransportError as error:
                problem = type(error).__name__
            else:
                if answer.status_code not in _RETRIED:
                    return _json(resource, answer)
                problem = f"status {answer.status_code}"
                wait = self._retry_after(answer, wait)
            if attempt + 1 < ATTEMPTS:
                self.sleep(wait)
        raise StockyUnavailable(f"Stocky did not answer in {ATTEMPTS} attempts (last: {problem}).")

    def _ask(self, resource: str, parameters: dict[str, Any]) -> httpx.Response:
        # Redirects are not followed: the key is for Stocky's own address only.
        headers = {
            "Store-Name": shop_domain(self.shop),
            "Authorization": f"API KEY={self.key}",
            "Accept": "application/json",
        }
        url = f"{self.origin.rstrip('/')}/api/v2/{resource}.json"
        return self.http.get(url, params=parameters, headers=headers, follow_redirects=False)

    def _retry_after(self, answer: httpx.Response, otherwise: float) -> float:
        """``Retry-After`` is seconds or an HTTP date; anything else is passed over."""
        text = answer.headers.get("Retry-After", "").strip()
        try:
            seconds = float(text)
        except ValueError:
            try:
                seconds = (parsedate_to_datetime(text) - self.clock()).total_seconds()
            except (ValueError, TypeError):
                return otherwise
        return min(max(seconds, 0.0), LONGEST_WAIT)


@dataclass(frozen=True, slots=True)
class StockyPurchases:
    """``PurchaseSource`` over Stocky. ``currency`` is the shop's; ``seen_on`` the business day of the reading."""

    stocky: Stocky
    zone: ZoneInfo
    currency: str
    seen_on: date

    @property
    def name(self) -> str:
        return SOURCE

    def page(self, updated_since: datetime, cursor: str | None) -> PurchasesPage:
        records = self.stocky.page("purchase_orders", int(cursor or 0), updated_since)
        purchases, unreadable = each(
            records, lambda record: read_stocky_order(dict(record), self.zone, self.currency, self.seen_on)
        )
        return PurchasesPage(tuple(purchases), str(_id(records[-1])) if records else None, tuple(unreadable))


def _json(resource: str, answer: httpx.Response) -> Any:
    if answer.status_code != 200:
        reason = _REFUSALS.get(answer.status_code, f"Stocky answered {answer.status_code}.")
        raise StockyRefused(_REFUSALS[410] if answer.is_redirect else reason)
    text = answer.content.decode("utf-8-sig", errors="replace")
    for attempt in (text, _LAST_COMMA.sub("", _NO_COLON.sub(r"\1: ", text))):
        try:
            return json.loads(attempt, parse_float=Decimal)
        except ValueError:
            continue
    raise StockyUnreadable(f"Stocky's {resource.replace('_', ' ')} are not JSON; they begin with {text[:40]!r}.")


def _records(resource: str, body: Any) -> list[Record]:
    found = body.get(resource) if isinstance(body, dict) else body
    if not isinstance(found, list) or not all(isinstance(record, dict) for record in found):
        raise StockyUnreadable(f"Stocky's answer has no list of {resource.replace('_', ' ')}.")
    return found


def _id(record: Record) -> int:
    try:
        return int(record["id"])
    except (KeyError, TypeError, ValueError):
        raise StockyUnreadable("A record of Stocky's has no id.") from None
