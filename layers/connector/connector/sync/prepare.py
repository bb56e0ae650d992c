"""The steps of a preparation, as the state machine calls them: plan → read … → build … → finish.

Each step takes a small state and returns the next one, with ``more`` saying whether to call it again and
``wait_seconds`` what to wait first. Every step may be repeated: what it wrote before is found and not written twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from connector.accounting.policy import Policy
from connector.shopify.errors import GraphQLFailed, ShopifyUnavailable
from connector.shopify.orders import orders_page
from connector.storage import keys, syncs
from connector.storage.orders import OrderRecord, noted, open_orders
from connector.storage.syncs import SyncState, moment, stamp
from connector.storage.table import ConditionFailed
from connector.sync import controls, in_bulk, shop_now, sweep, undo_repost
from connector.sync.booking import book_orders
from connector.sync.build import Built, documents_of
from connector.sync.context import Context
from connector.sync.policy import policy_now
from connector.sync.read import store_page
from connector.sync.summarise import finish_drafts
from connector.sync.topics import reading as topics
from connector.sync.topics.booking import book
from connector.sync.window import HISTORY_LIMIT, Window, a_week_ended, backfill, day_begins, incremental

State = dict[str, Any]
NOTES_AT_ONCE = 5
ORDERS_AT_ONCE = 200
_PAUSE_SECONDS = 10

# What building goes through: the orders this sync's reading has changed (noted, so that none is missed), those that
# were open before it, and the summary days that are complete now.
# Behind them the facts of the other topics.
CHANGED, OPEN, DRAFTS, FACTS = "changed", "open", "drafts", "facts"

# What reading goes through behind the orders.
SWEEP, CONTROLS, TOPICS = "sweep", "controls", "topics"


class NotStarted(Exception):
    """A preparation was asked for a shop whose integration has not been started."""


def run(step: str, state: Mapping[str, Any], context: Context) -> State:
    """One step of the state machine."""
    return _STEPS[step](dict(state), context)


def plan(state: State, context: Context) -> State:
    """Fix the window and record the sync. The input is the schedule's, or a manual sync's."""
    shop = state["shop"]
    integration = context.table.get(keys.shop(shop), keys.INTEGRATION)
    if not integration:
        raise NotStarted(f"integration has not been started for {shop}")
    end = moment(state["scheduled_time"])
    sync_id = _sync_id(state)
    first, last = state.get("from") or "", state.get("to") or ""
    profile = shop_now.asked(context, shop)
    if profile is None:
        raise NotStarted(f"{shop} is not installed")
    zone = ZoneInfo(profile.time_zone)
    books_zone = shop_now.books_zone(context.table, shop, integration, profile)
    begin = _policy(context, shop).start_date or moment(integration["started_at"]).astimezone(books_zone).date()
    if first:
        window = backfill(date.fromisoformat(first), date.fromisoformat(last or first), end, zone, begin)
    else:
        window = incremental(begin, _continue_from(integration, begin), end, zone)
    syncs.create(
        context.table,
        shop,
        sync_id,
        trigger=state.get("trigger", "schedule"),
        window_end=end,
        first=first,
        last=last,
        note=_hidden(context, shop, window, zone),
    )
    syncs.set_state(context.table, shop, sync_id, SyncState.READING, context.clock())
    shop_now.refuse_other_currency(profile)
    undo_repost.free(context.table, shop, begin, context.must_stop)
    return {
        "shop": shop,
        "sync_id": sync_id,
        "window": {
            "updated_since": stamp(window.updated_since),
            "end": stamp(window.end),
            "first": window.first.isoformat(),
            "last": window.last.isoformat(),
            "books_begin": window.books_begin.isoformat(),
            "begin_at": stamp(day_begins(begin, books_zone)),
            "currency": profile.currency,
        },
        "time_zone": profile.time_zone,
        "incremental": not first,
        "sweep": not first and _a_week_ended(integration, end, zone),
        "cursor": None,
        "stage": CHANGED,
        "position": "",
        "more": True,
        "wait_seconds": 0,
    }


def read(state: State, context: Context) -> State:
    """Read orders and store their facts with the documents made of them, until all are read or this invocation's time
    ends: by pages, or if there are very many by bulk operations (``in_bulk``), whose last changes are then read by
    pages too. Then the weekly sweep, Shopify's control totals, and the other topics (``sync.topics``)."""
    shop, window, zone = state["shop"], _window(state), _zone(state, context)
    policy, known = _policy(context, shop), set[str]()

    def documents(records: Sequence[OrderRecord]) -> Mapping[str, Built]:
        return documents_of(context.table, shop, state["sync_id"], records, policy, known)

    def store(nodes: list[dict[str, Any]]) -> int:
        return store_page(context.table, shop, state["sync_id"], nodes, window, zone, documents)

    if "how" not in state:
        state = in_bulk.choose(state, context, window.updated_since)
    if state["how"] == in_bulk.BULK:
        return in_bulk.step(state, context, store)
    if state["how"] in (in_bulk.PAGES, in_bulk.UNDECIDED):
        return _read_pages(state, context, store)
    assert context.admin_of is not None
    client = context.admin_of(shop)
    if state["how"] == SWEEP:
        try:
            state = sweep.step(state, context, client, window, zone, store)
        except GraphQLFailed as error:
            syncs.add_note(context.table, shop, state["sync_id"], f"The weekly sweep came to nothing: {error}.")
            state |= {"cursor": None}
        return state if state["cursor"] else state | {"how": CONTROLS}
    if state["how"] == CONTROLS:
        state = controls.step(state, context, client, window, zone)
        return state if state["cursor"] is not None else state | {"how": TOPICS, "more": True}
    return topics.step(state, context, window, zone)


