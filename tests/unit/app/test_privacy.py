"""Privacy requests over a shop whose days have been posted: what is found, what is forgotten, what the books keep."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import pytest

from connector.app import audit, privacy, privacy_search, webhooks
from connector.app.privacy_people import Person, anonymous, words_in
from connector.app.services import Services
from connector.ledger.facts import Customer
from connector.ledger.stored_value import STORE_CREDIT, StoredValueFact, StoredValueKind
from connector.outbox import connection, message_sets
from connector.outbox.entries import EntryState
from connector.outbox.lists import ListState
from connector.storage import keys
from connector.storage.facts import FactRecord, Topic
from infra.local.shop.model import legacy_id
from tests.fakes.preparation import SHOP
from tests.unit.app.bookkeeping import Bookkeeping
from tests.unit.app.conftest import OTHER, Call, Clock, Scheduler, minute

ALWAYS = lambda: 600.0  # noqa: E731


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture
def books(services: Services) -> Bookkeeping:
    made = Bookkeeping(services)
    made.live(0, 1)
    return made


def test_a_data_request_ends_in_a_report_of_all_that_is_held(books: Bookkeeping) -> None:
    books.ask("customers/data_request")
    done = books.view()
    assert (done["state"], done["topic"], done["customer"]) == ("DONE", "customers/data_request", books.id)
    report = done["report"]
    assert report["customer"]["names"] == [books.customer.display_name]
    assert report["customer"]["emails"] == [books.customer.email]
    assert report["customer"]["phones"] == [books.customer.phone]
    known = [o for o in books.orders if str(legacy_id(o.id)) in books.job.preparation.records()]
    assert known and {one["order"] for one in report["orders"]} == {order.name for order in known}
    theirs = [e for e in books.job.preparation.entries() if e.document and _of(e.document) == f"customer:{books.id}"]
    assert {one["number"] for one in report["documents"]} == {entry.ref_number for entry in theirs}
    assert sum(Decimal(one["amount"]) for one in report["documents"]) == sum(entry.amount for entry in theirs)
    assert report["quickbooks"]["holds_the_customer"] and report["quickbooks"]["name"] == books.element.name
    assert "open one of the documents" in report["quickbooks"]["hint"]


def test_nothing_of_anybody_else_is_in_the_report(books: Bookkeeping) -> None:
    books.ask("customers/data_request")
    text = json.dumps(books.view()["report"], ensure_ascii=False)
    others = {
        word
        for order in books.job.world
        if (c := order.customer) and c.id != books.customer.id
        for word in (c.email, c.phone)
        if word
    }
    assert others and not [word for word in others if word in text]


def test_a_customer_nobody_knows_is_an_answer_too(books: Bookkeeping) -> None:
    books.ask("customers/data_request", customer=1)
    report = books.view()["report"]
    assert (report["orders"], report["documents"]) == ([], [])
    assert not report["quickbooks"]["holds_the_customer"]
    assert report["quickbooks"]["hint"] == "QuickBooks has been given nothing of this customer."


def test_a_request_that_names_no_customer_says_so(books: Bookkeeping) -> None:
    books.ask("customers/redact", customer="")
    assert books.view()["outcome"] == {"note": "The request names no customer."}


@pytest.mark.parametrize("mode", ["detailed", "summary"])
def test_redacting_a_customer_leaves_no_trace_but_the_number_and_not_a_cent_changes(
    services: Services, mode: str
) -> None:
    books = Bookkeeping(services, mode=mode)
    books.live(0, 1)
    before, held = books.books(), books.traces()
    assert {word for _, word in held} >= {word.lower() for word in books.words[1:]}
    books.ask("customers/redact")
    assert books.view()["state"] == "DONE"
    assert books.traces() == set()
    assert books.books() == before


def test_after_a_redaction_the_books_go_on_and_tie_out(books: Bookkeeping) -> None:
    """Shopify has forgotten the person too; a refund of an old order goes to the same customer in QuickBooks."""
    list_id = books.element.list_id
    books.ask("customers/redact")
    names_before = set(_customer_names(books))
    books.live(2, 3)
    assert books.job.faults() == []
    assert {entry.state for entry in books.job.preparation.entries()} == {EntryState.READ_BACK}
    assert books.element.list_id == list_id
    assert f"Customer {books.id}" not in set(_customer_names(books)) - names_before


def test_the_merchant_is_told_what_quickbooks_still_holds_and_how_to_find_it(books: Bookkeeping) -> None:
    books.ask("customers/redact")
    there = books.view()["outcome"]["quickbooks"]
    assert there["holds_the_customer"]
    numbers = {document["number"] for document in there["documents"]}
    posted = [e for e in books.job.preparation.entries() if e.document and _of(e.document) == f"customer:{books.id}"]
    assert numbers == {entry.ref_number for entry in posted}
    assert "clear name, address, e-mail and phone" in there["hint"]


def test_one_who_is_not_in_quickbooks_yet_gets_there_without_a_name(services: Services) -> None:
    books = Bookkeeping(services)
    books.job.prepare(0)
    books.job.prepare(1)
    assert books.element.state is ListState.WANTED
    books.ask("customers/redact")
    assert books.traces() == set()
    books.job.update()
    assert books.element.state is ListState.KNOWN
    assert f"Customer {books.id}" in _customer_names(books)
    assert not [word for word in books.words if word in " ".join(_customer_names(books))]
    books.live(2, 3)
    assert books.job.faults() == []


def test_a_name_that_was_forgotten_is_given_to_nobody_else(books: Bookkeeping) -> None:
    """QuickBooks still has the record under it: another person's documents must not end up there."""
    name = books.element.name
    reserved = keys.name("name", name)
    assert name.lower() not in reserved.lower()
    books.ask("customers/redact")
    item = books.table.get(keys.shop(SHOP), reserved)
    assert item is not None and item["owner"] == Person(books.id).element


