"""Cases 6, 7, 8, 9, 10, 13, 20: what is sent and answered in a run, once, in whole numbers, and never null."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

import pytest
from lxml import etree

from connector.outbox import connection, pace, release
from connector.outbox.entries import EntryState
from connector.storage import keys
from connector.storage.table import Table
from connector.web_connector import sending
from infra.local.web_connector import Fault
from tests.conformance.updates import SHOP, Shop, Update, posts, ref_numbers, set_id, writes
from tests.conformance.wire import SoapFault
from tests.fakes.office import credit_and_refund, customer, invoice_and_payment, receipt


def test_case_06_nothing_left_is_no_error(shop: Shop) -> None:
    """The work vanished between authenticate and the first sendRequestXML: a harmless question, then 100."""
    (entry,) = shop.add([receipt(1)])
    assert shop.update().ok
    (entry,) = shop.add([receipt(21)])
    update = shop.begin()
    release.ignore(shop.table, SHOP, entry.id, "not wanted")
    request = update.send()
    assert request.startswith("<?xml") and not writes(request)
    while (told := update.work(request)) != 100:
        assert 0 <= told < 100
        request = update.send()
        assert request.startswith("<?xml") and not writes(request)
    assert ref_numbers(shop.company) == ["1001"]


@pytest.mark.parametrize("ticket", ["", "unknown", "0" * 48, "x" * 5000, "Ünknown <&>"])
def test_case_06_an_unknown_ticket_gets_strings(shop: Shop, ticket: str) -> None:
    assert shop.call("sendRequestXML", ticket=ticket) == ""
    assert shop.call("receiveResponseXML", ticket=ticket, response="<QBXML/>") == -1
    assert "Start it again" in shop.call("getLastError", ticket=ticket)
    assert shop.call("connectionError", ticket=ticket, hresult="0x80040408", message="m") == "done"
    assert shop.call("closeConnection", ticket=ticket) == "OK"


def test_case_06_a_superseded_session_gets_an_empty_string_and_the_reason(shop: Shop) -> None:
    shop.add([receipt(1)])
    old = shop.begin()
    shop.begin()
    assert old.send() == ""
    assert "replaced" in old.last_error()


class Broken:
    """A table that fails as DynamoDB does when it is throttled or not reachable."""

    def __init__(self, table: Any, broken: bool = True) -> None:
        self.table, self.broken = table, broken

    def __getattr__(self, name: str) -> Any:
        if self.broken and hasattr(Table, name):
            raise RuntimeError("secret detail of the storage")
        return getattr(self.table, name)


CALLS: dict[str, dict[str, str]] = {
    "authenticate": {"strUserName": "lindas-books", "strPassword": "x"},
    "sendRequestXML": {},
    "receiveResponseXML": {"response": "<QBXML/>"},
    "connectionError": {"hresult": "0x80040408"},
    "getLastError": {},
    "closeConnection": {},
}


@pytest.mark.parametrize("operation", CALLS)
def test_case_06_an_internal_failure_is_answered_in_band(shop: Shop, operation: str) -> None:
    """A Fault would leave the person at the computer with QBWC1041 and no word of what to do."""
    shop.add([receipt(1)])
    update = shop.begin()
    shop.table = Broken(shop.table)  # type: ignore[assignment]
    parameters = CALLS[operation] | ({} if operation == "authenticate" else {"ticket": update.ticket})
    reply = shop.reply(operation, **parameters)
    assert b"secret" not in reply.body
    value = reply.value(operation)
    expected: dict[str, Any] = {"sendRequestXML": "", "receiveResponseXML": -1, "connectionError": "done"}
    if operation == "authenticate":
        assert isinstance(value, list) and value[1] == "busy"
    elif operation in expected:
        assert value == expected[operation]
    else:
        assert isinstance(value, str) and value


def test_case_06_the_text_fits_a_failure_that_is_over(shop: Shop) -> None:
    """The storage fails once in sendRequestXML and is back when getLastError asks why."""
    shop.add([receipt(1)])
    update = shop.begin()
    hcp = update.hcp
    table, shop.table = shop.table, Broken(shop.table)  # type: ignore[assignment]
    assert update.send(hcp) == ""
    shop.table = table
    assert "again" in update.last_error()
    assert update.close()
    assert shop.update().ok
    assert shop.ties_out()


def test_case_06_an_internal_failure_loses_nothing(shop: Shop) -> None:
    """The answer came, was not stored, and is brought by QuickBooks' own memory in the next run."""
    shop.add([receipt(n) for n in range(3)])
    update = shop.begin()
    answer = shop.company.process(update.send_until(posts))
    table, shop.table = shop.table, Broken(shop.table)  # type: ignore[assignment]
    try:
        assert update.receive(answer) == -1
    except SoapFault:
        pytest.fail("answered by a Fault")
    finally:
        shop.table = table
    assert shop.update().ok
    assert ref_numbers(shop.company) == ["1000", "1001", "1002"]
    assert shop.ties_out()


