"""Cases 19, 26, 27: names of every kind through both layers of XML, reference numbers, and ten thousand waiting."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from xml.sax.saxutils import unescape

import pytest
from lxml import etree

from connector.accounting.documents import ListKind
from connector.outbox import repository
from connector.quickbooks import names, queries
from connector.quickbooks.names import fit_name
from connector.quickbooks.text import clean
from connector.storage.table import put_write
from connector.sync.documents import entry_of
from tests.conformance.door import ROOT
from tests.conformance.updates import SHOP, Shop, posts, writes
from tests.fakes.office import customer, receipt
from tests.fakes.yardstick import measured

NAMES = {
    "markup": "Tom & Jerry <tom@x.example> \"J\" 'J' ]]>",
    "Latin-1": "Søren Ærøskøbing Ñandú",
    "typographic": "“Linda’s” — Books™ … 5 €",
    "Japanese": "山田太郎",
    "Vietnamese": "Nguyễn Thị Minh Khai",
    "emoji": "Anna 😀 🇩🇰 Berg",
    "control characters": "Karl\x0b\x00\x1f\tHeinz\r\nMüller",
    "sixty characters": "A" * 59 + "Z",
    "sixty of two each": "ß" * 60,
    "a colon": "Sales:Online:DK",
    "blanks": "   Ole    Lund   ",
    "only emoji": "😀😀😀",
    "right to left": "\u202eמשה\u202c כהן",
    "combining": "Zoe\u0308 A\u030angstro\u0308m",
    "references": "AT&amp;T &#233; &lt;b&gt;",
}


def result_of(shop: Shop) -> str:
    """What the last sendRequestXML carried, un-escaped by hand: one layer of XML less."""
    body = shop.replies[-1].body.decode("utf-8")
    found = re.search(r"<sendRequestXMLResult>(.*)</sendRequestXMLResult>", body, re.DOTALL)
    assert found
    return unescape(found[1])


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_case_19_a_name_of_any_kind_arrives_as_it_should(shop: Shop, name: str) -> None:
    """The envelope is well-formed, the qbXML is ASCII, the name fits and comes back as what we say it becomes."""
    who = customer(1, name)
    shop.add([receipt(1, who=who)])
    update = shop.begin()
    expected = fit_name(ListKind.CUSTOMER, name, who.key)
    assert 0 < len(expected) <= 41
    seen = False
    for _ in range(30):
        request = update.send()
        assert result_of(shop) == request
        assert request.isascii()
        root = etree.fromstring(request.encode())
        seen |= expected in [element.text for element in root.iterfind(".//CustomerAdd/Name")]
        if update.work(request) == 100:
            break
    assert seen
    (posted,) = shop.company.transactions("SalesReceipt")
    assert posted.name == expected
    assert shop.ties_out()


def test_case_19_what_a_name_becomes() -> None:
    """The table above in words a person can check."""
    assert clean(NAMES["markup"]) == NAMES["markup"]
    assert clean(NAMES["Latin-1"]) == NAMES["Latin-1"]
    assert clean(NAMES["typographic"]).startswith('"Linda\'s" - Books')
    assert clean(NAMES["emoji"]) == "Anna Berg"
    assert clean(NAMES["control characters"]).replace(" ", "") == "KarlHeinzMüller"
    assert clean(NAMES["combining"]) == "Zoë Ångström"
    assert clean(NAMES["references"]) == NAMES["references"]
    assert ":" not in fit_name(ListKind.CUSTOMER, NAMES["a colon"], "customer:1")


def test_case_19_names_alike_stay_apart(shop: Shop) -> None:
    """After cutting and transliteration two customers have one name; QuickBooks gets two."""
    wishes = ["A" * 60, "A" * 59, "a" * 60, "Ａ" * 50]
    shop.add([receipt(n, who=customer(n, wish)) for n, wish in enumerate(wishes)])
    assert shop.update().ok
    posted = shop.company.transactions("SalesReceipt")
    assert len({one.name.lower() for one in posted}) == len(wishes)
    assert all(len(one.name) <= 41 for one in posted)
    assert shop.ties_out()


ORDER_NAMES = ["#1001", "#1001 ", "1001", "EU-100234", "EU-100234-R1", "DK#9", "#1-R1", "2026/000123", "😀", "#D260305",
               "Order No. 12", "x" * 30]  # fmt: skip


def bases() -> Iterator[str]:
    for number, order_name in enumerate(ORDER_NAMES):
        yield names.base_reference(order_name) or names.fallback_reference(str(5_800_000_000_000 + number))


def test_case_26_ref_numbers_fit_and_never_meet() -> None:
    """Of every document an order may get, for order names that look like each other's endings."""
    found: dict[str, str] = {}
    for number, base in enumerate(bases()):
        if ORDER_NAMES[number] in ("#1001 ", "1001"):
            continue  # the same name as the first: Shopify's names are unique
        for letter in ("", "R", "F", "P"):
            for n in range(1, 12):
                reference = names.reference(base, letter, n)
                assert 0 < len(reference) <= 11
                assert reference.isascii()
                assert reference.lower() not in found, f"{reference} of {found[reference.lower()]} and {base}"
                found[reference.lower()] = base