def test_what_quickbooks_has_not_answered_yet_waits_and_is_done_by_the_upkeep(books: Bookkeeping) -> None:
    item = next(
        item
        for item in books.table.query(keys.shop(SHOP), "SET#")
        if item["kind"] == "WRITE" and Person(books.id).element in item["elements"]
    )
    outstanding = {"pk": item["pk"], "sk": keys.OUTSTANDING, "set_id": item["id"], "ticket": "t", "sent_at": "2026"}
    books.table.put(outstanding)
    books.ask("customers/redact")
    assert books.view()["state"] == "OPEN"
    assert {sk for sk, _ in books.traces()} == {item["sk"], keys.privacy_request("w1")}
    assert list(privacy.waiting(books.table)) == [(SHOP, "w1")]
    books.table.delete(item["pk"], keys.OUTSTANDING)
    assert privacy.work_on(books.services, SHOP, "w1", ALWAYS)
    assert books.traces() == set()
    assert list(privacy.waiting(books.table)) == []
    set_ = message_sets.get(books.table, SHOP, item["id"])
    assert set_ is not None and set_.body == b"" and set_.answered is not None


def test_an_add_that_is_under_way_keeps_its_name_until_quickbooks_has_answered(books: Bookkeeping) -> None:
    books.table.put(replace(books.element, state=ListState.SENT, set_id="s1").to_item())
    books.ask("customers/redact")
    assert books.view()["state"] == "OPEN" and books.element.name in books.words
    books.table.put(replace(books.element, state=ListState.KNOWN).to_item())
    assert privacy.work_on(books.services, SHOP, "w1", ALWAYS)
    assert books.traces() == set()


