"""Cases 4, 5, 18, 28, 29, 30: who may sign in, when there is nothing to do, and whose turn it is."""

from __future__ import annotations

import hashlib
import re
import time
from typing import Any

import pytest

from connector.outbox import connection, health
from connector.outbox.entries import EntryState
from connector.storage import keys
from connector.web_connector import sessions
from connector.web_connector.qwc import qwc_file
from infra.local.company import Company
from infra.local.web_connector import read_qwc
from tests.conformance.updates import (
    FIRST_COMPUTER,
    SECOND_COMPUTER,
    SHOP,
    TOKEN,
    Shop,
    posts,
    probes,
    ref_numbers,
)
from tests.conformance.wire import DOTNET_HEADERS, post
from tests.fakes.office import receipt

WRONG = {
    "unknown user": ("somebody-else", TOKEN),
    "no user": ("", TOKEN),
    "wrong password": ("lindas-books", "wrong-horse-battery"),
    "no password": ("lindas-books", ""),
    "neither": ("", ""),
    "a very long password": ("lindas-books", "x" * 100_000),
    "injection": ("lindas-books' OR '1'='1", "' OR ''='"),
    "a NUL and a lone surrogate": ("lindas-books\ufffd", "\ufffd"),
}


@pytest.mark.parametrize(("user", "password"), WRONG.values(), ids=WRONG)
def test_case_04_who_is_not_valid_is_told_so_in_the_same_words(shop: Shop, user: str, password: str) -> None:
    shop.add([receipt(1)])
    reply = shop.reply("authenticate", strUserName=user, strPassword=password)
    assert reply.status == 200
    assert reply.value("authenticate") == ["", "nvu"]
    assert shop.call("closeConnection", ticket="") == "OK"
    assert shop.call("getLastError", ticket="")


def test_case_04_a_disabled_shop_looks_like_a_stranger(shop: Shop) -> None:
    shop.add([receipt(1)])
    connection.disable(shop.table, SHOP)
    disabled = shop.reply("authenticate", strUserName=shop.user_name, strPassword=TOKEN)
    stranger = shop.reply("authenticate", strUserName="nobody", strPassword=TOKEN)
    assert (disabled.status, disabled.headers.keys(), disabled.body) == (
        stranger.status,
        stranger.headers.keys(),
        stranger.body,
    )


