"""Privacy requests: what Shopify passes on from customers and of shops that left, and what became of each.

A request is stored when it comes, and carried out at once as far as the time goes; the upkeep does the rest, and comes
back to what has to wait for QuickBooks. Nothing is reported as done that is not.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from aws_lambda_powertools import Logger

from connector.app.privacy_erasure import Outcome, anonymise
from connector.app.privacy_people import Person
from connector.app.privacy_report import TO_ERASE_THERE, entries_of, quickbooks, report
from connector.app.privacy_search import SPARE_SECONDS, Found, found_in, search
from connector.app.privacy_shop import erase
from connector.app.services import Services
from connector.shopify.webhooks import Delivery
from connector.storage import keys
from connector.storage.codec import pack, unpack
from connector.storage.syncs import moment, stamp
from connector.storage.table import ConditionFailed, Item, Table

DATA_REQUEST, REDACT_CUSTOMER, REDACT_SHOP = "customers/data_request", "customers/redact", "shop/redact"
OPEN, DONE = "OPEN", "DONE"

TIME_ALLOWED = timedelta(days=30)
"""Within which Shopify wants a privacy request carried out."""

NEARLY = timedelta(days=7)
REPORT_KEPT = timedelta(days=90)
"""A report is one more copy of the person's data: the merchant has fetched it by then."""

NOBODY = "The request names no customer."

logger = Logger(child=True)


def receive(services: Services, delivery: Delivery) -> str:
    """Stores a request, once however often it is delivered. Returns its id."""
    customer = delivery.payload.get("customer") or {}
    request_id = delivery.id or _digest(delivery)
    now = services.clock()
    item = {
        "pk": keys.shop(delivery.shop),
        "sk": keys.privacy_request(request_id),
        "type": "privacy_request",
        "id": request_id,
        "topic": delivery.topic,
        "customer": str(customer.get("id") or ""),
        "number": str((delivery.payload.get("data_request") or {}).get("id") or ""),
        "state": OPEN,
        "asked_at": stamp(now),
        "due_at": stamp(now + TIME_ALLOWED),
        "gsi1pk": keys.PRIVACY_QUEUE,
        "gsi1sk": f"{stamp(now)}#{delivery.shop}",
    }
    with suppress(ConditionFailed):
        services.table.put(item, "attribute_not_exists(pk)")
    return request_id


def waiting(table: Table) -> Iterator[tuple[str, str]]:
    """(shop, id) of the requests of all shops that have not been carried out, oldest first."""
    for pk, sk, _ in table.index(keys.PRIVACY_QUEUE):
        yield pk.removeprefix(keys.shop("")), sk.removeprefix(keys.privacy_request(""))


def work_on(services: Services, shop: str, request_id: str, remaining: Callable[[], float]) -> bool:
    """Carries a request out as far as ``remaining()`` seconds go. Whether it is done."""
    sk = keys.privacy_request(request_id)
    item = services.table.get(keys.shop(shop), sk)
    if item is None or item["state"] == DONE:
        return True
    if item["topic"] == REDACT_SHOP:
        return erase(services.table, services.schedules, shop, sk, remaining)
    if not item["customer"]:
        return _finish(services, item, {"note": NOBODY})
    found = found_in(item.get("progress"))
    if not found.complete:
        found = search(services.table, shop, item["customer"], found, remaining)
        # Words and keys are kept before anything is erased: nothing would say afterwards whom to look for.
        _keep(services.table, item, found)
    if not found.complete:
        return False
    person = Person(item["customer"], tuple(found.words))
    if item["topic"] == DATA_REQUEST:
        return _finish(services, item, {}, report(services.table, shop, person, found))
    return _redact(services, item, person, found, remaining)


def views(table: Table, shop: str) -> list[dict[str, Any]]:
    """All requests of a shop for the merchant, newest first."""
    found = [_view(item) for item in table.query(keys.shop(shop), keys.privacy_request(""))]
    return sorted(found, key=lambda request: (request["asked_at"], request["id"]), reverse=True)


def is_nearly_due(table: Table, shop: str, request_id: str, now: datetime) -> bool:
    item = table.get(keys.shop(shop), keys.privacy_request(request_id))
    return item is not None and item["state"] == OPEN and moment(item["due_at"]) - now < NEARLY


def _redact(services: Services, item: Item, person: Person, found: Found, remaining: Callable[[], float]) -> bool:
    """What QuickBooks has not answered yet waits; then all is looked for again, because more may have been sent."""
    table, shop = services.table, item["pk"].removeprefix(keys.shop(""))
    for sk in found.keys[found.erased :]:
        if remaining() < SPARE_SECONDS:
            _keep(table, item, found)
            return False
        found.later |= anonymise(table, shop, sk, person) is Outcome.LATER
        found.erased += 1
    if found.later:
        _keep(table, item, Found(words=found.words))
        return False
    there = quickbooks(table, shop, person, entries_of(table, shop, found), TO_ERASE_THERE)
    return _finish(services, item, {"items": len(found.keys), "quickbooks": there})


def _keep(table: Table, item: Item, found: Found) -> None:
    table.update(item["pk"], item["sk"], "SET progress = :it", "attribute_exists(pk)", values={":it": found.packed()})


def _finish(services: Services, item: Item, outcome: dict[str, Any], found: dict[str, Any] | None = None) -> bool:
    now = services.clock()
    values: dict[str, Any] = {":done": DONE, ":now": stamp(now), ":outcome": json.dumps(outcome)}
    sets = "SET #state = :done, done_at = :now, outcome = :outcome"
    if found is not None:
        sets += ", report = :report, #ttl = :ttl"
        values |= {":report": pack(found), ":ttl": int((now + REPORT_KEPT).timestamp())}
    names = {"#state": "state"} | ({"#ttl": "ttl"} if found is not None else {})
    services.table.update(
        item["pk"], item["sk"], f"{sets} REMOVE progress, gsi1pk, gsi1sk", "attribute_exists(pk)", names, values
    )
    logger.info("carried out a privacy request", extra={"topic": item["topic"], "request": item["id"]})
    return True


def _view(item: Item) -> dict[str, Any]:
    packed = item.get("report")
    return {
        "id": item["id"],
        "topic": item["topic"],
        "customer": item["customer"],
        "number": item["number"],
        "state": item["state"],
        "asked_at": item["asked_at"],
        "due_at": item["due_at"],
        "done_at": item.get("done_at", ""),
        "outcome": json.loads(item.get("outcome", "{}")),
        "report": unpack(bytes(packed), dict[str, Any]) if packed else None,
    }


def _digest(delivery: Delivery) -> str:
    """An id for a delivery that came without one."""
    text = json.dumps([delivery.topic, delivery.triggered_at, delivery.payload], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
