"""What goes into a write set, in which order, and what is held instead."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest

from connector.outbox import message_sets, pace, posting, release
from connector.outbox.entries import EntryState
from connector.outbox.message_sets import MOST_BYTES
from connector.storage import keys
from connector.web_connector.desk import Desk
from connector.web_connector.sessions import Session, State
from infra.local.company import ComError, Company
from tests.fakes.office import DAY, SHOP, Office, credit_and_refund, customer, invoice_and_payment, receipt


class Watched(Company):
    """Remembers every message set it was given."""

    def __init__(self, office: Office) -> None:
        super().__init__(clock=lambda: office.now.timestamp())
        self.sets: list[str] = []
        self.unreadable = ""

    def process(self, qbxml: str) -> str:
        self.sets.append(qbxml)
        if self.unreadable and re.search(self.unreadable, qbxml):
            raise ComError("0x80040400", "QuickBooks found an error when parsing the provided XML text stream.")
        return super().process(qbxml)

    @property
    def writes(self) -> list[str]:
        return [text for text in self.sets if "newMessageSetID" in text and "AddRq" in text]


@pytest.fixture
def office() -> Office:
    made = Office()
    made.company = Watched(made)
    return made


def company(office: Office) -> Watched:
    assert isinstance(office.company, Watched)
    return office.company


def requests_of(text: str) -> list[str]:
    return re.findall(r"<(\w+AddRq) ", text)


def test_nothing_is_referred_to_before_quickbooks_has_it(office: Office) -> None:
    office.add([receipt(n, who=customer(n)) for n in range(30)])
    office.update()
    for text in company(office).writes:
        names = re.findall(r"<CustomerRef>(.*?)</CustomerRef>", text)
        assert all(name.startswith("<ListID>") for name in names)


def test_sets_start_with_ten_writes_and_grow_to_fifty(office: Office) -> None:
    office.add([receipt(n) for n in range(200)])
    office.update()
    sizes = [len(requests_of(text)) for text in company(office).writes]
    assert sizes[0] == pace.FIRST
    assert max(sizes) == pace.MOST
    assert sum(sizes) == len(set(re.findall(r'requestID="([0-9a-f-]{36})"', "".join(company(office).writes))))


def test_a_thousand_orders_with_refunds_take_at_most_sixty_round_trips(office: Office) -> None:
    days = [DAY + timedelta(days=n // 70) for n in range(1000)]
    drafts = [receipt(n, who=customer(n), lines=3, amount="30.00", day=days[n]) for n in range(1000)]
    drafts += [draft for n in range(0, 1000, 20) for draft in credit_and_refund(n)]
    office.add(drafts)
    run = office.update()
    assert run.ok, run.status_text
    assert run.round_trips <= 60
    assert office.ties_out()


def test_a_slow_quickbooks_gets_smaller_sets() -> None:
    assert pace.after_answer(50, 50, seconds=120) == 25
    assert pace.after_answer(50, 3, seconds=600) == 1
    assert pace.after_answer(10, 10, seconds=5) == 20
    assert pace.after_answer(40, 40, seconds=5) == 50
    assert pace.after_answer(20, 20, seconds=45) == 20
    assert pace.after_answer(20, 4, seconds=1) == 20, "a set that was not full says nothing"
    assert pace.after_silence(1) == 1


def test_a_set_never_has_more_than_a_megabyte(office: Office) -> None:
    office.table.transact([pace.write(SHOP, pace.MOST)])
    office.add([receipt(n, lines=400, amount="400.00") for n in range(14)])
    run = office.update()
    assert run.ok
    assert max(map(len, company(office).writes)) <= MOST_BYTES
    assert len(company(office).writes) > 2
    assert office.ties_out()


def test_an_invoice_and_its_payment_go_in_one_set_by_macro(office: Office) -> None:
    office.add([*invoice_and_payment(1), *credit_and_refund(2)])
    office.update()
    last = company(office).writes[-1]
    assert requests_of(last) == ["InvoiceAddRq", "ReceivePaymentAddRq", "CreditMemoAddRq", "ARRefundCreditCardAddRq"]
    assert len(re.findall(r'defMacro="TxnID:(\w+)"', last)) == 2
    assert sorted(re.findall(r'defMacro="(.*?)"', last)) == sorted(re.findall(r'useMacro="(.*?)"', last))
    assert office.ties_out()


def test_a_refund_of_a_posted_memo_names_its_txn_id(office: Office) -> None:
    memo, refund = credit_and_refund(2)
    office.add([memo])
    office.update()
    office.add([refund])
    office.update()
    assert f"<TxnID>{office.entry(memo).txn_id}</TxnID>" in company(office).writes[-1]
    assert "Macro" not in company(office).writes[-1]


def test_a_refund_whose_memo_failed_waits_for_it(office: Office) -> None:
    """Both in one set, the memo refused: the refund is held for the memo, and comes back with it."""
    memo, refund = credit_and_refund(2)
    office.add([memo, refund])
    office.company.faults.refuse("CreditMemoAddRq", 3270, "Missing posting account.")
    office.update()
    assert office.entry(memo).state is EntryState.HELD
    held = office.entry(refund)
    assert (held.state, held.held_by) == (EntryState.HELD, keys.entry(office.entry(memo).id))
    release.retry(office.table, SHOP, office.entry(memo).id)
    office.pass_time(minutes=15)
    office.update()
    assert office.states() == {"READ_BACK": 2}


def test_what_settles_something_set_aside_says_so(office: Office) -> None:
    memo, refund = credit_and_refund(2)
    office.add([memo, refund])
    release.ignore(office.table, SHOP, office.entry(memo).id, "booked by hand")
    office.update()
    held = office.entry(refund)
    assert held.state is EntryState.HELD
    assert "not posted" in held.reason
    assert not office.company.transactions()


def test_entries_before_the_closing_date_are_held_and_the_rest_is_posted(office: Office) -> None:
    office.company.set(closing_date="2026-02-28")
    early, late = receipt(1, day=date(2026, 2, 28)), receipt(2, day=date(2026, 3, 1))
    office.add([early, late])
    office.update()
    assert office.entry(early).state is EntryState.HELD
    assert "closed" in office.entry(early).reason
    assert office.entry(late).state is EntryState.READ_BACK


def test_the_exact_bytes_are_stored_before_they_are_sent(office: Office) -> None:
    office.add([receipt(n) for n in range(3)])
    sent: list[tuple[str, bytes]] = []
    real = office.company.process

    def process(qbxml: str) -> str:
        stored = message_sets.outstanding(office.table, SHOP)
        if "AddRq" in qbxml:
            assert stored is not None
            set_ = message_sets.get(office.table, SHOP, str(stored["set_id"]))
            assert set_ is not None
            sent.append((qbxml, set_.body))
        else:
            assert stored is None
        return real(qbxml)

    office.company.process = process  # type: ignore[method-assign]
    office.update()
    assert len(sent) >= 2
    assert all(text.encode("ascii") == body for text, body in sent)


def test_the_entry_quickbooks_cannot_read_is_found_among_fifty(office: Office) -> None:
    """The first refusal ends the run; the search then goes on within one, in small sets, and the others are posted."""
    office.table.transact([pace.write(SHOP, pace.MOST)])
    office.add([receipt(n) for n in range(50)])
    company(office).unreadable = "<RefNumber>1023</RefNumber>"
    runs = 0
    while office.states().get("READ_BACK", 0) < 49:
        office.update()
        office.pass_time(minutes=15)
        runs += 1
        assert runs < 5
    held = office.entries(EntryState.HELD)
    assert [entry.ref_number for entry in held] == ["1023"]
    assert "0x80040400" in held[0].reason
    refused = [text for text in company(office).writes if re.search("<RefNumber>1023<", text)]
    assert len({text.split("?>")[-1] for text in refused}) == len(refused), "nothing is sent again unchanged"
    assert len(refused) <= 4


def test_an_unreadable_list_element_holds_only_what_needs_it(office: Office) -> None:
    office.add([receipt(1, who=customer(1, "Odd Name")), receipt(2, who=customer(2))])
    company(office).unreadable = r"CustomerAdd><Name>Odd Name"
    for _ in range(4):
        office.update()
        office.pass_time(minutes=15)
    assert office.states() == {"HELD": 1, "READ_BACK": 1}
    (held,) = office.entries(EntryState.HELD)
    assert held.held_by.startswith("LIST#Customer#")


def test_locked_records_are_tried_again_later_and_not_for_ever(office: Office) -> None:
    office.add([receipt(1)])
    text = "The transaction could not be locked. It is in use by another user."
    office.company.faults.refuse("SalesReceiptAddRq", 3180, text, times=1000)
    moments = []
    for _ in range(200):
        office.update()
        moments.append(office.now)
        if office.entries(EntryState.HELD):
            break
        office.pass_time(minutes=15)
    (held,) = office.entries(EntryState.HELD)
    assert "using this record" in held.reason
    assert moments[-1] - moments[0] > timedelta(hours=1)
    tried = [text for text in company(office).writes if "SalesReceiptAddRq" in text]
    assert len(tried) == 10


def test_one_locked_entry_does_not_keep_the_others_waiting(office: Office) -> None:
    office.add([receipt(n) for n in range(3)])
    office.company.faults.refuse("SalesReceiptAddRq", 3175, "The transaction could not be locked.", times=1)
    office.update()
    assert office.states() == {"READ_BACK": 3}, "within the run, after a pause"


def test_nothing_to_write_is_no_set() -> None:
    office = Office()
    session = Session("t", SHOP, State.READY, "2026-03-06T07:00:00Z", "2026-03-06T07:00:00Z")
    turn = Desk(office.table, office.now, office.random_bytes).turn(session)
    assert posting.prepare(turn) is None
    assert posting.is_any(turn) is False
    office.add([receipt(1)])
    assert posting.prepare(turn) is None, "its list elements are not known yet"


def test_amounts_reach_quickbooks_as_they_are(office: Office) -> None:
    office.add([receipt(1, amount="1234567.89")])
    office.update()
    (posted,) = office.company.transactions()
    assert posted.total == Decimal("1234567.89")
