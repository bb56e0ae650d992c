"""Generated shops in all combinations of modes: every fact once, every cent where it belongs, in whatever order.

The preparation's own steps run over a table in memory; what must come of them is what the shops' maker meant.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.accounting.documents import CreditMemo, Invoice, ItemType, SalesReceipt
from connector.accounting.effects import balanced, document_total, effect_of_document, is_money_side
from connector.accounting.policy import ACCOUNT_KEYS
from connector.accounting.summary import POSTING_KEY_PREFIX
from connector.outbox import company
from connector.outbox.entries import Entry, EntryState
from connector.outbox.lists import ListElement
from connector.quickbooks.elements import Reference, RenderContext
from connector.quickbooks.forms import render_document
from connector.quickbooks.list_requests import render_list_add
from connector.quickbooks.messages import message_set
from connector.quickbooks.names import NAME_SPACES
from connector.quickbooks.profile import CompanyProfile, Edition
from connector.quickbooks.rules import faults
from connector.storage import keys
from connector.storage.orders import BEFORE_THE_BOOKS
from tests.contract.qbxml_contract import Contract
from tests.fakes.generated_shops import CASES, COMBINATIONS, DAYS, LATER, Combination, Recipe, Shop, nights, shop_of
from tests.fakes.preparation import SHOP, Preparation
from tests.fakes.tales import FIRST_DAY, ZERO, Meant, ToldOrders

EXAMPLES = settings.default.max_examples if settings.default else 100
RECIPES = st.lists(st.tuples(st.sampled_from(sorted(CASES)), st.integers(0, 2**20)), min_size=3, max_size=12)
SWITCHES = list(itertools.permutations(COMBINATIONS, 2))
by_combination = pytest.mark.parametrize("combination", COMBINATIONS, ids="-".join)

Lines = dict[date, dict[str, Decimal]]
Eras = Iterable[tuple[frozenset[str], bool]]
"""Facts that were booked while stock was kept by amount (or by QuickBooks)."""


def some(examples: int) -> settings:
    """The same examples in each run; a share of as many as the profile tries."""
    return settings(max_examples=max(1, EXAMPLES * examples // 100), derandomize=True, deadline=None)


class Books:
    """A shop's books, and what has to be true of them at any time."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.preparation = Preparation(ToldOrders(shop.tales, LATER), start=FIRST_DAY, without=shop.without)
        self.choose(shop.combination)
        self.until = LATER
        edition = Edition.PREMIER if shop.sales_orders else Edition.PRO
        company.store_profile(self.preparation.table, SHOP, CompanyProfile(edition=edition), LATER)

    def choose(self, combination: Combination) -> None:
        self.by_amount = combination[1] == "summary"
        modes = dict(zip(("customer", "inventory", "vendor"), combination, strict=True))
        self.preparation.settings(modes=modes, recognise=self.shop.recognise, summary_as=self.shop.summary_as)

    def sync(self, until: datetime, **event: Any) -> None:
        """As the shop is some minutes after the end of the window."""
        self.preparation.source = ToldOrders(self.shop.tales, until + timedelta(minutes=7))
        self.preparation.sync(until, **event)

    @property
    def claims(self) -> frozenset[str]:
        records = self.preparation.records().values()
        return frozenset(f for r in records for f, claim in r.claims.items() if claim != BEFORE_THE_BOOKS)

    def check(self, until: datetime = LATER, eras: Eras | None = None) -> None:
        claimed = self.claims
        costs = [m for facts, amount in eras or [(claimed, self.by_amount)] if amount for m in self.shop.costs(facts)]
        assert self.preparation.shopify() == by_day([*self.shop.meant(until=until), *costs])
        assert self.preparation.documented() == by_day([*self.shop.meant(claimed), *costs])
        stocked = [facts for facts, amount in eras or [(claimed, self.by_amount)] if not amount]
        assert units_moved(self.preparation.entries()) == self.shop.moved(frozenset().union(*stocked))
        self._check_entries(claimed)
        self._check_names()
        self._check_what_is_open(claimed, until)

    def _check_entries(self, claimed: frozenset[str]) -> None:
        entries = [entry for entry in self.preparation.entries() if entry.document is not None]
        for entry in entries:
            assert (entry.state, entry.reason) == (EntryState.READY, "")
            assert entry.document is not None and entry.effect == effect_of_document(entry.document)
            assert balanced(entry.effect) and document_total(entry.document) >= ZERO
        carried = [fact for entry in entries for fact in entry.facts]
        assert len(carried) == len(set(carried)) and set(carried) <= claimed
        assert len({entry.key for entry in entries}) == len(entries)
        numbers = [entry.ref_number for entry in entries if entry.kind != "SalesOrderClosing"]
        assert len({number.upper() for number in numbers}) == len(numbers)
        assert all(0 < len(number) <= 11 for number in numbers)

    def _check_names(self) -> None:
        elements = list_elements(self.preparation)
        names = [(NAME_SPACES[e.ref.kind], e.name.lower()) for e in elements]
        assert len(set(names)) == len(names)
        assert {need for e in self.preparation.entries() for need in e.needs} <= {e.sk for e in elements}

    def _check_what_is_open(self, claimed: frozenset[str], until: datetime) -> None:
        """What is in no document is named: on the line of what waits, or as an exception with its amount."""
        records = self.preparation.records().values()
        held = {f.id for r in records if r.problem for f in r.unclaimed}
        rest = {m.fact for m in self.shop.meant(until=until)} - claimed - held
        report = self.preparation.report()
        assert bool(held) == bool(report["open"])
        named = {entry["title"] for entry in report["open"]}
        assert {r.facts.order.name for r in records if r.problem} <= named
        waiting = sum((m.amount for m in self.shop.meant(frozenset(rest), until) if sold(m)), ZERO)
        assert sum((Decimal(order["amount"]) for order in report["waiting"]), ZERO) == waiting
        assert all(order["why"] for order in report["waiting"])
        self.preparation.post_all()
        open_ = total(self.shop.meant(frozenset(held), until)) | ({"not_yet_posted": waiting} if waiting else {})
        assert {line: Decimal(a) for line, a in self.preparation.differences().items()} == open_


