"""How the connection is, in words a bookkeeper understands."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from connector.outbox import connection, health
from connector.quickbooks.session_errors import hresult
from tests.fakes.office import SHOP, TOKEN, Office, receipt


def view(office: Office) -> dict[str, Any]:
    shown: dict[str, Any] = connection.view(office.table, SHOP, office.now)["health"]
    return shown


def test_nothing_heard_yet() -> None:
    assert view(Office())["cause"] == "never"


def test_a_good_update_is_ok_or_says_that_quickbooks_must_be_open() -> None:
    office = Office()
    assert office.update().ok
    assert view(office)["cause"] in ("ok", "unattended")


def test_silence_is_told_in_hours() -> None:
    office = Office()
    office.update()
    office.pass_time(hours=30)
    shown = view(office)
    assert (shown["state"], shown["cause"]) == ("problem", "silent")
    assert "30 hours" in shown["text"]


@pytest.mark.parametrize("code", ["0x80040414", "0x80040408", "0x8004041A", "0x80040410"])
def test_quickbooks_that_does_not_open_is_told_until_it_does(code: str) -> None:
    office = Office()
    office.add([receipt(1)])
    office.company.faults.session = code
    assert not office.update().ok
    shown = view(office)
    assert shown["state"] == "problem"
    assert shown["text"] == hresult(code).words
    assert shown["advice"]
    office.company.faults.session = ""
    office.update()
    assert view(office)["state"] != "problem"


def test_another_company_is_named() -> None:
    office = Office()
    office.update()
    office.add([receipt(1)])
    strange = type(office.company)(clock=lambda: office.now.timestamp(), company_name="Somebody Else")
    strange.path = r"C:\Other.QBW"
    run = office.update(company=strange)
    assert not run.ok
    assert "Somebody Else" in run.status_text
    shown = view(office)
    assert shown["cause"] == "other_company"
    assert "Somebody Else" in shown["text"]


@pytest.mark.parametrize(
    ("preferences", "words"),
    [({"country": "CA"}, "US edition"), ({"multi_currency": True, "home_currency": "Euro"}, "EUR")],
)
def test_a_company_that_cannot_be_posted_to_is_read_but_not_written(preferences: dict[str, Any], words: str) -> None:
    office = Office()
    try:
        office.company.set(**preferences)
    except TypeError:
        pytest.skip("the stand-in has no such preference")
    office.table.put({"pk": f"SHOP#{SHOP}", "sk": "PROFILE", "currency": "USD"})
    office.add([receipt(1)])
    office.update()
    shown = view(office)
    assert shown["cause"] == "refused"
    assert words in shown["text"]
    assert not office.company.transactions()


def test_every_cause_has_its_words() -> None:
    for cause in health._CAUSES:
        shown = health._view(cause, words="x", hours="3")
        assert shown["text"]
        assert "{" not in shown["text"]


def test_the_silence_is_longer_than_a_night() -> None:
    assert timedelta(hours=24) < health.SILENT_AFTER


def come(office: Office, *minutes: float) -> str:
    """The cause shown after contacts with so many minutes between them."""
    for wait in minutes:
        office.pass_time(minutes=wait)
        assert office.update().ok
    return str(view(office)["cause"])


def test_another_schedule_is_told_after_several_contacts_and_forgotten_with_the_old_one() -> None:
    office = Office()
    assert come(office, 15, 15, 15) == "ok"
    assert come(office, *[120] * 7) == "ok", "of the last eight one was as set up"
    assert come(office, 120) == "schedule"
    shown = view(office)
    assert "about every 2 hours" in shown["text"]
    assert "Every_Min" in shown["advice"]
    assert come(office, 15) == "ok"


@pytest.mark.parametrize(
    "minutes",
    [
        [15] * 7 + [900],
        [15, 15, 15, 15, 840, 15, 15, 15],
        [16, 29, 17, 25, 15, 20, 29, 28],
        [60 * 24] * 8,
        [45, 400, 95, 720, 33, 150, 260, 1400],
        [120] * 4,
        [],
    ],
    ids=["a pause now", "a night", "as set up", "once a day", "by hand", "too few", "none"],
)
def test_pauses_and_runs_by_hand_are_no_schedule(minutes: list[int]) -> None:
    assert health.changed_interval([60 * wait for wait in minutes]) is None


def test_nights_do_not_hide_a_changed_schedule() -> None:
    assert health.changed_interval([3600, 3610, 3605, 50_000, 3600, 3600, 3590]) == timedelta(hours=1)


def test_long_runs_are_no_waits() -> None:
    office = Office()
    for _ in range(8):
        office.pass_time(minutes=15)
        ticket = office.call("authenticate", strUserName=office.connection["user_name"], strPassword=TOKEN)[0]
        office.pass_time(minutes=50)
        assert office.call("closeConnection", ticket=ticket) == "OK"
        office.table.put({"pk": f"SHOP#{SHOP}", "sk": "COMPANY#state"})  # the lists are due again
    item = connection.read(office.table, SHOP) or {}
    assert [int(wait) for wait in item["waits"]] == [15 * 60] * 7
    assert view(office)["cause"] != "schedule"