def test_case_07_progress_is_whole_and_reaches_100_with_the_last(shop: Shop) -> None:
    shop.table.transact([pace.write(SHOP, 1)])
    shop.add([receipt(n) for n in range(3)])
    update = shop.begin()
    assert update.finish() == 100
    assert all(0 <= told < 100 for told in update.told[:-1])
    assert update.told == sorted(update.told)
    assert len(set(update.told)) > 3, "nobody could tell that it moves"


def test_case_07_work_added_during_the_run_keeps_it_below_100(shop: Shop) -> None:
    shop.add([receipt(1)])
    update = shop.begin()
    later = iter(range(2, 6))
    for _ in range(100):
        request = update.send()
        if posts(request) and (number := next(later, None)) is not None:
            shop.add([receipt(number)])
        if update.work(request) == 100:
            break
    assert shop.states() == {"READ_BACK": 5}
    assert update.told.index(100) == len(update.told) - 1
    assert update.told == sorted(update.told)


def lock_customer(shop: Shop, number: int) -> None:
    """Somebody has the customer open in a window, so receipts that name it are refused with 3176."""
    request = (
        '<?xml version="1.0"?><?qbxml version="13.0"?><QBXML><QBXMLMsgsRq onError="stopOnError">'
        f"<CustomerQueryRq><FullName>{customer(number).name}</FullName></CustomerQueryRq></QBXMLMsgsRq></QBXML>"
    )
    root = etree.fromstring(shop.company.process(request).encode())
    list_id = root.findtext(".//ListID")
    assert list_id
    shop.company.faults.lock(list_id)


def test_case_08_no_op_pairs_until_a_lock_is_gone(shop: Shop) -> None:
    shop.add([receipt(1)])
    assert shop.update().ok
    lock_customer(shop, 1)
    shop.add([receipt(21)])
    paused: list[float] = []

    def pause(seconds: float) -> None:
        paused.append(seconds)
        shop.pass_time(seconds=seconds)
        if len(paused) == 3:
            shop.company.faults.unlock()

    connector = shop.web_connector()
    connector._sleep = pause
    run = connector.update()
    assert run.ok, run.status_text
    assert len(paused) >= 3
    log = run.log
    asked = [n for n, (operation, answer) in enumerate(log) if (operation, answer) == ("sendRequestXML", "NoOp")]
    assert [log[n + 1] for n in asked] == [("getLastError", "NoOp")] * len(asked)
    assert shop.ties_out()


def test_case_08_the_pauses_are_bounded(shop: Shop) -> None:
    """A window that stays open must not keep the Web Connector for itself."""
    shop.add([receipt(1)])
    assert shop.update().ok
    lock_customer(shop, 1)
    shop.add([receipt(21)])
    run = shop.update()
    assert run.ok, run.status_text
    pauses = sum(answer == "NoOp" for operation, answer in run.log if operation == "sendRequestXML")
    assert 0 < pauses <= sending.MOST_PAUSES
    assert shop.states() == {"READ_BACK": 1, "READY": 1}
    shop.company.faults.unlock()
    shop.pass_time(hours=2)
    assert shop.update().ok
    assert shop.ties_out()


def stored_sets(shop: Shop) -> int:
    return sum(1 for _ in shop.table.query(keys.shop(SHOP), "SET#"))


def ask_again(update: Update) -> bytes:
    """sendRequestXML exactly as the last time, as the HTTP body."""
    update.send()
    return update.shop.replies[-1].body


def test_case_09_the_same_question_gets_the_same_bytes(shop: Shop) -> None:
    """For every set of a run, whether it reads or writes."""
    shop.add([*(receipt(n) for n in range(12)), *invoice_and_payment(50), *credit_and_refund(60)])
    update = shop.begin()
    kinds = set()
    for _ in range(60):
        request = update.send()
        first, before = shop.replies[-1].body, (stored_sets(shop), shop.states())
        assert ask_again(update) == first
        assert ask_again(update) == first
        assert (stored_sets(shop), shop.states()) == before
        kinds.add("writes" if writes(request) else "reads")
        if update.work(request) == 100:
            break
    assert kinds == {"writes", "reads"}
    assert len(ref_numbers(shop.company)) == 12
    assert shop.ties_out()


