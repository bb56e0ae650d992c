"""Deposits have no Ref No.: they are posted once, found again, adopted, watched and undone by what they do have."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from connector.accounting.documents import Draft
from connector.accounting.effects import effect_of_document
from connector.accounting.payouts import return_document
from connector.app import entries_fixing
from connector.outbox import adopting
from connector.outbox.entries import EntryState
from connector.sync import undo
from infra.local.web_connector import Fault
from tests.fakes.desk import person_in
from tests.fakes.office import DAY, SHOP, Office, receipt
from tests.fakes.payouts import DEMO_POLICY, deposit, payout

HEAD = '<?xml version="1.0"?><?qbxml version="13.0"?><QBXML><QBXMLMsgsRq onError="continueOnError">'


def an_office(*numbers: int) -> Office:
    office = Office()
    office.update()
    office.add([deposit(number) for number in numbers])
    return office


def process(office: Office, request: str) -> None:
    answer = office.company.process(f"{HEAD}{request}</QBXMLMsgsRq></QBXML>")
    assert 'statusCode="0"' in answer, answer


def typed_by_hand(office: Office, memo: str = "From the bank statement", account: str = "Checking") -> None:
    process(
        office,
        f"<DepositAddRq><DepositAdd><TxnDate>{DAY}</TxnDate><DepositToAccountRef><FullName>{account}</FullName>"
        f"</DepositToAccountRef><Memo>{memo}</Memo><DepositLineAdd><AccountRef><FullName>Shopify Clearing</FullName>"
        "</AccountRef><Amount>96.80</Amount></DepositLineAdd></DepositAdd></DepositAddRq>",
    )


def deposits(office: Office) -> list[Any]:
    return [one for one in office.company.transactions() if one.kind == "Deposit"]


def balances(office: Office) -> dict[str, Decimal]:
    return {row.account: row.debit - row.credit for row in office.company.trial_balance() if row.debit != row.credit}


def test_a_deposit_is_the_bank_line_and_is_read_back_line_by_line() -> None:
    office = an_office(1, 2)
    office.update()
    assert office.ties_out() and office.states() == {"READ_BACK": 2}
    assert balances(office) == {
        "Checking": Decimal("193.60"),
        "Shopify Clearing": Decimal("-200.00"),
        "Merchant Fees": Decimal("6.40"),
    }


@pytest.mark.parametrize("call", range(1, 7))
@pytest.mark.parametrize("forgets", [True, False])
def test_a_lost_answer_posts_none_twice(call: int, forgets: bool) -> None:
    """Two of the same day over the same amount are told apart by their ExternalGUID."""
    office = an_office(1, 2)
    office.update(faults={call: Fault.LOSE_CALL})
    if forgets:
        office.company.lose_stored_answers()
    for _ in range(4):
        office.pass_time(minutes=30)
        office.update()
    assert len(deposits(office)) == 2
    assert office.ties_out() and office.states() == {"READ_BACK": 2}


@pytest.mark.parametrize("requests", [0, 1, 2])
def test_quickbooks_dying_within_a_set_leaves_none_out(requests: int) -> None:
    office = an_office(1, 2, 3)
    office.company.die_after(requests)
    office.web_connector().update()  # it may fail: QuickBooks is gone
    office.company.lose_stored_answers()
    for _ in range(4):
        office.pass_time(minutes=30)
        office.update()
    assert len(deposits(office)) == 3
    assert office.ties_out()


def returned(of: Draft) -> Draft:
    """What reverses it, once the bank has sent it back."""
    back = replace(payout(("CHARGE", "100.00", "3.20"), number=1), returned_on=DAY + timedelta(days=2))
    made = return_document(back, DEMO_POLICY, "B0000001-2")
    assert made is not None
    return Draft(f"{of.key}:return", made, (back.return_id,), of.title, effect_of_document(made), (of.key,))


def test_one_that_the_bank_sends_back_is_reversed_behind_it() -> None:
    office = an_office(1)
    office.add([returned(deposit(1))])
    office.update()
    assert office.ties_out() and office.states() == {"READ_BACK": 2}
    assert balances(office) == {"Shopify Clearing": Decimal("-3.20"), "Merchant Fees": Decimal("3.20")}
    judged = undo.judge(office.table, SHOP, undo.entries_of(office.table, SHOP, "sync-1"), None)
    undo.start(office.table, SHOP, judged, repost=False)
    for _ in range(4):
        office.update()
    assert office.company.transactions() == [] and office.states() == {"UNDONE": 2}


def test_a_return_waits_for_a_payout_that_is_held() -> None:
    office = an_office()
    adopting.want(office.table, SHOP, DAY)
    typed_by_hand(office)
    office.add([deposit(1), returned(deposit(1))])
    office.update()
    assert office.states() == {"HELD": 2}
    entries_fixing.retry(person_in(office), office.entry(deposit(1)).id)
    for _ in range(3):
        office.update()
    assert office.states() == {"READ_BACK": 2}


def test_one_typed_by_hand_on_that_day_over_that_amount_is_for_a_person_to_decide() -> None:
    office = an_office()
    adopting.want(office.table, SHOP, DAY)
    typed_by_hand(office)
    office.add([deposit(1)])
    office.update()
    entry = office.entry(deposit(1))
    assert entry.state is EntryState.HELD and len(deposits(office)) == 1
    assert entry.reason.startswith("QuickBooks has a deposit of 96.80 to Checking on 2026-03-05 already.")
    entries_fixing.fix(person_in(office), entry.id, {"fix": "adopt", "txn_id": entry.candidates[0]})
    office.update()
    assert office.entry(deposit(1)).state is EntryState.READ_BACK
    assert len(deposits(office)) == 1
    (judged,) = undo.judge(office.table, SHOP, undo.entries_of(office.table, SHOP, "sync-1"), None)
    assert (judged.action, judged.why) == (undo.KEEP, undo.ADOPTED)


def test_it_may_be_posted_beside_the_other() -> None:
    office = an_office()
    adopting.want(office.table, SHOP, DAY)
    typed_by_hand(office)
    office.add([deposit(1)])
    office.update()
    entries_fixing.retry(person_in(office), office.entry(deposit(1)).id)
    office.update()
    assert len(deposits(office)) == 2 and office.ties_out()


def test_one_with_the_payouts_own_memo_is_adopted_and_others_are_left_alone() -> None:
    office = an_office()
    adopting.want(office.table, SHOP, DAY)
    typed_by_hand(office, memo="Shopify payout 1 TR-1")
    typed_by_hand(office, memo="Rent", account="Savings")
    office.add([deposit(1)])
    office.update()
    entry = office.entry(deposit(1))
    assert entry.state is EntryState.READ_BACK and entry.reason.startswith("It was in QuickBooks before")
    assert len(deposits(office)) == 2


def test_what_somebody_changes_or_deletes_comes_to_light() -> None:
    office = an_office(1, 2)
    office.update()
    office.pass_time(hours=1)
    changed, gone = office.entry(deposit(1)), office.entry(deposit(2))
    process(
        office,
        f"<DepositModRq><DepositMod><TxnID>{changed.txn_id}</TxnID><EditSequence>{changed.edit_sequence}</EditSequence>"
        "<Memo>Somebody was here</Memo></DepositMod></DepositModRq>",
    )
    process(office, f"<TxnDelRq><TxnDelType>Deposit</TxnDelType><TxnID>{gone.txn_id}</TxnID></TxnDelRq>")
    office.pass_time(hours=23)
    office.update()
    assert office.entry(deposit(1)).reason == "It was changed in QuickBooks after it was posted."
    assert office.entry(deposit(2)).state is EntryState.HELD


@pytest.mark.parametrize("call", [0, *range(1, 7)])
def test_an_undone_deposit_is_gone_and_proven_so_whatever_answer_is_lost(call: int) -> None:
    office = an_office(1, 2)
    office.add([receipt(1)])
    office.update()
    judged = undo.judge(office.table, SHOP, undo.entries_of(office.table, SHOP, "sync-1"), None)
    assert {one.action for one in judged} == {undo.DELETE}
    undo.start(office.table, SHOP, [one for one in judged if one.entry.kind == "Deposit"], repost=False)
    office.update(faults={call: Fault.LOSE_CALL})
    for _ in range(6):
        office.pass_time(hours=1)
        office.update()
    assert deposits(office) == []
    assert office.states() == {"UNDONE": 2, "READ_BACK": 1}


def test_one_in_doubt_is_undone_by_its_day_lines_and_guid() -> None:
    office = an_office(1)
    for call in range(1, 9):
        office.update(faults={call: Fault.LOSE_CALL})
        if office.entry(deposit(1)).state in (EntryState.SENT, EntryState.DOUBTFUL):
            break
    office.company.lose_stored_answers()
    judged = undo.judge(office.table, SHOP, undo.entries_of(office.table, SHOP, "sync-1"), None)
    undo.start(office.table, SHOP, judged, repost=False)
    for _ in range(6):
        office.pass_time(hours=1)
        office.update()
        judged = undo.judge(office.table, SHOP, undo.entries_of(office.table, SHOP, "sync-1"), None)
        undo.start(office.table, SHOP, judged, repost=False)
    assert deposits(office) == [] and office.states() == {"UNDONE": 1}
