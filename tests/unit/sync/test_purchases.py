"""Purchases of a whole shop: read, booked, posted, read back; in every mode to the cent, from every source."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import httpx
import pytest

from connector.accounting.purchase_documents import Bill, ItemLine
from connector.outbox.entries import Entry, EntryState
from connector.purchases.csv_import import read_csv
from connector.purchases.stocky import Stocky
from connector.purchases.tables import Formats
from connector.storage import catalog, facts, keys
from connector.storage.facts import Topic
from connector.sync import undo
from connector.sync.context import Context
from connector.sync.preview import Asked, entries_of
from connector.sync.topics.purchases import store_imported
from infra.local.shop.world import World, build_world
from tests.fakes.main_job import MainJob
from tests.fakes.preparation import SHOP, Killed

KINDS = ("PurchaseOrder", "Bill", "ItemReceipt", "VendorCredit")


@cache
def world() -> World:
    return build_world(days=4, orders_per_day=5)


def the_job(vendor: str = "detailed", inventory: str = "detailed") -> MainJob:
    return MainJob(world(), "detailed", inventory=inventory, vendor=vendor)


def purchases(job: MainJob) -> list[Entry]:
    return [entry for entry in job.preparation.entries() if entry.kind in KINDS]


def kinds(job: MainJob) -> dict[str, int]:
    found = [entry.kind for entry in purchases(job)]
    return {kind: found.count(kind) for kind in KINDS if kind in found}


def payable(job: MainJob) -> Decimal:
    lines = {line["line"]: Decimal(line["quickbooks"]) for line in job.preparation.report()["total"]["lines"]}
    return lines.get("accounts_payable", Decimal(0))


CSV = """PO Number,Supplier,SKU,Quantity,Quantity received,Cost,Date,Received at,Freight
PO-7,Fjord Supply,{sku},10,4,2.50,2026-10-31,2026-11-01,12.00
"""


def imported(job: MainJob, text: str) -> int:
    read = read_csv(text.encode(), Formats(), "USD", date(2026, 11, 2))
    assert read.bad_rows == ()
    return store_imported(job.table, SHOP, read.purchases, "USD", world().days[0])


def sku_of_something_sold(job: MainJob) -> str:
    found = (item for item in job.table.query(keys.shop(SHOP), keys.variant("")))
    variants = catalog.products(job.table, SHOP, [item["id"] for item in found]).values()
    return next(v.product.sku for v in variants if v.product.sku and v.product.unit_cost)


@pytest.mark.parametrize("inventory", ["detailed", "summary"])
@pytest.mark.parametrize("vendor", ["detailed", "summary"])
def test_the_suppliers_are_owed_what_arrived(vendor: str, inventory: str) -> None:
    job = the_job(vendor, inventory)
    job.live_through()
    assert payable(job) == job.expected("accounts_payable") == Decimal("-322.45")
    assert {entry.state for entry in purchases(job)} == {EntryState.READ_BACK}
    assert kinds(job) == {"PurchaseOrder": 2, "Bill": 3} if vendor == "detailed" else {"Bill": 3}


def test_a_purchase_and_a_sale_of_a_product_use_the_same_item() -> None:
    job = the_job()
    job.live_through()
    bought = {
        line.item.key
        for entry in purchases(job)
        if isinstance(entry.document, Bill)
        for line in entry.document.lines
        if isinstance(line, ItemLine)
    }
    sold = {need for entry in job.preparation.entries() if entry.kind not in KINDS for need in entry.needs}
    assert bought
    assert {f"LIST#Item#{key}" for key in bought} & sold


def test_a_sync_again_makes_nothing_new_and_asks_nothing_of_a_finished_order() -> None:
    job = the_job()
    job.live_through()
    before = job.preparation.everything().keys()
    asked: list[str] = []
    inner = job.shop.shop.query

    def query(body: dict[str, Any], scopes: tuple[str, ...]) -> object:
        if "PurchaseOrderTransfers" in str(body.get("query", "")):
            asked.append(str(body["variables"]["id"]))
        return inner(body, scopes)

    job.shop.shop.query = query  # type: ignore[method-assign, assignment]
    job.prepare(3)
    assert job.preparation.everything().keys() == before
    numbers = {record.id: record.fact.number for record in facts.listed(job.table, SHOP, Topic.PURCHASE)}
    # The first has come whole, the second short; the third is a draft.
    assert sorted(numbers[id_] for id_ in asked) == ["#PO0002", "#PO0003"]


def test_the_preview_shows_the_purchases_that_the_sync_makes() -> None:
    job = the_job()
    job.prepare(0)
    job.update()
    job.now = job.source.now = job.shop.shop.now = job.night_after(1)
    job.preparation.end = job.now
    shown = {entry.key: entry.document for entry in entries_of(job.table, job._context(), Asked(SHOP))}
    job.preparation.sync(job.now)
    made = {entry.key: entry.document for entry in purchases(job) if entry.state is EntryState.READY}
    assert made
    assert {key: shown[key] for key in made} == made


def test_an_undone_sync_frees_the_purchases_and_the_next_makes_them_by_the_new_mode() -> None:
    job = the_job()
    job.live_through()
    entries = [entry for entry in undo.entries_of(job.table, SHOP) if entry.kind in KINDS]
    undo.start(job.table, SHOP, undo.judge(job.table, SHOP, entries, None), repost=True)
    for _ in range(4):
        job.update()
    job.preparation.settings(modes={"customer": "detailed", "inventory": "detailed", "vendor": "summary"})
    job.prepare(3)
    job.update()
    assert kinds(job) == {"Bill": 3}
    assert payable(job) == Decimal("-322.45")
    assert job.faults() == []


def test_an_imported_file_is_booked_by_the_next_sync_and_again_changes_nothing() -> None:
    job = the_job()
    job.live_through()
    text = CSV.format(sku=sku_of_something_sold(job))
    assert imported(job, text) == 1
    assert imported(job, text) == 0
    job.prepare(3)
    job.update()
    of_file = [entry for entry in purchases(job) if entry.title == "PO-7"]
    assert [(entry.kind, entry.amount, entry.day) for entry in of_file] == [
        ("PurchaseOrder", Decimal("25.00"), date(2026, 10, 31)),
        ("Bill", Decimal("22.00"), date(2026, 11, 1)),
    ]
    assert payable(job) == Decimal("-344.45")
    assert imported(job, text.replace(",10,4,", ",10,10,")) == 1
    job.prepare(3)
    job.update()
    assert payable(job) == Decimal("-359.45")
    assert {entry.state for entry in purchases(job)} == {EntryState.READ_BACK}


def test_a_file_of_a_product_that_the_shop_does_not_have_is_held_until_it_has() -> None:
    job = the_job()
    job.live_through()
    assert imported(job, CSV.format(sku="NOT-THERE")) == 1
    job.prepare(3)
    (held,) = job.preparation.entries(EntryState.HELD)
    assert (held.kind, held.amount) == ("Purchase", Decimal("22.00"))
    assert held.reason.startswith("PO-7: the shop has no product (or more than one) for NOT-THERE")
    (some,) = list(catalog.products(job.table, SHOP, [_an_item(job)]).values())
    new = replace(some, id=f"{some.id}9", inventory_item=f"{some.inventory_item}9")
    catalog.store(job.table, SHOP, [replace(new, product=replace(some.product, sku="NOT-THERE", variant_id=new.id))])
    job.prepare(3)
    job.update()
    assert job.preparation.entries(EntryState.HELD) == []
    assert [entry.kind for entry in purchases(job) if entry.title == "PO-7"] == ["PurchaseOrder", "Bill"]


def _an_item(job: MainJob) -> str:
    return str(next(iter(job.table.query(keys.shop(SHOP), keys.variant(""))))["id"])


def test_what_arrived_before_the_books_is_not_posted_and_what_comes_later_of_it_is() -> None:
    job = the_job()
    job.preparation.settings(start_date=date(2026, 11, 2))
    for day in range(2, 4):
        job.prepare(day)
        job.update()
    assert [(entry.kind, entry.title, entry.amount) for entry in purchases(job)] == [
        ("Bill", "#PO0001", Decimal("185.60"))
    ]
    (bill,) = purchases(job)
    assert isinstance(bill.document, Bill)
    assert bill.document.purchase_order == ""


# Stocky.


def with_stocky(job: MainJob, answer: httpx.Response, seen: list[httpx.Request]) -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        behind = request.url.params.get("since_id") not in (None, "0")
        return httpx.Response(200, json={"purchase_orders": []}) if behind and answer.status_code == 200 else answer

    http = httpx.Client(transport=httpx.MockTransport(handle))
    plain = job._context

    def context() -> Context:
        return replace(plain(), stocky_of=lambda shop: Stocky(shop, "key", http, sleep=lambda seconds: None))

    job.preparation.context = context
    job.preparation.settings(stocky_api_key=b"sealed")


def order(sku: str) -> dict[str, Any]:
    item = {
        "id": 4,
        "sku": sku,
        "product_title": "Thing",
        "quantity": 3,
        "cost_price": "2.00",
        "supplier_cost_price": "2.00",
        "received_at": "01/11/2026 10:00",
    }
    return {
        "id": 2,
        "number": "S-2",
        "supplier_name": "Fjord Supply",
        "currency": "USD",
        "created_at": "2026-10-31T10:00:00Z",
        "ordered_at": "2026-10-31T10:00:00Z",
        "purchase_items": [item],
        "shipping": "1.50",
    }


def test_stockys_purchases_are_booked_where_a_key_is_set() -> None:
    job = the_job()
    job.prepare(0)
    seen: list[httpx.Request] = []
    with_stocky(job, httpx.Response(200, json={"purchase_orders": [order(sku_of_something_sold(job))]}), seen)
    job.prepare(1)
    job.update()
    assert seen
    (bill,) = [entry for entry in purchases(job) if entry.title == "S-2"]
    assert (bill.kind, bill.amount, bill.state) == ("Bill", Decimal("7.50"), EntryState.READ_BACK)


@pytest.mark.parametrize(
    ("status", "words"),
    [(401, "Stocky does not accept the API key."), (410, "Stocky was switched off"), (503, "Stocky did not answer")],
)
def test_a_stocky_that_refuses_is_named_on_the_sync_and_holds_up_nothing(status: int, words: str) -> None:
    job = the_job()
    with_stocky(job, httpx.Response(status), [])
    job.live_through()
    syncs = list(job.table.query(keys.shop(SHOP), "SYNC#"))
    assert {sync["state"] for sync in syncs} == {"DONE"}
    assert all(words in str(sync["missing"]) for sync in syncs)
    assert job.faults() == []
    assert "until|stocky" not in (job.table.get(keys.shop(SHOP), keys.INTEGRATION) or {})


def test_without_the_permission_purchases_are_named_as_missing() -> None:
    job = the_job()
    job.shop.scopes = tuple(scope for scope in job.shop.scopes if scope != "read_inventory_purchase_orders")
    job.prepare(0)
    (sync,) = job.table.query(keys.shop(SHOP), "SYNC#")
    assert any("read_inventory_purchase_orders" in one["scopes"] for one in sync["missing"])
    assert purchases(job) == []


def test_a_process_killed_at_any_write_makes_the_same_books() -> None:
    plain = the_job()
    plain.live_through()
    wanted = {entry.key: entry.document for entry in purchases(plain)}
    for number in range(1, 60, 6):
        job = the_job()
        job.prepare(0)
        job.update()
        left = [number]

        def kill(_: int, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] == 0:
                raise Killed

        job.table.before_write = kill
        for day in range(1, 4):
            job.prepare(day)
        job.table.before_write = None
        job.update()
        assert {entry.key: entry.document for entry in purchases(job)} == wanted
        assert job.faults() == []