def test_case_09_also_with_the_companys_description_once_more(shop: Shop) -> None:
    shop.add([receipt(1)])
    update = shop.begin()
    hcp = update.hcp
    assert update.send(hcp) == update.send(hcp) == update.send("")


@pytest.mark.parametrize("times", [2, 3])
def test_case_10_a_repeated_answer_gets_the_same_number_and_marks_nothing_twice(shop: Shop, times: int) -> None:
    shop.add([receipt(n) for n in range(12)])
    update = shop.begin()
    for _ in range(60):
        request = update.send()
        answer = shop.company.process(request)
        told = update.receive(answer)
        columns = shop.columns()
        for _ in range(times - 1):
            assert update.receive(answer) == told
        assert shop.columns() == columns
        if told == 100:
            break
    assert shop.ties_out()


def test_case_10_every_call_made_twice(shop: Shop) -> None:
    shop.add([*(receipt(n) for n in range(12)), *invoice_and_payment(50), *credit_and_refund(60)])
    run = shop.update(faults=lambda number, operation: Fault.REPEAT)
    assert run.ok, run.status_text
    assert len(ref_numbers(shop.company)) == 12
    assert shop.ties_out()


def test_case_13_ids_are_short_and_never_mean_two_things(shop: Shop) -> None:
    """The longest id QuickBooks takes is 23 characters by one source, 24 by another."""
    contents: dict[str, set[str]] = defaultdict(set)
    for first in (0, 20, 40):
        shop.add([receipt(n) for n in range(first, first + 15)])
        update = shop.begin()
        answer_lost = update.send_until(posts)
        contents[set_id(answer_lost)].add(answer_lost)
        shop.company.process(answer_lost)
        update = shop.begin()
        assert update.finish() == 100
        for request in update.sent:
            if writes(request):
                contents[set_id(request)].add(request)
    assert len(contents) >= 4
    assert all(0 < len(one) <= 23 and re.fullmatch("[0-9a-zA-Z]+", one) for one in contents)
    assert {len(requests) for requests in contents.values()} == {1}


def answer_of(request: str, *answers: str) -> str:
    inner = "".join(answers)
    return (
        f'<?xml version="1.0" ?><QBXML><QBXMLMsgsRs newMessageSetID="{set_id(request)}">{inner}</QBXMLMsgsRs></QBXML>'
    )


def receipt_answer(entry_id: str, code: int, severity: str, message: str, txn_id: str = "") -> str:
    ret = f"<SalesReceiptRet><TxnID>{txn_id}</TxnID><EditSequence>1</EditSequence></SalesReceiptRet>" if txn_id else ""
    return (
        f'<SalesReceiptAddRs requestID="{entry_id}" statusCode="{code}" statusSeverity="{severity}" '
        f'statusMessage="{message}">{ret}</SalesReceiptAddRs>'
    )


def test_case_20_each_entry_gets_its_own_outcome(shop: Shop) -> None:
    """By request id, whatever the order; a warning is no failure, and only 3231 is safe to send again."""
    entries = shop.add([receipt(n) for n in range(6)])
    update = shop.begin()
    request = update.send_until(posts)
    ids = [entry.id for entry in entries]
    assert all(f'requestID="{one}"' in request for one in ids)
    answers = [
        receipt_answer(ids[0], 0, "Info", "Status OK", "A-1"),
        receipt_answer(ids[1], 530, "Warn", "The field is not supported.", "A-2"),
        receipt_answer(ids[2], 3100, "Error", "The name is already in use."),
        receipt_answer(ids[3], 3231, "Error", "The request has not been processed."),
        receipt_answer(ids[4], 3180, "Error", "The transaction could not be locked. It is in use by another user."),
    ]
    assert 0 <= update.receive(answer_of(request, *reversed(answers))) < 100
    found = {entry.id: entry for entry in shop.entries()}
    assert [found[one].state for one in ids] == [
        EntryState.POSTED,
        EntryState.POSTED,
        EntryState.HELD,
        EntryState.READY,
        EntryState.READY,
        EntryState.DOUBTFUL,  # not answered at all
    ]
    assert [found[one].txn_id for one in ids] == ["A-1", "A-2", "", "", "", ""]
    assert "3100" in found[ids[2]].reason
    assert found[ids[3]].not_before == "" < found[ids[4]].not_before


def test_case_20_a_query_that_finds_only_some_is_no_failure(shop: Shop) -> None:
    """500 Warn: names not found are added, names found are used."""
    shop.add([receipt(n) for n in range(4)])
    assert shop.update().ok
    shop.add([receipt(n) for n in range(30, 60)])
    assert shop.update().ok
    assert connection.read(shop.table, SHOP)
    assert shop.ties_out()
