"""Cases 11, 12, 14: a lost answer, a set that died half-way, a set that can't be read. Each entry once, none lost."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

import pytest

from connector.outbox.entries import EntryState
from infra.local.company import ComError, Company
from infra.local.web_connector import Fault, Run
from tests.conformance.updates import Shop, looks_up, posts, probes, ref_numbers, set_id
from tests.fakes.office import credit_and_refund, customer, invoice_and_payment, receipt

RECEIPTS = 8
ALL = [str(1000 + n) for n in range(RECEIPTS)]


def stock(shop: Shop, count: int = RECEIPTS) -> None:
    """Receipts to be posted, their list elements known, so that the first write set posts them all."""
    shop.add([receipt(90, who=customer(0))])
    assert shop.update().ok
    shop.add([receipt(n, who=customer(0)) for n in range(count)])


def posted(shop: Shop) -> list[str]:
    return [ref for ref in ref_numbers(shop.company) if ref != "1090"]


def assert_each_once(shop: Shop) -> None:
    assert posted(shop) == ALL
    assert shop.states() == {"READ_BACK": RECEIPTS + 1}
    assert shop.ties_out()


def lose_an_answer(shop: Shop) -> str:
    """QuickBooks carries out a set of all receipts, nobody hears of it."""
    update = shop.begin()
    request = update.send_until(lambda text: posts(text) and text.count("<SalesReceiptAddRq") >= RECEIPTS)
    shop.company.process(request)
    return request


def test_case_11_the_probe_comes_first_and_its_answer_counts(shop: Shop) -> None:
    stock(shop)
    lost = lose_an_answer(shop)
    update = shop.begin()
    probe = update.send()
    assert probes(probe)
    assert set_id(probe) == set_id(lost)
    assert "requestID" not in probe
    assert 0 <= update.work(probe) < 100
    assert update.finish() == 100
    assert not any(posts(text) or looks_up(text) for text in update.sent)
    assert_each_once(shop)


@pytest.mark.parametrize("committed", range(RECEIPTS + 1))
def test_case_11_a_committed_prefix_is_completed_not_repeated(shop: Shop, committed: int) -> None:
    """QuickBooks died inside the set: the first ones are posted, it has kept no answer (9002)."""
    stock(shop)
    shop.company.die_after(committed)
    run = shop.update()
    assert not run.ok
    assert len(posted(shop)) == committed
    run = shop.update()
    assert run.ok, run.status_text
    assert_each_once(shop)


@pytest.mark.parametrize("committed", [0, 3, RECEIPTS])
@pytest.mark.parametrize("status", [600, 9001, 9002, 9004, 9005])
def test_case_11_no_kept_answer_means_looking_up(shop: Shop, status: int, committed: int) -> None:
    """Found by Ref No. and our mark: adopted. Not found: sent again in another set."""
    stock(shop)
    shop.company.die_after(committed)
    update = shop.begin()
    lost = update.send_until(lambda text: posts(text) and text.count("<SalesReceiptAddRq") >= RECEIPTS)
    with pytest.raises(ComError):
        shop.company.process(lost)
    before = txn_ids(shop.company)
    update = shop.begin()
    probe = update.send_until(probes)
    shop.company.faults.answer_set_with(status)
    assert 0 <= update.work(probe) < 100
    update.work(update.send_until(looks_up))
    assert update.finish() == 100
    again = [text for text in update.sent if posts(text)]
    assert bool(again) is (committed < RECEIPTS)
    assert all(set_id(text) != set_id(lost) for text in again)
    assert sum(text.count("<SalesReceiptAddRq") for text in again) == RECEIPTS - committed
    assert before.items() <= txn_ids(shop.company).items(), "what was committed keeps its TxnID"
    assert_each_once(shop)


def txn_ids(company: Company) -> dict[str, str]:
    return {one.ref_number: one.txn_id for one in company.transactions("SalesReceipt")}


def test_case_11_found_twice_is_held_for_the_merchant(shop: Shop) -> None:
    stock(shop)
    lost = lose_an_answer(shop)
    (first_receipt,) = re.findall(r"<SalesReceiptAddRq .*?</SalesReceiptAddRq>", lost)[:1]
    again = re.sub(r"<SalesReceiptAddRq .*</SalesReceiptAddRq>", lambda match: first_receipt, lost)
    shop.company.process(again.replace(set_id(lost), "by-hand"))
    shop.company.lose_stored_answers()
    run = shop.update()
    assert run.ok, run.status_text
    held = shop.entries(EntryState.HELD)
    assert [entry.ref_number for entry in held] == ["1000"]
    assert "twice" in held[0].reason
    assert Counter(posted(shop)) == Counter(ALL) + Counter(["1000"])
    assert shop.states() == {"READ_BACK": RECEIPTS, "HELD": 1}


def test_case_11_anothers_ref_number_is_not_adopted(shop: Shop) -> None:
    """The bookkeeper's own receipt has the same number: ours is posted all the same."""
    stock(shop)
    lost = lose_an_answer(shop)
    own = re.sub(r"<ExternalGUID>[^<]*</ExternalGUID>", "", lost)
    own = own.replace("<Amount>10.00</Amount>", "<Amount>77.00</Amount>").replace(set_id(lost), "by-hand")
    shop.company.lose_stored_answers()
    shop.company.process(own)
    assert shop.update().ok
    ours = [one for one in shop.company.transactions("SalesReceipt") if one.external_guid]
    assert sorted(one.ref_number for one in ours) == sorted([*ALL, "1090"])
    assert shop.ties_out()


