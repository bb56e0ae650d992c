"""Payouts from Shopify to their documents: once, whole, or held with their amount."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from connector.accounting.bank_documents import Deposit
from connector.accounting.documents import JournalEntry
from connector.accounting.policy import ACCOUNT_KEYS
from connector.ledger.payouts import Payout, PayoutState
from connector.outbox import release
from connector.outbox.entries import Entry, EntryState
from connector.storage import facts
from connector.storage.facts import NEVER_POSTED, Topic
from connector.sync import undo
from connector.sync.undo_repost import free
from tests.fakes.memory_table import MemoryTable
from tests.fakes.payments_shop import NIGHT, PaymentsShop, night, node, preparing
from tests.fakes.payouts import DAY, payout
from tests.fakes.preparation import SHOP, Killed, Preparation

PAID = payout(("CHARGE", "100.00", "3.00"), ("REFUND", "-10.00", "0.00"))
ON_ITS_WAY = replace(PAID, state=PayoutState.IN_TRANSIT)
DEPOSIT, RETURN = f"Deposit|payout|{PAID.id}|1", f"JournalEntry|payout|{PAID.id}|2"


def with_dispute(number: int = 91) -> Payout:
    return payout(("CHARGE", "90.00", "3.00"), ("DISPUTE_WITHDRAWAL", "-40.00", "15.00"), number=number)


def synced(*payouts: Payout, **more: Any) -> tuple[PaymentsShop, Preparation]:
    shop = PaymentsShop([node(one) for one in payouts])
    preparation = preparing(shop, **more)
    preparation.sync(NIGHT)
    return shop, preparation


def record(preparation: Preparation, of: Payout = PAID) -> facts.FactRecord:
    return facts.get_many(preparation.table, SHOP, Topic.PAYOUT, [of.id])[of.id]


def documents(preparation: Preparation) -> list[Any]:
    return [entry.document for entry in preparation.entries() if entry.document is not None]


def exceptions(preparation: Preparation) -> list[Entry]:
    return [entry for entry in preparation.entries() if entry.document is None]


def bank(preparation: Preparation) -> dict[Any, Decimal]:
    return {day: lines["bank"] for day, lines in preparation.shopify().items() if "bank" in lines}


def test_a_payout_on_its_way_is_a_deposit_on_its_own_day() -> None:
    _, preparation = synced(ON_ITS_WAY)
    (made,) = documents(preparation)
    assert isinstance(made, Deposit) and (made.day, made.deposit_to) == (DAY, "bank")
    assert preparation.shopify() == preparation.documented()
    assert bank(preparation) == {DAY: Decimal("87.00")}
    (entry,) = preparation.entries(EntryState.READY)
    assert entry.key == DEPOSIT
    assert (entry.title, entry.amount, entry.ref_number) == ("Payout 90", Decimal("87.00"), "")


def test_one_that_is_planned_waits_until_it_is_on_its_way() -> None:
    shop, preparation = synced(replace(PAID, state=PayoutState.SCHEDULED))
    assert documents(preparation) == [] and preparation.shopify() == {}
    assert shop.read("90") == 0
    shop.payouts = [node(ON_ITS_WAY)]
    preparation.sync(night(1))
    assert len(documents(preparation)) == 1


def test_one_issued_after_the_window_is_the_next_syncs() -> None:
    late = payout(("CHARGE", "5.00", "0.00"), issued_at=NIGHT, day=NIGHT.date(), number=95)
    shop, preparation = synced(PAID, late)
    assert [entry.title for entry in preparation.entries()] == ["Payout 90"]
    assert shop.read("95") == 0
    preparation.sync(night(1))
    assert sorted(entry.title for entry in preparation.entries()) == ["Payout 90", "Payout 95"]


def test_once_read_only_its_state_is_read_again() -> None:
    shop, preparation = synced(ON_ITS_WAY)
    before, read = preparation.everything(), shop.read("90")
    shop.payouts = [node(PAID)]
    preparation.sync(night(1))
    assert shop.read("90") == read
    assert record(preparation).fact.state is PayoutState.PAID
    assert record(preparation).fact.lines == ON_ITS_WAY.lines
    assert len(documents(preparation)) == 1
    assert {k: v for k, v in preparation.everything().items() if k.startswith("DAY#")} == {
        k: v for k, v in before.items() if k.startswith("DAY#")
    }


def test_a_negative_payout_is_a_journal_entry_with_a_ref_no() -> None:
    _, preparation = synced(payout(("REFUND", "-30.00", "0.00")))
    (entry,) = preparation.entries(EntryState.READY)
    assert isinstance(entry.document, JournalEntry)
    assert entry.ref_number and entry.ref_number.startswith("B") and len(entry.ref_number) <= 11
    assert entry.amount == Decimal("-30.00")
    assert preparation.shopify() == preparation.documented()


def test_a_payout_of_nothing_needs_no_document_and_is_not_open_for_ever() -> None:
    _, preparation = synced(payout())
    assert preparation.entries() == [] and preparation.shopify() == {}
    assert list(facts.open_facts(preparation.table, SHOP, Topic.PAYOUT)) == []


def test_one_with_a_dispute_waits_for_its_account_and_the_rest_flows() -> None:
    _, preparation = synced(PAID, with_dispute(), without=("chargebacks",))
    (held,) = exceptions(preparation)
    assert (held.title, held.kind, held.amount) == ("Payout 91", "Payout", Decimal("32.00"))
    assert held.reason == "Payout 91: no QuickBooks account is chosen for chargebacks (40.00)"
    assert [entry.title for entry in preparation.entries(EntryState.READY)] == ["Payout 90"]
    assert preparation.differences()["chargebacks"] == f"{held.effect['chargebacks']:.2f}" == "40.00"
    preparation.settings(accounts={key: key for key in ACCOUNT_KEYS})
    preparation.sync(night(1))
    assert exceptions(preparation) == []
    assert preparation.shopify() == preparation.documented()


def test_figures_that_disagree_are_held_until_shopify_corrects_them() -> None:
    wrong = payout(("CHARGE", "100.00", "3.00"), net="107.00")
    shop, preparation = synced(wrong)
    (held,) = exceptions(preparation)
    assert (held.kind, held.amount) == ("Check", Decimal("107.00"))
    assert "come to 97.00, the payout is 107.00" in held.reason
    assert documents(preparation) == []
    assert preparation.shopify()[DAY]["not_mapped"] == Decimal("10.00")
    right = payout(("CHARGE", "100.00", "3.00"), ("CHARGE", "10.00", "0.00"))
    shop.payouts = [node(right)]
    preparation.sync(night(1))
    assert exceptions(preparation) == [] and len(documents(preparation)) == 1
    assert preparation.shopify() == preparation.documented()


def test_what_a_person_has_set_aside_is_not_posted_by_itself() -> None:
    shop, preparation = synced(payout(("CHARGE", "100.00", "3.00"), net="107.00"))
    (held,) = exceptions(preparation)
    release.ignore(preparation.table, SHOP, held.id, "entered by hand")
    shop.payouts = [node(payout(("CHARGE", "110.00", "3.00")))]
    preparation.sync(night(1))
    assert documents(preparation) == []


def test_a_payout_in_another_currency_or_of_an_unknown_status_is_named() -> None:
    euros = node(PAID, net={"amount": "87.00", "currencyCode": "EUR"})
    strange = node(payout(("CHARGE", "5.00", "0.00"), number=92), status="MELTED")
    shop = PaymentsShop([euros, strange])
    preparation = preparing(shop)
    preparation.sync(NIGHT)
    reasons = sorted(entry.reason for entry in exceptions(preparation))
    assert "EUR" in reasons[0] or "EUR" in reasons[1]
    assert any("its status MELTED is not known" in reason for reason in reasons)
    assert documents(preparation) == []
    for held in exceptions(preparation):
        release.ignore(preparation.table, SHOP, held.id, "entered by hand")
    preparation.sync(night(1))
    assert {entry.state for entry in exceptions(preparation)} == {EntryState.IGNORED}
    shop.payouts = [node(PAID), node(payout(("CHARGE", "5.00", "0.00"), number=92))]
    preparation.sync(night(1))
    assert exceptions(preparation) == [] and len(documents(preparation)) == 2


def test_a_large_shops_payout_of_many_transactions_is_still_a_small_deposit() -> None:
    """Its facts take several items; the entry must fit into one of 400 kB whatever the payout holds."""
    many = payout(*[("CHARGE", f"{n % 97}.{n % 100:02}", "0.31") for n in range(12_000)])
    random = Random(1)
    lines = tuple(
        replace(line, id=f"{random.getrandbits(120)}", transaction=f"{n}") for n, line in enumerate(many.lines)
    )
    many = replace(many, lines=lines)
    preparation = preparing(PaymentsShop())
    facts.store(preparation.table, SHOP, Topic.PAYOUT, [many], lambda day: True)
    chunks = list(preparation.table.query("SHOP#" + SHOP, "FACTCHUNK#"))
    assert chunks
    preparation.sync(NIGHT)
    (entry,) = preparation.entries(EntryState.READY)
    assert entry.amount == many.net and len(entry.to_item()["body"]) < 2_000


# The bank declines it.


def test_one_that_the_bank_declines_after_it_was_posted_is_reversed_on_its_own_day() -> None:
    shop, preparation = synced(ON_ITS_WAY)
    preparation.post_all()
    shop.payouts = [node(replace(PAID, state=PayoutState.FAILED))]
    preparation.sync(night(3))
    deposit, back = documents(preparation)
    assert isinstance(deposit, Deposit) and isinstance(back, JournalEntry)
    assert back.day == night(3).date()
    (entry,) = preparation.entries(EntryState.READY)
    assert entry.after == (DEPOSIT,)
    assert bank(preparation) == {DAY: Decimal("87.00"), back.day: Decimal("-87.00")}
    assert preparation.shopify() == preparation.documented()
    before = preparation.everything()
    preparation.sync(night(4))
    assert [e.key for e in preparation.entries()] == [DEPOSIT, RETURN]
    assert {k: v for k, v in preparation.everything().items() if k.startswith(("DAY", "ENTRY"))} == {
        k: v for k, v in before.items() if k.startswith(("DAY", "ENTRY"))
    }


def test_one_that_fails_before_it_was_posted_cancels_itself() -> None:
    shop, preparation = synced(replace(with_dispute(), state=PayoutState.IN_TRANSIT), without=("chargebacks",))
    assert len(exceptions(preparation)) == 1
    shop.payouts = [node(replace(with_dispute(), state=PayoutState.CANCELED))]
    preparation.sync(night(1))
    assert preparation.entries() == [] and preparation.shopify() == {}
    assert set(record(preparation, with_dispute()).claims.values()) == {NEVER_POSTED}
    assert list(facts.open_facts(preparation.table, SHOP, Topic.PAYOUT)) == []


def test_one_that_is_only_known_as_failed_moved_nothing() -> None:
    _, preparation = synced(replace(PAID, state=PayoutState.FAILED))
    assert preparation.entries() == [] and preparation.shopify() == {}


def test_one_from_before_the_books_that_is_only_known_as_failed_takes_nothing_from_the_bank() -> None:
    shop, preparation = synced(replace(PAID, state=PayoutState.FAILED), start=DAY + timedelta(days=1))
    assert preparation.entries() == [] and preparation.shopify() == {}
    preparation.sync(night(1))
    assert preparation.entries() == [] and preparation.shopify() == {}
    # What was seen on its way is on the bank's opening balance: when it fails, it leaves that.
    shop, preparation = synced(ON_ITS_WAY, start=DAY + timedelta(days=1))
    shop.payouts = [node(replace(PAID, state=PayoutState.FAILED))]
    preparation.sync(night(1))
    assert [entry.key for entry in preparation.entries()] == [RETURN]


def test_undone_with_its_return_both_are_free_and_cancel_each_other() -> None:
    shop, preparation = synced(ON_ITS_WAY)
    preparation.post_all()
    shop.payouts = [node(replace(PAID, state=PayoutState.FAILED))]
    preparation.sync(night(1))
    for entry in preparation.entries():
        preparation.table.put(replace(entry, state=EntryState.REPOST).to_item())
    free(preparation.table, SHOP, None)
    assert len(record(preparation).unclaimed) == 2
    preparation.sync(night(2))
    assert preparation.entries() == [] and preparation.shopify() == {}


# Windows.


def test_payouts_from_before_the_books_are_another_bookkeepings_until_a_backfill_asks_for_them() -> None:
    _, preparation = synced(PAID, start=DAY + timedelta(days=1))
    assert preparation.entries() == [] and preparation.shopify() == {}
    preparation.sync(night(1), **{"from": DAY.isoformat(), "to": DAY.isoformat(), "sync_id": "backfill"})
    assert len(documents(preparation)) == 1
    assert preparation.shopify() == preparation.documented()
    preparation.sync(night(2))
    assert len(documents(preparation)) == 1


def test_a_backfill_reads_no_payouts_behind_its_days() -> None:
    later = [
        payout(
            ("CHARGE", "1.00", "0.00"),
            number=100 + n,
            day=DAY + timedelta(days=n),
            issued_at=PAID.issued_at + timedelta(days=n),
        )
        for n in range(1, 9)
    ]
    shop = PaymentsShop([node(one) for one in (PAID, *later)])
    preparation = preparing(shop)
    preparation.sync(night(9), **{"from": DAY.isoformat(), "to": DAY.isoformat(), "sync_id": "backfill"})
    assert [entry.title for entry in preparation.entries()] == ["Payout 90"]
    assert sum(document == "payouts_page" for document, _ in shop.asked) == 1
    assert shop.read("101") == 0


def test_a_window_run_twice_changes_nothing() -> None:
    _, preparation = synced(PAID, with_dispute(), payout(("REFUND", "-5.00", "0.00"), number=93))
    before = preparation.everything(but=frozenset({"changed_at", "ttl"}))
    preparation.sync(NIGHT)
    assert preparation.everything(but=frozenset({"changed_at", "ttl"})) == before


@pytest.mark.parametrize("time_left", [0.0, 59.0])
def test_stopped_after_every_page_and_record_it_comes_out_the_same(time_left: float) -> None:
    all_ = [payout(("CHARGE", f"{n}.00", "0.10"), number=200 + n) for n in range(1, 8)]
    _, whole = synced(*all_)
    shop = PaymentsShop([node(one) for one in all_])
    piecemeal = preparing(shop)
    piecemeal.remaining = lambda: time_left
    piecemeal.sync(NIGHT)
    assert piecemeal.everything() == whole.everything()
    assert len(documents(piecemeal)) == 7


def test_killed_between_any_two_writes_it_comes_out_the_same() -> None:
    all_ = [PAID, with_dispute(), payout(("REFUND", "-5.00", "0.00"), number=93)]
    _, whole = synced(*all_)
    expected = whole.everything()
    for at in range(1, 200):
        writes = iter(range(1, 10_000))

        def die(_: int, at: int = at, writes: Any = writes) -> None:
            if next(writes) == at:
                raise Killed

        shop = PaymentsShop([node(one) for one in all_])
        preparation = preparing(shop, table=MemoryTable())
        preparation.table.before_write = die
        preparation.sync(NIGHT)
        if not preparation.kills:
            break
        assert preparation.everything() == expected, at
    else:
        raise AssertionError("it never came through without being killed")


def test_two_preparations_at_once_post_a_payout_once() -> None:
    shop = PaymentsShop([node(PAID)])
    preparation = preparing(shop)
    done: list[bool] = []

    def meanwhile(document: str) -> None:
        if document == "balance_transactions_page" and not done:
            done.append(True)
            preparation.sync(NIGHT, sync_id="other")

    shop.before = meanwhile
    preparation.sync(NIGHT)
    assert done and len(documents(preparation)) == 1
    assert preparation.shopify() == preparation.documented()


# Undo.


def test_an_undone_payout_is_posted_again_under_its_own_names() -> None:
    _, preparation = synced(payout(("REFUND", "-5.00", "0.00")))
    preparation.post_all()
    (before,) = preparation.entries()
    preparation.table.put(replace(before, state=EntryState.REPOST).to_item())
    preparation.sync(night(1))
    (again,) = preparation.entries()
    assert (again.id, again.ref_number, again.document) == (before.id, before.ref_number, before.document)
    assert again.state is EntryState.READY
    assert preparation.shopify() == preparation.documented()


def test_a_return_keeps_its_payout_from_being_undone_alone() -> None:
    shop, preparation = synced(ON_ITS_WAY)
    preparation.post_all()
    first = preparation.entries()[0].sync_id
    shop.payouts = [node(replace(PAID, state=PayoutState.FAILED))]
    preparation.sync(night(1))
    preparation.post_all()
    (judged,) = undo.judge(preparation.table, SHOP, undo.entries_of(preparation.table, SHOP, first), None)
    assert judged.action == undo.KEEP and "comes after it and stays" in judged.why


def test_after_a_reset_with_a_later_beginning_earlier_payouts_leave_the_books() -> None:
    _, preparation = synced(PAID)
    preparation.post_all()
    (entry,) = preparation.entries()
    preparation.table.put(replace(entry, state=EntryState.REPOST).to_item())
    preparation.settings(start_date=DAY + timedelta(days=1))
    preparation.sync(night(1))
    assert preparation.entries() == [] and preparation.shopify() == {}
    assert list(facts.open_facts(preparation.table, SHOP, Topic.PAYOUT)) == []


# Disputes.


def test_disputes_are_kept_to_explain_and_nothing_is_posted_of_them() -> None:
    dispute = {
        "id": "gid://shopify/ShopifyPaymentsDispute/4",
        "status": "LOST",
        "type": "CHARGEBACK",
        "initiatedAt": "2026-03-03T12:00:00Z",
        "finalizedOn": None,
        "amount": {"amount": "40.00", "currencyCode": "USD"},
        "order": {"id": with_dispute().lines[1].order, "name": "#9101"},
        "reasonDetails": {"reason": "FRAUDULENT"},
    }
    shop = PaymentsShop([node(with_dispute())], [dispute])
    preparation = preparing(shop)
    preparation.sync(NIGHT)
    assert len(preparation.entries()) == 1
    (proof,) = preparation.report()["payouts"]
    assert proof["disputes"] == [
        {"order": "#9101", "type": "DISPUTE_WITHDRAWAL", "amount": "-40.00", "reason": "FRAUDULENT", "status": "LOST"}
    ]