def sold(meant: Meant) -> bool:
    return not is_money_side(meant.line)


def by_day(meant: Iterable[Meant]) -> Lines:
    days: Lines = {}
    for one in meant:
        lines = days.setdefault(one.day, {})
        lines[one.line] = lines.get(one.line, ZERO) + one.amount
    found = {day: {line: amount for line, amount in lines.items() if amount} for day, lines in days.items()}
    return {day: lines for day, lines in found.items() if lines}


def total(meant: Iterable[Meant]) -> dict[str, Decimal]:
    lines: dict[str, Decimal] = {}
    for one in meant:
        lines[one.line] = lines.get(one.line, ZERO) + one.amount
    return {line: amount for line, amount in lines.items() if amount}


def units_moved(entries: Iterable[Entry]) -> Mapping[str, int]:
    """What QuickBooks' stock gave out, by variant."""
    units: dict[str, int] = {}
    for document in (entry.document for entry in entries):
        if isinstance(document, SalesReceipt | Invoice | CreditMemo):
            sign = -1 if isinstance(document, CreditMemo) else 1
            for line in document.lines:
                if line.item.item and line.item.item.type is ItemType.INVENTORY:
                    variant = line.item.key.removeprefix("variant:")
                    units[variant] = units.get(variant, 0) + sign * int(line.quantity or 1)
    return {variant: count for variant, count in units.items() if count}


def list_elements(preparation: Preparation) -> list[ListElement]:
    return [ListElement.from_item(item) for item in preparation.table.query(keys.shop(SHOP), "LIST#")]


@by_combination
@given(recipe=RECIPES)
@some(75)
def test_the_entries_of_a_shop_do_what_its_facts_did(combination: Combination, recipe: Recipe) -> None:
    books = Books(shop_of(recipe, combination))
    books.sync(LATER)
    books.check()