def test_case_11_dependent_entries_recover_too(shop: Shop) -> None:
    """Invoice and payment, credit memo and refund in one set, linked by macros, cut at every place."""
    for committed in range(5):
        shop.add([*invoice_and_payment(10 + committed), *credit_and_refund(30 + committed)])
        shop.company.die_after(committed)
        shop.update()
        shop.update()
        run = shop.update()
        assert run.ok, run.status_text
    for kind in ("Invoice", "ReceivePayment", "CreditMemo", "ARRefundCreditCard"):
        assert len(shop.company.transactions(kind)) == 5, kind
    assert shop.ties_out()


def test_case_12_a_lost_answer_to_receive_posts_nothing_again(shop: Shop) -> None:
    """We stored the outcome; the Web Connector saw a timeout."""
    stock(shop)
    run = drop(shop, "receiveResponseXML")
    assert "QBWC1042" in run.status_text
    assert posted(shop) == ALL
    run = shop.update()
    assert run.ok, run.status_text
    assert_each_once(shop)


def test_case_12_a_lost_answer_to_send_posts_nothing_twice(shop: Shop) -> None:
    """The set was stored as sent and never reached QuickBooks."""
    stock(shop)
    run = drop(shop, "sendRequestXML")
    assert "QBWC1041" in run.status_text
    assert posted(shop) == []
    run = shop.update()
    assert run.ok, run.status_text
    assert_each_once(shop)


def drop(shop: Shop, operation: str) -> Run:
    """An update in which the answer to the call about the receipts' set gets lost."""

    def plan(number: int, name: str) -> Fault | None:
        about_receipts = shop.states().get("SENT") or shop.states().get("READY", 0)
        return Fault.DROP_ANSWER if name == operation and about_receipts and is_next(shop, operation) else None

    return shop.update(faults=plan)


def is_next(shop: Shop, operation: str) -> bool:
    """Whether the receipts' set is just being sent, or its answer just being brought."""
    if operation == "receiveResponseXML":
        return shop.states().get("SENT", 0) >= RECEIPTS
    # Before the call nothing tells that this one will post; the lists and the anchors have been read by then.
    last = [reply for reply in shop.replies if b"sendRequestXMLResponse" in reply.body]
    return len(last) >= 1 and any(b"TxnID" in reply.body for reply in last[-1:])


class Poisoned(Company):
    """A company that can't read the set with certain Ref Nos. in it, and won't say so."""

    def __init__(self, *refs: str, clock: Callable[[], float]) -> None:
        super().__init__(clock=clock)
        self.refs = {f"<RefNumber>{ref}</RefNumber>" for ref in refs}

    def process(self, qbxml: str) -> str:
        if "AddRq" in qbxml and any(ref in qbxml for ref in self.refs):
            raise ComError
        return super().process(qbxml)


@pytest.mark.parametrize("poison", [["1000"], ["1003"], ["1007"], ["1001", "1006"], ALL])
def test_case_14_the_unreadable_entry_is_held_and_the_others_are_posted(shop: Shop, poison: list[str]) -> None:
    """0x80040400 says neither where nor what; nothing of the set was executed."""
    shop.company = Poisoned(*poison, clock=lambda: shop.now.timestamp())
    stock(shop)
    update = shop.begin()
    first = update.send_until(posts)
    told = update.work(first)
    assert told < 0
    assert "0x80040400" in update.last_error()
    update.close()
    for _ in range(12):
        if shop.update().ok:
            break
    held = {entry.ref_number: entry for entry in shop.entries(EntryState.HELD)}
    assert sorted(held) == sorted(poison)
    assert all("0x80040400" in entry.reason for entry in held.values())
    assert posted(shop) == sorted(set(ALL) - set(poison))


def test_case_14_an_unreadable_set_is_never_sent_again_unchanged(shop: Shop) -> None:
    shop.company = Poisoned("1003", clock=lambda: shop.now.timestamp())
    stock(shop)
    refused: list[str] = []
    real = shop.company.process

    def process(qbxml: str) -> str:
        try:
            return real(qbxml)
        except ComError:
            refused.append(re.sub(r"<\?.*?\?>|newMessageSetID=\"[^\"]*\"", "", qbxml))
            raise

    shop.company.process = process  # type: ignore[method-assign]
    for _ in range(12):
        if shop.update().ok:
            break
    assert len(refused) == len(set(refused)) >= 2
    assert shop.update().status_text == "No data exchange required"


@pytest.mark.parametrize("hresult", ["0x8004040D", "0x80040402", "0x800706BE", "0x80010105", "-2147220467"])
@pytest.mark.parametrize("committed", [0, 4, RECEIPTS])
def test_case_14_other_hresults_leave_the_outcome_unknown(shop: Shop, hresult: str, committed: int) -> None:
    """The session broke: nothing is sent again before it is known what QuickBooks has."""
    stock(shop)
    shop.company.die_after(committed, hresult)
    update = shop.begin()
    assert update.work(update.send_until(posts)) < 0
    assert update.last_error()
    update.close()
    assert not shop.entries(EntryState.READY)
    assert len(posted(shop)) == committed
    assert shop.update().ok
    assert_each_once(shop)


def test_case_14_an_empty_answer_without_hresult_is_unknown_too(shop: Shop) -> None:
    stock(shop)
    update = shop.begin()
    shop.company.process(update.send_until(posts))
    assert update.receive(None, None, None) < 0
    assert update.last_error()
    assert shop.update().ok
    assert_each_once(shop)
