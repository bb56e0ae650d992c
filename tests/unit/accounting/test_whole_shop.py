"""A whole shop, read through Shopify's own schema and synced day by day, against what its maker meant to happen."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache, partial
from typing import Any

import pytest

from connector.accounting.costs import costs_by_day, costs_in
from connector.accounting.detailed import OpenDocument, detailed_documents
from connector.accounting.effects import Effect, add, effect_of_document, effects_by_day, negative
from connector.accounting.policy import Mode
from connector.accounting.summary import Part, SummaryKey, merge, summary_document, summary_parts
from connector.ledger.facts import OrderFacts
from connector.ledger.orders import read_order
from connector.quickbooks.names import fallback_reference, reference
from connector.shopify.documents import document
from connector.shopify.orders import orders_page
from infra.local.shop.shop import Shop
from infra.local.shop.world import World, build_world
from tests.unit.accounting.shop_orders import POLICY, part_of

SCOPES = (
    "read_orders",
    "read_all_orders",
    "read_customers",
    "read_products",
    "read_inventory",
    "read_locations",
    "read_payment_terms",
)
Days = dict[date, Effect]


@dataclass
class InProcess:
    """The Admin API without HTTP."""

    shop: Shop
    denied: set[str] = field(default_factory=set)

    def run(self, name: str, variables: dict[str, Any], optional: Any = ()) -> dict[str, Any]:
        answer = self.shop.query({"query": document(name), "variables": variables}, SCOPES)
        assert "errors" not in answer, answer
        return json.loads(json.dumps(answer["data"], default=str), parse_float=Decimal)


@cache
def world() -> World:
    return build_world(days=6, orders_per_day=24)


@cache
def read(until: datetime) -> tuple[OrderFacts, ...]:
    """Every order as Shopify shows it at that time, less the facts that had not happened."""
    shop = Shop(world(), restore_rate=1e9, now=until)
    nodes, cursor = [], None
    while True:
        page = orders_page(InProcess(shop), world().opened, cursor)
        nodes += page.orders
        cursor = page.cursor
        if cursor is None:
            break
    return tuple(read_order(node, world().zone) for node in nodes)


def moments() -> list[datetime]:
    """Syncs in the middle of some days and at night on others, and one when all is over."""
    nights = [datetime.combine(d, datetime.min.time(), UTC) + timedelta(days=1, hours=7) for d in world().days[1:-1]]
    noons = [datetime.combine(d, datetime.min.time(), UTC) + timedelta(hours=17) for d in world().days[::2]]
    return sorted([*nights, *noons, datetime.combine(world().days[-1], datetime.min.time(), UTC) + timedelta(days=40)])


def left_open(orders: tuple[OrderFacts, ...], claims: dict[str, set[str]]) -> Days:
    open_: Days = {}
    for facts in orders:
        if facts.order.test:
            continue
        ids = {f.id for f in (*facts.sales, *facts.money)} - claims.get(facts.order.legacy_id, set())
        rest = part_of(facts, ids)
        for day, effect in effects_by_day(rest.sales, rest.money).items():
            open_[day] = add(open_.get(day, {}), effect)
    return open_


def together(*many: Days) -> Days:
    total: Days = {}
    for days in many:
        for day, effect in days.items():
            total[day] = add(total.get(day, {}), effect)
    return {day: effect for day, effect in total.items() if effect}


def shown(days: Days) -> dict[date, dict[str, Decimal]]:
    return {day: dict(sorted(effect.items())) for day, effect in sorted(days.items()) if effect}


def test_the_facts_of_the_shop_are_what_its_maker_meant() -> None:
    orders = [facts for facts in read(moments()[-1]) if not facts.order.test]
    found = together(*(effects_by_day(facts.sales, facts.money) for facts in orders))
    assert shown(found) == shown(world().expected())


@pytest.mark.parametrize("inventory", list(Mode))
def test_detailed_customers_day_by_day(inventory: Mode) -> None:
    policy = replace(POLICY, inventory=inventory)
    posted: Days = {}
    claims: dict[str, set[str]] = {}
    counters: dict[str, dict[str, int]] = {}
    open_documents: dict[str, tuple[OpenDocument, ...]] = {}
    for moment in moments():
        for facts in read(moment):
            id_ = facts.order.legacy_id
            known = claims.setdefault(id_, set())
            outcome = detailed_documents(
                facts,
                frozenset(known),
                policy,
                partial(reference, fallback_reference(id_)),
                counters.get(id_, {}),
                open_documents.get(id_, ()),
            )
            assert outcome.problem is None
            counters[id_], open_documents[id_] = outcome.counters, outcome.open_documents
            for draft in outcome.drafts:
                assert not known & set(draft.facts)
                known.update(draft.facts)
                posted = together(posted, {draft.document.day: draft.effect})
    waiting = left_open(read(moments()[-1]), claims)
    assert shown(together(posted, waiting)) == shown(world().expected())
    assert sum(len(effect) for effect in waiting.values()) < 20, "almost nothing of this shop may wait"


@pytest.mark.parametrize("inventory", list(Mode))
def test_summary_customers_day_by_day(inventory: Mode) -> None:
    policy = replace(POLICY, customer=Mode.SUMMARY, inventory=inventory)
    posted: Days = {}
    costs: Days = {}
    claims: dict[str, set[str]] = {}
    for moment in moments():
        parts: dict[SummaryKey, Part] = {}
        for facts in read(moment):
            known = claims.setdefault(facts.order.legacy_id, set())
            found = summary_parts(facts, frozenset(known), policy)
            assert isinstance(found, dict)
            for key, part in found.items():
                parts[key] = merge(parts[key], part) if key in parts else part
                known.update(part.facts)
        for key, part in parts.items():
            written = summary_document(key, part, policy, "D260302-01")
            if written is not None:
                effect = effect_of_document(written)
                costs = together(costs, {key.day: costs_in(effect)})
                posted = together(posted, {key.day: add(effect, negative(costs_in(effect)))})
    sold = [s for facts in read(moments()[-1]) for s in facts.sales if s.id in claims[facts.order.legacy_id]]
    assert shown(costs) == (shown(costs_by_day(sold)) if inventory is Mode.SUMMARY else {})
    waiting = left_open(read(moments()[-1]), claims)
    assert shown(together(posted, waiting)) == shown(world().expected())
