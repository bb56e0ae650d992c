"""The integration starts over: posted entries kept or removed, nothing ever twice, and the page can start again."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from connector.app import audit, reset
from connector.app.errors import Conflict, Unprocessable
from connector.outbox import connection
from connector.outbox.entries import EntryState
from connector.storage import keys
from connector.storage.syncs import stamp
from infra.local.shop import build_world
from infra.local.web_connector import WebConnector
from tests.fakes.main_job import MainJob
from tests.fakes.preparation import SHOP


def a_job(mode: str = "detailed") -> MainJob:
    job = MainJob(build_world(days=3, orders_per_day=10, seed=8), mode)
    job.live_through()
    assert job.faults() == []
    return job


def services_of(job: MainJob) -> Any:
    removed: list[str] = []
    return SimpleNamespace(
        table=job.table, clock=lambda: job.now, schedules=SimpleNamespace(remove=removed.append, removed=removed)
    )


def start_again(job: MainJob) -> None:
    """As after the wizard: started, with the new .qwc in the Web Connector."""
    started = {"state": "STARTED", "started_at": stamp(datetime(2026, 1, 1, 12, tzinfo=UTC))}
    job.table.put({"pk": keys.shop(SHOP), "sk": keys.INTEGRATION, **started})
    known = connection.read(job.table, SHOP) or {}
    # Adding the new .qwc writes its FileID into the company.
    file_id = "{" + str(known["file_id"]).upper() + "}"
    job.company.mark("{" + connection.OWNER_ID.upper() + "}", FileID=file_id)
    job._web_connector = WebConnector(
        job._call,
        job.company,
        str(known["user_name"]),
        "correct-horse-battery",
        "{" + connection.OWNER_ID.upper() + "}",
        file_id,
        sleep=lambda seconds: None,
    )


def guids(job: MainJob) -> Counter[str]:
    return Counter(one.external_guid for one in job.company.transactions())


def settled(job: MainJob) -> None:
    for _ in range(30):
        job.update()
        states = {entry.state for entry in job.preparation.entries()}
        if not states & {EntryState.UNDO, EntryState.DELETED, EntryState.POSTED, EntryState.READY}:
            return
    raise AssertionError("it does not come to rest")


@pytest.mark.parametrize("mode", ["detailed", "summary"])
def test_what_is_kept_never_posts_again(mode: str) -> None:
    job = a_job(mode)
    services, before = services_of(job), guids(job)
    file_id = (connection.read(job.table, SHOP) or {})["file_id"]
    answer = reset.carry_out(services, SHOP, "42", {"confirm": SHOP, "posted_entries": "keep"})
    assert answer["state"] == "NOT_STARTED"
    assert answer["counts"]["removed"] == 0 and answer["counts"]["kept"] == sum(before.values())
    assert (connection.read(job.table, SHOP) or {})["file_id"] != file_id
    assert services.schedules.removed == [SHOP]
    (line,) = audit.newest(job.table, SHOP)
    assert (line["who"], line["what"], line["details"]["posted_entries"]) == ("42", "integration.reset", "keep")
    assert not job._web_connector.update().ok, "the old .qwc is refused"
    start_again(job)
    job.prepare(2)
    settled(job)
    assert guids(job) == before
    assert job.faults() == []


@pytest.mark.parametrize("mode", ["detailed", "summary"])
def test_what_is_removed_may_be_posted_anew(mode: str) -> None:
    job = a_job(mode)
    answer = reset.carry_out(services_of(job), SHOP, "42", {"confirm": SHOP, "posted_entries": "remove"})
    assert answer["counts"]["kept"] == 0 and answer["counts"]["removed"] > 0
    start_again(job)
    settled(job)
    assert job.company.transactions() == []
    job.prepare(2)
    settled(job)
    assert set(guids(job).values()) == {1}
    assert job.faults() == []


def test_what_was_not_posted_yet_is_made_anew() -> None:
    job = MainJob(build_world(days=2, orders_per_day=10, seed=8), "detailed")
    job.prepare(0)
    count = len(job.preparation.entries(EntryState.READY))
    answer = reset.carry_out(services_of(job), SHOP, "42", {"confirm": SHOP, "posted_entries": "keep"})
    assert answer["counts"] == {"removed": 0, "withdrawn": count, "kept": 0}
    start_again(job)
    job.preparation.settings(modes={"customer": "summary", "inventory": "detailed", "vendor": "summary"})
    job.prepare(1)
    settled(job)
    assert job.faults() == []


def test_nothing_happens_without_the_typed_confirmation() -> None:
    job = a_job()
    before = job.preparation.everything()
    for given in (
        {},
        {"confirm": "yes", "posted_entries": "keep"},
        {"confirm": SHOP},
        {"confirm": SHOP, "posted_entries": "all"},
    ):
        with pytest.raises(Unprocessable):
            reset.carry_out(services_of(job), SHOP, "42", given)
    assert job.preparation.everything() == before


def test_what_was_not_started_can_not_be_reset() -> None:
    job = a_job()
    job.table.delete(keys.shop(SHOP), keys.INTEGRATION)
    with pytest.raises(Conflict):
        reset.carry_out(services_of(job), SHOP, "42", {"confirm": SHOP, "posted_entries": "keep"})


def test_new_books_are_kept_in_what_the_shop_sells_in_now() -> None:
    job = a_job()
    profile = job.table.get(keys.shop(SHOP), keys.PROFILE)
    job.table.put({**(profile or {}), "currency": "USD", "other_currency": "EUR"})
    reset.carry_out(services_of(job), SHOP, "42", {"confirm": SHOP, "posted_entries": "keep"})
    anew = job.table.get(keys.shop(SHOP), keys.PROFILE) or {}
    assert (anew["currency"], anew["other_currency"]) == ("EUR", "")
