"""Each request's own answer decides what becomes of it: by its id, whatever the order, whatever else is in the set."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.outbox import anchors, element_store, release, repository
from connector.outbox.entries import EntryState
from connector.outbox.lists import ListState
from connector.outbox.message_sets import MessageSet
from connector.outbox.wanting import sk_of
from connector.storage import keys
from connector.storage.table import ConditionFailed
from infra.local.web_connector import Fault
from tests.fakes.office import DAY, SALES, SHOP, TOKEN, Office, credit_and_refund, customer, receipt

ONE = receipt(1, who=customer(1, "Jane Doe"))


@pytest.fixture
def office() -> Office:
    return Office()


def add_in_quickbooks(office: Office, request: str) -> str:
    """The merchant (or another program) puts something into the company."""
    name = request.split(">")[0].strip("<").removesuffix("Rq")
    answer = office.company.process(
        '<?xml version="1.0"?><?qbxml version="13.0"?><QBXML><QBXMLMsgsRq onError="stopOnError">'
        f"{request}</QBXMLMsgsRq></QBXML>"
    )
    assert 'statusCode="0"' in answer, (name, answer)
    return answer


def element_state(office: Office, number: int = 1) -> ListState:
    sk = sk_of(customer(number))
    return element_store.get_many(office.table, SHOP, [sk])[sk].state


@pytest.mark.parametrize(
    ("code", "text", "state", "words"),
    [
        (3270, "Missing posting account.", "HELD", "account"),
        (3210, "You cannot pay more than the amount due.", "HELD", "more than the amount due"),
        (3250, "This feature is not enabled.", "HELD", "feature"),
        (3260, "Insufficient permission level.", "HELD", "Integrated Applications"),
        (3171, "The closing date prevents it.", "HELD", "closed"),
        (9999, "Something nobody has seen.", "HELD", "Something nobody has seen. (9999)"),
        (3231, "The request has not been processed.", "READ_BACK", ""),
        (3200, "The provided edit sequence is out-of-date.", "READ_BACK", ""),
        (3120, "Object not found.", "READ_BACK", ""),
        (3140, "There is an invalid reference to QuickBooks Item.", "READ_BACK", ""),
        (1000, "Internal error.", "READ_BACK", ""),
    ],
)
def test_one_refusal_of_a_receipt(office: Office, code: int, text: str, state: str, words: str) -> None:
    office.add([ONE])
    office.company.faults.refuse("SalesReceiptAddRq", code, text, times=1)
    for _ in range(3):
        office.update()
        office.pass_time(minutes=15)
    entry = office.entry(ONE)
    assert entry.state.value == state
    assert words in entry.reason
    assert len(office.company.transactions()) == (state == "READ_BACK")


@pytest.mark.parametrize("code", [3120, 3140, 3200])
def test_what_stays_refused_is_held_with_quickbooks_own_words(office: Office, code: int) -> None:
    office.add([ONE])
    office.company.faults.refuse("SalesReceiptAddRq", code, f"No, says {code}.", times=100)
    for _ in range(6):
        office.update()
        office.pass_time(minutes=15)
    assert office.entry(ONE).state is EntryState.HELD
    assert f"No, says {code}." in office.entry(ONE).reason


def test_a_customer_deleted_in_quickbooks_is_added_again(office: Office) -> None:
    """A restored backup from before the customer was added: its ListID leads nowhere."""
    before = office.company.backup()
    office.add([receipt(1, who=customer(1))])
    office.update()
    office.company.restore(before)
    anchors.confirm_company(office.table, SHOP)
    office.add([receipt(2, who=customer(1))])
    for _ in range(4):
        office.pass_time(minutes=15)
        office.update()
    assert office.entry(receipt(2, who=customer(1))).state is EntryState.READ_BACK


def test_a_warning_is_no_failure(office: Office) -> None:
    office.add([ONE])
    real = office.company.process

    def process(qbxml: str) -> str:
        answer = real(qbxml)
        if "SalesReceiptAddRq" in qbxml:
            answer = answer.replace('statusCode="0" statusSeverity="Info"', 'statusCode="530" statusSeverity="Warn"')
        return answer

    office.company.process = process  # type: ignore[method-assign]
    office.update()
    assert office.entry(ONE).state is EntryState.READ_BACK


def test_answers_are_matched_by_id_not_by_place(office: Office) -> None:
    many = [receipt(n, amount=f"{n + 1}.00", who=customer(1)) for n in range(6)]
    office.add(many)
    real = office.company.process

    def process(qbxml: str) -> str:
        answer = real(qbxml)
        if "SalesReceiptAddRq" not in qbxml:
            return answer
        head, *parts = answer.split("<SalesReceiptAddRs")
        last, close = parts[-1].split("</QBXMLMsgsRs>")
        turned = [last, *reversed(parts[:-1])]
        return head + "".join(f"<SalesReceiptAddRs{part}" for part in turned) + "</QBXMLMsgsRs>" + close

    office.company.process = process  # type: ignore[method-assign]
    office.update()
    by_ref = {posted.ref_number: posted.txn_id for posted in office.company.transactions()}
    assert {e.ref_number: e.txn_id for e in office.entries()} == by_ref
    assert office.ties_out()


def test_an_answer_without_txn_id_is_looked_for(office: Office) -> None:
    office.add([ONE])
    real = office.company.process

    def process(qbxml: str) -> str:
        answer = real(qbxml)
        return answer.replace("TxnID>", "Gone>") if "SalesReceiptAddRq" in qbxml else answer

    office.company.process = process  # type: ignore[method-assign]
    office.update()
    assert office.entry(ONE).state is EntryState.READ_BACK
    assert len(office.company.transactions()) == 1


def test_a_customer_of_that_name_is_used(office: Office) -> None:
    add_in_quickbooks(office, "<CustomerAddRq><CustomerAdd><Name>Jane Doe</Name></CustomerAdd></CustomerAddRq>")
    office.add([ONE])
    office.update()
    (posted,) = office.company.transactions()
    assert posted.name == "Jane Doe"


def test_a_vendor_of_that_name_makes_another_name_needed(office: Office) -> None:
    add_in_quickbooks(office, "<VendorAddRq><VendorAdd><Name>Jane Doe</Name></VendorAdd></VendorAddRq>")
    office.add([ONE])
    office.update()
    (posted,) = office.company.transactions()
    assert posted.name.startswith("Jane Doe #")


def test_a_name_taken_between_finding_and_adding_is_adopted(office: Office) -> None:
    """3100: somebody added the customer meanwhile; found on the second look it is used, not doubled."""
    office.add([ONE])
    real = office.company.process

    def process(qbxml: str) -> str:
        if "CustomerAddRq" in qbxml:
            office.company.process = real  # type: ignore[method-assign]
            add_in_quickbooks(office, "<CustomerAddRq><CustomerAdd><Name>Jane Doe</Name></CustomerAdd></CustomerAddRq>")
        return real(qbxml)

    office.company.process = process  # type: ignore[method-assign]
    office.update()
    (posted,) = office.company.transactions()
    assert posted.name == "Jane Doe"


def test_a_name_that_is_taken_but_cannot_be_found_gets_an_ending(office: Office) -> None:
    """QuickBooks takes "Doe, Jane" and "Jane Doe" for one name, and finds only the one it has."""
    office.add([ONE])
    office.company.faults.refuse("CustomerAddRq", 3100, 'The name "Jane Doe" is already in use.', times=1)
    office.update()
    (posted,) = office.company.transactions()
    assert posted.name.startswith("Jane Doe #")


def test_an_inactive_customer_holds_the_entry_until_it_is_active(office: Office) -> None:
    add_in_quickbooks(
        office,
        "<CustomerAddRq><CustomerAdd><Name>Jane Doe</Name><IsActive>false</IsActive></CustomerAdd></CustomerAddRq>",
    )
    office.add([ONE, receipt(2, who=customer(2))])
    office.update()
    assert office.entry(ONE).state is EntryState.HELD
    assert "inactive" in office.entry(ONE).reason
    assert element_state(office) is ListState.HELD
    assert office.states() == {"HELD": 1, "READ_BACK": 1}
    # The merchant makes it active and presses nothing: the next session with work finds it.
    office.company.store.db.execute("UPDATE element SET active = 1 WHERE name = 'Jane Doe'")
    office.add([receipt(3, who=customer(3))])
    office.pass_time(minutes=15)
    office.update()
    assert office.states() == {"READ_BACK": 3}


def test_a_refused_list_element_holds_what_needs_it_and_retry_helps_all_of_it(office: Office) -> None:
    office.add([receipt(n, who=customer(1, "Jane Doe")) for n in range(3)])
    office.company.faults.refuse("CustomerAddRq", 3260, "Insufficient permission level.", times=1)
    office.update()
    assert office.states() == {"HELD": 3}
    first = office.entries(EntryState.HELD)[0]
    release.retry(office.table, SHOP, first.id)
    office.pass_time(minutes=15)
    office.update()
    assert office.states() == {"READ_BACK": 3}


def test_a_late_answer_of_a_dead_session_is_used(office: Office) -> None:
    """The first computer is silent for long, the second takes over; then the first brings its answer after all."""
    office.add([ONE])
    dying = lambda n, op: Fault.DIE_BEFORE if op == "receiveResponseXML" and n > 8 else None  # noqa: E731
    office.update(faults=dying)
    outstanding = office.table.get(keys.shop(SHOP), keys.OUTSTANDING)
    if outstanding is None:
        pytest.fail("no set is outstanding: the plan above does not fit the run any more")
    ticket = str(outstanding["ticket"])
    body = office.table.get(keys.shop(SHOP), keys.message_set(str(outstanding["set_id"])))
    assert body is not None
    answer = office.company.process(MessageSet.from_item(body).body.decode())
    office.pass_time(minutes=1)
    assert office.call("authenticate", strUserName=office.connection["user_name"], strPassword=TOKEN)
    told = office.call("receiveResponseXML", ticket=ticket, response=answer, hresult="", message="")
    assert told == -1
    assert office.table.get(keys.shop(SHOP), keys.OUTSTANDING) is None
    office.pass_time(minutes=15)
    office.update()
    assert office.states() == {"READ_BACK": 1}
    assert len(office.company.transactions()) == len(office.entries())


def test_moves_are_refused_when_somebody_was_faster(office: Office) -> None:
    office.add([ONE])
    seen = office.entry(ONE)
    office.table.transact([repository.move_write(seen, EntryState.IGNORED, reason="by hand")])
    with pytest.raises(ConditionFailed):
        office.table.transact([repository.move_write(seen, EntryState.SENT, set_id="x")])


def test_days_of_one_set_are_summed_in_one_write_each(office: Office) -> None:
    office.add([receipt(n, day=DAY + timedelta(days=n)) for n in range(60)])
    office.add([d for n in range(60, 70) for d in credit_and_refund(n, day=DAY)])
    assert office.update().ok
    assert office.ties_out()


def test_an_item_of_another_type_is_not_used(office: Office) -> None:
    add_in_quickbooks(
        office,
        f"<ItemServiceAddRq><ItemServiceAdd><Name>{SALES.name}</Name><SalesOrPurchase><AccountRef><FullName>Sales"
        "</FullName></AccountRef></SalesOrPurchase></ItemServiceAdd></ItemServiceAddRq>",
    )
    office.add([ONE])
    office.update()
    element = element_store.get_many(office.table, SHOP, [sk_of(SALES)])[sk_of(SALES)]
    assert element.state is ListState.KNOWN
    assert element.name != SALES.name
