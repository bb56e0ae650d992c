"""Any order, read in any pieces: nothing lost, nothing twice, every document balances, every day the same."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from connector.accounting.buckets import ACCOUNTS_RECEIVABLE
from connector.accounting.detailed import OpenDocument, detailed_documents
from connector.accounting.documents import (
    CreditCardRefund,
    CreditMemo,
    Draft,
    Invoice,
    ReceivePayment,
    SalesOrder,
    SalesOrderClosing,
)
from connector.accounting.effects import (
    Effect,
    add,
    balanced,
    document_total,
    effect_of_document,
    effect_of_record,
    effects_by_day,
)
from connector.accounting.policy import Mode
from connector.accounting.recognition import due
from connector.accounting.records import PostedLine, PostedRecord
from connector.ledger.facts import ZERO, OrderFacts
from connector.outbox.entries import EntryState
from connector.quickbooks.names import reference
from connector.sync.documents import entry_of
from tests.unit.accounting.shop_orders import POLICY, Story, part_of, stories

WITH_SALES_ORDERS = replace(POLICY, sales_orders=True)
NUMBER = partial(reference, "1001")
POLICIES = st.builds(
    lambda inventory, recognise, orders: replace(POLICY, inventory=inventory, recognise=recognise, sales_orders=orders),
    st.sampled_from(Mode),
    st.sampled_from(("at_sale", "at_fulfilment")),
    st.booleans(),
)


def all_at_once(facts: OrderFacts, policy=POLICY) -> tuple[Draft, ...]:
    outcome = detailed_documents(facts, frozenset(), policy, NUMBER, {}, ())
    assert outcome.problem is None
    return outcome.drafts


def in_pieces(facts: OrderFacts, pieces: Sequence[frozenset[str]], policy=POLICY) -> tuple[Draft, ...]:
    """One sync after another, each knowing one piece more; what they leave behind is what the table keeps."""
    known: frozenset[str] = frozenset()
    claimed: frozenset[str] = frozenset()
    counters: dict[str, int] = {}
    open_documents: tuple[OpenDocument, ...] = ()
    drafts: list[Draft] = []
    for piece in pieces:
        known |= piece
        outcome = detailed_documents(part_of(facts, known), claimed, policy, NUMBER, counters, open_documents)
        assert outcome.problem is None
        counters, open_documents = outcome.counters, outcome.open_documents
        carried = [fact for draft in outcome.drafts for fact in draft.facts]
        assert not claimed & set(carried)
        claimed |= set(carried)
        drafts += outcome.drafts
    return tuple(drafts)


def balances(drafts: Iterable[Draft]) -> dict[date, Effect]:
    """Effects by day, without days on which nothing remains."""
    by_day: dict[date, Effect] = {}
    for draft in drafts:
        by_day[draft.document.day] = add(by_day.get(draft.document.day, {}), draft.effect)
    return {day: effect for day, effect in by_day.items() if effect}


def expected(facts: OrderFacts, policy=POLICY) -> dict[date, Effect]:
    sales, money = due(facts, frozenset(), policy)
    return {day: effect for day, effect in effects_by_day(sales, money).items() if effect}


@st.composite
def orders_in_pieces(draw: st.DrawFn) -> tuple[Story, list[frozenset[str]]]:
    story = draw(stories())
    ids = draw(st.permutations([f.id for f in (*story.sales, *story.money)]))
    cuts = sorted(draw(st.sets(st.integers(1, len(ids)), max_size=3)))
    edges = [0, *cuts, len(ids)]
    return story, [frozenset(ids[a:b]) for a, b in itertools.pairwise(edges)]


@given(stories(), POLICIES)
def test_the_documents_of_a_day_do_exactly_what_its_facts_did(story: Story, policy) -> None:
    facts = story.facts()
    assert balances(all_at_once(facts, policy)) == expected(facts, policy)


@given(stories(), POLICIES)
def test_every_fact_that_is_due_is_carried_once(story: Story, policy) -> None:
    facts = story.facts()
    carried = [fact for draft in all_at_once(facts, policy) for fact in draft.facts]
    sales, money = due(facts, frozenset(), policy)
    assert sorted(carried) == sorted(f.id for f in (*sales, *money))


@given(stories(), POLICIES)
def test_every_document_balances_and_none_is_negative(story: Story, policy) -> None:
    for draft in all_at_once(story.facts(), policy):
        assert draft.effect == effect_of_document(draft.document)
        assert balanced(draft.effect)
        assert document_total(draft.document) >= ZERO
        assert getattr(draft.document, "lines", True), "QuickBooks takes no form without lines"
        if isinstance(draft.document, ReceivePayment | CreditCardRefund):
            assert draft.document.amount > ZERO


@given(stories(), POLICIES)
def test_quickbooks_could_read_every_message(story: Story, policy) -> None:
    for draft in all_at_once(story.facts(), policy):
        entry = entry_of("shop", "sync", draft)
        assert (entry.state, entry.reason) == (EntryState.READY, "")


@given(orders_in_pieces())
@settings(max_examples=200)
def test_facts_in_pieces_or_out_of_order_give_the_same_balances_every_day(
    told: tuple[Story, list[frozenset[str]]],
) -> None:
    story, pieces = told
    facts = story.facts()
    drafts = in_pieces(facts, pieces, WITH_SALES_ORDERS)
    carried = [fact for draft in drafts for fact in draft.facts]
    assert len(carried) == len(set(carried))
    # What waits at the end of the pieces is only what would wait if all were read at once.
    sales, money = due(facts, frozenset(), POLICY)
    assert {f.id for f in (*sales, *money)} <= set(carried)
    done = part_of(facts, carried)
    assert balances(drafts) == {d: e for d, e in effects_by_day(done.sales, done.money).items() if e}


@given(orders_in_pieces())
def test_reference_numbers_and_posting_keys_are_unique(told: tuple[Story, list[frozenset[str]]]) -> None:
    story, pieces = told
    drafts = in_pieces(story.facts(), pieces, WITH_SALES_ORDERS)
    assert len({draft.key for draft in drafts}) == len(drafts)
    own = [draft for draft in drafts if not isinstance(draft.document, SalesOrderClosing)]
    assert len({draft.document.ref_number for draft in own}) == len(own)


@given(orders_in_pieces())
def test_a_sales_order_is_invoiced_or_closed_once_and_never_both(told: tuple[Story, list[frozenset[str]]]) -> None:
    story, pieces = told
    drafts = in_pieces(story.facts(), pieces, WITH_SALES_ORDERS)
    placed = [draft.key for draft in drafts if isinstance(draft.document, SalesOrder)]
    ended = [d.document.sales_order for d in drafts if getattr(d.document, "sales_order", "")]
    assert len(ended) == len(set(ended)) and set(ended) <= set(placed)
    assert len(placed) - len(ended) <= 1, "at most the last one is still open"


@given(orders_in_pieces())
def test_payments_and_refunds_settle_no_more_than_there_is(told: tuple[Story, list[frozenset[str]]]) -> None:
    story, pieces = told
    left: dict[str, Decimal] = {}
    owners: dict[str, str] = {}
    for draft in in_pieces(story.facts(), pieces, WITH_SALES_ORDERS):
        document = draft.document
        for part in getattr(document, "credits", ()):
            assert owners[part.document] == document.customer.key
            left[part.document] -= part.amount
            assert left[part.document] >= ZERO
        if isinstance(document, ReceivePayment):
            owners[draft.key] = document.customer.key
            left[draft.key] = document.amount - document.applied - sum((p.amount for p in document.further), ZERO)
        if isinstance(document, Invoice | CreditMemo):
            left[draft.key] = document_total(document) - sum((p.amount for p in getattr(document, "credits", ())), ZERO)
            owners[draft.key] = document.customer.key
        elif isinstance(document, ReceivePayment | CreditCardRefund):
            further = sum((part.amount for part in document.further), ZERO)
            parts = {part.document: part.amount for part in document.further}
            if isinstance(document, ReceivePayment):
                assert document.applied + further <= document.amount
                first, amount = document.invoice, document.applied
            else:
                first, amount = document.credit_memo, document.amount - further
                assert amount > ZERO
            if first:
                assert first not in parts
                parts[first] = amount
            assert set(draft.after) == set(parts)
            for key, part in parts.items():
                assert owners[key] == document.customer.key, "QuickBooks settles only the same customer's"
                left[key] -= part
                assert left[key] >= ZERO


@given(stories())
def test_quickbooks_own_amounts_give_the_same_effect_as_the_document(story: Story) -> None:
    for draft in all_at_once(story.facts()):
        record = as_quickbooks_shows_it(draft)
        assert effect_of_record(draft.document, record) == draft.effect


def as_quickbooks_shows_it(draft: Draft) -> PostedRecord:
    document = draft.document
    lines = tuple(PostedLine(line.item.key, line.item.name, line.amount) for line in getattr(document, "lines", ()))
    account = getattr(document, "deposit_to", "") or getattr(document, "refund_from", "")
    return PostedRecord(
        draft.kind, "1-1", "1", document.ref_number, "", document.day, document_total(document), lines, account
    )


@given(stories())
def test_receivables_end_at_what_the_customer_still_owes(story: Story) -> None:
    facts = story.facts()
    drafts = all_at_once(facts)
    if not drafts:
        return
    posted = part_of(facts, [fact for draft in drafts for fact in draft.facts])
    owes = sum((s.total for s in posted.sales), ZERO) - sum((m.amount for m in posted.money), ZERO)
    assert sum((d.effect.get(ACCOUNTS_RECEIVABLE, ZERO) for d in drafts), ZERO) == owes