def test_case_26_documents_reach_quickbooks_under_their_numbers(shop: Shop) -> None:
    from tests.fakes.office import credit_and_refund, invoice_and_payment

    shop.add([receipt(1), *invoice_and_payment(2), *credit_and_refund(3)])
    assert shop.update().ok
    found = {one.kind: one.ref_number for one in shop.company.transactions()}
    assert found == {
        "SalesReceipt": "1001",
        "Invoice": "1002",
        "ReceivePayment": "1002-P1",
        "CreditMemo": "1003-R1",
        "ARRefundCreditCard": "1003-F1",
    }


def test_case_26_two_shops_in_one_company_are_told_apart_by_the_mark(shop: Shop) -> None:
    """Both sell an order #1001. The other shop's is not ours, though number, day and amount agree."""
    first, second = entry_of(SHOP, "s", receipt(1)), entry_of("nordlys.myshopify.com", "s", receipt(1))
    assert first.ref_number == second.ref_number
    assert first.id != second.id
    shop.add([receipt(1)])
    update = shop.begin()
    request = update.send_until(posts)
    shop.company.process(request.replace(first.id.upper(), second.id.upper()).replace(first.id, second.id))
    shop.company.lose_stored_answers()
    assert shop.update().ok
    guids = sorted(one.external_guid.strip("{}").lower() for one in shop.company.transactions("SalesReceipt"))
    assert guids == sorted([first.id, second.id])
    assert shop.ties_out()


def test_case_26_a_deposit_is_looked_for_without_a_ref_number(shop: Shop) -> None:
    """qbXML has none on deposits: by date, and memo and mark decide."""
    query = etree.tostring(queries.look_up_deposits(receipt(1).document.day)).decode()
    assert "<RefNumberCaseSensitive>" not in query and "<RefNumber>" not in query
    assert "2026-03-05" in query


FEW, WAITING = 500, 10_000


def wait_in_line(shop: Shop, first: int, last: int) -> None:
    """Receipts for one customer that QuickBooks has."""
    for n in range(first, last):
        shop.table.transact([put_write(entry_of(SHOP, "sync-1", receipt(n, who=customer(0))).to_item())])


def cost_of_a_run(shop: Shop) -> float:
    """Processor time of eight questions and answers; QuickBooks' own is not counted."""
    update = shop.begin()
    spent = 0.0
    for _ in range(8):
        request, asking = measured(update.send)
        answer = shop.company.process(request)
        told, taking = measured(partial(update.receive, answer))
        assert 0 <= told < 100
        spent += asking + taking
    assert any(writes(text) for text in update.sent)
    return spent


def test_case_27_ten_thousand_waiting_entries_cost_a_call_no_more_than_a_few(shop: Shop) -> None:
    """API Gateway gives a call 29 s, .NET 100. What waits behind must not be felt; `make bench` has the seconds."""
    shop.add([receipt(n, who=customer(0)) for n in range(1, 301)])
    assert shop.update().ok  # the sets have their full size afterwards
    wait_in_line(shop, 1000, 1000 + FEW)
    few = cost_of_a_run(shop)
    wait_in_line(shop, 1000 + FEW, 1000 + FEW + WAITING)
    many = cost_of_a_run(shop)
    assert many < 4 * few, f"{many / few:.1f} times as much with {WAITING // FEW} times as many"
    assert repository.count(shop.table, SHOP, repository.EntryState.READY, 2 * WAITING) > WAITING - FEW


def test_case_27_nothing_in_a_call_waits_for_anybody_else(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """No connection is opened by the endpoint itself, to Shopify or elsewhere."""
    endpoint = shop.door.make_endpoint()
    shop.add([receipt(n) for n in range(12)])

    def refuse(*args: object) -> None:
        raise AssertionError("the endpoint opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(shop, "call", lambda operation, source="", **given: endpoint.call(
        operation, {name: str(value or "") for name, value in given.items()}, source))  # fmt: skip
    assert shop.update().ok
    assert shop.ties_out()


def test_case_27_the_function_cannot_even_call_shopify() -> None:
    """No HTTP client, no Shopify module is loaded with it."""
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT / 'functions/web_connector')!r}); import app; "
        "print(sorted(m for m in sys.modules if m.startswith(('connector.shopify', 'connector.app', 'connector.sync', "
        "'httpx', 'requests.', 'pydantic', 'zeep', 'shopify'))))"
    )
    environment = {"PYTHONPATH": str(ROOT / "layers/connector"), "PATH": "", "TABLE_NAME": "t"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
