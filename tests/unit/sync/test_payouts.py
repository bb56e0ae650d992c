"""Payouts once they are posted: proven one by one, explained on the clearing account, and in the way of an undo."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache

import pytest

from connector.outbox.entries import Entry, EntryState
from connector.storage import facts
from connector.storage.facts import Topic
from connector.sync import undo
from connector.sync.clearing import explained
from connector.sync.month_end import clearing_accounts, month_end, month_of
from connector.sync.payouts import paid_out
from connector.sync.policy import policy_now
from infra.local.shop import World, build_world
from tests.fakes.main_job import MainJob
from tests.fakes.preparation import SHOP

LATER = date(2029, 1, 1)


@cache
def world() -> World:
    """Long enough for disputes, a reserve that is held and released, and a payout that the bank pays back; one day
    after the other, since stock is only compared with what was seen days before."""
    return build_world(days=8, orders_per_day=12, start=date(2026, 3, 2))


@cache
def lived(mode: str) -> MainJob:
    """For looking at only."""
    job = MainJob(world(), mode)
    job.live_through()
    return job


def a_job(mode: str = "detailed") -> MainJob:
    job = MainJob(build_world(days=3, orders_per_day=8, start=date(2026, 5, 4)), mode)
    job.live_through()
    return job


@pytest.mark.parametrize("mode", ["detailed", "summary"])
def test_days_with_all_kinds_of_payouts_tie_out_and_the_bank_has_their_sum(mode: str) -> None:
    job = lived(mode)
    assert job.faults() == []
    paid = [p.net for p in job.shop.shop.ledgers.payments.payouts if p.issued_at < job.night_after(-1)]
    assert min(paid) < 0 < max(paid)
    balance = {row.account: row.debit - row.credit for row in job.company.trial_balance()}
    assert balance["Checking"] == sum(paid)
    kinds = {entry.kind for entry in job.preparation.entries() if "|payout|" in entry.key}
    assert kinds == {"Deposit", "JournalEntry"}
    lines = {line["line"] for line in job.preparation.report()["total"]["lines"]}
    assert {"bank", "payout_clearing", "payment_fees", "chargebacks", "payout_adjustments"} <= lines


def test_each_payout_is_proven_by_itself() -> None:
    proofs = lived("detailed").preparation.report()["payouts"]
    assert len(proofs) == 7
    for proof in proofs:
        assert proof["shopify"] == proof["posted"] == proof["quickbooks"] and proof["difference"] == "0.00"
        assert sum(Decimal(line["amount"]) for line in proof["lines"]) == Decimal(proof["shopify"])
        (document,) = proof["documents"]
        assert document["txn_id"] and document["state"] == proof["state"] == "READ_BACK"
    assert [proof["day"] for proof in proofs] == sorted(proof["day"] for proof in proofs)
    assert any(proof["disputes"] and proof["disputes"][0]["reason"] for proof in proofs)


def test_only_the_payouts_of_the_days_asked_for_are_shown() -> None:
    job = lived("detailed")
    first, *_, last = job.preparation.report()["payouts"]
    day = date.fromisoformat(last["day"])
    assert [p["id"] for p in job.preparation.report(day, day)["payouts"]] == [last["id"]]
    assert first["id"] != last["id"]


def test_what_is_not_posted_yet_or_changed_in_quickbooks_shows_on_its_payout() -> None:
    job = a_job()
    entry = next(e for e in job.preparation.entries() if e.kind == "Deposit")
    found = {**entry.found, "bank": entry.found["bank"] - 1, "unexplained": Decimal(-1)}
    job.table.put(replace(entry, found=found).to_item())
    proof = next(p for p in job.preparation.report()["payouts"] if p["documents"][0]["id"] == entry.id)
    assert proof["difference"] == "1.00"
    job.table.put(replace(entry, state=EntryState.HELD, found={}, reason="closed").to_item())
    proof = next(p for p in job.preparation.report()["payouts"] if p["documents"][0]["id"] == entry.id)
    assert (proof["state"], proof["posted"], proof["quickbooks"]) == ("HELD", "0.00", "0.00")
    assert proof["documents"][0]["reason"] == "closed"


# The clearing account.


def clearing(job: MainJob, until: date = LATER) -> dict[str, Decimal]:
    policy = policy_now(job.table, SHOP)
    (account,) = (
        one
        for one in explained(job.table, SHOP, policy.accounts, clearing_accounts(policy), until)
        if one["account"] == "Shopify Clearing"
    )
    amounts = {row["title"]: Decimal(row["amount"]) for row in account["open"]}
    assert sum(amounts.values()) == Decimal(account["balance"])
    return amounts


def on_the_way(job: MainJob) -> dict[str, Decimal]:
    """By order: card money that no payout has brought to the bank yet."""
    end = job.night_after(-1)
    found: dict[str, Decimal] = {}
    for payout in job.shop.shop.ledgers.payments.payouts:
        for part in payout.parts:
            if part.transaction is not None and part.order is not None and part.at < end <= payout.issued_at:
                found[part.order.name] = found.get(part.order.name, Decimal()) + part.amount
    return found


def test_what_is_open_on_the_clearing_account_is_named_by_its_orders() -> None:
    job = lived("detailed")
    open_ = clearing(job)
    waiting = on_the_way(job)
    assert waiting
    others = {
        order.name
        for order in job.world
        if any(t.gateway not in ("shopify_payments", "gift_card", "shopify_store_credit") for t in order.transactions)
    }
    for name, amount in waiting.items():
        if name not in others and amount:
            assert open_[name] == amount, name
    paid = {
        part.order.name
        for payout in job.shop.shop.ledgers.payments.payouts
        for part in payout.parts
        if part.order is not None and payout.issued_at < job.night_after(-1)
    }
    left = {name for name in open_ if name in paid - set(waiting) - others}
    assert not {name for name in left if not _taxed_by_the_channel(job, name)}


def _taxed_by_the_channel(job: MainJob, name: str) -> bool:
    """Such tax stays on the clearing account: the marketplace keeps it."""
    order = next(order for order in job.world if order.name == name)
    taxes = [tax for agreement in order.agreements for sale in agreement.sales for tax in sale.taxes]
    return any(tax.line.channel_liable for tax in taxes)


def test_in_summary_a_payout_clears_the_days_that_its_orders_are_in() -> None:
    """No order is named: none has an amount of its own in the books; only what came before or after a document."""
    open_ = clearing(lived("summary"))
    assert open_
    assert not [title for title in open_ if title.startswith("#")]
    whole = clearing(lived("detailed"))
    assert sum(open_.values()) == sum(whole.values())


def test_a_reserve_is_open_under_its_own_name_while_shopify_holds_it() -> None:
    job = lived("detailed")
    held = next(p for p in job.preparation.report()["payouts"] if any(x["line"] == "reserve" for x in p["lines"]))
    day = date.fromisoformat(held["day"])
    assert clearing(job, day)["Reserve held by Shopify"] == Decimal("100.00")
    assert "Reserve held by Shopify" not in clearing(job)


# Undo.


def syncs(job: MainJob) -> list[str]:
    return list(dict.fromkeys(entry.sync_id for entry in sorted(job.preparation.entries(), key=lambda e: e.sync_id)))


def judged(job: MainJob, entries: list[Entry]) -> dict[str, undo.Judged]:
    return {one.entry.id: one for one in undo.judge(job.table, SHOP, entries, None)}


@pytest.mark.parametrize("mode", ["detailed", "summary"])
def test_what_a_standing_payout_brought_to_the_bank_is_not_undone(mode: str) -> None:
    job = a_job(mode)
    entries = undo.entries_of(job.table, SHOP, syncs(job)[0])
    found = judged(job, entries)
    deposited = money_of_deposits(job)
    assert deposited
    for entry in entries:
        if deposited & set(entry.facts):
            assert found[entry.id].action == undo.KEEP
    assert any("Its money was paid out with Payout" in one.why for one in found.values())


def test_together_with_its_payout_it_may_be_undone_and_the_payout_goes_first() -> None:
    job = a_job()
    found = judged(job, undo.entries_of(job.table, SHOP))
    assert {one.action for one in found.values()} == {undo.DELETE}
    undo.start(job.table, SHOP, found.values(), repost=False)
    for _ in range(40):
        job.update()
    assert job.company.transactions() == []


def test_a_payout_that_stays_keeps_its_orders_when_all_is_undone() -> None:
    job = a_job()
    deposit = next(e for e in job.preparation.entries() if e.kind == "Deposit")
    job.table.put(replace(deposit, candidates=(deposit.txn_id,)).to_item())
    found = judged(job, undo.entries_of(job.table, SHOP))
    assert found[deposit.id].why == undo.ADOPTED
    kept = [one for one in found.values() if "Its money was paid out" in one.why]
    assert kept and all(deposit.title in one.why for one in kept)
    assert any(one.action == undo.DELETE for one in found.values())


def test_payouts_that_were_returned_or_never_posted_hold_nothing_up() -> None:
    job = a_job()
    entries = undo.entries_of(job.table, SHOP)
    assert paid_out(job.table, SHOP, entries, ())
    for record in facts.by_day(job.table, SHOP, Topic.PAYOUT, date(2026, 1, 1), LATER):
        freed = replace(record, claims={})
        job.table.transact(freed.writes())
    assert paid_out(job.table, SHOP, entries, ()) == {}


def money_of_deposits(job: MainJob) -> set[str]:
    found: set[str] = set()
    for record in facts.by_day(job.table, SHOP, Topic.PAYOUT, date(2026, 1, 1), LATER):
        found |= {line.transaction for line in record.fact.lines if line.transaction}
    return found


def test_a_months_pack_has_its_payouts() -> None:
    job = a_job()
    first, last = month_of("2026-05")
    pack = month_end(job.table, SHOP, first, last, policy_now(job.table, SHOP))
    assert [p["id"] for p in pack["payouts"]] == [p["id"] for p in job.preparation.report()["payouts"]]
    assert pack["payouts"]