def _read_pages(state: State, context: Context, store: Callable[[list[dict[str, Any]]], int]) -> State:
    source, cursor, seen = context.orders_of(state["shop"]), state["cursor"], state.get("seen", 0)
    since = moment(state.get("since") or state["window"]["updated_since"])
    while True:
        try:
            nodes, following = source.page(since, cursor)
        except ShopifyUnavailable:
            if cursor == state["cursor"]:
                raise
            return state | {"cursor": cursor, "seen": seen, "more": True, "wait_seconds": _PAUSE_SECONDS}
        store(nodes)
        cursor, seen = following, seen + len(nodes)
        if cursor is None:
            return state | {"cursor": None, "seen": seen, "wait_seconds": 0} | _behind_pages(state, context)
        if context.must_stop():
            return state | {"cursor": cursor, "seen": seen, "more": True, "wait_seconds": 0}
        if state["how"] == in_bulk.UNDECIDED and seen >= context.sizes.bulk_from and nodes:
            return in_bulk.begin(state, context, moment(nodes[-1]["updatedAt"]))


def _behind_pages(state: State, context: Context) -> State:
    if context.admin_of is None:
        return {"more": False}
    if not context.compares:
        return {"how": TOPICS, "more": True}
    return {"how": SWEEP if state.get("sweep") else CONTROLS, "more": True}


def build(state: State, context: Context) -> State:
    """Make entries of the open orders and of the other topics' facts until they or this invocation's time end.

    The position moves on, also past orders that stay open: the next sync looks at those again.
    """
    shop, sync_id, policy = state["shop"], state["sync_id"], _policy(context, state["shop"])
    if state["stage"] == CHANGED and not state["position"]:
        syncs.set_state(context.table, shop, sync_id, SyncState.PREPARING, context.clock())
    known: set[str] = set()
    for stage, position, legacy_ids in _stages(state, context):
        book_orders(context.table, shop, sync_id, legacy_ids, policy, known)
        if context.must_stop():
            return state | {"stage": stage, "position": position, "more": True}
    if state["stage"] != FACTS:
        for _ in finish_drafts(context.table, shop, sync_id, policy, known):
            if context.must_stop():
                return state | {"stage": DRAFTS, "position": "", "more": True}
    begun = state["position"] if state["stage"] == FACTS else ""
    for position in book(context.table, shop, sync_id, policy, begun, known):
        if context.must_stop():
            return state | {"stage": FACTS, "position": position, "more": True}
    return state | {"stage": FACTS, "position": "", "more": False}


def _stages(state: State, context: Context) -> Iterator[tuple[str, str, list[str]]]:
    """(stage, position to go on from, orders to build) from where ``state`` stands."""
    shop, sync_id = state["shop"], state["sync_id"]
    stage, position = state["stage"], state["position"]
    while stage == CHANGED:
        notes = list(noted(context.table, shop, sync_id, after=position, limit=NOTES_AT_ONCE, left=True))
        if notes:
            position = notes[-1][0]
            yield stage, position, list(dict.fromkeys(legacy_id for _, ids in notes for legacy_id in ids))
        if len(notes) < NOTES_AT_ONCE:
            stage, position = OPEN, ""
    while stage == OPEN:
        waiting = list(open_orders(context.table, shop, after=position, limit=ORDERS_AT_ONCE))
        if waiting:
            position = waiting[-1][0]
            yield stage, position, [legacy_id for _, legacy_id in waiting]
        if len(waiting) < ORDERS_AT_ONCE:
            return