def test_case_04_every_sign_in_costs_the_same(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hash is worked out once at the same cost, whether there is anybody to compare it with or not."""
    connection.create_token(shop.table, SHOP, TOKEN, shop.now)
    costs: list[int] = []
    real = hashlib.scrypt

    def counted(*args: Any, **kwargs: Any) -> bytes:
        costs.append(kwargs["n"])
        return real(*args, **kwargs)

    monkeypatch.setattr(hashlib, "scrypt", counted)
    seconds = []
    for user, password in (("lindas-books", "wrong-horse-battery"), ("nobody", "x"), ("", "")):
        tries = []
        for _ in range(3):
            began = time.perf_counter()
            assert shop.sign_in(user=user or " ", password=password) == ["", "nvu"]
            tries.append(time.perf_counter() - began)
        seconds.append(min(tries))
    assert costs == [connection.SCRYPT_COST] * 9
    assert max(seconds) < 2 * min(seconds)


def test_case_05_no_work_leaves_quickbooks_closed(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.add([receipt(1)])
    assert shop.update().ok
    opened: list[int] = []
    monkeypatch.setattr(Company, "open_session", lambda self: opened.append(1))
    run = shop.update()
    assert run.ok
    assert run.operations() == ["serverVersion", "clientVersion", "authenticate", "closeConnection"]
    assert not opened
    assert shop.sign_in()[1] == "none"


def test_case_18_tickets_cannot_be_guessed(shop: Shop) -> None:
    shop.add([receipt(1)])
    tickets = [shop.sign_in()[0] for _ in range(50)]
    assert len(set(tickets)) == 50
    assert 8 * sessions.TICKET_BYTES >= 128
    assert all(re.fullmatch("[0-9a-f]+", ticket) and len(ticket) == 2 * sessions.TICKET_BYTES for ticket in tickets)


OTHER_SHOP, OTHER_TOKEN = "nordlys.myshopify.com", "another-long-token"


class OtherShop(Shop):
    """Another tenant of the same deployment, with a company of its own."""

    def __init__(self, first: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        # The office is written for one shop: this one is another as long as it is at work.
        self._patch = monkeypatch
        with self.at_work():
            super().__init__(table=first.table, seed=2)

    def at_work(self) -> Any:
        context = self._patch.context()

        class Entered:
            def __enter__(self) -> None:
                patch = context.__enter__()
                for module in ("tests.fakes.office", "tests.conformance.updates"):
                    patch.setattr(f"{module}.SHOP", OTHER_SHOP)

            def __exit__(self, *details: Any) -> None:
                context.__exit__(*details)

        return Entered()


def test_case_18_two_tenants_interleaved_never_mix(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    other = OtherShop(shop, monkeypatch)
    try:
        assert other.connection["file_id"] != shop.connection["file_id"]
        shop.add([receipt(n) for n in range(15)])
        with other.at_work():
            other.add([receipt(n, amount="99.00") for n in range(500, 515)])
        ours, theirs = shop.begin(), other.begin()
        assert ours.ticket != theirs.ticket
        finished: set[int] = set()
        while len(finished) < 2:
            for update in (ours, theirs):
                if id(update) not in finished and update.work(update.send()) == 100:
                    finished.add(id(update))
        assert ref_numbers(shop.company) == [str(1000 + n) for n in range(15)]
        assert ref_numbers(other.company) == [str(1000 + n) for n in range(500, 515)]
        assert shop.ties_out()
    finally:
        other.close()


def test_case_18_a_ticket_opens_nothing_of_another_shop(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer to the other shop's set, brought with our ticket, changes nothing of theirs."""
    other = OtherShop(shop, monkeypatch)
    try:
        with other.at_work():
            other.add([receipt(7)])
        theirs = other.begin()
        request = theirs.send_until(posts)
        shop.add([receipt(1)])
        ours = shop.begin()
        ours.send()
        ours.receive(other.company.process(request))
        assert [entry.state for entry in shop.entries()] == [EntryState.READY]
        with other.at_work():
            assert [entry.state for entry in other.entries()] == [EntryState.SENT]
    finally:
        other.close()


def test_case_18_a_second_computer_waits_while_a_set_is_outstanding(shop: Shop) -> None:
    shop.add([receipt(n) for n in range(12)])
    first = shop.begin(FIRST_COMPUTER)
    request = first.send_until(posts)
    ticket, wish = shop.sign_in(SECOND_COMPUTER)
    assert ticket and wish in ("busy", "none")
    assert shop.call("closeConnection", SECOND_COMPUTER, ticket=ticket) == "OK"
    assert 0 <= first.work(request) < 100
    assert first.finish() == 100
    assert len(set(ref_numbers(shop.company))) == len(ref_numbers(shop.company)) == 12
    assert shop.ties_out()


def test_case_18_the_page_says_that_two_computers_are_at_work(shop: Shop) -> None:
    shop.add([receipt(1)])
    first = shop.begin(FIRST_COMPUTER)
    first.send_until(posts)
    shop.sign_in(SECOND_COMPUTER)
    item = connection.read(shop.table, SHOP)
    assert health.view(item, None, shop.now)["cause"] == "two_computers"


def test_case_28_a_new_authenticate_ends_the_old_ticket(shop: Shop) -> None:
    shop.add([receipt(n) for n in range(3)])
    old = shop.begin()
    old.send_until(posts)
    new = shop.begin()
    assert (new.wish, new.ticket == old.ticket) == ("", False)
    assert old.send() == ""
    assert "newer" in old.last_error()


def test_case_28_the_late_answer_of_the_old_ticket_is_used(shop: Shop) -> None:
    """It is the lost answer everybody looks for: nothing is posted again, nothing even looked up."""
    shop.add([receipt(n) for n in range(3)])
    old = shop.begin()
    request = old.send_until(posts)
    new = shop.begin()
    assert old.receive(shop.company.process(request)) == -1
    assert shop.states() == {"POSTED": 3}
    assert new.finish() == 100
    assert not any(posts(text) for text in new.sent)
    assert ref_numbers(shop.company) == ["1000", "1001", "1002"]
    assert shop.ties_out()


def test_case_28_the_late_answer_comes_after_the_probe_was_sent(shop: Shop) -> None:
    shop.add([receipt(n) for n in range(3)])
    old = shop.begin()
    answer = shop.company.process(old.send_until(posts))
    new = shop.begin()
    probe = new.send_until(probes)
    assert old.receive(answer) == -1
    assert 0 <= new.work(probe) < 100
    assert new.finish() == 100
    assert ref_numbers(shop.company) == ["1000", "1001", "1002"]
    assert shop.ties_out()


@pytest.mark.parametrize("after", ["authenticate", "send", "receive", "done"])
def test_case_29_close_connection_never_comes(shop: Shop, after: str) -> None:
    """The next run is let in at once, whatever the last one had come to, and loses nothing."""
    shop.add([receipt(n) for n in range(5)])
    left = shop.begin()
    if after in ("send", "receive"):
        request = left.send_until(posts)
        if after == "receive":
            left.work(request)
    elif after == "done":
        while left.work(left.send()) < 100:
            pass
        shop.add([receipt(9)])
    shop.pass_time(minutes=1)
    run = shop.update()
    assert run.ok, run.status_text
    assert len(ref_numbers(shop.company)) == len(set(ref_numbers(shop.company))) == len(shop.entries())
    assert shop.ties_out()


def test_case_29_the_computer_never_comes_back(shop: Shop) -> None:
    """Another computer takes over once the first has been silent for long."""
    shop.add([receipt(n) for n in range(5)])
    shop.begin(FIRST_COMPUTER).send_until(posts)
    shop.pass_time(hours=2)
    run = shop.update(source=SECOND_COMPUTER)
    assert run.ok, run.status_text
    assert ref_numbers(shop.company) == [str(1000 + n) for n in range(5)]
    assert shop.ties_out()


def test_case_29_a_ticket_is_forgotten_in_the_end(shop: Shop) -> None:
    """Sessions carry a time to live; DynamoDB deletes them, and then they are as unknown as any."""
    shop.add([receipt(1)])
    ticket, _ = shop.sign_in()
    (item,) = shop.table.query(keys.ticket(ticket))
    assert item["ttl"] > shop.now.timestamp() + 1800
    shop.table.delete(item["pk"], item["sk"])
    headers = DOTNET_HEADERS
    assert post(shop.door.port, b"", headers).status == 500
    assert shop.call("sendRequestXML", ticket=ticket) == ""
    assert shop.call("receiveResponseXML", ticket=ticket) == -1
    assert shop.call("getLastError", ticket=ticket)


def qwc(shop: Shop, name: str = "Linda's Books") -> dict[str, str]:
    item = connection.ensure(shop.table, SHOP, shop.now)
    text = qwc_file(item["user_name"], item["file_id"], connection.OWNER_ID, "https://x.example.com", name)
    return read_qwc(text)


def test_case_30_the_qwc_survives_any_name(shop: Shop) -> None:
    name = "Tom & \"Jerry\" <Cheese> 'n' Søn ]]> 日本"
    found = qwc(shop, name)
    assert name in found["AppName"]
    assert found["IsReadOnly"] == "false"
    assert found["QBType"] == "QBFS"
    assert found["Style"] == "Document"
    assert found["PersonalDataPref"] in ("pdpNotNeeded", "pdpOptional", "pdpRequired")
    for guid in ("OwnerID", "FileID"):
        assert re.fullmatch(r"\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}", found[guid])
    assert len(found["AppDescription"]) <= 80


def test_case_30_the_qwc_is_the_same_whenever_it_is_fetched(shop: Shop) -> None:
    before = qwc(shop)
    shop.add([receipt(1)])
    shop.update()
    shop.pass_time(days=40)
    connection.create_token(shop.table, SHOP, None, shop.now)
    assert qwc(shop) == before


def test_case_30_a_renewed_file_id_refuses_the_old_company(shop: Shop) -> None:
    shop.add([receipt(1)])
    assert shop.update().ok
    old = qwc(shop)["FileID"]
    connection.renew_file_id(shop.table, SHOP)
    shop.connection = connection.read(shop.table, SHOP) or {}
    assert qwc(shop)["FileID"] != old
    shop.add([receipt(2)])
    run = shop.update()
    assert not run.ok
    assert "company" in run.status_text
    assert ref_numbers(shop.company) == ["1001"]
