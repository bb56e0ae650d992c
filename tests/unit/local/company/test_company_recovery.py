"""Message sets: stored answers and their statuses, QuickBooks dying in the middle, locks, backups."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.local.company import ComError, Company
from tests.unit.local.company.desk import Desk, message_set, receipt, sold


def two() -> tuple[str, str]:
    return receipt(sold("Tee", "1.00"), number="1"), receipt(sold("Tee", "2.00"), number="2")


def probe(desk: Desk, set_id: str) -> tuple[str | None, int]:
    answer = desk.send(message_set(new=set_id, old=set_id))
    return answer.get("messageSetStatusCode"), len(answer)


def test_probe_returns_the_stored_answer_and_executes_nothing(shop: Desk) -> None:
    first = shop.send(message_set(*two(), new="set-1"))
    for _ in range(2):
        again = shop.send(message_set(new="set-1", old="set-1"))
        assert again.get("newMessageSetID") == "set-1"
        assert [each.findtext(".//TxnID") for each in again] == [each.findtext(".//TxnID") for each in first]
    assert len(shop.company.transactions()) == 2


def test_a_stored_answer_names_what_was_made_whatever_was_asked_for(shop: Desk) -> None:
    guid = "{7d1b6a52-0d1c-4b8c-9a41-5f1f7a0c1042}"
    lines = sold("Tee", "1.00")
    request = receipt(lines).replace(lines, f"<ExternalGUID>{guid}</ExternalGUID>{lines}")
    shop.send(message_set(request, new="set-1", more=' responseData="includeNone"'))
    recovered = shop.send(message_set(new="set-1", old="set-1"))[0]
    posted = shop.company.transactions()[0]
    assert (recovered.findtext("ErrorRecovery/TxnID"), recovered.findtext("ErrorRecovery/ExternalGUID")) == (
        posted.txn_id,
        guid,
    )


def test_the_same_set_again_is_answered_from_the_store_and_a_changed_one_refused(shop: Desk) -> None:
    text = message_set(*two(), new="set-1")
    first, again = shop.send(text), shop.send(text)
    assert [each.findtext(".//TxnID") for each in first] == [each.findtext(".//TxnID") for each in again]
    changed = shop.send(message_set(two()[0], new="set-1"))
    assert (changed.get("messageSetStatusCode"), len(changed)) == ("9001", 0)
    assert len(shop.company.transactions()) == 2


def test_set_statuses(shop: Desk) -> None:
    assert probe(shop, "never-sent") == ("9002", 0)
    assert shop.send(message_set(old="never-sent")).get("messageSetStatusCode") == "600"
    assert shop.send(message_set(*two(), new="x" * 24)).get("messageSetStatusCode") == "9004"
    shop.company.faults.answer_set_with(9005)
    assert shop.send(message_set(*two(), new="set-1")).get("messageSetStatusCode") == "9005"
    assert shop.company.transactions() == []


def test_old_alone_clears_the_evidence(shop: Desk) -> None:
    shop.send(message_set(*two(), new="set-1"))
    assert shop.send(message_set(old="set-1")).get("messageSetStatusCode") == "0"
    assert probe(shop, "set-1") == ("9002", 0)


def test_chaining_drops_the_previous_set(shop: Desk) -> None:
    shop.send(message_set(two()[0], new="set-1"))
    shop.send(message_set(two()[1], new="set-2", old="set-1"))
    assert probe(shop, "set-1")[0] == "9002"
    assert probe(shop, "set-2") == ("0", 1)


def test_quickbooks_dies_with_a_prefix_committed_and_no_answer_stored(shop: Desk) -> None:
    shop.company.die_after(1)
    with pytest.raises(ComError) as caught:
        shop.company.process(message_set(*two(), new="set-1"))
    assert caught.value.hresult != "0x80040400"
    assert [each.ref_number for each in shop.company.transactions()] == ["1"]
    assert probe(shop, "set-1") == ("9002", 0)


def test_quickbooks_dies_after_the_last_request_of_a_set(shop: Desk) -> None:
    shop.company.die_after(2)
    with pytest.raises(ComError):
        shop.company.process(message_set(*two(), new="set-1"))
    assert len(shop.company.transactions()) == 2
    assert probe(shop, "set-1") == ("9002", 0)


def test_lost_answers_are_lost(shop: Desk) -> None:
    shop.send(message_set(*two(), new="set-1"))
    shop.company.lose_stored_answers()
    assert probe(shop, "set-1") == ("9002", 0)


def test_stop_on_error_leaves_the_rest_unprocessed(shop: Desk) -> None:
    bad = receipt(sold("Nothing", "1.00"))
    answers = shop.ask(two()[0], bad, two()[1], on_error="stopOnError")
    assert [answer.get("statusCode") for answer in answers] == ["0", "3140", "3231"]
    assert [each.ref_number for each in shop.company.transactions()] == ["1"]
    answers = shop.ask("<VendorQueryRq><FullName>Nobody</FullName></VendorQueryRq>", two()[1], on_error="stopOnError")
    assert [answer.get("statusCode") for answer in answers] == ["500", "0"]


def test_include_none_gives_statuses_only(shop: Desk) -> None:
    answer = shop.ask(two()[0], more=' responseData="includeNone"')[0]
    assert (answer.get("statusCode"), len(answer)) == ("0", 0)


def test_a_long_request_id_is_a_general_error(shop: Desk) -> None:
    assert shop.code(f'<HostQueryRq requestID="{"x" * 51}"/>') == 1060


def test_locked_records_ask_for_patience(shop: Desk) -> None:
    customer = shop.add("<CustomerQueryRq><FullName>Ada Abbott</FullName></CustomerQueryRq>")
    shop.company.faults.lock(customer.findtext("ListID") or "")
    assert shop.code(receipt(sold("Tee", "1.00"))) == 3176
    mod = (
        f"<CustomerModRq><CustomerMod><ListID>{customer.findtext('ListID')}</ListID><EditSequence>"
        f"{customer.findtext('EditSequence')}</EditSequence><Phone>1</Phone></CustomerMod></CustomerModRq>"
    )
    assert shop.code(mod) == 3175
    shop.company.faults.unlock()
    assert shop.code(receipt(sold("Tee", "1.00"))) == 0


def test_a_dialog_keeps_every_session_out(shop: Desk) -> None:
    shop.company.faults.session = "0x80040414"
    with pytest.raises(ComError) as caught:
        shop.company.process(message_set("<HostQueryRq/>"))
    assert (caught.value.hresult, "modal dialog" in caught.value.message) == ("0x80040414", True)


def test_injected_statuses_come_once(shop: Desk) -> None:
    shop.company.faults.refuse("SalesReceiptAddRq", 3180, "This list has been modified by another user.")
    assert [shop.code(two()[0]), shop.code(two()[0])] == [3180, 0]


def test_a_restored_backup_forgets_what_was_posted_since(shop: Desk) -> None:
    shop.add(two()[0])
    image = shop.company.backup()
    shop.send(message_set(two()[1], new="set-2"))
    shop.company.restore(image)
    assert [each.ref_number for each in shop.company.transactions()] == ["1"]
    assert probe(shop, "set-2") == ("9002", 0)
    shop.add(two()[1])
    assert shop.balances()["Shopify Clearing"] == "3.00"


def test_a_company_file_is_the_same_after_reopening(tmp_path: Path) -> None:
    path = tmp_path / "demo.qbw"
    first = Desk(Company(path))
    vendor = first.add("<VendorAddRq><VendorAdd><Name>Acme</Name></VendorAdd></VendorAddRq>")
    first.company.set(edition="Pro")
    second = Desk(Company(path))
    found = second.add("<VendorQueryRq><FullName>Acme</FullName></VendorQueryRq>")
    assert found.findtext("ListID") == vendor.findtext("ListID")
    assert second.company.preferences.edition == "Pro"
    other = second.add("<VendorAddRq><VendorAdd><Name>Other</Name></VendorAdd></VendorAddRq>")
    assert other.findtext("ListID") != vendor.findtext("ListID")


def test_two_companies_know_nothing_of_each_other(shop: Desk) -> None:
    shop.add(two()[0])
    assert Company().transactions() == []