@by_combination
@given(recipe=RECIPES, seed=st.integers(0, 2**20))
@some(25)
def test_windows_in_pieces_twice_and_out_of_order_give_the_same_books(
    combination: Combination, recipe: Recipe, seed: int
) -> None:
    shop, rng = shop_of(recipe, combination), random.Random(seed)
    at_once = Books(shop)
    at_once.sync(LATER)
    books = Books(shop)
    for until in nights():
        for _ in range(rng.choice((0, 1, 1, 2))):
            books.sync(until)
    if rng.randint(0, 1):
        books.sync(rng.choice(nights()))
    last = [(FIRST_DAY + timedelta(days=n)).isoformat() for n in rng.sample(range(DAYS), 3)]
    for number, day in enumerate(last):
        books.sync(LATER, **{"sync_id": f"backfill-{number}", "from": day, "to": day})
    books.sync(LATER)
    written = books.preparation.everything()
    books.sync(LATER)
    assert books.preparation.everything() == written
    assert books.claims >= at_once.claims
    if books.claims == at_once.claims:
        assert books.preparation.documented() == at_once.preparation.documented()
    books.check()


@pytest.mark.parametrize("switch", SWITCHES, ids=lambda switch: "-to-".join("".join(m[0] for m in c) for c in switch))
@given(recipe=RECIPES, night=st.integers(0, DAYS - 2))
@some(3)
def test_a_switch_of_modes_counts_no_fact_twice_and_loses_none(
    switch: tuple[Combination, Combination], recipe: Recipe, night: int
) -> None:
    before, after = switch
    books = Books(shop_of([*recipe, ("paid", night)], before))
    for until in nights()[: night + 1]:
        books.sync(until)
    first, amount = books.claims, books.by_amount
    books.choose(after)
    for until in nights()[night + 1 :]:
        books.sync(until)
    books.sync(LATER)
    for record in books.preparation.records().values():
        kinds = {claim.startswith(POSTING_KEY_PREFIX) for claim in record.claims.values() if claim != BEFORE_THE_BOOKS}
        assert len(kinds) <= 1, "an order is finished in the mode it was begun in"
    books.check(eras=[(first, amount), (books.claims - first, books.by_amount)])


@by_combination
@given(recipe=RECIPES)
@some(6)
def test_every_message_of_a_shop_is_valid_by_intuits_schema(
    contracts: Path, combination: Combination, recipe: Recipe
) -> None:
    books = Books(shop_of(recipe, combination))
    for until in (*nights()[::2], LATER):
        books.sync(until)
    elements = list_elements(books.preparation)
    names = {e.sk: e.name for e in elements}
    context = RenderContext(
        reference=lambda ref: Reference(full_name=names[keys.list_element(ref.kind, ref.key)]),
        txn_id=lambda key: "1A2B-1709800000",
        edit_sequence=lambda key: "1709800000",
    )
    requests = [(e.guid, render_list_add(e.ref, e.name, e.guid, context)) for e in elements]
    made = [entry for entry in books.preparation.entries() if entry.document is not None]
    requests += [(e.id, render_document(e.document, e.id, context)) for e in made if e.document is not None]
    assert [fault for _, request in requests for fault in faults(request)] == []
    assert Contract(contracts / "qbxml").problems(message_set(requests)) == []


@by_combination
@given(recipe=RECIPES)
@some(4)
def test_what_waited_for_an_account_flows_when_one_is_chosen(combination: Combination, recipe: Recipe) -> None:
    missing = ("duties", "store_credit", "additional_fees")
    books = Books(replace(shop_of(recipe, combination), without=missing))
    for until in nights():
        books.sync(until)
    books.preparation.settings(accounts={key: key for key in ACCOUNT_KEYS})
    books.sync(LATER)
    unknown = {tale.id for tale, (case, _) in zip(books.shop.tales, recipe, strict=True) if case == "unknown_kind"}
    assert {r.legacy_id for r in books.preparation.records().values() if r.problem} <= unknown
    books.check()