def finish(state: State, context: Context) -> State:
    """Remember how far was read, mark the sync done."""
    shop = state["shop"]
    if state["incremental"]:
        _remember(context, shop, "read_until", "<", state["window"]["end"])
        _remember(context, shop, "read_from", ">", state["window"]["books_begin"])
    syncs.set_state(context.table, shop, state["sync_id"], SyncState.DONE, context.clock())
    return state | {"more": False}


def fail(state: State, context: Context) -> State:
    """Say on the page that the sync failed and why. Its window is not marked as read, so the next one covers it."""
    shop, sync_id = state.get("shop", ""), _sync_id(state)
    if shop and sync_id:
        in_bulk.cancel(state, context)
        reason = _why(state.get("error") or {})
        with suppress(ConditionFailed):  # it failed before it could be recorded
            syncs.set_state(context.table, shop, sync_id, SyncState.FAILED, context.clock(), reason=reason)
    return {"shop": shop, "sync_id": sync_id, "more": False}


def _why(error: Mapping[str, Any]) -> str:
    """What a state machine says of an error, without the trace: its cause is JSON when a function raised it."""
    cause = str(error.get("Cause", ""))
    with suppress(ValueError):
        told = json.loads(cause)
        cause = str(told.get("errorMessage", cause)) if isinstance(told, dict) else cause
    return f"{error.get('Error', 'error')}: {cause}"[:400]


def _sync_id(state: State) -> str:
    """The schedule's syncs are named by their time, so the same event twice is one sync."""
    if state.get("sync_id"):
        return str(state["sync_id"])
    return f"{moment(state['scheduled_time']):%Y%m%dT%H%M%SZ}" if state.get("scheduled_time") else ""


def _hidden(context: Context, shop: str, window: Window, zone: ZoneInfo) -> str:
    """What Shopify does not show of the window, in plain words; empty if nothing is hidden."""
    installation = context.table.get(keys.shop(shop), keys.INSTALLATION) or {}
    if "read_all_orders" in str(installation.get("scope", "read_all_orders")):
        return ""
    visible = window.end - HISTORY_LIMIT
    if day_begins(window.first, zone) >= visible and window.updated_since >= visible:
        return ""
    day = visible.astimezone(zone).date().isoformat()
    return (
        f"Orders placed before {day} are hidden: Shopify shows an app 60 days without the permission read_all_orders."
    )


def _continue_from(integration: Mapping[str, Any], begin: date) -> datetime | None:
    """Up to when the shop has been read; None if the books begin earlier now than what was read for."""
    if not integration.get("read_until") or integration.get("read_from", "") > begin.isoformat():
        return None
    return moment(integration["read_until"])


def _a_week_ended(integration: Mapping[str, Any], end: datetime, zone: ZoneInfo) -> bool:
    read_until = str(integration.get("read_until") or "")
    return bool(read_until) and a_week_ended(moment(read_until), end, zone)


def _remember(context: Context, shop: str, name: str, replaced_if: str, value: str) -> None:
    """How far was read, unless more is known already: an older window may be run again."""
    with suppress(ConditionFailed):
        context.table.update(
            keys.shop(shop),
            keys.INTEGRATION,
            f"SET {name} = :value",
            f"attribute_exists(pk) AND (attribute_not_exists({name}) OR {name} {replaced_if} :value)",
            values={":value": value},
        )


def _window(state: State) -> Window:
    window = state["window"]
    return Window(
        moment(window["updated_since"]),
        moment(window["end"]),
        date.fromisoformat(window["first"]),
        date.fromisoformat(window["last"]),
        date.fromisoformat(window["books_begin"]),
        window.get("currency", ""),
        moment(window["begin_at"]) if "begin_at" in window else None,
    )


def _zone(state: State, context: Context) -> ZoneInfo:
    """As it was when the sync was planned: all its days are by the same zone, also if the shop moves meanwhile."""
    planned = state.get("time_zone") or (context.table.get(keys.shop(state["shop"]), keys.PROFILE) or {})["time_zone"]
    return ZoneInfo(planned)


def _policy(context: Context, shop: str) -> Policy:
    return policy_now(context.table, shop)


_STEPS: dict[str, Callable[[State, Context], State]] = {
    "plan": plan,
    "read": read,
    "build": build,
    "finish": finish,
    "fail": fail,
}


@dataclass(frozen=True, slots=True)
class ShopifyOrders:
    """``OrdersSource`` over the Admin API."""

    client: Any

    def page(self, updated_since: datetime, cursor: str | None) -> tuple[list[dict[str, Any]], str | None]:
        page = orders_page(self.client, updated_since, cursor)
        return page.orders, page.cursor