@pytest.mark.parametrize("topic", ["customers/data_request", "customers/redact"])
def test_a_long_search_is_done_a_stretch_at_a_time(
    books: Bookkeeping, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(privacy_search, "LOOK_AT_THE_CLOCK", 10)
    before = books.books()
    delivery = {"topic": topic, "shop": SHOP, "id": "w1", "triggered_at": "", "payload": {"customer": {"id": books.id}}}
    request_id = privacy.receive(books.services, webhooks.Delivery(**delivery))
    looks = 0
    while not privacy.work_on(books.services, SHOP, request_id, _seconds(1)):
        looks += 1
        assert looks < 100
    assert looks > 1
    if topic == "customers/redact":
        assert books.traces() == set()
    assert books.books() == before


def _seconds(calls: int) -> Callable[[], float]:
    """Time for so many looks at the clock."""
    left = [60.0] * calls
    return lambda: left.pop() if left else 0.0


def test_a_process_that_dies_at_any_write_of_a_redaction_is_followed_by_one_that_ends_it(books: Bookkeeping) -> None:
    before = books.books()
    kills = 0

    def die(number: int) -> None:
        raise Killed

    payload = {"customer": {"id": books.id}}
    delivery = webhooks.Delivery("customers/redact", SHOP, "w1", "", payload)
    request_id = privacy.receive(books.services, delivery)
    done = False
    while not done:
        # Each attempt gets one write further.
        start = books.table.writes
        books.table.before_write = lambda number, until=start + 1: die(number) if number > until else None
        try:
            done = privacy.work_on(books.services, SHOP, request_id, ALWAYS)
        except Killed:
            kills += 1
    books.table.before_write = None
    assert kills > 3
    assert books.traces() == set()
    assert books.books() == before


def test_a_report_made_earlier_is_forgotten_with_the_person(books: Bookkeeping) -> None:
    books.ask("customers/data_request", id="w1")
    books.ask("customers/redact", id="w2")
    assert books.view("w1")["report"] is None
    assert books.traces() == set()


def test_a_report_goes_away_by_itself(books: Bookkeeping) -> None:
    books.ask("customers/data_request")
    item = books.table.get(keys.shop(SHOP), keys.privacy_request("w1"))
    assert item["ttl"] == int((books.job.now + privacy.REPORT_KEPT).timestamp())


def test_a_request_that_is_delivered_twice_is_one(books: Bookkeeping) -> None:
    books.ask("customers/data_request")
    first = books.view()
    books.table.delete(keys.shop(SHOP), keys.webhook("w1"))
    books.ask("customers/data_request")
    assert privacy.views(books.table, SHOP) == [first]


def test_somebody_else_with_the_same_name_is_left_alone(books: Bookkeeping) -> None:
    """The words are the same; the number is not, and only it counts."""
    double = next(r for r in books.job.preparation.records().values() if r.facts.order.customer is None)
    twin = Customer("gid://shopify/Customer/5", "5", *books.words[:1], "", "", *books.words[1:])
    order = replace(double.facts.order, customer=twin)
    books.table.transact([replace(double, facts=replace(double.facts, order=order)).write()])
    books.ask("customers/redact")
    assert {sk for sk, _ in books.traces()} == {keys.order(double.legacy_id)}


def test_a_name_in_a_reason_or_a_note_is_taken_out_of_the_text(books: Bookkeeping) -> None:
    name = books.customer.display_name
    entry = next(e for e in books.job.preparation.entries() if e.document and _of(e.document).endswith(books.id))
    held = replace(entry, state=EntryState.HELD, reason=f'QuickBooks says that "{name}" is inactive.')
    books.table.put(held.to_item())
    fact = StoredValueFact(
        "gid://shopify/X/1",
        entry.day,
        books.job.now,
        STORE_CREDIT,
        StoredValueKind.CREDITED,
        Decimal("5.00"),
        "a",
        name,
    )
    books.table.transact(FactRecord(SHOP, Topic.STORED_VALUE, fact).writes())
    reason = f"{name} paid in cash"
    audit.note(books.table, SHOP, books.job.now, "42", "entry.ignore", entry.id, {"reason": reason, "count": 1})
    books.ask("customers/redact")
    (line,) = audit.newest(books.table, SHOP)
    assert (line["who"], line["details"]) == ("42", {"reason": "the customer paid in cash", "count": 1})
    after = next(e for e in books.job.preparation.entries() if e.id == entry.id)
    assert after.reason == 'QuickBooks says that "the customer" is inactive.'
    assert books.traces() == set()


def test_the_merchant_fetches_requests_and_no_other_shop_s(
    call: Call, services: Services, installed: str, clock: Clock
) -> None:
    payload = {"customer": {"id": 7}}
    for shop, id_ in ((installed, "w1"), (OTHER, "w2")):
        delivery = {"topic": "customers/data_request", "shop": shop, "id": id_, "triggered_at": "", "payload": payload}
        webhooks.carry_out(json.dumps(delivery), services, minute)
    (request,) = call("GET", "/api/privacy-requests").json["requests"]
    assert (request["id"], request["state"], request["due_at"]) == ("w1", "DONE", "2026-12-02T09:00:00Z")
    assert request["report"]["orders"] == []


def test_anonymous_changes_nothing_of_others() -> None:
    person = Person("7", ("Ida Berg",))
    other = Customer("gid://shopify/Customer/8", "8", "Ida Berg")
    assert anonymous((other, "Ida Berg shirt"), person) == (other, "Ida Berg shirt")
    assert words_in(other, person) == set()
    assert person.unnamed("Ida Berg's, Ida Bergs") == "the customer's, Ida Bergs"
    assert Person("7").unnamed("Ida Berg") == "Ida Berg"


# A shop that left.


def _left(services: Services, scheduler: Scheduler) -> Bookkeeping:
    books = Bookkeeping(services)
    books.live(0, 1)
    books.table.put({"pk": keys.shop(OTHER), "sk": keys.PROFILE, "name": "another"})
    connection.ensure(books.table, OTHER, books.job.now)
    scheduler.schedules["schedule"] = {}
    return books


def _shop_redact(books: Bookkeeping) -> None:
    delivery = {"topic": "shop/redact", "shop": SHOP, "id": "w9", "triggered_at": "", "payload": {}}
    webhooks.carry_out(json.dumps(delivery), books.services, minute)


def test_a_shop_s_redaction_leaves_nothing_of_it_and_all_of_the_others(
    services: Services, scheduler: Scheduler
) -> None:
    books = _left(services, scheduler)
    pks = {pk for pk, partition in books.table._partitions.items() if partition}
    assert {pk.partition("#")[0] for pk in pks} == {"SHOP", "USER", "TICKET"}
    others = {pk: dict(p) for pk, p in books.table._partitions.items() if OTHER.partition(".")[0] in pk}
    _shop_redact(books)
    assert {pk: dict(p) for pk, p in books.table._partitions.items() if p} == others
    assert books.table.index(keys.PRIVACY_QUEUE) and list(privacy.waiting(books.table)) == []


def test_an_erasure_that_is_killed_anywhere_is_ended_by_the_next_one(services: Services, scheduler: Scheduler) -> None:
    books = _left(services, scheduler)
    delivery = webhooks.Delivery("shop/redact", SHOP, "w9", "", {})
    request_id = privacy.receive(books.services, delivery)
    kills = 0
    while list(privacy.waiting(books.table)):
        start = books.table.writes

        def hook(number: int, until: int = start + 1) -> None:
            if number > until:
                raise Killed

        books.table.before_write = hook
        try:
            privacy.work_on(books.services, SHOP, request_id, _seconds(1))
        except Killed:
            kills += 1
    assert kills > 1
    assert not [pk for pk, p in books.table._partitions.items() if p and OTHER.partition(".")[0] not in pk]


def _of(document: Any) -> str:
    """Whose it is; deposits, journal entries and what suppliers are owed are no customer's."""
    return str(document.customer.key) if hasattr(document, "customer") else ""


def _customer_names(books: Bookkeeping) -> list[str]:
    """Names of the customers in QuickBooks."""
    query = "<CustomerQueryRq><ActiveStatus>All</ActiveStatus></CustomerQueryRq>"
    prolog = '<?xml version="1.0"?><?qbxml version="13.0"?>'
    answer = books.job.company.process(
        f'{prolog}<QBXML><QBXMLMsgsRq onError="stopOnError">{query}</QBXMLMsgsRq></QBXML>'
    )
    names = [node.text or "" for node in ElementTree.fromstring(answer).iter("FullName")]
    assert names
    return names
