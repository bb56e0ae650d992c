"""The topics read one after the other, behind the orders.

Each topic has a mark of its own, up to when it was read whole, and only an incremental sync that has read all of it
moves that mark: a permission granted later, or a topic that failed once, leaves no hole. What a topic lacks is said by
name on the sync and on the connection.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from connector.shopify.errors import GraphQLFailed, ShopifyRefused, ShopifyUnavailable
from connector.shopify.permissions import Missing, all_missing, granted_scopes
from connector.storage import keys, syncs
from connector.storage.syncs import moment, stamp
from connector.storage.table import ConditionFailed
from connector.sync.context import Context
from connector.sync.topics.registry import TOPICS
from connector.sync.topics.topic import Reading, Topic
from connector.sync.window import OVERLAP, Window, day_begins

State = dict[str, Any]

TRIES = 3
"""How often a topic is tried in one sync that Shopify does not answer for; after that it waits for the next sync."""

PAUSE_SECONDS = 20
_FAILURES = (GraphQLFailed, ShopifyRefused)


def step(state: State, context: Context, window: Window, zone: ZoneInfo, topics: tuple[Topic, ...] = TOPICS) -> State:
    """Read on where ``state`` stands (``topic``, ``cursor``) until all are read or this invocation's time ends."""
    if "topic" not in state:
        _name_missing(state, context)
        state = state | {"topic": 0, "cursor": None, "tries": 0, "lacking": False}
    currency = str((context.table.get(keys.shop(state["shop"]), keys.PROFILE) or {}).get("currency", ""))
    while state["topic"] < len(topics):
        topic = topics[state["topic"]]
        state = _read_one(state, _reading(topic, state, context, (window, zone, currency)), topic)
        if state["topic"] < len(topics) and (state["wait_seconds"] or context.must_stop()):
            return state | {"more": True}
    return state | {"more": False, "wait_seconds": 0, "cursor": None}


def _read_one(state: State, reading: Reading, topic: Topic) -> State:
    """One topic, as far as it goes now."""
    following = state | {"topic": state["topic"] + 1, "cursor": None, "tries": 0, "lacking": False, "wait_seconds": 0}
    if not topic.is_due(reading):
        return following
    while True:
        try:
            page = topic.page(reading, state["cursor"])
        except ShopifyUnavailable as error:
            if state["tries"] + 1 < TRIES:
                return state | {"tries": state["tries"] + 1, "wait_seconds": PAUSE_SECONDS}
            _say(reading, topic, f"Shopify did not answer ({error})")
            return following
        except _FAILURES as error:
            _say(reading, topic, str(error).rstrip("."))
            return following
        if page.missing:
            _lacks(reading, page.missing)
            state = state | {"lacking": True}
        state = state | {"cursor": page.cursor, "tries": 0, "wait_seconds": 0}
        if page.cursor is None:
            if not state["lacking"] and reading.incremental:
                _mark(reading, topic)
            return following
        if reading.context.must_stop():
            return state


def _reading(topic: Topic, state: State, context: Context, about: tuple[Window, ZoneInfo, str]) -> Reading:
    window, zone, currency = about
    since = window.updated_since
    if state["incremental"]:
        integration = context.table.get(keys.shop(state["shop"]), keys.INTEGRATION) or {}
        since = _read_until(integration, topic, window.books_begin) or day_begins(window.books_begin, zone)
    return Reading(
        context=context,
        shop=state["shop"],
        sync_id=state["sync_id"],
        window=window,
        zone=zone,
        currency=currency,
        since=since - topic.look_back,
        incremental=bool(state["incremental"]),
        sweep=bool(state.get("sweep")),
    )


def _read_until(integration: Mapping[str, Any], topic: Topic, begin: date) -> datetime | None:
    """None where it was never read whole, or the books begin earlier now than what it was read for."""
    until = integration.get(topic.until)
    if not until or str(integration.get(_from(topic), "")) > begin.isoformat():
        return None
    return moment(until) - OVERLAP


def _mark(reading: Reading, topic: Topic) -> None:
    """The topic is read up to the window's end, in one write; a mark that is further already stays."""
    table, pk = reading.context.table, keys.shop(reading.shop)
    until, begin = stamp(reading.window.end), reading.window.books_begin.isoformat()
    known = table.get(pk, keys.INTEGRATION) or {}
    begin = min(str(known.get(_from(topic), begin)), begin)
    if (known.get(topic.until), known.get(_from(topic))) == (until, begin):
        return
    with suppress(ConditionFailed):
        table.update(
            pk,
            keys.INTEGRATION,
            "SET #until = :until, #from = :from",
            "attribute_exists(pk) AND (attribute_not_exists(#until) OR #until <= :until)",
            names={"#until": topic.until, "#from": _from(topic)},
            values={":until": until, ":from": begin},
        )


def _from(topic: Topic) -> str:
    return f"from|{topic.name}"


def _say(reading: Reading, topic: Topic, why: str) -> None:
    note = f"Not read this time: {topic.name.replace('_', ' ')}. {why}. The next sync reads it from where it stands."
    syncs.add_note(reading.context.table, reading.shop, reading.sync_id, note)


# What a shop has not granted.


def _name_missing(state: State, context: Context) -> None:
    """Everything the books do without at this shop, as the scopes say it."""
    assert context.admin_of is not None
    try:
        missing = all_missing(granted_scopes(context.admin_of(state["shop"])))
    except (*_FAILURES, ShopifyUnavailable):
        return  # the readers say themselves what they are refused
    syncs.set_missing(context.table, state["shop"], state["sync_id"], _plain(missing))


def _lacks(reading: Reading, missing: Iterable[Missing]) -> None:
    syncs.add_missing(reading.context.table, reading.shop, reading.sync_id, _plain(missing))


def _plain(missing: Iterable[Missing]) -> list[dict[str, Any]]:
    return [{"topic": one.topic, "scopes": list(one.scopes), "words": one.words} for one in missing]
